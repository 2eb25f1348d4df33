"""What programs of 2020 and 2022 see: the versions 2020-08-27 and 2022-11-15."""

import pytest
import stripe

import wire
from checkout import DECLINED, Page, item
from own import needs_binary, running, told
from plain import DEV_KEY, DEV_PUBLISHABLE_KEY
from shop import fresh, pay, plain

pytestmark = pytest.mark.raw

OLDEST, AUGUST, NOVEMBER = "2020-08-27", "2022-08-01", "2022-11-15"
SESSIONS, INTENTS = "/v1/checkout/sessions", "/v1/payment_intents"
THANKS = "https://shop.example/thanks"


def at(version):
    """Headers of a program that pins a version."""
    return {"Stripe-Version": version}


def post(path, params=None, version=OLDEST):
    answer = wire.post(path, params or {}, headers=at(version))
    assert answer.headers["stripe-version"] == version
    return answer


def get(path, params=None, version=OLDEST):
    return wire.get(path, params, headers=at(version)).json


def paid(version=OLDEST, **more):
    """A payment as such a program makes it."""
    told = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True, **more}
    answer = post(INTENTS, told, version)
    assert answer.status == 200, answer.body
    return answer.json


# The list of charges


@pytest.mark.parametrize("version", [OLDEST, AUGUST])
def test_an_intent_holds_its_newest_charge(sdk, version):
    fresh_one = post(INTENTS, {"amount": 2000, "currency": "usd"}, version).json
    assert fresh_one["charges"] == {
        "object": "list", "data": [], "has_more": False, "total_count": 0, "url": f"/v1/charges?payment_intent={fresh_one['id']}"}
    made = paid(version)
    charges = made["charges"]
    assert (charges["total_count"], charges["has_more"], len(charges["data"])) == (1, False, 1)
    charge = charges["data"][0]
    assert (charge["id"], charge["payment_intent"], charge["amount"]) == (made["latest_charge"], made["id"], 2000)
    assert charge["refunds"] == {
        "object": "list", "data": [], "has_more": False, "total_count": 0, "url": f"/v1/charges/{charge['id']}/refunds"}
    assert (charge["dispute"], charge["destination"]) == (None, None)
    # The answer, the object and the list tell the same.
    assert get(f"{INTENTS}/{made['id']}", version=version) == made
    assert get(INTENTS, {"limit": 1}, version)["data"][0] == made


@pytest.mark.parametrize("version", [NOVEMBER, "2023-08-16", "2023-10-16"])
def test_later_versions_name_it_alone(sdk, version):
    made = paid(version)
    assert "charges" not in made and made["latest_charge"].startswith("ch_")
    charge = get(f"/v1/charges/{made['latest_charge']}", version=version)
    assert "refunds" not in charge and "dispute" not in charge
    refused = wire.get(f"{INTENTS}/{made['id']}", {"expand[]": "charges"}, headers=at(version))
    assert (refused.status, refused.error["param"]) == (400, "expand")


def test_a_decline_tells_of_the_charge_that_failed(sdk):
    created = post(INTENTS, {"amount": 2000, "currency": "usd"}).json
    declined = post(f"{INTENTS}/{created['id']}/confirm", {"payment_method": "pm_card_chargeDeclined"})
    assert declined.status == 402
    charges = declined.error["payment_intent"]["charges"]
    assert (charges["total_count"], charges["data"][0]["status"]) == (1, "failed")
    assert charges["data"][0]["id"] == declined.error["charge"]
    done = post(f"{INTENTS}/{created['id']}/confirm", {"payment_method": "pm_card_visa"}).json
    # Of two tries the newest one is shown, and that there was another.
    assert (done["charges"]["total_count"], done["charges"]["has_more"], len(done["charges"]["data"])) == (2, True, 1)
    assert done["charges"]["data"][0]["status"] == "succeeded"


def test_a_refusal_holds_the_whole_intent(sdk):
    made = paid()
    refused = post(f"{INTENTS}/{made['id']}/cancel")
    assert (refused.status, refused.error["code"]) == (400, "payment_intent_unexpected_state")
    assert refused.error["payment_intent"] == made


def test_paths_through_the_list_are_expanded(sdk):
    made = paid()
    shown = get(f"{INTENTS}/{made['id']}", {"expand[]": "charges.data.balance_transaction"})
    assert shown["charges"]["data"][0]["balance_transaction"]["object"] == "balance_transaction"
    listed = get(INTENTS, [("limit", "1"), ("expand[]", "data.charges.data.balance_transaction"), ("expand[]", "data.customer")])
    assert listed["data"][0]["charges"]["data"][0]["balance_transaction"]["net"] > 0
    at_once = post(INTENTS, {"amount": 900, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
                             "expand": ["charges.data.balance_transaction"]}).json
    assert at_once["charges"]["data"][0]["balance_transaction"]["amount"] == 900
    charge = get(f"/v1/charges/{made['latest_charge']}", {"expand[]": "payment_intent"})
    assert charge["payment_intent"]["charges"]["data"][0]["id"] == made["latest_charge"]
    wrong = wire.get(f"{INTENTS}/{made['id']}", {"expand[]": "charges.data.colour"}, headers=at(OLDEST))
    assert wrong.status == 400


def test_a_charge_holds_its_refunds(sdk):
    made = paid()
    refund = post("/v1/refunds", {"payment_intent": made["id"], "amount": 500}).json
    charge = get(f"/v1/charges/{made['latest_charge']}")
    assert [one["id"] for one in charge["refunds"]["data"]] == [refund["id"]]
    assert charge["refunds"]["total_count"] == 1
    intent = get(f"{INTENTS}/{made['id']}")
    assert intent["charges"]["data"][0]["refunds"]["data"][0]["amount"] == 500


def test_a_charge_names_its_dispute(sdk):
    made = paid(payment_method="pm_card_createDispute")
    charge = get(f"/v1/charges/{made['latest_charge']}")
    assert charge["disputed"] is True and charge["dispute"] == get("/v1/disputes", {"limit": 1})["data"][0]["id"]


# Payment methods


@pytest.mark.parametrize("version, types, automatic", [
    (OLDEST, ["card"], None), (NOVEMBER, ["card"], None), ("2023-08-16", ["card"], {"allow_redirects": "always", "enabled": True})])
def test_who_says_nothing_takes_cards(sdk, version, types, automatic):
    made = post(INTENTS, {"amount": 2000, "currency": "usd"}, version).json
    assert (made["payment_method_types"], made["automatic_payment_methods"]) == (types, automatic)
    setup = post("/v1/setup_intents", {}, version).json
    assert setup["payment_method_types"] == ["card"]
    said = post(INTENTS, {"amount": 2000, "currency": "usd", "automatic_payment_methods[enabled]": "true"}, version).json
    assert said["automatic_payment_methods"]["enabled"] is True


# Checkout


def test_a_session_makes_its_payment_and_its_customer(sdk):
    sold = {"amount": 500, "currency": "eur", "name": "Tea", "description": "In tins", "quantity": 2}
    made = post(SESSIONS, {"mode": "payment", "success_url": THANKS, "cancel_url": THANKS, "payment_method_types": ["card"],
                           "line_items": [sold]})
    assert made.status == 200, made.body
    session = made.json
    assert (session["amount_total"], session["customer_creation"], session["shipping"], session["shipping_rate"]) == (1000, "always", None, None)
    for absent in ("shipping_cost", "shipping_details"):
        assert absent not in session
    intent = get(f"{INTENTS}/{session['payment_intent']}")
    assert (intent["status"], intent["amount"], intent["charges"]["total_count"]) == ("requires_payment_method", 1000, 0)
    assert Page(session["id"]).pay(DECLINED).status == 402
    assert Page(session["id"]).pay().json["payment_status"] == "paid"
    done = get(f"{SESSIONS}/{session['id']}", {"expand[]": "payment_intent"})
    assert (done["payment_intent"]["id"], done["payment_intent"]["charges"]["data"][0]["paid"]) == (intent["id"], True)
    assert done["customer"].startswith("cus_")
    line = get(f"{SESSIONS}/{session['id']}/line_items")["data"][0]
    assert (line["description"], line["quantity"], line["amount_total"]) == ("Tea", 2, 1000)


def test_an_older_session_that_ends_gives_up_its_payment(sdk):
    session = post(SESSIONS, {"mode": "payment", "success_url": THANKS, "line_items": [item()]}).json
    assert post(f"{SESSIONS}/{session['id']}/expire").json["status"] == "expired"
    assert get(f"{INTENTS}/{session['payment_intent']}")["status"] == "canceled"


@pytest.mark.parametrize("version, makes", [(AUGUST, False), (NOVEMBER, False)])
def test_later_sessions_wait_for_the_buyer(sdk, version, makes):
    session = post(SESSIONS, {"mode": "payment", "success_url": THANKS, "line_items": [item()]}, version).json
    assert (session["payment_intent"], session["customer_creation"]) == (None, "if_required")
    assert "shipping_rate" not in session and "shipping_cost" in session


def test_a_rate_of_an_older_session(sdk):
    rate = stripe.ShippingRate.create(display_name="Mail", type="fixed_amount", fixed_amount={"amount": 300, "currency": "usd"})
    session = post(SESSIONS, {"mode": "payment", "success_url": THANKS, "line_items": [item(500)], "shipping_rates": [rate.id]}).json
    assert (session["amount_total"], session["shipping_rate"]) == (800, rate.id)
    wrong = wire.post(SESSIONS, {"mode": "payment", "success_url": THANKS, "line_items": [{"name": "Tea", "quantity": 1}]}, headers=at(OLDEST))
    assert wrong.status == 400


# Products, events


def test_a_product_of_before(sdk):
    made = post("/v1/products", {"name": "Tea", "features": [{"name": "In tins"}]}).json
    assert (made["features"], made["attributes"]) == ([{"name": "In tins"}], [])
    assert "marketing_features" not in made
    newest = wire.get(f"/v1/products/{made['id']}").json
    assert (newest["marketing_features"], "features" in newest) == ([{"name": "In tins"}], False)


def test_a_webhook_speaks_the_version_of_its_endpoint(sdk, receiver):
    path = f"/{fresh('old')}"
    endpoint = wire.post("/v1/webhook_endpoints", {
        "url": receiver.url(path), "enabled_events": ["*"], "api_version": OLDEST}).json
    assert endpoint["api_version"] == OLDEST
    made = pay()
    found = receiver.wait(
        lambda event: event["type"] == "payment_intent.succeeded" and event["data"]["object"]["id"] == made.id, "of the payment", path)
    event = found.event
    assert event["api_version"] == OLDEST
    charges = event["data"]["object"]["charges"]
    assert (charges["total_count"], charges["data"][0]["id"]) == (1, made.latest_charge)
    assert charges["data"][0]["refunds"]["total_count"] == 0
    created = receiver.wait(
        lambda event: event["type"] == "payment_intent.created" and event["data"]["object"]["id"] == made.id, "of its beginning", path)
    assert created.event["data"]["object"]["charges"]["data"] == []
    stripe.WebhookEndpoint.delete(endpoint["id"])


def test_what_is_older_still_is_refused(sdk):
    for version, said in (("2020-03-02", "It is older than 2020-08-27"), ("2019-12-03", "No such version is known")):
        refused = wire.get("/v1/account", headers=at(version))
        assert refused.status == 400 and said in refused.error["message"]
    endpoint = wire.post("/v1/webhook_endpoints", {"url": "https://shop.example/hook", "enabled_events": ["*"], "api_version": "2020-03-02"})
    assert (endpoint.status, endpoint.error["param"]) == (400, "api_version")


# The version of an account


@needs_binary
def test_an_account_speaks_the_version_that_it_is_set_to(monkeypatch, tmp_path, receiver):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        def ask(key=DEV_KEY, **headers):
            return wire.send("GET", "/v1/payment_intents?limit=1", headers={"Stripe-Version": None, **headers}, key=key)
        first, complaint = told(data, "accounts", "version")
        assert (complaint, first["follows_releases"]) == ("", True)
        assert ask().headers["stripe-version"] == first["api_version"]
        wire.post("/v1/webhook_endpoints", {"url": receiver.url("/own"), "enabled_events": ["payment_intent.created"]}, key=DEV_KEY)
        assert told(data, "accounts", "version", "--set", OLDEST)[0] == {
            "id": first["id"], "api_version": OLDEST, "follows_releases": False}
        assert ask().headers["stripe-version"] == OLDEST
        # Whoever names a version gets that one, and the script of buyers' pages is of this release.
        assert ask(**at(NOVEMBER)).headers["stripe-version"] == NOVEMBER
        browser = wire.send("GET", "/v1/elements/sessions?mode=payment&amount=500&currency=usd",
                            headers={"Stripe-Version": None}, key=DEV_PUBLISHABLE_KEY)
        assert browser.headers["stripe-version"] == first["api_version"]
        made = wire.post(INTENTS, {"amount": 700, "currency": "usd"}, {"Stripe-Version": None}, key=DEV_KEY).json
        assert made["charges"]["total_count"] == 0
        event = receiver.wait(lambda event: event["data"]["object"]["id"] == made["id"], "of the payment", "/own").event
        assert (event["api_version"], "charges" in event["data"]["object"]) == (OLDEST, True)
        for unknown in ("2019-12-03", "2020-03-02", "latest"):
            assert "there is no version" in told(data, "accounts", "version", "--set", unknown)[1]
        assert ask().headers["stripe-version"] == OLDEST
        assert told(data, "accounts", "version", "--set", "newest")[0]["follows_releases"] is True
        assert ask().headers["stripe-version"] == first["api_version"]
