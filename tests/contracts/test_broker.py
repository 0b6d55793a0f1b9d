"""One suite for every bus: what `kit.broker` promises, memory and Redis keep alike."""

import asyncio

import pytest

from beside.kit.broker import Broker
from tests.rig.ear import Ear
from tests.rig.wait import until


async def test_what_is_published_arrives_in_order_and_unchanged(broker: Broker) -> None:
    """Payloads are bytes of any kind, and each publisher's arrive in the order they were published."""
    ear, other = Ear(), Ear()
    await broker.subscribe("conversation.1", ear)
    await broker.subscribe("conversation.1", other)
    expected = [("conversation.1", b"%d\r\n\x00\xff" % n) for n in range(100)]
    for topic, payload in expected:
        await broker.publish(topic, payload)
    await until(lambda: len(ear.heard) == len(other.heard) == 100)
    assert [expected, expected] == [ear.heard, other.heard]


async def test_concurrent_publishes_all_arrive_once(broker: Broker) -> None:
    """A thousand publishers at once lose nothing and double nothing."""
    ear = Ear()
    await broker.subscribe("t", ear)
    await asyncio.gather(*(broker.publish("t", b"%d" % n) for n in range(1000)))
    await until(lambda: len(ear.heard) >= 1000)
    await broker.publish("t", b"last")
    await until(lambda: ear.heard[-1] == ("t", b"last"))
    assert sorted(b"%d" % n for n in range(1000)) == sorted(payload for _, payload in ear.heard[:-1] if payload is not None)


async def test_topics_are_kept_apart(broker: Broker) -> None:
    """Nobody hears a topic they did not ask for, not even one whose name begins alike."""
    one, ten = Ear(), Ear()
    await broker.subscribe("conversation.1", one)
    await broker.subscribe("conversation.10", ten)
    await broker.publish("conversation.10", b"for ten")
    await broker.publish("conversation.1", b"for one")
    await until(lambda: bool(one.heard and ten.heard))
    assert [[("conversation.1", b"for one")], [("conversation.10", b"for ten")]] == [one.heard, ten.heard]


async def test_who_unsubscribed_hears_nothing_more(broker: Broker) -> None:
    """The others on the topic go on hearing, and it can be subscribed to again."""
    gone, stays = Ear(), Ear()
    await broker.subscribe("t", gone)
    await broker.subscribe("t", stays)
    await broker.unsubscribe("t", gone)
    await broker.publish("t", b"1")
    await until(lambda: stays.heard == [("t", b"1")])
    await broker.unsubscribe("t", stays)
    await broker.publish("t", b"2")
    await broker.subscribe("t", gone)
    await broker.publish("t", b"3")
    await until(lambda: ("t", b"3") in gone.heard)
    assert [[("t", b"3")], [("t", b"1")]] == [gone.heard, stays.heard]


async def test_unsubscribing_who_is_not_there_changes_nothing(broker: Broker) -> None:
    """Leaving twice is as good as leaving once."""
    ear = Ear()
    await broker.subscribe("t", ear)
    await broker.unsubscribe("t", Ear())
    await broker.unsubscribe("elsewhere", ear)
    await broker.publish("t", b"still here")
    await until(lambda: bool(ear.heard))
    assert [("t", b"still here")] == ear.heard


async def test_a_callback_that_raises_does_not_stop_the_others(broker: Broker) -> None:
    """Nor the next message to itself."""
    before, after = Ear(), Ear()

    def broken(topic: str, payload: bytes | None) -> None:
        before(topic, payload)
        raise RuntimeError

    await broker.subscribe("t", broken)
    await broker.subscribe("t", after)
    await broker.publish("t", b"1")
    await broker.publish("t", b"2")
    await until(lambda: len(after.heard) == 2)
    assert [("t", b"1"), ("t", b"2")] == before.heard == after.heard


async def test_a_callback_may_unsubscribe_while_it_is_called(broker: Broker) -> None:
    """Whoever leaves on hearing something takes nobody else's message along."""
    tasks: list[asyncio.Task[None]] = []
    last, ear = Ear(), Ear()

    def leaves(topic: str, payload: bytes | None) -> None:
        last(topic, payload)
        tasks.append(asyncio.ensure_future(broker.unsubscribe("t", leaves)))

    await broker.subscribe("t", leaves)
    await broker.subscribe("t", ear)
    await broker.publish("t", b"1")
    await until(lambda: bool(ear.heard and tasks))
    await asyncio.gather(*tasks)
    await broker.publish("t", b"2")
    await until(lambda: len(ear.heard) == 2)
    assert [("t", b"1")] == last.heard


async def test_a_publisher_is_never_called_back_within_its_own_call(broker: Broker) -> None:
    """A callback runs after `publish` was left, never inside: a commit is finished before anyone hears of it."""
    ear = Ear()
    await broker.subscribe("t", ear)
    inside: list[bool] = []
    publishing = True
    await broker.subscribe("t", lambda *_: inside.append(publishing and asyncio.current_task() is test))
    test = asyncio.current_task()
    await broker.publish("t", b"1")
    publishing = False
    await until(lambda: bool(inside))
    assert [False] == inside


async def test_an_open_bus_is_well_and_a_closed_one_refuses(broker: Broker) -> None:
    """`/readyz` can rely on `well`, and a publisher is told when nobody will hear."""
    wells = [broker.well]
    await broker.close()
    wells.append(broker.well)
    assert [True, False] == wells
    with pytest.raises(ConnectionError):
        await broker.publish("t", b"nobody hears")
