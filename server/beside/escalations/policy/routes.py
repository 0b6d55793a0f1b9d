"""The HTTP doors of a hub's escalation policy, for coordinators."""

from beside.escalations.policy.change import change_policy, restore_policy
from beside.escalations.policy.page import policy_page, policy_preview
from beside.kit.context import command, query
from beside.kit.web import Door, Visit
from beside.protocol.policy import ChangePolicy, PolicyPage, PolicyPreview, PreviewPolicy, RestorePolicy


async def get_policy(visit: Visit) -> PolicyPage:
    """Who is called at night, how, and how patiently: what is in force, and who changed what."""
    async with query(visit.house, visit.me) as ctx:
        return await policy_page(ctx)


async def put_policy(visit: Visit) -> PolicyPage:
    """Change it, as a new version. What is open goes on with the one it was raised with.

    Where somebody else changed it since `basis`, nothing is stored (`changed_meanwhile`): `GET` says who, and what; send the draft again on that basis, or
    let it be. `field` of a refusal names what is in the way: `rungs.0.channels`, `duty_manager`, `timers.high.undo`, `emergency_script`.
    """
    asked = visit.body(ChangePolicy)
    async with command(visit.house, visit.me) as ctx:
        await change_policy(ctx, asked)
        return await policy_page(ctx)


async def post_preview(visit: Visit) -> PolicyPreview:
    """What a draft would change, and what would happen at night, step by step. It is refused where saving it would be."""
    asked = visit.body(PreviewPolicy)
    async with query(visit.house, visit.me) as ctx:
        return await policy_preview(ctx, asked.draft)


async def post_restore(visit: Visit) -> PolicyPage:
    """Bring an old version back, as a new one. It is refused where people or channels that it names are gone by now."""
    asked = visit.body(RestorePolicy)
    async with command(visit.house, visit.me) as ctx:
        await restore_policy(ctx, asked)
        return await policy_page(ctx)


doors: list[Door] = [
    Door("GET", "/api/policy", get_policy, answer=PolicyPage, who="staff"),
    Door("PUT", "/api/policy", put_policy, body=ChangePolicy, answer=PolicyPage, who="staff"),
    Door("POST", "/api/policy/preview", post_preview, body=PreviewPolicy, answer=PolicyPreview, who="staff"),
    Door("POST", "/api/policy/restore", post_restore, body=RestorePolicy, answer=PolicyPage, who="staff"),
]
