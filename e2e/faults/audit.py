"""Looks into the database itself: the ledger sums up, balances are the sums of their entries, events are one for each change.

The statements are the same for both engines. They are asked while no copy writes.
"""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

# Each gives rows only when something is wrong, and the first column says where.
RULES = {
    "entries of a transaction do not sum up to 0": """
        SELECT txn, sum(amount), count(*) FROM ledger_entries GROUP BY account, live, txn
        HAVING sum(amount) <> 0 OR count(*) < 2""",
    "a transaction has no entries": """
        SELECT t.id FROM ledger_transactions t WHERE NOT EXISTS (SELECT 1 FROM ledger_entries e
        WHERE e.account = t.account AND e.live = t.live AND e.txn = t.id)""",
    "entries have no transaction": """
        SELECT e.txn FROM ledger_entries e WHERE NOT EXISTS (SELECT 1 FROM ledger_transactions t
        WHERE e.account = t.account AND e.live = t.live AND e.txn = t.id)""",
    "a balance is not the sum of its entries": """
        SELECT ledger_account, asset, sum(amount) FROM (
          SELECT e.account, e.live, e.ledger_account, t.asset, e.amount FROM ledger_entries e
          JOIN ledger_transactions t ON t.account = e.account AND t.live = e.live AND t.id = e.txn
          UNION ALL SELECT account, live, ledger_account, asset, -amount FROM balances) AS both_sides
        GROUP BY account, live, ledger_account, asset HAVING sum(amount) <> 0""",
    "a version has an event twice": """
        SELECT object, object_version, type, count(*) FROM events
        GROUP BY account, live, object, object_version, type HAVING count(*) > 1""",
    "a payment has no event": """
        SELECT i.id FROM payment_intents i WHERE NOT EXISTS (SELECT 1 FROM events e
        WHERE e.account = i.account AND e.live = i.live AND e.object = i.id)""",
    "a charge has no event": """
        SELECT c.id FROM charges c WHERE NOT EXISTS (SELECT 1 FROM events e
        WHERE e.account = c.account AND e.live = c.live AND e.object = c.id)""",
    "an event is about a payment that is not there": """
        SELECT e.id FROM events e WHERE e.type LIKE 'payment_intent.%' AND NOT EXISTS (SELECT 1 FROM payment_intents i
        WHERE e.account = i.account AND e.live = i.live AND e.object = i.id)""",
}
PSQL = "psql"


def of_rows(rows: dict[str, list[str]]) -> list[str]:
    """The complaints."""
    return [f"{rule}: {row}" for rule, found in rows.items() for row in found]


def of_sqlite(folder: Path) -> list[str]:
    """Complaints about the database in this folder, which no process may have open for writing."""
    database = sqlite3.connect(f"file:{folder / 'florin.db'}?mode=ro", uri=True)
    try:
        check = [str(row[0]) for row in database.execute("PRAGMA integrity_check")]
        rows = {rule: [str(row) for row in database.execute(text)] for rule, text in RULES.items()}
    finally:
        database.close()
    return [f"the file is damaged: {text}" for text in check if text != "ok"] + of_rows(rows)


def ask_postgres(url: str, text: str) -> list[str]:
    """The rows of one statement."""
    done = subprocess.run([PSQL, "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", text], capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def of_postgres(url: str) -> list[str]:
    """Complaints about the database of a server."""
    return of_rows({rule: ask_postgres(url, text) for rule, text in RULES.items()})
