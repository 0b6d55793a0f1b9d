"""From a command to its verb, and from an error to a refusal. Nothing a command does can end the socket by accident."""

import time
from typing import assert_never

from beside.accounts.require_session import require_session
from beside.conversations.access import require_participant
from beside.conversations.seen import mark_seen
from beside.gateway.attendance import go
from beside.gateway.connection import FOLLOWED, Connection
from beside.gateway.refuse import own_up, refuse
from beside.gateway.roster import Roster
from beside.gateway.speak import speak
from beside.gateway.subscribe import subscribe
from beside.kit.again import again
from beside.kit.context import command, query
from beside.kit.errors import BesideError, NotFound
from beside.presence import typing
from beside.protocol import topics
from beside.protocol.commands import AnyCommand, ConfirmReceived, Hello, MarkSeen, Ping, SendMessage, StartTyping, Subscribe, Unsubscribe
from beside.protocol.decode import NotUnderstood, decode
from beside.protocol.events import Pong
from beside.protocol.shapes import Log
from beside.protocol.signals import Typed

TYPING_EVERY_S = 2.0  # a signal more often than that is let go without a word


async def dispatch(roster: Roster, connection: Connection, text: str) -> None:
    """Carry out one frame."""
    try:
        said = decode(text)
    except NotUnderstood as refusal:
        connection.refuse(refusal.code, ref=refusal.ref, client_id=refusal.client_id)
    else:
        await carry_out(roster, connection, said)


async def carry_out(roster: Roster, connection: Connection, said: AnyCommand) -> None:
    """Carry out one command; what goes wrong with it is answered."""
    try:
        await again(lambda: _carry_out(roster, connection, said))
    except BesideError as refusal:
        refuse(connection, said, refusal)
    except Exception as fault:
        own_up(connection, said, fault)


async def _carry_out(roster: Roster, connection: Connection, said: AnyCommand) -> None:
    match said:
        case SendMessage():
            speak(roster.house, connection, said)
            await connection.until_said()
        case Subscribe():
            if len(connection.follows) >= FOLLOWED and (said.conversation, said.log) not in connection.follows:
                raise NotFound("too_many_open")
            await subscribe(roster, connection, said)
        case Unsubscribe():
            roster.unfollow(connection, said.conversation, said.log)
            if said.log is Log.public:
                await go(roster, [said.conversation], connection.actor.account)
        case StartTyping():
            await _typing(roster, connection, said)
        case MarkSeen():
            async with command(roster.house, connection.actor) as ctx:
                await require_session(ctx)
                if not await mark_seen(ctx, said.conversation, said.seq):
                    await require_participant(ctx, said.conversation)
        case ConfirmReceived():
            connection.confirm(said.count)
        case Ping():
            connection.send(Pong(ref=said.ref))
        case Hello():
            connection.refuse("handshake_order", ref=said.ref)
        case _:
            assert_never(said)


async def _typing(roster: Roster, connection: Connection, said: StartTyping) -> None:
    """Only somebody who is in the conversation is writing in it. Nothing is stored."""
    now = time.monotonic()
    if now - connection.typed_at < TYPING_EVERY_S or (said.conversation, Log.public) not in connection.follows:
        return
    connection.typed_at = now
    async with query(roster.house, connection.actor) as ctx:
        await require_participant(ctx, said.conversation)
        await typing.begin(roster.house, said.conversation, connection.actor.account)
        signal = Typed(conversation=said.conversation, account=connection.actor.account)
    ctx.publish(topics.conversation(said.conversation), signal)
    await ctx.release()
