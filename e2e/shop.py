"""A merchant whose requests go to copies of its own choice: bare HTTP where bytes are compared, the SDK elsewhere."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import stripe

from waiting import DEADLINE_S, PAUSE_S

# Longer than a payment can be under way, a processor's silence and a freeze included.
ANSWER_WITHIN_S = 180.0
# The same key is in use; the server cannot take it now.
AGAIN = (409, 503)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, with the exact bytes of its body."""

    status: int
    body: bytes
    replayed: bool

    def plain(self) -> dict[str, Any]:
        """As plain values."""
        return {"status": self.status, "body": self.body.decode("utf-8"), "replayed": self.replayed}


def send(url: str, secret: str, method: str, path: str, form: dict[str, Any] | None = None, key: str | None = None,
         timeout_s: float = ANSWER_WITHIN_S) -> Answer:
    """One request on a connection of its own, never repeated."""
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-www-form-urlencoded",
               "Stripe-Version": stripe.api_version, **({"Idempotency-Key": key} if key else {})}
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=timeout_s)
    try:
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read(), answer.getheader("Idempotent-Replayed") == "true")
    finally:
        connection.close()


def payment(name: str, amount: int) -> dict[str, Any]:
    """The form of a payment in one request. The amount tells it from every other payment of its test."""
    return {"amount": amount, "currency": "usd", "payment_method": "pm_card_visa", "payment_method_types[]": "card",
            "confirm": "true", "metadata[order]": name}


def pay(url: str, secret: str, name: str, amount: int) -> Answer:
    """Pays under a key of its own, in one try."""
    return send(url, secret, "POST", "/v1/payment_intents", payment(name, amount), f"key-{name}")


def pay_until_known(urls: list[str], secret: str, name: str, amount: int, deadline_s: float = DEADLINE_S) -> list[Answer]:
    """Pays under one key at one copy after the other until an answer says how it ended; gives all answers."""
    end, answers = time.monotonic() + deadline_s, []
    while True:
        url = urls[len(answers) % len(urls)]
        answers.append(pay(url, secret, name, amount))
        if answers[-1].status not in AGAIN:
            return answers
        assert time.monotonic() < end, f"{name} is not known after {deadline_s} s: {answers[-1]}"
        time.sleep(PAUSE_S)


class Merchant:
    """The SDK at one copy."""

    def __init__(self, url: str, secret: str) -> None:
        self.v1 = stripe.StripeClient(
            secret, base_addresses={"api": url}, max_network_retries=0, http_client=stripe.RequestsClient(timeout=60)).v1

    def endpoint(self, url: str, *types: str) -> Any:
        """Registers a webhook endpoint."""
        return self.v1.webhook_endpoints.create({
            "url": url, "enabled_events": list(types) or ["*"], "api_version": stripe.api_version})

    def all(self, service: Any) -> list[dict[str, Any]]:
        """Every object of a list as plain values, oldest first."""
        found = [json.loads(str(value)) for value in service.list({"limit": 100}).auto_paging_iter()]
        return found[::-1]

    def balance(self) -> int:
        """What is available and pending, together."""
        parts = self.v1.balance.retrieve()
        return sum(part.amount for part in [*parts.available, *parts.pending])

    def look(self) -> dict[str, Any]:
        """What is there: plain values, so that a test can doctor them."""
        charges = self.all(self.v1.charges)
        return {
            "intents": [{"id": i["id"], "order": i["metadata"].get("order"), "status": i["status"],
                         "amount": i["amount"], "received": i["amount_received"]} for i in self.all(self.v1.payment_intents)],
            "charges": [{n: c[n] for n in ("id", "payment_intent", "status", "paid", "amount_captured")} for c in charges],
            "events": [{"id": e["id"], "type": e["type"], "object": e["data"]["object"]["id"]} for e in self.all(self.v1.events)],
            "nets": [t["net"] for t in self.all(self.v1.balance_transactions)],
            "balance": self.balance(),
        }
