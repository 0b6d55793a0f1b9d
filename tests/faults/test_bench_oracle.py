"""A figure is worth nothing where what was measured lost something: the benches ask too."""

import pytest
from sqlmodel import col, delete, update

from beside.conversations.open import open_one_to_one
from beside.conversations.tables import Conversation, Event
from beside.kit.context import command
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.messages.send import send
from tests.bench.honest import Dishonest, require_honest
from tests.rig.cast import Cast

LINES = 3


@pytest.fixture
async def talked(house: House, cast: Cast) -> House:
    async with command(house) as ctx:
        chat = await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)
    for n in range(LINES):
        async with command(house, cast.member.actor) as ctx:
            await send(ctx, chat.id, new_id(), f"line {n}")
    return house


async def test_a_bench_that_lost_a_line_gives_no_figure(talked: House) -> None:
    """As many stored as acknowledged is well; one more acknowledged, and one that is not there any more, are not (FAULTS 129)."""
    await require_honest(talked, LINES)
    with pytest.raises(Dishonest, match="4 messages were acknowledged, 3 are stored"):
        await require_honest(talked, LINES + 1)
    async with command(talked) as ctx:
        await ctx.db.exec(delete(Event).where(col(Event.kind) == "message.posted", col(Event.seq) == LINES + 1))
    with pytest.raises(Dishonest, match="1 logs have a hole"):
        await require_honest(talked, LINES - 1)


async def test_a_bench_whose_log_ends_elsewhere_gives_no_figure(talked: House) -> None:
    """The conversation says that there is one more than there is (FAULTS 129)."""
    async with command(talked) as ctx:
        await ctx.db.exec(update(Conversation).values(last_seq=Conversation.last_seq + 1))
    with pytest.raises(Dishonest, match="end where their conversation does not say"):
        await require_honest(talked, LINES)
