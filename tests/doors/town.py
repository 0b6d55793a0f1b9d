"""A hub in which everything exists that a door can be asked for, and a second hub with the same staff: for who must not come in where."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlmodel import select

from beside.accounts.invite import invite
from beside.conversations.about import About
from beside.conversations.access import require_participant
from beside.conversations.ask_question import ask_question
from beside.conversations.join import join
from beside.conversations.open import open_one_to_one, open_room
from beside.conversations.tables import Conversation
from beside.escalations.access import lock
from beside.escalations.channels.add import add_webhook
from beside.escalations.lessons import share
from beside.escalations.open import open_escalation
from beside.escalations.resolve import resolve
from beside.escalations.review_tables import Lesson
from beside.escalations.rota import set_rungs
from beside.escalations.shifts.leave import take_leave
from beside.escalations.shifts.plan_shift import plan_shift
from beside.escalations.shifts.swap import ask_swap
from beside.escalations.tables import Page
from beside.hubs.policy import Rung
from beside.kit.context import command
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.kit.web import Door
from beside.kit.webhooks import new_secret
from beside.messages.send import send
from beside.moderation.appeal import appeal
from beside.moderation.claim import claim
from beside.moderation.hide import hide
from beside.moderation.report import report
from beside.moderation.tables import Act, AppealMade, ReportedMessage
from beside.protocol.requests import InviteStaff, RaiseEscalation, ReportMessage, ResolveEscalation
from beside.protocol.rota import AskSwap, PlanShift, TakeLeave
from beside.protocol.shapes import Consent, ConversationKind, EscalationOutcome, Place, ReportReason, Role, Severity
from tests.rig.cast import Cast, Person, make_cast, make_person

HERE = frozenset({"member", "peer", "moderator", "clinician", "coordinator", "outsider"})
FAR = frozenset({"stranger", "far_peer", "far_moderator", "far_clinician", "far_coordinator"})

Ids = dict[str, str]


@dataclass(frozen=True, slots=True)
class Town:
    """`people` by name; `real` what stands in paths and bodies and is there, `never` the same shape of things that never were."""

    cast: Cast
    people: dict[str, Person]
    real: Ids
    never: Ids

    def path(self, door: Door, ids: Ids) -> str:
        """The door's path with these ids. Rooms and one-to-ones are different conversations."""
        named = ids | ({"conversation": ids["room"]} if "/rooms/" in door.path or door.path.endswith("/leave") else {})
        return door.path.format(**named)


async def make_town(house: House) -> Town:
    """Everything, made by the verbs themselves."""
    cast = await make_cast(house)
    async with command(house) as ctx:
        far = {
            f"far_{role.value}": await make_person(ctx, cast.other_hub, name, role)
            for role, name in ((Role.peer, "Reed"), (Role.moderator, "Sedge"), (Role.clinician, "Moss"), (Role.coordinator, "Fern"))
        }
        chat = (await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)).id
        room_row = await open_room(ctx, cast.hub, ConversationKind.group, About("Evening", "For all", ""), keeps_history=True, leads=[cast.peer.account])
        for who, place in ((cast.member, Place.member), (cast.moderator, Place.moderator)):
            await join(ctx, room_row, who.account, place)
        room = room_row.id
    seq = await _say(house, cast.member, chat)
    hidden, shown = await _say(house, cast.member, room), await _say(house, cast.member, room)
    real = await _things(house, cast, chat, room, hidden, shown)
    real |= {"conversation": str(chat), "room": str(room), "seq": str(seq), "account": str(cast.outsider.account), "role": "peer"}
    never = {name: str(uuid4()) for name in real} | {"seq": "7777", "role": "peer", "token": "x" * 43}
    people = {name: getattr(cast, name) for name in HERE} | {"stranger": cast.stranger} | far
    return Town(cast, people, real, never)


async def _say(house: House, who: Person, conversation: UUID) -> int:
    async with command(house, who.actor) as ctx:
        return (await send(ctx, conversation, new_id(), "the words of the town")).seq


async def _things(house: House, cast: Cast, chat: UUID, room: UUID, hidden: int, shown: int) -> Ids:
    """Two reports (one acted on, one open), the act and its appeal, a call for a clinician, an invitation."""
    for seq in (hidden, shown):
        async with command(house, cast.peer.actor) as ctx:
            await report(ctx, ReportMessage(conversation=room, seq=seq, reason=ReportReason.unkind))
    async with command(house, cast.moderator.actor) as ctx:
        items = {item.seq: item.id for item in (await ctx.db.exec(select(ReportedMessage))).all()}
        await claim(ctx, items[hidden])
        await hide(ctx, items[hidden], "That could hurt somebody.")
    async with command(house, cast.member.actor) as ctx:
        act = (await ctx.db.exec(select(Act.id))).one()
        await appeal(ctx, act, "Please look again.")
        appealed = (await ctx.db.exec(select(AppealMade.id))).one()
    closed, lesson = await _closed(house, cast, chat)
    async with command(house, cast.coordinator.actor) as ctx:
        channel = await add_webhook(ctx, cast.hub, "http://127.0.0.1:9/on-call", [new_secret()])
        await set_rungs(ctx, cast.hub, [Rung("First on call", [channel])])
    async with command(house, cast.peer.actor) as ctx:
        question = (await ask_question(ctx, await require_participant(ctx, chat))).id
        asked = RaiseEscalation(conversation=chat, severity=Severity.high, consent=Consent.agreed, view="I am worried.")
        raised = (await open_escalation(ctx, await ctx.db.get_one(Conversation, chat), asked)).id
    async with command(house, cast.coordinator.actor) as ctx:
        made = await invite(ctx, InviteStaff(role=Role.peer))
        spare = await add_webhook(ctx, cast.hub, "http://127.0.0.1:9/on-call", [new_secret()])
        delivery = (await ctx.db.exec(select(Page.id))).one()
    rota = await _rota(house, cast)
    token = made.link.rsplit("/", 1)[1]
    return {
        "report": str(items[shown]),
        "act": str(act),
        "appeal": str(appealed),
        "id": str(raised),
        "closed": str(closed),
        "lesson": str(lesson),
        "question": str(question),
        "channel": str(spare),
        "delivery": str(delivery),
        "invitation": str(made.invitation),
        "token": token,
    } | rota


async def _rota(house: House, cast: Cast) -> Ids:
    """A shift of the clinician's, a day of it that another is asked to take, and leave."""
    async with command(house) as ctx:
        other = await make_person(ctx, cast.hub, "Thyme", Role.clinician)
        await set_rungs(ctx, cast.hub, [Rung("First on call", [], rota=True)])
        await set_rungs(ctx, cast.other_hub, [Rung("First on call", [], rota=True)])
    async with command(house, cast.coordinator.actor) as ctx:
        every_day = PlanShift(rung=1, account=cast.clinician.account, starts="2026-03-02T18:00", ends="2026-03-02T22:00", every_weeks=1, weekdays=[*range(7)])
        shift = await plan_shift(ctx, every_day)
    async with command(house, cast.clinician.actor) as ctx:
        swap = await ask_swap(ctx, AskSwap(shift=shift, day=date(2026, 3, 5)))
        leave = await take_leave(ctx, TakeLeave(starts="2026-03-06T08:00", ends="2026-03-07T08:00"))
    return {
        "shift": str(shift),
        "swap": str(swap),
        "leave": str(leave),
        "answerer": str(cast.clinician.account),
        "other_answerer": str(other.account),
    }


async def _closed(house: House, cast: Cast, chat: UUID) -> tuple[UUID, UUID]:
    """A call that was closed, and a lesson that somebody shared of another one."""
    async with command(house, cast.peer.actor) as ctx:
        asked = RaiseEscalation(conversation=chat, severity=Severity.concern, consent=Consent.agreed, view="I was worried.")
        closed = (await open_escalation(ctx, await ctx.db.get_one(Conversation, chat), asked)).id
    async with command(house, cast.clinician.actor) as ctx:
        row = await lock(ctx, closed)
        assert row
        await resolve(ctx, row, ResolveEscalation(outcome=EscalationOutcome.talked, feedback="Thank you."))
        await share(ctx, row, "Asking early was kinder than waiting.")
        return closed, (await ctx.db.exec(select(Lesson.id))).one()
