"""What is offered beside an order: nothing of it is sold before the buyer adds it."""

import pytest
import stripe

import wire
from checkout import THANKS, Page, item, opened
from shop import plain

# Older versions do not show what is offered.
pytestmark = pytest.mark.newest

SESSIONS, LINKS = "/v1/checkout/sessions", "/v1/payment_links"


def price(amount=900, **more):
    return stripe.Price.create(currency="usd", unit_amount=amount, product_data={"name": "Cup"}, **more)


def offers(page):
    return [line for line in page.state()["line_items"] if line["optional"]]


def test_an_offer_is_added_left_out_and_paid(sdk):
    cup, spoon = price(), price(100)
    made = opened(item(500), optional_items=[
        {"price": cup.id, "quantity": 2},
        {"price": spoon.id, "quantity": 1, "adjustable_quantity": {"enabled": True, "minimum": 1, "maximum": 4}}])
    assert made.amount_total == 500
    assert plain(made)["optional_items"] == [
        {"adjustable_quantity": None, "price": cup.id, "quantity": 2},
        {"adjustable_quantity": {"enabled": True, "maximum": 4, "minimum": 1}, "price": spoon.id, "quantity": 1}]
    assert len(stripe.checkout.Session.list_line_items(made.id).data) == 1
    page = Page(made)
    first, second = offers(page)
    assert (first["quantity"], first["amount"], first["optional"]) == (0, 0, {"quantity": 2, "amount": 1800})
    assert page.update(quantities={first["id"]: 1}).status == 400
    assert page.update(quantities={first["id"]: 2, second["id"]: 3}).json["amounts"]["total"] == 500 + 1800 + 300
    sold = stripe.checkout.Session.list_line_items(made.id).data
    assert [(line.quantity, line.adjustable_quantity and line.adjustable_quantity.maximum) for line in sold] == [(1, None), (2, None), (3, 4)]
    assert page.update(quantities={first["id"]: 0}).json["amounts"]["total"] == 800
    assert page.update(quantities={second["id"]: 5}).status == 400
    assert page.pay(expected_amount=800).json["payment_status"] == "paid"
    assert stripe.checkout.Session.retrieve(made.id, expand=["payment_intent"]).payment_intent.amount_received == 800


def test_a_changed_order_keeps_its_offers(sdk):
    cup = price()
    made = opened(item(500), optional_items=[{"price": cup.id, "quantity": 2}])
    page = Page(made)
    (offer,) = offers(page)
    page.update(quantities={offer["id"]: 2})
    (line, taken) = stripe.checkout.Session.list_line_items(made.id).data
    both = stripe.checkout.Session.modify(made.id, line_items=[{"id": line.id}, {"id": taken.id}])
    assert both.amount_total == 2300
    without = stripe.checkout.Session.modify(made.id, line_items=[{"id": line.id, "quantity": 2}])
    assert without.amount_total == 1000 and offers(page)[0]["quantity"] == 0
    assert page.update(quantities={offer["id"]: 2}).json["amounts"]["total"] == 2800


def test_an_offer_alone_is_no_order(sdk):
    made = opened(item(500, adjustable_quantity={"enabled": True, "minimum": 0}), optional_items=[{"price": price().id, "quantity": 1}])
    page = Page(made)
    sold, offer = page.state()["line_items"]
    assert page.update(quantities={sold["id"]: 0}).status == 400
    assert page.update(quantities={offer["id"]: 1, sold["id"]: 0}).json["amounts"]["total"] == 900


def test_the_currency_of_the_session_is_that_of_its_offers(sdk):
    cup = price(currency_options={"eur": {"unit_amount": 800}})
    made = opened(item(500, currency="eur"), optional_items=[{"price": cup.id, "quantity": 1}])
    assert offers(Page(made))[0]["optional"] == {"quantity": 1, "amount": 800}


def test_a_link_offers_more(sdk):
    cup = price()
    link = stripe.PaymentLink.create(
        line_items=[{"price": price(500).id, "quantity": 1}], optional_items=[{"price": cup.id, "quantity": 2}])
    assert plain(link)["optional_items"] == [{"adjustable_quantity": None, "price": cup.id, "quantity": 2}]
    assert len(stripe.PaymentLink.list_line_items(link.id).data) == 1

    def visit():
        opens = wire.get(f"/b/{link.id}", key=None)
        return Page(opens.headers["location"].rpartition("/")[2])

    page = visit()
    (offer,) = offers(page)
    assert page.update(quantities={offer["id"]: 2}).json["amounts"]["total"] == 2300
    assert page.pay(expected_amount=2300).json["payment_status"] == "paid"
    changed = stripe.PaymentLink.modify(link.id, optional_items=[{"price": cup.id, "quantity": 1}])
    assert changed.optional_items[0].quantity == 1 and offers(visit())[0]["optional"]["quantity"] == 1
    assert stripe.PaymentLink.modify(link.id, optional_items="").optional_items is None
    assert offers(visit()) == []


SOLD = {"line_items[0][quantity]": "1", "line_items[0][price_data][currency]": "usd", "line_items[0][price_data][unit_amount]": "500",
        "line_items[0][price_data][product_data][name]": "Tea"}
OFFER = "optional_items[0]"
# what, what is sent besides ($ID is a price), code, param
REFUSED = [
    ("no price", {f"{OFFER}[quantity]": "1"}, "parameter_missing", f"{OFFER}[price]"),
    ("no quantity", {f"{OFFER}[price]": "$ID"}, "parameter_missing", f"{OFFER}[quantity]"),
    ("none of it", {f"{OFFER}[price]": "$ID", f"{OFFER}[quantity]": "0"}, None, f"{OFFER}[quantity]"),
    ("no such price", {f"{OFFER}[price]": "price_missing", f"{OFFER}[quantity]": "1"}, "resource_missing", f"{OFFER}[price]"),
    ("a price that is chosen", {f"{OFFER}[price]": "$CHOSEN", f"{OFFER}[quantity]": "1"}, None, f"{OFFER}[price]"),
    ("a price of every month", {f"{OFFER}[price]": "$MONTHLY", f"{OFFER}[quantity]": "1"}, None, f"{OFFER}[price]"),
    ("another currency", {f"{OFFER}[price]": "$EURO", f"{OFFER}[quantity]": "1"}, None, OFFER),
    ("bounds beside it", {f"{OFFER}[price]": "$ID", f"{OFFER}[quantity]": "1", f"{OFFER}[adjustable_quantity][enabled]": "true",
                          f"{OFFER}[adjustable_quantity][minimum]": "2"}, None, f"{OFFER}[adjustable_quantity]"),
    ("eleven", {f"optional_items[{at}][{name}]": value for at in range(11) for name, value in (("price", "$ID"), ("quantity", "1"))}, None,
     "optional_items"),
    ("an unknown neighbour", {f"{OFFER}[price]": "$ID", f"{OFFER}[quantity]": "1", f"{OFFER}[tax_rates][0]": "txr_1"},
     "parameter_unknown", f"{OFFER}[tax_rates]"),
]


@pytest.mark.raw
@pytest.mark.parametrize("path", [SESSIONS, LINKS])
@pytest.mark.parametrize("what, sent, code, param", REFUSED, ids=[case[0] for case in REFUSED])
def test_a_wrong_offer_makes_nothing(sdk, path, what, sent, code, param):
    named = {
        "$ID": price().id, "$EURO": stripe.Price.create(currency="eur", unit_amount=5, product_data={"name": "Cup"}).id,
        "$MONTHLY": price(recurring={"interval": "month"}).id,
        "$CHOSEN": stripe.Price.create(currency="usd", custom_unit_amount={"enabled": True}, product_data={"name": "Cup"}).id}
    before = wire.get(path, {"limit": 1}).json["data"]
    asked = {**SOLD, **{name: named.get(value, value) for name, value in sent.items()}}
    if path == SESSIONS:
        asked |= {"mode": "payment", "success_url": THANKS}
    answer = wire.post(path, asked)
    assert (answer.status, answer.error.get("code"), answer.error["param"]) == (400, code, param), answer.body
    assert wire.get(path, {"limit": 1}).json["data"] == before
