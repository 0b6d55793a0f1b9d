"""What one delivery costs the server: a room of 500, stored and authorised, against a C loop that writes the same bytes."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from beside.kit.ids import new_id
from tests.bench.crowd import Member, all_follow, gather_crowd, until_counted
from tests.bench.place import a_node
from tests.bench.usage import cpu_seconds

ROOM = 500
MESSAGES = 100
PAUSE_S = 0.02
WORDS = "It was a long day, and I wanted to come anyway."


async def delivery() -> list[str]:
    async with a_node() as at:
        people = await at.people(ROOM)
        room = await at.room(people)
        crowd = await gather_crowd(at.house, at.url, people)
        await all_follow(crowd, room)
        each = await talk(at.pid, crowd, room, MESSAGES, PAUSE_S) / (MESSAGES * ROOM) * 1e6
        size = crowd[0].event_bytes
    reference = await asyncio.to_thread(send_loop, ROOM, MESSAGES, size)
    lines = [f"server CPU per delivery, room of {ROOM}, stored and authorised: {each:.1f} us"]
    if reference is None:
        return [*lines, "  no reference: a C compiler (cc) is needed for the loop over send()"]
    return [*lines, f"  a C loop over send(), the same {size} bytes: {reference:.1f} us; ratio {each / reference:.2f}; aim: at most 2.0"]


async def talk(pid: int, crowd: Sequence[Member], room: UUID, messages: int, pause: float) -> float:
    """CPU seconds of the server while people of this room speak in turn, until everybody has everything."""
    before, had = cpu_seconds(pid), max(member.events for member in crowd)
    for n in range(messages):
        crowd[n % len(crowd)].say({"type": "message.send", "conversation": room, "client_id": new_id(), "body": WORDS})
        await asyncio.sleep(pause)
    await until_counted(crowd, had + messages)
    return cpu_seconds(pid) - before


def send_loop(count: int, rounds: int, size: int) -> float | None:
    """Microseconds of CPU of one `send()` in C; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / f"send_loop-{uuid4().hex[:6]}"
        subprocess.run([compiler, "-O2", "-o", program, Path(__file__).with_name("send_loop.c")], check=True)
        return float(subprocess.run([program, str(count), str(rounds), str(size)], check=True, capture_output=True, text=True).stdout)
