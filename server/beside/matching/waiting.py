"""Who waits and who is ready in one hub, read while the line is held, so that two peers never hold one person."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select

from beside.accounts.session_life import STAFF_IDLE, STAFF_LIFE
from beside.accounts.suspensions import suspended_now
from beside.accounts.tables import Session
from beside.conversations.tables import Conversation, Participant
from beside.hubs.tables import Hub
from beside.kit.context import Context
from beside.matching.line import InLine, Ready
from beside.matching.tables import PlaceInLine, Readiness
from beside.presence.on_shift import on_shift
from beside.protocol.shapes import ConversationKind, Place


async def hold_line(ctx: Context, hub: UUID) -> None:
    """From here to the commit nobody else changes this hub's line. First in a command: what was read before it may be stale."""
    await ctx.db.exec(select(Hub.id).where(Hub.id == hub).with_for_update(key_share=True))  # leaves foreign keys to the hub alone


async def waiting_in(ctx: Context, hub: UUID) -> list[PlaceInLine]:
    """The places of everybody who waits, in no order. Somebody who is suspended keeps theirs, and is not met meanwhile."""
    suspended = suspended_now(col(PlaceInLine.account_id), ctx.now)
    return list((await ctx.db.exec(select(PlaceInLine).where(PlaceInLine.hub_id == hub, col(PlaceInLine.left_at).is_(None), ~suspended))).all())


async def place_row(ctx: Context, account: UUID) -> PlaceInLine | None:
    """The place of somebody who waits."""
    return (await ctx.db.exec(select(PlaceInLine).where(PlaceInLine.account_id == account, col(PlaceInLine.left_at).is_(None)))).first()


async def ready_in(ctx: Context, hub: UUID, room: int) -> tuple[dict[UUID, Readiness], list[Ready], set[tuple[UUID, UUID]]]:
    """Peers who said that they are ready, are signed in, and have room: their rows, what the order is made of, and who is together already.

    `room`: open one-to-ones a peer may have. Closing the laptop without signing out ends it when the session runs out.
    """
    here = await on_shift(ctx.house, hub)
    suspended = suspended_now(col(Readiness.account_id), ctx.now)
    signed_in = exists().where(
        col(Session.account_id) == col(Readiness.account_id),
        col(Session.ended_at).is_(None),
        col(Session.created_at) > ctx.now - STAFF_LIFE,
        (col(Session.last_used_at) > ctx.now - STAFF_IDLE) | col(Session.account_id).in_(here),
    )
    rows = (await ctx.db.exec(select(Readiness).where(Readiness.hub_id == hub, col(Readiness.ended_at).is_(None), signed_in, ~suspended))).all()
    together = await together_with(ctx, [row.account_id for row in rows])
    free = [row for row in rows if sum(peer == row.account_id for _, peer in together) < room]
    return {row.account_id: row for row in free}, [Ready(row.account_id, row.since, row.account_id in here) for row in free], set(together)


async def readiness_of(ctx: Context, peer: UUID) -> Readiness | None:
    return (await ctx.db.exec(select(Readiness).where(Readiness.account_id == peer, col(Readiness.ended_at).is_(None)))).first()


async def together_with(ctx: Context, peers: Iterable[UUID]) -> dict[tuple[UUID, UUID], UUID]:
    """Who these peers are with now: (member, peer) -> the open one-to-one that both are in, oldest first."""
    member, peer = aliased(Participant), aliased(Participant)
    rows = await ctx.db.exec(
        select(member.account_id, peer.account_id, Conversation.id)
        .join(peer, col(peer.conversation_id) == col(Conversation.id))
        .join(member, col(member.conversation_id) == col(Conversation.id))
        .where(
            Conversation.kind == ConversationKind.one_to_one,
            col(Conversation.closed_at).is_(None),
            col(peer.account_id).in_(list(peers)),
            peer.place == Place.peer,
            col(peer.left_at).is_(None),
            member.place == Place.member,
            col(member.left_at).is_(None),
        )
        .order_by(col(Conversation.opened_at), col(Conversation.id))
    )
    return {(member_id, peer_id): conversation for member_id, peer_id, conversation in rows}


def in_line(row: PlaceInLine) -> InLine:
    return InLine(row.account_id, row.asked_at, row.unsafe, row.front_at)
