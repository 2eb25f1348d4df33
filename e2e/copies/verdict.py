"""Holds what several copies did against what one alone would have done.

Pure functions of plain values, so that `test_verdict.py` can hand them doctored ones. Each gives its complaints.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

IN_USE = 409
# The events of a payment in one request; each of them once for its object.
OF_INTENT = {"payment_intent.created", "payment_intent.succeeded"}
OF_CHARGE = {"charge.succeeded"}


def of_same_key(answers: list[dict[str, Any]]) -> list[str]:
    """All answers to one request under one key: one execution, and its bytes for everybody."""
    known = [a for a in answers if a["status"] != IN_USE]
    found = []
    if any(a["status"] != 200 for a in known):
        found.append(f"other answers than success or in use: {sorted({a['status'] for a in known})}")
    if len({a["body"] for a in known}) != 1:
        found.append(f"{len({a['body'] for a in known})} different bodies under one key")
    executed = sum(not a["replayed"] for a in known)
    if executed != 1:
        found.append(f"{executed} answers say that they were no replays")
    return found


def of_one_intent(statuses: list[int]) -> list[str]:
    """Confirmations of one intent under keys of their own: one success, and clean refusals."""
    found = []
    if statuses.count(200) != 1:
        found.append(f"{statuses.count(200)} confirmations succeeded")
    strange = sorted(set(statuses) - {200, 400, IN_USE, 429})
    if strange:
        found.append(f"confirmations were answered with {strange}")
    return found


def of_payments(seen: dict[str, Any], orders: dict[str, int]) -> list[str]:
    """Each order is paid once, with one charge of its amount, and the books agree."""
    found = []
    for order, amount in orders.items():
        intents = [i for i in seen["intents"] if i["order"] == order]
        if [(i["status"], i["received"]) for i in intents] != [("succeeded", amount)]:
            found.append(f"{order} has the intents {intents}")
        charges = [c for c in seen["charges"] if c["payment_intent"] in {i["id"] for i in intents}]
        if [(c["status"], c["paid"], c["amount_captured"]) for c in charges] != [("succeeded", True, amount)]:
            found.append(f"{order} has the charges {charges}")
    strange = [i for i in seen["intents"] if i["order"] not in orders]
    if strange or len(seen["charges"]) != len(orders):
        found.append(f"{len(seen['charges'])} charges for {len(orders)} orders, intents that nobody ordered: {strange}")
    if len(seen["nets"]) != len(orders):
        found.append(f"{len(seen['nets'])} movements of the balance for {len(orders)} orders")
    if sum(seen["nets"]) != seen["balance"]:
        found.append(f"the balance is {seen['balance']}, its transactions sum up to {sum(seen['nets'])}")
    return found


def of_events(seen: dict[str, Any]) -> list[str]:
    """One set of events for each object: nothing twice, nothing missing."""
    counts = Counter((e["object"], e["type"]) for e in seen["events"])
    found = [f"{count} events {kind} of {thing}" for (thing, kind), count in counts.items() if count > 1]
    for objects, wanted in ((seen["intents"], OF_INTENT), (seen["charges"], OF_CHARGE)):
        for thing in objects:
            missing = sorted(kind for kind in wanted if not counts[(thing["id"], kind)])
            if missing:
                found.append(f"{thing['id']} has no events {missing}")
    known = {thing["id"] for name in ("intents", "charges") for thing in seen[name]}
    strange = sorted({kind for thing, kind in counts if thing not in known})
    if any(kind.startswith(("payment_intent.", "charge.")) for kind in strange):
        found.append(f"events about objects that nobody has: {strange}")
    return found


def of_deliveries(events: list[dict[str, Any]], arrivals: list[dict[str, Any]], tries: int, held: set[str]) -> list[str]:
    """Each event arrives so many times, and once more if the copy that died or froze was in the middle of sending it.

    A repeat is the same bytes under the same id, so that a merchant can tell it.
    """
    found = []
    counts = Counter(a["event"] for a in arrivals)
    for event in events:
        want = tries + (event["id"] in held)
        if counts[event["id"]] != want:
            found.append(f"{event['type']} {event['id']} arrived {counts[event['id']]} times, not {want}")
    strange = sorted(set(counts) - {event["id"] for event in events})
    if strange:
        found.append(f"events arrived that nobody lists: {strange}")
    for event, count in counts.items():
        own = [a for a in arrivals if a["event"] == event]
        if len({a["body"] for a in own}) != 1:
            found.append(f"{event} arrived {count} times with different bodies")
        if any(a["header_id"] != event for a in own):
            found.append(f"{event} arrived under another id")
    return found


def of_book(book: list[dict[str, Any]], orders: dict[str, int]) -> list[str]:
    """The processor's own book: each order authorized once, and nothing else moved."""
    found = []
    approved = Counter(entry["amount"] for entry in book if entry["approved"])
    for order, amount in orders.items():
        if approved[amount] != 1:
            found.append(f"the processor approved {order} {approved[amount]} times")
    if sum(approved.values()) != len(orders) or any(entry["verb"] != "authorize" for entry in book):
        found.append(f"the processor also booked {[e for e in book if e['amount'] not in orders.values()] or book}")
    references = Counter(entry["reference"] for entry in book)
    if any(count > 1 for count in references.values()):
        found.append(f"booked twice: {[reference for reference, count in references.items() if count > 1]}")
    return found


def of_revocation(before: list[int], after: list[int], thawed: list[int]) -> list[str]:
    """A key that worked, was revoked, and works nowhere any more, also where nobody was awake to hear of it."""
    found = []
    if set(before) != {200}:
        found.append(f"before the revocation the key was answered with {before}")
    first = after.index(401) if 401 in after else len(after)
    if 401 not in after:
        found.append("the key was never refused")
    if any(status != 401 for status in after[first:]) or any(status != 200 for status in after[:first]):
        found.append(f"the refusals are not final: {after}")
    if not thawed or set(thawed) != {401}:
        found.append(f"the copy that was frozen answered {thawed}")
    return found
