"""The escalations on the desk of one person: those they raised that are open, most urgent first, and those closed lately, with their line back."""

from datetime import timedelta

from sqlmodel import col, select

from beside.escalations.on_call import URGENCY
from beside.escalations.review import OPEN_FOR, is_wanted
from beside.escalations.states import state_of
from beside.escalations.story import story_of
from beside.escalations.tables import Escalation
from beside.kit.context import Context
from beside.protocol.desk_snapshots import EscalationLine

ANSWERED_FOR = timedelta(hours=24)  # a peer who went home reads on the next shift what came of it


async def escalations_at_desk(ctx: Context) -> list[EscalationLine]:
    """The actor's own. One that a look back is asked for stays for as long as that is open, unless it was put off."""
    open_or_answered = col(Escalation.closed_at).is_(None) | (col(Escalation.closed_at) > ctx.now - max(ANSWERED_FOR, OPEN_FOR))
    mine = select(Escalation).where(Escalation.hub_id == ctx.me.hub, Escalation.raised_by == ctx.me.account, open_or_answered)
    rows = (await ctx.db.exec(mine.order_by(col(Escalation.raised_at)))).all()
    lines = [(row, await _line(ctx, row)) for row in sorted(rows, key=lambda row: URGENCY[row.severity])]
    return [line for row, line in lines if _stays(ctx, row, line)]


def _stays(ctx: Context, row: Escalation, line: EscalationLine) -> bool:
    return row.closed_at is None or row.closed_at > ctx.now - ANSWERED_FOR or line.review_wanted


async def _line(ctx: Context, row: Escalation) -> EscalationLine:
    return EscalationLine(
        escalation=row.id,
        severity=row.severity,
        raised_at=row.raised_at,
        state=state_of((await story_of(ctx, row)).facts),
        conversation=row.conversation_id,
        review_wanted=await is_wanted(ctx, row),
    )
