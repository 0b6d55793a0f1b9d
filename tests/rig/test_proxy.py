"""The proxy does to a connection what it says: otherwise the tests that rely on it prove nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.rig.proxy import FaultProxy
from tests.rig.wait import until

LONG_S = 5.0  # bounds waits only


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """A server that says back what it hears."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while said := await reader.read(1024):
                writer.write(said)
                await writer.drain()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def say(ends: tuple[asyncio.StreamReader, asyncio.StreamWriter], words: bytes, answer: int) -> bytes:
    ends[1].write(words)
    async with asyncio.timeout(LONG_S):
        return await ends[0].readexactly(answer)


async def test_without_faults_everything_passes(echo: int) -> None:
    """A megabyte, unchanged, both ways."""
    words = bytes(range(256)) * 4096
    async with FaultProxy(echo) as proxy:
        ends = await asyncio.open_connection("127.0.0.1", proxy.port)
        back = await say(ends, words, len(words))
        ends[1].close()
    assert words == back
    assert (len(words), len(words), 1) == (proxy.to_server.passed, proxy.to_client.passed, proxy.accepted)


async def test_a_cut_after_so_many_bytes_lets_exactly_those_through(echo: int) -> None:
    """The receiver gets the beginning of a frame and then the end of the connection."""
    async with FaultProxy(echo) as proxy:
        proxy.to_client.cut_after = 3
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"hello")
        async with asyncio.timeout(LONG_S):
            assert b"hel" == await reader.read()
        writer.close()


async def test_a_reset_is_a_reset(echo: int) -> None:
    """Not a polite end: the other side gets an error."""
    async with FaultProxy(echo) as proxy:
        ends = await asyncio.open_connection("127.0.0.1", proxy.port)
        await say(ends, b"x", 1)
        await proxy.cut(reset=True)
        with pytest.raises(ConnectionResetError):
            await ends[0].read()
        ends[1].close()


async def test_a_black_hole_takes_everything_and_stays_open(echo: int) -> None:
    """Nothing comes back and nothing ends; after healing, what is said anew passes."""
    async with FaultProxy(echo) as proxy:
        ends = await asyncio.open_connection("127.0.0.1", proxy.port)
        await say(ends, b"x", 1)
        proxy.to_server.black_hole = True
        ends[1].write(b"lost")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await ends[0].read(1)
        proxy.heal()
        assert b"found" == await say(ends, b"found", 5)
        ends[1].close()


async def test_half_open_keeps_the_client_believing(echo: int) -> None:
    """The server is gone, and the client's connection is not."""
    async with FaultProxy(echo) as proxy:
        ends = await asyncio.open_connection("127.0.0.1", proxy.port)
        await say(ends, b"x", 1)
        proxy.half_open()
        ends[1].write(b"anybody?")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await ends[0].read(1)
        ends[1].close()


async def test_a_stalled_reader_stops_the_sender(echo: int) -> None:
    """Once buffers are full, a sender waits: nothing is read any more."""
    async with FaultProxy(echo) as proxy:
        ends = await asyncio.open_connection("127.0.0.1", proxy.port)
        await say(ends, b"x", 1)
        proxy.to_server.stalled = True
        ends[1].write(b"x" * 64_000_000)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await ends[1].drain()
        ends[1].transport.abort()


async def test_a_stall_holds_also_what_nobody_sent_yet(echo: int) -> None:
    """It begins on a quiet line: what is sent then passes when it is over, and all of it."""
    async with FaultProxy(echo) as proxy:
        ends = await asyncio.open_connection("127.0.0.1", proxy.port)
        await say(ends, b"x", 1)
        await asyncio.sleep(0.05)  # the proxy waits for the next bytes by now
        proxy.to_server.stalled = True
        ends[1].write(b"held")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await ends[0].read(1)
        proxy.to_server.stalled = False
        assert b"held!" == await say(ends, b"!", 5)
        ends[1].close()


async def test_latency_delays_and_keeps_the_order(echo: int) -> None:
    """Each byte later by so much, none before another."""
    async with FaultProxy(echo) as proxy:
        proxy.to_client.latency_s = 0.2
        ends = await asyncio.open_connection("127.0.0.1", proxy.port)
        before = asyncio.get_running_loop().time()
        back = await say(ends, b"1", 1) + await say(ends, b"2", 1)
        after = asyncio.get_running_loop().time()
        ends[1].close()
    assert b"12" == back
    assert after - before >= 0.4  # a lower bound that the proxy itself keeps: not a matter of speed


async def test_down_refuses_and_up_is_the_same_door(echo: int) -> None:
    """The port stays, so that whoever reconnects finds it."""
    async with FaultProxy(echo) as proxy:
        port = proxy.port
        ends = await asyncio.open_connection("127.0.0.1", port)
        await say(ends, b"x", 1)
        await proxy.down()
        with pytest.raises(OSError):  # refused, in whichever words the platform has
            await asyncio.open_connection("127.0.0.1", port)
        assert b"" == await ends[0].read()
        ends[1].close()
        await proxy.up()
        again = await asyncio.open_connection("127.0.0.1", port)
        assert b"y" == await say(again, b"y", 1)
        again[1].close()
        await until(lambda: proxy.open_connections == 0)


async def test_what_passes_can_be_changed(echo: int) -> None:
    """A test may swallow or rewrite what it recognises."""
    async with FaultProxy(echo) as proxy:
        proxy.to_client.change = lambda chunk: chunk.replace(b"a", b"")
        ends = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert b"bc" == await say(ends, b"abac", 2)
        ends[1].close()
