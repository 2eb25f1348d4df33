"""The same request at several copies at once: one execution, whoever gets it."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from installation import Installation
from shop import Answer, Merchant, pay, pay_until_known, send
from verdict import IN_USE, of_book, of_events, of_one_intent, of_payments, of_same_key

COPIES = 3
AT_ONCE = 20
ORDERS = {f"order-{number}": 2_000 + number for number in range(5)}
# So long the processor outside takes, in milliseconds: every other request comes while the first one is under way.
SLOW_MS = 700


def opened(installation: Installation, outside: bool) -> tuple[list[str], str]:
    """Copies, and a processor that is slow if it is outside: where they are, and the key of a merchant."""
    copies = installation.start(COPIES, outside)
    if outside:
        installation.processor.plan({"fault": "delay", "ms": SLOW_MS})
    return [copy.url for copy in copies], installation.account().key


def booked(installation: Installation, url: str, key: str) -> list[str]:
    """What is wrong with the payments as a copy tells them, and with the book of a processor outside."""
    seen = Merchant(url, key).look()
    book = of_book(installation.processor.book(), ORDERS) if installation.processor else []
    return of_payments(seen, ORDERS) + of_events(seen) + book


@pytest.mark.parametrize("outside", [False, True], ids=["inside", "outside"])
def test_one_key_at_all_copies_is_one_charge(installation: Installation, outside: bool, tell: Any) -> None:
    urls, key = opened(installation, outside)
    found, in_use = [], 0
    for order, amount in ORDERS.items():
        start = threading.Barrier(AT_ONCE)

        def one(number: int) -> list[Answer]:
            mine = urls[number % COPIES:] + urls[:number % COPIES]
            start.wait()
            return pay_until_known(mine, key, order, amount)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = [answer.plain() for answers in pool.map(one, range(AT_ONCE)) for answer in answers]
        answers += [pay(url, key, order, amount).plain() for url in urls]
        in_use += sum(answer["status"] == IN_USE for answer in answers)
        found += [f"{order}: {text}" for text in of_same_key(answers)]
    found += booked(installation, urls[0], key)
    assert in_use or not outside, "no request came while another was under way"
    tell(f"{AT_ONCE} requests under each of {len(ORDERS)} keys at {COPIES} copies, {in_use} answers of a key in use")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("outside", [False, True], ids=["inside", "outside"])
def test_keys_of_their_own_on_one_intent_are_one_success(installation: Installation, outside: bool, tell: Any) -> None:
    urls, key = opened(installation, outside)
    found, all_statuses = [], []
    for order, amount in ORDERS.items():
        form = {"amount": amount, "currency": "usd", "payment_method_types[]": "card", "metadata[order]": order}
        made = send(urls[0], key, "POST", "/v1/payment_intents", form)
        assert made.status == 200, made.body
        intent = json.loads(made.body)["id"]
        start = threading.Barrier(AT_ONCE)

        def confirm(number: int) -> int:
            start.wait()
            return send(urls[number % COPIES], key, "POST", f"/v1/payment_intents/{intent}/confirm",
                        {"payment_method": "pm_card_visa"}, f"{order}-{number}").status

        with ThreadPoolExecutor(AT_ONCE) as pool:
            statuses = list(pool.map(confirm, range(AT_ONCE)))
        found += [f"{order}: {text}" for text in of_one_intent(statuses)]
        all_statuses += statuses
    found += booked(installation, urls[-1], key)
    tell(f"answers {({status: all_statuses.count(status) for status in sorted(set(all_statuses))})}")
    assert not found, "\n".join(found)
