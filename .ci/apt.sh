#!/bin/sh
# Installs Debian packages without asking. Usage, as root: .ci/apt.sh NAME...
set -eu
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -q --no-install-recommends "$@" >&2; }
install "$@" || { apt-get update -q >&2 && install "$@"; }
