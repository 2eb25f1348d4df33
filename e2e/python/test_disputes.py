"""Dispute cards: the payment succeeds, and then the holder objects."""

import pytest
import stripe

from shop import authorise, charge_of, events_of, pay, plain, types
from waiting import until


def _dispute_event(intent, kind):
    def find():
        page = stripe.Event.list(type=kind, created={"gte": intent.created}, limit=100)
        for event in page.auto_paging_iter():
            value = plain(event)
            if value["data"]["object"]["charge"] == intent.latest_charge:
                return value
        return None

    return until(find, f"{kind} of {intent.latest_charge}")


def test_a_fraud_dispute(sdk):
    intent = pay("pm_card_createDispute", amount=4000)
    assert intent.status == "succeeded"
    dispute = _dispute_event(intent, "charge.dispute.created")["data"]["object"]
    assert dispute["object"] == "dispute" and dispute["id"].startswith(("dp_", "du_"))
    assert (dispute["amount"], dispute["currency"]) == (4000, "usd")
    assert (dispute["reason"], dispute["status"]) == ("fraudulent", "needs_response")
    assert (dispute["charge"], dispute["payment_intent"]) == (intent.latest_charge, intent.id)
    until(lambda: charge_of(intent).disputed, "charge.disputed")


def test_the_money_of_a_dispute_is_withdrawn(sdk):
    intent = pay("pm_card_createDispute", amount=4000, currency="dkk")
    dispute = _dispute_event(intent, "charge.dispute.funds_withdrawn")["data"]["object"]
    withdrawn = dispute["balance_transactions"][0]
    assert (withdrawn["amount"], withdrawn["source"]) == (-4000, dispute["id"])
    assert withdrawn["net"] == withdrawn["amount"] - withdrawn["fee"]
    assert stripe.BalanceTransaction.retrieve(withdrawn["id"]).type == "adjustment"


def test_a_product_dispute(sdk):
    intent = pay("pm_card_createDisputeProductNotReceived")
    dispute = _dispute_event(intent, "charge.dispute.created")["data"]["object"]
    assert dispute["reason"] == "product_not_received"


def test_an_inquiry_is_only_a_warning(sdk):
    intent = pay("pm_card_createDisputeInquiry")
    dispute = _dispute_event(intent, "charge.dispute.created")["data"]["object"]
    assert dispute["status"] == "warning_needs_response"
    assert dispute["balance_transactions"] == []


def test_a_charged_back_charge_is_not_refunded(sdk):
    intent = pay("pm_card_createDispute")
    _dispute_event(intent, "charge.dispute.funds_withdrawn")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Refund.create(payment_intent=intent.id)
    assert (caught.value.http_status, caught.value.code) == (400, "charge_disputed")


def _two_disputes(charge_id):
    """The disputes of a charge, newest first, once both are there."""
    def find():
        page = plain(stripe.Dispute.list(charge=charge_id))["data"]
        return page if len(page) == 2 else None

    return until(find, f"two disputes of {charge_id}")


def test_a_charge_that_is_disputed_twice(sdk):
    intent = pay("pm_card_createMultipleDisputes", amount=4001, currency="nok")
    assert intent.status == "succeeded"
    newer, older = _two_disputes(intent.latest_charge)
    assert [older["amount"], newer["amount"]] == [2000, 2001]
    for dispute in (newer, older):
        assert (dispute["reason"], dispute["status"]) == ("fraudulent", "needs_response")
        assert (dispute["charge"], dispute["payment_intent"]) == (intent.latest_charge, intent.id)
        told = events_of(dispute["id"], intent.created)
        assert sorted(types(told)) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
        [withdrawn] = dispute["balance_transactions"]
        assert (withdrawn["amount"], withdrawn["source"]) == (-dispute["amount"], dispute["id"])
        own = stripe.BalanceTransaction.list(source=dispute["id"]).data
        assert [(one.id, one.amount, one.fee) for one in own] == [(withdrawn["id"], -dispute["amount"], 1500)]
        assert plain(stripe.Dispute.retrieve(dispute["id"])) == dispute


def test_both_disputes_are_listed_and_paged(sdk):
    intent = pay("pm_card_createMultipleDisputes")
    newer, older = _two_disputes(intent.latest_charge)
    by_intent = stripe.Dispute.list(payment_intent=intent.id).data
    assert [dispute.id for dispute in by_intent] == [newer["id"], older["id"]]
    first = stripe.Dispute.list(charge=intent.latest_charge, limit=1)
    assert ([dispute.id for dispute in first.data], first.has_more) == ([newer["id"]], True)
    rest = stripe.Dispute.list(charge=intent.latest_charge, limit=1, starting_after=newer["id"])
    assert ([dispute.id for dispute in rest.data], rest.has_more) == ([older["id"]], False)


def test_a_capture_of_a_part_disputes_that_part_twice(sdk):
    intent = authorise(amount=5000, payment_method="pm_card_createMultipleDisputes")
    assert stripe.Dispute.list(charge=intent.latest_charge).data == []
    stripe.PaymentIntent.capture(intent.id, amount_to_capture=3000)
    disputes = _two_disputes(intent.latest_charge)
    assert [dispute["amount"] for dispute in disputes] == [1500, 1500]
    until(lambda: charge_of(intent).disputed, "charge.disputed")


def test_an_ordinary_payment_is_not_disputed(sdk):
    intent = pay()
    assert charge_of(intent).disputed is False
    assert all(not e["type"].startswith("charge.dispute") for e in events_of(intent.latest_charge, intent.created))
