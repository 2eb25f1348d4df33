"""The account behind the key, search, and the client object of the newest SDK."""

import pytest
import stripe

import server
from recording import RecordingClient
from shop import fresh, pay
from waiting import until


def test_retrieve(sdk):
    account = stripe.Account.retrieve()
    assert account.object == "account" and account.id.startswith("acct_")
    assert (account.charges_enabled, account.details_submitted) == (True, True)
    assert account.country and account.default_currency
    assert stripe.Account.retrieve().id == account.id


@pytest.mark.newest
def test_the_client_object_of_the_newest_sdk(sdk):
    client = stripe.StripeClient(
        server.SECRET_KEY, base_addresses={"api": server.URL}, http_client=RecordingClient())
    intent = client.v1.payment_intents.create(params={
        "amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
        "payment_method_types": ["card"]})
    assert intent.status == "succeeded"
    read = client.v1.payment_intents.retrieve(intent.id, params={"expand": ["latest_charge"]})
    assert read.latest_charge.amount == 2000
    with pytest.raises(stripe.CardError):
        client.v1.payment_intents.create(params={
            "amount": 2000, "currency": "usd", "payment_method": "pm_card_chargeDeclined", "confirm": True,
            "payment_method_types": ["card"]})
