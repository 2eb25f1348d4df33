"""A `florin dev` that is started again at once when it dies, as an operator's supervisor would do it.

The first process is armed with FLORIN_CRASH_AT; the ones after it get 0, which names no step but keeps the short deadline of
a drill. A processor outside is a `florin sandbox-processor` beside them, which does not die. Everything that the processes
logged stays in one file each.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

CLEARED = ("FLORIN_DATA", "FLORIN_FORCE_OUTSIDE", "FLORIN_LOG", "FLORIN_METRICS_PORT", "FLORIN_PORT",
           "FLORIN_URL_PUBLIC", "FLORIN_VAULT_KEY", "FLORIN_WEBHOOK_RETRIES")
# Below the ports that systems hand out by themselves, so that nobody takes one between a crash and the restart.
PORTS = range(20_000, 32_000, 2)
SECRET = "a-secret-of-both-sides-of-the-line"
READY_WITHIN_S = 60

_given: set[int] = set()
_lock = threading.Lock()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _two_ports() -> int:
    """The first of two neighbouring free ports that no other server of this run has."""
    with _lock:
        for port in random.sample(PORTS, len(PORTS)):
            if port not in _given and _is_free(port) and _is_free(port + 1):
                _given.add(port)
                return port
    raise AssertionError("there are no free ports")


class Processor:
    """A sandbox processor of one life, with its own book."""

    def __init__(self, folder: Path) -> None:
        command = [os.environ["FLORIN_BIN"], "sandbox-processor", "--port", "0", "--data", str(folder / "book"),
                   "--secret", SECRET, "--visibility-delay-ms", "0"]
        self._out = folder / "processor.out"
        with open(self._out, "wb") as out, open(folder / "processor.log", "wb") as log:
            self._process = subprocess.Popen(command, stdout=out, stderr=log)
        self._url = self._printed()

    def _printed(self) -> str:
        end = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < end:
            found = re.search(r"http://[\d.:]+", self._out.read_text(encoding="utf-8"))
            if found:
                return found.group(0)
            time.sleep(0.02)
        raise AssertionError("the sandbox processor does not say where it listens")

    def arguments(self) -> list[str]:
        """What a server needs to use it."""
        return ["--sandbox-processor", self._url, "--sandbox-secret", SECRET, "--sandbox-visibility-ms", "0"]

    def book(self) -> list[tuple[dict, object]]:
        """Each booked request with its outcome."""
        asked = urllib.request.Request(f"{self._url}/v1/book?limit=1000", headers={"Authorization": f"Bearer {SECRET}"})
        with urllib.request.urlopen(asked, timeout=READY_WITHIN_S) as answer:
            entries = json.load(answer)["entries"]
        return [(entry["request"], entry["outcome"]) for entry in entries]

    def stop(self) -> None:
        """Ends it."""
        self._process.terminate()
        self._process.wait()


class Supervised:
    """One data folder and the processes on it, one after the other."""

    def __init__(self, folder: Path, crash_at: int, outside: bool) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.deaths: list[int] = []
        self._processor = Processor(folder) if outside else None
        self._port = _two_ports()
        self._stopping = False
        self._process = self._start(crash_at)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is, before and after a crash."""
        return f"http://127.0.0.1:{self._port}"

    def _start(self, crash_at: int) -> subprocess.Popen[bytes]:
        environment = {k: v for k, v in os.environ.items() if k not in CLEARED}
        environment["FLORIN_CRASH_AT"] = str(crash_at)
        command = [os.environ["FLORIN_BIN"], "dev", "--port", str(self._port), "--metrics-port", str(self._port + 1),
                   "--data", str(self.folder / "data")]
        if self._processor:
            command += self._processor.arguments()
        with open(self._log(len(self.deaths)), "wb") as log:
            return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log)

    def _log(self, number: int) -> Path:
        return self.folder / f"process-{number}.log"

    def _watch(self) -> None:
        while True:
            status = self._process.wait()
            with _lock:
                if self._stopping:
                    return
                self.deaths.append(status)
                # A process that dies without being armed is the finding itself; nobody hides it by a further start.
                if len(self.deaths) > 1:
                    return
                self._process = self._start(0)

    def steps(self) -> list[str]:
        """The places that the first process passed, in order; the last one is where it died, if it did."""
        found = []
        for line in self._log(0).read_text(encoding="utf-8").splitlines():
            entry = json.loads(line) if line.startswith("{") else {}
            if "place" in entry:
                found.append(entry["place"])
        return found

    def books(self) -> list[tuple[dict, object]] | None:
        """What the processor outside did: each request with its outcome; `None` without such a processor."""
        return self._processor.book() if self._processor else None

    def panics(self) -> list[str]:
        """Lines of any process about a panic."""
        logs = (self._log(number).read_text(encoding="utf-8", errors="replace") for number in range(len(self.deaths) + 1))
        return [line for log in logs for line in log.splitlines() if "panicked" in line]

    def stop(self) -> int:
        """Ends it as an operator would; gives the exit code."""
        with _lock:
            self._stopping = True
            process = self._process
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
        finally:
            self._thread.join(timeout=20)
            if self._processor:
                self._processor.stop()
            with _lock:
                _given.discard(self._port)
