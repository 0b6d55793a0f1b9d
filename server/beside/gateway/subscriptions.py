"""Following a log from a cursor: read, send, read again, and go live at the moment when nothing lies between.

There is no buffer. A socket goes live in the same step (no await between) in which its cursor is seen to have reached this node's position;
what the node fans out after that is later than the cursor, and what the socket has already is passed over by the cursor. The same few lines
serve a first subscription, a resumed one, and a slow socket that fell out of the live set.
"""

import asyncio

from beside.conversations.access import require_participant
from beside.gateway.connection import STALLED_S
from beside.gateway.room import Follow, LiveLog
from beside.gateway.wire import text_frame
from beside.kit.context import query
from beside.kit.errors import BesideError, Unavailable
from beside.kit.house import House
from beside.kit.logs import log
from beside.messages import history
from beside.protocol.codes import CloseCode
from beside.protocol.decode import encode

AGAIN_S = 1.0  # after the database could not be read


async def catch_up(house: House, entrance: asyncio.Semaphore, live: LiveLog, follow: Follow) -> None:
    """Bring `follow` to this node's position, never more unconfirmed than a socket may have, then make it live."""
    connection = follow.connection
    while not connection.ended.done() and not connection.is_gone:
        if not connection.has_room:
            if connection.is_stalled:
                connection.end(CloseCode.slow)
                return
            await connection.wait_for_progress(min(1.0, STALLED_S))
            continue
        try:
            async with entrance:
                more = await _send_some(house, live, follow)
        except Unavailable:
            await asyncio.sleep(AGAIN_S)
            continue
        except BesideError:
            return  # no longer theirs: the entry that says so has ended the subscription, or will
        except Exception as lost:
            log.warning("subscription.put_off", error=type(lost).__name__, exc_info=lost)
            await asyncio.sleep(AGAIN_S)
            continue
        if not more and follow.cursor >= live.last_seq:
            follow.live = True
            return
        if not more:
            await asyncio.sleep(0)  # the node is ahead of what was read: read again


async def _send_some(house: House, live: LiveLog, follow: Follow) -> bool:
    """Read and write one stretch. Returns whether there may be more."""
    connection = follow.connection
    limit = min(history.PAGE, connection.room_for)
    async with query(house, connection.actor) as ctx:
        standing = await require_participant(ctx, live.conversation)
        first = standing.first_readable(live.log)
        entries = await history.after(ctx, standing.conversation, live.log, follow.cursor, first=first, limit=limit)
        events = await history.shown(ctx, standing.conversation, entries, connection.actor.account)
    for event in events:
        frame = text_frame(encode(event))
        if not connection.offer([len(frame)]):
            return True  # other logs of this socket took the room meanwhile
        connection.transmit(frame)
        follow.cursor = event.seq
    return len(entries) == limit
