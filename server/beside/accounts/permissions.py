"""The one permission table: what each role may do, in the words that role cards print and with the names that the server enforces.

A permission says that a role may do a thing at all. Whether it may be done *here*, in this conversation, is the lookup's answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from beside.kit.context import Actor, Context
from beside.kit.errors import NotAllowed
from beside.protocol.shapes import Role


class Permission(StrEnum):
    """`noun.verb`, as on the wire. Ordered as a role card reads."""

    message_read = "message.read"
    message_send = "message.send"
    room_join = "room.join"
    line_ask = "line.ask"
    report_make = "report.make"
    appeal_make = "appeal.make"
    desk_see = "desk.see"
    line_meet = "line.meet"
    staff_log_read = "staff_log.read"
    staff_log_write = "staff_log.write"
    escalation_raise = "escalation.raise"
    escalation_follow = "escalation.follow"
    escalation_cancel = "escalation.cancel"
    report_judge = "report.judge"
    message_hide = "message.hide"
    group_step_out = "group.step_out"
    account_suspend = "account.suspend"
    appeal_decide = "appeal.decide"
    escalation_acknowledge = "escalation.acknowledge"
    escalation_resolve = "escalation.resolve"
    conversation_join_announced = "conversation.join_announced"
    transcript_read = "transcript.read"
    lesson_read = "lesson.read"
    lesson_take_off = "lesson.take_off"
    rota_see = "rota.see"
    rota_swap = "rota.swap"
    rota_plan = "rota.plan"
    staff_see = "staff.see"
    staff_invite = "staff.invite"
    role_change = "role.change"
    group_make = "group.make"
    policy_change = "policy.change"
    figures_see = "figures.see"
    channel_keep = "channel.keep"
    delivery_see = "delivery.see"
    message_read_unseen = "message.read_unseen"
    message_rewrite = "message.rewrite"
    person_take_outside = "person.take_outside"


@dataclass(frozen=True, slots=True)
class Rule:
    """`words` complete "You may …" and "You may not …"."""

    words: str
    roles: frozenset[Role]


STAFF = frozenset(Role) - {Role.member}
_EVERYONE = frozenset(Role)
_NOBODY: frozenset[Role] = frozenset()
_AT_THE_DESK = frozenset({Role.peer, Role.moderator})
_WITH_PEOPLE = _AT_THE_DESK | {Role.clinician}

TABLE: dict[Permission, Rule] = {
    Permission.message_read: Rule("read the conversations you are part of", _EVERYONE),
    Permission.message_send: Rule("write in the conversations you are part of", _EVERYONE),
    Permission.room_join: Rule("join groups and the lounge, once you have read what they agreed", _EVERYONE),
    Permission.line_ask: Rule("ask to talk with someone, and step out of the line whenever you like", frozenset({Role.member})),
    Permission.report_make: Rule("report a message, and hear back what came of it", _EVERYONE),
    Permission.appeal_make: Rule("ask somebody else to look again at what was decided about you", _EVERYONE),
    Permission.desk_see: Rule("open the desk", _AT_THE_DESK | {Role.coordinator}),
    Permission.line_meet: Rule("say you are ready, and meet the next person in line", _AT_THE_DESK),
    Permission.staff_log_read: Rule("read the notes staff keep beside a conversation you are part of", _WITH_PEOPLE),
    Permission.staff_log_write: Rule("write notes beside a conversation you are part of", _WITH_PEOPLE),
    Permission.escalation_raise: Rule("tell the clinician on call that you are worried about somebody", _AT_THE_DESK),
    Permission.escalation_follow: Rule("see how far a call for a clinician has come", STAFF),
    Permission.escalation_cancel: Rule("take back a call for a clinician, with a reason", _WITH_PEOPLE),
    Permission.report_judge: Rule("open reports, with a few messages around each, and answer them", frozenset({Role.moderator})),
    Permission.message_hide: Rule("hide a message, with a reason its author reads", frozenset({Role.moderator})),
    Permission.group_step_out: Rule("ask somebody to take a break from a group, and offer them someone to talk to", frozenset({Role.moderator})),
    Permission.account_suspend: Rule("suspend somebody for a while, with a reason they read", frozenset({Role.moderator, Role.coordinator})),
    Permission.appeal_decide: Rule("decide when somebody asks for a second look, unless the decision was yours", frozenset({Role.moderator, Role.coordinator})),
    Permission.escalation_acknowledge: Rule("answer a call for a clinician, by name", frozenset({Role.clinician})),
    Permission.escalation_resolve: Rule("close a call with its outcome and a line back to the peer", frozenset({Role.clinician})),
    Permission.conversation_join_announced: Rule("join a conversation you were called to; everyone in it is told", frozenset({Role.clinician})),
    Permission.transcript_read: Rule(
        "read a conversation you were called to, for a reason you write down; everyone in it is told", frozenset({Role.clinician})
    ),
    Permission.lesson_read: Rule("read what was learnt in this hub, without names", STAFF),
    Permission.lesson_take_off: Rule("take something off the page of what was learnt", frozenset({Role.coordinator})),
    Permission.rota_see: Rule("see who is on call in which week", frozenset({Role.clinician, Role.coordinator})),
    Permission.rota_swap: Rule("ask somebody to take a shift of yours, take one of theirs, and say when you are away", frozenset({Role.clinician})),
    Permission.rota_plan: Rule("plan who is on call when, who is away, and who takes a shift over", frozenset({Role.coordinator})),
    Permission.staff_see: Rule("see who works here and with which roles", frozenset({Role.coordinator})),
    Permission.staff_invite: Rule("invite staff with a link that works once", frozenset({Role.coordinator})),
    Permission.role_change: Rule("give roles and take them back", frozenset({Role.coordinator})),
    Permission.group_make: Rule("open a group, and choose who leads it", frozenset({Role.coordinator})),
    Permission.channel_keep: Rule("set up how people on call are reached, and try it out", frozenset({Role.coordinator})),
    Permission.delivery_see: Rule("see what was sent to whoever is on call and whether it arrived, never a word of it", frozenset({Role.coordinator})),
    Permission.policy_change: Rule("decide who is called for an escalation, how, and how soon; every change is written down", frozenset({Role.coordinator})),
    Permission.figures_see: Rule("see figures about the hub, without names or words", frozenset({Role.coordinator})),
    Permission.message_read_unseen: Rule("read anyone's words without a trace they can see", _NOBODY),
    Permission.message_rewrite: Rule("change what somebody else wrote", _NOBODY),
    Permission.person_take_outside: Rule("move a conversation to somewhere outside this place", _NOBODY),
}


def is_allowed(roles: Iterable[str], permission: Permission) -> bool:
    """Whether any of these roles may."""
    return not TABLE[permission].roles.isdisjoint(roles)


def is_staff(roles: Iterable[str]) -> bool:
    """Whether any of these roles is one of staff."""
    return not STAFF.isdisjoint(roles)


def require(ctx: Context, permission: Permission) -> Actor:
    """The actor, who may do this. Raises `NotSignedIn` or `NotAllowed`."""
    if not is_allowed(ctx.me.roles, permission):
        raise NotAllowed(detail=permission)
    return ctx.me
