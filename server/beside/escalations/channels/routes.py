"""The HTTP doors of channels and of what was sent by them, for coordinators; and the one where a provider says that somebody took a call."""

from uuid import UUID

from beside.accounts.permissions import Permission, require
from beside.escalations.by_call import take_by_call
from beside.escalations.channels.access import require_channel
from beside.escalations.channels.change import change_channel
from beside.escalations.channels.exchange import begin_exchange, end_exchange
from beside.escalations.channels.listing import CALLBACK_PATH, channel_shown, channels_of
from beside.escalations.channels.make import make_channel
from beside.escalations.channels.retire import retire_channel
from beside.escalations.channels.try_out import try_channel
from beside.escalations.deliveries import STATES, deliveries_of
from beside.escalations.send_again import send_again
from beside.kit.context import command, query
from beside.kit.errors import BadInput, NotAllowed
from beside.kit.web import Door, Visit
from beside.protocol.channel_snapshots import ChannelMade, Channels, ChannelShown, ChannelTried, Deliveries, DeliveryShown
from beside.protocol.requests import ChangeChannel, ExchangeSecret, MakeChannel, SendAgain
from beside.protocol.snapshots import Fine


async def get_channels(visit: Visit) -> Channels:
    """The ways to reach people on call, with who is reached by each and how the last try went."""
    async with query(visit.house, visit.me) as ctx:
        return await channels_of(ctx, require(ctx, Permission.channel_keep).hub)


async def post_channel(visit: Visit) -> ChannelMade:
    """Set up a way to reach somebody. A secret that we make is shown this once. It reaches nobody until a rung of the list names it."""
    asked = visit.body(MakeChannel)
    async with command(visit.house, visit.me) as ctx:
        channel, secret = await make_channel(ctx, asked)
        return ChannelMade(channel=await channel_shown(ctx, channel), secret=secret)


async def put_channel(visit: Visit) -> ChannelShown:
    """What it is called, and whose it is. Its address does not change: make another, and retire this one."""
    asked = visit.body(ChangeChannel)
    async with command(visit.house, visit.me) as ctx:
        channel = await require_channel(ctx, visit.id("channel"), to_change=True)
        await change_channel(ctx, channel, asked)
        return await channel_shown(ctx, channel)


async def post_exchange(visit: Visit) -> ChannelMade:
    """Begin to exchange its secret: both sign until you end it, so that nothing is refused in between. The new one is shown this once."""
    asked = visit.body(ExchangeSecret)
    async with command(visit.house, visit.me) as ctx:
        channel = await require_channel(ctx, visit.id("channel"), to_change=True)
        secret = await begin_exchange(ctx, channel, asked)
        return ChannelMade(channel=await channel_shown(ctx, channel), secret=secret)


async def post_exchanged(visit: Visit) -> ChannelShown:
    """End the old secret: the receiver knows the new one by now."""
    async with command(visit.house, visit.me) as ctx:
        channel = await require_channel(ctx, visit.id("channel"), to_change=True)
        await end_exchange(ctx, channel)
        return await channel_shown(ctx, channel)


async def delete_channel(visit: Visit) -> Channels:
    """Use it no more. Refused while the list of who is called names it, or a call that is open may still use it."""
    async with command(visit.house, visit.me) as ctx:
        channel = await require_channel(ctx, visit.id("channel"), to_change=True)
        await retire_channel(ctx, channel)
        return await channels_of(ctx, channel.hub_id)


async def post_test(visit: Visit) -> ChannelTried:
    """Send a real message by it that says it is a test, and hear how that went. It takes up to ten seconds."""
    outcome = await try_channel(visit.house, visit.me, visit.id("channel"))
    return ChannelTried(status=outcome.status, milliseconds=outcome.milliseconds, reason=outcome.reason)


async def get_deliveries(visit: Visit) -> Deliveries:
    """What was sent to whoever is on call, the newest first: 50 at a time, `older_than` the last one seen; of one `escalation`, of one `state`."""
    state = visit.request.query_params.get("state")
    if state is not None and state not in STATES:
        raise BadInput("not_usable", field="state")
    escalation, older_than = _uuid(visit, "escalation"), _uuid(visit, "older_than")
    async with query(visit.house, visit.me) as ctx:
        hub = require(ctx, Permission.delivery_see).hub
        return await deliveries_of(ctx, hub, escalation=escalation, state=state, older_than=older_than)


async def post_again(visit: Visit) -> DeliveryShown:
    """Try one message once more, now, under the same id. Refused once the call is closed."""
    asked = visit.body(SendAgain)
    return await send_again(visit.house, visit.me, visit.id("delivery"), asked.client_id)


async def post_call(visit: Visit) -> Fine:
    """A provider says that somebody took a call there. Not for browsers.

    Of a webhook: Standard Webhooks headers with the channel's secret, and `{"type": "escalation.acknowledged", "data": {"escalation": "…", "by": "…"}}`;
    `by` may be left out, or name the account of a clinician. Of PagerDuty: a webhook v3 with `X-PagerDuty-Signature`. At most five minutes old; the
    same again changes nothing.
    """
    channel = _id_or_refused(visit)
    async with command(visit.house) as ctx:
        await take_by_call(ctx, channel, visit.request.headers, visit.raw)
    return Fine()


def _id_or_refused(visit: Visit) -> UUID:
    try:
        return UUID(visit.request.path_params["channel"])
    except ValueError:
        raise NotAllowed("unsigned") from None


def _uuid(visit: Visit, name: str) -> UUID | None:
    text = visit.request.query_params.get(name)
    try:
        return UUID(text) if text else None
    except ValueError:
        raise BadInput("not_usable", field=name) from None


doors: list[Door] = [
    Door("GET", "/api/channels", get_channels, answer=Channels, who="staff"),
    Door("POST", "/api/channels", post_channel, body=MakeChannel, answer=ChannelMade, who="staff", status=201),
    Door("PUT", "/api/channels/{channel}", put_channel, body=ChangeChannel, answer=ChannelShown, who="staff"),
    Door("DELETE", "/api/channels/{channel}", delete_channel, answer=Channels, who="staff"),
    Door("POST", "/api/channels/{channel}/exchange", post_exchange, body=ExchangeSecret, answer=ChannelMade, who="staff"),
    Door("POST", "/api/channels/{channel}/exchange/end", post_exchanged, answer=ChannelShown, who="staff"),
    Door("POST", "/api/channels/{channel}/test", post_test, answer=ChannelTried, who="staff", tries="channel_test"),
    Door("GET", "/api/deliveries", get_deliveries, answer=Deliveries, who="staff", query=("older_than", "escalation", "state")),
    Door("POST", "/api/deliveries/{delivery}/again", post_again, body=SendAgain, answer=DeliveryShown, who="staff", tries="send_again"),
    Door("POST", CALLBACK_PATH + "{channel}", post_call, who="signed", tries="callback"),
]
