"""Any order of what people do, on one node: the oracle is content at the end."""

import asyncio
import os
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from limits import parse
from sqlalchemy import update
from sqlmodel import col

from beside.accounts.tables import Suspension
from beside.foundation import build, standing
from beside.kit.clock import SystemClock
from beside.kit.context import command
from tests.faults.machine import Talk
from tests.faults.runs import STATEFUL, chosen
from tests.gateway.conftest import Here, serving, settings_for
from tests.rig.cast import make_cast

EXAMPLES = 30
STEPS = 20
ENOUGH = timedelta(minutes=20)  # staff who are idle for half an hour are signed out, and one of the three is staff


class LaterClock(SystemClock):
    """The system's, put forward."""

    by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.by


class TalkWhileTimePasses(Talk):
    """Words become too old to mend, suspensions run out."""

    clock: ClassVar[LaterClock]

    @initialize()
    def today(self) -> None:
        self.clock.by = timedelta()

    def teardown(self) -> None:
        super().teardown()
        self.run(self._end_suspensions())

    async def _end_suspensions(self) -> None:
        """The next run begins earlier than this one ended: what has run out by itself would go on there."""
        async with command(self.here.house) as ctx:
            await ctx.db.exec(update(Suspension).where(col(Suspension.lifted_at).is_(None)).values(lifted_at=ctx.now))

    @precondition(lambda self: self.clock.by < ENOUGH)
    @rule(minutes=st.integers(1, 8))
    def time_passes(self, minutes: int) -> None:
        self.clock.by += timedelta(minutes=minutes)


@pytest.mark.timeout(0 if STATEFUL in os.environ else 300)
def test_whatever_they_do_the_oracle_is_content(sqlite_url: str, tmp_path: Path) -> None:
    """Thirty runs of up to twenty steps, chosen by Hypothesis (FAULTS 128; BESIDE_STATEFUL asks for its 5,000)."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        TalkWhileTimePasses.runner, TalkWhileTimePasses.tried = runner, 0
        TalkWhileTimePasses.here = runner.run(_open(stack, sqlite_url, tmp_path))
        try:
            run_state_machine_as_test(
                TalkWhileTimePasses,
                settings=chosen(EXAMPLES, STEPS),
            )
        finally:
            runner.run(stack.aclose())
        assert TalkWhileTimePasses.tried >= EXAMPLES


async def _open(stack: AsyncExitStack, database_url: str, folder: Path) -> Here:
    chosen = settings_for(folder, database_url)
    async with standing(build(chosen)) as house:
        cast = await make_cast(house)
    node, server = await stack.enter_async_context(serving(chosen))
    node.house.clock = TalkWhileTimePasses.clock = LaterClock()
    node.house.limiter._named = node.house.limiter._named | {"message": parse("1000/second")}
    return Here(node, server, cast, chosen.require_public_url())
