"""Small stories about one payment, made from a seed: how it begins, and what is then asked at the same time.

A story is played over bare connections: all its operations leave before any answer is read. What was answered and what is
there at the end is given back in the words of `model`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any, Sequence

from connection import Connection, Reply
from model import ASKING, DECLINED, GOOD, Answer, Charge, Facts, Operation, Payment, Seen, apply, created

TOGETHER_MIN, TOGETHER_MAX = 2, 4
CONFIRM = Operation("confirm")
# How a payment begins, and how often: the card that it is made with, whether it is captured later, and what was done.
BEGINNINGS: list[tuple[int, str | None, bool, list[Operation]]] = [
    (28, GOOD, True, [CONFIRM]),
    (24, GOOD, False, [CONFIRM]),
    (8, GOOD, False, [CONFIRM, Operation("refund", amount=300)]),
    (6, GOOD, True, [CONFIRM, Operation("capture", amount=700)]),
    (8, GOOD, False, []),
    (6, GOOD, True, []),
    (6, None, False, []),
    (4, ASKING, False, [CONFIRM]),
    (4, DECLINED, True, [CONFIRM]),
    (3, GOOD, True, [CONFIRM, Operation("cancel")]),
    (3, GOOD, True, [CONFIRM, Operation("capture"), Operation("refund", amount=500)]),
]
VERBS = {"requires_capture": ["capture"] * 5 + ["cancel"] * 3 + ["refund", "update", "update", "confirm"],
         "succeeded": ["refund"] * 6 + ["cancel", "capture", "update", "update", "confirm"],
         "canceled": ["cancel", "capture", "confirm", "update", "refund"]}
VERBS_BEFORE = ["confirm"] * 5 + ["cancel"] * 2 + ["update"] * 4 + ["capture", "refund"]


@dataclass(frozen=True)
class Story:
    """A fresh payment, what happens to it first, and what is then asked at once."""

    seed: int
    fresh: Payment
    first: list[Operation]
    together: list[Operation]


@dataclass(frozen=True)
class Played:
    """What came of a story; `surprises` are answers to the operations before the race that the model does not give."""

    story: Story
    begun: Payment
    seen: list[Seen]
    end: tuple[Any, ...]
    surprises: list[str]


def make(seed: int) -> Story:
    """The story of a seed, the same each time."""
    dice = random.Random(seed)
    amount = 1_000 + dice.randrange(900)
    (_, card, is_manual, first), = dice.choices(BEGINNINGS, [row[0] for row in BEGINNINGS])
    begun = fresh = created(amount, is_manual, card)
    for operation in first:
        begun = apply(begun, operation)[0]
    verbs = VERBS.get(begun.status, VERBS_BEFORE)
    count = dice.randint(TOGETHER_MIN, TOGETHER_MAX)
    together = [_operation(dice, dice.choice(verbs), amount, number) for number in range(count)]
    if begun.status in VERBS and begun.charge is not None:
        # No other charge can come here. Half of the refunds name it, and so miss the line of requests on the intent.
        together = [replace(o, by_charge=o.verb == "refund" and dice.random() < 0.5) for o in together]
    return Story(seed, fresh, first, together)


def _operation(dice: random.Random, verb: str, amount: int, number: int) -> Operation:
    if verb == "capture":
        return Operation(verb, amount=dice.choice([None, None, 300, 700, amount, amount + 1]))
    if verb == "refund":
        return Operation(verb, amount=dice.choice([None, 300, 400, 500, 700, amount, amount + 1]))
    if verb == "confirm":
        return Operation(verb, card=dice.choice([None, GOOD, GOOD, GOOD, DECLINED, ASKING]))
    if verb == "cancel":
        return Operation(verb)
    tag = (dice.choice("abc"), str(number))
    kind = dice.randrange(4)
    return Operation(verb, amount=2_000 + number if kind == 0 else None, tag=tag if kind < 3 else None,
                     description=f"changed by {number}" if kind >= 2 else None)


def request(intent: str, operation: Operation, charge: str | None = None) -> tuple[str, dict[str, Any]]:
    """The path and the form of an operation."""
    form: dict[str, Any] = {}
    if operation.card is not None:
        form["payment_method"] = operation.card
    if operation.tag is not None:
        form[f"metadata[{operation.tag[0]}]"] = operation.tag[1]
    if operation.description is not None:
        form["description"] = operation.description
    if operation.amount is not None:
        form["amount_to_capture" if operation.verb == "capture" else "amount"] = operation.amount
    if operation.verb == "refund":
        return "/v1/refunds", {**({"charge": charge} if operation.by_charge else {"payment_intent": intent}), **form}
    return f"/v1/payment_intents/{intent}{'' if operation.verb == 'update' else f'/{operation.verb}'}", form


def facts(intent: dict[str, Any]) -> Facts:
    """An intent as the model sees it."""
    return Facts(intent["status"], intent["amount"], intent["amount_received"], intent["amount_capturable"],
                 frozenset(intent["metadata"].items()), intent["description"])


def answer(reply: Reply) -> Answer:
    """An answer as the model sees it."""
    body = reply.json
    error = body.get("error", {})
    intent = body if body.get("object") == "payment_intent" else error.get("payment_intent")
    made = body["amount"] if (body.get("object"), body.get("status")) == ("refund", "succeeded") else None
    return Answer(reply.status, error.get("code"), error.get("param"), facts(intent) if intent else None, made)


def play(story: Story, lines: Sequence[Connection]) -> Played:
    """Lives a story; there have to be as many connections as operations at once, and three at least."""
    made = lines[0].ask("POST", "/v1/payment_intents", {
        "amount": story.fresh.amount, "currency": "usd", "payment_method_types[]": "card",
        "capture_method": "manual" if story.fresh.is_manual else "automatic",
        **({"payment_method": story.fresh.card} if story.fresh.card else {})})
    assert made.status == 200, made.body
    intent, begun, surprises = made.json["id"], story.fresh, []
    for operation in story.first:
        begun, expected = apply(begun, operation)
        got = answer(lines[0].ask("POST", *request(intent, operation)))
        surprises += [] if got == expected else [f"{operation} was answered with {got}, not {expected}"]
    names_charge = any(operation.by_charge for operation in story.together)
    charge = lines[0].ask("GET", f"/v1/payment_intents/{intent}").json["latest_charge"] if names_charge else None
    used = [lines[(story.seed + number) % len(lines)] for number in range(len(story.together))]
    for line, operation in zip(used, story.together):
        line.send("POST", *request(intent, operation, charge))
    seen = [(operation, answer(line.receive())) for line, operation in zip(used, story.together)]
    return Played(story, begun, seen, look(intent, lines), surprises)


def look(intent: str, lines: Sequence[Connection]) -> tuple[Any, ...]:
    """What is there at the end."""
    paths = [f"/v1/payment_intents/{intent}?expand[]=latest_charge", f"/v1/charges?payment_intent={intent}",
             f"/v1/refunds?payment_intent={intent}"]
    for line, path in zip(lines, paths):
        line.send("GET", path)
    body, charges, refunds = [line.receive().json for line in lines[:len(paths)]]
    newest = body["latest_charge"]
    charge = newest and Charge(newest["status"] == "succeeded", newest["amount_captured"], newest["amount_refunded"])
    return facts(body), charge, len(charges["data"]), tuple(sorted(r["amount"] for r in refunds["data"]))
