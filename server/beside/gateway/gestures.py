"""Typing and, in one-to-ones, having seen, as another node tells of them. What is passed on is what the database says: nobody can make up a gesture."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from sqlmodel import col, select

from beside.conversations.tables import Conversation, Participant
from beside.gateway.connection import Connection
from beside.kit.context import query
from beside.kit.house import House
from beside.kit.logs import log
from beside.protocol.events import Event, SeenMoved, TypingStarted
from beside.protocol.shapes import ConversationKind, Log
from beside.protocol.signals import Saw, Typed

TOLD = 64  # of them at most, the furthest first: to show that somebody has seen it, one is enough

Tell = Callable[[UUID, Event, UUID], None]
"""Tell those who follow a conversation here, all but this account."""


class Gestures:
    """Gestures that come in while one lookup is under way share the next."""

    def __init__(self, house: House, tell: Tell) -> None:
        self._house, self._tell = house, tell
        self._waiting: dict[UUID, set[Typed | Saw]] = {}
        self._looking: asyncio.Task[None] | None = None

    def hear(self, signal: Typed | Saw) -> None:
        self._waiting.setdefault(signal.conversation, set()).add(signal)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="gestures")

    async def _look(self) -> None:
        try:
            while self._waiting:
                await self._pass_on(*self._waiting.popitem())
        except Exception as lost:  # a gesture is not worth more; the next snapshot has what was seen
            self._waiting.clear()
            log.warning("gestures.let_go", error=type(lost).__name__)
        finally:
            self._looking = None

    async def _pass_on(self, conversation: UUID, signals: set[Typed | Saw]) -> None:
        accounts = {signal.account for signal in signals}
        async with query(self._house) as ctx:
            present = (col(Participant.conversation_id) == conversation, col(Participant.account_id).in_(accounts), col(Participant.left_at).is_(None))
            whose = select(Participant.account_id, Participant.seen_seq, Conversation.kind).join(Conversation, col(Conversation.id) == conversation)
            seen = {account: (seq, kind) for account, seq, kind in await ctx.db.exec(whose.where(*present))}
        for account, (seq, kind) in seen.items():
            if Typed(conversation=conversation, account=account) in signals:
                self._tell(conversation, TypingStarted(conversation=conversation, account=account), account)
            if kind is ConversationKind.one_to_one and any(isinstance(signal, Saw) and signal.account == account for signal in signals):
                self._tell(conversation, SeenMoved(conversation=conversation, account=account, seq=seq), account)


async def seen_by_others(house: House, connection: Connection) -> list[SeenMoved]:
    """How far the other has seen, in each one-to-one that this connection follows: a signal is told once, and to those who listen just then."""
    followed = [conversation for conversation, log_name in connection.follows if log_name is Log.public]
    if not followed:
        return []
    others = (col(Participant.conversation_id).in_(followed), col(Participant.left_at).is_(None), Participant.account_id != connection.actor.account)
    async with query(house) as ctx:
        rows = await ctx.db.exec(
            select(Participant.conversation_id, Participant.account_id, Participant.seen_seq)
            .join(Conversation, col(Conversation.id) == col(Participant.conversation_id))
            .where(*others, Participant.seen_seq > 0, col(Conversation.kind) == ConversationKind.one_to_one)
            .order_by(col(Participant.seen_seq).desc())
            .limit(TOLD)
        )
        return [SeenMoved(conversation=conversation, account=account, seq=seq) for conversation, account, seq in rows]
