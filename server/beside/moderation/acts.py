"""What was done about me: what happened, why, until when, and how to ask somebody else to look at it."""

from collections.abc import Sequence

from sqlmodel import col, select

from beside.conversations.about import open_about
from beside.conversations.tables import Conversation
from beside.kit.context import Context
from beside.moderation.sealing import key_of_account, unseal
from beside.moderation.tables import Act, AppealMade
from beside.protocol.report_snapshots import ActShown
from beside.protocol.shapes import AppealState

LISTED = 100  # the newest


async def acts(ctx: Context) -> list[ActShown]:
    """About the actor, the newest first."""
    mine = select(Act).where(Act.about_id == ctx.me.account).order_by(col(Act.at).desc(), col(Act.id).desc()).limit(LISTED)
    return await acts_shown(ctx, (await ctx.db.exec(mine)).all())


async def act_shown(ctx: Context, act: Act) -> ActShown:
    return (await acts_shown(ctx, [act]))[0]


async def acts_shown(ctx: Context, rows: Sequence[Act]) -> list[ActShown]:
    """These acts, which are all about one person, as that person may read them. The caller has checked who reads."""
    if not rows:
        return []
    key = await key_of_account(ctx, rows[0].about_id, rows[0].hub_id)
    appeals = {row.act_id: row for row in await ctx.db.exec(select(AppealMade).where(col(AppealMade.act_id).in_([act.id for act in rows])))}
    talks = {row.id: row for row in await ctx.db.exec(select(Conversation).where(col(Conversation.id).in_([act.conversation_id for act in rows])))}
    shown = []
    for act in rows:
        appeal = appeals.get(act.id)
        talk = talks.get(act.conversation_id) if act.conversation_id else None
        shown.append(
            ActShown(
                act=act.id,
                kind=act.kind,
                reason=unseal(ctx, key, act.sealed_reason, f"act/{act.id}/reason") or "",
                at=act.at,
                until=act.until,
                conversation=act.conversation_id,
                conversation_title=open_about(ctx.house.keyring, talk).title if talk else "",
                undone=act.undone_at is not None,
                appeal_state=state_of(appeal) if appeal else None,
                appeal_words=unseal(ctx, key, appeal.sealed_answer, f"appeal/{appeal.id}/answer") if appeal else None,
                offered_conversation=act.offered_conversation_id if act.about_id == ctx.me.account else None,
            )
        )
    return shown


def state_of(appeal: AppealMade) -> AppealState:
    """`asked`, until somebody has decided: `upheld` (the act stands) or `undone`."""
    return AppealState.asked if appeal.decided_at is None else AppealState.upheld if appeal.upheld else AppealState.undone
