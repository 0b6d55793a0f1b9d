"""The person answers, with one press. The answer is a row, and a line in the chat; it stands."""

from uuid import UUID

from sqlmodel import select

from beside.conversations.access import require_participant
from beside.conversations.log import notice
from beside.conversations.tables import Question, QuestionAnswer
from beside.kit.context import Context
from beside.kit.errors import Conflict, NotFound
from beside.protocol.events import NoticeKind
from beside.protocol.shapes import ConsentAnswer

SAID = {
    ConsentAnswer.yes: NoticeKind.consent_yes,
    ConsentAnswer.no: NoticeKind.consent_no,
    ConsentAnswer.not_now: NoticeKind.consent_not_now,
}


async def answer_question(ctx: Context, question_id: UUID, answer: ConsentAnswer) -> Question:
    """By whom it was asked of; the same press twice is one answer. Raises `NotFound` to everybody else, `Conflict` (`already_done`) for another answer."""
    question = (await ctx.db.exec(select(Question).where(Question.id == question_id).with_for_update())).first()
    if question is None or question.asked_of != ctx.me.account:
        raise NotFound
    standing = await require_participant(ctx, question.conversation_id)
    said = await ctx.db.get(QuestionAnswer, question.id)
    if said is not None:
        if said.answer is not answer:
            raise Conflict("already_done")
        return question
    ctx.db.add(QuestionAnswer(question_id=question.id, by=ctx.me.account, at=ctx.now, answer=answer))
    await ctx.db.flush()
    await notice(ctx, standing.conversation, SAID[answer].value, question=question.id)
    return question
