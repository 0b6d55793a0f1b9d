"""The scripted client and the oracle, against a real node: what other tests rely on must itself be right."""

from uuid import UUID

import pytest

from beside.conversations.open import open_one_to_one
from beside.kit.context import command
from beside.kit.house import House
from tests.rig.cast import Cast, Person, make_cast
from tests.rig.client import Refused, ScriptedClient
from tests.rig.nodes import Premises
from tests.rig.oracle import complaints
from tests.rig.proxy import FaultProxy
from tests.rig.wait import until


def client_of(person: Person, premises: Premises, url: str) -> ScriptedClient:
    return ScriptedClient(url, premises.public_url, person.token, name=person.name, hold_s=0.05)


async def meet(house: House, cast: Cast) -> UUID:
    async with command(house) as ctx:
        return (await open_one_to_one(ctx, cast.hub, cast.member.account, cast.peer.account)).id


async def test_two_people_talk_and_the_oracle_is_content(premises: Premises) -> None:
    """What each says, both see, once and in order; a cut line is resumed; nothing is lost."""
    node = premises.node()
    async with premises.house() as house, FaultProxy(node.port) as proxy:
        cast = await make_cast(house)
        conversation = await meet(house, cast)
        async with client_of(cast.member, premises, f"http://127.0.0.1:{proxy.port}") as member, client_of(cast.peer, premises, node.url) as peer:
            for each in (member, peer):
                await each.connect()
                await each.subscribe(conversation)
            await member.send(conversation, "hello")
            await peer.send(conversation, "hello to you")
            await member.drop()
            await peer.post(conversation, "are you there?")
            await member.resume()
            await member.send(conversation, "yes")
            await until(lambda: len(peer.bodies(conversation)) == len(member.bodies(conversation)) == 4)
            for each in (member, peer):
                await each.settle()
            assert [["hello", "hello to you", "are you there?", "yes"]] * 2 == [member.bodies(conversation), peer.bodies(conversation)]
            assert [] == await complaints(house, [member, peer])


async def test_a_stranger_is_refused_and_sees_nothing(premises: Premises) -> None:
    """A conversation of another hub is not found, over the socket and over HTTP alike."""
    node = premises.node()
    async with premises.house() as house:
        cast = await make_cast(house)
        conversation = await meet(house, cast)
        async with client_of(cast.stranger, premises, node.url) as stranger:
            await stranger.connect()
            with pytest.raises(Refused) as by_socket:
                await stranger.subscribe(conversation)
            with pytest.raises(Refused) as by_http:
                await stranger.post(conversation, "let me in")
            assert ["not_found", "not_found", []] == [by_socket.value.code, by_http.value.code, stranger.shown(conversation)]


async def test_a_newcomer_arrives_over_http(premises: Premises) -> None:
    """A member can come in by the front door, and the session cookie is kept."""
    node = premises.node()
    async with premises.house() as house:
        await make_cast(house)
        async with ScriptedClient(node.url, premises.public_url) as newcomer:
            arrived = await newcomer.arrive("Heron", "harbour")
            me = await newcomer.call("GET", "/api/me")
            await newcomer.connect()
            assert ("Heron", "Heron", arrived["me"]["account"]) == (arrived["me"]["pseudonym"], me["pseudonym"], str(newcomer.account))
