"""An escalation seen and taken by the link in a page: looking changes nothing, taking is once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.names import name_of
from beside.escalations.access import lock
from beside.escalations.acknowledge import take
from beside.escalations.climbing import acknowledgement_of
from beside.escalations.links import Link, read_link
from beside.escalations.rota import rungs_of
from beside.escalations.tables import ASKING, Acknowledgement, Escalation, Page
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.kit.errors import NotAllowed
from beside.kit.logs import log


@dataclass(frozen=True, slots=True)
class Seen:
    """What the link's page says. `taken_by_this`: by this very link, or by the person it is of. `zone` is the hub's: whoever holds the link is near it."""

    escalation: Escalation
    taken_by: str | None
    taken_by_this: bool
    used_up: bool
    now: datetime
    zone: str


async def look(ctx: Context, token: str) -> Seen:
    """Changes nothing, whoever asks and however often. Raises `NotAllowed`."""
    link = _read(ctx, token)
    escalation = await ctx.db.get(Escalation, link.escalation)
    if escalation is None:
        raise NotAllowed("link_used")
    return await _seen(ctx, escalation, link)


async def take_by_link(ctx: Context, token: str) -> Seen:
    """Take it as the person of the link's rung. The same link again changes nothing; one whose taking has ended takes nothing. Raises `NotAllowed`."""
    link = _read(ctx, token)
    escalation = await lock(ctx, link.escalation)
    if escalation is None:
        raise NotAllowed("link_used")
    seen = await _seen(ctx, escalation, link)
    if escalation.closed_at is None and seen.taken_by is None and not seen.used_up:
        account = await _whose(ctx, escalation, link)
        await take(ctx, escalation, account=account, rung=link.rung, link=link.name)
        return await _seen(ctx, escalation, link)
    return seen


async def who_took(ctx: Context, escalation: Escalation, acknowledged: Acknowledgement) -> str:
    """Their pseudonym; what the rota calls them, where the rung names no account."""
    if acknowledged.account_id:
        return await name_of(ctx, acknowledged.account_id)
    return rungs_of(escalation.ladder)[acknowledged.rung].person


def _read(ctx: Context, token: str) -> Link:
    try:
        return read_link(ctx.house.secret, token, ctx.now)
    except NotAllowed:
        log.warning("escalation.link_refused")
        raise


async def _whose(ctx: Context, escalation: Escalation, link: Link) -> UUID | None:
    """Who was asked by the page that the link came in; the rung may be somebody else's since."""
    page = (Page.escalation_id == escalation.id, Page.turn == link.turn, Page.rung == link.rung, Page.place == link.place, col(Page.kind).in_(ASKING))
    asked = (await ctx.db.exec(select(Page.account_id).where(*page).order_by(col(Page.created_at).desc()).limit(1))).first()
    rungs = rungs_of(escalation.ladder)
    return asked or (rungs[link.rung].account if link.rung < len(rungs) else None)


async def _seen(ctx: Context, escalation: Escalation, link: Link) -> Seen:
    standing = await acknowledgement_of(ctx, escalation)
    used = select(Acknowledgement).where(
        Acknowledgement.escalation_id == escalation.id, Acknowledgement.link == link.name, col(Acknowledgement.ended_at).is_not(None)
    )
    account = await _whose(ctx, escalation, link)
    this = standing is not None and (standing.link == link.name or (account is not None and standing.account_id == account))
    return Seen(
        escalation=escalation,
        taken_by=await who_took(ctx, escalation, standing) if standing else None,
        taken_by_this=this,
        used_up=(await ctx.db.exec(used)).first() is not None,
        now=ctx.now,
        zone=(await policy_of(ctx, escalation.hub_id)).timezone,
    )
