"""What a signed link shows, as one small page without script: looking changes nothing, one button takes it."""

from dataclasses import dataclass
from html import escape

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
    button: str | None = None
    more: tuple[str, str] | None = None


def page_of(seen: Seen) -> Said:
    """How things stand, for whoever holds the link."""
    escalation = seen.escalation
    title = SEVERITIES[escalation.severity.value]
    raised = f"Raised at {escalation.raised_at:%H:%M} UTC on {escalation.raised_at:%A, %-d %B}."
    onward = (f"/on-call#/e/{escalation.id}", "Sign in to read what the peer thinks")
    if escalation.closed_at:
        return Said("This has been closed.", [raised, "Nothing more is needed of you here."])
    if seen.taken_by_this:
        return Said("You have this. The peer has been told.", [title, raised], more=onward)
    if seen.taken_by:
        return Said(f"{seen.taken_by} has this.", [title, raised, "You can put your phone down, unless they hand it back."])
    if seen.used_up:
        return Said("This link was used already.", [REFUSED], more=("/on-call", "Sign in"))
    return Said(title, [raised, "Nobody has taken it yet. If nobody does, the next person is called."], button="I’m taking this", more=onward)


def refused_page() -> Said:
    """The same words for a link that is forged, changed, of another place or out of time."""
    return Said("We can’t open this.", [REFUSED], more=("/on-call", "Sign in"))


def to_html(said: Said) -> str:
    """The page. A form without an action posts to where it came from."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in said.lines)
    button = f'<form method="post"><button>{escape(said.button)}</button></form>' if said.button else ""
    more = f'<p class="more"><a href="{escape(said.more[0])}">{escape(said.more[1])}</a></p>' if said.more else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>Beside, on call</title><link rel="stylesheet" href="{STYLE_PATH}"></head>'
        f"<body><main><p class=house>Beside, on call</p><h1>{escape(said.title)}</h1>{lines}{button}{more}</main></body></html>"
    )
