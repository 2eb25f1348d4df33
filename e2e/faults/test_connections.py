"""F11: the line between Florin and PostgreSQL stalls, breaks, loses answers or is slow; then it is as before.

Every request is answered in the meantime, nobody is left behind without a connection afterwards, and nothing is lost.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Iterator


import audit
from installation import Installation, installed
from load import ANSWERED_WITHIN_S, Load, loaded
from proxy import Proxy
from scale import is_long, times
from servers import Server, server
from waiting import until

WARM = 20
REFUSED = 4
CLIENTS = 6
SERVED_SLOWLY = 6
DELAY_S = 0.15
RESUMED_WITHIN_S = 60.0
# In a long run a fault outlasts every answer.
HELD_S = float(times(0, 45))

FAULTS: dict[str, Callable[[Proxy], None]] = {
    "stalled": Proxy.stall,
    "reset": Proxy.reset,
    "half-open": Proxy.half_open,
    "answers lost": Proxy.lose_answers,
    "slow": lambda proxy: proxy.slow_down(DELAY_S),
}
BRIEF = ("stalled", "reset", "answers lost")


@contextmanager
def line(version: str, folder: Path) -> Iterator[tuple[Server, Proxy, Installation]]:
    """A server, the line to it, and an installation that uses the line."""
    with server(version) as database:
        proxy = Proxy(database.port)
        try:
            with installed(folder, f"postgres://postgres@127.0.0.1:{proxy.port}/postgres") as installation:
                yield database, proxy, installation
        finally:
            proxy.close()


def strike(proxy: Proxy, load: Load, name: str) -> float:
    """One fault until it was felt; seconds until as many steps were acknowledged again as clients are there."""
    served, refused = load.count(), len(load.log.refusals)
    until(lambda: load.count() >= served + WARM, f"payments before the line is {name}")
    served = load.count()
    FAULTS[name](proxy)
    struck_at = time.monotonic()
    if name == "slow":
        until(lambda: load.count() >= served + SERVED_SLOWLY, "payments over a slow line")
    else:
        until(lambda: len(load.log.refusals) >= refused + REFUSED, f"refusals while the line is {name}", 120.0)
        until(lambda: time.monotonic() - struck_at > HELD_S, f"a line that is {name} for long", 2 * HELD_S + 1.0)
    proxy.heal()
    healed_at = time.monotonic()
    until(lambda: load.acknowledged_since(healed_at) >= WARM, f"payments after the line was {name}", RESUMED_WITHIN_S)
    return sorted(a.at for a in list(load.log.acknowledged) if a.at > healed_at)[0] - healed_at


def held(database: Server) -> int:
    """How many connections Florin has at the server."""
    return int(database.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'florin%'")[0])


def test_a_broken_line_to_the_database_loses_nothing(version: str, tmp_path: Path, report: Any, tell: Any) -> None:
    rounds, resumed, found = times(1, 3), [], []
    names = [name for name in FAULTS if is_long() or name in BRIEF]
    with line(version, tmp_path) as (database, proxy, installation):
        account = installation.account()
        copies = [copy.url for copy in installation.start(2, outside=True)]
        with loaded(copies, account.key, clients=CLIENTS) as load:
            until(lambda: load.count() >= WARM, "payments")
            before = held(database)
            for name in names * rounds:
                began = time.monotonic()
                resumed.append(strike(proxy, load, name))
                tell(f"{name}: {time.monotonic() - began:.1f} s in all, served again {resumed[-1]:.1f} s after the repair")
        judged = load.verify(copies[0], installation.processor.book)
        control = Load.of(load, load.log.doctored()).verify(copies[0], replay=False).lost
        until(lambda: held(database) <= before, f"no more connections than the {before} before")
        found += judged.complaints() + load.log.impatient() + load.log.slow() + audit.of_postgres(database.url)
    report(fault="F11", what=f"the line to PostgreSQL {version} is, one after the other: {', '.join(names)}",
           often=f"{rounds} times each, {load.log.counts()}; the slowest 503 took {load.log.slowest(503):.1f} s, the slowest "
                 f"success {load.log.slowest(200):.1f} s; served again {max(resumed):.1f} s after the repair at the latest",
           lost=judged.counts(), control=f"an acknowledgement that nobody stored: {len(control)} reported",
           limit=f"0; every answer within {ANSWERED_WITHIN_S:.0f} s; 503 and Stripe-Should-Retry; as many connections as before")
    assert len(control) == 1, control
    found += ["a connection to Florin itself broke"] * any(r.status == 0 for r in load.log.refusals)
    assert not found, "\n".join(found)
