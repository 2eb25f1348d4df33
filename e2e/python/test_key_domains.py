"""Where the frames of a publishable key may stand: on the hosts that it names, or everywhere."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest

import wire
from own import needs_binary, running, told
from plain import DEV_KEY, DEV_PUBLISHABLE_KEY

pytestmark = [
    pytest.mark.raw,
    needs_binary,
]

FRAMES = ("field", "controller", "return")
# Where the browser side is not built there is no frame to be had, but a page that may not have one hears so all the same.
IS_BUILT = (Path(__file__).parents[2] / "web" / "dist" / "manifest.json").exists()
SHOWN = 200 if IS_BUILT else 503


def keys(data, *arguments):
    """What `florin keys …` answers, or its complaint."""
    answer, complaint = told(data, "keys", *arguments)
    return complaint or answer


def made(data, *domains):
    """A fresh publishable key with its id."""
    named = [part for domain in domains for part in ("--domain", domain)]
    key = keys(data, "create", "--publishable", "--name", "shop", *named)["key"]
    return key, next(row["id"] for row in keys(data, "list") if row["key"].endswith(key[-4:]))


def frame(name, origin, key=None):
    """The answer for a frame in a page of this origin."""
    query = {"origin": origin, "ch": "0" * 32, **({"pk": key} if key else {})}
    return wire.send("GET", f"/v3/frames/{name}?{urlencode(query)}", key=None)


@pytest.fixture
def data(monkeypatch, tmp_path):
    """The folder of a server of this test's own."""
    folder = str(tmp_path / "data")
    with running(monkeypatch, "--data", folder):
        yield folder


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_stands_where_its_key_says(sdk, data, name):
    key, _ = made(data, "shop.example", "*.shop.example")
    for origin in ("https://shop.example", "https://www.shop.example", "http://SHOP.example:8443"):
        shown = frame(name, origin, key)
        assert shown.status == SHOWN, shown.body
        if shown.status == 200:
            assert f"frame-ancestors {origin}" in shown.headers["content-security-policy"]
    for origin in ("https://evil.example", "https://evilshop.example", "https://shop.example.evil", "http://127.0.0.1:3000"):
        refused = frame(name, origin, key)
        assert refused.status == 403, origin
        assert b"florin keys domains" in refused.body and origin.split("//")[1].encode() in refused.body
        assert key.encode() not in refused.body


def test_a_key_is_the_same_with_anything_around_it(sdk, data):
    key, _ = made(data, "shop.example")
    for around in (f" {key}", f"{key} ", f"{key}\t", f"\n{key}", f"{key}\u00a0", f"{key}%20", f"+{key}"):
        assert frame("controller", "https://evil.example", around).status == 400, repr(around)


def test_the_port_of_a_scheme_need_not_be_said(sdk, data):
    key, _ = made(data, "shop.example:443", "localhost:80")
    for origin, status in (("https://shop.example", SHOWN), ("http://shop.example", 403), ("https://shop.example:8443", 403),
                           ("http://localhost", SHOWN), ("https://localhost", 403)):
        assert frame("field", origin, key).status == status, origin


def test_domains_can_be_said_later_and_taken_back(sdk, data):
    key, id = made(data)
    assert frame("field", "https://any.example", key).status == SHOWN
    assert keys(data, "domains", id, "Shop.example", "localhost:3000") == {"id": id, "domains": ["shop.example", "localhost:3000"]}
    assert frame("field", "https://any.example", key).status == 403
    assert frame("field", "http://localhost:3000", key).status == SHOWN
    assert frame("field", "http://localhost:3001", key).status == 403
    assert next(row["domains"] for row in keys(data, "list") if row["id"] == id) == "shop.example localhost:3000"
    keys(data, "domains", id)
    assert frame("field", "https://any.example", key).status == SHOWN


def test_a_rolled_key_keeps_its_domains(sdk, data):
    _, id = made(data, "shop.example")
    successor = keys(data, "roll", id)["key"]
    assert frame("field", "https://any.example", successor).status == 403
    assert frame("field", "https://shop.example", successor).status == SHOWN


def test_other_keys_are_not_concerned(sdk, data):
    made(data, "shop.example")
    for key in (DEV_PUBLISHABLE_KEY, "pk_test_nobody_knows_this_key", None):
        assert frame("field", "https://any.example", key).status == SHOWN, key


@pytest.mark.parametrize("wrong", ["https://shop.example", "shop.example/pay", "*", "shop.example:", "a b"])
def test_what_is_no_host_is_refused(sdk, data, wrong):
    assert "is no host" in keys(data, "create", "--publishable", "--domain", wrong)
    key, id = made(data)
    assert "is no host" in keys(data, "domains", id, wrong)
    assert frame("field", "https://any.example", key).status == SHOWN


def test_only_publishable_keys_name_hosts(sdk, data):
    assert "--publishable" in keys(data, "create", "--domain", "shop.example")
    assert "there is no key mk_none" in keys(data, "domains", "mk_none", "shop.example")
    secret = next(row["id"] for row in keys(data, "list") if row["key"].startswith("sk_"))
    assert "only a publishable key" in keys(data, "domains", secret, "shop.example")
    many = [f"s{number}.example" for number in range(101)]
    _, id = made(data)
    assert "at most 100" in keys(data, "domains", id, *many)
    assert wire.get("/v1/balance", key=DEV_KEY).status == 200
