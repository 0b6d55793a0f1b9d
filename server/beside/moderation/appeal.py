"""Ask that somebody else looks at what was done about me. Once for each act; whoever did it does not decide."""

from uuid import UUID

from sqlmodel import select

from beside.accounts.permissions import Permission, require
from beside.hubs.scope import require_in_hub
from beside.kit.context import Context
from beside.kit.errors import Conflict, NotFound
from beside.kit.text import clean_text
from beside.moderation.acts import act_shown
from beside.moderation.sealing import key_of_account, seal
from beside.moderation.tables import Act, AppealMade
from beside.moderation.write_act import tell
from beside.protocol.report_snapshots import ActShown
from beside.protocol.shapes import NOTE_CHARACTERS


async def appeal(ctx: Context, act_id: UUID, words: str) -> ActShown:
    """Open to somebody who is suspended. Asking again keeps the first words. Raises `NotFound`, `Conflict` (undone already), `BadInput`, `TooLarge`."""
    me = require(ctx, Permission.appeal_make)
    plain = clean_text(words, NOTE_CHARACTERS, field="words")
    act = require_in_hub(await ctx.db.get(Act, act_id), me.hub)
    if act.about_id != me.account:
        raise NotFound
    await ctx.db.refresh(act, with_for_update={"key_share": True})
    if (await ctx.db.exec(select(AppealMade.id).where(AppealMade.act_id == act.id))).first() is None:
        if act.undone_at is not None:
            raise Conflict("already_done")
        made = AppealMade(hub_id=me.hub, act_id=act.id, at=ctx.now, sealed_words=b"")
        made.sealed_words = seal(ctx, await key_of_account(ctx, me.account, me.hub), plain, f"appeal/{made.id}/words")
        ctx.db.add(made)
        await ctx.db.flush()
        tell(ctx, act)
    return await act_shown(ctx, act)
