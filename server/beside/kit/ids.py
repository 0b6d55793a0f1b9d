"""Identifiers and secrets: time-ordered ids for rows, unguessable tokens for people."""

import hashlib
import hmac
import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

TOKEN_BYTES = 32  # 256 bits: beyond guessing for as long as anyone cares


def new_id() -> UUID:
    """A UUIDv7: sorts by the time it was made."""
    return uuid7()


def new_token() -> str:
    """A secret for a cookie or a link, URL-safe, 43 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What of a token is stored: SHA-256, hex. The token itself has the entropy, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def blind_index(secret: bytes, kind: str, value: str) -> str:
    """A keyed hash to look an encrypted name up by: equal names meet, and the table alone tells nothing. Folded for case."""
    return hmac.new(secret, f"{kind}\0{value.casefold().strip()}".encode(), hashlib.sha256).hexdigest()
