"""What follows from what: a fact, and the durable jobs that it causes in higher domains. Downward is a call; upward is a row here."""

from beside.escalations.shifts.tell_gap import JOB as TELL_GAP
from beside.escalations.shifts.tell_gap import tell_gap
from beside.escalations.tell_providers import JOB as TELL_PROVIDER
from beside.escalations.tell_providers import tell_provider
from beside.kit.jobs import Run
from beside.matching.bring_forward import bring_forward
from beside.matching.meet_again import meet_again
from beside.matching.tell_unstaffed import JOB as TELL_UNSTAFFED
from beside.matching.tell_unstaffed import tell_unstaffed
from beside.moderation.note_offer import note_offer
from beside.moderation.take_part_again import take_part_again

REACTIONS: dict[str, tuple[str, ...]] = {
    "conversation.closed": ("matching.meet_again",),
    "moderation.one_to_one_offered": ("matching.bring_forward",),
    "line.offer_met": ("moderation.note_offer",),
}

WORK: dict[str, Run] = {
    "matching.meet_again": meet_again,
    "matching.bring_forward": bring_forward,
    "moderation.note_offer": note_offer,
    "moderation.take_part_again": take_part_again,
    TELL_PROVIDER: tell_provider,
    TELL_GAP: tell_gap,
    TELL_UNSTAFFED: tell_unstaffed,
}
