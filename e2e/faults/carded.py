"""A merchant and a buyer who send card numbers by every way that takes one, and by some where none belongs."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from connection import Connection, Reply
from markers import ASKING, CVC, CVC_OF_FOUR, DECLINED, GOOD, NUMBERS, grouped

PAY = {"amount": 2_000, "currency": "usd", "payment_method_types[]": "card"}
CONFIRMED = {**PAY, "confirm": "true"}


def card(prefix: str, number: str, code: str | None = None) -> dict[str, str]:
    """The members of a card under a prefix."""
    code = code or (CVC_OF_FOUR if number.startswith("37") else CVC)
    return {f"{prefix}[number]": number, f"{prefix}[exp_month]": "12", f"{prefix}[exp_year]": "2049", f"{prefix}[cvc]": code}


@dataclass
class Life:
    """Everything that was answered, and the pages that a buyer saw."""

    lines: list[Connection]
    browser: Connection
    answers: list[Reply] = field(default_factory=list)
    pages: list[bytes] = field(default_factory=list)
    _turn: int = 0

    def post(self, path: str, form: dict[str, Any], key: str | None = None) -> Reply:
        """One request, at the copies in turn."""
        self._turn += 1
        return self.keep(self.lines[self._turn % len(self.lines)].ask("POST", path, form, key))

    def keep(self, reply: Reply) -> Reply:
        """Notes an answer."""
        self.answers.append(reply)
        return reply

    def good(self) -> None:
        """Tokens, payment methods, payments with their replays, and a legacy charge, with each number."""
        for at, number in enumerate(NUMBERS):
            self.post("/v1/tokens", card("card", number))
            method = self.post("/v1/payment_methods", {"type": "card", **card("card", number)}).json["id"]
            self.post("/v1/payment_intents", {**CONFIRMED, "payment_method": method, "return_url": "https://shop.example/back"})
            inline = {**CONFIRMED, "payment_method_data[type]": "card", **card("payment_method_data[card]", number),
                      "return_url": "https://shop.example/back"}
            for _ in range(2):
                self.post("/v1/payment_intents", inline, f"marker-{at}")
        self.post("/v1/charges", {"amount": 900, "currency": "usd", "source[object]": "card", **card("source", GOOD)})

    def saved(self) -> None:
        """A saved card, set-ups, a capture, a refund, a cancellation."""
        customer = self.post("/v1/customers", {"name": "Ada"}).json["id"]
        method = self.post("/v1/payment_methods", {"type": "card", **card("card", GOOD)}).json["id"]
        self.post(f"/v1/payment_methods/{method}/attach", {"customer": customer})
        for number in (GOOD, DECLINED, ASKING):
            self.post("/v1/setup_intents", {"customer": customer, "confirm": "true", "payment_method_types[]": "card",
                                            "payment_method_data[type]": "card", **card("payment_method_data[card]", number),
                                            "return_url": "https://shop.example/back"})
        held = {**CONFIRMED, "customer": customer, "payment_method": method, "capture_method": "manual"}
        first, second = (self.post("/v1/payment_intents", held).json["id"] for _ in range(2))
        self.post(f"/v1/payment_intents/{first}/capture", {})
        self.post("/v1/refunds", {"payment_intent": first})
        self.post(f"/v1/payment_intents/{second}/cancel", {})

    def at_the_page(self) -> None:
        """A buyer confirms with a client secret, and opens the page of the challenge."""
        made = self.post("/v1/payment_intents", PAY).json
        reply = self.keep(self.browser.ask("POST", f"/v1/payment_intents/{made['id']}/confirm", {
            "client_secret": made["client_secret"], "payment_method_data[type]": "card",
            **card("payment_method_data[card]", ASKING), "return_url": "https://shop.example/back"}))
        with urllib.request.urlopen(reply.json["next_action"]["redirect_to_url"]["url"], timeout=30) as page:
            self.pages.append(page.read())

    def bad(self) -> None:
        """Cards where none belongs, or in a shape that is refused."""
        for form in ({**card("card", "4242424242424241")}, {**card("card", GOOD, "73")}, {"card": GOOD}, {"card[numbr]": GOOD},
                     {**card("card", GOOD), "card[exp_month]": "13"}, {**card("card", GOOD), "card[cvv]": CVC}):
            self.post("/v1/tokens", form)
        for form in ({"amount": GOOD, "currency": "usd"}, {"amount": 2_000, "currency": GOOD}, {**PAY, "payment_method": GOOD},
                     {**PAY, GOOD: "1"}, {**PAY, f"metadata[{GOOD}][x]": "1"}, {**PAY, "customer": grouped(GOOD, " ")}):
            self.post("/v1/payment_intents", form)
        for path in (f"/v1/charges?limit={GOOD}", f"/v1/customers/{GOOD}", f"/v1/{GOOD}", f"/v1/charges?{GOOD}=1",
                     f"/v1/charges?customer={GOOD}", f"/v1/charges?starting_after={GOOD}", f"/v1/balance_transactions/{GOOD}"):
            self.keep(self.lines[0].ask("GET", path))

    def wrong_statuses(self) -> list[str]:
        """Answers that a card in the wrong place must not lead to."""
        return sorted({f"{r.status}: {json.dumps(r.json)[:200]}" for r in self.answers if r.status >= 500})
