"""What happened while nobody listened: who has seen, who is writing and what to load afresh, between two requests of a page without sockets.

A page hands back what it was told it has heard, so that any node can see what is news to it, and none keeps anything for it.
"""

from dataclasses import dataclass, field
from typing import Self

from beside.gateway.connection import Connection
from beside.gateway.gestures import seen_by_others
from beside.gateway.listening import topics_of
from beside.kit.house import House
from beside.kit.told import told
from beside.presence.typing import writing
from beside.protocol.events import Changed, Event, SeenMoved, Topic, TypingStarted
from beside.protocol.shapes import Log

WRITING_TOLD = 8  # who write at once, of all that is followed: a page names two or three
_TOPICS = frozenset(Topic)  # a node of a later version may know of more


@dataclass(slots=True)
class Missed:
    """How far the others have seen; who is writing and what has changed, by the name of the time it was said."""

    seen: list[SeenMoved] = field(default_factory=list)
    writing: dict[str, TypingStarted] = field(default_factory=dict)
    changed: dict[str, Changed] = field(default_factory=dict)

    @classmethod
    async def now(cls, house: House, connection: Connection) -> Self:
        """In whatever this connection follows, without what the person did there; and what changed for them of late."""
        found: dict[str, TypingStarted] = {}
        changed: dict[str, Changed] = {}
        for conversation in [conversation for conversation, log_name in connection.follows if log_name is Log.public]:
            for account, time in (await writing(house, conversation)).items():
                if account != connection.actor.account and len(found) < WRITING_TOLD:
                    found[time] = TypingStarted(conversation=conversation, account=account)
        for topic in topics_of(connection.actor):
            changed |= {time: Changed(what=Topic(what)) for what, time in (await told(house, topic)).items() if what in _TOPICS}
        return cls(await seen_by_others(house, connection), found, changed)

    def beyond(self, heard: str) -> list[Event]:
        """What is news to a page that has heard this much. To one that says nothing of what it has heard, no change is."""
        seen, *times = heard.split(" ")
        moved: list[Event] = [*self.seen] if seen != self._seen else []
        said: dict[str, Event] = {**self.writing, **(self.changed if heard else {})}
        return moved + [event for time, event in said.items() if time not in times]

    @property
    def heard(self) -> str:
        """What a page knows once it was told all of this. Seeing only moves forward, so that a sum tells whether anybody has."""
        return " ".join([self._seen, *self.writing, *self.changed])

    @property
    def before_loading(self) -> str:
        """What a page has heard that is about to load everything: no gesture, and of changes all that were until now."""
        return " ".join(["-", *self.changed])

    @property
    def _seen(self) -> str:
        return str(sum(moved.seq for moved in self.seen))
