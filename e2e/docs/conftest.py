"""What the tests share: a server that is ready, and as many endpoints afterwards as before."""

from __future__ import annotations

import json
import subprocess

import pytest

import place
from program import wait_ready


def endpoints() -> set[str]:
    """The webhook endpoints of the account, of which there may be sixteen."""
    return {one["id"] for one in place.ask("GET", "/v1/webhook_endpoints", {"limit": 100})["data"]}


@pytest.fixture(scope="session", autouse=True)
def ready():
    """Removes the endpoints that samples register."""
    if not place.URL:
        pytest.exit("FLORIN_URL is not set: start `florin dev` and give its address", returncode=2)
    wait_ready(place.URL)
    before = endpoints()
    yield
    for made in endpoints() - before:
        place.ask("DELETE", f"/v1/webhook_endpoints/{made}")


@pytest.fixture(scope="session")
def table():
    """The samples of all operations, as the pages show them."""
    program = place.ROOT / "web" / "docs" / "samples" / "samples.mjs"
    return json.loads(subprocess.run(["node", str(program)], check=True, capture_output=True).stdout)
