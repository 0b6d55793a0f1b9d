"""The row of an act: what was done about somebody, why, and until when. Whoever it is about is told in the same breath."""

from datetime import datetime
from uuid import UUID

from beside.kit.context import Context
from beside.kit.ids import new_id
from beside.kit.text import clean_text
from beside.moderation.sealing import key_of_account, seal
from beside.moderation.tables import Act, ReportedMessage
from beside.protocol import topics
from beside.protocol.events import Topic
from beside.protocol.shapes import NOTE_CHARACTERS, ActKind
from beside.protocol.signals import Moved


async def write_act(ctx: Context, kind: ActKind, about: UUID, reason: str, *, item: ReportedMessage | None = None, until: datetime | None = None) -> Act:
    """The act of the actor, in this command's transaction. Raises `BadInput` (`empty`, `bad_text`), `TooLarge`, `NotFound`."""
    plain = clean_text(reason, NOTE_CHARACTERS, field="reason")
    act_id = new_id()
    act = Act(
        id=act_id,
        hub_id=ctx.me.hub,
        kind=kind,
        about_id=about,
        by_id=ctx.me.account,
        reported_id=item.id if item else None,
        conversation_id=item.conversation_id if item else None,
        target_seq=item.seq if item else None,
        sealed_reason=seal(ctx, await key_of_account(ctx, about, ctx.me.hub), plain, f"act/{act_id}/reason"),
        at=ctx.now,
        until=until,
    )
    ctx.db.add(act)
    await ctx.db.flush()
    tell(ctx, act)
    return act


def tell(ctx: Context, act: Act) -> None:
    """Whoever it is about loads it afresh; so does the desk."""
    ctx.publish(topics.account(act.about_id), Moved(what=Topic.acts))
    ctx.publish(topics.desk(act.hub_id), Moved(what=Topic.desk))
