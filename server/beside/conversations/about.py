"""What a conversation is called, what it is for, and what everyone in it agrees to: sealed under its own key."""

import msgspec
from msgspec import Struct

from beside.conversations.tables import Conversation
from beside.kit.crypto import DataKey, Keyring, Unreadable


class About(Struct, frozen=True):
    """Title and purpose are empty for a one-to-one: there the people are the title."""

    title: str = ""
    purpose: str = ""
    agreements: str = ""


def seal_about(keyring: Keyring, key: DataKey, conversation: object, about: About) -> bytes:
    return keyring.seal(key, msgspec.json.encode(about).decode(), f"conversation/{conversation}/about")


def open_about(keyring: Keyring, conversation: Conversation) -> About:
    """What it is about; blank where it no longer opens."""
    key = DataKey(conversation.key_version, conversation.wrapped_key)
    try:
        return msgspec.json.decode(keyring.open(key, conversation.sealed_about, f"conversation/{conversation.id}/about"), type=About)
    except Unreadable:
        return About()
