#!/bin/sh
# The client's tests, then the server's: both run whatever the other says, and pytest's closing line comes last.
set -u
cd "$(dirname "$0")/.."
.ci/node.sh test
client=$?
workers=$(($(nproc) + 1)) # most tests wait for something most of the time
.venv/bin/python -m pytest --numprocesses "$workers" --maxprocesses 4 --dist worksteal "$@"
server=$?
if [ "$client" != 0 ]; then echo "The client's tests above did not all pass." >&2; fi
exit $((client > server ? client : server))
