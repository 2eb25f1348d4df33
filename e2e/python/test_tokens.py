"""Raw cards: tokens, payment methods made of them, and numbers that cannot be right."""

import pytest
import stripe

import server
from cards import BRANDS, INVALID_CARDS, card
from shop import charge_of, error_of, pay, plain


def _pay_raw(details, **more):
    return stripe.PaymentIntent.create(
        amount=2000, currency="usd", confirm=True, payment_method_types=["card"],
        payment_method_data={"type": "card", "card": details}, **more)


def test_token_to_payment_method_to_payment(sdk):
    token = stripe.Token.create(card=card())
    assert token.object == "token" and token.id.startswith("tok_")
    assert (token.type, token.used, token.livemode) == ("card", False, False)
    assert token.card.id.startswith("card_")
    assert (token.card.brand, token.card.last4) == ("Visa", "4242")
    assert (token.card.exp_month, token.card.exp_year) == (12, 2034)
    method = stripe.PaymentMethod.create(type="card", card={"token": token.id})
    assert (method.card.brand, method.card.last4) == ("visa", "4242")
    assert pay(method.id).status == "succeeded"


def test_a_token_is_used_once(sdk):
    token = stripe.Token.create(card=card())
    stripe.PaymentMethod.create(type="card", card={"token": token.id})
    assert stripe.Token.retrieve(token.id).used is True
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentMethod.create(type="card", card={"token": token.id})
    assert (caught.value.http_status, caught.value.code) == (400, "token_already_used")


def test_a_publishable_key_may_make_tokens(sdk):
    token = stripe.Token.create(card=card(), api_key=server.PUBLISHABLE_KEY)
    assert stripe.Token.retrieve(token.id).card.last4 == "4242"


def test_a_raw_card_pays(sdk):
    intent = _pay_raw(card())
    assert intent.status == "succeeded"
    details = charge_of(intent).payment_method_details.card
    assert (details.last4, details.exp_month, details.exp_year) == ("4242", 12, 2034)
    assert details.checks.cvc_check == "pass"


def test_no_answer_shows_the_number(sdk):
    intent = _pay_raw(card())
    method = stripe.PaymentMethod.retrieve(intent.payment_method)
    for value in (intent, method, charge_of(intent)):
        assert "4242424242424242" not in str(plain(value))


@pytest.mark.parametrize("number, brand, funding, country, last4", BRANDS)
def test_brands(sdk, number, brand, funding, country, last4):
    method = stripe.PaymentMethod.create(type="card", card=card(number=number))
    assert (method.card.brand, method.card.funding) == (brand, funding)
    assert (method.card.country, method.card.last4) == (country, last4)
    assert pay(method.id).status == "succeeded"


def test_the_same_number_has_the_same_fingerprint(sdk):
    one = stripe.PaymentMethod.create(type="card", card=card())
    two = stripe.PaymentMethod.create(type="card", card=card(exp_year=2035))
    other = stripe.PaymentMethod.create(type="card", card=card(number="5555555555554444"))
    assert one.card.fingerprint == two.card.fingerprint
    assert one.card.fingerprint != other.card.fingerprint


DOORS = {
    "token": lambda details: stripe.Token.create(card=details),
    "payment_method": lambda details: stripe.PaymentMethod.create(type="card", card=details),
    "payment_intent": _pay_raw,
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("changes, code, param", INVALID_CARDS, ids=lambda v: v if isinstance(v, str) else "")
def test_cards_that_cannot_be_right(sdk, door, changes, code, param):
    with pytest.raises(stripe.CardError) as caught:
        DOORS[door](card(**changes))
    error = error_of(caught)
    assert (caught.value.http_status, error["type"]) == (402, "card_error")
    assert caught.value.code == code
    assert caught.value.param.split("[")[-1].rstrip("]") == param
    assert "4242424242424241" not in str(caught.value.json_body)


def test_address_checks_need_an_address(sdk):
    wrong_zip = "4000000000000036"
    address = {"line1": "1 Main St", "postal_code": "12345", "country": "US"}
    with_zip = stripe.PaymentIntent.create(
        amount=2000, currency="usd", confirm=True, payment_method_types=["card"],
        payment_method_data={"type": "card", "card": card(number=wrong_zip), "billing_details": {"address": address}})
    assert with_zip.status == "succeeded"
    charge = charge_of(with_zip)
    assert charge.payment_method_details.card.checks.address_postal_code_check == "fail"
    assert charge.billing_details.address.postal_code == "12345"
    without = _pay_raw(card(number=wrong_zip))
    assert charge_of(without).payment_method_details.card.checks.address_postal_code_check is None


def test_card_fields_that_are_missing(sdk):
    incomplete = card()
    del incomplete["exp_month"]
    with pytest.raises((stripe.InvalidRequestError, stripe.CardError)) as caught:
        stripe.PaymentMethod.create(type="card", card=incomplete)
    assert caught.value.http_status in (400, 402)
    assert "exp_month" in caught.value.param


def test_an_unpublished_number_is_refused_in_test_mode(sdk):
    with pytest.raises(stripe.CardError) as caught:
        _pay_raw(card(number="4539578763621486"))
    assert caught.value.http_status == 402
    assert "4539578763621486" not in str(caught.value.json_body)
