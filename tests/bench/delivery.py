"""What one delivery costs the server: a room of 500, stored and authorised, against a C loop that writes the same bytes."""

import asyncio
import shutil
import subprocess
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from beside.gateway.wire import text_frame
from beside.kit.ids import new_id
from tests.bench.crowd import Member, all_follow, gather_crowd, read_from, until_counted
from tests.bench.place import a_node, keep_to
from tests.bench.usage import cpu_seconds

ROOM = 500
MESSAGES = 100
PAUSE_S = 0.02  # a busy room: what is said within 100 ms is written together
CALM_MESSAGES = 30
CALM_S = 0.2  # each message is written by itself
CORE = 0
WORDS = "It was a long day, and I wanted to come anyway."


async def delivery() -> list[str]:
    async with a_node() as at:
        people = await at.people(ROOM)
        room = await at.room(people)
        crowd = await gather_crowd(at.house, at.url, people)
        await all_follow(crowd, room)
        each = await talk(at.pid, crowd, room, MESSAGES, PAUSE_S) / (MESSAGES * ROOM) * 1e6
        calm = await talk(at.pid, crowd, room, CALM_MESSAGES, CALM_S) / (CALM_MESSAGES * ROOM) * 1e6
        frame = text_frame(crowd[0].last_event)
    reference = await send_loop(ROOM, MESSAGES, PAUSE_S, frame)
    calm_reference = await send_loop(ROOM, CALM_MESSAGES, CALM_S, frame)
    lines = [f"server CPU per delivery, room of {ROOM}, {1 / PAUSE_S:.0f} messages a second, stored and authorised: {each:.1f} us"]
    if reference is None or calm_reference is None:
        return [*lines, "  no reference: a C compiler (cc) is needed for the loop over send()"]
    return [
        *lines,
        f"  a C loop over send(), the same {len(frame)} bytes to the same readers: {reference:.1f} us; ratio {each / reference:.2f}; aim: at most 2.0",
        f"  {1 / CALM_S:.0f} messages a second, each written by itself: {calm:.1f} us; the C loop: {calm_reference:.1f} us; ratio {calm / calm_reference:.2f}",
    ]


async def talk(pid: int, crowd: Sequence[Member], room: UUID, messages: int, pause: float) -> float:
    """CPU seconds of the server while people of this room speak in turn, until everybody has everything."""
    before, had = cpu_seconds(pid), max(member.events for member in crowd)
    for n in range(messages):
        crowd[n % len(crowd)].say({"type": "message.send", "conversation": room, "client_id": new_id(), "body": WORDS})
        await asyncio.sleep(pause)
    await until_counted(crowd, had + messages)
    return cpu_seconds(pid) - before


async def send_loop(count: int, rounds: int, pause: float, frame: bytes) -> float | None:
    """Microseconds of CPU of one `send()` in C, to readers of the kind that the server has, at the same pace; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "send_loop"
        await asyncio.to_thread(_compile, compiler, program)
        arguments = [str(count), str(rounds), str(round(pause * 1e6))]
        running = await asyncio.create_subprocess_exec(program, *arguments, stdin=PIPE, stdout=PIPE)
        keep_to(running.pid, CORE)
        assert running.stdin
        assert running.stdout
        running.stdin.write(frame)
        running.stdin.close()
        port = int(await running.stdout.readline())
        readers = await read_from(port, count)
        used = float(await running.stdout.readline())
        await running.wait()
        for reader in readers:
            reader.transport.abort()
        return used


def _compile(compiler: str, program: Path) -> None:
    subprocess.run([compiler, "-O2", "-o", program, Path(__file__).with_name("send_loop.c")], check=True)
