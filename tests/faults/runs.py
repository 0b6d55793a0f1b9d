"""What a state machine is given: how many runs, whether they are the same ones each time, and where."""

import os
from typing import Protocol
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings

from beside.kit.house import House
from tests.rig.cast import Cast, Person
from tests.rig.client import ScriptedClient

STATEFUL = "BESIDE_STATEFUL"
"""How many runs; a night asks for thousands."""


def chosen(examples: int, steps: int) -> settings:
    """So many runs, the same ones each time; or as many as BESIDE_STATEFUL says, and new ones each time."""
    return settings(
        max_examples=int(os.environ.get(STATEFUL) or examples),
        stateful_step_count=steps,
        deadline=None,
        phases=[Phase.generate],
        database=None,
        derandomize=STATEFUL not in os.environ,
        suppress_health_check=list(HealthCheck),
    )


class Stage(Protocol):
    """Where they do it: a house, the cast in it, and the two things that differ from place to place."""

    @property
    def house(self) -> House: ...

    @property
    def cast(self) -> Cast: ...

    def client(self, who: Person) -> ScriptedClient: ...

    async def group(self, *people: Person) -> UUID: ...
