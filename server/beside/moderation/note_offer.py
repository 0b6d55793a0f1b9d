"""Remember the one-to-one that came of an offer, so that whoever was stepped out finds it beside the act. A durable job."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from beside.kit.context import command
from beside.kit.house import House
from beside.moderation.tables import Act
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.signals import Moved


async def note_offer(house: House, args: Mapping[str, Any]) -> None:
    """The `conversation` that was offered with this `act` is open now."""
    async with command(house) as ctx:
        act = await ctx.db.get(Act, UUID(args["act"]))
        if act is None:
            return
        act.offered_conversation_id = UUID(args["conversation"])
        ctx.publish(topics.account(act.about_id), Moved(what=Topic.acts))
