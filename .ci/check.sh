#!/bin/sh
# Every check, even after one that found something; ends with the names of those that did.
set -u
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
found=''

check() { # a name, then the command
  name=$1; shift
  printf '\n== %s\n' "$name"
  "$@" || found="$found $name"
}

check style ruff check .
check form ruff format --check .
check types mypy
check layers lint-imports --no-logo
check dependencies deptry server
check pages-types .ci/node.sh run types
check pages-style .ci/node.sh run lint
check pages-form .ci/node.sh run form

if [ -n "$found" ]; then printf '\nLook again at:%s\n' "$found"; exit 1; fi
printf '\nAll checks passed.\n'
