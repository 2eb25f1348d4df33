"""What a merchant says of ways to pay beside naming them: types that are left out, and options of one type."""

import time

import pytest
import stripe

import wire
from bank import action_of, start
from checkout import Page, item
from plain import flatten
from shop import NEWEST, plain

EXCLUDED = "excluded_payment_method_types"
PIX = "payment_method_options[pix]"
SESSIONS = "/v1/checkout/sessions"
INTENTS = "/v1/payment_intents"
RETURN = "https://shop.example/back"


@pytest.fixture(scope="module")
def switched():
    """A configuration in which something is switched on beside cards."""
    types = ("ideal", "bancontact", "paypal", "pix")
    return wire.post("/v1/payment_method_configurations", {
        "name": "Europe", **{f"{kind}[display_preference][preference]": "on" for kind in types}}).json["id"]


def shown(held, expected):
    """Whether an object tells what is left out, which the older version does not tell."""
    return plain(held).get(EXCLUDED) == (expected if NEWEST else None)


def ids_at(path):
    """The newest objects of a list; a fresh server has none."""
    return [held["id"] for held in wire.get(path, {"limit": 100}).json["data"]]


def automatic(switched, currency="eur", **more):
    return stripe.PaymentIntent.create(
        amount=1500, currency=currency, payment_method_configuration=switched, automatic_payment_methods={"enabled": True}, **more)


def test_a_type_that_is_left_out_is_not_offered_and_not_taken(sdk, switched):
    intent = automatic(switched, **{EXCLUDED: ["ideal", "klarna"]})
    assert intent.payment_method_types == ["card", "bancontact", "paypal"]
    assert shown(intent, ["ideal", "klarna"]) and "ideal" not in intent.payment_method_options
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe.PaymentIntent.confirm(intent.id, payment_method_data={"type": "ideal"}, return_url=RETURN)
    assert refused.value.param == "payment_method"
    changed = stripe.PaymentIntent.modify(intent.id, **{EXCLUDED: ["paypal"]})
    assert changed.payment_method_types == ["card", "bancontact", "ideal"]
    whole = stripe.PaymentIntent.modify(intent.id, **{EXCLUDED: ""})
    assert whole.payment_method_types == ["card", "bancontact", "ideal", "paypal"] and shown(whole, None)
    last = stripe.PaymentIntent.confirm(
        intent.id, payment_method_data={"type": "ideal"}, return_url=RETURN, **{EXCLUDED: ["bancontact"]})
    assert (last.status, last.payment_method_types) == ("requires_action", ["card", "ideal", "paypal"])


def test_the_page_of_a_session_leaves_it_out(sdk, switched):
    session = stripe.checkout.Session.create(
        mode="payment", line_items=[item(900, 1, "eur")], payment_method_configuration=switched, success_url=RETURN,
        **{EXCLUDED: ["paypal"]})
    assert shown(session, ["paypal"]) and "paypal" not in session.payment_method_types
    page = Page(session.id)
    assert [one["type"] for one in page.state()["methods"]] == ["card", "bancontact", "ideal"]
    refused = page.confirm(method="paypal", billing={"email": "ada@example.com"})
    assert refused.status == 400
    assert page.pay().json["payment_status"] == "paid"
    intent = stripe.PaymentIntent.retrieve(stripe.checkout.Session.retrieve(session.id).payment_intent)
    assert shown(intent, ["paypal"])


def test_a_set_up_keeps_cards_whatever_is_left_out(sdk):
    setup = stripe.SetupIntent.create(**{EXCLUDED: ["sepa_debit"]})
    assert shown(setup, ["sepa_debit"]) and setup.payment_method_types == ["card"]


@pytest.mark.raw
@pytest.mark.parametrize("path, sent, code, param", [
    (INTENTS, {EXCLUDED: ["crad"]}, None, f"{EXCLUDED}[0]"),
    (INTENTS, {EXCLUDED: ["card", "bancontact", "ideal", "paypal"]}, None, EXCLUDED),
    (INTENTS, {EXCLUDED: ["ideal"], "payment_method_types": ["card", "ideal"], "automatic_payment_methods": ""}, None, EXCLUDED),
    (INTENTS, {"payment_method_options": {"pix": {"expires_after_seconds": 9}}}, None, f"{PIX}[expires_after_seconds]"),
    (INTENTS, {"payment_method_options": {"pix": {"expires_after_seconds": 1_209_601}}}, None, f"{PIX}[expires_after_seconds]"),
    (INTENTS, {"payment_method_options": {"pix": {"expires_at": 1_600_000_000}}}, None, f"{PIX}[expires_at]"),
    (INTENTS, {"payment_method_options": {"pix": {"expires_after_seconds": 60, "expires_at": 2_000_000_000}}}, None, f"{PIX}[expires_at]"),
    (INTENTS, {"payment_method_options": {"pix": {"mandate_options": {"amount": 1}}}}, "parameter_unsupported", f"{PIX}[mandate_options]"),
    (INTENTS, {"payment_method_options": {"paypal": {"capture_method": "manual"}}}, "parameter_unsupported",
     "payment_method_options[paypal][capture_method]"),
    (INTENTS, {"payment_method_options": {"ideal": {"setup_future_usage": "off_session"}}}, "parameter_unsupported",
     "payment_method_options[ideal][setup_future_usage]"),
    (SESSIONS, {EXCLUDED: ["card", "bancontact", "ideal", "paypal"]}, None, EXCLUDED),
    (SESSIONS, {EXCLUDED: ["ideal"], "payment_method_types": ["card"]}, None, EXCLUDED),
    (SESSIONS, {"allow_promotion_codes": True}, "parameter_unsupported", "allow_promotion_codes"),
    (SESSIONS, {"automatic_tax": {"enabled": True}}, "parameter_unsupported", "automatic_tax"),
    (SESSIONS, {"automatic_tax": {"enabled": False, "liability": {"type": "self"}}}, "parameter_unsupported", "automatic_tax"),
    ("/v1/setup_intents", {EXCLUDED: ["card"]}, None, f"{EXCLUDED}[0]"),
])
def test_what_cannot_be_narrowed_is_refused(switched, path, sent, code, param):
    base = {
        INTENTS: {"amount": 1500, "currency": "eur", "payment_method_configuration": switched,
                  "automatic_payment_methods": {"enabled": True}},
        SESSIONS: {"mode": "payment", "line_items": [item(900, 1, "eur")], "success_url": RETURN,
                   "payment_method_configuration": switched},
    }.get(path, {})
    merged = {name: value for name, value in {**base, **sent}.items() if value != ""}
    if "payment_method_types" in sent:
        merged.pop("payment_method_configuration", None)
    before = ids_at(path)
    answer = wire.post(path, list(flatten(merged)))
    assert (answer.status, answer.error.get("code"), answer.error.get("param")) == (400, code, param), answer.body
    assert ids_at(path) == before


def test_a_code_of_pix_ends_when_the_merchant_says(sdk):
    before = int(time.time())
    intent = start("pix", "brl", payment_method_options={"pix": {"expires_after_seconds": 600}})
    action = action_of(intent)
    assert before <= action["expires_at"] - 600 <= time.time()
    shown = intent.payment_method_options.pix
    assert (shown.expires_after_seconds, shown.expires_at) == (600, action["expires_at"])
    at = intent.created + 3600
    timed = start("pix", "brl", payment_method_options={"pix": {"expires_at": at}})
    assert (action_of(timed)["expires_at"], timed.payment_method_options.pix.expires_after_seconds) == (at, None)


def test_a_session_gives_its_options_to_the_payment(sdk, switched):
    told = {"paypal": {"reference": "A-17", "preferred_locale": "de-DE"}, "pix": {"expires_after_seconds": 900},
            "wechat_pay": {"client": "web"}}
    session = stripe.checkout.Session.create(
        mode="payment", line_items=[item(900, 1, "brl")], payment_method_types=["card", "pix"], success_url=RETURN,
        payment_method_options=told)
    shown = plain(session.payment_method_options)
    assert shown["paypal"] == {"reference": "A-17", "preferred_locale": "de-DE"}
    assert (shown["pix"], shown["wechat_pay"]) == ({"expires_after_seconds": 900}, {"app_id": None, "client": "web"})
    Page(session.id).confirm(method="pix", billing={"email": "ada@example.com"})
    intent = stripe.PaymentIntent.retrieve(stripe.checkout.Session.retrieve(session.id).payment_intent)
    assert intent.payment_method_options.pix.expires_after_seconds == 900
    paypal = automatic(switched, payment_method_options={"paypal": told["paypal"]})
    assert plain(paypal.payment_method_options.paypal) == {"reference": "A-17", "preferred_locale": "de-DE"}


def test_what_is_switched_off_is_taken(sdk):
    session = stripe.checkout.Session.create(
        mode="payment", line_items=[item(900)], success_url=RETURN, allow_promotion_codes=False,
        automatic_tax={"enabled": False}, invoice_creation={"enabled": False}, tax_id_collection={"enabled": False},
        adaptive_pricing={"enabled": False}, consent_collection={"promotions": "none"},
        payment_method_options={"card": {"installments": {"enabled": False}, "request_multicapture": "never"}})
    assert not session.allow_promotion_codes and not session.automatic_tax.enabled
    assert Page(session.id).pay().json["payment_status"] == "paid"
    # The older SDK has neither of these.
    customer = stripe.Customer.create()
    made = wire.post("/v1/customer_sessions", {"customer": customer.id, "components": {
        "payment_element": {"enabled": True}, "pricing_table": {"enabled": False}, "buy_button": {"enabled": False}}})
    assert made.json["client_secret"], made.body
    configurations = "/v1/payment_method_configurations"
    assert wire.post(configurations, {"klarna": {"display_preference": {"preference": "off"}}}).status == 200
    refused = wire.post(configurations, {"klarna": {"display_preference": {"preference": "on"}}})
    assert (refused.status, refused.error["param"]) == (400, "klarna")
