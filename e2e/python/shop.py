"""What a merchant's server does with the SDK: the few calls that most tests begin with."""

from __future__ import annotations

import json
from typing import Any, Iterable

import stripe

import server
from plain import word

RETURN_URL = "https://shop.example/return"
NEWEST = stripe.api_version == server.NEWEST_VERSION


def fresh(prefix: str = "order") -> str:
    """A marker that no other test and no other run uses."""
    return f"{prefix}-{word()}"


def plain(value: Any) -> Any:
    """An SDK object as plain JSON values; both SDK generations print objects as JSON."""
    return json.loads(str(value))


def error_of(caught: Any) -> dict[str, Any]:
    """The error object of a caught SDK exception (`pytest.raises` information)."""
    return caught.value.json_body["error"]


def pay(payment_method: str = "pm_card_visa", amount: int = 2000, currency: str = "usd", **more: Any):
    """Creates and confirms a card payment in one call."""
    return stripe.PaymentIntent.create(
        amount=amount, currency=currency, payment_method=payment_method,
        payment_method_types=["card"], confirm=True, **more,
    )


def authorise(amount: int = 5000, **more: Any):
    """A payment that waits for its capture; `options` of the card go in `payment_method_options`."""
    intent = pay(amount=amount, capture_method="manual", **more)
    assert intent.status == "requires_capture"
    return intent


def charge_of(intent: Any, *expand: str):
    """The latest charge of an intent, read anew."""
    return stripe.Charge.retrieve(intent.latest_charge, expand=list(expand))


def again(intent: Any, *expand: str):
    """The intent, read anew."""
    return stripe.PaymentIntent.retrieve(intent.id, expand=list(expand))


def new_customer(**more: Any):
    """A customer of its own for this test."""
    marker = fresh("customer")
    return stripe.Customer.create(
        name="Jenny Rosen", email=f"{marker}@example.com", metadata={"marker": marker}, **more
    )


def saved_card(customer: Any, payment_method: str = "pm_card_visa"):
    """A card that is attached to the customer."""
    return stripe.PaymentMethod.attach(payment_method, customer=customer.id)


def events_of(object_id: str, since: int) -> list[dict[str, Any]]:
    """All events whose object is `object_id`, oldest first. `since` is a time in seconds."""
    found = []
    for event in stripe.Event.list(created={"gte": since}, limit=100).auto_paging_iter():
        value = plain(event)
        if value["data"]["object"].get("id") == object_id:
            found.append(value)
    return found[::-1]


def types(events: Iterable[dict[str, Any]]) -> list[str]:
    """The types of some events, in their order."""
    return [event["type"] for event in events]
