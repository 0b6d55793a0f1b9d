#!/bin/sh
# Sees to the programs that the tests start: installs them as root on Debian, elsewhere names what is missing.
# The tests start their own servers on their own ports; whatever these packages start by themselves does not matter.
set -eu
cd "$(dirname "$0")/.."

postgres_here() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
chromium_here() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null; }

packages='' names=''
need() { packages="$packages $1" names="$names
  - $2"; }
command -v redis-server >/dev/null || need redis-server "Redis 7 or newer (redis-server on PATH)"
postgres_here || need postgresql "PostgreSQL 15 or newer (initdb on PATH or under /usr/lib/postgresql)"
chromium_here || need chromium "Chromium (chromium on PATH)"
command -v caddy >/dev/null || need caddy "Caddy 2 (caddy on PATH)"
command -v sqlite3 >/dev/null || need sqlite3 "the SQLite shell (sqlite3 on PATH)"

[ -n "$packages" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing with apt-get:$packages" >&2
  # shellcheck disable=SC2086 # one word per package
  exec .ci/apt.sh $packages
fi
echo "The tests run on real servers and a real browser. This machine still needs:$names" >&2
exit 1
