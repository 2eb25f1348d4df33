"""The figures of the experiments: one row each, shown as a table at the end of the run and kept as JSON lines.

A row belongs to the test that gave it. When that test fails, its rows say so, because figures of a failed experiment
prove nothing.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HEADINGS = ("Fault", "What was done to it", "How often", "Lost or doubled", "The control", "Limit")


@dataclass
class Row:
    """One experiment. `test` is its node id; `outcome` is what became of the test, known at its end."""

    test: str
    fault: str
    what: str
    often: str
    lost: str
    control: str
    limit: str
    outcome: str = "unfinished"


class Report:
    """Collects the rows of one session."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._failed: set[str] = set()
        self._seen: set[str] = set()

    def add(self, test: str, **cells: Any) -> None:
        """Takes a row."""
        self.rows.append(Row(test, **{name: str(cell) for name, cell in cells.items()}))

    def note(self, test: str, has_failed: bool) -> None:
        """Takes how a phase of a test ended."""
        self._seen.add(test)
        if has_failed:
            self._failed.add(test)

    def close(self) -> None:
        """Gives each row the outcome of its test."""
        for row in self.rows:
            if row.test in self._seen:
                row.outcome = "FAILED" if row.test in self._failed else "passed"

    def table(self) -> list[str]:
        """The rows as lines of a Markdown table."""
        lines = ["| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|"]
        for row in self.rows:
            mark = "" if row.outcome == "passed" else f" (**{row.outcome}**)"
            cells = (row.fault + mark, row.what, row.often, row.lost, row.control, row.limit)
            lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
        return lines

    def save(self) -> None:
        """Appends the rows to the file that FLORIN_FAULTS_REPORT names, if it names one."""
        name = os.environ.get("FLORIN_FAULTS_REPORT")
        if name and self.rows:
            with Path(name).open("a", encoding="utf-8") as out:
                out.writelines(json.dumps(asdict(row)) + "\n" for row in self.rows)
