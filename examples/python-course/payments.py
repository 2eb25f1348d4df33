"""Florin, through the official SDK: a checkout session for an enrolment, and the signed webhook that opens it.

Deliberately absent: refunds. Whoever gives money back decides whether the course closes again.
"""

from __future__ import annotations

import stripe

import course
from enrolments import EXPIRED, OPEN, Enrolments, Webhook
from settings import Settings

EVENTS = ["checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.expired"]
WEBHOOK_PATH = "/webhooks/florin"


class Payments:
    """What the site asks Florin for, and what Florin tells it."""

    def __init__(self, settings: Settings, enrolments: Enrolments) -> None:
        stripe.api_key = settings.secret_key
        stripe.api_base = settings.florin_url
        stripe.max_network_retries = 2
        self._settings = settings
        self._enrolments = enrolments
        self._secret = settings.webhook_secret or self._registered()

    def _registered(self) -> str:
        """The secret of our endpoint. The endpoint is registered at the first start; later starts have kept what it was told."""
        url = self._settings.site_url + WEBHOOK_PATH
        endpoints = {endpoint.id: endpoint for endpoint in stripe.WebhookEndpoint.list(limit=100).data}
        kept = self._enrolments.webhook
        if kept and kept.florin_url == self._settings.florin_url and kept.url == url and kept.id in endpoints:
            return kept.secret
        # One whose secret we do not have is of no use, and an account has room for 16.
        for endpoint in endpoints.values():
            if endpoint.url == url:
                stripe.WebhookEndpoint.delete(endpoint.id)
        made = stripe.WebhookEndpoint.create(url=url, enabled_events=EVENTS)
        self._enrolments.keep_webhook(Webhook(self._settings.florin_url, url, made.id, made.secret))
        return made.secret

    def page_for(self, name: str) -> str:
        """The address at which an enrolment is paid. Asking twice gives the same one."""
        self._enrolments.begin(name)
        found = self._enrolments.find(name)
        if found and found.url:
            return found.url
        back = f"{self._settings.site_url}/course/{name}"
        price = {"currency": course.CURRENCY, "unit_amount": course.AMOUNT, "product_data": {"name": course.TITLE}}
        session = stripe.checkout.Session.create(
            mode="payment",
            line_items=[{"quantity": 1, "price_data": price}],
            client_reference_id=name,
            success_url=back,
            cancel_url=back,
            idempotency_key=f"enrolment {name}",
        )
        self._enrolments.keep_session(name, session.id, session.url)
        return session.url

    def hear(self, body: bytes, signature: str) -> bool:
        """Takes a webhook; `False` if Florin did not sign it."""
        try:
            event = stripe.Webhook.construct_event(body, signature, self._secret)
        except (ValueError, stripe.SignatureVerificationError):
            return False
        if event.type in EVENTS:
            self._follow(event.data.object)
        return True

    def catch_up(self) -> None:
        """Asks for what was told while the site was down."""
        for name, session in self._enrolments.waiting():
            try:
                self._follow(stripe.checkout.Session.retrieve(session))
            except stripe.InvalidRequestError as error:
                print(f"The enrolment {name} cannot be looked up. {error}", flush=True)

    def _follow(self, session: stripe.checkout.Session) -> None:
        """Brings an enrolment to where its session is, whoever tells."""
        name = session.client_reference_id or ""
        if session.payment_status == "paid":
            self._enrolments.move(name, OPEN)
        elif session.status == "expired":
            self._enrolments.move(name, EXPIRED)
