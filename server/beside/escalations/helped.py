"""Whether the response helped: from the peer to the clinician who closed it. A few words to choose from, and a line if there is one to say."""

from beside.audit.write import record
from beside.conversations.tables import Conversation
from beside.escalations.access import conversation_of
from beside.escalations.review_tables import HelpedSaid
from beside.escalations.sealing import seal_optional, unseal_optional
from beside.escalations.tables import Escalation, Resolution
from beside.escalations.telling import tell
from beside.kit.context import Context
from beside.kit.errors import Conflict, NotFound
from beside.kit.text import clean_optional
from beside.protocol.call_snapshots import HelpedShown
from beside.protocol.requests import SayHelped
from beside.protocol.shapes import NOTE_CHARACTERS


async def may_say_helped(ctx: Context, escalation: Escalation) -> bool:
    """Whether the actor can say it now: who raised it, once, when somebody else has closed it with an outcome."""
    ended = await ctx.db.get(Resolution, escalation.id)
    theirs = ended is not None and escalation.raised_by == ctx.me.account != ended.by
    return theirs and await ctx.db.get(HelpedSaid, escalation.id) is None


async def say_helped(ctx: Context, escalation: Escalation, said: SayHelped) -> None:
    """`escalation` is held. Raises `NotFound` to whoever did not raise it, `Conflict` (`already_done`) where it is not resolved or was said, `BadInput`."""
    if escalation.raised_by != ctx.me.account:
        raise NotFound
    words = clean_optional(said.words, NOTE_CHARACTERS, field="words")
    if not await may_say_helped(ctx, escalation):
        raise Conflict("already_done")
    sealed = seal_optional(ctx, await conversation_of(ctx, escalation), escalation.id, "helped", words)
    ctx.db.add(HelpedSaid(escalation_id=escalation.id, by=ctx.me.account, at=ctx.now, helped=said.helped, sealed_words=sealed))
    await ctx.db.flush()
    tell(ctx, escalation)
    await record(ctx, "account:escalation:helped_said", escalation.hub_id, escalation=escalation.id, helped=said.helped)


async def helped_of(ctx: Context, conversation: Conversation, escalation: Escalation) -> HelpedShown | None:
    """What the peer said, for both of them."""
    row = await ctx.db.get(HelpedSaid, escalation.id)
    if row is None:
        return None
    return HelpedShown(helped=row.helped, words=unseal_optional(ctx, conversation, escalation.id, "helped", row.sealed_words), at=row.at)
