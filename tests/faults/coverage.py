"""Which test proves which row of the table of faults, written to COVERAGE.md by `python -m tests.faults.coverage`.

Read from the docstrings of tests here, and from the titles of the client's tests, which have no docstrings.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROWS = 130
TESTS = Path(__file__).parents[1]
PAGE = Path(__file__).parent / "COVERAGE.md"
CLIENT = TESTS.parent / "client_web/src"
TITLE = re.compile(r"'([^'\n]+?) \(FAULTS ([0-9][^;)\n]*)")
NAMED = re.compile(r"\(FAULTS ([0-9][^;)]*)")
SECTIONS = {
    1: "Connection and delivery",
    30: "Slow consumers and storms",
    38: "Redis",
    46: "PostgreSQL",
    55: "Frames and parsing",
    67: "Web and session security",
    85: "Escalation",
    107: "Human workflow",
    115: "Data protection",
    127: "Endurance and the tests themselves",
}


def proofs() -> dict[int, list[str]]:
    """Row number -> the tests that name it, as `file::test`, those of the client by their titles."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name.startswith("test_"):
                for row in sorted(_rows(ast.get_docstring(function) or "")):
                    found[row].append(f"{path.relative_to(TESTS)}::{function.name}")
    for path in sorted(CLIENT.rglob("*.test.ts")):
        for title, rows in titles(path.read_text()):
            for row in sorted(rows):
                found[row].append(f"{path.relative_to(CLIENT.parent)}: {title}")
    return dict(found)


def titles(text: str) -> list[tuple[str, set[int]]]:
    """What a file of the client's tests proves: each title that names rows, and the rows."""
    return [(title, _rows(f"(FAULTS {named})")) for title, named in TITLE.findall(text)]


def page() -> str:
    """The page as it should be."""
    found = proofs()
    missing = [str(row) for row in range(1, ROWS + 1) if row not in found]
    lines = [
        "# Which test proves which fault",
        "",
        "Written by `python -m tests.faults.coverage` from the docstrings; a test fails where it is out of date. A row with tests is proved as far as",
        "their docstrings (or, under `src/`, the titles of the client's tests) say, which may be less than the row asks for: a shortened time and a smaller",
        "number are named there.",
        "",
        f"{ROWS - len(missing)} of {ROWS} rows have a test. Without one: {', '.join(missing)}.",
    ]
    for row in range(1, ROWS + 1):
        if row in SECTIONS:
            lines += ["", f"## {SECTIONS[row]}", ""]
        lines.append(f"- **{row}**: {', '.join(f'`{test}`' for test in found[row])}" if row in found else f"- **{row}**: no test yet")
    return "\n".join(lines) + "\n"


def _rows(docstring: str) -> set[int]:
    rows: set[int] = set()
    for named in NAMED.findall(docstring):
        for start, end in re.findall(r"\b(\d{1,3})(?:-(\d{1,3}))?\b", named):
            rows |= set(range(int(start), int(end or start) + 1))
    return {row for row in rows if 1 <= row <= ROWS}


if __name__ == "__main__":
    PAGE.write_text(page())
