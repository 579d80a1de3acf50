#!/usr/bin/env bash
# The programs that some tests need beside Python: Chromium, Redis, PostgreSQL, nginx. Running the
# assistant needs none of them. As root on Debian or Ubuntu they are installed; elsewhere this says
# what to install, and the tests that need what is missing are skipped.
set -euo pipefail

missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing+=(chromium)
command -v redis-server >/dev/null || missing+=(redis-server)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Tests that need ${missing[*]} will be skipped. To run them, install these packages:" >&2
    echo "  sudo apt-get install ${missing[*]}" >&2
    exit 0
fi

echo "Installing for the tests: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# A test starts servers of its own: those that the packages would start are left alone.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
if ! { apt-get update -qq && apt-get install -qq -y --no-install-recommends "${missing[@]}"; } >/dev/null; then
    echo "Installing failed; tests that need ${missing[*]} will be skipped." >&2
fi
