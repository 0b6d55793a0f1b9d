#!/bin/sh
# Starts one part of Beside in its container: serve, worker, or any other word of the command line.
# `migrate` before another word brings the database up to date first: entrypoint.sh migrate serve
set -eu

# The database's password comes as a file and goes to the driver by environment: it is never part of an address that a log could print.
if [ -n "${BESIDE_DATABASE_PASSWORD_FILE:-}" ]; then
  PGPASSWORD=$(cat "$BESIDE_DATABASE_PASSWORD_FILE")
  export PGPASSWORD
fi

[ $# -gt 0 ] || set -- serve
if [ "$1" = migrate ]; then
  beside migrate --wait
  shift
  [ $# -gt 0 ] || exit 0
fi
exec beside "$@"
