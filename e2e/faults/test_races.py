"""Two to four operations on one payment at the same time: the answers and the end are those of some serial order.

The order is looked for in a model of our own. Each story comes from a seed, which is named when no order explains what
was seen. Over PostgreSQL the connections lead to two copies. With a processor outside a confirmation takes two commits, and
a payment at the processor is told as `processing`; whoever wants to change it then is told to try again.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Callable

import pytest

from connection import Connection, listed
from model import explain
from installation import HOOKS_INSIDE
from places import ENGINES, place
from scale import times
from stories import TOGETHER_MAX, Played, make, play

WORKERS = 6
SEEDS_SHORT, SEEDS_OUTSIDE, SEEDS_LONG = 150, 50, 10_000


def complaints(played: Played, is_outside: bool = False) -> list[str]:
    """What is wrong with one story."""
    found = [f"seed {played.story.seed}: {text}" for text in played.surprises]
    if explain(played.begun, played.seen, played.end, is_outside) is None:
        found.append(f"seed {played.story.seed}: no order explains this\n  began as {played.begun}\n"
                     + "".join(f"  {operation} -> {got}\n" for operation, got in played.seen) + f"  ended as {played.end}")
    return found


def doctored(played: Played) -> list[Played]:
    """The same story as a server would tell it that lost money or an answer."""
    shown, *rest = played.end
    wrong_end = replace(played, end=(replace(shown, received=shown.received + 1), *rest))
    return [wrong_end, *([] if not rest[2] else [replace(played, end=(shown, *rest[:2], rest[2][1:]))])]


def run(urls: list[str], key: str, seeds: list[int]) -> list[Played]:
    """Plays the stories one after the other, over connections that take turns among the copies."""
    lines = [Connection(urls[number % len(urls)], key) for number in range(TOGETHER_MAX)]
    try:
        return [play(make(seed), lines) for seed in seeds]
    finally:
        for line in lines:
            line.close()


def books(url: str, key: str, played: list[Played]) -> list[str]:
    """Whether the balance is what the stories together took and gave back."""
    with Connection(url, key) as line:
        moved = listed(line, "/v1/balance_transactions")
        parts = line.ask("GET", "/v1/balance").json
    balance = sum(part["amount"] for name in ("available", "pending") for part in parts[name])
    captured = sum(p.end[1].captured for p in played if p.end[1])
    refunded = sum(p.end[1].refunded for p in played if p.end[1])
    found = []
    if sum(t["net"] for t in moved) != balance:
        found.append(f"the balance is {balance}, its transactions sum up to {sum(t['net'] for t in moved)}")
    if sum(t["amount"] for t in moved) != captured - refunded:
        found.append(f"{captured} were taken and {refunded} given back, {sum(t['amount'] for t in moved)} were booked")
    return found


@pytest.mark.parametrize("is_outside", [False, True], ids=["inside", "outside"])
@pytest.mark.parametrize("engine", ENGINES)
def test_races_equal_some_serial_order(engine: str, is_outside: bool, tmp_path: Path, report: Callable[..., None],
                                       tell: Callable[[str], None]) -> None:
    seeds = list(range(times(SEEDS_OUTSIDE if is_outside else SEEDS_SHORT, SEEDS_LONG)))
    with place(engine, tmp_path) as here:
        if is_outside:
            here.hire()
        urls = [here.open(*HOOKS_INSIDE).url for _ in range(2 if engine == "postgres" else 1)]
        account = here.account()
        with ThreadPoolExecutor(WORKERS) as pool:
            parts = list(pool.map(lambda worker: run(urls, account.key, seeds[worker::WORKERS]), range(WORKERS)))
        played = [story for part in parts for story in part]
        found = books(urls[-1], account.key, played)
    found += [text for story in played for text in complaints(story, is_outside)]
    planted = [wrong for story in played for wrong in doctored(story)]
    missed = [wrong.story.seed for wrong in planted if not complaints(wrong, is_outside)]
    later = sum(got.is_later for story in played for _, got in story.seen)
    operations = sum(len(story.seen) for story in played)
    tell(f"{len(played)} stories, {operations} operations at once, {later} of them to be tried again")
    report(fault="F19", what=f"two to four of capture, cancel, refund, confirm, update at once on one payment, {engine}"
           + (", two copies" if len(urls) > 1 else "") + (", a processor outside" if is_outside else ""),
           often=f"{len(played)} seeds, {operations} operations",
           lost=f"{len(found)} stories without a serial order; {later} answers to try again",
           control=f"{len(planted)} doctored ends, {len(planted) - len(missed)} refused",
           limit="answers and end equal some serial order of the model; the balance is the sum")
    assert not found, "\n".join(found[:20])
    assert not missed, f"doctored ends passed: seeds {missed[:20]}"
