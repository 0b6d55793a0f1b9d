"""What is true of one database as a whole: its epoch, and a sealed word that only the right key opens."""

from sqlalchemy import LargeBinary
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, select

from beside.kit.context import Context, command, query
from beside.kit.crypto import DataKey, Unreadable
from beside.kit.db import Table
from beside.kit.house import House
from beside.kit.ids import new_token

WORD = "the right key"
PLACE = "instance/word"


class WrongKey(Exception):
    """The key at hand is not the one this database was written with. Nothing may be written with it."""


class Instance(Table, table=True):
    """One row. `epoch` changes on restore: cursors learnt before it are worth nothing after."""

    __tablename__ = "instance"

    id: int = Field(default=1, primary_key=True)
    epoch: str = Field(max_length=64)
    key_version: int
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    sealed_word: bytes = Field(sa_type=LargeBinary)


async def open_instance(house: House) -> None:
    """Read the epoch into `house`, making the row in a new database. Raises `WrongKey`."""
    try:
        await _open(house)
    except IntegrityError:  # two of the first processes came at once: the other has made the row
        await _open(house)


async def renew_epoch(house: House) -> None:
    """After a restore: the log may end sooner than people have seen, so every cursor learnt before is answered with `reset` (FAULTS 9, 53)."""
    async with command(house) as ctx:
        row = (await ctx.db.exec(select(Instance).with_for_update())).one()
        row.epoch = _new_epoch()
        ctx.db.add(row)
        house.epoch = row.epoch


async def _open(house: House) -> None:
    """A database that has its row is only read: a standby that was not promoted yet can be opened too, to be read (FAULTS 51)."""
    async with query(house) as ctx:
        row = (await ctx.db.exec(select(Instance))).first()
    if row is None:
        async with command(house) as ctx:
            row = await _make(ctx)
    try:
        house.keyring.open(DataKey(row.key_version, row.wrapped_key), row.sealed_word, PLACE)
    except Unreadable:
        raise WrongKey from None
    house.epoch = row.epoch


async def _make(ctx: Context) -> Instance:
    key = ctx.house.keyring.new_data_key()
    row = Instance(epoch=_new_epoch(), key_version=key.version, wrapped_key=key.wrapped, sealed_word=ctx.house.keyring.seal(key, WORD, PLACE))
    ctx.db.add(row)
    await ctx.db.flush()
    return row


def _new_epoch() -> str:
    return new_token()[:22]
