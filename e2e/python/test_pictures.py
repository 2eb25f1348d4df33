"""Pictures of merchants on the page: this server fetches them, so that buyers ask nobody else."""

from __future__ import annotations

import struct
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

import wire
from checkout import Page, item
from own import needs_binary, running, told
from plain import DEV_KEY

RETURN = "https://shop.example/back"
BYTES_MAX = 512 * 1024


def png(width=2):
    """A picture of one colour."""
    def part(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    rows = (b"\0" + b"\x1a\x73\xe8" * width) * width
    header = struct.pack(">IIBBBBB", width, width, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


FILES = {
    "/logo.png": ("image/png", png()),
    "/tea": ("text/plain", png(3)),
    "/late.png": ("image/png", png(4)),
    "/drawing.svg": ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
    "/page.png": ("image/png", b"<html><script>alert(1)</script></html>"),
    "/large.png": ("image/png", png() + b"\0" * BYTES_MAX),
    "/empty.png": ("image/png", b""),
}


class Shop(BaseHTTPRequestHandler):
    """A merchant's own server; it counts who asks."""

    asked: list[str] = []

    def do_GET(self):
        Shop.asked.append(self.path)
        if self.path == "/late.png":
            time.sleep(0.2)  # So that everybody else asks meanwhile.
        kind, body = FILES.get(self.path, ("text/plain", b""))
        status = 302 if self.path == "/moved.png" else 200 if self.path in FILES else 404
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/logo.png")
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except BrokenPipeError:
            pass  # Whoever asked has read enough.

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def shop():
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()


def session(logo=None, image=None, **more):
    """A session with a logo, and a picture of what it sells."""
    product = stripe.Product.create(name="Tea", images=[image] if image else [])
    price = stripe.Price.create(product=product.id, currency="eur", unit_amount=900)
    look = {"branding_settings": {"logo": {"type": "url", "url": logo}}} if logo else {}
    return stripe.checkout.Session.create(
        mode="payment", line_items=[{"price": price.id, "quantity": 1}], success_url=RETURN, **look, **more)


def shown(made):
    """Logo and picture as the page names them, and what lies there."""
    state = Page(made.id).state()
    paths = state["merchant"]["logo_url"], state["line_items"][0]["image"]
    return paths, [wire.get(path, key=None) if path else None for path in paths]


@pytest.mark.raw
def test_a_page_asks_this_server_for_pictures(sdk, shop):
    made = session(f"{shop}/logo.png", f"{shop}/tea")
    paths, (logo, tea) = shown(made)
    assert all(path.startswith(f"/c/pay/{made.id}/pictures/") for path in paths)
    assert (logo.status, logo.body, tea.body) == (200, FILES["/logo.png"][1], FILES["/tea"][1])
    # What it is says its content, not whoever sent it.
    assert (logo.headers["content-type"], tea.headers["content-type"]) == ("image/png", "image/png")
    for name, value in {"x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'",
                        "cache-control": "private, max-age=3600"}.items():
        assert logo.headers[name] == value
    document = wire.get(f"/c/pay/{made.id}", key=None).body.decode()
    assert f'src="{paths[0]}"' in document and shop not in document
    before = len(Shop.asked)
    assert [answer.status for answer in shown(made)[1]] == [200, 200] and len(Shop.asked) == before


@pytest.mark.raw
def test_many_buyers_fetch_a_picture_once(sdk, shop):
    made = session(f"{shop}/late.png")
    logo = Page(made.id).state()["merchant"]["logo_url"]
    with ThreadPoolExecutor(12) as buyers:
        asked = [buyers.submit(wire.get, logo, key=None) for _ in range(12)]
        assert {one.result().body for one in asked} == {FILES["/late.png"][1]}
    assert Shop.asked.count("/late.png") == 1


@pytest.mark.raw
@pytest.mark.parametrize("path", ["/drawing.svg", "/page.png", "/large.png", "/empty.png", "/moved.png", "/missing.png"])
def test_what_is_no_picture_is_not_shown(sdk, shop, path):
    made = session(f"{shop}{path}")
    (logo, image), (answer, _) = shown(made)
    assert (answer.status, answer.error["code"], image) == (404, "resource_missing", None)
    before = len(Shop.asked)
    assert wire.get(logo, key=None).status == 404 and len(Shop.asked) == before
    assert Page(made.id).pay().json["payment_status"] == "paid"


@pytest.mark.raw
def test_only_what_the_session_names_is_fetched(sdk, shop):
    made = session()
    before = len(Shop.asked)
    for name in ("logo", "li_missing", "", "../state", f"{shop}/logo.png", "logo/more"):
        answer = wire.get(f"/c/pay/{made.id}/pictures/{name}", key=None)
        assert (answer.status, answer.error["code"]) == (404, "resource_missing"), name
    assert wire.get("/c/pay/cs_test_missing/pictures/logo", key=None).status == 404
    assert wire.post(f"/c/pay/{made.id}/pictures/logo", {}, key=None).status in (404, 405)
    assert len(Shop.asked) == before


@needs_binary
def test_a_merchant_has_a_look_of_its_own(shop, monkeypatch, tmp_path):
    data = str(tmp_path / "data")
    with running(monkeypatch, "--data", data):
        changed, complaint = told(data, "accounts", "brand", "--name", "Tea & Co", "--logo", f"{shop}/logo.png",
                                  "--button-color", "#1A73E8", "--support-url", "https://shop.example/help")
        assert (complaint, changed["button_color"]) == ("", "#1a73e8")
        assert told(data, "accounts", "brand") == (changed, "")
        sold = {"mode": "payment", "success_url": RETURN, "line_items": [item(900)]}
        made = wire.post("/v1/checkout/sessions", sold, key=DEV_KEY).json
        merchant = wire.get(f"/c/pay/{made['id']}/state", key=None).json["merchant"]
        assert (merchant["name"], merchant["support_url"]) == ("Tea & Co", "https://shop.example/help")
        assert merchant["colors"] == {"primary": "#1a73e8", "background": None}
        assert wire.get(merchant["logo_url"], key=None).body == FILES["/logo.png"][1]
        branding = wire.get("/v1/account", key=DEV_KEY).json["settings"]["branding"]
        assert branding["primary_color"] == "#1a73e8"
        assert told(data, "accounts", "brand", "--logo", "none")[0]["logo"] is None
        again = wire.get(f"/c/pay/{made['id']}/state", key=None).json["merchant"]
        assert (again["logo_url"], again["name"]) == (None, "Tea & Co")
        for option, text, said in (("--button-color", "blue", "write it like #1a73e8"), ("--logo", "/logo.png", "write it whole")):
            assert said in told(data, "accounts", "brand", option, text)[1]
        assert "there is no account acct_missing" in told(data, "accounts", "brand", "acct_missing")[1]
