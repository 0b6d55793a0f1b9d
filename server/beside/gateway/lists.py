"""Keeping lists of conversations true on every screen: where each ends, how far its reader has come, and who is on its page.

A node notes what moved here, and looks once a second at most: one query for all of it, and to each person whom it concerns a signal on their
own topic. Whoever has left meanwhile is not among them, because the query asks who is in it now.
"""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel import and_, col, or_, select

from beside.conversations.tables import Conversation, Participant
from beside.kit.context import query
from beside.kit.house import House
from beside.kit.logs import log
from beside.presence.connected import here
from beside.protocol import topics
from beside.protocol.shapes import ConversationKind, Log, Place
from beside.protocol.signals import Stands

GATHER_S = 0.2  # a page that is loaded again goes and comes within it: nobody is told that somebody left who did not
EVERY_S = 1.0  # between two looks
AT_ONCE = 500  # conversations in one look; the others are in the next
HERE_AT_MOST = 200  # as many as a room lists by name


class Lists:
    """What moved on this node since it last looked."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._attended: dict[UUID, set[UUID]] = {}
        self._grown: set[UUID] = set()
        self._looking: asyncio.Task[None] | None = None
        house.grew_here.append(self._grew_here)

    def attended(self, conversation: UUID, account: UUID) -> None:
        """This person came to its page, or left it."""
        self._attended.setdefault(conversation, set()).add(account)
        self._look_soon()

    def stop(self) -> None:
        if self._looking:
            self._looking.cancel()

    def _grew_here(self, conversation: UUID, log_name: str, _: Sequence[Any]) -> None:
        if log_name == Log.public:
            self._grown.add(conversation)
            self._look_soon()

    def _look_soon(self) -> None:
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="lists")

    async def _look(self) -> None:
        try:
            await asyncio.sleep(GATHER_S)
            while some := [*(self._attended.keys() | self._grown)][:AT_ONCE]:
                attended = {each: self._attended.pop(each) for each in some if each in self._attended}
                grown = self._grown.intersection(some)
                self._grown -= grown
                await self._tell(some, attended, grown)
                await asyncio.sleep(EVERY_S)
        except Exception as lost:  # a list is loaded afresh every twenty seconds in any case
            log.warning("lists.let_go", error=type(lost).__name__)
        finally:
            self._looking = None

    async def _tell(self, some: list[UUID], attended: dict[UUID, set[UUID]], grown: set[UUID]) -> None:
        others_come = and_(col(Conversation.kind) == ConversationKind.one_to_one, col(Conversation.id).in_(attended))
        async with query(self._house) as ctx:
            rows = (
                await ctx.db.exec(
                    select(Participant.account_id, Participant.seen_seq, Conversation.id, Conversation.last_seq)
                    .join(Conversation, col(Conversation.id) == col(Participant.conversation_id))
                    .where(col(Conversation.id).in_(some), col(Participant.left_at).is_(None))
                    .where(or_(col(Participant.place) != Place.member, others_come))
                )
            ).all()
        present = {each: sorted(await here(self._house, each))[:HERE_AT_MOST] for each in attended.keys() & {row[2] for row in rows}}
        for account, seen, conversation, last in rows:
            if attended.get(conversation) == {account} and conversation not in grown:
                continue  # that they came or went themselves is no news to them
            ctx.publish(topics.account(account), Stands(conversation=conversation, last_seq=last, seen_seq=seen, here=present.get(conversation)))
        await ctx.release()
