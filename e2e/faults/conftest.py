"""Fixtures: an installation over a PostgreSQL of each test's own, and the report that ends the run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

import databases
from installation import Installation, installed
from report import Report

REPORT = pytest.StashKey[Report]()


def pytest_configure(config: pytest.Config) -> None:
    """Opens the report of this session."""
    config.stash[REPORT] = Report()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A row is marked when its test fails, in its set-up and its end, too."""
    outcome = yield
    phase = outcome.get_result()
    item.config.stash[REPORT].note(item.nodeid, phase.failed)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Shows the figures."""
    report = config.stash[REPORT]
    report.close()
    report.save()
    if report.rows:
        terminalreporter.section("figures")
        for line in report.table():
            terminalreporter.write_line(line)


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Takes a row: report(fault="F12", what=..., often=..., lost=..., control=..., limit=...)."""

    def add(**cells: Any) -> None:
        request.config.stash[REPORT].add(request.node.nodeid, **cells)

    return add


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Prints a measured figure, whether or not the test passes."""

    def line(text: str) -> None:
        with capsys.disabled():
            print(f"\nfaults: {request.node.name}: {text}", flush=True)

    return line


@pytest.fixture
def version() -> str:
    """The version of PostgreSQL that this run is about."""
    return os.environ.get("FLORIN_POSTGRES", databases.VERSIONS[0])


@pytest.fixture
def installation(tmp_path: Path, version: str) -> Iterator[Installation]:
    """A fresh database with its tables and a vault key; at the end no copy may have panicked or died by itself."""
    with databases.cluster(version) as url, installed(tmp_path, url) as made:
        yield made
