#!/usr/bin/env bash
# Makes .venv with Python 3.10 and the pinned requirements in it.
set -euo pipefail
cd "$(dirname "$0")/.."

is_310() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' >/dev/null 2>&1; }

find_310() {
    local candidate
    for candidate in "${PYTHON310:-}" python3.10 python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10.*/bin/python \
        "$(uv python find 3.10 2>/dev/null || true)"; do
        if [ -n "$candidate" ] && is_310 "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

if ! python=$(find_310); then
    cat >&2 <<'TEXT'
Python 3.10 is needed: Rasa 3.6.21, the last open-source line, runs on nothing newer.
Install it in one of these ways, then run the same command again:
  uv python install 3.10      (`pip install uv` brings uv)
  pyenv install 3.10
or name an interpreter: PYTHON310=/path/to/python3.10 make setup
TEXT
    exit 1
fi

echo "Setting up .venv with $("$python" --version). The first time this takes some minutes and 8 GB of disk."
is_310 .venv/bin/python || "$python" -m venv --clear .venv
if ! .venv/bin/uv --version >/dev/null 2>&1; then
    pin=$(mktemp)
    trap 'rm -f "$pin"' EXIT
    awk '/^[a-zA-Z0-9]/ {uv = /^uv==/} uv' requirements.txt >"$pin"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$pin"
fi
VIRTUAL_ENV=.venv .venv/bin/uv pip sync --require-hashes requirements.txt
