"""What another site can make a browser send, at every door that changes something: 403, and nothing was done."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from beside.accounts.cookies import NAME
from beside.doors import DOORS
from beside.gateway.doors import DoorKeeper
from beside.kit.context import query
from beside.kit.db import Table
from beside.kit.house import House
from beside.kit.web import Door
from tests.doors.access import ACCESS
from tests.doors.town import Town
from tests.rig.house import PUBLIC_URL

UNSAFE = [door for door in DOORS if door.method != "GET" and door.who != "signed"]  # those look at no cookie, so there is nothing to borrow
FORM = {"content-type": "application/x-www-form-urlencoded"}
TEXT = {"content-type": "text/plain"}
JSON = {"content-type": "application/json"}
TRICKS: dict[str, dict[str, str]] = {
    "a form of another site": FORM | {"origin": "https://evil.test", "sec-fetch-site": "cross-site"},
    "plain text from another site": TEXT | {"origin": "https://evil.test", "sec-fetch-site": "cross-site"},
    "a fetch from another origin": JSON | {"origin": "https://evil.test"},
    "an origin that begins like ours": JSON | {"origin": PUBLIC_URL + ".evil.test"},
    "our name on another port": JSON | {"origin": PUBLIC_URL + ":8443"},
    "our name by another scheme": JSON | {"origin": PUBLIC_URL.replace("http", "ftp")},
    "our origin in capitals": JSON | {"origin": PUBLIC_URL.upper()},
    "an origin of null": JSON | {"origin": "null"},
    "no origin at all": JSON,
    "our origin and a cross-site fetch": JSON | {"origin": PUBLIC_URL, "sec-fetch-site": "cross-site"},
    "our origin and a same-site fetch": JSON | {"origin": PUBLIC_URL, "sec-fetch-site": "same-site"},
    "typed into the address bar": FORM | {"sec-fetch-site": "none"},
    "two origins": JSON | {"origin": f"{PUBLIC_URL}, https://evil.test"},
}


async def everything(house: House) -> dict[str, list[Any]]:
    """Every row of every table."""
    async with query(house) as ctx:
        connection = await ctx.db.connection()
        return {name: sorted(map(repr, (await connection.execute(select(table))).all())) for name, table in Table.metadata.tables.items()}


@pytest.mark.parametrize("door", UNSAFE, ids=lambda door: f"{door.method} {door.path}")
async def test_another_site_cannot_act(house: House, town: Town, door: Door) -> None:
    """By form, by fetch, by any origin but our own: refused before anything is looked at, and no row has changed (FAULTS 68)."""
    row = ACCESS[f"{door.method} {door.path}"]
    token = town.people[sorted(row.may)[0]].token if row.may else town.cast.member.token
    before = await everything(house)
    app = Starlette(routes=[*DoorKeeper(house, frozenset({PUBLIC_URL})).routes(DOORS)])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=PUBLIC_URL, cookies=None) as http:
        for trick, headers in TRICKS.items():
            body = httpx2.Request("POST", PUBLIC_URL, json=row.body(town.real)).content if row.body else b""
            answer = await http.request(door.method, town.path(door, town.real), content=body, headers=headers | {"cookie": f"{NAME}={token}"})
            assert (403, "cross_site") == (answer.status_code, answer.json()["code"]), trick
            assert "set-cookie" not in answer.headers
    assert before == await everything(house)
