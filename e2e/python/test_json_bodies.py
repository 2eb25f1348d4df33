"""JSON bodies: the same parameters, the same objects, the same `param` paths as a form body."""

import pytest

import wire
from cards import card
from shop import fresh

pytestmark = pytest.mark.raw


def _payment(**more):
    return {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
            "payment_method_types": ["card"], **more}


def test_a_payment(sdk):
    order = fresh()
    answer = wire.post_json("/v1/payment_intents", _payment(
        description="JSON", metadata={"order_id": order}, expand=["latest_charge"],
        shipping={"name": "J", "address": {"line1": "1 Main St"}}))
    assert answer.status == 200, answer.body
    assert answer.json["status"] == "succeeded"
    assert answer.json["metadata"] == {"order_id": order}
    assert answer.json["shipping"]["address"]["line1"] == "1 Main St"
    assert answer.json["latest_charge"]["object"] == "charge"


def test_the_same_object_as_from_a_form(sdk):
    form = wire.post("/v1/customers", {"name": "Same", "metadata": {"a": "1"}}).json
    json = wire.post_json("/v1/customers", {"name": "Same", "metadata": {"a": "1"}}).json
    assert set(form) == set(json)
    changing = ("id", "created", "invoice_prefix")
    assert {k: v for k, v in form.items() if k not in changing} == {
        k: v for k, v in json.items() if k not in changing}


def test_numbers_may_be_strings(sdk):
    assert wire.post_json("/v1/payment_intents", _payment(amount="2000")).json["amount"] == 2000


def test_null_unsets(sdk):
    customer = wire.post_json("/v1/customers", {"name": "Named"}).json
    changed = wire.post_json(f"/v1/customers/{customer['id']}", {"name": None})
    assert (changed.status, changed.json["name"]) == (200, None)


def test_unicode_survives_in_both_styles(sdk):
    name = "Zoë Ångström 東京 🎟"
    assert wire.post_json("/v1/customers", {"name": name}).json["name"] == name
    assert wire.post("/v1/customers", {"name": name}).json["name"] == name


@pytest.mark.parametrize("params, status, code, param", [
    (_payment(amount=20.5), 400, "parameter_invalid_integer", "amount"),
    (_payment(amount="many"), 400, "parameter_invalid_integer", "amount"),
    (_payment(colour="green"), 400, "parameter_unknown", "colour"),
    (_payment(shipping={"name": "J", "address": {"planet": "Earth"}}), 400,
     "parameter_unknown", "shipping[address][planet]"),
    (_payment(customer="cus_missing"), 400, "resource_missing", "customer"),
    ({"amount": 2000}, 400, "parameter_missing", "currency"),
])
def test_the_same_param_paths(sdk, params, status, code, param):
    for answer in (wire.post_json("/v1/payment_intents", params), wire.post("/v1/payment_intents", params)):
        assert (answer.status, answer.error.get("code"), answer.error.get("param")) == (status, code, param)


def test_a_list_where_an_object_belongs(sdk):
    answer = wire.post_json("/v1/payment_intents", _payment(shipping=["x"]))
    assert answer.status == 400
    assert answer.error["param"].startswith("shipping")


def test_a_wrong_raw_card(sdk):
    params = {"amount": 2000, "currency": "usd", "confirm": True, "payment_method_types": ["card"],
              "payment_method_data": {"type": "card", "card": card(number="4242424242424241")}}
    answer = wire.post_json("/v1/payment_intents", params)
    assert (answer.status, answer.error["type"], answer.error["code"]) == (402, "card_error", "incorrect_number")


@pytest.mark.parametrize("body", [
    b'{"amount": 2000,', b'{"amount": 2000,,}', b'{amount: 2000}', b'[1, 2', b'{"a": 1} trailing', b'{"a": NaN}'])
def test_malformed_json_is_located(sdk, body):
    answer = wire.post_json("/v1/payment_intents", body)
    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")
    assert any(c.isdigit() for c in answer.error["message"]), "the message has no position"


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"true"])
def test_a_body_that_is_no_object(sdk, body):
    answer = wire.post_json("/v1/payment_intents", body)
    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")


def test_a_key_given_twice(sdk):
    body = b'{"amount": 2000, "amount": 1, "currency": "usd"}'
    answer = wire.post_json("/v1/payment_intents", body)
    assert (answer.status, answer.error["type"], answer.error["param"]) == (
        400, "invalid_request_error", "amount")
