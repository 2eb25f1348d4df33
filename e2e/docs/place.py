"""Where the server under test is, and plain requests to it: what a sample needs before it can run.

Deliberately absent: any SDK. The samples bring their own.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from plain import DEV_KEY, DEV_PUBLISHABLE_KEY, flatten, word

ROOT = Path(__file__).resolve().parents[2]
URL = os.environ.get("FLORIN_URL", "").rstrip("/")
KEY = os.environ.get("FLORIN_SECRET_KEY", DEV_KEY)
PUBLISHABLE_KEY = os.environ.get("FLORIN_PUBLISHABLE_KEY", DEV_PUBLISHABLE_KEY)


def ask(method: str, path: str, params: dict[str, Any] | None = None, is_page: bool = False) -> dict[str, Any]:
    """One request, of a merchant or of the page of a payment; an answer that is an error fails."""
    form = urllib.parse.urlencode(flatten(params or {}))
    query = f"?{form}" if method == "GET" and form else ""
    body = None if method != "POST" else (json.dumps(params) if is_page else form).encode()
    headers = {"Content-Type": "application/json"} if is_page else {"Authorization": f"Bearer {KEY}"}
    request = urllib.request.Request(URL + path + query, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None


def pay_page(session: str) -> dict[str, Any]:
    """A buyer pays on the page of a session."""
    card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    told = {"attempt": word(), "card": card, "billing": {"email": "ada@example.com"}}
    return ask("POST", f"/c/pay/{session}/confirm", told, is_page=True)
