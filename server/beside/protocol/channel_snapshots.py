"""What the server answers coordinators about the ways to reach people on call, and about what was sent by them."""

from datetime import datetime
from uuid import UUID

from beside.protocol.shapes import ChannelKind, PageAct, Severity
from beside.protocol.snapshots import Snapshot


class AttemptShown(Snapshot, frozen=True):
    """One try. `ended_at` null: under way. `reason` null, once it has ended: taken in; else a word such as `timeout`, `tls`, `gone`, `not_accepted`."""

    at: datetime
    ended_at: datetime | None
    status: int | None
    milliseconds: int | None
    reason: str | None


class ChannelShown(Snapshot, frozen=True):
    """A way to reach somebody. Never its secret, and of its address the host only.

    `used_by`: what the list calls those who are reached by it; `in_open_call`: a call that is open may still use it. `exchanging`: an old secret is
    good beside the new one. `gone_at`: since when its address answers that it is gone; it is used all the same. `callback_url`: where its provider
    may say that somebody took a call.
    """

    channel: UUID
    kind: ChannelKind
    name: str
    leads_to: str
    account: UUID | None
    belongs_to: str | None
    made_at: datetime
    exchanging: bool
    makes_secret: bool
    gone_at: datetime | None
    used_by: list[str]
    in_open_call: bool
    callback_url: str | None
    last: AttemptShown | None


class Channels(Snapshot, frozen=True):
    """`mail`: the operator set a mail relay, so that a channel may be a mailbox."""

    channels: list[ChannelShown]
    mail: bool


class ChannelMade(Snapshot, frozen=True):
    """`secret` is shown this once: the receiver checks by it that what it gets is ours. Null where we made none."""

    channel: ChannelShown
    secret: str | None


class ChannelTried(Snapshot, frozen=True):
    """How a test went. `reason` null: the far end took it in; look there whether somebody saw it."""

    status: int | None
    milliseconds: int | None
    reason: str | None


class DeliveryShown(Snapshot, frozen=True):
    """One message and every try at it; never what it said. `may_be_tried`: one more try can be made now."""

    delivery: UUID
    escalation: UUID
    act: PageAct
    severity: Severity
    rung: int
    channel: UUID
    channel_name: str
    kind: ChannelKind
    made_at: datetime
    delivered_at: datetime | None
    may_be_tried: bool
    attempts: list[AttemptShown]


class Deliveries(Snapshot, frozen=True):
    """The newest first. `older`: what to ask `older_than` for more; null at the end."""

    deliveries: list[DeliveryShown]
    older: UUID | None
