"""How PostgreSQL finds what the hot path asks it, on a day on which it knows nothing of the tables yet."""

from datetime import UTC, datetime

import psycopg
import pytest

from beside.kit.db import Database
from beside.kit.ids import new_id
from beside.kit.trip import prepared
from beside.messages.send import _STANDINGS
from beside.migrations.run import migrate


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
