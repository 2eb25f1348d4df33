"""F4: the disk of the database is full. Florin says so, acknowledges nothing that it cannot keep, and goes on by itself."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import audit
from disk import Disk, small_disk
from installation import installed
from load import Line, Load, loaded, status_of
from scale import times
from servers import server
from waiting import until

ROOM_KIB = 12_288
FIRST_KIB = 24_576
POSTGRES_KIB = 163_840
WARM = 20
# So many refusals in a row are a full disk, not a hiccup.
REFUSED = 12
RESUMED = 20
FULL_WITHIN_S = 120.0
RED_WITHIN_S = 10.0


def wait_full(disk: Disk, load: Load) -> None:
    """Fills what is left, and returns when the clients are refused again and again."""
    disk.fill()
    before = len(load.log.refusals)
    until(lambda: len(load.log.refusals) >= before + REFUSED, "refusals over a full disk", FULL_WITHIN_S)


def while_full(url: str, load: Load) -> list[str]:
    """What is wrong while the disk is full: who only asks is answered, and the process lives."""
    line, found = Line(load.key), []
    read = line.send(url, "GET", f"/v1/payment_intents/{load.log.acknowledged[0].id}")
    if read.status != 200:
        found.append(f"a question was answered with {read}")
    line.close()
    if status_of(url, "/healthz") != 200:
        found.append("the process does not say that it lives")
    return found


def rounds_of(disk: Disk, load: Load, url: str, count: int) -> list[str]:
    """Fills the disk and makes room, by turns in two ways: something is deleted, or the disk grows."""
    found = []
    for number in range(count):
        until(lambda: load.count() >= WARM * (number + 1), "payments before the disk is full")
        wait_full(disk, load)
        found += while_full(url, load)
        served = load.count()
        if number % 2:
            disk.relieve()
        else:
            disk.resize(disk.used_kib() + ROOM_KIB)
        until(lambda: load.count() >= served + RESUMED, "payments after there was room")
        until(lambda: status_of(url, "/readyz") == 200, "readiness after there was room")
        disk.relieve()
    return found


def test_a_full_disk_under_sqlite_loses_nothing_and_needs_no_restart(tmp_path: Path, report: Any) -> None:
    count = times(2, 20)
    with small_disk(FIRST_KIB) as disk:
        folder = disk.folder / "data"
        with installed(tmp_path, f"sqlite:{folder}") as installation:
            copy = installation.start(1, outside=True)[0]
            account = installation.account()
            with loaded([copy.url], account.key) as load:
                found = rounds_of(disk, load, copy.url, count)
            disk.resize(disk.used_kib() + 4 * ROOM_KIB)
            assert copy.process.poll() is None
            book = installation.processor.book
            judged = load.verify(copy.url, book)
            missed = Load.of(load, load.log.doctored()).verify(copy.url, book, replay=False).lost
        found += judged.complaints() + load.log.impatient() + audit.of_sqlite(folder)
    statuses = sorted({r.status for r in load.log.refusals})
    report(fault="F4", what="the disk of the SQLite database is full under load, then there is room again",
           often=f"{count} times full, {load.log.counts()}; the slowest 503 after {load.log.slowest(503):.1f} s",
           lost=judged.counts(), control=f"an acknowledgement that nobody stored: {len(missed)} reported",
           limit="0; 503 and Stripe-Should-Retry while full; goes on without a restart")
    assert len(missed) == 1, missed
    # 409 is the key of a step that was at the processor when the disk was full: its answer waits for recovery.
    assert 503 in statuses and set(statuses) <= {409, 503}, statuses
    assert not found, "\n".join(found)


def test_a_full_disk_under_postgresql_loses_nothing(version: str, tmp_path: Path, report: Any) -> None:
    count, restarts, found = times(1, 10), 0, []
    with small_disk(POSTGRES_KIB) as disk, server(version, disk.folder / "data") as database:
        with installed(tmp_path, database.url) as installation:
            account = installation.account()
            copies = [copy.url for copy in installation.start(2, outside=True)]
            with loaded(copies, account.key) as load:
                for _ in range(count):
                    served = load.count()
                    until(lambda: load.count() >= served + WARM, "payments before the disk is full")
                    wait_full(disk, load)
                    found += ["a copy does not say that it lives"] * any(status_of(url, "/healthz") != 200 for url in copies)
                    disk.resize(disk.used_kib() + ROOM_KIB)
                    disk.relieve()
                    restarts += database.come_back()
                    there_is_room_at = time.monotonic()
                    until(lambda: load.acknowledged_since(there_is_room_at) >= RESUMED, "payments after there was room")
            judged = load.verify(copies[0], installation.processor.book)
            missed = Load.of(load, load.log.doctored()).verify(copies[0], replay=False).lost
            found += judged.complaints() + load.log.impatient() + audit.of_postgres(database.url)
    report(fault="F4", what=f"the disk of PostgreSQL {version} is full under load, then there is room again",
           often=f"{count} times full, {load.log.counts()}; the server met {database.log().count('PANIC')} panics and had "
                 f"to be started again {restarts} times, Florin never",
           lost=judged.counts(), control=f"an acknowledgement that nobody stored: {len(missed)} reported",
           limit="0; 503 and Stripe-Should-Retry while full; Florin goes on by itself")
    assert len(missed) == 1, missed
    assert not found, "\n".join(found)


def test_a_full_disk_shows_in_readiness(tmp_path: Path, report: Any) -> None:
    with small_disk(FIRST_KIB) as disk, installed(tmp_path, f"sqlite:{disk.folder / 'data'}") as installation:
        copy = installation.start(1)[0]
        account = installation.account()
        assert status_of(copy.url, "/readyz") == 200
        with loaded([copy.url], account.key) as load:
            until(lambda: load.count() >= WARM, "payments before the disk is full")
            wait_full(disk, load)
            try:
                red = until(lambda: status_of(copy.url, "/readyz") == 503, "a red light", RED_WITHIN_S)
            except AssertionError:
                red = False
            disk.relieve()
        until(lambda: status_of(copy.url, "/readyz") == 200, "readiness after there was room")
    report(fault="F4", what="GET /readyz while every payment is refused over a full disk", often="once", lost="-",
           control="200 before and afterwards", limit=f"red within {RED_WITHIN_S:.0f} s")
    assert red, "GET /readyz stayed green"
