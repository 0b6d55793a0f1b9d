"""A line with nobody at the desk: told truthfully at once, and the staff of the hub are told within a minute."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlmodel import col, select

from beside.escalations.channels.add import add_webhook
from beside.hubs.policy import Rung, read_policy
from beside.hubs.scope import require_hub
from beside.kit.clock import SetClock
from beside.kit.context import command, query
from beside.kit.house import House
from beside.kit.jobs import run_due
from beside.matching.tables import UnstaffedLine
from beside.matching.tell_unstaffed import DESK_PATH
from beside.matching.unstaffed import EVERY, is_alone, watch_lines
from beside.presence import on_shift
from beside.protocol import topics
from beside.reactions import WORK
from tests.escalations.scene import SECRET
from tests.matching.line import asks, place, steps_out
from tests.rig.cast import Cast
from tests.rig.ear import Ear
from tests.rig.receiver import OnCallReceiver, Reply

NOW = datetime(2026, 3, 2, 21, 34, tzinfo=UTC)

RULE = [
    ("somebody waits a minute", [60], 0, True, True),
    ("not yet", [54], 0, True, False),
    ("the first of several", [10, 60, 5], 0, True, True),
    ("somebody is at the desk", [600], 1, True, False),
    ("the hub is closed", [600], 0, False, False),
    ("nobody waits", [], 0, True, False),
]


@pytest.mark.parametrize(("waits", "at_desk", "is_open", "expected"), [row[1:] for row in RULE], ids=[row[0] for row in RULE])
def test_when_a_line_is_alone(waits: list[int], at_desk: int, is_open: bool, expected: bool) -> None:
    """Somebody has waited a minute in open hours and nobody is at the desk: exactly then."""
    asked = [NOW - timedelta(seconds=wait) for wait in waits]
    assert expected == (is_alone(asked, at_desk, is_open, NOW) is not None)


async def alarms(house: House) -> list[UnstaffedLine]:
    async with query(house) as ctx:
        return list((await ctx.db.exec(select(UnstaffedLine).order_by(col(UnstaffedLine.told_at)))).all())


async def watched(house: House, seconds: int) -> int:
    """The worker looks as often as it does, while the clock goes on."""
    assert isinstance(house.clock, SetClock)
    began = 0
    for _ in range(seconds // int(EVERY.total_seconds())):
        house.clock.forward(EVERY)
        began += await watch_lines(house)
    return began


async def test_nobody_at_the_desk_is_told_to_both_sides(house: House, cast: Cast) -> None:
    """Whoever asks is told in the very answer that nobody is here, and the staff within 60 s, once; those who wait see that they were (FAULTS 106)."""
    told = await asks(house, cast.member)
    assert (True, 0, None) == (told.waiting, told.peers_here, told.staff_told_at)
    on_call, member, elsewhere = Ear(), Ear(), Ear()
    await house.broker.subscribe(topics.on_call(cast.hub), on_call)
    await house.broker.subscribe(topics.account(cast.member.account), member)
    await house.broker.subscribe(topics.on_call(cast.other_hub), elsewhere)
    await house.broker.subscribe(topics.desk(cast.other_hub), elsewhere)
    assert 0 == await watched(house, 50)
    assert 1 == await watched(house, 10)
    assert 0 == await watched(house, 120)
    assert (1, 1, 0) == (len(on_call.payloads), len(member.payloads), len(elsewhere.payloads))
    assert (await place(house, cast.member)).staff_told_at
    alarm = (await alarms(house))[0]
    assert told.asked_at == alarm.since
    assert timedelta(seconds=60) >= alarm.told_at - alarm.since


async def test_it_is_over_when_somebody_comes(house: House, cast: Cast) -> None:
    """A peer opens the desk: the alarm ends, and the next time it is another one."""
    await asks(house, cast.member)
    await watched(house, 60)
    await on_shift.start(house, cast.hub, cast.peer.account)
    await watched(house, 5)
    assert [True] == [row.ended_at is not None for row in await alarms(house)]
    assert None is (await place(house, cast.member)).staff_told_at
    await on_shift.end(house, cast.hub, cast.peer.account)
    assert 1 == await watched(house, 5)
    await steps_out(house, cast.member)
    await watched(house, 5)
    assert [True, True] == [row.ended_at is not None for row in await alarms(house)]


@pytest.fixture
async def pager(house: House, cast: Cast) -> AsyncIterator[OnCallReceiver]:
    """The duty manager's."""
    async with OnCallReceiver(SECRET) as receiver:
        async with command(house) as ctx:
            channel = await add_webhook(ctx, cast.hub, receiver.url, [SECRET])
            hub = await require_hub(ctx, cast.hub)
            hub.policy = msgspec.to_builtins(msgspec.structs.replace(read_policy(hub.policy), duty_manager=Rung("the duty manager", [channel])))
            ctx.db.add(hub)
        house.private_hosts = [f"127.0.0.1:{receiver.port}"]
        yield receiver


async def test_the_duty_manager_is_told_off_the_platform(house: House, cast: Cast, pager: OnCallReceiver) -> None:
    """Whoever is on no page sees no banner: one signed message goes to the duty manager, again under the same name while it is refused, and says nothing
    of anybody; in the next empty hour it is another (FAULTS 104, 106)."""
    pager.replies.extend([Reply(status=503)])
    await asks(house, cast.member)
    await watched(house, 60)
    for _ in range(4):
        await run_due(house, WORK)
        await watched(house, 60)
    assert [("desk.unstaffed", True)] * 2 == [(msgspec.json.decode(got.body)["type"], got.signed) for got in pager.received]
    assert 1 == len({got.id for got in pager.received})
    data = msgspec.json.decode(pager.received[-1].body)["data"]
    assert (str((await alarms(house))[0].id), str(cast.hub)) == (data["escalation"], data["hub"])
    assert data["url"].endswith(DESK_PATH)
    assert {"escalation", "hub", "severity", "rung", "raised_at", "respond_by", "url"} == set(data)
    await on_shift.start(house, cast.hub, cast.peer.account)
    await watched(house, 5)
    await on_shift.end(house, cast.hub, cast.peer.account)
    await watched(house, 5)
    await run_due(house, WORK)
    assert 2 == len({got.id for got in pager.received})


async def test_whoever_came_meanwhile_spares_the_duty_manager(house: House, cast: Cast, pager: OnCallReceiver) -> None:
    """The channel was away, and before it is tried again somebody is at the desk: nobody is woken for what is over."""
    pager.always = Reply(status=503)
    await asks(house, cast.member)
    await watched(house, 60)
    await run_due(house, WORK)
    await on_shift.start(house, cast.hub, cast.peer.account)
    await watched(house, 60)
    tried = len(pager.received)
    assert 1 == tried
    await run_due(house, WORK)
    assert tried == len(pager.received)
