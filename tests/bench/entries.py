"""How much JavaScript each page loads, gzipped, against the budget of the member's page."""

import gzip
import json
from pathlib import Path
from typing import Any

DIST = Path(__file__).parents[2] / "client_web" / "dist"
BUDGET = 60_000


async def entries() -> list[str]:
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text())  # nothing else runs
    found = sorted(name for name, chunk in manifest.items() if chunk.get("isEntry"))
    sizes = {name: sum(len(gzip.compress((DIST / manifest[part]["file"]).read_bytes())) for part in _loaded(manifest, name)) for name in found}
    return [f"JavaScript of {name}, gzipped: {size / 1000:.1f} kB; {size / BUDGET:.2f} of the member's budget of 60 kB" for name, size in sizes.items()]


def _loaded(manifest: dict[str, Any], name: str) -> set[str]:
    """The entry's own chunk and everything that it imports at once."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        part = todo.pop()
        if part not in seen:
            seen.add(part)
            todo += manifest[part].get("imports", [])
    return seen
