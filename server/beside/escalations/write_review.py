"""Write one's side of the look back, once. A lesson goes on its way to the hub's page by itself, without a trace of where it came from."""

from beside.audit.write import record
from beside.conversations.tables import Conversation
from beside.escalations.access import conversation_of
from beside.escalations.lessons import share
from beside.escalations.review import Pair, sealed_in
from beside.escalations.review_tables import Review, ReviewPutOff
from beside.escalations.sealing import seal_optional
from beside.escalations.telling import tell
from beside.kit.context import Context
from beside.kit.errors import BadInput, Conflict
from beside.kit.text import clean_optional
from beside.protocol.requests import WriteReview
from beside.protocol.shapes import NOTE_CHARACTERS

LESSON_CHARACTERS = 500  # a lesson is a sentence or three: what is longer begins to tell the story


async def write_review(ctx: Context, pair: Pair, said: WriteReview) -> None:
    """The escalation is held. Raises `Conflict` (`already_done`, `too_late`), `BadInput` (`empty`, `points_to_someone`)."""
    went_well = clean_optional(said.went_well, NOTE_CHARACTERS, field="went_well")
    would_help = clean_optional(said.would_help, NOTE_CHARACTERS, field="would_help")
    lesson = clean_optional(said.lesson, LESSON_CHARACTERS, field="lesson")
    escalation, me = pair.escalation, ctx.me.account
    if not (went_well or would_help or lesson):
        raise BadInput("empty", field="went_well")
    if await ctx.db.get(Review, (escalation.id, me)) is not None or ctx.now >= pair.until:
        raise Conflict("already_done")
    conversation: Conversation = await conversation_of(ctx, escalation)
    if lesson:
        await share(ctx, escalation, lesson)
    ctx.db.add(
        Review(
            escalation_id=escalation.id,
            account_id=me,
            at=ctx.now,
            sealed_went_well=seal_optional(ctx, conversation, escalation.id, sealed_in(me, "went_well"), went_well),
            sealed_would_help=seal_optional(ctx, conversation, escalation.id, sealed_in(me, "would_help"), would_help),
            shared_lesson=lesson is not None,
        )
    )
    await ctx.db.flush()
    tell(ctx, escalation)
    await record(ctx, "account:escalation:reviewed", escalation.hub_id, escalation=escalation.id)


async def put_off_review(ctx: Context, pair: Pair) -> None:
    """They are not asked again about this one; they can still write while the week lasts. Twice is once."""
    key = (pair.escalation.id, ctx.me.account)
    if await ctx.db.get(ReviewPutOff, key) is None:
        ctx.db.add(ReviewPutOff(escalation_id=pair.escalation.id, account_id=ctx.me.account, at=ctx.now))
        await ctx.db.flush()
        tell(ctx, pair.escalation)
