"""The page of a checkout session: what the buyer sees, and what becomes of every press of the button."""

import re
import threading
from html import unescape

import pytest
import stripe

import server
import wire
from challenge import answer, fetch, open_page
from checkout import ASKING, DECLINED, GOOD, THANKS, Page, item, opened
from cards import card
from shop import events_of, fresh, new_customer, plain, types

pytestmark = pytest.mark.newest


def again(session):
    """The session, read anew."""
    return stripe.checkout.Session.retrieve(session.id, expand=["payment_intent.latest_charge"])


def charges(session):
    """The charges of a session's payment that took money."""
    intent = stripe.checkout.Session.retrieve(session.id).payment_intent
    return [charge for charge in stripe.Charge.list(payment_intent=intent).data if charge.paid]


def refused(answer, status, code, param=None):
    """The page said no, and why."""
    assert (answer.status, answer.error["code"], answer.error["param"]) == (status, code, param), answer.body
    assert answer.error["message"]


# Looking


def test_the_page_shows_the_order_and_nothing_of_the_merchants(sdk):
    made = opened(
        item(2500, quantity=2, adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 5}),
        metadata={"hidden": "secret-note"}, client_reference_id="order-hidden", cancel_url="https://shop.example/cart")
    state = Page(made).state()
    assert (state["id"], state["status"], state["mode"], state["simulated"]) == (made.id, "open", "payment", True)
    assert state["amounts"] == {"subtotal": 5000, "shipping": 0, "tax": 0, "discount": 0, "total": 5000}
    line = state["line_items"][0]
    assert (line["name"], line["quantity"], line["unit_amount"], line["amount"]) == ("Tea", 2, 2500, 5000)
    assert line["adjustable"] == {"minimum": 1, "maximum": 5}
    assert (state["payment"], state["return_to"], state["cancel_url"]) == (None, None, "https://shop.example/cart")
    shell = fetch("GET", made.url)
    assert shell.status == 200 and shell.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in shell.headers["content-security-policy"]
    assert "Tea" in shell.text and 'id="florin-page"' in shell.text
    for text in (shell.text, str(state)):
        assert "secret-note" not in text and "order-hidden" not in text


def test_what_a_merchant_calls_a_product_is_no_markup(sdk):
    data = {"currency": "usd", "unit_amount": 500, "product_data": {"name": "<script>alert(1)</script>"}}
    shell = fetch("GET", opened({"price_data": data, "quantity": 1}).url)
    assert "<script>alert" not in shell.text and "&lt;script&gt;" in shell.text


def test_an_id_that_was_not_given_opens_nothing(sdk):
    made = opened(item())
    for wrong in (made.id + "x", made.id[:-1], made.id.upper(), "cs_test_", "pi_1"):
        page = fetch("GET", made.url.replace(made.id, wrong))
        assert page.status == 404 and "Nothing was charged" in page.text
        for verb in ("confirm", "update", "cancel"):
            refused(Page(wrong).send(verb, {}), 404, "resource_missing")


# Paying


def test_a_payment_completes_the_session_and_is_told(receiver, endpoint):
    endpoint(["checkout.session.completed"])
    made = opened(item(1500), metadata={"order_id": fresh()}, payment_intent_data={"metadata": {"a": "1"}})
    paid = Page(made).pay(billing={"email": "ada@example.com", "name": "Ada", "address": {"country": "DE"}})
    assert (paid.status, paid.json["status"], paid.json["payment_status"]) == (200, "complete", "paid")
    assert paid.json["payment"] == {"method": "card", "status": "succeeded", "error": None, "action": None}
    assert paid.json["return_to"] == THANKS.replace("{CHECKOUT_SESSION_ID}", made.id)
    done = again(made)
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert (done.customer_details.email, done.customer_details.name) == ("ada@example.com", "Ada")
    intent = done.payment_intent
    assert (intent.status, intent.amount_received, plain(intent.metadata)) == ("succeeded", 1500, {"a": "1"})
    assert intent.latest_charge.billing_details.email == "ada@example.com"
    assert types(events_of(made.id, made.created)) == ["checkout.session.completed"]
    told = receiver.wait(lambda event: event["data"]["object"]["id"] == made.id, "of the payment")
    assert told.event["data"]["object"]["payment_status"] == "paid"
    assert told.event["data"]["object"]["payment_intent"] == intent.id
    refused(Page(made).pay(), 409, "session_complete")


def test_a_decline_is_a_state_and_the_next_card_pays(sdk):
    made = opened(item(1200))
    page = Page(made)
    declined = page.pay(DECLINED)
    assert (declined.status, declined.json["status"]) == (402, "open")
    assert declined.json["payment"]["error"]["kind"] in ("try_other_card", "contact_bank")
    assert again(made).payment_status == "unpaid"
    intent = again(made).payment_intent.id
    assert page.pay().status == 200
    done = again(made)
    assert (done.status, done.payment_intent.id, done.payment_intent.status) == ("complete", intent, "succeeded")
    assert len(charges(made)) == 1


@pytest.mark.parametrize("number, kind", [
    ("4000000000009995", "insufficient_funds"), ("4000000000000127", "check_cvc"),
    ("4000000000000069", "check_expiry"), ("4000000000000119", "try_again")])
def test_buyers_are_told_what_they_can_do(sdk, number, kind):
    declined = Page(opened(item())).pay(number)
    assert (declined.status, declined.json["payment"]["error"]) == (402, {"kind": kind})


def test_one_press_pays_once_however_often_it_is_sent(sdk):
    made = opened(item(1300))
    page, attempt = Page(made), fresh("press")
    answers = []
    presses = [threading.Thread(target=lambda: answers.append(page.pay(attempt=attempt))) for _ in range(4)]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    # One that comes while the first is under way is told to wait.
    assert {each.status for each in answers} <= {200, 409}
    last = page.pay(attempt=attempt)
    assert (last.status, last.json["payment_status"]) == (200, "paid")
    assert len(charges(made)) == 1


def test_two_buyers_with_one_link_pay_once(sdk):
    made = opened(item(1400))
    answers = []
    buyers = [threading.Thread(target=lambda: answers.append(Page(made).pay())) for _ in range(4)]
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()
    assert 200 in {each.status for each in answers} and {each.status for each in answers} <= {200, 409, 429}
    assert len(charges(made)) == 1
    assert again(made).payment_intent.amount_received == 1400


def test_another_press_under_the_same_name_is_refused(sdk):
    page, attempt = Page(opened(item())), fresh("press")
    assert page.pay(DECLINED, attempt=attempt).status == 402
    other = page.pay(GOOD, attempt=attempt)
    assert other.status == 400 and "error" in other.json
    assert page.state()["status"] == "open"


def test_the_buyer_authenticates_and_comes_back_to_the_page(sdk):
    made = opened(item(2100))
    page = Page(made)
    asked = page.pay(ASKING)
    assert (asked.status, asked.json["payment"]["status"]) == (200, "requires_action")
    action = asked.json["payment"]["action"]
    assert action["kind"] == "redirect"
    back = answer(action["url"], "succeeded")
    assert back["_url"] == made.url
    assert page.state()["status"] == "complete"
    assert again(made).payment_intent.amount_received == 2100
    assert types(events_of(made.id, made.created)) == ["checkout.session.completed"]


def test_an_authentication_that_fails_leaves_the_session_open(sdk):
    made = opened(item())
    page = Page(made)
    answer(page.pay(ASKING).json["payment"]["action"]["url"], "failed")
    state = page.state()
    assert (state["status"], state["payment"]["error"]) == ("open", {"kind": "authentication_failed"})
    assert page.pay().json["status"] == "complete"


@pytest.mark.parametrize("by_browser", [False, True], ids=["server", "browser"])
def test_nobody_but_its_page_confirms_the_payment_of_a_session(sdk, by_browser):
    made = opened(item(500, adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 9}))
    page = Page(made)
    assert page.pay(ASKING).json["payment"]["status"] == "requires_action"
    line = page.state()["line_items"][0]["id"]
    assert page.update(quantities={line: 9}).json["amounts"]["total"] == 4500
    intent = again(made).payment_intent
    assert (intent.amount, intent.status) == (500, "requires_confirmation")
    sent = {"payment_method": "pm_card_visa", "payment_method_types": ["card"]}
    if by_browser:
        sent = {"payment_method_data": {"type": "card", "card": card()}, "client_secret": intent.client_secret,
                "return_url": "https://shop.example/back"}
    answered = wire.post(f"/v1/payment_intents/{intent.id}/confirm", sent, key=server.PUBLISHABLE_KEY if by_browser else server.SECRET_KEY)
    assert (answered.status, answered.error["code"]) == (400, "payment_intent_unexpected_state")
    assert (page.state()["status"], charges(made)) == ("open", [])
    assert page.pay(expected_amount=4500).status == 200
    assert again(made).payment_intent.amount_received == 4500


def test_nobody_but_its_page_confirms_the_set_up_of_a_session(sdk):
    made = stripe.checkout.Session.create(mode="setup", currency="usd", success_url=THANKS)
    page = Page(made)
    assert page.pay(DECLINED).status == 402
    held = stripe.checkout.Session.retrieve(made.id).setup_intent
    answered = wire.post(f"/v1/setup_intents/{held}/confirm", {"payment_method": "pm_card_visa"})
    assert (answered.status, answered.error["code"]) == (400, "setup_intent_unexpected_state")
    assert page.pay().json["status"] == "complete"


def test_an_action_is_given_up_for_another_card(sdk):
    made = opened(item())
    page = Page(made)
    page.pay(ASKING)
    left = page.send("cancel", {})
    assert (left.status, left.json["payment"]["action"]) == (200, None)
    assert left.json["payment"]["status"] == "requires_payment_method"
    assert page.pay().json["status"] == "complete"
    assert len(charges(made)) == 1


def test_what_is_paid_is_the_total_of_the_session(sdk):
    """The buyer changes the order while the page of the bank is open: whatever counts, total and payment agree."""
    made = opened(item(1000, quantity=2, adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 9}))
    page = Page(made)
    target, body = open_page(page.pay(ASKING).json["payment"]["action"]["url"], "succeeded")
    line = page.state()["line_items"][0]["id"]
    page.update(quantities={line: 5})
    assert fetch("POST", target, body).status < 500
    if page.state()["status"] == "open":
        assert page.pay().status == 200
    done = again(made)
    assert (done.payment_status, done.payment_intent.amount_received) == ("paid", done.amount_total)
    assert len(charges(made)) == 1


# Choosing


def test_the_buyer_chooses_and_pays_what_was_shown(sdk):
    rates = [{"shipping_rate_data": {"display_name": name, "fixed_amount": {"amount": amount, "currency": "usd"}}}
             for name, amount in (("Mail", 500), ("Bike", 900))]
    made = opened(
        item(1000, adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 3}), shipping_options=rates)
    page = Page(made)
    shipping = page.state()["shipping"]
    assert [option["name"] for option in shipping["options"]] == ["Mail", "Bike"]
    assert shipping["selected"] == shipping["options"][0]["id"]
    line = page.state()["line_items"][0]["id"]
    chosen = page.update(shipping_option=shipping["options"][1]["id"], quantities={line: 2})
    assert (chosen.status, chosen.json["amounts"]["total"]) == (200, 2900)
    refused(page.pay(expected_amount=1500), 409, "amount_changed", "expected_amount")
    assert page.pay(expected_amount=2900).status == 200
    done = again(made)
    assert (done.amount_total, done.payment_intent.amount_received) == (2900, 2900)
    assert done.shipping_cost.amount_total == 900


@pytest.mark.parametrize("sent, code, param", [
    ({"shipping_option": "shr_missing"}, None, "shipping_option"),
    ({"quantities": {"li_missing": 2}}, None, "quantities"),
    ({"amount": 1}, "parameter_unknown", "amount"),
    ({"quantities": 5}, None, "quantities"),
])
def test_what_is_not_offered_cannot_be_chosen(sdk, sent, code, param):
    refused(Page(opened(item())).update(**sent), 400, code, param)


def test_what_the_merchant_asks_for_has_to_be_told(sdk):
    made = opened(
        item(), billing_address_collection="required", phone_number_collection={"enabled": True},
        shipping_address_collection={"allowed_countries": ["DE"]}, consent_collection={"terms_of_service": "required"},
        custom_fields=[{"key": "size", "label": {"type": "custom", "custom": "Size"}, "type": "dropdown",
                        "dropdown": {"options": [{"label": "Large", "value": "l"}]}}])
    page = Page(made)
    billing = {"email": "ada@example.com", "phone": "+49 30 1", "address": {"country": "DE", "line1": "A 1"}}
    shipping = {"name": "Ada", "address": {"country": "DE", "line1": "A 1"}}
    told = {"billing": billing, "shipping": shipping, "terms": True, "custom_fields": {"size": "l"}}
    missing = "parameter_missing"
    for changes, code, param in [
        ({"billing": {**billing, "email": ""}}, missing, "billing[email]"),
        ({"billing": {**billing, "phone": ""}}, missing, "billing[phone]"),
        ({"billing": {**billing, "address": {"country": "DE"}}}, missing, "billing[address][line1]"),
        ({"shipping": None}, missing, "shipping[name]"),
        ({"shipping": {**shipping, "address": {"country": "US", "line1": "A 1"}}}, None, "shipping[address][country]"),
        ({"terms": False}, missing, "terms"),
        ({"custom_fields": {}}, missing, "custom_fields[size]"),
        ({"custom_fields": {"size": "xl"}}, None, "custom_fields[size]"),
        ({"billing": {**billing, "email": "nobody"}}, "email_invalid", "billing[email]"),
        ({"colour": "green"}, "parameter_unknown", "colour"),
        ({"expected_amount": "many"}, None, "expected_amount"),
    ]:
        refused(page.pay(**{**told, **changes}), 400, code, param)
    assert page.state()["payment"] is None
    assert page.pay(**told).status == 200
    done = again(made)
    assert done.collected_information.shipping_details.name == "Ada"
    assert done.consent.terms_of_service == "accepted"
    assert done.custom_fields[0].dropdown.value == "l"
    assert done.payment_intent.shipping.address.line1 == "A 1"


@pytest.mark.parametrize(
    ("number", "code"),
    [("4242424242424241", "incorrect_number"), ("42", "invalid_number"), ("", "invalid_number")],
)
def test_a_wrong_number_is_refused_before_anything_is_made(sdk, number, code):
    page = Page(opened(item()))
    answered = page.pay(number)
    refused(answered, 400, code, "card.number")
    assert "4242424242424241" not in str(answered.body)
    assert page.state()["status"] == "open"
    assert page.pay().status == 200


def test_a_press_needs_a_name_and_a_method(sdk):
    page = Page(opened(item()))
    refused(page.send("confirm", {"card": card()}), 400, "parameter_missing", "attempt")
    refused(page.confirm(billing={"email": "ada@example.com"}), 400, "parameter_missing", "method")
    assert page.confirm(billing={"email": "ada@example.com"}, method="klarna", card=card()).status == 400
    assert page.state()["payment"] is None


# Other kinds of sessions


def test_nothing_is_asked_where_nothing_is_to_be_paid(sdk):
    made = opened(item(0))
    page = Page(made)
    assert (page.state()["methods"], made.amount_total) == ([], 0)
    done = page.confirm(billing={"email": "ada@example.com"})
    assert (done.status, done.json["payment_status"]) == (200, "no_payment_required")
    held = stripe.checkout.Session.retrieve(made.id)
    assert (held.status, held.payment_status, held.payment_intent) == ("complete", "no_payment_required", None)
    assert types(events_of(made.id, made.created)) == ["checkout.session.completed"]


def test_a_set_up_saves_a_card(customer):
    made = stripe.checkout.Session.create(mode="setup", customer=customer.id, success_url=THANKS)
    page = Page(made)
    assert page.state()["collect"]["save"] == "always"
    done = page.confirm(card=card())
    assert (done.status, done.json["status"], done.json["payment_status"]) == (200, "complete", "no_payment_required")
    held = stripe.checkout.Session.retrieve(made.id, expand=["setup_intent.payment_method"])
    assert (held.setup_intent.status, held.setup_intent.customer) == ("succeeded", customer.id)
    assert held.setup_intent.payment_method.customer == customer.id
    assert types(events_of(made.id, made.created)) == ["checkout.session.completed"]


def test_an_authorization_completes_the_session_and_the_capture_pays_it(sdk):
    made = opened(item(1600), payment_intent_data={"capture_method": "manual"})
    held = Page(made).pay()
    assert (held.json["status"], held.json["payment_status"]) == ("complete", "unpaid")
    intent = again(made).payment_intent
    assert intent.status == "requires_capture"
    stripe.PaymentIntent.capture(intent.id)
    assert again(made).payment_status == "paid"
    assert types(events_of(made.id, made.created)) == ["checkout.session.completed"]


def test_saved_cards_are_shown_by_what_was_said_of_them(sdk):
    customer = new_customer()
    words = {}
    for word in ("always", "limited", None):
        made = stripe.PaymentMethod.create(type="card", card={"token": "tok_visa"}, **({"allow_redisplay": word} if word else {}))
        words[stripe.PaymentMethod.attach(made.id, customer=customer.id).id] = word or "unspecified"
    for filters in (["always"], ["limited", "unspecified"], ["always", "limited", "unspecified"]):
        made = opened(item(700), customer=customer.id, saved_payment_method_options={"allow_redisplay_filters": filters})
        assert plain(made.saved_payment_method_options)["allow_redisplay_filters"] == filters
        shown = Page(made).state()["saved_methods"]
        assert sorted(words[one["id"]] for one in shown) == filters
    kept = {"payment_method_remove": "disabled"}
    assert plain(opened(item(700), saved_payment_method_options=kept).saved_payment_method_options)["payment_method_remove"] is None
    with pytest.raises(stripe.InvalidRequestError) as caught:
        opened(item(700), saved_payment_method_options={"payment_method_remove": "enabled"})
    assert caught.value.param == "saved_payment_method_options[payment_method_remove]"


def test_a_card_is_saved_and_offered_again(sdk):
    customer = new_customer()
    saves = {"customer": customer.id, "saved_payment_method_options": {"payment_method_save": "enabled"}}
    first = Page(opened(item(), **saves))
    assert first.state()["collect"]["save"] == "offered"
    assert first.pay(save=True).status == 200
    made = opened(item(800), customer=customer.id)
    page = Page(made)
    offered = page.state()["saved_methods"]
    assert [(method["brand"], method["last4"]) for method in offered] == [("visa", "4242")]
    assert page.state()["collect"]["email"] == "given"
    assert page.confirm(saved_method=offered[0]["id"]).status == 200
    assert again(made).payment_intent.payment_method == offered[0]["id"]
    stranger = Page(opened(item()))
    assert stranger.confirm(saved_method=offered[0]["id"], billing={"email": "eve@example.com"}).status == 400
    assert stranger.state()["status"] == "open"


def test_a_customer_is_made_of_a_buyer_where_the_merchant_wants_it(sdk):
    made = opened(item(), customer_creation="always")
    assert Page(made).pay(billing={"email": "bo@example.com", "name": "Bo"}).status == 200
    held = stripe.checkout.Session.retrieve(made.id, expand=["customer"])
    assert (held.customer.email, held.customer.name) == ("bo@example.com", "Bo")


# Without scripts, and from elsewhere


def test_the_form_pays_without_a_script(sdk):
    made = opened(item(1700))
    form = f"attempt={fresh('press')}&email=ada%40example.com&number=4242+4242+4242+4242&exp=12+%2F+34&cvc=123"
    done = fetch("POST", made.url, form)
    assert (done.status, done.headers["location"]) == (303, f"/c/pay/{made.id}")
    assert again(made).payment_status == "paid"
    # A form of the page may lead nowhere else; the page leads on to the shop.
    assert THANKS.replace("{CHECKOUT_SESSION_ID}", made.id) in fetch("GET", made.url).text
    late = fetch("POST", made.url, form.replace("attempt=", "attempt=again-"))
    assert late.status == 303 and late.headers["location"].startswith(f"/c/pay/{made.id}?problem=")


def test_the_form_leads_to_the_bank_where_it_asks(sdk):
    made = opened(item())
    form = f"attempt={fresh('press')}&email=ada%40example.com&number={ASKING}&exp=12%2F34&cvc=123"
    asked = fetch("POST", made.url, form)
    assert (asked.status, asked.headers["location"]) == (303, f"/c/pay/{made.id}")
    bank = unescape(re.search(r'href="([^"]*/sandbox/authenticate/[^"]*)"', fetch("GET", made.url).text)[1])
    assert answer(bank, "succeeded")["_url"] == made.url
    assert again(made).payment_status == "paid"


def test_a_page_is_driven_from_its_own_address_only(sdk):
    made = opened(item())
    page = Page(made)
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        for verb in ("confirm", "update", "cancel"):
            sent = {"attempt": fresh("press"), "card": card(), "billing": {"email": "eve@example.com"}}
            refused(page.send(verb, sent, Origin=origin), 403, "origin_not_allowed")
        foreign = wire.post(page.path, {"attempt": fresh("press")}, headers={"Origin": origin}, key=None)
        assert foreign.status == 403
    assert page.state()["payment"] is None
    wrong = wire.send("DELETE", f"{page.path}/confirm", key=None)
    assert (wrong.status, wrong.error["code"]) == (405, "method_not_allowed")
    assert wire.post_json(f"{page.path}/steal", {}, key=None).status == 404
    assert page.send("confirm", b"{").status == 400


def test_a_session_that_ended_takes_nothing_and_gives_up_its_payment(sdk):
    made = opened(item())
    page = Page(made)
    url = page.pay(ASKING).json["payment"]["action"]["url"]
    intent = again(made).payment_intent.id
    stripe.checkout.Session.expire(made.id)
    assert stripe.PaymentIntent.retrieve(intent).status == "canceled"
    assert page.state()["status"] == "expired"
    for answered in (page.pay(), page.update(locale="de"), page.send("cancel", {})):
        refused(answered, 409, "session_expired")
    assert fetch("POST", url, "result=succeeded").status < 500
    assert stripe.PaymentIntent.retrieve(intent).status == "canceled"
    assert fetch("GET", f"{made.url}").status == 200


@pytest.mark.raw
def test_a_buyer_chooses_what_to_pay(sdk):
    price = wire.post("/v1/prices", {"currency": "eur", "product_data": {"name": "Donation"}, "custom_unit_amount": {
        "enabled": True, "minimum": 500, "maximum": 90_000}}).json["id"]
    made = stripe.checkout.Session.create(mode="payment", submit_type="donate", line_items=[{"price": price, "quantity": 1}])
    page = Page(made)
    line = page.state()["line_items"][0]
    assert (made.amount_total, line["custom"], line["unit_amount"]) == (0, {"minimum": 500, "maximum": 90_000}, 0)
    assert [one["type"] for one in page.state()["methods"]] == ["card"]
    # Nothing is no amount that somebody chose: it is not given away.
    early = page.pay()
    assert (early.status, early.error["code"], early.error["param"]) == (400, "parameter_missing", "amounts")
    for wrong in ({line["id"]: 499}, {line["id"]: 90_001}, {line["id"]: -500}, {"li_missing": 500}, {line["id"]: "x"}):
        refused = page.update(amounts=wrong)
        assert (refused.status, refused.error["param"].split("[")[0]) == (400, "amounts"), wrong
    assert page.update(amounts={line["id"]: 1_250}).json["amounts"]["total"] == 1_250
    paid = page.pay(expected_amount=1_250)
    assert paid.json["payment_status"] == "paid"
    session = stripe.checkout.Session.retrieve(made.id, expand=["line_items", "payment_intent"])
    assert (session.amount_total, session.payment_intent.amount_received, session.line_items.data[0].amount_total) == (1_250, 1_250, 1_250)
    assert session.line_items.data[0].price.unit_amount is None
    late = page.update(amounts={line["id"]: 700})
    assert (late.status, late.error["code"]) == (409, "session_complete")


@pytest.mark.raw
@pytest.mark.parametrize("line, param", [
    ({"quantity": 2}, "line_items[0][quantity]"),
    ({"quantity": 1, "adjustable_quantity": {"enabled": True}}, "line_items[0][quantity]"),
])
def test_of_what_the_buyer_prices_one_is_sold(sdk, line, param):
    price = wire.post("/v1/prices", {"currency": "eur", "product_data": {"name": "Donation"}, "custom_unit_amount": {
        "enabled": True, "preset": 2_000}}).json["id"]
    refused = wire.post("/v1/checkout/sessions", {"mode": "payment", "line_items": [{"price": price, **line}]})
    assert (refused.status, refused.error["param"]) == (400, param)
    made = wire.post("/v1/checkout/sessions", {"mode": "payment", "line_items": [{"price": price, "quantity": 1}]}).json
    assert (made["amount_total"], Page(made["id"]).pay().json["payment_status"]) == (2_000, "paid")
    ordinary = wire.post("/v1/checkout/sessions", {"mode": "payment", "line_items": [item()]}).json
    other = Page(ordinary["id"])
    refused = other.update(amounts={other.state()["line_items"][0]["id"]: 1})
    assert (refused.status, refused.error["param"]) == (400, "amounts")
