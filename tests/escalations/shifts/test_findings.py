"""What the rota lacks is found before it is needed: on a clock that is turned by hand, by the worker's own look."""

import asyncio
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import col, select

from beside.audit.tables import AuditEntry
from beside.escalations.shifts.duty import Trouble
from beside.escalations.shifts.findings import AHEAD, EVERY, look_ahead
from beside.escalations.shifts.tables import Finding
from beside.escalations.tables import Channel
from beside.hubs.policy import Span
from beside.kit.context import command, query
from beside.kit.house import House
from beside.kit.metrics import ALARMS
from beside.protocol.shapes import RotaTrouble
from tests.escalations.shifts.rota_scene import RotaScene, make_rota, utc

STEP = 3 * EVERY
one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NOBODY, AWAY, NO_CHANNEL, GONE = RotaTrouble.nobody, RotaTrouble.away, RotaTrouble.no_channel, RotaTrouble.gone


async def told(rota: RotaScene) -> list[str]:
    """The kinds that the ledger says were told, in order."""
    async with query(rota.house) as ctx:
        acts = (await ctx.db.exec(select(AuditEntry).where(AuditEntry.action == "hub:rota:lacking").order_by(col(AuditEntry.position)))).all()
    return [str(act.about["kind"]) for act in acts]


async def hours_pass(rota: RotaScene, hours: float) -> None:
    """As a worker lives through them that looks now and then."""
    for _ in range(int(timedelta(hours=hours) / STEP)):
        rota.later(seconds=STEP.total_seconds())
        await look_ahead(rota.house)


@pytest.fixture
async def one_line(house: House) -> RotaScene:
    """One rung follows the rota, and its three clinicians can be reached."""
    made = await make_rota(house, True)
    await made.reaches(made.hazel, made.ben, made.cai)
    return made


PLANS: list[tuple[str, list[tuple[str, str, str]], list[tuple[str, str, str]], tuple[RotaTrouble, datetime, datetime | None]]] = [
    ("an empty rota", [], [], (NOBODY, utc(26, 10), None)),
    (
        "half an hour nobody has at the change of shifts",
        [("hazel", "2026-03-01T08:00", "2026-03-01T20:00"), ("ben", "2026-03-01T20:30", "2026-03-02T08:00")],
        [],
        (NOBODY, utc(26, 20), utc(26, 20, 30)),
    ),
    (
        "somebody on leave",
        [("hazel", "2026-03-01T08:00", "2026-03-02T08:00")],
        [("hazel", "2026-03-28T12:00", "2026-03-29T12:00")],
        (AWAY, utc(28, 12), utc(29, 11)),  # noon is an hour sooner, for the clocks went forward meanwhile
    ),
    (
        "a rota planned in hours of winter, on the night the clocks go back",
        [("hazel", "2026-03-01T08:00", "2026-03-02T01:00"), ("ben", "2026-03-01T02:00", "2026-03-01T08:00")],
        [],
        (NOBODY, utc(27, 1), utc(27, 2)),
    ),
    ("a rota that runs out", [("hazel", "2026-03-27T08:00", "2026-03-28T08:00")], [], (NOBODY, utc(26, 10), utc(27, 8))),
]


@one_engine
@pytest.mark.parametrize(("plan", "away", "expected"), [row[1:] for row in PLANS], ids=[row[0] for row in PLANS])
async def test_what_is_missing_is_found_a_day_before(
    one_line: RotaScene, plan: list[tuple[str, str, str]], away: list[tuple[str, str, str]], expected: tuple[RotaTrouble, datetime, datetime | None]
) -> None:
    """Each way in which a rota has a hole, at the end of March: the look finds it, with its hours and why, and says so (FAULTS 99)."""
    one_line.later(days=24)  # 26 March, ten in the morning
    for who, starts, ends in plan:
        await one_line.plans(getattr(one_line, who), starts, ends)
    for who, starts, ends in away:
        await one_line.is_away(getattr(one_line, who), starts, ends)
    before = ALARMS.labels("rota_gap")._value.get()
    assert await look_ahead(one_line.house) >= 1
    first = (await one_line.findings())[0]
    assert expected == (first.kind, first.starts_at, first.ends_at)
    assert ALARMS.labels("rota_gap")._value.get() > before
    assert [expected[0].value] == (await told(one_line))[:1]


@one_engine
async def test_a_gap_is_known_a_day_and_more_ahead(one_line: RotaScene) -> None:
    """Planned well, then a week in which one night is nobody's: nothing is said until three days before, then once, and never as late as a day (FAULTS 99)."""
    shift = await one_line.covers()
    await one_line.changes(shift, date(2026, 3, 9), off=True)  # from Monday at eight
    starts = utc(9, 8)
    said: list[datetime] = []
    while one_line.house.clock.now() < starts:
        if await look_ahead(one_line.house):
            said.append(one_line.house.clock.now())
        one_line.later(hours=1)
    assert 1 == len(said)
    assert starts - said[0] >= timedelta(hours=24)
    assert AHEAD - timedelta(hours=1) <= starts - said[0] <= AHEAD
    assert [(starts, utc(10, 8))] == [(one.starts_at, one.ends_at) for one in await one_line.findings()]


@one_engine
async def test_it_is_told_once_and_again_when_it_changes(one_line: RotaScene) -> None:
    """Time alone is no news: an empty rota is one finding for days, and while it lasts. A gap that becomes another is told again; a mended one is closed."""
    await hours_pass(one_line, 30)
    assert ["nobody"] == await told(one_line)
    shift = await one_line.plans(one_line.hazel, "2026-03-04T08:00", "2026-03-05T08:00")
    await hours_pass(one_line, 1)
    assert ["nobody"] * 1 == await told(one_line)  # its end came in sight: not worse than was said
    assert [utc(4, 8)] == [one.ends_at for one in await one_line.findings()]
    await one_line.changes(shift, date(2026, 3, 4), starts="2026-03-04T12:00", ends="2026-03-05T08:00")
    await hours_pass(one_line, 1)
    assert ["nobody"] * 2 == await told(one_line)
    await one_line.plans(one_line.ben, "2026-03-02T08:00", "2026-03-04T12:00", every_weeks=0, weekdays=None)
    await hours_pass(one_line, 1)
    assert [] == await one_line.findings()
    assert ["nobody"] * 2 == await told(one_line)
    async with query(one_line.house) as ctx:
        assert [True] == [row.mended_at is not None for row in (await ctx.db.exec(select(Finding))).all()]


@one_engine
async def test_who_cannot_be_reached_is_found(one_line: RotaScene) -> None:
    """Without a channel, with a retired one, with one that answered that it is gone: known before their shift, and closed with a new channel (FAULTS 99)."""
    await one_line.covers()
    assert 0 == await look_ahead(one_line.house)
    for column, kind in (("gone_at", GONE), ("retired_at", NO_CHANNEL)):
        async with command(one_line.house) as ctx:
            channel = (await ctx.db.exec(select(Channel).where(Channel.account_id == one_line.hazel.account, col(Channel.retired_at).is_(None)))).one()
            setattr(channel, column, ctx.now)
        await hours_pass(one_line, 1)
        assert [(kind, one_line.hazel.account)] == [(one.kind, one.account_id) for one in await one_line.findings()]
        assert [False] == [one.reachable for one in (await one_line.week()).people if one.name == "Hazel"]
        assert ["Hazel"] == [one.name for one in (await one_line.week()).found]
    assert ["gone", "no_channel"] == await told(one_line)
    await one_line.reaches(one_line.hazel)
    await hours_pass(one_line, 30)
    assert [] == await one_line.findings()
    assert ["gone", "no_channel"] == await told(one_line)


@one_engine
async def test_a_hub_that_is_shut_lacks_nobody(house: House) -> None:
    """Evenings only: what nobody has at night is no gap, and evenings that nobody has are one finding, not one each night."""
    evenings = [Span(weekday, 18 * 60, 22 * 60) for weekday in range(7)]
    rota = await make_rota(house, True, open_hours=evenings)
    await rota.reaches(rota.hazel)
    await rota.plans(rota.hazel, "2026-03-01T18:00", "2026-03-01T22:00", until=date(2026, 3, 3))
    assert [Trouble(0, NOBODY, None, utc(4, 18), None)] == await rota.gaps()
    await hours_pass(rota, 60)
    assert ["nobody"] == await told(rota)


async def test_of_several_workers_one_tells(rota: RotaScene) -> None:
    """Four look at the same moment: each line's gap is written and told once."""
    await asyncio.gather(*(look_ahead(rota.house) for _ in range(4)))
    assert ["nobody", "nobody"] == await told(rota)
    assert 2 == len(await rota.findings())
