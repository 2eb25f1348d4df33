"""A server that a test starts itself: `florin dev` from FLORIN_BIN on a port that the system chooses."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import server
from program import Program, wait_ready

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


def told(data: str, *arguments: str) -> tuple[Any, str]:
    """What a command on the server with this data answers, and what it complains of: one of both."""
    done = subprocess.run([server.BINARY, *arguments, "--json", "--data", data], capture_output=True, text=True, check=False)
    return (json.loads(done.stdout), "") if done.returncode == 0 else (None, done.stderr)


def other_account(data: str) -> str:
    """Makes another account on the server with this data; gives its secret key for tests."""
    made, complaint = told(data, "accounts", "create", "Other")
    assert not complaint, complaint
    return made["test_secret_key"]
