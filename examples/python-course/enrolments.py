"""Who may see the course, and the secret of the webhook, in one small JSON file that is replaced as a whole.

An enrolment is `waiting` until it is `open` or `expired`, and both are the last word: what comes twice, or late, changes nothing. Whoever
waits for one is woken in the moment of the change. Deliberately absent: several processes. A site with more than one needs a database.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

WAITING, OPEN, EXPIRED = "waiting", "open", "expired"


@dataclass
class Enrolment:
    """One buyer's way into the course."""

    state: str = WAITING
    # The checkout session and its page, once there is one.
    session: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Webhook:
    """The endpoint that Florin tells: its two addresses, its id, and its secret, which Florin shows once."""

    florin_url: str
    url: str
    id: str
    secret: str


class Enrolments:
    """All enrolments, for any number of threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "course.json"
        self._changed = threading.Condition()
        kept = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
        self._all = {name: Enrolment(**fields) for name, fields in kept.get("enrolments", {}).items()}
        self._webhook = Webhook(**kept["webhook"]) if kept.get("webhook") else None

    def find(self, name: str) -> Enrolment | None:
        """A copy of one enrolment."""
        with self._changed:
            found = self._all.get(name)
            return Enrolment(**asdict(found)) if found else None

    def waiting(self) -> list[tuple[str, str]]:
        """Names and sessions of those that Florin may know more about than we do."""
        with self._changed:
            return [(name, one.session) for name, one in self._all.items() if one.state == WAITING and one.session]

    def begin(self, name: str) -> None:
        """Makes an enrolment, before anything is asked for that could pay it."""
        with self._changed:
            if name not in self._all:
                self._all[name] = Enrolment()
                self._save()

    def keep_session(self, name: str, session: str, url: str) -> None:
        """Where the enrolment is paid."""
        with self._changed:
            self._all[name].session, self._all[name].url = session, url
            self._save()

    def move(self, name: str, state: str) -> None:
        """Opens or ends an enrolment that waits. One that is not ours, or is settled, stays what it is."""
        with self._changed:
            found = self._all.get(name)
            if found is None or found.state != WAITING:
                return
            found.state = state
            self._save()
            self._changed.notify_all()

    def wait(self, name: str, seconds: float) -> str:
        """The state of an enrolment, as soon as it waits no longer, or when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._all[name].state != WAITING, seconds)
            return self._all[name].state

    @property
    def webhook(self) -> Webhook | None:
        """The endpoint that was kept."""
        return self._webhook

    def keep_webhook(self, webhook: Webhook) -> None:
        """Keeps the secret, which nobody tells again."""
        with self._changed:
            self._webhook = webhook
            self._save()

    def _save(self) -> None:
        """The file holds a secret, so it is the owner's alone."""
        kept = {
            "enrolments": {name: asdict(one) for name, one in self._all.items()},
            "webhook": asdict(self._webhook) if self._webhook else None,
        }
        fresh = self._file.with_suffix(".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(kept, out, indent=2)
            out.flush()
            os.fsync(out.fileno())
        os.replace(fresh, self._file)
