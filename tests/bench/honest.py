"""The oracle of a bench: a figure counts where everything that was acknowledged is stored, once, in a log without a hole."""

from sqlmodel import col, func, select

from beside.conversations.tables import Conversation, Event
from beside.kit.context import query
from beside.kit.house import House


class Dishonest(Exception):
    """What was measured is worth nothing: in plain words, why."""


async def require_honest(house: House, acknowledged: int) -> None:
    """In the whole database, with nothing under way. Raises `Dishonest`. The crowd keeps no words, only counts: each of them got as many as were stored
    is for who counts them (`until_counted`)."""
    async with query(house) as ctx:
        message = col(Event.kind) == "message.posted"
        stored, numbers = (await ctx.db.exec(select(func.count(), func.count(func.distinct(Event.client_id))).where(message))).one()
        lengths = (func.count(), func.min(Event.seq), func.max(Event.seq))
        logs = (await ctx.db.exec(select(Event.conversation_id, *lengths).where(Event.log == "public").group_by(col(Event.conversation_id)))).all()
        ends = dict((await ctx.db.exec(select(Conversation.id, Conversation.last_seq))).all())
    if stored != acknowledged or numbers != stored:
        raise Dishonest(f"{acknowledged} messages were acknowledged, {stored} are stored, under {numbers} numbers")
    if holed := [log for log, count, first, last in logs if (1, count, count) != (first, last, ends[log])]:
        raise Dishonest(f"{len(holed)} logs have a hole, or end where their conversation does not say")
