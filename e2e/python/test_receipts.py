"""Receipts: a page for whoever has its address, and a mail through a real SMTP server."""

from __future__ import annotations

import email
import email.policy
import re
from contextlib import contextmanager
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

import server
import waiting
import wire
from checkout import Page
from own import needs_binary, running
from plain import DEV_KEY
from shop import fresh

PAYMENT = {"amount": 4900, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True,
           "payment_method_types": ["card"], "description": "A <b>T-shirt</b>"}
FROM = "receipts@pay.example"
OFFICE_WITHIN_S = 30.0
USER, PASSWORD = "ada", "a-password-for-these-tests"


def paid(key=server.SECRET_KEY, **more):
    """The charge of a fresh payment."""
    made = wire.post("/v1/payment_intents", {**PAYMENT, **more}, key=key)
    assert made.status == 200, made.body
    return wire.get(f"/v1/charges/{made.json['latest_charge']}", key=key).json


def page(url, **headers):
    """The answer for an address of a receipt."""
    assert url.startswith(server.URL), url
    return wire.send("GET", url.removeprefix(server.URL), headers=headers, key=None)


@pytest.mark.raw
def test_a_receipt_is_seen_by_who_has_its_address(sdk):
    charge = paid()
    seen = page(charge["receipt_url"])
    assert (seen.status, seen.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in seen.headers["content-security-policy"] and seen.headers["cache-control"] == "no-store"
    text = seen.body.decode()
    for told in ("€49.00", "Visa ending in 4242", charge["id"], "&lt;b&gt;T-shirt&lt;/b&gt;", "No money moved"):
        assert told in text, told
    assert "<script" not in text and "Refunded" not in text
    assert 'lang=de' in page(charge["receipt_url"], **{"Accept-Language": "de-AT,en;q=0.5"}).body.decode()
    assert 'dir=rtl' in page(charge["receipt_url"] + "?locale=ar").body.decode()


@pytest.mark.raw
def test_a_receipt_follows_its_refunds(sdk):
    charge = paid()
    assert wire.post("/v1/refunds", {"charge": charge["id"], "amount": 900}).status == 200
    text = page(charge["receipt_url"]).body.decode()
    assert "-€9.00" in text and "€40.00" in text


NUMBER = re.compile(r"\d{4}-\d{4}")


@pytest.mark.raw
def test_a_receipt_that_is_mailed_has_a_number(sdk):
    silent, told = paid(), paid(receipt_email="ada@example.com")
    assert silent["receipt_number"] is None and NUMBER.fullmatch(told["receipt_number"])
    assert told["receipt_number"] in page(told["receipt_url"]).body.decode()
    of_silent, of_told = (wire.post("/v1/refunds", {"charge": charge["id"], "amount": 900}).json for charge in (silent, told))
    assert of_silent["receipt_number"] is None and NUMBER.fullmatch(of_told["receipt_number"])
    assert of_told["receipt_number"] != told["receipt_number"]


@pytest.mark.raw
def test_a_wrong_address_names_nothing(sdk):
    charge, other = paid(), paid()
    url, secret = charge["receipt_url"].rsplit("/", 1)
    stolen = other["receipt_url"].rsplit("/", 1)[1]
    turned = ("a" if secret[0] != "a" else "b") + secret[1:]
    for wrong in (f"{url}/{turned}", f"{url}/{stolen}", f"{url}/", url, f"{url}/{secret}/", f"{url.replace('/test/', '/live/')}/{secret}",
                  f"{url.replace('ch_', 'ch_x')}/{secret}", f"{server.URL}/receipts/"):
        assert page(wrong).status == 404, wrong
    assert wire.send("POST", f"{url}/{secret}".removeprefix(server.URL), key=None).status == 405


@pytest.mark.raw
def test_what_took_no_money_has_no_receipt(sdk):
    held = paid(capture_method="manual")
    assert held["receipt_url"] is None
    captured = wire.post(f"/v1/payment_intents/{held['payment_intent']}/capture", {"amount_to_capture": 1000}).json
    charge = wire.get(f"/v1/charges/{captured['latest_charge']}").json
    assert "€10.00" in page(charge["receipt_url"]).body.decode()
    declined = wire.post("/v1/payment_intents", {**PAYMENT, "payment_method": "pm_card_chargeDeclined"})
    assert wire.get(f"/v1/charges/{declined.error['charge']}").json["receipt_url"] is None


class Inbox:
    """What a mail server took; `answers` are its words for the next mails, and then it takes everything."""

    def __init__(self, *answers):
        self.mails: list[EmailMessage] = []
        self.tries: list[str] = []
        self.answers = list(answers)

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802, the name that aiosmtpd asks for
        """A mail is handed over."""
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.tries.append(mail["Message-ID"])
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(mail)
        return "250 taken"


class Office(Controller):
    """A mail server on a port that the system chooses, which is known once it listens."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def post_office(*answers, **options):
    """A mail server with an inbox; gives both."""
    inbox = Inbox(*answers)
    office = Office(inbox, hostname="127.0.0.1", port=0, ready_timeout=OFFICE_WITHIN_S, **options)
    office.start()
    try:
        yield inbox, office.port
    finally:
        office.stop()


@contextmanager
def mailing(monkeypatch, port, login=""):
    """A server that mails through it."""
    with running(monkeypatch, "--ephemeral", "--smtp-url", f"smtp://{login}127.0.0.1:{port}", "--mail-from", FROM) as process:
        yield process


@needs_binary
@pytest.mark.raw
def test_a_receipt_is_mailed_to_who_asks(sdk, monkeypatch):
    with post_office() as (inbox, port), mailing(monkeypatch, port):
        paid(DEV_KEY)
        charge = paid(DEV_KEY, receipt_email="ada@buyer.example")
        waiting.until(lambda: inbox.mails, "a mail")
        paid(DEV_KEY, receipt_email="bob@buyer.example")
        waiting.until(lambda: len(inbox.mails) == 2, "another mail")
        mail = inbox.mails[0]
        assert (mail["To"], mail["From"].addresses[0].addr_spec) == ("ada@buyer.example", FROM)
        assert mail["Subject"].startswith("Receipt from ") and mail["Message-ID"] == f"<receipt-{charge['id']}@pay.example>"
        for kind in ("plain", "html"):
            body = mail.get_body((kind,)).get_content()
            assert "€49.00" in body and charge["receipt_url"] in body, body
            assert "4242424242424242" not in body
        assert "<b>" not in mail.get_body(("html",)).get_content()
        link = re.search(r'href="([^"]+)"', mail.get_body(("html",)).get_content())
        assert page(link.group(1)).status == 200


@needs_binary
@pytest.mark.raw
def test_a_refund_is_mailed_to_who_had_the_receipt(sdk, monkeypatch):
    with post_office() as (inbox, port), mailing(monkeypatch, port):
        charge = paid(DEV_KEY, receipt_email="ada@buyer.example")
        silent = paid(DEV_KEY)
        waiting.until(lambda: inbox.mails, "the receipt")
        wire.post("/v1/refunds", {"charge": silent["id"]}, key=DEV_KEY)
        first, second = (wire.post("/v1/refunds", {"charge": charge["id"], "amount": part}, key=DEV_KEY).json for part in (900, 1100))
        waiting.until(lambda: len(inbox.mails) == 3, "two more mails")
        told = {mail["Message-ID"]: mail for mail in inbox.mails[1:]}
        for refund, amount in ((first, "€9.00"), (second, "€11.00")):
            mail = told[f"<refund-{refund['id']}@pay.example>"]
            text = mail.get_body(("plain",)).get_content()
            assert mail["To"] == "ada@buyer.example" and mail["Subject"].startswith("Refund from ")
            assert f"Amount refunded: {amount}" in text and refund["receipt_number"] in text and charge["receipt_url"] in text, text


@needs_binary
@pytest.mark.raw
def test_a_mail_waits_for_its_money(sdk, monkeypatch):
    with post_office() as (inbox, port), mailing(monkeypatch, port):
        held = paid(DEV_KEY, capture_method="manual", receipt_email="ada@buyer.example")
        wire.post("/v1/payment_intents", {**PAYMENT, "payment_method": "pm_card_chargeDeclined", "receipt_email": "bob@buyer.example"},
                  key=DEV_KEY)
        captured = wire.post(f"/v1/payment_intents/{held['payment_intent']}/capture", {"amount_to_capture": 1000}, key=DEV_KEY)
        assert captured.status == 200
        waiting.until(lambda: inbox.mails, "a mail")
        assert [mail["To"] for mail in inbox.mails] == ["ada@buyer.example"]
        assert "€10.00" in inbox.mails[0].get_body(("plain",)).get_content()


@needs_binary
@pytest.mark.raw
def test_the_receipt_of_an_order_goes_to_its_buyer(sdk, monkeypatch):
    with post_office() as (inbox, port), mailing(monkeypatch, port):
        order = {"amount": 1500, "currency": "eur", "order_id": fresh(), "locale": "de"}
        made = wire.post_json("/florin/v1/payments", order, key=DEV_KEY)
        assert Page(made.json["id"]).pay().status == 200
        mail = waiting.until(lambda: inbox.mails, "a mail")[0]
        assert (mail["To"], mail["Subject"]) == ("ada@example.com", "Beleg von Florin sandbox")
        assert "€15.00" in mail.get_body(("plain",)).get_content()
        state = Page(made.json["id"]).state()
        assert page(state["receipt_url"]).status == 200


@needs_binary
@pytest.mark.raw
def test_a_busy_mail_server_is_asked_again_and_one_that_refuses_is_not(sdk, monkeypatch):
    with post_office("550 nobody here", "451 later") as (inbox, port), mailing(monkeypatch, port):
        refused = paid(DEV_KEY, receipt_email="ada@buyer.example")
        waiting.until(lambda: inbox.tries, "the refused mail")
        later = paid(DEV_KEY, receipt_email="bob@buyer.example")
        # Its second try comes later than one of the refused mail would.
        waiting.until(lambda: inbox.mails, "the other mail")
        assert inbox.tries == [f"<receipt-{charge['id']}@pay.example>" for charge in (refused, later, later)]
        assert [mail["To"] for mail in inbox.mails] == ["bob@buyer.example"]


@needs_binary
@pytest.mark.raw
def test_a_mail_server_may_ask_for_a_password(sdk, monkeypatch):
    def check(_server, _session, _envelope, mechanism, data):
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right)

    options = {"authenticator": check, "auth_required": True, "auth_require_tls": False}
    with post_office(**options) as (inbox, port), mailing(monkeypatch, port, f"{USER}:{PASSWORD}@") as process:
        paid(DEV_KEY, receipt_email="ada@buyer.example")
        waiting.until(lambda: inbox.mails, "a mail")
        assert process.poll() is None
