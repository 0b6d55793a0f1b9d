"""What a node listens to follows what its sockets want, however they come and go."""

import asyncio

from beside.gateway.connection import Connection
from beside.gateway.listening import Listening
from beside.kit.broker import Callback
from beside.kit.broker.memory import MemoryBroker
from beside.kit.context import Actor
from beside.kit.ids import new_id
from tests.gateway.conftest import Here
from tests.gateway.test_large_rooms import Paper
from tests.rig.wait import until

PEOPLE = 100


class Slow(MemoryBroker):
    """Whoever subscribes waits until `answers` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = asyncio.Event()
        self.asked: list[str] = []
        self.waiting = 0

    async def subscribe(self, topic: str, callback: Callback) -> None:
        self.asked.append(topic)
        self.waiting += 1
        await self.answers.wait()
        await super().subscribe(topic, callback)


def someone() -> Connection:
    return Connection(Actor(new_id(), new_id(), new_id(), frozenset({"member"})), Paper())


async def told(topics: list[str], broker: MemoryBroker) -> None:
    await broker.open()
    for topic in topics:
        await broker.publish(topic, b"")
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_people_who_come_back_together_wait_for_the_bus_together() -> None:
    """A hundred topics are asked for side by side; two who want the same one ask for it once (FAULTS 33)."""
    broker = Slow()
    listening = Listening(broker, lambda topic, payload: None)
    coming = [asyncio.create_task(listening.start(topic, someone())) for n in range(PEOPLE) for topic in (f"account.{n}", "conversation.all")]
    await until(lambda: broker.waiting == PEOPLE + 1)
    broker.answers.set()
    await asyncio.gather(*coming)
    assert len(set(broker.asked)) == len(broker.asked) == PEOPLE + 1


async def test_whoever_stops_and_starts_again_hears_everything() -> None:
    """The broker is told of the end a moment later: by then it may be wanted again, and by somebody else."""
    broker, heard = MemoryBroker(), list[str]()
    listening, wren, alder = Listening(broker, lambda topic, payload: heard.append(topic)), someone(), someone()
    await listening.start("a", wren)
    listening.stop("a", wren)
    await listening.start("a", alder)
    listening.stop("a", alder)
    await listening.start("a", wren)
    await told(["a"], broker)
    assert (["a"], [wren]) == (heard, list(listening.who("a")))


async def test_nothing_is_listened_to_that_nobody_wants() -> None:
    """One of two leaves a topic, then both go altogether: the broker is told of each end, once nobody is left (FAULTS 29)."""
    broker, heard = MemoryBroker(), list[str]()
    listening, wren, alder = Listening(broker, lambda topic, payload: heard.append(topic)), someone(), someone()
    for topic in ("a", "b"):
        await listening.start(topic, wren)
    await listening.start("a", alder)
    listening.stop("b", wren)
    await until(lambda: list(listening.topics) == ["a"])
    await listening.stop_all(wren)
    await told(["a", "b"], broker)
    await listening.stop_all(alder)
    await told(["a", "b"], broker)
    assert (["a"], []) == (heard, list(listening.topics))


async def test_a_page_that_goes_through_many_conversations_listens_to_the_last(here: Here) -> None:
    """A moderator's desk is open all day: what it looked at in the morning is not heard in the evening."""
    chats = [await here.group(here.cast.member) for _ in range(5)]
    async with here.client(here.cast.member) as wren:
        await wren.connect()
        for chat in chats:
            await wren.subscribe(chat)
            if chat != chats[-1]:
                await wren.say({"type": "unsubscribe", "conversation": str(chat)})
        await wren.ask({"type": "ping"})
        heard = [topic for topic in here.node.roster._listening.topics if topic.startswith("conversation.")]
        assert [f"conversation.{chats[-1]}"] == heard
