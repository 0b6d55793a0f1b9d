"""From a command to its verb, and from an error to a refusal. Nothing a command does can end the socket by accident."""

import time
from typing import assert_never

from beside.accounts.require_session import require_session
from beside.conversations.access import require_participant
from beside.conversations.seen import mark_seen
from beside.gateway.attendance import go
from beside.gateway.connection import FOLLOWED, Connection
from beside.gateway.roster import Roster
from beside.gateway.subscribe import subscribe
from beside.kit.again import again
from beside.kit.context import command, query
from beside.kit.errors import BesideError, NotFound, NotSignedIn
from beside.kit.logs import log
from beside.messages.together import say
from beside.presence import typing
from beside.protocol import topics
from beside.protocol.codes import CloseCode
from beside.protocol.commands import AnyCommand, ConfirmReceived, Hello, MarkSeen, Ping, SendMessage, StartTyping, Subscribe, Unsubscribe
from beside.protocol.decode import NotUnderstood, decode
from beside.protocol.events import MessageAccepted, Pong
from beside.protocol.shapes import Log
from beside.protocol.signals import Typed

TYPING_EVERY_S = 2.0  # a signal more often than that is let go without a word


async def dispatch(roster: Roster, connection: Connection, text: str) -> None:
    """Carry out one frame."""
    try:
        said = decode(text)
    except NotUnderstood as refusal:
        connection.refuse(refusal.code, ref=refusal.ref, client_id=refusal.client_id)
    else:
        await carry_out(roster, connection, said)


async def carry_out(roster: Roster, connection: Connection, said: AnyCommand) -> None:
    """Carry out one command; what goes wrong with it is answered."""
    try:
        await again(lambda: _carry_out(roster, connection, said))
    except BesideError as refusal:
        client_id = said.client_id if isinstance(said, SendMessage) else None
        connection.refuse(refusal.code, ref=said.ref, client_id=client_id, retry_after_ms=refusal.retry_after_ms)
        if isinstance(refusal, NotSignedIn):
            connection.end(CloseCode.signed_out)
        elif refusal.code == "suspended":
            connection.end(CloseCode.blocked)
    except Exception as fault:  # a mistake of ours: the person is told honestly, the socket lives
        log.error("command.fault", kind=type(said).__name__, error=type(fault).__name__, exc_info=fault)
        connection.refuse("unavailable", ref=said.ref, client_id=said.client_id if isinstance(said, SendMessage) else None, retry_after_ms=2_000)


async def _carry_out(roster: Roster, connection: Connection, said: AnyCommand) -> None:
    match said:
        case SendMessage():
            await _send(roster, connection, said)
        case Subscribe():
            if len(connection.follows) >= FOLLOWED and (said.conversation, said.log) not in connection.follows:
                raise NotFound("too_many_open")
            await subscribe(roster, connection, said)
        case Unsubscribe():
            roster.unfollow(connection, said.conversation, said.log)
            if said.log is Log.public:
                await go(roster, [said.conversation], connection.actor.account)
        case StartTyping():
            await _typing(roster, connection, said)
        case MarkSeen():
            async with command(roster.house, connection.actor) as ctx:
                await require_session(ctx)
                if not await mark_seen(ctx, said.conversation, said.seq):
                    await require_participant(ctx, said.conversation)
        case ConfirmReceived():
            connection.confirm(said.count)
        case Ping():
            connection.send(Pong(ref=said.ref))
        case Hello():
            connection.refuse("handshake_order", ref=said.ref)
        case _:
            assert_never(said)


async def _send(roster: Roster, connection: Connection, said: SendMessage) -> None:
    connection.saying = said.client_id
    try:
        done = await say(roster.house, connection.actor, said.conversation, said.client_id, said.body, said.log)
        if not connection.ended.done():
            connection.send(MessageAccepted(ref=said.ref, conversation=said.conversation, log=said.log, client_id=said.client_id, seq=done.seq, at=done.at))
    finally:
        connection.saying = None
        connection.let_go()


async def _typing(roster: Roster, connection: Connection, said: StartTyping) -> None:
    """Only somebody who is in the conversation is writing in it. Nothing is stored."""
    now = time.monotonic()
    if now - connection.typed_at < TYPING_EVERY_S or (said.conversation, Log.public) not in connection.follows:
        return
    connection.typed_at = now
    async with query(roster.house, connection.actor) as ctx:
        await require_participant(ctx, said.conversation)
        await typing.begin(roster.house, said.conversation, connection.actor.account)
        signal = Typed(conversation=said.conversation, account=connection.actor.account)
    ctx.publish(topics.conversation(said.conversation), signal)
    await ctx.release()
