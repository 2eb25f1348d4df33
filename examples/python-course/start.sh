#!/bin/sh
# Starts the course site with the interpreter that PYTHON names. Without one it makes .venv beside this file, once, and installs the
# official SDK there. Deliberately absent: any change outside of this folder.
set -eu
cd "$(dirname "$0")"
if [ -z "${PYTHON:-}" ]; then
  PYTHON=.venv/bin/python
  if ! cmp -s requirements.txt .venv/installed.txt; then
    python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
    cp requirements.txt .venv/installed.txt
  fi
fi
exec "$PYTHON" app.py
