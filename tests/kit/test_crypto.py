"""Words at rest: what opens, and that everything that was moved, changed or of another key stays shut."""

import os

import pytest

from beside.kit import crypto
from beside.kit.crypto import KEY_BYTES, NONCE_BYTES, DataKey, Keyring, Unreadable

PLACE = "message/c1/public/7/a1/1"
WORDS = "I could not sleep again. ñ 🌿"


@pytest.fixture
def keyring() -> Keyring:
    return Keyring({1: b"1" * KEY_BYTES})


def test_what_was_sealed_opens_in_its_place(keyring: Keyring) -> None:
    """Words come back to the letter under their key and place, also in a process that starts afresh."""
    key = keyring.new_data_key()
    sealed = keyring.seal(key, WORDS, PLACE)
    assert [WORDS, WORDS] == [ring.open(key, sealed, PLACE) for ring in (keyring, Keyring({1: b"1" * KEY_BYTES}))]


@pytest.mark.parametrize(
    "place", ["message/c1/public/8/a1/1", "message/c1/staff/7/a1/1", "message/c2/public/7/a1/1", "message/c1/public/7/a2/1", "", PLACE + " "]
)
def test_words_moved_to_another_place_stay_shut(keyring: Keyring, place: str) -> None:
    """Another row, log, conversation or author: the text does not open there (FAULTS 116)."""
    key = keyring.new_data_key()
    with pytest.raises(Unreadable):
        keyring.open(key, keyring.seal(key, WORDS, PLACE), place)


def test_words_of_another_key_stay_shut(keyring: Keyring) -> None:
    """A text put under another conversation's data key does not open (FAULTS 116)."""
    key, other = keyring.new_data_key(), keyring.new_data_key()
    with pytest.raises(Unreadable):
        keyring.open(other, keyring.seal(key, WORDS, PLACE), PLACE)


def test_a_flipped_bit_anywhere_keeps_words_shut(keyring: Keyring) -> None:
    """Each single bit of what is stored, nonce and tag included, is vouched for (FAULTS 116)."""
    key = keyring.new_data_key()
    sealed = keyring.seal(key, "short", PLACE)
    for bit in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unreadable):
            keyring.open(key, bytes(changed), PLACE)


@pytest.mark.parametrize("length", [0, 1, NONCE_BYTES - 1, NONCE_BYTES, NONCE_BYTES + 1, NONCE_BYTES + 16])
def test_what_was_cut_short_stays_shut(keyring: Keyring, length: int) -> None:
    """A text of which a part is missing raises the one error, however little is left."""
    key = keyring.new_data_key()
    with pytest.raises(Unreadable):
        keyring.open(key, keyring.seal(key, WORDS, PLACE)[:length], PLACE)


def test_a_flipped_bit_of_a_wrapped_key_keeps_it_shut(keyring: Keyring) -> None:
    """A data key that was changed neither opens nor seals anything: nothing is written under a key we cannot open again (FAULTS 116)."""
    key = keyring.new_data_key()
    sealed = keyring.seal(key, WORDS, PLACE)
    for place in range(len(key.wrapped)):
        changed = bytearray(key.wrapped)
        changed[place] ^= 1
        spoilt = DataKey(key.version, bytes(changed))
        with pytest.raises(Unreadable):
            keyring.open(spoilt, sealed, PLACE)
        with pytest.raises(Unreadable):
            keyring.seal(spoilt, WORDS, PLACE)


@pytest.mark.parametrize("wrapped", [b"", b"short", b"x" * NONCE_BYTES, b"x" * 60])
def test_something_that_is_no_wrapped_key_keeps_everything_shut(keyring: Keyring, wrapped: bytes) -> None:
    """An emptied or foreign key row raises the one error when opening and when sealing."""
    with pytest.raises(Unreadable):
        keyring.open(DataKey(1, wrapped), b"x" * 40, PLACE)
    with pytest.raises(Unreadable):
        keyring.seal(DataKey(1, wrapped), WORDS, PLACE)


def test_a_wrong_outer_key_opens_nothing_and_writes_nothing(keyring: Keyring) -> None:
    """With another key-encryption key of the same number, old words stay shut and no new ones are written in their conversation (FAULTS 117)."""
    key = keyring.new_data_key()
    sealed = keyring.seal(key, WORDS, PLACE)
    wrong = Keyring({1: b"2" * KEY_BYTES})
    with pytest.raises(Unreadable):
        wrong.open(key, sealed, PLACE)
    with pytest.raises(Unreadable):
        wrong.seal(key, WORDS, PLACE)


def test_an_older_outer_key_still_opens_while_the_newest_wraps() -> None:
    """After a new key is added, what the old one wrapped opens, and new data keys name the new one."""
    old = Keyring({1: b"1" * KEY_BYTES})
    key = old.new_data_key()
    sealed = old.seal(key, WORDS, PLACE)
    both = Keyring({1: b"1" * KEY_BYTES, 2: b"2" * KEY_BYTES})
    assert WORDS == both.open(key, sealed, PLACE)
    assert [1, 2] == [key.version, both.new_data_key().version]


def test_an_outer_key_that_was_taken_away_opens_nothing() -> None:
    """What only a removed key wrapped stays shut, and a version that was never there too (FAULTS 116)."""
    key = Keyring({1: b"1" * KEY_BYTES}).new_data_key()
    newer = Keyring({2: b"2" * KEY_BYTES})
    with pytest.raises(Unreadable):
        newer.open(key, b"x" * 40, PLACE)


def test_a_changed_version_is_not_overlooked_because_the_key_was_open_before(keyring: Keyring) -> None:
    """A key row whose version was changed stays shut, also right after it was in use (FAULTS 116)."""
    key = keyring.new_data_key()
    sealed = keyring.seal(key, WORDS, PLACE)
    with pytest.raises(Unreadable):
        keyring.open(DataKey(9, key.wrapped), sealed, PLACE)


@pytest.mark.parametrize("keys", [{}, {1: b""}, {1: b"k" * 16}, {1: b"k" * 33}, {1: b"k" * KEY_BYTES, 2: b"short"}])
def test_without_a_whole_key_there_is_no_keyring(keys: dict[int, bytes]) -> None:
    """A key that is missing, or not 32 bytes, stops us at the start: nothing is ever written in clear for want of it (FAULTS 117)."""
    with pytest.raises(ValueError):
        Keyring(keys)


def test_the_same_words_never_look_the_same(keyring: Keyring) -> None:
    """Equal texts in equal places differ when stored, and so do equal keys: nobody learns that something was said twice."""
    key = keyring.new_data_key()
    assert len({keyring.seal(key, WORDS, PLACE) for _ in range(100)}) == 100
    assert len({sealed[:NONCE_BYTES] for sealed in (keyring.seal(key, WORDS, PLACE) for _ in range(100))}) == 100
    assert len({keyring.new_data_key().wrapped for _ in range(100)}) == 100


def test_nothing_of_the_words_is_in_what_is_stored(keyring: Keyring) -> None:
    """Neither the words nor their place can be found in the sealed bytes or the wrapped key (FAULTS 115)."""
    key = keyring.new_data_key()
    sealed = keyring.seal(key, "canary", "canary/place")
    assert b"canary" not in sealed + key.wrapped


def test_an_error_names_the_kind_of_place_and_nothing_more(keyring: Keyring) -> None:
    """What an error says may be logged: the first word of the place, no id and no words."""
    key = keyring.new_data_key()
    with pytest.raises(Unreadable) as refusal:
        keyring.open(key, keyring.seal(key, WORDS, PLACE), "message/c9/public/7")
    assert ("message", None) == (str(refusal.value), refusal.value.__cause__)


def test_more_keys_than_are_kept_open_still_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the cache of open keys is full the least used is let go, and opened again when it is wanted."""
    monkeypatch.setattr(crypto, "CACHED_KEYS", 3)
    keyring = Keyring({1: os.urandom(KEY_BYTES)})
    kept = [(key, keyring.seal(key, f"words {number}", PLACE)) for number, key in enumerate(keyring.new_data_key() for _ in range(10))]
    assert [f"words {number}" for number in range(10)] == [keyring.open(key, sealed, PLACE) for key, sealed in kept]
