"""Tell the screens that show a rota to load it afresh."""

from uuid import UUID

from beside.kit.context import Context
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.signals import Moved


def tell_rota(ctx: Context, hub: UUID) -> None:
    """After the commit: who plans, and who is on call."""
    for topic in (topics.desk(hub), topics.on_call(hub)):
        ctx.publish(topic, Moved(what=Topic.rota))
