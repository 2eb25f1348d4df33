"""Doctored observations: whatever several copies could spoil, the verdict has to notice."""

from __future__ import annotations

import copy
from typing import Any, Callable

import pytest

import verdict

ORDERS = {"one": 2000, "two": 2001}


def answers() -> list[dict[str, Any]]:
    """One execution, one request that came in between, one replay."""
    return [{"status": 409, "body": "in use", "replayed": False}, {"status": 200, "body": "paid", "replayed": False},
            {"status": 200, "body": "paid", "replayed": True}]


def look() -> dict[str, Any]:
    """Two payments."""
    seen: dict[str, Any] = {"intents": [], "charges": [], "events": [], "nets": [1912, 1913], "balance": 3825}
    for order, amount in ORDERS.items():
        intent, charge = f"pi_{order}", f"ch_{order}"
        seen["intents"].append({"id": intent, "order": order, "status": "succeeded", "amount": amount, "received": amount})
        seen["charges"].append({"id": charge, "payment_intent": intent, "status": "succeeded", "paid": True,
                                "amount_captured": amount})
        kinds = [(intent, "payment_intent.created"), (intent, "payment_intent.succeeded"), (charge, "charge.succeeded")]
        seen["events"] += [{"id": f"evt_{thing}_{kind}", "type": kind, "object": thing} for thing, kind in kinds]
    return seen


def arrivals(held: set[str] = frozenset()) -> list[dict[str, Any]]:
    """Each event once, those of `held` twice."""
    once = [{"event": e["id"], "header_id": e["id"], "body": f"body of {e['id']}"} for e in look()["events"]]
    return once + [copy.deepcopy(a) for a in once if a["event"] in held]


def book() -> list[dict[str, Any]]:
    """The processor's side of the two payments."""
    return [{"reference": f"pa_{order}", "verb": "authorize", "amount": amount, "approved": True}
            for order, amount in ORDERS.items()]


HELD = {"evt_pi_one_payment_intent.created"}
CALM: dict[str, tuple[Callable[[], Any], Callable[[Any], list[str]]]] = {
    "key": (answers, verdict.of_same_key),
    "intent": (lambda: [400, 200, 409, 429], verdict.of_one_intent),
    "payments": (look, lambda seen: verdict.of_payments(seen, ORDERS)),
    "events": (look, verdict.of_events),
    "deliveries": (arrivals, lambda seen: verdict.of_deliveries(look()["events"], seen, 1, set())),
    "repeats": (lambda: arrivals(HELD), lambda seen: verdict.of_deliveries(look()["events"], seen, 1, HELD)),
    "book": (book, lambda seen: verdict.of_book(seen, ORDERS)),
    "revocation": (lambda: {"before": [200, 200], "after": [200, 401, 401], "thawed": [401]},
                   lambda seen: verdict.of_revocation(**seen)),
}


@pytest.mark.parametrize("what", CALM)
def test_what_is_right_passes(what: str) -> None:
    make, judge = CALM[what]
    assert judge(make()) == []


DAMAGES: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("key", "different bodies", lambda s: s[2].update(body="paid again")),
    ("key", "2 answers say", lambda s: s[2].update(replayed=False)),
    ("key", "0 answers say", lambda s: s[1].update(replayed=True)),
    ("key", "other answers", lambda s: s[2].update(status=402)),
    ("key", "0 different bodies", lambda s: s.__delitem__(slice(1, None))),
    ("intent", "2 confirmations succeeded", lambda s: s.append(200)),
    ("intent", "0 confirmations succeeded", lambda s: s.remove(200)),
    ("intent", "answered with [500]", lambda s: s.append(500)),
    ("payments", "one has the intents", lambda s: s["intents"].append({**s["intents"][0], "id": "pi_again"})),
    ("payments", "one has the intents", lambda s: s["intents"][0].update(status="processing", received=0)),
    ("payments", "one has the charges", lambda s: s["charges"].append({**s["charges"][0], "id": "ch_again"})),
    ("payments", "one has the charges", lambda s: s["charges"][0].update(amount_captured=4000)),
    ("payments", "nobody ordered", lambda s: s["intents"].append({**s["intents"][0], "order": None})),
    ("payments", "3 movements", lambda s: s["nets"].append(0)),
    ("payments", "sum up to", lambda s: s.update(balance=3826)),
    ("events", "2 events payment_intent.succeeded", lambda s: s["events"].append({**s["events"][1], "id": "evt_again"})),
    ("events", "has no events", lambda s: s["events"].pop(2)),
    ("events", "nobody has", lambda s: s["events"].append({"id": "evt_x", "type": "charge.succeeded", "object": "ch_x"})),
    ("deliveries", "arrived 2 times, not 1", lambda s: s.append(copy.deepcopy(s[0]))),
    ("deliveries", "arrived 0 times, not 1", lambda s: s.pop()),
    ("deliveries", "nobody lists", lambda s: s.append({**s[0], "event": "evt_x", "header_id": "evt_x"})),
    ("deliveries", "under another id", lambda s: s[0].update(header_id="evt_x")),
    ("repeats", "different bodies", lambda s: s[-1].update(body="another")),
    ("repeats", "arrived 1 times, not 2", lambda s: s.pop()),
    ("repeats", "arrived 2 times, not 1", lambda s: s.append(copy.deepcopy(s[1]))),
    ("book", "approved one 2 times", lambda s: s.append({**s[0], "reference": "pa_again"})),
    ("book", "approved two 0 times", lambda s: s[1].update(approved=False)),
    ("book", "also booked", lambda s: s.append({**s[0], "reference": "pa_3", "verb": "void", "approved": False})),
    ("book", "also booked", lambda s: s.append({**s[0], "reference": "pa_3", "amount": 7})),
    ("book", "booked twice", lambda s: s.append({**s[0], "approved": False})),
    ("revocation", "before the revocation", lambda s: s.update(before=[401])),
    ("revocation", "never refused", lambda s: s.update(after=[200, 200])),
    ("revocation", "not final", lambda s: s["after"].append(200)),
    ("revocation", "not final", lambda s: s["after"].insert(0, 500)),
    ("revocation", "that was frozen", lambda s: s.update(thawed=[200, 401])),
    ("revocation", "that was frozen", lambda s: s.update(thawed=[])),
]


@pytest.mark.parametrize("what, complaint, damage", DAMAGES, ids=[f"{i}-{d[0]}-{d[1]}" for i, d in enumerate(DAMAGES)])
def test_damage_is_noticed(what: str, complaint: str, damage: Callable[[Any], Any]) -> None:
    make, judge = CALM[what]
    seen = make()
    damage(seen)
    found = judge(seen)
    assert any(complaint in text for text in found), found
