"""Refunds: part and rest, too much, pending, failing, and the ones that cannot be cancelled."""

import pytest
import stripe

from shop import authorise, charge_of, error_of, events_of, pay, plain, types
from waiting import until


def test_whole_refund(sdk):
    intent = pay(amount=2000)
    refund = stripe.Refund.create(payment_intent=intent.id, reason="requested_by_customer", metadata={"a": "1"})
    assert refund.object == "refund" and refund.id.startswith("re_")
    assert (refund.amount, refund.currency, refund.status) == (2000, "usd", "succeeded")
    assert (refund.charge, refund.payment_intent) == (intent.latest_charge, intent.id)
    assert (refund.reason, plain(refund.metadata)) == ("requested_by_customer", {"a": "1"})
    charge = charge_of(intent)
    assert (charge.refunded, charge.amount_refunded, charge.status) == (True, 2000, "succeeded")


def test_part_and_rest(sdk):
    intent = pay(amount=2000)
    first = stripe.Refund.create(charge=intent.latest_charge, amount=500)
    charge = charge_of(intent)
    assert (charge.refunded, charge.amount_refunded) == (False, 500)
    rest = stripe.Refund.create(charge=intent.latest_charge)
    assert rest.amount == 1500
    charge = charge_of(intent, "refunds")
    assert (charge.refunded, charge.amount_refunded) == (True, 2000)
    assert [r.id for r in charge.refunds.data] == [rest.id, first.id]
    assert [r.id for r in stripe.Refund.list(payment_intent=intent.id).data] == [rest.id, first.id]
    assert [r.id for r in stripe.Refund.list(charge=intent.latest_charge).data] == [rest.id, first.id]


def test_too_much_says_how_much_is_left(sdk):
    intent = pay(amount=500)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Refund.create(payment_intent=intent.id, amount=600)
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, None, "amount")
    assert caught.value.user_message == (
        "Refund amount ($6.00) is greater than unrefunded amount on charge ($5.00)")
    assert charge_of(intent).amount_refunded == 0


def test_too_much_after_a_part(sdk):
    intent = pay(amount=500)
    stripe.Refund.create(payment_intent=intent.id, amount=300)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Refund.create(payment_intent=intent.id, amount=201)
    assert "($2.01)" in caught.value.user_message and "($2.00)" in caught.value.user_message
    assert charge_of(intent).amount_refunded == 300


def test_a_second_whole_refund_is_refused(sdk):
    intent = pay()
    stripe.Refund.create(payment_intent=intent.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Refund.create(payment_intent=intent.id)
    assert (caught.value.http_status, caught.value.code) == (400, "charge_already_refunded")
    assert caught.value.user_message == f"Charge {intent.latest_charge} has already been refunded."
    assert len(stripe.Refund.list(payment_intent=intent.id).data) == 1


@pytest.mark.parametrize("amount", [0, -1])
def test_a_refund_needs_an_amount_above_zero(sdk, amount):
    intent = pay()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Refund.create(payment_intent=intent.id, amount=amount)
    assert caught.value.param == "amount"


def test_a_refund_needs_a_charge(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Refund.create()
    assert caught.value.http_status == 400
    open_intent = stripe.PaymentIntent.create(amount=2000, currency="usd", payment_method_types=["card"])
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Refund.create(payment_intent=open_intent.id)
    assert caught.value.http_status == 400


def test_no_more_than_the_captured_part_is_refunded(sdk):
    intent = stripe.PaymentIntent.capture(authorise(5000).id, amount_to_capture=3000)
    with pytest.raises(stripe.InvalidRequestError):
        stripe.Refund.create(payment_intent=intent.id, amount=3001)
    assert stripe.Refund.create(payment_intent=intent.id).amount == 3000


def test_the_books_of_a_refund(sdk):
    intent = pay(amount=2000)
    refund = stripe.Refund.create(payment_intent=intent.id, expand=["balance_transaction"])
    transaction = refund.balance_transaction
    assert (transaction.type, transaction.reporting_category) == ("refund", "refund")
    assert (transaction.amount, transaction.fee, transaction.net) == (-2000, 0, -2000)
    assert transaction.source == refund.id


def test_retrieve_and_change(sdk):
    refund = stripe.Refund.create(payment_intent=pay().id)
    changed = stripe.Refund.modify(refund.id, metadata={"ticket": "42"})
    assert changed.metadata["ticket"] == "42"
    assert plain(stripe.Refund.retrieve(refund.id)) == plain(changed)


def test_pending_refund_settles_on_its_own(sdk):
    intent = pay("pm_card_pendingRefund")
    refund = stripe.Refund.create(payment_intent=intent.id)
    assert refund.status == "pending"
    until(lambda: stripe.Refund.retrieve(refund.id).status == "succeeded", "pending refund")
    assert "refund.updated" in types(events_of(refund.id, intent.created))
    assert charge_of(intent).amount_refunded == 2000


def test_failing_refund_gives_the_money_back(sdk):
    intent = pay("pm_card_refundFail")
    refund = stripe.Refund.create(payment_intent=intent.id)
    assert refund.status == "succeeded"
    failed = until(
        lambda: (r := stripe.Refund.retrieve(refund.id, expand=["failure_balance_transaction"])).status == "failed"
        and r, "failing refund")
    assert failed.failure_reason == "expired_or_canceled_card"
    back = failed.failure_balance_transaction
    assert (back.type, back.amount, back.net) == ("refund_failure", 2000, 2000)
    assert "refund.failed" in types(events_of(refund.id, intent.created))


@pytest.mark.parametrize("card", ["pm_card_visa", "pm_card_pendingRefund"])
def test_a_card_refund_cannot_be_canceled(sdk, card):
    """Only a refund that waits for the buyer can be cancelled, and a refund to a card never does."""
    intent = pay(card)
    refund = stripe.Refund.create(payment_intent=intent.id, amount=700)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Refund.cancel(refund.id)
    assert caught.value.http_status == 400
    assert error_of(caught)["type"] == "invalid_request_error"
    assert stripe.Refund.retrieve(refund.id).status in ("pending", "succeeded")
    assert charge_of(intent).amount_refunded == 700


def test_events_of_a_refund(sdk):
    intent = pay()
    refund = stripe.Refund.create(payment_intent=intent.id, amount=500)
    assert types(events_of(refund.id, intent.created))[0] == "refund.created"
    event = [e for e in events_of(intent.latest_charge, intent.created) if e["type"] == "charge.refunded"]
    assert len(event) == 1
    assert event[0]["data"]["object"]["amount_refunded"] == 500
