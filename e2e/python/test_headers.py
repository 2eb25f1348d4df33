"""Answer headers, the printed form of answers, and the ways to authenticate."""

import base64
import json
import re

import pytest

import server
import wire
from shop import fresh

pytestmark = pytest.mark.raw


def test_headers_of_a_post(sdk):
    key = fresh("key")
    headers = wire.post("/v1/customers", {"name": "H"}, headers={"Idempotency-Key": key}).headers
    assert re.fullmatch(r"req_[A-Za-z0-9]{14}", headers["request-id"])
    assert headers["stripe-version"] == server.NEWEST_VERSION
    assert headers["idempotency-key"] == key
    assert headers["original-request"] == headers["request-id"]
    assert headers["stripe-should-retry"] == "false"
    assert headers["content-type"].startswith("application/json")


def test_headers_of_a_get(sdk):
    headers = wire.get("/v1/customers").headers
    assert re.fullmatch(r"req_[A-Za-z0-9]{14}", headers["request-id"])
    assert "no-cache" in headers["cache-control"] and "no-store" in headers["cache-control"]
    assert headers["access-control-allow-origin"] == "*"
    assert "Request-Id" in headers["access-control-expose-headers"]
    assert "idempotency-key" not in headers


def test_headers_of_an_error(sdk):
    answer = wire.get("/v1/customers/cus_missing")
    assert answer.status == 404
    assert answer.headers["request-id"].startswith("req_")
    assert answer.headers["stripe-version"] == server.NEWEST_VERSION
    assert answer.headers["content-type"].startswith("application/json")


def test_two_requests_have_two_ids(sdk):
    one, two = wire.get("/v1/account"), wire.get("/v1/account")
    assert one.headers["request-id"] != two.headers["request-id"]


def test_answers_are_printed_with_two_spaces(sdk):
    for answer in (wire.post("/v1/customers", {"name": "P"}), wire.get("/v1/customers/cus_missing")):
        lines = answer.body.decode().splitlines()
        assert lines[0] == "{" and re.match(r'^  "[a-z]', lines[1])
        assert answer.body.decode().rstrip("\n") == json.dumps(answer.json, indent=2, ensure_ascii=False)


def test_basic_authentication(sdk):
    basic = base64.b64encode(f"{server.SECRET_KEY}:".encode()).decode()
    answer = wire.get("/v1/account", key=None, headers={"Authorization": f"Basic {basic}"})
    assert (answer.status, answer.json["object"]) == (200, "account")


@pytest.mark.parametrize("authorization", [
    None, "Bearer", "Bearer ", "Basic !!!", "Digest x", "Bearer sk_test_wrong", "Basic " + "A" * 5000])
def test_no_way_in(sdk, authorization):
    headers = {"Authorization": authorization} if authorization is not None else {}
    answer = wire.get("/v1/account", key=None, headers=headers)
    assert (answer.status, answer.error["type"]) == (401, "invalid_request_error")
    assert "www-authenticate" in answer.headers


def test_the_wrong_key_is_masked(sdk):
    answer = wire.get("/v1/account", key="sk_test_AbcdefghijklmnopqrstuvW1234")
    assert set(answer.error) == {"message", "type"}
    assert re.fullmatch(r"Invalid API Key provided: sk_test_\*+1234", answer.error["message"])


def test_a_web_page_cannot_drive_the_server(sdk):
    foreign = wire.get("/v1/account", headers={"Origin": "https://evil.example"})
    assert foreign.status in (400, 401, 403)
    rebound = wire.get("/v1/account", headers={"Host": "evil.example"})
    assert rebound.status in (400, 403, 421)


def test_health(sdk):
    assert wire.send("GET", "/healthz", key=None).status == 200
    assert wire.send("GET", "/readyz", key=None).status == 200


def test_the_buyers_browser_with_a_publishable_key(sdk):
    intent = wire.post("/v1/payment_intents", {
        "amount": 2000, "currency": "usd", "payment_method_types": ["card"]}).json
    path = f"/v1/payment_intents/{intent['id']}"
    key = server.PUBLISHABLE_KEY
    read = wire.get(path, {"client_secret": intent["client_secret"]}, key=key)
    assert (read.status, read.json["id"]) == (200, intent["id"])
    assert wire.get(path, key=key).status in (400, 401, 403)
    assert wire.get(path, {"client_secret": intent["id"] + "_secret_guessed"}, key=key).status in (400, 401, 403, 404)
    paid = wire.post(f"{path}/confirm", {
        "client_secret": intent["client_secret"], "payment_method": "pm_card_visa"}, key=key)
    assert (paid.status, paid.json["status"]) == (200, "succeeded")
    for refused in (wire.get("/v1/payment_intents", key=key), wire.post(f"{path}/cancel", key=key),
                    wire.post("/v1/refunds", {"payment_intent": intent["id"]}, key=key)):
        assert refused.status in (401, 403)
    assert wire.get(path).json["status"] == "succeeded"


def test_both_array_styles(sdk):
    for style in ("expand[]", "expand[0]"):
        answer = wire.post("/v1/payment_intents", [
            ("amount", "2000"), ("currency", "usd"), ("payment_method", "pm_card_visa"), ("confirm", "true"),
            ("payment_method_types[]", "card"), (style, "latest_charge")])
        assert answer.status == 200, answer.body
        assert answer.json["latest_charge"]["object"] == "charge"
