"""A buyer who clicks many times, and a merchant's server that sends everything fifty times: one charge, one call.

Fifty connections are open before a round begins, and one thread sends all requests before it reads any answer; so they
leave within milliseconds. The processor is outside, and its own book is the witness of what it was asked.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any, Callable

import pytest

from connection import Connection, Reply, listed
from model import UNEXPECTED
from installation import Installation
from places import ENGINES, place
from scale import times
from waiting import until

CLICKS = 50
# Clicks that come again when the first ones have been answered, the successful one among them.
REPEATS = 8
ROUNDS_SHORT, ROUNDS_LONG = 20, 1_000
# Where the amounts of each way begin; an amount tells a round from all others.
SAME_KEY, NEW_KEYS, BROWSER, PLANTED = 10_000, 20_000, 30_000, 40_000
CARD = {"currency": "usd", "payment_method_types[]": "card"}
# What a click may be told that did not pay; everything else is an error of the server.
REFUSALS = {(400, UNEXPECTED), (429, "lock_timeout")}


def of_same_key(first: list[Reply], again: list[Reply]) -> list[str]:
    """One execution; everybody else was told to wait or got its bytes, and in the end everybody got them."""
    found = []
    known = [reply for reply in first if reply.status != 409]
    if sum(not reply.is_replay for reply in known) != 1:
        found.append(f"{sum(not reply.is_replay for reply in known)} answers were no replays")
    if {reply.status for reply in known} != {200}:
        found.append(f"answers of status {sorted({reply.status for reply in known})}")
    if not all(reply.is_replay for reply in again):
        found.append("the key was carried out again later")
    bodies = {(reply.status, reply.body) for reply in [*known, *again]}
    if len(bodies) != 1:
        found.append(f"{len(bodies)} different answers under one key")
    return found


def of_one_intent(first: list[Reply], repeated: list[tuple[Reply, Reply]]) -> list[str]:
    """One confirmation succeeded, all others were refused; a repeat changes nothing."""
    found = []
    if sum(reply.status == 200 for reply in first) != 1:
        found.append(f"{sum(reply.status == 200 for reply in first)} confirmations succeeded")
    strange = {told(reply) for reply in [*first, *(other for _, other in repeated)] if reply.status != 200} - REFUSALS
    if strange:
        found.append(f"confirmations were answered with {sorted(strange, key=str)}")
    for one, other in repeated:
        if one.status == 200 and (other.status, other.body, other.is_replay) != (200, one.body, True):
            found.append("the success was not replayed")
        if one.status != 200 and other.status == 200:
            found.append("a confirmation that had been refused succeeded later")
    return found


def of_money(amounts: list[int], charges: list[int], calls: list[int]) -> list[str]:
    """Each amount is charged once, and the processor was asked once."""
    found = []
    for name, counts in (("charged", Counter(charges)), ("asked of the processor", Counter(calls))):
        wrong = {amount: counts[amount] for amount in amounts if counts[amount] != 1}
        found += [f"{len(wrong)} amounts were not {name} once: {dict(list(wrong.items())[:5])}"] if wrong else []
    return found


def told(reply: Reply) -> tuple[int, str | None]:
    """The status and the code of an error."""
    return reply.status, reply.json.get("error", {}).get("code")


class Crowd:
    """The fifty connections, and how long a round took to leave."""

    def __init__(self, urls: list[str], key: str) -> None:
        self.lines = [Connection(urls[number % len(urls)], key) for number in range(CLICKS)]
        self.left_ms: list[float] = []
        self.answers: Counter[int] = Counter()

    def click(self, path: str, form: dict[str, Any], keys: list[str | None]) -> list[Reply]:
        """One click for each entry of `keys`, all at once."""
        began = time.monotonic()
        for line, key in zip(self.lines, keys):
            line.send("POST", path, form, key)
        self.left_ms.append(1_000 * (time.monotonic() - began))
        replies = [line.receive() for line, _ in zip(self.lines, keys)]
        self.answers.update(reply.status for reply in replies)
        return replies

    def close(self) -> None:
        """Closes them."""
        for line in self.lines:
            line.close()


def same_key(crowd: Crowd, amount: int) -> list[str]:
    """The same create-and-confirm under the same key."""
    form = {**CARD, "amount": amount, "payment_method": "pm_card_visa", "confirm": "true"}
    keys: list[str | None] = [f"same-{amount}"] * CLICKS
    first = crowd.click("/v1/payment_intents", form, keys)
    # One after the other now, because at once they would be in each other's way again.
    again = [until(lambda: _known(line, form, keys[0]), "the answer under the key") for line in crowd.lines[:REPEATS]]
    return of_same_key(first, again)


def _known(line: Connection, form: dict[str, Any], key: str | None) -> Reply | None:
    reply = line.ask("POST", "/v1/payment_intents", form, key)
    return None if reply.status == 409 else reply


def new_keys(crowd: Crowd, amount: int) -> list[str]:
    """One intent, and a key of its own for each click."""
    made = crowd.lines[0].ask("POST", "/v1/payment_intents", {**CARD, "amount": amount}).json
    keys: list[str | None] = [f"click-{amount}-{number}" for number in range(CLICKS)]
    path, form = f"/v1/payment_intents/{made['id']}/confirm", {"payment_method": "pm_card_visa"}
    first = crowd.click(path, form, keys)
    order = sorted(range(CLICKS), key=lambda number: first[number].status != 200)[:REPEATS]
    again = crowd.click(path, form, [keys[number] for number in order])
    return of_one_intent(first, [(first[number], reply) for number, reply in zip(order, again)])


def browser(crowd: Crowd, seller: Connection, amount: int) -> list[str]:
    """One client secret in a browser that has no keys of idempotency; the second click comes after the first answers."""
    made = seller.ask("POST", "/v1/payment_intents", {**CARD, "amount": amount}).json
    path = f"/v1/payment_intents/{made['id']}/confirm"
    form = {"client_secret": made["client_secret"], "payment_method": "pm_card_visa"}
    found = of_one_intent(crowd.click(path, form, [None] * CLICKS), [])
    late = {told(reply) for reply in crowd.click(path, form, [None] * REPEATS)} - REFUSALS
    return found + ([f"later clicks were answered with {sorted(late, key=str)}"] if late else [])


def money(here: Installation, line: Connection, amounts: list[int]) -> list[str]:
    """What was charged and what the processor was asked, by amount."""
    charges = [charge["amount"] for charge in listed(line, "/v1/charges")]
    calls = [entry["amount"] for entry in here.processor.book() if entry["verb"] == "authorize"]
    return of_money(amounts, charges, calls)


@pytest.mark.parametrize("engine", ENGINES)
def test_many_clicks_are_one_charge(engine: str, tmp_path: Path, report: Callable[..., None],
                                    tell: Callable[[str], None]) -> None:
    rounds = times(ROUNDS_SHORT, ROUNDS_LONG)
    with place(engine, tmp_path) as here:
        here.hire()
        urls = [here.open().url for _ in range(2 if engine == "postgres" else 1)]
        made = here.asked("accounts", "create", "Clicks", "--country", "US")
        shop, page = (Crowd(urls, made[f"test_{kind}_key"]) for kind in ("secret", "publishable"))
        found: list[str] = []
        for number in range(rounds):
            found += same_key(shop, SAME_KEY + number) + new_keys(shop, NEW_KEYS + number)
            found += browser(page, shop.lines[0], BROWSER + number)
        amounts = [begin + number for begin in (SAME_KEY, NEW_KEYS, BROWSER) for number in range(rounds)]
        found += money(here, shop.lines[0], amounts)
        # The control: a merchant who gives every click a key and an intent of its own is charged for every click.
        form = {**CARD, "amount": PLANTED, "payment_method": "pm_card_visa", "confirm": "true"}
        shop.click("/v1/payment_intents", form, [f"planted-{number}" for number in range(CLICKS)])
        planted = money(here, shop.lines[0], [PLANTED])
        for crowd in (shop, page):
            crowd.close()
    left = sorted(shop.left_ms + page.left_ms)
    tell(f"{3 * rounds} rounds of {CLICKS} clicks, which left within {left[len(left) // 2]:.1f} ms (median); "
         f"answers {dict(sorted((shop.answers + page.answers).items()))}")
    report(fault="F18", what=f"{CLICKS} clicks at once: one key; a key each on one intent; one client secret; {engine}"
           + (", two copies" if len(urls) > 1 else ""),
           often=f"{rounds} rounds of each", lost=f"{len(found)} differences; each amount charged and asked for once",
           control=f"{CLICKS} clicks under {CLICKS} keys and intents are reported: {'; '.join(planted)}",
           limit="one charge, one call of the processor, the same bytes for everybody")
    assert not found, "\n".join(found[:20])
    assert len(planted) == 2, planted
