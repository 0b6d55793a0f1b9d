"""A peer asks first, the person answers with one press, and nothing waits for it."""

from uuid import UUID

import pytest
from sqlmodel import col, select

from beside.conversations.about import About
from beside.conversations.access import require_participant
from beside.conversations.answer_question import answer_question
from beside.conversations.ask_question import ask_question
from beside.conversations.close import close
from beside.conversations.join import join
from beside.conversations.open import open_room
from beside.conversations.shown import conversation_shown
from beside.conversations.tables import Conversation, Event
from beside.kit.context import command, query
from beside.kit.errors import Conflict, NotAllowed, NotFound
from beside.protocol.conversation_snapshots import ConsentQuestion
from beside.protocol.shapes import Consent, ConsentAnswer, ConversationKind, Place
from tests.escalations.scene import Scene, make_scene
from tests.rig.cast import Person


@pytest.fixture
async def scene(house) -> Scene:  # type: ignore[no-untyped-def]  # the root's fixture
    return await make_scene(house)


async def asks(scene: Scene, person: Person | None = None, conversation: UUID | None = None) -> UUID:
    async with command(scene.house, (person or scene.cast.peer).actor) as ctx:
        return (await ask_question(ctx, await require_participant(ctx, conversation or scene.conversation))).id


async def answers(scene: Scene, question: UUID, answer: ConsentAnswer, person: Person | None = None) -> None:
    async with command(scene.house, (person or scene.cast.member).actor) as ctx:
        await answer_question(ctx, question, answer)


async def seen_by(scene: Scene, person: Person) -> ConsentQuestion | None:
    async with query(scene.house, person.actor) as ctx:
        standing = await require_participant(ctx, scene.conversation)
        return (await conversation_shown(ctx, standing.conversation, standing.participant)).question


async def said_in_chat(scene: Scene) -> list[str]:
    async with query(scene.house) as ctx:
        rows = select(Event.detail).where(Event.conversation_id == scene.conversation, Event.kind == "notice.posted").order_by(col(Event.seq))
        return [detail["notice"] for detail in (await ctx.db.exec(rows)).all() if detail["notice"].startswith("consent")]


@pytest.mark.parametrize("answer", list(ConsentAnswer))
async def test_asked_and_answered_in_the_chat(scene: Scene, answer: ConsentAnswer) -> None:
    """Both see the question at once, and the answer with its time; each is a line in the chat as well."""
    question = await asks(scene)
    for person in (scene.cast.member, scene.cast.peer):
        shown = await seen_by(scene, person)
        assert shown
        assert (question, "Alder", None) == (shown.question, shown.asked_by, shown.answer)
    scene.later(minutes=1)
    for _ in range(2):
        await answers(scene, question, answer)
    shown = await seen_by(scene, scene.cast.peer)
    assert shown
    assert (answer, scene.house.clock.now()) == (shown.answer, shown.answered_at)
    assert ["consent_asked", f"consent_{answer}"] == await said_in_chat(scene)


async def test_an_answer_stands(scene: Scene) -> None:
    """What was pressed is not pressed away by another press."""
    question = await asks(scene)
    await answers(scene, question, ConsentAnswer.no)
    with pytest.raises(Conflict):
        await answers(scene, question, ConsentAnswer.yes)


async def test_nobody_answers_for_them(scene: Scene) -> None:
    """Not the peer who asked, nor anybody else: for them there is no such question."""
    question = await asks(scene)
    for person in (scene.cast.peer, scene.cast.moderator, scene.cast.outsider, scene.cast.stranger):
        with pytest.raises(NotFound):
            await answers(scene, question, ConsentAnswer.yes, person)


async def test_one_question_at_a_time_and_no_pressing(scene: Scene) -> None:
    """Asking again while it stands, or in the minutes after a no, is the same question; later it is a new one."""
    first = await asks(scene)
    assert first == await asks(scene)
    await answers(scene, first, ConsentAnswer.no)
    scene.later(minutes=4)
    assert first == await asks(scene)
    scene.later(minutes=2)
    assert first != await asks(scene)


async def test_a_question_lasts_a_night(scene: Scene) -> None:
    """The yes of another evening is not a yes for this one: after 12 hours nobody is shown it, and it can be asked afresh."""
    first = await asks(scene)
    await answers(scene, first, ConsentAnswer.yes)
    scene.later(hours=12, seconds=1)
    assert None is await seen_by(scene, scene.cast.member)
    assert first != await asks(scene)


async def test_in_a_room_nobody_is_asked_before_the_others(scene: Scene) -> None:
    """In a group the question would be everybody's to read, so it cannot be put there; nor to a conversation that has ended, nor by a member."""
    async with command(scene.house) as ctx:
        about = About("Evening", "For all", "")
        room = await open_room(ctx, scene.cast.hub, ConversationKind.group, about, keeps_history=True, leads=[scene.cast.peer.account])
        await join(ctx, room, scene.cast.member.account, Place.member)
        room_id = room.id
    with pytest.raises(NotAllowed):
        await asks(scene, conversation=room_id)
    with pytest.raises(NotAllowed):
        await asks(scene, scene.cast.member)
    async with command(scene.house, scene.cast.member.actor) as ctx:
        await close(ctx, await ctx.db.get_one(Conversation, scene.conversation), scene.cast.member.account)
    with pytest.raises(Conflict):
        await asks(scene)


@pytest.mark.parametrize(("answer", "consent"), [(None, Consent.could_not_ask), (ConsentAnswer.no, Consent.declined), (ConsentAnswer.yes, Consent.agreed)])
async def test_raising_waits_for_no_answer(scene: Scene, answer: ConsentAnswer | None, consent: Consent) -> None:
    """Unanswered, refused or agreed, a call is raised all the same, and whoever answers it sees what the person said and when."""
    question = await asks(scene)
    if answer:
        await answers(scene, question, answer)
    escalation = await scene.raise_it(consent=consent)
    page, status = await scene.page(escalation), await scene.status(escalation)
    assert page.question
    assert status.question
    assert (question, answer, consent) == (page.question.question, page.question.answer, page.consent)
    assert page.question == status.question
    if not answer:
        await answers(scene, question, ConsentAnswer.yes)
        later = (await scene.page(escalation)).question
        assert later
        assert "yes" == later.answer
