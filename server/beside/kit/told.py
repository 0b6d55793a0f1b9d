"""What was told on a topic a moment ago, for whoever was not listening: a page without sockets, between two requests. It is forgotten by itself."""

from collections import defaultdict
from collections.abc import Iterable

from beside.kit.house import House
from beside.kit.ids import new_token

TOLD_S = 60.0  # such a page asks again within a second or two, and within half a minute at the worst; later it loads everything afresh in any case


async def note(house: House, telling: Iterable[tuple[str, str]]) -> None:
    """These (topic, what) are about to be told; each time is another time. Before they are: whoever begins to listen meanwhile finds them here."""
    by_what: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for topic, what in telling:
        by_what[what].append((_key(topic), what))
    for facts in by_what.values():  # a name for each, so that no two on one topic have the same
        await house.ephemeral.renew(facts, TOLD_S, new_token()[:6])


async def told(house: House, topic: str) -> dict[str, str]:
    """What was told of late, and a name for the last time it was."""
    return await house.ephemeral.all(_key(topic))


def _key(topic: str) -> str:
    return f"told:{topic}"
