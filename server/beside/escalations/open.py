"""Raise an escalation: the row, its ladder, its first page and the notice, all in the transaction of whatever caused it."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from beside.audit.write import record
from beside.conversations.tables import Conversation
from beside.escalations.access import lock
from beside.escalations.again import raise_again
from beside.escalations.climbing import begin_turn, open_page, rearm
from beside.escalations.rota import ladder_now, rungs_of, timers_now
from beside.escalations.sealing import seal, seal_optional
from beside.escalations.tables import Cause, Escalation, PageKind
from beside.escalations.telling import announce
from beside.kit.context import Context
from beside.kit.errors import BadInput, Unavailable
from beside.kit.ids import new_id
from beside.kit.text import clean_optional, clean_text
from beside.protocol.events import NoticeKind
from beside.protocol.requests import RaiseEscalation
from beside.protocol.shapes import NOTE_CHARACTERS, Consent


async def open_escalation(ctx: Context, conversation: Conversation, asked: RaiseEscalation) -> Escalation:
    """Tell the clinicians on call, as `ctx.me`, whose right to do so was checked. One is open per conversation: a further raise is a note on it,
    and may make it more urgent, never less. Raises `BadInput` (`reason_needed`) for a declined consent without a reason to go on.
    """
    view = clean_text(asked.view, NOTE_CHARACTERS, field="view")
    facts = clean_optional(asked.agreed_facts, NOTE_CHARACTERS, field="agreed_facts")
    reason = clean_optional(asked.reason_to_go_on, NOTE_CHARACTERS, field="reason_to_go_on")
    if asked.consent is Consent.declined and reason is None:
        raise BadInput("reason_needed", field="reason_to_go_on")
    escalation_id = new_id()
    if not await _is_first(ctx, conversation, escalation_id):
        return await raise_again(ctx, await _standing(ctx, conversation), conversation, asked.severity, [view, facts, reason])
    escalation = Escalation(
        id=escalation_id,
        hub_id=conversation.hub_id,
        conversation_id=conversation.id,
        raised_by=ctx.me.account,
        raised_at=ctx.now,
        severity=asked.severity,
        consent=asked.consent,
        sealed_view=seal(ctx, conversation, escalation_id, "view", view),
        sealed_facts=seal_optional(ctx, conversation, escalation_id, "facts", facts),
        sealed_reason=seal_optional(ctx, conversation, escalation_id, "reason", reason),
        ladder=await ladder_now(ctx, conversation.hub_id),
        timers=await timers_now(ctx, conversation.hub_id),
        next_step_at=ctx.now,
    )
    ctx.db.add(escalation)
    await ctx.db.flush()
    await begin_turn(ctx, escalation, Cause.raised)
    first = next((n for n, rung in enumerate(rungs_of(escalation.ladder)) if rung.channels), None)
    if first is not None:
        await open_page(ctx, escalation, first, 0, PageKind.page)
    await rearm(ctx, escalation)
    await announce(ctx, escalation, NoticeKind.clinician_told)
    await record(
        ctx,
        "account:escalation:raised",
        escalation.hub_id,
        escalation=escalation.id,
        conversation=conversation.id,
        severity=asked.severity,
        consent=asked.consent,
    )
    return escalation


async def _is_first(ctx: Context, conversation: Conversation, escalation: UUID) -> bool:
    """Of all who raise at once, one changes the row: the others find an open escalation."""
    free = col(Conversation.open_escalation).is_(None)
    won = await ctx.db.exec(
        update(Conversation)
        .where(col(Conversation.id) == conversation.id, free)
        .values(open_escalation=escalation)
        .execution_options(synchronize_session=False)
    )
    return bool(won.rowcount == 1)


async def _standing(ctx: Context, conversation: Conversation) -> Escalation:
    """The open one, held. It can have closed in this very moment: then whoever raises tries again, and it is a new one."""
    await ctx.db.refresh(conversation, ["open_escalation"])
    row = await lock(ctx, conversation.open_escalation) if conversation.open_escalation else None
    if row is None or row.closed_at is not None:
        raise Unavailable("busy", retry_after_ms=200)
    return row
