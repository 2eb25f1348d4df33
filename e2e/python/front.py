"""The front door: what a merchant's server asks there, and what it reads in the answers."""

from __future__ import annotations

from typing import Any

import wire
from shop import fresh

PAYMENTS = "/florin/v1/payments"
TOLD = "florin.payment.updated"


def ask(**params: Any) -> wire.Answer:
    """A payment of 15 euros for a fresh order, unless something else is said."""
    return wire.post_json(PAYMENTS, {"amount": 1500, "currency": "eur", "order_id": fresh(), **params})


def asked(**params: Any) -> dict[str, Any]:
    """The same, which must work."""
    answer = ask(**params)
    assert answer.status == 200, answer.body
    return answer.json


def again(payment: dict[str, Any]) -> dict[str, Any]:
    """The payment, read anew."""
    answer = wire.get(f"{PAYMENTS}/{payment['id']}")
    assert answer.status == 200, answer.body
    return answer.json


def standing(payment: dict[str, Any]) -> tuple[str, str]:
    """Status and result."""
    return payment["status"], payment["result"]
