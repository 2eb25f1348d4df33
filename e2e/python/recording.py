"""Writes every answer of the run into a JSON-lines file, for the schema check afterwards.

One line is {method, path, status, version, json}. Only answers are kept: a request may
hold a card number, an answer never does. Nothing is written when no file is named.
Deliberately absent: routes of Florin's own under the prefix of the API, which no description knows.
"""

from __future__ import annotations

import json
import threading
from urllib.parse import urlsplit

import stripe

import server

_LOCK = threading.Lock()
_OWN = {"/v1/elements/sessions", "/v1/confirmation_tokens"}


def record(method: str, url: str, status: int, version: str | None, body: bytes | str) -> None:
    """Appends one answer; what is not a JSON answer of the API is left out."""
    path = urlsplit(url).path
    if not server.RECORD or not path.startswith("/v1/") or path in _OWN:
        return
    try:
        value = json.loads(body)
    except ValueError:
        return
    line = json.dumps(
        {"method": method.upper(), "path": path, "status": status, "version": version, "json": value}
    )
    with _LOCK, open(server.RECORD, "a", encoding="utf-8") as out:
        out.write(line + "\n")


class RecordingClient(stripe.RequestsClient):
    """The SDK's own HTTP client, which also records what came back."""

    def request(self, method, url, headers, post_data=None, **more):
        """Sends one request; the SDK counts a retry as another one, and so does the record."""
        body, status, answer_headers = super().request(method, url, headers, post_data, **more)
        record(method, url, status, answer_headers.get("Stripe-Version"), body)
        return body, status, answer_headers
