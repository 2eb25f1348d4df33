"""Thieves who go through lists of stolen numbers in the pages of buyers: few of them reach an issuer, and buyers still pay.

The server believes the proxy in front of it, which is this test, about where a buyer is. The processor is outside, and its
book is the witness of what was asked of it.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import pytest

import carded
from connection import Connection, Reply
from installation import Installation
from markers import DECLINED, GOOD
from places import ENGINES, place
from program import Program
from scale import times
from waiting import until

# Windows of the counts, as the server has them.
WINDOW_S, WINDOWS_TRIED = 600, 3
OF_ADDRESS, OF_ACCOUNT = 5, 30
LIMITS = ("--card-declines-per-address", str(OF_ADDRESS), "--card-declines-per-account", str(OF_ACCOUNT))
UNLIMITED = ("--card-declines-per-address", "0", "--card-declines-per-account", "0")
TRIES, BUYERS, ADDRESSES = times(40, 400), times(20, 200), times(10, 40)
THIEF = "203.0.113.9"
# So many tries of one address may be under way (`TRIES_AT_ONCE_MAX`).
AT_ONCE, SLOW_MS = 64, 2_000


@dataclass(frozen=True)
class Shop:
    """A merchant, with the copy that a buyer reaches."""

    copy: Program
    secret: str
    publishable: str

    def at(self, copy: Program) -> Shop:
        """The same merchant at another copy."""
        return Shop(copy, self.secret, self.publishable)

    def order(self) -> tuple[str, str]:
        """An open payment, as the merchant's server makes it: its id and its client secret."""
        with Connection(self.copy.url, self.secret) as line:
            made = line.ask("POST", "/v1/payment_intents", {"amount": 900, "currency": "usd", "payment_method_types[]": "card"})
            assert made.status == 200, made.body
            return made.json["id"], made.json["client_secret"]

    def pay(self, address: str, number: str = DECLINED) -> Reply:
        """A buyer at an address tries a card, as the frames of a page do it."""
        intent, client_secret = self.order()
        with Connection(self.copy.url, self.publishable).coming_from(address) as line:
            return line.ask("POST", f"/v1/payment_intents/{intent}/confirm", method(number) | {"client_secret": client_secret})

    def page(self) -> str:
        """The path of a fresh payment page."""
        item = "line_items[0]"
        with Connection(self.copy.url, self.secret) as line:
            made = line.ask("POST", "/v1/checkout/sessions", {
                "mode": "payment", "success_url": "https://shop.example/thanks", f"{item}[quantity]": 1,
                f"{item}[price_data][currency]": "usd", f"{item}[price_data][unit_amount]": 900,
                f"{item}[price_data][product_data][name]": "Tea"})
            assert made.status == 200, made.body
            return f"/c/pay/{made.json['id']}"


def method(number: str) -> dict[str, Any]:
    """A card as the frames of a page send it."""
    return {"payment_method_data[type]": "card", **carded.card("payment_method_data[card]", number)}


def shop_of(here: Installation, copy: Program) -> Shop:
    """A fresh merchant, whom nobody tried anything at yet."""
    made = here.asked("accounts", "create", "Tried", "--country", "US")
    return Shop(copy, made["test_secret_key"], made["test_publishable_key"])


def within_one_window(run: Callable[[], None]) -> None:
    """A count begins anew with each window. A run in which that happened says nothing, and is made again."""
    for _ in range(WINDOWS_TRIED):
        began = time.time() // WINDOW_S
        try:
            run()
        except AssertionError:
            if time.time() // WINDOW_S == began:
                raise
            continue
        if time.time() // WINDOW_S == began:
            return
    raise AssertionError("every run met the end of a window")


def is_refused(reply: Reply) -> bool:
    """Turned away without asking anybody, with a word about when to come again."""
    if reply.status != 429:
        return False
    assert reply.json["error"]["code"] == "rate_limit", reply.body
    assert 0 < int(reply.headers["retry-after"]) <= WINDOW_S
    assert reply.headers["stripe-should-retry"] == "false"
    assert "declined" in reply.json["error"]["message"]
    return True


def told(replies: list[Reply]) -> Counter[int]:
    """How often each status."""
    return Counter(reply.status for reply in replies)


def copies(here: Installation, engine: str, *options: str) -> list[Program]:
    """One copy over SQLite, two over PostgreSQL, all with one processor outside."""
    here.hire()
    return [here.open(*options) for _ in range(1 if engine == "sqlite" else 2)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_list_of_stolen_cards_stops_at_the_limit(engine: str, tmp_path: Path, report: Callable[..., None]) -> None:
    """One address: so many declines, then no card is asked for any more, on any copy; other buyers notice nothing."""
    with place(engine, tmp_path) as here:
        all_copies = copies(here, engine, *LIMITS)

        def run() -> None:
            shop = shop_of(here, all_copies[0])
            asked = len(here.processor.book())
            tries = [shop.at(all_copies[number % len(all_copies)]).pay(THIEF) for number in range(TRIES)]
            assert told(tries[:OF_ADDRESS]) == {402: OF_ADDRESS}, told(tries)
            assert all(is_refused(reply) for reply in tries[OF_ADDRESS:]), told(tries)
            assert len(here.processor.book()) - asked == OF_ADDRESS
            # A good card from there is turned away, too: the thief's whole purpose is to find one.
            assert all(is_refused(shop.at(copy).pay(THIEF, GOOD)) for copy in all_copies)
            buyers = [shop.at(all_copies[-1]).pay(f"198.51.100.{number}", GOOD) for number in range(BUYERS)]
            assert told(buyers) == {200: BUYERS}
            # What stands before the proxy's own word was written by the thief.
            assert is_refused(shop.pay(f"192.0.2.1, {THIEF}", GOOD))
            # The merchant's server asks for whatever it wants, and another merchant's buyers are not concerned.
            assert shop_of(here, all_copies[0]).pay(THIEF, GOOD).status == 200

        within_one_window(run)
        control = with_limits_off(here)
        report(fault="F22", what=f"one address tries declined cards in a browser; {engine}, {len(all_copies)} copies",
               often=f"{TRIES} tries, {BUYERS} buyers elsewhere",
               lost=f"{OF_ADDRESS} tries reached the issuer, {TRIES - OF_ADDRESS} did not; 0 buyers were turned away",
               control=f"without limits {control} of {control} tries reach the issuer", limit=f"{OF_ADDRESS} declines of an address in ten minutes")


def with_limits_off(here: Installation) -> int:
    """The control: how many tries reach the issuer where nobody counts."""
    if here.database.startswith("sqlite:"):
        # A folder has one server.
        assert here.copies[-1].stop() == 0
    shop = shop_of(here, here.open(*UNLIMITED))
    tries = [shop.pay(THIEF) for _ in range(2 * OF_ADDRESS)]
    assert told(tries) == {402: 2 * OF_ADDRESS}
    return len(tries)


@pytest.mark.parametrize("engine", ENGINES)
def test_many_addresses_stop_at_the_merchants_limit(engine: str, tmp_path: Path, report: Callable[..., None]) -> None:
    """Many addresses: together they reach the merchant's limit, and then no browser's card is asked for."""
    with place(engine, tmp_path) as here:
        all_copies = copies(here, engine, *LIMITS)

        def run() -> None:
            shop = shop_of(here, all_copies[0])
            asked = len(here.processor.book())
            tries = [shop.at(all_copies[number % len(all_copies)]).pay(f"203.0.113.{number % ADDRESSES}")
                     for number in range(ADDRESSES * OF_ADDRESS)]
            assert told(tries) == {402: OF_ACCOUNT, 429: len(tries) - OF_ACCOUNT}, told(tries)
            assert len(here.processor.book()) - asked == OF_ACCOUNT
            assert is_refused(shop.pay("198.51.100.1", GOOD))
            intent, _ = shop.order()
            with Connection(shop.copy.url, shop.secret) as line:
                path = f"/v1/payment_intents/{intent}/confirm"
                assert line.ask("POST", path, {"payment_method": "pm_card_visa"}).status == 200

        within_one_window(run)
        report(fault="F22", what=f"{ADDRESSES} addresses try declined cards; {engine}, {len(all_copies)} copies",
               often=f"{ADDRESSES * OF_ADDRESS} tries",
               lost=f"{OF_ACCOUNT} reached the issuer; then the merchant's browsers are turned away, its server is not",
               control="the row above", limit=f"{OF_ACCOUNT} declines of a merchant in ten minutes")


def test_a_server_that_trusts_no_proxy_goes_by_the_connection(tmp_path: Path) -> None:
    """A thief who writes the header himself is no other address for it."""
    with place("sqlite", tmp_path) as here:
        copy = here.open(*LIMITS, "--trusted-proxies", "none")

        def run() -> None:
            shop = shop_of(here, copy)
            tries = [shop.pay(f"203.0.113.{number}") for number in range(2 * OF_ADDRESS)]
            assert told(tries) == {402: OF_ADDRESS, 429: OF_ADDRESS}

        within_one_window(run)


def test_many_tries_at_once_are_no_way_around(tmp_path: Path) -> None:
    """What is under way counts nowhere yet, so that an address may only have so many tries at once. All of them are under way
    before the processor answers the first."""
    crowd = 100
    with place("sqlite", tmp_path) as here:
        here.hire().plan({"fault": "delay", "ms": SLOW_MS})
        copy = here.open(*LIMITS)

        def run() -> None:
            shop = shop_of(here, copy)
            orders = [shop.order() for _ in range(crowd)]
            lines = [Connection(copy.url, shop.publishable).coming_from(THIEF) for _ in orders]
            for line, (intent, secret) in zip(lines, orders):
                line.send("POST", f"/v1/payment_intents/{intent}/confirm", method(DECLINED) | {"client_secret": secret})
            replies = [line.receive() for line in lines]
            for line in lines:
                line.close()
            assert told(replies) == {402: AT_ONCE, 429: crowd - AT_ONCE}
            for reply in replies:
                if reply.status == 429:
                    assert (reply.json["error"]["code"], reply.headers["retry-after"]) == ("rate_limit", "1"), reply.body
                    assert "at once" in reply.json["error"]["message"]
            assert is_refused(shop.pay(THIEF, GOOD))

        within_one_window(run)


def test_a_thief_who_hangs_up_counts_all_the_same(tmp_path: Path) -> None:
    """The card is asked for whether or not the browser waits, and what came of it can be looked up later."""
    with place("sqlite", tmp_path) as here:
        processor = here.hire()
        processor.plan({"fault": "delay", "ms": SLOW_MS // 4})
        copy = here.open(*LIMITS)

        def run() -> None:
            shop = shop_of(here, copy)
            for intent, secret in [shop.order() for _ in range(OF_ADDRESS)]:
                before = processor.struck()
                with Connection(copy.url, shop.publishable).coming_from(THIEF) as line:
                    line.send("POST", f"/v1/payment_intents/{intent}/confirm", method(DECLINED) | {"client_secret": secret})
                    until(lambda: processor.struck() > before, "a card that the processor was asked for")
            # A good card counts nothing, so that these tries do not bring about what is waited for.
            until(lambda: is_refused(shop.pay(THIEF, GOOD)), "a limit that those who left have reached")

        within_one_window(run)


def test_what_was_paid_is_told_again_and_a_slip_of_the_finger_is_no_decline(tmp_path: Path) -> None:
    """Behind a limit the saved answers are still given, and a number that no issuer was asked for counts for nothing."""
    with place("sqlite", tmp_path) as here:
        copy = here.open(*LIMITS)

        def run() -> None:
            shop = shop_of(here, copy)
            slips = [shop.pay(THIEF, "4242424242424241") for _ in range(2 * OF_ADDRESS)]
            assert {reply.json["error"]["code"] for reply in slips} == {"incorrect_number"}
            intent, secret = shop.order()
            again = ("POST", f"/v1/payment_intents/{intent}/confirm", method(GOOD) | {"client_secret": secret}, "a press")
            with Connection(copy.url, shop.publishable).coming_from(THIEF) as line:
                paid = line.ask(*again)
                assert paid.status == 200, paid.body
                assert told([shop.pay(THIEF) for _ in range(OF_ADDRESS)]) == {402: OF_ADDRESS}
                assert is_refused(shop.pay(THIEF, GOOD))
                replayed = line.ask(*again)
            assert (replayed.status, replayed.body, replayed.is_replay) == (200, paid.body, True)

        within_one_window(run)


def test_the_payment_page_says_when_it_asks_no_card_any_more(tmp_path: Path) -> None:
    """The form of a browser without scripts leads back to the page, which says to wait, and then to the shop's own answer."""
    form = {"email": "ada@example.com", "name": "Ada", "exp": "12/34", "cvc": "123", "expected_amount": 900}
    with place("sqlite", tmp_path) as here:
        copy = here.open(*LIMITS)

        def run() -> None:
            shop = shop_of(here, copy)
            page = shop.page()
            with Connection(copy.url, "").coming_from(THIEF) as line:
                led = [line.ask("POST", page, {**form, "attempt": f"a{number}", "number": DECLINED}) for number in range(OF_ADDRESS + 1)]
                assert told(led) == {303: OF_ADDRESS + 1}
                assert [reply.headers["location"] for reply in led] == [page] * OF_ADDRESS + [f"{page}?problem=busy"]
                shown = line.ask("GET", f"{page}?problem=busy")
                assert b"Too many attempts in a short time. Wait a few minutes" in shown.body
            with Connection(copy.url, "").coming_from("198.51.100.1") as line:
                assert line.ask("POST", page, {**form, "attempt": "good", "number": GOOD}).headers["location"] == page
                assert line.ask("GET", f"{page}/state").json["payment_status"] == "paid"

        within_one_window(run)
