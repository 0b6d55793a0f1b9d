"""Many things, some at a time."""

from collections.abc import Iterable
from typing import TypeVar

AT_ONCE = 500  # ids in one statement: PostgreSQL takes many more, SQLite 32,766, and neither waits long for so few

T = TypeVar("T")


def batches(things: Iterable[T], size: int = AT_ONCE) -> list[list[T]]:
    """All of them as they are now, `size` together and the rest in the last."""
    every = list(things)
    return [every[start : start + size] for start in range(0, len(every), size)]
