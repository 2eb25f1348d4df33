"""Every program of the guides, run as it stands: only the environment is filled in. A block that is neither run nor listed here fails."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

import place
from blocks import Block, Filling, all_blocks, blocks_of
from plain import word
from scenes import answers, run, serving

A_PAGE = "a page needs a browser"
AN_ANSWER = "an answer, or a file that is sent"
A_SETTING = "a setting of another program"
AN_OPERATOR = "a command on the operator's machine, with its data"
# Blocks that are not run, by file and first line, each with the reason.
NOT_RUN = {
    ("guide/accept-a-payment.md", "<!doctype html>"): A_PAGE,
    ("guide/accept-a-payment.md", '<script src="http://127.0.0.1:8484/endive/stripe.js"></script>'): A_PAGE,
    ("guide/accept-a-payment.md", "import { Elements, PaymentElement, useElements, useStripe } from '@stripe/react-stripe-js';"): A_PAGE,
    ("guide/accept-a-payment.md", "const elements = florin.elements({ mode: 'payment', amount: 4900, currency: 'eur' });"): A_PAGE,
    ("guide/accept-a-payment.md", "florin accounts brand --name \"Tea & Co\" --logo https://shop.example/logo.png --button-color '#1a73e8'"): AN_OPERATOR,
    ("guide/accept-a-payment.md",
     "import { CheckoutElementsProvider, PaymentElement, useCheckoutElements } from '@stripe/react-stripe-js/checkout';"): A_PAGE,
    ("guide/front-door.md", "{"): AN_ANSWER,
    ("guide/front-door.md", 'florin pay 49.00 EUR --order A-17 --description "T-shirt"'): "it waits for a buyer",
    ("guide/handle-webhooks.md", "florin webhooks list"): AN_OPERATOR,
    ("guide/high-availability.md", 'florin migrate --database "$DATABASE"'): AN_OPERATOR,
    ("guide/high-availability.md", "postgres://florin:PASSWORD@db1,db2,db3/florin?target_session_attrs=read-write&connect_timeout=2"): A_SETTING,
    ("guide/high-availability.md", "bootstrap:"): A_SETTING,
    ("guide/high-availability.md", "wal_level = replica"): A_SETTING,
    ("guide/migrate-a-page.md", '<script src="http://127.0.0.1:8484/v3/"></script>'): A_PAGE,
    ("guide/migrate-a-page.md", '<script src="http://127.0.0.1:8484/endive/stripe.js"></script>'): A_PAGE,
    ("guide/migrate-a-page.md", "Content-Security-Policy: script-src 'self' https://pay.example.com; frame-src https://pay.example.com"):
        A_SETTING,
    ("guide/migrate-a-page.md",
     '<script src="https://pay.example.com/v3/florin-….js" integrity="sha384-…" crossorigin="anonymous"></script>'): A_PAGE,
    ("guide/migrate-a-page.md", "florin keys list"): AN_OPERATOR,
    ("guide/save-a-card.md", "<!doctype html>"): A_PAGE,
    ("webhooks.md", "florin webhooks list"): AN_OPERATOR,
    ("webhooks.md", "florin webhooks roll we_… --overlap-hours 24"): AN_OPERATOR,
    ("sandbox.md", "export FLORIN_SANDBOX_SECRET=choose-one"): "it starts a server that does not end",
    ("sandbox.md", '{"seed": 7, "rules": ['): AN_ANSWER,
}
# Blocks around which a test does something, by file, mark and language; each test names its own with `scene`. Without its test a block
# is no scene any more, and fails.
SCENES: set[tuple[str, str, str]] = set()
BLOCKS = all_blocks()
PLAIN = [block for block in BLOCKS if block.mark == "run"]
RETURNED = r"30[23] https://shop\.example/return\?\S*redirect_status=succeeded\S*\n"
# What the programs of a page print that are run alone, where the page says it; in their order.
PRINTS = {
    "guide/payment-links.md": [r"\{.+\}\s*", r"http\S+/b/plink_\w+\n", r"http\S+/b/plink_\w+\n"],
    "guide/payment-methods.md": [RETURNED, r"DE89370400440532013000 [0-9A-Z]{12}\nsucceeded\n"],
    "guide/test-cards.md": [r"succeeded\ninsufficient_funds\n", RETURNED, r"needs_response\nsucceeded\n"],
    "sandbox.md": [RETURNED, r"http\S+/c/pay/cs_test_\w+\n"],
}


def scene(file: str, *marks: str):
    """Says of which blocks a test is the scene: `run:name language` each."""
    def note(test):
        SCENES.update((file, *mark.split()) for mark in marks)
        return test
    return note


def block_of(file: str, mark: str, language: str | None = None) -> Block:
    """The one block with this mark."""
    [found] = [one for one in BLOCKS if (one.file, one.mark) == (file, mark) and language in (None, one.language)]
    assert (file, mark, found.language) in SCENES
    return found


@pytest.fixture
def filling() -> Filling:
    """What is filled in, for one scene."""
    return Filling()


def paid_intent(**more) -> dict:
    """A payment that a server makes and confirms."""
    return place.ask("POST", "/v1/payment_intents", {
        "amount": 4900, "currency": "eur", "payment_method": "pm_card_visa", "payment_method_types": ["card"], "confirm": True, **more})


def registered(file: str, folder: Path, filling: Filling) -> str:
    """Registers the endpoint of a guide and gives its secret."""
    [endpoint] = answers(run(block_of(file, "run:register"), folder, filling))
    return endpoint["secret"]


def test_every_block_is_run_or_says_why_not():
    is_listed = {block.place: (block.file, block.first) in NOT_RUN for block in BLOCKS}
    neither = [block.place for block in BLOCKS if not block.mark and not is_listed[block.place]]
    both = [block.place for block in BLOCKS if block.mark and is_listed[block.place]]
    gone = [key for key in NOT_RUN if key not in {(block.file, block.first) for block in BLOCKS}]
    wrong = [block.place for block in BLOCKS if block.mark and not re.fullmatch(r"run(:[a-z-]+)?", block.mark)]
    assert (neither, both, gone, wrong) == ([], [], [], [])


def test_every_scene_is_known():
    assert {(block.file, block.mark, block.language) for block in BLOCKS if ":" in block.mark} == SCENES


def test_blocks_are_found():
    text = "a\n```sh run:x\nb\n```\n\n```\nc\n```\n"
    assert blocks_of("f", text) == [Block("f", 2, "sh", "run:x", "b\n"), Block("f", 6, "", "", "c\n")]


@pytest.mark.parametrize("block", PLAIN, ids=[block.place for block in PLAIN])
def test_it_runs(block, tmp_path, filling):
    printed = run(block, tmp_path, filling)
    assert printed.strip() != "" and '"error": {' not in printed
    own = [one for one in PLAIN if one.file == block.file]
    if block.file in PRINTS:
        assert re.fullmatch(PRINTS[block.file][own.index(block)], printed, re.DOTALL)


@scene("guide/accept-a-payment.md", "run:shop js")
def test_the_shop_with_card_fields(tmp_path, filling):
    file = "guide/accept-a-payment.md"
    page = next(block for block in BLOCKS if block.file == file and block.first == "<!doctype html>")
    (tmp_path / "page.html").write_text(filling(page.text), encoding="utf-8")
    with serving(block_of(file, "run:shop"), tmp_path, filling, "4250"):
        shop = f"http://localhost:{filling.port('4250')}"
        assert f'<script src="{place.URL}/v3/">' in read(shop)
        [told] = answers(read(f"{shop}/payment", method="POST"))
        [again] = answers(read(f"{shop}/payment", method="POST"))
        assert told == again
        intent, _ = (secret := told["clientSecret"]).split("_secret_")
        query = f"payment_intent={intent}&payment_intent_client_secret={secret}"
        assert read(f"{shop}/thanks?{query}") == "Nothing was paid. Please try again."
        place.ask("POST", f"/v1/payment_intents/{intent}/confirm",
                  {"payment_method": "pm_card_visa", "return_url": "https://shop.example/"})
        assert read(f"{shop}/thanks?{query}") == "Thank you. Your payment is here."
        assert read(f"{shop}/thanks?{query}x") == "There is no such payment."


def read(url: str, method: str = "GET") -> str:
    """What a page of a shop answers."""
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30) as answer:
        return answer.read().decode()


@scene("guide/accept-a-payment.md", "run:register sh", "run:hook js")
def test_the_webhook_of_three_ways(tmp_path, filling):
    file = "guide/accept-a-payment.md"
    secret = registered(file, tmp_path, filling)
    with serving(block_of(file, "run:hook"), tmp_path, filling, "4251", WEBHOOK_SECRET=secret) as hook:
        order = word()
        paid_intent(metadata={"order_id": order})
        assert hook.says(f"deliver {order}")
        link = place.ask("POST", "/florin/v1/payments", {"amount": 4900, "currency": "eur", "order_id": f"{order}-link"})
        place.pay_page(link["id"])
        assert hook.says(f"deliver {order}-link")
        assert hook.said().count("deliver") == 2


@scene("guide/front-door.md", "run:order sh")
def test_an_order_of_the_front_door(tmp_path, filling):
    file = "guide/front-door.md"
    first = next(block for block in PLAIN if block.file == file)
    [payment] = answers(run(first, tmp_path, filling))
    place.pay_page(payment["id"])
    found, same, part, rest, refused = answers(run(block_of(file, "run:order"), tmp_path, filling, KEY=place.KEY, ID=payment["id"]))
    assert [found["result"], same["id"], part["amount_refunded"], rest["status"]] == ["successful", payment["id"], 900, "refunded"]
    assert "error" in refused


@scene("guide/front-door.md", "run:orders python", "run:orders js")
@pytest.mark.parametrize("language, port, order", [("python", "4243", "A-18"), ("js", "4244", "A-19")])
def test_a_server_of_the_front_door(tmp_path, filling, language, port, order):
    with serving(block_of("guide/front-door.md", "run:orders", language), tmp_path, filling, port) as server:
        [session] = re.findall(r"send the buyer to \S+/c/pay/(\S+)", server.said())
        place.pay_page(session)
        assert server.says(f"{filling.order(order)} successful paid")


@scene("guide/handle-webhooks.md", "run:register sh", "run:hook python", "run:hook js", "run:try sh")
@pytest.mark.parametrize("language", ["python", "js"])
def test_the_receiver_of_webhooks(tmp_path, filling, language):
    file = "guide/handle-webhooks.md"
    secret = registered(file, tmp_path, filling)
    with serving(block_of(file, "run:hook", language), tmp_path, filling, "4260", WEBHOOK_SECRET=secret) as hook:
        paid, declined = answers(run(block_of(file, "run:try"), tmp_path, filling))
        assert (paid["status"], declined["error"]["code"]) == ("succeeded", "card_declined")
        assert hook.says(f"deliver {filling.order('A-30')}")
        assert hook.says(f"declined {filling.order('A-31')} card_declined")
        request = urllib.request.Request(f"http://127.0.0.1:{filling.port('4260')}/hook", data=b"{}",
                                         headers={"Stripe-Signature": "t=1,v1=00"})
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(request, timeout=30)


@scene("guide/payment-methods.md", "run:switch sh")
def test_methods_are_switched_on(tmp_path, filling):
    [first, *_] = place.ask("GET", "/v1/payment_method_configurations")["data"]
    try:
        [changed] = answers(run(block_of("guide/payment-methods.md", "run:switch"), tmp_path, filling))
        assert (changed["id"], changed["paypal"]["available"], changed["customer_balance"]["available"]) == (first["id"], True, True)
        intent = place.ask("POST", "/v1/payment_intents", {"amount": 2000, "currency": "eur"})
        assert intent["payment_method_types"] == ["card", "customer_balance", "paypal"]
    finally:
        # Other suites on this server expect cards alone.
        off = {"display_preference": {"preference": "none"}}
        place.ask("POST", f"/v1/payment_method_configurations/{first['id']}", {"paypal": off, "customer_balance": off})


def ordered(order: str, kind: str) -> str:
    """A session in which an order can be paid in this way."""
    tea = {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 4900, "product_data": {"name": "Tea"}}}
    return place.ask("POST", "/v1/checkout/sessions", {
        "mode": "payment", "success_url": "https://shop.example/", "client_reference_id": order, "payment_method_types": [kind],
        "line_items": [tea]})["id"]


def send_transfer(session: str, result: str) -> None:
    """A buyer who has the instructions of a transfer, and whose bank does this."""
    told = {"attempt": word(), "method": "customer_balance", "billing": {"email": "ada@example.com"}}
    url = place.ask("POST", f"/c/pay/{session}/confirm", told, is_page=True)["payment"]["action"]["url"]
    challenge = re.search(r'name=challenge value="([^"]+)"', read(url))[1]
    form = urllib.parse.urlencode({"challenge": challenge, "result": result, "after_ms": 100})
    urllib.request.urlopen(url, form.encode(), timeout=30).close()


@scene("guide/payment-methods.md", "run:register sh", "run:hook js")
def test_the_receiver_of_late_money(tmp_path, filling):
    file = "guide/payment-methods.md"
    secret = registered(file, tmp_path, filling)
    with serving(block_of(file, "run:hook"), tmp_path, filling, "4270", WEBHOOK_SECRET=secret) as hook:
        for result, end in (("succeeds_later", "deliver"), ("fails_later", "release")):
            order = word()
            send_transfer(ordered(order, "customer_balance"), result)
            assert hook.says(f"{end} {order}")
            said = [line for line in hook.said().splitlines() if order in line]
            assert said in ([f"keep {order}", f"{end} {order}"], [f"{end} {order}"])
        order = word()
        place.pay_page(ordered(order, "card"))
        assert hook.says(f"deliver {order}")


def opened(link: dict, query: str = "") -> str:
    """The session that a buyer gets who opens a link."""
    with urllib.request.urlopen(f"{link['url']}{query}", timeout=30) as page:
        return page.geturl().rsplit("/", 1)[1]


@scene("guide/payment-links.md", "run:register sh", "run:hook js", "run:qr sh", "run:end sh")
def test_a_link_is_shown_followed_and_ended(tmp_path, filling):
    file = "guide/payment-links.md"
    secret = registered(file, tmp_path, filling)
    tea = {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 2500, "product_data": {"name": "Workshop"}}}
    link = place.ask("POST", "/v1/payment_links", {"line_items": [tea], "metadata": {"campaign": "autumn"}})
    with serving(block_of(file, "run:hook"), tmp_path, filling, "4280", WEBHOOK_SECRET=secret) as hook:
        order = word()
        place.pay_page(opened(link, f"?client_reference_id={order}"))
        assert hook.says(f"deliver {order} 2500 autumn")
        place.pay_page(ordered(order, "card"))
        place.pay_page(last := opened(link))
        assert hook.says(f"deliver {last} 2500 autumn")
        assert hook.said().count("deliver") == 2
    run(block_of(file, "run:qr"), tmp_path, filling, LINK=link["id"])
    assert (tmp_path / "link.svg").read_text(encoding="utf-8").startswith("<svg ")
    [ended] = answers(run(block_of(file, "run:end"), tmp_path, filling, LINK=link["id"]))
    assert (ended["id"], ended["active"]) == (link["id"], False)
    with pytest.raises(urllib.error.HTTPError, match="410") as gone:
        opened(link)
    assert ended["inactive_message"] in gone.value.read().decode()


@scene("guide/save-a-card.md", "run:charge python")
def test_a_later_charge(tmp_path, filling):
    customer = place.ask("POST", "/v1/customers", {"email": "ada@example.com"})["id"]
    charge = block_of("guide/save-a-card.md", "run:charge")
    assert run(charge, tmp_path, filling, customer, word()) == "no card None\n"
    setup = {"customer": customer, "payment_method_types": ["card"], "confirm": True, "usage": "off_session"}
    place.ask("POST", "/v1/setup_intents", {**setup, "payment_method": "pm_card_visa"})
    assert run(charge, tmp_path, filling, customer, word()) == "succeeded None\n"
    place.ask("POST", "/v1/payment_methods/pm_card_authenticationRequired/attach", {"customer": customer})
    assert re.fullmatch(r"the buyer has to come pi_\w+_secret_\w+\n", run(charge, tmp_path, filling, customer, word()))


@scene("guide/save-a-card.md", "run:look sh")
def test_a_card_is_looked_at_and_forgotten(tmp_path, filling):
    customer = place.ask("POST", "/v1/customers", {"email": "ada@example.com"})["id"]
    card = place.ask("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": customer})["id"]
    block = block_of("guide/save-a-card.md", "run:look")
    cards, changed, detached = answers(run(block, tmp_path, filling, CUSTOMER=customer, CARD=card))
    assert [one["id"] for one in cards["data"]] == [card]
    assert (changed["card"]["exp_year"], changed["card"]["exp_month"], detached["customer"]) == (2035, 6, None)


@scene("guide/migrate-a-page.md", "run:pin sh")
def test_a_pinned_script(tmp_path, filling):
    address, integrity = run(block_of("guide/migrate-a-page.md", "run:pin"), tmp_path, filling).splitlines()
    script = (tmp_path / "sdk.js").read_bytes()
    assert address == f"/v3/florin-{hashlib.sha256(script).hexdigest()[:16]}.js"
    assert integrity == f"sha384-{base64.b64encode(hashlib.sha384(script).digest()).decode()}"


@scene("webhooks.md", "run:verify python")
def test_signatures_verified_by_hand():
    names: dict = {}
    exec(block_of("webhooks.md", "run:verify").text, names)
    key, body, now = b"a" * 24, b'{"id": "evt_1"}', str(int(time.time()))
    secret = "whsec_" + base64.b64encode(key).decode()
    own = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    standard = base64.b64encode(hmac.new(key, f"evt_1.{now}.".encode() + body, hashlib.sha256).digest()).decode()
    for sent, is_right in ((body, True), (body + b" ", False)):
        assert names["verify_stripe"](f"t={now},v1={own}", sent, secret) is is_right
        assert names["verify_standard"]("evt_1", now, f"v1,{standard}", sent, secret) is is_right
    assert names["verify_stripe"](f"t=1,v1={own}", body, secret) is False
