"""Payment links: an address that stays. A merchant makes, changes and ends it; every buyer who opens it gets a session of their own."""

import ipaddress
import secrets
from urllib.parse import urlsplit

import pytest
import stripe

import server
import wire
from checkout import DECLINED, Page, item
from own import needs_binary, other_account, running, told
from plain import DEV_KEY, flatten
from shop import error_of, events_of, fresh, plain, types

LINKS = "/v1/payment_links"
SESSIONS = "/v1/checkout/sessions"
INVALID = "invalid_request_error"
THANKS = "https://shop.example/thanks?of={CHECKOUT_SESSION_ID}"
# So many sessions an address gets in ten minutes.
LOOKS_MAX = 60
# Addresses for documentation; a customer of a network has one of these prefixes.
NETWORK = int(ipaddress.IPv6Address("2001:db8::"))


def price(amount=900, currency="eur", key=server.SECRET_KEY, **more):
    """The id of a price with a product of its own."""
    told = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Tea"}, **more}
    return wire.post("/v1/prices", told, key=key).json["id"]


def rate(amount=500, currency="eur"):
    """The id of a shipping rate."""
    return wire.post("/v1/shipping_rates", {"display_name": "Mail", "fixed_amount": {"amount": amount, "currency": currency}}).json["id"]


def made(*items, **more):
    """A link that sells these."""
    return stripe.PaymentLink.create(line_items=list(items) or [{"price": price(), "quantity": 1}], **more)


def somebody():
    """An address that nobody has."""
    return str(ipaddress.IPv6Address(NETWORK | secrets.randbits(32) << 64 | 1))


def look(link, query=None, method="GET", address=None):
    """What a buyer who opens a link is answered, from an address of their own."""
    path = f"/b/{link if isinstance(link, str) else link.id}" + (f"?{wire.encode(query)}" if query else "")
    return wire.send(method, path, key=None, headers={"X-Forwarded-For": address or somebody()})


def opened(link, query=None):
    """The session that a buyer gets who opens a link."""
    answer = look(link, query)
    assert (answer.status, answer.body, answer.headers["cache-control"]) == (303, b"", "no-store"), answer.body
    path, _, session = answer.headers["location"].rpartition("/")
    assert path == "/c/pay"
    return session


def read(session):
    """A session as the merchant sees it."""
    return wire.get(f"{SESSIONS}/{session}").json


def sessions():
    """The newest sessions of the account."""
    return [one["id"] for one in wire.get(SESSIONS, {"limit": 3}).json["data"]]


def is_page(answer, status, *texts):
    """An answer for a buyer for whom there is no session."""
    assert (answer.status, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), answer.body
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "frame-ancestors 'none'" in policy
    assert (answer.headers["cache-control"], "location" in answer.headers) == ("no-store", False)
    missing = [text for text in texts if text not in answer.body.decode()]
    assert missing == [], answer.body
    return True


# Made, read, changed


def test_a_link_has_every_member(sdk):
    sold = price(2500)
    link = plain(made({"price": sold, "quantity": 2}, metadata={"a": "1"}))
    assert link.pop("id").startswith("plink_")
    assert urlsplit(link["url"]).path.startswith("/b/plink_")
    for member, value in {
        "object": "payment_link", "active": True, "currency": "eur", "metadata": {"a": "1"}, "livemode": False,
        "after_completion": {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": None}},
        "allow_promotion_codes": False, "billing_address_collection": "auto", "customer_creation": "if_required",
        "inactive_message": None, "payment_intent_data": None, "payment_method_types": None,
        "phone_number_collection": {"enabled": False}, "shipping_address_collection": None, "shipping_options": [],
        "custom_fields": [], "submit_type": "auto",
    }.items():
        assert link[member] == value, member
    assert "line_items" not in link


def test_what_it_sells_comes_in_pages(sdk):
    link = made(*[{"price": price(100 + n), "quantity": 1} for n in range(3)])
    first = stripe.PaymentLink.list_line_items(link.id, limit=2)
    assert ([line.amount_total for line in first.data], first.has_more) == ([100, 101], True)
    assert first.url == f"{LINKS}/{link.id}/line_items"
    rest = stripe.PaymentLink.list_line_items(link.id, limit=2, starting_after=first.data[1].id)
    assert ([line.amount_total for line in rest.data], rest.has_more) == ([102], False)
    assert (rest.data[0].object, rest.data[0].description, rest.data[0].price.unit_amount) == ("item", "Tea", 102)


def test_what_it_sells_can_stand_in_it(sdk):
    link = made({"price": price(), "quantity": 2})
    inside = stripe.PaymentLink.retrieve(link.id, expand=["line_items.data.price.product"]).line_items
    assert inside.data[0].price.product.object == "product" and inside.data[0].quantity == 2
    assert inside.url == f"{LINKS}/{link.id}/line_items"
    listed = stripe.PaymentLink.list(limit=1, expand=["data.line_items"]).data[0]
    assert [one.id for one in listed.line_items] == [one.id for one in inside]


def test_links_are_listed_by_whether_they_work(sdk):
    links = [made().id for _ in range(3)]
    stripe.PaymentLink.modify(links[1], active=False)
    after = {"limit": 3, "ending_before": links[0]}
    for filters, expected in (
        (after, [links[2], links[1]]),
        ({"active": True, **after}, [links[2]]),
        ({"active": False, **after}, [links[1]]),
    ):
        assert [one.id for one in stripe.PaymentLink.list(**filters).data] == expected, filters
    page = stripe.PaymentLink.list(limit=1, starting_after=links[2])
    assert ([one.id for one in page.data], page.has_more, page.url) == ([links[1]], True, LINKS)


def test_a_link_is_changed_and_its_events_say_so(sdk):
    link = made(metadata={"a": "1", "b": "2"})
    [first] = events_of(link.id, 0)
    since = first["created"]
    stripe.PaymentLink.modify(link.id, metadata={"b": "", "c": "3"})
    ended = stripe.PaymentLink.modify(link.id, active=False, inactive_message="Sold out.")
    assert (ended.active, ended.inactive_message, plain(ended.metadata)) == (False, "Sold out.", {"a": "1", "c": "3"})
    again = stripe.PaymentLink.modify(link.id, active=True, inactive_message="")
    assert (again.active, again.inactive_message) == (True, None)
    assert plain(stripe.PaymentLink.retrieve(link.id)) == plain(again)
    told = events_of(link.id, since)
    assert types(told) == ["payment_link.created"] + ["payment_link.updated"] * 3
    assert [event["data"].get("previous_attributes") for event in told] == [
        None, {"metadata": {"b": "2", "c": None}}, {"active": True, "inactive_message": None},
        {"active": False, "inactive_message": "Sold out."}]
    assert [event["data"]["object"]["active"] for event in told] == [True, True, False, True]


def test_a_request_that_is_repeated_makes_one_link(sdk):
    key, sold = fresh("link"), [{"price": price(), "quantity": 1}]
    first, second = (stripe.PaymentLink.create(line_items=sold, idempotency_key=key) for _ in range(2))
    assert plain(first) == plain(second)
    assert types(events_of(first.id, 0)) == ["payment_link.created"]


def test_a_webhook_hears_of_a_link_and_of_its_payment(receiver, endpoint):
    endpoint(["payment_link.created", "payment_link.updated", "checkout.session.completed"])
    link = made(metadata={"sale": "autumn"})
    receiver.wait(lambda event: event["type"] == "payment_link.created" and event["data"]["object"]["id"] == link.id, "of the link")
    session = opened(link)
    assert Page(session).pay().status == 200
    told = receiver.wait(lambda event: event["data"]["object"]["id"] == session, "of the payment").event
    assert (told["type"], told["data"]["object"]["payment_link"]) == ("checkout.session.completed", link.id)
    assert told["data"]["object"]["metadata"] == {"sale": "autumn"}


# Opened and paid


def test_every_buyer_gets_a_session_of_their_own(sdk):
    link = made({"price": price(700), "quantity": 2}, metadata={"sale": "autumn"}, submit_type="book")
    first, second = opened(link), opened(link)
    assert first != second and sessions()[:2] == [second, first]
    session = read(first)
    for member, value in {
        "payment_link": link.id, "metadata": {"sale": "autumn"}, "amount_total": 1400, "currency": "eur", "mode": "payment",
        "status": "open", "ui_mode": "hosted_page", "submit_type": "book", "success_url": None, "cancel_url": None,
        "client_reference_id": None, "customer_email": None, "locale": None, "customer": None,
    }.items():
        assert session[member] == value, member
    assert session["expires_at"] == session["created"] + 24 * 3600
    expanded = wire.get(f"{SESSIONS}/{first}", {"expand": ["payment_link"]}).json
    assert expanded["payment_link"] == wire.get(f"{LINKS}/{link.id}").json


def test_a_declined_card_and_then_a_good_one(sdk):
    link = made({"price": price(700), "quantity": 1}, payment_intent_data={"metadata": {"lot": "7"}, "statement_descriptor_suffix": "TEA"})
    session = opened(link, {"client_reference_id": "A_1-b"})
    declined = Page(session).pay(DECLINED)
    assert (declined.status, declined.json["status"]) == (402, "open")
    paid = Page(session).pay()
    assert (paid.status, paid.json["status"], paid.json["payment_status"]) == (200, "complete", "paid")
    done = wire.get(f"{SESSIONS}/{session}", {"expand": ["payment_intent.latest_charge"]}).json
    assert (done["client_reference_id"], done["payment_status"], done["payment_link"]) == ("A_1-b", "paid", link.id)
    intent = done["payment_intent"]
    assert (intent["status"], intent["amount_received"], intent["metadata"]) == ("succeeded", 700, {"lot": "7"})
    assert intent["latest_charge"]["statement_descriptor_suffix"] == "TEA"
    # The link is there for the next buyer.
    assert Page(opened(link)).pay().json["payment_status"] == "paid"


def test_a_hold_is_captured_later(sdk):
    link = made({"price": price(700), "quantity": 1}, payment_intent_data={"capture_method": "manual"})
    session = opened(link)
    assert Page(session).pay().json["status"] == "complete"
    intent = stripe.PaymentIntent.retrieve(read(session)["payment_intent"])
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 700)
    assert stripe.PaymentIntent.capture(intent.id).amount_received == 700


def test_a_buyer_is_sent_on_or_reads_what_the_merchant_says(sdk):
    link = made(after_completion={"type": "redirect", "redirect": {"url": THANKS}})
    assert plain(link.after_completion) == {"type": "redirect", "redirect": {"url": THANKS}}
    session = opened(link)
    assert Page(session).pay().json["return_to"] == THANKS.replace("{CHECKOUT_SESSION_ID}", session)
    before = opened(link)
    stays = {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "<b>Merci!</b>"}}
    assert plain(stripe.PaymentLink.modify(link.id, after_completion=stays).after_completion) == stays
    after = opened(link)
    done = Page(after).pay().json
    assert (done["status"], done["return_to"], done["custom_text"]["after_submit"]) == ("complete", None, "<b>Merci!</b>")
    shown = wire.send("GET", f"/c/pay/{after}", key=None)
    assert shown.status == 200 and b"<b>Merci" not in shown.body
    # Whoever came before the change goes where it said.
    assert Page(before).pay().json["return_to"] == THANKS.replace("{CHECKOUT_SESSION_ID}", before)
    back = stripe.PaymentLink.modify(link.id, after_completion={"type": "redirect", "redirect": {"url": "https://shop.example/x"}})
    assert plain(back.after_completion) == {"type": "redirect", "redirect": {"url": "https://shop.example/x"}}
    assert Page(opened(link)).pay().json["return_to"] == "https://shop.example/x"


def test_the_texts_of_the_merchant_stay_beside_each_other(sdk):
    stays = {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "Merci!"}}
    texts = {"submit": {"message": "We ship tomorrow."}, "shipping_address": {"message": "No parcel stations."}}
    link = made(custom_text=texts, after_completion=stays)
    assert plain(link.after_completion) == stays
    shown = Page(opened(link)).state()["custom_text"]
    assert (shown["submit"], shown["shipping_address"], shown["after_submit"]) == ("We ship tomorrow.", "No parcel stations.", "Merci!")
    # A change of the end is a change of the end: what is not said of it again is gone, and the other texts stay.
    changed = stripe.PaymentLink.modify(link.id, after_completion={"type": "hosted_confirmation"})
    assert changed.after_completion.hosted_confirmation.custom_message is None
    assert plain(changed.custom_text)["submit"] == {"message": "We ship tomorrow."}
    shown = Page(opened(link)).state()["custom_text"]
    assert (shown["submit"], shown["after_submit"]) == ("We ship tomorrow.", None)


def test_quantities_go_no_further_than_the_link_says(sdk):
    limits = {"enabled": True, "minimum": 1, "maximum": 3}
    link = made({"price": price(1000), "quantity": 2, "adjustable_quantity": limits}, {"price": price(500), "quantity": 1})
    first, _ = wire.get(f"{LINKS}/{link.id}/line_items").json["data"]
    assert first["adjustable_quantity"] == limits
    page = Page(opened(link))
    adjustable, fixed = page.state()["line_items"]
    assert (adjustable["adjustable"], fixed["adjustable"]) == ({"minimum": 1, "maximum": 3}, None)
    assert page.update(quantities={adjustable["id"]: 3}).json["amounts"]["total"] == 3500
    for wrong in ({adjustable["id"]: 4}, {adjustable["id"]: 0}, {fixed["id"]: 2}):
        assert page.update(quantities=wrong).status == 400, wrong
    assert page.pay(expected_amount=3500).json["payment_status"] == "paid"
    # The next buyer begins where the link says.
    assert Page(opened(link)).state()["amounts"]["total"] == 2500
    assert stripe.PaymentLink.list_line_items(link.id).data[0].quantity == 2


def test_what_the_link_asks_for_is_asked(sdk):
    rates = [rate(500), rate(900)]
    link = made(
        {"price": price(1000), "quantity": 1},
        shipping_options=[{"shipping_rate": one} for one in rates], shipping_address_collection={"allowed_countries": ["DE"]},
        phone_number_collection={"enabled": True}, billing_address_collection="required", customer_creation="always",
        consent_collection={"terms_of_service": "required"},
        custom_fields=[
            {"key": "size", "label": {"type": "custom", "custom": "Size"}, "type": "dropdown",
             "dropdown": {"options": [{"label": "Large", "value": "l"}]}},
            {"key": "note", "label": {"type": "custom", "custom": "Note"}, "type": "text", "optional": True,
             "text": {"maximum_length": 5}}])
    shown = plain(link)
    assert [one["shipping_rate"] for one in shown["shipping_options"]] == rates
    assert [one["key"] for one in shown["custom_fields"]] == ["size", "note"]
    page = Page(opened(link))
    state = page.state()
    assert (state["amounts"]["total"], [one["amount"] for one in state["shipping"]["options"]]) == (1500, [500, 900])
    collect = state["collect"]
    assert (collect["phone"], collect["billing_address"], collect["shipping_address"], collect["terms"]) == (True, True, True, True)
    assert [one["key"] for one in collect["custom_fields"]] == ["size", "note"]
    home = {"line1": "Am Ufer 1", "city": "Kiel", "postal_code": "24103", "country": "DE"}
    whole = {
        "billing": {"email": "ada@example.com", "name": "Ada", "phone": "+49301234567", "address": home},
        "shipping": {"name": "Ada", "address": home}, "custom_fields": {"size": "l"}, "terms": True}
    for left_out in ("terms", "shipping", "custom_fields"):
        refused = page.pay(**{name: value for name, value in whole.items() if name != left_out})
        assert (refused.status, refused.error["param"].startswith(left_out)) == (400, True), refused.body
    assert page.update(shipping_option=rates[1]).json["amounts"]["total"] == 1900
    assert page.pay(**whole).json["payment_status"] == "paid"
    done = read(page.id)
    assert (done["amount_total"], done["shipping_cost"]["shipping_rate"]) == (1900, rates[1])
    assert done["custom_fields"][0]["dropdown"]["value"] == "l"
    assert done["customer"].startswith("cus_")


def test_a_price_that_is_given_with_the_link_sells(sdk):
    link = made(item(1200, 2, "eur"))
    assert stripe.PaymentLink.list_line_items(link.id).data[0].price.unit_amount == 1200
    assert Page(opened(link)).pay().json["amounts"]["total"] == 2400


# What the address says


@pytest.mark.raw
def test_the_address_fills_in_what_the_merchant_knows(sdk):
    link = made()
    session = read(opened(link, {"prefilled_email": "ada@example.com", "client_reference_id": "A-17_b", "locale": "de"}))
    assert (session["customer_email"], session["client_reference_id"], session["locale"]) == ("ada@example.com", "A-17_b", "de")
    page = Page(session["id"])
    assert (page.state()["email"], page.state()["collect"]["email"]) == ("ada@example.com", "given")
    assert b'lang="de"' in wire.send("GET", page.path, key=None).body
    assert len(read(opened(link, {"client_reference_id": "a" * 200}))["client_reference_id"]) == 200


HOSTILE = [
    ("no reference", {"client_reference_id": ""}), ("a blank in it", {"client_reference_id": "a b"}),
    ("markup in it", {"client_reference_id": "<script>"}), ("a long one", {"client_reference_id": "a" * 201}),
    ("other letters", {"client_reference_id": "größe"}), ("a list", {"client_reference_id": ["a"]}),
    ("no mail address", {"prefilled_email": "nobody"}), ("two lines", {"prefilled_email": "a@example.com\r\nBcc: b@example.com"}),
    ("twice", [("prefilled_email", "a@example.com"), ("prefilled_email", "b@example.com")]),
    ("a long mail address", {"prefilled_email": f"{'a' * 600}@example.com"}),
    ("a long language", {"locale": "de-DE-xxxxxxxx"}), ("no language", {"locale": "xx"}), ("markup for a language", {"locale": "\"><b>"}),
    ("what is the merchant's", {
        "mode": "setup", "success_url": "https://evil.example/", "cancel_url": "https://evil.example/", "currency": "jpy",
        "line_items": [{"price": "price_1", "quantity": 1}], "metadata": {"a": "b"}, "customer": "cus_1", "payment_link": "plink_1",
        "expires_at": "1", "payment_intent_data": {"capture_method": "manual"}, "quantity": "0"}),
]


@pytest.mark.raw
@pytest.mark.parametrize("what, query", HOSTILE, ids=[row[0] for row in HOSTILE])
def test_an_address_that_says_nonsense_opens_the_link_all_the_same(sdk, what, query):
    link = made()
    plain_one, session = read(opened(link)), read(opened(link, query))
    for own in ("id", "url", "created", "expires_at"):
        plain_one.pop(own), session.pop(own)
    assert session == plain_one


@pytest.mark.raw
@pytest.mark.parametrize("query", ["%ff=%fe", "%", "&&&", "=", "client_reference_id", "a[b[c]=1", "locale=%00", "prefilled_email=%00@%00"])
def test_an_address_that_is_broken_opens_the_link_all_the_same(sdk, query):
    link = made()
    answer = wire.send("GET", f"/b/{link.id}?{query}", key=None, headers={"X-Forwarded-For": somebody()})
    assert answer.status == 303, answer.body
    page = wire.send("GET", answer.headers["location"], key=None)
    assert page.status == 200, page.body


@pytest.mark.raw
def test_markup_in_the_address_is_no_markup_in_the_page(sdk):
    link = made()
    for query in ({"prefilled_email": '"><img/src=x>@example.com'}, {"prefilled_email": "</script><b>@example.com"}):
        page = wire.send("GET", f"/c/pay/{opened(link, query)}", key=None)
        assert page.status == 200 and b"<img/src" not in page.body and b"<b>" not in page.body and b"</script><b" not in page.body


# A link that does not work


@pytest.mark.raw
def test_an_inactive_link_says_so_and_makes_nothing(sdk):
    link = made()
    open_before = opened(link)
    wire.post(f"{LINKS}/{link.id}", {"active": False})
    before = sessions()
    assert is_page(look(link), 410, "<h1>Not active</h1>", "This link is not active any more.")
    wire.post(f"{LINKS}/{link.id}", {"inactive_message": "Sold <out> & \"gone\""})
    assert is_page(look(link), 410, "Sold &lt;out&gt; &amp; ")
    assert sessions() == before
    # A session that a buyer has already can be paid.
    assert Page(open_before).pay().json["payment_status"] == "paid"
    wire.post(f"{LINKS}/{link.id}", {"active": True})
    assert read(opened(link))["payment_link"] == link.id


@pytest.mark.raw
def test_what_a_link_asks_for_is_changed(sdk):
    link = made({"price": price(900), "quantity": 2}, {"price": price(100), "quantity": 1}, phone_number_collection={"enabled": True},
                custom_text={"submit": {"message": "Thank you."}}, payment_intent_data={"description": "Tea", "metadata": {"a": "1"}})
    first, second = stripe.PaymentLink.list_line_items(link.id).data
    early = opened(link)
    changed = stripe.PaymentLink.modify(
        link.id, line_items=[{"id": second.id, "quantity": 3, "adjustable_quantity": {"enabled": True, "maximum": 4}}],
        phone_number_collection={"enabled": False}, submit_type="donate", billing_address_collection="required",
        custom_text={"submit": "", "after_submit": {"message": "See you."}}, payment_intent_data={"description": "", "metadata": {"b": "2"}},
        custom_fields=[{"key": "size", "label": {"type": "custom", "custom": "Size"}, "type": "text"}])
    assert (changed.phone_number_collection.enabled, changed.submit_type, changed.custom_fields[0].key) == (False, "donate", "size")
    assert changed.payment_intent_data.description is None
    lines = stripe.PaymentLink.list_line_items(link.id).data
    assert [(line.id, line.quantity, line.amount_total) for line in lines] == [(first.id, 2, 1800), (second.id, 3, 300)]
    # A session that a buyer has already stays as it was.
    assert (read(early)["amount_total"], read(early)["phone_number_collection"]["enabled"]) == (1900, True)
    late = read(opened(link))
    assert (late["amount_total"], late["submit_type"], late["billing_address_collection"]) == (2100, "donate", "required")
    assert late["custom_text"]["after_submit"]["message"] == "See you." and late["custom_text"]["submit"] is None
    plainer = stripe.PaymentLink.modify(link.id, custom_fields="", line_items=[
        {"id": second.id, "adjustable_quantity": {"enabled": False}}])
    assert plainer.custom_fields == []
    line = stripe.PaymentLink.list_line_items(link.id).data[1]
    assert (line.quantity, line.adjustable_quantity) == (3, None)
    (event, *_) = stripe.Event.list(type="payment_link.updated", limit=1).data
    assert "custom_fields" in event.data.previous_attributes
    # Ending it is not refused for what it sells any more.
    wire.post(f"/v1/prices/{lines[0].price.id}", {"active": False})
    assert stripe.PaymentLink.modify(link.id, active=False).active is False
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stripe.PaymentLink.modify(link.id, submit_type="pay")
    assert refused.value.param == f"{LINE}[price]"


@pytest.mark.raw
def test_what_a_link_sold_is_listed(sdk):
    link, other = made(), made()
    email = f"{fresh('ada')}@example.com"
    first, second, foreign = opened(link), opened(link), opened(other)
    assert Page(first).pay(billing={"email": email}).json["payment_status"] == "paid"
    for filters, expected in (
        ({"payment_link": link.id}, [second, first]),
        ({"payment_link": link.id, "status": "complete"}, [first]),
        ({"payment_link": other.id}, [foreign]),
        ({"payment_link": "plink_missing"}, []),
        ({"customer_details": {"email": email}}, [first]),
        ({"customer_details": {"email": "nobody@example.com"}}, []),
        ({"customer_details": {"email": email}, "payment_link": other.id}, []),
    ):
        assert [one.id for one in stripe.checkout.Session.list(**filters).data] == expected, filters
    refused = wire.get(SESSIONS, {"customer_details[email]": "nobody"})
    assert (refused.status, refused.error["param"]) == (400, "customer_details[email]")


@pytest.mark.raw
def test_a_link_with_a_limit_is_sold_out(sdk):
    link = made(restrictions={"completed_sessions": {"limit": 1}})
    assert plain(link.restrictions) == {"completed_sessions": {"count": 0, "limit": 1}}
    wire.post(f"{LINKS}/{link.id}", {"inactive_message": "All seats are taken."})
    early, late = opened(link), opened(link)
    assert Page(early).pay(DECLINED).status == 402
    assert stripe.PaymentLink.retrieve(link.id).restrictions.completed_sessions.count == 0
    assert Page(early).pay().json["payment_status"] == "paid"
    counted = stripe.PaymentLink.retrieve(link.id)
    assert (counted.active, counted.restrictions.completed_sessions.count) == (True, 1)
    # Its address and the pages that are open say so, and nobody pays.
    before = sessions()
    assert is_page(look(link), 410, "All seats are taken.") and sessions() == before
    refused = Page(late).pay()
    assert (refused.status, refused.json["error"]["code"]) == (409, "payment_link_sold_out")
    form = {"attempt": "a", "number": "4242424242424242", "exp": "12 / 34", "cvc": "123", "email": "ada@example.com"}
    told = wire.post(f"/c/pay/{late}", form, key=None)
    assert (told.status, told.headers["location"]) == (303, f"/c/pay/{late}?problem=sold_out")
    assert b"This is sold out. You were not charged." in wire.get(told.headers["location"], key=None).body
    assert (read(late)["status"], read(late)["payment_intent"]) == ("open", None)
    wire.post(f"{LINKS}/{link.id}", {"restrictions": {"completed_sessions": {"limit": 2}}})
    assert Page(late).pay().json["payment_status"] == "paid"
    assert is_page(look(link), 410, "All seats are taken.")
    # Without a limit nothing is counted.
    wire.post(f"{LINKS}/{link.id}", {"restrictions": ""})
    assert Page(opened(link)).pay().json["payment_status"] == "paid"
    again = stripe.PaymentLink.modify(link.id, restrictions={"completed_sessions": {"limit": 3}})
    assert again.restrictions.completed_sessions.count == 2
    (event,) = stripe.Event.list(type="payment_link.updated", limit=1).data
    assert event.data.previous_attributes.restrictions is None


def test_an_authorization_that_is_canceled_gives_its_place_back(sdk):
    link = made(restrictions={"completed_sessions": {"limit": 1}}, payment_intent_data={"capture_method": "manual"})
    count = lambda: stripe.PaymentLink.retrieve(link.id).restrictions.completed_sessions.count
    first = opened(link)
    assert Page(first).pay().json["status"] == "complete"
    assert count() == 1 and is_page(look(link), 410)
    stripe.PaymentIntent.cancel(read(first)["payment_intent"])
    assert (count(), read(first)["status"], read(first)["payment_status"]) == (0, "complete", "unpaid")
    assert Page(opened(link)).pay().json["status"] == "complete" and count() == 1


@pytest.mark.raw
def test_a_price_that_was_given_up_is_not_sold(sdk):
    sold = price()
    link = made({"price": sold, "quantity": 1})
    wire.post(f"/v1/prices/{sold}", {"active": False})
    before = sessions()
    shown = look(link)
    assert is_page(shown, 400, "<h1>This link does not work</h1>")
    # The buyer can mend nothing about it, and is told nothing that is the merchant's.
    assert sold not in shown.body.decode() and "Activate" not in shown.body.decode()
    assert sessions() == before
    wire.post(f"/v1/prices/{sold}", {"active": True})
    assert read(opened(link))["amount_total"] == 900


@pytest.mark.raw
def test_what_is_no_link_is_not_found(sdk):
    link = made()
    before = sessions()
    for path in ("plink_missing", "", link.id[:-1], link.id.upper(), f"{link.id}/other", f"{link.id}/qr.png", "%00", "..%2f"):
        assert is_page(look(path), 404, "There is no such link."), path
    for method in ("POST", "PUT", "DELETE"):
        assert is_page(look(link, method=method), 405, "<h1>Not possible</h1>"), method
    assert look(link, method="HEAD").status == 200
    assert sessions() == before


@pytest.mark.raw
def test_its_code_is_a_picture(sdk):
    link = made()
    before = sessions()
    pictures = [look(f"{one.id}/qr.svg") for one in (link, link, made())]
    assert {one.status for one in pictures} == {200}
    assert pictures[0].headers["content-type"] == "image/svg+xml" and pictures[0].body.startswith(b"<svg ")
    assert pictures[0].body == pictures[1].body != pictures[2].body
    assert sessions() == before


# Bad input


def _line(**more):
    return {"line_items": [{"price": "$eur", "quantity": 1, **more}]}


LINE = "line_items[0]"
GOOD = _line()
AFTER = "after_completion"
# what, sent ("$eur", "$usd", "$off" and "$rate" are filled in), code, param
REFUSED = [
    ("nothing sold", {}, "parameter_missing", "line_items"),
    ("an empty list", {"line_items": ""}, "parameter_invalid_empty", "line_items"),
    ("no quantity", {"line_items": [{"price": "$eur"}]}, "parameter_missing", f"{LINE}[quantity]"),
    ("none of it", _line(quantity=0), None, f"{LINE}[quantity]"),
    ("less than none", _line(quantity=-1), None, f"{LINE}[quantity]"),
    ("no price", {"line_items": [{"quantity": 1}]}, "parameter_missing", f"{LINE}[price]"),
    ("no such price", _line(price="price_missing"), "resource_missing", f"{LINE}[price]"),
    ("a price that was given up", _line(price="$off"), None, f"{LINE}[price]"),
    ("two currencies", {"line_items": [*GOOD["line_items"], {"price": "$usd", "quantity": 1}]}, None, "line_items[1]"),
    ("another currency", {**GOOD, "currency": "usd"}, None, "currency"),
    ("shipping in another currency", {**GOOD, "shipping_options": [{"shipping_rate": "$rate"}]}, None, "shipping_options[0]"),
    ("no such shipping", {**GOOD, "shipping_options": [{"shipping_rate": "shr_missing"}]}, "resource_missing",
     "shipping_options[0][shipping_rate]"),
    ("bounds that miss", _line(adjustable_quantity={"enabled": True, "minimum": 2}), None, f"{LINE}[adjustable_quantity]"),
    ("bounds that are not on", _line(adjustable_quantity={"minimum": 1}), "parameter_missing", f"{LINE}[adjustable_quantity][enabled]"),
    ("too little", {"line_items": [item(49, 1, "usd")]}, "amount_too_small", "amount"),
    ("a recurring price", {"line_items": [{"quantity": 1, "price_data": {
        "currency": "eur", "unit_amount": 900, "product_data": {"name": "Tea"}, "recurring": {"interval": "month"}}}]},
     "parameter_unsupported", f"{LINE}[price_data][recurring]"),
    ("taxes", _line(tax_rates=["txr_1"]), "parameter_unknown", f"{LINE}[tax_rates]"),
    ("too many lines", {"line_items": GOOD["line_items"] * 101}, None, "line_items"),
    ("an end without a kind", {**GOOD, AFTER: {"redirect": {"url": "https://shop.example/"}}}, "parameter_missing", f"{AFTER}[type]"),
    ("an end of no kind", {**GOOD, AFTER: {"type": "portal"}}, None, f"{AFTER}[type]"),
    ("nowhere to go on", {**GOOD, AFTER: {"type": "redirect"}}, "parameter_missing", f"{AFTER}[redirect][url]"),
    ("a script to go on", {**GOOD, AFTER: {"type": "redirect", "redirect": {"url": "javascript:alert(1)"}}}, "url_invalid",
     f"{AFTER}[redirect][url]"),
    ("a long message", {**GOOD, AFTER: {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": "x" * 501}}}, None,
     f"{AFTER}[hosted_confirmation][custom_message]"),
    ("a long farewell", {**GOOD, "inactive_message": "x" * 501}, None, "inactive_message"),
    ("no such country", {**GOOD, "shipping_address_collection": {"allowed_countries": ["XX"]}}, None,
     "shipping_address_collection[allowed_countries][0]"),
    ("no such way to pay", {**GOOD, "payment_method_types": ["shells"]}, None, "payment_method_types"),
    ("a way to pay in another currency", {**GOOD, "payment_method_types": ["pix"]}, None, "payment_method_types"),
    ("no such button", {**GOOD, "submit_type": "give"}, None, "submit_type"),
    ("a long name of data", {**GOOD, "metadata": {"a" * 41: "b"}}, None, "metadata"),
    ("promotion codes", {**GOOD, "allow_promotion_codes": True}, "parameter_unsupported", "allow_promotion_codes"),
    ("a limit of none", {**GOOD, "restrictions": {"completed_sessions": {"limit": 0}}}, "parameter_invalid_integer", "restrictions[completed_sessions][limit]"),
    ("computed taxes", {**GOOD, "automatic_tax": {"enabled": True}}, "parameter_unsupported", "automatic_tax"),
    ("a subscription", {**GOOD, "subscription_data": {"trial_period_days": 3}}, "parameter_unsupported", "subscription_data"),
    ("made inactive", {**GOOD, "active": False}, "parameter_unknown", "active"),
    ("what sessions know", {**GOOD, "success_url": "https://shop.example/"}, "parameter_unknown", "success_url"),
    ("a customer", {**GOOD, "customer": "cus_1"}, "parameter_unknown", "customer"),
    ("unknown", {**GOOD, "colour": "green"}, "parameter_unknown", "colour"),
]
# What cannot be changed, and what cannot be.
UNCHANGED = [
    ("what is sold", {"line_items": [{"price": "price_1", "quantity": 2}]}, "parameter_unknown", f"{LINE}[price]"),
    ("a line of nothing", {"line_items": [{"quantity": 2}]}, "parameter_missing", f"{LINE}[id]"),
    ("a line of another link", {"line_items": [{"id": "li_1", "quantity": 2}]}, None, f"{LINE}[id]"),
    ("no such button", {"submit_type": "give"}, None, "submit_type"),
    ("half a question", {"custom_fields": [{"key": "a"}]}, "parameter_missing", "custom_fields[0][label]"),
    ("a way to pay in another currency", {"payment_method_types": ["pix"]}, None, "payment_method_types"),
    ("no such country", {"shipping_address_collection": {"allowed_countries": ["XX"]}}, None,
     "shipping_address_collection[allowed_countries][0]"),
    ("ways of shipping", {"shipping_options": [{"shipping_rate": "shr_1"}]}, "parameter_unsupported", "shipping_options"),
    ("its currency", {"currency": "usd"}, "parameter_unknown", "currency"),
    ("half active", {"active": "maybe"}, None, "active"),
    ("no activity", {"active": ""}, "parameter_invalid_empty", "active"),
    ("a long farewell", {"inactive_message": "x" * 501}, None, "inactive_message"),
    ("no end", {AFTER: ""}, "parameter_invalid_empty", AFTER),
    ("nowhere to go on", {AFTER: {"type": "redirect"}}, "parameter_missing", f"{AFTER}[redirect][url]"),
    ("one bad beside a good one", {"active": False, "colour": "green"}, "parameter_unknown", "colour"),
]


def _newest():
    paths = (LINKS, SESSIONS, "/v1/products", "/v1/prices", "/v1/events")
    return [one["id"] for path in paths for one in wire.get(path, {"limit": 3}).json["data"]]


@pytest.fixture(scope="module")
def sold():
    """What the table names: prices and a rate."""
    return {"$eur": price(), "$usd": price(currency="usd"), "$off": price(active=False), "$rate": rate(currency="usd")}


@pytest.mark.raw
@pytest.mark.parametrize("what, sent, code, param", REFUSED, ids=[row[0] for row in REFUSED])
def test_a_wrong_link_is_not_made(sdk, sold, what, sent, code, param):
    pairs = [(name, sold.get(value, value)) for name, value in flatten(sent)]
    before = _newest()
    refused = wire.post(LINKS, pairs)
    assert (refused.status, refused.error["type"]) == (400, INVALID), refused.body
    assert (refused.error.get("code"), refused.error.get("param")) == (code, param), refused.body
    assert _newest() == before


@pytest.mark.raw
@pytest.mark.parametrize("what, sent, code, param", UNCHANGED, ids=[row[0] for row in UNCHANGED])
def test_a_wrong_change_changes_nothing(sdk, what, sent, code, param):
    link = made()
    before = _newest()
    refused = wire.post(f"{LINKS}/{link.id}", sent)
    assert (refused.status, refused.error["type"]) == (400, INVALID), refused.body
    assert (refused.error.get("code"), refused.error.get("param")) == (code, param), refused.body
    assert _newest() == before
    assert wire.get(f"{LINKS}/{link.id}").json["active"] is True


def test_what_is_refused_is_an_error_of_the_sdk(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentLink.create(line_items=[{"price": "price_missing", "quantity": 1}])
    assert (caught.value.http_status, error_of(caught)["code"]) == (400, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentLink.retrieve("plink_missing")
    assert (caught.value.http_status, error_of(caught)["param"]) == (404, "payment_link")


@pytest.mark.raw
def test_a_link_that_is_not_there(sdk):
    link = made()
    for answer in (wire.get(f"{LINKS}/plink_missing"), wire.post(f"{LINKS}/plink_missing", {"active": False}),
                   wire.get(f"{LINKS}/plink_missing/line_items")):
        assert (answer.status, answer.error["code"], answer.error["param"]) == (404, "resource_missing", "payment_link"), answer.body
        assert answer.error["message"] == "No such payment_link: 'plink_missing'"
    assert wire.send("DELETE", f"{LINKS}/{link.id}").status == 404
    for answer in (wire.get(LINKS, key=server.PUBLISHABLE_KEY), wire.get(f"{LINKS}/{link.id}", key=server.PUBLISHABLE_KEY),
                   wire.post(f"{LINKS}/{link.id}", {"active": False}, key=server.PUBLISHABLE_KEY)):
        assert (answer.status, answer.error["code"]) == (403, "secret_key_required"), answer.body
    assert wire.get(LINKS, {"active": "maybe"}).error["param"] == "active"


# Others, and too many


@pytest.mark.raw
@needs_binary
def test_links_belong_to_their_account_and_mode(sdk, monkeypatch, tmp_path):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        other = other_account(data)
        live = told(data, "keys", "create", "--live", "--name", "live")[0]["key"]
        mine = wire.post(LINKS, {"line_items": [{"price": price(key=DEV_KEY), "quantity": 1}]}, key=DEV_KEY).json["id"]
        theirs = price(key=other)
        for key in (other, live):
            for answer in (wire.get(f"{LINKS}/{mine}", key=key), wire.post(f"{LINKS}/{mine}", {"active": False}, key=key),
                           wire.get(f"{LINKS}/{mine}/line_items", key=key)):
                assert (answer.status, answer.error["code"]) == (404, "resource_missing"), answer.body
            assert wire.get(LINKS, key=key).json["data"] == []
        refused = wire.post(LINKS, {"line_items": [{"price": theirs, "quantity": 1}]}, key=DEV_KEY)
        assert (refused.status, refused.error["param"]) == (400, "line_items[0][price]")
        session = opened(mine)
        assert wire.get(f"{SESSIONS}/{session}", key=DEV_KEY).json["payment_link"] == mine
        assert [wire.get(f"{SESSIONS}/{session}", key=key).status for key in (other, live)] == [404, 404]


@pytest.mark.raw
@needs_binary
def test_an_address_gets_no_more_than_sixty_sessions(sdk, monkeypatch):
    with running(monkeypatch, "--ephemeral"):
        links = [wire.post(LINKS, {"line_items": [{"price": price(key=DEV_KEY), "quantity": 1}]}, key=DEV_KEY).json["id"] for _ in range(2)]
        greedy, neighbour, other = "2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1"
        # What makes no session does not count.
        for _ in range(3):
            assert look(links[0], method="HEAD", address=greedy).status == look(f"{links[0]}/qr.svg", address=greedy).status == 200
        # Whichever link it is, and whatever stands in the address.
        statuses = [look(links[n % 2], {"a": n}, address=greedy).status for n in range(LOOKS_MAX)]
        assert set(statuses) == {303}
        count = len(wire.get(SESSIONS, {"limit": 100}, key=DEV_KEY).json["data"])
        for link in links:
            assert is_page(look(link, address=greedy), 429, "<h1>Too often</h1>", "Nothing was charged.")
        # A customer of a network has all addresses of a prefix; what a buyer writes in front of their own address changes nothing.
        assert look(links[0], address=neighbour).status == look(links[0], address=f"192.0.2.1, {greedy}").status == 429
        assert len(wire.get(SESSIONS, {"limit": 100}, key=DEV_KEY).json["data"]) == count == LOOKS_MAX
        for address in (other, "192.0.2.1"):
            assert look(links[0], address=address).status == 303, address
        # Sessions that are there are paid all the same.
        paid = wire.get(SESSIONS, {"limit": 1}, key=DEV_KEY).json["data"][0]["id"]
        assert Page(paid).pay().json["payment_status"] == "paid"
