"""What is misconfigured, in plain words: each question is asked of the real thing, and none stops the next."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from beside.escalations.deliver import outbound_of
from beside.escalations.reachable import house_concerns, hubs_by_reach
from beside.escalations.transports.carry import Outcome
from beside.escalations.try_channel import try_for_operator
from beside.foundation import build, standing
from beside.gateway.pages import client_folder
from beside.kit.context import query
from beside.kit.durable import forgets_by
from beside.kit.house import House
from beside.kit.instance import WrongKey, open_instance
from beside.migrations.run import is_new_enough
from beside.settings import NotConfigured, Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """`advice`: nobody is the worse for it tonight."""

    well: bool
    words: str
    advice: bool = False

    def __str__(self) -> str:
        return f"{'note' if self.advice else 'ok  ' if self.well else 'MEND'}  {self.words}"


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


async def examine_on_call(settings: Settings, hub: str | None = None, *, test: bool = False) -> list[Finding]:
    """Whether anyone is really reachable tonight, for each hub or for one. `test`: send a real test through each channel. Raises `NotConfigured`."""
    house = build(settings)
    async with standing(house):
        async with query(house) as ctx:
            findings = [Finding(False, concern) for concern in await house_concerns(ctx)]
            hubs = await hubs_by_reach(ctx, hub)
        findings += _heart(settings)
        if not hubs:
            findings.append(Finding(False, f"There is no hub called {hub}" if hub else "There is no hub yet"))
        for reach in hubs:
            findings += [Finding(False, f"{reach.hub}: {reason}") for reason in reach.reasons]
            findings += [Finding(True, f"{reach.hub}: {advice}", advice=True) for advice in reach.advice]
            if not reach.reasons:
                findings.append(Finding(True, f"{reach.hub}: yes, somebody would be reached"))
            for number, channel in enumerate(reach.channels if test else [], 1):
                findings.append(_tried(reach.hub, number, await try_for_operator(house, outbound_of(house), channel)))
    return findings


def _heart(settings: Settings) -> list[Finding]:
    """What would notice that the alarm itself has died."""
    if settings.heart is None:
        return [Finding(True, "No heartbeat is sent: an alarm that has died would look like a quiet night. Set BESIDE_HEARTBEAT_URL", advice=True)]
    if settings.heart.deadman is None:
        return [Finding(True, "No switch outside is told of the heartbeat: nobody would be called when it stops. Set BESIDE_DEADMAN_URL", advice=True)]
    return []


def _tried(hub: str, number: int, outcome: Outcome) -> Finding:
    if outcome.reason is None:
        return Finding(True, f"{hub}: channel {number} took in a test; ask its person whether it reached them")
    return Finding(False, f"{hub}: channel {number} did not take in a test ({outcome.reason.replace('_', ' ')})")


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
    newest = await is_new_enough(house.database)
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
