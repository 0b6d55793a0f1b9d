"""Ask somebody to take a break from a group, with a one-to-one offered in the same click: nobody is sent out alone."""

from datetime import timedelta
from uuid import UUID

from beside.accounts.permissions import Permission
from beside.audit.write import record
from beside.conversations.access import absence_of
from beside.conversations.step_out import step_out as step_out_of_room
from beside.kit.context import Context
from beside.kit.errors import Conflict, NotAllowed
from beside.moderation.open_report import opened
from beside.moderation.reported import require_mine_to_act
from beside.moderation.write_act import write_act
from beside.protocol.report_snapshots import ReportOpened
from beside.protocol.requests import StepOut
from beside.protocol.shapes import ActKind, ConversationKind, Place


async def step_out(ctx: Context, reported: UUID, wish: StepOut) -> ReportOpened:
    """The author leaves and comes back in after `wish.minutes`. What they are offered is arranged right after the commit.

    Raises `NotAllowed` (also in a one-to-one), `NotFound`, `BadInput`, `Conflict` (somebody else has it, it is closed, or they are out already).
    """
    item, conversation = await require_mine_to_act(ctx, reported, Permission.group_step_out)
    if conversation.kind is ConversationKind.one_to_one:
        raise NotAllowed
    if await absence_of(ctx, conversation.id, item.about_id):
        raise Conflict("already_done")
    until = ctx.now + timedelta(minutes=wish.minutes)
    act = await write_act(ctx, ActKind.step_out, item.about_id, wish.reason, item=item, until=until)
    await step_out_of_room(ctx, conversation, item.about_id, until, ctx.me.account)
    if wish.offer_one_to_one and item.about_place is Place.member:
        ctx.react("moderation.one_to_one_offered", hub=item.hub_id, account=item.about_id, act=act.id)
    await record(ctx, "account:group:stepped_out", item.hub_id, account=item.about_id, act=act.id, conversation=conversation.id, minutes=wish.minutes)
    return await opened(ctx, item, conversation)
