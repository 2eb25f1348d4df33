"""3-D Secure: the stop at requires_action, the page of the buyer, and every way on from there."""

import pytest
import stripe

from challenge import answer, fetch, open_page
from shop import RETURN_URL, again, charge_of, error_of, events_of, pay, types

ASKING = "pm_card_threeDSecure2Required"


def _asked(payment_method=ASKING, **more):
    intent = pay(payment_method, return_url=RETURN_URL, **more)
    assert intent.status == "requires_action"
    return intent


def test_the_action_is_a_redirect(sdk):
    intent = _asked()
    action = intent.next_action
    assert action.type == "redirect_to_url"
    assert action.redirect_to_url.return_url == RETURN_URL
    assert action.redirect_to_url.url.startswith("http")
    assert intent.amount_received == 0
    assert "payment_intent.requires_action" in types(events_of(intent.id, intent.created))


def test_success_returns_to_the_shop_and_pays(sdk):
    intent = _asked(amount=3300)
    back = answer(intent.next_action.redirect_to_url.url, "succeeded")
    assert back["_url"] == RETURN_URL
    assert back["payment_intent"] == intent.id
    assert back["payment_intent_client_secret"] == intent.client_secret
    assert back["redirect_status"] == "succeeded"
    paid = again(intent)
    assert (paid.status, paid.amount_received, paid.next_action) == ("succeeded", 3300, None)
    secure = charge_of(paid).payment_method_details.card.three_d_secure
    assert secure.result == "authenticated"
    assert types(events_of(intent.id, intent.created))[-1] == "payment_intent.succeeded"


def test_failure_returns_to_the_shop_and_does_not_pay(sdk):
    intent = _asked()
    back = answer(intent.next_action.redirect_to_url.url, "failed")
    assert back["redirect_status"] == "failed"
    failed = again(intent)
    assert (failed.status, failed.amount_received) == ("requires_payment_method", 0)
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    assert "payment_intent.payment_failed" in types(events_of(intent.id, intent.created))
    assert stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa").status == "succeeded"


def test_the_second_of_two_open_pages_changes_nothing(sdk):
    intent = _asked()
    url = intent.next_action.redirect_to_url.url
    target, body = open_page(url, "failed")
    answer(url, "succeeded")
    assert fetch("POST", target, body).status < 500
    assert again(intent).status == "succeeded"
    assert [c.paid for c in stripe.Charge.list(payment_intent=intent.id).data] == [True]


def test_authorisation_with_authentication(sdk):
    intent = _asked(capture_method="manual", amount=4000)
    answer(intent.next_action.redirect_to_url.url, "succeeded")
    held = again(intent)
    assert (held.status, held.amount_capturable) == ("requires_capture", 4000)
    assert stripe.PaymentIntent.capture(intent.id).amount_received == 4000


def test_authenticated_and_then_declined(sdk):
    intent = _asked("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")
    answer(intent.next_action.redirect_to_url.url, "succeeded")
    declined = again(intent)
    assert declined.status == "requires_payment_method"
    assert declined.last_payment_error.code == "card_declined"
    assert declined.last_payment_error.decline_code == "insufficient_funds"


def test_a_card_that_only_supports_it_is_not_asked(sdk):
    assert pay("pm_card_threeDSecureOptional", return_url=RETURN_URL).status == "succeeded"


def test_a_card_that_only_supports_it_is_asked_on_demand(sdk):
    intent = pay("pm_card_threeDSecureOptional", return_url=RETURN_URL,
                 payment_method_options={"card": {"request_three_d_secure": "any"}})
    assert intent.status == "requires_action"
    answer(intent.next_action.redirect_to_url.url, "succeeded")
    assert again(intent).status == "succeeded"


def test_error_on_requires_action(sdk):
    with pytest.raises(stripe.CardError) as caught:
        pay(ASKING, error_on_requires_action=True)
    error = error_of(caught)
    assert caught.value.http_status == 402
    assert error["code"] == "authentication_required"
    assert error["payment_intent"]["status"] == "requires_payment_method"


def test_error_on_requires_action_lets_a_quiet_card_pass(sdk):
    assert pay(error_on_requires_action=True).status == "succeeded"


def test_manual_confirmation_without_action(sdk):
    intent = stripe.PaymentIntent.create(
        amount=2000, currency="usd", payment_method="pm_card_visa", payment_method_types=["card"],
        confirmation_method="manual")
    assert (intent.status, intent.confirmation_method) == ("requires_confirmation", "manual")
    assert stripe.PaymentIntent.confirm(intent.id).status == "succeeded"


def test_manual_confirmation_is_confirmed_again_after_the_action(sdk):
    intent = _asked(confirmation_method="manual")
    answer(intent.next_action.redirect_to_url.url, "succeeded")
    ready = again(intent)
    assert (ready.status, ready.amount_received) == ("requires_confirmation", 0)
    assert stripe.PaymentIntent.confirm(intent.id).status == "succeeded"
    assert len(stripe.Charge.list(payment_intent=intent.id).data) == 1


def test_a_new_card_can_replace_the_one_that_asks(sdk):
    intent = _asked()
    paid = stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa")
    assert (paid.status, paid.next_action) == ("succeeded", None)
