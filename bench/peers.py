#!/usr/bin/env python3
"""Installs, starts and measures what people would use instead of Florin, on this machine only.

    python3 bench/peers.py setup
    python3 bench/peers.py run localstripe|localstripe-memory|stripe-stateful-mock|florin-postgres-15|florin-postgres-18
    python3 bench/peers.py pgbench --database postgres://... --clients 64 --seconds 10
    python3 bench/peers.py create|drop|size --database postgres://.../name

`run` prints one line of JSON when the peer answers, with its address, and ends the peer and removes its data when its
standard input closes or when it is told to stop. `pgbench` measures the bare transfer of a double-entry ledger and
prints one line of JSON. `create` and `drop` make and remove a database of a running PostgreSQL; `size` prints
`{"bytes": N}`. Whatever else is said goes to standard error. It needs python3 with venv, node 20 with npm,
and Debian's postgresql-15. The environments are made under `.cache/bench` and again when their requirement files change.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Iterator
from urllib.parse import urlsplit, urlunsplit

HERE = Path(__file__).resolve().parent
PARTS = HERE / "peers"
CACHE = HERE.parent / ".cache" / "bench"
sys.path[:0] = [str(PARTS), str(HERE.parent / "e2e")]

import databases  # noqa: E402
import transfers  # noqa: E402
from run import is_stamped, stamp_of  # noqa: E402
from waiting import until  # noqa: E402

# Both servers take any key that looks like a secret test key.
KEY = "sk_test_peer"
SERVERS = ("localstripe", "localstripe-memory", "stripe-stateful-mock")
POSTGRES = {f"florin-postgres-{version}": version for version in databases.VERSIONS}
STOPPED_WITHIN_S = 10
LOOK_EVERY_S = 0.5


def say(text: str) -> None:
    """Tells the person who waits; standard output belongs to the results."""
    print(f"peers: {text}", file=sys.stderr, flush=True)


def python() -> Path:
    """The interpreter of the environment with localstripe, which is made if it is not there."""
    requirements = PARTS / "requirements.txt"
    folder = CACHE / "localstripe"
    found = folder / "bin" / "python"
    stamp = stamp_of(requirements)
    if not is_stamped(folder, stamp):
        say(f"making {folder}")
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, stdout=sys.stderr)
        pip = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)]
        subprocess.run(pip, check=True, stdout=sys.stderr)
        (folder / ".stamp").write_text(stamp, encoding="utf-8")
    return found


def modules() -> Path:
    """The folder in which stripe-stateful-mock is installed, from its lock file; it is made if it is not there."""
    files = (PARTS / "package.json", PARTS / "package-lock.json")
    folder = CACHE / "stripe-stateful-mock"
    stamp = stamp_of(*files)
    if not is_stamped(folder, stamp):
        say(f"making {folder}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in files:
            shutil.copy(file, folder)
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(npm, cwd=folder, check=True, stdout=sys.stderr)
        (folder / ".stamp").write_text(stamp, encoding="utf-8")
    return folder


def setup() -> None:
    """Installs everything, so that later runs start at once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    python()
    modules()
    # It tells on standard output that it installs.
    with redirect_stdout(sys.stderr):
        databases.embedded()
    transfers.program("pgbench")
    say("all is installed")


def command_of(name: str, data: Path) -> list[str]:
    """How a server is started. It prints its port first."""
    if name == "stripe-stateful-mock":
        return ["node", str(PARTS / "start_stateful_mock.js"), str(modules())]
    file = "none" if name == "localstripe-memory" else str(data / "localstripe.pickle")
    return [str(python()), str(PARTS / "start_localstripe.py"), file]


def is_answering(port: int) -> bool:
    """Whether the server answers HTTP, whatever it says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/", headers={"Authorization": f"Bearer {KEY}"})
        return connection.getresponse().status > 0
    except OSError:
        return False
    finally:
        connection.close()


def wait_for_port(process: subprocess.Popen[bytes], out: Path, log: Path) -> int:
    """The port, once the server answers on it; ends the program when the server does not start."""

    def printed() -> int | None:
        if process.poll() is not None:
            sys.exit(f"peers: the server ended at once:\n{log.read_text(encoding='utf-8', errors='replace')}")
        line = out.read_text(encoding="utf-8")
        return int(line) if line.endswith("\n") else None

    port = until(printed, "the port of the server")
    until(lambda: is_answering(port), f"an answer on port {port}")
    return port


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a server, by force if it takes its time."""
    process.terminate()
    try:
        process.wait(timeout=STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def server(name: str) -> Iterator[dict[str, object]]:
    """Runs a server on a free loopback port, with its data in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="florin-peer-") as folder:
        data = Path(folder)
        out, log = data / "out", data / "log"
        command = command_of(name, data)
        # These two are the kindest settings of Express and of the server's own log.
        environment = {**os.environ, "NODE_ENV": "production", "LOG_LEVEL": "error"}
        with open(out, "wb") as to_out, open(log, "wb") as to_log:
            process = subprocess.Popen(
                command, cwd=data, env=environment, stdin=subprocess.DEVNULL, stdout=to_out, stderr=to_log)
        try:
            port = wait_for_port(process, out, log)
            yield {"url": f"http://127.0.0.1:{port}", "key": KEY, "pid": process.pid}
        finally:
            stop(process)


@contextmanager
def postgres(version: str) -> Iterator[dict[str, object]]:
    """Runs a PostgreSQL with the settings of the suites."""
    with redirect_stdout(sys.stderr):
        cluster = databases.cluster(version)
        database = cluster.__enter__()
    pid = None
    try:
        work = transfers.host_of(database)
        pid = int((Path(work) / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        yield {"database": database, "pid": pid}
    finally:
        # The usual end would wait for clients that are still connected.
        if pid is not None:
            os.kill(pid, signal.SIGINT)
        cluster.__exit__(None, None, None)


def is_running(pid: object) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def stay(pid: object) -> None:
    """Returns when standard input closes; ends the program when the peer has died."""
    while is_running(pid):
        readable, _, _ = select.select([sys.stdin], [], [], LOOK_EVERY_S)
        if readable and not os.read(sys.stdin.fileno(), 4096):
            return
    sys.exit("peers: the peer ended on its own")


def run(name: str) -> None:
    """Starts one peer, says where it is, and keeps it until it is no longer wanted."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    with postgres(POSTGRES[name]) if name in POSTGRES else server(name) as peer:
        print(json.dumps(peer), flush=True)
        stay(peer["pid"])


def database_command(command: str, database: str) -> None:
    """Makes, removes or measures one database of a server on this machine."""
    transfers.refuse_other_machines(database)
    where = urlsplit(database)
    name = where.path.removeprefix("/")
    if not name.isidentifier():
        sys.exit("peers: the database's name in its URL must be letters, digits and underscores")
    server_url = urlunsplit(where._replace(path="/postgres"))
    if command == "create":
        transfers.psql(server_url, "-c", f"CREATE DATABASE {name}")
    elif command == "drop":
        transfers.psql(server_url, "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    else:
        size = transfers.psql(server_url, "-c", f"SELECT pg_database_size('{name}')")
        print(json.dumps({"bytes": int(size)}), flush=True)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="installs all peers")
    running = commands.add_parser("run", help="starts one peer and keeps it until standard input closes")
    running.add_argument("name", choices=(*SERVERS, *POSTGRES))
    measured = commands.add_parser("pgbench", help="measures the bare transfer of a double-entry ledger")
    measured.add_argument("--database", required=True, help="URL of a PostgreSQL on this machine")
    measured.add_argument("--clients", type=int, default=64)
    measured.add_argument("--seconds", type=int, default=10, help="seconds that are measured")
    measured.add_argument("--warmup", type=int, default=2, help="seconds before that, not measured")
    measured.add_argument("--accounts", type=int, default=10_000, help="accounts over which the transfers spread")
    for name, text in (("create", "makes the database of a URL"), ("drop", "removes it"), ("size", "prints its size")):
        commands.add_parser(name, help=text).add_argument("--database", required=True)
    return parser.parse_args()


def main() -> None:
    """Does what the command line says."""
    options = parse()
    if options.command == "setup":
        setup()
    elif options.command == "run":
        run(options.name)
    elif options.command in ("create", "drop", "size"):
        database_command(options.command, options.database)
    else:
        print(json.dumps(transfers.measure(options)), flush=True)


if __name__ == "__main__":
    main()
