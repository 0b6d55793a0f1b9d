"""The one table of who may do what, and what is printed from it."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from beside.accounts.permissions import STAFF, TABLE, Permission, is_allowed, require
from beside.accounts.role_cards import card_of, cards
from beside.accounts.roles_page import PLACE, roles_page
from beside.kit.context import Context
from beside.kit.errors import NotAllowed, NotSignedIn
from beside.protocol.shapes import Role

# Written by hand beside the table, so that a slip in either is seen: m(ember) p(eer) o (moderator) c(linician) k (coordinator)
EXPECTED = {
    "message.read": "mpock",
    "message.send": "mpock",
    "room.join": "mpock",
    "line.ask": "m",
    "report.make": "mpock",
    "appeal.make": "mpock",
    "desk.see": "pok",
    "line.meet": "po",
    "staff_log.read": "poc",
    "staff_log.write": "poc",
    "escalation.raise": "po",
    "escalation.follow": "pock",
    "escalation.cancel": "poc",
    "report.judge": "o",
    "message.hide": "o",
    "group.step_out": "o",
    "account.suspend": "ok",
    "appeal.decide": "ok",
    "escalation.acknowledge": "c",
    "escalation.resolve": "c",
    "conversation.join_announced": "c",
    "transcript.read": "c",
    "lesson.read": "pock",
    "lesson.take_off": "k",
    "rota.see": "ck",
    "rota.swap": "c",
    "rota.plan": "k",
    "policy.change": "k",
    "staff.see": "k",
    "staff.invite": "k",
    "role.change": "k",
    "group.make": "k",
    "channel.keep": "k",
    "delivery.see": "k",
    "figures.see": "k",
    "message.read_unseen": "",
    "message.rewrite": "",
    "person.take_outside": "",
}
LETTERS = {Role.member: "m", Role.peer: "p", Role.moderator: "o", Role.clinician: "c", Role.coordinator: "k"}


def acting(*roles: str) -> Context:
    """A context in which somebody with these roles acts: `require` reads nothing else of it."""
    return cast(Context, SimpleNamespace(me=SimpleNamespace(roles=frozenset(roles))))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_each_role_may_exactly_what_was_agreed(permission: Permission, role: Role) -> None:
    """For every permission and role, `require` lets in those who were agreed on, and nobody else."""
    expected = LETTERS[role] in EXPECTED[permission.value]
    assert expected == is_allowed([role], permission)
    if expected:
        assert frozenset({role}) == require(acting(role), permission).roles
    else:
        with pytest.raises(NotAllowed):
            require(acting(role), permission)


@pytest.mark.parametrize("permission", list(Permission))
def test_without_a_role_nothing_is_allowed(permission: Permission) -> None:
    """Somebody whose last role was taken may do nothing."""
    with pytest.raises(NotAllowed):
        require(acting(), permission)


def test_two_roles_may_what_either_may() -> None:
    """A moderator who is also a member may ask for support, and still judge reports."""
    assert is_allowed([Role.moderator, Role.member], Permission.line_ask)
    assert is_allowed([Role.moderator, Role.member], Permission.report_judge)


def test_nobody_signed_in_is_nobody() -> None:
    """Without an actor, `require` says not signed in rather than not allowed."""
    bare: Any = Context(cast(Any, None), cast(Any, None), cast(Any, None))
    with pytest.raises(NotSignedIn):
        require(bare, Permission.message_read)


def test_a_coordinator_reads_no_words() -> None:
    """Who runs a hub sees figures, not conversations: no permission that opens others' words is theirs."""
    for permission in (Permission.report_judge, Permission.transcript_read, Permission.message_hide, Permission.staff_log_read):
        assert not is_allowed([Role.coordinator], permission)


@pytest.mark.parametrize("role", sorted(STAFF))
def test_a_card_is_the_table_cut_in_two(role: Role) -> None:
    """What a staff card says one may and may not do is together the whole table, once each."""
    card = card_of(role)
    said = [shown.permission for shown in card.may + card.may_not]
    assert sorted(said) == sorted(p.value for p in Permission)
    assert [p.value for p in Permission if role in TABLE[p].roles] == [shown.permission for shown in card.may]


def test_a_members_card_does_not_list_the_work_of_staff() -> None:
    """A member reads what they may do, and what nobody here may do to them."""
    assert [p.value for p in Permission if not TABLE[p].roles] == [shown.permission for shown in card_of(Role.member).may_not]


def test_cards_are_complete_sentences_without_shouting() -> None:
    """Every role has a card with a title and a purpose, and no words with a capital or a mark that sounds like a command."""
    for card in cards():
        assert card.title
        assert card.purpose.endswith(".")
        for shown in card.may + card.may_not:
            assert shown.words[0].islower()
            assert "!" not in shown.words
            assert not shown.words.endswith(".")


def test_the_printed_page_is_what_the_server_enforces() -> None:
    """ROLES.md was written from the table as it stands."""
    assert roles_page() == PLACE.read_text(encoding="utf-8")
