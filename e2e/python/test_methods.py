"""Payment methods beside cards: wallets, codes for banking apps, and transfers, with the buyer at the sandbox's page."""

import threading

import pytest
import stripe

import wire
from bank import ALL, CODES, REDIRECTS, SOON_MS, TRANSFERS, action_of, address_of, came_back, choose, ended, paid, start
from challenge import fetch, open_page
from shop import NEWEST, RETURN_URL, again, charge_of, events_of, plain, types

FAILED = "payment_intent_payment_attempt_failed"
CREATED = ["payment_intent.created", "payment_intent.requires_action"]
# Members of `payment_method_details` that tell the payment from others, by type.
NUMBERS = {
    "alipay": "transaction_id", "ideal": "transaction_id", "paynow": "reference", "paypal": "transaction_id",
    "pix": "bank_transaction_id", "promptpay": "reference", "revolut_pay": "transaction_id", "wechat_pay": "transaction_id",
}
# Those that older versions do not tell.
NUMBERED_LATER = ("ideal", "revolut_pay")
PNG = b"\x89PNG\r\n\x1a\n"


def named(rows):
    """Ids of rows of types and currencies."""
    return [f"{kind}-{currency}" for kind, currency in rows]


def every(rows):
    """A test for each row."""
    return pytest.mark.parametrize("kind, currency", rows, ids=named(rows))


def told_of(intent):
    """The types of the events about a payment and its charge, in their order."""
    about = {intent.id: None}
    latest = again(intent).latest_charge
    if latest:
        about[latest] = None
    found = [event for one in about for event in events_of(one, intent.created)]
    # Events of one second have no order but that of the list, which is the newest first.
    order = {event.id: at for at, event in enumerate(stripe.Event.list(created={"gte": intent.created}, limit=100).auto_paging_iter())}
    return types(sorted(found, key=lambda event: -order[event["id"]]))


# What the buyer is asked to do


@every(REDIRECTS)
def test_a_wallet_is_a_redirect(sdk, kind, currency):
    intent = start(kind, currency)
    assert (intent.status, intent.amount_received, intent.latest_charge) == ("requires_action", 0, None)
    assert intent.next_action.type == ("alipay_handle_redirect" if kind == "alipay" else "redirect_to_url")
    action = action_of(intent)
    assert action["return_url"] == RETURN_URL
    assert f"/sandbox/pay/{intent.id}?client_secret={intent.client_secret}" in action["url"]
    assert told_of(intent) == CREATED


@every(CODES)
def test_a_code_leads_to_the_page(sdk, kind, currency):
    intent = start(kind, currency, return_url=None)
    assert (intent.status, intent.next_action.type) == ("requires_action", f"{kind}_display_qr_code")
    action = action_of(intent)
    assert action["data"] == action["hosted_instructions_url"]
    assert f"/sandbox/pay/{intent.id}?client_secret=" in action["data"]
    if kind == "pix":
        assert 0 <= action["expires_at"] - intent.created - 24 * 3600 < 10
    if kind == "wechat_pay":
        assert action["image_data_url"].startswith("data:image/png;base64,iVBOR")


BANKS = {
    "eur": ("eu_bank_transfer", "iban", {"iban": "DE89370400440532013000", "bic": "COBADEFF", "country": "DE"}),
    "gbp": ("gb_bank_transfer", "sort_code", {"sort_code": "200000", "account_number": "55779911"}),
    "usd": ("us_bank_transfer", "aba", {"routing_number": "110000000", "account_number": "000123456789"}),
}


@every(TRANSFERS)
def test_a_transfer_has_instructions(sdk, kind, currency):
    intent = start(kind, currency, return_url=None)
    assert (intent.status, intent.next_action.type) == ("requires_action", "display_bank_transfer_instructions")
    action = action_of(intent)
    country, name, expected = BANKS[currency]
    assert (action["type"], action["amount_remaining"], action["currency"]) == (country, 2000, currency)
    [address] = action["financial_addresses"]
    assert address["type"] == name
    assert {member: address[name][member] for member in expected} == expected
    assert len(action["reference"]) == 12 and action["reference"].isalnum()
    # Whoever pays twice the same sum has to be told apart.
    assert action_of(start(kind, currency))["reference"] != action["reference"]


# How it ends


@every(ALL)
def test_a_payment_that_the_buyer_approves(sdk, kind, currency):
    intent = start(kind, currency)
    page = choose(address_of(intent), "succeeded")
    if (kind, currency) in REDIRECTS:
        assert came_back(page) == {
            "payment_intent": intent.id, "payment_intent_client_secret": intent.client_secret,
            "redirect_status": "succeeded", "_url": RETURN_URL,
        }
    else:
        assert page.status == 200 and "location" not in page.headers
    done = again(intent)
    assert (done.status, done.amount_received, done.next_action) == ("succeeded", 2000, None)
    charge = charge_of(done, "balance_transaction")
    assert (charge.status, charge.paid, charge.captured, charge.amount_captured) == ("succeeded", True, True, 2000)
    details = plain(charge.payment_method_details)
    assert set(details) == {"type", kind} and details["type"] == kind
    if kind in NUMBERS and (NEWEST or kind not in NUMBERED_LATER):
        assert details[kind][NUMBERS[kind]]
    money = charge.balance_transaction
    assert (money.type, money.amount, money.fee, money.net, money.currency) == ("charge", 2000, 88, 1912, currency)
    assert told_of(intent) == [*CREATED, "charge.succeeded", "payment_intent.succeeded"]
    method = stripe.PaymentMethod.retrieve(intent.payment_method)
    assert (method.type, method.customer) == (kind, None)
    assert "card" not in plain(method) and isinstance(plain(method)[kind], dict)


@every(ALL)
def test_a_payment_that_the_buyer_refuses(sdk, kind, currency):
    intent = start(kind, currency)
    page = choose(address_of(intent), "failed")
    if (kind, currency) in REDIRECTS:
        assert came_back(page)["redirect_status"] == "failed"
    refused = again(intent)
    assert (refused.status, refused.amount_received, refused.payment_method, refused.next_action) == ("requires_payment_method", 0, None, None)
    error = refused.last_payment_error
    assert (error.code, error.type, error.payment_method.type) == (FAILED, "invalid_request_error", kind)
    charge = charge_of(refused)
    assert (charge.status, charge.paid, charge.failure_code, charge.balance_transaction) == ("failed", False, FAILED, None)
    assert charge.payment_method_details.type == kind
    assert told_of(intent) == [*CREATED, "charge.failed", "payment_intent.payment_failed"]
    # The buyer may take another method, also a card.
    assert stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa").status == "succeeded"


LATE = [REDIRECTS[3], CODES[1], TRANSFERS[0]]


@every(LATE)
def test_money_that_comes_later(sdk, kind, currency):
    intent = start(kind, currency)
    page = choose(address_of(intent), "succeeds_later", after_ms=SOON_MS)
    if kind == "paypal":
        assert came_back(page)["redirect_status"] == "pending"
    done = ended(intent)
    assert (done.status, done.amount_received, done.last_payment_error) == ("succeeded", 2000, None)
    assert told_of(intent) == [*CREATED, "payment_intent.processing", "charge.succeeded", "payment_intent.succeeded"]
    assert charge_of(done).payment_method_details.type == kind


@every(LATE)
def test_money_that_does_not_come(sdk, kind, currency):
    intent = start(kind, currency)
    choose(address_of(intent), "fails_later", after_ms=SOON_MS)
    failed = ended(intent)
    assert (failed.status, failed.amount_received, failed.last_payment_error.code) == ("requires_payment_method", 0, FAILED)
    assert told_of(intent) == [*CREATED, "payment_intent.processing", "charge.failed", "payment_intent.payment_failed"]
    assert stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa").status == "succeeded"


def test_while_money_is_on_its_way_the_payment_stands_still(sdk):
    intent = start("paypal", "usd")
    choose(address_of(intent), "succeeds_in_days")
    for act in (stripe.PaymentIntent.cancel, stripe.PaymentIntent.confirm):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            act(intent.id)
        assert (caught.value.http_status, caught.value.code) == (400, "payment_intent_unexpected_state")
    with pytest.raises(stripe.InvalidRequestError):
        stripe.PaymentIntent.modify(intent.id, amount=1)
    assert stripe.PaymentIntent.modify(intent.id, description="Tea").description == "Tea"
    held = again(intent)
    assert (held.status, held.amount, held.latest_charge, held.next_action) == ("processing", 2000, None, None)


def test_a_payment_that_is_given_up_takes_no_answer(sdk):
    intent = start("customer_balance", "eur")
    target, body = open_page(address_of(intent), "succeeded")
    assert stripe.PaymentIntent.cancel(intent.id).status == "canceled"
    assert fetch("POST", target, body).status == 409
    assert "<form" not in fetch("GET", address_of(intent)).text
    assert again(intent).status == "canceled"
    assert stripe.Charge.list(payment_intent=intent.id).data == []


def test_the_webhook_tells_late_money(receiver, endpoint):
    endpoint(["payment_intent.processing", "payment_intent.succeeded"])
    intent = start("pix", "brl")
    choose(address_of(intent), "succeeds_later", after_ms=SOON_MS)
    for kind, status in (("payment_intent.processing", "processing"), ("payment_intent.succeeded", "succeeded")):
        delivery = receiver.wait(lambda event: (event["type"], event["data"]["object"]["id"]) == (kind, intent.id), kind)
        assert delivery.event["data"]["object"]["status"] == status


# Afterwards


@every(ALL)
def test_money_goes_back_the_way_it_came(sdk, kind, currency):
    intent = paid(kind, currency)
    part = stripe.Refund.create(payment_intent=intent.id, amount=700)
    # The description has a word of its own for one of them.
    way = {"revolut_pay": "revolut"}.get(kind, kind)
    assert (part.status, part.amount, part.destination_details.type) == ("succeeded", 700, way)
    rest = stripe.Refund.create(charge=intent.latest_charge)
    assert (rest.status, rest.amount) == ("succeeded", 1300)
    charge = charge_of(intent)
    assert (charge.refunded, charge.amount_refunded) == (True, 2000)
    money = [stripe.BalanceTransaction.retrieve(one.balance_transaction) for one in (part, rest)]
    assert [(one.amount, one.fee, one.currency) for one in money] == [(-700, 0, currency), (-1300, 0, currency)]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.Refund.create(payment_intent=intent.id)
    assert caught.value.code == "charge_already_refunded"


TITLES = {
    "alipay": "Alipay", "bancontact": "Bancontact", "ideal": "iDEAL", "paynow": "PayNow", "paypal": "PayPal", "pix": "Pix",
    "promptpay": "PromptPay", "revolut_pay": "Revolut Pay", "wechat_pay": "WeChat Pay", "customer_balance": "Bank transfer",
}


@every(ALL)
def test_the_receipt_names_the_method(sdk, kind, currency):
    url = charge_of(paid(kind, currency)).receipt_url
    page = fetch("GET", url)
    assert page.status == 200 and f">{TITLES[kind]}<" in page.text and "ending in" not in page.text
    if kind == "customer_balance":
        assert ">Überweisung<" in fetch("GET", f"{url}?locale=de").text


def test_a_method_of_this_kind_pays_once(sdk, customer):
    intent = paid("ideal", "eur")
    with pytest.raises(stripe.InvalidRequestError):
        stripe.PaymentIntent.create(amount=900, currency="eur", payment_method=intent.payment_method, payment_method_types=["ideal"],
                                    confirm=True, return_url=RETURN_URL)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stripe.PaymentMethod.attach(stripe.PaymentMethod.create(type="ideal").id, customer=customer.id)
    assert caught.value.http_status == 400
    assert stripe.PaymentMethod.list(customer=customer.id, type="card").data == []


def test_a_payment_of_a_customer(sdk, customer):
    intent = start("paypal", "usd", customer=customer.id,
                   payment_method_data={"type": "paypal", "billing_details": {"name": "Jenny Rosen", "email": "jenny@example.com"}})
    choose(address_of(intent), "succeeded")
    charge = charge_of(again(intent))
    assert (charge.customer, charge.billing_details.email) == (customer.id, "jenny@example.com")
    paypal = charge.payment_method_details.paypal
    assert (paypal.payer_email, paypal.payer_name) == ("jenny@example.com", "Jenny Rosen")


def test_a_method_is_made_first_and_confirmed_later(sdk):
    method = stripe.PaymentMethod.create(type="bancontact", billing_details={"name": "Jenny Rosen"})
    assert (method.type, plain(method.bancontact)) == ("bancontact", {})
    intent = stripe.PaymentIntent.create(amount=2000, currency="eur", payment_method_types=["bancontact"], payment_method=method.id)
    assert intent.status == "requires_confirmation"
    asked = stripe.PaymentIntent.confirm(intent.id, return_url=RETURN_URL)
    choose(address_of(asked), "succeeded")
    assert again(intent).status == "succeeded"
    assert charge_of(again(intent)).payment_method_details.bancontact.verified_name == "Jenny Rosen"


# The sandbox's page


@pytest.mark.raw
@pytest.mark.parametrize("kind, currency, title", [("ideal", "eur", "Wallet"), ("pix", "brl", "Banking app"),
                                                   ("customer_balance", "usd", "The buyer's bank")])
def test_the_page_says_what_is_paid(sdk, kind, currency, title):
    page = fetch("GET", address_of(start(kind, currency, amount=123456)))
    assert page.status == 200 and f"<h1>{title}</h1>" in page.text
    assert "1,234.56" in page.text and f"<code>{kind}</code>" in page.text
    assert page.headers["cache-control"] == "no-store" and "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text


@pytest.mark.raw
def test_a_wrong_address_shows_and_changes_nothing(sdk):
    intent, other = start("paypal", "usd"), start("paypal", "usd")
    url = address_of(intent)
    target, body = open_page(url, "succeeded")
    base, secret = url.split("?client_secret=")
    for wrong in (base, f"{base}?client_secret=", f"{base}?client_secret={other.client_secret}", f"{base}?client_secret={secret}x",
                  url.replace(intent.id, "pi_missing", 1), f"{base}/qr.gif?client_secret={secret}", f"{base}/qr.svg"):
        assert fetch("GET", wrong).status == 404, wrong
        assert fetch("POST", wrong, body).status == 404, wrong
    assert fetch("PUT", url, body).status == 405
    assert again(intent).status == "requires_action"


CHOICES = [
    "", "result=", "result=paid", "result=succeeds_later&after_ms=-1", "result=succeeds_later&after_ms=soon",
    "result=succeeds_later&after_ms=2592000001", "result=fails_later&after_ms=1.5",
]


@pytest.mark.raw
@pytest.mark.parametrize("chosen", CHOICES)
def test_what_is_no_choice_changes_nothing(sdk, chosen):
    intent = start("paypal", "usd")
    target, body = open_page(address_of(intent), "succeeded")
    challenge = body.split("&")[0]
    assert challenge.startswith("challenge=")
    assert fetch("POST", target, f"{challenge}&{chosen}").status == 400
    assert again(intent).status == "requires_action"


@pytest.mark.raw
def test_only_the_answer_to_the_open_challenge_counts(sdk):
    intent = start("paypal", "usd")
    target, body = open_page(address_of(intent), "succeeded")
    for of in ("result=succeeded", "result=succeeded&challenge=", "result=succeeded&challenge=ch_other"):
        assert fetch("POST", target, of).status == 409, of
    stripe.PaymentIntent.confirm(intent.id, payment_method_data={"type": "paypal"})
    assert fetch("POST", target, body).status == 409
    assert again(intent).status == "requires_action"
    choose(address_of(again(intent)), "succeeded")
    assert [charge.paid for charge in stripe.Charge.list(payment_intent=intent.id).data] == [True]


@pytest.mark.raw
def test_a_card_takes_over_from_a_wallet(sdk):
    intent = start("paypal", "usd")
    target, body = open_page(address_of(intent), "succeeded")
    assert stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa").status == "succeeded"
    # Whoever still has the page of the wallet open takes nothing with it.
    assert fetch("POST", target, body).status == 409
    assert [charge.payment_method_details.type for charge in stripe.Charge.list(payment_intent=intent.id).data] == ["card"]


@pytest.mark.raw
@pytest.mark.parametrize("result, end", [("succeeded", "succeeded"), ("succeeds_later", "succeeded"), ("fails_later", "requires_payment_method")])
def test_an_answer_that_comes_many_times_counts_once(sdk, result, end):
    intent = start("customer_balance", "eur")
    target, body = open_page(address_of(intent), result)
    body += f"&after_ms={SOON_MS}"
    statuses = []
    clicks = [threading.Thread(target=lambda: statuses.append(fetch("POST", target, body).status)) for _ in range(6)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert statuses.count(200) == 1 and set(statuses) == {200, 409}, statuses
    assert ended(intent).status == end
    assert [charge.paid for charge in stripe.Charge.list(payment_intent=intent.id).data] == [end == "succeeded"]


@pytest.mark.raw
@every(CODES)
def test_the_pictures_of_a_code(sdk, kind, currency):
    action = action_of(start(kind, currency))
    answers = {}
    for ending in ("svg", "png"):
        path = action[f"image_url_{ending}"].split("/", 3)[3]
        answers[ending] = wire.send("GET", f"/{path}", key=None)
    svg, png = answers["svg"], answers["png"]
    assert (svg.status, svg.headers["content-type"]) == (200, "image/svg+xml")
    assert svg.body.startswith(b"<svg") and b"<script" not in svg.body
    assert (png.status, png.headers["content-type"]) == (200, "image/png")
    width, height = (int.from_bytes(png.body[at:at + 4], "big") for at in (16, 20))
    # Eight points for each module, of which a code has 17 and a multiple of four, and a border of four on each side.
    assert png.body.startswith(PNG) and width == height and width % 8 == 0
    modules = width // 8 - 8
    assert modules >= 37 and (modules - 17) % 4 == 0
    assert f'viewBox="0 0 {modules + 8} {modules + 8}"'.encode() in svg.body


def test_older_versions_say_the_same(sdk):
    intent = start("ideal", "eur")
    assert intent.payment_method_types == ["card", "ideal"]
    assert ("allowed_payment_method_types" in plain(intent)) is NEWEST
