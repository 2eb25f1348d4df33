#!/usr/bin/env python3
"""Runs the black-box suites against a running server, and checks what was recorded.

    python3 e2e/run.py --url http://127.0.0.1:8484 [--only python|python2023|node|older|docs|conform|crashes|copies|faults]...

It needs python3 with venv, bash and curl, and node 20 with npm for the suites `node`, `older` and `docs`. The environments are made
under `.cache/e2e` the first time and again when their requirement files change. With
`--bin target/release/florin` and no `--url` it starts `florin dev --ephemeral` itself. The exit
code is 0 when every chosen suite passed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Iterator

import databases
from program import Program, wait_ready, write_vault_key

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache" / "e2e"
SUITES = ("python", "python2023", "node", "older", "docs", "conform")
# They start servers of their own, which die by plan, and run only when they are named.
APART = ("crashes", "copies", "faults")
REQUIREMENTS = {"python": "python/requirements-newest.txt", "python2023": "python/requirements-2023.txt",
                "older2020": "older/python/requirements-2020.txt", "older2022": "older/python/requirements-2022.txt"}
# The years of the SDKs of the suite `older`. What Python's of 2020 brings along cannot be imported from Python 3.12 on.
YEARS = ("2020", "2022")
IS_TOO_NEW_FOR_2020 = sys.version_info >= (3, 12)


def stamp_of(*files: Path) -> str:
    """What an environment was made from: the files and this interpreter."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_stamped(folder: Path, stamp: str) -> bool:
    """Whether the environment in `folder` was made from exactly this."""
    mark = folder / ".stamp"
    return mark.is_file() and mark.read_text(encoding="utf-8") == stamp


def venv(suite: str) -> Path:
    """The interpreter of a suite's virtual environment, which is made if it is not there."""
    requirements = HERE / REQUIREMENTS[suite]
    folder = CACHE / suite
    python = folder / "bin" / "python"
    stamp = stamp_of(requirements)
    if not is_stamped(folder, stamp):
        print(f"e2e: making {folder}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(requirements)],
            check=True)
        (folder / ".stamp").write_text(stamp, encoding="utf-8")
    return python


def node_modules(folder: Path = HERE / "node") -> None:
    """Installs the one dependency of a Node suite from its lock file, if that changed."""
    stamp = stamp_of(folder / "package.json", folder / "package-lock.json")
    if not is_stamped(folder / "node_modules", stamp):
        print(f"e2e: npm ci in {folder.relative_to(HERE)}", flush=True)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=True)
        (folder / "node_modules" / ".stamp").write_text(stamp, encoding="utf-8")


@contextmanager
def own_server(options: argparse.Namespace) -> Iterator[str]:
    """Starts a server on a port that the system chooses and stops it at the end: `florin dev`, or with --database
    `florin serve` over a PostgreSQL of that version, with an account whose keys the options then hold."""
    if not options.database:
        with running([options.bin, "dev", "--port", "0", "--ephemeral"]) as url:
            yield url
        return
    with databases.cluster(options.database) as database, tempfile.TemporaryDirectory() as folder:
        key_file = Path(folder) / "vault.key"
        write_vault_key(key_file)
        where = ["--database", database, "--vault-key-file", str(key_file)]
        subprocess.run([options.bin, "migrate", "--database", database], check=True)
        made = subprocess.run([options.bin, "accounts", "create", "Suites", "--json", *where], check=True, capture_output=True)
        account = json.loads(made.stdout)
        options.secret_key = account["test_secret_key"]
        options.publishable_key = account["test_publishable_key"]
        # The suites decline more cards in a minute than thieves may.
        limits = ["--card-declines-per-address", "0", "--card-declines-per-account", "0"]
        command = [options.bin, "serve", "--listen", "127.0.0.1:0", "--allow-private-webhooks", *limits, *where]
        with running(command, f"server-{options.database}") as url:
            yield url


@contextmanager
def running(command: list[str], name: str = "server") -> Iterator[str]:
    """Runs a server and gives the address that it prints. Servers that run at once need names of their own."""
    server = Program(name, command, CACHE)
    try:
        print(f"e2e: {' '.join(command[:2])} on {server.url}, its log is {server.log}", flush=True)
        yield server.url
    finally:
        server.stop()


def environment(options: argparse.Namespace, url: str, record: Path) -> dict[str, str]:
    """What a suite learns about the server."""
    env = {**os.environ, "FLORIN_URL": url, "FLORIN_E2E_RECORD": str(record), "PYTHONDONTWRITEBYTECODE": "1"}
    for name, value in (("FLORIN_SECRET_KEY", options.secret_key),
                        ("FLORIN_PUBLISHABLE_KEY", options.publishable_key), ("FLORIN_BIN", options.bin)):
        if value:
            env[name] = value
    if options.database:
        env["FLORIN_OWN_SERVERS"] = "no"
    return env


def pytest(sdk: str, folder: str, options: argparse.Namespace, env: dict[str, str]) -> int:
    """One pytest run in this folder, in the environment of this SDK."""
    command = [str(venv(sdk)), "-m", "pytest", "-q"]
    if options.select:
        command += ["-k", options.select]
    return subprocess.run(command, cwd=HERE / folder, env=env).returncode


def node_test(folder: Path, files: list[str], options: argparse.Namespace, env: dict[str, str]) -> int:
    """One run of Node's test runner in this folder, one file after another."""
    command = ["node", "--test", "--test-concurrency=1", "--test-reporter=spec"]
    if options.select:
        command.append(f"--test-name-pattern={options.select}")
    return subprocess.run(command + files, cwd=folder, env=env).returncode


def run_python(suite: str, options: argparse.Namespace, env: dict[str, str]) -> int:
    """The SDK of this suite; the samples of the documentation are for the newest ones."""
    if suite == "docs":
        node_modules()
        return pytest("python", "docs", options, env)
    return pytest(suite, "python", options, env)


def run_node(options: argparse.Namespace, env: dict[str, str]) -> int:
    """The newest Node SDK."""
    folder = HERE / "node"
    node_modules()
    files = sorted(str(f.relative_to(folder)) for f in (folder / "test").glob("*.test.js"))
    return node_test(folder, files, options, env)


def older_years() -> tuple[str, ...]:
    """The years whose Python SDK this interpreter can run."""
    return YEARS[1:] if IS_TOO_NEW_FOR_2020 else YEARS


def older_environments() -> None:
    """Makes what the suite `older` needs: an environment and a folder of modules for each SDK."""
    for year in older_years():
        venv(f"older{year}")
    for year in YEARS:
        node_modules(HERE / "older" / "node" / year)


def run_older(options: argparse.Namespace, env: dict[str, str]) -> int:
    """The same story with the SDKs of two earlier times. Nothing is recorded: of their versions no description is kept."""
    older_environments()
    if IS_TOO_NEW_FOR_2020:
        print("e2e: the Python SDK of 2020 is left out, because it needs Python 3.11 or older", flush=True)
    codes = [pytest(f"older{year}", "older/python", options, env) for year in older_years()]
    codes.append(node_test(HERE / "older" / "node", ["life.test.mjs"], options, env))
    # A run that a signal ended has a negative code.
    return next((code for code in codes if code), 0)


def run_conform(records: list[Path]) -> int:
    """The check of the check, and then the recorded answers of all suites."""
    python = str(venv("python"))
    own = subprocess.run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=HERE / "conform").returncode
    have = [str(r) for r in records if r.is_file() and r.stat().st_size]
    checked = subprocess.run([python, str(HERE / "conform" / "validate.py"), *have]).returncode
    return own or checked


def run_apart(suite: str, options: argparse.Namespace) -> int:
    """A suite that starts the binary itself: lives with a crash at each step, several copies over one
    database, or faults of disks, connections and servers."""
    if not options.bin:
        sys.exit(f"e2e: the suite of {suite} starts the binary itself: give --bin")
    command = [str(venv("python")), "-m", "pytest", "-q"]
    if options.select:
        command += ["-k", options.select]
    env = {**os.environ, "FLORIN_BIN": options.bin, "PYTHONDONTWRITEBYTECODE": "1",
           "FLORIN_POSTGRES": options.database or databases.VERSIONS[0],
           "FLORIN_FAULTS_LONG": "1" if options.long else "0"}
    return subprocess.run(command, cwd=HERE / suite, env=env).returncode


def run_suites(options: argparse.Namespace, url: str) -> dict[str, int]:
    """All chosen suites, in their order; gives the exit code of each."""
    folder = Path(options.records).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    records = {suite: folder / f"{suite}.jsonl" for suite in SUITES if suite != "conform"}
    results: dict[str, int] = {}
    for suite in options.only or SUITES:
        print(f"e2e: == {suite}", flush=True)
        if suite == "conform":
            results[suite] = run_conform(list(records.values()))
            continue
        if suite in APART:
            results[suite] = run_apart(suite, options)
            continue
        records[suite].unlink(missing_ok=True)
        env = environment(options, url, records[suite])
        runner = {"node": run_node, "older": run_older}.get(suite, partial(run_python, suite))
        results[suite] = runner(options, env)
    return results


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--url", default=os.environ.get("FLORIN_URL"), help="the running server")
    parser.add_argument("--only", action="append", choices=(*SUITES, *APART), help="one suite; may be given several times")
    parser.add_argument("--bin", default=os.environ.get("FLORIN_BIN"), help="the florin binary, for tests that start it")
    parser.add_argument("--database", choices=databases.VERSIONS,
                        help="start `florin serve` over a PostgreSQL of this version instead of `florin dev`; for copies and faults 15 is the default")
    parser.add_argument("--secret-key", default=os.environ.get("FLORIN_SECRET_KEY"))
    parser.add_argument("--publishable-key", default=os.environ.get("FLORIN_PUBLISHABLE_KEY"))
    parser.add_argument("--records", default=str(CACHE / "records"), help="folder of the recorded answers")
    parser.add_argument("--select", help="only tests whose name matches (pytest -k, node --test-name-pattern)")
    parser.add_argument("--long", action="store_true", help="repeat the experiments of `faults` as often as before a release")
    parser.add_argument("--setup-only", action="store_true", help="make the environments and stop")
    return parser.parse_args()


def main() -> int:
    """Returns the exit code of the whole run."""
    options = parse()
    CACHE.mkdir(parents=True, exist_ok=True)
    if options.bin:
        options.bin = str(Path(options.bin).resolve())
    if options.setup_only:
        for suite in ("python", "python2023"):
            venv(suite)
        node_modules()
        older_environments()
        databases.embedded()
        return 0
    needs_server = not options.only or not set(options.only) <= {"conform", *APART}
    if not needs_server:
        results = run_suites(options, "")
    elif options.url:
        wait_ready(options.url)
        results = run_suites(options, options.url.rstrip("/"))
    elif options.bin:
        with own_server(options) as url:
            wait_ready(url)
            results = run_suites(options, url)
    else:
        sys.exit("e2e: give --url of a running server, or --bin to start one")
    print("e2e: " + "  ".join(f"{suite} {'passed' if code == 0 else f'FAILED ({code})'}" for suite, code in results.items()))
    return 1 if any(results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
