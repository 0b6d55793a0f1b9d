"""Tell the duty manager of what the rota lacks, by the duty manager's own channels: ids, times and a link.

A durable job: it comes round again until one of them takes it in, or it is mended.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from beside.escalations.policy.tell_last import has_somebody, tell_last
from beside.escalations.shifts.tables import Finding
from beside.escalations.transports.shapes import Act, Message
from beside.kit.context import Context, query
from beside.kit.house import House
from beside.protocol.shapes import Severity

JOB = "escalations.tell_gap"
ROTA_PATH = "/coordinate#/rota"


async def ask_to_tell(ctx: Context, finding: Finding) -> None:
    """In the transaction that found it. A hub that named no duty manager has the page, the ledger and the log."""
    if await has_somebody(ctx, finding.hub_id):
        ctx.enqueue(JOB, {"finding": str(finding.id), "told": int(finding.told_at.timestamp())})


async def tell_gap(house: House, args: Mapping[str, Any]) -> None:
    """Raises `Unavailable` where no channel took it in, so that the job is tried again."""
    async with query(house) as ctx:
        finding = await ctx.db.get(Finding, UUID(args["finding"]))
        now = ctx.now
    if finding is not None and finding.mended_at is None:
        await tell_last(house, finding.hub_id, _message(house, finding, args["told"], now))


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
