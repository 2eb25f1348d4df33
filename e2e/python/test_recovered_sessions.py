"""Sessions that expired and are begun anew by their buyers."""

import secrets
import time

import pytest
import stripe

import wire
from checkout import THANKS, Page, item, opened
from shop import events_of, plain

SESSIONS = "/v1/checkout/sessions"
RECOVERS = {"recovery": {"enabled": True}}
DAY = 24 * 3600


def somebody():
    """An address that asked for nothing yet."""
    return f"2001:db8:{secrets.randbelow(65536):x}:{secrets.randbelow(65536):x}::1"


def look(path, method="GET", address=None):
    return wire.send(method, path, key=None, headers={"X-Forwarded-For": address or somebody()})


def ended(**more):
    """A session that expired."""
    made = opened(item(500, adjustable_quantity={"enabled": True, "maximum": 9}), after_expiration=RECOVERS, **more)
    return stripe.checkout.Session.expire(made.id)


def begun(old, address=None):
    """The session that its buyer gets who comes back to it."""
    url = old.after_expiration.recovery.url
    answer = look(url[url.index("/c/"):], address=address)
    assert (answer.status, answer.body) == (303, b""), answer.body
    return stripe.checkout.Session.retrieve(answer.headers["location"].rpartition("/")[2])


def test_what_expired_is_begun_anew_and_paid(sdk):
    made = opened(
        item(500, adjustable_quantity={"enabled": True, "maximum": 9}), after_expiration=RECOVERS, client_reference_id="A-17",
        metadata={"a": "1"}, customer_email="ada@example.com")
    assert plain(made.after_expiration) == {"recovery": {
        "allow_promotion_codes": False, "enabled": True, "expires_at": None, "url": None}}
    line = Page(made).state()["line_items"][0]["id"]
    assert Page(made).update(quantities={line: 3}).status == 200
    old = stripe.checkout.Session.expire(made.id)
    recovery = old.after_expiration.recovery
    assert abs(recovery.expires_at - time.time() - 30 * DAY) < DAY and recovery.url.endswith(f"/c/pay/{made.id}/recover")
    (event,) = events_of(made.id, made.created)
    assert (event["type"], event["data"]["object"]["after_expiration"]["recovery"]["url"]) == ("checkout.session.expired", recovery.url)
    fresh = begun(old)
    assert (fresh.recovered_from, fresh.status, fresh.amount_total) == (made.id, "open", 1500)
    assert (fresh.client_reference_id, plain(fresh.metadata), fresh.customer_email) == ("A-17", {"a": "1"}, "ada@example.com")
    assert fresh.after_expiration.recovery.url is None
    assert Page(fresh).pay(expected_amount=1500).json["payment_status"] == "paid"
    assert stripe.checkout.Session.retrieve(made.id).status == "expired"


def test_who_comes_back_again_has_the_same_session_and_pays_once(sdk):
    old = ended()
    first = begun(old)
    assert begun(old).id == first.id
    assert Page(first).pay().json["payment_status"] == "paid"
    # The page of what was paid says so.
    assert begun(old).id == first.id
    other = ended()
    second = begun(other)
    stripe.checkout.Session.expire(second.id)
    third = begun(other)
    assert third.id != second.id and third.recovered_from == other.id


@pytest.mark.raw
def test_nothing_else_is_begun_anew(sdk):
    still_open = opened(item(500), after_expiration=RECOVERS)
    plain_one = opened(item(500))
    stripe.checkout.Session.expire(plain_one.id)
    paid = opened(item(500), after_expiration=RECOVERS)
    assert Page(paid).pay().status == 200
    for made in (still_open, plain_one, paid):
        answer = look(f"/c/pay/{made.id}/recover")
        assert (answer.status, b"This order has ended" in answer.body) == (410, True)
    assert stripe.checkout.Session.retrieve(plain_one.id).after_expiration is None
    assert look("/c/pay/cs_test_missing/recover").status == 404
    old = ended()
    path = f"/c/pay/{old.id}/recover"
    for method in ("HEAD", "POST"):
        assert look(path, method=method).status in (404, 405)
    assert stripe.checkout.Session.list(limit=1).data[0].id == old.id


@pytest.mark.raw
def test_nobody_begins_anew_without_end(sdk):
    address = somebody()
    path = f"/c/pay/{ended().id}/recover"
    answers = [look(path, address=address).status for _ in range(62)]
    assert answers[:60] == [303] * 60 and answers[60:] == [429] * 2
    assert look(path).status == 303


@pytest.mark.raw
@pytest.mark.parametrize("what, sent, code, param", [
    ("in a page of the shop", {"ui_mode": "embedded_page", "return_url": "https://shop.example/back",
                               "after_expiration[recovery][enabled]": "true"}, None, "after_expiration"),
    ("half a word", {"success_url": THANKS, "after_expiration[recovery][allow_promotion_codes]": "false"}, "parameter_missing",
     "after_expiration[recovery][enabled]"),
    ("promotion codes", {"success_url": THANKS, "after_expiration[recovery][enabled]": "true",
                         "after_expiration[recovery][allow_promotion_codes]": "true"}, "parameter_unsupported",
     "after_expiration[recovery][allow_promotion_codes]"),
])
def test_what_cannot_be_recovered_is_refused(sdk, what, sent, code, param):
    sold = {"mode": "payment", "line_items[0][quantity]": "1", "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": "500", "line_items[0][price_data][product_data][name]": "Tea"}
    answer = wire.post(SESSIONS, {**sold, **sent})
    assert (answer.status, answer.error.get("code"), answer.error["param"]) == (400, code, param), answer.body
