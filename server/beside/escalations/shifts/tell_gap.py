"""Tell the duty manager of what the rota lacks, by the duty manager's own channels: ids, times and a link.

A durable job: it comes round again until one of them takes it in, or it is mended.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from beside.escalations.channels.target import open_target
from beside.escalations.deliver import outbound_of, send
from beside.escalations.outcomes import note_outcome
from beside.escalations.shifts.tables import Finding
from beside.escalations.tables import Channel
from beside.escalations.tell_providers import TIMEOUTS
from beside.escalations.transports.shapes import Act, Message, Target
from beside.hubs.scope import policy_of
from beside.kit.context import Context, command, query
from beside.kit.crypto import Unreadable
from beside.kit.errors import Unavailable
from beside.kit.house import House
from beside.protocol.shapes import Severity

JOB = "escalations.tell_gap"
ROTA_PATH = "/coordinate#/rota"


@dataclass(frozen=True, slots=True)
class Way:
    channel: UUID
    kind: str
    target: Target


async def ask_to_tell(ctx: Context, finding: Finding) -> None:
    """In the transaction that found it. A hub that named no duty manager has the page, the ledger and the log."""
    policy = await policy_of(ctx, finding.hub_id)
    if policy.duty_manager and policy.duty_manager.channels:
        ctx.enqueue(JOB, {"finding": str(finding.id), "told": int(finding.told_at.timestamp())})


async def tell_gap(house: House, args: Mapping[str, Any]) -> None:
    """Raises `Unavailable` where no channel took it in, so that the job is tried again."""
    async with query(house) as ctx:
        finding = await ctx.db.get(Finding, UUID(args["finding"]))
        if finding is None or finding.mended_at is not None:
            return
        ways = await _ways(ctx, finding.hub_id)
        message = _message(house, finding, args["told"], ctx.now)
    for way in ways:
        outcome = await send(house, replace(outbound_of(house), timeouts=TIMEOUTS), way.kind, message, way.target)
        async with command(house) as ctx:
            await note_outcome(ctx, way.channel, outcome)
        if outcome.reason is None:
            return
    if ways:
        raise Unavailable(detail="rota_gap_not_told")


async def _ways(ctx: Context, hub: UUID) -> list[Way]:
    """The duty manager's channels that are in use and can be opened, in order of trying."""
    manager = (await policy_of(ctx, hub)).duty_manager
    named = manager.channels if manager else []
    held = select(Channel).where(Channel.hub_id == hub, col(Channel.id).in_(named), col(Channel.retired_at).is_(None))
    rows = {row.id: row for row in (await ctx.db.exec(held)).all()}
    ways = []
    for channel in named:
        try:
            if channel in rows:
                ways.append(Way(channel, rows[channel].kind, open_target(ctx.house.keyring, rows[channel])))
        except Unreadable:
            continue
    return ways


def _message(house: House, finding: Finding, told: int, now: datetime) -> Message:
    """Where a page names its escalation, this names the finding; `respond_by` is when it would begin to matter."""
    return Message(
        act=Act.rota,
        id=f"rota_{finding.id.hex}_{told}",
        incident=f"beside-rota-{finding.id.hex}",
        escalation=finding.id,
        hub=finding.hub_id,
        severity=Severity.concern,
        rung=finding.rung + 1,
        raised_at=finding.found_at,
        respond_by=max(finding.starts_at, now),
        at=finding.told_at,
        url=house.public_url.rstrip("/") + ROTA_PATH,
    )
