"""Afterwards: whether it helped, looking back together, and what was learnt, without names."""

from uuid import UUID

import pytest
from sqlmodel import select

from beside.audit.tables import AuditEntry
from beside.escalations.access import lock
from beside.escalations.at_desk import escalations_at_desk
from beside.escalations.cancel import cancel
from beside.escalations.helped import say_helped
from beside.escalations.lessons import lessons, take_off
from beside.escalations.on_call import on_call_list
from beside.escalations.resolve import resolve
from beside.escalations.review import require_pair, review_page
from beside.escalations.review_tables import HelpedSaid, Lesson, Review
from beside.escalations.sharing import points_to_someone
from beside.escalations.write_review import put_off_review, write_review
from beside.kit.context import command, query
from beside.kit.errors import BadInput, Conflict, NotAllowed, NotFound
from beside.protocol.requests import ResolveEscalation, SayHelped, WriteReview
from beside.protocol.review_snapshots import Lessons, ReviewPage
from beside.protocol.shapes import EscalationOutcome, Helped, Severity
from tests.escalations.scene import Scene
from tests.rig.cast import Person

LESSON = "Asking about sleep first made the rest easier to say."


async def closed(scene: Scene) -> UUID:
    escalation = await scene.raise_it(Severity.high)
    async with scene.acting(escalation) as (ctx, row):
        await resolve(ctx, row, ResolveEscalation(outcome=EscalationOutcome.talked, feedback="You did well."))
    return escalation


async def says_helped(scene: Scene, escalation: UUID, person: Person | None = None, words: str | None = "It was quick. canary-helped") -> None:
    async with scene.acting(escalation, person or scene.cast.peer) as (ctx, row):
        await say_helped(ctx, row, SayHelped(helped=Helped.partly, words=words))


async def looks_back(scene: Scene, escalation: UUID, person: Person, **said: str) -> None:
    async with scene.acting(escalation, person) as (ctx, row):
        await write_review(ctx, await require_pair(ctx, row), WriteReview(**said))


async def page(scene: Scene, escalation: UUID, person: Person) -> ReviewPage:
    async with scene.acting(escalation, person) as (ctx, row):
        return await review_page(ctx, await require_pair(ctx, row))


async def learnt(scene: Scene, person: Person) -> Lessons:
    async with query(scene.house, person.actor) as ctx:
        return await lessons(ctx)


async def test_the_peer_says_whether_it_helped(scene: Scene) -> None:
    """Once, after it was closed, by who raised it; the clinician reads the word and the line, and nobody else may say it."""
    escalation = await closed(scene)
    assert (await scene.status(escalation)).may_say_helped
    with pytest.raises(NotFound):
        await says_helped(scene, escalation, scene.cast.clinician)
    await says_helped(scene, escalation)
    shown = (await scene.page(escalation)).helped
    assert shown
    assert (Helped.partly, "It was quick. canary-helped") == (shown.helped, shown.words)
    assert not (await scene.status(escalation)).may_say_helped
    with pytest.raises(Conflict):
        await says_helped(scene, escalation)
    async with query(scene.house) as ctx:
        assert b"canary" not in ((await ctx.db.exec(select(HelpedSaid.sealed_words))).one() or b"")
    async with query(scene.house, scene.cast.clinician.actor) as ctx:
        assert [(escalation, Helped.partly, True)] == [(one.escalation, one.helped, one.review_wanted) for one in (await on_call_list(ctx)).lately]


async def test_it_is_not_asked_of_what_is_open_or_taken_back(scene: Scene) -> None:
    """Nobody is asked whether it helped, or to look back, while it goes on or where it was called off."""
    escalation = await scene.raise_it(Severity.high)
    with pytest.raises(Conflict):
        await says_helped(scene, escalation)
    async with scene.acting(escalation, scene.cast.peer) as (ctx, row):
        await cancel(ctx, row, "We talked.")
    with pytest.raises(Conflict):
        await says_helped(scene, escalation)
    with pytest.raises(NotFound):
        await page(scene, escalation, scene.cast.peer)


async def test_each_sees_the_other_once_both_are_in(scene: Scene) -> None:
    """Neither writes to please the other: the first sees only that theirs is kept, and both see both as soon as the second is in."""
    escalation = await closed(scene)
    peer, clinician = scene.cast.peer, scene.cast.clinician
    await looks_back(scene, escalation, peer, went_well="You came quickly. canary-peer", would_help="A word before you joined.")
    before, mine = await page(scene, escalation, clinician), await page(scene, escalation, peer)
    assert (None, True, None) == (before.theirs, before.theirs_in, mine.theirs)
    await looks_back(scene, escalation, clinician, went_well="You stayed. canary-clinician")
    after, mine = await page(scene, escalation, clinician), await page(scene, escalation, peer)
    assert after.theirs
    assert mine.theirs
    assert ("You came quickly. canary-peer", "You stayed. canary-clinician") == (after.theirs.went_well, mine.theirs.went_well)
    assert ("Hazel", "Alder") == (mine.name, after.name)
    with pytest.raises(Conflict):
        await looks_back(scene, escalation, peer, went_well="Something else.")
    async with query(scene.house) as ctx:
        assert [] == [row for row in (await ctx.db.exec(select(Review))).all() if b"canary" in (row.sealed_went_well or b"")]


async def test_after_a_week_what_is_there_is_shown(scene: Scene) -> None:
    """Seven days on nothing more is written, and whoever wrote nothing still reads what the other did."""
    escalation = await closed(scene)
    await looks_back(scene, escalation, scene.cast.peer, went_well="You came quickly.")
    scene.later(days=7, seconds=1)
    found = await page(scene, escalation, scene.cast.clinician)
    assert found.theirs
    assert ("You came quickly.", False) == (found.theirs.went_well, found.may_write)
    with pytest.raises(Conflict):
        await looks_back(scene, escalation, scene.cast.clinician, went_well="Too late.")


async def test_put_off_is_not_asked_again(scene: Scene) -> None:
    """It stays on the peer's desk for the week while it is wanted; put off, only for the day that every answered call stays."""

    async def desk() -> list[bool]:
        async with query(scene.house, scene.cast.peer.actor) as ctx:
            return [line.review_wanted for line in await escalations_at_desk(ctx)]

    escalation = await closed(scene)
    scene.later(days=3)
    assert [True] == await desk()
    async with scene.acting(escalation, scene.cast.peer) as (ctx, row):
        for _ in range(2):
            await put_off_review(ctx, await require_pair(ctx, row))
    assert [] == await desk()
    assert (True, True) == ((found := await page(scene, escalation, scene.cast.peer)).put_off, found.may_write)
    assert not (await scene.status(escalation)).review_wanted
    assert (await scene.page(escalation)).review_wanted


async def test_only_the_two_of_them_look_back(scene: Scene) -> None:
    """To the moderator, the coordinator, another hub and the member there is no such page."""
    escalation = await closed(scene)
    for person in (scene.cast.moderator, scene.cast.coordinator, scene.cast.stranger, scene.cast.member):
        with pytest.raises(NotFound):
            await page(scene, escalation, person)


async def test_a_lesson_is_read_by_staff_and_tells_nothing_of_its_call(scene: Scene) -> None:
    """All staff of the hub read it with the month and nothing else; its row and the ledger hold no way back to the call or its people."""
    escalation = await closed(scene)
    await looks_back(scene, escalation, scene.cast.peer, lesson=LESSON)
    month = f"{scene.house.clock.now():%Y-%m}"
    for person in (scene.cast.peer, scene.cast.moderator, scene.cast.clinician, scene.cast.coordinator):
        assert [(month, LESSON)] == [(one.month, one.words) for one in (await learnt(scene, person)).lessons]
    with pytest.raises(NotAllowed):
        await learnt(scene, scene.cast.member)
    async with query(scene.house) as ctx:
        row = (await ctx.db.exec(select(Lesson))).one()
        ledger = (await ctx.db.exec(select(AuditEntry))).all()
    kept = {name: value for name, value in row.model_dump().items() if value is not None}
    assert {"id", "hub_id", "month", "key_version", "wrapped_key", "sealed_words"} == set(kept)
    assert 4 == row.id.version
    assert LESSON.encode() not in (row.sealed_words or b"")
    assert [] == [entry for entry in ledger if "lesson" in entry.action or str(row.id) in str(entry.about)]
    assert (await page(scene, escalation, scene.cast.peer)).lesson_shared


async def test_a_lesson_with_a_name_stores_nothing_at_all(scene: Scene) -> None:
    """Where it points to somebody of that conversation it is refused by its field, and the rest can be sent again as it was."""
    escalation = await closed(scene)
    with pytest.raises(BadInput) as refusal:
        await looks_back(scene, escalation, scene.cast.clinician, went_well="You stayed.", lesson="With wren it was better to wait.")
    assert ("points_to_someone", "lesson") == (refusal.value.code, refusal.value.field)
    assert (None, True) == ((found := await page(scene, escalation, scene.cast.clinician)).mine, found.may_write)
    assert [] == (await learnt(scene, scene.cast.peer)).lessons


NAMES = ["Wren", "Mild Otter", "Zoë", "May"]
POINTING = [
    ("Wren said so.", True),
    ("What WREN’s sister knew", True),
    ("the mild  otter came back", True),
    ("zoe was glad", True),
    ("ring 0123 456-789 next time", True),
    ("write to somebody@example.org", True),
    ("it is on www.example.org", True),
    ("A wrench is no name.", False),
    ("People who dismay easily", False),
    ("Ask before 21:30, and again at 23:00.", False),
    ("In 2026 we asked 12 people", False),
    (LESSON, False),
]


@pytest.mark.parametrize(("words", "expected"), POINTING, ids=[str(n) for n in range(len(POINTING))])
def test_what_plainly_points_to_somebody_is_found(words: str, expected: bool) -> None:
    """A pseudonym whatever its case, accents and spaces, a long number, an address: found. A word that only contains one, a time, a year: not."""
    assert expected == points_to_someone(words, NAMES)


async def test_a_coordinator_takes_a_lesson_off(scene: Scene) -> None:
    """Its words are gone from the row itself; who did it and when stays, for coordinators to see. Nobody else can, nor twice."""
    escalation = await closed(scene)
    await looks_back(scene, escalation, scene.cast.peer, lesson=LESSON)
    lesson = (await learnt(scene, scene.cast.coordinator)).lessons[0].lesson

    async def take(person: Person) -> None:
        async with command(scene.house, person.actor) as ctx:
            await take_off(ctx, lesson)

    with pytest.raises(NotAllowed):
        await take(scene.cast.moderator)
    await take(scene.cast.coordinator)
    with pytest.raises(Conflict):
        await take(scene.cast.coordinator)
    assert [] == (await learnt(scene, scene.cast.peer)).lessons
    assert ([], ["Linden"]) == ((await learnt(scene, scene.cast.peer)).taken_off, [one.by for one in (await learnt(scene, scene.cast.coordinator)).taken_off])
    async with query(scene.house) as ctx:
        row = (await ctx.db.exec(select(Lesson))).one()
        assert (None, b"", scene.cast.coordinator.account) == (row.sealed_words, row.wrapped_key, row.taken_off_by)
        assert ["account:lesson:taken_off"] == [entry.action for entry in (await ctx.db.exec(select(AuditEntry))).all() if "lesson" in entry.action]


async def test_looking_back_is_sealed_under_the_conversation(scene: Scene) -> None:
    """Moved to the other side's row, the words do not open: they are bound to whose they are."""
    escalation = await closed(scene)
    await looks_back(scene, escalation, scene.cast.peer, went_well="canary-peer")
    await looks_back(scene, escalation, scene.cast.clinician, went_well="canary-clinician")
    async with command(scene.house) as ctx:
        assert await lock(ctx, escalation)
        mine = await ctx.db.get_one(Review, (escalation, scene.cast.peer.account))
        theirs = await ctx.db.get_one(Review, (escalation, scene.cast.clinician.account))
        mine.sealed_went_well = theirs.sealed_went_well
    found = (await page(scene, escalation, scene.cast.peer)).mine
    assert found
    assert "This can't be opened any more." == found.went_well
