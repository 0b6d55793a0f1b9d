"""Every kind of receiver there is. A new one is a folder beside this file and a line here; the contract suite then runs on it."""

from beside.escalations.transports.alertmanager.transport import TRANSPORT as ALERTMANAGER
from beside.escalations.transports.email.transport import TRANSPORT as EMAIL
from beside.escalations.transports.pagerduty.transport import TRANSPORT as PAGERDUTY
from beside.escalations.transports.shapes import Transport
from beside.escalations.transports.webhook.transport import TRANSPORT as WEBHOOK
from beside.protocol.shapes import ChannelKind

TRANSPORTS: dict[ChannelKind, Transport] = {one.kind: one for one in (WEBHOOK, PAGERDUTY, ALERTMANAGER, EMAIL)}


def transport_of(kind: str) -> Transport:
    """Raises `ValueError` for a kind that this version does not know."""
    return TRANSPORTS[ChannelKind(kind)]
