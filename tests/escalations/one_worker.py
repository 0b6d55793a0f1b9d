"""A worker as a process of its own, to be killed: `python one_worker.py DATABASE_URL HOST:PORT`. Prints `ready` once it runs."""

import asyncio
import sys

from beside.kit.clock import SystemClock
from beside.worker import run_worker
from tests.rig.house import open_house


async def main(database_url: str, allowed: str) -> None:
    async with open_house(database_url, clock=SystemClock()) as house:
        print("ready", flush=True)  # noqa: T201  the test reads it
        await run_worker(house, asyncio.Event(), [allowed])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
