"""What a coordinator sees: the policy in force, what may be chosen, who changed what; and what a draft would do."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.accounts.permissions import Permission, require
from beside.escalations.ladder import Do
from beside.escalations.policy.change import checked
from beside.escalations.policy.changes import Names, changes
from beside.escalations.policy.kept import Kept, kept_of, read_kept, to_draft
from beside.escalations.policy.night import Happens, night
from beside.escalations.policy.people import who_can_sign_in
from beside.escalations.policy.resort import then_manager
from beside.escalations.policy.tables import PolicyRow
from beside.escalations.tables import Channel
from beside.escalations.timers import ASCENDING, NAMES, bounds, timers_for
from beside.hubs.policy import Rung
from beside.hubs.scope import policy_of
from beside.kit.context import Context
from beside.protocol.policy import (
    Night,
    NightStep,
    NightStepKind,
    PolicyBounds,
    PolicyChannel,
    PolicyDraft,
    PolicyPage,
    PolicyPerson,
    PolicyPreview,
    PolicyTimer,
    PolicyVersion,
)
from beside.protocol.shapes import ChannelKind, Severity

VERSIONS_MOST = 50  # a year of changes; older ones stay stored
URGENT_FIRST = tuple(reversed(ASCENDING))


async def policy_page(ctx: Context) -> PolicyPage:
    """Raises `NotAllowed`."""
    hub = require(ctx, Permission.policy_change).hub
    kept = kept_of(await policy_of(ctx, hub))
    newest_first = select(PolicyRow).where(PolicyRow.hub_id == hub).order_by(col(PolicyRow.number).desc()).limit(VERSIONS_MOST + 1)
    rows = (await ctx.db.exec(newest_first)).all()
    channels = await _channels(ctx, hub)
    wholes = [read_kept(row.whole) for row in rows]
    able = await who_can_sign_in(ctx, hub)
    makers = [row.made_by for row in rows if row.made_by]
    names = await names_of(ctx, [*able, *makers, *_owners(channels), *_named(kept, *wholes)])
    known = Names(names, {channel.id: channel.name or channel.kind for channel in channels})
    return PolicyPage(
        number=rows[0].number if rows else 0,
        draft=to_draft(kept),
        people=[PolicyPerson(account=one, name=names[one], can_answer=one in able) for one in sorted({*able, *_named(kept)}, key=lambda one: names[one])],
        channels=[_shown(channel, names) for channel in channels if channel.retired_at is None or channel.id in _used(kept)],
        bounds=[_bounds(severity, name) for severity in URGENT_FIRST for name in NAMES],
        versions=[
            PolicyVersion(
                number=row.number,
                by=names[row.made_by] if row.made_by else None,
                at=row.made_at,
                restored=row.restored,
                changes=changes(before, whole, known) if before else [],
            )
            for row, whole, before in zip(rows, wholes, [*wholes, None][1:], strict=True)
        ][:VERSIONS_MOST],
    )


async def policy_preview(ctx: Context, draft: PolicyDraft) -> PolicyPreview:
    """Raises as saving it would."""
    new = await checked(ctx, draft)
    hub = ctx.me.hub
    old = kept_of(await policy_of(ctx, hub))
    channels = {channel.id: channel for channel in await _channels(ctx, hub)}
    names = Names(await names_of(ctx, _named(old, new)), {one: channel.name or channel.kind for one, channel in channels.items()})
    return PolicyPreview(changes=changes(old, new, names), nights=[_night(severity, new, names, channels) for severity in URGENT_FIRST])


def _night(severity: str, kept: Kept, names: Names, channels: dict[UUID, Channel]) -> Night:
    rungs = then_manager(kept.rungs, kept.duty_manager)
    timers = timers_for(severity, {severity: _plain(kept, severity)})
    # whoever is on call by the rota has a channel of their own, before those that the rung shares
    ways: list[list[UUID | None]] = [[*([None] if rung.rota else []), *rung.channels] for rung in rungs]
    happens = night(severity, [len(way) for way in ways], timers)
    last = len(kept.rungs)
    return Night(
        severity=Severity(severity),
        steps=[_step(one, rungs[one.rung], ways[one.rung][one.place], names, channels, manager=one.rung == last) for one in happens],
        unsent_seconds=kept.patience[severity].unsent,
        in_open_hours=timers.in_open_hours,
    )


def _step(one: Happens, rung: Rung, way: UUID | None, names: Names, channels: dict[UUID, Channel], *, manager: bool) -> NightStep:
    after = int(one.after.total_seconds())
    if one.do is not Do.page:
        return NightStep(what=NightStepKind(one.do.value), after_seconds=after)
    return NightStep(
        what=NightStepKind.page,
        after_seconds=after,
        rung=rung.person,
        who=names.people[rung.account] if rung.account else None,
        rota=rung.rota,
        duty_manager=manager,
        channel=names.channels[way] if way else None,
        kind=ChannelKind(channels[way].kind) if way else None,
    )


def _plain(kept: Kept, severity: str) -> dict[str, int | None]:
    return {name: getattr(kept.patience[severity], name) for name in NAMES}


def _bounds(severity: str, name: str) -> PolicyBounds:
    allowed = bounds(severity, name)
    return PolicyBounds(
        severity=Severity(severity),
        timer=PolicyTimer(name),
        least=allowed.least,
        most=allowed.most,
        usual=allowed.usual,
        may_be_none=allowed.may_be_none,
    )


async def _channels(ctx: Context, hub: UUID) -> list[Channel]:
    """All there ever were: an old version names some that are retired by now."""
    return list((await ctx.db.exec(select(Channel).where(Channel.hub_id == hub).order_by(col(Channel.made_at), col(Channel.id)))).all())


def _shown(channel: Channel, names: dict[UUID, str]) -> PolicyChannel:
    return PolicyChannel(
        channel=channel.id,
        name=channel.name,
        kind=ChannelKind(channel.kind),
        whose=names[channel.account_id] if channel.account_id else None,
        in_use=channel.retired_at is None,
    )


def _owners(channels: Iterable[Channel]) -> list[UUID]:
    return [channel.account_id for channel in channels if channel.account_id]


def _named(*every: Kept) -> set[UUID]:
    return {rung.account for kept in every for rung in _rungs(kept) if rung.account}


def _used(kept: Kept) -> set[UUID]:
    return {channel for rung in _rungs(kept) for channel in rung.channels}


def _rungs(kept: Kept) -> list[Rung]:
    return [*kept.rungs, *([kept.duty_manager] if kept.duty_manager else [])]
