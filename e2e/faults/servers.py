"""PostgreSQL servers that a test kills, freezes, promotes and rewinds: a primary and its standby, on ports of loopback.

A server is killed as a machine is: the postmaster and all its children at once. Frozen is every one of its processes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import databases
from audit import ask_postgres
from plain import free_port
from waiting import until

# Fast enough for a test: a standby looks for its primary twice a second.
SETTINGS = {
    "listen_addresses": "127.0.0.1", "fsync": "on", "synchronous_commit": "on", "max_connections": "200",
    "wal_level": "replica", "hot_standby": "on", "wal_log_hints": "on", "wal_keep_size": "256MB",
    "wal_retrieve_retry_interval": "500ms",
}
COMMAND_WITHIN_S = 120.0


def children(pid: int) -> list[int]:
    """The processes that this one started."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


class Server:
    """One server and its folder."""

    def __init__(self, programs: Path, work: Path, name: str, data: Path | None = None) -> None:
        self.name, self.port, self.data = name, free_port(), data or work / name
        self._programs, self._work = programs, work
        self._log = work / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def _run(self, program: str, *arguments: str) -> str:
        command = databases.as_server([str(self._programs / program), *arguments])
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_WITHIN_S, check=False, cwd=self._work)
        assert done.returncode == 0, f"{program} of {self.name}: {done.stdout}{done.stderr}\n{self.log()[-2000:]}"
        return done.stdout + done.stderr

    def log(self) -> str:
        """What it has logged."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def make(self, *more: str) -> None:
        """A new, empty cluster."""
        self.data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres", "postgres")
        self._run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", str(self.data), "--data-checksums", *more)
        # In the file, where pg_rewind and a copy of the folder find them, too.
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as settings:
            settings.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())

    def copy_from(self, primary: "Server") -> None:
        """Becomes a standby of a server that runs."""
        where = f"host=127.0.0.1 port={primary.port} user=postgres application_name={self.name}"
        self._run("pg_basebackup", "-D", str(self.data), "-R", "-X", "stream", "-c", "fast", "-d", where)

    def start(self) -> None:
        """Starts it and returns when it answers."""
        command = [str(self._programs / "postgres"), "-D", str(self.data), "-k", str(self._work), "-p", str(self.port)]
        with open(self._log, "ab") as log:
            self.process = subprocess.Popen(databases.as_server(command), stdout=log, stderr=subprocess.STDOUT)
        until(self.is_up, f"the server {self.name}")

    def is_up(self) -> bool:
        """Whether it answers. A process that has ended will not."""
        assert self.process and self.process.poll() is None, f"{self.name} ended:\n{self.log()[-2000:]}"
        asked = subprocess.run([str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False)
        return asked.returncode == 0

    def come_back(self) -> bool:
        """Starts it again if it has ended by itself; whether that was so. Returns when it answers."""
        ended = False

        def is_back() -> bool:
            nonlocal ended
            if not self.is_alive():
                ended = True
                self.start()
            return self.is_up()

        until(is_back, f"the server {self.name} once more")
        return ended

    def is_alive(self) -> bool:
        """Whether its postmaster is there."""
        return self.process is not None and self.process.poll() is None

    def ask(self, text: str) -> list[str]:
        """The rows of a statement."""
        return ask_postgres(self.url, text)

    def _everybody(self) -> list[int]:
        return [self.process.pid, *children(self.process.pid)] if self.process else []

    def signal(self, number: int) -> None:
        """Sends a signal to every process of the server."""
        for pid in self._everybody():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def freeze(self) -> None:
        """Stops every process of it where it is. Who was born meanwhile is stopped in a second look."""
        self.signal(signal.SIGSTOP)
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets them go on."""
        self.signal(signal.SIGCONT)

    def kill(self) -> None:
        """Ends every process of it at once."""
        if self.process:
            self.signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def promote(self) -> None:
        """Makes the standby a primary, with the checkpoint without which nobody can be rewound to it."""
        self._run("pg_ctl", "promote", "-w", "-D", str(self.data))
        self.ask("CHECKPOINT")

    def rejoin(self, primary: "Server") -> None:
        """A dead primary comes back as the standby of its successor."""
        where = f"host=127.0.0.1 port={primary.port} user=postgres"
        self._run("pg_rewind", "-D", str(self.data), f"--source-server={where} dbname=postgres", "-R")
        with open(self.data / "postgresql.auto.conf", "a", encoding="utf-8") as settings:
            settings.write(f"primary_conninfo = '{where} application_name={self.name}'\nsynchronous_standby_names = ''\n")
        self.start()

    def wait_for(self, standby: "Server", is_synchronous: bool) -> None:
        """From now on this primary waits for that standby at each commit, or does not; returns when it follows."""
        names = f"FIRST 1 ({standby.name})" if is_synchronous else ""
        self.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        self.ask("SELECT pg_reload_conf()")
        wanted = "sync" if is_synchronous else "async"
        state = f"SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming' AND application_name = '{standby.name}'"
        until(lambda: self.ask(state) == [wanted], f"{standby.name} as a standby that is {wanted}")

    def senders(self) -> list[int]:
        """The processes that send the log to standbys."""
        return [int(row) for row in self.ask("SELECT pid FROM pg_stat_replication")]


@contextmanager
def workshop(version: str) -> Iterator[tuple[Path, Path]]:
    """The programs of a version and a folder for servers, which is gone at the end."""
    work = Path(tempfile.mkdtemp(prefix="florin-servers-"))
    work.chmod(0o755)
    try:
        programs = databases.programs(version, work)
        if os.geteuid() == 0:
            shutil.chown(work, "postgres", "postgres")
        yield programs, work
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def server(version: str, data: Path | None = None) -> Iterator[Server]:
    """One server that listens on a port, with its data where it is wanted."""
    with workshop(version) as (programs, work):
        one = Server(programs, work, "a", data)
        try:
            one.make("--wal-segsize=1")
            one.start()
            yield one
        finally:
            one.kill()


@contextmanager
def pair(version: str, is_synchronous: bool = True) -> Iterator[tuple[Server, Server]]:
    """A primary and its standby."""
    with workshop(version) as (programs, work):
        primary, standby = Server(programs, work, "a"), Server(programs, work, "b")
        try:
            primary.make()
            primary.start()
            standby.copy_from(primary)
            standby.start()
            primary.wait_for(standby, is_synchronous)
            yield primary, standby
        finally:
            primary.kill()
            standby.kill()


def address(*servers: Server) -> str:
    """Where Florin finds whichever of these takes writes."""
    hosts = ",".join(f"127.0.0.1:{one.port}" for one in servers)
    return f"postgres://postgres@{hosts}/postgres?target_session_attrs=read-write&connect_timeout=2"


