"""What is misconfigured, in plain words: each question is asked of the real thing, and none stops the next."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from beside.foundation import build
from beside.gateway.pages import client_folder
from beside.kit.durable import forgets_by
from beside.kit.house import House
from beside.kit.instance import WrongKey, open_instance
from beside.migrations.run import is_newest
from beside.settings import NotConfigured, Settings


@dataclass(frozen=True, slots=True)
class Finding:
    well: bool
    words: str


async def examine(settings: Settings) -> list[Finding]:
    """Every finding, the good ones too."""
    findings = [
        _asked("The public address", lambda: settings.require_public_url()),
        _asked("The key file", lambda: f"{len(settings.keys)} key(s)"),
        _asked("The secret file", lambda: f"{len(settings.secret)} characters"),
    ]
    findings.append(Finding(client_folder().is_dir(), "The pages are built" if client_folder().is_dir() else "The pages are not built: run `make client`"))
    if not all(finding.well for finding in findings[:3]):
        return [*findings, Finding(False, "The database and the bus were not asked: mend the lines above first")]
    house = build(settings)
    findings += [await _safely(question, house, settings) for question in (_database, _key, _durable, _bus)]
    await house.broker.close()
    await house.database.close()
    house.hasher.close()
    return findings


def _asked(what: str, read: Callable[[], str]) -> Finding:
    try:
        return Finding(True, f"{what}: {read()}")
    except NotConfigured as missing:
        return Finding(False, str(missing))


async def _safely(question: Callable[[House, Settings], Awaitable[Finding]], house: House, settings: Settings) -> Finding:
    try:
        return await question(house, settings)
    except Exception as reason:
        return Finding(False, f"{(question.__doc__ or '').strip().rstrip('.')}: no answer ({type(reason).__name__})")


async def _database(house: House, _: Settings) -> Finding:
    """The database."""
    kind = "SQLite, on this machine" if house.database.is_sqlite else "PostgreSQL"
    newest = await is_newest(house.database)
    return Finding(newest, f"The database: {kind}, at this version" if newest else f"The database ({kind}) is not at this version: run `beside migrate`")


async def _key(house: House, _: Settings) -> Finding:
    """The key for this database."""
    try:
        await open_instance(house)
    except WrongKey:
        return Finding(False, "The key file holds another key than the one this database was written with: nothing can be read, and nothing will be written")
    return Finding(True, "The key opens this database")


async def _durable(house: House, _: Settings) -> Finding:
    """Whether an acknowledged message survives the power going."""
    unsafe = await forgets_by(house.database)
    return Finding(unsafe is None, f"PostgreSQL may lose acknowledged messages: {unsafe}" if unsafe else "An acknowledged message survives the power going")


async def _bus(house: House, settings: Settings) -> Finding:
    """The bus between nodes."""
    if settings.redis_url is None:
        return Finding(True, "The bus: in this process; for more than one node set BESIDE_REDIS_URL")
    await house.broker.open()
    return Finding(
        house.broker.well, "The bus answers" if house.broker.well else "The bus does not answer: messages arrive within five seconds instead of at once"
    )


def new_key_line(random: bytes, version: int = 1) -> str:
    """A line for the key file from 32 random bytes."""
    return f"{version}:{base64.b64encode(random).decode()}"
