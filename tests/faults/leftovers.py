"""What nodes still hold after everybody has gone: open files, sockets, subscriptions. A soak's small leak is a month's outage."""

import asyncio
import time
from collections import Counter

from beside.kit.db import POOL_OVERFLOW, POOL_SIZE
from beside.presence.redis import AT_ONCE
from tests.faults.ground import Ground
from tests.rig.kernel import kinds_of_files, open_files, sockets_at

GONE_S = 100.0  # a half-open line is found by the 40th second, a connection kept alive ends by the 75th
FILES_MORE = POOL_SIZE + POOL_OVERFLOW + 2 * AT_ONCE + 4  # than before anybody came: connections to the database and to Redis that are kept


def files_of(at: Ground) -> dict[str, int]:
    """Open files of each node, by its name."""
    return {name: open_files(node.child.pid) for name, node in at.nodes.items()}


def topics_of(at: Ground) -> list[str]:
    """What nodes are subscribed to, their own echoes left out."""
    with at.redis.client() as redis:
        topics = [channel.decode() for channel in redis.pubsub_channels("beside:*")]
    return sorted(topic for topic in topics if ".echo." not in topic and ":echo." not in topic)


async def leftovers(at: Ground, before: dict[str, int]) -> tuple[list[str], list[str]]:
    """What is held that should not be, once there was time to let go of it; and what is held, as figures. `before`: `files_of` when nobody had come."""
    until, found = time.monotonic() + GONE_S, _held(at, before)
    while found and time.monotonic() < until:
        await asyncio.sleep(1.0)
        found = _held(at, before)
    return found, [_figure(at, name, before[name]) for name in at.nodes]


def _held(at: Ground, before: dict[str, int]) -> list[str]:
    files = [f"{name}: {files} files open, {before[name]} before anybody came" for name, files in files_of(at).items() if files > before[name] + FILES_MORE]
    topics = topics_of(at)
    return files + ([f"{len(topics)} topics still listened to, such as {topics[0]}"] if topics else [])


def _figure(at: Ground, name: str, before: int) -> str:
    node = at.nodes[name]
    now, at_port = _told(kinds_of_files(node.child.pid)), _told(sockets_at(node.port))
    return f"{name} after everybody left: {before} files before they came, now {now}; at its port {at_port}"


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.most_common())
