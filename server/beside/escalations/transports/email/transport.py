"""A letter with a link and nothing else. Accepted by the relay is delivered; whether anybody reads it, only an acknowledgement says."""

from collections.abc import Collection, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from beside.escalations.transports.places import MAILTO, require_mailbox
from beside.escalations.transports.shapes import Act, Letter, Message, Target, Transport
from beside.protocol.shapes import ChannelKind, Severity

SUBJECTS = {
    Act.page: "Beside, on call: {severity}",
    Act.reminder: "Beside, on call: {severity}, a reminder",
    Act.test: "Beside, on call: a test, nobody is waiting",
    Act.rota: "Beside, on call: the rota lacks somebody",
    Act.desk: "Beside: people wait, and nobody is at the desk",
}


def request_of(message: Message, target: Target, now: datetime) -> Letter:
    """The same `Message-ID` at each attempt, so that a mailbox can fold repeats into one."""
    if not target.url.startswith(MAILTO):
        raise ValueError("not a mailbox")
    return Letter(
        to=target.url.removeprefix(MAILTO),
        subject=SUBJECTS[message.act].format(severity=message.severity.value),
        text=message.url + "\n",
        id=f"<{message.id}@{urlsplit(message.url).hostname}>",
        urgent=message.act is not Act.test and message.severity is Severity.critical,
    )


def target_of(address: str, secrets: Sequence[str], callback_secrets: Sequence[str], allowed: Collection[str]) -> Target:
    """A mailbox needs no secret: the relay has its own."""
    return Target(require_mailbox(address), [])


TRANSPORT = Transport(ChannelKind.email, request_of, target_of)
