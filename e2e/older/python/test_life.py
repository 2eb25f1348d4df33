"""The life of a payment as a program of 2020 or of 2022 wrote it, with the SDK of that time.

What is asserted goes through the SDK's own objects and exceptions: `intent.charges.data[0]` has to be a charge that such a
program can use, and not only the right JSON.
"""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest
import stripe

import challenge
import server
from cards import card
from plain import word

VERSION = stripe.api_version
# Until 2022-11-15 an intent held its charges, and a charge its refunds.
IS_OF_2020 = VERSION == "2020-08-27"
RETURN_URL = "https://shop.example/return"
THANKS = "https://shop.example/thanks"
of_2020 = pytest.mark.skipif(not IS_OF_2020, reason="only programs of 2020 say that")


def pay(payment_method="pm_card_visa", amount=2000, **more):
    """Creates and confirms a payment; nobody of that time had to say that it is by card."""
    return stripe.PaymentIntent.create(
        amount=amount, currency="usd", payment_method=payment_method, confirm=True, **more)


def charge_of(intent):
    """The newest charge of an intent, found as programs of that version find it."""
    if not IS_OF_2020:
        assert "charges" not in intent
        return stripe.Charge.retrieve(intent.latest_charge)
    assert (intent.charges.object, intent.charges.url) == ("list", f"/v1/charges?payment_intent={intent.id}")
    assert isinstance(intent.charges.data[0], stripe.Charge)
    return intent.charges.data[0]


def refunds_of(charge):
    """The refunds of a charge, which are only told unasked in 2020."""
    if IS_OF_2020:
        return charge.refunds
    assert "refunds" not in charge
    return stripe.Charge.retrieve(charge.id, expand=["refunds"]).refunds


def refused(kind, call, *arguments, **params):
    """The exception of this class that a call ends with."""
    with pytest.raises(kind) as caught:
        call(*arguments, **params)
    return caught.value


def press(session):
    """The buyer at the page of a session presses the button; gives what the page is told."""
    where = urlsplit(server.URL)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    told = {"attempt": word(), "card": card(number="4242424242424242"), "billing": {"email": "ada@example.com"}}
    try:
        connection.request("POST", f"/c/pay/{session.id}/confirm", json.dumps(told), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return json.loads(answer.read())
    finally:
        connection.close()


def test_the_server_answers_in_the_pinned_version(sdk):
    customer = stripe.Customer.create(email="ada@example.com")
    assert customer.last_response.headers["Stripe-Version"] == VERSION


def test_a_customer_pays_with_a_saved_card(sdk):
    customer = stripe.Customer.create(name="Ada", email="ada@example.com", metadata={"order": "A-17"})
    method = stripe.PaymentMethod.attach("pm_card_visa", customer=customer.id)
    assert (method.customer, method.card.last4) == (customer.id, "4242")
    intent = pay(method.id, customer=customer.id, off_session=True, metadata={"order": "A-17"})
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received, intent.payment_method_types) == ("succeeded", 2000, ["card"])
    charge = charge_of(intent)
    assert (charge.paid, charge.captured, charge.amount, charge.customer) == (True, True, 2000, customer.id)
    assert (charge.payment_intent, charge.payment_method, charge.metadata["order"]) == (intent.id, method.id, "A-17")
    assert (charge.payment_method_details.card.brand, charge.outcome.type) == ("visa", "authorized")
    assert stripe.BalanceTransaction.retrieve(charge.balance_transaction).amount == 2000
    assert [one.id for one in stripe.PaymentMethod.list(customer=customer.id, type="card")] == [method.id]
    assert charge_of(stripe.PaymentIntent.retrieve(intent.id)) == charge


def test_a_payment_in_two_steps(sdk):
    intent = stripe.PaymentIntent.create(amount=2000, currency="usd")
    assert (intent.status, intent.payment_method_types) == ("requires_payment_method", ["card"])
    if IS_OF_2020:
        assert (intent.charges.data, intent.charges.total_count, intent.charges.has_more) == ([], 0, False)
    intent.confirm(payment_method="pm_card_mastercard")
    assert (intent.status, charge_of(intent).payment_method_details.card.brand) == ("succeeded", "mastercard")


def test_objects_save_themselves(sdk):
    customer = stripe.Customer.create(metadata={"a": "1"})
    customer.description = "New"
    customer.metadata["b"] = "2"
    customer.save()
    intent = pay(customer=customer.id)
    intent.description = "A lamp"
    intent.save()
    read = stripe.PaymentIntent.retrieve(intent.id, expand=["customer"])
    assert (read.description, read.customer.description, dict(read.customer.metadata)) == ("A lamp", "New", {"a": "1", "b": "2"})
    assert customer.delete().deleted is True


def test_a_decline(sdk):
    error = refused(stripe.error.CardError, pay, "pm_card_chargeDeclinedInsufficientFunds")
    assert (error.http_status, error.code, error.error.decline_code) == (402, "card_declined", "insufficient_funds")
    assert (error.user_message, error.error.type) == ("Your card has insufficient funds.", "card_error")
    intent = error.error.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent["status"], intent["last_payment_error"]["code"]) == ("requires_payment_method", "card_declined")
    if IS_OF_2020:
        failed = intent["charges"]["data"][0]
        assert (intent["charges"]["total_count"], failed["id"]) == (1, error.error.charge)
    else:
        assert "charges" not in intent
        failed = stripe.Charge.retrieve(intent["latest_charge"])
    assert (failed["status"], failed["paid"], failed["failure_code"]) == ("failed", False, "card_declined")
    again = stripe.PaymentIntent.confirm(intent["id"], payment_method="pm_card_visa")
    assert (again.status, charge_of(again).status) == ("succeeded", "succeeded")
    assert [one.paid for one in stripe.Charge.list(payment_intent=again.id)] == [True, False]


def test_three_d_secure(sdk):
    asked = pay("pm_card_threeDSecure2Required", return_url=RETURN_URL)
    assert (asked.status, asked.next_action.type) == ("requires_action", "redirect_to_url")
    assert asked.next_action.redirect_to_url.return_url == RETURN_URL
    back = challenge.answer(asked.next_action.redirect_to_url.url, "succeeded")
    assert (back["_url"], back["payment_intent"]) == (RETURN_URL, asked.id)
    done = stripe.PaymentIntent.retrieve(asked.id)
    assert (done.status, done.next_action) == ("succeeded", None)
    assert charge_of(done).payment_method_details.card.three_d_secure.result == "authenticated"


def test_three_d_secure_that_fails(sdk):
    asked = pay("pm_card_threeDSecure2Required", return_url=RETURN_URL)
    challenge.answer(asked.next_action.redirect_to_url.url, "failed")
    failed = stripe.PaymentIntent.retrieve(asked.id)
    assert (failed.status, failed.last_payment_error.code) == (
        "requires_payment_method", "payment_intent_authentication_failure")


def test_refunds(sdk):
    intent = pay(amount=2000)
    part = stripe.Refund.create(payment_intent=intent.id, amount=500, reason="requested_by_customer")
    charge = charge_of(stripe.PaymentIntent.retrieve(intent.id))
    assert (part.status, part.charge, charge.amount_refunded, charge.refunded) == ("succeeded", charge.id, 500, False)
    assert [one.id for one in refunds_of(charge).data] == [part.id]
    rest = stripe.Refund.create(charge=charge.id)
    charge = stripe.Charge.retrieve(charge.id)
    assert (rest.amount, charge.amount_refunded, charge.refunded) == (1500, 2000, True)
    assert [one.id for one in refunds_of(charge).data] == [rest.id, part.id]
    error = refused(stripe.error.InvalidRequestError, stripe.Refund.create, charge=charge.id)
    assert (error.http_status, error.code) == (400, "charge_already_refunded")


@of_2020
def test_the_list_of_refunds_makes_and_lists_them(sdk):
    charge = charge_of(pay())
    made = charge.refunds.create(amount=700)
    assert (made.charge, [one.id for one in charge.refunds.list()]) == (charge.id, [made.id])
    assert stripe.Charge.retrieve(charge.id).refunds.total_count == 1


def test_capture_later(sdk):
    held = pay(amount=5000, capture_method="manual")
    assert (held.status, held.amount_capturable, charge_of(held).captured) == ("requires_capture", 5000, False)
    held.capture(amount_to_capture=3000)
    charge = charge_of(held)
    assert (held.status, held.amount_received) == ("succeeded", 3000)
    assert (charge.captured, charge.amount, charge.amount_refunded) == (True, 5000, 2000)
    held = pay(capture_method="manual")
    assert held.cancel(cancellation_reason="abandoned").status == "canceled"
    error = refused(stripe.error.InvalidRequestError, stripe.PaymentIntent.capture, held.id)
    assert error.code == "payment_intent_unexpected_state"
    if IS_OF_2020:
        assert error.error.payment_intent["charges"]["data"][0]["refunded"] is True


def test_a_charge_of_a_token(sdk):
    charge = stripe.Charge.create(amount=2000, currency="usd", source="tok_visa", description="A lamp")
    assert (charge.paid, charge.status, charge.payment_intent) == (True, "succeeded", None)
    assert list(refunds_of(charge).data) == []
    held = stripe.Charge.create(amount=2000, currency="usd", source=stripe.Token.create(card=card()).id, capture=False)
    assert held.captured is False and held.capture(amount=1200).amount_captured == 1200
    error = refused(stripe.error.CardError, stripe.Charge.create, amount=2000, currency="usd", source="tok_chargeDeclined")
    assert (error.code, error.error.decline_code) == ("card_declined", "generic_decline")
    assert stripe.Charge.retrieve(error.error.charge).failure_code == "card_declined"


def test_a_customer_with_a_source(sdk):
    customer = stripe.Customer.create(email="ada@example.com", source="tok_visa")
    charge = stripe.Charge.create(amount=2000, currency="usd", customer=customer.id)
    assert (charge.paid, charge.customer) == (True, customer.id)


def test_lists_turn_their_pages(sdk):
    customer = stripe.Customer.create()
    ids = [stripe.PaymentIntent.create(amount=1000 + n, currency="usd", customer=customer.id).id for n in range(7)][::-1]
    pages = stripe.PaymentIntent.list(customer=customer.id, limit=3)
    assert ([one.id for one in pages.data], pages.has_more) == (ids[:3], True)
    assert [one.id for one in pages.auto_paging_iter()] == ids
    before = stripe.PaymentIntent.list(customer=customer.id, limit=3, ending_before=ids[-1])
    assert [one.id for one in before.auto_paging_iter()] == ids[:-1][::-1]
    assert [one.id for one in pages.next_page().data] == ids[3:6]


def test_an_idempotency_key_is_replayed(sdk):
    key = word()
    first, second = pay(idempotency_key=key), pay(idempotency_key=key)
    assert second == first and second.last_response.headers["Idempotent-Replayed"] == "true"
    error = refused(stripe.error.IdempotencyError, pay, amount=2001, idempotency_key=key)
    assert error.http_status == 400


def test_a_checkout_session(sdk):
    data = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Tea"}}
    inline = {"name": "Tea", "description": "In tins", "amount": 500, "currency": "usd", "quantity": 2}
    session = stripe.checkout.Session.create(
        mode="payment", payment_method_types=["card"], success_url=THANKS, cancel_url=THANKS,
        line_items=[inline if IS_OF_2020 else {"price_data": data, "quantity": 2}])
    assert (session.amount_total, session.payment_status) == (1000, "unpaid")
    if IS_OF_2020:
        assert stripe.PaymentIntent.retrieve(session.payment_intent).status == "requires_payment_method"
    else:
        assert session.payment_intent is None
        error = refused(stripe.error.InvalidRequestError, stripe.checkout.Session.create, mode="payment",
                        success_url=THANKS, cancel_url=THANKS, line_items=[inline])
        assert error.param == "line_items[0][name]"
    assert press(session)["payment_status"] == "paid"
    done = stripe.checkout.Session.retrieve(session.id, expand=["payment_intent"])
    assert done.payment_status == "paid" and charge_of(done.payment_intent).amount == 1000
    assert session.payment_intent in (None, done.payment_intent.id)
    # In 2020 a session always made a customer; later it did so only if it needed one.
    assert (done.customer is not None) == IS_OF_2020
    assert [one.description for one in stripe.checkout.Session.list_line_items(session.id)] == ["Tea"]


def test_a_webhook_passes_the_verifier(receiver):
    endpoint = stripe.WebhookEndpoint.create(
        url=receiver.url(), enabled_events=["payment_intent.succeeded"], api_version=VERSION)
    secret = endpoint.secret
    try:
        intent = pay()
        sent = receiver.wait(lambda event: event["data"]["object"]["id"] == intent.id, "of the payment")
    finally:
        endpoint.delete()
    signature = sent.headers["stripe-signature"]
    event = stripe.Webhook.construct_event(sent.body, signature, secret)
    assert (event.type, event.api_version, event.data.object.object) == ("payment_intent.succeeded", VERSION, "payment_intent")
    assert charge_of(event.data.object).paid is True
    changed = sent.body.replace(b'"amount": 2000', b'"amount": 1')
    assert changed != sent.body
    for body, key in ((changed, secret), (sent.body, "whsec_of_somebody_else")):
        refused(stripe.error.SignatureVerificationError, stripe.Webhook.construct_event, body, signature, key)
    stored = stripe.Event.retrieve(event.id)
    assert charge_of(stored.data.object).id == charge_of(intent).id


def test_errors_have_their_classes(sdk):
    error = refused(stripe.error.InvalidRequestError, stripe.PaymentIntent.create, amount=2000)
    assert (error.http_status, error.code, error.param) == (400, "parameter_missing", "currency")
    error = refused(stripe.error.InvalidRequestError, stripe.PaymentIntent.retrieve, "pi_missing")
    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "intent")
    error = refused(stripe.error.AuthenticationError, stripe.Customer.list, api_key="sk_test_ThisIsNotAKeyOfThisServer1234")
    assert (error.http_status, error.request_id is not None) == (401, True)
    error = refused(stripe.error.PermissionError, stripe.Customer.list, stripe_account="acct_1NoAccessToThisOne")
    assert error.http_status == 403
