"""The project as files: what is ours to judge, without what builds and runs leave behind."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server" / "beside"
CLIENT = ROOT / "client_web" / "src"
TESTS = ROOT / "tests"
LEFT_BEHIND = {".git", ".venv", "node_modules", "dist", "data", "__pycache__"}
CACHES = {".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache"}
BINARY = {".png", ".jpg", ".ico", ".woff2", ".db", ".gz"}
GENERATED = "enerated by `beside protocol export`"


def files(below: Path = ROOT, *endings: str) -> Iterator[Path]:
    """Every file of ours under `below`, of the `endings` where any are named."""
    for path in sorted(below.iterdir()):
        if path.name in LEFT_BEHIND | CACHES or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from files(path, *endings)
        elif not endings or path.suffix in endings:
            yield path


def texts(below: Path = ROOT, *endings: str) -> Iterator[tuple[str, str]]:
    """As `files`: the path from the root, and what is written there."""
    for path in files(below, *endings):
        if path.suffix not in BINARY:
            yield str(path.relative_to(ROOT)), path.read_text()


def lines(below: Path = ROOT, *endings: str) -> Iterator[tuple[str, str]]:
    """As `texts`, line by line: `path:number`, and the line."""
    for path, text in texts(below, *endings):
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path}:{number}", line
