"""What the documents say of refusal codes is what the code does."""

import ast
from collections.abc import Iterator
from pathlib import Path

import beside
from beside.kit import errors
from beside.protocol.codes import REFUSALS
from beside.protocol.events import NoticeKind
from beside.protocol.guide import http_guide, socket_guide
from beside.protocol.meanings import MEANINGS

SERVER = Path(beside.__file__).parent
WORDS = Path(__file__).parents[2] / "client_web" / "src" / "words" / "shared.ts"
ON_SOCKETS = SERVER / "gateway" / "dispatch.py"  # what is raised there becomes a frame, and its status is never seen


def raised() -> Iterator[tuple[str, int]]:
    """Every code that is named where one of our errors is made, or is its default, with the status that goes with it."""
    for path in SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))) if path != ON_SOCKETS else ():
            called = node.func if isinstance(node, ast.Call) else node.exc if isinstance(node, ast.Raise) else None
            error = getattr(errors, called.id, None) if isinstance(called, ast.Name) else None
            if not (isinstance(error, type) and issubclass(error, errors.BesideError)):
                continue
            given = node.args[0] if isinstance(node, ast.Call) and node.args else None
            if given is None or isinstance(given, ast.Constant):
                yield (error.default if given is None else str(given.value)), error.status


def test_every_code_has_a_meaning() -> None:
    """Whoever meets a code can look up when it comes, in both documents."""
    assert list(REFUSALS) == list(MEANINGS)
    for guide in (http_guide(), socket_guide()):
        assert [] == [code for code, meaning in MEANINGS.items() if meaning.when not in guide]


def test_every_code_comes_with_a_status_the_documents_name() -> None:
    """No code is answered with a status that its meaning leaves out."""
    found = set(raised()) - {("unavailable", 500)}  # the parent of all, never answered by itself
    assert len(found) > 30
    assert set() == {(code, status) for code, status in found if status not in MEANINGS[code].statuses}


def test_the_documents_recommend_the_words_that_our_client_shows() -> None:
    """The words for a house notice in the document are those of the client, for each notice there is."""
    shown = WORDS.read_text("utf-8")
    told = dict(line.strip("- ").split(": ", 1) for line in (NoticeKind.__doc__ or "").splitlines() if line.strip().startswith("- "))
    assert {f"`{kind}`" for kind in NoticeKind} == set(told)
    assert [] == [words for words in told.values() if f"'{words}'" not in shown]
