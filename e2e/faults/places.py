"""An installation over either engine, on a server that is started for it.

Over SQLite it has one copy, which makes the tables itself. Over PostgreSQL it has as many as wanted.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import databases
from installation import Installation, installed
from program import Program

ENGINES = ("sqlite", "postgres")


@contextmanager
def place(engine: str, folder: Path) -> Iterator[Installation]:
    """An installation for as long as a test lasts; at its end no copy may have panicked or ended by itself."""
    if engine == "sqlite":
        with installed(folder, f"sqlite:{folder / 'data'}") as made:
            yield made
        return
    with databases.cluster(os.environ.get("FLORIN_POSTGRES", databases.VERSIONS[0])) as url, installed(folder, url) as made:
        yield made


def resident_kib(program: Program) -> int:
    """How much memory of a process is resident, in KiB."""
    status = Path(f"/proc/{program.process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
