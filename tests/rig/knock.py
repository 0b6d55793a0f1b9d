"""Knock on doors over HTTP, in the test's own process: the real door keeper, real cookies, no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import msgspec
from starlette.applications import Starlette

from beside.accounts.cookies import NAME
from beside.gateway.doors import DoorKeeper
from beside.gateway.roster import Roster
from beside.kit.house import House
from beside.kit.web import Door
from tests.rig.cast import Person
from tests.rig.house import PUBLIC_URL


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    body: Any


class Knocker:
    """`await knocker(person, "GET", "/api/line")`; nobody is None. Signed in by cookie, from our own page."""

    def __init__(self, house: House, doors: Sequence[Door]) -> None:
        self._app = Starlette(routes=[*DoorKeeper(house, frozenset({PUBLIC_URL})).routes(list(doors))])
        self._app.state.roster = Roster(house)

    async def __call__(self, who: Person | None, method: str, path: str, body: object = None) -> Answered:
        headers = {"origin": PUBLIC_URL} | ({"cookie": f"{NAME}={who.token}"} if who else {})
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self._app), base_url=PUBLIC_URL) as http:
            content = bytes(body) if isinstance(body, msgspec.Raw) else None  # exactly these bytes, sense or not
            headers |= {"content-type": "application/json"} if content is not None else {}
            answer = await http.request(method, path, headers=headers, content=content, json=None if content is not None else body)
        return Answered(answer.status_code, answer.json())
