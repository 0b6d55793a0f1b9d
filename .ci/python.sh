#!/bin/sh
# Makes .venv and puts into it what `run` or `dev` needs, exactly as locked. Usage: .ci/python.sh run|dev
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

good_python() { # prints the first Python here that is new enough
  for name in python3 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v "$name"; return; fi
  done
  return 1
}

debian_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

make_environment() {
  if [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; then return; fi
  if ! python=$(good_python) || ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    if debian_root; then
      say "Installing Python and its venv module with apt-get."
      .ci/apt.sh python3 python3-venv
    fi
    if ! python=$(good_python); then
      say "Beside needs Python 3.11 or newer, and this machine has none on PATH."
      exit 1
    fi
  fi
  say "Making .venv with $("$python" --version)."
  rm -rf .venv
  "$python" -m venv .venv || { say "This Python cannot make an environment: its venv module is missing (Debian: python3-venv)."; exit 1; }
}

case "${1:-}" in
  run) lock=requirements.lock ;;
  dev) lock=requirements-dev.lock ;;
  *) say "Usage: .ci/python.sh run|dev"; exit 2 ;;
esac

make_environment
pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input "$@"; }
say "Installing what $lock names."
pip install --quiet --require-hashes -r "$lock"
pip install --quiet --require-hashes -r .ci/build.lock
pip install --quiet --no-deps --no-build-isolation --editable .
