"""What a page from before an update says: frozen, frame by frame. Lines are added to the file and never changed; a page stays open for days."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from beside.protocol import versions
from beside.protocol.codes import REFUSALS, CloseCode
from beside.protocol.commands import AnyCommand
from tests.gateway.conftest import Here
from tests.gateway.raw import RawSocket, frame, open_raw

PAGES = sorted(Path(__file__).parent.glob("page_of_*.jsonl"))
PUSHED = {"message.posted", "notice.posted", "participant.joined", "seen.moved", "typing.started", "list.moved", "heartbeat"}
FENCE = "fence"


async def hear(raw: RawSocket) -> list[str]:
    """What is answered up to the fence: a ping of the test's own behind each frame. What is pushed by itself is left out."""
    await raw.send(frame(1, json.dumps({"type": "ping", "ref": FENCE}).encode()))
    heard: list[str] = []
    while True:
        said = json.loads((await raw.read_frame())[1])
        if said.get("ref") == FENCE:
            return heard
        if said["type"] not in PUSHED:
            heard.append(f"{said['type']} {said['code']}" if said["type"] == "refused" else said["type"])


def filled(said: dict[str, object], **values: str) -> bytes:
    text = json.dumps(said)
    for name, value in values.items():
        text = text.replace(f"${name}", value)
    return text.encode()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_a_page_from_before_an_update_still_works(here: Here, page: Path) -> None:
    """Every frame that a released page says has the answer it had then, through hello, following, speaking and confirming (FAULTS 37)."""
    chat: UUID = await here.chat()
    async with here.client(here.cast.member) as wren:
        ticket = (await wren.call("POST", "/api/tickets"))["ticket"]
    raw = await open_raw(here.url, here.cast.member.token, origin=here.url)
    lines = [json.loads(line) for line in page.read_text().splitlines()]
    found = []
    for line in lines:
        await raw.send(frame(1, filled(line["say"], ticket=ticket, chat=str(chat), epoch=here.house.epoch)))
        found.append(await hear(raw))
    raw.close()
    assert [[line["hear"]] if line["hear"] else [] for line in lines] == found


async def test_a_page_that_is_too_old_is_told_so_and_not_asked_back(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the day its version is no longer spoken, hello is answered in plain words and a close code that means: do not come back (FAULTS 37)."""
    monkeypatch.setattr(versions, "OLDEST", versions.SPOKEN + 1)
    for page in PAGES:
        hello = json.loads(page.read_text().splitlines()[0])["say"]
        raw = await open_raw(here.url, here.cast.member.token, origin=here.url)
        await raw.send(frame(1, filled(hello, ticket="t" * 16)))
        told = json.loads((await raw.read_frame())[1])
        assert ("refused", "upgrade_required", REFUSALS["upgrade_required"], "1") == (told["type"], told["code"], told["message"], told["ref"])
        assert CloseCode.too_old == await raw.closed_with()
        raw.close()


async def test_a_page_from_after_us_is_let_in(here: Here) -> None:
    """In a rolling deploy a new page meets an old node: a version that is not known yet is no reason to turn anybody away (FAULTS 34, 37)."""
    async with here.client(here.cast.member) as wren:
        ticket = (await wren.call("POST", "/api/tickets"))["ticket"]
    raw = await open_raw(here.url, here.cast.member.token, origin=here.url)
    await raw.send(frame(1, json.dumps({"type": "hello", "ticket": ticket, "speaks": versions.SPOKEN + 1}).encode()))
    assert "welcome" == json.loads((await raw.read_frame())[1])["type"]
    raw.close()


def test_every_version_that_is_spoken_is_frozen() -> None:
    """Of each version from the oldest to ours there is a page, so that none is broken without somebody noticing (FAULTS 37)."""
    hellos = [json.loads(page.read_text().splitlines()[0])["say"] for page in PAGES]
    assert set(range(versions.OLDEST, versions.SPOKEN + 1)) <= {hello.get("speaks", versions.FIRST) for hello in hellos}


def test_every_command_there_is_stands_in_a_frozen_page() -> None:
    """A new kind of frame is frozen with the version that first says it, and the words for a page that is too old are plain (FAULTS 37)."""
    frozen = {json.loads(line)["say"]["type"] for page in PAGES for line in page.read_text().splitlines()}
    assert {str(kind.__struct_config__.tag) for kind in AnyCommand.__args__} == frozen
    assert "This page is from before an update. Load it afresh to go on." == REFUSALS["upgrade_required"]
