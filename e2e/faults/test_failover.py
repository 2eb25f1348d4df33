"""F12: the primary of PostgreSQL dies or freezes under two copies of Florin, and its synchronous standby takes over.

What was acknowledged is there afterwards. The control is a standby that is not waited for: then something must be lost.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Callable

import pytest

import audit
import databases
from installation import Installation, installed
from load import Load, loaded
from scale import is_long, times
from servers import Server, address, pair
from waiting import until

WARM = 40
RESUMED = 40
RESUMED_WITHIN_S = 120.0
# So long a write to a primary that was replaced is waited for, to see that it is not acknowledged.
NAIVE_S = 2.0
REST_S = 0.02


def versions() -> list[str]:
    """All versions in a long run, otherwise the one of this run."""
    return list(databases.VERSIONS) if is_long() else [os.environ.get("FLORIN_POSTGRES", databases.VERSIONS[0])]


def kill(primary: Server) -> None:
    """A machine that is gone."""
    primary.kill()


def freeze(primary: Server) -> None:
    """A machine that stands still, and will go on."""
    primary.freeze()


def strikes() -> list[Any]:
    """What is done to the primary."""
    return [pytest.param(kill, id="kill"), *([pytest.param(freeze, id="freeze")] if is_long() else [])]


def take_over(standby: Server, load: Load) -> float:
    """Promotes the standby, and returns when payments are acknowledged; how long there was none, in seconds."""
    struck_at = time.monotonic()
    standby.promote()
    promoted_at = time.monotonic()
    until(lambda: load.acknowledged_since(promoted_at) >= RESUMED, "payments after the promotion", RESUMED_WITHIN_S)
    times_of = sorted(a.at for a in list(load.log.acknowledged) if a.at > struck_at - 1.0)
    return max(later - earlier for earlier, later in zip(times_of, times_of[1:]))


def thaw(primary: Server) -> list[str]:
    """The old primary goes on beside its successor; what is wrong when it acknowledges a write."""
    primary.thaw()
    command = [audit.PSQL, "-XqAt", "-d", primary.url, "-c", "CREATE TABLE naive (id int)"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=NAIVE_S, check=False)
    except subprocess.TimeoutExpired:
        return []
    return [] if done.returncode else ["the replaced primary acknowledged a write"]


def fail_over(old: Server, new: Server, load: Load, strike: Callable[[Server], None]) -> tuple[float, list[str]]:
    """One change of the primary under load, and the old one back as the standby; seconds without a success."""
    served = load.count()
    until(lambda: load.count() >= served + WARM, "payments before the failure", RESUMED_WITHIN_S)
    strike(old)
    gap_s = take_over(new, load)
    found = []
    if strike is freeze:
        found = thaw(old)
        thawed_at = time.monotonic()
        until(lambda: load.acknowledged_since(thawed_at) >= RESUMED, "payments beside the old primary", RESUMED_WITHIN_S)
        old.kill()
    old.rejoin(new)
    new.wait_for(old, True)
    return gap_s, found


def doubts(installation: Installation) -> int:
    """How often a copy did not hear the end of a commit."""
    return sum(copy.log.read_text(encoding="utf-8").count("the outcome of a commit is unknown") for copy in installation.copies)


@pytest.mark.parametrize("strike", strikes())
@pytest.mark.parametrize("engine", versions())
def test_a_synchronous_standby_takes_over_without_a_loss(engine: str, strike: Any, tmp_path: Path, report: Any) -> None:
    count, gaps, found = times(1, 10), [], []
    with pair(engine) as (old, new), installed(tmp_path, address(old, new)) as installation:
        account = installation.account()
        copies = [copy.url for copy in installation.start(2, outside=True)]
        with loaded(copies, account.key, pause_s=REST_S) as load:
            for _ in range(count):
                gap_s, more = fail_over(old, new, load, strike)
                gaps.append(gap_s)
                found += more
                old, new = new, old
        judged = load.verify(copies[0], installation.processor.book)
        found += judged.complaints() + audit.of_postgres(old.url)
        in_doubt = doubts(installation)
    what = "killed" if strike is kill else "frozen, and thawed beside its successor"
    report(fault="F12", what=f"PostgreSQL {engine}: the primary is {what}, the synchronous standby is promoted, the old one "
                             "comes back by pg_rewind",
           often=f"{count} times, {load.log.counts()}, {in_doubt} commits in doubt; no "
                 f"success for {min(gaps):.1f} to {max(gaps):.1f} s",
           lost=judged.counts(), control="the next row", limit="0; nothing acknowledged by a replaced primary")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("engine", versions())
def test_the_control_an_asynchronous_standby_loses_payments(engine: str, tmp_path: Path, report: Any) -> None:
    with pair(engine, is_synchronous=False) as (old, new), installed(tmp_path, address(old, new)) as installation:
        account = installation.account()
        copies = [copy.url for copy in installation.start(2, outside=True)]
        with loaded(copies, account.key, pause_s=REST_S) as load:
            until(lambda: load.count() >= WARM, "payments before the failure")
            for pid in old.senders():
                os.kill(pid, signal.SIGSTOP)
            lagging_at = time.monotonic()
            until(lambda: load.acknowledged_since(lagging_at) >= WARM, "payments that the standby does not hear of")
            old.kill()
            take_over(new, load)
        judged = load.verify(copies[0], replay=False)
    report(fault="F12", what=f"PostgreSQL {engine}: the same kill with a standby that is asynchronous and lags",
           often=f"once, {load.log.counts()}", lost=judged.counts(), control="is the control: it must lose", limit="more than 0 lost")
    assert judged.lost
