"""Who may touch which row of the rota: access is the lookup, and what is not of the hub is not found."""

from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from beside.accounts.permissions import Permission, is_allowed, require
from beside.escalations.shifts.plan import who_can_answer
from beside.escalations.shifts.tables import LeaveRow, Look, ShiftRow, SwapRow
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import BadInput, NotFound


async def require_shift(ctx: Context, shift: UUID) -> ShiftRow:
    """A shift of the actor's hub. Raises `NotFound`."""
    return require_in_hub(await ctx.db.get(ShiftRow, shift), ctx.me.hub)


async def require_swap(ctx: Context, swap: UUID) -> SwapRow:
    """A swap of the actor's hub. Raises `NotFound`."""
    return require_in_hub(await ctx.db.get(SwapRow, swap), ctx.me.hub)


async def require_leave(ctx: Context, leave: UUID) -> LeaveRow:
    """Leave of the actor's own, or, for who plans, of anybody in the hub. Raises `NotFound`."""
    row = require_in_hub(await ctx.db.get(LeaveRow, leave), ctx.me.hub)
    if row.account_id != ctx.me.account and not may_plan(ctx):
        raise NotFound
    return row


async def require_answerer(ctx: Context, account: UUID, field: str) -> UUID:
    """Somebody of the actor's hub who can take calls. Raises `BadInput`: another hub's people look like those who never were."""
    if account not in await who_can_answer(ctx, ctx.me.hub):
        raise BadInput("not_usable", field=field)
    return account


def may_plan(ctx: Context) -> bool:
    return is_allowed(ctx.me.roles, Permission.rota_plan)


def require_to_swap(ctx: Context) -> None:
    """For clinicians, and for who plans. Raises `NotAllowed`."""
    if not may_plan(ctx):
        require(ctx, Permission.rota_swap)


async def hold_rota(ctx: Context, hub: UUID) -> Look:
    """The rota of this hub, held until the commit: two who change it at once do it one after the other, and each sees what the other did."""
    held = select(Look).where(col(Look.hub_id) == hub).with_for_update().execution_options(populate_existing=True)
    found = (await ctx.db.exec(held)).first()
    if found is None:
        dialect = sqlite if ctx.house.database.is_sqlite else postgresql
        await ctx.db.exec(dialect.insert(Look).values(hub_id=hub, due_at=ctx.now).on_conflict_do_nothing())
        found = (await ctx.db.exec(held)).one()
    return found
