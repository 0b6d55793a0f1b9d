"""The same message over HTTP again and again, as a page does whose answer does not come."""

import asyncio

from sqlmodel import select

from beside.conversations.tables import Event
from beside.kit.context import query
from beside.kit.ids import new_id
from tests.gateway.conftest import Here


async def test_a_hundred_posts_of_one_message_at_once_are_one_message(here: Here) -> None:
    """A hundred requests with one `client_id` leave one row, and a hundred answers that are the same to the letter (FAULTS 2)."""
    chat, said = await here.chat(), {"client_id": new_id(), "body": "again", "log": "public"}
    async with here.client(here.cast.member) as wren:
        answers = await asyncio.gather(*(wren.call("POST", f"/api/conversations/{chat}/messages", said) for _ in range(100)))
    async with query(here.house) as ctx:
        rows = (await ctx.db.exec(select(Event.seq).where(Event.conversation_id == chat, Event.client_id == said["client_id"]))).all()
    assert [4] == list(rows)
    assert [answers[0]] * 100 == answers
    assert (4, str(said["client_id"])) == (answers[0]["seq"], answers[0]["client_id"])
