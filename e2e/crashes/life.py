"""The whole life of some payments, as a merchant's server lives it with the SDK, and what is there at its end.

Every change carries an idempotency key, and the SDK repeats what got no answer by itself. The merchant does one thing
on its own: where it is told that the processor never received a request and no money moved, it asks once more, under a
new key. Each such second try is noted, because only some crashes may lead to it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Callable

import stripe

from plain import DEV_KEY

NEVER_RECEIVED = "The processor never received this payment."
# The waits of the SDK between its tries, in seconds: shorter than its own, which are made for a network.
stripe.HTTPClient.INITIAL_DELAY = 0.02
stripe.HTTPClient.MAX_DELAY = 0.25
TRIES_MAX = 400
DEADLINE_S = 60.0
CARD = {"currency": "usd", "payment_method": "pm_card_visa", "payment_method_types": ["card"], "confirm": True}


@dataclass(frozen=True)
class Answer:
    """What the SDK gave back for one change: an object, or the error of a declined card."""

    status: int
    body: str

    @property
    def json(self) -> dict[str, Any]:
        """The body."""
        return json.loads(self.body)

    @property
    def is_unsent(self) -> bool:
        """The processor never saw what was asked for, and Florin says so."""
        error = self.json.get("error", {})
        failed_refund = self.json.get("object") == "refund" and self.json["status"] == "failed"
        return failed_refund or error.get("message", "").startswith(NEVER_RECEIVED)

    def object(self, kind: str) -> str:
        """The id of the object, also of the one that an error is about."""
        return self.json["error"][kind]["id"] if "error" in self.json else self.json["id"]

    def facts(self) -> dict[str, Any]:
        """What must be the same in every run."""
        names = ("object", "status", "amount", "amount_received", "amount_capturable")
        error_names = ("type", "code", "decline_code", "advice_code", "message", "param")
        error = self.json.get("error", {})
        return {"http": self.status, **{n: self.json[n] for n in names if n in self.json},
                **{f"error.{n}": error[n] for n in error_names if n in error}}


class Merchant:
    """A shop with the SDK."""

    def __init__(self, url: str) -> None:
        self.v1 = stripe.StripeClient(
            DEV_KEY, base_addresses={"api": url}, max_network_retries=TRIES_MAX,
            http_client=stripe.RequestsClient(timeout=60)).v1
        self.asked: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {}
        self.answers: dict[str, Answer] = {}
        self.unsent: list[str] = []
        self.final: dict[str, Answer] = {}

    def send(self, key: str, call: Callable[..., Any], *arguments: Any) -> Answer:
        """One change under an idempotency key."""
        self.asked[key] = (call, arguments)
        try:
            done = call(*arguments, options={"idempotency_key": key}).last_response
            return Answer(done.code, done.body)
        except stripe.CardError as error:
            return Answer(error.http_status, error.http_body)

    def do(self, name: str, call: Callable[..., Any], *arguments: Any,
           again: Callable[[Answer], tuple[Any, ...]] | None = None) -> Answer:
        """A change, asked for anew when the processor never received it; `again` says how if not in the same words."""
        answer = self.answers[name] = self.send(name, call, *arguments)
        if answer.is_unsent:
            self.unsent.append(name)
            words = again(answer) if again else (call, *arguments)
            answer = self.answers[f"{name}-again"] = self.send(f"{name}-again", *words)
        self.final[name] = answer
        return answer

    def pay(self, name: str, **more: Any) -> str:
        """Creates and confirms in one request; gives the intent."""
        wanted = {**CARD, **more}
        second = {k: wanted[k] for k in ("payment_method", "off_session") if k in wanted}
        intents = self.v1.payment_intents
        answer = self.do(name, intents.create, {**wanted, "metadata": {"name": name}},
                         again=lambda first: (intents.confirm, first.object("payment_intent"), second))
        return answer.object("payment_intent")

    def differing_replays(self) -> list[str]:
        """Asks everything once more under the same keys; the keys whose answers were others."""
        again = {key: self.send(key, call, *arguments) for key, (call, arguments) in list(self.asked.items())}
        return [key for key, answer in again.items() if answer != self.answers[key]]


def live(shop: Merchant) -> None:
    """The life."""
    v1 = shop.v1
    customer = shop.do("customer", v1.customers.create, {"name": "Jenny Rosen", "email": "jenny@example.com"}).json["id"]
    shop.pay("at-once", amount=2000)
    created = shop.do("create", v1.payment_intents.create, {
        "amount": 2100, "currency": "usd", "payment_method_types": ["card"], "metadata": {"name": "in-two"}})
    shop.do("confirm", v1.payment_intents.confirm, created.json["id"], {"payment_method": "pm_card_visa"})
    shop.pay("declined", amount=2200, payment_method="pm_card_visa_chargeDeclined")
    held = shop.pay("held", amount=5000, capture_method="manual")
    shop.do("capture", v1.payment_intents.capture, held, {"amount_to_capture": 3000})
    shop.do("refund", v1.refunds.create, {"payment_intent": held, "amount": 1000})
    shop.do("refund-more", v1.refunds.create, {"payment_intent": held, "amount": 500})
    dropped = shop.pay("dropped", amount=4000, capture_method="manual")
    shop.do("cancel", v1.payment_intents.cancel, dropped)
    setup = shop.do("setup", v1.setup_intents.create, {"customer": customer, "payment_method_types": ["card"]})
    saved = shop.do("save", v1.setup_intents.confirm, setup.json["id"], {"payment_method": "pm_card_visa"})
    shop.pay("off-session", amount=2300, customer=customer, payment_method=saved.json["payment_method"], off_session=True)


def settled_intents(shop: Merchant) -> list[dict[str, Any]]:
    """All intents, once none is in `processing` any more or the deadline is over."""
    end = time.monotonic() + DEADLINE_S
    while True:
        intents = all_of(shop.v1.payment_intents)
        if time.monotonic() > end or all(i["status"] != "processing" for i in intents):
            return intents
        time.sleep(0.05)


def all_of(service: Any, **more: Any) -> list[dict[str, Any]]:
    """Every object of a list."""
    found = service.list({"limit": 100, **more})
    assert not found.has_more, "the life makes fewer objects than a page holds"
    return json.loads(found.last_response.body)["data"]


def observe(shop: Merchant) -> dict[str, Any]:
    """What is there at the end: plain values, so that a test can doctor them."""
    intents = settled_intents(shop)
    charges, balance = all_of(shop.v1.charges), shop.v1.balance.retrieve()
    customer = shop.final["customer"].json["id"]
    parts = json.loads(balance.last_response.body)
    return {
        "facts": {name: answer.facts() for name, answer in shop.final.items()},
        "unsent": shop.unsent,
        "differing_replays": shop.differing_replays(),
        "intents": [intent_facts(intent, charges) for intent in intents],
        "refunds": [{n: r[n] for n in ("charge", "amount", "status")} for r in all_of(shop.v1.refunds)],
        "setups": [setup["status"] for setup in all_of(shop.v1.setup_intents)],
        "customers": len(all_of(shop.v1.customers)),
        "saved_cards": len(shop.v1.customers.payment_methods.list(customer).data),
        "nets": [t["net"] for t in all_of(shop.v1.balance_transactions)],
        "balance": sum(part["amount"] for where in ("available", "pending") for part in parts[where]),
        "events": [(e["data"]["object"]["id"], e["type"]) for e in all_of(shop.v1.events)],
    }


def intent_facts(intent: dict[str, Any], charges: list[dict[str, Any]]) -> dict[str, Any]:
    """An intent with its charges."""
    names = ("id", "status", "paid", "captured", "amount", "amount_captured", "amount_refunded")
    own = [{n: c[n] for n in names} for c in charges if c["payment_intent"] == intent["id"]]
    return {"name": intent["metadata"]["name"], "charges": own,
            **{n: intent[n] for n in ("id", "status", "amount", "amount_received", "amount_capturable")}}
