"""How the databases find what the hot path asks them, on a day on which they know nothing of the tables yet."""

from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import event

from beside.conversations.log import Entry
from beside.conversations.open import open_one_to_one
from beside.kit.context import command, query
from beside.kit.db import Database
from beside.kit.ids import new_id
from beside.kit.trip import prepared
from beside.messages import history
from beside.messages.send import _STANDINGS
from beside.migrations.run import migrate
from beside.protocol.shapes import Log
from tests.rig.cast import make_cast
from tests.rig.house import open_house


@pytest.mark.parametrize("stored", [0, 10, 1_000, 50_000], ids=str)
async def test_a_message_said_before_is_found_by_its_number(postgres_url: str, stored: int) -> None:
    """Not by going through all that was said in its conversation, which would cost more with every message. The plan is kept: it must be right at first."""
    database = Database(postgres_url)
    await migrate(database)
    chat, asked = new_id(), prepared(_STANDINGS, database.engine.dialect)
    wish = {"number": 0, "conversation": chat, "account": new_id(), "session": new_id(), "client_id": new_id()}
    async with await psycopg.AsyncConnection.connect(postgres_url) as db:
        await db.execute("SET session_replication_role = replica")  # a conversation that is not there will do
        await db.execute(
            "INSERT INTO event (conversation_id, log, seq, kind, author_id, client_id, detail, created_at)"
            " SELECT %s, 'public', n, 'message.posted', %s, gen_random_uuid(), '{}', now() FROM generate_series(1, %s) AS n",
            [chat, wish["account"], stored],
        )
        found = await db.execute("EXPLAIN " + asked.text, asked.parameters({"asked": [wish], "now": datetime(2026, 3, 1, tzinfo=UTC)}))
        plan = [line for (line,) in await found.fetchall()]
    await database.close()
    assert [True] == ["uq_event_conversation_id_author_id_client_id" in line for line in plan if " on event " in line]


async def test_what_became_of_messages_is_found_by_what_it_is_about(sqlite_url: str) -> None:
    """SQLite does not go through the conversation for it either, at every page of history and for whoever catches up."""
    asked: list[tuple[str, tuple[object, ...]]] = []
    async with open_house(sqlite_url) as house:
        cast = await make_cast(house)
        async with command(house) as ctx:
            chat = await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)
        entries = [Entry(chat.id, Log.public, 1, "message.posted", house.clock.now())]
        event.listen(house.database.engine.sync_engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
        async with query(house) as ctx:
            await history.overlays_of(ctx, chat, entries)
            statement, values = asked[-1]
            found = await (await ctx.db.connection()).exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values)
            plan = [row[-1] for row in found]
    assert [True] == ["ix_event_has_target" in line for line in plan]
