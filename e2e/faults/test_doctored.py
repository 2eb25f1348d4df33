"""Doctored observations: whatever a fault could do, the judges of these experiments have to notice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import test_addresses
import test_double_submits
import test_overload
import test_webhooks
from connection import Reply
from flood import Tally
from markers import Search
from model import UNEXPECTED, Answer, Charge, Operation, Payment, apply, created, explain

CAPTURE, CANCEL = Operation("capture"), Operation("cancel")


def held(amount: int = 1_000) -> Payment:
    """Authorized and not captured."""
    return apply(created(amount, True, "pm_card_visa"), Operation("confirm"))[0]


def paid(amount: int = 1_000) -> Payment:
    """Captured."""
    return apply(held(amount), CAPTURE)[0]


def in_turn(start: Payment, *operations: Operation) -> tuple[Payment, list[tuple[Operation, Answer]]]:
    """What a server says that runs them one after the other."""
    seen = []
    for operation in operations:
        start, got = apply(start, operation)
        seen.append((operation, got))
    return start, seen


def alone(start: Payment, *operations: Operation) -> list[tuple[Operation, Answer]]:
    """What a server says that lets each of them see the payment as it was before all of them."""
    return [(operation, apply(start, operation)[1]) for operation in operations]


SERIAL = {
    "capture and cancel": (held(), CAPTURE, CANCEL),
    "two captures": (held(), CAPTURE, Operation("capture", amount=300)),
    "three refunds": (paid(), Operation("refund", amount=700), Operation("refund", amount=300), Operation("refund")),
    "a refund by charge before the capture": (held(), Operation("refund", amount=1, by_charge=True), CAPTURE),
    "two updates": (held(), Operation("update", tag=("a", "1")), Operation("update", tag=("b", "2"))),
    "two confirmations": (created(900, False, "pm_card_visa"), Operation("confirm"), Operation("confirm")),
}


@pytest.mark.parametrize("what", SERIAL)
def test_a_serial_run_is_explained_whatever_the_order_of_its_answers(what: str) -> None:
    start, *operations = SERIAL[what]
    end, seen = in_turn(start, *operations)
    assert explain(start, seen, end.end) is not None
    assert explain(start, seen[::-1], end.end) is not None
    later = (Operation("refund"), Answer(429, "lock_timeout"))
    assert explain(start, [*seen, later], end.end) is not None


def test_with_a_processor_outside_others_come_between_the_two_steps_of_a_confirmation() -> None:
    ready, change = created(900, False, "pm_card_visa"), Operation("update", tag=("a", "1"))
    at_work = replace(ready, status="processing")
    between = [(change, apply(at_work, change)[1]), (CAPTURE, apply(apply(at_work, change)[0], CAPTURE)[1])]
    end, seen = in_turn(apply(ready, change)[0], Operation("confirm"))
    assert explain(ready, [*seen, *between], end.end, is_outside=True) is not None
    assert explain(ready, [*seen, *between], end.end) is None
    # What came between must not be lost when the processor has answered.
    forgotten, late = in_turn(ready, Operation("confirm"))
    assert explain(ready, [*late, *between], forgotten.end, is_outside=True) is None


def lost_update() -> tuple[Payment, Any, Any]:
    """Two updates that both succeeded, of which one is gone."""
    operations = (Operation("update", tag=("a", "1")), Operation("update", tag=("b", "2")))
    return held(), alone(held(), *operations), apply(held(), operations[1])[0].end


def two_refunds() -> tuple[Payment, Any, Any]:
    """Two refunds that succeeded, together of more than was taken."""
    end = replace(paid(), charge=Charge(True, 1_000, 1_400), refunds=(700, 700)).end
    return paid(), alone(paid(), Operation("refund", amount=700), Operation("refund", amount=700)), end


def both_ends(last: Operation) -> tuple[Payment, Any, Any]:
    """A capture and a cancellation that both succeeded."""
    return held(), alone(held(), CAPTURE, CANCEL), apply(held(), last)[0].end


def two_confirmations() -> tuple[Payment, Any, Any]:
    """Two confirmations that both took the money."""
    start = created(900, False, "pm_card_visa")
    end = replace(apply(start, Operation("confirm"))[0], charges=2)
    return start, alone(start, Operation("confirm"), Operation("confirm")), end.end


def torn() -> tuple[Payment, Any, Any]:
    """A refusal that saw the charge of one moment and the intent of another."""
    end, seen = in_turn(held(), CAPTURE)
    return held(), [*seen, (CAPTURE, Answer(400, "charge_already_captured"))], end.end


def silent_change() -> tuple[Payment, Any, Any]:
    """A refused capture that took the money all the same."""
    return held(), [(CAPTURE, Answer(400, UNEXPECTED, facts=held().facts))], paid().end


def later_and_done() -> tuple[Payment, Any, Any]:
    """Told to try again, and done all the same."""
    return held(), [(CAPTURE, Answer(429, "lock_timeout"))], paid().end


WRONG = {"a lost update": lost_update(), "refunds beyond the amount": two_refunds(),
         "captured, canceled, and canceled": both_ends(CANCEL),
         "captured, canceled, and captured": both_ends(CAPTURE), "two charges": two_confirmations(), "a torn refusal": torn(),
         "refused and done": silent_change(), "to be tried again and done": later_and_done()}


@pytest.mark.parametrize("what", WRONG)
def test_what_no_serial_order_gives_is_not_explained(what: str) -> None:
    start, seen, end = WRONG[what]
    assert explain(start, seen, end) is None


def reply(status: int = 200, body: str = "{}", replayed: bool = False) -> Reply:
    """An answer."""
    return Reply(status, {"idempotent-replayed": "true"} if replayed else {}, body.encode())


def error(status: int, code: str) -> Reply:
    """An error."""
    return reply(status, json.dumps({"error": {"code": code}}))


ONCE, AGAIN = reply(), reply(replayed=True)
REFUSED = error(400, UNEXPECTED)
BUSY = error(409, "idempotency_key_in_use")
TALLY = Tally(acknowledged={"a": "pi_a"}, turned_away={"b"})
THERE = {"a": [("pi_a", "succeeded")]}
same, one, money = test_double_submits.of_same_key, test_double_submits.of_one_intent, test_double_submits.of_money
hooks, gates, load = test_webhooks, test_addresses, test_overload
CALM = [
    same([ONCE, BUSY, AGAIN], [AGAIN]), one([ONCE, REFUSED, error(429, "lock_timeout")], [(ONCE, AGAIN), (REFUSED, REFUSED)]),
    money([5], [5], [5]), hooks.of_arrivals(["e"], ["e"]), hooks.of_redirects([], ["HTTP 302"]), hooks.of_pushed({"x": [100]}),
    hooks.of_growth(100, 200), hooks.of_delays([1.0]), gates.of_refusals({"u": (400, "url_invalid", "url")}), gates.of_arrivals([]),
    load.of_answers(TALLY), load.of_payments(TALLY, THERE), load.of_growth(1, 2),
]
DAMAGED = {
    "carried out twice": (same([ONCE, ONCE], [AGAIN]), "2 answers were no replays"),
    "never carried out": (same([BUSY, AGAIN], [AGAIN]), "0 answers were no replays"),
    "carried out again later": (same([ONCE], [ONCE]), "again later"),
    "other bytes": (same([ONCE], [reply(body='{"a": 1}', replayed=True)]), "2 different answers"),
    "an error of the server": (same([reply(500, replayed=False)], [AGAIN]), "answers of status [500]"),
    "two successes": (one([ONCE, ONCE], []), "2 confirmations succeeded"),
    "no success": (one([REFUSED], []), "0 confirmations succeeded"),
    "another refusal": (one([ONCE, error(500, "x")], []), "answered with"),
    "a success that is not replayed": (one([ONCE], [(ONCE, REFUSED)]), "not replayed"),
    "a late success": (one([ONCE, REFUSED], [(REFUSED, ONCE)]), "succeeded later"),
    "two charges": (money([5], [5, 5], [5]), "not charged once"),
    "two calls": (money([5], [5], [5, 5]), "not asked of the processor once"),
    "no call": (money([5], [5], []), "not asked of the processor once"),
    "an event twice": (hooks.of_arrivals(["e"], ["e", "e"]), "arrived 2 times"),
    "an event lost": (hooks.of_arrivals(["e"], []), "arrived 0 times"),
    "an event of nobody": (hooks.of_arrivals([], ["e"]), "nobody lists"),
    "a redirect followed": (hooks.of_redirects(["/trap"], ["HTTP 302"]), "was followed"),
    "a redirect that counts as success": (hooks.of_redirects([], ["HTTP 200"]), "ended with"),
    "no redirect at all": (hooks.of_redirects([], []), "no redirect"),
    "everything read": (hooks.of_pushed({"huge": [10_485_760]}), "huge could push"),
    "memory that grows": (hooks.of_growth(0, 10_000_000), "grew"),
    "a delivery that waited": (hooks.of_delays([1.0, 15.1]), "1 deliveries came late"),
    "an address taken": (gates.of_refusals({"u": (200, None, None)}), "was answered with"),
    "an address refused for something else": (gates.of_refusals({"u": (400, "url_invalid", None)}), "was answered with"),
    "a connection": (gates.of_arrivals([b""]), "a connection arrived"),
    "refusals without a time": (load.of_answers(Tally(without_retry_after=2)), "do not say when"),
    "broken connections": (load.of_answers(Tally(answers={0: 3})), "3 connections broke"),  # type: ignore[arg-type]
    "an endless queue": (load.of_answers(Tally(answers={0: 0}, waits_s=[61.0])), "took 61.0 s"),  # type: ignore[arg-type]
    "a status 500": (load.of_answers(Tally(answers={0: 0}, strange=["x was answered with 500"])), "500"),  # type: ignore[arg-type]
    "an acknowledged payment lost": (load.of_payments(TALLY, {}), "was acknowledged"),
    "an acknowledged payment doubled": (load.of_payments(TALLY, {"a": THERE["a"] * 2}), "was acknowledged"),
    "turned away and done": (load.of_payments(TALLY, {**THERE, "b": [("pi_b", "succeeded")]}), "turned away and is"),
    "done and never answered": (load.of_payments(TALLY, {**THERE, "c": [("pi_c", "succeeded")]}), "never answered"),
    "memory without a bound": (load.of_growth(0, 10_000_000), "grew"),
}


def test_what_is_right_passes() -> None:
    assert [found for found in CALM if found] == []


@pytest.mark.parametrize("what", DAMAGED)
def test_damage_is_noticed(what: str) -> None:
    found, complaint = DAMAGED[what]
    assert any(complaint in text for text in found), found


HIDDEN = ["xx4242424242424242xx", "card 5555 5555 5555 4444.", "card=3782-8224-6310-005", "6011 0009 9013 9424", '{"cvc":"739"}',
          "card%5Bcvc%5D=739&a=b", "Cvc(7391)", "sk_test_" + "Zq8" * 8]


@pytest.mark.parametrize("text", HIDDEN)
def test_the_search_finds_what_is_planted(text: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text(text, encoding="utf-8")
    search = Search({"Zq8" * 8: "a key"})
    assert search.folder(tmp_path, "here", is_text=True) == 1
    assert search.found


def test_the_search_finds_a_code_in_a_cell_and_nothing_in_plain_figures() -> None:
    search = Search()
    search.cells("here", [["a", "739"]])
    assert search.found == ["here: a code in a cell"]
    calm = Search()
    calm.text("here", b'{"took_us":739,"id":"pi_739","last4":"4242","at":1795997573123456,"hash":"a4242424242424242f1"}'[:70])
    assert calm.found == []


def test_a_number_across_two_pieces_of_a_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("markers.PIECE_BYTES", 100)
    (tmp_path / "file").write_bytes(b"x" * 95 + b"4242424242424242" + b"x" * 95)
    search = Search()
    search.folder(tmp_path, "here")
    assert search.found
