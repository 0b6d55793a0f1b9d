"""Letters to the operator's relay, over real sockets: what arrives, and every way in which it may not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from beside.kit.egress import REASONS, Timeouts, Undelivered
from beside.kit.mail import hand_over, letter_of, relay_of
from tests.kit.far_end import Authority
from tests.rig.child import free_port
from tests.rig.relay import MailRelay, Says

AT = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
SENDER = "beside@beside.test"
QUICK, SHORT = Timeouts(connect=2.0, total=5.0), Timeouts(connect=0.3, total=0.5)
LETTER = letter_of(SENDER, "on-call@clinic.test", "On call", "https://beside.test/a\n", id="<page_1@beside.test>", at=AT, urgent=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


async def test_a_letter_arrives_whole_and_once() -> None:
    """Sender, recipient, subject, id, date and text reach the relay as they were written."""
    async with MailRelay() as relay:
        handed = await hand_over(relay_of(relay.url(), SENDER), "on-call@clinic.test", LETTER, timeouts=QUICK)
    (taken,) = relay.taken
    letter = taken.letter
    assert (250, SENDER, "on-call@clinic.test", False, None) == (handed.status, taken.sender, taken.to, taken.tls, taken.user)
    assert ("On call", "<page_1@beside.test>", "auto-generated", "high") == tuple(
        letter[name] for name in ("Subject", "Message-ID", "Auto-Submitted", "Importance")
    )
    assert "https://beside.test/a" == str(letter.get_payload()).strip()


@pytest.mark.parametrize(("scheme", "implicit"), [("smtp", False), ("smtps", True)])
async def test_the_relay_is_reached_by_tls_and_signed_in_to(authority: Authority, scheme: str, implicit: bool) -> None:
    """By STARTTLS and by TLS from the first byte: the letter and the password cross encrypted, to who the certificate says it is."""
    async with MailRelay(tls=authority.server("localhost"), implicit=implicit) as relay:
        await hand_over(relay_of(relay.url(scheme, "house:w%40rd@"), SENDER), "a@b.test", LETTER, timeouts=QUICK, trust=authority.trust())
    assert [(True, "house")] == [(taken.tls, taken.user) for taken in relay.taken]


@pytest.mark.parametrize(("scheme", "implicit"), [("smtp", False), ("smtps", True)])
@pytest.mark.parametrize("wrong", ["unknown authority", "run out", "another name"])
async def test_a_certificate_that_is_not_right_is_refused(authority: Authority, tmp_path: Path, scheme: str, implicit: bool, wrong: str) -> None:
    """TLS of somebody else, run out or of another name: nothing is handed over, and no password is said (FAULTS 88)."""
    served = authority.server("elsewhere.example" if wrong == "another name" else "localhost", lifetime=timedelta(days=-1 if wrong == "run out" else 1))
    trust = Authority(tmp_path).trust() if wrong == "unknown authority" else authority.trust()
    async with MailRelay(tls=served, implicit=implicit) as relay:
        with pytest.raises(Undelivered) as failure:
            await hand_over(relay_of(relay.url(scheme, "house:word@"), SENDER), "a@b.test", LETTER, timeouts=QUICK, trust=trust)
    assert ("tls", [], False) == (failure.value.reason, relay.taken, "AUTH" in relay.commands)


async def test_without_tls_nothing_is_said_where_it_was_asked_for() -> None:
    """A relay that offers no STARTTLS (or whose offer somebody took out) gets neither letter nor password (FAULTS 88)."""
    async with MailRelay() as relay:
        with pytest.raises(Undelivered) as failure:
            await hand_over(relay_of(relay.url("smtp", "house:word@"), SENDER), "a@b.test", LETTER, timeouts=QUICK)
    assert ("tls", [], ["EHLO"]) == (failure.value.reason, relay.taken, relay.commands)


@pytest.mark.parametrize("at", ["hello", "EHLO", "RCPT", "."])
@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (Says(hang=True), "timeout"),
        (Says(drip_s=0.1), "timeout"),
        (Says(delay_s=0.8), "timeout"),
        (Says(reset=True), "reset"),
        (Says("not smtp at all"), "not_smtp"),
    ],
    ids=["hangs", "drips", "too late", "resets", "speaks something else"],
)
async def test_whatever_the_relay_does_it_ends_in_time_and_in_a_word(at: str, says: Says, reason: str) -> None:
    """At the greeting, at the end and in between: within the deadline there is one of our own words (FAULTS 88)."""
    if (at, reason) == ("EHLO", "not_smtp"):
        at = "MAIL"  # who does not know EHLO is asked on in the older way
    async with MailRelay() as relay:
        relay.says.append(Says(says.line, at, says.delay_s, says.drip_s, says.hang, says.reset))
        with pytest.raises(Undelivered) as failure:
            await hand_over(relay_of(relay.url(), SENDER), "a@b.test", LETTER, timeouts=SHORT)
    assert failure.value.reason in {reason, "reset"} if reason == "not_smtp" else failure.value.reason == reason
    assert failure.value.reason in REASONS
    assert failure.value.milliseconds is not None


@pytest.mark.parametrize(
    ("at", "line", "status"), [("hello", "554 go away", 554), ("MAIL", "550 not you", 550), ("RCPT", "550 5.1.1 nobody", 550), (".", "451 later", 451)]
)
async def test_a_refusal_in_words_is_an_answer(at: str, line: str, status: int) -> None:
    """The relay says no: its number comes back, and none of its words (FAULTS 125)."""
    async with MailRelay() as relay:
        relay.says.append(Says(line, at))
        assert status == (await hand_over(relay_of(relay.url(), SENDER), "a@b.test", LETTER, timeouts=QUICK)).status


async def test_nobody_there_is_said_so() -> None:
    """No relay on that port, and no such name (FAULTS 88)."""
    reasons = []
    for host in (f"localhost:{free_port()}", "nobody.invalid"):
        with pytest.raises(Undelivered) as failure:
            await hand_over(relay_of(f"smtp+plain://{host}", SENDER), "a@b.test", LETTER, timeouts=QUICK)
        reasons.append(failure.value.reason)
    assert ["refused", "dns"] == reasons


@pytest.mark.parametrize("url", ["smtp://", "http://relay.test", "relay.test", "smtps://relay.test:x", "smtps://relay.test/path", "smtps://relay.test?a=b"])
def test_what_is_no_relay_is_refused_without_being_repeated(url: str) -> None:
    """A wrong setting is said in our words: it may hold a password."""
    with pytest.raises(ValueError, match="not ") as refusal:
        relay_of(url, SENDER)
    assert "relay.test" not in str(refusal.value)


def test_no_header_can_be_added_from_outside() -> None:
    """A line end in an address or a subject makes no letter; a sender with one makes no relay."""
    for to, subject in (("a@b.test\r\nBcc: c@d.test", "x"), ("a@b.test", "x\nBcc: c@d.test")):
        with pytest.raises(ValueError):
            letter_of(SENDER, to, subject, "x", id="<1@b.test>", at=AT, urgent=False)
    with pytest.raises(ValueError, match="not a relay"):
        relay_of("smtps://relay.test", "a@b.test\r\nBcc: c@d.test")


def test_a_relay_does_not_print_its_password() -> None:
    """What a traceback or a log shows of it is where it is, and no more (FAULTS 125)."""
    assert "w0rd" not in repr(relay_of("smtps://house:w0rd@relay.test", SENDER))
