"""Signed links: whoever holds the page of a rung may take the escalation as the person of that rung, once, for two hours."""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from beside.kit.errors import NotAllowed

GOOD_FOR = timedelta(hours=2)  # a page unanswered for longer has been followed by others with links of their own
_SHAPE = struct.Struct(">16sHBBI")  # escalation, turn, rung, place, runs out at
_TAG_BYTES = 24  # 192 bits of HMAC-SHA256: beyond guessing, and the link stays short enough to read over
_PURPOSE = b"on-call link\0"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link stands for. `name` is how its use is kept."""

    escalation: UUID
    turn: int
    rung: int
    place: int
    runs_out: datetime

    @property
    def name(self) -> str:
        return f"{self.turn}.{self.rung}.{self.place}"


def make_link(secret: bytes, escalation: UUID, turn: int, rung: int, place: int, now: datetime) -> str:
    """The token, URL-safe."""
    packed = _SHAPE.pack(escalation.bytes, turn, rung, place, int((now + GOOD_FOR).timestamp()))
    return base64.urlsafe_b64encode(packed + _tag(secret, packed)).decode().rstrip("=")


def read_link(secret: bytes, token: str, now: datetime) -> Link:
    """What `token` stands for. Raises `NotAllowed`, in the same words for one that is forged, changed or out of time."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotAllowed("link_used") from None
    packed, tag = raw[: _SHAPE.size], raw[_SHAPE.size :]
    if len(packed) != _SHAPE.size or not hmac.compare_digest(_tag(secret, packed), tag):
        raise NotAllowed("link_used")
    escalation, turn, rung, place, stamp = _SHAPE.unpack(packed)
    runs_out = datetime.fromtimestamp(stamp, UTC)
    if now >= runs_out:
        raise NotAllowed("link_used")
    return Link(UUID(bytes=escalation), turn, rung, place, runs_out)


def _tag(secret: bytes, packed: bytes) -> bytes:
    return hmac.new(secret, _PURPOSE + packed, hashlib.sha256).digest()[:_TAG_BYTES]
