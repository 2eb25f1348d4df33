"""Doctored lives: whatever a crash could spoil, the verdict has to notice."""

from __future__ import annotations

import copy
from typing import Any, Callable

import pytest

from verdict import complaints


def charge(number: int, amount: int, **more: Any) -> dict[str, Any]:
    """A charge that took its amount."""
    return {"id": f"ch_{number}", "status": "succeeded", "paid": True, "captured": True, "amount": amount,
            "amount_captured": amount, "amount_refunded": 0, **more}


def intent(name: str, status: str, amount: int, own: dict[str, Any]) -> dict[str, Any]:
    """An intent with one charge."""
    taken = own["amount_captured"] if own["status"] == "succeeded" else 0
    return {"id": f"pi_{name}", "name": name, "status": status, "amount": amount, "amount_received": taken,
            "amount_capturable": 0, "charges": [own]}


def request(verb: str, amount: int, reference: str, capture: bool = True) -> list[Any]:
    """An entry of the processor's books."""
    return [{"verb": verb, "amount": amount, "reference": reference, "terms": {"capture": capture}}, {"approved": {}}]


def calm() -> dict[str, Any]:
    """A life without a crash, as small as the verdict allows."""
    nothing = {"amount_captured": 0, "captured": False}
    return {
        "facts": {"declined": {"http": 402, "error.code": "card_declined"}},
        "unsent": [], "differing_replays": [], "setups": ["succeeded"], "customers": 1, "saved_cards": 1,
        "intents": [
            intent("at-once", "succeeded", 2000, charge(1, 2000)),
            intent("in-two", "succeeded", 2100, charge(2, 2100)),
            intent("declined", "requires_payment_method", 2200,
                   charge(3, 2200, status="failed", paid=False, **nothing)),
            intent("held", "succeeded", 5000, charge(4, 5000, amount_captured=3000, amount_refunded=1500)),
            intent("dropped", "canceled", 4000, charge(5, 4000, **nothing)),
            intent("off-session", "succeeded", 2300, charge(6, 2300)),
        ],
        "refunds": [{"charge": "ch_4", "amount": 500, "status": "succeeded"},
                    {"charge": "ch_4", "amount": 1000, "status": "succeeded"}],
        "nets": [9400, -1500], "balance": 7900,
        "events": [["pi_at-once", "payment_intent.succeeded"], ["ch_4", "charge.refunded"], ["ch_4", "charge.refunded"]],
        "books": [request("authorize", 2000, "r1"), request("authorize", 2100, "r2"),
                  request("authorize", 5000, "r3", False), request("capture", 3000, "r4"),
                  request("refund", 1000, "r5"), request("refund", 500, "r6"),
                  request("authorize", 4000, "r7", False), request("void", 4000, "r8"),
                  request("authorize", 2300, "r9")],
    }


def test_a_life_that_a_crash_did_not_touch_passes() -> None:
    assert complaints(calm(), calm(), False) == []
    assert complaints({**calm(), "books": None}, calm(), False) == []


DAMAGES: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("the answer to declined", lambda s: s["facts"]["declined"].update({"error.code": "processing_error"})),
    ("the answer to declined", lambda s: s["facts"].clear()),
    ("under the same key", lambda s: s["differing_replays"].append("refund")),
    ("refused as never received", lambda s: s["unsent"].append("capture")),
    ("customers", lambda s: s.update(customers=2)),
    ("saved_cards", lambda s: s.update(saved_cards=2)),
    ("setups", lambda s: s["setups"].append("requires_payment_method")),
    ("intents:", lambda s: s["intents"].append(copy.deepcopy(s["intents"][0]))),
    ("still in processing", lambda s: s["intents"][0].update(status="processing")),
    ("at-once took", lambda s: s["intents"][0]["charges"].append(charge(7, 2000))),
    ("held took", lambda s: s["intents"][3]["charges"][0].update(amount_captured=5000)),
    ("dropped took", lambda s: s["intents"][4]["charges"][0].update(captured=True, amount_captured=4000)),
    ("approved 2 times", lambda s: s["intents"][4]["charges"].append(
        charge(8, 4000, amount_captured=0, captured=False))),
    ("succeeded refunds", lambda s: s["refunds"].append({"charge": "ch_4", "amount": 500, "status": "succeeded"})),
    ("refunds:", lambda s: s["refunds"].append({"charge": "ch_4", "amount": 500, "status": "pending"})),
    ("refunds:", lambda s: s["refunds"].append({"charge": "ch_4", "amount": 500, "status": "failed"})),
    ("was refunded", lambda s: s["intents"][3]["charges"][0].update(amount_refunded=2000)),
    ("transactions sum up", lambda s: s["nets"].pop()),
    ("the balance is", lambda s: s.update(nets=[9400], balance=9400)),
    ("2 events", lambda s: s["events"].append(["pi_at-once", "payment_intent.succeeded"])),
    ("missing events", lambda s: s["events"].pop(0)),
    ("events too many", lambda s: s["events"].append(["ch_1", "charge.failed"])),
    ("asked twice", lambda s: s["books"].append(s["books"][0])),
    ("the processor moved", lambda s: s["books"].append(request("capture", 100, "r10"))),
    ("the processor approved", lambda s: s["books"].append(request("authorize", 2000, "r10", False))),
    ("gave back", lambda s: s["books"].pop(7)),
]


@pytest.mark.parametrize("complaint, damage", DAMAGES, ids=[f"{i}-{d[0]}" for i, d in enumerate(DAMAGES)])
def test_damage_is_noticed(complaint: str, damage: Callable[[dict[str, Any]], Any]) -> None:
    seen = calm()
    damage(seen)
    found = complaints(seen, calm(), False)
    assert any(complaint in text for text in found), found


def test_a_refusal_that_had_to_come_must_come() -> None:
    assert complaints(calm(), calm(), True) == ["refused as never received: [], but 1 had to be"]


def test_a_second_try_explains_its_own_events_and_no_others() -> None:
    seen = calm()
    seen["unsent"] = ["at-once"]
    seen["events"].append(["ch_9", "charge.failed"])
    assert complaints(seen, calm(), True) == []
    seen["events"].append(["ch_9", "charge.succeeded"])
    assert any("events too many" in text for text in complaints(seen, calm(), True))
