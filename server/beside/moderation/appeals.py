"""Appeals, for those who may decide them: not who acted, not who it is about, and not who reported it."""

from uuid import UUID

from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.accounts.permissions import Permission, require
from beside.audit.write import record
from beside.conversations.access import require_conversation
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import NotAllowed, NotFound
from beside.messages.history import around
from beside.moderation.acts import act_shown
from beside.moderation.sealing import key_of_account, unseal
from beside.moderation.tables import Act, AppealMade, Report, ReportedMessage
from beside.protocol.desk_snapshots import AppealLine
from beside.protocol.events import Author, MessageEdited, MessagePosted
from beside.protocol.report_snapshots import AppealOpened
from beside.protocol.shapes import ActKind, Place


async def require_appeal(ctx: Context, appeal: UUID) -> tuple[AppealMade, Act]:
    """Raises `NotFound` (also for whoever it is about) and `NotAllowed` (for who acted, or reported)."""
    me = require(ctx, Permission.appeal_decide)
    made = require_in_hub(await ctx.db.get(AppealMade, appeal), me.hub)
    act = require_in_hub(await ctx.db.get(Act, made.act_id), me.hub)
    if act.about_id == me.account:
        raise NotFound
    reported_it = select(Report.id).where(Report.reported_id == act.reported_id, Report.by_id == me.account)
    if act.by_id == me.account or (act.reported_id and (await ctx.db.exec(reported_it)).first()):
        raise NotAllowed
    return made, act


async def open_appeal(ctx: Context, appeal: UUID) -> AppealOpened:
    """What was done, why, and what the person says. Reading it is in the ledger before a word leaves."""
    return await appeal_opened(ctx, *await require_appeal(ctx, appeal))


async def appeal_opened(ctx: Context, made: AppealMade, act: Act) -> AppealOpened:
    await record(ctx, "appeal:words:read", made.hub_id, appeal=made.id, act=act.id)
    item = await ctx.db.get(ReportedMessage, act.reported_id) if act.reported_id else None
    names = await names_of(ctx, [act.about_id, act.by_id])
    key = await key_of_account(ctx, act.about_id, act.hub_id)
    return AppealOpened(
        appeal=made.id,
        words=unseal(ctx, key, made.sealed_words, f"appeal/{made.id}/words") or "",
        act=await act_shown(ctx, act),
        about=Author(account=act.about_id, pseudonym=names[act.about_id], place=item.about_place if item else Place.member),
        acted_by=names[act.by_id],
        hidden_body=await _hidden_body(ctx, act),
    )


async def undecided(ctx: Context) -> list[AppealLine]:
    """Those that the actor may decide, the oldest first."""
    me = ctx.me
    mine = select(Report.reported_id).where(Report.by_id == me.account)
    rows = (
        await ctx.db.exec(
            select(AppealMade, Act)
            .join(Act, col(Act.id) == col(AppealMade.act_id))
            .where(
                AppealMade.hub_id == me.hub,
                col(AppealMade.decided_at).is_(None),
                col(Act.undone_at).is_(None),
                Act.about_id != me.account,
                Act.by_id != me.account,
                col(Act.reported_id).is_(None) | col(Act.reported_id).not_in(mine),
            )
            .order_by(col(AppealMade.at), col(AppealMade.id))
        )
    ).all()
    names = await names_of(ctx, (act.about_id for _, act in rows))
    return [
        AppealLine(appeal=made.id, act=act.id, about=Author(account=act.about_id, pseudonym=names[act.about_id], place=Place.member), at=made.at)
        for made, act in rows
    ]


async def _hidden_body(ctx: Context, act: Act) -> str | None:
    if act.kind is not ActKind.hide or act.conversation_id is None or act.target_seq is None:
        return None
    events = await around(ctx, await require_conversation(ctx, act.conversation_id), act.target_seq, before_it=0, after_it=0)
    said = [event.body for event in events if isinstance(event, MessagePosted | MessageEdited)]
    return said[-1]
