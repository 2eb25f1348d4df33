"""How the programs of the guides are run: alone, or with what has to happen around them.

Deliberately absent: what each has to print. The tests say that.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import place
from blocks import Block, Filling
from waiting import until

PACKAGES = place.ROOT / "e2e" / "node" / "node_modules"
NAMES = {"sh": "program.sh", "js": "program.mjs", "python": "program.py"}
WITHIN_S = 60


def command(block: Block, folder: Path, filling: Filling) -> list[str]:
    """Writes a program and says how it is started."""
    file = folder / NAMES[block.language]
    file.write_text(filling(block.text), encoding="utf-8")
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(PACKAGES)
    return {"sh": ["bash", "-euo", "pipefail"], "js": ["node"], "python": [sys.executable]}[block.language] + [str(file)]


def run(block: Block, folder: Path, filling: Filling, *words: str, **environment: str) -> str:
    """Runs a program to its end and gives what it printed; it must succeed."""
    done = subprocess.run([*command(block, folder, filling), *words], cwd=folder, env={**os.environ, **environment},
                          capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert done.returncode == 0, f"{block.place}: {done.stderr}\n{done.stdout}"
    return done.stdout


def answers(printed: str) -> list[dict[str, Any]]:
    """The JSON objects that were printed one after the other."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(printed) and printed[at:].strip():
        at += len(printed[at:]) - len(printed[at:].lstrip())
        value, at = decoder.raw_decode(printed, at)
        found.append(value)
    return found


def is_open(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


class Server:
    """A program that runs until the test is over."""

    def __init__(self, process: subprocess.Popen[bytes], out: Path) -> None:
        self._process = process
        self._out = out

    def said(self) -> str:
        """What it has printed so far."""
        return self._out.read_text(encoding="utf-8")

    def says(self, line: str) -> bool:
        """Waits until it has printed this line."""
        return until(lambda: self._alive() and line in self.said().splitlines(), f"the line {line!r}", WITHIN_S)

    def _alive(self) -> bool:
        assert self._process.poll() is None, f"it ended: {self.said()}"
        return True


@contextmanager
def serving(block: Block, folder: Path, filling: Filling, port: str, **environment: str) -> Iterator[Server]:
    """Starts a program that listens on a port, which is the written one."""
    out = folder / f"{block.language}.out"
    with open(out, "wb") as file:
        process = subprocess.Popen(command(block, folder, filling), cwd=folder, env={**os.environ, **environment},
                                   stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
    try:
        server = Server(process, out)
        until(lambda: server._alive() and is_open(filling.port(port)), f"{block.place} on its port", WITHIN_S)
        yield server
    finally:
        process.kill()
        process.wait()
