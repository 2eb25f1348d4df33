"""Card numbers, codes and secrets are nowhere that anything is left: searched over PostgreSQL, with two copies at their most
talkative, a processor outside, and a PostgreSQL that logs every statement with its values.

What one process over SQLite leaves is searched by `leak` in `crates/florin/tests/it`.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Callable
from urllib.parse import unquote, urlsplit

import databases
from carded import CONFIRMED, Life, card
from connection import Connection, listed
from installation import HOOKS_INSIDE, Installation, Processor, binary, environment
from listener import Listener
from markers import GOOD, Search
from places import place
from program import Program
from scale import is_long, times
from waiting import until

CORES = ("prlimit", "--core=unlimited", "sh", "-c", 'cd "$0" && exec "$@"')
METRICS = re.compile(r"http://\S+/metrics")
# A text of the merchant's own, which is stored by design: where it is found the search has looked.
PLANTED, THE_PLANTED = "PlantedForTheSearch7Zk0q", "the planted text"
DUMPS_ITSELF = f"import os; held = '{GOOD}' * 9; os.abort()"
# Answers of a processor that lead through the paths of errors, each with the amount that it is for.
FAULTS = [{"fault": "status_500_after", "amount": 7_001}, {"fault": "truncated", "amount": 7_002},
          {"fault": "wrong_amount", "amount": 7_003}, {"fault": "drop_before", "amount": 7_004}]


class Ear(Listener):
    """Keeps every webhook as it came."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        super().__init__()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Notes it."""
        self.heard.append(json.dumps(headers).encode() + body)
        return 200, {}


def tail(key: str) -> str:
    """What follows the prefix of a key, which logs may name."""
    return key.rsplit("_", 1)[-1]


def secrets(here: Installation, line: Connection, made: dict[str, Any], hook: str) -> dict[str, str]:
    """Makes keys and a signing secret, and rolls it; what is secret, with its name."""
    key = here.asked("keys", "create", "--name", "marker", "--account", made["id"])["key"]
    endpoint = line.ask("POST", "/v1/webhook_endpoints", {"url": hook, "enabled_events[]": "*"}, "hook").json
    rolled = here.asked("webhooks", "roll", endpoint["id"], "--account", made["id"])["secret"]
    return {tail(made["test_secret_key"]): "a secret key of test mode", tail(made["live_secret_key"]): "a secret key of live mode",
            tail(key): "a key that was made", tail(endpoint["secret"]): "a signing secret", tail(rolled): "a rolled signing secret",
            here.key_file.read_text(encoding="utf-8"): "the vault's key"}


class Talkative(Processor):
    """A processor that logs whatever it can."""

    def __init__(self, folder: Path) -> None:
        command = [binary(), "sandbox-processor", "--port", "0", "--data", str(folder / "book"), "--log", "trace"]
        Program.__init__(self, "processor", command, folder, {**environment(), "FLORIN_SANDBOX_SECRET": self.secret})


def cluster_folder(here: Installation) -> Path:
    """Where the PostgreSQL of an installation keeps its socket, its data and its log."""
    return Path(unquote(urlsplit(here.database).netloc.split("@")[1].split(":")[0]))


def ask_database(here: Installation, *statements: str) -> list[list[str]]:
    """The rows that psql prints."""
    folder = cluster_folder(here)
    psql = databases.programs("15", folder) / "psql"
    commands = [part for statement in statements for part in ("-c", statement)]
    plain = [str(psql), "-X", "-A", "-t", "-F", "\x1f", "-R", "\x1e", "-h", str(folder), "-U", "postgres"]
    printed = subprocess.run([*plain, *commands], check=True, capture_output=True, text=True).stdout
    return [row.split("\x1f") for row in printed.split("\x1e")]


def live(here: Installation, ear: Ear) -> tuple[Life, dict[str, str], list[Program]]:
    """Two copies, and everything that is done with cards; what was answered, and what is secret."""
    # Every statement with its values goes to the log, so that nothing which is sent to the database is missed.
    ask_database(here, "alter system set log_statement = 'all'", "select pg_reload_conf()")
    here.processor = Talkative(here.folder)
    copies = [here.open(*HOOKS_INSIDE, "--log", "trace") for _ in range(2)]
    made = here.asked("accounts", "create", "Marker", "--country", "US")
    lines = [Connection(copy.url, made["test_secret_key"]) for copy in copies]
    secret = {**secrets(here, lines[0], made, ear.url()), here.processor.secret: "the secret of the processor"}
    life = Life(lines, Connection(copies[1].url, made["test_publishable_key"]))
    for _ in range(times(1, 20)):
        life.good()
        life.saved()
        life.at_the_page()
        life.bad()
    here.processor.plan(*FAULTS)
    for fault in FAULTS:
        life.post("/v1/payment_intents", {**CONFIRMED, "amount": fault["amount"], "payment_method_data[type]": "card",
                                          **card("payment_method_data[card]", GOOD)})
    life.post("/v1/payment_intents", {**CONFIRMED, "payment_method": "pm_card_visa", "metadata[planted]": PLANTED})
    return life, secret, copies


def search_all(search: Search, here: Installation, life: Life, ear: Ear, copies: list[Program]) -> dict[str, int]:
    """Looks at everything that is left while the copies still run; how much of each kind there was."""
    seen = {"answers": len(life.answers), "webhooks": len(ear.heard)}
    for reply in life.answers:
        search.text(f"an answer {reply.status}", reply.body + json.dumps(reply.headers).encode())
    for page in life.pages:
        search.text("the page of a challenge", page)
    for heard in list(ear.heard):
        search.text("a webhook", heard)
    events = listed(life.lines[0], "/v1/events")
    search.text("events", json.dumps(events).encode())
    for copy in copies:
        search.text(f"the log of {copy.name}", copy.log.read_bytes())
        printed = (here.folder / f"{copy.name}.out").read_text(encoding="utf-8")
        search.text(f"the output of {copy.name}", printed.encode())
        search.text("metrics", urllib.request.urlopen(METRICS.search(printed)[0], timeout=30).read())
    search.text("the processor's log", here.processor.log.read_bytes())
    seen["files of the processor"] = search.folder(here.folder / "book", "the processor's book", is_text=True)
    for command in (("webhooks", "list", "--limit", "100"), ("attempts", "--limit", "100"), ("keys", "list"), ("vault", "keys")):
        search.text(f"florin {' '.join(command)}", here.command(*command).encode())
    for (table,) in ask_database(here, "select schemaname || '.' || tablename from pg_tables where schemaname not in "
                                 "('pg_catalog', 'information_schema')"):
        rows = ask_database(here, f"select * from {table.strip()}")
        seen["rows"] = seen.get("rows", 0) + len(rows)
        search.cells(f"the table {table.strip()}", rows)
    return {**seen, "events": len(events)}


def search_kept(search: Search, here: Installation) -> dict[str, int]:
    """Looks at a backup, and at the files and the log of PostgreSQL after a checkpoint."""
    backup = here.folder / "all.backup"
    command = [binary(), "backup", "--from", here.database, "--to", str(backup)]
    subprocess.run(command, check=True, capture_output=True, env=environment())
    search.exact("the backup", backup.read_bytes())
    with sqlite3.connect(backup) as kept:
        for (table,) in kept.execute("select name from sqlite_master where type = 'table'").fetchall():
            rows = kept.execute(f'select * from "{table}"').fetchall()
            search.cells(f"the backup's {table}", [[str(cell) for cell in row] for row in rows])
    ask_database(here, "checkpoint")
    folder = cluster_folder(here)
    search.text("PostgreSQL's log", (folder / "log").read_bytes())
    # Most of a fresh cluster are the system's own tables; before a release they are read, too.
    parts = ["data"] if is_long() else ["data/pg_wal", *(f"data/base/{name}" for (name,) in ask_database(
        here, "select oid::text from pg_database where datname = current_database()"))]
    return {"files of PostgreSQL": sum(search.folder(folder / part.strip(), f"PostgreSQL's {part.strip()}") for part in parts)}


def test_nothing_that_is_left_holds_a_card_or_a_secret(
        tmp_path: Path, report: Callable[..., None], tell: Callable[[str], None]) -> None:
    ear = Ear()
    try:
        with place("postgres", tmp_path) as here:
            # Bodies that are packed hide what is searched for. In the form that an older copy can read they are text.
            ask_database(here, "delete from installation where name = 'schema_finished'")
            life, secret, copies = live(here, ear)
            wrong = life.wrong_statuses()
            count = len(listed(life.lines[0], "/v1/events"))
            until(lambda: len(ear.heard) >= min(count, 100), "the webhooks")
            search = Search({**secret, PLANTED: THE_PLANTED})
            figures = {**search_all(search, here, life, ear, copies), **search_kept(search, here)}
            leaks = [text for text in search.found if not text.endswith(THE_PLANTED)]
            places = {text.split(":")[0].split("/")[0] for text in search.found if text.endswith(THE_PLANTED)}
            clients = {reply.json["client_secret"] for reply in life.answers if reply.json.get("client_secret")}
            logs = b"".join(copy.log.read_bytes() for copy in copies)
            leaks += [f"the log of a copy: a client secret ending in {s[-4:]}" for s in clients if s.encode() in logs]
            for line in (*life.lines, life.browser):
                line.close()
    finally:
        ear.close()
    often = ", ".join(f"{number} {name}" for name, number in figures.items()) + f"; {search.bytes_seen // 1024 // 1024} MiB"
    report(fault="F24", what="card numbers, codes, keys and signing secrets looked for after a life over PostgreSQL: two copies "
           "and a processor at level trace, statements logged with their values", often=often, lost=f"{len(leaks)} found",
           control=f"a text of the merchant's metadata is found in {len(places)} places", limit="none anywhere")
    tell(f"{often}; the planted text was found in {sorted(places)}")
    assert not leaks, "\n".join(sorted(set(leaks))[:40])
    assert not wrong, wrong
    assert b"answered" in logs and len(clients) > 5
    assert {"a webhook", "events", "the backup", "PostgreSQL's log", "PostgreSQL's data"} <= places, places


def ended_by_abort(process: subprocess.Popen[bytes]) -> tuple[int, bool]:
    """The signal that ended a process, and whether the kernel wrote a core."""
    status = os.waitpid(process.pid, 0)[1]
    process.returncode = -os.WTERMSIG(status)
    return os.WTERMSIG(status), os.WCOREDUMP(status)


def cores(folder: Path) -> list[str]:
    """Files that look like a core."""
    return [path.name for path in folder.iterdir() if path.is_file() and path.name.startswith("core")]


def test_an_abort_while_confirming_leaves_no_core(tmp_path: Path, report: Callable[..., None]) -> None:
    kernel, own = tmp_path / "kernel", tmp_path / "own"
    kernel.mkdir()
    own.mkdir()
    # The control: a process that holds a number and forbids nothing.
    planted = ended_by_abort(subprocess.Popen([*CORES, str(kernel), sys.executable, "-c", DUMPS_ITSELF], stderr=subprocess.DEVNULL))
    holds = any(GOOD.encode() in (kernel / name).read_bytes() for name in cores(kernel))
    with place("sqlite", tmp_path) as here:
        here.hire().plan({"fault": "delay", "ms": 5_000})
        copy = here.open(before=(*CORES, str(own)))
        with Connection(copy.url, here.account().key) as line:
            line.send("POST", "/v1/payment_intents", {**CONFIRMED, "payment_method_data[type]": "card",
                                                      **card("payment_method_data[card]", GOOD)})
            until(here.processor.struck, "a confirmation at the processor")
            limits = Path(f"/proc/{copy.process.pid}/limits").read_text(encoding="ascii")
            copy.process.send_signal(signal.SIGABRT)
            ended = ended_by_abort(copy.process)
        left = cores(own) + cores(tmp_path / "data")
    no_core = next(line.split()[4] for line in limits.splitlines() if line.startswith("Max core file size"))
    pattern = Path("/proc/sys/kernel/core_pattern").read_text(encoding="utf-8").strip()
    report(fault="F24", what="abort while a card is being confirmed, where the shell allows cores of any size", often="once",
           lost=f"{len(left)} cores; the kernel dumped: {ended[1]}; limit of the process {no_core}",
           control=f"a process that forbids nothing: dumped {planted[1]}, {len(cores(kernel))} cores, the number in them: {holds}; "
           f"the pattern is `{pattern}`" + ("" if planted[1] else ", so this machine writes none anyway"), limit="no core")
    assert ended == (signal.SIGABRT, False) and not left and no_core == "0", (ended, left, no_core)
    assert planted[0] == signal.SIGABRT and (holds or not planted[1] or pattern.startswith("|")), (planted, cores(kernel))
