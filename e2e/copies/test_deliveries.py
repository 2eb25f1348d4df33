"""Webhooks from several copies while nobody crashes: each try of a delivery is made once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hook import Hook
from installation import Installation
from shop import Merchant, pay
from verdict import of_deliveries, of_events, of_payments
from waiting import until

COPIES = 4
ORDERS = {f"order-{number}": 3_000 + number for number in range(60)}
AT_ONCE = 16
# A job that was sent but not ended would be leased again after its lease of ten seconds and a poll of one.
WATCHED_S = 12.0


def plain(hook: Hook, path: str = "/hook") -> list[dict[str, Any]]:
    """What arrived, as the verdict wants it."""
    return [{"event": a.event, "header_id": a.header_id, "body": a.told} for a in hook.arrivals(path)]


def watch(probe: Any, seconds: float) -> None:
    """Gives something that must not happen the time to happen; `probe` raises when it does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        probe()
        time.sleep(0.2)


@pytest.mark.parametrize("failures", [0, 1], ids=["answered", "failed-once"])
def test_each_try_is_made_once(installation: Installation, failures: int, tell: Any) -> None:
    hook = Hook(failures)
    try:
        copies = installation.start(COPIES)
        account = installation.account()
        Merchant(copies[0].url, account.key).endpoint(hook.url())
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            numbered = enumerate(ORDERS.items())
            answers = list(pool.map(lambda o: pay(copies[o[0] % COPIES].url, account.key, *o[1]), numbered))
        assert {answer.status for answer in answers} == {200}
        seen = Merchant(copies[-1].url, account.key).look()
        events, tries = seen["events"], 1 + failures
        until(lambda: len(hook.arrivals()) >= tries * len(events), "the tries of all deliveries")
        took = max(arrival.at for arrival in hook.arrivals()) - began

        def nothing_more() -> None:
            assert len(hook.arrivals()) == tries * len(events)

        watch(nothing_more, WATCHED_S)
        # A process that has ended cannot send any more.
        assert installation.stop() == []
        tell(f"{len(events)} events of {len(ORDERS)} payments at {COPIES} copies, {tries} tries each, in {took:.1f} s")
        found = of_payments(seen, ORDERS) + of_events(seen) + of_deliveries(events, plain(hook), tries, set())
        assert not found, "\n".join(found)
    finally:
        hook.close()
