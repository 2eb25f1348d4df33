"""Charges: the direct legacy create, capture, update, list."""

import pytest
import stripe

from cards import DECLINES, card
from shop import charge_of, error_of, events_of, fresh, pay, plain, types


def _charge(**more):
    return stripe.Charge.create(**{"amount": 2000, "currency": "usd", "source": "tok_visa", **more})


def test_create(sdk):
    order = fresh()
    charge = _charge(description="A lamp", metadata={"order_id": order})
    assert charge.object == "charge" and charge.id.startswith("ch_")
    assert (charge.status, charge.paid, charge.captured) == ("succeeded", True, True)
    assert (charge.amount, charge.amount_captured, charge.currency) == (2000, 2000, "usd")
    assert (charge.description, charge.metadata["order_id"]) == ("A lamp", order)
    assert charge.payment_intent is None
    assert charge.payment_method_details.card.last4 == "4242"
    assert types(events_of(charge.id, charge.created))[0] == "charge.succeeded"


def test_a_token_of_a_raw_card(sdk):
    token = stripe.Token.create(card=card(number="5555555555554444"))
    charge = _charge(source=token.id)
    assert charge.payment_method_details.card.brand == "mastercard"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        _charge(source=token.id)
    assert caught.value.code == "token_already_used"


@pytest.mark.parametrize("decline", DECLINES, ids=lambda d: d.name)
def test_declines(sdk, decline):
    with pytest.raises(stripe.CardError) as caught:
        _charge(source=decline.token)
    error = error_of(caught)
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (
        402, decline.code, decline.param)
    failed = stripe.Charge.retrieve(error["charge"])
    assert (failed.status, failed.paid, failed.failure_code) == ("failed", False, decline.code)
    assert "payment_intent" not in error
    assert "charge.failed" in types(events_of(failed.id, failed.created))


def test_authorise_and_capture(sdk):
    held = _charge(capture=False)
    assert (held.captured, held.amount_captured, held.balance_transaction) == (False, 0, None)
    captured = stripe.Charge.capture(held.id)
    assert (captured.captured, captured.amount_captured) == (True, 2000)
    assert "charge.captured" in types(events_of(held.id, held.created))
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Charge.capture(held.id)
    assert (caught.value.http_status, caught.value.code) == (400, "charge_already_captured")


def test_partial_capture(sdk):
    captured = stripe.Charge.capture(_charge(capture=False).id, amount=1200)
    assert (captured.captured, captured.amount, captured.amount_captured) == (True, 2000, 1200)


def test_capture_of_too_much(sdk):
    held = _charge(capture=False)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Charge.capture(held.id, amount=2001)
    assert caught.value.http_status == 400
    assert stripe.Charge.retrieve(held.id).captured is False


def test_update(sdk):
    charge = _charge(metadata={"a": "1"})
    changed = stripe.Charge.modify(
        charge.id, description="New", receipt_email="b@example.com", metadata={"b": "2"})
    assert (changed.description, changed.receipt_email) == ("New", "b@example.com")
    assert plain(changed.metadata) == {"a": "1", "b": "2"}
    event = [e for e in events_of(charge.id, charge.created) if e["type"] == "charge.updated"][-1]
    assert event["data"]["previous_attributes"]["description"] is None


def test_the_charge_of_an_intent_is_updated_alone(sdk):
    intent = pay(description="Before")
    stripe.Charge.modify(intent.latest_charge, description="After")
    assert charge_of(intent).description == "After"
    assert stripe.PaymentIntent.retrieve(intent.id).description == "Before"


def test_refund_of_a_direct_charge(sdk):
    charge = _charge()
    refund = stripe.Refund.create(charge=charge.id, amount=800)
    assert (refund.charge, refund.payment_intent, refund.amount) == (charge.id, None, 800)
    assert stripe.Charge.retrieve(charge.id).amount_refunded == 800


def test_list_pages(sdk):
    first, second = _charge(), _charge()
    page = stripe.Charge.list(limit=1, ending_before=first.id)
    assert (page.object, page.url) == ("list", "/v1/charges")
    assert [c.id for c in page.data] == [second.id]


def test_a_charge_needs_a_source(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Charge.create(amount=2000, currency="usd")
    assert caught.value.http_status == 400
