"""A copy that dies or freezes in the middle of its work: the other one finishes it, and nothing happens twice."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from hook import Hook
from installation import Installation
from program import Program
from shop import Answer, Merchant, pay, pay_until_known
from test_deliveries import plain
from verdict import of_book, of_deliveries, of_events, of_payments
from waiting import until

# Paid before the loss: their events are what the slow receiver holds.
TOLD = {f"told-{number}": 4_100 + number for number in range(12)}
# Under way at the processor in the moment of the loss.
UNDER_WAY = {f"under-way-{number}": 5_100 + number for number in range(4)}
# So many deliveries to one endpoint a process makes at once.
AT_ONCE = 8
# A frozen copy stays so at least as long: beyond its leases of ten seconds.
FROZEN_S = 12.0
# A payment whose process died is asked for so long after it was noted.
RECOVERY_DUE_S = 10.0
RESUMED_WITHIN_S = 60.0


@dataclass
class Scene:
    """What is there in the moment of the loss."""

    lost: Program
    other: Program
    key: str
    held: set[str]
    asked_at: float
    waiting: dict[str, Future[Answer | None]]


def ask(url: str, key: str, name: str, amount: int) -> Answer | None:
    """Pays; `None` when the connection broke."""
    try:
        return pay(url, key, name, amount)
    except OSError:
        return None


def prepare(installation: Installation, hook: Hook, pool: ThreadPoolExecutor, fault: dict[str, Any]) -> Scene:
    """Two copies; the first holds as many deliveries as it makes at once, and calls are under way at the processor."""
    lost, other = installation.start(2, outside=True)
    account = installation.account()
    Merchant(lost.url, account.key).endpoint(hook.url())
    # Nobody else shall take a job meanwhile, so that what is held is held by the copy that will be lost.
    other.freeze()
    hook.hold(True)
    for name, amount in TOLD.items():
        assert pay(lost.url, account.key, name, amount).status == 200
    until(lambda: len(hook.arrivals()) == AT_ONCE, "deliveries that are held")
    processor = installation.processor
    processor.plan(*({**fault, "amount": amount} for amount in UNDER_WAY.values()))
    asked_at = time.monotonic()
    waiting = {n: pool.submit(ask, lost.url, account.key, n, amount) for n, amount in UNDER_WAY.items()}
    until(lambda: processor.struck() == len(UNDER_WAY), "calls at the processor")
    until(lambda: len(processor.book()) == len(TOLD) + len(UNDER_WAY), "bookings of the processor")
    assert len(hook.arrivals()) == AT_ONCE and not any(future.done() for future in waiting.values())
    hook.hold(False)
    other.thaw()
    return Scene(lost, other, account.key, {a.event for a in hook.arrivals()}, asked_at, waiting)


def taken_over(hook: Hook, scene: Scene, since: float) -> tuple[float, float]:
    """Waits until the other copy has sent every event that is there; seconds until it sent the first and the last of those
    that the lost one was sending."""
    listed = {e["id"] for e in Merchant(scene.other.url, scene.key).look()["events"]}

    def all_sent() -> bool:
        return listed <= {a.event for a in hook.arrivals() if not a.was_held}

    until(all_sent, "deliveries of the other copy", RESUMED_WITHIN_S)
    own = [a.at - since for a in hook.arrivals() if not a.was_held and a.event in scene.held]
    return min(own), max(own)


def settle(scene: Scene, since: float) -> tuple[float, list[str]]:
    """Asks the other copy for every payment under way, under its own key, until it is known how it ended."""
    found = []
    for name, amount in UNDER_WAY.items():
        deadline_s = RECOVERY_DUE_S + RESUMED_WITHIN_S
        answer = pay_until_known([scene.other.url], scene.key, name, amount, deadline_s)[-1]
        if answer.status != 200 or b'"status":"succeeded"' not in answer.body.replace(b" ", b""):
            found.append(f"{name} ended with {answer}")
    return time.monotonic() - since, found


def judge(installation: Installation, hook: Hook, scene: Scene) -> list[str]:
    """What is there at the end, read at the copy that was never lost."""
    orders = {**TOLD, **UNDER_WAY}
    merchant = Merchant(scene.other.url, scene.key)
    events = merchant.look()["events"]
    until(lambda: {e["id"] for e in events} <= {a.event for a in hook.arrivals() if not a.was_held}, "the last deliveries")
    seen = merchant.look()
    found = of_payments(seen, orders) + of_events(seen) + of_book(installation.processor.book(), orders)
    trouble = installation.stop()
    return found + trouble + of_deliveries(seen["events"], plain(hook), 1, scene.held)


def differing(scene: Scene, copies: list[Program], late: dict[str, Answer | None]) -> list[str]:
    """Repeats every payment at these copies; the names whose bytes differ, from each other or from a late answer."""
    found = []
    for name, amount in {**TOLD, **UNDER_WAY}.items():
        bodies = {pay(copy.url, scene.key, name, amount).body for copy in copies for _ in range(2)}
        first = late.get(name)
        bodies |= {first.body} if first is not None and first.status == 200 else set()
        found += [f"{name} has {len(bodies)} answers under one key"] if len(bodies) != 1 else []
    return found


def test_the_other_copy_finishes_what_a_killed_one_began(installation: Installation, hook: Hook, tell: Any) -> None:
    with ThreadPoolExecutor(len(UNDER_WAY)) as pool:
        scene = prepare(installation, hook, pool, {"fault": "hang"})
        scene.lost.kill()
        killed_at = time.monotonic()
        assert [future.result() for future in scene.waiting.values()] == [None] * len(UNDER_WAY)
    first_s, last_s = taken_over(hook, scene, killed_at)
    tell(f"deliveries went on {first_s:.1f} s after the kill, the last one {last_s:.1f} s after it")
    settled_s, found = settle(scene, scene.asked_at)
    tell(f"payments under way were settled {settled_s:.1f} s after they were asked for; recovery asks after {RECOVERY_DUE_S:.0f} s")
    found += differing(scene, [scene.other], {})
    hook.let_go()
    found += judge(installation, hook, scene)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("until_recovered", [False, True], ids=["beyond-leases", "beyond-recovery"])
def test_a_copy_that_froze_does_nothing_twice(
        installation: Installation, hook: Hook, until_recovered: bool, tell: Any) -> None:
    with ThreadPoolExecutor(len(UNDER_WAY)) as pool:
        # The processor's answers arrive while the copy is frozen.
        scene = prepare(installation, hook, pool, {"fault": "delay", "ms": 5_000})
        scene.lost.freeze()
        frozen_at = time.monotonic()
        first_s, last_s = taken_over(hook, scene, frozen_at)
        found: list[str] = []
        if until_recovered:
            settled_s, found = settle(scene, scene.asked_at)
            tell(f"the other copy settled payments {settled_s:.1f} s after they were asked for")
        # The answers of the slow receiver wait for the copy, too.
        hook.let_go()
        until(lambda: time.monotonic() - frozen_at >= FROZEN_S, "a freeze beyond all leases")
        scene.lost.thaw()
        tell(f"frozen for {time.monotonic() - frozen_at:.1f} s; its deliveries went on after {first_s:.1f} s to {last_s:.1f} s")
        late = {name: future.result() for name, future in scene.waiting.items()}
    tell(f"late answers of the frozen copy: {sorted(answer.status if answer else 0 for answer in late.values())}")
    found += [f"{name} was answered with {answer} after the thaw" for name, answer in late.items()
              if answer is None or answer.status not in (200, 409, 503)]
    found += settle(scene, scene.asked_at)[1]
    found += differing(scene, [scene.lost, scene.other], late)
    found += judge(installation, hook, scene)
    assert not found, "\n".join(found)
