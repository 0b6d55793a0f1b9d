"""A broker callback that remembers what it was told."""

from beside.kit.broker import GAP


class Ear:
    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes | None]] = []

    def __call__(self, topic: str, payload: bytes | None) -> None:
        self.heard.append((topic, payload))

    @property
    def payloads(self) -> list[bytes]:
        """What it heard, GAPs left out."""
        return [payload for _, payload in self.heard if payload is not None]

    @property
    def gaps(self) -> int:
        return sum(payload is GAP for _, payload in self.heard)
