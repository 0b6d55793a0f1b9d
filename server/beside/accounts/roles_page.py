"""ROLES.md beside this file, written from the permission table: `python -m beside.accounts.roles_page`. A test fails where it is stale."""

from pathlib import Path

from beside.accounts.permissions import TABLE
from beside.accounts.role_cards import TITLES, cards
from beside.protocol.shapes import Role

PLACE = Path(__file__).with_name("ROLES.md")


def roles_page() -> str:
    """The page: each card, then the whole table."""
    return "\n".join([*_opening(), *(line for card in _cards() for line in card), *_table()]) + "\n"


def _opening() -> list[str]:
    return [
        "# Who may do what",
        "",
        "Written from `permissions.py`, the table that the server enforces: change that, then run `python -m beside.accounts.roles_page`.",
        "A role says that something may be done at all; whether it may be done in this conversation, the lookup of the conversation says.",
        "",
    ]


def _cards() -> list[list[str]]:
    return [
        [
            f"## {card.title}",
            "",
            card.purpose,
            "",
            "You may",
            "",
            *(f"- {may.words}" for may in card.may),
            "",
            "You may not",
            "",
            *(f"- {not_.words}" for not_ in card.may_not),
            "",
        ]
        for card in cards()
    ]


def _table() -> list[str]:
    head = ["## The table", "", "| permission | " + " | ".join(TITLES[role] for role in Role) + " |", "|---|" + "---|" * len(Role)]
    return head + [f"| `{p.value}` | " + " | ".join("yes" if role in rule.roles else "" for role in Role) + " |" for p, rule in TABLE.items()]


if __name__ == "__main__":
    PLACE.write_text(roles_page(), encoding="utf-8")
