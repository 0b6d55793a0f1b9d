"""Open a conversation: a one-to-one when two people meet, a group or a lounge when a coordinator makes one."""

from uuid import UUID

from beside.conversations.about import About, seal_about
from beside.conversations.join import join
from beside.conversations.log import notice
from beside.conversations.tables import Conversation
from beside.kit.context import Context
from beside.kit.ids import new_id
from beside.protocol.events import NoticeKind
from beside.protocol.shapes import ConversationKind, Place


async def open_one_to_one(ctx: Context, hub: UUID, member: UUID, peer: UUID) -> Conversation:
    """A new one-to-one between a member and a peer."""
    conversation = await _new(ctx, hub, ConversationKind.one_to_one, About(), keeps_history=True)
    await join(ctx, conversation, member, Place.member)
    await join(ctx, conversation, peer, Place.peer)
    await notice(ctx, conversation, NoticeKind.peer_connected)
    return conversation


async def open_room(ctx: Context, hub: UUID, kind: ConversationKind, about: About, *, keeps_history: bool, leads: list[UUID]) -> Conversation:
    """A group, or a lounge. The first of `leads` leads, the others co-lead."""
    conversation = await _new(ctx, hub, kind, about, keeps_history=keeps_history)
    for account in leads:
        await join(ctx, conversation, account, Place.lead if account == leads[0] else Place.co_lead, agreements=conversation.agreements_version)
    return conversation


async def _new(ctx: Context, hub: UUID, kind: ConversationKind, about: About, *, keeps_history: bool) -> Conversation:
    key = ctx.house.keyring.new_data_key()
    conversation_id = new_id()
    conversation = Conversation(
        id=conversation_id,
        hub_id=hub,
        kind=kind,
        sealed_about=seal_about(ctx.house.keyring, key, conversation_id, about),
        agreements_version=1 if about.agreements else 0,
        keeps_history=keeps_history,
        key_version=key.version,
        wrapped_key=key.wrapped,
        opened_at=ctx.now,
    )
    ctx.db.add(conversation)
    await ctx.db.flush()
    return conversation
