"""F13: the synchronous standby is gone. The primary waits for it at each commit, for ever; Florin must not.

Nothing is acknowledged that one machine alone has, requests are answered all the same, and the operator is told. When the
standby is back, what waited is done.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import audit
from installation import installed
from load import ANSWERED_WITHIN_S, Load, loaded, status_of
from program import Program
from scale import times
from servers import Server, address, pair
from waiting import until

WARM = 20
REFUSED = 6
TOLD_WITHIN_S = 30.0
RESUMED_WITHIN_S = 120.0
# An answer that was on its way when the standby stopped may arrive so much later.
ON_ITS_WAY_S = 2.0
IN_DOUBT = "the outcome of a commit is unknown"


def warned_after(copies: list[Program], since: float) -> float:
    """Seconds until a copy warned its operator, counted from this moment of the clock."""
    until(lambda: any(IN_DOUBT in copy.log.read_text(encoding="utf-8") for copy in copies), "a warning in a log", 4 * TOLD_WITHIN_S)
    return time.monotonic() - since


def waiting_backends(primary: Server) -> int:
    """How many commits the primary holds back."""
    return int(primary.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")[0])


def connections(primary: Server) -> int:
    """How many connections Florin has there."""
    return int(primary.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'florin%'")[0])


def acknowledged_alone(load: Load, since: float) -> int:
    """How many steps were acknowledged while no standby could have them."""
    return load.acknowledged_since(since + ON_ITS_WAY_S)


def control(primary: Server, standby: Server, load: Load) -> int:
    """A primary that does not wait acknowledges alone: the same question must notice it."""
    primary.wait_for(standby, False)
    standby.freeze()
    frozen_at = time.monotonic()
    found = until(lambda: acknowledged_alone(load, frozen_at), "acknowledgements of a primary alone")
    standby.thaw()
    primary.wait_for(standby, True)
    return found


def outage(primary: Server, standby: Server, load: Load, copies: list[Program], lasts_s: float) -> dict[str, Any]:
    """The standby stands still for a while; what was seen."""
    served, refused = load.count(), len(load.log.refusals)
    until(lambda: load.count() >= served + WARM, "payments before the standby is lost")
    standby.freeze()
    frozen_at = time.monotonic()
    seen: dict[str, Any] = {"warned_s": warned_after(copies, frozen_at)}
    until(lambda: len(load.log.refusals) >= refused + REFUSED, "refusals while the standby is lost", 180.0)
    until(lambda: time.monotonic() - frozen_at > lasts_s, "the end of the outage", lasts_s + 60.0)
    seen["alone"] = acknowledged_alone(load, frozen_at)
    seen["waiting"], seen["connections"] = waiting_backends(primary), connections(primary)
    seen["red"] = [status_of(copy.url, "/readyz") for copy in copies]
    standby.thaw()
    thawed_at = time.monotonic()
    until(lambda: load.acknowledged_since(thawed_at) >= WARM, "payments after the standby is back", RESUMED_WITHIN_S)
    seen["resumed_s"] = time.monotonic() - thawed_at
    return seen


def test_a_lost_standby_is_not_ignored(version: str, tmp_path: Path, report: Any, tell: Any) -> None:
    found = []
    with pair(version) as (primary, standby), installed(tmp_path, address(primary, standby)) as installation:
        account = installation.account()
        copies = installation.start(2, outside=True)
        with loaded([copy.url for copy in copies], account.key) as load:
            until(lambda: load.count() >= WARM, "payments")
            alone = control(primary, standby, load)
            before = connections(primary)
            seen = outage(primary, standby, load, copies, times(15, 120))
            tell(json.dumps({**seen, "before": before}))
        until(lambda: waiting_backends(primary) == 0, "the end of all commits that waited")
        until(lambda: connections(primary) <= before, "no more connections than before")
        judged = load.verify(copies[0].url, installation.processor.book)
        found += judged.complaints() + load.log.impatient() + load.log.slow() + audit.of_postgres(primary.url)
    slowest = max(load.log.slowest(status) for status in (0, 200, 409, 429, 503))
    report(fault="F13", what=f"PostgreSQL {version}: the synchronous standby is frozen for {times(15, 120)} s under load, and comes back",
           often=f"once, {load.log.counts()}; the log warned after {seen['warned_s']:.1f} s, the slowest answer took {slowest:.1f} s, "
                 f"{seen['waiting']} commits waited in {seen['connections']} connections at the end ({before} before), payments "
                 f"{seen['resumed_s']:.1f} s after the standby was back",
           lost=f"{judged.counts()}, {seen['alone']} acknowledged by the primary alone",
           control=f"a standby that is not waited for: {alone} acknowledged alone",
           limit=f"0; every answer within {ANSWERED_WITHIN_S:.0f} s; a warning within {TOLD_WITHIN_S:.0f} s; as many connections "
                 "as before in the end")
    assert seen["alone"] == 0
    assert seen["warned_s"] <= TOLD_WITHIN_S
    assert not found, "\n".join(found)
