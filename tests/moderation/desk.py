"""A group with a few people in it, messages, and what moderators and members do, in one line each."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from beside.audit.tables import AuditEntry
from beside.conversations.about import About
from beside.conversations.join import join
from beside.conversations.open import open_room
from beside.conversations.tables import Conversation
from beside.kit.context import command, query
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.messages.send import send
from beside.moderation.acts import acts
from beside.moderation.appeal import appeal
from beside.moderation.at_desk import ModerationAtDesk, moderation_at_desk
from beside.moderation.claim import claim
from beside.moderation.close_report import close_report
from beside.moderation.decide_appeal import decide_appeal
from beside.moderation.hide import hide
from beside.moderation.open_report import open_report
from beside.moderation.receipts import receipts
from beside.moderation.report import report
from beside.moderation.restore import restore
from beside.moderation.step_out import step_out
from beside.moderation.suspend import lift, suspend
from beside.protocol.report_snapshots import ActShown, AppealOpened, Receipt, ReportOpened
from beside.protocol.requests import CloseReport, DecideAppeal, ReportMessage, StepOut, Suspend
from beside.protocol.shapes import ConversationKind, Log, Place, ReportOutcome, ReportReason, Role
from tests.rig.cast import Cast, Person, make_person


@dataclass(frozen=True, slots=True)
class Group:
    """The cast's member wrote `seq`; the outsider of the cast reads along; `second` is another moderator."""

    conversation: UUID
    seq: int
    second: Person


async def make_group(house: House, cast: Cast, words: str = "you should all be ashamed") -> Group:
    async with command(house) as ctx:
        room = await open_room(ctx, cast.hub, ConversationKind.group, About("Evening group", "to talk"), keeps_history=True, leads=[cast.peer.account])
        for who in (cast.member, cast.outsider, cast.moderator):
            await join(ctx, room, who.account, Place.member)
        second = await make_person(ctx, cast.hub, "Sorrel", Role.moderator)
        room_id = room.id
    for n in range(7):
        await say(house, cast.outsider, room_id, f"before {n}")
    seq = await say(house, cast.member, room_id, words)
    for n in range(7):
        await say(house, cast.outsider, room_id, f"after {n}")
    return Group(room_id, seq, second)


async def say(house: House, who: Person, conversation: UUID, words: str) -> int:
    async with command(house, who.actor) as ctx:
        return (await send(ctx, conversation, new_id(), words, Log.public)).seq


async def reports(house: House, who: Person, group: Group, *, reason: str = "unkind", words: str | None = None, seq: int | None = None) -> Receipt:
    async with command(house, who.actor) as ctx:
        return await report(
            ctx, ReportMessage(conversation=group.conversation, seq=group.seq if seq is None else seq, reason=ReportReason(reason), words=words)
        )


async def item_of(house: House, moderator: Person) -> UUID:
    return (await at_desk(house, moderator)).reports[0].report


async def at_desk(house: House, who: Person) -> ModerationAtDesk:
    async with query(house, who.actor) as ctx:
        return await moderation_at_desk(ctx)


async def opens(house: House, who: Person, item: UUID) -> ReportOpened:
    async with command(house, who.actor) as ctx:
        return await open_report(ctx, item)


async def claims(house: House, who: Person, item: UUID) -> ReportOpened:
    async with command(house, who.actor) as ctx:
        return await claim(ctx, item)


async def hides(house: House, who: Person, item: UUID, reason: str = "It hurts people here.") -> ReportOpened:
    async with command(house, who.actor) as ctx:
        return await hide(ctx, item, reason)


async def restores(house: House, who: Person, item: UUID) -> ReportOpened:
    async with command(house, who.actor) as ctx:
        return await restore(ctx, item)


async def steps_out(house: House, who: Person, item: UUID, *, minutes: int = 60, offer: bool = True) -> ReportOpened:
    async with command(house, who.actor) as ctx:
        return await step_out(ctx, item, StepOut(minutes=minutes, reason="A pause for everybody.", offer_one_to_one=offer))


async def closes(house: House, who: Person, item: UUID, outcome: str = "acted", words: str | None = None) -> ReportOpened:
    async with command(house, who.actor) as ctx:
        return await close_report(ctx, item, CloseReport(outcome=ReportOutcome(outcome), words=words))


async def suspends(house: House, who: Person, account: UUID, *, minutes: int = 60, reason: str = "Time apart.") -> None:
    async with command(house, who.actor) as ctx:
        await suspend(ctx, account, Suspend(minutes=minutes, reason=reason))


async def lifts(house: House, who: Person, account: UUID) -> None:
    async with command(house, who.actor) as ctx:
        await lift(ctx, account)


async def appeals(house: House, who: Person, act: UUID, words: str = "I meant it kindly.") -> ActShown:
    async with command(house, who.actor) as ctx:
        return await appeal(ctx, act, words)


async def decides(house: House, who: Person, appeal_id: UUID, *, upheld: bool, words: str = "I looked at it again.") -> AppealOpened:
    async with command(house, who.actor) as ctx:
        return await decide_appeal(ctx, appeal_id, DecideAppeal(upheld=upheld, words=words))


async def acts_of(house: House, who: Person) -> list[ActShown]:
    async with query(house, who.actor) as ctx:
        return await acts(ctx)


async def receipts_of(house: House, who: Person) -> list[Receipt]:
    async with query(house, who.actor) as ctx:
        return await receipts(ctx)


async def room(house: House, group: Group) -> Conversation:
    async with query(house) as ctx:
        found = await ctx.db.get(Conversation, group.conversation)
        assert found is not None
        return found


async def ledger(house: House, action: str) -> list[dict[str, Any]]:
    """What the ledger says of this kind of act, in order."""
    async with query(house) as ctx:
        rows = await ctx.db.exec(select(AuditEntry).where(AuditEntry.action == action).order_by(col(AuditEntry.position)))
        return [row.about for row in rows.all()]
