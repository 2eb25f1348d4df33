"""API versions: the same payment in the newest version and in the one of late 2023."""

import pytest

import server
import wire
from shop import pay

OLD = {"Stripe-Version": server.VERSION_2023}


def _removed_in_basil(kind, intent):
    path = {"payment_intent": f"/v1/payment_intents/{intent.id}", "charge": f"/v1/charges/{intent.latest_charge}"}
    return wire.get(path[kind], headers=OLD), wire.get(path[kind])


@pytest.mark.raw
@pytest.mark.parametrize("kind", ["payment_intent", "charge"])
def test_the_invoice_of_a_payment_was_removed_later(sdk, kind):
    old, new = _removed_in_basil(kind, pay())
    assert (old.headers["stripe-version"], new.headers["stripe-version"]) == (
        server.VERSION_2023, server.NEWEST_VERSION)
    assert old.json["invoice"] is None
    assert "invoice" not in new.json
    assert old.json["id"] == new.json["id"]


@pytest.mark.raw
def test_without_a_version_the_accounts_own_is_used(sdk):
    import http.client
    from urllib.parse import urlsplit

    where = urlsplit(server.URL)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    connection.request("GET", "/v1/account", headers={"Authorization": f"Bearer {server.SECRET_KEY}"})
    response = connection.getresponse()
    response.read()
    connection.close()
    assert response.status == 200
    assert response.getheader("Stripe-Version") == server.NEWEST_VERSION


@pytest.mark.raw
def test_an_invented_version_is_refused(sdk):
    answer = wire.get("/v1/account", headers={"Stripe-Version": "1999-01-01"})
    assert (answer.status, answer.error["type"]) == (400, "invalid_request_error")
    assert "1999-01-01" in answer.error["message"]


@pytest.mark.raw
def test_a_beta_suffix_is_understood(sdk):
    answer = wire.get("/v1/account", headers={"Stripe-Version": f"{server.VERSION_2023}; some_beta=v1"})
    assert answer.status == 200


def test_the_sdk_is_answered_in_its_own_version(sdk):
    intent = pay()
    assert intent.last_response.headers["Stripe-Version"] == sdk.api_version
    assert ("invoice" in intent) == (sdk.api_version == server.VERSION_2023)
