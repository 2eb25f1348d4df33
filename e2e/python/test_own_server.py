"""Tests that start a server of their own: `florin dev` from FLORIN_BIN on a port that the system chooses."""

import os
import signal
import time

import pytest

import wire
from own import needs_binary, running
from plain import DEV_KEY
from program import STOPPED_WITHIN_S

pytestmark = [
    pytest.mark.raw,
    needs_binary,
]

PAYMENT = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
           "payment_method_types": ["card"]}


def test_the_fixed_keys_open_a_fresh_server(sdk, monkeypatch):
    with running(monkeypatch, "--ephemeral"):
        answer = wire.post("/v1/payment_intents", PAYMENT, key=DEV_KEY)
        assert (answer.status, answer.json["status"]) == (200, "succeeded")
        assert len(wire.get("/v1/payment_intents", key=DEV_KEY).json["data"]) == 1


def test_sigterm_stops_gracefully(sdk, monkeypatch):
    with running(monkeypatch, "--ephemeral") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=STOPPED_WITHIN_S) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_acknowledged_is_there_after_a_restart(sdk, monkeypatch, tmp_path, how):
    data = ["--data", str(tmp_path / "data")]
    with running(monkeypatch, *data) as process:
        paid = [wire.post("/v1/payment_intents", PAYMENT, key=DEV_KEY).json["id"] for _ in range(20)]
        process.send_signal(how)
        process.wait(timeout=STOPPED_WITHIN_S)
    with running(monkeypatch, *data):
        listed = wire.get("/v1/payment_intents", {"limit": 100}, key=DEV_KEY).json["data"]
        assert [i["id"] for i in listed] == paid[::-1]
        assert {i["status"] for i in listed} == {"succeeded"}


def test_the_key_file_is_private(sdk, monkeypatch, tmp_path):
    with running(monkeypatch, "--data", str(tmp_path / "data")):
        mode = os.stat(tmp_path / "data" / "vault.key").st_mode & 0o777
        assert mode == 0o600


def test_two_servers_share_nothing(sdk, monkeypatch):
    with running(monkeypatch, "--ephemeral"):
        wire.post("/v1/customers", {"name": "Here"}, key=DEV_KEY)
        assert len(wire.get("/v1/customers", key=DEV_KEY).json["data"]) == 1
    started = time.time()
    with running(monkeypatch, "--ephemeral"):
        assert wire.get("/v1/customers", key=DEV_KEY).json["data"] == []
        assert wire.get("/v1/events", {"created": {"lt": int(started) - 1}}, key=DEV_KEY).json["data"] == []
