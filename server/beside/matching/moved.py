"""Tell those whose place changed, and the desk. Nobody else: a line is not a thing to watch."""

from collections.abc import Sequence
from uuid import UUID

from beside.kit.context import Context
from beside.matching.line import InLine, in_order
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.signals import Moved


def line_moved(ctx: Context, hub: UUID, before: Sequence[InLine], after: Sequence[InLine]) -> None:
    """`before` and `after`: everybody who waited, and who waits now."""
    was, now = _places(before), _places(after)
    for account in was | now:
        if was.get(account) != now.get(account):
            ctx.publish(topics.account(account), Moved(what=Topic.line))
    desk_moved(ctx, hub)


def desk_moved(ctx: Context, hub: UUID) -> None:
    ctx.publish(topics.desk(hub), Moved(what=Topic.desk))


def _places(people: Sequence[InLine]) -> dict[UUID, int]:
    return {person.account: place for place, person in enumerate(in_order(people), 1)}
