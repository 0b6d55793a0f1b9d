"""PagerDuty's Events API v2. 202 means that they have it: delivered, and not an answer. What happens here is told to them."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from beside.escalations.transports.pagerduty.call import read_call
from beside.escalations.transports.places import require_url
from beside.escalations.transports.shapes import Act, Message, Post, Target, Transport, json_of
from beside.kit.errors import BadInput
from beside.protocol.shapes import ChannelKind, Severity

EVENTS_URL = "https://events.pagerduty.com/v2/enqueue"  # accounts of their European service have another, which the coordinator enters
SEVERITIES = {Severity.critical: "critical", Severity.high: "error", Severity.concern: "warning"}
ACTIONS = {Act.acknowledged: "acknowledge", Act.resolved: "resolve"}
SUMMARIES = {
    Act.page: "Beside: somebody is asked for. Open the link.",
    Act.reminder: "Beside: you have this, and nothing has followed yet. Open the link.",
    Act.test: "Beside: a test. Nobody is waiting.",
    Act.rota: "Beside: the rota lacks somebody. Open the link.",
    Act.desk: "Beside: people wait, and nobody is at the desk. Open the link.",
}
_ROUTING_KEY = re.compile(r"[A-Za-z0-9]{32}")


def request_of(message: Message, target: Target, now: datetime) -> Post:
    """One event. The routing key goes in the body, as they ask; the newest one."""
    event: dict[str, Any] = {
        "routing_key": target.secrets[0],
        "event_action": ACTIONS.get(message.act, "trigger"),
        "dedup_key": message.incident,
    }
    if message.act not in ACTIONS:
        event["payload"] = {
            "summary": SUMMARIES[message.act],
            "source": "beside",
            "severity": "info" if message.act is Act.test else SEVERITIES[message.severity],
            "timestamp": message.at,
            "custom_details": {
                "id": message.id,
                "escalation": message.escalation,
                "hub": message.hub,
                "rung": message.rung,
                "raised_at": message.raised_at,
                "respond_by": message.respond_by,
            },
        }
        event["links"] = [{"href": message.url, "text": "Open"}]
    return Post(target.url, json_of(event), {"content-type": "application/json"})


def target_of(address: str, secrets: Sequence[str], callback_secrets: Sequence[str], allowed: Collection[str]) -> Target:
    """`secrets` is the integration's routing key; `callback_secrets` what their webhook subscription showed once, if there is one."""
    if not secrets or not all(_ROUTING_KEY.fullmatch(key) for key in secrets):
        raise BadInput("not_usable", field="secret")
    return Target(require_url(address or EVENTS_URL, allowed), list(secrets), list(callback_secrets))


TRANSPORT = Transport(ChannelKind.pagerduty, request_of, target_of, tells=frozenset({Act.acknowledged, Act.resolved}), read_call=read_call)
