"""Asking for support, waiting, and stepping out of line."""

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from beside.accounts.tables import Suspension
from beside.conversations.close import close
from beside.conversations.tables import Conversation
from beside.hubs.policy import Policy, Span
from beside.kit.clock import SetClock
from beside.kit.context import command, query
from beside.kit.errors import BadInput, NotAllowed, TooLarge
from beside.kit.house import House
from beside.matching.tables import PlaceInLine, WhyLeft
from beside.presence import on_shift
from beside.protocol import topics
from tests.matching.line import asks, is_ready, patiently, people, place, steps_out
from tests.rig.cast import Cast, make_cast
from tests.rig.ear import Ear
from tests.rig.house import MORNING

MONDAY_NINE_TO_TEN = Policy(open_hours=[Span(weekday=0, start=540, end=600)], staff_need_second_factor=False)


def forward(house: House, **by: float) -> None:
    clock = house.clock
    assert isinstance(clock, SetClock)
    clock.forward(timedelta(**by))


async def test_asking_gives_a_place(house: House, cast: Cast) -> None:
    """The first to ask is first in line, and is told when the fallback will be offered and who is here."""
    await on_shift.start(house, cast.hub, cast.peer.account)
    told = await asks(house, cast.member, wants="just to talk")
    assert (True, 1, MORNING, MORNING + timedelta(minutes=10)) == (told.waiting, told.place, told.asked_at, told.fallback_at)
    assert (1, True, None, "just to talk", None) == (told.peers_here, told.open_now, told.opens_at, told.wants, told.conversation)


async def test_a_place_survives_being_asked_for_again(house: House, cast: Cast) -> None:
    """Asking twice is one place, the earlier one; a reload finds it again."""
    first = await asks(house, cast.member)
    forward(house, minutes=3)
    await asks(house, cast.outsider)
    assert first == await asks(house, cast.member)
    assert first == await place(house, cast.member)


async def test_twenty_who_ask_at_once_get_twenty_places(house: House, cast: Cast) -> None:
    """Nobody is lost and nobody shares a place, however many ask in the same moment."""
    crowd = await people(house, cast.hub, 20)
    await asyncio.gather(*(patiently(partial(asks, house, who)) for who in crowd))
    assert list(range(1, 21)) == sorted([(await place(house, who)).place or 0 for who in crowd])


async def test_one_person_asking_twenty_times_at_once_gets_one_place(house: House, cast: Cast) -> None:
    """A tapped-again button never makes a second place."""
    told = await asyncio.gather(*(patiently(partial(asks, house, cast.member)) for _ in range(20)))
    assert [1] * 20 == [each.place for each in told]
    async with query(house) as ctx:
        assert 1 == len((await ctx.db.exec(select(PlaceInLine))).all())


async def test_saying_that_one_is_not_safe_moves_up_and_is_never_taken_back_by_asking_again(house: House, cast: Cast) -> None:
    """Unsafe goes first, also when it is said later; a later ask without it does not move the person down."""
    first, second = await people(house, cast.hub, 2)
    await asks(house, first)
    assert 2 == (await asks(house, second)).place
    assert 1 == (await asks(house, second, unsafe=True)).place
    assert 1 == (await asks(house, second)).place
    assert 2 == (await place(house, first)).place


async def test_stepping_out_is_free_and_moves_the_others_up(house: House, cast: Cast) -> None:
    """One tap, twice if one likes; the others are told that their place changed, and nobody else is."""
    first, second, third = await people(house, cast.hub, 3)
    for who in (first, second, third):
        await asks(house, who)
        forward(house, seconds=1)
    ears = {who.name: Ear() for who in (first, second, third)}
    for who in (first, second, third):
        await house.broker.subscribe(topics.account(who.account), ears[who.name])
    await steps_out(house, second)
    await steps_out(house, second)
    await asyncio.sleep(0)  # the bus delivers after the publisher
    assert [0, 1, 1] == [len(ears[who.name].payloads) for who in (first, second, third)]
    assert (False, None) == ((await place(house, second)).waiting, (await place(house, second)).place)
    assert 2 == (await place(house, third)).place


async def test_a_closed_hub_says_when_it_opens_and_puts_nobody_in_line(house: House) -> None:
    """A door that looks open is staffed: while it is closed nobody waits in vain."""
    cast = await make_cast(house, MONDAY_NINE_TO_TEN)
    forward(house, minutes=1)
    told = await asks(house, cast.member)
    assert (False, False, MORNING + timedelta(days=7) - timedelta(hours=1)) == (told.waiting, told.open_now, told.opens_at)


async def test_somebody_who_waits_at_closing_time_is_still_met(house: House) -> None:
    """The line is not swept at closing time."""
    cast = await make_cast(house, MONDAY_NINE_TO_TEN)
    forward(house, minutes=-10)
    await asks(house, cast.member)
    forward(house, minutes=15)
    assert (await is_ready(house, cast.peer)).conversation == (await place(house, cast.member)).conversation is not None


async def test_waits_are_told_from_what_really_happened(house: House, cast: Cast) -> None:
    """With 20 meetings at this hour there is a range; with 19 we say that we can't tell yet. Other hours, hubs and leavers do not count."""

    async def past(count: int, hub: UUID, *, days: int, waited: int, hours: float = 0, why: WhyLeft = WhyLeft.met) -> None:
        async with command(house) as ctx:
            asked = MORNING - timedelta(days=days, hours=hours)
            for _ in range(count):
                ctx.db.add(PlaceInLine(hub_id=hub, account_id=cast.outsider.account, asked_at=asked, left_at=asked + timedelta(minutes=waited), left_why=why))

    await past(19, cast.hub, days=3, waited=7)
    await past(30, cast.hub, days=3, waited=99, hours=3)
    await past(30, cast.hub, days=40, waited=99)
    await past(30, cast.other_hub, days=3, waited=99)
    await past(30, cast.hub, days=3, waited=99, why=WhyLeft.stepped_out)
    assert (await asks(house, cast.member)).usually_minutes is None
    await past(1, cast.hub, days=28, waited=7)
    assert (7, 7) == (await place(house, cast.member)).usually_minutes


async def test_being_met_is_found_again_until_the_conversation_ends(house: House, cast: Cast) -> None:
    """After a reload the line leads to the conversation; once that has ended, it leads nowhere."""
    await asks(house, cast.member)
    met = await is_ready(house, cast.peer)
    told = await place(house, cast.member)
    assert (False, met.conversation) == (told.waiting, told.conversation)
    async with command(house) as ctx:
        chat = await ctx.db.get(Conversation, met.conversation)
        assert chat is not None
        await close(ctx, chat, cast.peer.account)
    assert (await place(house, cast.member)).conversation is None


async def test_somebody_who_is_suspended_is_not_met_meanwhile(house: House, cast: Cast) -> None:
    """Their place is kept; a ready peer is given the next person."""
    await asks(house, cast.member)
    async with command(house) as ctx:
        ctx.db.add(Suspension(account_id=cast.member.account, by=cast.moderator.account, started_at=ctx.now, until=ctx.now + timedelta(hours=1)))
    assert (await is_ready(house, cast.peer)).conversation is None
    assert (await asks(house, cast.outsider)).conversation is not None


@pytest.mark.parametrize(
    ("words", "refusal", "code"),
    [("\0", BadInput, "bad_text"), ("\ud800", BadInput, "bad_text"), ("é" * 501, TooLarge, "too_long"), ("\u200b", BadInput, "empty")],
)
async def test_words_that_cannot_be_carried_are_refused_and_nobody_is_put_in_line(
    house: House, cast: Cast, words: str, refusal: type[Exception], code: str
) -> None:
    """A typed refusal, and nothing stored."""
    with pytest.raises(refusal) as told:
        await asks(house, cast.member, wants=words)
    assert (code, "wants") == (told.value.code, told.value.field)  # type: ignore[attr-defined]  # every refusal has both
    assert not (await place(house, cast.member)).waiting


async def test_staff_do_not_stand_in_the_members_line(house: House, cast: Cast) -> None:
    """The line is for members: what else staff need is not hidden in it."""
    for who in (cast.peer, cast.moderator, cast.clinician, cast.coordinator):
        with pytest.raises(NotAllowed):
            await asks(house, who)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_somebody_shares_is_never_in_the_database_in_clear(house: House, cast: Cast, tmp_path: Path) -> None:
    """Planted words are in none of the database's files (FAULTS 115, this table)."""
    await asks(house, cast.member, wants="canary-wants-7391", whom="canary-whom-5512")
    files = b"".join(path.read_bytes() for path in tmp_path.glob("beside.db*"))  # two small files of this test
    assert b"line_place" in files
    assert [False, False] == [canary in files for canary in (b"canary-wants-7391", b"canary-whom-5512")]
