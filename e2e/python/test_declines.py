"""Declined cards: each one by its exception, and what the intent and the charge say afterwards."""

import pytest
import stripe

import links
from cards import DECLINES, card
from shop import NEWEST, charge_of, error_of, fresh, new_customer, pay, plain

BY_NAME = pytest.mark.parametrize("decline", DECLINES, ids=lambda d: d.name)


def _network_fields(decline):
    fields = {
        "advice_code": decline.advice_code,
        "network_decline_code": decline.network_decline_code,
        "network_advice_code": decline.network_advice_code,
    }
    return {k: v for k, v in fields.items() if v is not None}


@BY_NAME
def test_card_error_says_why(decline):
    order = fresh()
    with pytest.raises(stripe.CardError) as caught:
        pay(decline.payment_method, metadata={"order_id": order})
    error = error_of(caught)
    assert caught.value.http_status == 402
    assert (caught.value.code, caught.value.param) == (decline.code, decline.param)
    assert caught.value.error.message == caught.value.user_message
    assert error["type"] == "card_error"
    assert error["charge"].startswith("ch_")
    assert error["payment_intent"]["metadata"] == {"order_id": order}
    assert error["payment_method"]["type"] == "card"
    links.open_all(error, caught.value.request_id)
    if decline.code == "card_declined" or NEWEST:
        assert error["decline_code"] == decline.decline_code
    if NEWEST:
        names = ("advice_code", "network_decline_code", "network_advice_code")
        assert {k: error[k] for k in names if k in error} == _network_fields(decline)
        assert error["request_log_url"].endswith(caught.value.request_id)


@BY_NAME
def test_the_intent_and_the_charge_keep_the_reason(decline):
    with pytest.raises(stripe.CardError) as caught:
        pay(decline.payment_method, amount=3100)
    error = error_of(caught)
    intent = stripe.PaymentIntent.retrieve(error["payment_intent"]["id"])
    assert (intent.status, intent.amount_received, intent.payment_method) == (
        "requires_payment_method", 0, None)
    assert intent.last_payment_error.code == decline.code
    assert intent.last_payment_error.payment_method.card.last4 == decline.number[-4:]
    charge = charge_of(intent)
    assert charge.id == error["charge"]
    assert (charge.status, charge.paid, charge.captured, charge.amount) == ("failed", False, False, 3100)
    assert charge.failure_code == decline.code
    assert charge.balance_transaction is None
    assert (charge.outcome.type, charge.outcome.network_status) == ("issuer_declined", "declined_by_network")
    assert charge.outcome.reason == decline.decline_code
    if NEWEST:
        assert charge.outcome.advice_code == decline.advice_code
        assert charge.outcome.network_decline_code == decline.network_decline_code
        assert charge.outcome.network_advice_code == decline.network_advice_code
        assert intent.last_payment_error.decline_code == decline.decline_code


@BY_NAME
def test_the_raw_number_declines_in_the_same_way(decline):
    data = {"type": "card", "card": card(number=decline.number)}
    with pytest.raises(stripe.CardError) as caught:
        stripe.PaymentIntent.create(
            amount=2000, currency="usd", confirm=True, payment_method_types=["card"], payment_method_data=data)
    assert (caught.value.code, caught.value.param) == (decline.code, decline.param)
    assert decline.number not in str(caught.value.json_body)


@BY_NAME
def test_a_declining_card_cannot_be_saved(decline):
    customer = new_customer()
    with pytest.raises(stripe.CardError) as caught:
        stripe.PaymentMethod.attach(decline.payment_method, customer=customer.id)
    assert caught.value.http_status == 402 and caught.value.code == decline.code
    assert stripe.PaymentMethod.list(customer=customer.id, type="card").data == []


def test_older_alias_names_still_work(sdk):
    with pytest.raises(stripe.CardError) as caught:
        pay("pm_card_chargeDeclined")
    assert error_of(caught)["decline_code"] == "generic_decline"
    with pytest.raises(stripe.CardError) as caught:
        pay("pm_card_chargeDeclinedInsufficientFunds")
    assert error_of(caught)["decline_code"] == "insufficient_funds"


def test_a_blocked_payment_never_reaches_the_network(sdk):
    with pytest.raises(stripe.CardError) as caught:
        pay("pm_card_radarBlock")
    error = error_of(caught)
    assert (error["code"], error["decline_code"]) == ("card_declined", "fraudulent")
    outcome = stripe.Charge.retrieve(error["charge"]).outcome
    assert (outcome.type, outcome.network_status) == ("blocked", "not_sent_to_network")
    assert outcome.risk_level == "highest"


def test_a_card_that_saves_but_never_pays(sdk):
    customer = new_customer()
    saved = stripe.PaymentMethod.attach("pm_card_chargeCustomerFail", customer=customer.id)
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            pay(saved.id, customer=customer.id)
        assert error_of(caught)["decline_code"] == "generic_decline"


def test_another_card_pays_the_same_intent(sdk):
    with pytest.raises(stripe.CardError) as caught:
        pay("pm_card_visa_chargeDeclined", amount=4200)
    intent_id = error_of(caught)["payment_intent"]["id"]
    paid = stripe.PaymentIntent.confirm(intent_id, payment_method="pm_card_visa")
    assert (paid.id, paid.status, paid.amount_received) == (intent_id, "succeeded", 4200)
    assert paid.last_payment_error is None
    charges = stripe.Charge.list(payment_intent=intent_id).data
    assert [c.status for c in charges] == ["succeeded", "failed"]
    assert charges[0].id == paid.latest_charge


def test_the_error_carries_the_whole_intent(sdk):
    with pytest.raises(stripe.CardError) as caught:
        pay("pm_card_visa_chargeDeclined")
    inside = error_of(caught)["payment_intent"]
    assert inside == plain(stripe.PaymentIntent.retrieve(inside["id"]))
