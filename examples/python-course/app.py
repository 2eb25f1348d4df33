"""A course that opens when it is paid: the server, with the standard library and the official SDK.

Shape: a table of routes; a page that waits is held by a thread, which the webhook wakes. Deliberately absent: accounts. The address of an
enrolment, which nobody can guess, is the key to the course; a real site ties it to a login.
"""

from __future__ import annotations

import re
import secrets
import sys
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

try:
    import stripe
except ModuleNotFoundError:
    sys.exit("The package `stripe` is not installed. Start with `sh start.sh`, or run: python3 -m pip install -r requirements.txt")

import pages
from enrolments import WAITING, Enrolments
from payments import WEBHOOK_PATH, Payments
from settings import SettingError, read_settings

HERE = Path(__file__).parent
BODY_BYTES_MAX = 1024 * 1024
# How often a page that waits is shown that we are still there, so that nobody between closes the connection.
BREATH_S = 15
NAME = re.compile(r"[A-Za-z0-9_-]{22}")
FILES = {"/style.css": "text/css", "/room.js": "text/javascript"}
HTML = "text/html; charset=utf-8"
# Nothing is loaded from elsewhere, and no other page may frame the site.
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
          "frame-ancestors 'none'")


class Refusal(Exception):
    """What a visitor did that cannot be done; the message is shown to them."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class Site(ThreadingHTTPServer):
    """The server and what its requests share. A page that waits does not keep the program alive."""

    daemon_threads = True
    enrolments: Enrolments
    payments: Payments


class Visit(BaseHTTPRequestHandler):
    """One request. Who says nothing for this many seconds is left."""

    timeout = 30
    server: Site

    def do_GET(self) -> None:
        """Pages and files."""
        self._guarded(self._get)

    def do_POST(self) -> None:
        """The form, and the webhook."""
        self._guarded(self._post)

    def _guarded(self, answer) -> None:
        """Whatever goes wrong is answered with a page that says so; what only we should know goes to the log."""
        try:
            answer(self.path.split("?")[0])
        except Refusal as refusal:
            self._send(refusal.status, HTML, pages.trouble(str(refusal)))
        except stripe.StripeError as error:
            print(f"Florin: {error}", file=sys.stderr, flush=True)
            self._send(HTTPStatus.BAD_GATEWAY, HTML, pages.trouble("The payment cannot be reached now. Please try again."))
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            pass  # The visitor left, or says nothing.
        except Exception:
            traceback.print_exc()
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, HTML, pages.trouble("Something is wrong here. We have been told."))

    def _get(self, path: str) -> None:
        if path == "/":
            return self._send(HTTPStatus.OK, HTML, pages.front(secrets.token_urlsafe(16)))
        if path in FILES:
            return self._send(HTTPStatus.OK, FILES[path], (HERE / path[1:]).read_text(encoding="utf-8"))
        match path.split("/"):
            case ["", "course", name]:
                found = self.server.enrolments.find(name)
                if found:
                    return self._send(HTTPStatus.OK, HTML, pages.room(name, found))
            case ["", "course", name, "events"] if self.server.enrolments.find(name):
                return self._tell_changes(name)
        raise Refusal(HTTPStatus.NOT_FOUND, "There is no such page.")

    def _post(self, path: str) -> None:
        body = self._read()
        if path == WEBHOOK_PATH:
            is_signed = self.server.payments.hear(body, self.headers.get("Stripe-Signature", ""))
            status = HTTPStatus.OK if is_signed else HTTPStatus.BAD_REQUEST
            return self._send(status, "text/plain", "" if is_signed else "The signature is not right.\n")
        if path != "/enrolments":
            raise Refusal(HTTPStatus.NOT_FOUND, "There is no such page.")
        name = parse_qs(body.decode("utf-8", "replace")).get("name", [""])[0]
        if not NAME.fullmatch(name):
            raise Refusal(HTTPStatus.BAD_REQUEST, "This form is not from our page.")
        found = self.server.enrolments.find(name)
        settled = found is not None and found.state != WAITING
        return self._go_to(f"/course/{name}" if settled else self.server.payments.page_for(name))

    def _tell_changes(self, name: str) -> None:
        """Server-sent events: one, as soon as the enrolment is settled. The webhook wakes this thread."""
        self._begin(HTTPStatus.OK, {"Content-Type": "text/event-stream"})
        while self.server.enrolments.wait(name, BREATH_S) == WAITING:
            self.wfile.write(b": still waiting\n\n")
        self.wfile.write(b"event: changed\ndata: settled\n\n")

    def _read(self) -> bytes:
        length = self.headers.get("Content-Length") or ""
        if not length.isascii() or not length.isdigit():
            raise Refusal(HTTPStatus.LENGTH_REQUIRED, "The request does not say how long it is.")
        if int(length) > BODY_BYTES_MAX:
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is too much.")
        return self.rfile.read(int(length))

    def _begin(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(status)
        own = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        for header, value in {**own, **headers}.items():
            self.send_header(header, value)
        self.end_headers()

    def _send(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode()
        self._begin(status, {"Content-Type": kind, "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _go_to(self, address: str) -> None:
        self._begin(HTTPStatus.SEE_OTHER, {"Location": address, "Content-Length": "0"})

    def log_message(self, *_) -> None:
        """Addresses of this site are keys to the course: they are not logged."""


def main() -> None:
    """Asks Florin, and then listens."""
    try:
        settings = read_settings()
        enrolments = Enrolments(settings.data)
        payments = Payments(settings, enrolments)
        payments.catch_up()
        site = Site(("127.0.0.1", settings.port), Visit)
    except SettingError as error:
        sys.exit(str(error))
    except stripe.APIConnectionError:
        sys.exit(f"Florin does not answer at {settings.florin_url}. Is it running? florin dev")
    except stripe.StripeError as error:
        sys.exit(f"Florin refused: {error}")
    except ValueError as error:
        sys.exit(f"The file in {settings.data} cannot be read: {error}. Mend it, or delete the folder to begin anew.")
    except OSError as error:
        sys.exit(f"The site cannot listen on port {settings.port}, or write into {settings.data}: {error}.")
    site.enrolments, site.payments = enrolments, payments
    print(f"The school is open: {settings.site_url}", flush=True)
    try:
        site.serve_forever()
    except KeyboardInterrupt:
        site.server_close()


if __name__ == "__main__":
    main()
