"""Memory of an idle socket, against a bare asyncio server that only holds connections."""

import asyncio
import sys

from tests.bench.crowd import all_follow, gather_crowd
from tests.bench.place import a_node
from tests.bench.usage import resident_bytes

IDLE = 900  # below what one address may open
BARE = """
import asyncio
async def main():
    async def hold(reader, writer):
        await reader.read()
    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


async def sockets() -> list[str]:
    async with a_node() as at:
        people = await at.people(IDLE)
        rooms = [await at.room(people[start : start + 20]) for start in range(0, IDLE, 20)]
        await gather_crowd(at.house, at.url, people[:20])
        before = resident_bytes(at.pid)
        crowd = await gather_crowd(at.house, at.url, people[20:])
        for number, room in enumerate(rooms[1:]):
            await all_follow(crowd[number * 20 : number * 20 + 20], room, 20)
        each = (resident_bytes(at.pid) - before) / len(crowd) / 1024
    bare = await _bare() / 1024
    return [
        f"memory of an idle socket that follows a group of twenty: {each:.1f} KiB ({IDLE} sockets)",
        f"  a bare asyncio connection: {bare:.1f} KiB; ratio {each / bare:.1f}",
    ]


async def _bare() -> float:
    """Bytes of resident memory a connection."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", BARE, stdout=asyncio.subprocess.PIPE)
    try:
        assert child.stdout
        port = int(await child.stdout.readline())
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        before = resident_bytes(child.pid)
        held += [await asyncio.open_connection("127.0.0.1", port) for _ in range(IDLE)]
        await asyncio.sleep(0.5)
        return (resident_bytes(child.pid) - before) / IDLE
    finally:
        child.kill()
        await child.wait()
