"""The simple front door: an amount, a currency and an order; then one of three words, by asking and by webhook."""

from __future__ import annotations

import threading
from urllib.parse import quote

import pytest
import stripe

import server
import wire
from challenge import fetch
from checkout import DECLINED, GOOD, Page
from front import PAYMENTS, TOLD, again, ask, asked, standing
from own import needs_binary, other_account, running
from plain import DEV_KEY
from shop import events_of, fresh, types

pytestmark = pytest.mark.raw

INVALID = "invalid_request_error"
MEMBERS = {
    "id", "object", "amount", "amount_refunded", "created", "currency", "customer_email", "declines", "description", "expires_at",
    "livemode", "order_id", "payment_intent", "qr_svg_url", "result", "status", "url",
}


def of_order(order):
    """The answer to the question for an order."""
    return wire.get(PAYMENTS, {"order_id": order})


def act(payment, verb, **params):
    """Cancels or refunds."""
    return wire.post(f"{PAYMENTS}/{payment['id']}/{verb}", params)


def press(payment, number=GOOD):
    """The buyer presses the button of the page; gives the HTTP status."""
    return Page(payment["id"]).pay(number).status


def charges(payment):
    """The charges that took money for a payment."""
    intent = again(payment)["payment_intent"]
    found = wire.get("/v1/charges", {"payment_intent": intent}).json["data"]
    return [charge for charge in found if charge["paid"]]


def refused(answer, status, code, param):
    """The request was refused, and the answer says why."""
    assert (answer.status, answer.error["type"]) == (status, INVALID), answer.body
    assert answer.error["message"]
    assert (answer.error.get("code"), answer.error.get("param")) == (code, param), answer.body


# Asking


def test_three_values_make_a_payment(sdk):
    order = fresh()
    made = asked(order_id=order)
    assert set(made) == MEMBERS
    assert standing(made) == ("awaiting", "waiting")
    for member, value in {
        "object": "florin.payment", "amount": 1500, "amount_refunded": 0, "currency": "eur", "customer_email": None, "declines": 0,
        "description": order, "livemode": False, "order_id": order, "payment_intent": None,
    }.items():
        assert made[member] == value, member
    assert made["expires_at"] == made["created"] + 24 * 3600
    assert made["url"] == f"{server.URL}/c/pay/{made['id']}"
    page = fetch("GET", made["url"])
    assert page.status == 200 and order in page.text


def test_a_form_asks_as_well_as_json(sdk):
    order = fresh()
    sent = {"amount": 1200, "currency": "JPY", "order_id": order, "description": "Two tickets",
            "customer_email": "ada@example.com", "locale": "de", "methods": ["card"]}
    by_form = wire.post(PAYMENTS, sent)
    assert by_form.status == 200, by_form.body
    assert (by_form.json["currency"], by_form.json["description"]) == ("jpy", "Two tickets")
    assert by_form.json["customer_email"] == "ada@example.com"
    by_json = wire.post_json(PAYMENTS, sent)
    assert (by_json.status, by_json.json) == (200, by_form.json)


def test_the_same_order_is_the_same_payment(sdk):
    first = asked()
    for _ in range(2):
        assert asked(order_id=first["order_id"]) == first
    answers = []
    order = fresh()
    servers = [threading.Thread(target=lambda: answers.append(asked(order_id=order)["id"])) for _ in range(6)]
    for each in servers:
        each.start()
    for each in servers:
        each.join()
    assert len(answers) == 6 and len(set(answers)) == 1


@pytest.mark.parametrize("other", [{"amount": 1600}, {"currency": "usd"}], ids=["amount", "currency"])
def test_an_order_that_stands_has_one_amount(sdk, other):
    first = asked()
    taken = ask(order_id=first["order_id"], **other)
    refused(taken, 409, "order_taken", "order_id")
    for text in (first["order_id"], first["id"], "€15.00"):
        assert text in taken.error["message"]
    assert taken.headers["stripe-should-retry"] == "false"
    assert of_order(first["order_id"]).json == first
    # Also when it is paid.
    assert press(first) == 200
    refused(ask(order_id=first["order_id"], **other), 409, "order_taken", "order_id")
    assert asked(order_id=first["order_id"])["id"] == first["id"]


@pytest.mark.parametrize("path", [f"{PAYMENTS}/:id/cancel", "/v1/checkout/sessions/:id/expire"], ids=["canceled", "expired"])
def test_an_order_that_ended_unpaid_can_be_asked_for_anew(sdk, path):
    first = asked()
    assert wire.post(path.replace(":id", first["id"])).status == 200
    assert again(first)["result"] == "declined"
    second = asked(order_id=first["order_id"], amount=2500, currency="usd")
    assert second["id"] != first["id"] and second["amount"] == 2500
    assert of_order(first["order_id"]).json == second
    assert again(first)["amount"] == 1500
    assert Page(first["id"]).pay().status == 409
    assert press(second) == 200


def test_a_payment_is_found_by_its_id_and_by_its_order(sdk):
    # An order is any text of the merchant's.
    order = f"A/17 ü&=? {fresh()}"
    made = asked(order_id=order)
    assert again(made) == made
    assert of_order(order).json == made
    missing = of_order(fresh("nothing"))
    refused(missing, 404, "resource_missing", "order_id")
    refused(wire.get(PAYMENTS), 400, "parameter_missing", "order_id")


def test_what_is_no_payment_of_the_front_door_is_not_found(sdk):
    plain = {"mode": "payment", "success_url": "https://shop.example/", "line_items": [
        {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Tea"}}}]}
    session = wire.post("/v1/checkout/sessions", plain).json
    for found in (session, {"id": "cs_test_nothing"}, {"id": "pi_1"}):
        refused(wire.get(f"{PAYMENTS}/{found['id']}"), 404, "resource_missing", "payment")
        for verb in ("cancel", "refund"):
            refused(act(found, verb), 404, "resource_missing", "payment")
    assert wire.get(f"/v1/checkout/sessions/{session['id']}").json["status"] == "open"


def test_a_payment_is_a_session_like_any_other(sdk):
    made = asked(description="Two tickets", return_url="https://shop.example/back?from=florin#top")
    session = wire.get(f"/v1/checkout/sessions/{made['id']}", {"expand": ["line_items"]}).json
    assert (session["status"], session["amount_total"], session["client_reference_id"]) == ("open", 1500, made["order_id"])
    back = f"https://shop.example/back?from=florin&order_id={made['order_id']}&payment={{CHECKOUT_SESSION_ID}}#top"
    assert (session["success_url"], session["cancel_url"]) == (back, back)
    line = session["line_items"]["data"][0]
    assert (line["description"], line["amount_total"], line["price"]) == ("Two tickets", 1500, None)
    assert press(made) == 200
    intent = wire.get(f"/v1/payment_intents/{again(made)['payment_intent']}").json
    assert (intent["amount_received"], intent["metadata"]) == (1500, {"order_id": made["order_id"]})


def test_a_request_that_is_repeated_is_answered_with_the_same_bytes(sdk):
    key = {"Idempotency-Key": fresh("key")}
    sent = {"amount": 1500, "currency": "eur", "order_id": fresh()}
    first, second = (wire.post_json(PAYMENTS, sent, headers=key) for _ in range(2))
    assert (first.status, second.status, first.body) == (200, 200, second.body)
    assert second.headers["idempotent-replayed"] == "true"
    other = wire.post_json(PAYMENTS, {**sent, "order_id": fresh()}, headers=key)
    assert (other.status, other.error["type"]) == (400, "idempotency_error")


# Paying, giving up, giving back


def test_a_decline_is_told_and_the_next_card_pays(sdk):
    made = asked()
    assert press(made, DECLINED) == 402
    assert standing(again(made)) == ("declined", "declined")
    assert press(made, DECLINED) == 402
    assert again(made)["declines"] == 2
    # The order stands, and its page is open.
    assert asked(order_id=made["order_id"])["id"] == made["id"]
    assert press(made) == 200
    paid = again(made)
    assert standing(paid) == ("paid", "successful")
    assert paid["customer_email"] == "ada@example.com" and paid["payment_intent"].startswith("pi_")
    assert len(charges(made)) == 1
    assert types(events_of(made["id"], made["created"])) == [TOLD, TOLD, "checkout.session.completed", TOLD]


def test_what_is_given_up_takes_no_money(sdk):
    made = asked()
    first, second = act(made, "cancel"), act(made, "cancel")
    assert (first.status, standing(first.json)) == (200, ("canceled", "declined"))
    assert (second.status, second.json) == (200, first.json)
    assert again(made) == first.json
    assert Page(made["id"]).pay().status == 409
    refused(act(made, "refund"), 400, None, None)
    assert types(events_of(made["id"], made["created"])) == ["checkout.session.expired", TOLD]


def test_money_goes_back_in_parts_and_whole(sdk):
    made = asked()
    refused(act(made, "refund"), 400, None, None)
    assert press(made) == 200
    some = act(made, "refund", amount=500)
    assert (some.status, some.json["amount_refunded"], standing(some.json)) == (200, 500, ("paid", "successful"))
    refused(act(made, "refund", amount=1001), 400, None, "amount")
    for wrong in ("0", "-5", "all"):
        refused(act(made, "refund", amount=wrong), 400, "parameter_invalid_integer", "amount")
    assert again(made)["amount_refunded"] == 500
    refused(act(made, "cancel"), 400, "session_complete", None)
    rest = act(made, "refund")
    assert (rest.status, rest.json["amount_refunded"], standing(rest.json)) == (200, 1500, ("refunded", "declined"))
    refused(act(made, "refund"), 400, "charge_already_refunded", None)
    refunds = wire.get("/v1/refunds", {"payment_intent": made["payment_intent"] or again(made)["payment_intent"]})
    assert sorted(refund["amount"] for refund in refunds.json["data"]) == [500, 1000]


def test_one_refund_under_one_key(sdk):
    made = asked()
    assert press(made) == 200
    key = {"Idempotency-Key": fresh("key")}
    path = f"{PAYMENTS}/{made['id']}/refund"
    first, second = (wire.post(path, {"amount": 400}, headers=key) for _ in range(2))
    assert (first.status, first.body) == (200, second.body)
    assert again(made)["amount_refunded"] == 400


def test_the_link_is_a_picture_too(sdk):
    made = asked()
    picture = wire.get(f"/c/pay/{made['id']}/qr.svg", key=None)
    assert made["qr_svg_url"] == f"{server.URL}/c/pay/{made['id']}/qr.svg"
    assert (picture.status, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert picture.body.startswith(b"<svg ") and picture.body.rstrip().endswith(b"</svg>")
    assert "default-src 'none'" in picture.headers["content-security-policy"]
    other = wire.get(f"/c/pay/{asked()['id']}/qr.svg", key=None)
    assert other.body != picture.body
    assert wire.get("/c/pay/cs_test_nothing/qr.svg", key=None).status == 404


# Refusing

# what, changed members, code, param
REFUSED = [
    ("no amount", {"amount": None}, "parameter_missing", "amount"),
    ("no currency", {"currency": None}, "parameter_missing", "currency"),
    ("no order", {"order_id": None}, "parameter_missing", "order_id"),
    ("an empty order", {"order_id": ""}, "parameter_invalid_empty", "order_id"),
    ("a blank order", {"order_id": "  "}, "parameter_missing", "order_id"),
    ("a long order", {"order_id": "x" * 201}, None, "order_id"),
    ("a card number", {"order_id": "4242424242424242"}, None, "order_id"),
    ("a card number with spaces", {"order_id": "4242 4242 4242 4242"}, None, "order_id"),
    ("NUL in an order", {"order_id": "a\x00b"}, None, "order_id"),
    ("an order of parts", {"order_id": {"a": "b"}}, None, "order_id"),
    ("a negative amount", {"amount": -1500}, "parameter_invalid_integer", "amount"),
    ("a text", {"amount": "many"}, "parameter_invalid_integer", "amount"),
    ("a fraction", {"amount": 15.5}, "parameter_invalid_integer", "amount"),
    ("an amount with a point", {"amount": "15.00"}, "parameter_invalid_integer", "amount"),
    ("too little", {"amount": 49}, "amount_too_small", "amount"),
    ("too much", {"amount": 100_000_000}, "amount_too_large", "amount"),
    ("beyond 64 bits", {"amount": "9" * 30}, "parameter_invalid_integer", "amount"),
    ("no such currency", {"currency": "zzz"}, None, "currency"),
    ("a currency in steps of ten", {"currency": "kwd", "amount": 1234}, "parameter_invalid_integer", "amount"),
    ("a long currency", {"currency": "euro"}, None, "currency"),
    ("unknown", {"colour": "green"}, "parameter_unknown", "colour"),
    ("a parameter of another door", {"metadata": {"a": "1"}}, "parameter_unknown", "metadata"),
    ("a long description", {"description": "x" * 501}, None, "description"),
    ("no mail address", {"customer_email": "nobody"}, "email_invalid", "customer_email"),
    ("no such method", {"methods": ["shells"]}, None, "methods"),
    ("no way back", {"return_url": "shop"}, "url_invalid", "return_url"),
    ("a script to go back to", {"return_url": "javascript://shop.example/%0aalert(1)"}, "url_invalid", "return_url"),
    ("no address to tell", {"webhook_url": "shop"}, "url_invalid", "webhook_url"),
    ("another protocol", {"webhook_url": "ftp://shop.example/"}, "url_invalid", "webhook_url"),
    ("the cloud's own address", {"webhook_url": "http://169.254.169.254/latest"}, "url_invalid", "webhook_url"),
    ("an address in disguise", {"webhook_url": "http://[::ffff:169.254.169.254]/"}, "url_invalid", "webhook_url"),
    ("a name and a password", {"webhook_url": "https://a:b@shop.example/"}, "url_invalid", "webhook_url"),
]


@pytest.mark.parametrize("what, changes, code, param", REFUSED, ids=[row[0] for row in REFUSED])
def test_a_wrong_request_makes_nothing(sdk, what, changes, code, param):
    def newest():
        paths = ("/v1/checkout/sessions", "/v1/webhook_endpoints", "/v1/prices", "/v1/products")
        return [wire.get(path, {"limit": 1}).json["data"] for path in paths]

    order = fresh()
    sent = {"amount": 1500, "currency": "eur", "order_id": order, **changes}
    before = newest()
    answer = wire.post_json(PAYMENTS, {name: value for name, value in sent.items() if value is not None})
    assert (answer.status, answer.error["type"]) == (400, INVALID), answer.body
    assert answer.error["message"] and answer.error.get("param") == param, answer.body
    assert answer.error.get("code") == code, answer.body
    assert "4242424242424242" not in answer.body.decode()
    assert newest() == before
    assert of_order(order).status == 404


def test_bodies_that_are_no_bodies(sdk):
    for body in (b"{", b"[]", b"\xff", b'"text"'):
        assert wire.post_json(PAYMENTS, body).status == 400, body
    assert wire.send("DELETE", f"{PAYMENTS}/{asked()['id']}").status == 404


def test_a_browser_has_no_business_here(sdk):
    made = asked()
    key = server.PUBLISHABLE_KEY
    for answer in (
        wire.post(PAYMENTS, {"amount": 1500, "currency": "eur", "order_id": fresh()}, key=key),
        wire.get(PAYMENTS, {"order_id": made["order_id"]}, key=key),
        wire.get(f"{PAYMENTS}/{made['id']}", key=key),
        wire.post(f"{PAYMENTS}/{made['id']}/cancel", key=key),
        wire.post(f"{PAYMENTS}/{made['id']}/refund", key=key),
    ):
        refused(answer, 403, "secret_key_required", None)
        assert made["id"] not in answer.body.decode()
    for answer in (wire.get(f"{PAYMENTS}/{made['id']}", key=None), wire.post(f"{PAYMENTS}/{made['id']}/cancel", key=None)):
        assert answer.status == 401
    assert again(made) == made


@needs_binary
def test_another_account_has_orders_of_its_own(sdk, monkeypatch, tmp_path):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        other = other_account(data)
        first = wire.post(PAYMENTS, {"amount": 1500, "currency": "eur", "order_id": "A-17"}, key=DEV_KEY)
        assert first.status == 200
        path = f"{PAYMENTS}/{first.json['id']}"
        refused(wire.get(path, key=other), 404, "resource_missing", "payment")
        refused(wire.get(PAYMENTS, {"order_id": "A-17"}, key=other), 404, "resource_missing", "order_id")
        for verb in ("cancel", "refund"):
            refused(wire.post(f"{path}/{verb}", key=other), 404, "resource_missing", "payment")
        second = wire.post(PAYMENTS, {"amount": 9900, "currency": "usd", "order_id": "A-17"}, key=other)
        assert second.status == 200 and second.json["id"] != first.json["id"]
        assert wire.get(path, key=DEV_KEY).json == first.json


# Telling


def of(payment, result):
    """Whether an event tells this result of a payment."""
    return lambda event: (event["data"]["object"]["id"], event["data"]["object"]["result"]) == (payment["id"], result)


def test_the_webhook_tells_each_turn_and_passes_the_verifier(receiver, told):
    made = asked(webhook_url=told)
    secret = made.pop("webhook_secret")
    assert secret.startswith("whsec_") and set(made) == MEMBERS
    assert press(made, DECLINED) == 402
    receiver.wait(of(made, "declined"), "of the decline", path="/orders")
    assert press(made) == 200
    delivery = receiver.wait(of(made, "successful"), "of the payment", path="/orders")
    event = stripe.Webhook.construct_event(delivery.body, delivery.headers["stripe-signature"], secret)
    assert (event.type, event.livemode) == (TOLD, False)
    paid = again(made)
    assert delivery.event["data"]["object"] == paid
    assert (paid["order_id"], standing(paid)) == (made["order_id"], ("paid", "successful"))
    with pytest.raises(stripe.SignatureVerificationError):
        changed = delivery.body.replace(b'"paid"', b'"free"')
        assert changed != delivery.body
        stripe.Webhook.construct_event(changed, delivery.headers["stripe-signature"], secret)
    turns = [d.event["data"]["object"]["status"] for d in receiver.arrived("/orders")]
    assert set(turns) == {"declined", "paid"}
    assert {d.event["type"] for d in receiver.arrived("/orders")} == {TOLD}


def test_a_payment_that_is_given_up_is_told(receiver, told):
    made = asked(webhook_url=told)
    assert act(made, "cancel").status == 200
    delivery = receiver.wait(of(made, "declined"), "of the end", path="/orders")
    assert delivery.event["data"]["object"]["status"] == "canceled"
    event = stripe.Webhook.construct_event(
        delivery.body, delivery.headers["stripe-signature"], made["webhook_secret"])
    assert event.data.object["order_id"] == made["order_id"]


def test_the_secret_of_an_address_is_shown_once(receiver, told):
    order, key = fresh(), {"Idempotency-Key": fresh("key")}
    sent = {"amount": 1500, "currency": "eur", "order_id": order, "webhook_url": told}
    first = wire.post_json(PAYMENTS, sent, headers=key)
    assert first.json["webhook_secret"]
    # Only the same request under the same key is answered with it again.
    assert wire.post_json(PAYMENTS, sent, headers=key).body == first.body
    for answer in (wire.post_json(PAYMENTS, sent), of_order(order), ask(webhook_url=told)):
        assert answer.status == 200 and "webhook_secret" not in answer.json, answer.body
    endpoints = [e for e in wire.get("/v1/webhook_endpoints", {"limit": 100}).json["data"] if e["url"] == told]
    assert len(endpoints) == 1 and "secret" not in endpoints[0]
    assert endpoints[0]["enabled_events"] == [TOLD]


def test_an_order_that_stands_keeps_the_address_that_it_tells(receiver, told):
    silent, heard = asked(), asked(webhook_url=told)
    for made, url in ((silent, told), (heard, receiver.url("/elsewhere-orders"))):
        refused(ask(order_id=made["order_id"], webhook_url=url), 400, None, "webhook_url")
        refused(ask(order_id=made["order_id"], webhook_url="ftp://shop.example/"), 400, "url_invalid", "webhook_url")
    assert asked(order_id=heard["order_id"])["id"] == asked(order_id=heard["order_id"], webhook_url=told)["id"]
    urls = [endpoint["url"] for endpoint in wire.get("/v1/webhook_endpoints", {"limit": 100}).json["data"]]
    assert receiver.url("/elsewhere-orders") not in urls


def test_an_address_hears_of_the_payments_that_named_it(receiver, told):
    elsewhere = receiver.url("/elsewhere-orders")
    here, there, nowhere = asked(webhook_url=told), asked(webhook_url=elsewhere), asked()
    assert here["webhook_secret"] != there["webhook_secret"]
    for payment in (nowhere, there, here):
        assert press(payment) == 200
    receiver.wait(of(here, "successful"), "of the first", path="/orders")
    receiver.wait(of(there, "successful"), "of the second", path="/elsewhere-orders")
    # The deliveries of one event are planned together, so what these were told of later is not on its way any more.
    last = asked(webhook_url=told)
    assert press(last) == 200
    receiver.wait(of(last, "successful"), "of the last", path="/orders")
    heard = {path: {d.event["data"]["object"]["id"] for d in receiver.arrived(path)}
             for path in ("/orders", "/elsewhere-orders")}
    assert heard == {"/orders": {here["id"], last["id"]}, "/elsewhere-orders": {there["id"]}}


def test_an_endpoint_of_the_merchants_own_hears_of_every_order(receiver):
    sent = {"url": receiver.url("/own"), "enabled_events": [TOLD]}
    own = wire.post("/v1/webhook_endpoints", sent)
    assert own.status == 200, own.body
    try:
        made = asked()
        assert press(made) == 200
        delivery = receiver.wait(of(made, "successful"), "of the order", path="/own")
        stripe.Webhook.construct_event(delivery.body, delivery.headers["stripe-signature"], own.json["secret"])
    finally:
        wire.send("DELETE", f"/v1/webhook_endpoints/{own.json['id']}")


def test_the_buyer_comes_back_with_the_order(sdk):
    order = f"A/17 {fresh()}"
    made = asked(order_id=order, return_url="https://shop.example/back")
    done = Page(made["id"]).pay()
    assert done.status == 200
    named = quote(order, safe="")
    assert done.json["return_to"] == f"https://shop.example/back?order_id={named}&payment={made['id']}"
