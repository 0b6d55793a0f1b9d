"""Suspend somebody, and lift it: an act like any other, with a reason they read, an end, and an appeal."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.lift_suspension import lift_suspension
from beside.accounts.permissions import Permission, require
from beside.accounts.suspend import suspend as suspend_account
from beside.conversations.leave_all import leave_all
from beside.kit.context import Context
from beside.kit.text import clean_text
from beside.moderation.tables import Act
from beside.moderation.undo import undo
from beside.moderation.write_act import write_act
from beside.protocol.events import LeaveReason
from beside.protocol.requests import Suspend
from beside.protocol.shapes import NOTE_CHARACTERS, ActKind


async def suspend(ctx: Context, account: UUID, wish: Suspend) -> None:
    """They leave every conversation, so that each log itself stops the words, and their sockets close on every node. When it ends they are back
    in their one-to-ones.

    Raises as `accounts.suspend`, and `BadInput`, `TooLarge` about `reason`.
    """
    require(ctx, Permission.account_suspend)
    plain = clean_text(wish.reason, NOTE_CHARACTERS, field="reason")
    until = ctx.now + timedelta(minutes=wish.minutes)
    await write_act(ctx, ActKind.suspend, account, plain, until=until)
    await leave_all(ctx, account, LeaveReason.suspended)  # before the ledger is held: conversations are locked first, everywhere
    await suspend_account(ctx, account, until)
    ctx.enqueue("moderation.take_part_again", {"account": str(account)}, due_at=until)


async def lift(ctx: Context, account: UUID) -> None:
    """Whatever suspends them ends, and stays on record as undone; they are back in their one-to-ones.

    Raises `NotAllowed`, `NotFound`, `Conflict` where nothing does.
    """
    me = require(ctx, Permission.account_suspend)
    in_force = (
        await ctx.db.exec(
            select(Act).where(
                Act.kind == ActKind.suspend, Act.about_id == account, Act.hub_id == me.hub, col(Act.undone_at).is_(None), col(Act.until) > ctx.now
            )
        )
    ).all()
    if not in_force:
        await lift_suspension(ctx, account)  # says why not, or lifts one that no act explains
    for act in in_force:
        await undo(ctx, act)
