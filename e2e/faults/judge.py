"""Holds what was acknowledged against what is there afterwards.

Pure functions of plain values, so that `test_judge.py` can hand them doctored ones.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# What an acknowledgement says about an object that must still be so at the end.
OF_INTENT = ("status", "amount", "amount_received", "amount_capturable", "latest_charge")
OF_REFUND = ("status", "amount", "charge", "payment_intent")
# What a step is told whose end nobody knows yet. Its key stays open, and its object moves on.
OPEN = ("processing", "pending")


@dataclass(frozen=True)
class Acknowledged:
    """One step that was answered with success."""

    key: str
    path: str
    form: dict[str, Any]
    id: str
    body: bytes
    at: float
    took_s: float
    url: str

    def amount(self) -> int:
        """What it moved, which no other step moved."""
        return int(self.form.get("amount_to_capture") or self.form.get("amount") or json.loads(self.body)["amount"])

    def status(self) -> str:
        """What it was told about the object."""
        return str(json.loads(self.body)["status"])

    def is_open(self) -> bool:
        """Whether it was told that the end is not known yet."""
        return self.status() in OPEN

    def verb(self) -> str:
        """How the processor calls it; nothing for a step without the processor."""
        if self.path == "/v1/refunds":
            # One that failed, because the processor never received it, moved nothing.
            return "refund" if self.status() == "succeeded" else ""
        if self.path.endswith("/capture"):
            return "capture"
        return "authorize" if self.form.get("confirm") or self.path.endswith("/confirm") else ""


@dataclass
class Seen:
    """What is there at the end. `replays` and `book` may be unknown. `moving` are the objects of steps whose end nobody was
    told yet."""

    objects: dict[str, dict[str, Any] | None]
    charges: list[dict[str, Any]]
    nets: list[int]
    balance: int
    replays: dict[str, tuple[int, bytes, bool]] | None = None
    book: list[dict[str, Any]] | None = None
    moving: frozenset[str] = frozenset()


@dataclass
class Verdict:
    """Complaints by their kind."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def complaints(self) -> list[str]:
        """All of them."""
        return [f"{kind}: {text}" for kind in ("lost", "doubled", "differing", "other") for text in getattr(self, kind)]

    def counts(self) -> str:
        """In few words."""
        return f"{len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.differing)} answers changed"


def verdict(acknowledged: list[Acknowledged], seen: Seen) -> Verdict:
    """Everything that is wrong."""
    found = Verdict(lost=of_objects(acknowledged, seen))
    found.doubled += of_charges(acknowledged, seen.charges)
    ended = [a for a in acknowledged if not a.is_open()]
    if seen.book is not None:
        lost, doubled = of_book(ended, seen.book)
        found.lost += lost
        found.doubled += doubled
    if seen.replays is not None:
        found.differing += of_replays(ended, seen.replays)
    if sum(seen.nets) != seen.balance:
        found.other.append(f"the balance is {seen.balance}, its transactions sum up to {sum(seen.nets)}")
    return found


def of_objects(acknowledged: list[Acknowledged], seen: Seen) -> list[str]:
    """Each object is there as its last acknowledgement says. One that moves has at least kept its amount."""
    last: dict[str, Acknowledged] = {}
    for a in sorted(acknowledged, key=lambda a: a.at):
        last[a.id] = a
    found = []
    for name, a in last.items():
        now, told = seen.objects.get(name), json.loads(a.body)
        if now is None:
            found.append(f"{name} of {a.key} is not there")
            continue
        facts = OF_REFUND if a.path == "/v1/refunds" else OF_INTENT
        for fact in ("amount",) if name in seen.moving else facts:
            if now.get(fact) != told.get(fact):
                found.append(f"{fact} of {name} is {now.get(fact)}, {a.key} was told {told.get(fact)}")
    return found


def of_charges(acknowledged: list[Acknowledged], charges: list[dict[str, Any]]) -> list[str]:
    """Each payment has one charge that succeeded."""
    counts = Counter(c["payment_intent"] for c in charges if c["status"] == "succeeded")
    paid = {a.id for a in acknowledged if a.verb() == "authorize"}
    found = [f"{name} has {counts[name]} charges that succeeded" for name in sorted(paid) if counts[name] > 1]
    amounts = Counter(c["amount"] for c in charges if c["status"] == "succeeded")
    return found + [f"{amount} was charged {count} times" for amount, count in amounts.items() if count > 1]


def of_book(acknowledged: list[Acknowledged], book: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """The processor approved each acknowledged step once, and no step twice. Gives what it lacks and what it has twice."""
    approved = Counter((entry["verb"], entry["amount"]) for entry in book if entry["approved"])
    wanted = {(a.verb(), a.amount()): f"{a.key}, told {a.status()}" for a in acknowledged if a.verb()}
    lost = [f"the processor knows nothing of {step}" for thing, step in wanted.items() if not approved[thing]]
    doubled = [f"the processor approved {verb} of {amount} {count} times" for (verb, amount), count in approved.items() if count > 1]
    references = Counter(entry["reference"] for entry in book)
    return lost, doubled + [f"the processor booked {name} {count} times" for name, count in references.items() if count > 1]


def of_replays(acknowledged: list[Acknowledged], replays: dict[str, tuple[int, bytes, bool]]) -> list[str]:
    """Each key is answered with the same bytes, and says that they are a replay."""
    found = []
    for a in acknowledged:
        status, body, replayed = replays.get(a.key, (0, b"", False))
        if (status, body) != (200, a.body):
            found.append(f"{a.key} is answered with {status} {body[:200]!r} now")
        elif not replayed:
            found.append(f"{a.key} was carried out again")
    return found
