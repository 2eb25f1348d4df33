"""The SDK of an earlier year, pointed at the server under test and set to the API version of its time."""

from __future__ import annotations

import pytest
import stripe

import receiver as receiver_module
import server
from program import wait_ready

# Which version a program would pin, by the SDK's first number. SDKs of these years name none themselves.
VERSIONS = {"2": "2020-08-27", "5": "2022-11-15"}

# Set before the tests are read, because some of them are only of one version.
stripe.api_version = VERSIONS[stripe.version.VERSION.split(".")[0]]


@pytest.fixture(scope="session", autouse=True)
def sdk():
    """Points the SDK at the server under test, once it is ready. Retries are off, so that none hides a failure."""
    if not server.URL:
        pytest.exit("FLORIN_URL is not set: start `florin dev` and give its address", returncode=2)
    wait_ready(server.URL)
    stripe.api_key = server.SECRET_KEY
    stripe.api_base = server.URL
    stripe.max_network_retries = 0
    return stripe


@pytest.fixture
def receiver():
    """A running webhook server."""
    running = receiver_module.Receiver()
    yield running
    running.close()
