"""F5: a sync or a write of the SQLite database fails. The process ends at once, and its successor recovers.

A call that fails once and works afterwards is the dangerous one: the system may have dropped what was written, so whoever
syncs again is told of a success that is none.
"""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path
from typing import Any

import audit
from failpoints import SYNC, WRITE, Failpoints
from installation import Installation, installed
from load import Load, loaded
from program import Program
from scale import times
from plain import free_port
from shop import Merchant, pay
from waiting import until

WARM = 12
ENDED_WITHIN_S = 60.0
PROBABILITY = 0.02
OWN_WORK_WITHIN_S = 15.0


def ended(copy: Program, within_s: float = ENDED_WITHIN_S) -> int | None:
    """How the process ended, if it did."""
    try:
        until(lambda: copy.process.poll() is not None, f"the end of {copy.name}", within_s)
    except AssertionError:
        return None
    return copy.process.returncode


def crash(installation: Installation, points: Failpoints, load: Load, copy: Program, number: int) -> tuple[Program, list[str]]:
    """One failure under load, and a successor without one; gives it, and what was wrong."""
    served = load.count()
    until(lambda: load.count() >= served + WARM, "payments before the failure")
    # Mostly syncs that fail once; besides, writes, and disks that go on failing.
    kinds = (lambda: points.once(copy, SYNC), lambda: points.at_random(copy, SYNC, PROBABILITY),
             lambda: points.once(copy, WRITE))
    kinds[number % len(kinds)]()
    code = ended(copy)
    found = [] if code == -signal.SIGABRT else [f"failure {number} ended {copy.name} with {code}, not by an abort"]
    if code is None:
        copy.kill()
    successor = installation.start(1, outside=True, more=points.environment())[0]
    load.urls[:] = [successor.url]
    return successor, found


def without_one(folder: Path, load: Load) -> str:
    """The control: takes an acknowledged payment out of the database, as a lost sync would."""
    victim = next(a.id for a in load.log.acknowledged if a.verb() == "authorize")
    database = sqlite3.connect(folder / "florin.db")
    with database:
        assert database.execute("DELETE FROM payment_intents WHERE id = ?", (victim,)).rowcount == 1
    database.close()
    return victim


def test_a_failing_sync_ends_the_process_and_loses_nothing(tmp_path: Path, report: Any) -> None:
    points, folder, count, found = Failpoints(tmp_path), tmp_path / "data", times(3, 50), []
    with installed(tmp_path, f"sqlite:{folder}") as installation:
        copy = installation.start(1, outside=True, more=points.environment())[0]
        account = installation.account()
        with loaded([copy.url], account.key) as load:
            for number in range(count):
                copy, more = crash(installation, points, load, copy, number)
                found += more
        judged = load.verify(copy.url, installation.processor.book)
        copy.stop()
        found += judged.complaints() + audit.of_sqlite(folder)
        victim = without_one(folder, load)
        copy = installation.start(1, outside=True)[0]
        control = load.verify(copy.url, replay=False)
        missed = [text for text in control.lost if victim in text]
    report(fault="F5", what="one sync or write of the SQLite database fails under load, or all of them may; restart",
           often=f"{count} failures, {load.log.counts()}", lost=judged.counts(),
           control=f"an acknowledged payment deleted afterwards: {len(missed)} reported and "
                   f"{len(audit.of_sqlite(folder))} complaints about the database",
           limit="0; the process ends by an abort each time and never syncs again")
    assert len(missed) == 1 and audit.of_sqlite(folder), control.lost
    assert not found, "\n".join(found)


def test_a_failing_sync_beside_payments_ends_the_process_too(tmp_path: Path, report: Any) -> None:
    """A delivery fails and is leased again and again, and nobody pays: each sync is one of the server's own work."""
    points, count, codes = Failpoints(tmp_path), times(6, 20), []
    with installed(tmp_path, f"sqlite:{tmp_path / 'data'}") as installation:
        for number in range(count):
            copy = installation.start(1, more=points.environment(), retries=",".join(["0.2"] * 500))[0]
            if not number:
                fill(installation, copy)
            points.once(copy, SYNC)
            codes.append(ended(copy, OWN_WORK_WITHIN_S))
            copy.kill()
    survived = [number for number, code in enumerate(codes) if code != -signal.SIGABRT]
    report(fault="F5", what="one sync of SQLite fails in the server's own work: the lease of a delivery, and its end",
           often=f"{count} failures, after {len(survived)} of them the process went on", lost="-",
           control="-", limit="the process ends by an abort each time")
    assert not survived, f"the process went on after the failures {survived}"


def fill(installation: Installation, copy: Program) -> None:
    """One event that nobody takes: every second sync is the one of its lease."""
    account = installation.account()
    Merchant(copy.url, account.key).endpoint(f"http://127.0.0.1:{free_port()}/nobody", "charge.succeeded")
    assert pay(copy.url, account.key, "told", 2_000).status == 200
