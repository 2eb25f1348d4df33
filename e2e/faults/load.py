"""Merchants under load who never give up: each step under an idempotency key of its own, repeated until it is known how it
ended, and written down when it was acknowledged.

Clients are threads with bare connections that stay open. A step that is answered with 409, 429 or 503, or whose connection
breaks, is sent again to the next address under the same key. A step that hangs on recovery is laid aside meanwhile, and
asked for again at the end. Every amount occurs once: it tells one step from every other in the processor's book.
"""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Iterator
from urllib.parse import urlencode, urlsplit

import stripe

from judge import Acknowledged, Seen, Verdict, verdict
from shop import payment
from waiting import PAUSE_S

AGAIN = (409, 429, 503)
# Longer than any answer is allowed to take, so that it is the server who ends a wait.
CLIENT_WAITS_S = 90.0
# The limit of an answer while the database is in trouble. Balancers are told to wait 60 seconds, 30 of which a processor
# may take; here it answers at once.
ANSWERED_WITHIN_S = 30.0
# So long a client repeats one step before it lays it aside.
ASIDE_AFTER_S = 20.0
# So long a client repeats a step of which it hears only that it is under way: its process is gone.
UNDER_WAY_S = 1.5
# How an error tells that no money moved because the processor was never asked.
NEVER_RECEIVED = b"The processor never received this payment."
READERS = 4


# How the book of a processor outside is read, once nothing is asked any more.
Book = Callable[[], list[dict[str, Any]]]


@dataclass(frozen=True)
class Refusal:
    """An answer that tells nothing about the end of a step. `status` is 0 when the connection broke."""

    url: str
    status: int
    should_retry: str
    took_s: float
    at: float
    text: str = ""


@dataclass(frozen=True)
class Reply:
    """One answer, as it came."""

    status: int
    body: bytes
    replayed: bool
    should_retry: str


class Line:
    """Connections that stay open, one for each address."""

    def __init__(self, key: str, timeout_s: float = CLIENT_WAITS_S) -> None:
        self._key, self._timeout_s = key, timeout_s
        self._open: dict[str, http.client.HTTPConnection] = {}

    def send(self, url: str, method: str, path: str, form: dict[str, Any] | None = None, key: str | None = None) -> Reply:
        """One request; an error of the connection is the caller's."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/x-www-form-urlencoded",
                   "Stripe-Version": stripe.api_version, **({"Idempotency-Key": key} if key else {})}
        where = urlsplit(url)
        line = self._open.get(url) or http.client.HTTPConnection(where.hostname or "", where.port, timeout=self._timeout_s)
        self._open[url] = line
        try:
            line.request(method, path, urlencode(form) if form else None, headers)
            answer = line.getresponse()
            body = answer.read()
        except BaseException:
            self._open.pop(url).close()
            raise
        if answer.will_close:
            self._open.pop(url).close()
        return Reply(answer.status, body, answer.getheader("Idempotent-Replayed") == "true",
                     answer.getheader("Stripe-Should-Retry") or "")

    def close(self) -> None:
        """Closes them all."""
        for line in self._open.values():
            line.close()
        self._open.clear()


@dataclass(frozen=True)
class Told:
    """An answer, and when it came from where."""

    reply: Reply
    url: str
    at: float
    took_s: float


@dataclass
class Log:
    """What the clients were told. Appending to a list is atomic, so that threads need no lock."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    # Answers that are neither a success nor a request to come again.
    strange: list[str] = field(default_factory=list)
    # Steps that wait for recovery: their keys, paths and forms.
    aside: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    # Steps that the processor never received, as recovery found out: their keys, paths and forms.
    unsent: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def take(self, key: str, path: str, form: dict[str, Any], told: Told) -> dict[str, Any] | None:
        """Notes how a step ended; its object if it was done."""
        if told.reply.status == 200:
            body = json.loads(told.reply.body)
            self.acknowledged.append(Acknowledged(key, path, form, body["id"], told.reply.body, told.at, told.took_s, told.url))
            return body
        text = told.reply.body.decode("utf-8", errors="replace")
        if told.reply.status == 402 and NEVER_RECEIVED in told.reply.body:
            self.unsent.append((key, path, form))
        else:
            self.strange.append(f"{key} was answered with {told.reply.status}: {text}")
        return None

    def moving(self) -> frozenset[str]:
        """The objects of steps that were not acknowledged, and may have moved them all the same; and those of steps that
        were told that it is not known yet."""
        named = {path.split("/")[3] for _, path, _ in self.aside + self.unsent if path.count("/") == 4}
        return frozenset(named | {a.id for a in self.acknowledged if a.is_open()})

    def slowest(self, status: int) -> float:
        """The longest that an answer with this status took, in seconds; 0 is a broken connection."""
        if status == 200:
            return max((a.took_s for a in self.acknowledged), default=0.0)
        return max((r.took_s for r in self.refusals if r.status == status), default=0.0)

    def slow(self) -> list[str]:
        """Answers that took longer than the limit."""
        took = [(a.took_s, a.key) for a in self.acknowledged] + [(r.took_s, f"a refusal with {r.status}") for r in self.refusals]
        return [f"{what} took {took_s:.1f} s" for took_s, what in took if took_s > ANSWERED_WITHIN_S]

    def impatient(self) -> list[str]:
        """Refusals of the server that do not say that the same request may come again."""
        return [f"a refusal does not ask to come again: {r}" for r in self.refusals if r.status == 503 and r.should_retry != "true"]

    def counts(self) -> str:
        """In few words."""
        refused = Counter(r.status or "broken" for r in self.refusals)
        told = ", ".join(f"{count} × {status}" for status, count in sorted(refused.items(), key=str)) or "no refusals"
        return (f"{len(self.acknowledged)} acknowledged steps, {told}, {len(self.unsent)} told as never received, "
                f"{sum(a.is_open() for a in self.acknowledged)} told as not known yet, {len(self.aside)} left to recovery")

    def doctored(self) -> "Log":
        """The control: the same with one acknowledgement more, of a payment that nobody stored."""
        last = self.acknowledged[-1]
        nobody = replace(last, key=f"{last.key}-of-nobody", id="pi_ofnobody", path="/v1/payment_intents", form={"amount": 7})
        return replace(self, acknowledged=[*self.acknowledged, nobody])


class Client(threading.Thread):
    """One merchant: a sale, a sale in two requests, a capture and a refund, in turn."""

    def __init__(self, load: "Load", number: int) -> None:
        super().__init__(daemon=True, name=f"client-{number}")
        self._load, self._turn = load, number
        self._stories = itertools.cycle([self._sale, self._two_requests, self._captured, self._refunded])
        for _ in range(number):
            next(self._stories)

    def run(self) -> None:
        """Lives stories until the load ends."""
        self._line = Line(self._load.key)
        try:
            while not self._load.ended.is_set():
                number = next(self._load.numbers)
                next(self._stories)(f"{self._load.name}-{number}", 1_000 + 4 * number)
                self._load.ended.wait(self._load.pause_s)
        finally:
            self._line.close()

    def _sale(self, name: str, amount: int) -> dict[str, Any] | None:
        return self._step(f"{name}-sale", "/v1/payment_intents", payment(name, amount))

    def _two_requests(self, name: str, amount: int) -> None:
        form = {n: value for n, value in payment(name, amount).items() if n not in ("confirm", "payment_method")}
        made = self._step(f"{name}-create", "/v1/payment_intents", form)
        if made:
            self._step(f"{name}-confirm", f"/v1/payment_intents/{made['id']}/confirm", {"payment_method": "pm_card_visa"})

    def _captured(self, name: str, amount: int) -> None:
        made = self._step(f"{name}-hold", "/v1/payment_intents", {**payment(name, amount), "capture_method": "manual"})
        if made:
            self._step(f"{name}-capture", f"/v1/payment_intents/{made['id']}/capture", {"amount_to_capture": amount - 1})

    def _refunded(self, name: str, amount: int) -> None:
        made = self._sale(name, amount)
        if made:
            self._step(f"{name}-refund", "/v1/refunds", {"payment_intent": made["id"], "amount": amount - 2})

    def _step(self, key: str, path: str, form: dict[str, Any]) -> dict[str, Any] | None:
        """Sends a step until it is known how it ended, or until it hangs; its object if it was done."""
        log, began, under_way_since = self._load.log, time.monotonic(), 0.0
        while not self._load.abandoned.is_set():
            url = self._load.urls[self._turn % len(self._load.urls)]
            asked_at = time.monotonic()
            try:
                reply = self._line.send(url, "POST", path, form, key)
            except (OSError, http.client.HTTPException) as error:
                reply = Reply(0, str(error).encode(), False, "")
            now = time.monotonic()
            if reply.status not in (0, *AGAIN):
                return log.take(key, path, form, Told(reply, url, now, now - asked_at))
            text = reply.body.decode("utf-8", errors="replace")
            log.refusals.append(Refusal(url, reply.status, reply.should_retry, now - asked_at, now, text))
            under_way_since = (under_way_since or now) if reply.status == 409 else 0.0
            if now - began > ASIDE_AFTER_S or (under_way_since and now - under_way_since > UNDER_WAY_S):
                log.aside.append((key, path, form))
                return None
            self._turn += 1
            time.sleep(PAUSE_S)
        return None


class Load:
    """Clients at work at one or several addresses. `pause_s` is what a client rests between two stories."""

    def __init__(self, urls: list[str], key: str, name: str = "load", clients: int = 4, pause_s: float = 0.0) -> None:
        assert urls, "a load needs an address"
        self.urls, self.key, self.name, self.pause_s = urls, key, name, pause_s
        self.log = Log()
        self.ended, self.abandoned = threading.Event(), threading.Event()
        self.numbers = itertools.count()
        self._clients = [Client(self, number) for number in range(clients)]

    @classmethod
    def of(cls, other: "Load", log: Log) -> "Load":
        """The same load that never ran, with another log."""
        made = cls(other.urls, other.key)
        made.log = log
        return made

    def start(self) -> "Load":
        """Begins."""
        for client in self._clients:
            client.start()
        return self

    def stop(self) -> Log:
        """No new stories; returns when every step under way is known or laid aside."""
        self.ended.set()
        for client in self._clients:
            client.join()
        return self.log

    def abandon(self) -> Log:
        """Also gives up what is under way."""
        self.abandoned.set()
        return self.stop()

    def count(self) -> int:
        """How many steps were acknowledged so far."""
        return len(self.log.acknowledged)

    def acknowledged_since(self, at: float) -> int:
        """How many steps were acknowledged after a moment of the clock that never goes back."""
        return sum(a.at > at for a in list(self.log.acknowledged))

    def ask_for_aside(self, url: str) -> None:
        """Sends what was laid aside once more; what still hangs stays there."""
        line, waiting = Line(self.key), self.log.aside
        self.log.aside = []
        for key, path, form in waiting:
            began = time.monotonic()
            reply = line.send(url, "POST", path, form, key)
            if reply.status in AGAIN:
                self.log.aside.append((key, path, form))
            else:
                now = time.monotonic()
                self.log.take(key, path, form, Told(reply, url, now, now - began))
        line.close()

    def verify(self, url: str, book: Book | None = None, replay: bool = True) -> Verdict:
        """Asks for what was laid aside, reads every acknowledged object again, and sends every key once more."""
        if replay:
            self.ask_for_aside(url)
        return verify(self.log, url, self.key, book, replay)


@contextmanager
def loaded(urls: list[str], key: str, **more: Any) -> Iterator[Load]:
    """A load that ends with its block, whatever happens there."""
    load = Load(urls, key, **more).start()
    try:
        yield load
    except BaseException:
        load.abandon()
        raise
    load.stop()


def verify(log: Log, url: str, key: str, book: Book | None = None, replay: bool = True) -> Verdict:
    """Holds what was acknowledged against what is there now; `book` reads the one of a processor outside."""
    acknowledged = list(log.acknowledged)
    seen = Seen(objects=objects(url, key, acknowledged), charges=listed(url, key, "/v1/charges"),
                nets=[t["net"] for t in listed(url, key, "/v1/balance_transactions")], balance=balance(url, key),
                replays=replays(url, key, acknowledged) if replay else None, book=book() if book else None, moving=log.moving())
    found = verdict(acknowledged, seen)
    found.other += log.strange
    return found


def objects(url: str, key: str, acknowledged: list[Acknowledged]) -> dict[str, dict[str, Any] | None]:
    """Every acknowledged object as it is now; `None` when it is not there."""

    def read(line: Line, name: str) -> dict[str, Any] | None:
        kind = "refunds" if name.startswith(("re_", "pyr_")) else "payment_intents"
        answer = line.send(url, "GET", f"/v1/{kind}/{name}")
        assert answer.status in (200, 404), answer
        return json.loads(answer.body) if answer.status == 200 else None

    names = sorted({a.id for a in acknowledged})
    return dict(zip(names, shared(key, read, names)))


def replays(url: str, key: str, acknowledged: list[Acknowledged]) -> dict[str, tuple[int, bytes, bool]]:
    """What every key is answered with now."""

    def again(line: Line, a: Acknowledged) -> tuple[int, bytes, bool]:
        answer = line.send(url, "POST", a.path, a.form, a.key)
        return answer.status, answer.body, answer.replayed

    return dict(zip((a.key for a in acknowledged), shared(key, again, acknowledged)))


def shared(key: str, work: Any, items: list[Any]) -> list[Any]:
    """Maps over a few threads with a line each."""
    local, lines = threading.local(), []

    def one(item: Any) -> Any:
        if not hasattr(local, "line"):
            local.line = Line(key)
            lines.append(local.line)
        return work(local.line, item)

    with ThreadPoolExecutor(READERS) as pool:
        found = list(pool.map(one, items))
    for line in lines:
        line.close()
    return found


def status_of(url: str, path: str) -> int:
    """The status of a plain request."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=CLIENT_WAITS_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def listed(url: str, key: str, path: str) -> list[dict[str, Any]]:
    """Every object of a list."""
    line, found, after = Line(key), [], ""
    try:
        while True:
            answer = line.send(url, "GET", f"{path}?limit=100{after}")
            assert answer.status == 200, answer
            page = json.loads(answer.body)
            found += page["data"]
            if not page["has_more"]:
                return found
            after = f"&starting_after={page['data'][-1]['id']}"
    finally:
        line.close()


def balance(url: str, key: str) -> int:
    """What is available and pending, together."""
    line = Line(key)
    try:
        answer = line.send(url, "GET", "/v1/balance")
        assert answer.status == 200, answer
        parts = json.loads(answer.body)
        return sum(part["amount"] for part in [*parts["available"], *parts["pending"]])
    finally:
        line.close()
