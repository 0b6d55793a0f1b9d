"""A far end for each kind of channel, all of one face: how the contract suite looks at what a transport sent, and lets it go wrong."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from beside.escalations.transports.pagerduty.transport import EVENTS_URL
from beside.escalations.transports.shapes import Target
from beside.kit.mail import relay_of
from beside.protocol.shapes import ChannelKind
from tests.escalations.scene import SECRET, Scene
from tests.rig.receiver import OnCallReceiver, Reply
from tests.rig.relay import MailRelay, Says

ROUTING_KEY = "R0" + "k" * 30
SIGNING = "provider-signing-secret"
ACCEPTED = {ChannelKind.webhook: Reply(200), ChannelKind.pagerduty: Reply(202), ChannelKind.alertmanager: Reply(200)}
MAILBOX = "mailto:on-call@clinic.test"
assert EVENTS_URL.startswith("https://")


@dataclass
class Provider:
    """`http` or `mail`, by kind."""

    kind: ChannelKind
    http: OnCallReceiver | None = None
    mail: MailRelay | None = None

    @property
    def target(self) -> Target:
        if self.http is None:
            return Target(MAILBOX, [])
        secrets = {ChannelKind.webhook: [SECRET], ChannelKind.pagerduty: [ROUTING_KEY]}.get(self.kind, [])
        return Target(self.http.url, secrets, [SIGNING] if self.kind is ChannelKind.pagerduty else [])

    def goes(self, reply: Reply, *, always: bool = False) -> None:
        """The next answer (or every one) is this; a relay says it in SMTP, after it has the letter."""
        if self.http is not None and always:
            self.http.always = reply
        elif self.http is not None:
            self.http.replies.append(reply)
        elif self.mail is not None:
            says = Says(f"{reply.status} scripted", ".", reply.delay_s, reply.drip_s, reply.hang, reply.reset)
            if always:
                self.mail.always = says
            else:
                self.mail.says.append(says)

    @property
    def count(self) -> int:
        return len(self.http.received) if self.http else len(self.mail.taken) if self.mail else 0

    @property
    def bodies(self) -> list[bytes]:
        """What crossed, with its headers in front where they are ours."""
        if self.http is not None:
            return [one.body for one in self.http.received]
        return [one.raw for one in self.mail.taken] if self.mail else []

    @property
    def everything(self) -> str:
        heads = [str(one.headers) for one in self.http.received] if self.http else [one.to for one in self.mail.taken] if self.mail else []
        return " ".join([*heads, *(body.decode() for body in self.bodies)])

    @property
    def names(self) -> list[Any]:
        """What the far end tells repeats by."""
        match self.kind:
            case ChannelKind.webhook:
                return [one.id for one in self.http.received] if self.http else []
            case ChannelKind.pagerduty:
                return [json.loads(body)["dedup_key"] for body in self.bodies]
            case ChannelKind.alertmanager:
                return [json.dumps(json.loads(body)[0]["labels"], sort_keys=True) for body in self.bodies]
            case ChannelKind.email:
                return [one.letter["Message-ID"] for one in self.mail.taken] if self.mail else []

    def reach(self, scene: Scene) -> None:
        """The house may send here from now on."""
        scene.house.private_hosts = [f"127.0.0.1:{self.http.port}"] if self.http else []
        scene.house.relay = relay_of(self.mail.url(), "beside@beside.test") if self.mail else None
        scene.rehouse()


@asynccontextmanager
async def provider_of(kind: ChannelKind) -> AsyncIterator[Provider]:
    """Takes everything in, unless told otherwise."""
    if kind is ChannelKind.email:
        async with MailRelay() as mail:
            yield Provider(kind, mail=mail)
        return
    async with OnCallReceiver(SECRET) as http:
        http.always = ACCEPTED[kind]
        yield Provider(kind, http=http)
