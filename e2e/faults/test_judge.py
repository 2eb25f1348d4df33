"""Doctored observations: whatever a fault could spoil, the judges of this suite have to notice."""

from __future__ import annotations

import copy
import json
import sqlite3
from pathlib import Path
from typing import Any, Callable

import pytest

import audit
from judge import Acknowledged, Seen, verdict
from load import Log
from report import Report

SALE, HOLD = "/v1/payment_intents", "/v1/payment_intents"


def told(key: str, path: str, form: dict[str, Any], at: float, **body: Any) -> Acknowledged:
    """An acknowledgement."""
    return Acknowledged(key, path, form, body["id"], json.dumps(body).encode(), at, 0.1, "http://one")


def acknowledged() -> list[Acknowledged]:
    """A sale with a refund, and an authorization with its capture."""
    sale = {"id": "pi_1", "status": "succeeded", "amount": 1000, "amount_received": 1000, "latest_charge": "ch_1"}
    hold = {"id": "pi_2", "status": "requires_capture", "amount": 1004, "amount_received": 0, "latest_charge": "ch_2"}
    refund = {"id": "re_1", "status": "succeeded", "amount": 998, "charge": "ch_1", "payment_intent": "pi_1"}
    return [
        told("sale", SALE, {"amount": 1000, "confirm": "true"}, 1.0, **sale),
        told("refund", "/v1/refunds", {"payment_intent": "pi_1", "amount": 998}, 2.0, **refund),
        told("hold", HOLD, {"amount": 1004, "confirm": "true", "capture_method": "manual"}, 1.0, **hold),
        told("capture", "/v1/payment_intents/pi_2/capture", {"amount_to_capture": 1003}, 2.0,
             **{**hold, "status": "succeeded", "amount_received": 1003}),
    ]


def seen() -> Seen:
    """What has to be there after that."""
    steps = acknowledged()
    last = {a.id: json.loads(a.body) for a in steps}
    verbs = [("authorize", 1000), ("refund", 998), ("authorize", 1004), ("capture", 1003)]
    return Seen(
        objects=last, nets=[941, -998, 944], balance=887, replays={a.key: (200, a.body, True) for a in steps},
        charges=[{"id": f"ch_{n}", "payment_intent": f"pi_{n}", "status": "succeeded", "amount": a} for n, a in ((1, 1000), (2, 1004))],
        book=[{"reference": f"r{n}", "verb": v, "amount": a, "approved": True} for n, (v, a) in enumerate(verbs)])


def test_what_is_right_passes() -> None:
    assert verdict(acknowledged(), seen()).complaints() == []


DAMAGES: list[tuple[str, Callable[[Seen], Any]]] = [
    ("lost: pi_1 of sale is not there", lambda s: s.objects.update(pi_1=None)),
    ("lost: re_1 of refund is not there", lambda s: s.objects.pop("re_1")),
    ("lost: status of pi_2 is requires_capture", lambda s: s.objects["pi_2"].update(status="requires_capture")),
    ("lost: amount_received of pi_2", lambda s: s.objects["pi_2"].update(amount_received=0)),
    ("lost: status of re_1 is failed", lambda s: s.objects["re_1"].update(status="failed")),
    ("lost: the processor knows nothing of capture", lambda s: s.book.pop()),
    ("lost: the processor knows nothing of sale", lambda s: s.book[0].update(approved=False)),
    ("doubled: pi_1 has 2 charges", lambda s: s.charges.append({**s.charges[0], "id": "ch_3"})),
    ("doubled: 1004 was charged 2 times", lambda s: s.charges.append({**s.charges[1], "payment_intent": "pi_3"})),
    ("doubled: the processor approved refund of 998 2 times", lambda s: s.book.append({**s.book[1], "reference": "r9"})),
    ("doubled: the processor booked r0 2 times", lambda s: s.book.append({**s.book[0], "approved": False})),
    ("differing: sale is answered with 200", lambda s: s.replays.update(sale=(200, b"{}", True))),
    ("differing: hold is answered with 409", lambda s: s.replays.update(hold=(409, b"", False))),
    ("differing: capture was carried out again", lambda s: s.replays.update(capture=(*s.replays["capture"][:2], False))),
    ("other: the balance is 888", lambda s: setattr(s, "balance", 888)),
]


@pytest.mark.parametrize("complaint, damage", DAMAGES, ids=[d[0] for d in DAMAGES])
def test_damage_is_noticed(complaint: str, damage: Callable[[Seen], Any]) -> None:
    there = copy.deepcopy(seen())
    damage(there)
    found = verdict(acknowledged(), there).complaints()
    assert any(text.startswith(complaint) for text in found), found


def test_an_object_that_moves_has_to_be_there_all_the_same() -> None:
    there = seen()
    there.moving = frozenset({"pi_2"})
    there.objects["pi_2"]["status"] = "processing"
    assert verdict(acknowledged(), there).complaints() == []
    there.objects["pi_2"] = None
    assert verdict(acknowledged(), there).lost[:1] == ["pi_2 of capture is not there"]


def test_a_step_that_was_told_that_nobody_knows_yet_has_an_open_key() -> None:
    steps = acknowledged()
    steps[0] = told("sale", SALE, {"amount": 1000, "confirm": "true"}, 1.0, id="pi_1", status="processing", amount=1000)
    there = seen()
    there.moving, there.replays["sale"] = frozenset({"pi_1"}), (409, b"", False)
    there.book[0]["approved"] = False
    assert verdict(steps, there).complaints() == []
    there.objects["pi_1"] = None
    assert verdict(steps, there).lost == ["pi_1 of sale is not there"]


def test_the_doctored_log_has_one_payment_that_nobody_stored() -> None:
    log = Log(acknowledged=acknowledged())
    assert verdict(log.doctored().acknowledged, seen()).lost == ["pi_ofnobody of capture-of-nobody is not there"]
    assert log.acknowledged == acknowledged()


TABLES = {
    "ledger_transactions": "account, live, id, asset", "ledger_entries": "account, live, txn, line, ledger_account, amount",
    "balances": "account, live, ledger_account, asset, stripe, amount", "payment_intents": "account, live, id",
    "charges": "account, live, id", "events": "account, live, id, object, object_version, type",
}
SOUND = """
    INSERT INTO ledger_transactions VALUES ('a', 0, 't1', 'usd');
    INSERT INTO ledger_entries VALUES ('a', 0, 't1', 0, 'cash', 7), ('a', 0, 't1', 1, 'due', -7);
    INSERT INTO balances VALUES ('a', 0, 'cash', 'usd', 0, 7), ('a', 0, 'due', 'usd', 0, -7);
    INSERT INTO payment_intents VALUES ('a', 0, 'pi_1');
    INSERT INTO charges VALUES ('a', 0, 'ch_1');
    INSERT INTO events VALUES ('a', 0, 'e1', 'pi_1', '1', 'payment_intent.created'), ('a', 0, 'e2', 'ch_1', '1', 'charge.succeeded');
"""
SPOILT = [
    ("do not sum up to 0", "UPDATE ledger_entries SET amount = 8 WHERE line = 0"),
    ("has no entries", "DELETE FROM ledger_entries"),
    ("have no transaction", "DELETE FROM ledger_transactions"),
    ("not the sum of its entries", "UPDATE balances SET amount = 6 WHERE ledger_account = 'cash'"),
    ("not the sum of its entries", "DELETE FROM balances"),
    ("an event twice", "INSERT INTO events SELECT account, live, 'e3', object, object_version, type FROM events WHERE id = 'e1'"),
    ("a payment has no event", "DELETE FROM events WHERE id = 'e1'"),
    ("a charge has no event", "DELETE FROM events WHERE id = 'e2'"),
    ("a payment that is not there", "DELETE FROM payment_intents"),
]


def spoil(folder: Path, statement: str) -> list[str]:
    """What the audit says about a small database after this statement."""
    database = sqlite3.connect(folder / "florin.db")
    tables = "".join(f"CREATE TABLE {name} ({columns});" for name, columns in TABLES.items())
    database.executescript(f"{tables}{SOUND}{statement};")
    database.close()
    return audit.of_sqlite(folder)


def test_a_sound_database_passes_the_audit(tmp_path: Path) -> None:
    assert spoil(tmp_path, "") == []


@pytest.mark.parametrize("complaint, statement", SPOILT, ids=[f"{n}-{s[0]}" for n, s in enumerate(SPOILT)])
def test_a_spoilt_database_fails_the_audit(complaint: str, statement: str, tmp_path: Path) -> None:
    found = spoil(tmp_path, statement)
    assert any(complaint in text for text in found), found


def test_a_row_of_a_failed_test_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLORIN_FAULTS_REPORT", str(tmp_path / "rows"))
    report = Report()
    for test in ("good", "bad", "running"):
        report.add(test, fault="F0", what="a | b", often=1, lost=0, control="c", limit="l")
    report.note("good", False)
    report.note("bad", True)
    report.note("bad", False)
    report.close()
    report.save()
    rows = [json.loads(line) for line in (tmp_path / "rows").read_text(encoding="utf-8").splitlines()]
    assert [row["outcome"] for row in rows] == ["passed", "FAILED", "unfinished"]
    assert [line.split(" |")[0] for line in report.table()[2:]] == ["| F0", "| F0 (**FAILED**)", "| F0 (**unfinished**)"]
    assert "a \\| b" in report.table()[2]
