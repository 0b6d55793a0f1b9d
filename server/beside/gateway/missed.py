"""What happened while nobody listened: who has seen and who is writing, between two requests of a page without sockets.

A page hands back what it was told it has heard, so that any node can see what is news to it, and none keeps anything for it.
"""

from dataclasses import dataclass, field
from typing import Self

from beside.gateway.connection import Connection
from beside.gateway.gestures import seen_by_others
from beside.kit.house import House
from beside.presence.typing import writing
from beside.protocol.events import Event, SeenMoved, TypingStarted
from beside.protocol.shapes import Log

WRITING_TOLD = 8  # who write at once, of all that is followed: a page names two or three


@dataclass(slots=True)
class Gestures:
    """How far the others have seen, and who is writing, by the name of the time they said so."""

    seen: list[SeenMoved] = field(default_factory=list)
    writing: dict[str, TypingStarted] = field(default_factory=dict)

    @classmethod
    async def now(cls, house: House, connection: Connection) -> Self:
        """In whatever this connection follows; nothing of the person's own."""
        found: dict[str, TypingStarted] = {}
        for conversation in [conversation for conversation, log_name in connection.follows if log_name is Log.public]:
            for account, time in (await writing(house, conversation)).items():
                if account != connection.actor.account and len(found) < WRITING_TOLD:
                    found[time] = TypingStarted(conversation=conversation, account=account)
        return cls(await seen_by_others(house, connection), found)

    def beyond(self, heard: str) -> list[Event]:
        """What is news to a page that has heard this much."""
        seen, *times = heard.split(" ")
        moved: list[Event] = [*self.seen] if seen != self._seen else []
        return moved + [event for time, event in self.writing.items() if time not in times]

    @property
    def heard(self) -> str:
        """What a page knows once it was told all of this. Seeing only moves forward, so that a sum tells whether anybody has."""
        return " ".join([self._seen, *self.writing])

    @property
    def _seen(self) -> str:
        return str(sum(moved.seq for moved in self.seen))
