"""What a soak goes through is drawn from a seed, and leaves nothing out."""

from collections import Counter

import pytest

from tests.faults.schedule import What, befalls, trouble

EVERY_S = 30.0


@pytest.mark.parametrize("count", [1, 7, 15, 40, 120])
@pytest.mark.parametrize("seed", range(4))
def test_a_run_has_every_kind_of_trouble_as_evenly_as_it_can(seed: int, count: int) -> None:
    """Of so many blows each kind comes as often as any other, or once more, and so does each part within a kind (FAULTS 127; 120 are the hour of the row)."""
    blows = trouble(seed, count * EVERY_S, EVERY_S)
    kinds = Counter(dict.fromkeys(What, 0))
    kinds.update(blow.what for blow in blows)
    assert count == len(blows)
    assert max(kinds.values()) - min(kinds.values()) <= 1
    for what in What:
        parts = Counter(dict.fromkeys(befalls(what), 0))
        parts.update(blow.part for blow in blows if blow.what is what)
        assert set(befalls(what)) == set(parts)
        assert max(parts.values()) - min(parts.values()) <= 1


def test_a_run_can_be_had_again() -> None:
    """The same seed gives the same blows, and another seed others (FAULTS 127)."""
    assert trouble(1, 3600.0, EVERY_S) == trouble(1, 3600.0, EVERY_S)
    assert trouble(1, 3600.0, EVERY_S) != trouble(2, 3600.0, EVERY_S)
