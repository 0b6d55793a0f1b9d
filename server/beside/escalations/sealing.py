"""What people wrote about an escalation, sealed under the key of the conversation it is about: shredding that forgets this too."""

from uuid import UUID

from beside.conversations.log import key_of
from beside.conversations.tables import Conversation
from beside.kit.context import Context
from beside.kit.crypto import Unreadable
from beside.kit.logs import log

UNREADABLE = "This can't be opened any more."


def seal(ctx: Context, conversation: Conversation, owner: UUID, what: str, words: str) -> bytes:
    """`owner` is the row that holds it, `what` its column."""
    return ctx.house.keyring.seal(key_of(conversation), words, _place(owner, what))


def seal_optional(ctx: Context, conversation: Conversation, owner: UUID, what: str, words: str | None) -> bytes | None:
    return None if words is None else seal(ctx, conversation, owner, what, words)


def unseal(ctx: Context, conversation: Conversation, owner: UUID, what: str, sealed: bytes) -> str:
    """The words; a sentence saying so where they no longer open."""
    try:
        return ctx.house.keyring.open(key_of(conversation), sealed, _place(owner, what))
    except Unreadable:
        log.error("escalation.unreadable", conversation=str(conversation.id), what=what)
        return UNREADABLE


def unseal_optional(ctx: Context, conversation: Conversation, owner: UUID, what: str, sealed: bytes | None) -> str | None:
    return None if sealed is None else unseal(ctx, conversation, owner, what, sealed)


def _place(owner: UUID, what: str) -> str:
    return f"escalation/{owner}/{what}"
