"""A merchant's checkout sessions, and the buyer who has their link: the page's own requests over plain HTTP."""

from __future__ import annotations

from typing import Any

import stripe

import wire
from cards import card
from shop import fresh

THANKS = "https://shop.example/thanks?of={CHECKOUT_SESSION_ID}"
GOOD = "4242424242424242"
DECLINED = "4000000000000002"
ASKING = "4000000000003220"


def item(amount: int = 500, quantity: int = 1, currency: str = "usd", **more: Any) -> dict[str, Any]:
    """A line item with a price and a product of its own."""
    data = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Tea"}}
    return {"price_data": data, "quantity": quantity, **more}


def opened(*items: dict[str, Any], **more: Any):
    """A session on a page of its own."""
    return stripe.checkout.Session.create(mode="payment", success_url=THANKS, line_items=list(items), **more)


class Page:
    """The page of a session, driven as its script drives it. What stands in a shop's page is named by its client secret."""

    def __init__(self, session: Any) -> None:
        known_by = session if isinstance(session, str) else (getattr(session, "client_secret", None) or session.id)
        self.id = known_by.split("_secret_")[0]
        self.path = f"/c/pay/{known_by}"

    def state(self) -> dict[str, Any]:
        """What the page knows now."""
        answer = wire.get(f"{self.path}/state", key=None)
        assert answer.status == 200, answer.body
        assert answer.headers["cache-control"] == "no-store"
        return answer.json

    def send(self, verb: str, sent: Any, **headers: str) -> wire.Answer:
        """One request of the page."""
        return wire.post_json(f"{self.path}/{verb}", sent, headers=headers, key=None)

    def update(self, **sent: Any) -> wire.Answer:
        """The buyer chooses."""
        return self.send("update", sent)

    def confirm(self, **sent: Any) -> wire.Answer:
        """The buyer presses the button; `attempt` is a fresh one unless it is given."""
        return self.send("confirm", {"attempt": fresh("press"), **sent})

    def pay(self, number: str = GOOD, **sent: Any) -> wire.Answer:
        """The buyer presses the button with a card and a mail address."""
        told = {"card": card(number=number), "billing": {"email": "ada@example.com"}, **sent}
        return self.confirm(**told)
