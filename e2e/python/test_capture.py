"""Authorise now, capture later: whole, partial, several times, more than asked, and increments."""

import pytest
import stripe

from shop import again, authorise, charge_of, error_of, events_of, plain, types


def _card_options(**options):
    return {"card": options}


def test_authorisation_waits(sdk):
    intent = authorise(5000)
    assert (intent.amount_capturable, intent.amount_received) == (5000, 0)
    charge = charge_of(intent)
    assert (charge.status, charge.captured, charge.paid, charge.amount_captured) == (
        "succeeded", False, True, 0)
    assert charge.balance_transaction is None
    assert charge.payment_method_details.card.capture_before > charge.created


def test_whole_capture(sdk):
    intent = stripe.PaymentIntent.capture(authorise(5000).id)
    assert (intent.status, intent.amount_received, intent.amount_capturable) == ("succeeded", 5000, 0)
    charge = charge_of(intent, "balance_transaction")
    assert (charge.captured, charge.amount_captured, charge.amount_refunded) == (True, 5000, 0)
    assert (charge.balance_transaction.amount, charge.balance_transaction.fee) == (5000, 175)


def test_partial_capture_releases_the_rest(sdk):
    intent = stripe.PaymentIntent.capture(authorise(5000).id, amount_to_capture=3000)
    assert (intent.status, intent.amount, intent.amount_received, intent.amount_capturable) == (
        "succeeded", 5000, 3000, 0)
    charge = charge_of(intent, "balance_transaction")
    assert (charge.captured, charge.amount, charge.amount_captured) == (True, 5000, 3000)
    assert (charge.balance_transaction.amount, charge.balance_transaction.fee) == (3000, 117)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.capture(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"


def test_metadata_can_come_with_the_capture(sdk):
    intent = authorise(5000, metadata={"order_id": "7"})
    captured = stripe.PaymentIntent.capture(intent.id, metadata={"shipped": "yes"})
    assert plain(captured.metadata) == {"order_id": "7", "shipped": "yes"}


def test_capture_of_more_than_authorised_is_refused(sdk):
    intent = authorise(5000)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.capture(intent.id, amount_to_capture=5001)
    assert (caught.value.http_status, caught.value.param) == (400, "amount_to_capture")
    assert again(intent).status == "requires_capture"
    assert stripe.PaymentIntent.capture(intent.id).amount_received == 5000


def test_capture_without_authorisation_is_refused_with_the_intent(sdk):
    intent = stripe.PaymentIntent.create(
        amount=5000, currency="usd", capture_method="manual", payment_method_types=["card"])
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.capture(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert error_of(caught)["payment_intent"]["status"] == "requires_payment_method"


def test_several_captures(sdk):
    intent = authorise(
        5000, payment_method_options=_card_options(request_multicapture="if_available"))
    assert charge_of(intent).payment_method_details.card.multicapture.status == "available"
    first = stripe.PaymentIntent.capture(intent.id, amount_to_capture=2000, final_capture=False)
    assert (first.status, first.amount_received, first.amount_capturable) == (
        "requires_capture", 2000, 3000)
    second = stripe.PaymentIntent.capture(intent.id, amount_to_capture=1000, final_capture=False)
    assert (second.status, second.amount_received, second.amount_capturable) == (
        "requires_capture", 3000, 2000)
    last = stripe.PaymentIntent.capture(intent.id, amount_to_capture=500)
    assert (last.status, last.amount_received, last.amount_capturable) == ("succeeded", 3500, 0)
    assert charge_of(last).amount_captured == 3500


def test_several_captures_must_be_asked_for(sdk):
    intent = authorise(5000)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.capture(intent.id, amount_to_capture=2000, final_capture=False)
    assert caught.value.http_status == 400
    assert again(intent).amount_capturable == 5000


def test_over_capture(sdk):
    intent = authorise(
        5000, payment_method_options=_card_options(request_overcapture="if_available"))
    over = charge_of(intent).payment_method_details.card.overcapture
    assert over.status == "available"
    assert over.maximum_amount_capturable > 5000
    captured = stripe.PaymentIntent.capture(intent.id, amount_to_capture=over.maximum_amount_capturable)
    assert (captured.status, captured.amount_received) == ("succeeded", over.maximum_amount_capturable)


def test_over_capture_has_its_own_limit(sdk):
    intent = authorise(
        5000, payment_method_options=_card_options(request_overcapture="if_available"))
    limit = charge_of(intent).payment_method_details.card.overcapture.maximum_amount_capturable
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.capture(intent.id, amount_to_capture=limit + 1)
    assert caught.value.param == "amount_to_capture"


def test_increment(sdk):
    intent = authorise(
        5000, payment_method_options=_card_options(request_incremental_authorization="if_available"))
    before = charge_of(intent)
    assert before.payment_method_details.card.incremental_authorization.status == "available"
    more = stripe.PaymentIntent.increment_authorization(intent.id, amount=6500)
    assert (more.status, more.amount, more.amount_capturable) == ("requires_capture", 6500, 6500)
    assert more.latest_charge == before.id
    assert stripe.PaymentIntent.capture(intent.id).amount_received == 6500


def test_an_increment_must_grow(sdk):
    intent = authorise(
        5000, payment_method_options=_card_options(request_incremental_authorization="if_available"))
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.increment_authorization(intent.id, amount=5000)
    assert (caught.value.http_status, caught.value.param) == (400, "amount")
    assert again(intent).amount_capturable == 5000


def test_an_increment_must_be_asked_for_at_authorisation(sdk):
    intent = authorise(5000)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.increment_authorization(intent.id, amount=6000)
    assert caught.value.http_status == 400
    assert again(intent).amount == 5000


def test_events_of_authorise_and_capture(sdk):
    intent = authorise(5000)
    stripe.PaymentIntent.capture(intent.id)
    assert types(events_of(intent.id, intent.created)) == [
        "payment_intent.created", "payment_intent.amount_capturable_updated", "payment_intent.succeeded"]
    of_charge = types(events_of(intent.latest_charge, intent.created))
    assert of_charge[0] == "charge.succeeded"
    assert of_charge.count("charge.captured") == 1
