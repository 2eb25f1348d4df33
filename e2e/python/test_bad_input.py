"""Requests that must be refused: exact status, type, code and param, and nothing may change.

The table speaks HTTP itself, because an SDK would not send most of it. Before and after
each request the newest objects of every kind are compared.
"""

import pytest

import links
import wire
from shop import pay

pytestmark = pytest.mark.raw

INTENTS = "/v1/payment_intents"
INVALID = "invalid_request_error"
GOOD = {"amount": "2000", "currency": "usd", "payment_method_types[]": "card"}
WATCHED = ("payment_intents", "charges", "refunds", "customers", "setup_intents", "webhook_endpoints", "products", "prices",
           "tax_rates", "shipping_rates", "checkout/sessions")


def _newest():
    return {kind: [o["id"] for o in wire.get(f"/v1/{kind}", {"limit": 3}).json["data"]] for kind in WATCHED}


@pytest.fixture
def unchanged(sdk):
    """Fails when the test added an object of any watched kind."""
    before = _newest()
    yield
    assert _newest() == before


def _form(**changes):
    pairs = {**GOOD, **changes}
    return [(k, v) for k, v in pairs.items() if v is not None]


def _without(name):
    return [(k, v) for k, v in GOOD.items() if k != name]


# what, path, pairs or text, status, code (None: no code), param (None: no param)
PARAMETERS = [
    ("no amount", INTENTS, _without("amount"), 400, "parameter_missing", "amount"),
    ("no currency", INTENTS, _without("currency"), 400, "parameter_missing", "currency"),
    ("empty amount", INTENTS, _form(amount=""), 400, "parameter_invalid_empty", "amount"),
    ("word for amount", INTENTS, _form(amount="many"), 400, "parameter_invalid_integer", "amount"),
    ("fraction", INTENTS, _form(amount="20.00"), 400, "parameter_invalid_integer", "amount"),
    ("exponent", INTENTS, _form(amount="2e3"), 400, "parameter_invalid_integer", "amount"),
    ("zero", INTENTS, _form(amount="0"), 400, "parameter_invalid_integer", "amount"),
    ("negative", INTENTS, _form(amount="-2000"), 400, "parameter_invalid_integer", "amount"),
    ("beyond 64 bits", INTENTS, _form(amount="9" * 30), 400, "parameter_invalid_integer", "amount"),
    ("below minimum", INTENTS, _form(amount="49"), 400, "amount_too_small", "amount"),
    ("above maximum", INTENTS, _form(amount="1000000000000"), 400, "amount_too_large", "amount"),
    ("object for amount", INTENTS, _without("amount") + [("amount[value]", "2000")], 400, ..., "amount"),
    ("list for amount", INTENTS, _without("amount") + [("amount[]", "2000")], 400, ..., "amount"),
    ("unknown", INTENTS, _form(colour="green"), 400, "parameter_unknown", "colour"),
    ("unknown nested", INTENTS, _form(**{"shipping[name]": "J", "shipping[planet]": "x"}), 400,
     "parameter_unknown", "shipping[planet]"),
    ("amount twice", INTENTS, _form() + [("amount", "1")], 400, ..., "amount"),
    ("text and object", INTENTS, _form(metadata="") + [("metadata[a]", "1")], 400, ..., "metadata"),
    ("no such currency", INTENTS, _form(currency="zzz"), 400, ..., "currency"),
    ("long currency", INTENTS, _form(currency="us dollars"), 400, ..., "currency"),
    ("no boolean", INTENTS, _form(confirm="maybe"), 400, ..., "confirm"),
    ("no such choice", INTENTS, _form(capture_method="later"), 400, ..., "capture_method"),
    ("no such method type", INTENTS, _form(**{"payment_method_types[]": "shells"}), 400, ..., ...),
    ("no such customer", INTENTS, _form(customer="cus_missing"), 400, "resource_missing", "customer"),
    ("no such card", INTENTS, _form(payment_method="pm_missing"), 400, "resource_missing", "payment_method"),
    ("customer of wrong kind", INTENTS, _form(customer="pi_123"), 400, "resource_missing", "customer"),
    ("long description", INTENTS, _form(description="x" * 20000), 400, ..., "description"),
    ("long descriptor", INTENTS, _form(statement_descriptor_suffix="x" * 23), 400, ..., "statement_descriptor_suffix"),
    ("no address", INTENTS, _form(receipt_email="nobody"), 400, "email_invalid", "receipt_email"),
    ("money to others", INTENTS, _form(**{"transfer_data[destination]": "acct_1"}), 400, ..., ...),
    ("fee for nobody", INTENTS, _form(application_fee_amount="100"), 400, ..., ...),
    ("limit of a list", INTENTS, _form(limit="3"), 400, "parameter_unknown", "limit"),
    ("refund of nothing", "/v1/refunds", [], 400, ..., ...),
    ("refund of no charge", "/v1/refunds", [("charge", "ch_missing")], 400, "resource_missing", "charge"),
    ("no endpoint address", "/v1/webhook_endpoints", [("enabled_events[]", "*")], 400, "parameter_missing", "url"),
    ("no method type", "/v1/payment_methods", [], 400, "parameter_missing", "type"),
    ("wrong time range", "/v1/setup_intents", [("created", "1")], 400, "parameter_unknown", "created"),
]


@pytest.mark.parametrize("what, path, pairs, status, code, param", PARAMETERS, ids=[p[0] for p in PARAMETERS])
def test_parameters(unchanged, what, path, pairs, status, code, param):
    answer = wire.post(path, pairs)
    assert answer.status == status, answer.body
    assert answer.error["type"] == INVALID
    assert answer.error["message"]
    if code is not ...:
        assert answer.error.get("code") == code
    if param is not ...:
        assert answer.error.get("param") == param
    assert ("doc_url" in answer.error) == ("code" in answer.error)
    links.open_all(answer.error, answer.headers["request-id"])


METADATA = [
    ("51 keys", {f"metadata[k{n}]": "v" for n in range(51)}),
    ("a key of 41", {f"metadata[{'k' * 41}]": "v"}),
    ("a value of 501", {"metadata[k]": "v" * 501}),
    ("a list", {"metadata[]": "v"}),
    ("a nested object", {"metadata[a][b]": "v"}),
]


@pytest.mark.parametrize("what, changes", METADATA, ids=[m[0] for m in METADATA])
def test_metadata_limits(unchanged, what, changes):
    answer = wire.post(INTENTS, _form(**changes))
    assert (answer.status, answer.error["type"]) == (400, INVALID)
    assert answer.error["param"].startswith("metadata")


def test_metadata_at_its_limits_is_taken(sdk):
    pairs = {f"metadata[{n:040d}]": "v" * 500 for n in range(50)}
    answer = wire.post(INTENTS, _form(**pairs))
    assert answer.status == 200 and len(answer.json["metadata"]) == 50


BODIES = [
    ("wrong escape", b"amount=2000&currency=usd&description=%zz"),
    ("no UTF-8 escaped", b"amount=2000&currency=usd&description=%ff%fe"),
    ("no UTF-8 raw", b"amount=2000&currency=usd&description=\xff\xfe"),
    ("NUL", b"amount=2000&currency=usd&description=a%00b"),
    ("open bracket", b"amount=2000&currency=usd&metadata[a=1"),
    ("empty inner name", b"amount=2000&currency=usd&shipping[][][][name]=1"),
    ("nine levels", b"amount=2000&currency=usd&a[b][c][d][e][f][g][h][i][j]=1"),
    ("1,001 keys", b"&".join(b"metadata[k%d]=v" % n for n in range(1001))),
]


@pytest.mark.parametrize("what, body", BODIES, ids=[b[0] for b in BODIES])
def test_form_bodies(unchanged, what, body):
    answer = wire.send("POST", INTENTS, body, {"Content-Type": wire.FORM})
    assert (answer.status, answer.error["type"]) == (400, INVALID), answer.body


def test_deep_json(unchanged):
    answer = wire.post_json(INTENTS, b'{"a":' * 5000 + b"1" + b"}" * 5000)
    assert (answer.status, answer.error["type"]) == (400, INVALID)


def test_json_that_is_not_utf8(unchanged):
    answer = wire.post_json(INTENTS, b'{"amount": 2000, "currency": "usd", "description": "\xff"}')
    assert (answer.status, answer.error["type"]) == (400, INVALID)


def test_a_nul_in_json(unchanged):
    answer = wire.post_json(INTENTS, {"amount": 2000, "currency": "usd", "description": "a\x00b"})
    assert (answer.status, answer.error["type"]) == (400, INVALID)


@pytest.mark.parametrize("content_type", [wire.FORM, wire.JSON])
def test_a_body_above_one_mebibyte(unchanged, content_type):
    body = b"description=" + b"x" * (1 << 20)
    answer = wire.send("POST", INTENTS, body, {"Content-Type": content_type})
    assert (answer.status, answer.error["type"]) == (413, INVALID)


def test_a_body_of_another_kind(unchanged):
    answer = wire.send("POST", INTENTS, b"<amount>2000</amount>", {"Content-Type": "text/xml"})
    assert answer.status in (400, 415) and answer.error["type"] == INVALID


@pytest.mark.parametrize("method, path", [
    ("GET", "/v1/nothing_of_the_kind"), ("POST", "/v1/payment_intent"), ("GET", "/v2/nothing"),
    ("POST", "/v1/payment_intents/pi_1/explode"), ("DELETE", "/v1/charges/ch_1")])
def test_an_unknown_address(unchanged, method, path):
    answer = wire.send(method, path)
    assert (answer.status, answer.error["type"]) == (404, INVALID)
    assert path in answer.error["message"] and method in answer.error["message"]


LISTS = [
    ("limit 0", {"limit": "0"}, "limit"),
    ("limit 101", {"limit": "101"}, "limit"),
    ("limit in words", {"limit": "ten"}, "limit"),
    ("created in words", {"created": "yesterday"}, "created"),
    ("created range in words", {"created[gt]": "x"}, "created[gt]"),
    ("created range of no kind", {"created[near]": "1"}, "created[near]"),
    ("no such cursor", {"starting_after": "pi_missing"}, "starting_after"),
    ("no such cursor back", {"ending_before": "pi_missing"}, "ending_before"),
    ("unknown filter", {"colour": "green"}, "colour"),
]


@pytest.mark.parametrize("what, query, param", LISTS, ids=[q[0] for q in LISTS])
def test_lists(sdk, what, query, param):
    answer = wire.get(INTENTS, query)
    assert (answer.status, answer.error["type"], answer.error["param"]) == (400, INVALID, param)


@pytest.mark.parametrize("bad_id", [
    "..", "%2e%2e", "a" * 3000, "%00", "%ff", "pi_%27%20OR%201%3D1--", "pi_1%2Fconfirm", "%F0%9F%98%80"])
def test_ids_that_are_none(sdk, bad_id):
    answer = wire.send("GET", f"{INTENTS}/{bad_id}")
    assert answer.status in (400, 404, 414), answer.body[:200]
    assert answer.error["type"] == INVALID


@pytest.mark.parametrize("header, value", [
    ("Idempotency-Key", "k" * 256), ("Stripe-Version", "tomorrow"), ("Stripe-Account", "cus_1")])
def test_headers(unchanged, header, value):
    answer = wire.post(INTENTS, _form(), headers={header: value})
    assert answer.status in (400, 403) and answer.error["type"] == INVALID


def test_an_action_with_wrong_parameters_leaves_the_intent_alone(sdk):
    held = pay(capture_method="manual", amount=5000)
    path = f"{INTENTS}/{held.id}"
    before = wire.get(path).json
    for action, params in [
        ("capture", {"amount_to_capture": "0"}), ("capture", {"amount_to_capture": "x"}),
        ("capture", {"colour": "green"}), ("cancel", {"cancellation_reason": "bored"}),
        ("increment_authorization", {}), ("confirm", {"payment_method": "pm_missing"}),
    ]:
        answer = wire.post(f"{path}/{action}", params)
        assert (answer.status, answer.error["type"]) == (400, INVALID), (action, answer.body)
        assert wire.get(path).json == before


def test_a_hundred_odd_requests_leave_the_server_alive(sdk):
    odd = ["amount", "=", "&&&", "[]=1", "[a]=1", "a[=1", "a]=1", "a[b]c=1", "%", "amount[]=1&amount[0]=2", "\t\r\n"]
    for n in range(110):
        answer = wire.post(INTENTS, odd[n % len(odd)] + "x" * (n // len(odd)))
        assert answer.status == 400, (odd[n % len(odd)], answer.body)
    assert wire.send("GET", "/readyz", key=None).status == 200
