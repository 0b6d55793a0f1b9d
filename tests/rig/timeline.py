"""What one screen shows of one log, by the client's rules: an old event is dropped, the next is shown, one further on waits for what is missing."""

from dataclasses import dataclass, field
from typing import Any

Frame = dict[str, Any]


@dataclass(slots=True)
class Timeline:
    """`shown` is every event in the order it reached the screen; `words` what each message says there now (None: hidden from this person, or unreadable)."""

    epoch: str
    me: str = ""
    """Whose screen it is: authors go on reading their own hidden words."""
    starts_after: int = 0
    have: int = 0
    shown: list[Frame] = field(default_factory=list)
    words: dict[int, str | None] = field(default_factory=dict)
    mine: set[int] = field(default_factory=set)
    held: dict[int, Frame] = field(default_factory=dict)
    repeats: int = 0
    skipped: list[tuple[int, int]] = field(default_factory=list)
    """(from, to): the server said that nothing between is for this person, as after coming back to a group that keeps no history."""

    def begin(self, from_seq: int) -> None:
        """The answer to a subscription: events follow from after `from_seq`."""
        if not self.shown and self.have == 0:
            self.starts_after = self.have = from_seq
        elif from_seq > self.have:
            self.skipped.append((self.have, from_seq))
            self.have = from_seq

    def take(self, event: Frame) -> bool:
        """Whether something is missing before this event."""
        seq = event["seq"]
        if seq <= self.have:
            self.repeats += 1
            return False
        self.held[seq] = event
        while self.have + 1 in self.held:
            self._show(self.held.pop(self.have + 1))
        return bool(self.held)

    def _show(self, event: Frame) -> None:
        self.have = event["seq"]
        self.shown.append(event)
        match event["type"]:
            case "message.posted":
                self.words[event["seq"]] = event["body"]
                if event["author"]["account"] == self.me:
                    self.mine.add(event["seq"])
            case "message.edited" | "message.restored":
                if event["target_seq"] in self.words:
                    self.words[event["target_seq"]] = event["body"]
            case "message.redacted":
                if event["target_seq"] in self.words and event["target_seq"] not in self.mine:
                    self.words[event["target_seq"]] = None
