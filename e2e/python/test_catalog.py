"""The catalog: products, prices, tax rates and shipping rates."""

import secrets

import pytest
import stripe

import wire
from own import needs_binary, other_account, running
from plain import DEV_KEY
from shop import error_of, events_of, fresh, plain, types

INVALID = "invalid_request_error"
PICTURE = "https://shop.example/tea.png"


@pytest.fixture
def product(sdk):
    """A product that belongs to one test and has no price."""
    return stripe.Product.create(name="Green tea")


def price_of(product, amount=500, **more):
    """A price of a product."""
    return stripe.Price.create(product=product.id, currency="usd", unit_amount=amount, **more)


def ids(page):
    """The ids of a page, in its order."""
    return [one.id for one in page.data]


# Products


@pytest.mark.newest
def test_a_product_has_every_member(sdk):
    made = plain(stripe.Product.create(
        name="Green tea", description="In tins", images=[PICTURE], metadata={"a": "1"}, shippable=True,
        statement_descriptor="TEA", unit_label="tin", url="https://shop.example/tea", tax_code="txcd_99999999",
        package_dimensions={"height": "1.50", "length": 2, "weight": 3, "width": 4}))
    assert made["id"].startswith("prod_")
    assert made["updated"] == made["created"]
    for member, value in {
        "object": "product", "name": "Green tea", "active": True, "description": "In tins", "images": [PICTURE],
        "metadata": {"a": "1"}, "shippable": True, "statement_descriptor": "TEA", "unit_label": "tin",
        "url": "https://shop.example/tea", "tax_code": "txcd_99999999", "default_price": None, "type": "service",
        "package_dimensions": {"height": 1.5, "length": 2, "weight": 3, "width": 4}, "marketing_features": [],
        "tax_details": None, "livemode": False,
    }.items():
        assert made[member] == value, member
    assert types(events_of(made["id"], made["created"])) == ["product.created"]


def test_a_change_tells_what_was_before(product):
    changed = stripe.Product.modify(
        product.id, description="Loose", metadata={"tier": "gold"}, images=[PICTURE], active=False)
    assert (changed.description, changed.active, changed.images) == ("Loose", False, [PICTURE])
    assert changed.updated >= product.updated
    event = events_of(product.id, product.created)[-1]
    assert event["type"] == "product.updated"
    before = event["data"]["previous_attributes"]
    assert set(before) - {"updated"} == {"description", "metadata", "images", "active"}
    assert (before["description"], before["active"], before["images"]) == (None, True, [])
    emptied = stripe.Product.modify(product.id, description="", images="", metadata="")
    assert (emptied.description, emptied.images, plain(emptied.metadata)) == (None, [], {})


def test_a_product_without_prices_is_deleted(product):
    gone = stripe.Product.delete(product.id)
    assert plain(gone) == {"id": product.id, "object": "product", "deleted": True}
    for call in (stripe.Product.retrieve, stripe.Product.delete, lambda id: stripe.Product.modify(id, name="Ghost")):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            call(product.id)
        assert (caught.value.http_status, caught.value.code, caught.value.param) == (404, "resource_missing", "id")
    event = events_of(product.id, product.created)[-1]
    assert event["type"] == "product.deleted"
    assert (event["data"]["object"]["name"], event["data"]["object"]["active"]) == ("Green tea", False)
    assert product.id not in ids(stripe.Product.list(limit=100)) and ids(stripe.Product.list(ids=[product.id])) == []
    assert product.id not in ids(stripe.Product.list(limit=100, active=False))


def test_a_product_with_prices_stays(product):
    price_of(product)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Product.delete(product.id)
    error = error_of(caught)
    assert error["message"].startswith(
        "This product cannot be deleted because it has one or more user-created prices.")
    assert "code" not in error and "param" not in error
    assert stripe.Product.retrieve(product.id).name == "Green tea"


def test_an_id_of_ones_own_is_given_once(sdk):
    own = fresh("tea")
    assert stripe.Product.create(id=own, name="Tea").id == own
    assert stripe.Product.retrieve(own).name == "Tea"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Product.create(id=own, name="Other tea")
    assert (caught.value.http_status, caught.value.code) == (400, "resource_already_exists")
    assert stripe.Product.retrieve(own).name == "Tea"
    stripe.Product.delete(own)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Product.create(id=own, name="Tea again")
    assert caught.value.code == "resource_already_exists"


def test_a_product_and_its_default_price_are_made_at_once(sdk):
    made = stripe.Product.create(
        name="Tea", default_price_data={"currency": "usd", "unit_amount": 1500, "recurring": {"interval": "month"}},
        expand=["default_price"])
    price = made.default_price
    assert (price.object, price.unit_amount, price.product) == ("price", 1500, made.id)
    assert (price.type, price.recurring.interval, price.recurring.interval_count) == ("recurring", "month", 1)
    created = events_of(made.id, made.created)
    assert types(created) == ["product.created"]
    assert created[0]["data"]["object"]["default_price"] == price.id
    assert types(events_of(price.id, made.created)) == ["price.created"]


def test_products_are_listed_by_whether_they_may_be_bought(sdk):
    made = [stripe.Product.create(name=f"T{n}", active=n != 1) for n in range(3)]
    after = {"limit": 3, "ending_before": made[0].id}
    assert ids(stripe.Product.list(**after)) == [made[2].id, made[1].id]
    assert ids(stripe.Product.list(active=True, **after)) == [made[2].id]
    assert ids(stripe.Product.list(active=False, **after)) == [made[1].id]
    page = stripe.Product.list(limit=1, starting_after=made[2].id)
    assert (ids(page), page.has_more, page.url) == ([made[1].id], True, "/v1/products")


def test_products_are_listed_by_what_they_are(sdk):
    page = f"https://shop.example/{secrets.token_hex(4)}"
    first = stripe.Product.create(name="T", shippable=True, url=page, type="good")
    second = stripe.Product.create(name="T", shippable=False, type="service")
    third = stripe.Product.create(name="T", url=page)
    after = {"limit": 5, "ending_before": stripe.Product.list(ids=[first.id]).data[0].id}
    assert ids(stripe.Product.list(ids=[third.id, first.id, "prod_missing"])) == [third.id, first.id]
    named = [first.id, third.id, second.id, first.id]
    one = stripe.Product.list(ids=named, limit=1)
    assert (ids(one), one.has_more) == ([third.id], True)
    rest = stripe.Product.list(ids=named, limit=2, starting_after=third.id)
    assert (ids(rest), rest.has_more) == ([second.id, first.id], False)
    back = stripe.Product.list(ids=named, limit=1, ending_before=first.id)
    assert (ids(back), back.has_more) == ([second.id], True)
    assert ids(stripe.Product.list(ids=named, active=False)) == []
    assert ids(stripe.Product.list(ids=named, created={"gt": third.created + 60})) == []
    assert ids(stripe.Product.list(url=page)) == [third.id, first.id]
    assert ids(stripe.Product.list(shippable=False, **after)) == [second.id]
    assert first.id in ids(stripe.Product.list(shippable=True, limit=100))
    assert ids(stripe.Product.list(url=page, type="good")) == [first.id]
    assert ids(stripe.Product.list(ids=[])) != []
    one = stripe.Product.list(url=page, limit=1)
    assert (ids(one), one.has_more) == ([third.id], True)
    assert ids(stripe.Product.list(url=page, limit=1, starting_after=third.id)) == [first.id]


# Prices


def test_prices_are_listed_by_how_often_they_are_due(product):
    once = price_of(product)
    monthly = price_of(product, recurring={"interval": "month"})
    yearly = price_of(product, recurring={"interval": "year"})
    for wanted, expected in (
        ({"interval": "month"}, [monthly.id]), ({"interval": "year"}, [yearly.id]), ({"interval": "day"}, []),
        ({"usage_type": "licensed"}, [yearly.id, monthly.id]), ({"usage_type": "metered"}, []), ({"meter": "mtr_1"}, []),
    ):
        assert ids(stripe.Price.list(product=product.id, recurring=wanted)) == expected, wanted
    assert once.id in ids(stripe.Price.list(product=product.id))


def test_the_buyer_chooses_the_amount(product):
    made = stripe.Price.create(product=product.id, currency="usd", custom_unit_amount={"enabled": True, "minimum": 500, "maximum": 90_000, "preset": 2_000})
    assert plain(made.custom_unit_amount) == {"minimum": 500, "maximum": 90_000, "preset": 2_000}
    assert (made.unit_amount, made.unit_amount_decimal) == (None, None)
    off = price_of(product, custom_unit_amount={"enabled": False})
    assert (off.custom_unit_amount, off.unit_amount is not None) == (None, True)
    bare = stripe.Product.create(name="T", default_price_data={"currency": "eur", "custom_unit_amount": {"enabled": True}},
                                 expand=["default_price"]).default_price
    assert plain(bare.custom_unit_amount) == {"minimum": None, "maximum": None, "preset": None}


def test_a_price_of_packages(product):
    made = price_of(product, transform_quantity={"divide_by": 6, "round": "up"})
    assert plain(made.transform_quantity) == {"divide_by": 6, "round": "up"}
    for round, count, paid in (("up", 13, 3), ("up", 12, 2), ("down", 13, 2), ("up", 1, 1)):
        price = price_of(product, transform_quantity={"divide_by": 6, "round": round})
        session = stripe.checkout.Session.create(mode="payment", line_items=[{"price": price.id, "quantity": count}])
        assert (session.amount_total, stripe.checkout.Session.list_line_items(session.id).data[0].quantity) == (500 * paid, count)


def test_a_price_has_every_member(product):
    made = plain(price_of(product, nickname="standard", metadata={"a": "1"}))
    assert made.pop("id").startswith("price_")
    created = made.pop("created")
    assert created >= product.created
    assert made == {
        "object": "price", "active": True, "billing_scheme": "per_unit", "currency": "usd", "custom_unit_amount": None,
        "livemode": False, "lookup_key": None, "metadata": {"a": "1"}, "nickname": "standard", "product": product.id,
        "recurring": None, "tax_behavior": "unspecified", "tiers_mode": None, "transform_quantity": None,
        "type": "one_time", "unit_amount": 500, "unit_amount_decimal": "500"}


def test_an_amount_may_have_a_fraction(product):
    made = stripe.Price.create(product=product.id, currency="usd", unit_amount_decimal="0.50")
    assert (made.unit_amount, str(made.unit_amount_decimal)) == (None, "0.5")
    whole = stripe.Price.create(product=product.id, currency="usd", unit_amount_decimal="7.0")
    assert (whole.unit_amount, str(whole.unit_amount_decimal)) == (7, "7")


def test_a_price_and_its_product_are_made_at_once(sdk):
    made = stripe.Price.create(
        currency="eur", unit_amount=900, product_data={"name": "Cup", "unit_label": "cup"}, expand=["product"])
    assert (made.product.object, made.product.name, made.product.unit_label) == ("product", "Cup", "cup")
    assert made.product.default_price is None
    assert types(events_of(made.product.id, made.created)) == ["product.created"]


def test_a_price_changes_but_for_what_it_costs(product):
    made = price_of(product)
    changed = stripe.Price.modify(made.id, active=False, nickname="old", tax_behavior="inclusive", metadata={"a": "1"})
    assert (changed.active, changed.nickname, changed.tax_behavior) == (False, "old", "inclusive")
    event = events_of(made.id, made.created)[-1]
    assert (event["type"], set(event["data"]["previous_attributes"])) == (
        "price.updated", {"active", "nickname", "tax_behavior", "metadata"})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Price.modify(made.id, tax_behavior="exclusive")
    assert (caught.value.http_status, caught.value.param) == (400, "tax_behavior")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Price.modify(made.id, unit_amount=900)
    assert (caught.value.code, caught.value.param) == ("parameter_unknown", "unit_amount")


def test_the_default_price_cannot_be_put_away(product):
    first, second = price_of(product), price_of(product, 600)
    assert stripe.Product.modify(product.id, default_price=first.id).default_price == first.id
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Price.modify(first.id, active=False)
    assert "is the default price of its product" in error_of(caught)["message"]
    stripe.Product.modify(product.id, default_price=second.id)
    assert stripe.Price.modify(first.id, active=False).active is False
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Product.modify(product.id, default_price=first.id)
    assert (caught.value.http_status, caught.value.param) == (400, "default_price")


def test_a_default_price_is_the_products_own(product):
    other = price_of(stripe.Product.create(name="Other"))
    for price, code in ((other.id, None), ("price_missing", "resource_missing")):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            stripe.Product.modify(product.id, default_price=price)
        assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, code, "default_price")


def test_prices_are_filtered(product):
    made = [
        price_of(product), price_of(product, 600, recurring={"interval": "year"}),
        stripe.Price.create(product=product.id, currency="eur", unit_amount=700, active=False)]
    one, yearly, euros = (price.id for price in made)

    def found(**filters):
        return ids(stripe.Price.list(product=product.id, **filters))

    assert found() == [euros, yearly, one]
    assert found(active=True) == [yearly, one]
    assert found(active=False) == [euros]
    assert found(type="recurring") == [yearly]
    assert found(type="one_time", currency="usd") == [one]
    assert found(limit=1, starting_after=euros) == [yearly]
    assert found(limit=2, ending_before=one) == [euros, yearly]
    page = stripe.Price.list(product=product.id, limit=1, expand=["data.product"])
    assert page.data[0].product.name == "Green tea"
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Price.list(product="prod_missing")
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, "resource_missing", "product")


def test_a_lookup_key_has_one_holder(product):
    key = fresh("monthly")
    first = price_of(product, lookup_key=key)
    assert ids(stripe.Price.list(lookup_keys=[key, fresh()])) == [first.id]
    for take in (lambda: price_of(product, 600, lookup_key=key),
                 lambda: stripe.Price.modify(price_of(product, 700).id, lookup_key=key)):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            take()
        assert (caught.value.http_status, caught.value.param) == (400, "lookup_key")
        assert error_of(caught)["message"].startswith(f"A price (`{first.id}`) already uses that lookup key.")
    second = price_of(product, 600, lookup_key=key, transfer_lookup_key=True)
    assert (second.lookup_key, stripe.Price.retrieve(first.id).lookup_key) == (key, None)
    assert ids(stripe.Price.list(lookup_keys=[key])) == [second.id]
    event = events_of(first.id, first.created)[-1]
    assert (event["type"], event["data"]["previous_attributes"]) == ("price.updated", {"lookup_key": key})


def test_a_lookup_key_is_given_back(product):
    old, new = fresh("old"), fresh("new")
    first = price_of(product, lookup_key=old)
    assert stripe.Price.modify(first.id, lookup_key=new).lookup_key == new
    second = price_of(product, lookup_key=old)
    assert second.lookup_key == old
    assert stripe.Price.modify(first.id, lookup_key="").lookup_key is None
    assert stripe.Price.modify(second.id, lookup_key=new).lookup_key == new


# Rates


@pytest.mark.newest
def test_a_tax_rate_has_every_member(sdk):
    made = plain(stripe.TaxRate.create(
        display_name="VAT", percentage=8.875, inclusive=False, country="DE", state="BE", jurisdiction="Berlin",
        description="Usual", tax_type="vat", metadata={"a": "1"}))
    created, own = made.pop("created"), made.pop("id")
    assert own.startswith("txr_")
    assert made == {
        "object": "tax_rate", "active": True, "country": "DE", "description": "Usual", "display_name": "VAT",
        "effective_percentage": 8.875, "flat_amount": None, "inclusive": False, "jurisdiction": "Berlin",
        "jurisdiction_level": None, "livemode": False, "metadata": {"a": "1"}, "percentage": 8.875,
        "rate_type": "percentage", "state": "BE", "tax_type": "vat"}
    changed = stripe.TaxRate.modify(own, active=False, display_name="MwSt", country="")
    assert (changed.active, changed.display_name, changed.country) == (False, "MwSt", None)
    events = events_of(own, created)
    assert types(events) == ["tax_rate.created", "tax_rate.updated"]
    assert events[1]["data"]["previous_attributes"] == {"active": True, "country": "DE", "display_name": "VAT"}
    assert stripe.TaxRate.retrieve(own).display_name == "MwSt"


def test_tax_rates_are_filtered(sdk):
    made = [stripe.TaxRate.create(display_name="T", percentage=n, inclusive=n == 1, active=n != 2) for n in range(4)]
    first, contained, inactive, last = (rate.id for rate in made)
    after = {"ending_before": first}
    assert ids(stripe.TaxRate.list(**after)) == [last, inactive, contained]
    assert ids(stripe.TaxRate.list(inclusive=True, **after)) == [contained]
    assert ids(stripe.TaxRate.list(active=True, inclusive=False, **after)) == [last]
    assert ids(stripe.TaxRate.list(active=False, **after)) == [inactive]


def test_a_shipping_rate_has_every_member(sdk):
    made = plain(stripe.ShippingRate.create(
        display_name="By mail", type="fixed_amount", fixed_amount={"amount": 500, "currency": "usd"},
        delivery_estimate={"minimum": {"unit": "business_day", "value": 2}, "maximum": {"unit": "week", "value": 1}},
        metadata={"a": "1"}))
    created, own = made.pop("created"), made.pop("id")
    assert own.startswith("shr_")
    assert made == {
        "object": "shipping_rate", "active": True,
        "delivery_estimate": {
            "maximum": {"unit": "week", "value": 1}, "minimum": {"unit": "business_day", "value": 2}},
        "display_name": "By mail", "fixed_amount": {"amount": 500, "currency": "usd"}, "livemode": False,
        "metadata": {"a": "1"}, "tax_behavior": "unspecified", "tax_code": None, "type": "fixed_amount"}
    changed = stripe.ShippingRate.modify(own, active=False, tax_behavior="exclusive", metadata={"a": ""})
    assert (changed.active, changed.tax_behavior, plain(changed.metadata)) == (False, "exclusive", {})
    assert stripe.ShippingRate.retrieve(own).active is False
    assert events_of(own, created) == []


def test_shipping_rates_are_filtered(sdk):
    def made(currency, active=True):
        rate = stripe.ShippingRate.create(
            display_name="S", type="fixed_amount", fixed_amount={"amount": 100, "currency": currency})
        if not active:
            stripe.ShippingRate.modify(rate.id, active=False)
        return rate.id

    first, euros, inactive = made("usd"), made("eur"), made("usd", active=False)
    after = {"ending_before": first}
    assert ids(stripe.ShippingRate.list(**after)) == [inactive, euros]
    assert ids(stripe.ShippingRate.list(currency="eur", **after)) == [euros]
    assert ids(stripe.ShippingRate.list(active=False, **after)) == [inactive]


# What is refused

PRODUCTS, PRICES, TAXES, SHIPPING = "/v1/products", "/v1/prices", "/v1/tax_rates", "/v1/shipping_rates"
TEA = {"name": "Tea"}
COSTS = {"product_data[name]": "Tea", "currency": "usd", "unit_amount": "500"}
CHOSEN = {"product_data[name]": "Tea", "currency": "usd", "custom_unit_amount[enabled]": "true"}
TAX = {"display_name": "VAT", "percentage": "19", "inclusive": "false"}
MAIL = {"display_name": "Mail", "fixed_amount[amount]": "500", "fixed_amount[currency]": "usd"}
SIZES = {f"package_dimensions[{side}]": "1" for side in ("height", "length", "weight", "width")}


def _without(pairs, *names):
    return {name: value for name, value in pairs.items() if name not in names}


# what, path, pairs, code (None: no code), param (None: no param)
REFUSED = [
    ("no name", PRODUCTS, {}, "parameter_missing", "name"),
    ("empty name", PRODUCTS, {"name": ""}, "parameter_invalid_empty", "name"),
    ("id with a slash", PRODUCTS, {**TEA, "id": "a/b"}, None, "id"),
    ("id that is a word of the protocol", PRODUCTS, {**TEA, "id": "search"}, None, "id"),
    ("id that is a card number", PRODUCTS, {**TEA, "id": "4242424242424242"}, None, "id"),
    ("nine images", PRODUCTS, {**TEA, **{f"images[{n}]": PICTURE for n in range(9)}}, None, "images"),
    ("image without address", PRODUCTS, {**TEA, "images[0]": "tea.png"}, "url_invalid", "images[0]"),
    ("sixteen features", PRODUCTS, {**TEA, **{f"marketing_features[{n}][name]": "x" for n in range(16)}}, None,
     "marketing_features"),
    ("flat package", PRODUCTS, {**TEA, **_without(SIZES, "package_dimensions[height]")}, "parameter_missing",
     "package_dimensions[height]"),
    ("negative height", PRODUCTS, {**TEA, **SIZES, "package_dimensions[height]": "-1"}, None,
     "package_dimensions[height]"),
    ("long descriptor", PRODUCTS, {**TEA, "statement_descriptor": "x" * 23}, None, "statement_descriptor"),
    ("default price without currency", PRODUCTS, {**TEA, "default_price_data[unit_amount]": "1"}, "parameter_missing",
     "default_price_data[currency]"),
    ("default price with a wrong amount", PRODUCTS,
     {**TEA, "default_price_data[currency]": "usd", "default_price_data[unit_amount]": "100000000"},
     "parameter_invalid_integer", "default_price_data[unit_amount]"),
    ("an amount that is chosen and said", PRICES, {**COSTS, "custom_unit_amount[enabled]": "true"}, None, "custom_unit_amount"),
    ("chosen again and again", PRICES, {**CHOSEN, "recurring[interval]": "month"}, None, "custom_unit_amount"),
    ("bounds that nothing fits", PRICES, {**CHOSEN, "custom_unit_amount[minimum]": "900", "custom_unit_amount[maximum]": "800"}, None,
     "custom_unit_amount[maximum]"),
    ("a proposal outside", PRICES, {**CHOSEN, "custom_unit_amount[minimum]": "900", "custom_unit_amount[preset]": "800"}, None,
     "custom_unit_amount[preset]"),
    ("half a choice", PRICES, {**CHOSEN, "custom_unit_amount[enabled]": ""}, "parameter_invalid_empty", "custom_unit_amount[enabled]"),
    ("packages of nothing", PRICES, {**COSTS, "transform_quantity[divide_by]": "0", "transform_quantity[round]": "up"},
     "parameter_invalid_integer", "transform_quantity[divide_by]"),
    ("packages without an end", PRICES, {**COSTS, "transform_quantity[divide_by]": "2"}, "parameter_missing", "transform_quantity[round]"),
    ("packages of a choice", PRICES, {**CHOSEN, "transform_quantity[divide_by]": "2", "transform_quantity[round]": "up"}, None,
     "transform_quantity"),
    ("default price with a wrong amount elsewhere", PRODUCTS,
     {**TEA, "default_price_data[currency]": "usd", "default_price_data[unit_amount]": "1",
      "default_price_data[currency_options][eur][unit_amount]": "100000000"},
     "parameter_invalid_integer", "default_price_data[currency_options][eur][unit_amount]"),
    ("no product", PRICES, _without(COSTS, "product_data[name]"), None, None),
    ("two products", PRICES, {**COSTS, "product": "prod_1"}, None, "product"),
    ("no such product", PRICES, {**_without(COSTS, "product_data[name]"), "product": "prod_missing"},
     "resource_missing", "product"),
    ("no currency", PRICES, _without(COSTS, "currency"), "parameter_missing", "currency"),
    ("no such currency", PRICES, {**COSTS, "currency": "zzz"}, None, "currency"),
    ("no amount", PRICES, _without(COSTS, "unit_amount"), None, None),
    ("two amounts", PRICES, {**COSTS, "unit_amount_decimal": "1"}, None, "unit_amount"),
    ("negative amount", PRICES, {**COSTS, "unit_amount": "-1"}, "parameter_invalid_integer", "unit_amount"),
    ("above maximum", PRICES, {**COSTS, "unit_amount": "100000000"}, "parameter_invalid_integer", "unit_amount"),
    ("not a multiple", PRICES, {**COSTS, "currency": "kwd", "unit_amount": "1001"}, "parameter_invalid_integer",
     "unit_amount"),
    ("thirteen places", PRICES, {**_without(COSTS, "unit_amount"), "unit_amount_decimal": "0.0000000000001"}, None,
     "unit_amount_decimal"),
    ("tiers", PRICES, {**COSTS, "billing_scheme": "tiered"}, "parameter_unsupported", "billing_scheme"),
    ("a tier", PRICES, {**COSTS, "tiers[0][up_to]": "inf"}, "parameter_unsupported", "tiers"),
    ("usage", PRICES, {**COSTS, "recurring[interval]": "month", "recurring[usage_type]": "metered"},
     "parameter_unsupported", "recurring[usage_type]"),
    ("a meter", PRICES, {**COSTS, "recurring[interval]": "month", "recurring[meter]": "mtr_1"},
     "parameter_unsupported", "recurring[meter]"),
    ("no interval", PRICES, {**COSTS, "recurring[interval_count]": "1"}, "parameter_missing", "recurring[interval]"),
    ("four years", PRICES, {**COSTS, "recurring[interval]": "year", "recurring[interval_count]": "4"}, None,
     "recurring[interval_count]"),
    ("long key", PRICES, {**COSTS, "lookup_key": "x" * 201}, None, "lookup_key"),
    ("key that is a card number", PRICES, {**COSTS, "lookup_key": "4242-4242-4242-4242"}, None, "lookup_key"),
    ("no percentage", TAXES, _without(TAX, "percentage"), "parameter_missing", "percentage"),
    ("more than all", TAXES, {**TAX, "percentage": "100.5"}, None, "percentage"),
    ("less than nothing", TAXES, {**TAX, "percentage": "-1"}, None, "percentage"),
    ("five places", TAXES, {**TAX, "percentage": "0.00001"}, None, "percentage"),
    ("percentage in words", TAXES, {**TAX, "percentage": "many"}, None, "percentage"),
    ("neither in nor out", TAXES, _without(TAX, "inclusive"), "parameter_missing", "inclusive"),
    ("long country", TAXES, {**TAX, "country": "Germany"}, "country_code_invalid", "country"),
    ("no amount of shipping", SHIPPING, {"display_name": "Mail"}, "parameter_missing", "fixed_amount"),
    ("shipping that pays", SHIPPING, {**MAIL, "fixed_amount[amount]": "-1"}, "parameter_invalid_integer",
     "fixed_amount[amount]"),
    ("shipping in no currency", SHIPPING, {**MAIL, "fixed_amount[currency]": "zzz"}, None, "fixed_amount[currency]"),
    ("estimate that ends early", SHIPPING,
     {**MAIL, "delivery_estimate[minimum][unit]": "day", "delivery_estimate[minimum][value]": "3",
      "delivery_estimate[maximum][unit]": "day", "delivery_estimate[maximum][value]": "2"}, None,
     "delivery_estimate[maximum]"),
]


def _newest():
    return [one["id"] for path in (PRODUCTS, PRICES, TAXES, SHIPPING) for one in wire.get(path, {"limit": 3}).json["data"]]


@pytest.mark.raw
@pytest.mark.parametrize("what, path, pairs, code, param", REFUSED, ids=[row[0] for row in REFUSED])
def test_a_wrong_request_makes_nothing(sdk, what, path, pairs, code, param):
    before = _newest()
    answer = wire.post(path, list(pairs.items()))
    assert (answer.status, answer.error["type"]) == (400, INVALID), answer.body
    assert (answer.error.get("code"), answer.error.get("param")) == (code, param), answer.body
    assert "4242" not in answer.error["message"]
    assert _newest() == before


@pytest.mark.raw
@pytest.mark.parametrize("path, query, code, param", [
    (PRODUCTS, {"ids": "prod_1"}, None, "ids"),
    (PRODUCTS, {"shippable": "perhaps"}, None, "shippable"),
    (PRODUCTS, {"type": "tea"}, None, "type"),
    (PRICES, {"recurring[interval]": "decade"}, None, "recurring[interval]"),
    (PRICES, {"recurring": "month"}, None, "recurring"),
    (PRICES, {f"lookup_keys[{n}]": f"k{n}" for n in range(11)}, None, "lookup_keys"),
    (PRICES, {"active": "maybe"}, None, "active"),
    (TAXES, {"starting_after": "txr_missing"}, "resource_missing", "starting_after"),
    (SHIPPING, {"limit": "0"}, "parameter_invalid_integer", "limit"),
])
def test_a_filter_that_is_not_applied_is_refused(sdk, path, query, code, param):
    answer = wire.get(path, list(query.items()))
    assert (answer.status, answer.error["type"]) == (400, INVALID), answer.body
    assert (answer.error.get("code"), answer.error.get("param")) == (code, param)


@pytest.mark.raw
@pytest.mark.parametrize("path, name, param", [
    (PRODUCTS, "No such product", "id"), (PRICES, "No such price", "price"), (TAXES, "No such tax rate", "tax_rate"),
    (SHIPPING, "No such shipping rate", "shipping_rate_token")])
def test_what_is_not_there_is_named(sdk, path, name, param):
    for answer in (wire.get(f"{path}/nothing"), wire.post(f"{path}/nothing", {"metadata[a]": "1"})):
        assert (answer.status, answer.error["code"], answer.error["param"]) == (404, "resource_missing", param)
        assert answer.error["message"] == f"{name}: 'nothing'"


@pytest.mark.raw
@needs_binary
def test_another_account_finds_nothing(sdk, monkeypatch, tmp_path):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        other = other_account(data)
        product = wire.post(PRODUCTS, {"id": "tea", "name": "Tea"}, key=DEV_KEY).json["id"]
        price = wire.post(
            PRICES, {"product": product, "currency": "usd", "unit_amount": "5", "lookup_key": "k"}, key=DEV_KEY).json["id"]
        rates = [(TAXES, wire.post(TAXES, TAX, key=DEV_KEY).json["id"]),
                 (SHIPPING, wire.post(SHIPPING, MAIL, key=DEV_KEY).json["id"])]
        for path, one in [(PRODUCTS, product), (PRICES, price), *rates]:
            assert wire.get(f"{path}/{one}", key=DEV_KEY).status == 200
            for answer in (wire.get(f"{path}/{one}", key=other), wire.post(f"{path}/{one}", {}, key=other)):
                assert (answer.status, answer.error["code"]) == (404, "resource_missing")
            assert wire.get(path, key=other).json["data"] == []
        taken = wire.post(PRICES, {"product": product, "currency": "usd", "unit_amount": "5"}, key=other)
        assert (taken.status, taken.error["code"], taken.error["param"]) == (400, "resource_missing", "product")
        # Ids and lookup keys are an account's own.
        assert wire.post(PRODUCTS, {"id": "tea", "name": "Tea"}, key=other).json["id"] == "tea"
        assert wire.post(PRICES, {**COSTS, "lookup_key": "k"}, key=other).json["lookup_key"] == "k"
