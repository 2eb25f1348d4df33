"""How often an experiment repeats: a few times in every run, many times before a release (`--long`)."""

from __future__ import annotations

import os


def is_long() -> bool:
    """Whether this is a long run."""
    return os.environ.get("FLORIN_FAULTS_LONG") == "1"


def times(short: int, long: int) -> int:
    """One of the two numbers, by the length of the run."""
    return long if is_long() else short
