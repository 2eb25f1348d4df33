"""Customer sessions: for half an hour a form in a browser may show the saved cards of one customer, and do what the merchant allows.

Deliberately absent: the end of that half hour, for which a test would have to wait.
"""

import base64
import json

import pytest
import stripe

import server
import wire
from own import needs_binary, running, told
from plain import DEV_KEY, DEV_PUBLISHABLE_KEY
from shop import error_of, new_customer, plain

SESSIONS = "/v1/customer_sessions"
METHODS = "/v1/payment_methods"
INTENTS = "/v1/payment_intents"
INVALID = "invalid_request_error"
LIFE_S = 30 * 60
REDISPLAY = {"payment_method_redisplay": "enabled"}
EVERY = {**REDISPLAY, "payment_method_allow_redisplay_filters": ["always", "limited", "unspecified"]}
REMOVE = {"payment_method_remove": "enabled"}
# For members that the newest version alone has.
newest = pytest.mark.newest


def components(enabled=True, **features):
    """What a session allows, as it is asked for."""
    return {"payment_element": {"enabled": enabled, **({"features": features} if features else {})}}


def secret(customer, key=server.SECRET_KEY, enabled=True, **features):
    """The client secret of a fresh session."""
    made = wire.post(SESSIONS, {"customer": customer, "components": components(enabled, **features)}, key=key)
    assert made.status == 200, made.body
    return made.json["client_secret"]


def saved(customer, redisplay=None, key=server.SECRET_KEY, token="tok_visa"):
    """The id of a card of this customer."""
    told = {"type": "card", "card": {"token": token}, **({"allow_redisplay": redisplay} if redisplay else {})}
    method = wire.post(METHODS, told, key=key).json["id"]
    assert wire.post(f"{METHODS}/{method}/attach", {"customer": customer}, key=key).status == 200
    return method


def form(session, key=server.PUBLISHABLE_KEY, **more):
    """What a form is told: the status, and the session or the error."""
    known = {} if session is None else {"customer_session": session}
    told = {**known, **(more or {"deferred_intent": {"mode": "payment", "amount": 2000, "currency": "eur"}})}
    answer = wire.get("/v1/elements/sessions", told, key=key)
    return answer.status, answer.json if answer.status == 200 else answer.error


def shown(session, **options):
    """The ids of the cards that a form shows."""
    status, told = form(session, **options)
    assert status == 200, told
    return [one["id"] for one in told["saved_methods"]]


def remove(method, session=None, key=server.PUBLISHABLE_KEY):
    """A browser removes a card."""
    return wire.post(f"{METHODS}/{method}/detach", {"customer_session": session} if session else {}, key=key)


def is_invalid(answer):
    """Whether a form was told that its session is none."""
    status, error = answer
    told = (status, error.get("type"), error.get("code"), error.get("param"))
    return told == (400, INVALID, "customer_session_invalid", "customer_session")


def owner(method, key=server.SECRET_KEY):
    """The customer of a card."""
    return wire.get(f"{METHODS}/{method}", key=key).json["customer"]


# Made


@newest
def test_a_session_has_every_member(customer):
    made = plain(stripe.CustomerSession.create(customer=customer.id, components=components(
        **EVERY, **REMOVE, payment_method_redisplay_limit=7, payment_method_save="enabled", payment_method_save_usage="off_session")))
    assert made.pop("client_secret").startswith("cuss_secret_")
    created = made.pop("created")
    off, bare = {"enabled": False}, {"enabled": False, "features": None}
    assert made == {
        "object": "customer_session", "customer": customer.id, "customer_account": None, "expires_at": created + LIFE_S, "livemode": False,
        "components": {
            "active_entitlements": off, "buy_button": off, "customer_portal": off, "customer_sheet": bare, "mobile_payment_element": bare,
            "pricing_table": off,
            "payment_element": {"enabled": True, "features": {
                "payment_method_allow_redisplay_filters": ["always", "limited", "unspecified"], "payment_method_redisplay": "enabled",
                "payment_method_redisplay_limit": 7, "payment_method_remove": "enabled", "payment_method_save": "enabled",
                "payment_method_save_usage": "off_session"}},
        },
    }


@newest
def test_what_is_not_said_is_off(customer):
    made = plain(stripe.CustomerSession.create(customer=customer.id, components=components()))
    assert made["components"]["payment_element"]["features"] == {
        "payment_method_allow_redisplay_filters": ["always"], "payment_method_redisplay": "disabled", "payment_method_redisplay_limit": 3,
        "payment_method_remove": "disabled", "payment_method_save": "disabled", "payment_method_save_usage": None}
    saved(customer.id, "always")
    assert form(made["client_secret"])[1]["saved_methods"] == []
    assert form(made["client_secret"])[1]["customer_session"] == {"save": False, "save_usage": None, "remove": False}


@newest
def test_a_customer_who_is_not_there_is_an_error_of_the_sdk(sdk):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.CustomerSession.create(customer="cus_missing", components=components())
    assert (caught.value.http_status, error_of(caught)["code"], error_of(caught)["param"]) == (400, "resource_missing", "customer")


# Shown


@pytest.mark.raw
def test_a_form_shows_what_the_session_lets_it(customer):
    card = saved(customer.id, "always")
    saved(new_customer().id, "always")
    status, told = form(secret(customer.id, **REDISPLAY, payment_method_save="enabled", payment_method_save_usage="on_session"))
    assert status == 200
    assert told["saved_methods"] == [{"id": card, "type": "card", "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2034}]
    assert told["customer_session"] == {"save": True, "save_usage": "on_session", "remove": False}
    assert (told["object"], told["amount"], told["currency"]) == ("elements.session", 2000, "eur")
    # Nothing of the customer but the cards.
    assert customer.id not in json.dumps(told) and customer.email not in json.dumps(told)
    without = form(None)[1]
    assert (without["saved_methods"], without["customer_session"]) == ([], None)


@pytest.mark.raw
def test_it_does_so_beside_the_secret_of_an_intent(customer):
    card = saved(customer.id, "always")
    intent = wire.post(INTENTS, {"amount": 4900, "currency": "eur", "customer": customer.id, "payment_method_types": ["card"]}).json
    setup = wire.post("/v1/setup_intents", {"customer": customer.id, "payment_method_types": ["card"]}).json
    for made, mode, amount in ((intent, "payment", 4900), (setup, "setup", None)):
        status, told = form(secret(customer.id, **REDISPLAY), client_secret=made["client_secret"])
        assert (status, told["mode"], told["amount"], [one["id"] for one in told["saved_methods"]]) == (200, mode, amount, [card])
    paid = wire.post(f"{INTENTS}/{intent['id']}/confirm", {"client_secret": intent["client_secret"], "payment_method": card},
                     key=server.PUBLISHABLE_KEY)
    assert (paid.status, paid.json["status"]) == (200, "succeeded"), paid.body


@pytest.mark.raw
def test_cards_are_shown_by_what_the_buyer_agreed_to(customer):
    cards = {word: saved(customer.id, word) for word in ("always", "limited", "unspecified")}
    cards["unsaid"] = saved(customer.id)
    for filters, expected in (
        (None, ["always"]), (["always"], ["always"]), (["limited"], ["limited"]), (["unspecified"], ["unsaid", "unspecified"]),
        (["limited", "always"], ["limited", "always"]), (["always", "limited", "unspecified"], ["unsaid", "unspecified", "limited"]),
    ):
        told = {} if filters is None else {"payment_method_allow_redisplay_filters": filters}
        assert shown(secret(customer.id, **REDISPLAY, **told)) == [cards[word] for word in expected], filters


@pytest.mark.raw
def test_no_more_are_shown_than_the_merchant_says(customer):
    cards = [saved(customer.id, "always") for _ in range(12)][::-1]
    for limit, count in ((None, 3), (1, 1), (10, 10)):
        told = {} if limit is None else {"payment_method_redisplay_limit": limit}
        assert shown(secret(customer.id, **REDISPLAY, **told)) == cards[:count], limit


@pytest.mark.raw
def test_a_form_shows_what_is_there_now(customer):
    session = secret(customer.id, **REDISPLAY)
    assert shown(session) == []
    card = saved(customer.id, "always")
    assert shown(session) == [card]
    wire.post(f"{METHODS}/{card}", {"allow_redisplay": "limited"})
    assert shown(session) == []
    wire.post(f"{METHODS}/{card}", {"allow_redisplay": "always"})
    assert shown(session) == [card]
    wire.post(f"{METHODS}/{card}/detach")
    assert shown(session) == []


@pytest.mark.raw
def test_a_deleted_customer_has_nothing_to_show(customer):
    card = saved(customer.id, "always")
    session = secret(customer.id, **REDISPLAY, **REMOVE)
    assert wire.send("DELETE", f"/v1/customers/{customer.id}").status == 200
    assert shown(session) == []
    gone = remove(card, session)
    assert (gone.status, gone.error["code"], gone.error["param"]) == (404, "resource_missing", "payment_method"), gone.body
    refused = wire.post(SESSIONS, {"customer": customer.id, "components": components()})
    assert (refused.status, refused.error["code"], refused.error["param"]) == (400, "resource_missing", "customer")


@pytest.mark.raw
def test_the_last_used_card_comes_first(customer):
    old, new, newest_card = (saved(customer.id, "always") for _ in range(3))
    session = secret(customer.id, **REDISPLAY)
    assert shown(session) == [newest_card, new, old]
    for used in (new, old):
        paid = wire.post(INTENTS, {"amount": 2000, "currency": "eur", "customer": customer.id, "payment_method": used, "confirm": True,
                                   "payment_method_types": ["card"]})
        assert paid.status == 200, paid.body
    assert shown(session) == [old, new, newest_card]
    limited = secret(customer.id, **REDISPLAY, payment_method_redisplay_limit=1)
    assert shown(limited) == [old]


# Removed


@pytest.mark.raw
def test_a_buyer_who_removes_a_card_reads_nothing_that_is_kept_with_it(customer):
    card = saved(customer.id, "always")
    private = {"billing_details": {"name": "Ada L.", "email": "ada@private.example", "address": {"line1": "A 1"}}, "metadata": {"vip": "yes"}}
    assert wire.post(f"{METHODS}/{card}", private).status == 200
    done = remove(card, secret(customer.id, **REDISPLAY, **REMOVE))
    assert done.status == 200 and done.json["card"]["last4"] == "4242"
    address = done.json["billing_details"].pop("address")
    assert {*done.json["billing_details"].values(), *address.values()} == {None}
    assert done.json["metadata"] == {} and done.json["card"]["fingerprint"] is None
    for kept in ("Ada L.", "ada@private.example", "A 1", "vip"):
        assert kept not in done.body.decode()
    assert wire.get(f"{METHODS}/{card}").json["billing_details"]["name"] == "Ada L."


@pytest.mark.raw
def test_a_buyer_removes_a_card_where_the_merchant_allows_it(customer):
    card, other = saved(customer.id, "always"), saved(customer.id, "always")
    session = secret(customer.id, **REDISPLAY, **REMOVE)
    assert form(session)[1]["customer_session"] == {"save": False, "save_usage": None, "remove": True}
    done = remove(card, session)
    assert (done.status, done.json["id"], done.json["customer"]) == (200, card, None), done.body
    assert (shown(session), owner(card), owner(other)) == ([other], None, customer.id)
    told = wire.get("/v1/events", {"type": "payment_method.detached", "limit": 1}).json["data"][0]
    assert (told["data"]["object"]["id"], told["data"]["previous_attributes"]) == (card, {"customer": customer.id})
    assert remove(card, session).status == 404


@pytest.mark.raw
def test_what_is_not_allowed_is_not_found(customer):
    stranger = new_customer().id
    card, theirs = saved(customer.id, "always"), saved(stranger, "always")
    loose = wire.post(METHODS, {"type": "card", "card": {"token": "tok_visa"}}).json["id"]
    asks = secret(customer.id, **REDISPLAY)
    removes = secret(customer.id, **REDISPLAY, **REMOVE)
    for method, session in ((card, asks), (theirs, removes), (loose, removes), ("pm_missing", removes)):
        for key in (server.PUBLISHABLE_KEY, server.SECRET_KEY):
            refused = remove(method, session, key)
            assert (refused.status, refused.error["type"], refused.error["code"], refused.error["param"]) == (
                404, INVALID, "resource_missing", "payment_method"), refused.body
            assert refused.error["message"] == f"No such PaymentMethod: '{method}'"
    assert (owner(card), owner(theirs)) == (customer.id, stranger)


@pytest.mark.raw
def test_a_browser_without_a_session_removes_nothing(customer):
    card = saved(customer.id, "always")
    intent = wire.post(INTENTS, {"amount": 900, "currency": "eur", "customer": customer.id}).json
    for session in (None, "cuss_secret_", intent["client_secret"], secret(customer.id, enabled=False, **REMOVE)):
        refused = remove(card, session)
        assert (refused.status, refused.error["type"], refused.error["param"]) == (400, INVALID, "customer_session"), refused.body
    assert owner(card) == customer.id
    assert remove(card, key=server.SECRET_KEY).json["customer"] is None


# No session


@pytest.mark.raw
def test_a_secret_that_was_changed_is_none(customer):
    saved(customer.id, "always")
    own, others = secret(customer.id, **REDISPLAY), secret(new_customer().id, **EVERY, **REMOVE)
    said, seal = own.removeprefix("cuss_secret_").split(".")
    inside = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))

    def forged(**changes):
        text = json.dumps({**inside, **changes}, separators=(",", ":")).encode()
        return f"cuss_secret_{base64.urlsafe_b64encode(text).decode().rstrip('=')}.{seal}"

    # What is said comes back the same, so that each change below is the only one.
    assert forged() == own and is_invalid(form(own)) is False
    wrong = [
        forged(removes=True), forged(limit=10), forged(expires=inside["expires"] + 1), forged(customer="cus_other"),
        forged(filters=["always", "limited"]), f"cuss_secret_{said}.{others.rpartition('.')[2]}", f"cuss_secret_{said}.",
        f"cuss_secret_{said}", f"cuss_secret_.{seal}", "cuss_secret_.", "cuss_secret_", "cuss_secret_..", f"{said}.{seal}",
        f"CUSS_SECRET_{said}.{seal}", f"{own}.", f"{own}=",
        f"{own}A", own[:-1], f"cuss_secret_{said}..{seal}", f"cuss_secret_=.{seal}", "x", "é", "a" * 2000,
    ]
    for one in wrong:
        assert is_invalid(form(one)), one
    # What cannot be a text of this kind is refused before anybody looks at it.
    for one in ("a" * 2001, "", "\0"):
        assert (form(one)[0], form(one)[1]["param"]) == (400, "customer_session"), one


@pytest.mark.raw
def test_a_session_that_allows_no_element_opens_no_form(customer):
    assert is_invalid(form(secret(customer.id, enabled=False, **REDISPLAY)))


@pytest.mark.raw
def test_a_session_opens_nothing_else(customer):
    card = saved(customer.id, "always")
    session = secret(customer.id, **EVERY, **REMOVE, payment_method_save="enabled")
    intent = wire.post(INTENTS, {"amount": 900, "currency": "eur", "customer": customer.id, "payment_method_types": ["card"]}).json
    setup = wire.post("/v1/setup_intents", {"customer": customer.id, "payment_method_types": ["card"]}).json
    path, browser = f"{INTENTS}/{intent['id']}", {"key": server.PUBLISHABLE_KEY}
    # As a key.
    for asked in ("/v1/balance", f"/v1/customers/{customer.id}", METHODS, path):
        assert wire.get(asked, key=session).status == 401, asked
    # Beside a publishable key.
    for asked in (f"/v1/customers/{customer.id}", f"/v1/customers/{customer.id}/payment_methods", f"{METHODS}/{card}", METHODS):
        for told in ({}, {"customer_session": session}, {"client_secret": session}):
            refused = wire.get(asked, told, **browser)
            assert (refused.status, refused.error["code"]) == (403, "secret_key_required"), (asked, refused.body)
    for asked, told in (
        (f"{METHODS}/{card}", {"allow_redisplay": "limited"}), (f"{METHODS}/{card}/attach", {"customer": customer.id}),
        (SESSIONS, {"customer": customer.id, "components": components()}),
        ("/v1/charges", {"amount": 900, "currency": "eur", "source": card}),
        (INTENTS, {"amount": 900, "currency": "eur", "payment_method": card, "confirm": True}), (path, {"amount": 1}),
    ):
        assert wire.post(asked, told, **browser).error["code"] == "secret_key_required", asked
        assert wire.post(asked, {**told, "customer_session": session}, **browser).status in (400, 403), asked
    # In the place of the secret of an intent.
    for asked in (wire.get(path, {"client_secret": session}, **browser),
                  wire.post(f"{path}/confirm", {"client_secret": session, "payment_method": card}, **browser),
                  wire.post(f"/v1/setup_intents/{setup['id']}/confirm", {"client_secret": session, "payment_method": card}, **browser)):
        assert (asked.status, asked.error["param"]) == (400, "client_secret"), asked.body
    # And the secret of an intent is no session.
    assert is_invalid(form(intent["client_secret"]))
    assert (wire.get(path).json["status"], owner(card)) == ("requires_payment_method", customer.id)


@pytest.mark.raw
@needs_binary
def test_sessions_belong_to_their_account_and_mode(sdk, monkeypatch, tmp_path):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        other, _ = told(data, "accounts", "create", "Other")
        customer, theirs = (wire.post("/v1/customers", {}, key=key).json["id"] for key in (DEV_KEY, other["test_secret_key"]))
        card = saved(customer, "always", DEV_KEY)
        session = secret(customer, DEV_KEY, **EVERY, **REMOVE)
        foreign = secret(theirs, other["test_secret_key"], **EVERY, **REMOVE)
        live = wire.post("/v1/customers", {}, key=other["live_secret_key"]).json["id"]
        living = secret(live, other["live_secret_key"], **EVERY, **REMOVE)
        assert form(session, DEV_PUBLISHABLE_KEY)[0] == form(foreign, other["test_publishable_key"])[0] == 200
        assert form(living, other["live_publishable_key"])[0] == 200
        for one, key in (
            (session, other["test_publishable_key"]), (session, other["live_publishable_key"]), (foreign, DEV_PUBLISHABLE_KEY),
            (foreign, other["live_publishable_key"]), (living, other["test_publishable_key"]), (living, DEV_PUBLISHABLE_KEY),
        ):
            assert is_invalid(form(one, key))
        assert remove(card, foreign, DEV_PUBLISHABLE_KEY).status == 400
        assert remove(card, session, other["test_publishable_key"]).status == 404
        for key in (other["test_secret_key"], other["live_secret_key"]):
            refused = wire.post(SESSIONS, {"customer": customer, "components": components()}, key=key)
            assert (refused.status, refused.error["code"]) == (400, "resource_missing"), refused.body
        assert owner(card, DEV_KEY) == customer


@pytest.mark.raw
@needs_binary
def test_a_session_outlives_a_restart(sdk, monkeypatch, tmp_path):
    data = ["--data", str(tmp_path / "data")]
    with running(monkeypatch, *data):
        customer = wire.post("/v1/customers", {}, key=DEV_KEY).json["id"]
        card, session = saved(customer, "always", DEV_KEY), secret(customer, DEV_KEY, **REDISPLAY)
    with running(monkeypatch, *data):
        assert shown(session, key=DEV_PUBLISHABLE_KEY) == [card]
    with running(monkeypatch, "--ephemeral"):
        assert is_invalid(form(session, DEV_PUBLISHABLE_KEY))


# Bad input

ELEMENT = "components[payment_element]"
FEATURES = f"{ELEMENT}[features]"


def _with(**features):
    return {"customer": "$customer", "components": components(**features)}


# what, sent, code, param
REFUSED = [
    ("nothing", {}, "parameter_missing", "components"),
    ("no customer", {"components": components()}, "parameter_missing", "customer"),
    ("no component", {"customer": "$customer"}, "parameter_missing", "components"),
    ("no such customer", {"customer": "cus_missing", "components": components()}, "resource_missing", "customer"),
    ("another's name", {"customer": "$customer", "customer_account": "acct_1", "components": components()}, "parameter_unsupported",
     "customer_account"),
    ("half enabled", {"customer": "$customer", "components": {"payment_element": {"enabled": "half"}}}, None, f"{ELEMENT}[enabled]"),
    ("nothing enabled", {"customer": "$customer", "components": {"payment_element": {"features": REDISPLAY}}}, "parameter_missing",
     f"{ELEMENT}[enabled]"),
    ("a button", {"customer": "$customer", "components": {"buy_button": {"enabled": True}}}, "parameter_unsupported",
     "components[buy_button]"),
    ("a table", {"customer": "$customer", "components": {"pricing_table": {"enabled": True}}}, "parameter_unsupported",
     "components[pricing_table]"),
    ("another element", {"customer": "$customer", "components": {"mobile_payment_element": {"enabled": True}}}, "parameter_unsupported",
     "components[mobile_payment_element]"),
    ("no such word", _with(payment_method_redisplay="on"), None, f"{FEATURES}[payment_method_redisplay]"),
    ("no such word for saving", _with(payment_method_save="yes"), None, f"{FEATURES}[payment_method_save]"),
    ("no such word for removing", _with(payment_method_remove="yes"), None, f"{FEATURES}[payment_method_remove]"),
    ("no such use", _with(payment_method_save_usage="never"), None, f"{FEATURES}[payment_method_save_usage]"),
    ("no such filter", _with(payment_method_allow_redisplay_filters=["never"]), None,
     f"{FEATURES}[payment_method_allow_redisplay_filters][0]"),
    ("none of them", _with(payment_method_redisplay_limit=0), "parameter_invalid_integer", f"{FEATURES}[payment_method_redisplay_limit]"),
    ("too many", _with(payment_method_redisplay_limit=11), "parameter_invalid_integer", f"{FEATURES}[payment_method_redisplay_limit]"),
    ("an unknown feature", _with(colour="green"), "parameter_unknown", f"{FEATURES}[colour]"),
    ("an end", {**_with(), "expires_at": "1"}, "parameter_unknown", "expires_at"),
]


@pytest.mark.raw
@pytest.mark.parametrize("what, sent, code, param", REFUSED, ids=[row[0] for row in REFUSED])
def test_a_wrong_session_is_refused(customer, what, sent, code, param):
    before = wire.get("/v1/events", {"limit": 1}).json["data"]
    refused = wire.post(SESSIONS, {name: customer.id if value == "$customer" else value for name, value in sent.items()})
    assert (refused.status, refused.error["type"]) == (400, INVALID), refused.body
    assert (refused.error.get("code"), refused.error.get("param")) == (code, param), refused.body
    assert wire.get("/v1/events", {"limit": 1}).json["data"] == before


@pytest.mark.raw
def test_only_a_server_makes_sessions(customer):
    refused = wire.post(SESSIONS, {"customer": customer.id, "components": components()}, key=server.PUBLISHABLE_KEY)
    assert (refused.status, refused.error["code"]) == (403, "secret_key_required"), refused.body
    for method in ("GET", "DELETE"):
        assert wire.send(method, SESSIONS).status == 404
    # Nothing is kept, so nothing is told.
    before = wire.get("/v1/events", {"limit": 1}).json["data"]
    assert secret(customer.id) and wire.get("/v1/events", {"limit": 1}).json["data"] == before
