"""The pages that one worker is at: it says so again and again, for all of them in one statement, so that nobody else takes them for abandoned."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from beside.escalations.tables import Page
from beside.kit.context import command
from beside.kit.house import House
from beside.kit.logs import log

# One that was killed is known to be gone after 4 s, so that what it held is sent within 5 s of a restart (FAULTS 85). A lease as long as the longest
# attempt would make a critical page wait for it.
LEASE = timedelta(seconds=4)
RENEW_S = 1.5  # one renewal may be late without losing the lease


class Holding:
    """Failing to renew costs a page sent twice, under one id; never one not sent."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._pages: set[UUID] = set()

    @contextmanager
    def at(self, page: UUID) -> Iterator[None]:
        """While an attempt is made and written down."""
        self._pages.add(page)
        try:
            yield
        finally:
            self._pages.discard(page)

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                await self._renew()
            except Exception as failure:
                log.warning("escalation.lease_lost", error=type(failure).__name__)

    async def _renew(self) -> None:
        if not self._pages:
            return
        async with command(self._house) as ctx:
            held = col(Page.id).in_(list(self._pages)), col(Page.leased_until).is_not(None)  # null: its outcome is written, and must stay so
            await ctx.db.exec(update(Page).where(*held).values(leased_until=ctx.now + LEASE))
