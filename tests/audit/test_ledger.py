"""The ledger in real databases: appended to at once, and tampered with by somebody who may write any row."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col, delete, select, update

from beside.audit.chain import Flaw, Head, Problem
from beside.audit.tables import AuditEntry, AuditHead
from beside.audit.verify import heads, verify, verify_all
from beside.audit.write import record
from beside.kit.clock import SetClock
from beside.kit.context import Actor, command, query
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.protocol.shapes import Role
from tests.rig.house import open_house

HUB, OTHER_HUB = uuid4(), uuid4()
COORDINATOR = Actor(account=uuid4(), hub=HUB, session=uuid4(), roles=frozenset({"coordinator"}))
AT = datetime(2026, 11, 21, 22, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """A house whose clock stands at an instant with microseconds: a hash must survive how a database keeps them."""
    async with open_house(database_url, clock=SetClock(AT)) as here:
        yield here


async def append(house: House, count: int, hub: UUID = HUB) -> None:
    for number in range(count):
        async with command(house, COORDINATOR) as ctx:
            await record(ctx, "account:role:granted", hub, account=uuid4(), role=Role.peer, count=number)


async def tamper(house: House, *statements: object) -> None:
    async with house.database.write() as db:
        for statement in statements:
            await db.exec(statement)  # type: ignore[call-overload]  # any statement somebody with the database in hand may run
        await db.commit()


async def flaw_of(house: House, kept: Head | None = None) -> Flaw | None:
    async with query(house) as ctx:
        return await verify(ctx, HUB, kept)


async def test_an_entry_says_who_did_what_when_and_about_whom(house: House) -> None:
    """Actor, session, action, ids and the instant of the command come back from the database as they were written."""
    account = uuid4()
    async with command(house, COORDINATOR) as ctx:
        await record(ctx, "account:role:granted", HUB, account=account, role=Role.peer, count=3, first=True, lead=None)
    async with query(house) as ctx:
        entry = (await ctx.db.exec(select(AuditEntry))).one()
    expected = (HUB, 1, AT, COORDINATOR.account, COORDINATOR.session, {"account": str(account), "role": "peer", "count": 3, "first": True, "lead": None})
    assert expected == (entry.hub_id, entry.position, entry.at, entry.actor_id, entry.session_id, entry.about)
    assert await flaw_of(house) is None


async def test_the_house_itself_may_act(house: House) -> None:
    """A timer has no account; its act is written without one."""
    async with command(house) as ctx:
        await record(ctx, "escalation:rung:used", HUB, rung=2)
    async with query(house) as ctx:
        entry = (await ctx.db.exec(select(AuditEntry))).one()
    assert (None, None) == (entry.actor_id, entry.session_id)


@pytest.mark.parametrize("value", ["Anna M.", "she said no", "a@b.example", "x" * 65, 1.5, ["id"], b"bytes", ""])
async def test_nothing_a_person_wrote_gets_in(house: House, value: object) -> None:
    """Free text, names, lists and fractions are refused before anything is stored."""
    with pytest.raises(ValueError):
        async with command(house, COORDINATOR) as ctx:
            await record(ctx, "account:role:granted", HUB, note=value)
    async with query(house) as ctx:
        assert [] == await heads(ctx)


@pytest.mark.parametrize("action", ["granted", "account:granted", "account:role:granted:twice", "Account:Role:Granted", "account:role:", "a b:c:d"])
async def test_an_action_is_a_tag_of_three_words(house: House, action: str) -> None:
    """A tag of another form is a mistake in our code and stops the command."""
    with pytest.raises(ValueError):
        async with command(house, COORDINATOR) as ctx:
            await record(ctx, action, HUB)


async def test_twenty_appends_at_once_make_one_chain(house: House) -> None:
    """Twenty commands that append at the same instant, the very first among them, leave positions 1 to 20 and no fork."""
    await asyncio.gather(*(append(house, 1) for _ in range(20)))
    async with query(house) as ctx:
        positions = (await ctx.db.exec(select(AuditEntry.position).order_by(col(AuditEntry.position)))).all()
        assert [(HUB, 20)] == [(head.hub, head.position) for head in await heads(ctx)]
    assert list(range(1, 21)) == list(positions)
    assert await flaw_of(house) is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer, whatever is written
async def test_nobody_waits_for_a_ledger_that_is_not_being_written(house: House) -> None:
    """A command that recorded something and goes on with other work holds up nobody else of its hub."""
    await append(house, 1)
    async with command(house, COORDINATOR) as ctx:
        await record(ctx, "account:role:granted", HUB)
        await append(house, 1)
    assert await flaw_of(house) is None
    async with query(house) as ctx:
        assert [3] == [head.position for head in await heads(ctx)]


async def test_several_acts_of_one_command_follow_each_other(house: House) -> None:
    """A command that does three things writes three entries, in its order."""
    async with command(house, COORDINATOR) as ctx:
        for what in ("granted", "taken", "granted"):
            await record(ctx, f"account:role:{what}", HUB)
    async with query(house) as ctx:
        actions = (await ctx.db.exec(select(AuditEntry.action).order_by(col(AuditEntry.position)))).all()
    assert ["account:role:granted", "account:role:taken", "account:role:granted"] == list(actions)
    assert await flaw_of(house) is None


async def test_a_command_that_fails_leaves_no_entry_and_no_gap(house: House) -> None:
    """What was not done is not written, and the next act takes the position."""
    await append(house, 1)

    async def changes_its_mind() -> None:
        async with command(house, COORDINATOR) as ctx:
            await record(ctx, "account:role:granted", HUB)
            raise LookupError

    with pytest.raises(LookupError):
        await changes_its_mind()
    await append(house, 1)
    async with query(house) as ctx:
        assert [2] == [head.position for head in await heads(ctx)]
    assert await flaw_of(house) is None


async def test_what_cannot_be_written_is_not_done(house: House) -> None:
    """If the entry cannot be stored, the command fails and what it did with it (FAULTS 122)."""
    await append(house, 1)
    await tamper(house, text("ALTER TABLE audit_entry RENAME TO audit_entry_away"))

    async def reads_a_transcript() -> None:
        async with command(house, COORDINATOR) as ctx:
            ctx.db.add(AuditHead(hub_id=OTHER_HUB, position=0, hash="done beside it"))
            await record(ctx, "conversation:transcript:read", HUB)

    with pytest.raises((ProgrammingError, Unavailable)):  # SQLite calls a missing table operational
        await reads_a_transcript()
    async with query(house) as ctx:
        assert [HUB] == [head.hub for head in await heads(ctx)]


async def test_each_hub_has_its_own_chain(house: House) -> None:
    """Appending in one hub does not move another's ledger, and tampering with one does not blame the other."""
    await append(house, 3)
    await append(house, 2, OTHER_HUB)
    await tamper(house, delete(AuditEntry).where(col(AuditEntry.hub_id) == OTHER_HUB, col(AuditEntry.position) == 1))
    async with query(house) as ctx:
        assert [Flaw(OTHER_HUB, 1, Problem.missing)] == await verify_all(ctx)


def at(position: int) -> object:
    return col(AuditEntry.hub_id) == HUB, col(AuditEntry.position) == position


async def test_an_edited_row_is_named(house: House) -> None:
    """Changing who did it, when, or about whom is found at that row (FAULTS 121)."""
    for change in ({"actor_id": uuid4()}, {"at": AT - timedelta(days=1)}, {"about": {"account": str(uuid4())}}, {"action": "account:role:taken"}):
        await append(house, 2)
        async with query(house) as ctx:
            last = (await heads(ctx))[0].position
            before = (await ctx.db.exec(select(AuditEntry).where(col(AuditEntry.position) == last - 1))).one()
        await tamper(house, update(AuditEntry).where(col(AuditEntry.position) == last - 1).values(**change))
        assert Flaw(HUB, last - 1, Problem.edited) == await flaw_of(house)
        await tamper(house, update(AuditEntry).where(col(AuditEntry.position) == last - 1).values({name: getattr(before, name) for name in change}))
    assert await flaw_of(house) is None


async def test_a_deleted_row_is_named(house: House) -> None:
    """A row that was taken out leaves a hole that is said (FAULTS 121)."""
    await append(house, 4)
    await tamper(house, delete(AuditEntry).where(col(AuditEntry.position) == 2))
    assert Flaw(HUB, 2, Problem.missing) == await flaw_of(house)


async def test_an_inserted_row_is_named(house: House) -> None:
    """A row put in behind the head is found (FAULTS 121)."""
    await append(house, 3)
    async with query(house) as ctx:
        last = (await ctx.db.exec(select(AuditEntry).where(col(AuditEntry.position) == 3))).one()
    await tamper(house, AuditEntry.__table__.insert().values(**{**last.model_dump(), "position": 4, "prev_hash": last.hash}))  # type: ignore[attr-defined]  # SQLModel hides it
    assert Flaw(HUB, 4, Problem.edited) == await flaw_of(house)


async def test_a_row_written_behind_the_writers_back_is_named_even_with_a_fitting_hash(house: House) -> None:
    """Somebody who knows how hashes are made, but forgets the head, is found (FAULTS 121)."""
    await append(house, 3)
    async with query(house) as ctx:
        head = (await heads(ctx))[0]
    await append(house, 1)
    await tamper(house, update(AuditHead).values(position=head.position, hash=head.hash))
    assert Flaw(HUB, 4, Problem.inserted) == await flaw_of(house)


async def test_a_tail_cut_off_is_found_with_the_head_that_was_kept(house: House) -> None:
    """Cutting off rows is seen by the database's own head; cutting that off too is seen by the exported one (FAULTS 121)."""
    await append(house, 5)
    async with query(house) as ctx:
        kept = (await heads(ctx))[0]
        third = (await ctx.db.exec(select(AuditEntry.hash).where(col(AuditEntry.position) == 3))).one()
    await tamper(house, delete(AuditEntry).where(col(AuditEntry.position) > 3))
    assert Flaw(HUB, 4, Problem.truncated) == await flaw_of(house)
    await tamper(house, update(AuditHead).values(position=3, hash=third))
    assert await flaw_of(house) is None
    assert Flaw(HUB, 4, Problem.truncated) == await flaw_of(house, kept)


async def test_a_tail_written_anew_is_found_with_the_head_that_was_kept(house: House) -> None:
    """A fork that is right in itself does not reach the hash that was exported (FAULTS 121)."""
    await append(house, 3)
    async with query(house) as ctx:
        kept = (await heads(ctx))[0]
        second = (await ctx.db.exec(select(AuditEntry.hash).where(col(AuditEntry.position) == 2))).one()
    await tamper(house, delete(AuditEntry).where(col(AuditEntry.position) == 3), update(AuditHead).values(position=2, hash=second))
    await append(house, 2)
    assert await flaw_of(house) is None
    assert Flaw(HUB, 3, Problem.forked) == await flaw_of(house, kept)


async def test_a_ledger_gone_altogether_is_found_with_the_head_that_was_kept(house: House) -> None:
    """A hub of which nothing is left is still asked about where its head was exported."""
    await append(house, 2)
    async with query(house) as ctx:
        kept = await heads(ctx)
    await tamper(house, delete(AuditEntry), delete(AuditHead))
    async with query(house) as ctx:
        assert [] == await verify_all(ctx)
        assert [Flaw(HUB, 1, Problem.truncated)] == await verify_all(ctx, kept)


async def test_a_ledger_is_verified_while_it_grows(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verifying page by page beside twenty appends never calls an honest ledger flawed."""
    monkeypatch.setattr("beside.audit.verify.PAGE", 3)
    await append(house, 7)
    flaws = await asyncio.gather(*(flaw_of(house) for _ in range(5)), *(append(house, 2) for _ in range(10)))
    assert {None} == set(flaws)
    assert await flaw_of(house) is None
