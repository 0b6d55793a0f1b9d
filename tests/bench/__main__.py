"""`make bench`: every figure, or those that are named. Printed as they come, each beside its reference."""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable

from beside.kit import logs
from tests.bench.across import across
from tests.bench.deaf import deaf
from tests.bench.delivery import delivery
from tests.bench.entries import entries
from tests.bench.growth import growth
from tests.bench.history import history
from tests.bench.killed import killed
from tests.bench.paging import paging, rush
from tests.bench.sends import embedded, sends
from tests.bench.sockets import sockets
from tests.bench.telephone import telephone

FIGURES: dict[str, Callable[[], Awaitable[list[str]]]] = {
    "delivery": delivery,
    "sends": sends,
    "embedded": embedded,
    "across": across,
    "sockets": sockets,
    "killed": killed,
    "history": history,
    "growth": growth,
    "deaf": deaf,
    "telephone": telephone,
    "paging": paging,
    "rush": rush,
    "entries": entries,
}


async def main(names: list[str]) -> None:
    for name in names or FIGURES:
        for line in await FIGURES[name]():
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    logs.configure(as_json=True, level="error")  # the figures are what is printed
    unknown = set(sys.argv[1:]) - set(FIGURES)
    if unknown:
        raise SystemExit(f"There is no figure called {', '.join(sorted(unknown))}. There are: {', '.join(FIGURES)}.")
    gc.disable()  # whoever measures must not stand still for a third of a second: that would be measured
    asyncio.run(main(sys.argv[1:]))
