"""The links in errors: `doc_url` must explain the code, `request_log_url` must name the request."""

from __future__ import annotations

import functools
import urllib.request
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 30


@functools.lru_cache(maxsize=None)
def _text(url: str) -> str:
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
        assert answer.status == 200
        return answer.read().decode("utf-8")


def page(url: str) -> str:
    """The page that a link leads to, as a browser asks for it: without the anchor."""
    return _text(urlsplit(url)._replace(fragment="").geturl())


def open_all(error: dict[str, Any], request_id: str) -> None:
    """Follows the links that an error has."""
    if "doc_url" in error:
        assert urlsplit(error["doc_url"]).fragment == error["code"]
        assert f'<section id="{error["code"]}">' in page(error["doc_url"])
    if "request_log_url" in error:
        assert error["request_log_url"].endswith(f"/logs/{request_id}")
        assert f"<h1>Request <code>{request_id}</code></h1>" in page(error["request_log_url"])
