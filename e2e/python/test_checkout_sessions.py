"""Checkout sessions as a merchant's server sees them: made, listed, expanded, changed, ended."""

import time

import pytest
import stripe

import wire
from checkout import THANKS, Page, item, opened
from shop import error_of, events_of, fresh, new_customer, plain, types

pytestmark = pytest.mark.newest

SESSIONS = "/v1/checkout/sessions"
INVALID = "invalid_request_error"


def ids(page):
    """The ids of a page, in its order."""
    return [one.id for one in page.data]


# Making


def test_a_session_has_every_member(sdk):
    made = plain(opened(item(2500, quantity=2), metadata={"a": "1"}, client_reference_id="order-42"))
    assert made["id"].startswith("cs_test_")
    assert made["url"].endswith(f"/c/pay/{made['id']}")
    assert made["expires_at"] == made["created"] + 24 * 3600
    for member, value in {
        "object": "checkout.session", "mode": "payment", "status": "open", "payment_status": "unpaid",
        "ui_mode": "hosted_page", "amount_subtotal": 5000, "amount_total": 5000, "currency": "usd",
        "metadata": {"a": "1"}, "client_reference_id": "order-42", "success_url": THANKS, "cancel_url": None,
        "customer": None, "customer_details": None, "customer_creation": "if_required", "payment_intent": None,
        "setup_intent": None, "client_secret": None, "livemode": False, "payment_method_types": ["card"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}, "shipping_options": [],
        "custom_fields": [], "phone_number_collection": {"enabled": False},
    }.items():
        assert made[member] == value, member
    assert "line_items" not in made
    assert events_of(made["id"], made["created"]) == []


def test_known_prices_and_taxes_are_summed(sdk):
    product = stripe.Product.create(name="Tea")
    price = stripe.Price.create(product=product.id, currency="eur", unit_amount=4900)
    tax = stripe.TaxRate.create(display_name="VAT", percentage=19, inclusive=False)
    made = opened(
        {"price": price.id, "quantity": 2, "tax_rates": [tax.id]},
        shipping_options=[
            {"shipping_rate_data": {"display_name": "Mail", "fixed_amount": {"amount": 500, "currency": "eur"}}},
            {"shipping_rate_data": {"display_name": "Bike", "fixed_amount": {"amount": 900, "currency": "eur"}}},
        ])
    assert (made.amount_subtotal, made.amount_total, made.currency) == (9800, 12162, "eur")
    assert plain(made.total_details) == {"amount_discount": 0, "amount_shipping": 500, "amount_tax": 1862}
    assert [option.shipping_amount for option in made.shipping_options] == [500, 900]
    assert made.shipping_cost.shipping_rate == made.shipping_options[0].shipping_rate
    line = stripe.checkout.Session.list_line_items(made.id).data[0]
    assert (line.price.id, line.quantity, line.description) == (price.id, 2, "Tea")
    assert (line.amount_subtotal, line.amount_tax, line.amount_total) == (9800, 1862, 11662)


def test_an_embedded_page_has_a_secret_and_no_address(sdk):
    made = stripe.checkout.Session.create(
        mode="payment", ui_mode="embedded_page", return_url="https://shop.example/return", line_items=[item()])
    assert made.client_secret.startswith(f"{made.id}_secret_")
    assert (made.url, made.success_url, made.redirect_on_completion) == (None, None, "always")
    silent = stripe.checkout.Session.create(
        mode="payment", ui_mode="embedded_page", redirect_on_completion="never", line_items=[item()])
    assert silent.redirect_on_completion == "never"


def test_elements_of_a_shop_have_a_secret_and_no_address(sdk):
    made = stripe.checkout.Session.create(
        mode="payment", ui_mode="elements", return_url="https://shop.example/return?of={CHECKOUT_SESSION_ID}", line_items=[item()])
    assert made.client_secret.startswith(f"{made.id}_secret_")
    assert (made.ui_mode, made.url, made.success_url) == ("elements", None, None)
    page = Page(made)
    assert page.state()["return_to"] is None
    assert page.pay().json["return_to"] == f"https://shop.example/return?of={made.id}"
    staying = stripe.checkout.Session.create(
        mode="payment", ui_mode="elements", line_items=[item(900, 1, "eur")],
        payment_method_types=["card", "ideal", "customer_balance"])
    # Whoever has nowhere to come back to is not sent away.
    assert [one["type"] for one in Page(staying).state()["methods"]] == ["card", "customer_balance"]
    older = wire.post(SESSIONS, {"mode": "payment", "ui_mode": "custom", "line_items": [item()]}, headers={"Stripe-Version": "2025-03-31.basil"})
    assert (older.status, older.json["ui_mode"]) == (200, "custom"), older.body
    assert wire.get(f"/c/pay/{made.id}", key=None).status == 404


@pytest.mark.raw
@pytest.mark.parametrize("ui_mode", ["elements", "embedded_page", "hosted_page"])
def test_only_the_right_secret_opens_a_session(sdk, ui_mode):
    sent = {"mode": "payment", "ui_mode": ui_mode, "line_items": [item()]}
    if ui_mode == "embedded_page":
        sent["redirect_on_completion"] = "never"
    made, other = (wire.post(SESSIONS, sent).json for _ in range(2))
    known = made["client_secret"] or made["id"]
    wrong = {f"{known}a", f"{known}_", f"{made['id']}_secret_", f"{made['id']}_secret_{'a' * 40}", known.upper(), known[:-1]}
    if made["client_secret"]:
        tail = other["client_secret"].split("_secret_")[1]
        wrong |= {made["id"], f"{made['id']}_secret_{tail}"}
    for tampered in wrong:
        page = Page(tampered)
        for answer in (
            wire.get(f"{page.path}/state", key=None), wire.get(f"{page.path}/events", key=None), page.pay(),
            page.update(quantities={}), page.send("cancel", {}), wire.get(f"{page.path}/pictures/logo", key=None)):
            assert (answer.status, answer.error["code"]) == (404, "resource_missing"), tampered
        assert wire.get(page.path, key=None).status == 404, tampered
    assert (wire.get(f"{SESSIONS}/{made['id']}").json["status"], wire.get(f"{SESSIONS}/{made['id']}").json["payment_intent"]) == ("open", None)
    assert Page(known).pay().json["payment_status"] == "paid"


def test_a_set_up_has_no_sums(sdk):
    made = stripe.checkout.Session.create(mode="setup", currency="eur", success_url=THANKS)
    assert (made.mode, made.amount_total, made.total_details) == ("setup", None, None)
    assert (made.currency, made.payment_status) == ("eur", "unpaid")


def test_what_the_page_asks_for_is_shown(sdk):
    made = plain(opened(
        item(), billing_address_collection="required", phone_number_collection={"enabled": True},
        shipping_address_collection={"allowed_countries": ["DE", "FR"]},
        consent_collection={"terms_of_service": "required"}, submit_type="book", locale="de",
        custom_text={"submit": {"message": "We ship tomorrow."}},
        custom_fields=[
            {"key": "size", "label": {"type": "custom", "custom": "Size"}, "type": "dropdown",
             "dropdown": {"options": [{"label": "Large", "value": "l"}]}},
            {"key": "note", "label": {"type": "custom", "custom": "Note"}, "type": "text", "optional": True,
             "text": {"maximum_length": 5}},
        ]))
    assert made["shipping_address_collection"] == {"allowed_countries": ["DE", "FR"]}
    assert made["consent_collection"]["terms_of_service"] == "required"
    assert made["custom_text"]["submit"] == {"message": "We ship tomorrow."}
    assert (made["submit_type"], made["locale"]) == ("book", "de")
    size, note = made["custom_fields"]
    assert size["dropdown"] == {"default_value": None, "options": [{"label": "Large", "value": "l"}], "value": None}
    assert (note["text"]["maximum_length"], note["optional"]) == (5, True)


def test_questions_that_nobody_could_answer_are_refused(sdk):
    def asks(kind="text", key="note", **more):
        return {"key": key, "label": {"type": "custom", "custom": "Note"}, "type": kind, **({kind: more} if more else {})}

    large = {"label": "Large", "value": "l"}
    for fields, param in [
        ([asks(), asks()], "custom_fields[1][key]"),
        ([asks(key="a b")], "custom_fields[0][key]"),
        ([asks("dropdown")], "custom_fields[0][dropdown][options]"),
        ([asks("dropdown", options=[large, {**large, "label": "Larger"}])], "custom_fields[0][dropdown][options][1][value]"),
        ([asks("dropdown", options=[large], default_value="xl")], "custom_fields[0][dropdown][default_value]"),
        ([asks("numeric", default_value="four")], "custom_fields[0][numeric][default_value]"),
        ([asks(minimum_length=6, maximum_length=5)], "custom_fields[0][text][minimum_length]"),
        ([asks(key=f"k{n}") for n in range(4)], "custom_fields"),
    ]:
        with pytest.raises(stripe.InvalidRequestError) as caught:
            opened(item(), custom_fields=fields)
        assert caught.value.param == param, caught.value
    preset = opened(item(), custom_fields=[asks("dropdown", options=[large], default_value="l"), asks(key="other")])
    assert plain(preset)["custom_fields"][0]["dropdown"]["default_value"] == "l"


def test_a_request_that_is_repeated_makes_one_session(sdk):
    key = fresh("session")
    first, second = (opened(item(), idempotency_key=key) for _ in range(2))
    assert plain(first) == plain(second)


# Reading


def test_sessions_are_listed_by_what_they_are(customer):
    before = opened(item())
    own = opened(item(), customer=customer.id)
    paid = opened(item(700))
    assert Page(paid).pay().status == 200
    paid = stripe.checkout.Session.retrieve(paid.id)
    ended = stripe.checkout.Session.expire(opened(item()).id)
    after = {"limit": 10, "ending_before": before.id}
    assert ids(stripe.checkout.Session.list(**after)) == [ended.id, paid.id, own.id]
    for filters, expected in [
        ({"customer": customer.id}, [own.id]),
        ({"status": "complete", **after}, [paid.id]),
        ({"status": "expired", **after}, [ended.id]),
        ({"status": "open", **after}, [own.id]),
        ({"payment_intent": paid.payment_intent}, [paid.id]),
        ({"created": {"gt": int(time.time()) + 60}}, []),
    ]:
        assert ids(stripe.checkout.Session.list(**filters)) == expected, filters
    page = stripe.checkout.Session.list(limit=1, starting_after=ended.id)
    assert (ids(page), page.has_more, page.url) == ([paid.id], True, SESSIONS)


def test_everything_about_a_paid_session_is_expanded(sdk):
    made = opened(item(900), shipping_options=[
        {"shipping_rate_data": {"display_name": "Mail", "fixed_amount": {"amount": 100, "currency": "usd"}}}])
    assert Page(made).pay().status == 200
    full = stripe.checkout.Session.retrieve(made.id, expand=[
        "line_items.data.price.product", "payment_intent.latest_charge", "shipping_cost.shipping_rate"])
    line = full.line_items.data[0]
    assert (line.price.product.name, line.price.unit_amount, line.price.active) == ("Tea", 900, False)
    assert full.line_items.url == f"{SESSIONS}/{made.id}/line_items"
    assert full.payment_intent.latest_charge.amount == full.amount_total == 1000
    assert full.shipping_cost.shipping_rate.display_name == "Mail"
    created = opened(item(), customer=new_customer().id, expand=["customer", "line_items"])
    assert created.customer.object == "customer" and created.line_items.data[0].amount_total == 500
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.checkout.Session.retrieve(made.id, expand=["metadata"])
    assert caught.value.param == "expand"


def test_line_items_come_in_pages(sdk):
    made = opened(*[item(100 + n) for n in range(5)])
    first = stripe.checkout.Session.list_line_items(made.id, limit=2)
    assert ([line.amount_total for line in first.data], first.has_more) == ([100, 101], True)
    assert all(line.object == "item" and line.id.startswith("li_") for line in first.data)
    rest = stripe.checkout.Session.list_line_items(made.id, limit=10, starting_after=first.data[1].id)
    assert ([line.amount_total for line in rest.data], rest.has_more) == ([102, 103, 104], False)
    everything = stripe.checkout.Session.list_line_items(made.id, limit=2).auto_paging_iter()
    assert [line.amount_total for line in everything] == [100, 101, 102, 103, 104]


# Changing and ending


def test_a_merchant_changes_metadata_and_shipping(sdk):
    made = opened(item(1000), metadata={"a": "1", "b": "2"})
    changed = stripe.checkout.Session.modify(made.id, metadata={"b": "", "c": "3"})
    assert plain(changed.metadata) == {"a": "1", "c": "3"}
    rate = stripe.ShippingRate.create(display_name="Mail", fixed_amount={"amount": 250, "currency": "usd"})
    shipped = stripe.checkout.Session.modify(made.id, shipping_options=[{"shipping_rate": rate.id}])
    assert (shipped.amount_total, shipped.shipping_cost.shipping_rate) == (1250, rate.id)
    stripe.checkout.Session.expire(made.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.checkout.Session.modify(made.id, shipping_options=[{"shipping_rate": rate.id}])
    assert error_of(caught)["code"] == "session_expired"
    assert plain(stripe.checkout.Session.modify(made.id, metadata={"d": "4"}).metadata)["d"] == "4"


def test_an_ended_session_is_told_of_and_takes_no_money(receiver, endpoint):
    endpoint(["checkout.session.expired"])
    made = opened(item(), metadata={"order_id": fresh()})
    ended = stripe.checkout.Session.expire(made.id)
    assert (ended.status, ended.url, ended.payment_status) == ("expired", None, "unpaid")
    assert types(events_of(made.id, made.created)) == ["checkout.session.expired"]
    told = receiver.wait(lambda event: event["data"]["object"]["id"] == made.id, "of the end")
    assert told.event["data"]["object"]["metadata"] == plain(made.metadata)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.checkout.Session.expire(made.id)
    error = error_of(caught)
    assert error["message"].startswith("Only Checkout Sessions with a status in [\"open\"] can be expired.")
    assert "code" not in error and "param" not in error
    late = Page(made).pay()
    assert (late.status, late.error["code"]) == (409, "session_expired")


def test_an_older_version_speaks_its_own_words(sdk):
    old = {"Stripe-Version": "2023-10-16"}
    sent = {"mode": "payment", "ui_mode": "embedded", "return_url": "https://shop.example/", "line_items": [item()]}
    made = wire.post(SESSIONS, sent, headers=old)
    assert (made.status, made.json["ui_mode"]) == (200, "embedded"), made.body
    for absent in ("allowed_payment_method_types", "collected_information", "adaptive_pricing", "branding_settings"):
        assert absent not in made.json
    assert made.json["shipping_details"] is None
    newest = wire.get(f"{SESSIONS}/{made.json['id']}").json
    assert newest["ui_mode"] == "embedded_page" and "shipping_details" not in newest
    refused = wire.post(SESSIONS, sent)
    assert (refused.status, refused.error["param"]) == (400, "ui_mode")


# Bad input

GOOD = {
    "mode": "payment", "success_url": "https://shop.example/", "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "usd", "line_items[0][price_data][unit_amount]": "500",
    "line_items[0][price_data][product_data][name]": "Tea",
}
SETUP = {"mode": "setup", "success_url": "https://shop.example/"}
LINE = "line_items[0]"
RATE = "shipping_options[0][shipping_rate_data]"


def _with(**changes):
    return {**GOOD, **changes}


def _without(*names):
    return {k: v for k, v in GOOD.items() if k not in names}


def _known(price, **changes):
    inline = [name for name in GOOD if "price_data" in name]
    return {**_without(*inline), f"{LINE}[price]": price, **changes}


# what, pairs, code, param
REFUSED = [
    ("no mode", _without("mode"), "parameter_missing", "mode"),
    ("subscription", _with(mode="subscription"), "parameter_unsupported", "mode"),
    ("no such mode", _with(mode="gift"), None, "mode"),
    ("nothing sold", {"mode": "payment", "success_url": "https://shop.example/"}, "parameter_missing", "line_items"),
    ("a set-up that sells", {**GOOD, "mode": "setup"}, None, "line_items"),
    ("no such price", _known("price_missing"), "resource_missing", f"{LINE}[price]"),
    ("two prices", _with(**{f"{LINE}[price]": "price_1"}), None, f"{LINE}[price_data]"),
    ("no price", {**SETUP, "mode": "payment", f"{LINE}[quantity]": "1"}, "parameter_missing", f"{LINE}[price]"),
    ("no quantity", _without(f"{LINE}[quantity]"), "parameter_missing", f"{LINE}[quantity]"),
    ("none of it", _with(**{f"{LINE}[quantity]": "0"}), None, f"{LINE}[quantity]"),
    ("no product", _without(f"{LINE}[price_data][product_data][name]"), "parameter_missing",
     f"{LINE}[price_data][product_data]"),
    ("no such product", {**_without(f"{LINE}[price_data][product_data][name]"),
                         f"{LINE}[price_data][product]": "prod_missing"}, "resource_missing",
     f"{LINE}[price_data][product]"),
    ("a recurring price", _with(**{f"{LINE}[price_data][recurring][interval]": "month"}), "parameter_unsupported",
     f"{LINE}[price_data][recurring]"),
    ("another currency", _with(currency="eur"), None, "currency"),
    ("two currencies", {**GOOD, "line_items[1][quantity]": "1", "line_items[1][price_data][currency]": "eur",
                        "line_items[1][price_data][unit_amount]": "5",
                        "line_items[1][price_data][product_data][name]": "Cup"}, None, "line_items[1]"),
    ("no such tax", _with(**{f"{LINE}[tax_rates][0]": "txr_missing"}), "resource_missing", f"{LINE}[tax_rates][0]"),
    ("bounds that miss", _with(**{f"{LINE}[adjustable_quantity][enabled]": "true",
                                  f"{LINE}[adjustable_quantity][minimum]": "2"}), None, f"{LINE}[adjustable_quantity]"),
    ("too little", _with(**{f"{LINE}[price_data][unit_amount]": "49"}), "amount_too_small", "amount"),
    ("too much", _with(**{f"{LINE}[price_data][unit_amount]": "100000000"}), "parameter_invalid_integer",
     f"{LINE}[price_data][unit_amount]"),
    ("too much in all", _with(**{f"{LINE}[price_data][unit_amount]": "99999999", f"{LINE}[quantity]": "2"}),
     "amount_too_large", "amount"),
    ("no such currency", _with(**{f"{LINE}[price_data][currency]": "zzz"}), None, f"{LINE}[price_data][currency]"),
    ("ends too soon", _with(expires_at=str(int(time.time()) + 60)), None, "expires_at"),
    ("ends too late", _with(expires_at=str(int(time.time()) + 90_000)), None, "expires_at"),
    ("where to return", _with(return_url="https://shop.example/"), None, "return_url"),
    ("embedded with a way on", _with(ui_mode="embedded_page"), None, "success_url"),
    ("embedded without a way back", {**_without("success_url"), "ui_mode": "embedded_page"}, None, "return_url"),
    ("a form", _with(ui_mode="form"), "parameter_unsupported", "ui_mode"),
    ("elements with a way on", _with(ui_mode="elements"), None, "success_url"),
    ("elements with a redirection", {**_without("success_url"), "ui_mode": "elements", "redirect_on_completion": "never"}, None,
     "redirect_on_completion"),
    ("an older word", _with(ui_mode="hosted"), None, "ui_mode"),
    ("no address to go to", _with(success_url="shop"), "url_invalid", "success_url"),
    ("no such customer", _with(customer="cus_missing"), "resource_missing", "customer"),
    ("no mail address", _with(customer_email="nobody"), "email_invalid", "customer_email"),
    ("no such shipping", _with(**{"shipping_options[0][shipping_rate]": "shr_missing"}), "resource_missing",
     "shipping_options[0][shipping_rate]"),
    ("shipping in euros", _with(**{f"{RATE}[display_name]": "Mail", f"{RATE}[fixed_amount][amount]": "5",
                                   f"{RATE}[fixed_amount][currency]": "eur"}), None, "shipping_options[0]"),
    ("shipping for too much", _with(**{f"{RATE}[display_name]": "Mail", f"{RATE}[fixed_amount][amount]": "100000000",
                                       f"{RATE}[fixed_amount][currency]": "usd"}), "parameter_invalid_integer",
     f"{RATE}[fixed_amount][amount]"),
    ("shipping that ends early", _with(**{
        f"{RATE}[display_name]": "Mail", f"{RATE}[fixed_amount][amount]": "5", f"{RATE}[fixed_amount][currency]": "usd",
        f"{RATE}[delivery_estimate][minimum][unit]": "day", f"{RATE}[delivery_estimate][minimum][value]": "3",
        f"{RATE}[delivery_estimate][maximum][unit]": "day", f"{RATE}[delivery_estimate][maximum][value]": "2"}), None,
     f"{RATE}[delivery_estimate][maximum]"),
    ("a set-up that ships", {**SETUP, "shipping_options[0][shipping_rate]": "shr_1"}, None, "shipping_options"),
    ("a payment that is no set-up", _with(**{"setup_intent_data[description]": "x"}), None, "setup_intent_data"),
    ("discounts", _with(**{"discounts[0][coupon]": "c"}), "parameter_unsupported", "discounts"),
    ("promotion codes", _with(allow_promotion_codes="true"), "parameter_unsupported", "allow_promotion_codes"),
    ("computed taxes", _with(**{"automatic_tax[enabled]": "true"}), "parameter_unsupported", "automatic_tax"),
    ("invoices", _with(**{"invoice_creation[enabled]": "true"}), "parameter_unsupported", "invoice_creation"),
    ("unknown", _with(colour="green"), "parameter_unknown", "colour"),
]


def _newest():
    paths = (SESSIONS, "/v1/products", "/v1/prices", "/v1/shipping_rates")
    return [one["id"] for path in paths for one in wire.get(path, {"limit": 3}).json["data"]]


@pytest.mark.raw
@pytest.mark.parametrize("what, pairs, code, param", REFUSED, ids=[row[0] for row in REFUSED])
def test_a_wrong_request_makes_nothing(sdk, what, pairs, code, param):
    before = _newest()
    answer = wire.post(SESSIONS, list(pairs.items()))
    assert (answer.status, answer.error["type"]) == (400, INVALID), answer.body
    assert (answer.error.get("code"), answer.error.get("param")) == (code, param), answer.body
    assert _newest() == before


@pytest.mark.raw
def test_what_is_not_there_is_named(sdk):
    for answer in (wire.get(f"{SESSIONS}/nothing"), wire.post(f"{SESSIONS}/nothing", {"metadata[a]": "1"}),
                   wire.post(f"{SESSIONS}/nothing/expire"), wire.get(f"{SESSIONS}/nothing/line_items")):
        assert (answer.status, answer.error["code"], answer.error["param"]) == (404, "resource_missing", "session")
        assert answer.error["message"] == "No such checkout.session: 'nothing'"
