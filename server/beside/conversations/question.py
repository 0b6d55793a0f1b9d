"""The question whether a clinician on call may know, and its answer, as people see them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from beside.accounts.names import name_of
from beside.conversations.tables import Conversation, Question, QuestionAnswer
from beside.kit.context import Context
from beside.protocol.conversation_snapshots import ConsentQuestion

LASTS = timedelta(hours=12)  # a night: the yes of another evening is not a yes for this one


async def question_of(ctx: Context, conversation: Conversation) -> ConsentQuestion | None:
    """The last one, unless it has lapsed."""
    if conversation.last_question is None:
        return None
    question = await ctx.db.get_one(Question, conversation.last_question)
    return await question_shown(ctx, question) if question.asked_at > ctx.now - LASTS else None


async def question_about(ctx: Context, conversation: UUID, raised_at: datetime, closed_at: datetime | None) -> ConsentQuestion | None:
    """The one that a call for a clinician stands on: asked up to 12 hours before it was raised, or while it was open. The newest, where there are several."""
    asked = select(Question).where(Question.conversation_id == conversation, col(Question.asked_at) > raised_at - LASTS)
    if closed_at is not None:
        asked = asked.where(col(Question.asked_at) <= closed_at)
    question = (await ctx.db.exec(asked.order_by(col(Question.asked_at).desc()))).first()
    return await question_shown(ctx, question) if question else None


async def question_shown(ctx: Context, question: Question) -> ConsentQuestion:
    """For somebody whose right to it was checked."""
    answer = await ctx.db.get(QuestionAnswer, question.id)
    return ConsentQuestion(
        question=question.id,
        asked_by=await name_of(ctx, question.asked_by),
        asked_at=question.asked_at,
        answer=answer.answer if answer else None,
        answered_at=answer.at if answer else None,
    )
