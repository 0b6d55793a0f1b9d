"""What the desk lists of reports and appeals: no words of anybody until one is opened, and nothing about oneself."""

from collections import defaultdict
from dataclasses import dataclass

from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.accounts.permissions import Permission, is_allowed, require
from beside.conversations.about import open_about
from beside.conversations.tables import Conversation
from beside.kit.context import Context
from beside.moderation.appeals import undecided
from beside.moderation.claims import holders
from beside.moderation.tables import Report, ReportedMessage
from beside.moderation.urgency import most_urgent, standing
from beside.protocol.desk_snapshots import AppealLine, ReportLine
from beside.protocol.events import Author

LISTED = 200  # items: three screens of the busiest desk; the most urgent of the oldest are among them


@dataclass(frozen=True, slots=True)
class ModerationAtDesk:
    """The part of `desk_snapshots.Desk` that is about reports and appeals."""

    reports: list[ReportLine]
    appeals: list[AppealLine]


async def moderation_at_desk(ctx: Context) -> ModerationAtDesk:
    """For the actor, who must have the desk; empty where judging is not theirs. Raises `NotAllowed`."""
    me = require(ctx, Permission.desk_see)
    return ModerationAtDesk(
        reports=await _reports(ctx) if is_allowed(me.roles, Permission.report_judge) else [],
        appeals=await undecided(ctx) if is_allowed(me.roles, Permission.appeal_decide) else [],
    )


async def _reports(ctx: Context) -> list[ReportLine]:
    me = ctx.me
    items = (
        await ctx.db.exec(
            select(ReportedMessage, Conversation)
            .join(Conversation, col(Conversation.id) == col(ReportedMessage.conversation_id))
            .where(ReportedMessage.hub_id == me.hub, col(ReportedMessage.closed_at).is_(None), ReportedMessage.about_id != me.account)
            .order_by(col(ReportedMessage.opened_at))
            .limit(LISTED)
        )
    ).all()
    reasons: dict[object, list[str]] = defaultdict(list)
    for item_id, reason in await ctx.db.exec(select(Report.reported_id, Report.reason).where(col(Report.reported_id).in_([item.id for item, _ in items]))):
        reasons[item_id].append(reason)
    claims = await holders(ctx, (item.id for item, _ in items))
    names = await names_of(ctx, [item.about_id for item, _ in items] + [claim.by_id for claim in claims.values()])
    lines = []
    for item, conversation in items:
        claim = claims.get(item.id)
        lines.append(
            ReportLine(
                report=item.id,
                reports=len(reasons[item.id]),
                reason=most_urgent(reasons[item.id]),
                about=Author(account=item.about_id, pseudonym=names[item.about_id], place=item.about_place),
                conversation=conversation.id,
                conversation_title=open_about(ctx.house.keyring, conversation).title,
                kind=conversation.kind,
                at=item.opened_at,
                claimed_by=names[claim.by_id] if claim else None,
                claimed_by_me=claim is not None and claim.by_id == me.account,
            )
        )
    return sorted(lines, key=lambda line: standing(line.reason, line.reports, line.at, taken=line.claimed_by is not None and not line.claimed_by_me))
