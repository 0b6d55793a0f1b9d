"""What the small page of a link says, to somebody who was asleep a minute ago."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from beside.escalations.by_link import Seen
from beside.escalations.link_page import page_of
from beside.escalations.tables import Escalation
from beside.protocol.shapes import Severity

TIMES = [(0, "Raised just now, at 21:34 on Monday, 2 March, UTC."), (4, "Raised 4 minutes ago,"), (61, "Raised 61 minutes ago,"), (180, "Raised 3 hours ago,")]


@pytest.mark.parametrize(("minutes", "words"), TIMES)
def test_the_page_says_how_long_it_waits(minutes: int, words: str) -> None:
    """Somebody who was asleep reads how long ago it was first, and the hour with the zone it is meant in."""
    at = datetime(2026, 3, 2, 21, 34, tzinfo=UTC)
    row = Escalation(raised_at=at, severity=Severity.high)  # type: ignore[call-arg]  # what the page reads of it
    seen = Seen(row, None, taken_by_this=False, used_up=False, now=at + timedelta(minutes=minutes), zone="UTC")
    assert page_of(seen).lines[0].startswith(words)
    assert "22:34 on Monday, 2 March, Berlin time" in page_of(replace(seen, zone="Europe/Berlin")).lines[0]
