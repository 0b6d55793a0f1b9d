"""What comes first at the desk, as a table."""

from datetime import UTC, datetime, timedelta

from beside.moderation.urgency import by_urgency, most_urgent, standing

AT = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


def test_somebody_who_may_be_at_risk_comes_before_any_number_of_unkind_words() -> None:
    """By reason, then by how many told us, then by how long it waits; what somebody else has comes last."""
    rows = {
        "worried": standing("worried", 1, AT, taken=False),
        "sexual": standing("sexual", 1, AT, taken=False),
        "contact": standing("contact", 1, AT, taken=False),
        "unkind, five": standing("unkind", 5, AT + timedelta(minutes=9), taken=False),
        "unkind, old": standing("unkind", 1, AT, taken=False),
        "unkind, new": standing("unkind", 1, AT + timedelta(minutes=1), taken=False),
        "other": standing("other", 9, AT, taken=False),
        "worried, taken": standing("worried", 9, AT, taken=True),
    }
    assert list(rows) == sorted(rows, key=lambda name: rows[name])


def test_several_reasons_are_listed_under_the_most_urgent() -> None:
    """One person who worries outweighs three who were hurt; a reason we do not know comes last and breaks nothing."""
    assert "worried" == most_urgent(["unkind", "unkind", "worried", "other"])
    assert ["worried", "unkind", "other"] == by_urgency(["from-tomorrow", "unkind", "worried", "unkind"])
    assert "other" == most_urgent([])
