"""The page of a session in a frame of a shop's page: who gets it, which page may hold it, and what it knows."""

import json
import re

import pytest

import server
import wire
from cards import card
from checkout import DECLINED, GOOD, Page, item
from own import needs_binary, running, told
from plain import DEV_KEY, DEV_PUBLISHABLE_KEY
from waiting import until

pytestmark = pytest.mark.raw

SESSIONS = "/v1/checkout/sessions"
ORIGIN = "https://shop.example"
CHANNEL = "0123456789abcdef0123456789abcdef"
STATE = re.compile(r'<script type="application/json" id="florin-page">(.*?)</script>', re.DOTALL)


def made(key=server.SECRET_KEY, **more):
    """A session for a frame. Its buyer stays, unless the merchant says otherwise."""
    told = {"mode": "payment", "ui_mode": "embedded_page", "redirect_on_completion": "never", "line_items": [item(900)], **more}
    answer = wire.post(SESSIONS, told, key=key)
    assert answer.status == 200, answer.body
    return answer.json


def frame(session, method="GET", **changes):
    """What a frame is answered; `None` leaves out what a frame says."""
    told = {"secret": session["client_secret"], "pk": server.PUBLISHABLE_KEY, "origin": ORIGIN, "ch": CHANNEL, **changes}
    query = wire.encode({name: value for name, value in told.items() if value is not None})
    return wire.send(method, f"/c/embedded/{session['id']}?{query}", key=None)


def policy(answer):
    """The content security policy of an answer, by directive."""
    return dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))


def state(answer):
    """What the script of the page is told."""
    assert answer.status == 200, answer.body
    return json.loads(STATE.search(answer.body.decode())[1])


def is_missing(answer):
    """Whether it is the page of a session that is not there, and says nothing of one."""
    return answer.status == 404 and b"florin-page" not in answer.body


def is_refused(answer, status=403):
    """Whether it is a notice, for the page that asked, that its key opens no such page."""
    assert answer.status == status, answer.body
    assert (answer.headers["content-type"], policy(answer)["frame-ancestors"]) == ("text/plain; charset=utf-8", ORIGIN), answer.body
    return b"florin-page" not in answer.body


# Who gets it


def test_a_frame_of_the_shop_gets_the_page(sdk):
    session = made()
    answer = frame(session)
    told = state(answer)
    assert told["embedded"] == {"origin": ORIGIN, "channel": CHANNEL}
    assert (told["id"], told["status"], told["amounts"]["total"], told["redirect"]) == (session["id"], "open", 900, "never")
    # Whoever reads the page learns no secret that they did not know.
    assert session["client_secret"].encode() not in answer.body
    assert "embedded" not in Page(session["client_secret"]).state()


@pytest.mark.parametrize("origin", [
    "https://shop.example", "https://www.shop.example:8443", "http://localhost:3000", "http://127.0.0.1", "http://[::1]:3000"])
def test_only_pages_of_that_origin_may_hold_it(sdk, origin):
    session = made()
    answer = frame(session, origin=origin)
    rules = policy(answer)
    assert rules["frame-ancestors"] == origin and state(answer)["embedded"]["origin"] == origin
    assert [rules[name] for name in ("script-src", "connect-src", "form-action")] == ["'self'"] * 3
    assert (rules["default-src"], rules["base-uri"], rules["require-trusted-types-for"]) == ("'none'", "'none'", "'script'")
    for name, value in {
        "cache-control": "no-store", "x-content-type-options": "nosniff", "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "cross-origin", "content-type": "text/html; charset=utf-8",
    }.items():
        assert answer.headers[name] == value, name
    assert "x-frame-options" not in answer.headers and "set-cookie" not in answer.headers
    # The same session has no page of its own, and nobody may hold the answer that says so.
    ordinary = wire.get(f"/c/pay/{session['id']}", key=None)
    assert is_missing(ordinary) and policy(ordinary)["frame-ancestors"] == "'none'", ordinary.body


@pytest.mark.parametrize("origin", [
    None, "", "shop.example", "ftp://shop.example", "https://", "https://shop.example/", "https://shop.example/pay",
    "https://a.example https://b.example", "https://shop.example; script-src *", "https://shop.example, *", "https://*", "*", "null",
    "'self'", "https://shop.example\r\nx: y", "https://user@shop.example", "https://größe.example", "javascript:alert(1)", "\0"])
def test_what_is_no_origin_gets_nothing(sdk, origin):
    answer = frame(made(), origin=origin)
    assert (answer.status, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8"), answer.body
    assert "x" not in answer.headers and b"florin-page" not in answer.body


def test_a_frame_without_the_secret_gets_nothing(sdk):
    session, other = made(), made()
    known = session["client_secret"]
    for wrong in (None, "", "x", "_", known[:-1], known[:-1] + ("a" if known[-1] != "a" else "b"), f"{known}a", f"{known}_", known.upper(),
                  other["client_secret"], session["id"], f"{session['id']}_secret_", [known], {"a": known}):
        assert is_missing(frame(session, secret=wrong)), wrong
    # Also the page of a missing session stands in no other page.
    assert policy(frame(session, secret="x"))["frame-ancestors"] == ORIGIN


def test_a_session_that_is_not_there_looks_the_same(sdk):
    session = made()
    for missing in ("cs_test_missing", "", session["id"][:-1], session["client_secret"], f"{session['id']}/state", f"{session['id']}/",
                    "%00", ".."):
        assert frame({**session, "id": missing}).body == frame(session, secret="x").body, missing


def test_a_session_with_a_page_of_its_own_has_none_for_a_frame(sdk):
    hosted = wire.post(SESSIONS, {"mode": "payment", "success_url": "https://shop.example/", "line_items": [item(900)]}).json
    embedded = made()
    assert hosted["client_secret"] is None
    for secret in (None, "", "_", "x", f"{hosted['id']}_secret_", embedded["client_secret"]):
        assert is_missing(frame(hosted, secret=secret)), secret


@pytest.mark.parametrize("channel", [None, "", "a b", "a" * 65, "a;b", "größe", "<b>"])
def test_a_frame_needs_a_channel(sdk, channel):
    assert is_missing(frame(made(), ch=channel))


@pytest.mark.parametrize("channel", ["a", "a" * 64, "A-b_9"])
def test_a_channel_is_told_as_it_is(sdk, channel):
    assert state(frame(made(), ch=channel))["embedded"]["channel"] == channel


def test_a_page_is_only_looked_at(sdk):
    session = made()
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = frame(session, method)
        assert answer.status == 405 and answer.error["code"] == "method_not_allowed", (method, answer.body)
    head = frame(session, "HEAD")
    assert (head.status, head.body, policy(head)["frame-ancestors"]) == (200, b"", ORIGIN)


# The key


@pytest.mark.parametrize("key, status", [(None, 400), ("", 400), ("pk_test_nobody", 403), ("nobody", 403), (server.SECRET_KEY, 403)])
def test_a_frame_needs_a_publishable_key(sdk, key, status):
    session = made()
    assert is_refused(frame(session, pk=key), status), key
    assert state(frame(session))["status"] == "open"


@needs_binary
def test_the_key_of_a_frame_is_one_of_the_account_and_mode_of_its_session(sdk, monkeypatch, tmp_path):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        other, _ = told(data, "accounts", "create", "Other")
        mine, theirs = made(DEV_KEY), made(other["test_secret_key"])
        for session, key in (
            (mine, other["test_publishable_key"]), (mine, other["live_publishable_key"]), (mine, DEV_KEY), (theirs, DEV_PUBLISHABLE_KEY),
            (theirs, other["live_publishable_key"]),
        ):
            refused = frame(session, pk=key)
            assert is_refused(refused) and key.encode() not in refused.body, key
            # A wrong secret changes nothing about it.
            assert frame(session, pk=key, secret="x").body == refused.body
        for session, key in ((mine, DEV_PUBLISHABLE_KEY), (theirs, other["test_publishable_key"])):
            assert state(frame(session, pk=key))["id"] == session["id"]


@needs_binary
def test_a_key_that_was_revoked_holds_no_page(sdk, monkeypatch, tmp_path):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        key = told(data, "keys", "create", "--publishable", "--name", "old")[0]["key"]
        key_id = next(row["id"] for row in told(data, "keys", "list")[0] if row["key"].endswith(key[-4:]))
        session = made(DEV_KEY)
        assert state(frame(session, pk=key))["status"] == "open"
        told(data, "keys", "revoke", key_id)
        until(lambda: frame(session, pk=key).status == 403, "the end of the key")
        assert is_refused(frame(session, pk=key))
        assert state(frame(session, pk=DEV_PUBLISHABLE_KEY))["status"] == "open"


@needs_binary
def test_a_frame_stands_where_its_key_says(sdk, monkeypatch, tmp_path):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        domains = ["--domain", "shop.example", "--domain", "*.shop.example"]
        key = told(data, "keys", "create", "--publishable", "--name", "shop", *domains)[0]["key"]
        session = made(DEV_KEY)
        for origin in (ORIGIN, "https://www.shop.example", "http://SHOP.example:8443"):
            assert state(frame(session, pk=key, origin=origin))["embedded"]["origin"] == origin
        for origin in ("https://evil.example", "https://evilshop.example", "https://shop.example.evil.example", "http://127.0.0.1:3000"):
            refused = frame(session, pk=key, origin=origin)
            assert (refused.status, refused.headers["content-type"]) == (403, "text/plain; charset=utf-8"), origin
            assert b"florin keys domains" in refused.body and key.encode() not in refused.body
            # A wrong secret changes nothing about it, so that nobody learns which sessions there are.
            assert frame(session, pk=key, origin=origin, secret="x").body == refused.body
        for around in (f" {key}", f"{key}\t", f"{key}%20", f"\n{key}"):
            assert frame(session, pk=around, origin="https://evil.example").status == 400, repr(around)
        assert state(frame(session, pk=DEV_PUBLISHABLE_KEY, origin="https://evil.example"))["status"] == "open"


@needs_binary
def test_the_secret_is_that_of_the_session_whatever_account_there_is(sdk, monkeypatch, tmp_path):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        other, _ = told(data, "accounts", "create", "Other")
        theirs, key = made(other["test_secret_key"]), other["test_publishable_key"]
        mine = made(DEV_KEY)
        assert is_missing(frame(mine, secret=theirs["client_secret"], pk=DEV_PUBLISHABLE_KEY))
        assert is_missing(frame(theirs, secret=mine["client_secret"], pk=key))
        assert state(frame(theirs, pk=key))["id"] == theirs["id"]


# Its life


def test_a_buyer_pays_in_the_frame(sdk):
    session = made()
    page = Page(session["client_secret"])
    assert page.pay(DECLINED).status == 402
    assert state(frame(session))["payment"]["error"]["kind"]
    assert page.pay().json["payment_status"] == "paid"
    done = state(frame(session))
    assert (done["status"], done["payment_status"], done["return_to"]) == ("complete", "paid", None)
    assert done["embedded"] == {"origin": ORIGIN, "channel": CHANNEL}
    assert wire.get(f"{SESSIONS}/{session['id']}").json["payment_status"] == "paid"


def test_a_buyer_is_led_back_where_the_merchant_says(sdk):
    returning = made(redirect_on_completion="always", return_url="https://shop.example/return?of={CHECKOUT_SESSION_ID}")
    assert Page(returning["client_secret"]).pay().json["return_to"] == f"https://shop.example/return?of={returning['id']}"
    staying = made(redirect_on_completion="if_required", return_url="https://shop.example/return")
    assert state(frame(staying))["redirect"] == "if_required"
    assert Page(staying["client_secret"]).pay().json["status"] == "complete"


def test_an_ended_session_says_so_in_the_frame(sdk):
    session = made()
    assert wire.post(f"{SESSIONS}/{session['id']}/expire").status == 200
    answer = frame(session)
    assert state(answer)["status"] == "expired" and policy(answer)["frame-ancestors"] == ORIGIN
    assert Page(session["client_secret"]).pay(GOOD).error["code"] == "session_expired"


def test_other_pages_send_nothing_in_the_name_of_the_buyer(sdk):
    session = made()
    told = {"attempt": "press", "card": card(number=GOOD), "billing": {"email": "ada@example.com"}}
    sender = {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}
    refused = wire.post_json(f"/c/pay/{session['client_secret']}/confirm", told, headers=sender, key=None)
    assert (refused.status, refused.error["code"]) == (403, "origin_not_allowed")
    assert wire.get(f"{SESSIONS}/{session['id']}").json["status"] == "open"
