"""What goes wrong with a command is answered, and ends the socket only where nobody may be on it any more."""

from uuid import UUID

from beside.gateway.connection import Connection
from beside.kit.errors import BesideError, NotSignedIn
from beside.kit.logs import log
from beside.protocol.codes import CloseCode
from beside.protocol.commands import AnyCommand, SendMessage

AGAIN_MS = 2_000  # after a mistake of ours: long enough that a crowd who try again do not make it worse


def refuse(connection: Connection, said: AnyCommand, refusal: BesideError) -> None:
    """Say why it cannot be."""
    connection.refuse(refusal.code, ref=said.ref, client_id=_number(said), retry_after_ms=refusal.retry_after_ms)
    if isinstance(refusal, NotSignedIn):
        connection.end(CloseCode.signed_out)
    elif refusal.code == "suspended":
        connection.end(CloseCode.blocked)


def own_up(connection: Connection, said: AnyCommand, fault: Exception) -> None:
    """A mistake of ours: the person is told honestly, the socket lives."""
    log.error("command.fault", kind=type(said).__name__, error=type(fault).__name__, exc_info=fault)
    connection.refuse("unavailable", ref=said.ref, client_id=_number(said), retry_after_ms=AGAIN_MS)


def _number(said: AnyCommand) -> UUID | None:
    return said.client_id if isinstance(said, SendMessage) else None
