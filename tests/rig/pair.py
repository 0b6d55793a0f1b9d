"""Two nodes in this process, on one PostgreSQL and one Redis, with everybody in the house: what one node says, the other must hear, or find."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from beside.conversations.open import open_one_to_one
from beside.foundation import build, standing
from beside.kit.context import command
from beside.kit.house import House
from tests.gateway.conftest import Here, serving, settings_for
from tests.rig.cast import Cast, Person, make_cast
from tests.rig.client import ScriptedClient


@dataclass(frozen=True, slots=True)
class Pair:
    """`one` and `two` are equals; a test acts in the house of `one` unless it says otherwise."""

    one: Here
    two: Here

    @property
    def house(self) -> House:
        return self.one.house

    @property
    def cast(self) -> Cast:
        return self.one.cast

    async def chat(self) -> UUID:
        return await self.one.chat()

    @asynccontextmanager
    async def sockets(self, who: Person, chat: UUID, *, at_one: int = 1, at_two: int = 1) -> AsyncIterator[list[ScriptedClient]]:
        """So many open sockets of one session on each node, all of them following `chat`."""
        async with AsyncExitStack() as stack:
            found = []
            for here in [self.one] * at_one + [self.two] * at_two:
                client = await stack.enter_async_context(here.client(who))
                await client.connect()
                await client.subscribe(chat)
                found.append(client)
            yield found


@asynccontextmanager
async def pair(folder: Path, database_url: str, redis_url: str) -> AsyncIterator[Pair]:
    """Both of them serving, with a fresh cast."""
    folders = [folder / "one", folder / "two"]
    for each in folders:
        each.mkdir()
    settings = [settings_for(each, database_url, redis_url) for each in folders]
    async with standing(build(settings[0])) as house:
        cast = await make_cast(house)
    async with serving(settings[0]) as (one, first), serving(settings[1]) as (two, second):
        yield Pair(Here(one, first, cast, settings[0].require_public_url()), Here(two, second, cast, settings[1].require_public_url()))


async def one_more_chat(house: House, cast: Cast) -> UUID:
    """A one-to-one of the outsider and the peer: somebody else's, for those who must not notice."""
    async with command(house) as ctx:
        return (await open_one_to_one(ctx, cast.hub, cast.outsider.account, cast.peer.account)).id
