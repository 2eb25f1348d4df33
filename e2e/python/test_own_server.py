"""Tests that start a server of their own: `florin dev` from FLORIN_BIN on a free port."""

import http.client
import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

import server
import wire
from waiting import until

pytestmark = [
    pytest.mark.raw,
    pytest.mark.skipif(not server.BINARY, reason="FLORIN_BIN is not set"),
]

PAYMENT = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
           "payment_method_types": ["card"]}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _is_ready(url):
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def _running(monkeypatch, *options):
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [server.BINARY, "dev", "--port", str(port), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    monkeypatch.setattr(server, "URL", url)
    try:
        until(lambda: _is_ready(url) or process.poll() is not None, f"{url}/readyz")
        assert process.poll() is None, process.stdout.read().decode("utf-8", "replace")
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def test_the_fixed_keys_open_a_fresh_server(sdk, monkeypatch):
    with _running(monkeypatch, "--ephemeral"):
        answer = wire.post("/v1/payment_intents", PAYMENT, key="sk_test_FlorinDevFlorinDevFlorinDev")
        assert (answer.status, answer.json["status"]) == (200, "succeeded")
        assert len(wire.get("/v1/payment_intents").json["data"]) == 1


def test_sigterm_stops_gracefully(sdk, monkeypatch):
    with _running(monkeypatch, "--ephemeral") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_acknowledged_is_there_after_a_restart(sdk, monkeypatch, tmp_path, how):
    data = ["--data", str(tmp_path / "data")]
    with _running(monkeypatch, *data) as process:
        paid = [wire.post("/v1/payment_intents", PAYMENT).json["id"] for _ in range(20)]
        process.send_signal(how)
        process.wait(timeout=20)
    with _running(monkeypatch, *data):
        listed = wire.get("/v1/payment_intents", {"limit": 100}).json["data"]
        assert [i["id"] for i in listed] == paid[::-1]
        assert {i["status"] for i in listed} == {"succeeded"}


def test_the_key_file_is_private(sdk, monkeypatch, tmp_path):
    with _running(monkeypatch, "--data", str(tmp_path / "data")):
        mode = os.stat(tmp_path / "data" / "vault.key").st_mode & 0o777
        assert mode == 0o600


def test_two_servers_share_nothing(sdk, monkeypatch):
    with _running(monkeypatch, "--ephemeral"):
        wire.post("/v1/customers", {"name": "Here"})
        assert len(wire.get("/v1/customers").json["data"]) == 1
    started = time.time()
    with _running(monkeypatch, "--ephemeral"):
        assert wire.get("/v1/customers").json["data"] == []
        assert wire.get("/v1/events", {"created": {"lt": int(started) - 1}}).json["data"] == []
