"""A coordinator changes the policy, brings an old version back, or looks at what a draft would do."""

from uuid import UUID

import msgspec

from beside.accounts.permissions import Permission, require
from beside.escalations.policy.check import trouble_of
from beside.escalations.policy.keep import hold, keep, newest
from beside.escalations.policy.kept import Kept, from_draft, read_kept
from beside.escalations.policy.people import who_can_sign_in
from beside.escalations.policy.tables import PolicyRow
from beside.escalations.rota import live_channels
from beside.kit.context import Context
from beside.kit.errors import BadInput, Conflict, NotFound
from beside.kit.text import clean_text
from beside.protocol.policy import SCRIPT_LEAST, SCRIPT_MOST, ChangePolicy, PolicyDraft, PolicyRung, RestorePolicy

NAME_MOST = 40  # characters: it stands in a line of a list


async def change_policy(ctx: Context, asked: ChangePolicy) -> None:
    """Raises `NotAllowed`, `Conflict` (`changed_meanwhile`), and `BadInput` or `TooLarge` with the field that is in the way."""
    me = require(ctx, Permission.policy_change)
    hub = await hold(ctx, me.hub)
    await _require_basis(ctx, me.hub, asked.basis)
    await keep(ctx, hub, await checked(ctx, asked.draft))


async def restore_policy(ctx: Context, asked: RestorePolicy) -> None:
    """As a new version. Raises as `change_policy` does: people and channels of then may be gone by now; `NotFound` for a number that never was."""
    me = require(ctx, Permission.policy_change)
    hub = await hold(ctx, me.hub)
    row = await ctx.db.get(PolicyRow, (me.hub, asked.number))
    if row is None:
        raise NotFound
    await _require_basis(ctx, me.hub, asked.basis)
    kept = read_kept(row.whole)
    await _require_good(ctx, me.hub, kept)
    await keep(ctx, hub, kept, restored=row.number)


async def checked(ctx: Context, draft: PolicyDraft) -> Kept:
    """The draft, if it can be put in force in the actor's hub. Raises `NotAllowed`, `BadInput`, `TooLarge`."""
    me = require(ctx, Permission.policy_change)
    script = clean_text(draft.emergency_script.strip(), SCRIPT_MOST, field="emergency_script")
    if len(script) < SCRIPT_LEAST:
        raise BadInput("too_short", field="emergency_script")
    rungs = [_named(rung, f"rungs.{place}") for place, rung in enumerate(draft.rungs)]
    manager = _named(draft.duty_manager, "duty_manager") if draft.duty_manager else None
    kept = from_draft(msgspec.structs.replace(draft, rungs=rungs, duty_manager=manager, emergency_script=script))
    await _require_good(ctx, me.hub, kept)
    return kept


def _named(rung: PolicyRung, field: str) -> PolicyRung:
    return msgspec.structs.replace(rung, person=clean_text(rung.person.strip(), NAME_MOST, field=f"{field}.person"))


async def _require_good(ctx: Context, hub: UUID, kept: Kept) -> None:
    if found := trouble_of(kept, await who_can_sign_in(ctx, hub), await live_channels(ctx, hub)):
        raise BadInput(found.code, field=found.field)


async def _require_basis(ctx: Context, hub: UUID, basis: int) -> None:
    if basis != (await newest(ctx, hub) or 0):
        raise Conflict("changed_meanwhile")
