"""Calls of the C library that fail on purpose inside a running program, by libfiu (Debian: fiu-utils)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from program import Program

LIBRARIES = [Path("/usr/lib/fiu") / name for name in ("fiu_run_preload.so", "fiu_posix_preload.so")]
INPUT_OUTPUT_ERROR = 5
SYNC, WRITE = "posix/io/sync/*", "posix/io/rw/pwrite"


class Failpoints:
    """Prepares programs and arms them while they run."""

    def __init__(self, folder: Path) -> None:
        self._door = folder / "fiu"
        if not shutil.which("fiu-ctrl") or not all(library.is_file() for library in LIBRARIES):
            pytest.fail("this experiment needs libfiu (Debian: fiu-utils)")

    def environment(self) -> dict[str, str]:
        """What a program has to be started with."""
        return {"LD_PRELOAD": ":".join(map(str, LIBRARIES)), "FIU_CTRL_FIFO": str(self._door)}

    def once(self, program: Program, name: str) -> None:
        """The next such call fails, and those after it do not."""
        self._tell(program, f"enable name={name},onetime,failinfo={INPUT_OUTPUT_ERROR}")

    def at_random(self, program: Program, name: str, probability: float) -> None:
        """Each such call may fail from now on."""
        self._tell(program, f"enable_random name={name},probability={probability},failinfo={INPUT_OUTPUT_ERROR}")

    def _tell(self, program: Program, command: str) -> None:
        # It returns zero even when it could not reach the program; then the program does not fail, and the test says so.
        subprocess.run(["fiu-ctrl", "-f", str(self._door), "-c", command, str(program.process.pid)], check=True, timeout=30,
                       capture_output=True)
