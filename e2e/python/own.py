"""A server that a test starts itself: `florin dev` from FLORIN_BIN on a port that the system chooses."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

import server
from program import Program, wait_ready

# The published key of every `florin dev` on loopback, whatever server the other tests run against.
DEV_KEY = "sk_test_FlorinDevFlorinDevFlorinDev"

# Over PostgreSQL these servers would be the very ones that the run over SQLite started: `florin dev` knows nothing else.
IS_DONE_ELSEWHERE = os.environ.get("FLORIN_OWN_SERVERS") == "no"
needs_binary = pytest.mark.skipif(
    not server.BINARY or IS_DONE_ELSEWHERE,
    reason="the run over SQLite starts these servers" if IS_DONE_ELSEWHERE else "FLORIN_BIN is not set")


@contextmanager
def running(monkeypatch, *options):
    """A server to which the requests of a test go meanwhile; gives its process."""
    with tempfile.TemporaryDirectory() as folder:
        own = Program("own", [server.BINARY, "dev", "--port", "0", *options], Path(folder))
        try:
            wait_ready(own.url)
            monkeypatch.setattr(server, "URL", own.url)
            yield own.process
        finally:
            own.kill()


def other_account(data: str) -> str:
    """Makes another account on the server with this data; gives its secret key for tests."""
    command = [server.BINARY, "accounts", "create", "Other", "--json", "--data", data]
    made = subprocess.run(command, check=True, capture_output=True)
    return json.loads(made.stdout)["test_secret_key"]
