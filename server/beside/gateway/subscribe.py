"""The command `subscribe`: check the cursor, say where the log stands, and follow it."""

from beside.conversations.access import Readable, readable_now, require_readable
from beside.gateway.attendance import come
from beside.gateway.connection import Connection
from beside.gateway.room import Follow
from beside.gateway.roster import Roster
from beside.kit.context import glance, query
from beside.messages import history
from beside.protocol.commands import Subscribe
from beside.protocol.events import Reset, ResetReason, Subscribed


async def subscribe(roster: Roster, connection: Connection, said: Subscribe) -> None:
    """Answer `subscribed` and let the socket catch up, or `reset` where the cursor is of another epoch or ahead of the log. Raises `NotFound`."""
    house = roster.house
    readable = await _require_readable(roster, connection, said)
    first, last = readable.first, readable.last
    reason = None
    if said.after_seq is not None:
        if said.epoch is not None and said.epoch != house.epoch:
            reason = ResetReason.epoch
        elif said.after_seq > last:
            reason = ResetReason.ahead
    if reason is not None:
        connection.send(Reset(ref=said.ref, conversation=said.conversation, log=said.log, reason=reason, epoch=house.epoch))
        return
    cursor = max(first - 1, last - history.PAGE) if said.after_seq is None else max(first - 1, said.after_seq)
    before: Follow | None = connection.follows.get((said.conversation, said.log))
    await roster.follow(connection, said.conversation, said.log, cursor, readable.public_last)
    if before is not None:  # it went on until now: where following anew does not work, nothing is lost
        roster.logs[said.conversation, said.log].follows.discard(before)
        if before.catching_up is not None:
            before.catching_up.cancel()
    # only now: nobody is told that they follow what could not be followed; and before any event, for none is sent without an await between
    connection.send(Subscribed(ref=said.ref, conversation=said.conversation, log=said.log, from_seq=cursor, last_seq=last, earlier=cursor > first - 1))
    await come(roster, said.conversation, connection.actor.account)


async def _require_readable(roster: Roster, connection: Connection, said: Subscribe) -> Readable:
    """In a trip that is shared with whoever asks at this moment. Only who is refused is looked at again, for what to tell them."""
    async with glance(roster.house, connection.actor) as ctx:
        found = await readable_now(ctx, said.conversation, said.log)
    if found is not None:
        return found
    async with roster.entrance, query(roster.house, connection.actor) as ctx:
        return await require_readable(ctx, said.conversation, said.log)
