"""Identifiers and secrets: ids sort by time, tokens cannot be guessed, and what is stored of a secret does not give it away."""

import hashlib

from beside.kit.ids import blind_index, new_id, new_token, token_hash


def test_ids_sort_by_the_time_they_were_made() -> None:
    """A thousand ids made in order are in order, distinct, and of version 7."""
    made = [new_id() for _ in range(1_000)]
    assert sorted(made) == made
    assert len(set(made)) == 1_000
    assert {7} == {some.version for some in made}


def test_a_token_cannot_be_guessed_and_fits_a_cookie() -> None:
    """Tokens carry 256 bits, never repeat, and are made of characters that need no quoting."""
    made = {new_token() for _ in range(1_000)}
    assert len(made) == 1_000
    assert {43} == {len(token) for token in made}
    assert all(token.replace("-", "").replace("_", "").isalnum() and token.isascii() for token in made)


def test_of_a_token_only_its_hash_is_stored() -> None:
    """The hash is SHA-256 in hex, the same for the same token, and another for every other."""
    token = new_token()
    assert hashlib.sha256(token.encode()).hexdigest() == token_hash(token)
    assert token_hash(token) != token_hash(token + "x")
    assert token not in token_hash(token)


def test_names_meet_in_a_blind_index_whatever_their_case() -> None:
    """Equal names meet, also in another case, with spaces around them, or in an alphabet with its own folding."""
    for name, same in (("Heron", " hERON "), ("Straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος")):
        assert blind_index(b"s" * 32, "name", name) == blind_index(b"s" * 32, "name", same)


def test_a_blind_index_tells_nothing_without_its_secret() -> None:
    """Another secret or another kind gives another value, and a kind cannot lend letters to a name."""
    values = {blind_index(secret, kind, "heron") for secret in (b"s" * 32, b"t" * 32) for kind in ("name", "pseudonym")}
    assert len(values) == 4
    assert blind_index(b"s", "ab", "c") != blind_index(b"s", "a", "bc")
