"""Words at rest: one data key per conversation and per account, wrapped by a key that is kept outside the database.

AES-256-GCM with a random 96-bit nonce each time; the associated data binds a text to its place, so that a row moved elsewhere cannot be read.
"""

import os
from collections import OrderedDict
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32
CACHED_KEYS = 20_000  # unwrapped data keys in memory, about 3 MB: every open conversation of the largest hub


class Unreadable(Exception):
    """A text that does not open: moved, changed, or of another key. Fails closed: there is never a guess."""


class DataKey(NamedTuple):
    """A wrapped data key, as stored: the version of the key that wraps it, and the wrapped bytes."""

    version: int
    wrapped: bytes


class Keyring:
    """`keys` maps a version to 32 bytes; the highest version wraps new data keys, the others still open old ones."""

    def __init__(self, keys: dict[int, bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError("a key-encryption key is 32 bytes, and there must be one")
        self._keys = {version: AESGCM(key) for version, key in keys.items()}
        self.current = max(keys)
        self._open: OrderedDict[DataKey, AESGCM] = OrderedDict()

    def new_data_key(self) -> DataKey:
        nonce = os.urandom(NONCE_BYTES)
        return DataKey(self.current, nonce + self._keys[self.current].encrypt(nonce, AESGCM.generate_key(256), b"data key"))

    def seal(self, key: DataKey, text: str, place: str) -> bytes:
        """`text` under `key`, bound to `place`. Raises `Unreadable` where the key itself does not open."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher(key).encrypt(nonce, text.encode(), place.encode())

    def open(self, key: DataKey, sealed: bytes, place: str) -> str:
        """What was sealed. Raises `Unreadable`."""
        try:
            return self._cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode()).decode()
        except (InvalidTag, ValueError, UnicodeDecodeError):
            raise Unreadable(place.split("/")[0]) from None

    def _cipher(self, key: DataKey) -> AESGCM:
        cipher = self._open.get(key)
        if cipher is None:
            if key.version not in self._keys:
                raise Unreadable("key version")
            try:
                opened = self._keys[key.version].decrypt(key.wrapped[:NONCE_BYTES], key.wrapped[NONCE_BYTES:], b"data key")
            except (InvalidTag, ValueError):
                raise Unreadable("data key") from None
            cipher = self._open[key] = AESGCM(opened)
            if len(self._open) > CACHED_KEYS:
                self._open.popitem(last=False)
        else:
            self._open.move_to_end(key)
        return cipher
