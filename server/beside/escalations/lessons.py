"""What was learnt in a hub: shared without names, read by all its staff, taken off by a coordinator."""

from uuid import UUID

from sqlmodel import col, select

from beside.accounts.names import names_of
from beside.accounts.permissions import Permission, is_allowed, require
from beside.audit.write import record
from beside.conversations.tables import Participant
from beside.escalations.review_tables import Lesson
from beside.escalations.sharing import points_to_someone
from beside.escalations.tables import Acknowledgement, Escalation, Joining
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.crypto import DataKey, Unreadable
from beside.kit.errors import BadInput, Conflict
from beside.kit.logs import log
from beside.protocol.review_snapshots import Lessons, LessonShown, LessonTakenOff

LISTED = 200  # lessons a page shows: years of them


async def share(ctx: Context, escalation: Escalation, words: str) -> None:
    """On the hub's page, under a key of its own. Neither the row nor the ledger says from whom or from which call. Raises `BadInput` (`points_to_someone`)."""
    if points_to_someone(words, await _names(ctx, escalation)):
        raise BadInput("points_to_someone", field="lesson")
    key = ctx.house.keyring.new_data_key()
    lesson = Lesson(hub_id=escalation.hub_id, month=f"{ctx.now:%Y-%m}", key_version=key.version, wrapped_key=key.wrapped, sealed_words=None)
    lesson.sealed_words = ctx.house.keyring.seal(key, words, _place(lesson))
    ctx.db.add(lesson)
    await ctx.db.flush()


async def lessons(ctx: Context) -> Lessons:
    """Those of the actor's hub. Within a month their order is of no meaning. Raises `NotAllowed`."""
    require(ctx, Permission.lesson_read)
    rows = (await ctx.db.exec(select(Lesson).where(Lesson.hub_id == ctx.me.hub).order_by(col(Lesson.month).desc(), col(Lesson.id)).limit(LISTED))).all()
    gone = [row for row in rows if row.taken_off_at] if is_allowed(ctx.me.roles, Permission.lesson_take_off) else []
    names = await names_of(ctx, [row.taken_off_by for row in gone if row.taken_off_by])
    opened = [(row, _words(ctx, row)) for row in rows]
    return Lessons(
        lessons=[LessonShown(lesson=row.id, month=row.month, words=words) for row, words in opened if words],
        taken_off=[LessonTakenOff(month=row.month, by=names[row.taken_off_by], at=row.taken_off_at) for row in gone if row.taken_off_by and row.taken_off_at],
    )


async def take_off(ctx: Context, lesson_id: UUID) -> None:
    """Its words are gone for good; who took it off, and when, stays. Raises `NotAllowed`, `NotFound`, `Conflict` (`already_done`)."""
    require(ctx, Permission.lesson_take_off)
    lesson = require_in_hub((await ctx.db.exec(select(Lesson).where(Lesson.id == lesson_id).with_for_update())).first(), ctx.me.hub)
    if lesson.taken_off_at is not None:
        raise Conflict("already_done")
    lesson.taken_off_by, lesson.taken_off_at = ctx.me.account, ctx.now
    lesson.sealed_words, lesson.wrapped_key = None, b""
    await ctx.db.flush()
    await record(ctx, "account:lesson:taken_off", lesson.hub_id, lesson=lesson.id)


async def _names(ctx: Context, escalation: Escalation) -> list[str]:
    """Everybody who was ever in that conversation, and whoever answered the call."""
    people = {escalation.raised_by, ctx.me.account}
    people |= set((await ctx.db.exec(select(Participant.account_id).where(Participant.conversation_id == escalation.conversation_id))).all())
    people |= set((await ctx.db.exec(select(Joining.account_id).where(Joining.escalation_id == escalation.id))).all())
    takers = await ctx.db.exec(select(Acknowledgement.account_id).where(Acknowledgement.escalation_id == escalation.id))
    return list((await names_of(ctx, people | {account for account in takers if account})).values())


def _words(ctx: Context, row: Lesson) -> str | None:
    if row.sealed_words is None:
        return None
    try:
        return ctx.house.keyring.open(DataKey(row.key_version, row.wrapped_key), row.sealed_words, _place(row))
    except Unreadable:
        log.error("lesson.unreadable", lesson=str(row.id))
        return None


def _place(row: Lesson) -> str:
    return f"hub/{row.hub_id}/lesson/{row.id}"
