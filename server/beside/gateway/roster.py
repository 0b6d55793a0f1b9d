"""Who is connected to this node, and which logs it serves. Hints come in here; frames go out from here."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Uuid, bindparam
from sqlmodel import col, select

from beside.conversations.access import staff_of
from beside.conversations.log import Entry
from beside.conversations.tables import Conversation
from beside.gateway.connection import Connection
from beside.gateway.gestures import Gestures
from beside.gateway.listening import Listening, topics_of
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
READING = 3  # logs read at once for what was said elsewhere: after a gap every log of a node may want to, and commands must find a connection
AFRESH_S = 10.0  # over so long those who may have missed a change are told to look again: they all ask the database
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
        self.missed = asyncio.Event()
        """Set when hints may have been lost: where the logs end is looked up now rather than at the next round."""
        self.revoked = asyncio.Event()
        """Set when a signal says that somebody's session ended: it is looked at now rather than at the next round. Whose: `revoked_of`."""
        self.revoked_of: set[UUID] = set()
        self.entrance = asyncio.Semaphore(ENTERING)
        """Whoever comes in or catches up waits here rather than for a connection, which is refused after two seconds."""
        self._accounts: defaultdict[UUID, set[Connection]] = defaultdict(set)
        self._listening = Listening(house.broker, self._hear)
        self._opening: dict[tuple[UUID, Log], int] = {}
        self._reading = asyncio.Semaphore(READING)
        self._gestures = Gestures(house, self.tell)
        self.lists = Lists(house)
        house.grew_here.append(self._grew_here)

    # -- sockets

    async def add(self, connection: Connection) -> None:
        """A socket that said hello."""
        self.connections.add(connection)
        self.empty.clear()
        self._accounts[connection.actor.account].add(connection)
        for topic in topics_of(connection.actor):
            await self._listening.start(topic, connection)

    async def remove(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._accounts[connection.actor.account].discard(connection)
        if not self._accounts[connection.actor.account]:
            del self._accounts[connection.actor.account]
        for conversation, log_name in tuple(connection.follows):
            self.unfollow(connection, conversation, log_name)
        await self._listening.stop_all(connection)
        if not self.connections:
            self.empty.set()

    def of_account(self, account: UUID) -> list[Connection]:
        """The sockets of one person, the oldest first."""
        return sorted(self._accounts.get(account, ()), key=lambda connection: connection.opened_at)

    # -- logs

    async def live(self, conversation: UUID, log_name: Log) -> LiveLog:
        """This log on this node; from now on hints of it are heard."""
        key = conversation, log_name
        if found := self.logs.get(key):
            return found
        self._opening.setdefault(key, 0)  # what is said from here on may be later than what the look finds
        try:
            async with glance(self.house) as ctx:
                (((last, staff_last),),) = await ctx.look((_ENDS, {"conversation": conversation}))
        except BaseException:
            self._opening.pop(key, None)
            raise
        end = last if log_name is Log.public else staff_last
        live = self.logs.setdefault(key, LiveLog(conversation, log_name, end, self._read, self._lag, self._gone(conversation)))
        live.hear(self._opening.pop(key, 0))
        return live

    async def follow(self, connection: Connection, conversation: UUID, log_name: Log, cursor: int, since: int) -> Follow:
        """Put the socket on the log, from after `cursor`: live at once where this node has nothing later, else when it has caught up from the database.

        `since` is where the public log stood when it was found that this person may read: only a later entry says that they left.
        """
        await self._listening.start(topics.conversation(conversation), connection)
        live = await self.live(conversation, log_name)
        follow = Follow(connection, cursor, since, live=cursor >= live.last_seq)
        connection.follows[conversation, log_name] = follow
        live.follows.add(follow)
        if not follow.live:
            self._lag(follow, live)
        return follow

    def unfollow(self, connection: Connection, conversation: UUID, log_name: Log) -> None:
        follow: Follow | None = connection.follows.pop((conversation, log_name), None)
        if not any(each == conversation for each, _ in connection.follows):
            self._listening.stop(topics.conversation(conversation), connection)
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
                self._reaches((conversation, log_name), seq)
            case Typed(conversation=conversation) | Saw(conversation=conversation):
                if (conversation, Log.public) in self.logs:
                    self._gestures.hear(signal)
            case Stands(conversation=conversation, last_seq=last, seen_seq=seen, here=here):
                self._pass_on(topic, ListMoved(conversation=conversation, last_seq=last, seen_seq=seen, here=here))
            case Moved(what=what):
                self._pass_on(topic, Changed(what=what))
            case Revoked():
                self._look_at_sessions_of(topic)

    def _reaches(self, key: tuple[UUID, Log], seq: int) -> None:
        if live := self.logs.get(key):
            live.hear(seq)
        elif key in self._opening:
            self._opening[key] = max(self._opening[key], seq)

    def _missed(self, topic: str) -> None:
        """Hints may have been lost: look at everything this topic could have told of. It happens to every topic of the node at once."""
        kind, _, _ = topic.partition(".")
        if kind == "conversation":
            self.missed.set()
            return
        soon = 0.0
        if kind == "account":
            self._look_at_sessions_of(topic)
            soon = random.uniform(0, AFRESH_S)  # noqa: S311  # not a secret
        asyncio.get_running_loop().call_later(soon, self._look_afresh, topic)

    def _look_afresh(self, topic: str) -> None:
        for what in Topic:
            self._pass_on(topic, Changed(what=what))

    def _look_at_sessions_of(self, topic: str) -> None:
        self.revoked_of.add(UUID(topic.partition(".")[2]))
        self.revoked.set()

    def _pass_on(self, topic: str, event: Event) -> None:
        """To everybody here who listens to this topic."""
        frame = text_frame(encode(event))
        for connection in tuple(self._listening.who(topic)):
            connection.write(frame)

    def _grew_here(self, conversation: UUID, log_name: str, entries: list[Any]) -> None:
        key = conversation, Log(log_name)
        live = self.logs.get(key)
        if live is not None and live.log is Log.public:
            live.committed(entries)
        else:
            self._reaches(key, entries[-1].seq)

    # -- what a log needs of its node

    async def _read(self, conversation: UUID, log_name: Log, seq: int) -> Sequence[Entry]:
        """Leaving is told in the public log: what staff say among themselves is read together with who may still hear it."""
        async with self._reading, query(self.house) as ctx:
            row = await ctx.db.get(Conversation, conversation)
            entries = await history.after(ctx, row, log_name, seq) if row else ()
            staff = await staff_of(ctx, conversation) if log_name is Log.staff else frozenset()
        if log_name is Log.staff and (live := self.logs.get((conversation, log_name))):
            for follow in [each for each in live.follows if each.connection.actor.account not in staff]:
                self.unfollow(follow.connection, conversation, log_name)
        return entries

    def _lag(self, follow: Follow, live: LiveLog | None = None) -> None:
        """Off the live set; it catches up from the log at its own pace."""
        key = next((key for key, value in follow.connection.follows.items() if value is follow), None)
        log_here = live or (self.logs.get(key) if key else None)
        if log_here is not None and (follow.catching_up is None or follow.catching_up.done()):
            follow.catching_up = asyncio.create_task(catch_up(self.house, self.entrance, log_here, follow), name="catch-up")

    def _gone(self, conversation: UUID) -> Callable[[UUID, int], None]:
        """Whoever left follows it no longer, unless they came back meanwhile and were let in."""

        def gone(account: UUID, left_seq: int) -> None:
            for connection in self.of_account(account):
                for log_name in Log:
                    follow = connection.follows.get((conversation, log_name))
                    if follow is not None and follow.since < left_seq:
                        self.unfollow(connection, conversation, log_name)

        return gone


_ENDS = select(Conversation.last_seq, Conversation.staff_last_seq).where(col(Conversation.id) == bindparam("conversation", type_=Uuid()))


async def positions(house: House, conversations: Sequence[UUID]) -> dict[tuple[UUID, Log], int]:
    """Where these logs end now, by the database."""
    if not conversations:
        return {}
    async with query(house) as ctx:
        rows = await ctx.db.exec(select(Conversation.id, Conversation.last_seq, Conversation.staff_last_seq).where(col(Conversation.id).in_(conversations)))
        return {key: end for row, last, staff in rows for key, end in (((row, Log.public), last), ((row, Log.staff), staff))}
