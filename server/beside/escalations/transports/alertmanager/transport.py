"""Alertmanager's API v2. An alert is its labels: ids and severity only. It has no acknowledgement; when it is over here, it ends there."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from beside.escalations.transports.places import require_url
from beside.escalations.transports.shapes import Act, Message, Post, Target, Transport, json_of
from beside.protocol.shapes import ChannelKind

ALERTS_PATH = "/api/v2/alerts"
# Without an end, an alert that is not sent again ends by itself after `resolve_timeout` (5 minutes by default): a silent alarm. So each has an end far off
FIRES_FOR = timedelta(hours=24)
TEST_FIRES_FOR = timedelta(minutes=5)
NAMES = {
    Act.page: "BesideEscalation",
    Act.resolved: "BesideEscalation",
    Act.reminder: "BesideReminder",
    Act.test: "BesideTest",
    Act.rota: "BesideRota",
    Act.desk: "BesideDesk",
}


def request_of(message: Message, target: Target, now: datetime) -> Post:
    """One alert; the same labels again are the same alert."""
    over = message.act is Act.resolved
    reminder = message.incident.endswith("-reminder")
    alert = {
        "labels": {
            "alertname": NAMES[Act.reminder if reminder else message.act],
            "incident": message.incident,
            "escalation": message.escalation,
            "hub": message.hub,
            "severity": message.severity,
            "rung": str(message.rung),
        },
        "annotations": {} if over else {"link": message.url},
        "startsAt": min(message.at, now),
        "endsAt": now if over else now + (TEST_FIRES_FOR if message.act is Act.test else FIRES_FOR),
        "generatorURL": message.url,
    }
    return Post(target.url, json_of([alert]), {"content-type": "application/json"})


def target_of(address: str, secrets: Sequence[str], callback_secrets: Sequence[str], allowed: Collection[str]) -> Target:
    """`address` is Alertmanager's own, with or without the path of its API."""
    return Target(require_url(address.strip().rstrip("/").removesuffix(ALERTS_PATH) + ALERTS_PATH, allowed), [])


TRANSPORT = Transport(ChannelKind.alertmanager, request_of, target_of, tells=frozenset({Act.resolved}))
