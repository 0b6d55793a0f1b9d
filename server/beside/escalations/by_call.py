"""An escalation taken by the call of a provider: somebody pressed a button there. Signed, fresh, about a page that this channel carried, and once."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.permissions import Permission, is_allowed
from beside.accounts.tables import Account, RoleGrant
from beside.audit.write import record
from beside.escalations.access import lock
from beside.escalations.acknowledge import take
from beside.escalations.channels.target import open_target
from beside.escalations.climbing import acknowledgement_of
from beside.escalations.rota import rungs_of
from beside.escalations.tables import ASKING, Acknowledgement, Channel, Escalation, Page
from beside.escalations.transports.registry import transport_of
from beside.escalations.transports.shapes import Called, Refused
from beside.kit.context import Context
from beside.kit.crypto import Unreadable
from beside.kit.errors import NotAllowed
from beside.kit.logs import log

_NAME_HEX = 48  # 192 bits of SHA-256: two calls never share a name


async def take_by_call(ctx: Context, channel_id: UUID, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether it was taken by this call. False, and nothing changed, for a call about something else, one that was counted, and one that comes late: after
    somebody took it, after it was closed, or about an earlier climb. Raises `NotAllowed` (`unsigned`), in the same words whatever was wrong.
    """
    channel = await ctx.db.get(Channel, channel_id)
    called = _read(ctx, channel, headers, body)
    if channel is None or called is None:
        return False
    escalation = await lock(ctx, called.escalation)
    if escalation is None or escalation.hub_id != channel.hub_id:
        raise _refused(channel, "of another hub")
    pages = select(Page).where(Page.escalation_id == escalation.id, Page.channel_id == channel.id, col(Page.kind).in_(ASKING), col(Page.tries) > 0)
    carried = (await ctx.db.exec(pages.order_by(col(Page.created_at).desc(), col(Page.id).desc()).limit(1))).first()
    if carried is None:
        raise _refused(channel, "of another channel")
    name = f"call.{hashlib.sha256(called.name.encode()).hexdigest()[:_NAME_HEX]}"
    if await _is_late(ctx, escalation, carried, called, name):
        return False
    rung = rungs_of(escalation.ladder)[carried.rung]
    account = await _who(ctx, called, channel.hub_id) or carried.account_id or rung.account or channel.account_id
    await take(ctx, escalation, account=account, rung=carried.rung, link=name)
    await record(ctx, "channel:escalation:acknowledged", channel.hub_id, channel=channel.id, escalation=escalation.id, account=account)
    return True


def _read(ctx: Context, channel: Channel | None, headers: Mapping[str, str], body: bytes) -> Called | None:
    if channel is None or channel.retired_at is not None:
        raise _refused(channel, "no such channel")
    read_call = transport_of(channel.kind).read_call
    if read_call is None:
        raise _refused(channel, "a kind that takes no calls")
    try:
        return read_call(open_target(ctx.house.keyring, channel), headers, body, ctx.now)
    except (Refused, Unreadable) as refusal:
        raise _refused(channel, str(refusal)) from None


def _refused(channel: Channel | None, why: str) -> NotAllowed:
    """Whoever calls learns nothing from it; the log has one of our own phrases."""
    log.warning("escalation.call_refused", channel=str(channel.id) if channel else None, why=why)
    return NotAllowed("unsigned")


async def _is_late(ctx: Context, escalation: Escalation, carried: Page, called: Called, name: str) -> bool:
    """A call may be repeated and may be overtaken: neither takes anything."""
    if escalation.closed_at is not None or carried.turn != escalation.turn or called.turn not in (None, escalation.turn):
        return True
    if await acknowledgement_of(ctx, escalation) is not None:
        return True
    counted = select(Acknowledgement.id).where(Acknowledgement.escalation_id == escalation.id, Acknowledgement.link == name)
    return (await ctx.db.exec(counted)).first() is not None


async def _who(ctx: Context, called: Called, hub: UUID) -> UUID | None:
    """The account that the receiver names, where it is one of this hub that may take calls; else whoever the rung says, for the call must count."""
    try:
        account = UUID(called.by or "")
    except ValueError:
        return None
    held = select(RoleGrant.role).join(Account, col(Account.id) == col(RoleGrant.account_id))
    mine = (Account.id == account, Account.hub_id == hub, col(RoleGrant.revoked_at).is_(None))
    roles = (await ctx.db.exec(held.where(*mine))).all()
    return account if is_allowed(roles, Permission.escalation_acknowledge) else None
