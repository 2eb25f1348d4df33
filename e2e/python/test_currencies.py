"""Amounts in further currencies: of prices and of ways of shipping, and what is paid of them."""

import pytest
import stripe

import wire
from checkout import THANKS, Page
from shop import events_of, plain

PRICES, SHIPPING, PRODUCTS = "/v1/prices", "/v1/shipping_rates", "/v1/products"


def price(**more):
    """A price of 10 USD and its product."""
    terms = {"currency": "usd", "unit_amount": 1000, "product_data": {"name": "Tea"}, **more}
    return stripe.Price.create(**terms)


def in_all(made):
    """What a price costs in each of its currencies."""
    return plain(stripe.Price.retrieve(made.id, expand=["currency_options"]).currency_options)


def opened(*prices, quantity=1, **more):
    lines = [{"price": one.id, "quantity": quantity} for one in prices]
    return stripe.checkout.Session.create(mode="payment", success_url=THANKS, line_items=lines, **more)


def option(amount, decimal=None, behavior="unspecified", custom=None):
    decimal = decimal or (None if amount is None else str(amount))
    return {"custom_unit_amount": custom, "tax_behavior": behavior, "unit_amount": amount, "unit_amount_decimal": decimal}


def test_the_amounts_of_a_price_are_shown_when_they_are_asked_for(sdk):
    made = price(currency_options={"eur": {"unit_amount": 900, "tax_behavior": "inclusive"}, "jpy": {"unit_amount_decimal": "1500.5"}})
    assert "currency_options" not in made and (made.currency, made.unit_amount) == ("usd", 1000)
    assert in_all(made) == {
        "usd": option(1000), "eur": option(900, behavior="inclusive"), "jpy": option(None, "1500.5")}
    listed = stripe.Price.list(product=made.product, expand=["data.currency_options"]).data
    assert set(plain(listed[0].currency_options)) == {"usd", "eur", "jpy"}
    assert set(in_all(price())) == {"usd"}


def test_what_a_price_costs_elsewhere_is_changed(sdk):
    made = price(currency_options={"eur": {"unit_amount": 900}})
    stripe.Price.modify(made.id, currency_options={"eur": {"tax_behavior": "exclusive"}, "gbp": {"unit_amount": 800}})
    assert in_all(made) == {"usd": option(1000), "eur": option(900, behavior="exclusive"), "gbp": option(800)}
    stripe.Price.modify(made.id, currency_options={"gbp": {"unit_amount": 850}}, nickname="n")
    assert in_all(made)["gbp"] == option(850)
    stripe.Price.modify(made.id, nickname="m")
    assert set(in_all(made)) == {"usd", "eur", "gbp"}
    stripe.Price.modify(made.id, currency_options="")
    assert set(in_all(made)) == {"usd"}
    assert len(events_of(made.id, made.created)) == 5


def test_a_session_is_paid_in_a_currency_of_its_prices(sdk):
    tea = price(currency_options={"eur": {"unit_amount": 900}})
    cup = price(currency_options={"eur": {"unit_amount_decimal": "150.5"}, "gbp": {"unit_amount": 5}})
    rate = stripe.ShippingRate.create(
        display_name="Mail", type="fixed_amount",
        fixed_amount={"amount": 500, "currency": "usd", "currency_options": {"eur": {"amount": 400}}})
    made = opened(tea, cup, quantity=3, currency="eur", shipping_options=[{"shipping_rate": rate.id}])
    assert (made.currency, made.amount_subtotal, made.amount_total) == ("eur", 2700 + 452, 2700 + 452 + 400)
    lines = stripe.checkout.Session.list_line_items(made.id, expand=["data.price.currency_options"]).data
    assert [(line.currency, line.amount_total, line.price.currency) for line in lines] == [("eur", 2700, "usd"), ("eur", 452, "usd")]
    assert set(plain(lines[0].price.currency_options)) == {"usd", "eur"}
    assert Page(made).pay(expected_amount=3552).json["payment_status"] == "paid"
    paid = stripe.checkout.Session.retrieve(made.id, expand=["payment_intent"]).payment_intent
    assert (paid.currency, paid.amount_received) == ("eur", 3552)
    # What an order was made with stays.
    stripe.Price.modify(tea.id, currency_options="")
    assert stripe.checkout.Session.retrieve(made.id).amount_total == 3552


def test_without_a_word_the_currency_is_the_first_price_s_own(sdk):
    tea = price(currency_options={"eur": {"unit_amount": 900}})
    euros = stripe.Price.create(currency="eur", unit_amount=100, product=tea.product)
    assert (opened(tea).currency, opened(tea).amount_total) == ("usd", 1000)
    mixed = opened(euros, tea)
    assert (mixed.currency, mixed.amount_total) == ("eur", 1000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        opened(tea, euros)
    assert refused.value.param == "line_items[1]"


def test_a_link_is_paid_in_a_currency_of_its_prices(sdk):
    tea = price(currency_options={"eur": {"unit_amount": 900}})
    link = stripe.PaymentLink.create(currency="eur", line_items=[{"price": tea.id, "quantity": 2}])
    assert link.currency == "eur"
    assert stripe.PaymentLink.list_line_items(link.id).data[0].amount_total == 1800
    opens = wire.get(f"/b/{link.id}", key=None)
    made = opens.headers["location"].split("/c/pay/")[1]
    session = stripe.checkout.Session.retrieve(made)
    assert (session.currency, session.amount_total) == ("eur", 1800)


def test_the_buyer_chooses_the_amount_in_the_currency_of_the_session(sdk):
    made = price(
        unit_amount=None, custom_unit_amount={"enabled": True, "minimum": 500, "preset": 1000},
        currency_options={"jpy": {"custom_unit_amount": {"enabled": True, "minimum": 600, "preset": 1200}}})
    assert in_all(made)["jpy"] == option(None, custom={"maximum": None, "minimum": 600, "preset": 1200})
    session = opened(made, currency="jpy")
    assert (session.currency, session.amount_total) == ("jpy", 1200)
    page = Page(session)
    line = page.state()["line_items"][0]["id"]
    assert page.update(amounts={line: 599}).status == 400
    assert page.update(amounts={line: 700}).json["amounts"]["total"] == 700


def test_a_default_price_has_further_currencies(sdk):
    product = stripe.Product.create(name="Tea", default_price_data={
        "currency": "usd", "unit_amount": 100, "currency_options": {"eur": {"unit_amount": 90}}})
    found = stripe.Product.retrieve(product.id, expand=["default_price.currency_options"])
    assert plain(found.default_price.currency_options) == {"usd": option(100), "eur": option(90)}


def test_shipping_costs_something_else_elsewhere(sdk):
    made = stripe.ShippingRate.create(
        display_name="Mail", type="fixed_amount",
        fixed_amount={"amount": 500, "currency": "usd", "currency_options": {"eur": {"amount": 400, "tax_behavior": "inclusive"}}})
    assert plain(made.fixed_amount) == {"amount": 500, "currency": "usd"}
    stripe.ShippingRate.modify(made.id, fixed_amount={"currency_options": {"gbp": {"amount": 300}}})
    found = wire.get(f"{SHIPPING}/{made.id}", {"expand[0]": "fixed_amount.currency_options"}).json
    assert found["fixed_amount"]["currency_options"] == {
        "eur": {"amount": 400, "tax_behavior": "inclusive"}, "gbp": {"amount": 300, "tax_behavior": "unspecified"},
        "usd": {"amount": 500, "tax_behavior": "unspecified"}}


TEA = {"product_data[name]": "Tea", "currency": "usd", "unit_amount": "500"}
MAIL = {"display_name": "Mail", "fixed_amount[amount]": "5", "fixed_amount[currency]": "usd"}
OPTIONS, RATES = "currency_options", "fixed_amount[currency_options]"
# what, path, what is sent besides, code, param
REFUSED = [
    ("the own currency", PRICES, {f"{OPTIONS}[usd][unit_amount]": "1"}, None, f"{OPTIONS}[usd]"),
    ("no such currency", PRICES, {f"{OPTIONS}[zzz][unit_amount]": "1"}, None, f"{OPTIONS}[zzz]"),
    ("no code", PRICES, {f"{OPTIONS}[euro][unit_amount]": "1"}, None, f"{OPTIONS}[euro]"),
    ("a currency twice", PRICES, {f"{OPTIONS}[eur][unit_amount]": "1", f"{OPTIONS}[EUR][unit_amount]": "2"}, None, None),
    ("nothing said", PRICES, {f"{OPTIONS}[eur][tax_behavior]": "inclusive"}, "parameter_missing", f"{OPTIONS}[eur][unit_amount]"),
    ("nothing at all", PRICES, {f"{OPTIONS}[eur]": ""}, "parameter_invalid_empty", f"{OPTIONS}[eur]"),
    ("two amounts", PRICES, {f"{OPTIONS}[eur][unit_amount]": "1", f"{OPTIONS}[eur][unit_amount_decimal]": "1"}, None,
     f"{OPTIONS}[eur][unit_amount]"),
    ("less than nothing", PRICES, {f"{OPTIONS}[eur][unit_amount]": "-1"}, "parameter_invalid_integer", f"{OPTIONS}[eur][unit_amount]"),
    ("more than is charged", PRICES, {f"{OPTIONS}[eur][unit_amount]": "100000000"}, "parameter_invalid_integer",
     f"{OPTIONS}[eur][unit_amount]"),
    ("chosen there alone", PRICES, {f"{OPTIONS}[eur][custom_unit_amount][enabled]": "true"}, None,
     f"{OPTIONS}[eur][custom_unit_amount]"),
    ("tiers", PRICES, {f"{OPTIONS}[eur][tiers][0][up_to]": "inf"}, "parameter_unsupported", f"{OPTIONS}[eur][tiers]"),
    ("an unknown neighbour", PRICES, {f"{OPTIONS}[eur][amount]": "1"}, "parameter_unknown", f"{OPTIONS}[eur][amount]"),
    ("no amount of shipping", SHIPPING, {f"{RATES}[eur][tax_behavior]": "inclusive"}, "parameter_missing", f"{RATES}[eur][amount]"),
    ("shipping in the own currency", SHIPPING, {f"{RATES}[usd][amount]": "1"}, None, f"{RATES}[usd]"),
    ("shipping in no currency", SHIPPING, {f"{RATES}[zzz][amount]": "1"}, None, f"{RATES}[zzz]"),
]


@pytest.mark.raw
@pytest.mark.parametrize("what, path, more, code, param", REFUSED, ids=[case[0] for case in REFUSED])
def test_a_wrong_currency_makes_nothing(sdk, what, path, more, code, param):
    newest = lambda: [wire.get(of, {"limit": 1}).json["data"][0:1] for of in (PRICES, SHIPPING, PRODUCTS)]
    before = newest()
    answer = wire.post(path, {**(TEA if path == PRICES else MAIL), **more})
    assert (answer.status, answer.error.get("code")) == (400, code), answer.body
    assert param is None or answer.error["param"] == param
    assert newest() == before


@pytest.mark.raw
def test_a_currency_that_a_price_does_not_have_is_refused(sdk):
    tea = price(currency_options={"eur": {"unit_amount": 900}})
    sold = {"mode": "payment", "success_url": THANKS, "line_items[0][price]": tea.id, "line_items[0][quantity]": "1"}
    answer = wire.post("/v1/checkout/sessions", {**sold, "currency": "gbp"})
    assert (answer.status, answer.error["param"]) == (400, "currency") and "currency_options" in answer.error["message"]
    way = {f"shipping_options[0][shipping_rate_data][{name.split('[')[0]}]" + name[len(name.split('[')[0]):]: value
           for name, value in MAIL.items()}
    answer = wire.post("/v1/checkout/sessions", {**sold, **way, "currency": "eur"})
    assert (answer.status, answer.error["param"]) == (400, "shipping_options[0]")
    answer = wire.post(f"{PRICES}/{tea.id}", {"currency_options[eur][tax_behavior]": "inclusive"})
    assert answer.status == 200
    answer = wire.post(f"{PRICES}/{tea.id}", {"currency_options[eur][tax_behavior]": "exclusive"})
    assert (answer.status, answer.error["param"]) == (400, "currency_options[eur][tax_behavior]")
