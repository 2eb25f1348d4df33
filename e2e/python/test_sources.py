"""Sources, the older name of payment methods. Deliberately absent: sources of anything but a card, which are refused."""

import pytest
import stripe

import server
import wire
from shop import charge_of, new_customer

SOURCES = "/v1/sources"
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
OWNER = {"name": "Ada", "email": "ada@example.com", "address": {"line1": "A 1", "postal_code": "10115"}}
pytestmark = pytest.mark.newest


def made(key=server.SECRET_KEY, **more):
    """A source of a card."""
    answer = wire.post(SOURCES, {"type": "card", "card": CARD, "owner": OWNER, **more}, key=key)
    assert answer.status == 200, answer.body
    return answer.json


def test_a_source_is_a_card_under_another_name(sdk):
    source = made(metadata={"order": "A-17"})
    assert source["id"].startswith("src_") and (source["object"], source["type"], source["status"]) == ("source", "card", "chargeable")
    assert (source["card"]["brand"], source["card"]["last4"], source["owner"]["name"]) == ("Visa", "4242", "Ada")
    assert source["metadata"] == {"order": "A-17"} and source["client_secret"].startswith("src_client_secret_")
    read = stripe.Source.retrieve(source["id"])
    assert (read.id, read.client_secret) == (source["id"], source["client_secret"])
    charge = stripe.Charge.create(amount=2000, currency="eur", source=source["id"])
    assert charge.paid and charge.payment_method_details.card.checks.cvc_check == "pass"


def test_a_source_pays_intents_and_belongs_to_customers(sdk):
    customer, source = new_customer(), made()
    stripe.PaymentMethod.attach(source["id"], customer=customer.id)
    paid = stripe.PaymentIntent.create(
        amount=2000, currency="eur", customer=customer.id, payment_method=source["id"], confirm=True, payment_method_types=["card"])
    assert paid.status == "succeeded" and charge_of(paid).payment_method == source["id"]
    assert stripe.Source.retrieve(source["id"]).customer == customer.id


def test_a_token_becomes_a_source_once(sdk):
    token = stripe.Token.create(card=CARD).id
    source = stripe.Source.create(type="card", token=token)
    assert source.id.startswith("src_") and source.card.last4 == "4242"
    again = wire.post(SOURCES, {"type": "card", "token": token})
    assert (again.status, again.error["code"]) == (400, "token_already_used")


@pytest.mark.raw
def test_a_browser_makes_one_and_reads_its_own(sdk):
    source, other = made(server.PUBLISHABLE_KEY), made(server.PUBLISHABLE_KEY)
    path = f"{SOURCES}/{source['id']}"
    read = wire.get(path, {"client_secret": source["client_secret"]}, key=server.PUBLISHABLE_KEY)
    assert (read.status, read.json["id"]) == (200, source["id"])
    for secret in ({}, {"client_secret": other["client_secret"]}, {"client_secret": "x"}):
        refused = wire.get(path, secret, key=server.PUBLISHABLE_KEY)
        assert (refused.status, refused.error["param"]) == (400, "client_secret"), refused.body


@pytest.mark.raw
@pytest.mark.parametrize("sent, code, param", [
    ({}, "parameter_missing", "type"),
    ({"type": "card"}, "parameter_missing", "card"),
    ({"type": "sofort"}, None, "type"),
    ({"type": "card", "card": CARD, "usage": "single_use"}, "parameter_unsupported", "usage"),
    ({"type": "card", "token": "tok_nobody"}, "resource_missing", "token"),
])
def test_what_is_no_source(sdk, sent, code, param):
    refused = wire.post(SOURCES, sent)
    assert (refused.status, refused.error.get("code"), refused.error["param"]) == (400, code, param), refused.body


@pytest.mark.raw
def test_a_payment_method_is_no_source(sdk):
    method = stripe.PaymentMethod.create(type="card", card={"token": "tok_visa"}).id
    for name in (method, "src_nobody"):
        missing = wire.get(f"{SOURCES}/{name}")
        assert (missing.status, missing.error["param"]) == (404, "source")
