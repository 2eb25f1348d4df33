"""Many requests on one object at once: the money moves once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

import wire
from shop import again, authorise, charge_of, pay

pytestmark = pytest.mark.raw

AT_ONCE = 12


def _all_at_once(path, params):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda _: wire.post(path, params), range(AT_ONCE)))


def test_confirm(sdk):
    intent = stripe.PaymentIntent.create(amount=2000, currency="usd", payment_method_types=["card"])
    answers = _all_at_once(f"/v1/payment_intents/{intent.id}/confirm", {"payment_method": "pm_card_visa"})
    assert {a.status for a in answers} <= {200, 400, 429}
    assert any(a.status == 200 for a in answers)
    assert len([c for c in stripe.Charge.list(payment_intent=intent.id).data if c.paid]) == 1
    assert again(intent).amount_received == 2000


def test_capture(sdk):
    intent = authorise(5000)
    answers = _all_at_once(f"/v1/payment_intents/{intent.id}/capture", {"amount_to_capture": 3000})
    assert len([a for a in answers if a.status == 200]) == 1
    assert charge_of(intent).amount_captured == 3000


def test_refund(sdk):
    intent = pay(amount=2000)
    answers = _all_at_once("/v1/refunds", {"payment_intent": intent.id, "amount": 700})
    good = [a for a in answers if a.status == 200]
    assert 1 <= len(good) <= 2
    assert charge_of(intent).amount_refunded == 700 * len(good)


def test_cancel_against_capture(sdk):
    intent = authorise(5000)
    with ThreadPoolExecutor(2) as pool:
        canceled = pool.submit(wire.post, f"/v1/payment_intents/{intent.id}/cancel")
        captured = pool.submit(wire.post, f"/v1/payment_intents/{intent.id}/capture")
    assert sorted([canceled.result().status == 200, captured.result().status == 200]) == [False, True]
    expected = "canceled" if canceled.result().status == 200 else "succeeded"
    assert again(intent).status == expected
