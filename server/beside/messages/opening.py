"""From rows to opened entries: the words decrypted, the author named."""

from collections.abc import Sequence

from beside.accounts.names import names_of
from beside.conversations.log import Entry, event_place, key_of
from beside.conversations.tables import Conversation, Event
from beside.kit.context import Context
from beside.kit.crypto import Keyring, Unreadable
from beside.kit.logs import log
from beside.protocol.events import Author
from beside.protocol.shapes import Place


def open_body(keyring: Keyring, conversation: Conversation, row: Event) -> str | None:
    """The words of a row. Raises `Unreadable` where they were moved, changed, or their key is gone."""
    if row.sealed is None:
        return None
    return keyring.open(key_of(conversation), row.sealed, event_place(row.conversation_id, row.log, row.seq, row.author_id, conversation.key_version))


async def open_rows(ctx: Context, conversation: Conversation, rows: Sequence[Event]) -> list[Entry]:
    """The entries of these rows. One that does not open is marked so; the others are still shown."""
    names = await names_of(ctx, {row.author_id for row in rows if row.author_id})
    entries = []
    for row in rows:
        body, unreadable = None, False
        try:
            body = open_body(ctx.house.keyring, conversation, row)
        except Unreadable:
            unreadable = True
            log.error("message.unreadable", conversation=str(row.conversation_id), seq=row.seq)
        author = Author(account=row.author_id, pseudonym=names[row.author_id], place=row.author_place or Place.member) if row.author_id else None
        entries.append(
            Entry(row.conversation_id, row.log, row.seq, row.kind, row.created_at, author, row.client_id, row.target_seq, body, row.detail, unreadable)
        )
    return entries
