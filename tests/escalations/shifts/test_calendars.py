"""Calendars in and out: what is written is what RFC 5545 asks for, what is read is what was meant, and no text breaks anything."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from beside.accounts.revoke_role import revoke_role
from beside.escalations.shifts.bring_in import bring_in, look_at_calendar
from beside.escalations.shifts.calendar_lines import events_in
from beside.escalations.shifts.calendar_read import ENTRIES_AT_MOST, Left, Read, read_calendar
from beside.escalations.shifts.calendar_text import Entry, calendar_text
from beside.escalations.shifts.feed import renew_feed
from beside.escalations.shifts.routes import doors, feed_routes
from beside.kit.context import command, query
from beside.kit.errors import BadInput, Conflict, NotAllowed
from beside.protocol.rota import BringCalendarIn, CalendarNote, CalendarPerson
from beside.protocol.shapes import Role
from tests.escalations.shifts.rota_scene import RotaScene, utc
from tests.rig.cast import Person
from tests.rig.house import PUBLIC_URL
from tests.rig.knock import Knocker

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def calendar(*events: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


EVENING = ("DTSTART;TZID=Europe/London:20260302T200000", "DTEND;TZID=Europe/London:20260303T080000")
STARTS, ENDS = at("2026-03-02T20:00"), at("2026-03-03T08:00")
MEANT: list[tuple[str, tuple[str, ...], Read]] = [
    ("once", EVENING, Read("", STARTS, ENDS)),
    ("without a zone", ("DTSTART:20260302T200000", "DTEND:20260303T080000"), Read("", STARTS, ENDS)),
    ("in UTC, in summer", ("DTSTART:20260702T190000Z", "DTEND:20260702T230000Z"), Read("", at("2026-07-02T20:00"), at("2026-07-03T00:00"))),
    ("in another zone, once", ("DTSTART;TZID=Europe/Berlin:20260302T210000", "DURATION:PT12H"), Read("", STARTS, ENDS)),
    ("whole days", ("DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260304"), Read("", at("2026-03-02"), at("2026-03-04"))),
    ("one whole day", ("DTSTART;VALUE=DATE:20260302",), Read("", at("2026-03-02"), at("2026-03-03"))),
    ("a week", ("DTSTART:20260302T090000", "DURATION:P1W"), Read("", at("2026-03-02T09:00"), at("2026-03-09T09:00"))),
    ("weekly", (*EVENING, "RRULE:FREQ=WEEKLY"), Read("", STARTS, ENDS, 1, (0,))),
    ("two days of every third week", (*EVENING, "RRULE:FREQ=WEEKLY;INTERVAL=3;BYDAY=TH,MO"), Read("", STARTS, ENDS, 3, (0, 3))),
    ("daily", (*EVENING, "RRULE:FREQ=DAILY"), Read("", STARTS, ENDS, 1, (0, 1, 2, 3, 4, 5, 6))),
    ("every fourteenth day", (*EVENING, "RRULE:FREQ=DAILY;INTERVAL=14"), Read("", STARTS, ENDS, 2, (0,))),
    ("four times", (*EVENING, "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=4"), Read("", STARTS, ENDS, 1, (0, 3), date(2026, 3, 12))),
    ("until a day", (*EVENING, "RRULE:FREQ=WEEKLY;UNTIL=20260316"), Read("", STARTS, ENDS, 1, (0,), date(2026, 3, 16))),
    ("until just before it would begin", (*EVENING, "RRULE:FREQ=WEEKLY;UNTIL=20260316T195900Z"), Read("", STARTS, ENDS, 1, (0,), date(2026, 3, 15))),
    ("without one", (*EVENING, "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/London:20260309T200000"), Read("", STARTS, ENDS, 1, (0,), None, (date(2026, 3, 9),))),
    ("folded, escaped, with an alarm", (
        *EVENING, "SUMMARY:Ben\\, first\\;", " on call", "BEGIN:VALARM", "SUMMARY:not this", "TRIGGER:-PT1H", "END:VALARM",
    ), Read("Ben, first;on call", STARTS, ENDS)),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), [row[1:] for row in MEANT], ids=[row[0] for row in MEANT])
def test_what_a_calendar_means(lines: tuple[str, ...], expected: Read) -> None:
    """Each way in which calendars write a shift that we can keep is the shift that was meant."""
    assert ([expected], []) == read_calendar(calendar(event(*lines)), LONDON)


LEFT: list[tuple[str, tuple[str, ...], CalendarNote]] = [
    ("no times", ("SUMMARY:x",), CalendarNote.no_times),
    ("no end", ("DTSTART:20260302T200000",), CalendarNote.no_times),
    ("the end first", ("DTSTART:20260302T200000", "DTEND:20260302T190000"), CalendarNote.no_times),
    ("a month long", ("DTSTART:20260302T200000", "DTEND:20260402T190000"), CalendarNote.no_times),
    ("a thirtieth of February", ("DTSTART:20260230T200000", "DURATION:PT1H"), CalendarNote.times_unreadable),
    ("the year one", ("DTSTART:00010101T000000", "DURATION:PT1H"), CalendarNote.times_unreadable),
    ("words for a time", ("DTSTART:tomorrow", "DURATION:PT1H"), CalendarNote.times_unreadable),
    ("a zone of its own", ("DTSTART;TZID=Our Office:20260302T200000", "DURATION:PT1H"), CalendarNote.zone_unknown),
    ("a zone that is a path", ("DTSTART;TZID=../../etc/passwd:20260302T200000", "DURATION:PT1H"), CalendarNote.zone_unknown),
    ("weekly in another zone", ("DTSTART;TZID=Europe/Berlin:20260302T200000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), CalendarNote.zone_other),
    ("monthly", (*EVENING, "RRULE:FREQ=MONTHLY"), CalendarNote.repeat_unknown),
    ("every second day", (*EVENING, "RRULE:FREQ=DAILY;INTERVAL=2"), CalendarNote.repeat_unknown),
    ("the first Monday", (*EVENING, "RRULE:FREQ=WEEKLY;BYDAY=1MO"), CalendarNote.repeat_unknown),
    ("by month as well", (*EVENING, "RRULE:FREQ=WEEKLY;BYMONTH=3"), CalendarNote.repeat_unknown),
    ("a rule that is none", (*EVENING, "RRULE:FREQ"), CalendarNote.repeat_unknown),
    ("no interval", (*EVENING, "RRULE:FREQ=WEEKLY;INTERVAL=0"), CalendarNote.repeat_unknown),
    ("ever so often", (*EVENING, "RRULE:FREQ=WEEKLY;COUNT=999999999999"), CalendarNote.repeat_unknown),
    ("a day that is not its own", (*EVENING, "RRULE:FREQ=WEEKLY;BYDAY=WE"), CalendarNote.repeat_unknown),
    ("every ninth week", (*EVENING, "RRULE:FREQ=WEEKLY;INTERVAL=9"), CalendarNote.repeat_too_far),
    ("further days", (*EVENING, "RDATE:20260309T200000"), CalendarNote.exceptions),
    ("one day of another", (*EVENING, "RECURRENCE-ID:20260309T200000"), CalendarNote.exceptions),
    ("called off", (*EVENING, "STATUS:CANCELLED"), CalendarNote.cancelled),
]


@pytest.mark.parametrize(("lines", "note"), [row[1:] for row in LEFT], ids=[row[0] for row in LEFT])
def test_what_cannot_be_kept_is_named(lines: tuple[str, ...], note: CalendarNote) -> None:
    """Nothing is guessed: what we could only keep half is left out and says why, and the entry beside it is kept."""
    whole = calendar(event(*lines), event(*EVENING))
    assert ([Read("", STARTS, ENDS)], [Left(1, "x" if "SUMMARY:x" in lines else "", note)]) == read_calendar(whole, LONDON)


pieces = st.sampled_from(
    ["BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VALARM", "DTSTART:20260302T200000", "DURATION:PT1H", "DTEND", "RRULE:", " ", "\t",
     "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3", "EXDATE:20260309,x", "SUMMARY;LANGUAGE=\"a:b\":c", "DTSTART;TZID=:20260302T200000",
     "DTSTART;TZID=a\0b:20260302T200000"]
)  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(lines=st.lists(pieces | st.text(max_size=30), max_size=30))
def test_no_text_breaks_the_reader(lines: list[str]) -> None:
    """Whatever it is handed, it answers: with shifts that have a length, or with what it would leave out."""
    kept, left = read_calendar("\n".join(lines), LONDON)
    assert all(one.starts < one.ends for one in kept)
    assert len(kept) + len(left) <= ENTRIES_AT_MOST + 1


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VEVENT\n" * 4_000,
        "BEGIN:" * 10_000,
        "\n ".join(["SUMMARY:"] + ["x" * 10] * 5_000),
        ";" * 60_000,
        '"' * 60_000,
        calendar(*[event(*EVENING)] * 500),
    ],
    ids=["nested", "begun", "folded", "parameters", "quoted", "many"],
)
def test_a_hostile_calendar_is_only_text(text: str) -> None:
    """Nesting, folding, quoting, and more entries than anybody has: read to the end, or to the limit, and no further (FAULTS 56)."""
    kept, left = read_calendar(text, LONDON)
    assert len(kept) <= ENTRIES_AT_MOST
    assert len(kept) < ENTRIES_AT_MOST or [CalendarNote.too_many] == [one.note for one in left]


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(summary=words)
def test_what_is_written_can_be_read(summary: str) -> None:
    """Every line ends as the standard says and is at most 75 octets long, through no character; and the words come back as they were."""
    text = calendar_text([Entry("a@beside", NOON, utc(2, 20), summary)], NOON)
    assert text.endswith("END:VCALENDAR\r\n")
    assert [] == [line for line in text.encode().split(b"\r\n") if len(line) > 75]
    found = [one.first("SUMMARY") for one in events_in(text)]
    assert [summary.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")] == [one.value for one in found if one]


async def read(rota: RotaScene, url: str) -> httpx2.Response:
    app = Starlette(routes=feed_routes(rota.house))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=PUBLIC_URL) as http:
        return await http.get(url)


async def feed(rota: RotaScene, who: Person, *, whole: bool = False) -> str:
    async with command(rota.house, who.actor) as ctx:
        return (await renew_feed(ctx, whole=whole)).url


@one_engine
async def test_a_persons_calendar_holds_their_turns(rota: RotaScene) -> None:
    """Ben's address shows his turns and what he took over, by the name of the line, and nobody's name (FAULTS 104)."""
    shift = await rota.plans(rota.hazel, "2026-03-03T08:00", "2026-03-04T08:00", every_weeks=0, weekdays=None)
    await rota.plans(rota.ben, "2026-03-05T20:00", "2026-03-06T08:00", rung=2, every_weeks=0, weekdays=None)
    await rota.agrees(rota.ben, await rota.asks(rota.hazel, shift, date(2026, 3, 3)))
    answer = await read(rota, await feed(rota, rota.ben))
    assert ("text/calendar; charset=utf-8", "no-store") == (answer.headers["content-type"], answer.headers["cache-control"])
    found = [{prop.name: prop.value for prop in one.properties} for one in events_in(answer.text)]
    assert [("20260303T080000Z", "20260304T080000Z", "On call: First on call"), ("20260305T200000Z", "20260306T080000Z", "On call: Second on call")] == [
        (one["DTSTART"], one["DTEND"], one["SUMMARY"]) for one in found
    ]
    for name in ("Hazel", "Ben", "Harbour", "Linden"):
        assert name not in answer.text


@one_engine
async def test_an_address_is_a_secret(rota: RotaScene) -> None:
    """It is kept as a hash only; made anew, the old one leads nowhere; so does that of somebody who takes no calls any more (FAULTS 125)."""
    url = await feed(rota, rota.ben)
    token = url.rsplit("/", 1)[1].removesuffix(".ics")
    async with query(rota.house) as ctx:
        dumped = "\n".join(str(row) for row in (await (await ctx.db.connection()).exec_driver_sql("SELECT * FROM rota_feed")).all())
    assert token not in dumped
    newer = await feed(rota, rota.ben)
    assert [404, 200] == [(await read(rota, one)).status_code for one in (url, newer)]
    assert [404] * 3 == [(await read(rota, f"/rota/feed/{one}.ics")).status_code for one in ("x" * 43, token[:-1], "%00")]
    async with command(rota.house, rota.cast.coordinator.actor) as ctx:
        await revoke_role(ctx, rota.ben.account, Role.clinician)
    assert 404 == (await read(rota, newer)).status_code


@one_engine
async def test_the_hubs_calendar_shows_what_is_missing(rota: RotaScene) -> None:
    """The coordinator's address holds every turn, and the hours that are nobody's; it is not for clinicians."""
    await rota.covers(1)
    await rota.plans(rota.ben, "2026-03-01T08:00", "2026-03-01T20:00", rung=2)
    text = (await read(rota, await feed(rota, rota.cast.coordinator, whole=True))).text
    assert "SUMMARY:Nobody on call: Second on call" in text
    assert "Nobody on call: First on call" not in text
    with pytest.raises(NotAllowed):
        await feed(rota, rota.ben, whole=True)


IN = calendar(
    event(*EVENING, "RRULE:FREQ=WEEKLY", "EXDATE:20260309T200000", "SUMMARY:Night: Ben"),
    event("DTSTART:20260304T080000", "DTEND:20260304T200000", "SUMMARY:cai"),
    event(*EVENING, "RRULE:FREQ=MONTHLY", "SUMMARY:Ben"),
    event("DTSTART:20260305T080000", "DTEND:20260305T200000", "SUMMARY:Locum"),
)


@one_engine
async def test_a_calendar_is_looked_at_and_then_kept(rota: RotaScene) -> None:
    """Looking keeps nothing and says who is who; then what was shown is on the rota, days that fall out as well, and no name from the file."""
    async with query(rota.house, rota.cast.coordinator.actor) as ctx:
        seen = await look_at_calendar(ctx, IN)
    assert [("Night: Ben", rota.ben.account), ("cai", rota.cai.account), ("Locum", None)] == [(one.name, one.account) for one in seen.names]
    assert [(3, CalendarNote.repeat_unknown)] == [(one.entry, one.note) for one in seen.left]
    assert [] == await rota.rows()
    people = [CalendarPerson(name=one.name, account=one.account) for one in seen.names]
    async with command(rota.house, rota.cast.coordinator.actor) as ctx:
        assert 2 == await bring_in(ctx, BringCalendarIn(text=IN, rung=1, people=people))
    assert [rota.ben.account, rota.cai.account] == [row.account_id for row in await rota.rows()]
    assert [True, False, True] == [bool(await rota.on_duty(one)) for one in (utc(2, 22), utc(9, 22), utc(16, 22))]


@one_engine
async def test_a_calendar_is_kept_whole_or_not_at_all(rota: RotaScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many, a person of another hub, a line that is not there, nobody named: refused, and not one row is written."""
    people = [CalendarPerson(name="cai", account=rota.cai.account), CalendarPerson(name="Night: Ben", account=rota.ben.account)]
    far = [CalendarPerson(name="cai", account=rota.cast.stranger.account)]
    monkeypatch.setattr("beside.escalations.shifts.plan_shift.SHIFTS_AT_MOST", 1)
    for asked, refused in (
        (BringCalendarIn(text=IN, rung=1, people=people), Conflict),
        (BringCalendarIn(text=IN, rung=1, people=far), BadInput),
        (BringCalendarIn(text=IN, rung=9, people=people[:1]), BadInput),
        (BringCalendarIn(text=IN, rung=1, people=[]), BadInput),
    ):
        with pytest.raises(refused):
            async with command(rota.house, rota.cast.coordinator.actor) as ctx:
                await bring_in(ctx, asked)
    assert [] == await rota.rows()


@one_engine
async def test_ten_megabytes_are_refused_at_the_door(rota: RotaScene) -> None:
    """A file far beyond any rota is not read to its end: the door says that it is too long (FAULTS 55)."""
    knock = Knocker(rota.house, doors)
    for size in (61_000, 10_000_000):
        answer = await knock(rota.cast.coordinator, "POST", "/api/rota/calendar/look", {"text": "x" * size})
        assert "too_long" == answer.body["code"]
