"""Webhook addresses that aim inside: refused when they are registered, or never connected when a name turns out to lead there.

A listener on every IPv4 and IPv6 address of this machine is the witness: it must see no connection at all, not even one that
sends nothing. Names that lead inside are answered by a name server of our own. What cannot be tried on the binary is a
public address that turns private between the look-up and the dial; `guard_tests` and the client's own tests in
`crates/florin-egress` cover that with a resolver of their own.
"""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

import names
from connection import Connection, Reply
from installation import HOOKS_INSIDE, Installation
from places import place
from waiting import until

# Addresses that swallow stray traffic by design (RFC 7534): public for the guard, and nobody's server.
SINK = "192.175.48.1"
# Longer than the few seconds for which a name's addresses are remembered.
RETRY_S = "6"
LITERAL = [
    "127.0.0.1", "127.9.9.9", "127.0.0.1.", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "169.254.169.254.", "169.254.170.2", "100.100.100.200", "168.63.129.16", "0.0.0.0", "0.1.2.3",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]",
    "[::ffff:0:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[fd00:ec2::254]", "[fd12:3456::1]", "[fc00::1]",
    "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[100::1]", "[5f00::1]", "[3fff::1]", "[4000::1]",
]
DISGUISED = [
    "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "127.1", "127.0.1", "127.0.0.01",
    "127.0.0.0x1", "1.2.3.4.5", "256.0.0.1", "0", "0x", "[127.0.0.1]", "%31%32%37.0.0.1", "127%2e0%2e0%2e1",
    "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "127.0.0.1%00.shop.example", "shop.example@127.0.0.1",
    "user:pass@127.0.0.1", "@127.0.0.1",
    "shop.example\\@127.0.0.1", "shop.example%40127.0.0.1", "127.0.0.1\\.shop.example", "127.0.0.1 .shop.example", "shop..example",
]
LOCAL = ["localhost", "LocalHost", "localhost.", "x.localhost", "ip6-localhost", "intranet", "printer.local",
         "metadata.google.internal", "router.home.arpa", "home.arpa"]
PORTS = [1, 22, 25, 53, 110, 445, 587, 1023, 2375, 3306, 5432, 6379, 9200, 11211, 27017, 0, 65536]
WHOLE = ["http://shop.example/", "http://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "https:127.0.0.1:{port}", "https:///127.0.0.1/",
         "file:///etc/passwd", "gopher://127.0.0.1:{port}/x", "ftp://127.0.0.1/", "javascript:alert(1)", "unix:/run/x",
         "https://127.0.0.1:{port}#@shop.example/", "https://127.0.0.1:{port}?@shop.example/",
         "https://shop.example/\r\nHost: 127.0.0.1", "https://shop.example\t@127.0.0.1/"]
# Refused under every policy, also where private addresses are allowed.
NEVER = ["169.254.169.254", "100.100.100.200", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
         "[fd00:ec2::254]", "[fe80::1]", *DISGUISED]
# Names that pass at registration, since nobody has looked them up, and where they lead.
ALIASES = {"alias.shop.example": "inside.corp.example"}
LEADING: dict[str, list[list[str]]] = {
    "four.shop.example": [["127.0.0.1"]], "six.shop.example": [["::1"]], "both.shop.example": [["127.0.0.1", "::1"]],
    "inside.corp.example": [["127.0.0.1"]], "mapped.shop.example": [["::ffff:127.0.0.1"]], "ten.shop.example": [["10.0.0.1"]],
    "metadata.shop.example": [["169.254.169.254"]], "nat.shop.example": [["64:ff9b::7f00:1"]], "zero.shop.example": [["0.0.0.0"]],
    "rebound.shop.example": [[SINK], ["127.0.0.1"]], "bait.shop.example": [[SINK, "::1"]],
}
REGISTERED = sorted({*LEADING, *ALIASES} - {"inside.corp.example"})
# Those that reach the listener once private addresses are allowed.
REACHING = ["alias", "both", "four", "six"]


def table(port: int) -> list[str]:
    """Every address that must be refused at once."""
    hosts = [f"https://{host}:{port}/hook" for host in [*LITERAL, *DISGUISED, *LOCAL]]
    return hosts + [f"https://shop.example:{wrong}/" for wrong in PORTS] + [url.format(port=port) for url in WHOLE]


def of_refusals(answers: dict[str, tuple[int, str | None, str | None]]) -> list[str]:
    """Each address is refused for itself, and in words that the merchant's program can read."""
    return [f"{url!r} was answered with {told}" for url, told in answers.items() if told != (400, "url_invalid", "url")]


def of_arrivals(arrivals: list[bytes]) -> list[str]:
    """Nobody may have knocked."""
    return [f"a connection arrived and sent {first!r}" for first in arrivals]


class Witness:
    """Accepts every connection on every address of this machine, and keeps what it sent first."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._socket.bind(("::", 0))
        self._socket.listen(128)
        self.port = self._socket.getsockname()[1]
        self.arrivals: list[bytes] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                came, _ = self._socket.accept()
            except OSError:
                return
            with came:
                came.settimeout(2)
                try:
                    self.arrivals.append(came.recv(24))
                except OSError:
                    self.arrivals.append(b"")

    def close(self) -> None:
        """Stops."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def witness() -> Iterator[Witness]:
    """A listener that must stay alone."""
    made = Witness()
    yield made
    made.close()


def told(reply: Reply) -> tuple[int, str | None, str | None]:
    """Status, code and parameter of an answer."""
    error = reply.json.get("error", {})
    return reply.status, error.get("code"), error.get("param")


def register(line: Connection, url: str) -> Reply:
    """Asks for an endpoint."""
    return line.ask("POST", "/v1/webhook_endpoints", {"url": url, "enabled_events[]": "payment_intent.succeeded"})


def refused(line: Connection, urls: list[str], endpoint: str | None = None) -> dict[str, tuple[int, str | None, str | None]]:
    """What each address is answered with when it is registered, and when an endpoint is moved there."""
    answers = {url: told(register(line, url)) for url in urls}
    if endpoint:
        answers |= {f"{url} by update": told(line.ask("POST", f"/v1/webhook_endpoints/{endpoint}", {"url": url})) for url in urls}
    return answers


def pay(line: Connection) -> None:
    """Something to tell the endpoints."""
    form = {"amount": 2_000, "currency": "usd", "payment_method_types[]": "card", "payment_method": "pm_card_visa",
            "confirm": "true"}
    assert line.ask("POST", "/v1/payment_intents", form).status == 200


def ended(here: Installation, count: int) -> list[dict[str, Any]] | None:
    """All deliveries once each has been given up."""
    rows = here.asked("webhooks", "list", "--limit", "100")
    return rows if len(rows) == count and all(row["state"] == "given_up" for row in rows) else None


def test_addresses_that_aim_inside_are_refused_at_registration(
        tmp_path: Path, witness: Witness, report: Callable[..., None]) -> None:
    urls = table(witness.port)
    with place("sqlite", tmp_path) as here:
        strict = here.open()
        made = here.asked("accounts", "create", "Addresses", "--country", "US")
        with Connection(strict.url, made["test_secret_key"]) as line:
            harmless = register(line, "https://shop.example/hook")
            assert harmless.status == 200, harmless.body
            found = of_refusals(refused(line, urls, harmless.json["id"]))
            pay(line)
        strict.stop()
        open_one = here.open(*HOOKS_INSIDE)
        with Connection(open_one.url, made["live_secret_key"]) as line:
            # Live mode does not know the exception that test mode was given.
            found += [f"live: {text}" for text in of_refusals(refused(line, urls))]
        with Connection(open_one.url, made["test_secret_key"]) as line:
            never = [f"http://{host}:{witness.port}/hook" for host in NEVER]
            found += [f"where private ones are allowed: {text}" for text in of_refusals(refused(line, never))]
            knocked = of_arrivals(witness.arrivals)
            # The control: where private addresses are allowed, the same addresses are taken, and the listener hears of it.
            allowed = [f"http://{host}:{witness.port}/hook" for host in ("127.0.0.1", "[::1]", "localhost")]
            planted = of_refusals(refused(line, allowed))
            pay(line)
            until(lambda: len(witness.arrivals) >= len(allowed), "connections to the listener")
        heard = of_arrivals(witness.arrivals)
    count = 3 * len(urls) + len(never)
    report(fault="F16", what="webhook addresses that aim inside: literal, in disguise, local names, ports of other services; "
           "registered and by update, test and live mode", often=f"{count} requests, {len(urls)} addresses",
           lost=f"{len(found)} taken, {len(knocked)} connections",
           control=f"with --allow-private-webhooks {len(planted)} of {len(allowed)} are taken and {len(heard)} connections arrive",
           limit="each refused with url_invalid; no connection at all")
    found += knocked
    assert not found, "\n".join(found[:30])
    assert len(planted) == len(allowed) and len(heard) >= len(allowed), (planted, heard)


def test_names_that_lead_inside_are_never_connected(
        tmp_path: Path, witness: Witness, report: Callable[..., None]) -> None:
    if not names.is_possible():
        pytest.skip("a name server of our own needs root, `unshare -m` and port 53")
    server = names.Names(ALIASES, LEADING)
    try:
        with place("sqlite", tmp_path) as here:
            strict = here.open(before=server.before(tmp_path), retries=RETRY_S)
            key = here.account().key
            with Connection(strict.url, key) as line:
                taken = {name: register(line, f"https://{name}:{witness.port}/hook").status for name in REGISTERED}
                assert set(taken.values()) == {200}, taken
                pay(line)
            rows = until(lambda: ended(here, len(REGISTERED)), "the end of all deliveries", 120.0)
            knocked = of_arrivals(witness.arrivals)
            asked = dict(server.asked)
            found = [f"{name} was never looked up" for name in REGISTERED if not asked.get(name)]
            found += [] if asked["rebound.shop.example"] >= 2 else ["the name that is rebound was looked up once"]
            guarded = sum("is not a public address" in (row["last"] or "") for row in rows)
            strict.stop()
            # The control: a process that may reach private addresses follows the very same names to the listener.
            server.asked.clear()
            loose = here.open(*HOOKS_INSIDE, before=server.before(tmp_path), retries=RETRY_S)
            with Connection(loose.url, key) as line:
                pay(line)
            until(lambda: len(witness.arrivals) >= len(REACHING), "connections to the listener")
            heard = of_arrivals(witness.arrivals)
    finally:
        server.close()
    report(fault="F16", what="names that lead inside: A, AAAA, CNAME, mapped, NAT64, metadata, rebound between two tries, "
           "a public address beside a private one", often=f"{len(REGISTERED)} names, two tries each",
           lost=f"{len(knocked)} connections; the last try of {guarded} was refused for its address",
           control=f"with --allow-private-webhooks {len(heard)} connections arrive", limit="no connection at all")
    found += knocked
    assert not found, "\n".join(found)
    assert len(heard) >= len(REACHING), heard
