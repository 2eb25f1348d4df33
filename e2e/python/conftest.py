"""Fixtures of all files: the configured SDK, a customer, a webhook server and its endpoints."""

from __future__ import annotations

import pytest
import stripe

import receiver as receiver_module
import server
import shop
import wire
from program import wait_ready
from recording import RecordingClient


def pytest_collection_modifyitems(config, items):
    """Leaves out, under the older SDK, what only the newest can say and what needs no SDK."""
    if shop.NEWEST:
        return
    left_out = [i for i in items if i.get_closest_marker("newest") or i.get_closest_marker("raw")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [i for i in items if i not in left_out]


@pytest.fixture(scope="session", autouse=True)
def sdk():
    """Points the SDK at the server under test, once it is ready."""
    if not server.URL:
        pytest.exit("FLORIN_URL is not set: start `florin dev` and give its address", returncode=2)
    wait_ready(server.URL)
    stripe.api_key = server.SECRET_KEY
    stripe.api_base = server.URL
    stripe.default_http_client = RecordingClient()
    return stripe


@pytest.fixture
def customer():
    """A customer that belongs to one test."""
    return shop.new_customer()


@pytest.fixture
def receiver():
    """A running webhook server."""
    running = receiver_module.Receiver()
    yield running
    running.close()


@pytest.fixture
def told(receiver):
    """The address of a merchant's server. Endpoints that payments made for it are deleted at the end."""
    yield receiver.url("/orders")
    for endpoint in wire.get("/v1/webhook_endpoints", {"limit": 100}).json["data"]:
        if endpoint["url"].startswith(receiver.url("/")):
            wire.send("DELETE", f"/v1/webhook_endpoints/{endpoint['id']}")


@pytest.fixture
def endpoint(receiver):
    """Makes webhook endpoints on the receiver, and deletes them when the test is over."""
    made = []

    def make(enabled_events, path="/hook", **more):
        # Events come in the endpoint's version; the tests read them in the SDK's.
        more.setdefault("api_version", stripe.api_version)
        created = stripe.WebhookEndpoint.create(
            url=receiver.url(path), enabled_events=enabled_events, **more
        )
        made.append(created.id)
        return created

    yield make
    for endpoint_id in made:
        try:
            stripe.WebhookEndpoint.delete(endpoint_id)
        except stripe.InvalidRequestError:
            pass  # The test deleted it itself.
