"""What a client may say on the socket. Each frame is one JSON object whose `type` names it."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from beside.protocol.shapes import Body, Log, Ref, Seq
from beside.protocol.versions import FIRST, Version


class Command(Struct, forbid_unknown_fields=True, kw_only=True, frozen=True, tag_field="type"):
    """Every command may carry a `ref`; the answer to it carries the same one."""

    ref: Ref | None = None


class Hello(Command, tag="hello", frozen=True):
    """The first frame, within 10 s: the one-time ticket from `POST /api/tickets` (valid 30 s).

    Answered by `welcome`. Where the ticket is not good, or the first frame is another, the socket is closed with 4011 and no frame. Where the server no
    longer speaks the version that the client says, it is answered by `refused` with `upgrade_required`, and closed with 4013.
    """

    ticket: Annotated[str, Meta(min_length=16, max_length=128)]
    speaks: Version = FIRST


class Subscribe(Command, tag="subscribe", frozen=True):
    """Follow one log of a conversation. With `after_seq`, everything later is sent once and in order; without it, the newest page.

    `epoch` is the one under which `after_seq` was learnt. Answered by `subscribed`, then events; or by `reset` where the cursor
    cannot be honoured (another epoch, or a cursor ahead of the log): load afresh, then subscribe without a cursor. Without `epoch` only the
    second is noticed. Subscribing again to what you follow begins anew from the new cursor; after a `reset` the earlier subscription goes on
    until then. After leaving and coming back in, subscribe again.
    """

    conversation: UUID
    log: Log = Log.public
    after_seq: Seq | None = None
    epoch: Annotated[str, Meta(max_length=64)] | None = None


class Unsubscribe(Command, tag="unsubscribe", frozen=True):
    """Stop following."""

    conversation: UUID
    log: Log = Log.public


class SendMessage(Command, tag="message.send", frozen=True):
    """Say something. `client_id` (a UUIDv7) is made before the first try and kept over retries, which makes retrying harmless.

    Answered by `message.accepted` after the commit, never before it.
    """

    conversation: UUID
    client_id: UUID
    body: Body
    log: Log = Log.public


class StartTyping(Command, tag="typing.start", frozen=True):
    """Somebody is writing. Carries no text, is never stored; repeat at most every 3 s, forgotten after 6 s.

    A hint, never answered: one in a conversation you do not follow, or too soon after the last, is let go without a word.
    """

    conversation: UUID


class MarkSeen(Command, tag="seen.mark", frozen=True):
    """Everything up to `seq` of the public log has been on this person's screen. It only moves forward; refused in a conversation that is not yours."""

    conversation: UUID
    seq: Seq


class ConfirmReceived(Command, tag="received.confirm", frozen=True):
    """How many log events this socket has received in all. At most 64 may be unconfirmed; confirm at least every 16.

    Never answered. A count below an earlier one confirms nothing, one above what was sent confirms all.
    """

    count: Seq


class Ping(Command, tag="ping", frozen=True):
    """Answered by `pong` with the same `ref`."""


AnyCommand = Hello | Subscribe | Unsubscribe | SendMessage | StartTyping | MarkSeen | ConfirmReceived | Ping
