"""Suggested pseudonyms: two gentle words, drawn so that nothing can be told from them, and free in this hub."""

import secrets
from collections.abc import Callable, Sequence
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.open_account import pseudonym_index
from beside.accounts.pseudonym_words import FIRST, SECOND
from beside.accounts.tables import Account
from beside.kit.context import Context

DRAWN = 8  # at once: with half of all names taken, one in 256 visits needs a second look


def draw(choose: Callable[[Sequence[str]], str] = secrets.choice) -> str:
    """A name of two words."""
    return f"{choose(FIRST)} {choose(SECOND)}"


async def suggest(ctx: Context, hub: UUID) -> str:
    """A name that nobody in this hub has now; where every draw is taken, one with a small number."""
    drawn = {pseudonym_index(ctx, hub, name): name for name in (draw() for _ in range(DRAWN))}
    taken = set(await ctx.db.exec(select(Account.pseudonym_index).where(col(Account.hub_id) == hub, col(Account.pseudonym_index).in_(drawn))))
    free = [name for index, name in drawn.items() if index not in taken]
    return free[0] if free else f"{draw()} {secrets.randbelow(90) + 10}"
