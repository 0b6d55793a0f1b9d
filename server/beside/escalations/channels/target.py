"""What is kept of a channel's address and secrets: sealed under a key of its own, never stored in clear."""

from uuid import UUID

import msgspec

from beside.escalations.tables import Channel
from beside.escalations.transports.shapes import Target
from beside.kit.crypto import DataKey, Keyring


def seal_target(keyring: Keyring, key: DataKey, channel: UUID, target: Target) -> bytes:
    """As it is stored with the channel whose id this is."""
    return keyring.seal(key, msgspec.json.encode(target).decode(), _place(channel))


def open_target(keyring: Keyring, channel: Channel) -> Target:
    """Where to send. Raises `Unreadable`."""
    text = keyring.open(DataKey(channel.key_version, channel.wrapped_key), channel.sealed_target, _place(channel.id))
    return msgspec.json.decode(text, type=Target)


def _place(channel: UUID) -> str:
    return f"on_call_channel/{channel}/target"
