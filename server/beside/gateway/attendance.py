"""Who comes to a conversation's page, and who leaves it: kept in `presence`, and told to the lists that show it."""

from collections.abc import Iterable
from uuid import UUID

from beside.gateway.roster import Roster
from beside.presence import connected
from beside.protocol.shapes import Log


async def come(roster: Roster, conversation: UUID, account: UUID) -> None:
    """Somebody's page follows it from now on."""
    if await connected.arrive(roster.house, conversation, account):
        roster.lists.attended(conversation, account)


async def go(roster: Roster, conversations: Iterable[UUID], account: UUID) -> None:
    """One page of theirs follows these no longer. Another one may: then they are still here."""
    for conversation in conversations:
        if any((conversation, Log.public) in each.follows for each in roster.of_account(account)):
            continue
        await connected.leave(roster.house, conversation, account)
        roster.lists.attended(conversation, account)
