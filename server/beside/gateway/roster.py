"""Who is connected to this node, and which logs it serves. Hints come in here; frames go out from here."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam
from sqlmodel import col, select

from beside.accounts.permissions import Permission, is_allowed
from beside.conversations.log import Entry
from beside.conversations.tables import Conversation
from beside.gateway.connection import Connection
from beside.gateway.gestures import Gestures
from beside.gateway.lists import Lists
from beside.gateway.room import Follow, LiveLog
from beside.gateway.subscriptions import catch_up
from beside.gateway.wire import text_frame
from beside.kit.broker import GAP
from beside.kit.context import glance, query
from beside.kit.house import House
from beside.kit.logs import log
from beside.messages import history
from beside.protocol import topics
from beside.protocol.decode import encode
from beside.protocol.events import Changed, Event, ListMoved, Topic
from beside.protocol.shapes import Log
from beside.protocol.signals import AnySignal, Grew, Moved, Revoked, Saw, Stands, Typed

ENTERING = 8  # look-ups for people who come in, at once: half of what the pool holds stays for those who are here, however many come back together
_signal = msgspec.json.Decoder(AnySignal)


class Roster:
    """One a node. Everything here runs on the event loop between awaits: no locks."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.connections: set[Connection] = set()
        self.logs: dict[tuple[UUID, Log], LiveLog] = {}
        self.empty = asyncio.Event()
        """Set while nobody is connected: a node that stops waits for it."""
        self.empty.set()
        self.revoked = asyncio.Event()
        """Set when a signal says that somebody's session ended: the sessions are looked at now rather than at the next round."""
        self.entrance = asyncio.Semaphore(ENTERING)
        """Whoever comes in or catches up waits here rather than for a connection, which is refused after two seconds."""
        self._accounts: defaultdict[UUID, set[Connection]] = defaultdict(set)
        self._topics: defaultdict[str, set[Connection]] = defaultdict(set)
        self._subscribing = asyncio.Lock()
        self._gestures = Gestures(house, self.tell)
        self.lists = Lists(house)
        house.grew_here.append(self._grew_here)

    # -- sockets

    async def add(self, connection: Connection) -> None:
        """A socket that said hello. It hears of changes to its account, to its hub's desk if it may see it, and to calls that it may answer."""
        self.connections.add(connection)
        self.empty.clear()
        self._accounts[connection.actor.account].add(connection)
        await self._listen(topics.account(connection.actor.account), connection)
        if is_allowed(connection.actor.roles, Permission.desk_see):
            await self._listen(topics.desk(connection.actor.hub), connection)
        if is_allowed(connection.actor.roles, Permission.escalation_acknowledge):
            await self._listen(topics.on_call(connection.actor.hub), connection)

    async def remove(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._accounts[connection.actor.account].discard(connection)
        if not self._accounts[connection.actor.account]:
            del self._accounts[connection.actor.account]
        for conversation, log_name in tuple(connection.follows):
            self.unfollow(connection, conversation, log_name)
        for topic in [topic for topic, listeners in self._topics.items() if connection in listeners]:
            await self._unlisten(topic, connection)
        if not self.connections:
            self.empty.set()

    def of_account(self, account: UUID) -> list[Connection]:
        """The sockets of one person, the oldest first."""
        return sorted(self._accounts.get(account, ()), key=lambda connection: connection.opened_at)

    # -- logs

    async def live(self, conversation: UUID, log_name: Log) -> LiveLog:
        """This log on this node; from now on hints of it are heard."""
        found = self.logs.get((conversation, log_name))
        if found is not None:
            return found
        async with glance(self.house) as ctx:
            (((last, staff_last),),) = await ctx.look((_ENDS, {"conversation": conversation}))
        end = last if log_name is Log.public else staff_last
        return self.logs.setdefault((conversation, log_name), LiveLog(conversation, log_name, end, self._read, self._lag, self._gone(conversation)))

    async def follow(self, connection: Connection, conversation: UUID, log_name: Log, cursor: int) -> Follow:
        """Put the socket on the log, from after `cursor`: live at once where this node has nothing later, else when it has caught up from the database."""
        await self._listen(topics.conversation(conversation), connection)
        live = await self.live(conversation, log_name)
        follow = Follow(connection, cursor, live=cursor >= live.last_seq)
        connection.follows[conversation, log_name] = follow
        live.follows.add(follow)
        if not follow.live:
            self._lag(follow, live)
        return follow

    def unfollow(self, connection: Connection, conversation: UUID, log_name: Log) -> None:
        follow: Follow | None = connection.follows.pop((conversation, log_name), None)
        live = self.logs.get((conversation, log_name))
        if follow is None or live is None:
            return
        live.follows.discard(follow)
        if follow.catching_up:
            follow.catching_up.cancel()
        if not live.follows:
            del self.logs[conversation, log_name]

    def tell(self, conversation: UUID, event: Event, except_account: UUID) -> None:
        """A signal about a conversation to those who follow its public log here, all but one person, and are not behind."""
        live = self.logs.get((conversation, Log.public))
        if live is None:
            return
        frame = text_frame(encode(event))
        for follow in live.follows:
            if follow.live and follow.connection.actor.account != except_account and not follow.connection.is_behind:
                follow.connection.write(frame)

    # -- what comes in

    def _hear(self, topic: str, payload: bytes | None) -> None:
        """Plain and quick, as the broker asks. Whatever a signal says is a hint: what it leads to is looked up."""
        if payload is GAP:
            self._missed(topic)
            return
        try:
            signal = _signal.decode(payload)
        except msgspec.MsgspecError:
            log.warning("signal.not_understood", topic=topic.split(".")[0])
            return
        match signal:
            case Grew(conversation=conversation, log=log_name, seq=seq):
                if live := self.logs.get((conversation, log_name)):
                    live.hear(seq)
            case Typed(conversation=conversation) | Saw(conversation=conversation):
                if (conversation, Log.public) in self.logs:
                    self._gestures.hear(signal)
            case Stands(conversation=conversation, last_seq=last, seen_seq=seen, here=here):
                self._pass_on(topic, ListMoved(conversation=conversation, last_seq=last, seen_seq=seen, here=here))
            case Moved(what=what):
                self._pass_on(topic, Changed(what=what))
            case Revoked():
                self.revoked.set()

    def _missed(self, topic: str) -> None:
        """Hints may have been lost: look at everything this topic could have told of."""
        if topic.startswith("conversation."):
            conversation = UUID(topic.split(".", 1)[1])
            for log_name in Log:
                if live := self.logs.get((conversation, log_name)):
                    live.hear_more()
        else:
            self.revoked.set()
            for what in Topic:
                self._pass_on(topic, Changed(what=what))

    def _pass_on(self, topic: str, event: Event) -> None:
        """To everybody here who listens to this topic."""
        frame = text_frame(encode(event))
        for connection in tuple(self._topics.get(topic, ())):
            connection.write(frame)

    def _grew_here(self, conversation: UUID, log_name: str, entries: list[Any]) -> None:
        if live := self.logs.get((conversation, Log(log_name))):
            live.committed(entries)

    # -- what a log needs of its node

    async def _read(self, conversation: UUID, log_name: Log, seq: int) -> Sequence[Entry]:
        async with query(self.house) as ctx:
            row = await ctx.db.get(Conversation, conversation)
            return await history.after(ctx, row, log_name, seq) if row else ()

    def _lag(self, follow: Follow, live: LiveLog | None = None) -> None:
        """Off the live set; it catches up from the log at its own pace."""
        key = next((key for key, value in follow.connection.follows.items() if value is follow), None)
        log_here = live or (self.logs.get(key) if key else None)
        if log_here is not None and (follow.catching_up is None or follow.catching_up.done()):
            follow.catching_up = asyncio.create_task(catch_up(self.house, self.entrance, log_here, follow), name="catch-up")

    def _gone(self, conversation: UUID) -> Any:
        def gone(account: UUID) -> None:
            for connection in self.of_account(account):
                for log_name in Log:
                    self.unfollow(connection, conversation, log_name)

        return gone

    async def _listen(self, topic: str, connection: Connection) -> None:
        async with self._subscribing:
            listeners = self._topics[topic]
            if not listeners:
                await self.house.broker.subscribe(topic, self._hear)
            listeners.add(connection)

    async def _unlisten(self, topic: str, connection: Connection) -> None:
        async with self._subscribing:
            listeners = self._topics[topic]
            listeners.discard(connection)
            if not listeners:
                del self._topics[topic]
                await self.house.broker.unsubscribe(topic, self._hear)


_ENDS = select(Conversation.last_seq, Conversation.staff_last_seq).where(col(Conversation.id) == bindparam("conversation", type_=Uuid()))


async def positions(house: House, conversations: Sequence[UUID]) -> dict[tuple[UUID, Log], int]:
    """Where these logs end now, by the database."""
    if not conversations:
        return {}
    async with query(house) as ctx:
        rows = await ctx.db.exec(select(Conversation.id, Conversation.last_seq, Conversation.staff_last_seq).where(col(Conversation.id).in_(conversations)))
        return {key: end for row, last, staff in rows for key, end in (((row, Log.public), last), ((row, Log.staff), staff))}
