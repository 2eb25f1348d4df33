"""Every other error class of the SDK, caught by its exception."""

import pytest
import stripe

import links
import server
import wire
from shop import error_of, fresh, new_customer, pay


def test_missing_parameter(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.create(amount=2000)
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (
        400, "parameter_missing", "currency")
    assert error_of(caught)["type"] == "invalid_request_error"
    assert "parameter_missing" in error_of(caught)["doc_url"].replace("-", "_")
    assert error_of(caught)["request_log_url"].endswith(caught.value.request_id)


def test_unknown_parameter(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(colour="green")
    assert (caught.value.code, caught.value.param) == ("parameter_unknown", "colour")


def test_unknown_nested_parameter(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(shipping={"name": "J", "address": {"line1": "1 Main St", "planet": "Earth"}})
    assert (caught.value.code, caught.value.param) == ("parameter_unknown", "shipping[address][planet]")


def test_amount_below_the_minimum_of_the_currency(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(amount=49)
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (
        400, "amount_too_small", "amount")


def test_amount_above_the_maximum(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(amount=10**13)
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (
        400, "amount_too_large", "amount")


@pytest.mark.parametrize("amount", [0, -5])
def test_amount_that_is_no_amount(sdk, amount):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        pay(amount=amount)
    assert (caught.value.code, caught.value.param) == ("parameter_invalid_integer", "amount")


def test_wrong_key(sdk):
    with pytest.raises(stripe.AuthenticationError) as caught:
        stripe.Customer.list(api_key="sk_test_ThisIsNotAKeyOfThisServer1234")
    error = error_of(caught)
    assert caught.value.http_status == 401
    assert set(error) == {"message", "type"}
    assert error["type"] == "invalid_request_error"
    assert error["message"].startswith("Invalid API Key provided: sk_test_*")
    assert error["message"].endswith("1234")
    assert "ThisIsNotAKey" not in error["message"]


def test_live_key_is_not_a_test_key(sdk):
    with pytest.raises(stripe.AuthenticationError):
        stripe.Customer.list(api_key=stripe.api_key.replace("_test_", "_live_"))


def test_foreign_account(sdk):
    with pytest.raises(stripe.PermissionError) as caught:
        stripe.Customer.list(stripe_account="acct_1NoAccessToThisOne")
    error = error_of(caught)
    assert (caught.value.http_status, error["code"]) == (403, "account_invalid")
    assert set(error) == {"code", "doc_url", "message", "type"}


def test_reused_idempotency_key(sdk):
    key = fresh("key")
    stripe.Customer.create(name="One", idempotency_key=key)
    with pytest.raises(stripe.IdempotencyError) as caught:
        stripe.Customer.create(name="Two", idempotency_key=key)
    assert caught.value.http_status == 400
    assert error_of(caught)["type"] == "idempotency_error"


NAMED_IN_THE_URL = [
    (lambda: stripe.PaymentIntent.retrieve("pi_missing"), "intent", "No such payment_intent: 'pi_missing'"),
    (lambda: stripe.PaymentIntent.confirm("pi_missing"), "intent", "No such payment_intent: 'pi_missing'"),
    (lambda: stripe.Customer.retrieve("cus_missing"), "id", "No such customer: 'cus_missing'"),
    (lambda: stripe.Customer.modify("cus_missing", name="X"), "id", "No such customer: 'cus_missing'"),
    (lambda: stripe.PaymentMethod.retrieve("pm_missing"), "payment_method", None),
    (lambda: stripe.SetupIntent.retrieve("seti_missing"), "intent", None),
    (lambda: stripe.Charge.retrieve("ch_missing"), None, "No such charge: 'ch_missing'"),
    (lambda: stripe.Refund.retrieve("re_missing"), None, None),
    (lambda: stripe.Event.retrieve("evt_missing"), None, None),
    (lambda: stripe.WebhookEndpoint.retrieve("we_missing"), None, None),
    (lambda: stripe.BalanceTransaction.retrieve("txn_missing"), None, None),
]


@pytest.mark.parametrize("call, param, message", NAMED_IN_THE_URL)
def test_missing_object_in_the_url_is_404(sdk, call, param, message):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call()
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    if param:
        assert caught.value.param == param
    if message:
        assert caught.value.user_message == message


NAMED_IN_THE_BODY = [
    (lambda: pay(customer="cus_missing"), "customer"),
    (lambda: pay("pm_missing"), "payment_method"),
    (lambda: stripe.Refund.create(charge="ch_missing"), "charge"),
    (lambda: stripe.Refund.create(payment_intent="pi_missing"), "payment_intent"),
    (lambda: stripe.Charge.create(amount=2000, currency="usd", source="tok_missing"), "source"),
    (lambda: stripe.PaymentMethod.attach("pm_card_visa", customer="cus_missing"), "customer"),
    (lambda: stripe.SetupIntent.create(customer="cus_missing"), "customer"),
]


@pytest.mark.parametrize("call, param", NAMED_IN_THE_BODY)
def test_missing_object_in_the_body_is_400(sdk, call, param):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call()
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (
        400, "resource_missing", param)


def test_an_id_of_another_kind_is_not_found(sdk):
    customer = new_customer()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.retrieve(customer.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_a_publishable_key_cannot_do_a_merchants_work(sdk):
    with pytest.raises((stripe.AuthenticationError, stripe.PermissionError)) as caught:
        stripe.Customer.list(api_key=server.PUBLISHABLE_KEY)
    assert caught.value.http_status in (401, 403)


def test_every_error_has_its_request_id(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentIntent.create(amount=2000)
    assert caught.value.request_id.startswith("req_")


CARD = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "34", "card[cvc]": "123"}
REFUSED = [
    (lambda: wire.post("/v1/payment_intents", {"amount": 2000}), "parameter_missing"),
    (lambda: wire.post("/v1/payment_intents", {"colour": "green"}), "parameter_unknown"),
    (lambda: wire.post("/v1/payment_intents", {"amount": 2000, "currency": "usd", "transfer_data[amount]": 1}),
     "parameter_unsupported"),
    (lambda: wire.post("/v1/payment_intents", {"amount": 0, "currency": "usd"}), "parameter_invalid_integer"),
    (lambda: wire.post("/v1/payment_intents", {"amount": 49, "currency": "usd"}), "amount_too_small"),
    (lambda: wire.get("/v1/customers/cus_missing"), "resource_missing"),
    (lambda: wire.post("/v1/refunds", {"charge": "ch_missing"}), "resource_missing"),
    (lambda: wire.post("/v1/webhook_endpoints", {"url": "nowhere", "enabled_events[]": "*"}), "url_invalid"),
    (lambda: wire.post("/v1/tokens", CARD | {"card[number]": "4242424242424241"}), "incorrect_number"),
    (lambda: wire.post("/v1/tokens", CARD | {"card[exp_month]": "13"}), "invalid_expiry_month"),
    (lambda: wire.post("/v1/tokens", CARD | {"card[cvc]": "1"}), "invalid_cvc"),
    (lambda: wire.get("/v1/customers", key=server.PUBLISHABLE_KEY), "secret_key_required"),
    (lambda: wire.get("/v1/customers", headers={"Stripe-Account": "acct_1NoAccessToThisOne"}), "account_invalid"),
    (lambda: wire.get("/v1/nothing"), None),
    (lambda: wire.get("/v1/customers", key="sk_test_ThisIsNotAKeyOfThisServer1234"), None),
]


@pytest.mark.raw
@pytest.mark.parametrize("call, code", REFUSED)
def test_the_links_of_an_error_lead_to_its_code_and_its_request(call, code):
    answer = call()
    assert answer.error.get("code") == code
    assert ("doc_url" in answer.error) == (code is not None)
    assert ("request_log_url" in answer.error) == (answer.status not in (401, 403))
    links.open_all(answer.error, answer.headers["request-id"])


@pytest.mark.raw
@pytest.mark.parametrize("card", ["chargeDeclined", "chargeDeclinedExpiredCard", "radarBlock"])
def test_the_link_of_a_decline_explains_code_and_reason(card):
    answer = wire.post("/v1/payment_intents", {
        "amount": 2000, "currency": "usd", "confirm": True, "payment_method": f"pm_card_{card}",
        "payment_method_types": ["card"]})
    assert answer.status == 402
    links.open_all(answer.error, answer.headers["request-id"])
    assert f'id="decline-{answer.error["decline_code"]}"' in links.page(answer.error["doc_url"])
    kept = answer.error["payment_intent"]["last_payment_error"]
    assert kept["doc_url"] == answer.error["doc_url"]


@pytest.mark.raw
@pytest.mark.parametrize("path", ["/logs/", "/logs/evt_1", "/logs/req_", "/logs/req_%3Cb%3E", "/logs/req_1/x",
                                  "/logs/req_1%22", "/logs/req_" + "a" * 65])
def test_a_log_page_repeats_nothing_but_an_id(path):
    answer = wire.get(path, key=None)
    assert answer.status == 404
    assert answer.body == wire.get("/logs/", key=None).body


@pytest.mark.raw
@pytest.mark.parametrize("path", ["/docs/errors", "/logs/req_VbZphil4pl9SuS"])
def test_the_pages_run_no_script_and_take_no_key(path):
    answer = wire.get(path, key=None)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert b"<script" not in answer.body
    assert wire.post(path, key=None).status == 405
