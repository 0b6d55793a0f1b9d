"""The reference for sockets: a process that holds bare TCP connections and sends back what it gets, and nothing else."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.bench.crowd import AT_ONCE, next_address

ECHO = """
import asyncio
class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(data)
async def main():
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
LINE = b"x" * 430 + b"\n"  # as large as a message on the wire

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Bare:
    """The process, and what is connected to it."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port
        self.held: list[Connection] = []

    async def hold(self, count: int) -> None:
        """So many more connections."""
        for _ in range(0, count, AT_ONCE):
            self.held += await asyncio.gather(*(self.connect() for _ in range(min(AT_ONCE, count))))

    async def connect(self) -> Connection:
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=next_address())

    async def echoes(self, count: int, rate: float) -> list[float]:
        """Milliseconds there and back, over the connections in turn, at that pace."""
        took, began = [], time.perf_counter()
        for n in range(count):
            await asyncio.sleep(max(0.0, began + n / rate - time.perf_counter()))
            took.append(await echo(self.held[n % len(self.held)]))
        return took


async def echo(connection: Connection) -> float:
    reader, writer = connection
    began = time.perf_counter()
    writer.write(LINE)
    await reader.readline()
    return (time.perf_counter() - began) * 1000


@asynccontextmanager
async def bare() -> AsyncIterator[Bare]:
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", ECHO, stdout=asyncio.subprocess.PIPE)
    try:
        assert child.stdout
        yield Bare(child.pid, int(await child.stdout.readline()))
    finally:
        child.kill()
        await child.wait()
