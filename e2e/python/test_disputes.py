"""Dispute cards: the payment succeeds, and then the holder objects."""

import pytest
import stripe

from shop import charge_of, events_of, pay, plain
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


def test_an_ordinary_payment_is_not_disputed(sdk):
    intent = pay()
    assert charge_of(intent).disputed is False
    assert all(not e["type"].startswith("charge.dispute") for e in events_of(intent.latest_charge, intent.created))
