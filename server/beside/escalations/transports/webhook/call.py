"""The other way round: a receiver of ours says that somebody took it, signed by the same standard with the same secret."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from beside.escalations.transports.shapes import Called, Refused, Target
from beside.kit.webhooks import Unsigned, verify
from beside.protocol.decode import NotUnderstood, require_plain_json

CALL_BYTES = 4_096  # a few ids; what is longer is something else


class TakenData(Struct, frozen=True):
    """`by`: the account of whoever took it, where the receiver knows it."""

    escalation: UUID
    by: str | None = None


class TakenPayload(Struct, frozen=True):
    """The whole body. Other fields are left alone: the standard lets a sender add some."""

    type: Literal["escalation.acknowledged"]
    data: TakenData


def read_call(target: Target, headers: Mapping[str, str], body: bytes, now: datetime) -> Called | None:
    """What was said, once its signature holds and it is at most five minutes old. Raises `Refused`."""
    try:
        name = verify(target.secrets, headers, body, now)
        require_plain_json(body, CALL_BYTES)
        said = msgspec.json.decode(body, type=TakenPayload)
    except Unsigned as refusal:
        raise Refused(str(refusal)) from None
    except (msgspec.MsgspecError, NotUnderstood, UnicodeError):
        raise Refused("signed, but not to be read") from None
    return Called(said.data.escalation, None, name, said.data.by)
