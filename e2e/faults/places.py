"""An installation over either engine whose copies take options of a test's own.

Over SQLite it has one copy, which makes the tables itself. Over PostgreSQL it has as many as wanted, on a server that is
started for it.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import databases
from installation import RETRIES, Installation, Processor, binary, environment
from program import Program, is_ready, write_vault_key
from waiting import until

ENGINES = ("sqlite", "postgres")
HOOKS_INSIDE = ("--allow-private-webhooks",)


class Place(Installation):
    """An installation whose copies are started with chosen options."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database = folder, database
        self.copies: list[Program] = []
        self.processor: Processor | None = None
        self._key = folder / "vault.key"
        write_vault_key(self._key)
        if not database.startswith("sqlite:"):
            self.command("migrate", vault=False)

    @property
    def key_file(self) -> Path:
        """The file of the vault's master key."""
        return self._key

    def open(self, *options: str, before: tuple[str, ...] = (), retries: str = RETRIES) -> Program:
        """Starts one more copy with these options; `before` is a command that ends in starting another."""
        command = [*before, binary(), "serve", "--database", self.database, "--listen", "127.0.0.1:0", "--metrics-port", "0",
                   "--vault-key-file", str(self._key), "--webhook-retries", retries, *options]
        if self.processor is not None:
            command += ["--sandbox-processor", self.processor.url, "--sandbox-secret", self.processor.secret]
        copy = Program(f"copy-{len(self.copies)}", command, self.folder, environment())
        self.copies.append(copy)
        until(lambda: is_ready(copy.url), f"{copy.name} to be ready")
        return copy

    def hire(self) -> Processor:
        """Starts a processor outside, which the copies that are opened from now on use."""
        self.processor = Processor(self.folder)
        return self.processor


@contextmanager
def place(engine: str, folder: Path) -> Iterator[Place]:
    """An installation for as long as a test lasts; at its end no copy may have panicked or ended by itself."""
    if engine == "sqlite":
        with _kept(folder, f"sqlite:{folder / 'data'}") as made:
            yield made
        return
    with databases.cluster(os.environ.get("FLORIN_POSTGRES", databases.VERSIONS[0])) as url, _kept(folder, url) as made:
        yield made


@contextmanager
def _kept(folder: Path, database: str) -> Iterator[Place]:
    made = Place(folder, database)
    try:
        yield made
        trouble = made.stop()
    finally:
        made.clear()
    assert not trouble, "\n".join(trouble)


def resident_kib(program: Program) -> int:
    """How much memory of a process is resident, in KiB."""
    status = Path(f"/proc/{program.process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
