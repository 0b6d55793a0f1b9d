"""A screen by the client's rules: old is dropped, next is shown, a hole is waited for."""

from typing import Any

from tests.rig.timeline import Timeline


def posted(seq: int, body: str | None = "words", by: str = "somebody") -> dict[str, Any]:
    return {"type": "message.posted", "seq": seq, "body": body, "author": {"account": by}}


def about(kind: str, seq: int, target: int, **more: Any) -> dict[str, Any]:
    return {"type": f"message.{kind}", "seq": seq, "target_seq": target, **more}


def test_events_that_come_doubled_and_out_of_order_are_shown_once_in_order() -> None:
    """Whatever the network does (FAULTS 13, 14)."""
    timeline = Timeline("epoch")
    timeline.begin(0)
    missing = [timeline.take(posted(seq)) for seq in (1, 3, 3, 2, 1, 4)]
    assert ([1, 2, 3, 4], [False, True, True, False, False, False], {}) == ([event["seq"] for event in timeline.shown], missing, timeline.held)


def test_edits_hidings_and_restorings_change_the_line_they_are_about() -> None:
    """The line stays where it is."""
    timeline = Timeline("epoch")
    timeline.begin(0)
    for event in (posted(1, "a"), posted(2, "b"), about("edited", 3, 1, body="A"), about("redacted", 4, 2), about("edited", 5, 9, body="x")):
        timeline.take(event)
    hidden = dict(timeline.words)
    timeline.take(about("restored", 6, 2, body="b"))
    assert ({1: "A", 2: None}, {1: "A", 2: "b"}) == (hidden, timeline.words)


def test_authors_go_on_reading_their_own_hidden_words() -> None:
    """Of two that were hidden, the one of whoever looks stays."""
    timeline = Timeline("epoch", "me")
    timeline.begin(0)
    for event in (posted(1, "mine", "me"), posted(2, "theirs"), about("redacted", 3, 1), about("redacted", 4, 2)):
        timeline.take(event)
    assert {1: "mine", 2: None} == timeline.words


def test_a_later_subscription_goes_on_where_the_screen_stands() -> None:
    """Nothing is shown again; a jump that the server makes is remembered as such."""
    timeline = Timeline("epoch")
    timeline.begin(10)
    timeline.take(posted(11))
    timeline.begin(11)
    timeline.begin(20)
    timeline.take(posted(21))
    assert ([11, 21], 10, [(11, 20)]) == ([event["seq"] for event in timeline.shown], timeline.starts_after, timeline.skipped)
