#!/usr/bin/env python3
"""Holds recorded answers against the published description of the wire.

    validate.py RECORDS.jsonl...

A record is {method, path, status, version, json}, as the SDK suites write it. The
descriptions lie in the folder that FLORIN_WIRE_SPEC names; without it nothing is validated,
and that is said. The version of an answer chooses its description. Reported are the share
that is valid (types, required fields, enumerations), the share that is exact (also without a
field that the description does not know), and each way of being invalid with its count.
A way of being invalid can be allowed in exceptions.json, with a reason; anything else makes
the exit code 1. Unknown fields are only reported, because a newer field in an older version
is allowed on this wire. Events of Florin's own types are left out: no description knows them.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Iterable

from description import Description, Finding

HERE = Path(__file__).resolve().parent

# Version of the answer -> file. The description of late 2023 was not kept; the next one
# that was published, half a year younger, is the nearest to it.
FILES = {"2026-10-28.endive": "spec3-endive.json", "2023-10-16": "spec3-2024-04-10.json"}

# What that next one renamed: version -> object -> name of before -> name in the description.
RENAMED = {"2023-10-16": {"product": {"features": "marketing_features"}}}

# What the types of Florin's own events begin with.
OWN = "florin."


class Report:
    """Counts of one version, and every finding with how often it occurred."""

    def __init__(self) -> None:
        self.total = self.valid = self.exact = 0
        self.findings: Counter[Finding] = Counter()
        self.unknown: Counter[str] = Counter()
        self.routes: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, record: dict[str, Any], description: Description) -> None:
        """Checks one record and counts it."""
        route, findings, unknown = description.check(
            record["method"], record["path"], record["status"], record["json"])
        self.total += 1
        self.valid += not findings
        self.exact += not findings and not unknown
        self.findings.update(set(findings))
        self.unknown.update(set(unknown))
        self.routes[route][0] += not findings
        self.routes[route][1] += 1


def allowed(finding: Finding, version: str, exceptions: list[dict[str, str]]) -> bool:
    """Whether an exception names this finding; every key it gives must agree."""
    have = {"version": version, **finding._asdict()}
    return any(all(have[k] == v for k, v in e.items() if k != "reason") for e in exceptions)


def read_exceptions() -> list[dict[str, str]]:
    """The allowed findings; each must give a reason and at least its path."""
    exceptions = json.loads((HERE / "exceptions.json").read_text(encoding="utf-8"))
    for e in exceptions:
        if not e.get("reason") or "path" not in e:
            sys.exit(f"exceptions.json: an exception needs `path` and `reason`: {e}")
    return exceptions


def read_records(files: Iterable[str]) -> Iterable[dict[str, Any]]:
    """All records of all files."""
    for name in files:
        with open(name, encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


def is_own(value: Any) -> bool:
    """Whether a value is an event that only Florin knows."""
    return isinstance(value, dict) and value.get("object") == "event" and str(value.get("type")).startswith(OWN)


def published(value: Any) -> Any:
    """The answer without Florin's own events; None when it is one."""
    if is_own(value):
        return None
    if isinstance(value, dict) and value.get("object") == "list" and isinstance(value.get("data"), list):
        return {**value, "data": [one for one in value["data"] if not is_own(one)]}
    return value


def described(value: Any, version: str) -> Any:
    """The answer under the names of the description that its version is held against."""
    if isinstance(value, list):
        return [described(one, version) for one in value]
    if not isinstance(value, dict):
        return value
    names = RENAMED.get(version, {}).get(str(value.get("object")), {})
    return {names.get(name, name): described(one, version) for name, one in value.items()}


def percent(part: int, whole: int) -> str:
    """A share as text; it never rounds up to 100 %."""
    return f"{part} of {whole} ({int(part * 1000 / whole) / 10 if whole else 0.0} %)"


def show(version: str, report: Report, exceptions: list[dict[str, str]]) -> int:
    """Prints one version's report; returns how many findings are not allowed."""
    print(f"== {version}, against {FILES[version]}")
    print(f"   valid: {percent(report.valid, report.total)}   exact: {percent(report.exact, report.total)}")
    bad = [r for r in sorted(report.routes.items()) if r[1][0] < r[1][1]]
    for route, (valid, total) in bad:
        print(f"   {route}: {valid} of {total} valid")
    refused = 0
    for finding, count in report.findings.most_common():
        mark = "allowed" if allowed(finding, version, exceptions) else "INVALID"
        refused += mark == "INVALID"
        print(f"   {mark} x{count}: {finding.object} {finding.path}: {finding.rule}: {finding.what}")
    for path, count in report.unknown.most_common(20):
        print(f"   unknown field x{count}: {path}")
    return refused


def main(files: list[str]) -> int:
    """Validates the files; returns the exit code."""
    folder = os.environ.get("FLORIN_WIRE_SPEC")
    if not folder:
        print("not validated: FLORIN_WIRE_SPEC is not set")
        return 0
    if not files:
        print("nothing was validated: no recorded answers were given")
        return 1
    exceptions = read_exceptions()
    descriptions: dict[str, Description] = {}
    reports: dict[str, Report] = defaultdict(Report)
    skipped: Counter[str] = Counter()
    for record in read_records(files):
        version = (record.get("version") or "none").split(";")[0]
        if version not in FILES:
            skipped[version] += 1
            continue
        value = published(record["json"])
        if value is None:
            continue
        if version not in descriptions:
            text = (Path(folder) / FILES[version]).read_text(encoding="utf-8")
            descriptions[version] = Description(json.loads(text))
        reports[version].add({**record, "json": described(value, version)}, descriptions[version])
    refused = sum(show(v, reports[v], exceptions) for v in sorted(reports, reverse=True))
    for version, count in sorted(skipped.items()):
        print(f"not validated: {count} answers in version {version}, of which no description is kept")
    if not reports:
        print("nothing was validated: the files hold no answer in a known version")
        return 1
    print(f"{refused} ways of being invalid are not allowed" if refused else "everything that is invalid is allowed"
          if any(r.findings for r in reports.values()) else "all answers are valid")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
