"""A bare HTTP client, for what an SDK would not send: wrong bodies, foreign headers, exact bytes.

It opens one connection per request and never retries, so that what is asserted is what
one request did.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

import recording
import server
from plain import flatten

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
TIMEOUT_S = 30


@dataclass
class Answer:
    """One HTTP answer: `headers` has lower-case names, `json` is None when the body is not JSON."""

    status: int
    headers: dict[str, str]
    body: bytes
    json: Any

    @property
    def error(self) -> dict[str, Any]:
        """The error object; fails the test when there is none."""
        assert isinstance(self.json, dict) and "error" in self.json, self.body[:400]
        return self.json["error"]


def encode(params: Any) -> str:
    """Parameters as a form body or a query string; a list of pairs is kept in its order."""
    pairs = params if isinstance(params, list) else flatten(params)
    return "&".join(f"{quote_plus(k, safe='[]')}={quote_plus(v)}" for k, v in pairs)


def send(method: str, path: str, body: bytes | None = None, headers: dict[str, str | None] | None = None,
         key: str | None = server.SECRET_KEY) -> Answer:
    """Sends exactly these bytes; `key=None` leaves the Authorization header out, and None as a header leaves that one out."""
    where = urlsplit(server.URL)
    sent = {"Stripe-Version": server.NEWEST_VERSION, **(headers or {})}
    sent = {name: value for name, value in sent.items() if value is not None}
    if key is not None:
        sent.setdefault("Authorization", f"Bearer {key}")
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=TIMEOUT_S)
    try:
        connection.request(method, path, body=body, headers=sent)
        response = connection.getresponse()
        raw = response.read()
    finally:
        connection.close()
    names = {k.lower(): v for k, v in response.getheaders()}
    recording.record(method, path, response.status, names.get("stripe-version"), raw)
    try:
        value = json.loads(raw)
    except ValueError:
        value = None
    return Answer(response.status, names, raw, value)


def get(path: str, params: Any = None, **options: Any) -> Answer:
    """GET with query parameters."""
    return send("GET", f"{path}?{encode(params)}" if params else path, **options)


def post(path: str, params: Any = None, headers: dict[str, str] | None = None,
         key: str | None = server.SECRET_KEY) -> Answer:
    """POST with a form body; a `str` is sent as it stands."""
    body = params if isinstance(params, str) else encode(params or {})
    return send("POST", path, body.encode("utf-8"), {"Content-Type": FORM, **(headers or {})}, key)


def post_json(path: str, value: Any, headers: dict[str, str] | None = None,
              key: str | None = server.SECRET_KEY) -> Answer:
    """POST with a JSON body; bytes are sent as they stand."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode("utf-8")
    return send("POST", path, body, {"Content-Type": JSON, **(headers or {})}, key)
