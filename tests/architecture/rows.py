"""Which row of the faults list which test says it proves: `python -m tests.architecture.rows` prints it, and the promised rows that no test names."""

import ast
import re
import sys

from tests.architecture.tree import CLIENT, TESTS, lines, texts

NAMED = re.compile(r"\(FAULTS ([\d, and-]+)\)")
PROMISED = "1-8 10 11 14 16 17 27-29 30 38 39 43 46 47 55-63 67 68 70-72 76 77 83 85 86 88 92 93 96 103 104 107 111 113 115 117"


def numbers(words: str) -> set[int]:
    """`"1-3, 7 and 9"` as the numbers it says."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", words):
        found.update(range(int(first), int(last or first) + 1))
    return found


def proved() -> dict[int, list[str]]:
    """Each row that a test names, with those tests."""
    rows: dict[int, list[str]] = {}
    for path, text in texts(TESTS, ".py"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                _add(rows, ast.get_docstring(node) or "", f"{path}::{node.name}")
    for where, line in lines(CLIENT, ".ts"):
        _add(rows, line, where)
    return rows


def _add(rows: dict[int, list[str]], words: str, where: str) -> None:
    for row in (row for said in NAMED.findall(words) for row in numbers(said)):
        rows.setdefault(row, []).append(where)


if __name__ == "__main__":
    named = proved()
    for row in sorted(named):
        sys.stdout.write(f"{row}\n" + "".join(f"    {where}\n" for where in named[row]))
    sys.stdout.write(f"Promised and named by no test: {sorted(numbers(PROMISED) - named.keys())}\n")
