"""Mistakes put in on purpose, one at a time, and the very test of each promise run on them: it must fail. That it passes without them, its own run shows."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Json

from beside.escalations.climbing import begin_turn
from beside.escalations.tables import Cause, Escalation
from beside.gateway import subscriptions
from beside.gateway.room import Follow, LiveLog
from beside.gateway.roster import Roster
from beside.kit.context import Context
from beside.kit.house import House
from beside.kit.ids import new_id
from beside.messages import send
from tests.contracts import test_jobs
from tests.escalations import test_raise
from tests.escalations.scene import make_scene
from tests.faults import test_revoked
from tests.faults.test_revoked import two as two
from tests.gateway import test_frames, test_subscribe
from tests.gateway.conftest import Here
from tests.rig.oracle import complaints
from tests.rig.pair import Pair

LONG_ENOUGH_S = 3.0  # for a close that never comes
one_database = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


# -- the merge of reading the log and being told of it


async def test_going_live_without_a_last_look_is_caught(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket goes live where it has read to, wherever the node is by then: the line between is lost until a net finds it (FAULTS 129)."""
    real = subscriptions._send_some

    async def blind(house: House, live: LiveLog, follow: Follow) -> bool:
        more = await real(house, live, follow)
        if not more:
            follow.cursor = live.last_seq
        return more

    monkeypatch.setattr(subscriptions, "_send_some", blind)
    with pytest.raises(TimeoutError):
        await test_subscribe.test_a_line_between_the_reading_and_going_live_is_shown_once(here, monkeypatch)


async def test_being_live_before_catching_up_is_caught(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket is told of new lines while it still reads the old ones: it gets the line between twice, and ahead of them (FAULTS 129)."""
    real = LiveLog.committed

    def at_once(self: LiveLog, entries: Any) -> None:
        for follow in self.follows:
            follow.live = True
        real(self, entries)

    monkeypatch.setattr(LiveLog, "committed", at_once)
    with pytest.raises(AssertionError, match="repeats"):
        await test_subscribe.test_a_line_between_the_reading_and_going_live_is_shown_once(here, monkeypatch)


# -- the outbox: what must follow stands in the transaction of its cause


@one_database
async def test_a_job_written_before_its_cause_is_caught(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job in a transaction of its own stays where its cause is undone (FAULTS 129)."""
    database = house.database.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def alone(self: Context, name: str, args: Mapping[str, Any], *, due_at: datetime | None = None) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            row = (new_id(), name, Json(dict(args)), due_at or self.now, self.now)
            connection.execute("INSERT INTO job (id, name, args, due_at, created_at, attempts) VALUES (%s, %s, %s, %s, %s, 0)", row)

    monkeypatch.setattr(Context, "enqueue", alone)
    with pytest.raises(AssertionError):
        await test_jobs.test_a_job_falls_with_its_cause(house)


@one_database
async def test_a_job_written_after_its_cause_is_caught(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that is only remembered until its cause is committed is lost with the process (FAULTS 129)."""
    real_enqueue, real_release = Context.enqueue, Context.release
    remembered: list[tuple[str, Mapping[str, Any]]] = []

    async def then_written(self: Context) -> None:
        await real_release(self)
        async with self.house.database.write() as db:
            later = Context(self.house, db, self.now)
            while remembered:
                real_enqueue(later, *remembered.pop())
            await db.commit()

    monkeypatch.setattr(Context, "enqueue", lambda self, name, args, due_at=None: remembered.append((name, args)))
    monkeypatch.setattr(Context, "release", then_written)
    await test_jobs.test_a_job_runs_once_and_is_done(house)  # where nothing happens in between, it goes well
    with pytest.raises(AssertionError):
        await test_jobs.test_a_job_is_there_though_its_process_ends_right_after_the_commit(house, monkeypatch)


@one_database
async def test_a_raise_committed_before_its_cause_is_caught(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An escalation in a transaction of its own stays where its cause is undone (FAULTS 129)."""

    async def alone(ctx: Context, escalation: Escalation, cause: Cause) -> None:
        await ctx.db.commit()
        await begin_turn(ctx, escalation, cause)

    monkeypatch.setattr("beside.escalations.open.begin_turn", alone)
    scene = await make_scene(house)
    with pytest.raises(AssertionError):
        await test_raise.test_if_its_cause_is_undone_nothing_of_it_stays(scene)


@one_database
async def test_a_raise_whose_step_is_only_told_is_caught(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An escalation that wakes the worker and writes no step is lost with that worker: its test sees it, and so does the oracle (FAULTS 129)."""

    async def told(ctx: Context, escalation: Escalation) -> None:
        escalation.next_step_at = None
        ctx.wake()

    monkeypatch.setattr("beside.escalations.open.rearm", told)
    scene = await make_scene(house)
    with pytest.raises(AssertionError):
        await test_raise.test_one_commit_holds_everything(scene)
    assert any("stands still" in complaint for complaint in await complaints(house, []))


# -- where a socket comes from


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None, "PREFIX.evil.example"])
async def test_an_origin_that_nobody_checks_is_caught(here: Here, monkeypatch: pytest.MonkeyPatch, origin: str | None) -> None:
    """A socket that any site may open; what is so of the doors is shown beside their own tests (FAULTS 129)."""
    monkeypatch.setattr("beside.gateway.endpoint.is_our_socket", lambda headers, origins: True)
    with pytest.raises(AssertionError):
        await test_frames.test_a_socket_from_another_site_is_denied_before_it_opens(here, origin)


async def test_an_origin_compared_by_its_beginning_is_caught(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site whose name begins like ours (FAULTS 129)."""
    monkeypatch.setattr("beside.gateway.endpoint.is_our_socket", lambda headers, origins: headers.get("origin", "").startswith(tuple(origins)))
    with pytest.raises(AssertionError):
        await test_frames.test_a_socket_from_another_site_is_denied_before_it_opens(here, "PREFIX.evil.example")


# -- who may no longer be here

Promise = Callable[[Pair], Any]


class _Nothing:
    """No signal is one of these."""


@pytest.mark.parametrize(
    "promise",
    [
        test_revoked.test_a_ban_closes_every_socket_on_both_nodes,
        test_revoked.test_signing_out_closes_the_sockets_of_that_session_only,
        test_revoked.test_a_password_change_closes_the_other_devices_only,
        test_revoked.test_who_loses_their_only_role_is_signed_out_everywhere,
    ],
)
async def test_a_revocation_that_no_node_hears_is_caught(two: Pair, monkeypatch: pytest.MonkeyPatch, promise: Promise) -> None:
    """The signal is sent and nobody acts on it: each test of a revocation waits for a close that does not come (FAULTS 129)."""
    monkeypatch.setattr(test_revoked, "FOUND_S", LONG_ENOUGH_S)
    monkeypatch.setattr("beside.gateway.roster.Revoked", _Nothing)
    with pytest.raises(TimeoutError, match="every one of their sockets closed"):
        await promise(two)


async def test_words_of_an_ended_session_that_are_taken_are_caught(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A send that does not ask whether its session has ended (FAULTS 129)."""
    real = send._is_new
    monkeypatch.setattr(send, "_is_new", lambda ctx, held, standing, *rest: real(ctx, held, standing._replace(ended_at=None), *rest))
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        await test_revoked.test_no_frame_of_an_ended_session_is_accepted_before_its_socket_closes(here, monkeypatch)


async def test_a_left_follower_who_is_still_told_is_caught(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving ends no following: the next line still goes to whoever left (FAULTS 129)."""
    monkeypatch.setattr(Roster, "_gone", _nobody_goes)
    with pytest.raises(AssertionError):
        await test_subscribe.test_whoever_leaves_gets_nothing_more_from_that_moment(here)


def _nobody_goes(roster: Roster, conversation: UUID) -> Callable[[UUID, int], None]:
    return lambda account, left_seq: None
