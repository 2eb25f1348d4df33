"""The life of some payments, once for each step of the server, with a crash of the real binary at that step."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from life import Merchant, live, observe
from supervisor import Supervised
from verdict import complaints

KINDS = {"before commit", "after commit", "before call", "after call"}
# Most of a run with a crash is the wait for recovery, so several go on at once.
AT_ONCE = 6


@dataclass
class Run:
    """One life."""

    steps: list[str]
    deaths: list[int]
    seen: dict[str, Any]
    trouble: list[str]


def run(folder: Path, crash_at: int, outside: bool) -> Run:
    """Lives once; what the machinery itself saw go wrong is the trouble."""
    server = Supervised(folder, crash_at, outside)
    trouble, seen = [], {}
    try:
        shop = Merchant(server.url)
        live(shop)
        seen = observe(shop)
        seen["books"] = server.books()
    except Exception as error:  # noqa: BLE001 - a life that cannot be finished is a finding of its step
        trouble.append(f"{type(error).__name__}: {error}")
    finally:
        status = server.stop()
    if status != 0:
        trouble.append(f"the stop gave {status}")
    trouble += server.panics()
    done = Run(server.steps(), server.deaths, seen, trouble)
    if not trouble:
        shutil.rmtree(folder)
    return done


def is_unsent(steps: list[str], outside: bool) -> bool:
    """Whether a death at the last of these steps of the calm life leaves a call noted but not made."""
    return outside and bool(steps) and steps[-1] == "before call"


def judge(crash_at: int, done: Run, calm: Run, outside: bool) -> list[str]:
    """What is wrong with one life."""
    found = list(done.trouble)
    if done.deaths != [-signal.SIGABRT] or done.steps != calm.steps[:crash_at]:
        found.append(f"died {done.deaths} after {done.steps[-3:]}, planned was {calm.steps[:crash_at][-3:]}")
    # After the commit that notes a call, the call is the next step of the calm life.
    last = crash_at + 1 if calm.steps[crash_at - 1] == "after commit" else crash_at
    unsent = is_unsent(calm.steps[:last], outside)
    if done.seen:
        found += complaints(done.seen, calm.seen, unsent)
    return [f"step {crash_at} ({calm.steps[crash_at - 1]}): {text}" for text in found]


@pytest.mark.parametrize("outside", [False, True], ids=["inside", "outside"])
def test_a_crash_at_any_step_changes_nothing(outside: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert os.environ.get("FLORIN_BIN"), "FLORIN_BIN has to name the binary"
    calm = run(tmp_path / "calm", 0, outside)
    assert (calm.trouble, calm.deaths) == ([], [])
    assert complaints(calm.seen, calm.seen, False) == []
    assert set(calm.steps) == KINDS
    count = len(calm.steps)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        numbers = range(1, count + 1)
        runs = list(pool.map(lambda number: run(tmp_path / str(number), number, outside), numbers))
    found = [text for number, done in zip(numbers, runs) for text in judge(number, done, calm, outside)]
    hit = Counter(done.steps[-1] for done in runs if done.deaths)
    with capsys.disabled():
        print(f"\n{sum(hit.values())} of {count} steps were crashed at: {dict(hit)}")
    assert not found, "\n".join(found)
    beyond = run(tmp_path / "beyond", count + 1, outside)
    assert (beyond.trouble, beyond.deaths, beyond.steps) == ([], [], calm.steps)
    assert complaints(beyond.seen, calm.seen, False) == []
