"""Everything that every command may use, made once by a composition root (`app`, `worker`, a test) and passed down."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from beside.kit.broker import Broker
from beside.kit.clock import Clock
from beside.kit.crypto import Keyring
from beside.kit.db import Database
from beside.kit.hashing import Hasher
from beside.kit.limits import Limiter
from beside.kit.mail import Relay


class Ephemeral(Protocol):
    """Facts that may be forgotten: fields under a key, each gone after its time. A hint, never the truth; losing it raises nothing."""

    async def put(self, key: str, field: str, value: str, seconds: float) -> bool:
        """Whether it was not there before, or had run out."""
        ...

    async def renew(self, facts: Sequence[tuple[str, str]], seconds: float, value: str = "") -> None:
        """Many at once, each a (key, field), all with the same value: at each heartbeat a node says it of everybody."""
        ...

    async def drop(self, key: str, field: str) -> None: ...

    async def all(self, key: str) -> dict[str, str]: ...

    @property
    def well(self) -> bool:
        """False where what was put last was refused, and so is known to this node only."""
        ...

    async def close(self) -> None: ...


@dataclass(slots=True, eq=False, weakref_slot=True)
class House:
    """`secret` keys blind indexes and signed links; `reactions` maps a fact to the durable jobs that follow from it."""

    database: Database
    broker: Broker
    keyring: Keyring
    hasher: Hasher
    clock: Clock
    limiter: Limiter
    ephemeral: Ephemeral
    secret: bytes
    public_url: str
    node: str
    epoch: str = ""
    private_hosts: Collection[str] = ()
    """What the operator lets be private, plain or on another port, as `kit.egress.post` takes it."""
    relay: Relay | None = None
    """Where letters go, if the operator set it."""
    reactions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    grew_here: list[Callable[[UUID, str, list[object]], None]] = field(default_factory=list)
    """Called right after a commit with (conversation, log, the events just committed): this node need not read them back."""
    woken: list[Callable[[], None]] = field(default_factory=list)
    """Called after a commit that left a job due now: the worker in this process need not wait for its next look."""
