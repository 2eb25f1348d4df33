"""Confirmation tokens: what a form collected, confirmed once by a server. Deliberately absent: the form, which browser tests fill in."""

import pytest
import stripe

import server
import wire
from challenge import answer
from shop import charge_of, error_of, fresh, new_customer, plain

TOKENS = "/v1/confirmation_tokens"
HELPER = "/v1/test_helpers/confirmation_tokens"
INTENTS = "/v1/payment_intents"
INVALID = "invalid_request_error"
LIFE_S = 12 * 60 * 60
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
BACK = "https://shop.example/back"
SHIPPING = {"name": "Ada", "address": {"line1": "A 1", "city": "Berlin", "country": "DE"}}
# Members of these objects are told by the newest version alone.
pytestmark = pytest.mark.newest


def collected(number="4242424242424242", key=server.PUBLISHABLE_KEY, **more):
    """What the script of a form asks for."""
    data = {"type": "card", "card": {**CARD, "number": number}, "billing_details": {"name": "Ada", "address": {"postal_code": "10115"}}}
    made = wire.post(TOKENS, {"payment_method_data": data, **more}, key=key)
    assert made.status == 200, made.body
    return made.json


def helper(**params):
    """One that is made without a form."""
    return stripe.ConfirmationToken.TestHelpers.create(**params)


def intent(**more):
    return stripe.PaymentIntent.create(amount=2000, currency="eur", payment_method_types=["card"], **more)


def test_a_form_collects_and_a_server_confirms(sdk):
    token = collected(return_url=BACK, shipping=SHIPPING, setup_future_usage="on_session")
    assert token["id"].startswith("ctoken_") and token["object"] == "confirmation_token"
    assert token["expires_at"] == token["created"] + LIFE_S and token["livemode"] is False
    preview = token["payment_method_preview"]
    assert (preview["type"], preview["card"]["last4"], preview["billing_details"]["name"]) == ("card", "4242", "Ada")
    assert "id" not in preview and preview["customer"] is None
    assert token["payment_intent"] is None and token["setup_intent"] is None and token["use_stripe_sdk"] is True
    assert (token["return_url"], token["setup_future_usage"], token["shipping"]["name"]) == (BACK, "on_session", "Ada")

    customer = new_customer()
    paid = intent(customer=customer.id, confirm=True, confirmation_token=token["id"])
    assert (paid.status, paid.setup_future_usage, paid.shipping.name) == ("succeeded", "on_session", "Ada")
    method = stripe.PaymentMethod.retrieve(paid.payment_method)
    assert (method.customer, method.card.last4, method.billing_details.name) == (customer.id, "4242", "Ada")
    assert charge_of(paid).payment_method_details.card.checks.cvc_check == "pass"
    used = stripe.ConfirmationToken.retrieve(token["id"])
    assert (used.payment_intent, used.setup_intent) == (paid.id, None)


def test_a_token_confirms_once(sdk):
    token = collected()["id"]
    first = intent()
    assert stripe.PaymentIntent.confirm(first.id, confirmation_token=token).status == "succeeded"
    second = intent()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.confirm(second.id, confirmation_token=token)
    error = error_of(caught)
    assert (error["code"], error["param"]) == ("token_already_used", "confirmation_token")
    assert first.id in error["message"]
    untouched = stripe.PaymentIntent.retrieve(second.id)
    assert untouched.status == "requires_payment_method" and untouched.latest_charge is None
    assert stripe.ConfirmationToken.retrieve(token).payment_intent == first.id


def test_what_is_done_is_told_before_a_used_token(sdk):
    token, made = collected()["id"], intent()
    stripe.PaymentIntent.confirm(made.id, confirmation_token=token)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.confirm(made.id, confirmation_token=token)
    error = error_of(caught)
    assert (error["code"], error["payment_intent"]["status"]) == ("payment_intent_unexpected_state", "succeeded")


def test_what_the_intent_says_counts_more_than_the_form(sdk):
    token = collected("4000002760003184", return_url=BACK, shipping={"name": "Ada", "address": {"line1": "A 1"}}, setup_future_usage="on_session")
    mine = {"name": "Grace", "address": {"line2": "B 2"}}
    made = intent(setup_future_usage="off_session", shipping=mine)
    waits = stripe.PaymentIntent.confirm(made.id, confirmation_token=token["id"])
    assert (waits.status, waits.setup_future_usage, waits.shipping.name) == ("requires_action", "off_session", "Grace")
    assert (waits.shipping.address.line1, waits.shipping.address.line2) == (None, "B 2")


def test_a_method_of_the_request_counts_more_than_that_of_the_form(sdk):
    token = collected(shipping=SHIPPING)["id"]
    paid = intent(confirm=True, confirmation_token=token, payment_method="pm_card_mastercard")
    assert (charge_of(paid).payment_method_details.card.brand, paid.shipping.name) == ("mastercard", "Ada")
    assert stripe.ConfirmationToken.retrieve(token).payment_intent == paid.id


def test_a_lost_answer_is_told_again_under_its_key(sdk):
    token, made, key = collected()["id"], intent(), fresh()
    told = [stripe.PaymentIntent.confirm(made.id, confirmation_token=token, idempotency_key=key) for _ in range(2)]
    assert plain(told[0]) == plain(told[1]) and told[0].status == "succeeded"


def test_a_decline_uses_it_up(sdk):
    token, made = collected("4000000000000002")["id"], intent()
    with pytest.raises(stripe.CardError):
        stripe.PaymentIntent.confirm(made.id, confirmation_token=token)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.confirm(made.id, confirmation_token=token)
    assert error_of(caught)["code"] == "token_already_used"
    assert stripe.PaymentIntent.confirm(made.id, confirmation_token=collected()["id"]).status == "succeeded"


def test_a_refused_confirmation_leaves_it(sdk):
    token, done = collected()["id"], intent(confirm=True, payment_method="pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.confirm(done.id, confirmation_token=token)
    assert error_of(caught)["code"] == "payment_intent_unexpected_state"
    assert stripe.ConfirmationToken.retrieve(token).payment_intent is None
    assert stripe.PaymentIntent.confirm(intent().id, confirmation_token=token).status == "succeeded"


def test_the_server_has_the_last_word(sdk):
    token = collected("4000002760003184", return_url=BACK, shipping=SHIPPING, setup_future_usage="off_session")
    mine = "https://shop.example/mine"
    waits = intent(confirm=True, confirmation_token=token["id"], return_url=mine, setup_future_usage="on_session",
                   shipping={**SHIPPING, "name": "Grace"})
    assert (waits.status, waits.setup_future_usage, waits.shipping.name) == ("requires_action", "on_session", "Grace")
    assert waits.next_action.redirect_to_url.return_url == mine


def test_the_buyer_comes_back_where_the_form_said(sdk):
    token = collected("4000002760003184", return_url=BACK)
    waits = stripe.PaymentIntent.confirm(intent().id, confirmation_token=token["id"])
    assert waits.next_action.redirect_to_url.return_url == BACK
    assert answer(waits.next_action.redirect_to_url.url, "succeeded")["payment_intent"] == waits.id
    assert stripe.PaymentIntent.retrieve(waits.id).status == "succeeded"


@pytest.mark.raw
def test_a_browser_confirms_with_it(sdk):
    token, made = collected()["id"], intent()
    said = {"client_secret": made.client_secret, "confirmation_token": token}
    confirmed = wire.post(f"{INTENTS}/{made.id}/confirm", said, key=server.PUBLISHABLE_KEY)
    assert (confirmed.status, confirmed.json["status"]) == (200, "succeeded")


def test_a_set_up_is_confirmed_with_it(sdk):
    customer = new_customer()
    token = collected(return_url=BACK)["id"]
    done = stripe.SetupIntent.create(customer=customer.id, payment_method_types=["card"], confirm=True, confirmation_token=token)
    assert done.status == "succeeded" and stripe.PaymentMethod.retrieve(done.payment_method).customer == customer.id
    used = stripe.ConfirmationToken.retrieve(token)
    assert (used.payment_intent, used.setup_intent) == (None, done.id)
    waits = stripe.SetupIntent.create(customer=customer.id, payment_method_types=["card"])
    asks = collected("4000002760003184", return_url=BACK)["id"]
    waits = stripe.SetupIntent.confirm(waits.id, confirmation_token=asks)
    assert waits.next_action.redirect_to_url.return_url == BACK


def test_a_wallet_is_collected_too(sdk):
    data = {"type": "paypal", "billing_details": {"email": "ada@example.com"}}
    token = wire.post(TOKENS, {"payment_method_data": data, "return_url": BACK}, key=server.PUBLISHABLE_KEY).json
    preview = token["payment_method_preview"]
    assert (preview["type"], preview["paypal"]["payer_email"]) == ("paypal", "ada@example.com")
    assert "card" not in preview and token["payment_method_options"] is None
    waits = stripe.PaymentIntent.create(
        amount=2000, currency="eur", payment_method_types=["card", "paypal"], confirm=True, confirmation_token=token["id"])
    assert waits.status == "requires_action" and waits.next_action.redirect_to_url.return_url == BACK


# Saved cards


def saved(customer, **more):
    """The id of a card of this customer."""
    method = stripe.PaymentMethod.create(type="card", card={"token": "tok_visa"}, **more)
    return stripe.PaymentMethod.attach(method.id, customer=customer.id).id


def session(customer):
    """The client secret of a session in which a form shows the customer's cards."""
    features = {"payment_method_redisplay": "enabled"}
    element = {"enabled": True, "features": features}
    return stripe.CustomerSession.create(customer=customer.id, components={"payment_element": element}).client_secret


def test_a_saved_card_is_named_by_its_customers_form(sdk):
    customer = new_customer()
    method = saved(customer, allow_redisplay="always", billing_details={"name": "Ada L."})
    named = {"payment_method": method, "customer_session": session(customer)}
    token = wire.post(TOKENS, named, key=server.PUBLISHABLE_KEY)
    assert token.status == 200, token.body
    # The buyer sees what the session shows, and nothing that is kept with the card.
    preview = token.json["payment_method_preview"]
    assert preview["card"]["last4"] == "4242" and preview["card"]["fingerprint"] is None and preview["customer"] is None
    address = preview["billing_details"].pop("address")
    assert {*preview["billing_details"].values(), *address.values()} == {None} and "Ada L." not in token.body.decode()
    told = stripe.ConfirmationToken.retrieve(token.json["id"]).payment_method_preview
    assert (told.customer, told.billing_details.name) == (customer.id, "Ada L.")
    paid = intent(customer=customer.id, confirm=True, confirmation_token=token.json["id"])
    assert (paid.status, paid.payment_method) == ("succeeded", method)


def test_a_saved_card_is_nobody_elses(sdk):
    customer, other = new_customer(), new_customer()
    shown, hidden = saved(customer, allow_redisplay="always"), saved(customer)
    for named, status, code in (
        ({"payment_method": shown}, 400, "customer_session_invalid"),
        ({"payment_method": shown, "customer_session": session(other)}, 400, "resource_missing"),
        ({"payment_method": hidden, "customer_session": session(customer)}, 400, "resource_missing"),
        ({"payment_method": "pm_nobody", "customer_session": session(customer)}, 400, "resource_missing"),
    ):
        refused = wire.post(TOKENS, named, key=server.PUBLISHABLE_KEY)
        assert (refused.status, refused.error["code"]) == (status, code), refused.body
        assert "4242" not in refused.body.decode()
    # A token of the customer's card pays nothing of somebody else.
    token = helper(payment_method=shown).id
    with pytest.raises(stripe.InvalidRequestError) as caught:
        intent(customer=other.id, confirm=True, confirmation_token=token)
    assert error_of(caught)["param"] == "payment_method"


# Without a form


def test_a_helper_makes_one_in_test_mode(sdk):
    token = helper(payment_method="pm_card_visa", return_url=BACK)
    assert token.payment_method_preview.card.brand == "visa"
    assert intent(confirm=True, confirmation_token=token.id).status == "succeeded"
    declined = helper(payment_method="pm_card_chargeDeclined")
    with pytest.raises(stripe.CardError):
        intent(confirm=True, confirmation_token=declined.id)
    data = helper(payment_method_data={"type": "card", "card": {"token": "tok_mastercard"}})
    assert data.payment_method_preview.card.brand == "mastercard"


# Bad input


@pytest.mark.raw
@pytest.mark.parametrize("path, sent, code, param", [
    (TOKENS, {}, "parameter_missing", "payment_method_data"),
    (HELPER, {}, "parameter_missing", "payment_method_data"),
    (HELPER, {"payment_method": "pm_nobody"}, "resource_missing", "payment_method"),
    (HELPER, {"payment_method": "pm_card_visa", "payment_method_data": {"type": "card"}}, None, "payment_method_data"),
    (HELPER, {"payment_method": "pm_card_visa", "setup_future_usage": "always"}, None, "setup_future_usage"),
    (HELPER, {"payment_method": "pm_card_visa", "shipping": {"name": "Ada"}}, "parameter_missing", "shipping[address]"),
    (HELPER, {"payment_method": "pm_card_visa", "return_url": "back"}, "url_invalid", "return_url"),
    (HELPER, {"payment_method": "pm_card_visa", "amount": 1}, "parameter_unknown", "amount"),
    (TOKENS, {"payment_method_data": {"type": "klarna"}}, None, "payment_method_data[type]"),
    (INTENTS, {"amount": 2000, "currency": "eur", "confirmation_token": "ctoken_x"}, None, "confirmation_token"),
    (INTENTS, {"amount": 2000, "currency": "eur", "confirm": True, "confirmation_token": "ctoken_x"}, "resource_missing", "confirmation_token"),
    ("/v1/setup_intents", {"confirmation_token": "ctoken_x"}, None, "confirmation_token"),
])
def test_what_is_refused(sdk, path, sent, code, param):
    refused = wire.post(path, sent)
    told = (refused.status, refused.error["type"], refused.error.get("code"), refused.error.get("param"))
    assert told == (400, INVALID, code, param), refused.body


@pytest.mark.raw
def test_a_browser_reads_none_and_makes_none_for_tests(sdk):
    token = collected()["id"]
    for answered in (
        wire.get(f"{TOKENS}/{token}", key=server.PUBLISHABLE_KEY),
        wire.post(HELPER, {"payment_method": "pm_card_visa"}, key=server.PUBLISHABLE_KEY),
    ):
        assert (answered.status, answered.error["code"]) == (403, "secret_key_required"), answered.body


@pytest.mark.raw
def test_there_is_no_other_token(sdk):
    missing = wire.get(f"{TOKENS}/ctoken_nobody")
    assert (missing.status, missing.error["code"], missing.error["param"]) == (404, "resource_missing", "confirmation_token")
