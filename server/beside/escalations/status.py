"""What the peer who raised it sees: the truth at this moment, and what to do by themselves where nobody has been reached."""

from beside.conversations.question import question_about
from beside.escalations.about import person_about
from beside.escalations.access import conversation_of
from beside.escalations.helped import helped_of, may_say_helped
from beside.escalations.review import is_wanted, pair_of
from beside.escalations.sealing import unseal
from beside.escalations.states import is_undelivered, state_of, undelivered_from
from beside.escalations.story import story_of
from beside.escalations.tables import Escalation
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.protocol.call_snapshots import EscalationStatus
from beside.protocol.shapes import EscalationOutcome


async def status_of(ctx: Context, escalation: Escalation) -> EscalationStatus:
    """For somebody whose right to it was checked."""
    story = await story_of(ctx, escalation)
    facts, ended = story.facts, story.resolution
    conversation = await conversation_of(ctx, escalation)
    return EscalationStatus(
        escalation=escalation.id,
        conversation=escalation.conversation_id,
        severity=escalation.severity,
        consent=escalation.consent,
        state=state_of(facts),
        steps=story.steps,
        now=ctx.now,
        not_delivered=is_undelivered(facts, ctx.now),
        undelivered_from=undelivered_from(facts),
        emergency_script=(await policy_of(ctx, escalation.hub_id)).emergency_script,
        person=await person_about(ctx, conversation),
        question=await question_about(ctx, conversation.id, escalation.raised_at, escalation.closed_at),
        outcome=EscalationOutcome(ended.outcome) if ended else None,
        feedback=unseal(ctx, conversation, escalation.id, "feedback", ended.sealed_feedback) if ended else None,
        helped=await helped_of(ctx, conversation, escalation),
        may_say_helped=await may_say_helped(ctx, escalation),
        may_review=await pair_of(ctx, escalation) is not None,
        review_wanted=await is_wanted(ctx, escalation),
    )
