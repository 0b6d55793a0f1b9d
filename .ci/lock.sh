#!/bin/sh
# Writes every lock anew: hashes, no addresses. Pins that still fit stay; UPGRADE=1 takes the newest that fit.
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "make lock needs uv on PATH (pip install uv)." >&2; exit 1; }

compile() { # the lock, then what goes into it
  lock=$1; shift
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url ${UPGRADE:+--upgrade} \
    --custom-compile-command 'make lock' -o "$lock" "$@"
}

compile requirements-dev.lock pyproject.toml --group dev
unset UPGRADE # the others follow the first
compile requirements.lock pyproject.toml -c requirements-dev.lock
compile .ci/build.lock --group build -c requirements-dev.lock
compile .ci/node.lock --group node
cd client_web && npm install --package-lock-only
