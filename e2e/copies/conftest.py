"""Fixtures: a PostgreSQL and an installation of each test's own, a webhook server, and a line for measured seconds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, Iterator

import pytest

import databases
from hook import Hook
from installation import Installation, installed


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A fresh database with its tables and a vault key; at the end no copy may have panicked or died by itself."""
    with databases.cluster(os.environ.get("FLORIN_POSTGRES", "15")) as url, installed(tmp_path, url) as made:
        yield made


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook server that answers at once."""
    running = Hook()
    yield running
    running.close()


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Prints a measured figure, whether or not the test passes."""

    def line(text: str) -> None:
        with capsys.disabled():
            print(f"\ncopies: {request.node.name}: {text}", flush=True)

    return line
