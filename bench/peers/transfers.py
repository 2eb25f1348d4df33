"""Measures the bare transfer of a double-entry ledger with pgbench.

The ledger is made in a schema of its own before each run and dropped afterwards. Times come from the log that pgbench
writes of every transaction, so they are exact; as in the load generator, a transaction counts when it ended inside the
measured window, and its time when it began there. After the run the books are checked: a figure over books that do not
balance is refused.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import databases

HERE = Path(__file__).resolve().parent
# The programs of Debian's PostgreSQL also speak to newer servers.
PROGRAMS = databases.SYSTEM / "15" / "bin"
OPENING = 1_000_000_000
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
# A client that gave up, in the words of pgbench 15.
GAVE_UP = re.compile(r"^pgbench: error: client (\d+) script ", re.MULTILINE)
# How long after its time pgbench may take for its last transactions.
GRACE_S = 60


class Times(NamedTuple):
    """When the transactions of a run began and ended, in microseconds since the epoch, and how many failed."""

    begins: list[int]
    ends: list[int]
    failed: int


def program(name: str) -> str:
    """Where a program of PostgreSQL is."""
    found = PROGRAMS / name
    if not found.is_file():
        sys.exit(f"peers: {name} is not installed (Debian: postgresql-15)")
    return str(found)


def host_of(database: str) -> str:
    """The host in a database's URL, which for a socket is the path of its folder."""
    authority = urlsplit(database).netloc.rpartition("@")[2]
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return unquote(authority.partition(":")[0])


def refuse_other_machines(database: str) -> None:
    """Ends the program unless the database is on this machine: the load is meant for nobody else."""
    where = urlsplit(database)
    host = host_of(database)
    is_here = host.startswith("/") or host in ("localhost", "127.0.0.1", "::1")
    if where.scheme not in ("postgres", "postgresql") or not is_here or {"host", "hostaddr"} & parse_qs(where.query).keys():
        sys.exit("peers: --database must be the URL of a PostgreSQL on this machine, by its socket or on loopback")


def environment() -> dict[str, str]:
    """The environment without the variables with which libpq could be sent elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def psql(database: str, *arguments: str) -> str:
    """What psql prints, without decoration; ends the program when it fails."""
    command = [program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    if done.returncode != 0:
        sys.exit(f"peers: psql failed:\n{done.stderr}")
    return done.stdout.strip()


def check_server(database: str, clients: int) -> None:
    """Ends the program if the server is not durable or has no room for that many clients."""
    for name in DURABLE:
        value = psql(database, "-c", f"SHOW {name}")
        if value != "on":
            sys.exit(f"peers: {name} is {value} on this server; figures without it mean nothing")
    room = int(psql(database, "-c", "SHOW max_connections")) - int(psql(database, "-c", "SHOW superuser_reserved_connections"))
    if clients > room:
        sys.exit(f"peers: the server takes {room} connections, and pgbench needs one for each of {clients} clients")


def run_pgbench(options: argparse.Namespace, folder: Path) -> int:
    """Runs the transfers and gives how many clients gave up."""
    # One second more than is counted, so that the window does not end after the last transaction.
    duration = options.warmup + options.seconds + 1
    command = [
        program("pgbench"), "-n", "-M", "prepared", "-c", str(options.clients), "-j", "1", "-T", str(duration),
        "-f", str(HERE / "transfer.sql"), "-D", f"accounts={options.accounts}", "-l", f"--log-prefix={folder / 'log'}",
        options.database]
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment(), timeout=duration + GRACE_S)
    gave_up = len(set(GAVE_UP.findall(done.stderr)))
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr, flush=True)
        if not gave_up:
            sys.exit("peers: pgbench could not run")
    return gave_up


def read_log(folder: Path) -> Times:
    """All transactions of a run. A line is: client, number, time or `failed`, script, seconds, microseconds."""
    times = Times([], [], 0)
    failed = 0
    for file in folder.glob("log.*"):
        with open(file, encoding="ascii") as lines:
            for line in lines:
                _, _, took, _, seconds, micros = line.split()[:6]
                if not took.isdigit():
                    failed += 1
                    continue
                end = int(seconds) * 1_000_000 + int(micros)
                times.begins.append(end - int(took))
                times.ends.append(end)
    return times._replace(failed=failed)


def quantile(ordered: list[int], permille: int) -> int:
    """The smallest value that at least so many thousandths of all do not exceed."""
    rank = -(-len(ordered) * permille // 1000)
    return ordered[max(rank, 1) - 1] if ordered else 0


def summarize(times: Times, options: argparse.Namespace, gave_up: int) -> dict[str, object]:
    """The figures of the measured window."""
    if not times.begins:
        sys.exit("peers: no transfer went well")
    start = min(times.begins) + options.warmup * 1_000_000
    end = start + options.seconds * 1_000_000
    counted = sum(start <= at < end for at in times.ends)
    took = sorted(last - first for first, last in zip(times.begins, times.ends) if start <= first < end)
    return {
        "clients": options.clients, "seconds": options.seconds, "transfers": counted, "errors": times.failed + gave_up,
        "per_second": round(counted / options.seconds, 1), "p50_us": quantile(took, 500), "p90_us": quantile(took, 900),
        "p99_us": quantile(took, 990), "p999_us": quantile(took, 999), "max_us": took[-1] if took else 0}


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Makes the ledger, runs the transfers, checks the books and gives the figures."""
    if options.clients < 1 or options.seconds < 1 or options.warmup < 0 or options.accounts < 2:
        sys.exit("peers: at least one client, one second and two accounts are needed")
    refuse_other_machines(options.database)
    check_server(options.database, options.clients)
    variables = ["-v", f"opening={OPENING}", "-v", f"accounts={options.accounts}"]
    psql(options.database, *variables, "-f", str(HERE / "ledger.sql"))
    try:
        with tempfile.TemporaryDirectory(prefix="florin-pgbench-") as folder:
            gave_up = run_pgbench(options, Path(folder))
            result = summarize(read_log(Path(folder)), options, gave_up)
        if psql(options.database, *variables, "-f", str(HERE / "books.sql")) != "t":
            sys.exit("peers: the books do not balance after the run, so its figures are not worth telling")
        return result
    finally:
        psql(options.database, "-c", "SET client_min_messages = warning; DROP SCHEMA bench_ledger CASCADE")
