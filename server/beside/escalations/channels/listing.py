"""The channels of a hub as its coordinators see them: never a secret, and of an address the host only."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.escalations.channels.target import open_target
from beside.escalations.channels.uses import in_open_calls, used_by
from beside.escalations.tables import Attempt, Channel, Page
from beside.escalations.transports.places import shown
from beside.escalations.transports.registry import transport_of
from beside.escalations.transports.shapes import Target
from beside.kit.context import Context
from beside.kit.crypto import Unreadable
from beside.kit.logs import log
from beside.protocol.channel_snapshots import AttemptShown, Channels, ChannelShown
from beside.protocol.shapes import ChannelKind

CALLBACK_PATH = "/api/on-call/callback/"
UNREADABLE = Target("", [])
UNNAMED = {ChannelKind.webhook: "Webhook", ChannelKind.pagerduty: "PagerDuty", ChannelKind.alertmanager: "Alertmanager", ChannelKind.email: "E-mail"}


async def channels_of(ctx: Context, hub: UUID) -> Channels:
    """Those in use, in the order they were made. Whoever calls has checked the right to it."""
    rows = (
        await ctx.db.exec(select(Channel).where(Channel.hub_id == hub, col(Channel.retired_at).is_(None)).order_by(col(Channel.made_at), col(Channel.id)))
    ).all()
    return Channels(channels=await shown_of(ctx, hub, rows), mail=ctx.house.relay is not None)


async def channel_shown(ctx: Context, channel: Channel) -> ChannelShown:
    return (await shown_of(ctx, channel.hub_id, [channel]))[0]


async def shown_of(ctx: Context, hub: UUID, rows: Sequence[Channel]) -> list[ChannelShown]:
    """Several, with what they share read once."""
    uses, held = await used_by(ctx, hub), await in_open_calls(ctx, hub)
    names = await names_of(ctx, [row.account_id for row in rows if row.account_id])
    last = await _last_attempts(ctx, [row.id for row in rows])
    return [_shown(ctx, row, uses.get(row.id, []), row.id in held, names, last.get(row.id)) for row in rows]


def name_of_channel(channel: Channel) -> str:
    """Its name; those of the first light have none, and are called by their kind."""
    return channel.name or UNNAMED.get(ChannelKind(channel.kind), channel.kind)


def attempt_shown(attempt: Attempt) -> AttemptShown:
    return AttemptShown(at=attempt.at, ended_at=attempt.ended_at, status=attempt.status, milliseconds=attempt.milliseconds, reason=attempt.reason)


def _shown(ctx: Context, row: Channel, uses: list[str], held: bool, names: dict[UUID, str], last: Attempt | None) -> ChannelShown:
    transport, target = transport_of(row.kind), _target(ctx, row)
    takes_calls = transport.read_call is not None and bool(transport.makes_secret or target.callback_secrets)
    return ChannelShown(
        channel=row.id,
        kind=transport.kind,
        name=name_of_channel(row),
        leads_to=shown(target.url) if target.url else "",
        account=row.account_id,
        belongs_to=names.get(row.account_id) if row.account_id else None,
        made_at=row.made_at,
        exchanging=len(target.secrets) > 1 or len(target.callback_secrets) > 1,
        makes_secret=transport.makes_secret,
        gone_at=row.gone_at,
        used_by=uses,
        in_open_call=held,
        callback_url=f"{ctx.house.public_url.rstrip('/')}{CALLBACK_PATH}{row.id}" if takes_calls else None,
        last=attempt_shown(last) if last else None,
    )


def _target(ctx: Context, channel: Channel) -> Target:
    """One that does not open leads nowhere that can be shown; the doctor and each attempt say so too."""
    try:
        return open_target(ctx.house.keyring, channel)
    except Unreadable:
        log.error("escalation.channel_unreadable", channel=str(channel.id))
        return UNREADABLE


async def _last_attempts(ctx: Context, channels: Sequence[UUID]) -> dict[UUID, Attempt]:
    """The newest try by each of them: ids are made in order of time."""
    newest = (
        select(Page.channel_id, func.max(Attempt.at).label("at"))
        .join(Page, col(Page.id) == col(Attempt.page_id))
        .where(col(Page.channel_id).in_(channels))
        .group_by(col(Page.channel_id))
        .subquery()
    )
    found = (
        select(Page.channel_id, Attempt)
        .join(Attempt, col(Attempt.page_id) == col(Page.id))
        .join(newest, (newest.c.channel_id == col(Page.channel_id)) & (newest.c.at == col(Attempt.at)))
    )
    return dict((await ctx.db.exec(found)).all())
