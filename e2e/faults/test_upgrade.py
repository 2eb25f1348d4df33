"""F26: a release takes over from the one before it, under load and without a pause.

The older binary makes the tables and serves. The newer one migrates them, serves beside it, and finishes the migration once
the older one has stopped. It needs that older binary in FLORIN_OLDER_BIN; without it the test is left out and says so.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import audit
import databases
from installation import installed
from load import Load, loaded
from scale import times
from waiting import until

OLDER = os.environ.get("FLORIN_OLDER_BIN", "")
# So many steps are acknowledged in each phase.
STEPS = 40
STEPS_WITHIN_S = 120.0


def more(load: Load) -> None:
    """Waits for further acknowledgements."""
    served = load.count()
    until(lambda: load.count() >= served + times(STEPS, 10 * STEPS), "steps in this phase", STEPS_WITHIN_S)


def packed(url: str) -> list[str]:
    """Whether the newest charge is packed, and whether the index of events is there."""
    return audit.ask_postgres(url, "select packed is not null from charges order by created desc, id desc limit 1; "
                                   "select count(*) from pg_indexes where indexname = 'events_once'")


@pytest.mark.skipif(not OLDER, reason="FLORIN_OLDER_BIN does not name the binary of the release before")
def test_a_release_takes_over_under_load(tmp_path: Path, report: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = os.environ["FLORIN_BIN"]
    with databases.cluster(os.environ.get("FLORIN_POSTGRES", "15")) as url:
        monkeypatch.setenv("FLORIN_BIN", OLDER)
        with installed(tmp_path, url) as installation:
            account = installation.account()
            [before] = installation.start(1, outside=True)
            urls = [before.url]
            with loaded(urls, account.key) as load:
                more(load)
                monkeypatch.setenv("FLORIN_BIN", newer)
                installation.command("migrate", vault=False)
                more(load)
                [first] = installation.start(1, outside=True)
                urls.append(first.url)
                more(load)
                unfinished = packed(url)
                urls.remove(before.url)
                assert before.stop() == 0
                more(load)
                installation.command("migrate", "--finish", vault=False)
                [second] = installation.start(1, outside=True)
                urls.append(second.url)
                more(load)
                more(load)
            judged = load.verify(second.url, installation.processor.book)
            finished = packed(url)
            found = judged.complaints() + audit.of_postgres(url)
            control = Load.of(load, load.log.doctored()).verify(second.url, replay=False)
    report(fault="F26", what="PostgreSQL: the release before serves, the tables are migrated, both serve, the older one stops, the "
                             "migration is finished, two newer ones serve; under load all the time",
           often=f"once, {load.log.counts()}", lost=judged.counts(),
           control=f"an acknowledgement that nobody stored: {len(control.complaints())} reported", limit="0; nothing is packed before the end of the older one, everything after it")
    assert (unfinished, finished) == (["f", "1"], ["t", "0"])
    assert control.complaints() and not found, "\n".join(found)
