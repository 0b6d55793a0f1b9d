"""Tell the screens that follow an escalation to look again: the peer who raised it, the desk, the people on call."""

from beside.conversations.log import notice
from beside.escalations.access import conversation_of
from beside.escalations.tables import Escalation
from beside.kit.context import Context
from beside.protocol import topics
from beside.protocol.events import NoticeKind, Topic
from beside.protocol.signals import Moved


def tell(ctx: Context, escalation: Escalation) -> None:
    """After the commit. A hint: the peer's screen also asks by itself while it is waiting."""
    for topic in (topics.account(escalation.raised_by), topics.desk(escalation.hub_id), topics.on_call(escalation.hub_id)):
        ctx.publish(topic, Moved(what=Topic.escalations))


async def announce(ctx: Context, escalation: Escalation, kind: NoticeKind) -> None:
    """A line in the conversation that everybody there reads, and the hint beside it."""
    await notice(ctx, await conversation_of(ctx, escalation), kind.value, escalation=escalation.id)
    tell(ctx, escalation)
