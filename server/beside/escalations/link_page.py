"""What a signed link shows, as one small page without script: looking changes nothing, one button takes it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from beside.escalations.by_link import Seen

STYLE_PATH = "/on-call/link.css"

SEVERITIES = {
    "critical": "Critical. A peer needs you with someone now.",
    "high": "High. A peer needs you with someone soon.",
    "concern": "A concern. A peer would like you to think along.",
}
REFUSED = "This link was used already, or it has run out. Open the newest message, or sign in to see what is open."


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one page. `button` is null where there is nothing to press."""

    title: str
    lines: list[str]
    severity: str | None = None
    button: str | None = None
    more: tuple[str, str] | None = None


def page_of(seen: Seen) -> Said:
    """How things stand, for whoever holds the link."""
    escalation = seen.escalation
    title = SEVERITIES[escalation.severity.value]
    raised = f"Raised {_ago(seen.now - escalation.raised_at)}, at {_at(escalation.raised_at, seen.zone)}."
    onward = (f"/on-call#/e/{escalation.id}", "Sign in to read what the peer thinks")
    if escalation.closed_at:
        return Said("This has been closed.", [raised, "Nothing more is needed of you here."])
    if seen.taken_by_this:
        return Said("You have this. The peer has been told.", [title, raised], more=onward)
    if seen.taken_by:
        return Said(f"{seen.taken_by} has this.", [title, raised, "You can put your phone down, unless they hand it back."])
    if seen.used_up:
        return Said("This link was used already.", [REFUSED], more=("/on-call", "Sign in"))
    lines = [raised, "Nobody has taken it yet. If nobody does, the next person is called."]
    return Said(title, lines, severity=escalation.severity.value, button="I’m taking this", more=onward)


def refused_page() -> Said:
    """The same words for a link that is forged, changed, of another place or out of time."""
    return Said("We can’t open this.", [REFUSED], more=("/on-call", "Sign in"))


def _at(moment: datetime, zone: str) -> str:
    """In the hub's own time, which is said: somebody on call may be elsewhere."""
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M on %A, %-d %B}, {place if place == 'UTC' else place + ' time'}"


def _ago(passed: timedelta) -> str:
    minutes = int(passed / timedelta(minutes=1))
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return "a minute ago" if minutes == 1 else f"{minutes} minutes ago"
    return f"{minutes // 60} hours ago"


def to_html(said: Said) -> str:
    """The page. A form without an action posts to where it came from."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in said.lines)
    button = f'<form method="post"><button>{escape(said.button)}</button></form>' if said.button else ""
    more = f'<p class="more"><a href="{escape(said.more[0])}">{escape(said.more[1])}</a></p>' if said.more else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>Beside, on call</title><link rel="stylesheet" href="{STYLE_PATH}"></head>'
        f"<body><main><p class=house>Beside, on call</p><h1>{_title(said)}</h1>{lines}{button}{more}</main></body></html>"
    )


def _title(said: Said) -> str:
    """How urgent it is stands out as a word, in a colour as well."""
    if not said.severity:
        return escape(said.title)
    first, rest = said.title.split(". ", 1)
    return f'<em class="{said.severity}">{escape(first)}.</em> {escape(rest)}'
