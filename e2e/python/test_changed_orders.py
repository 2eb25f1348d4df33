"""A session that is open, changed by the merchant: what it sells, what its intent is made with, where it goes."""

import pytest
import stripe

import wire
from checkout import ASKING, DECLINED, GOOD, THANKS, Page, item, opened
from shop import events_of, new_customer, plain, types

SESSIONS = "/v1/checkout/sessions"

# The SDK of 2023 cannot change a session.
pytestmark = pytest.mark.newest


def lines(made):
    return stripe.checkout.Session.list_line_items(made.id).data


def change(made, *sold, **more):
    return stripe.checkout.Session.modify(made.id, line_items=list(sold), **more)


def again(made):
    return stripe.checkout.Session.retrieve(made.id, expand=["payment_intent"])


def test_items_stay_change_come_and_go(sdk):
    made = opened(item(500), item(700, quantity=2), item(900))
    first, second, third = lines(made)
    price = stripe.Price.create(currency="usd", unit_amount=50, product_data={"name": "Cup"})
    changed = change(
        made, {"id": third.id}, {"price": price.id, "quantity": 4},
        {"id": first.id, "quantity": 3, "metadata": {"size": "m"}, "adjustable_quantity": {"enabled": True, "maximum": 5}})
    assert (changed.amount_total, changed.payment_status) == (900 + 200 + 1500, "unpaid")
    told = lines(made)
    assert [line.id for line in told][0::2] == [third.id, first.id] and told[1].id not in {first.id, second.id, third.id}
    assert [(line.description, line.quantity, line.amount_total) for line in told] == [
        ("Tea", 1, 900), ("Cup", 4, 200), ("Tea", 3, 1500)]
    assert plain(told[2].metadata) == {"size": "m"}
    assert plain(told[2].adjustable_quantity) == {"enabled": True, "maximum": 5, "minimum": 0}
    # Another price in the place of one that stands there keeps its id and its quantity.
    replaced = change(made, {"id": first.id, "price": price.id})
    assert (replaced.amount_total, lines(made)[0].id, lines(made)[0].quantity) == (150, first.id, 3)
    page = Page(made)
    assert page.state()["amounts"]["total"] == 150
    assert page.pay(expected_amount=150).json["payment_status"] == "paid"
    assert again(made).payment_intent.amount_received == 150


def test_taxes_are_given_and_taken_away(sdk):
    rate = stripe.TaxRate.create(display_name="VAT", percentage=10, inclusive=False)
    made = opened(item(1000))
    line = lines(made)[0].id
    taxed = change(made, {"id": line, "tax_rates": [rate.id]})
    assert (taxed.amount_total, taxed.total_details.amount_tax) == (1100, 100)
    assert change(made, {"id": line, "quantity": 2}).amount_total == 2200
    assert change(made, {"id": line, "tax_rates": ""}).amount_total == 2000


def test_another_price_takes_nothing_else_away(sdk):
    rate = stripe.TaxRate.create(display_name="VAT", percentage=10, inclusive=False)
    bounds = {"enabled": True, "minimum": 1, "maximum": 9}
    made = opened(item(1000, quantity=2, tax_rates=[rate.id], adjustable_quantity=bounds, metadata={"size": "m"}))
    price = stripe.Price.create(currency="usd", unit_amount=50, product_data={"name": "Cup"})
    (before,) = lines(made)
    changed = change(made, {"id": before.id, "price": price.id})
    (line,) = lines(made)
    assert (line.id, line.description, line.quantity, line.amount_tax, changed.amount_total) == (before.id, "Cup", 2, 10, 110)
    assert (plain(line.adjustable_quantity), plain(line.metadata)) == (bounds, {"size": "m"})
    # Without a most the buyer may take what is sold.
    change(made, {"id": line.id, "quantity": 150, "adjustable_quantity": {"enabled": True}})
    assert plain(lines(made)[0].adjustable_quantity) == {"enabled": True, "maximum": 150, "minimum": 0}
    change(made, {"id": line.id, "adjustable_quantity": {"enabled": True}})
    assert lines(made)[0].adjustable_quantity.maximum == 150


def test_what_the_buyer_has_not_seen_is_not_charged(sdk):
    made = opened(item(500))
    page = Page(made)
    line = lines(made)[0].id
    change(made, {"id": line, "quantity": 4})
    refused = page.pay(expected_amount=500)
    assert (refused.status, refused.error["code"]) == (409, "amount_changed")
    assert page.pay(expected_amount=2000).status == 200


def test_a_bank_that_was_being_asked_is_asked_anew(sdk):
    made = opened(item(500))
    page = Page(made)
    assert page.pay(ASKING).json["payment"]["status"] == "requires_action"
    change(made, {"id": lines(made)[0].id, "quantity": 2})
    assert page.state()["payment"]["action"] is None
    assert page.pay(expected_amount=1000).json["payment_status"] == "paid"
    paid = again(made).payment_intent
    assert (paid.amount, paid.amount_received) == (1000, 1000)


def test_the_intent_is_made_with_what_was_said_last(sdk):
    made = opened(item(500), customer=new_customer().id, payment_intent_data={"description": "first", "metadata": {"a": "1", "b": "2"}})
    page = Page(made)
    assert page.pay(DECLINED).status == 402
    stripe.checkout.Session.modify(made.id, payment_intent_data={
        "description": "second", "metadata": {"b": "", "c": "3"}, "setup_future_usage": "off_session",
        "statement_descriptor_suffix": "TEA"})
    assert page.pay(GOOD).json["payment_status"] == "paid"
    paid = again(made).payment_intent
    assert (paid.description, paid.setup_future_usage, paid.statement_descriptor_suffix) == ("second", "off_session", "TEA")
    assert plain(paid.metadata) == {"a": "1", "b": "2", "c": "3"}
    fresh = opened(item(500), payment_intent_data={"description": "first", "metadata": {"a": "1", "b": "2"}})
    stripe.checkout.Session.modify(fresh.id, payment_intent_data={"metadata": {"b": ""}, "description": ""})
    assert Page(fresh).pay().json["payment_status"] == "paid"
    paid = again(fresh).payment_intent
    assert (plain(paid.metadata), paid.description) == ({"a": "1"}, None)


def test_the_merchant_knows_where_it_goes(sdk):
    made = opened(item(500), shipping_address_collection={"allowed_countries": ["DE"]})
    place = {"name": "Ada", "address": {"line1": "Weg 1", "city": "Berlin", "country": "DE", "postal_code": "10115"}}
    changed = stripe.checkout.Session.modify(made.id, collected_information={"shipping_details": place})
    assert changed.collected_information.shipping_details.name == "Ada"
    assert Page(made).pay().json["payment_status"] == "paid"
    shipped = again(made).payment_intent.shipping
    assert (shipped.name, shipped.address.city) == ("Ada", "Berlin")


def test_a_change_is_told_to_nobody(sdk):
    made = opened(item(500))
    change(made, {"id": lines(made)[0].id, "quantity": 2})
    assert types(events_of(made.id, made.created)) == []


@pytest.mark.parametrize("word, kept", [("auto", True), ("never", False)])
def test_what_the_buyer_tells_is_kept_with_the_customer(sdk, word, kept):
    customer = stripe.Customer.create(name="Before")
    made = opened(
        item(500), customer=customer.id, customer_update={"address": word, "name": word, "shipping": word},
        billing_address_collection="required", shipping_address_collection={"allowed_countries": ["DE"]})
    address = {"line1": "Weg 1", "city": "Berlin", "postal_code": "10115", "country": "DE"}
    told = {"billing": {"name": "Ada Buyer", "address": address}, "shipping": {"name": "Ada at work", "address": address}}
    assert Page(made).pay(**told).json["payment_status"] == "paid"
    held = stripe.Customer.retrieve(customer.id)
    assert held.name == ("Ada Buyer" if kept else "Before")
    assert (held.address and held.address.city) == ("Berlin" if kept else None)
    assert (held.shipping and held.shipping.name) == ("Ada at work" if kept else None)
    assert types(events_of(customer.id, customer.created)) == ["customer.created"] + kept * ["customer.updated"]


def test_nothing_is_kept_without_a_word_or_a_customer(sdk):
    customer = stripe.Customer.create(name="Before")
    made = opened(item(500), customer=customer.id, customer_update={"shipping": "auto"})
    assert Page(made).pay(billing={"name": "Ada Buyer"}).json["payment_status"] == "paid"
    assert stripe.Customer.retrieve(customer.id).name == "Before"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        opened(item(500), customer_update={"name": "auto"})
    assert refused.value.param == "customer_update"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        opened(item(500), customer=customer.id, customer_update={"name": "always"})
    assert refused.value.param == "customer_update[name]"


LINE = "line_items[0]"
OTHER = {f"{LINE}[price_data][currency]": "eur", f"{LINE}[price_data][unit_amount]": "5",
         f"{LINE}[price_data][product_data][name]": "Tea", f"{LINE}[quantity]": "1"}
PLACE = "collected_information[shipping_details]"
# what, what is sent ($ID is the first line), code, param
REFUSED = [
    ("no such line", {f"{LINE}[id]": "li_missing"}, None, f"{LINE}[id]"),
    ("a line twice", {f"{LINE}[id]": "$ID", "line_items[1][id]": "$ID"}, None, "line_items[1][id]"),
    ("nothing about a new one", {f"{LINE}[quantity]": "1"}, "parameter_missing", f"{LINE}[price]"),
    ("no quantity of a new one", {f"{LINE}[price]": "price_1"}, "parameter_missing", f"{LINE}[quantity]"),
    ("no such price", {f"{LINE}[id]": "$ID", f"{LINE}[price]": "price_missing"}, "resource_missing", f"{LINE}[price]"),
    ("no such tax", {f"{LINE}[id]": "$ID", f"{LINE}[tax_rates][0]": "txr_missing"}, "resource_missing", f"{LINE}[tax_rates][0]"),
    ("another currency", OTHER, None, LINE),
    ("none of it", {f"{LINE}[id]": "$ID", f"{LINE}[quantity]": "0"}, None, f"{LINE}[quantity]"),
    ("more than there is", {f"{LINE}[id]": "$ID", f"{LINE}[quantity]": "1000000"}, None, f"{LINE}[quantity]"),
    ("more than any payment", {f"{LINE}[id]": "$ID", f"{LINE}[quantity]": "999999"}, "amount_too_large", None),
    ("bounds beside the quantity", {f"{LINE}[id]": "$ID", f"{LINE}[adjustable_quantity][enabled]": "true",
                                    f"{LINE}[adjustable_quantity][minimum]": "4"}, None, f"{LINE}[adjustable_quantity]"),
    ("an unknown neighbour", {f"{LINE}[id]": "$ID", f"{LINE}[amount]": "1"}, "parameter_unknown", f"{LINE}[amount]"),
    ("half a place", {f"{PLACE}[name]": "Ada"}, "parameter_missing", f"{PLACE}[address]"),
    ("a usage that is none", {"payment_intent_data[setup_future_usage]": "always"}, None, "payment_intent_data[setup_future_usage]"),
]


@pytest.mark.raw
@pytest.mark.parametrize("what, sent, code, param", REFUSED, ids=[case[0] for case in REFUSED])
def test_a_wrong_change_changes_nothing(sdk, what, sent, code, param):
    made = opened(item(500))
    line = lines(made)[0].id
    before = wire.get(f"{SESSIONS}/{made.id}", {"expand[0]": "line_items"}).json
    answer = wire.post(f"{SESSIONS}/{made.id}", {name: line if value == "$ID" else value for name, value in sent.items()})
    assert (answer.status, answer.error.get("code")) == (400, code), answer.body
    assert param is None or answer.error["param"] == param
    assert wire.get(f"{SESSIONS}/{made.id}", {"expand[0]": "line_items"}).json == before


@pytest.mark.raw
def test_what_is_over_or_sells_nothing_is_not_changed(sdk):
    made = opened(item(500))
    line = lines(made)[0].id
    assert Page(made).pay().status == 200
    for sent in ({f"{LINE}[id]": line}, {"payment_intent_data[description]": "x"}):
        answer = wire.post(f"{SESSIONS}/{made.id}", sent)
        assert (answer.status, answer.error["code"]) == (400, "session_complete")
    ended = opened(item(500))
    stripe.checkout.Session.expire(ended.id)
    answer = wire.post(f"{SESSIONS}/{ended.id}", {f"{LINE}[id]": lines(ended)[0].id})
    assert (answer.status, answer.error["code"]) == (400, "session_expired")
    held = stripe.checkout.Session.create(mode="setup", currency="usd", success_url=THANKS)
    for sent, param in ((OTHER, "line_items"), ({"payment_intent_data[description]": "x"}, "payment_intent_data")):
        answer = wire.post(f"{SESSIONS}/{held.id}", sent)
        assert (answer.status, answer.error["param"]) == (400, param)
