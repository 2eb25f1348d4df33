"""Holds what is there after a life with a crash against a life without one.

A pure function of plain values, so that `test_verdict.py` can hand it doctored ones.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

# Events that an object has at most once in its life.
ONCE = {
    "charge.captured", "charge.failed", "charge.succeeded", "customer.created", "payment_intent.canceled",
    "payment_intent.created", "payment_intent.succeeded", "payment_method.attached", "refund.created",
    "setup_intent.created", "setup_intent.succeeded",
}
# What a request that never reached the processor may add to the events: it was under way, and it failed.
OF_UNSENT = {
    "charge.failed", "charge.refund.updated", "charge.refunded", "payment_intent.payment_failed",
    "payment_intent.processing", "refund.created", "refund.failed", "refund.updated", "setup_intent.setup_failed",
}
# What a refund that failed may add besides: its charge is as it was before.
OF_UNSENT_REFUND = OF_UNSENT | {"charge.updated"}
# What a later call on an authorization that failed may add besides: the payment is ready for capture again.
OF_UNSENT_LATER = OF_UNSENT | {"payment_intent.amount_capturable_updated"}
# How the steps of the life are called that capture or give back what was authorized before.
LATER = ("capture", "cancel")
SUCCESSES = {"at-once": 2000, "in-two": 2100, "held": 3000, "off-session": 2300}


def complaints(seen: dict[str, Any], calm: dict[str, Any], may_be_unsent: bool) -> list[str]:
    """Everything that a crash changed. `may_be_unsent`: it struck between the note of a call and the call itself."""
    found = []
    for name in calm["facts"].keys() | seen["facts"].keys():
        if seen["facts"].get(name) != calm["facts"].get(name):
            found.append(f"the answer to {name}: {seen['facts'].get(name)}, without a crash {calm['facts'].get(name)}")
    for name in ("setups", "customers", "saved_cards"):
        if seen[name] != calm[name]:
            found.append(f"{name}: {seen[name]}, without a crash {calm[name]}")
    if seen["differing_replays"]:
        found.append(f"another answer under the same key: {seen['differing_replays']}")
    if len(seen["unsent"]) != may_be_unsent:
        found.append(f"refused as never received: {seen['unsent']}, but {int(may_be_unsent)} had to be")
    return found + of_intents(seen, calm) + of_money(seen, calm) + of_events(seen, calm) + of_books(seen)


def of_intents(seen: dict[str, Any], calm: dict[str, Any]) -> list[str]:
    """States and charges of the intents."""
    found = []
    plain = [{n: v for n, v in i.items() if n not in ("id", "charges")} for i in seen["intents"]]
    wanted = [{n: v for n, v in i.items() if n not in ("id", "charges")} for i in calm["intents"]]
    if plain != wanted:
        found.append(f"intents: {plain}, without a crash {wanted}")
    for intent in seen["intents"]:
        taken = [c for c in intent["charges"] if c["status"] == "succeeded" and c["captured"] and c["paid"]]
        approved = [c for c in intent["charges"] if c["status"] == "succeeded"]
        want = SUCCESSES.get(intent["name"], 0)
        if [c["amount_captured"] for c in taken] != [want] * bool(want):
            found.append(f"{intent['name']} took {taken}, not {want}")
        if len(approved) != (intent["name"] != "declined"):
            found.append(f"{intent['name']} was approved {len(approved)} times")
        if intent["status"] == "processing":
            found.append(f"{intent['name']} is still in processing")
    return found


def of_money(seen: dict[str, Any], calm: dict[str, Any]) -> list[str]:
    """Refunds and balances."""
    found = []
    succeeded = sorted(r["amount"] for r in seen["refunds"] if r["status"] == "succeeded")
    if succeeded != [500, 1000]:
        found.append(f"succeeded refunds: {succeeded}")
    strange = [r for r in seen["refunds"] if r["status"] not in ("succeeded", "failed")]
    failed = [r for r in seen["refunds"] if r["status"] == "failed"]
    if strange or len(failed) != sum(name.startswith("refund") for name in seen["unsent"]):
        found.append(f"refunds: {seen['refunds']}")
    refunded = [c["amount_refunded"] for i in seen["intents"] for c in i["charges"] if c["amount_refunded"]]
    if refunded != [1500]:
        found.append(f"charges say that {refunded} was refunded")
    if sum(seen["nets"]) != seen["balance"]:
        found.append(f"the balance is {seen['balance']}, its transactions sum up to {sum(seen['nets'])}")
    if seen["balance"] != calm["balance"]:
        found.append(f"the balance is {seen['balance']}, without a crash {calm['balance']}")
    return found


def of_events(seen: dict[str, Any], calm: dict[str, Any]) -> list[str]:
    """Events that are there twice, are missing, or that nothing explains."""
    found = [f"{count} events {kind} of {thing}" for (thing, kind), count in Counter(map(tuple, seen["events"])).items()
             if count > 1 and kind in ONCE]
    have, want = (Counter(kind for _, kind in run["events"]) for run in (seen, calm))
    missing, more = want - have, have - want
    if seen["unsent"]:
        name = seen["unsent"][0]
        explained = OF_UNSENT_REFUND if name.startswith("refund") else OF_UNSENT
        if name.startswith(LATER):
            explained = OF_UNSENT_LATER
        more = Counter({kind: count for kind, count in more.items() if kind not in explained})
    if missing or more:
        found.append(f"missing events {dict(missing)}, events too many {dict(more)}")
    return found


def of_books(seen: dict[str, Any]) -> list[str]:
    """The books of a processor outside against ours: nothing asked twice, and the same money."""
    if seen["books"] is None:
        return []
    found = []
    asked = Counter(request["reference"] for request, _ in seen["books"])
    if any(count > 1 for count in asked.values()):
        found.append(f"asked twice: {[reference for reference, count in asked.items() if count > 1]}")
    done = [request for request, outcome in seen["books"] if isinstance(outcome, dict) and "approved" in outcome]

    def total(verb: str, wanted: Any = lambda request: True) -> int:
        return sum(request["amount"] for request in done if request["verb"] == verb and wanted(request))

    outside = total("authorize", lambda r: r["terms"]["capture"]) + total("capture") - total("refund")
    charges = [c for intent in seen["intents"] for c in intent["charges"] if c["status"] == "succeeded"]
    ours = sum(c["amount_captured"] - c["amount_refunded"] for c in charges)
    if outside != ours:
        found.append(f"the processor moved {outside}, our charges say {ours}")
    approved = sum(request["verb"] == "authorize" for request in done)
    if approved != len(charges):
        found.append(f"the processor approved {approved} payments, we have {len(charges)}")
    voids = sum(request["verb"] == "void" for request in done)
    if voids != 1:
        found.append(f"the processor gave back {voids} authorizations, the life cancels one")
    return found
