"""Saving a card and charging it later without the buyer."""

import pytest
import stripe

from challenge import answer
from shop import RETURN_URL, again, error_of, new_customer, pay, saved_card


def test_attach_then_pay_off_session(customer):
    saved = saved_card(customer)
    assert saved.customer == customer.id and saved.id.startswith("pm_")
    for amount in (1500, 1600):
        intent = pay(saved.id, amount=amount, customer=customer.id, off_session=True)
        assert (intent.status, intent.payment_method, intent.customer) == ("succeeded", saved.id, customer.id)


def test_setup_intent_then_pay_off_session(customer):
    setup = stripe.SetupIntent.create(
        customer=customer.id, payment_method="pm_card_mastercard", payment_method_types=["card"],
        usage="off_session", confirm=True)
    assert (setup.status, setup.usage, setup.customer) == ("succeeded", "off_session", customer.id)
    cards = stripe.PaymentMethod.list(customer=customer.id, type="card").data
    assert [c.id for c in cards] == [setup.payment_method]
    intent = pay(setup.payment_method, customer=customer.id, off_session=True)
    assert intent.status == "succeeded"


def test_a_payment_can_save_its_card(customer):
    intent = pay(customer=customer.id, setup_future_usage="off_session")
    assert intent.setup_future_usage == "off_session"
    cards = stripe.PaymentMethod.list(customer=customer.id, type="card").data
    assert [c.id for c in cards] == [intent.payment_method]
    assert pay(intent.payment_method, customer=customer.id, off_session=True).status == "succeeded"


def test_a_payment_does_not_save_its_card_unasked(customer):
    pay(customer=customer.id)
    assert stripe.PaymentMethod.list(customer=customer.id, type="card").data == []


def test_an_unsaved_card_pays_once(sdk):
    used = pay().payment_method
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(used)
    assert caught.value.http_status == 400


def test_a_card_of_another_customer_is_refused(customer):
    saved = saved_card(customer)
    other = new_customer()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(saved.id, customer=other.id)
    assert caught.value.http_status == 400
    with pytest.raises(stripe.InvalidRequestError):
        pay(saved.id)
    assert stripe.Charge.list(customer=other.id).data == []


def test_off_session_card_that_wants_its_holder(customer):
    saved = saved_card(customer, "pm_card_authenticationRequired")
    with pytest.raises(stripe.CardError) as caught:
        pay(saved.id, customer=customer.id, off_session=True)
    error = error_of(caught)
    assert caught.value.http_status == 402
    assert (error["code"], error["decline_code"]) == ("authentication_required", "authentication_required")
    assert error["payment_method"]["id"] == saved.id
    assert error["payment_intent"]["status"] == "requires_payment_method"
    intent_id = error["payment_intent"]["id"]
    asked = stripe.PaymentIntent.confirm(intent_id, payment_method=saved.id, return_url=RETURN_URL)
    assert asked.status == "requires_action"
    answer(asked.next_action.redirect_to_url.url, "succeeded")
    assert again(asked).status == "succeeded"


def test_a_card_set_up_for_off_session_use_is_not_asked_again(customer):
    setup = stripe.SetupIntent.create(
        customer=customer.id, payment_method="pm_card_authenticationRequiredOnSetup", usage="off_session",
        payment_method_types=["card"], confirm=True, return_url=RETURN_URL)
    assert setup.status == "requires_action"
    answer(setup.next_action.redirect_to_url.url, "succeeded")
    done = stripe.SetupIntent.retrieve(setup.id)
    assert done.status == "succeeded"
    assert pay(done.payment_method, customer=customer.id, off_session=True).status == "succeeded"


def test_a_card_that_asks_on_session_and_passes_off_session(customer):
    saved = saved_card(customer, "pm_card_authenticationRequiredSetupForOffSession")
    assert pay(saved.id, customer=customer.id, off_session=True).status == "succeeded"
    on_session = pay(saved.id, customer=customer.id, return_url=RETURN_URL)
    assert on_session.status == "requires_action"


def test_off_session_needs_confirm(customer):
    saved = saved_card(customer)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.create(
            amount=2000, currency="usd", customer=customer.id, payment_method=saved.id,
            payment_method_types=["card"], off_session=True)
    assert caught.value.http_status == 400
