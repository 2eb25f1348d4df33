"""Payments without a card, and their buyer: at the sandbox's page of a wallet, a banking app or a bank.

Deliberately absent: how each test's payment has to end.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import stripe

from challenge import Page, fetch, open_page
from shop import RETURN_URL, again, plain
from waiting import until

# A late outcome that a test waits for, in milliseconds.
SOON_MS = 40
# The types by what the buyer does, each with a currency that it takes.
REDIRECTS = [("alipay", "eur"), ("bancontact", "eur"), ("ideal", "eur"), ("paypal", "usd"), ("revolut_pay", "gbp")]
CODES = [("paynow", "sgd"), ("pix", "brl"), ("promptpay", "thb"), ("wechat_pay", "eur")]
TRANSFERS = [("customer_balance", "eur"), ("customer_balance", "gbp"), ("customer_balance", "usd")]
ALL = [*REDIRECTS, *CODES, TRANSFERS[0]]
ON = {"display_preference": {"preference": "on"}}
OFF = {"display_preference": {"preference": "off"}}


def start(kind: str, currency: str, amount: int = 2000, **more: Any):
    """A payment that is confirmed with a fresh method of this type; cards are allowed, too."""
    told = {"payment_method_types": ["card", kind], "payment_method_data": {"type": kind}, "return_url": RETURN_URL, **more}
    return stripe.PaymentIntent.create(
        amount=amount, currency=currency, confirm=True, **{name: value for name, value in told.items() if value is not None})


def action_of(intent: Any) -> dict[str, Any]:
    """What the buyer is asked to do: the inner object of `next_action`."""
    action = plain(intent)["next_action"]
    return action[action["type"]]


def address_of(intent: Any) -> str:
    """The address of the sandbox's page."""
    action = action_of(intent)
    return action.get("url") or action["hosted_instructions_url"]


def choose(url: str, result: str, after_ms: int | None = None) -> Page:
    """Chooses `result` on the page; gives what it answers."""
    target, body = open_page(url, result)
    return fetch("POST", target, body if after_ms is None else f"{body}&after_ms={after_ms}")


def came_back(page: Page) -> dict[str, str]:
    """The query of the address to which the buyer is sent back; `_url` is that address without it."""
    assert page.status == 303, (page.status, page.text[:400])
    back = urlsplit(page.headers["location"])
    query = {name: values[0] for name, values in parse_qs(back.query).items()}
    return {**query, "_url": back._replace(query="").geturl()}


def ended(intent: Any):
    """The intent, once it is not on its way any more."""
    def probe():
        found = again(intent)
        return found if found.status != "processing" else None
    return until(probe, f"the end of {intent.id}")


def paid(kind: str = "paypal", currency: str = "usd", **more: Any):
    """A payment with this type that the buyer approved."""
    intent = start(kind, currency, **more)
    choose(address_of(intent), "succeeded")
    done = again(intent)
    assert done.status == "succeeded"
    return done
