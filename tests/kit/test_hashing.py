"""Passwords and codes: hashed so that they cannot be read back, and so that nobody learns who exists."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from beside.kit.hashing import THREADS, Hasher


@pytest.fixture
def hasher() -> Iterator[Hasher]:
    made = Hasher(cheap=True)
    yield made
    made.close()


async def test_the_right_secret_matches_and_another_does_not(hasher: Hasher) -> None:
    """Only the secret that was hashed matches; case, spaces and accents count."""
    stored = await hasher.hash("correct horse ñ")
    tried = ["correct horse ñ", "Correct horse ñ", "correct horse ñ ", "correct horse n", ""]
    assert [True, False, False, False, False] == [await hasher.matches(stored, secret) for secret in tried]


async def test_nobody_matches_where_nothing_is_stored(hasher: Hasher) -> None:
    """Without a stored hash nothing matches, not even the password of the decoy."""
    assert [False, False] == [await hasher.matches(None, secret) for secret in ("anything", "nobody's password")]


@pytest.mark.parametrize(
    "stored", ["", "plain text", "$argon2id$v=19$broken", "$2b$12$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"]
)
async def test_what_is_not_one_of_our_hashes_never_matches(hasher: Hasher, stored: str) -> None:
    """A damaged or foreign hash is a no, not a crash and not a yes."""
    assert not await hasher.matches(stored, "plain text")


async def test_a_hash_is_argon2id_with_its_own_salt(hasher: Hasher) -> None:
    """Equal secrets hash differently, by Argon2id, and the secret is not in it."""
    first, second = await hasher.hash("same secret"), await hasher.hash("same secret")
    assert [True, True] == [stored.startswith("$argon2id$") for stored in (first, second)]
    assert first != second
    assert "same secret" not in first


async def test_in_earnest_a_hash_costs_what_the_library_recommends() -> None:
    """Only tests hash cheaply: by default the parameters are the library's own."""
    earnest = Hasher()
    try:
        parameters = (await earnest.hash("a secret")).split("$")[3]
    finally:
        earnest.close()
    library = PasswordHasher()
    assert f"m={library.memory_cost},t={library.time_cost},p={library.parallelism}" == parameters


async def test_a_hundred_sign_ins_leave_the_loop_free(hasher: Hasher, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many sign in at once, they hash in a few threads of their own and none of it runs on the loop (FAULTS 80)."""
    stored = await hasher.hash("a secret")
    seen: set[str] = set()
    verify = hasher._matches

    def noting(stored: str, secret: str, exists: bool) -> bool:
        seen.add(threading.current_thread().name)
        return verify(stored, secret, exists)

    monkeypatch.setattr(hasher, "_matches", noting)
    answers = await asyncio.gather(*(hasher.matches(stored, "a secret") for _ in range(100)))
    assert {True} == set(answers)
    assert threading.main_thread().name not in seen
    assert len(seen) <= THREADS
