"""Webhook endpoints, and real webhooks that the SDK's own verifier accepts."""

import base64
import hashlib
import hmac
import re
import time

import pytest
import stripe

import server
from shop import events_of, fresh, pay, plain


def _of(intent_id, kind="payment_intent.succeeded"):
    return lambda event: event["type"] == kind and event["data"]["object"]["id"] == intent_id


def test_create_shows_the_secret_once(receiver, endpoint):
    made = endpoint(["payment_intent.succeeded"], description="Orders", metadata={"a": "1"})
    assert made.object == "webhook_endpoint" and made.id.startswith("we_")
    assert re.fullmatch(r"whsec_[A-Za-z0-9]{32}", made.secret)
    assert (made.url, made.status, made.livemode) == (receiver.url(), "enabled", False)
    assert (list(made.enabled_events), made.description) == (["payment_intent.succeeded"], "Orders")
    read = plain(stripe.WebhookEndpoint.retrieve(made.id))
    assert "secret" not in read
    assert read == {k: v for k, v in plain(made).items() if k != "secret"}


def test_change_and_list(endpoint):
    made = endpoint(["charge.succeeded"])
    changed = stripe.WebhookEndpoint.modify(
        made.id, enabled_events=["charge.succeeded", "charge.failed"], disabled=True, metadata={"b": "2"})
    assert sorted(changed.enabled_events) == ["charge.failed", "charge.succeeded"]
    assert (changed.status, plain(changed.metadata)) == ("disabled", {"b": "2"})
    assert "secret" not in plain(changed)
    assert stripe.WebhookEndpoint.modify(made.id, disabled=False).status == "enabled"
    listed = list(stripe.WebhookEndpoint.list(limit=100).auto_paging_iter())
    assert made.id in [e.id for e in listed]
    assert all("secret" not in plain(e) for e in listed)


def test_delete(endpoint):
    made = endpoint(["*"])
    gone = stripe.WebhookEndpoint.delete(made.id)
    assert (gone.id, gone.deleted) == (made.id, True)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.WebhookEndpoint.retrieve(made.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


@pytest.mark.parametrize("params, param", [
    ({"url": "not a url", "enabled_events": ["*"]}, "url"),
    ({"url": "ftp://127.0.0.1/hook", "enabled_events": ["*"]}, "url"),
    ({"url": "http://127.0.0.1:9/hook"}, "enabled_events"),
    ({"url": "http://127.0.0.1:9/hook", "enabled_events": ["payment_intent.exploded"]}, "enabled_events"),
])
def test_wrong_endpoints_are_refused(sdk, params, param):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.WebhookEndpoint.create(**params)
    assert caught.value.http_status == 400
    assert caught.value.param.split("[")[0] == param


def test_a_webhook_passes_the_sdks_verifier(receiver, endpoint):
    made = endpoint(["payment_intent.succeeded"])
    intent = pay(metadata={"order_id": fresh()})
    delivery = receiver.wait(_of(intent.id), "of the payment")
    event = stripe.Webhook.construct_event(delivery.body, delivery.headers["stripe-signature"], made.secret)
    assert event.type == "payment_intent.succeeded"
    assert event.data.object["id"] == intent.id
    assert event.data.object["metadata"]["order_id"] == intent.metadata["order_id"]
    stored = events_of(intent.id, intent.created)[-1]
    assert event.id == stored["id"]
    assert delivery.event["data"] == stored["data"]
    assert delivery.headers["content-type"].startswith("application/json")
    assert delivery.body.startswith(b'{\n  "')


def test_a_changed_body_or_secret_fails_the_verifier(receiver, endpoint):
    made = endpoint(["payment_intent.succeeded"])
    intent = pay()
    delivery = receiver.wait(_of(intent.id), "of the payment")
    signature = delivery.headers["stripe-signature"]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(
            delivery.body.replace(b'"amount": 2000', b'"amount": 1'), signature, made.secret)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(delivery.body, signature, "whsec_" + "A" * 32)


def test_the_signature_by_hand(receiver, endpoint):
    made = endpoint(["payment_intent.succeeded"])
    intent = pay()
    delivery = receiver.wait(_of(intent.id), "of the payment")
    parts = dict(p.split("=", 1) for p in delivery.headers["stripe-signature"].split(","))
    assert abs(time.time() - int(parts["t"])) < 300
    message = parts["t"].encode() + b"." + delivery.body
    assert parts["v1"] == hmac.new(made.secret.encode(), message, hashlib.sha256).hexdigest()


def test_the_standard_webhooks_headers(receiver, endpoint):
    made = endpoint(["payment_intent.succeeded"])
    intent = pay()
    delivery = receiver.wait(_of(intent.id), "of the payment")
    message_id, timestamp = delivery.headers["webhook-id"], delivery.headers["webhook-timestamp"]
    assert message_id and abs(time.time() - int(timestamp)) < 300
    key = base64.b64decode(made.secret[len("whsec_"):])
    assert len(key) == 24
    message = f"{message_id}.{timestamp}.".encode() + delivery.body
    expected = "v1," + base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
    assert expected in delivery.headers["webhook-signature"].split(" ")


def test_only_the_chosen_types_arrive(receiver, endpoint):
    endpoint(["payment_intent.succeeded"], path="/chosen")
    first, second = pay(), pay()
    for intent in (first, second):
        receiver.wait(_of(intent.id), "of a payment", path="/chosen")
    assert {d.event["type"] for d in receiver.arrived("/chosen")} == {"payment_intent.succeeded"}


def test_a_star_means_every_type(receiver, endpoint):
    endpoint(["*"], path="/all")
    intent = pay()
    for kind in ("payment_intent.created", "payment_intent.succeeded"):
        receiver.wait(_of(intent.id, kind), kind, path="/all")
    receiver.wait(_of(intent.latest_charge, "charge.succeeded"), "charge.succeeded", path="/all")


def test_a_disabled_endpoint_gets_nothing(receiver, endpoint):
    off = endpoint(["payment_intent.succeeded"], path="/off")
    stripe.WebhookEndpoint.modify(off.id, disabled=True)
    endpoint(["payment_intent.succeeded"], path="/on")
    untold = pay()
    # The deliveries of one event are planned together, so that none to the other endpoint is planned after this.
    receiver.wait(_of(untold.id), "on the enabled endpoint", path="/on")
    stripe.WebhookEndpoint.modify(off.id, disabled=False)
    told = pay()
    receiver.wait(_of(told.id), "on the endpoint that is enabled again", path="/off")
    assert {d.event["data"]["object"]["id"] for d in receiver.arrived("/off")} == {told.id}


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_bad_endpoint_does_not_delay_a_good_one(receiver, endpoint, status):
    receiver.status_by_path["/bad"] = status
    endpoint(["payment_intent.succeeded"], path="/bad")
    endpoint(["payment_intent.succeeded"], path="/good")
    intent = pay()
    receiver.wait(_of(intent.id), "on the good endpoint", path="/good")
    receiver.wait(_of(intent.id), "on the bad endpoint", path="/bad")
    # Whatever the schedule of this server is, waiting for another try or given up: it did not succeed.
    event_id = events_of(intent.id, intent.created)[-1]["id"]
    failed = stripe.Event.list(created={"gte": intent.created}, delivery_success=False, limit=100)
    assert event_id in [event.id for event in failed.data]
    later = pay()
    receiver.wait(_of(later.id), "of a later payment", path="/bad")
    assert receiver.arrived("/elsewhere") == [], "a redirect was followed"


def test_an_endpoint_speaks_its_own_version(receiver, endpoint):
    made = endpoint(["payment_intent.succeeded"], path="/old", api_version=server.VERSION_2023)
    assert made.api_version == server.VERSION_2023
    endpoint(["payment_intent.succeeded"], path="/new", api_version=server.NEWEST_VERSION)
    intent = pay()
    old = receiver.wait(_of(intent.id), "in the old version", path="/old").event
    new = receiver.wait(_of(intent.id), "in the new version", path="/new").event
    assert (old["api_version"], new["api_version"]) == (server.VERSION_2023, server.NEWEST_VERSION)
    assert "invoice" in old["data"]["object"] and "invoice" not in new["data"]["object"]
    assert old["id"] == new["id"]


def test_a_decline_is_told_too(receiver, endpoint):
    endpoint(["payment_intent.payment_failed"])
    with pytest.raises(stripe.CardError) as caught:
        pay("pm_card_visa_chargeDeclined")
    intent = caught.value.json_body["error"]["payment_intent"]
    event = receiver.wait(_of(intent["id"], "payment_intent.payment_failed"), "of the decline").event
    assert event["data"]["object"]["last_payment_error"]["code"] == "card_declined"
