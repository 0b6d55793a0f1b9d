"""Who is writing in a conversation just now: for whoever asks a moment later, because nobody could tell them in time. Nothing depends on it."""

from uuid import UUID

from beside.kit.house import House
from beside.kit.ids import new_token

TYPED_S = 6.0  # as long as a page shows it


async def begin(house: House, conversation: UUID, account: UUID) -> None:
    """`account` is writing; each time it is said is another time."""
    await house.ephemeral.put(_key(conversation), str(account), new_token()[:8], TYPED_S)


async def writing(house: House, conversation: UUID) -> dict[UUID, str]:
    """Who is writing, and a name for the last time they said so."""
    return {UUID(account): time for account, time in (await house.ephemeral.all(_key(conversation))).items()}


def _key(conversation: UUID) -> str:
    return f"typing:{conversation}"
