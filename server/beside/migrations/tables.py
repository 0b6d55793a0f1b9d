"""Every table there is: importing this fills the metadata."""

from beside.accounts import tables as accounts
from beside.audit import tables as audit
from beside.conversations import tables as conversations
from beside.escalations import review_tables as reviews
from beside.escalations import tables as escalations
from beside.escalations import watch_tables as watching
from beside.escalations.policy import tables as policy
from beside.escalations.shifts import tables as shifts
from beside.hubs import tables as hubs
from beside.kit import instance, jobs
from beside.matching import tables as matching
from beside.moderation import tables as moderation

ALL = (accounts, audit, conversations, escalations, hubs, instance, jobs, matching, moderation, policy, reviews, shifts, watching)
