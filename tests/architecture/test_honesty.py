"""The tests and the exceptions to the checks say plainly what they are: nothing is skipped, silenced or left for later without a word."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.tree import CLIENT, ROOT, SERVER, TESTS, lines, texts

LEAVES_OUT = {"skip", "skipif", "xfail", "importorskip"}
CLAIMS = ("raises", "fail", "to_be_visible", "assert_", "check_", "expect", "verify", "require_", "prove_", "must_", "wait_", "until", "sees")
SILENCED = re.compile(r"#\s*(?:type:\s*ignore|noqa)")
SILENCED_WITH_REASON = re.compile(r"#\s*(?:type:\s*ignore\[[\w, -]+\]|noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)\s+(?:#\s*)?\S+\s+\S")
SILENCED_CLIENT = re.compile(r"eslint-disable|@ts-(?:ignore|expect-error|nocheck)")
LATER = re.compile("TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK")


def _tests() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, text in texts(TESTS, ".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield f"{path}:{node.lineno} {node.name}", node


def test_every_test_says_what_it_proves() -> None:
    """Each test has a docstring of one sentence."""
    said = {where: (ast.get_docstring(node) or "").strip() for where, node in _tests()}
    assert [] == [where for where, words in said.items() if not words.endswith((".", ")")) or "\n\n" in words]


def test_no_test_is_left_out() -> None:
    """No test is skipped or expected to go wrong, on either side."""
    for path, text in texts(TESTS, ".py"):
        assert [] == [f"{path}:{node.lineno}" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute) and node.attr in LEAVES_OUT]
    assert [] == [where for where, line in lines(CLIENT, ".ts") if re.search(r"\b(?:test|it|describe)\.(?:skip|only|todo|fails)\b", line)]


def test_every_test_asserts_or_expects() -> None:
    """Each test can fail: it asserts, expects a refusal, or hands on to a named check."""
    silent = [where for where, node in _tests() if not any(_claims(part) for part in ast.walk(node))]
    assert [] == silent


def test_every_silenced_check_says_why() -> None:
    """A check is silenced on one line, by its code, with the reason behind it."""
    server = [where for below in (SERVER, TESTS) for where, line in lines(below, ".py") if SILENCED.search(line) and not SILENCED_WITH_REASON.search(line)]
    assert [] == [where for where in server if not where.startswith("tests/architecture/test_honesty.py")]
    assert [] == [where for where, line in lines(CLIENT, ".ts", ".svelte") if SILENCED_CLIENT.search(line) and " -- " not in line]


def test_nothing_is_left_for_later() -> None:
    """No file carries a note about work somebody meant to do."""
    assert [] == [where for where, line in lines(ROOT, ".py", ".ts", ".svelte", ".css", ".sh") if LATER.search(line)]


def _claims(part: ast.AST) -> bool:
    if isinstance(part, ast.Assert):
        return True
    called = part.func if isinstance(part, ast.Call) else None
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name.startswith(CLAIMS)
