"""What the tests of the rota stand on: the cast, Ben and Cai beside the clinician, a hub in London, and what people do in one line each."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from beside.escalations.channels.add import add_webhook
from beside.escalations.rota import set_rungs
from beside.escalations.shifts.change_day import change_day
from beside.escalations.shifts.duty import OnDuty, Trouble, gaps_ahead, on_duty
from beside.escalations.shifts.leave import take_leave
from beside.escalations.shifts.plan_shift import plan_shift
from beside.escalations.shifts.swap import agree_swap, ask_swap
from beside.escalations.shifts.tables import Finding, ShiftRow
from beside.escalations.shifts.week import week_of
from beside.escalations.tables import Channel
from beside.hubs.policy import Policy, Rung
from beside.kit.clock import SetClock
from beside.kit.context import command, query
from beside.kit.house import House
from beside.protocol.rota import AskSwap, ChangeDay, PlanShift, RotaWeek, TakeLeave
from beside.protocol.shapes import Role
from tests.rig.cast import Cast, Person, make_cast, make_person

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cywgMzIgYnl0ZXMgbG9uZw=="
MONDAY = date(2026, 3, 2)  # the day of the tests' house, ten in the morning; the clocks go forward on the 29th
EVERY_DAY = list(range(7))


@dataclass
class RotaScene:
    """Hazel (the cast's clinician), Ben and Cai can answer. Line 0 follows the rota, as does line 1; line 2 does not."""

    house: House
    cast: Cast
    ben: Person
    cai: Person

    @property
    def hazel(self) -> Person:
        return self.cast.clinician

    @property
    def hub(self) -> UUID:
        return self.cast.hub

    async def plans(self, who: Person, starts: str, ends: str, *, rung: int = 1, by: Person | None = None, **more: object) -> UUID:
        """A shift, every day of every week unless said otherwise."""
        asked = PlanShift(rung=rung, account=who.account, starts=starts, ends=ends, **({"every_weeks": 1, "weekdays": EVERY_DAY} | more))  # type: ignore[arg-type]  # handed on
        async with command(self.house, (by or self.cast.coordinator).actor) as ctx:
            return await plan_shift(ctx, asked)

    async def covers(self, rung: int = 1, since: str = "2026-03-01T08:00") -> UUID:
        """Hazel answers this line at all hours, from day to day."""
        return await self.plans(self.hazel, since, (datetime.fromisoformat(since) + timedelta(days=1)).isoformat()[:16], rung=rung)

    async def changes(self, shift: UUID, day: date, **more: object) -> None:
        async with command(self.house, self.cast.coordinator.actor) as ctx:
            await change_day(ctx, shift, ChangeDay(day=day, **more))  # type: ignore[arg-type]  # handed on

    async def asks(self, by: Person, shift: UUID, day: date, to: Person | None = None, *, agreed: bool = False) -> UUID:
        async with command(self.house, by.actor) as ctx:
            return await ask_swap(ctx, AskSwap(shift=shift, day=day, to=to.account if to else None, agreed=agreed))

    async def agrees(self, by: Person, swap: UUID, who: Person | None = None) -> None:
        async with command(self.house, by.actor) as ctx:
            await agree_swap(ctx, swap, who.account if who else None)

    async def is_away(self, who: Person, starts: str, ends: str, *, by: Person | None = None) -> UUID:
        async with command(self.house, (by or who).actor) as ctx:
            return await take_leave(ctx, TakeLeave(starts=starts, ends=ends, account=who.account))

    async def reaches(self, *people: Person) -> list[UUID]:
        """Each gets a channel of their own."""
        made = []
        async with command(self.house) as ctx:
            for who in people:
                channel = await add_webhook(ctx, self.hub, "https://pager.example/in", [SECRET])
                (await ctx.db.get_one(Channel, channel)).account_id = who.account
                made.append(channel)
        return made

    async def on_duty(self, at: datetime, rung: int = 0) -> OnDuty | None:
        async with query(self.house) as ctx:
            return await on_duty(ctx, self.hub, rung, at)

    async def gaps(self, start: datetime | None = None, hours: int = 72) -> list[Trouble]:
        async with query(self.house) as ctx:
            begin = start or ctx.now
            return await gaps_ahead(ctx, self.hub, begin, begin + timedelta(hours=hours))

    async def week(self, who: Person | None = None, day: date | None = None) -> RotaWeek:
        async with query(self.house, (who or self.cast.coordinator).actor) as ctx:
            return await week_of(ctx, day)

    async def findings(self) -> list[Finding]:
        """What is not mended, the oldest first."""
        async with query(self.house) as ctx:
            return list((await ctx.db.exec(select(Finding).where(col(Finding.mended_at).is_(None)).order_by(col(Finding.starts_at)))).all())

    async def rows(self) -> list[ShiftRow]:
        async with query(self.house) as ctx:
            return list((await ctx.db.exec(select(ShiftRow).order_by(col(ShiftRow.made_at), col(ShiftRow.id)))).all())

    def later(self, **by: float) -> None:
        assert isinstance(self.house.clock, SetClock)
        self.house.clock.forward(timedelta(**by))


async def make_rota(house: House, *lines: bool, **policy: object) -> RotaScene:
    """`lines`: which rungs follow the rota."""
    cast = await make_cast(house, Policy(staff_need_second_factor=False, timezone="Europe/London", **policy))  # type: ignore[arg-type]  # handed on
    async with command(house) as ctx:
        people = [await make_person(ctx, cast.hub, name, Role.clinician) for name in ("Ben", "Cai")]
        names = ("First on call", "Second on call", "Duty phone")
        rungs = [Rung(name, [], rota=follows) for name, follows in zip(names, lines or (True, True, False), strict=False)]
        await set_rungs(ctx, cast.hub, rungs)
    return RotaScene(house, cast, *people)


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)
