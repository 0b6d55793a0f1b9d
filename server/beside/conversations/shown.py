"""A conversation as one person may see it, and the list of theirs."""

from uuid import UUID

from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.conversations.about import open_about
from beside.conversations.question import question_of
from beside.conversations.tables import Conversation, Participant
from beside.kit.context import Context
from beside.presence.connected import here
from beside.protocol.conversation_snapshots import ConversationShown, ParticipantShown
from beside.protocol.events import Author
from beside.protocol.shapes import ConversationKind, Place, Reader

LISTED = 100  # conversations a list shows; older ones are found by opening them
SHOWN = 200  # participants a room lists by name


async def conversation_shown(ctx: Context, conversation: Conversation, mine: Participant) -> ConversationShown:
    """One conversation for the person whose place is `mine`."""
    rows = (
        await ctx.db.exec(
            select(Participant)
            .where(Participant.conversation_id == conversation.id, col(Participant.left_at).is_(None))
            .order_by(col(Participant.joined_at), col(Participant.account_id))
            .limit(SHOWN)
        )
    ).all()
    names = await names_of(ctx, (row.account_id for row in rows))
    present = await here(ctx.house, conversation.id)
    about = open_about(ctx.house.keyring, conversation)
    others = [names[row.account_id] for row in rows if row.account_id != mine.account_id]
    staff = mine.place is not Place.member
    one_to_one = conversation.kind is ConversationKind.one_to_one
    return ConversationShown(
        conversation=conversation.id,
        kind=conversation.kind,
        title=", ".join(others) if one_to_one else about.title,
        purpose=about.purpose,
        my_place=mine.place,
        participants=[
            ParticipantShown(
                who=Author(account=row.account_id, pseudonym=names[row.account_id], place=row.place),
                here=row.account_id in present,
                seen_seq=row.seen_seq if one_to_one else 0,
            )
            for row in rows
        ],
        open=conversation.closed_at is None,
        epoch=ctx.house.epoch,
        last_seq=conversation.last_seq,
        staff_last_seq=conversation.staff_last_seq if staff else None,
        seen_seq=mine.seen_seq,
        history_from=mine.visible_from,
        opened_at=conversation.opened_at,
        readers=readers_of(conversation),
        clinician_told=conversation.open_escalation is not None,
        escalation=conversation.open_escalation if staff else None,
        question=await question_of(ctx, conversation),
    )


def readers_of(conversation: Conversation) -> list[Reader]:
    """Who may read it today. A moderator who is not in it has the reported message and a few around it, in every kind of conversation."""
    newcomers = conversation.keeps_history and conversation.kind is not ConversationKind.one_to_one
    return [Reader.participants, *([Reader.newcomers] if newcomers else []), Reader.report, Reader.clinician]


async def conversations_of(ctx: Context, account: UUID) -> list[ConversationShown]:
    """Those this person is in now, the newest first."""
    rows = (
        await ctx.db.exec(
            select(Conversation, Participant)
            .join(Participant, col(Participant.conversation_id) == col(Conversation.id))
            .where(Participant.account_id == account, col(Participant.left_at).is_(None))
            .order_by(col(Conversation.opened_at).desc())
            .limit(LISTED)
        )
    ).all()
    return [await conversation_shown(ctx, conversation, mine) for conversation, mine in rows]
