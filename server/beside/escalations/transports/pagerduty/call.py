"""A PagerDuty webhook v3: somebody pressed Acknowledge there. `X-PagerDuty-Signature` holds HMAC-SHA256 of the body, several while a secret is exchanged."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from beside.escalations.transports.incidents import read_incident
from beside.escalations.transports.shapes import Called, Refused, Target
from beside.kit.webhooks import TOLERANCE
from beside.protocol.decode import NotUnderstood, require_plain_json

HEADER = "x-pagerduty-signature"
CALL_BYTES = 64 * 1024  # theirs carry the whole incident
TAKEN = "incident.acknowledged"


class Incident(Struct, frozen=True):
    """`incident_key` is our `dedup_key`, for incidents that came by the Events API."""

    incident_key: str | None = None


class Event(Struct, frozen=True):
    """Of all they say, what we look at."""

    id: str
    event_type: str
    occurred_at: datetime
    data: Incident


class Envelope(Struct, frozen=True):
    """The whole body."""

    event: Event


def read_call(target: Target, headers: Mapping[str, str], body: bytes, now: datetime, tolerance: timedelta = TOLERANCE) -> Called | None:
    """What was taken; None for an event about something else. Raises `Refused`."""
    given = [part.strip() for part in headers.get(HEADER, "").split(",")]
    mine = ["v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in target.callback_secrets]
    if not any(hmac.compare_digest(one.encode(), theirs.encode(errors="replace")) for one in mine for theirs in given):
        raise Refused("no signature fits")
    try:
        require_plain_json(body, CALL_BYTES)
        event = msgspec.json.decode(body, type=Envelope).event
    except (msgspec.MsgspecError, NotUnderstood, UnicodeError):
        raise Refused("signed, but not to be read") from None
    if event.occurred_at.tzinfo is None or abs(now - event.occurred_at) > tolerance:
        raise Refused("too old, or from the future")
    if event.event_type != TAKEN:
        return None
    found = read_incident(event.data.incident_key or "")
    return Called(found[0], found[1], event.id, None) if found else None
