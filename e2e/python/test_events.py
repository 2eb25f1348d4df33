"""Events: every transition has its own, with a stable id and a snapshot of its moment."""

import pytest
import stripe

from shop import authorise, events_of, fresh, pay, plain, types


def test_a_payment(sdk):
    intent = pay()
    of_intent = events_of(intent.id, intent.created)
    assert types(of_intent) == ["payment_intent.created", "payment_intent.succeeded"]
    assert of_intent[0]["data"]["object"]["status"] != "succeeded"
    assert of_intent[1]["data"]["object"]["status"] == "succeeded"
    assert types(events_of(intent.latest_charge, intent.created))[0] == "charge.succeeded"


def test_a_decline(sdk):
    with pytest.raises(stripe.CardError) as caught:
        pay("pm_card_visa_chargeDeclined")
    error = caught.value.json_body["error"]
    since = error["payment_intent"]["created"]
    assert types(events_of(error["payment_intent"]["id"], since)) == [
        "payment_intent.created", "payment_intent.payment_failed"]
    assert types(events_of(error["charge"], since)) == ["charge.failed"]


def test_retrieve_gives_the_listed_event(sdk):
    intent = pay()
    listed = events_of(intent.id, intent.created)[-1]
    read = plain(stripe.Event.retrieve(listed["id"]))
    for event in (listed, read):
        event.pop("pending_webhooks")
    assert read == listed
    assert read["object"] == "event" and read["id"].startswith("evt_")
    assert read["livemode"] is False and isinstance(read["api_version"], str)


def test_an_event_names_the_request_that_made_it(sdk):
    key = fresh("key")
    intent = pay(idempotency_key=key)
    for event in events_of(intent.id, intent.created):
        assert event["request"] == {"id": intent.last_response.request_id, "idempotency_key": key}


def test_a_snapshot_does_not_change_later(sdk):
    intent = stripe.PaymentIntent.create(
        amount=2000, currency="usd", payment_method_types=["card"], metadata={"step": "one"})
    stripe.PaymentIntent.modify(intent.id, metadata={"step": "two"})
    stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa")
    created, succeeded = events_of(intent.id, intent.created)
    assert created["data"]["object"]["metadata"]["step"] == "one"
    assert succeeded["data"]["object"]["metadata"]["step"] == "two"


def test_only_updates_carry_previous_attributes(customer):
    intent = pay(customer=customer.id)
    for event in events_of(intent.id, intent.created):
        assert "previous_attributes" not in event["data"]
    stripe.Customer.modify(customer.id, description="x")
    updated = events_of(customer.id, customer.created)[-1]
    assert updated["data"]["previous_attributes"] == {"description": None}


def test_filter_by_type(sdk):
    intent = pay()
    page = stripe.Event.list(type="payment_intent.succeeded", limit=1)
    assert page.url == "/v1/events"
    assert page.data[0].data.object["id"] == intent.id


def test_filter_by_several_types(sdk):
    intent = authorise(5000)
    page = stripe.Event.list(types=["payment_intent.amount_capturable_updated", "charge.failed"], limit=1)
    assert page.data[0].data.object["id"] == intent.id


def test_both_type_filters_at_once_are_refused(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Event.list(type="charge.failed", types=["charge.succeeded"])
    assert caught.value.http_status == 400


def test_pages(sdk):
    pay()
    first = stripe.Event.list(limit=2)
    second = stripe.Event.list(limit=1, starting_after=first.data[0].id)
    assert second.data[0].id == first.data[1].id


def test_a_refused_request_makes_no_event(sdk):
    newest = stripe.Event.list(type="customer.created", limit=1)
    with pytest.raises(stripe.InvalidRequestError):
        stripe.Customer.create(colour="green")
    after = stripe.Event.list(type="customer.created", limit=1)
    assert [e.id for e in after.data] == [e.id for e in newest.data]


def test_a_replayed_request_makes_no_second_event(sdk):
    key = fresh("key")
    one = stripe.Customer.create(name="Once", idempotency_key=key)
    two = stripe.Customer.create(name="Once", idempotency_key=key)
    assert one.id == two.id
    assert types(events_of(one.id, one.created)) == ["customer.created"]
