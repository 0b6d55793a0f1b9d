"""When a one-to-one has ended, a peer who said that they are ready may have room. A durable job."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from beside.conversations.tables import Conversation
from beside.kit.context import command
from beside.kit.house import House
from beside.matching.meet import meet
from beside.matching.waiting import hold_line, in_line, waiting_in
from beside.protocol.shapes import ConversationKind


async def meet_again(house: House, args: Mapping[str, Any]) -> None:
    """`conversation` is the one that ended. Run twice, it finds nobody left to give."""
    async with command(house) as ctx:
        ended = await ctx.db.get(Conversation, UUID(args["conversation"]))
        if ended is None or ended.kind is not ConversationKind.one_to_one:
            return
        await hold_line(ctx, ended.hub_id)
        await meet(ctx, ended.hub_id, [in_line(row) for row in await waiting_in(ctx, ended.hub_id)])
