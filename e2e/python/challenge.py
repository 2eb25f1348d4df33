"""The buyer's part of 3-D Secure: opens the page of a `redirect_to_url` action and answers it.

The page is read like a browser reads it: its forms are parsed, and the one that can send
`result=succeeded` or `result=failed` is submitted with all its hidden fields.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit


@dataclass
class Form:
    """One form of a page: where it goes, its plain fields, and the (name, value) choices in it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {k: v or "" for k, v in attrs}
        if tag == "form":
            self._open = Form(have.get("action", ""), have.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None and tag in ("input", "button") and have.get("name"):
            kind = have.get("type", "submit" if tag == "button" else "text")
            pair = (have["name"], have.get("value", ""))
            if kind in ("submit", "radio"):
                self._open.choices.append(pair)
            else:
                self._open.fields[pair[0]] = pair[1]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


@dataclass
class Page:
    """One fetched page."""

    status: int
    headers: dict[str, str]
    text: str


def fetch(method: str, url: str, body: str | None = None) -> Page:
    """One request as a browser on Florin's own page would send it; redirects are not followed."""
    where = urlsplit(url)
    path = where.path + (f"?{where.query}" if where.query else "")
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
    finally:
        connection.close()
    return Page(response.status, {k.lower(): v for k, v in response.getheaders()}, text)


def _submission(forms: list[Form], result: str) -> tuple[Form, dict[str, str]]:
    for form in forms:
        if form.fields.get("result") == result:
            return form, form.fields
        if ("result", result) in form.choices:
            return form, {**form.fields, "result": result}
    raise AssertionError(f"no form can send result={result}: {forms}")


def open_page(url: str, result: str) -> tuple[str, str]:
    """Opens the page; gives the address and the body that choosing `result` would send."""
    page = fetch("GET", url)
    assert page.status == 200, page.text[:400]
    assert page.headers["content-type"].startswith("text/html")
    assert "simulat" in page.text.lower(), "the page does not say that it is a simulation"
    parser = _Forms()
    parser.feed(page.text)
    form, fields = _submission(parser.forms, result)
    assert form.method == "post", "a change of state must be a POST"
    return urljoin(url, form.action), urlencode(fields)


def answer(url: str, result: str) -> dict[str, str]:
    """Chooses `result` on the page; returns the query of the address it sends the buyer back to.

    The key `_url` holds that address without its query.
    """
    target, body = open_page(url, result)
    done = fetch("POST", target, body)
    assert done.status in (302, 303), (done.status, done.text[:400])
    back = urlsplit(done.headers["location"])
    query = {k: v[0] for k, v in parse_qs(back.query).items()}
    return {**query, "_url": back._replace(query="").geturl()}
