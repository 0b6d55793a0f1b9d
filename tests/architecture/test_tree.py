"""The shape of the tree: what stands at the top, how large a file may grow, what nothing may be called, what no file may name."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import CLIENT, GENERATED, ROOT, SERVER, TESTS, files, lines, texts

LONGEST = 400  # lines; think again at 200
TOP = {"server", "client_web", "deploy", "tests", "pyproject.toml", "requirements.lock", "requirements-dev.lock", "README.md", "Makefile"}
SHAPELESS = {"service", "services", "util", "utils", "helper", "helpers", "manager", "managers", "handler", "handlers", "base", "common", "misc"}
NOT_A_DOMAIN = {"decisions", "web"}
# Written in halves, so that this file does not name them either.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com"]
REGISTRIES += ["ghcr" + ".io", "quay" + ".io", "docker" + ".io", "docker" + ".com"]
MACHINE = re.compile("(?<![\\w.$}*-])/(?:" + "|".join(["wo" + "rk", "tm" + "p", "ro" + "ot", "ho" + "me"]) + r")(?:/|\b)")
SECRETS = re.compile("BEGIN " + r"(?:[A-Z]+ )?PRIVATE KEY|AKIA[0-9A-Z]{16}")


def test_the_top_level_is_fixed() -> None:
    """Nothing stands at the top but the four parts, their build files and dot-files."""
    assert sorted(TOP) == sorted({path.relative_to(ROOT).parts[0] for path in files() if not path.relative_to(ROOT).parts[0].startswith(".")})


def test_no_file_outgrows_the_reader() -> None:
    """No file that a person writes is longer than 400 lines."""
    counted = {path: len(text.splitlines()) for path, text in texts(ROOT, ".py", ".ts", ".svelte", ".css", ".sh", ".js") if not _generated(path, text)}
    assert {} == {path: count for path, count in counted.items() if count > LONGEST}


@pytest.mark.parametrize("where", [SERVER, CLIENT, TESTS], ids=["server", "client", "tests"])
def test_every_name_says_what_it_is_for(where: Path) -> None:
    """No file or folder has a name that could hold anything."""
    named = {path: set(re.split(r"[_\W]", str(path.relative_to(where).with_suffix("")).lower())) for path in files(where)}
    assert {} == {str(path): sorted(words & SHAPELESS) for path, words in named.items() if words & SHAPELESS}


def test_every_domain_says_what_it_promises() -> None:
    """Each domain folder of the server has a README that begins with its name."""
    folders = {path.relative_to(SERVER).parts[0] for path in files(SERVER, ".py") if len(path.relative_to(SERVER).parts) > 1} - NOT_A_DOMAIN
    assert [] == sorted(name for name in folders if not (SERVER / name / "README.md").is_file())
    assert [] == sorted(name for name in folders if not (SERVER / name / "README.md").read_text().startswith("# "))


def test_every_module_says_what_it_is_for() -> None:
    """Each Python module of the server opens with its docstring."""
    written = {path: text for path, text in texts(SERVER, ".py") if text.strip()}
    assert [] == [path for path, text in written.items() if not text.startswith(('"""', 'r"""'))]


def test_no_registry_is_named() -> None:
    """Neither a lock nor any other file names a package registry: each place brings its own."""
    assert [] == [where for where, line in lines() if any(host in line for host in REGISTRIES)]


def test_every_locked_package_is_held_by_hash() -> None:
    """Each requirement of each Python lock carries a hash, each package of the client's lock its integrity and no address."""
    for path, text in texts(ROOT, ".lock"):
        pinned = re.findall(r"^[\w.\[\]-]+==.*(?:\n[ ]+.*)*", text, re.MULTILINE)
        assert pinned, path
        assert [] == [entry.splitlines()[0] for entry in pinned if "--hash=sha256:" not in entry], path
        assert "://" not in text, path
    packages = (ROOT / "client_web" / "package-lock.json").read_text()
    assert '"resolved"' not in packages
    assert packages.count('"node_modules/') == packages.count('"integrity"')


def test_no_machine_and_no_secret_is_named() -> None:
    """No file holds a path of the machine it was written on, nor a private key."""
    assert [] == [where for where, line in lines() if MACHINE.search(line) or SECRETS.search(line)]


def _generated(path: str, text: str) -> bool:
    return GENERATED in text[:200] or "/migrations/versions/" in path
