"""A program of Florin that a suite starts itself: it says where it listens, and can be killed, frozen and stopped.

The address is read from what the program prints, because the system chooses the port.
"""

from __future__ import annotations

import http.client
import os
import re
import secrets
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from waiting import until

# A whole line, so that half an address is never taken for one.
GREETING = re.compile(r"^Florin (?:sandbox |sandbox processor )?on (http://\S+).*\n", re.MULTILINE)
STOPPED_WITHIN_S = 60.0


def is_ready(url: str) -> bool:
    """Whether GET /readyz answers 200."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait_ready(url: str) -> None:
    """Returns once the server is ready; fails at the deadline."""
    until(lambda: is_ready(url), f"{url}/readyz")


def write_vault_key(path: Path) -> None:
    """Makes a file with a fresh master key that only its owner may use."""
    path.touch(mode=0o600)
    path.write_text(secrets.token_hex(32), encoding="utf-8")


class Program:
    """A process with its output and its log in files; it stands once it has said where it listens."""

    def __init__(self, name: str, command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._out = folder / f"{name}.out"
        with open(self._out, "wb") as out, open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=log)
        try:
            self.url = until(self._printed_url, f"the address of {name}")
        except BaseException:
            self.kill()
            raise

    def _printed_url(self) -> str | None:
        has_ended = self.process.poll() is not None
        found = GREETING.search(self._out.read_text(encoding="utf-8", errors="replace"))
        assert found or not has_ended, f"{self.name} ended before it said where it listens:\n{self._logged()}"
        return found and found.group(1)

    def _logged(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def panics(self) -> list[str]:
        """Lines of its log about a panic."""
        return [f"{self.name}: {line}" for line in self._logged().splitlines() if "panic" in line]

    def kill(self) -> None:
        """Ends it without warning."""
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Stops it in the middle of whatever it does; returns when it stands."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        """Lets it go on."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """Ends it as an operator would; gives the exit code."""
        if self.process.poll() is None:
            self.thaw()
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode
