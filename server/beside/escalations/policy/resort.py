"""The last resort, as a pure rule: the duty manager comes after everybody else."""

from collections.abc import Sequence

from beside.hubs.policy import Rung


def then_manager(rungs: Sequence[Rung], manager: Rung | None) -> list[Rung]:
    """`rungs`, and the duty manager after them, unless nobody is that, they cannot be reached, or they are the last already."""
    return [*rungs, manager] if manager and manager.channels and list(rungs[-1:]) != [manager] else list(rungs)
