"""What clinicians on call see: the list of what is open, and one escalation on one page. Not the conversation: that takes a reason."""

from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.conversations.question import question_about
from beside.conversations.tables import Conversation, Participant
from beside.escalations.about import person_about
from beside.escalations.access import conversation_of
from beside.escalations.helped import helped_of
from beside.escalations.paging import respond_by
from beside.escalations.review import OPEN_FOR, is_wanted, pair_of
from beside.escalations.review_tables import HelpedSaid
from beside.escalations.sealing import unseal, unseal_optional
from beside.escalations.states import state_of
from beside.escalations.story import Story, story_of
from beside.escalations.tables import Escalation, Note, Resolution
from beside.hubs.scope import require_hub
from beside.kit.context import Context
from beside.protocol.call_snapshots import CancelAsked, OnCallClosed, OnCallLine, OnCallList, OnCallPage
from beside.protocol.shapes import EscalationOutcome, Severity

URGENCY = {Severity.critical: 0, Severity.high: 1, Severity.concern: 2}


async def on_call_list(ctx: Context) -> OnCallList:
    """What is open in the actor's hub, the most urgent first."""
    rows = (
        await ctx.db.exec(select(Escalation).where(Escalation.hub_id == ctx.me.hub, col(Escalation.closed_at).is_(None)).order_by(col(Escalation.raised_at)))
    ).all()
    stories = [await story_of(ctx, row) for row in sorted(rows, key=lambda row: URGENCY[row.severity])]
    return OnCallList(open=[_line(story) for story in stories], lately=await _lately(ctx))


async def _lately(ctx: Context) -> list[OnCallClosed]:
    """What the actor closed in the last week, the newest first."""
    rows = await ctx.db.exec(
        select(Escalation, Resolution)
        .join(Resolution, col(Resolution.escalation_id) == col(Escalation.id))
        .where(Escalation.hub_id == ctx.me.hub, Resolution.by == ctx.me.account, col(Resolution.at) > ctx.now - OPEN_FOR)
        .order_by(col(Resolution.at).desc())
    )
    found = rows.all()
    names = await names_of(ctx, (row.raised_by for row, _ in found))
    said = await ctx.db.exec(select(HelpedSaid).where(col(HelpedSaid.escalation_id).in_([row.id for row, _ in found])))
    helped = {row.escalation_id: row.helped for row in said.all()}
    return [
        OnCallClosed(
            escalation=row.id,
            severity=row.severity,
            raised_by=names[row.raised_by],
            closed_at=ended.at,
            helped=helped.get(row.id),
            review_wanted=await is_wanted(ctx, row),
        )
        for row, ended in found
    ]


def _line(story: Story) -> OnCallLine:
    row, taken = story.escalation, story.in_force
    return OnCallLine(
        escalation=row.id,
        severity=row.severity,
        raised_at=row.raised_at,
        state=state_of(story.facts),
        acknowledged_by=story.taker(taken.acknowledgement) if taken else None,
    )


async def on_call_page(ctx: Context, escalation: Escalation) -> OnCallPage:
    """For a clinician whose right to it was checked: the peer's view first, then what was agreed."""
    story = await story_of(ctx, escalation)
    conversation = await conversation_of(ctx, escalation)
    taken, ended, mine = story.in_force, story.resolution, escalation.id
    rung = _rung(story)
    me = await ctx.db.get(Participant, (conversation.id, ctx.me.account))
    notes = (await ctx.db.exec(select(Note).where(Note.escalation_id == mine).order_by(col(Note.at)))).all()
    return OnCallPage(
        escalation=mine,
        hub_name=(await require_hub(ctx, escalation.hub_id)).name,
        severity=escalation.severity,
        state=state_of(story.facts),
        raised_at=escalation.raised_at,
        raised_by=story.names[escalation.raised_by],
        rung=rung + 1,
        respond_by=None if taken or escalation.closed_at else await respond_by(ctx, escalation, rung, story.pages),
        consent=escalation.consent,
        view=unseal(ctx, conversation, mine, "view", escalation.sealed_view),
        agreed_facts=unseal_optional(ctx, conversation, mine, "facts", escalation.sealed_facts),
        reason_to_go_on=unseal_optional(ctx, conversation, mine, "reason", escalation.sealed_reason),
        notes=[unseal(ctx, conversation, note.id, "words", note.sealed_words) for note in notes],
        acknowledged_by=story.taker(taken.acknowledgement) if taken else None,
        # one by a link that names no account is of whoever signs in to go on with it (`acknowledge.require_mine`)
        acknowledged_by_me=taken is not None and taken.acknowledgement.account_id in (None, ctx.me.account),
        conversation=conversation.id,
        joined=me is not None and me.left_at is None,
        person=await person_about(ctx, conversation),
        question=await question_about(ctx, conversation.id, escalation.raised_at, escalation.closed_at),
        cancel_asked=_cancel_asked(ctx, conversation, story),
        outcome=EscalationOutcome(ended.outcome) if ended else None,
        feedback=unseal(ctx, conversation, mine, "feedback", ended.sealed_feedback) if ended else None,
        helped=await helped_of(ctx, conversation, escalation),
        may_review=await pair_of(ctx, escalation) is not None,
        review_wanted=await is_wanted(ctx, escalation),
    )


def _cancel_asked(ctx: Context, conversation: Conversation, story: Story) -> CancelAsked | None:
    asked = story.cancellation
    if asked is None:
        return None
    return CancelAsked(who=story.names[asked.by], at=asked.at, reason=unseal(ctx, conversation, asked.escalation_id, "cancellation", asked.sealed_reason))


def _rung(story: Story) -> int:
    """The rung that is being asked, or that has it."""
    if story.in_force:
        return story.in_force.acknowledgement.rung
    return next((page.rung for page in reversed(story.pages) if page.turn == story.escalation.turn), 0)
