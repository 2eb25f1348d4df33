"""Idempotency keys: replay, mismatch, what is remembered and what is not, and a race."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

import wire
from shop import error_of, fresh, new_customer, pay, plain


def test_a_replay_gives_the_first_answer(sdk):
    key, order = fresh("key"), fresh()
    first = pay(metadata={"order_id": order}, idempotency_key=key)
    second = pay(metadata={"order_id": order}, idempotency_key=key)
    assert plain(second) == plain(first)
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.request_id
    assert second.last_response.request_id != first.last_response.request_id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(stripe.Charge.list(payment_intent=first.id).data) == 1


def test_a_replay_shows_the_answer_of_then(customer):
    key = fresh("key")
    first = stripe.PaymentIntent.create(
        amount=2000, currency="usd", payment_method_types=["card"], idempotency_key=key)
    stripe.PaymentIntent.cancel(first.id)
    replayed = stripe.PaymentIntent.create(
        amount=2000, currency="usd", payment_method_types=["card"], idempotency_key=key)
    assert (replayed.id, replayed.status) == (first.id, "requires_payment_method")


def test_other_parameters_are_refused(sdk):
    key = fresh("key")
    customer = new_customer()
    pay(amount=2000, customer=customer.id, idempotency_key=key)
    with pytest.raises(stripe.IdempotencyError) as caught:
        pay(amount=2001, customer=customer.id, idempotency_key=key)
    assert caught.value.http_status == 400
    assert error_of(caught)["type"] == "idempotency_error"
    assert key in caught.value.user_message
    assert caught.value.user_message.startswith(
        "Keys for idempotent requests can only be used with the same parameters they were first used with.")
    assert len(stripe.PaymentIntent.list(customer=customer.id).data) == 1


def test_another_endpoint_is_refused(sdk):
    key = fresh("key")
    stripe.Customer.create(idempotency_key=key)
    with pytest.raises(stripe.IdempotencyError):
        stripe.SetupIntent.create(idempotency_key=key)


def test_a_decline_is_remembered(sdk):
    key = fresh("key")
    seen = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as caught:
            pay("pm_card_visa_chargeDeclined", idempotency_key=key)
        seen.append(caught.value)
    first, second = seen
    assert second.json_body["error"]["charge"] == first.json_body["error"]["charge"]
    assert second.headers["Idempotent-Replayed"] == "true"
    intent_id = first.json_body["error"]["payment_intent"]["id"]
    assert len(stripe.Charge.list(payment_intent=intent_id).data) == 1


def test_a_parameter_error_is_not_remembered(sdk):
    key = fresh("key")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(amount="many", idempotency_key=key)
    assert caught.value.param == "amount"
    assert pay(amount=2000, idempotency_key=key).status == "succeeded"


def test_a_refund_happens_once(sdk):
    intent, key = pay(), fresh("key")
    first = stripe.Refund.create(payment_intent=intent.id, amount=500, idempotency_key=key)
    second = stripe.Refund.create(payment_intent=intent.id, amount=500, idempotency_key=key)
    assert second.id == first.id
    assert stripe.Charge.retrieve(intent.latest_charge).amount_refunded == 500


def test_without_a_key_nothing_is_replayed(sdk):
    one, two = pay(), pay()
    assert one.id != two.id


@pytest.mark.raw
def test_a_key_that_is_too_long_is_refused(sdk):
    answer = wire.post("/v1/customers", {}, headers={"Idempotency-Key": "k" * 256})
    assert answer.status == 400
    assert wire.post("/v1/customers", {}, headers={"Idempotency-Key": fresh() + "k" * 200}).status == 200


@pytest.mark.raw
def test_a_form_and_a_json_body_with_the_same_parameters_are_the_same_request(sdk):
    headers = {"Idempotency-Key": fresh("key")}
    params = {"name": "Same", "metadata": {"a": "1"}}
    first = wire.post("/v1/customers", params, headers=headers)
    second = wire.post_json("/v1/customers", params, headers=headers)
    assert (first.status, second.status) == (200, 200)
    assert second.json["id"] == first.json["id"]


@pytest.mark.raw
def test_a_race_on_one_key_pays_once(sdk):
    customer = new_customer()
    params = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
              "payment_method_types": ["card"], "customer": customer.id}
    headers = {"Idempotency-Key": fresh("key")}
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: wire.post("/v1/payment_intents", params, headers=headers), range(24)))
    good = [a for a in answers if a.status == 200]
    assert good and len({a.json["id"] for a in good}) == 1
    for refused in (a for a in answers if a.status != 200):
        assert (refused.status, refused.error["code"]) == (409, "idempotency_key_in_use")
    assert len(stripe.PaymentIntent.list(customer=customer.id).data) == 1
    assert len(stripe.Charge.list(customer=customer.id).data) == 1
