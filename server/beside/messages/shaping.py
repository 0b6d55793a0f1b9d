"""From opened entries to the events people get. Pure: what was edited or hidden since is laid over what was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from beside.conversations.log import Entry
from beside.protocol.events import (
    AnyLogEvent,
    Author,
    ConversationClosed,
    ConversationReopened,
    Hidden,
    LeaveReason,
    MessageEdited,
    MessagePosted,
    MessageRedacted,
    MessageRestored,
    NoticeKind,
    NoticePosted,
    ParticipantJoined,
    ParticipantLeft,
)
from beside.protocol.shapes import Place

HOUSE = Author(account=UUID(int=0), pseudonym="Beside", place=Place.member)


@dataclass(frozen=True, slots=True)
class Overlay:
    """What happened to a message since it was said. `reason` is what its author may read of why it is hidden."""

    author: UUID | None = None
    body: str | None = None
    edited: bool = False
    hidden: bool = False
    reason: str | None = None


NOTHING = Overlay()


def to_event(entry: Entry, overlays: Mapping[int, Overlay], viewer: UUID | None = None) -> AnyLogEvent:
    """The event for `viewer`; without one, what everybody may see: that form is encoded once for all. Authors go on reading their own hidden words."""
    placed: dict[str, Any] = {"conversation": entry.conversation, "log": entry.log, "seq": entry.seq, "at": entry.at}
    who = entry.author or HOUSE
    over = overlays.get(entry.target_seq or entry.seq, NOTHING)
    own = viewer is not None and viewer == over.author
    reason = over.reason if own else None
    gone = over.hidden and not own
    match entry.kind:
        case "message.posted":
            body = None if gone else over.body if over.edited else entry.body
            hidden = Hidden(reason=reason) if over.hidden else None
            return MessagePosted(
                **placed,
                author=who,
                client_id=entry.client_id or UUID(int=0),
                body=body,
                hidden=hidden,
                unreadable=entry.unreadable and not gone,
                edited=over.edited,
            )
        case "message.edited":
            return MessageEdited(**placed, target_seq=entry.target_seq or 0, body=None if gone else entry.body)
        case "message.redacted":
            return MessageRedacted(**placed, target_seq=entry.target_seq or 0, reason=entry.body if own else None)
        case "message.restored":
            return MessageRestored(**placed, target_seq=entry.target_seq or 0, body=None if gone else entry.body)
        case "participant.joined":
            return ParticipantJoined(**placed, who=who)
        case "participant.left":
            return ParticipantLeft(**placed, who=who, reason=LeaveReason(entry.detail.get("reason", "left")))
        case "conversation.closed":
            return ConversationClosed(**placed)
        case "conversation.reopened":
            return ConversationReopened(**placed)
        case _:
            return NoticePosted(**placed, notice=NoticeKind(entry.detail.get("notice", "opened")))
