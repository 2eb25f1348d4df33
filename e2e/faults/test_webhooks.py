"""Endpoints that are down, silent, endless or lead elsewhere, beside a good one that must not notice any of it."""

from __future__ import annotations

import json
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable

import pytest

import hostile
from connection import Connection, listed
from flood import allow_files
from hostile import Hostile
from listener import Listener
from installation import HOOKS_INSIDE, Installation
from places import ENGINES, place, resident_kib
from program import Program
from scale import is_long, times
from waiting import until

PAYMENTS_SHORT, PAYMENTS_LONG = 25, 400
# Many short waits: an endpoint that is down for a while hears of everything once it is up again.
RETRIES = ",".join(["0.2", "0.5", *["1"] * 30])
METADATA = "http://169.254.169.254/latest/meta-data/"
# Florin takes 16 KiB of an answer (`ANSWER_BYTES_MAX`) and 64 KiB of its headers (`HEAD_BYTES_MAX`). What was pushed also lies
# in the buffers of the two sockets, so the limit here is wider than theirs.
PUSHED_BYTES_MAX = 512 * 1024
GROWN_KIB_MAX = 64 * 1024
# A silent endpoint holds a try for 15 seconds; who waits behind one of them waits longer than this.
GOOD_WITHIN_S = 10.0
# A process holds 10,000 jobs (`HELD_MAX`), and 72 of each endpoint; so many merchants with all their endpoints fill it.
CROWD, ENDPOINTS_MAX, CROWD_PAYMENTS = 12, 16, 40
CROWD_WATCHED_S = 300.0
# A payment whose processor gave no answer is asked for after a second; this is generous.
SETTLED_WITHIN_S = 20.0
UNANSWERED = 7_777
PAYMENT = {"amount": 2_000, "currency": "usd", "payment_method_types[]": "card", "payment_method": "pm_card_visa",
           "confirm": "true"}


class Good(Listener):
    """Answers at once, and keeps which event of which payment came when."""

    def __init__(self) -> None:
        self.came: list[tuple[str, str, float]] = []
        super().__init__()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Notes it."""
        thing = json.loads(body)["data"]["object"] if body else {}
        self.came.append((headers.get("webhook-id", path), thing.get("payment_intent") or thing.get("id", path), time.monotonic()))
        return 200, {}

    @property
    def events(self) -> list[str]:
        """The events in the order of their arrival."""
        return [event for event, _, _ in self.came]


def of_arrivals(events: list[str], came: list[str]) -> list[str]:
    """Every event once, and nothing else."""
    counts = Counter(came)
    found = [f"{event} arrived {counts[event]} times" for event in events if counts[event] != 1]
    return found + [f"{event} arrived, which nobody lists" for event in set(counts) - set(events)]


def of_pushed(pushed: dict[str, list[int]]) -> list[str]:
    """Nobody could push more than the limit into a caller that reads so much and no more."""
    return [f"{name} could push {max(counts)} bytes" for name, counts in pushed.items()
            if counts and max(counts) > PUSHED_BYTES_MAX]


def of_redirects(trapped: list[str], lasts: list[str | None]) -> list[str]:
    """Nobody came where a redirect led, and the redirect itself counts as the answer."""
    found = [f"a redirect was followed: {path}" for path in trapped]
    wrong = sorted({str(last) for last in lasts if last not in ("HTTP 302", "HTTP 307", "HTTP 308")})
    return found + ([f"tries at a redirect ended with {wrong}"] if wrong else []) + ([] if lasts else ["no redirect was tried"])


def of_growth(before_kib: int, peak_kib: int) -> list[str]:
    """The process did not grow with what was thrown at it."""
    return [f"it grew from {before_kib} to {peak_kib} KiB"] if peak_kib - before_kib > GROWN_KIB_MAX else []


def of_delays(delays_s: list[float]) -> list[str]:
    """No delivery waited behind an endpoint that does not answer."""
    late = [delay for delay in delays_s if delay > GOOD_WITHIN_S]
    return [f"{len(late)} deliveries came late, the last after {max(late):.1f} s"] if late else []


def bad_ones(trap: Good) -> dict[str, Hostile]:
    """One of each kind."""
    plain = [hostile.silent, hostile.dripping, hostile.huge, hostile.endless, hostile.endless_headers, hostile.endless_line,
             hostile.early_hints, hostile.garbage, hostile.closing, hostile.short_body, hostile.plain_text]
    led = {"to metadata": (302, METADATA), "to a neighbour": (307, trap.url("/trap")), "to itself": (308, trap.url("/loop"))}
    return {**{one.__name__: Hostile(one) for one in plain},
            **{name: Hostile(hostile.redirecting(*where)) for name, where in led.items()}}


def register(line: Connection, url: str) -> str:
    """An endpoint for every event; its id."""
    made = line.ask("POST", "/v1/webhook_endpoints", {"url": url, "enabled_events[]": "*"})
    assert made.status == 200, made.body
    return made.json["id"]


def events(line: Connection) -> list[str]:
    """Every event of the account."""
    return [event["id"] for event in listed(line, "/v1/events")]


def delivered(line: Connection, good: Good, count: int, watch: Callable[[], Any] = lambda: None,
              within_s: float = 120.0) -> list[float]:
    """Pays, waits until the good endpoint has heard of everything, and gives how long after each answer that was."""
    answered: dict[str, float] = {}
    for _ in range(count):
        made = line.ask("POST", "/v1/payment_intents", PAYMENT)
        assert made.status == 200, made.body
        answered[made.json["id"]] = time.monotonic()
        watch()
    wanted = set(events(line))

    def has_all() -> bool:
        watch()
        return wanted <= set(good.events)

    until(has_all, "the deliveries to the good endpoint", within_s)
    return [at - answered[payment] for _, payment, at in list(good.came) if payment in answered]


def pushed_by(bad: dict[str, Hostile]) -> dict[str, list[int]]:
    """How much each endpoint could push, connection by connection."""
    return {name: list(one.pushed) for name, one in bad.items()}


def last_tries(here: Installation, endpoints: dict[str, str]) -> list[str | None]:
    """How the newest tries at the endpoints that lead elsewhere ended."""
    rows = here.asked("webhooks", "list", "--limit", "100")
    redirecting = {endpoints[name] for name in endpoints if name.startswith("to ")}
    return [row["last"] for row in rows if row["endpoint"] in redirecting and row["last"] is not None]


def naive(bad: dict[str, Hostile], trap: Good) -> tuple[list[str], list[str]]:
    """A caller without any care, held against the same limits: it follows redirects and reads whatever comes."""
    before = len(trap.came)
    urllib.request.urlopen(bad["to a neighbour"].url().replace("/hook", "/planted"), timeout=30).read()
    counts = len(bad["huge"].pushed)
    urllib.request.urlopen(bad["huge"].url(), timeout=60).read()
    until(lambda: len(bad["huge"].pushed) > counts, "the end of the naive caller's connection")
    return (of_redirects(trap.events[before:], ["HTTP 307"]), of_pushed({"huge": bad["huge"].pushed[counts:]}))


@pytest.mark.parametrize("engine", ENGINES if is_long() else ENGINES[:1])
def test_hostile_endpoints_harm_nobody_else(
        engine: str, tmp_path: Path, report: Callable[..., None], tell: Callable[[str], None]) -> None:
    count = times(PAYMENTS_SHORT, PAYMENTS_LONG)
    good, trap, heard_late = Good(), Good(), []
    bad, late = bad_ones(trap), Hostile(hostile.good(heard_late), is_down=True)
    peaks: list[int] = []
    try:
        with place(engine, tmp_path) as here:
            copy = here.open(*HOOKS_INSIDE, retries=RETRIES)
            with Connection(copy.url, here.account().key) as line:
                register(line, good.url())
                calm = delivered(line, good, count)
                before = resident_kib(copy)
                schemes = {name: "https" if name == "plain_text" else "http" for name in bad}
                ids = {name: register(line, one.url(schemes[name])) for name, one in bad.items()}
                register(line, late.url())
                known = set(events(line))
                rough = delivered(line, good, count, lambda: peaks.append(resident_kib(copy)))
                late.open()
                missed = [event for event in events(line) if event not in known]
                until(lambda: set(missed) <= set(heard_late), "the endpoint that was down", 120.0)
                until(lambda: all(one.visits for one in bad.values()), "a visit at every bad endpoint")
                lasts = until(lambda: last_tries(here, ids), "tries at redirects")
                peaks.append(resident_kib(copy))
                found = of_arrivals(events(line), good.events) + of_arrivals(missed, heard_late)
                found += of_redirects(trap.events, lasts) + of_pushed(pushed_by(bad))
                found += of_growth(before, max(peaks)) + of_delays(rough)
                most = max(max(counts) for counts in pushed_by(bad).values() if counts)
                planted = naive(bad, trap)
    finally:
        for one in (*bad.values(), late):
            one.close()
        good.close()
        trap.close()
    visits = {name: one.visits for name, one in bad.items()}
    tell(f"visits {visits}; pushed at most {most} bytes in any; {before} KiB, then {max(peaks)}; good deliveries calm "
         f"{max(calm):.2f} s, beside the bad ones {max(rough):.2f} s at most")
    report(fault="F15", what=f"{len(bad)} hostile endpoints and one that is down for a while, beside a good one; {engine}",
           often=f"{2 * count} payments, {sum(visits.values())} visits at bad endpoints",
           lost=f"{len(found)}; slowest good delivery {max(rough):.2f} s, alone {max(calm):.2f} s; memory {before // 1024} MiB, "
           f"at most {max(peaks) // 1024}; at most {most // 1024} KiB pushed by one answer",
           control=f"a caller who follows and reads all: {'; '.join(sum(planted, []))}",
           limit=f"each event once at the good ones; no redirect followed; at most {PUSHED_BYTES_MAX // 1024} KiB taken; good "
           f"deliveries within {GOOD_WITHIN_S:.0f} s; growth within {GROWN_KIB_MAX // 1024} MiB")
    assert not found, "\n".join(found[:20])
    assert all(planted), planted


def crowd(here: Installation, copy: Program, silent: list[Hostile]) -> None:
    """Merchants all of whose endpoints are silent, and their payments."""

    def one(key: str) -> None:
        with Connection(copy.url, key, 300.0) as line:
            for endpoint in silent:
                register(line, endpoint.url())
            for _ in range(CROWD_PAYMENTS):
                assert line.ask("POST", "/v1/payment_intents", PAYMENT).status == 200

    with ThreadPoolExecutor(CROWD) as pool:
        list(pool.map(one, [here.account().key for _ in range(CROWD)]))


def settled(line: Connection) -> float:
    """Pays where the processor books and gives no answer; seconds until it is known that it was paid."""
    began = time.monotonic()
    made = line.ask("POST", "/v1/payment_intents", {**PAYMENT, "amount": UNANSWERED})
    assert made.json.get("status") == "processing", made.body
    path = f"/v1/payment_intents/{made.json['id']}"
    until(lambda: line.ask("GET", path).json["status"] == "succeeded", "the end of a payment", CROWD_WATCHED_S)
    return time.monotonic() - began


@pytest.mark.skipif(not is_long(), reason="a crowd of silent endpoints takes minutes")
def test_a_crowd_of_silent_endpoints_starves_nobody(tmp_path: Path, report: Callable[..., None]) -> None:
    assert allow_files() > 4 * CROWD * ENDPOINTS_MAX * 8, "this machine does not allow enough open files"
    good, silent = Good(), [Hostile(hostile.silent) for _ in range(ENDPOINTS_MAX)]
    try:
        with place("sqlite", tmp_path) as here:
            here.hire().plan({"fault": "drop_after", "amount": UNANSWERED})
            copy = here.open(*HOOKS_INSIDE, retries=RETRIES)
            with (Connection(copy.url, here.account().key) as line, Connection(copy.url, here.account().key) as other,
                  ThreadPoolExecutor(1) as pool):
                register(line, good.url())
                calm = max(delivered(line, good, 3)), settled(other)
                crowd(here, copy, silent)
                asked = pool.submit(settled, other)
                rough = max(delivered(line, good, 3, within_s=CROWD_WATCHED_S)), asked.result()
    finally:
        for one in silent:
            one.close()
        good.close()
    found = of_delays([rough[0]])
    found += [f"a payment without an answer was settled after {rough[1]:.1f} s"] if rough[1] > SETTLED_WITHIN_S else []
    planted = of_delays([CROWD_WATCHED_S])
    report(fault="F15", what=f"{CROWD} merchants with {ENDPOINTS_MAX} silent endpoints each, {CROWD_PAYMENTS} payments of each",
           often=f"{CROWD * CROWD_PAYMENTS} payments, {sum(one.visits for one in silent)} visits",
           lost=f"{len(found)}; another merchant's delivery {rough[0]:.1f} s (alone {calm[0]:.2f}), a payment without an answer "
           f"settled after {rough[1]:.1f} s (alone {calm[1]:.1f})", control=f"a doctored wait: {planted[0]}",
           limit=f"deliveries within {GOOD_WITHIN_S:.0f} s, settled within {SETTLED_WITHIN_S:.0f} s")
    assert not found, "\n".join(found)
