"""A peer who is worried asks first: may a clinician on call know? A row, a line in the chat, and one press for the person to answer with."""

from datetime import timedelta

from sqlmodel import col, select

from beside.accounts.permissions import Permission, require
from beside.conversations.access import Standing, require_open
from beside.conversations.log import notice
from beside.conversations.question import LASTS
from beside.conversations.tables import Participant, Question, QuestionAnswer
from beside.kit.context import Context
from beside.kit.errors import NotAllowed
from beside.protocol.events import NoticeKind
from beside.protocol.shapes import ConversationKind, Place

REST = timedelta(minutes=5)  # after an answer: whoever said no is not asked again in the same breath


async def ask_question(ctx: Context, standing: Standing) -> Question:
    """The one that stands, where it was not answered yet or was answered a moment ago; else a new one. Only in a one-to-one: in a room everybody
    would see it. Raises `NotAllowed`, `Conflict` (`closed`).
    """
    require(ctx, Permission.escalation_raise)
    conversation = standing.conversation
    await ctx.db.refresh(conversation, with_for_update=True)
    if conversation.kind is not ConversationKind.one_to_one or standing.participant.place is Place.member:
        raise NotAllowed
    require_open(conversation)
    standing_one = await ctx.db.get(Question, conversation.last_question) if conversation.last_question else None
    if standing_one and not await _is_over(ctx, standing_one):
        return standing_one
    members = select(Participant.account_id).where(
        Participant.conversation_id == conversation.id, Participant.place == Place.member, col(Participant.left_at).is_(None)
    )
    member = (await ctx.db.exec(members)).first()
    if member is None:
        raise NotAllowed
    question = Question(conversation_id=conversation.id, asked_by=ctx.me.account, asked_of=member, asked_at=ctx.now)
    ctx.db.add(question)
    conversation.last_question = question.id
    await ctx.db.flush()
    await notice(ctx, conversation, NoticeKind.consent_asked.value, question=question.id)
    return question


async def _is_over(ctx: Context, question: Question) -> bool:
    answer = await ctx.db.get(QuestionAnswer, question.id)
    return question.asked_at <= ctx.now - LASTS or (answer is not None and answer.at <= ctx.now - REST)
