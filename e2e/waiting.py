"""Waiting for something that the server does on its own: polled, with a deadline, never slept for."""

from __future__ import annotations

import time
from typing import Callable, TypeVar

T = TypeVar("T")

DEADLINE_S = 60.0
PAUSE_S = 0.05


def until(probe: Callable[[], T], what: str, deadline_s: float = DEADLINE_S) -> T:
    """Calls `probe` until it gives a true value and returns that; fails at the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"{what}: not within {deadline_s} s; last value {value!r}")
        time.sleep(PAUSE_S)
