"""Standard Webhooks: our headers are the standard's, to the byte."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks.webhooks import Webhook

from beside.kit.clock import SystemClock
from beside.kit.webhooks import Unsigned, new_secret, sign, verify

# the vector that the standard's own libraries are tested with
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

NEWER = "whsec_" + base64.b64encode(b"another secret of 32 bytes, newer").decode()


def test_the_reference_vector_is_signed_to_the_byte() -> None:
    """The standard's published example gives the standard's published signature (FAULTS 96)."""
    expected = {"webhook-id": ID, "webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}
    assert expected == sign([SECRET], ID, AT, BODY)


def test_the_reference_vector_is_accepted() -> None:
    """The published headers verify, whatever the case of their names."""
    headers = {"Webhook-Id": ID, "WEBHOOK-TIMESTAMP": "1614265330", "webhook-signature": SIGNATURE}
    assert verify([SECRET], headers, BODY, AT) == ID


def test_a_signature_is_hmac_over_id_time_and_body() -> None:
    """Anybody can compute it from the standard's one line, without our library."""
    body = '{"words":"ñ 🌿"}'.encode()
    key = base64.b64decode(NEWER.removeprefix("whsec_"))
    digest = hmac.new(key, b"msg_1.1614265330." + body, hashlib.sha256).digest()
    assert f"v1,{base64.b64encode(digest).decode()}" == sign([NEWER], "msg_1", AT, body)["webhook-signature"]


def test_a_receiver_with_the_standard_library_accepts_us() -> None:
    """A receiver that uses the library off the shelf takes what we send now."""
    now = SystemClock().now()
    headers = sign([SECRET], ID, now, BODY)
    assert json.loads(BODY) == Webhook(SECRET).verify(BODY, headers)


def test_while_a_secret_is_exchanged_both_are_good() -> None:
    """With two secrets there are two signatures, and a receiver that knows either one accepts (FAULTS 96)."""
    headers = sign([NEWER, SECRET], ID, AT, BODY)
    assert SIGNATURE == headers["webhook-signature"].split(" ")[1]
    assert [ID, ID, ID] == [verify([secret], headers, BODY, AT) for secret in (NEWER, SECRET)] + [
        verify([SECRET, NEWER], sign([NEWER], ID, AT, BODY), BODY, AT)
    ]


def test_a_secret_that_was_given_up_is_not_good() -> None:
    """What only the old secret signed is refused once it is gone."""
    with pytest.raises(Unsigned):
        verify([NEWER], sign([SECRET], ID, AT, BODY), BODY, AT)


def test_every_changed_byte_is_found() -> None:
    """A body with any one byte changed does not verify (FAULTS 96)."""
    headers = sign([SECRET], ID, AT, BODY)
    for place in range(len(BODY)):
        changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        with pytest.raises(Unsigned):
            verify([SECRET], headers, changed, AT)


def test_the_same_json_written_anew_is_not_the_same() -> None:
    """What is signed is the bytes, not what they mean: a receiver must not parse and write again before it verifies (FAULTS 96)."""
    again = json.dumps(json.loads(BODY), separators=(",", ":")).encode()
    with pytest.raises(Unsigned):
        verify([SECRET], sign([SECRET], ID, AT, BODY), again, AT)


@pytest.mark.parametrize(("name", "value"), [("webhook-id", "msg_other"), ("webhook-timestamp", "1614265331"), ("webhook-signature", SIGNATURE[:-3] + "AE=")])
def test_a_changed_header_is_found(name: str, value: str) -> None:
    """The id and the time are signed along with the body."""
    with pytest.raises(Unsigned):
        verify([SECRET], sign([SECRET], ID, AT, BODY) | {name: value}, BODY, AT)


def test_a_dot_cannot_move_from_the_id_to_the_time() -> None:
    """An id with a dot is neither signed nor accepted: it could be read as a shorter id with another time (FAULTS 96)."""
    with pytest.raises(ValueError):
        sign([SECRET], "msg_1.1614265330", AT, BODY)
    shifted = {"webhook-id": "msg_1.1614265330", "webhook-timestamp": "7", "webhook-signature": sign([SECRET], "msg_1", AT, b"7.{}")["webhook-signature"]}
    with pytest.raises(Unsigned):
        verify([SECRET], shifted, b"{}", datetime.fromtimestamp(7, UTC))


@pytest.mark.parametrize(("seconds", "good"), [(-301, False), (-300, True), (0, True), (300, True), (301, False), (86_400, False)])
def test_what_is_older_than_five_minutes_or_from_the_future_is_refused(seconds: int, good: bool) -> None:
    """A recorded delivery cannot be played again later, nor one be dated ahead (FAULTS 95)."""
    headers, now = sign([SECRET], ID, AT, BODY), AT + timedelta(seconds=seconds)
    if good:
        assert verify([SECRET], headers, BODY, now) == ID
    else:
        with pytest.raises(Unsigned):
            verify([SECRET], headers, BODY, now)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_an_unsigned_callback_is_refused(missing: str) -> None:
    """Without any one of the three headers nothing is accepted (FAULTS 95)."""
    headers = sign([SECRET], ID, AT, BODY)
    del headers[missing]
    with pytest.raises(Unsigned):
        verify([SECRET], headers, BODY, AT)


@pytest.mark.parametrize("signature", ["", "v1", "v1,", "v2," + SIGNATURE[3:], "v1a," + SIGNATURE[3:], "\ud800", SIGNATURE.lower(), SIGNATURE[3:], "v1,é"])
def test_a_signature_of_another_kind_is_refused(signature: str) -> None:
    """Odd, empty and foreign signatures are refused like wrong ones, and a good one beside them still counts."""
    with pytest.raises(Unsigned):
        verify([SECRET], sign([SECRET], ID, AT, BODY) | {"webhook-signature": signature}, BODY, AT)
    assert verify([SECRET], sign([SECRET], ID, AT, BODY) | {"webhook-signature": f"{signature} {SIGNATURE}"}, BODY, AT) == ID


@pytest.mark.parametrize("stamp", ["", "now", "-1614265330", "1614265330.0", "1e9", "١٦١٤٢٦٥٣٣٠", "9" * 400])
def test_a_time_of_another_form_is_refused(stamp: str) -> None:
    """The time is whole seconds in plain digits, and nothing else raises anything else."""
    with pytest.raises(Unsigned):
        verify([SECRET], sign([SECRET], ID, AT, BODY) | {"webhook-timestamp": stamp}, BODY, AT)


def test_a_body_that_is_not_text_is_refused() -> None:
    """Bytes that are no UTF-8 are refused, not crashed upon."""
    with pytest.raises(Unsigned):
        verify([SECRET], sign([SECRET], ID, AT, BODY), b"\xff\xfe", AT)


def test_the_zone_of_the_moment_does_not_matter() -> None:
    """The same instant in another zone gives the same headers."""
    assert sign([SECRET], ID, AT, BODY) == sign([SECRET], ID, AT.astimezone(timezone(timedelta(hours=-7))), BODY)


def test_a_new_secret_is_long_enough_and_never_twice_the_same() -> None:
    """A secret carries 32 random bytes behind its prefix, and signs."""
    first, second = new_secret(), new_secret()
    assert (True, 32) == (first.startswith("whsec_"), len(base64.b64decode(first.removeprefix("whsec_"))))
    assert first != second
    assert verify([first], sign([first], ID, AT, BODY), BODY, AT) == ID


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_"], ["whsec_é"]])
def test_without_a_real_secret_nothing_is_signed(secrets: list[str]) -> None:
    """No secret, an empty one or one that is not base64 stops us before anything leaves."""
    with pytest.raises(ValueError):
        sign(secrets, ID, AT, BODY)
