"""How long a session lasts, as a pure rule. Staff open other people's words, so that theirs are short; a member's may be picked up again."""

from datetime import datetime, timedelta

MEMBER_IDLE = timedelta(days=30)  # the cookie itself goes with the browser; this is for one that is never closed
STAFF_LIFE = timedelta(hours=12)  # PRIVACY: one long shift
STAFF_IDLE = timedelta(minutes=30)  # PRIVACY: a desk left alone
REFRESH = timedelta(minutes=1)  # how stale `last_used_at` may be: one write a minute and session at most


def ends_at(created_at: datetime, last_used_at: datetime, *, staff: bool) -> datetime:
    """When this session ends if it is not used again."""
    return min(created_at + STAFF_LIFE, last_used_at + STAFF_IDLE) if staff else last_used_at + MEMBER_IDLE


def is_stale(last_used_at: datetime, now: datetime) -> bool:
    """Whether it is time to write down again that the session is in use."""
    return now - last_used_at >= REFRESH
