"""One database and one vault key, several copies of `florin serve` on them, and the command line.

A copy is a process of its own with its own ports and its own log. It can be killed, frozen and thawed, as machines and
their supervisors do it. What outlives a copy is in the database alone.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import urlsplit

from program import Program, is_ready, write_vault_key
from waiting import until

COMMAND_WITHIN_S = 60.0
# Two waits between the tries of a delivery, in seconds.
RETRIES = "0.2,0.5"
HOOKS_INSIDE = ("--allow-private-webhooks",)


def environment() -> dict[str, str]:
    """This process's environment without what would steer the binary behind the command line's back."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FLORIN_")}


def binary() -> str:
    """The binary under test."""
    found = os.environ.get("FLORIN_BIN")
    assert found, "FLORIN_BIN has to name the binary"
    return found


@dataclass(frozen=True)
class Account:
    """A merchant of a test of its own."""

    id: str
    key: str


class Installation:
    """What the copies of one run share."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database = folder, database
        self.copies: list[Program] = []
        self.processor: Processor | None = None
        self._key = folder / "vault.key"
        write_vault_key(self._key)
        # A folder of SQLite is migrated by whoever opens it.
        if not database.startswith("sqlite:"):
            self.command("migrate", vault=False)

    def command(self, *arguments: str, vault: bool = True) -> str:
        """What a command on the database prints."""
        at = ["--database", self.database, *(["--vault-key-file", str(self._key)] if vault else [])]
        done = subprocess.run([binary(), *arguments, *at], env=environment(), capture_output=True, text=True,
                              timeout=COMMAND_WITHIN_S, check=False)
        assert done.returncode == 0, f"florin {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def asked(self, *arguments: str) -> Any:
        """The same as JSON."""
        return json.loads(self.command(*arguments, "--json"))

    def account(self) -> Account:
        """A fresh merchant with its secret key of test mode."""
        made = self.asked("accounts", "create", "Copies", "--country", "US")
        return Account(made["id"], made["test_secret_key"])

    def second_key(self, account: Account) -> tuple[str, str]:
        """Another secret key of this account: its id and the key."""
        made = self.asked("keys", "create", "--name", "second", "--account", account.id)
        listed = self.asked("keys", "list", "--account", account.id)
        return next(row["id"] for row in listed if row["name"] == "second"), made["key"]

    @property
    def key_file(self) -> Path:
        """The file of the vault's master key."""
        return self._key

    def hire(self) -> Processor:
        """Starts a processor outside, which the copies that are opened from now on use."""
        self.processor = Processor(self.folder)
        return self.processor

    def begin(self, *options: str, before: tuple[str, ...] = (), retries: str = RETRIES,
              more: dict[str, str] | None = None) -> Program:
        """Begins one more copy with these options, which need not be ready yet. `before` is a command that ends in starting
        another; `more` is what its environment has besides; `retries` are the waits between the tries of a delivery."""
        command = [*before, binary(), "serve", "--database", self.database, "--listen", "127.0.0.1:0", "--metrics-port", "0",
                   "--vault-key-file", str(self._key), "--webhook-retries", retries, *options]
        if self.processor is not None:
            command += ["--sandbox-processor", self.processor.url, "--sandbox-secret", self.processor.secret]
        copy = Program(f"copy-{len(self.copies)}", command, self.folder, {**environment(), **(more or {})})
        self.copies.append(copy)
        return copy

    def open(self, *options: str, **more: Any) -> Program:
        """As `begin`, and waits until it is ready."""
        copy = self.begin(*options, **more)
        until(lambda: is_ready(copy.url), f"{copy.name} to be ready")
        return copy

    def start(self, count: int, outside: bool = False, more: dict[str, str] | None = None,
              retries: str = RETRIES) -> list[Program]:
        """Starts copies that take webhooks inside, all at once; with `outside` they share a processor that is a process of
        its own."""
        if outside and self.processor is None:
            self.hire()
        for _ in range(count):
            self.begin(*HOOKS_INSIDE, more=more, retries=retries)
        until(lambda: all(is_ready(copy.url) for copy in self.copies if copy.process.poll() is None), "copies that are ready")
        return self.copies[-count:]

    def stop(self) -> list[str]:
        """Stops every copy that still runs; gives what was wrong with them."""
        found = []
        for copy in self.copies:
            if copy.process.poll() is None:
                status = copy.stop()
                found += [f"the stop of {copy.name} gave {status}"] if status else []
            found += copy.panics()
        return found

    def clear(self) -> None:
        """Leaves no process behind, whatever happened."""
        for program in [*self.copies, *([self.processor] if self.processor else [])]:
            if program.process.poll() is None:
                program.kill()


class Processor(Program):
    """The sandbox's processor as a process of its own, with a book that survives every copy."""

    secret = "for-these-tests"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "processor", [binary(), "sandbox-processor", "--port", "0", "--data", str(folder / "book")], folder,
            {**environment(), "FLORIN_SANDBOX_SECRET": self.secret})

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        where = urlsplit(self.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self.secret}"})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            return json.loads(text)
        finally:
            connection.close()

    def plan(self, *rules: dict[str, Any]) -> None:
        """What goes wrong from now on; the first rule that fits strikes."""
        self._ask("PUT", "/v1/faults", json.dumps({"rules": rules}))

    def struck(self) -> int:
        """How often a rule of the plan struck."""
        return sum(rule["struck"] for rule in self._ask("GET", "/v1/faults")["rules"])

    def book(self) -> list[dict[str, Any]]:
        """Every booking: its verb, reference, amount, and whether it was approved."""
        found: list[dict[str, Any]] = []
        while True:
            page = self._ask("GET", f"/v1/book?after={len(found)}&limit=100")
            for entry in page["entries"]:
                outcome, request = entry["outcome"], entry["request"]
                found.append({"reference": entry["reference"], "verb": request["verb"], "amount": request["amount"],
                              "approved": isinstance(outcome, dict) and "approved" in outcome})
            if not page["has_more"]:
                return found


@contextmanager
def installed(folder: Path, database: str) -> Iterator[Installation]:
    """An installation for as long as a test lasts; at its end no copy may have panicked or ended by itself."""
    made = Installation(folder, database)
    try:
        yield made
        trouble = made.stop()
    finally:
        made.clear()
    assert not trouble, "\n".join(trouble)
