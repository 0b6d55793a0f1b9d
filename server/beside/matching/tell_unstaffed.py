"""People wait and nobody is at the desk (FAULTS 106): the duty manager is told off the platform too, for whoever is on no page sees no banner.

A durable job: it comes round again until a channel takes it in, or somebody has come. Ids, times and a link, as always.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from beside.audit.write import record
from beside.escalations.policy.tell_last import tell_last
from beside.escalations.transports.shapes import Act, Message
from beside.kit.context import command, query
from beside.kit.house import House
from beside.matching.tables import UnstaffedLine
from beside.protocol.shapes import Severity

JOB = "matching.tell_unstaffed"
DESK_PATH = "/desk"


async def tell_unstaffed(house: House, args: Mapping[str, Any]) -> None:
    """Raises `Unavailable` where no channel took it in, so that the job is tried again."""
    async with query(house) as ctx:
        line = await ctx.db.get(UnstaffedLine, UUID(args["line"]))
    if line is None or line.ended_at is not None:
        return
    if await tell_last(house, line.hub_id, _message(house, line)):
        async with command(house) as ctx:
            await record(ctx, "line:duty_manager:told", line.hub_id, line=line.id)


def _message(house: House, line: UnstaffedLine) -> Message:
    """Where a page names its escalation, this names the alarm."""
    return Message(
        act=Act.desk,
        id=f"desk_{line.id.hex}",
        incident=f"beside-desk-{line.id.hex}",
        escalation=line.id,
        hub=line.hub_id,
        severity=Severity.high,
        rung=1,
        raised_at=line.since,
        respond_by=None,
        at=line.told_at,
        url=house.public_url.rstrip("/") + DESK_PATH,
    )
