"""The pages as built (`make client`): they hold under the content policy, and the member's page stays light."""

import gzip
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.architecture.tree import ROOT

BUILT = ROOT / "client_web" / "dist"
PAGES = ["index.html", "desk.html", "on-call.html", "coordinate.html"]
MEMBER_BYTES = 60_000  # of script, gzipped: a few seconds on a poor line


class _Reader(HTMLParser):
    """Collects what a content policy without inline parts would refuse, and every address."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.refused.append(tag)
        self.refused += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.addresses += [value for name, value in attrs if name in {"src", "href"} and value]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_holds_under_its_content_policy(page: str) -> None:
    """No page has inline script or style, nor an address outside its own."""
    reader = _Reader()
    reader.feed((BUILT / page).read_text())
    assert [] == reader.refused
    assert [] == [address for address in reader.addresses if not re.match(r"/(?!/)|#|data:(?:,$|image/)", address)]
    assert any(address.endswith(".js") for address in reader.addresses)


def test_no_source_map_is_shipped() -> None:
    """The build leaves no source map and points at none."""
    assert [] == [str(path) for path in BUILT.rglob("*.map")]
    assert [] == [str(path) for path in BUILT.rglob("*.js") if "sourceMappingURL" in path.read_text()]


def test_no_style_reaches_elsewhere() -> None:
    """No stylesheet imports anything or reaches for an address outside its own."""
    reaching = re.compile(r"@import|url\(\s*['\"]?(?!/(?!/)|data:|#|\.)")
    assert [] == [str(path) for path in BUILT.rglob("*.css") if reaching.search(path.read_text())]


def test_the_members_page_stays_light() -> None:
    """All script that the member's page may load is at most 60 kB, gzipped."""
    manifest = json.loads((BUILT / ".vite" / "manifest.json").read_text())
    scripts = {BUILT / manifest[name]["file"] for name in _loaded(manifest, "index.html")}
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in scripts)
    assert size <= MEMBER_BYTES, f"{size} bytes"


def _loaded(manifest: dict[str, Any], entry: str) -> set[str]:
    found, ahead = set[str](), [entry]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += manifest[name].get("imports", []) + manifest[name].get("dynamicImports", [])
    return found
