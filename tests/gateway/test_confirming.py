"""Confirmations, the most frequent frame of all: taken as they come in the form that browsers write, and read like any frame in another."""

import json
from uuid import UUID

import pytest

from beside.gateway.connection import UNCONFIRMED_EVENTS, Connection
from beside.kit.context import Actor

ACTOR = Actor(UUID(int=1), UUID(int=2), UUID(int=3), frozenset({"member"}))


class Paper:
    """A transport that takes everything."""

    def write(self, data: bytes) -> None: ...

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None: ...


async def full() -> Connection:
    """A socket that may be sent nothing more until it confirms."""
    connection = Connection(ACTOR, Paper())
    while connection.offer([100]):
        pass
    return connection


async def test_a_confirmation_makes_room_at_once() -> None:
    """As a browser writes it, it needs no look at the rest of the application."""
    connection = await full()
    assert connection.take(json.dumps({"type": "received.confirm", "count": 16}, separators=(",", ":")).encode())
    assert 16 == connection.room_for


@pytest.mark.parametrize("count", [0, UNCONFIRMED_EVENTS + 1, 10**15 - 1])
async def test_a_count_that_cannot_be_buys_no_more_than_was_sent(count: int) -> None:
    """Taken, and worth what it is: nothing from before, and no more than everything."""
    connection = await full()
    assert connection.take(b'{"type":"received.confirm","count":%d}' % count)
    assert (UNCONFIRMED_EVENTS if count else 0) == connection.room_for


@pytest.mark.parametrize(
    "frame",
    [
        b'{"type": "received.confirm", "count": 16}',
        b'{"type":"received.confirm","count":-1}',
        b'{"type":"received.confirm","count":1e3}',
        b'{"type":"received.confirm","count":16,"ref":"a"}',
        b'{"type":"received.confirm","count":16}}',
        b'{"type":"received.confirm","count":1111111111111111}',
        b'{"type":"ping"}',
        b"",
    ],
)
async def test_whatever_else_it_is_goes_the_way_of_every_frame(frame: bytes) -> None:
    """Another form, another command or nonsense is left for the reader, which answers it or refuses it."""
    connection = await full()
    assert (False, 0) == (connection.take(frame), connection.room_for)
