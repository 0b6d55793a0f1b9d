"""Make one request of a transport, whichever way it goes out, and read the answer. The only two ways out are the egress guard and the operator's relay."""

import ssl
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from beside.escalations.transports.shapes import Letter, Post, reason_of
from beside.kit.egress import Answer, Timeouts, Undelivered, post
from beside.kit.mail import Relay, hand_over, letter_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reason` null: taken in (2xx). `wait`: the receiver asked for that much rest."""

    status: int | None
    milliseconds: int | None
    reason: str | None
    wait: timedelta | None = None


async def carry(
    request: Post | Letter,
    *,
    timeouts: Timeouts,
    wait_at_most: timedelta,
    now: datetime,
    allowed: Collection[str] = (),
    relay: Relay | None = None,
    trust: ssl.SSLContext | None = None,
) -> Outcome:
    """One attempt. `allowed` as in `kit.egress.post`; `wait_at_most` bounds the rest that a receiver may ask for."""
    try:
        if isinstance(request, Letter):
            return await _by_mail(request, timeouts, now, relay, trust)
        answer = await post(request.url, request.body, request.headers, timeouts=timeouts, allowed=allowed, ssl_context=trust)
    except Undelivered as failure:
        return Outcome(failure.status, failure.milliseconds, failure.reason)
    return Outcome(answer.status, answer.milliseconds, reason_of(answer.status), _wait(answer, wait_at_most))


async def _by_mail(letter: Letter, timeouts: Timeouts, now: datetime, relay: Relay | None, trust: ssl.SSLContext | None) -> Outcome:
    if relay is None:
        return Outcome(None, None, "no_relay")
    raw = letter_of(relay.sender, letter.to, letter.subject, letter.text, id=letter.id, at=now, urgent=letter.urgent)
    handed = await hand_over(relay, letter.to, raw, timeouts=timeouts, trust=trust)
    return Outcome(handed.status, handed.milliseconds, reason_of(handed.status))


def _wait(answer: Answer, at_most: timedelta) -> timedelta | None:
    """The receiver's `Retry-After` in seconds, as far as this severity can wait."""
    asked = answer.headers.get("retry-after", "")
    if answer.status not in (429, 503) or not (asked.isascii() and asked.isdigit() and len(asked) <= 9):
        return None
    return min(timedelta(seconds=int(asked)), at_most)
