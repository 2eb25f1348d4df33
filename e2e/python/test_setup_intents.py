"""SetupIntents: saving a card without a payment."""

import pytest
import stripe

from challenge import answer
from cards import DECLINES
from shop import RETURN_URL, error_of, events_of, plain, types


def _setup(**more):
    return stripe.SetupIntent.create(payment_method_types=["card"], **more)


def test_create_then_confirm(customer):
    setup = _setup(customer=customer.id, description="A card", metadata={"a": "1"})
    assert setup.object == "setup_intent" and setup.id.startswith("seti_")
    assert setup.client_secret.startswith(setup.id + "_secret_")
    assert (setup.status, setup.usage, setup.payment_method) == (
        "requires_payment_method", "off_session", None)
    done = stripe.SetupIntent.confirm(setup.id, payment_method="pm_card_visa")
    assert (done.status, done.customer, done.next_action) == ("succeeded", customer.id, None)
    assert stripe.PaymentMethod.retrieve(done.payment_method).customer == customer.id
    assert types(events_of(setup.id, setup.created)) == ["setup_intent.created", "setup_intent.succeeded"]


def test_no_money_moves(customer):
    _setup(customer=customer.id, payment_method="pm_card_visa", confirm=True)
    assert stripe.Charge.list(customer=customer.id).data == []


def test_a_given_card_waits_for_confirmation(sdk):
    assert _setup(payment_method="pm_card_visa").status == "requires_confirmation"


def test_change_list_and_retrieve(customer):
    setup = _setup(customer=customer.id)
    changed = stripe.SetupIntent.modify(setup.id, description="Changed", metadata={"b": "2"})
    assert (changed.description, plain(changed.metadata)) == ("Changed", {"b": "2"})
    assert [s.id for s in stripe.SetupIntent.list(customer=customer.id).data] == [setup.id]
    assert plain(stripe.SetupIntent.retrieve(setup.id)) == plain(changed)


@pytest.mark.parametrize("decline", DECLINES, ids=lambda d: d.name)
def test_declining_cards(customer, decline):
    with pytest.raises(stripe.CardError) as caught:
        _setup(customer=customer.id, payment_method=decline.payment_method, confirm=True)
    error = error_of(caught)
    assert (caught.value.http_status, error["code"]) == (402, decline.code)
    setup = stripe.SetupIntent.retrieve(error["setup_intent"]["id"])
    assert (setup.status, setup.payment_method) == ("requires_payment_method", None)
    assert setup.last_setup_error.code == decline.code
    assert "setup_intent.setup_failed" in types(events_of(setup.id, setup.created))
    assert stripe.PaymentMethod.list(customer=customer.id, type="card").data == []


def test_authentication(customer):
    setup = _setup(customer=customer.id, payment_method="pm_card_threeDSecure2Required", confirm=True,
                   return_url=RETURN_URL)
    assert setup.status == "requires_action"
    assert setup.next_action.type == "redirect_to_url"
    back = answer(setup.next_action.redirect_to_url.url, "succeeded")
    assert (back["_url"], back["setup_intent"], back["redirect_status"]) == (RETURN_URL, setup.id, "succeeded")
    assert back["setup_intent_client_secret"] == setup.client_secret
    assert stripe.SetupIntent.retrieve(setup.id).status == "succeeded"
    assert types(events_of(setup.id, setup.created)) == [
        "setup_intent.created", "setup_intent.requires_action", "setup_intent.succeeded"]


def test_failed_authentication(customer):
    setup = _setup(customer=customer.id, payment_method="pm_card_threeDSecure2Required", confirm=True,
                   return_url=RETURN_URL)
    answer(setup.next_action.redirect_to_url.url, "failed")
    failed = stripe.SetupIntent.retrieve(setup.id)
    assert failed.status == "requires_payment_method"
    assert failed.last_setup_error.code == "setup_intent_authentication_failure"


@pytest.mark.parametrize("more, state", [
    ({}, "requires_payment_method"),
    ({"payment_method": "pm_card_visa"}, "requires_confirmation"),
    ({"payment_method": "pm_card_threeDSecure2Required", "confirm": True, "return_url": RETURN_URL},
     "requires_action"),
])
def test_cancel(sdk, more, state):
    setup = _setup(**more)
    assert setup.status == state
    canceled = stripe.SetupIntent.cancel(setup.id, cancellation_reason="abandoned")
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert types(events_of(setup.id, setup.created))[-1] == "setup_intent.canceled"


def test_a_finished_setup_cannot_be_canceled_or_confirmed(customer):
    setup = _setup(customer=customer.id, payment_method="pm_card_visa", confirm=True)
    for call in (stripe.SetupIntent.cancel, stripe.SetupIntent.confirm):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            call(setup.id)
        assert (caught.value.http_status, caught.value.code) == (400, "setup_intent_unexpected_state")
        assert error_of(caught)["setup_intent"]["status"] == "succeeded"


@pytest.mark.newest
def test_decline_details_are_kept(customer):
    with pytest.raises(stripe.CardError) as caught:
        _setup(customer=customer.id, payment_method="pm_card_visa_chargeDeclinedLostCard", confirm=True)
    error = error_of(caught)
    assert (error["decline_code"], error["advice_code"]) == ("lost_card", "do_not_try_again")
