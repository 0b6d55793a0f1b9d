"""A signed POST of a few ids, by Standard Webhooks. Each attempt is signed at its own time: a receiver refuses what is older than five minutes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from beside.escalations.transports.places import require_url
from beside.escalations.transports.shapes import Act, Message, Post, Target, Transport, json_of
from beside.escalations.transports.webhook.call import read_call
from beside.kit.webhooks import new_secret, sign
from beside.protocol.shapes import ChannelKind, Severity

TYPES = {
    Act.page: "escalation.raised",
    Act.reminder: "escalation.reminder",
    Act.test: "escalation.test",
    Act.rota: "rota.gap",
    Act.desk: "desk.unstaffed",
}


class PageData(Struct, frozen=True):
    """`rung` counts from 1. `url` opens a page that says how things stand and takes it on a press."""

    escalation: UUID
    hub: UUID
    severity: Severity
    rung: int
    raised_at: datetime
    respond_by: datetime | None
    url: str


class PagePayload(Struct, frozen=True):
    """The whole body."""

    type: str
    timestamp: datetime
    data: PageData


def request_of(message: Message, target: Target, now: datetime) -> Post:
    """Signed with every secret there is: a receiver that knows one of two accepts."""
    data = PageData(message.escalation, message.hub, message.severity, message.rung, message.raised_at, message.respond_by, message.url)
    body = json_of(PagePayload(TYPES[message.act], message.at, data))
    return Post(target.url, body, {"content-type": "application/json", **sign(target.secrets, message.id, now, body)})


def target_of(address: str, secrets: Sequence[str], callback_secrets: Sequence[str], allowed: Collection[str]) -> Target:
    """The secret is ours to make: the coordinator gives it to the receiver."""
    return Target(require_url(address, allowed), list(secrets) or [new_secret()])


TRANSPORT = Transport(ChannelKind.webhook, request_of, target_of, makes_secret=True, read_call=read_call)
