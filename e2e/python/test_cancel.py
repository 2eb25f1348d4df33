"""Cancelling: in each state that allows it, and the refusals in those that do not."""

import pytest
import stripe

from shop import again, authorise, charge_of, error_of, events_of, pay, types


def _open_intent(**more):
    return stripe.PaymentIntent.create(amount=2000, currency="usd", payment_method_types=["card"], **more)


def _waiting_for_the_buyer():
    intent = pay("pm_card_threeDSecure2Required", return_url="https://shop.example/return")
    assert intent.status == "requires_action"
    return intent


LEGAL = {
    "requires_payment_method": _open_intent,
    "requires_confirmation": lambda: _open_intent(payment_method="pm_card_visa"),
    "requires_action": _waiting_for_the_buyer,
    "requires_capture": authorise,
}


@pytest.mark.parametrize("state", LEGAL)
def test_cancel(sdk, state):
    intent = LEGAL[state]()
    assert intent.status == state
    canceled = stripe.PaymentIntent.cancel(intent.id, cancellation_reason="requested_by_customer")
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "requested_by_customer")
    assert canceled.canceled_at >= intent.created
    assert (canceled.amount_capturable, canceled.amount_received) == (0, 0)
    assert canceled.next_action is None
    assert types(events_of(intent.id, intent.created))[-1] == "payment_intent.canceled"


def test_a_voided_authorisation_moves_no_money(sdk):
    intent = authorise(5000)
    stripe.PaymentIntent.cancel(intent.id)
    charge = charge_of(intent)
    assert (charge.captured, charge.amount_captured, charge.balance_transaction) == (False, 0, None)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.capture(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert error_of(caught)["payment_intent"]["status"] == "canceled"


@pytest.mark.parametrize("reason", ["duplicate", "fraudulent", "abandoned"])
def test_other_reasons(sdk, reason):
    assert stripe.PaymentIntent.cancel(_open_intent().id, cancellation_reason=reason).cancellation_reason == reason


def test_an_invented_reason_is_refused(sdk):
    intent = _open_intent()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.cancel(intent.id, cancellation_reason="bored")
    assert (caught.value.http_status, caught.value.param) == (400, "cancellation_reason")
    assert again(intent).status == "requires_payment_method"


def test_a_paid_intent_cannot_be_canceled(sdk):
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.cancel(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert again(intent).status == "succeeded"


def test_a_canceled_intent_cannot_be_canceled_or_paid(sdk):
    intent = stripe.PaymentIntent.cancel(_open_intent().id)
    for call in (
        lambda: stripe.PaymentIntent.cancel(intent.id),
        lambda: stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            call()
        assert caught.value.code == "payment_intent_unexpected_state"
    assert stripe.Charge.list(payment_intent=intent.id).data == []


def test_a_void_after_a_partial_capture_is_refused(sdk):
    intent = stripe.PaymentIntent.capture(authorise(5000).id, amount_to_capture=1000)
    with pytest.raises(stripe.InvalidRequestError):
        stripe.PaymentIntent.cancel(intent.id)
    assert again(intent).amount_received == 1000
