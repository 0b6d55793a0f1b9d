"""What the command line starts: a node, a worker, a migration, a first person. Each takes settings and nothing else of the outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from beside.accounts.create import create_staff
from beside.app import Node, Server
from beside.audit.chain import Flaw
from beside.audit.verify import verify, verify_all
from beside.escalations.deliveries import STATES, deliveries_of, lines_of
from beside.foundation import ask_database, build, standing
from beside.hubs.make import make_hub
from beside.hubs.scope import hub_by_slug
from beside.kit import logs
from beside.kit.awaiting import awaited, told_to_stop
from beside.kit.context import command, query
from beside.kit.db import Database
from beside.kit.durable import forgets_by
from beside.kit.errors import NotFound, Unavailable
from beside.kit.house import House
from beside.kit.instance import renew_epoch
from beside.migrations.run import is_new_enough, migrate
from beside.settings import NotConfigured, Settings
from beside.worker import looking_out, run_worker

LOCKED = "55P03"  # PostgreSQL's word for a lock that was not to be had in time (FAULTS 52)
IN_USE = "A table is in use and could not be had. Nothing was changed: try again at a quieter moment"


async def serve(settings: Settings) -> None:
    """One node, until it is told to stop. Raises `NotConfigured` and `WrongKey` before anything is served; a database that is not there yet is waited for."""
    logs.configure(as_json=settings.log_json, level=settings.log_level)
    house = build(settings)
    with told_to_stop() as stop, _plainly():
        ready = await awaited(house.database, lambda: _require_ready(house, settings), stop)
    if ready:  # else it was told to stop while it waited, and has said nothing to anybody
        await Server(Node(house, settings)).serve()


async def work(settings: Settings) -> None:
    """One worker, until it is told to stop. What it raises and what it waits for: as `serve`."""
    logs.configure(as_json=settings.log_json, level=settings.log_level)
    house = build(settings)
    with told_to_stop() as stop:
        with _plainly():
            ready = await awaited(house.database, lambda: _require_ready(house, settings), stop)
        if ready:
            async with standing(house), looking_out(house, stop, settings.allowed_private_hosts):
                await run_worker(house, stop, settings.allowed_private_hosts, settings.heart)


async def migrate_database(settings: Settings, *, wait: bool = False) -> None:
    """Bring the database to the newest revision. It needs no key: it reads no words. `wait`: for a database that is not there yet, as `serve` does."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database, patient=True)
    try:
        with _plainly():
            if wait and not await _is_there(database):
                raise NotConfigured("It was told to stop before the database was there")
            await migrate(database)
    except Unavailable:  # it met people who were writing, at every try
        raise NotConfigured(IN_USE) from None
    finally:
        await database.close()


async def make_staff(settings: Settings, *, hub: str, hub_name: str | None, role: str, name: str, pseudonym: str, password: str) -> None:
    """A member of staff, and their hub if it is not there yet."""
    house = build(settings)
    with _plainly():
        await _require_newest(house.database)
    async with standing(house), command(house) as ctx:
        try:
            found = await hub_by_slug(ctx, hub)
        except NotFound:
            found = await make_hub(ctx, hub, hub_name or hub.title())
        await create_staff(ctx, found.id, role=role, name=name, pseudonym=pseudonym, password=password)


async def take_up_restored(settings: Settings) -> list[str]:
    """Before any node starts on a database restored from a backup: a new epoch, and what is wrong with its ledgers, in words."""
    house = build(settings, patient=True)
    with _plainly():
        await _require_newest(house.database)
    async with standing(house):
        await renew_epoch(house)
        async with query(house) as ctx:
            return [f"In the ledger of hub {flaw.hub}, {_in_words(flaw)}" for flaw in await verify_all(ctx)]


async def verify_ledger(settings: Settings, hub: str) -> str | None:
    """The first thing wrong with a hub's ledger, in words; None where it is whole."""
    house = build(settings, patient=True)
    async with standing(house), query(house) as ctx:
        flaw = await verify(ctx, (await hub_by_slug(ctx, hub)).id)
    return _in_words(flaw) if flaw else None


async def list_deliveries(settings: Settings, hub: str, *, escalation: UUID | None, state: str | None, older_than: UUID | None) -> list[str]:
    """One line a message and one a try. Raises `NotConfigured` for a state that is none, `NotFound` for no such hub."""
    if state is not None and state not in STATES:
        raise NotConfigured(f"--state is one of {', '.join(STATES)}")
    house = build(settings)
    await _require_newest(house.database)
    async with standing(house), query(house) as ctx:
        found = await deliveries_of(ctx, (await hub_by_slug(ctx, hub)).id, escalation=escalation, state=state, older_than=older_than)
    return lines_of(found)


def _in_words(flaw: Flaw) -> str:
    return f"Row {flaw.position} is not as it was written: {flaw.problem}."


async def _is_there(database: Database) -> bool:
    """Once it answers, whatever is in it. False where we were told to stop before."""

    async def ask() -> None:
        await is_new_enough(database)

    with told_to_stop() as stop:
        return await awaited(database, ask, stop)


async def _require_ready(house: House, settings: Settings) -> None:
    """The database is there, at this version, keeps what it acknowledges, and was written with our key; and a heart that was set can beat."""
    settings.heart  # noqa: B018  asked for what it raises
    await _require_newest(house.database)
    await _require_durable(house.database, settings)
    await ask_database(house)  # here, because the server would hide what a wrong key says


async def _require_newest(database: Database) -> None:
    if database.is_not_there:
        raise NotConfigured("There is no database yet: run `beside migrate` first")
    if not await is_new_enough(database):
        raise NotConfigured("The database is not at this version: run `beside migrate` first")


async def _require_durable(database: Database, settings: Settings) -> None:
    """Nobody is told *sent* on a database that may forget it (FAULTS 54). The demo, where everything is made up, does not come this way."""
    unsafe = None if settings.unsafe_commits else await forgets_by(database)
    if unsafe:
        raise NotConfigured(f"PostgreSQL may lose acknowledged messages: {unsafe}. Set it back to its default")


@contextmanager
def _plainly() -> Iterator[None]:
    """A database that cannot be reached is said in one line; its address may hold a password, and is not repeated."""
    try:
        yield
    except (OperationalError, PoolTimeout) as refused:
        if getattr(refused.__cause__, "sqlstate", None) == LOCKED:
            raise NotConfigured(IN_USE) from None
        raise NotConfigured("The database cannot be reached: look at BESIDE_DATABASE_URL; where it is new, run `beside migrate` first") from None
