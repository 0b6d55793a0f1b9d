"""The same message over HTTP again and again, as a page does whose answer does not come."""

import asyncio
import json

import pytest
from sqlmodel import select

from beside.conversations.tables import Event
from beside.kit.context import query
from beside.kit.ids import new_id
from tests.faults.test_redis_away import talking
from tests.gateway.conftest import Here
from tests.rig.client import Refused
from tests.rig.nodes import Premises
from tests.rig.oracle import complaints


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


async def test_other_words_under_the_same_number_are_refused_and_written_down_without_a_word(premises: Premises) -> None:
    """By POST and by socket: 409, the first words stay, the node's log has a line with ids for each, and nothing anybody wrote (FAULTS 3)."""
    node, client_id = premises.node(), new_id()
    async with talking(premises, (node.url, node.url)) as (house, chat, wren, alder):
        first = await wren.post(chat, "the first words", client_id=client_id)
        for say in (wren.post, wren.send):
            with pytest.raises(Refused, match="client_id_conflict"):
                await say(chat, "the second words", client_id=client_id)
        wren.unsent.clear()
        answer = await wren.http.post(
            f"/api/conversations/{chat}/messages", json={"client_id": str(client_id), "body": "the third words", "log": "public"}, headers=wren._cookie()
        )
        assert (409, "client_id_conflict") == (answer.status_code, answer.json()["code"])
        for each in (wren, alder):
            await each.settle()
            assert ["the first words"] == each.bodies(chat)
        assert [first] == wren.acknowledged
        assert [] == await complaints(house, [wren, alder])
    written = [json.loads(line) for line in node.child.said.splitlines() if "message.number_used_twice" in line]
    assert [(str(wren.account), str(chat), "warning")] * 3 == [(line["account"], line["conversation"], line["level"]) for line in written]
    assert "words" not in premises.said
