"""Cards of two networks: the buyer prefers one, or the merchant chooses one. Deliberately absent: the buttons, which browser tests press."""

import pytest
import stripe

import wire
from checkout import Page, item, opened
from shop import charge_of, new_customer, plain

CB_VISA = {"number": "4000002500001001", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
VISA = {**CB_VISA, "number": "4242424242424242"}
CB, BOTH = "cartes_bancaires", ["cartes_bancaires", "visa"]
pytestmark = pytest.mark.newest


def method(card=CB_VISA, preferred=None):
    """A payment method, perhaps with a preference."""
    networks = {"networks": {"preferred": preferred}} if preferred else {}
    return stripe.PaymentMethod.create(type="card", card={**card, **networks})


def pay(**more):
    return stripe.PaymentIntent.create(amount=2000, currency="eur", payment_method_types=["card"], confirm=True, **more)


def network_of(paid):
    return charge_of(paid).payment_method_details.card.network


def test_without_a_word_the_domestic_network_carries_it(sdk):
    made = method()
    assert plain(made.card.networks) == {"available": BOTH, "preferred": None} and made.card.display_brand == "visa"
    assert network_of(pay(payment_method=made.id)) == CB


@pytest.mark.parametrize("preferred", BOTH)
def test_what_the_buyer_prefers(sdk, preferred):
    made = method(preferred=preferred)
    assert (made.card.networks.preferred, made.card.display_brand, made.card.brand) == (preferred, preferred, "visa")
    assert network_of(pay(payment_method=made.id)) == preferred
    data = {"type": "card", "card": {**CB_VISA, "networks": {"preferred": preferred}}}
    assert network_of(pay(payment_method_data=data)) == preferred
    token = stripe.Token.create(card={**CB_VISA, "networks": {"preferred": preferred}})
    assert token.card.networks.preferred == preferred
    of_token = stripe.PaymentMethod.create(type="card", card={"token": token.id})
    assert of_token.card.networks.preferred == preferred


def test_a_network_that_the_card_does_not_have(sdk):
    made = method(VISA, CB)
    assert (made.card.networks.preferred, made.card.display_brand) == ("invalid_preference", "visa")
    assert network_of(pay(payment_method=made.id)) == "visa"


def test_the_merchant_chooses_for_one_payment(sdk):
    made = method(preferred=CB)
    chosen = pay(payment_method=made.id, payment_method_options={"card": {"network": "visa"}})
    assert network_of(chosen) == "visa"
    other = pay(payment_method=method().id, payment_method_options={"card": {"network": "mastercard"}})
    assert network_of(other) == CB


def test_a_preference_can_change(sdk):
    customer = new_customer()
    made = method(preferred=CB)
    stripe.PaymentMethod.attach(made.id, customer=customer.id)
    changed = stripe.PaymentMethod.modify(made.id, card={"networks": {"preferred": "visa"}})
    assert changed.card.networks.preferred == "visa"
    assert network_of(pay(payment_method=made.id, customer=customer.id)) == "visa"
    gone = wire.post(f"/v1/payment_methods/{made.id}", {"card[networks][preferred]": ""})
    assert gone.json["card"]["networks"]["preferred"] is None


def test_a_set_up_keeps_it(sdk):
    data = {"type": "card", "card": {**CB_VISA, "networks": {"preferred": "visa"}}}
    done = stripe.SetupIntent.create(payment_method_types=["card"], confirm=True, payment_method_data=data)
    assert stripe.PaymentMethod.retrieve(done.payment_method).card.networks.preferred == "visa"


@pytest.mark.raw
def test_the_payment_page_takes_it(sdk):
    made = opened(item(currency="eur"))
    answer = Page(made).confirm(card={**CB_VISA, "network": "visa"}, billing={"email": "ada@example.com"})
    assert answer.status == 200, answer.body
    assert network_of(stripe.PaymentIntent.retrieve(stripe.checkout.Session.retrieve(made.id).payment_intent)) == "visa"


def test_the_word_for_a_brand_is_that_of_the_wire(sdk):
    for name, shown in (("visa", "visa"), ("amex", "american_express"), ("diners", "diners_club"), ("unionpay", "union_pay")):
        assert stripe.PaymentMethod.create(type="card", card={"token": f"tok_{name}"}).card.display_brand == shown


@pytest.mark.raw
def test_other_words_are_no_networks(sdk):
    refused = wire.post("/v1/payment_methods", {"type": "card", "card": {**VISA, "networks": {"preferred": "diners"}}})
    assert (refused.status, refused.error["param"]) == (400, "card[networks][preferred]")
