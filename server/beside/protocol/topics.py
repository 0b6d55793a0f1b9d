"""The names of broker topics, made in one place."""

from uuid import UUID


def conversation(conversation_id: UUID) -> str:
    """Hints that a log of this conversation grew, and typing and seen signals."""
    return f"conversation.{conversation_id}"


def account(account_id: UUID) -> str:
    """Signals to every socket of one person: something to load afresh, or: you are signed out."""
    return f"account.{account_id}"


def on_call(hub_id: UUID) -> str:
    """Signals to those of one hub who may answer a call for a clinician that one of its calls changed."""
    return f"on_call.{hub_id}"


def desk(hub_id: UUID) -> str:
    """Signals to the staff of one hub that the desk changed."""
    return f"desk.{hub_id}"
