"""Payment methods beside cards on the page of a checkout session, and at the front door."""

import re

import pytest
import stripe

import wire
from bank import ON, SOON_MS, came_back, choose
from challenge import fetch, open_page
from checkout import THANKS, Page, item, opened
from front import PAYMENTS, TOLD, again, asked, standing
from shop import charge_of, events_of, fresh, types
from waiting import until

pytestmark = pytest.mark.newest

BUYER = {"email": "ada@example.com"}
COMPLETED, LATE_PAID = "checkout.session.completed", "checkout.session.async_payment_succeeded"
LATE_FAILED = "checkout.session.async_payment_failed"
FLOWS = {"card": "card", "customer_balance": "transfer", "ideal": "redirect", "paypal": "redirect", "wechat_pay": "qr"}


@pytest.fixture(scope="module")
def switched(sdk):
    """A configuration that switches one type of each kind on, beside cards."""
    on = {kind: ON for kind in FLOWS if kind != "card"}
    return stripe.PaymentMethodConfiguration.create(name="Pages", **on).id


def session(switched, amount=2500, **more):
    """A session over 25 euros with what is switched on."""
    return opened(item(amount, currency="eur"), payment_method_configuration=switched, **more)


def pressed(made, kind, **more):
    """The buyer presses the button with this type; gives the page and what it is asked to do."""
    page = Page(made)
    answer = page.confirm(method=kind, billing=BUYER, **more)
    assert answer.status == 200, answer.body
    assert (answer.json["payment"]["method"], answer.json["payment"]["status"]) == (kind, "requires_action")
    return page, answer.json["payment"]["action"]


def status_of(made):
    """Status, and whether it is paid, as the merchant sees it."""
    found = stripe.checkout.Session.retrieve(made.id if not isinstance(made, str) else made)
    return found.status, found.payment_status


def shell_of(made):
    """What the page of a session shows before its script runs."""
    answer = fetch("GET", made.url)
    assert answer.status == 200, answer.text
    return answer.text


def paid_late(page):
    """The page once its money is there."""
    return until(lambda: (state := page.state())["payment_status"] == "paid" and state, "the late money")


# The page of a session


def test_what_is_switched_on_is_offered(sdk, switched):
    made = session(switched)
    assert made.payment_method_types == list(FLOWS)
    assert Page(made).state()["methods"] == [{"type": kind, "flow": flow} for kind, flow in FLOWS.items()]
    # Only what takes the currency, and only cards where they are kept or captured later.
    cards = [{"type": "card", "flow": "card"}]
    forint = opened(item(250000, currency="huf"), payment_method_configuration=switched)
    later = session(switched, payment_intent_data={"capture_method": "manual"})
    kept = session(switched, payment_intent_data={"setup_future_usage": "off_session"})
    for one in (forint, later, kept):
        assert Page(one).state()["methods"] == cards, one.id
    listed = opened(item(2500, currency="eur"), payment_method_types=["paypal", "ideal"])
    assert [one["type"] for one in Page(listed).state()["methods"]] == ["paypal", "ideal"]


def test_an_open_page_follows_the_switches(sdk):
    own = stripe.PaymentMethodConfiguration.create(name="Followed")
    made = session(own.id)
    page = Page(made)
    assert [one["type"] for one in page.state()["methods"]] == ["card"]
    stripe.PaymentMethodConfiguration.modify(own.id, paypal=ON)
    assert [one["type"] for one in page.state()["methods"]] == ["card", "paypal"]
    _, action = pressed(made, "paypal")
    stripe.PaymentMethodConfiguration.modify(own.id, paypal={"display_preference": {"preference": "off"}})
    assert [one["type"] for one in page.state()["methods"]] == ["card"]
    # What was begun meanwhile is paid all the same.
    choose(action["url"], "succeeded")
    assert status_of(made) == ("complete", "paid")
    late = Page(session(own.id)).confirm(method="paypal", billing=BUYER)
    assert late.status == 400 and late.error["code"] is None, late.body


def test_a_configuration_that_is_given_up_meanwhile_leaves_cards(sdk):
    own = stripe.PaymentMethodConfiguration.create(name="Given up", paypal=ON)
    made = session(own.id)
    stripe.PaymentMethodConfiguration.modify(own.id, active=False)
    page = Page(made)
    assert [one["type"] for one in page.state()["methods"]] == ["card"]
    assert page.pay().status == 200
    assert status_of(made) == ("complete", "paid")


def test_a_wallet_leads_away_and_back(sdk, switched):
    made = session(switched)
    page, action = pressed(made, "paypal")
    assert (action["kind"], page.state()["payment"]["action"]) == ("redirect", action)
    back = came_back(choose(action["url"], "succeeded"))
    assert (back["_url"], back["redirect_status"]) == (made.url, "succeeded")
    state = page.state()
    assert (state["status"], state["payment_status"]) == ("complete", "paid")
    assert state["return_to"] == THANKS.replace("{CHECKOUT_SESSION_ID}", made.id)
    assert types(events_of(made.id, made.created)) == [COMPLETED]
    done = stripe.checkout.Session.retrieve(made.id, expand=["payment_intent"])
    charge = charge_of(done.payment_intent)
    assert (charge.payment_method_details.type, charge.amount, charge.billing_details.email) == ("paypal", 2500, BUYER["email"])


def test_a_wallet_that_refuses_leaves_the_page_open(sdk, switched):
    made = session(switched)
    page, action = pressed(made, "paypal")
    assert came_back(choose(action["url"], "failed"))["redirect_status"] == "failed"
    state = page.state()
    assert (state["status"], state["payment_status"]) == ("open", "unpaid")
    assert state["payment"] == {"method": None, "status": "requires_payment_method", "error": {"kind": "method_failed"}, "action": None}
    assert page.pay().status == 200
    assert status_of(made) == ("complete", "paid")
    assert types(events_of(made.id, made.created)) == [COMPLETED]


def test_a_code_is_shown_and_paid_elsewhere(sdk, switched):
    made = session(switched)
    page, action = pressed(made, "wechat_pay")
    assert (action["kind"], action["data"]) == ("qr", action["url"])
    assert "/qr.svg?" in action["svg_url"] and action["expires_at"] > made.created
    assert fetch("GET", action["svg_url"]).status == 200
    assert choose(action["data"], "succeeded").status == 200
    assert page.state()["status"] == "complete" and status_of(made) == ("complete", "paid")


def test_an_open_action_is_given_up_for_a_card(sdk, switched):
    made = session(switched)
    page, action = pressed(made, "wechat_pay")
    target, body = open_page(action["url"], "succeeded")
    given_up = page.send("cancel", {})
    assert given_up.status == 200, given_up.body
    assert (given_up.json["payment"]["status"], given_up.json["payment"]["action"]) == ("requires_payment_method", None)
    assert fetch("POST", target, body).status == 409
    assert page.pay().status == 200
    intent = stripe.checkout.Session.retrieve(made.id).payment_intent
    assert [one.payment_method_details.type for one in stripe.Charge.list(payment_intent=intent).data if one.paid] == ["card"]


def test_a_transfer_is_complete_before_it_is_paid(sdk, switched):
    made = session(switched)
    page, action = pressed(made, "customer_balance")
    assert (action["kind"], action["amount"]) == ("transfer", 2500)
    assert [field["name"] for field in action["fields"]] == ["account_holder", "iban", "bic"]
    assert action["reference"].isalnum()
    assert status_of(made) == ("complete", "unpaid")
    assert page.state()["payment"]["action"] == action
    # Also without a script the buyer reads where the money goes.
    shown = shell_of(made)
    assert f'<bdi dir="ltr">{action["reference"]}</bdi>' in shown and "Order received" in shown
    for field in action["fields"]:
        value = re.sub(r"(.{4})(?=.)", r"\1 ", field["value"]) if field["name"] == "iban" else field["value"]
        assert f'<bdi dir="ltr">{value}</bdi>' in shown, field["name"]
    repeated = page.confirm(method="customer_balance", billing=BUYER)
    assert (repeated.status, repeated.error["code"]) == (409, "session_complete")
    choose(action["url"], "succeeds_later", after_ms=SOON_MS)
    paid_late(page)
    assert status_of(made) == ("complete", "paid")
    told = events_of(made.id, made.created)
    assert types(told) == [COMPLETED, LATE_PAID]
    assert [event["data"]["object"]["payment_status"] for event in told] == ["unpaid", "paid"]


@pytest.mark.parametrize("result", ["failed", "fails_later"])
def test_a_transfer_that_does_not_come(sdk, switched, result):
    made = session(switched)
    page, action = pressed(made, "customer_balance")
    choose(action["url"], result, after_ms=SOON_MS)
    state = until(lambda: (state := page.state())["payment"]["error"] and state, "the failure")
    assert state["payment"]["error"] == {"kind": "method_failed"}
    assert status_of(made) == ("complete", "unpaid")
    assert types(events_of(made.id, made.created)) == [COMPLETED, LATE_FAILED]
    shown = shell_of(made)
    assert "The money did not arrive" in shown and "Order received" not in shown
    late = page.pay()
    assert (late.status, late.error["code"]) == (409, "session_complete")


def test_a_transfer_that_the_merchant_gives_up_is_told(sdk, switched):
    made = session(switched)
    page, action = pressed(made, "customer_balance")
    intent = stripe.checkout.Session.retrieve(made.id).payment_intent
    assert stripe.PaymentIntent.cancel(intent).status == "canceled"
    assert status_of(made) == ("complete", "unpaid")
    assert page.state()["payment"]["action"] is None
    assert types(events_of(made.id, made.created)) == [COMPLETED, LATE_FAILED]


def test_a_wallet_whose_money_comes_later(sdk, switched):
    made = session(switched)
    page, action = pressed(made, "paypal")
    assert came_back(choose(action["url"], "succeeds_later", after_ms=SOON_MS))["redirect_status"] == "pending"
    paid_late(page)
    assert types(events_of(made.id, made.created)) == [COMPLETED]


def test_a_second_press_while_money_is_on_its_way_takes_nothing(sdk, switched):
    made = session(switched)
    page, action = pressed(made, "paypal")
    choose(action["url"], "succeeds_in_days")
    assert page.state()["payment"]["status"] == "processing"
    for second in (page.pay(), page.confirm(method="paypal", billing=BUYER)):
        assert (second.status, second.error["code"]) == (429, "lock_timeout"), second.body
    with pytest.raises(stripe.InvalidRequestError):
        stripe.checkout.Session.expire(made.id)
    intent = stripe.checkout.Session.retrieve(made.id).payment_intent
    assert stripe.Charge.list(payment_intent=intent).data == []


@pytest.mark.raw
@pytest.mark.parametrize("sent, param", [({"method": "pix"}, "method"), ({"method": "klarna"}, "method"), ({"method": ""}, "method")])
def test_a_method_that_the_page_does_not_offer(sdk, switched, sent, param):
    made = session(switched)
    page = Page(made)
    refused = page.confirm(billing=BUYER, **sent)
    assert (refused.status, refused.error["param"]) == (400, param), refused.body
    assert page.state()["payment"] is None and status_of(made) == ("open", "unpaid")


@pytest.mark.raw
def test_a_card_beside_another_method_is_refused(sdk, switched):
    page = Page(session(switched))
    refused = page.pay(method="paypal")
    assert (refused.status, refused.error["param"]) == (400, "card"), refused.body


@pytest.mark.raw
def test_a_set_up_offers_cards_alone(sdk, switched):
    made = wire.post("/v1/checkout/sessions", {
        "mode": "setup", "success_url": THANKS, "currency": "eur", "payment_method_configuration": switched})
    assert made.status == 200, made.body
    assert Page(made.json["id"]).state()["methods"] == [{"type": "card", "flow": "card"}]


# The front door


def heard(receiver, payment, status):
    """The event that tells a status of a payment has arrived."""
    def wanted(event):
        held = event["data"]["object"]
        return (event["type"], held["id"], held["status"]) == (TOLD, payment["id"], status)
    return receiver.wait(wanted, f"of {status}", path="/orders")


@pytest.mark.raw
def test_an_order_is_paid_with_a_wallet(sdk, receiver, told):
    made = asked(methods=["card", "paypal"], webhook_url=told)
    page, action = pressed(made["id"], "paypal")
    assert standing(again(made)) == ("awaiting", "waiting")
    choose(action["url"], "succeeded")
    assert standing(again(made)) == ("paid", "successful")
    assert heard(receiver, made, "paid").event["data"]["object"]["result"] == "successful"


@pytest.mark.raw
def test_an_order_that_a_wallet_refuses_stays_open(sdk, receiver, told):
    made = asked(methods=["card", "ideal"], webhook_url=told)
    page, action = pressed(made["id"], "ideal")
    choose(action["url"], "failed")
    assert standing(again(made)) == ("declined", "declined")
    heard(receiver, made, "declined")
    assert page.pay().status == 200
    assert standing(again(made)) == ("paid", "successful")


@pytest.mark.raw
def test_an_order_is_paid_by_transfer(sdk, receiver, told):
    made = asked(methods=["customer_balance"], webhook_url=told)
    page, action = pressed(made["id"], "customer_balance")
    assert standing(again(made)) == ("processing", "waiting")
    assert heard(receiver, made, "processing").event["data"]["object"]["result"] == "waiting"
    choose(action["url"], "succeeds_later", after_ms=SOON_MS)
    heard(receiver, made, "paid")
    assert standing(again(made)) == ("paid", "successful")
    refund = wire.post(f"{PAYMENTS}/{made['id']}/refund")
    assert (refund.status, refund.json["status"]) == (200, "refunded")


@pytest.mark.raw
def test_an_order_whose_transfer_does_not_come_can_be_asked_for_again(sdk, receiver, told):
    made = asked(methods=["customer_balance"], webhook_url=told)
    page, action = pressed(made["id"], "customer_balance")
    choose(action["url"], "fails_later", after_ms=SOON_MS)
    heard(receiver, made, "declined")
    assert standing(again(made)) == ("declined", "declined")
    second = asked(methods=["card"], order_id=made["order_id"])
    assert second["id"] != made["id"] and standing(second) == ("awaiting", "waiting")


@pytest.mark.raw
def test_an_order_whose_transfer_was_not_sent_can_be_given_up(sdk, receiver, told):
    made = asked(methods=["customer_balance"], webhook_url=told)
    page, action = pressed(made["id"], "customer_balance")
    target, body = open_page(action["url"], "succeeded")
    given_up = wire.post(f"{PAYMENTS}/{made['id']}/cancel")
    assert (given_up.status, given_up.json.get("result")) == (200, "declined"), given_up.body
    heard(receiver, made, given_up.json["status"])
    assert fetch("POST", target, body).status == 409
    second = asked(methods=["card"], order_id=made["order_id"])
    assert second["id"] != made["id"]


@pytest.mark.raw
def test_a_wallet_whose_money_is_on_its_way_is_processing(sdk):
    waits = asked(methods=["paypal"])
    page, action = pressed(waits["id"], "paypal")
    choose(action["url"], "succeeds_in_days")
    assert standing(again(waits)) == ("processing", "waiting")
    made = asked(methods=["paypal"])
    page, action = pressed(made["id"], "paypal")
    choose(action["url"], "succeeds_later", after_ms=SOON_MS)
    until(lambda: standing(again(made)) == ("paid", "successful"), "the late money")
    assert standing(again(waits)) == ("processing", "waiting")


@pytest.mark.raw
@pytest.mark.parametrize("methods", [["klarna"], ["pix"], ["card", "promptpay"], ["card", "shells"]])
def test_methods_that_an_order_cannot_have(sdk, methods):
    order = fresh()
    refused = wire.post_json(PAYMENTS, {"amount": 1500, "currency": "eur", "order_id": order, "methods": methods})
    assert (refused.status, refused.error["type"], refused.error["param"]) == (400, "invalid_request_error", "methods")
    assert wire.get(PAYMENTS, {"order_id": order}).status == 404
