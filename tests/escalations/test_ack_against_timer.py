"""Somebody takes it in the very moment in which the timer fires: one outcome, whichever comes first, and at most one page too many."""

import asyncio
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, func, select

from beside.escalations.acknowledge import acknowledge
from beside.escalations.advance import advance
from beside.escalations.ladder import TIMERS, Climb, Do, Paged, Taken, next_step
from beside.escalations.resolve import resolve
from beside.escalations.states import Facts, state_of
from beside.escalations.tables import Acknowledgement, Page
from beside.kit.context import query
from beside.protocol.requests import ResolveEscalation
from beside.protocol.shapes import EscalationOutcome
from tests.escalations.scene import Scene

AT = datetime(2026, 3, 2, 21, 34, tzinfo=UTC)
SCHEDULES = 10_000
IN_A_DATABASE = 20
SEED = 91


@dataclass(slots=True)
class Model:
    """One escalation as rows would have it: each act sees what was committed before it, for they hold the row one after the other."""

    severity: str
    climb: Climb
    pages: list[Paged] = field(default_factory=list)
    taken: Taken | None = None
    due: datetime | None = AT

    def advance(self, now: datetime) -> None:
        """As `advance`: where nothing is due, nothing is done."""
        if self.due is None or self.due > now:
            return
        while (step := self._next()) is not None and step.at <= now:
            match step.do:
                case Do.page:
                    self.pages.append(Paged(self.climb.turn, step.rung, step.place, now))
                case Do.post:
                    page = self.pages[step.page]
                    self.pages[step.page] = replace(page, tries=page.tries + 1, tried_at=now, delivered_at=now)
                case Do.again:
                    self.climb = replace(self.climb, turn=self.climb.turn + 1, started_at=now)
                case Do.remind | Do.undo:
                    raise AssertionError("ten minutes early")
        self._rearm()

    def take(self, now: datetime) -> None:
        """As `acknowledge`: the first one wins."""
        if self.taken is None:
            self.taken = Taken(now, 0)
        self._rearm()

    def _next(self):  # type: ignore[no-untyped-def]  # a step or none
        return next_step(self.severity, self.climb, self.pages, self.taken)

    def _rearm(self) -> None:
        step = self._next()
        self.due = step.at if step else None


def test_ten_thousand_schedules_have_one_outcome() -> None:
    """At each rung's second and at the loop's, two workers and two clinicians act in any order, some milliseconds early or late: it is acknowledged once,
    by whoever came first, nobody is asked afterwards, and at most one page more went out (FAULTS 91; 10,000 seeded schedules)."""
    rng = random.Random(SEED)
    crossed = 0
    for _ in range(SCHEDULES):
        severity = rng.choice(["critical", "high"])
        rungs = tuple(rng.choice([1, 1, 2]) for _ in range(rng.randint(1, 3)))
        model = Model(severity, Climb(rungs, 1, AT))
        model.advance(AT)
        for _ in range(rng.randint(0, 4)):  # climb a little first, each step at its second
            assert model.due
            model.advance(model.due)
        before, moment = len(model.pages), model.due
        assert moment
        acts = [(moment + timedelta(milliseconds=rng.randint(-20, 20)), act) for act in ("advance", "advance", "take", "take")]
        rng.shuffle(acts)  # who gets the row first has nothing to do with whose clock is ahead
        first_take = next(at for at, act in acts if act == "take")
        asked_at_take: int | None = None
        for at, act in acts:
            if act == "advance":
                model.advance(at)
            else:
                model.take(at)
                asked_at_take = asked_at_take if asked_at_take is not None else len(model.pages)
        assert model.taken == Taken(first_take, 0)
        assert asked_at_take == len(model.pages) <= before + 1
        crossed += len(model.pages) > before
        step = next_step(severity, model.climb, model.pages, model.taken)
        assert step is not None
        assert Do.remind is step.do
        assert abs(step.at - first_take - TIMERS[severity].remind) <= timedelta(milliseconds=40)  # from the last climb's beginning, if that is later
        facts = Facts(severity, AT, paged=True, delivered=len(model.pages), went_round=model.climb.turn > 1, acknowledged=True)
        assert "acknowledged" == state_of(facts)
    assert 0 < crossed < SCHEDULES  # both outcomes were among them


async def test_in_a_database_too(scene: Scene) -> None:
    """The same with real rows and real locks: two workers and two clinicians at the next rung's second, in an order drawn from a seed (FAULTS 91)."""
    rng = random.Random(SEED)
    for _ in range(IN_A_DATABASE):
        await scene.elsewhere()
        escalation = await scene.raise_it()
        await advance(scene.house, escalation)
        scene.later(minutes=2)

        async def take(pause: float, escalation=escalation) -> None:  # type: ignore[no-untyped-def]  # bound early
            await asyncio.sleep(pause)
            async with scene.acting(escalation) as (ctx, row):
                await acknowledge(ctx, row)

        async def fire(pause: float, escalation=escalation) -> None:  # type: ignore[no-untyped-def]  # bound early
            await asyncio.sleep(pause)
            await advance(scene.house, escalation)

        acts = [take, take, fire, fire]
        rng.shuffle(acts)
        await asyncio.gather(*(act(rng.random() * 0.004) for act in acts))
        assert "acknowledged" == (await scene.status(escalation)).state
        async with query(scene.house) as ctx:
            assert 1 == (await ctx.db.exec(select(func.count()).where(col(Acknowledgement.escalation_id) == escalation))).one()
            assert 2 >= (await ctx.db.exec(select(func.count()).where(col(Page.escalation_id) == escalation))).one()
        async with scene.acting(escalation) as (ctx, row):
            await resolve(ctx, row, ResolveEscalation(outcome=EscalationOutcome.not_needed, feedback="Next."))


@pytest.mark.parametrize("severity", ["critical", "high", "concern"])
def test_without_an_answer_every_rung_comes_at_its_time(severity: str) -> None:
    """In virtual time, never answered: rung after rung, each within two seconds of its time, round and round for a day (FAULTS 90)."""
    step_s = TIMERS[severity].next_rung.total_seconds()
    model = Model(severity, Climb((1, 1, 1), 1, AT))
    asked: list[float] = []
    while model.due and model.due <= AT + timedelta(days=1):
        before = len(model.pages)
        model.advance(model.due)
        asked += [(page.created_at - AT).total_seconds() for page in model.pages[before:]]
    assert len(asked) >= 24 * 3600 // step_s
    assert [] == [at for number, at in enumerate(asked) if abs(at - number * step_s) > 2]
