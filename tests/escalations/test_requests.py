"""What each transport makes of a message: pure, in the far end's own words, and thin."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from beside.escalations.transports.incidents import incident_of, read_incident
from beside.escalations.transports.registry import TRANSPORTS
from beside.escalations.transports.shapes import BODY_BYTES, Act, Letter, Message, Post, Target
from beside.protocol.shapes import ChannelKind, Severity
from tests.escalations.providers import MAILBOX, ROUTING_KEY
from tests.escalations.scene import SECRET

KINDS = list(ChannelKind)
NOW = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
TARGETS = {
    ChannelKind.webhook: Target("https://pager.test/", [SECRET, SECRET]),
    ChannelKind.pagerduty: Target("https://pager.test/", [ROUTING_KEY]),
    ChannelKind.alertmanager: Target("https://pager.test/api/v2/alerts", []),
    ChannelKind.email: Target(MAILBOX, []),
}


def message(act: Act, severity: Severity = Severity.critical) -> Message:
    """With the longest of everything."""
    escalation = UUID(int=2**128 - 1)
    return Message(
        act, "reminder_" + "f" * 48, incident_of(escalation, 999_999_999, reminder=True), escalation, escalation, severity, 99, NOW, NOW, NOW,
        "https://a-rather-long-name-for-a-service.of-some-hospital.example.org/on-call/link/" + "x" * 70,
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_what_is_sent_is_a_pure_function_of_what_is_said(kind: ChannelKind) -> None:
    """The same message at the same time is the same request, for every act and severity it is used for, and always under a kilobyte (FAULTS 104)."""
    transport = TRANSPORTS[kind]
    for act in {Act.page, Act.reminder, Act.test, Act.rota, Act.desk} | transport.tells:
        for severity in Severity:
            request = transport.request_of(message(act, severity), TARGETS[kind], NOW)
            assert request == transport.request_of(message(act, severity), TARGETS[kind], NOW)
            assert isinstance(request, Letter if kind is ChannelKind.email else Post)
            assert len(request.body if isinstance(request, Post) else request.text) < BODY_BYTES


def test_pagerduty_is_told_in_its_own_words() -> None:
    """`routing_key`, `event_action`, `dedup_key` and one of its severities, as their Events API v2 asks."""
    request_of = TRANSPORTS[ChannelKind.pagerduty].request_of
    said = []
    for act, severity in ((Act.page, Severity.critical), (Act.page, Severity.high), (Act.page, Severity.concern), (Act.acknowledged, Severity.high)):
        request = request_of(message(act, severity), TARGETS[ChannelKind.pagerduty], NOW)
        assert isinstance(request, Post)
        event = json.loads(request.body)
        said.append((event["routing_key"], event["event_action"], event.get("payload", {}).get("severity")))
    assert [(ROUTING_KEY, "trigger", word) for word in ("critical", "error", "warning")] + [(ROUTING_KEY, "acknowledge", None)] == said


def test_an_alert_fires_until_it_is_over() -> None:
    """Alertmanager ends by itself what has no end: ours ends a day later, or when it is over here, under the same labels."""
    ends = []
    labels = set()
    for act in (Act.page, Act.resolved):
        request = TRANSPORTS[ChannelKind.alertmanager].request_of(message(act), TARGETS[ChannelKind.alertmanager], NOW)
        assert isinstance(request, Post)
        (alert,) = json.loads(request.body)
        ends.append(datetime.fromisoformat(alert["endsAt"]))
        labels.add(json.dumps(alert["labels"], sort_keys=True))
    assert [NOW + timedelta(hours=24), NOW] == ends
    assert 1 == len(labels)


def test_the_name_of_an_incident_is_read_again() -> None:
    """What a provider gives back leads to the escalation and the climb; anything else leads nowhere."""
    escalation = UUID(int=7)
    assert [(escalation, 3), (escalation, 3)] == [read_incident(incident_of(escalation, 3, reminder=reminder)) for reminder in (False, True)]
    assert [None] * 4 == [read_incident(name) for name in ("", "beside-7-1", incident_of(escalation, 1) + "x", f"other-{escalation.hex}-1")]
