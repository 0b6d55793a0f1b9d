"""The state of an escalation, as a table over its facts."""

from datetime import UTC, datetime, timedelta

import pytest

from beside.escalations.states import Facts, is_undelivered, rises, state_of, undelivered_from
from beside.protocol.shapes import EscalationState

AT = datetime(2026, 3, 2, 21, 34, tzinfo=UTC)

STATES = [
    (EscalationState.raised, {}),
    (EscalationState.notifying, {"paged": True}),
    (EscalationState.delivered, {"paged": True, "delivered": 1}),
    (EscalationState.exhausted, {"paged": True, "delivered": 1, "went_round": True}),
    (EscalationState.exhausted, {"has_channels": False}),
    (EscalationState.acknowledged, {"paged": True, "acknowledged": True}),
    (EscalationState.acknowledged, {"went_round": True, "acknowledged": True}),
    (EscalationState.in_progress, {"acknowledged": True, "started": True}),
    (EscalationState.resolved, {"acknowledged": True, "started": True, "resolved": True}),
    (EscalationState.cancelled, {"paged": True, "cancelled": True}),
]


@pytest.mark.parametrize(("expected", "facts"), STATES)
def test_a_state_is_what_its_facts_amount_to(expected: EscalationState, facts: dict[str, bool]) -> None:
    """No column holds the state, so none can disagree with what happened."""
    assert expected is state_of(Facts("critical", AT, **facts))


TOLD = [
    ("critical", 34, {}, False),
    ("critical", 35, {}, True),
    ("high", 35, {"paged": True}, True),
    ("concern", 35, {}, False),
    ("concern", 600, {}, True),
    ("critical", 0, {"has_channels": False}, True),
    ("critical", 35, {"delivered": 1}, False),
    ("critical", 35, {"acknowledged": True}, False),
    ("critical", 35, {"cancelled": True}, False),
]


@pytest.mark.parametrize(("severity", "seconds", "facts", "expected"), TOLD)
def test_the_peer_is_told_when_nobody_was_reached(severity: str, seconds: int, facts: dict[str, bool], expected: bool) -> None:
    """35 s without a delivery, at once where there is nobody to reach: the peer is told, and never once somebody was (FAULTS 100)."""
    assert expected == is_undelivered(Facts(severity, AT, **facts), AT + timedelta(seconds=seconds))


FROM = [("critical", {}, 35), ("high", {}, 35), ("concern", {}, 600), ("high", {"has_channels": False}, 0), ("critical", {"delivered": 1}, None)]


@pytest.mark.parametrize(("severity", "facts", "seconds"), FROM)
def test_the_page_is_told_beforehand_from_when(severity: str, facts: dict[str, bool], seconds: int | None) -> None:
    """The time from which nobody was reached is known as soon as it is raised, so that a page out of touch can say it by itself (FAULTS 100)."""
    assert (None if seconds is None else AT + timedelta(seconds=seconds)) == undelivered_from(Facts(severity, AT, **facts))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [("concern", "high", True), ("high", "critical", True), ("high", "high", False), ("critical", "concern", False), ("high", "concern", False)],
)
def test_urgency_only_rises(old: str, new: str, expected: bool) -> None:
    """A further raise counts where it is more urgent, and never lowers what stands (FAULTS 98)."""
    assert expected == rises(old, new)
