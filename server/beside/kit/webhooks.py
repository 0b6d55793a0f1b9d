"""Standard Webhooks: what we send can be checked to be ours, unchanged and fresh. Signing is the `standardwebhooks` library's."""

import base64
import hmac
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from standardwebhooks.webhooks import Webhook

SECRET_BYTES = 32  # the standard asks for 24 to 64
TOLERANCE = timedelta(minutes=5)  # ESCALATION: what is older may be a replay
PREFIX = "whsec_"


class Unsigned(ValueError):
    """Not ours, changed on the way, or too old. The text says which, for logs; it holds nothing of the message."""


def new_secret() -> str:
    """A secret to share with one receiver: `whsec_` and base64."""
    return PREFIX + base64.b64encode(randomness.token_bytes(SECRET_BYTES)).decode()


def is_secret(text: str) -> bool:
    """Whether this can sign."""
    try:
        return text.startswith(PREFIX) and 24 <= len(base64.b64decode(text.removeprefix(PREFIX), validate=True)) <= 64
    except ValueError:
        return False


def sign(secrets: Sequence[str], id: str, at: datetime, body: bytes) -> dict[str, str]:  # noqa: A002  the standard's own word
    """The three headers. With several `secrets` (while one is being exchanged) there are as many signatures, the newest first.

    `body` must be exactly the bytes that are sent. Raises `ValueError` for a secret
    that is not one, for none at all, and for an id with a dot.
    """
    if not secrets or not id or "." in id:  # a dot would let a part of the id pass for the time
        raise ValueError("a webhook needs a secret, and an id without a dot")
    moment = at.astimezone(UTC)
    signatures = [_signer(secret).sign(id, moment, body.decode()) for secret in secrets]
    return {"webhook-id": id, "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": " ".join(signatures)}


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime, tolerance: timedelta = TOLERANCE) -> str:
    """The `webhook-id` of what was signed with one of `secrets` within `tolerance` of `now`. Raises `Unsigned`."""
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        message, stamp, given = lower["webhook-id"], lower["webhook-timestamp"], lower["webhook-signature"].split(" ")
        text = body.decode()
    except (KeyError, UnicodeDecodeError):
        raise Unsigned("a header is missing, or the body is not text") from None
    if not (message and "." not in message and stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Unsigned("the headers cannot be read")
    at = datetime.fromtimestamp(int(stamp), UTC)
    if abs(now - at) > tolerance:
        raise Unsigned("too old, or from the future")
    expected = [_signer(secret).sign(message, at, text) for secret in secrets]
    # the library's own `verify` looks at the wall clock, and stops at the first signature it cannot read
    if not any(hmac.compare_digest(mine.encode(), theirs.encode(errors="replace")) for mine in expected for theirs in given):
        raise Unsigned("no signature fits")
    return message


def _signer(secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except Exception as refusal:
        raise ValueError("a webhook secret is whsec_ and base64") from refusal
