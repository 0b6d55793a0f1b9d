"""Report a message: anyone who can read it may, from the first minute. Reports of one message are one item at the desk."""

from uuid import UUID

from sqlmodel import select

from beside.accounts.permissions import Permission, require
from beside.conversations.access import Standing, require_participant
from beside.conversations.log import key_of
from beside.conversations.tables import Event
from beside.kit.context import Context
from beside.kit.errors import BadInput, NotAllowed, NotFound
from beside.kit.logs import log
from beside.kit.text import clean_optional
from beside.moderation.receipts import receipt_of
from beside.moderation.reported import hold_conversation, open_item
from beside.moderation.sealing import seal
from beside.moderation.tables import Report, ReportedMessage
from beside.moderation.urgency import REASONS
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.report_snapshots import Receipt
from beside.protocol.requests import ReportMessage
from beside.protocol.shapes import NOTE_CHARACTERS, Log, Place
from beside.protocol.signals import Moved


async def report(ctx: Context, told: ReportMessage) -> Receipt:
    """The actor's receipt. Reporting a message again gives the same one.

    Raises `NotFound` for a message that is not there or not theirs to read; `NotAllowed` for their own; `BadInput`, `TooLarge`.
    """
    me = require(ctx, Permission.report_make)
    if told.reason not in REASONS:
        raise BadInput("not_usable", field="reason")
    words = clean_optional(told.words, NOTE_CHARACTERS, field="words")
    standing = await require_participant(ctx, told.conversation)
    about, about_place = await _author(ctx, standing, told.seq)
    if about == me.account:
        raise NotAllowed
    conversation = standing.conversation
    await hold_conversation(ctx, conversation)
    mine = (await ctx.db.exec(select(Report).where(Report.by_id == me.account, Report.conversation_id == conversation.id, Report.seq == told.seq))).first()
    if mine is not None:
        return await receipt_of(ctx, mine)
    item = await open_item(ctx, conversation.id, told.seq)
    if item is None:
        item = ReportedMessage(
            hub_id=conversation.hub_id,
            conversation_id=conversation.id,
            seq=told.seq,
            about_id=about,
            about_place=about_place,
            opened_at=ctx.now,
        )
        ctx.db.add(item)
        await ctx.db.flush()
    mine = Report(reported_id=item.id, conversation_id=conversation.id, seq=told.seq, by_id=me.account, reason=told.reason, at=ctx.now)
    mine.sealed_words = seal(ctx, key_of(conversation), words, f"report/{mine.id}/words") if words else None
    ctx.db.add(mine)
    await ctx.db.flush()
    ctx.publish(topics.desk(me.hub), Moved(what=Topic.desk))
    ctx.publish(topics.account(me.account), Moved(what=Topic.reports))
    log.info("report.made", hub=str(me.hub), report=str(item.id), kind=told.reason)
    return await receipt_of(ctx, mine)


async def _author(ctx: Context, standing: Standing, seq: int) -> tuple[UUID, Place]:
    row = (await ctx.db.exec(select(Event).where(Event.conversation_id == standing.conversation.id, Event.log == Log.public, Event.seq == seq))).first()
    if row is None or row.kind != "message.posted" or row.author_id is None or seq < standing.first_readable(Log.public):
        raise NotFound
    return row.author_id, row.author_place or Place.member
