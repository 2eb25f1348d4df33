"""Which payment methods are switched on, and what a payment refuses to be paid with."""

import pytest
import stripe

import server
import wire
from bank import ALL, OFF, ON, RETURN_URL, action_of, start
from challenge import fetch, open_page
from checkout import item, opened
from own import needs_binary, other_account, running
from plain import DEV_KEY, DEV_PUBLISHABLE_KEY
from shop import error_of, fresh, plain

PATH = "/v1/payment_method_configurations"
INTENTS = "/v1/payment_intents"
INVALID = "invalid_request_error"
TYPES = ["card", *sorted(kind for kind, _ in ALL)]
NONE = {"display_preference": {"preference": "none"}}


def switch(available, preference, value):
    """What a configuration shows of a type."""
    return {"available": available, "display_preference": {"overridable": None, "preference": preference, "value": value}}


def default():
    """The default configuration, which is the first of the list."""
    return plain(stripe.PaymentMethodConfiguration.list(limit=1).data[0])


def offered(configuration, currency="eur", **more):
    """What an intent may be paid with under a configuration."""
    return stripe.PaymentIntent.create(
        amount=200_000, currency=currency, automatic_payment_methods={"enabled": True, **more},
        payment_method_configuration=configuration).payment_method_types


def in_form(params, key):
    """What the payment element shows."""
    answer = wire.get("/v1/elements/sessions", params, key=key)
    assert answer.status == 200, answer.body
    return answer.json["methods"]


# Configurations


def test_what_florin_chose_from_is_told(sdk):
    own = stripe.PaymentMethodConfiguration.create(name="Own", paypal=ON).id
    for named, expected in (({}, default()["id"]), ({"payment_method_configuration": own}, own)):
        intent = stripe.PaymentIntent.create(amount=2000, currency="eur", **named)
        session = opened(item(currency="eur"), **named)
        for made in (intent, session):
            assert plain(made.payment_method_configuration_details) == {"id": expected, "parent": None}
    listed = stripe.PaymentIntent.create(amount=2000, currency="eur", payment_method_types=["card"])
    assert listed.payment_method_configuration_details is None


def test_the_default_one_is_there_and_first(sdk):
    own = stripe.PaymentMethodConfiguration.create(name="Beside the default one")
    page = stripe.PaymentMethodConfiguration.list(limit=100)
    first, others = page.data[0], page.data[1:]
    assert (first.is_default, first.active, first.object, first.parent) == (True, True, "payment_method_configuration", None)
    assert own.id in [one.id for one in others] and not any(one.is_default for one in others)
    assert stripe.PaymentMethodConfiguration.retrieve(first.id) == first
    assert set(TYPES) <= set(plain(first))


def test_pages_of_the_list(sdk):
    made = [stripe.PaymentMethodConfiguration.create(name=f"Page {n}").id for n in range(3)]
    first = stripe.PaymentMethodConfiguration.list(limit=3)
    assert [one.id for one in first.data[1:]] == made[:0:-1] and first.has_more
    rest = stripe.PaymentMethodConfiguration.list(limit=1, starting_after=made[1])
    assert [one.id for one in rest.data] == [made[0]]
    back = stripe.PaymentMethodConfiguration.list(limit=1, ending_before=made[2])
    assert [one.is_default for one in back.data] == [True] and not back.has_more


def test_the_list_of_those_that_may_be_used(sdk):
    used, given_up = (stripe.PaymentMethodConfiguration.create(name=name).id for name in ("used", "given up"))
    stripe.PaymentMethodConfiguration.modify(given_up, active=False)
    for active, has, lacks in ((True, used, given_up), (False, given_up, used)):
        found = [one.id for one in stripe.PaymentMethodConfiguration.list(active=active, limit=100).data]
        assert has in found and lacks not in found and (default()["id"] in found) is active


def test_a_fresh_one_takes_cards(sdk):
    name = fresh("shop")
    made = plain(stripe.PaymentMethodConfiguration.create(name=name, paypal=ON))
    assert made["id"].startswith("pmc_")
    assert (made["name"], made["active"], made["is_default"], made["livemode"], made["application"]) == (name, True, False, False, None)
    assert made["card"] == switch(True, "none", "on")
    assert made["paypal"] == switch(True, "on", "on")
    assert made["ideal"] == switch(False, "none", "off")
    assert offered(made["id"]) == ["card", "paypal"]


def test_types_are_switched_on_off_and_back(sdk):
    own = stripe.PaymentMethodConfiguration.create(name="Switched").id
    for changes, types in (
        ({"ideal": ON, "wechat_pay": ON}, ["card", "ideal", "wechat_pay"]),
        ({"card": OFF}, ["ideal", "wechat_pay"]),
        ({"ideal": OFF, "card": NONE}, ["card", "wechat_pay"]),
        ({"wechat_pay": NONE, "name": "Cards again"}, ["card"]),
    ):
        changed = plain(stripe.PaymentMethodConfiguration.modify(own, **changes))
        assert offered(own) == types
        for kind, said in changes.items():
            if kind != "name":
                word = said["display_preference"]["preference"]
                assert changed[kind]["display_preference"]["preference"] == word
    assert plain(stripe.PaymentMethodConfiguration.retrieve(own)) == changed
    assert changed["name"] == "Cards again"


def test_what_is_offered_fits_the_payment(sdk):
    own = stripe.PaymentMethodConfiguration.create(name="All", **{kind: ON for kind, _ in ALL}).id
    assert offered(own) == ["card", "alipay", "bancontact", "customer_balance", "ideal", "paypal", "revolut_pay", "wechat_pay"]
    assert offered(own, "brl") == ["card", "pix"]
    assert offered(own, "huf") == ["card"]
    assert offered(own, allow_redirects="never") == ["card", "customer_balance", "wechat_pay"]
    limited = stripe.PaymentIntent.create(amount=2000, currency="eur", automatic_payment_methods={"enabled": True},
                                          payment_method_configuration=own, capture_method="manual")
    assert limited.payment_method_types == ["card"]
    assert in_form({"client_secret": limited.client_secret}, server.PUBLISHABLE_KEY) == [{"type": "card", "flow": "card"}]


def test_one_that_is_given_up_is_not_used(sdk):
    own = stripe.PaymentMethodConfiguration.create(name="Given up", paypal=ON).id
    gone = plain(stripe.PaymentMethodConfiguration.modify(own, active=False))
    assert (gone["active"], gone["paypal"]["available"], gone["card"]["available"]) == (False, False, False)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        offered(own)
    assert (caught.value.http_status, error_of(caught)["param"]) == (400, "payment_method_configuration")
    assert plain(stripe.PaymentMethodConfiguration.modify(own, active=True))["paypal"]["available"] is True
    assert offered(own) == ["card", "paypal"]


def test_the_default_one_cannot_be_given_up(sdk):
    before = default()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentMethodConfiguration.modify(before["id"], active=False)
    assert (caught.value.http_status, error_of(caught)["param"]) == (400, "active")
    assert default() == before


BAD = [
    ("no such word", {"paypal[display_preference][preference]": "maybe"}, None, "paypal[display_preference][preference]"),
    ("an empty word", {"paypal[display_preference][preference]": ""}, "parameter_invalid_empty", "paypal[display_preference][preference]"),
    ("a type without a switch", {"paypal": "on"}, None, "paypal"),
    ("a type that nobody has", {"shells[display_preference][preference]": "on"}, "parameter_unknown", "shells"),
    ("a type that is not taken", {"klarna[display_preference][preference]": "on"}, "parameter_unsupported", "klarna"),
    ("a parent", {"parent": "pmc_1"}, None, "parent"),
    ("a long name", {"name": "x" * 101}, None, "name"),
]


@pytest.mark.raw
@pytest.mark.parametrize("what, sent, code, param", BAD, ids=[row[0] for row in BAD])
def test_a_wrong_configuration_changes_nothing(sdk, what, sent, code, param):
    own = wire.post(PATH, {"name": "Stays"}).json
    before = wire.get(PATH, {"limit": 100}).json
    for path in (PATH, f"{PATH}/{own['id']}"):
        # A parent is nothing that an update knows.
        refused = wire.post(path, list(sent.items()))
        assert (refused.status, refused.error["type"]) == (400, INVALID), refused.body
        assert refused.error["param"] == param and refused.error["message"], refused.body
        if param != "parent":
            assert refused.error.get("code") == code, refused.body
    assert wire.get(PATH, {"limit": 100}).json == before


@pytest.mark.raw
def test_one_that_is_not_there(sdk):
    for answer in (wire.get(f"{PATH}/pmc_missing"), wire.post(f"{PATH}/pmc_missing", {"name": "x"})):
        assert (answer.status, answer.error["code"], answer.error["param"]) == (404, "resource_missing", "configuration"), answer.body
    for path, body in ((INTENTS, {"amount": 2000, "currency": "eur", "automatic_payment_methods": {"enabled": True}}),
                       ("/v1/checkout/sessions", {"mode": "payment", "success_url": "https://shop.example/", "line_items": [
                           {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 900, "product_data": {"name": "Tea"}}}]})):
        answer = wire.post(path, {**body, "payment_method_configuration": "pmc_missing"})
        assert (answer.status, answer.error["code"], answer.error["param"]) == (
            400, "resource_missing", "payment_method_configuration"), answer.body
    for answer in (wire.get(PATH, key=server.PUBLISHABLE_KEY), wire.post(PATH, {}, key=server.PUBLISHABLE_KEY),
                   wire.get(f"{PATH}/{default()['id']}", key=server.PUBLISHABLE_KEY)):
        assert (answer.status, answer.error["code"]) == (403, "secret_key_required"), answer.body
    assert wire.send("DELETE", f"{PATH}/{default()['id']}").status == 404


@pytest.mark.raw
@needs_binary
def test_the_default_one_counts_where_none_is_named(sdk, monkeypatch):
    with running(monkeypatch, "--ephemeral"):
        [first] = wire.get(PATH, key=DEV_KEY).json["data"]
        intent = {"amount": 2000, "currency": "eur"}
        assert wire.post(INTENTS, intent, key=DEV_KEY).json["payment_method_types"] == ["card"]
        changed = wire.post(f"{PATH}/{first['id']}", {"paypal": ON, "name": "Mine"}, key=DEV_KEY)
        assert (changed.status, changed.json["id"], changed.json["name"]) == (200, first["id"], "Mine")
        made = wire.post(INTENTS, intent, key=DEV_KEY).json
        assert made["payment_method_types"] == ["card", "paypal"]
        named = {**intent, "payment_method_configuration": first["id"]}
        assert wire.post(INTENTS, named, key=DEV_KEY).json["payment_method_types"] == ["card", "paypal"]
        deferred = {"deferred_intent": {"mode": "payment", "amount": 2000, "currency": "eur"}}
        assert in_form(deferred, DEV_PUBLISHABLE_KEY) == [{"type": "card", "flow": "card"}, {"type": "paypal", "flow": "redirect"}]
        front = wire.post_json("/florin/v1/payments", {**intent, "order_id": "A-1"}, key=DEV_KEY).json
        assert [one["type"] for one in wire.get(f"/c/pay/{front['id']}/state", key=None).json["methods"]] == ["card", "paypal"]
        assert wire.post(f"{PATH}/{first['id']}", {"paypal": NONE}, key=DEV_KEY).status == 200
        assert wire.post(INTENTS, intent, key=DEV_KEY).json["payment_method_types"] == ["card"]
        assert [one["id"] for one in wire.get(PATH, key=DEV_KEY).json["data"]] == [first["id"]]


@pytest.mark.raw
@needs_binary
def test_another_account_has_switches_of_its_own(sdk, monkeypatch, tmp_path):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        other = other_account(data)
        mine, theirs = (wire.get(PATH, key=key).json["data"][0] for key in (DEV_KEY, other))
        assert mine["id"] != theirs["id"]
        own = wire.post(PATH, {"name": "Mine", "paypal": ON}, key=DEV_KEY).json
        for held in (mine["id"], own["id"]):
            for answer in (wire.get(f"{PATH}/{held}", key=other), wire.post(f"{PATH}/{held}", {"name": "Stolen"}, key=other)):
                assert (answer.status, answer.error["code"]) == (404, "resource_missing"), answer.body
            named = {"amount": 2000, "currency": "eur", "payment_method_configuration": held}
            assert wire.post(INTENTS, named, key=other).error["param"] == "payment_method_configuration"
        assert wire.post(f"{PATH}/{mine['id']}", {"paypal": ON}, key=DEV_KEY).status == 200
        assert wire.get(f"{PATH}/{theirs['id']}", key=other).json == theirs


# What a payment refuses


def _intent(kind="paypal", **more):
    """A request to make and confirm a payment with this type."""
    return {"amount": 2000, "currency": "usd", "payment_method_types": ["card", kind], "payment_method_data": {"type": kind},
            "confirm": True, "return_url": RETURN_URL, **more}


REFUSED = [
    ("without the buyer", _intent(off_session=True), None, "off_session"),
    ("captured later", _intent(capture_method="manual"), None, "capture_method"),
    ("kept for later", _intent(setup_future_usage="off_session"), None, "setup_future_usage"),
    ("nowhere to come back to", _intent(return_url=None), "parameter_missing", "return_url"),
    ("not among its types", _intent(payment_method_types=["card", "alipay"]), None, "payment_method"),
    ("a currency that the type does not take", _intent("pix", currency="eur"), None, "payment_method_types"),
    ("a type that nobody has", _intent("shells"), None, ...),
    ("a type that is not taken", _intent("klarna"), None, ...),
    ("a card's details", _intent(payment_method_data={"type": "paypal", "card": {"token": "tok_visa"}}), None, "payment_method_data[card]"),
    ("details of another type", _intent(payment_method_data={"type": "paypal", "pix": {"a": "b"}}), "parameter_unknown", ...),
]


@pytest.mark.raw
@pytest.mark.parametrize("what, sent, code, param", REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_be_paid_is_not_made(sdk, what, sent, code, param):
    def newest():
        return [wire.get(path, {"limit": 1}).json["data"] for path in (INTENTS, "/v1/charges", "/v1/events")]
    before = newest()
    refused = wire.post(INTENTS, {name: value for name, value in sent.items() if value is not None})
    assert (refused.status, refused.error["type"]) == (400, INVALID), refused.body
    assert refused.error["message"] and refused.error.get("code") == code, refused.body
    if param is not ...:
        assert refused.error.get("param") == param, refused.body
    assert newest() == before


@pytest.mark.raw
def test_the_same_is_refused_when_it_is_confirmed(sdk):
    made = wire.post(INTENTS, {"amount": 2000, "currency": "usd", "payment_method_types": ["card", "paypal"]}).json
    for sent, param in (
        ({"payment_method_data": {"type": "paypal"}}, "return_url"),
        ({"payment_method_data": {"type": "paypal"}, "return_url": RETURN_URL, "off_session": True}, "off_session"),
        ({"payment_method_data": {"type": "ideal"}, "return_url": RETURN_URL}, "payment_method"),
    ):
        refused = wire.post(f"{INTENTS}/{made['id']}/confirm", sent)
        assert (refused.status, refused.error["param"]) == (400, param), refused.body
    assert wire.get(f"{INTENTS}/{made['id']}").json == made
    done = wire.post(f"{INTENTS}/{made['id']}/confirm", {
        "payment_method_data": {"type": "paypal"}, "return_url": RETURN_URL, "client_secret": made["client_secret"]},
        key=server.PUBLISHABLE_KEY)
    assert (done.status, done.json["status"]) == (200, "requires_action")


@pytest.mark.raw
def test_nothing_but_cards_is_kept(sdk, customer):
    method = wire.post("/v1/payment_methods", {"type": "ideal"}).json["id"]
    for path, sent, param in (
        ("/v1/setup_intents", {"payment_method_types": ["ideal"]}, "payment_method_types"),
        ("/v1/setup_intents", {"payment_method": method, "payment_method_types": ["card"]}, "payment_method"),
        ("/v1/setup_intents", {"payment_method_data": {"type": "paypal"}, "confirm": True, "return_url": RETURN_URL}, "payment_method"),
        (f"/v1/payment_methods/{method}/attach", {"customer": customer.id}, None),
        ("/v1/charges", {"amount": 900, "currency": "eur", "source": method}, "source"),
    ):
        refused = wire.post(path, sent)
        assert (refused.status, refused.error["type"], refused.error.get("param")) == (400, INVALID, param), (path, refused.body)
    assert wire.get(f"/v1/payment_methods/{method}").json["customer"] is None


@pytest.mark.raw
def test_a_payment_that_is_changed_meanwhile_takes_no_old_answer(sdk):
    intent = start("ideal", "eur")
    target, body = open_page(action_of(intent)["url"], "succeeded")
    changed = wire.post(f"{INTENTS}/{intent.id}", {"amount": 900})
    assert (changed.status, changed.json["amount"], changed.json["next_action"]) == (200, 900, None), changed.body
    # What the buyer saw was another sum.
    assert fetch("POST", target, body).status == 409
    assert wire.get("/v1/charges", {"payment_intent": intent.id}).json["data"] == []
