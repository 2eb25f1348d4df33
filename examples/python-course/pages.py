"""The pages of the site, as texts. Deliberately absent: a template language; what is put in is escaped by hand, with `escape`."""

from __future__ import annotations

from html import escape

import course
from enrolments import EXPIRED, OPEN, Enrolment

SITE = "The Bread School"


def _page(title: str, body: str, head: str = "") -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · {SITE}</title><link rel="stylesheet" href="/style.css"><link rel="icon" href="data:,">{head}</head>
<body><header><a href="/">{SITE}</a></header><main>{body}</main></body></html>"""


def front(fresh_name: str) -> str:
    """What is offered. The form carries the name of the enrolment that it will make, so that pressing twice makes one."""
    lessons = "".join(f"<li>{escape(title)}</li>" for title, _ in course.LESSONS)
    return _page(course.TITLE, f"""
<h1>{escape(course.TITLE)}</h1><p>{escape(course.ABOUT)}</p><ol>{lessons}</ol>
<form method="post" action="/enrolments"><input type="hidden" name="name" value="{escape(fresh_name)}">
<button>Enrol for {course.PRICE}</button></form>""")


def room(name: str, enrolment: Enrolment) -> str:
    """The course, for whoever paid; for others the way to pay."""
    if enrolment.state == OPEN:
        lessons = "".join(f"<article><h2>{escape(title)}</h2><p>{escape(text)}</p></article>" for title, text in course.LESSONS)
        return _page(course.TITLE, '<p role="status" class="open">Paid. The course is yours: keep the address of this page.</p>'
                                   f"<h1>{escape(course.TITLE)}</h1>{lessons}")
    if enrolment.state == EXPIRED:
        return _page("Too late", '<h1>Too late</h1><p role="status">Nobody paid in time.</p><p><a href="/">Enrol again</a></p>')
    return _page("Almost there", f"""
<h1>Almost there</h1><p role="status">This page opens by itself as soon as the payment is here.</p>
<form method="post" action="/enrolments"><input type="hidden" name="name" value="{escape(name)}">
<button>Pay {course.PRICE}</button></form>""", '<script type="module" src="/room.js"></script>')


def trouble(message: str) -> str:
    """What did not work."""
    return _page("That did not work", f'<h1>That did not work</h1><p role="alert">{escape(message)}</p><p><a href="/">Go on</a></p>')
