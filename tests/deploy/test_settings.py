"""The commented settings example says what there is to set, and its defaults are the true ones."""

import re

import pytest

from beside.settings import Settings
from tests.architecture.tree import ROOT

EXAMPLE = (ROOT / "deploy" / "settings.example").read_text()
SHOWN = dict(re.findall(r"^#?(BESIDE_[A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
NOT_A_SETTING = {"BESIDE_DATABASE_PASSWORD_FILE"}  # read by entrypoint.sh
NOT_FOR_OPERATORS = {"BESIDE_CHEAP_HASHING", "BESIDE_UNSAFE_COMMITS"}  # the one protects nothing, the other forgets: for tests


def test_every_setting_is_shown() -> None:
    """The example names every setting there is, and none that there is not."""
    known = {f"BESIDE_{name.upper()}" for name in Settings.model_fields}
    assert known - NOT_FOR_OPERATORS == SHOWN.keys() - NOT_A_SETTING


def test_the_defaults_shown_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the example shows commented out is what holds without it, and what it sets is accepted."""
    bare = Settings()
    for name, value in SHOWN.items():
        if value:
            monkeypatch.setenv(name, value)
    shown = Settings()
    assert bare.model_dump(exclude={"public_url"}) == shown.model_dump(exclude={"public_url"})
    assert frozenset({"https://beside.example.org"}) == shown.origins
