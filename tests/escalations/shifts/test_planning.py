"""Planning the rota: shifts, changes, swaps and leave by the people whose they are, and what becomes of who is on call."""

from datetime import date

import pytest

from beside.accounts.revoke_role import revoke_role
from beside.escalations.shifts.end_shift import end_shift
from beside.escalations.shifts.leave import end_leave
from beside.escalations.shifts.plan_shift import SHIFTS_AT_MOST, plan_shift, replan_shift
from beside.escalations.shifts.swap import end_swap
from beside.kit.context import command
from beside.kit.errors import BadInput, Conflict, NotAllowed, NotFound
from beside.protocol.rota import PlanShift
from beside.protocol.shapes import Role, RotaAnswer
from tests.escalations.shifts.rota_scene import EVERY_DAY, RotaScene, utc

TUESDAY = date(2026, 3, 3)
one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_whose_shift_it_is(rota: RotaScene) -> None:
    """At each hour the one who is planned is asked, by their own channels, until the next one takes over; where nobody is, nobody is named (FAULTS 99)."""
    hazels, bens = await rota.reaches(rota.hazel, rota.ben)
    await rota.plans(rota.hazel, "2026-03-01T08:00", "2026-03-01T20:00")
    await rota.plans(rota.ben, "2026-03-01T20:00", "2026-03-02T07:00")
    day, night = await rota.on_duty(utc(4, 12)), await rota.on_duty(utc(4, 22))
    assert day
    assert night
    assert (rota.hazel.account, [hazels], utc(4, 20)) == (day.account, day.channels, day.until)
    assert (rota.ben.account, [bens], utc(5, 7)) == (night.account, night.channels, night.until)
    assert await rota.on_duty(utc(5, 7, 30)) is None
    assert await rota.on_duty(utc(4, 12), rung=1) is None


@one_engine
async def test_a_swap_is_asked_and_agreed(rota: RotaScene) -> None:
    """Hazel asks, Cai says yes, and Cai is called that day; the days around stay Hazel's (FAULTS 99)."""
    shift = await rota.covers()
    swap = await rota.asks(rota.hazel, shift, TUESDAY)
    assert [(swap, "Hazel")] == [(one.swap, one.of_name) for one in (await rota.week(rota.cai)).swaps]
    assert (await rota.on_duty(utc(3, 12))).account == rota.hazel.account  # type: ignore[union-attr]  # asked is not agreed
    await rota.agrees(rota.cai, swap)
    assert [rota.hazel.account, rota.cai.account, rota.hazel.account] == [
        (await rota.on_duty(at)).account  # type: ignore[union-attr]  # somebody is on at each
        for at in (utc(3, 7, 59), utc(3, 8), utc(4, 8))
    ]
    week = await rota.week(rota.cai)
    assert [] == week.swaps
    assert [("Cai", "Hazel")] == [(one.name, one.covers) for one in week.lines[0].spans if one.covers]
    with pytest.raises(Conflict, match="already_taken"):
        await rota.agrees(rota.ben, swap)


@one_engine
async def test_a_swap_is_between_those_it_is_about(rota: RotaScene) -> None:
    """Nobody gives away what is not theirs, takes what was offered to another, or undoes what was agreed; a coordinator may do all of it."""
    shift = await rota.covers()
    with pytest.raises(NotAllowed):
        await rota.asks(rota.ben, shift, TUESDAY)
    swap = await rota.asks(rota.hazel, shift, TUESDAY, rota.ben)
    with pytest.raises(NotAllowed):
        await rota.agrees(rota.cai, swap)
    with pytest.raises(NotAllowed):
        await rota.agrees(rota.ben, swap, rota.cai)
    with pytest.raises(BadInput):
        await rota.asks(rota.hazel, shift, TUESDAY, rota.cai, agreed=True)  # Cai has not been asked
    await rota.agrees(rota.ben, swap)
    async with command(rota.house, rota.ben.actor) as ctx:
        with pytest.raises(NotAllowed):
            await end_swap(ctx, swap)
    async with command(rota.house, rota.cast.coordinator.actor) as ctx:
        await end_swap(ctx, swap)
    assert (await rota.on_duty(utc(3, 12))).account == rota.hazel.account  # type: ignore[union-attr]  # as it was
    await rota.asks(rota.cast.coordinator, shift, TUESDAY, rota.cai, agreed=True)
    assert (await rota.on_duty(utc(3, 12))).account == rota.cai.account  # type: ignore[union-attr]  # both halves at once


@one_engine
async def test_a_swap_that_is_turned_down_is_gone(rota: RotaScene) -> None:
    """Whoever was asked says no, and nobody can say yes any more; asking again makes the earlier asking void."""
    shift = await rota.covers()
    first = await rota.asks(rota.hazel, shift, TUESDAY, rota.ben)
    async with command(rota.house, rota.ben.actor) as ctx:
        await end_swap(ctx, first)
    with pytest.raises(Conflict, match="already_done"):
        await rota.agrees(rota.ben, first)
    second = await rota.asks(rota.hazel, shift, TUESDAY, rota.ben)
    third = await rota.asks(rota.hazel, shift, TUESDAY)
    assert [third] == [one.swap for one in (await rota.week()).swaps]
    with pytest.raises(Conflict):
        await rota.agrees(rota.ben, second)
    rota.later(days=3)
    with pytest.raises(Conflict, match="already_done"):
        await rota.agrees(rota.ben, third)  # that day is over
    assert [] == (await rota.week()).swaps


@one_engine
async def test_whoever_is_away_is_not_called(rota: RotaScene) -> None:
    """Leave makes a gap of their turn, which the week names; being back after all mends it (FAULTS 99)."""
    await rota.covers()
    leave = await rota.is_away(rota.hazel, "2026-03-04T00:00", "2026-03-05T12:00")
    assert await rota.on_duty(utc(4, 12)) is None
    assert [("Hazel", utc(4, 0), utc(5, 12))] == [
        (one.away, one.starts_at, one.ends_at) for one in (await rota.week()).lines[0].spans if one.answer is RotaAnswer.nobody
    ][-1:]
    async with command(rota.house, rota.ben.actor) as ctx:
        with pytest.raises(NotFound):
            await end_leave(ctx, leave)
    async with command(rota.house, rota.hazel.actor) as ctx:
        await end_leave(ctx, leave)
    assert await rota.on_duty(utc(4, 12))


@one_engine
async def test_one_day_is_different(rota: RotaScene) -> None:
    """An occurrence falls out, gets other hours, and is as usual again: the newest word of a day is the one in force."""
    shift = await rota.plans(rota.hazel, "2026-03-01T08:00", "2026-03-01T20:00")
    await rota.changes(shift, TUESDAY, off=True)
    assert await rota.on_duty(utc(3, 12)) is None
    await rota.changes(shift, TUESDAY, starts="2026-03-03T10:00", ends="2026-03-03T22:00")
    assert await rota.on_duty(utc(3, 9)) is None
    assert await rota.on_duty(utc(3, 21))
    await rota.changes(shift, TUESDAY)
    assert await rota.on_duty(utc(3, 9))
    assert await rota.on_duty(utc(3, 21)) is None
    with pytest.raises(BadInput):
        await rota.changes(shift, date(2026, 2, 1), off=True)


@one_engine
async def test_what_was_stays_as_it_was(rota: RotaScene) -> None:
    """From today on a shift is another; yesterday it was what it was, every second week stays every second, and an agreed swap goes with it."""
    old = await rota.plans(rota.hazel, "2026-02-16T08:00", "2026-02-16T20:00", every_weeks=2, weekdays=[0, 2])
    await rota.agrees(rota.cai, await rota.asks(rota.hazel, old, date(2026, 3, 4)))
    asked = PlanShift(rung=1, account=rota.hazel.account, starts="2026-02-16T09:00", ends="2026-02-16T21:00", every_weeks=2, weekdays=[0, 2])
    async with command(rota.house, rota.cast.coordinator.actor) as ctx:
        new = await replan_shift(ctx, old, asked)
    assert [rota.hazel.account] * 2 == [(await rota.on_duty(at)).account for at in (utc(18, 8, 30, month=2), utc(2, 20, 30))]  # type: ignore[union-attr]  # as planned then, and now
    assert [None] * 3 == [await rota.on_duty(at) for at in (utc(18, 20, 30, month=2), utc(2, 8, 30), utc(9, 12))]
    assert (await rota.on_duty(utc(4, 12))).account == rota.cai.account  # type: ignore[union-attr]  # what Cai promised
    async with command(rota.house, rota.cast.coordinator.actor) as ctx:
        await end_shift(ctx, new, date(2026, 3, 4))
    assert await rota.on_duty(utc(2, 12))
    assert await rota.on_duty(utc(4, 12)) is None
    assert [] == (await rota.week()).shifts


@one_engine
async def test_whoever_is_no_clinician_any_more_is_not_called(rota: RotaScene) -> None:
    """With the role go the shifts: a page to somebody who cannot take it would be silence. It shows as a gap."""
    await rota.plans(rota.ben, "2026-03-01T08:00", "2026-03-02T08:00")
    assert await rota.on_duty(utc(4, 12))
    async with command(rota.house, rota.cast.coordinator.actor) as ctx:
        await revoke_role(ctx, rota.ben.account, Role.clinician)
    assert await rota.on_duty(utc(4, 12)) is None


REFUSED: list[tuple[str, dict[str, object]]] = [
    ("starts", {"starts": "2026-03-01 08:00"}),
    ("starts", {"starts": "2026-02-30T08:00"}),
    ("starts", {"starts": "0001-01-01T00:00"}),
    ("starts", {"starts": "9999-12-31T23:59", "ends": "9999-12-31T23:59"}),
    ("ends", {"ends": "2026-03-01T08:00"}),
    ("ends", {"ends": "2026-03-15T08:01"}),
    ("until", {"until": date(2026, 2, 28)}),
    ("until", {"every_weeks": 0, "until": date(2026, 4, 1)}),
    ("weekdays", {"weekdays": [1]}),
    ("rung", {"rung": 4}),
]


@one_engine
@pytest.mark.parametrize(("field", "asked"), REFUSED, ids=[f"{n} {row[0]}" for n, row in enumerate(REFUSED)])
async def test_what_no_rota_means_is_refused_by_its_field(rota: RotaScene, field: str, asked: dict[str, object]) -> None:
    """Times that are none, shifts without a length, repeats that never begin: refused, and nothing is half written."""
    plain = {"rung": 1, "account": rota.ben.account, "starts": "2026-03-01T08:00", "ends": "2026-03-01T20:00", "every_weeks": 1, "weekdays": EVERY_DAY}
    with pytest.raises(BadInput) as refused:
        async with command(rota.house, rota.cast.coordinator.actor) as ctx:
            await plan_shift(ctx, PlanShift(**(plain | asked)))  # type: ignore[arg-type]  # handed on
    assert field == refused.value.field
    assert [] == await rota.rows()


@one_engine
async def test_only_those_who_can_take_a_call_are_planned(rota: RotaScene) -> None:
    """A peer, a member, and a clinician of another hub are refused alike."""
    for who in (rota.cast.peer, rota.cast.member, rota.cast.stranger):
        with pytest.raises(BadInput):
            await rota.plans(who, "2026-03-01T08:00", "2026-03-01T20:00")
    for who in (rota.cast.peer, rota.hazel):
        with pytest.raises(NotAllowed):
            await rota.plans(rota.ben, "2026-03-01T08:00", "2026-03-01T20:00", by=who)


@one_engine
async def test_a_rota_has_an_end(rota: RotaScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """More shifts than a hub can have are refused in words; those that are over do not count."""
    assert SHIFTS_AT_MOST >= 100
    monkeypatch.setattr("beside.escalations.shifts.plan_shift.SHIFTS_AT_MOST", 2)
    await rota.plans(rota.ben, "2026-01-01T08:00", "2026-01-01T20:00", until=date(2026, 2, 1))
    for n in (1, 2):
        await rota.plans(rota.ben, f"2026-03-0{n}T08:00", f"2026-03-0{n}T20:00", every_weeks=0, weekdays=None)
    with pytest.raises(Conflict, match="rota_full"):
        await rota.plans(rota.ben, "2026-03-05T08:00", "2026-03-05T20:00")


@one_engine
async def test_a_week_over_the_change_of_the_clocks(rota: RotaScene) -> None:
    """The Sunday the clocks go forward has 23 hours, and the night over it eleven; the lines fill the week without a hole (FAULTS 99)."""
    await rota.plans(rota.hazel, "2026-03-01T08:00", "2026-03-01T20:00")
    await rota.plans(rota.ben, "2026-03-01T20:00", "2026-03-02T08:00")
    week = await rota.week(day=date(2026, 3, 26))
    assert (date(2026, 3, 23), "Europe/London") == (week.monday, week.zone)
    assert [24] * 6 + [23] == [(day.ends_at - day.starts_at).total_seconds() / 3600 for day in week.days]
    first = week.lines[0].spans
    assert [week.days[0].starts_at, *(one.ends_at for one in first)] == [*(one.starts_at for one in first), week.days[-1].ends_at]
    assert {RotaAnswer.on} == {one.answer for one in first}
    night = next(one for one in first if one.day == date(2026, 3, 28) and one.name == "Ben")
    assert (utc(28, 20), utc(29, 7)) == (night.turn_starts_at, night.turn_ends_at)
    assert ["First on call", "Second on call"] == [line.name for line in week.lines]  # the third rung does not follow the rota
