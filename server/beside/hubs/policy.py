"""What a hub may decide for itself, with the defaults we would choose. Pure data."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from beside.protocol.account_snapshots import UrgentPlace

URGENT_PLACES = 3  # LOOK: three places at most; a longer list is not read at two in the morning


class Span(Struct, frozen=True, forbid_unknown_fields=True):
    """Open from `start` to `end` (minutes after midnight, hub time) on `weekday` (Monday is 0). `end` may pass midnight (over 1440)."""

    weekday: int
    start: int
    end: int


class Rung(Struct, frozen=True, omit_defaults=True):
    """One step of the on-call ladder. `person` is what the rota calls them ("First on call"); `channels` are rows of `escalations`, in order of trying.

    `rota`: whoever is on call by the rota at that moment, instead of a fixed account; `channels` are then those that the rung shares.
    """

    person: str
    channels: list[UUID]
    account: UUID | None = None
    rota: bool = False


class Patience(Struct, frozen=True, omit_defaults=True):
    """How long each step may take at one severity, in seconds; see `escalations.timers`. `unseen` null: no second channel while nobody answers."""

    unsent: int
    unseen: int | None
    next_rung: int
    remind: int
    undo: int


class Policy(Struct, frozen=True, omit_defaults=True):
    """`open_hours` null: always open. Minutes and counts are the defaults of MATCHING and MODERATION.

    `duty_manager` is asked where a rung turns out empty, and after the last rung. `patience` is by severity; what is not there is as the design has it.
    What is not said here is left out where it is stored, and what a newer node wrote is passed over: nodes of two versions share these rows for a while.
    """

    timezone: str = "UTC"
    open_hours: list[Span] | None = None
    urgent_places: list[UrgentPlace] = []
    safe_site: str = "/blank"  # where a quick exit lands; a hub may name a bland site of its own country
    fallback_minutes: int = 10
    emergency_script: str = "If someone is in danger right now, ring your local emergency number and say where they are."
    heavy_counts_double: bool = True
    one_to_ones_per_peer: int = 1
    staff_need_second_factor: bool = True
    escalation_rungs: list[Rung] = []
    duty_manager: Rung | None = None
    patience: dict[str, Patience] = {}


def read_policy(stored: dict[str, Any]) -> Policy:
    """The policy of a hub row."""
    return msgspec.convert(stored, Policy)
