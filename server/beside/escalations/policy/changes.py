"""What is different between two policies, as a pure rule. Names are looked up when somebody reads it: none is kept with a version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from beside.escalations.policy.kept import Kept
from beside.escalations.timers import ASCENDING, NAMES
from beside.hubs.policy import Rung
from beside.protocol.policy import PolicyChange, PolicyChangeKind, PolicyTimer
from beside.protocol.shapes import Severity

Kind = PolicyChangeKind


@dataclass(frozen=True, slots=True)
class Names:
    """What people and channels are called now."""

    people: Mapping[UUID, str]
    channels: Mapping[UUID, str]


def changes(old: Kept, new: Kept, names: Names) -> list[PolicyChange]:
    """In the order in which the policy is read: the list, the duty manager, the timers, the words."""
    return [*_list(old.rungs, new.rungs, names), *_manager(old.duty_manager, new.duty_manager, names), *_timers(old, new), *_script(old, new)]


def pairs(old: Sequence[Rung], new: Sequence[Rung]) -> list[tuple[int | None, int | None]]:
    """Which rung of the one is which of the other: by what they are called, then, of those that are left, by their order."""
    left, found = list(range(len(old))), dict[int, int]()
    for place, rung in enumerate(new):
        same = next((one for one in left if old[one].person == rung.person), None)
        if same is not None:
            found[place] = same
            left.remove(same)
    for place in range(len(new)):
        if place not in found and left:
            found[place] = left.pop(0)
    return [(found.get(place), place) for place in range(len(new))] + [(one, None) for one in left]


def _list(old: Sequence[Rung], new: Sequence[Rung], names: Names) -> Iterator[PolicyChange]:
    stayed = []
    for was, now in pairs(old, new):
        if was is None and now is not None:
            yield PolicyChange(what=Kind.rung_added, rung=new[now].person, after=_channels(new[now], names))
            yield from _answers(new[now], names)
        elif was is not None and now is None:
            yield PolicyChange(what=Kind.rung_removed, rung=old[was].person)
        elif was is not None and now is not None:
            stayed.append(was)
            yield from _rung(old[was], new[now], names)
    if any(later < earlier for earlier, later in pairwise(stayed)):
        yield PolicyChange(what=Kind.rungs_moved, after=[rung.person for rung in new])


def _rung(old: Rung, new: Rung, names: Names, *, manager: bool = False) -> Iterator[PolicyChange]:
    if old.person != new.person:
        yield PolicyChange(what=Kind.rung_renamed, rung=new.person, duty_manager=manager, before=[old.person], after=[new.person])
    if (old.account, old.rota) != (new.account, new.rota):
        yield from _answers(new, names, manager=manager)
    if old.channels != new.channels:
        before, after = _channels(old, names), _channels(new, names)
        yield PolicyChange(what=Kind.channels, rung=new.person, duty_manager=manager, before=before, after=after)


def _answers(rung: Rung, names: Names, *, manager: bool = False) -> Iterator[PolicyChange]:
    what = Kind.answers_rota if rung.rota else Kind.answers_person if rung.account else Kind.answers_nobody
    yield PolicyChange(what=what, rung=rung.person, duty_manager=manager, after=[names.people[rung.account]] if rung.account else [])


def _manager(old: Rung | None, new: Rung | None, names: Names) -> Iterator[PolicyChange]:
    if old and new:
        yield from _rung(old, new, names, manager=True)
    elif new:
        yield PolicyChange(what=Kind.rung_added, rung=new.person, duty_manager=True, after=_channels(new, names))
        yield from _answers(new, names, manager=True)
    elif old:
        yield PolicyChange(what=Kind.rung_removed, rung=old.person, duty_manager=True)


def _timers(old: Kept, new: Kept) -> Iterator[PolicyChange]:
    for severity in reversed(ASCENDING):
        for name in NAMES:
            before, after = getattr(old.patience[severity], name), getattr(new.patience[severity], name)
            if before != after:
                yield PolicyChange(what=Kind.timer, severity=Severity(severity), timer=PolicyTimer(name), before_seconds=before, after_seconds=after)


def _script(old: Kept, new: Kept) -> Iterator[PolicyChange]:
    if old.emergency_script != new.emergency_script:
        yield PolicyChange(what=Kind.script, before=[old.emergency_script], after=[new.emergency_script])


def _channels(rung: Rung, names: Names) -> list[str]:
    return [names.channels[channel] for channel in rung.channels if channel in names.channels]
