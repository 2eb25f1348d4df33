"""Where the server under test is, and plain requests to it: what a sample needs before it can run.

Deliberately absent: any SDK. The samples bring their own.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
URL = os.environ.get("FLORIN_URL", "").rstrip("/")
KEY = os.environ.get("FLORIN_SECRET_KEY", "sk_test_FlorinDevFlorinDevFlorinDev")
PUBLISHABLE_KEY = os.environ.get("FLORIN_PUBLISHABLE_KEY", "pk_test_FlorinDevFlorinDevFlorinDev")
# Letters alone: a long run of digits may look like a card number.
LETTERS = str.maketrans("0123456789", "ghijklmnop")


def fresh() -> str:
    """A word that nobody used before."""
    return uuid.uuid4().hex.translate(LETTERS)


def pairs(value: Any, name: str = "") -> list[tuple[str, str]]:
    """The fields of a form, nested names in brackets."""
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in pairs(inner, f"{name}[{key}]" if name else key)]
    if isinstance(value, list):
        return [pair for at, inner in enumerate(value) for pair in pairs(inner, f"{name}[{at}]")]
    return [(name, str(value).lower() if isinstance(value, bool) else str(value))]


def ask(method: str, path: str, params: dict[str, Any] | None = None, is_page: bool = False) -> dict[str, Any]:
    """One request, of a merchant or of the page of a payment; an answer that is an error fails."""
    form = urllib.parse.urlencode(pairs(params or {}))
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
    told = {"attempt": fresh(), "card": card, "billing": {"email": "ada@example.com"}}
    return ask("POST", f"/c/pay/{session}/confirm", told, is_page=True)
