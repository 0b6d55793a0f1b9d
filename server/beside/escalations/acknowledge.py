"""A named person takes it: signed in, or by the signed link of a page. The first one wins; everybody else is told who has it."""

from uuid import UUID

from sqlmodel import col, select

from beside.audit.write import record
from beside.escalations.access import require_still_open
from beside.escalations.climbing import acknowledgement_of, rearm
from beside.escalations.rota import rungs_of
from beside.escalations.tables import ASKING, Acknowledgement, Escalation, Page
from beside.escalations.tell_providers import tell_providers
from beside.escalations.telling import announce
from beside.escalations.transports.shapes import Act
from beside.kit.context import Context
from beside.kit.errors import Conflict
from beside.protocol.events import NoticeKind


async def acknowledge(ctx: Context, escalation: Escalation) -> Acknowledgement:
    """`ctx.me` takes it, unless somebody has it: the answer is the one in force. `escalation` is held. Raises `Conflict` where it is closed."""
    return await take(ctx, escalation, account=ctx.me.account, rung=await _rung_of(ctx, escalation, ctx.me.account), link=None)


async def take(ctx: Context, escalation: Escalation, *, account: UUID | None, rung: int, link: str | None) -> Acknowledgement:
    """As the person of `rung`. Taking twice changes nothing."""
    require_still_open(escalation)
    standing = await acknowledgement_of(ctx, escalation)
    if standing:
        return standing
    acknowledged = Acknowledgement(escalation_id=escalation.id, account_id=account, rung=rung, link=link, at=ctx.now)
    ctx.db.add(acknowledged)
    await ctx.db.flush()
    await rearm(ctx, escalation)
    await announce(ctx, escalation, NoticeKind.clinician_seen)
    await tell_providers(ctx, escalation, Act.acknowledged)
    await record(ctx, "account:escalation:acknowledged", escalation.hub_id, escalation=escalation.id, account=account, rung=rung, by_link=link is not None)
    return acknowledged


async def require_mine(ctx: Context, escalation: Escalation) -> Acknowledgement:
    """The one in force, of `ctx.me`; acting on what nobody has taken takes it. Raises `Conflict` (`already_taken`).

    One by a link that names no account is of whoever signs in to go on with it.
    """
    acknowledged = await acknowledge(ctx, escalation)
    if acknowledged.account_id is None:
        acknowledged.account_id = ctx.me.account
    if acknowledged.account_id != ctx.me.account:
        raise Conflict("already_taken")
    return acknowledged


async def _rung_of(ctx: Context, escalation: Escalation, account: UUID) -> int:
    """Their own rung, now or when they were asked; for somebody who is on none, the last that was asked."""
    mine = next((n for n, rung in enumerate(rungs_of(escalation.ladder)) if rung.account == account), None)
    if mine is not None:
        return mine
    asked = (await ctx.db.exec(select(Page.rung).where(Page.escalation_id == escalation.id, Page.account_id == account).limit(1))).first()
    if asked is not None:
        return asked
    now = (Page.escalation_id == escalation.id, Page.turn == escalation.turn, col(Page.kind).in_(ASKING))
    return (await ctx.db.exec(select(Page.rung).where(*now).order_by(col(Page.created_at).desc()).limit(1))).first() or 0
