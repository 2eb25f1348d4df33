"""Keys and settings that are changed at one copy act at all of them, and what one sealed another can open."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from typing import Any
from urllib.parse import urlsplit

import stripe

from hook import Hook
from installation import COMMAND_WITHIN_S, Installation, binary, environment
from program import Program, write_vault_key
from shop import Merchant, pay, send
from verdict import of_revocation
from waiting import PAUSE_S, until

# Settings that a process has in memory count this long without a look at the database; the promise is a second.
COUNTS_S = 1.0
REFUSED_WITHIN_S = 10.0
# Requests that wait in the frozen copy's sockets when it wakes up.
QUEUED = 8


def ask(copy: Program, key: str) -> int:
    """The status of a read with this key."""
    return send(copy.url, key, "GET", "/v1/balance").status


def queued(copy: Program, key: str) -> http.client.HTTPConnection:
    """A request that was sent and whose answer nobody has read yet."""
    where = urlsplit(copy.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
    connection.request("GET", "/v1/balance", headers={"Authorization": f"Bearer {key}"})
    return connection


def test_a_revoked_key_stops_at_every_copy(installation: Installation, tell: Any) -> None:
    first, second, frozen = installation.start(3)
    account = installation.account()
    identity, key = installation.second_key(account)
    before = [ask(copy, key) for copy in (first, second, frozen) for _ in range(3)]
    assert ask(frozen, key) == 200
    frozen.freeze()
    # The command is a process of its own, so no copy is told by anything but the database.
    installation.command("keys", "revoke", identity, "--account", account.id)
    revoked_at = time.monotonic()
    after: dict[str, list[int]] = {copy.name: [] for copy in (first, second)}
    seconds: dict[str, float] = {}
    while len(seconds) < len(after) and time.monotonic() - revoked_at < REFUSED_WITHIN_S:
        for copy in (first, second):
            after[copy.name].append(ask(copy, key))
            if after[copy.name][-1] == 401:
                seconds.setdefault(copy.name, time.monotonic() - revoked_at)
        time.sleep(PAUSE_S)
    until(lambda: time.monotonic() - revoked_at >= COUNTS_S, "a freeze beyond the age of settings")
    connections = [queued(frozen, key) for _ in range(QUEUED)]
    frozen.thaw()
    thawed = [connection.getresponse().status for connection in connections]
    for connection in connections:
        connection.close()
    for copy in (first, second):
        after[copy.name] += [ask(copy, key) for _ in range(3)]
    tell(f"refused {', '.join(f'{took * 1000:.0f} ms' for took in seconds.values())} after the command had ended; "
         f"the first answers after a freeze were {thawed}")
    found = [text for copy in after.values() for text in of_revocation(before, copy, thawed)]
    assert not found, "\n".join(found)
    assert [ask(copy, account.key) for copy in (first, second, frozen)] == [200] * 3, "the other key goes on"


def test_an_endpoint_made_at_one_copy_acts_at_the_others(installation: Installation, hook: Hook, tell: Any) -> None:
    first, second = installation.start(2)
    account = installation.account()
    # The second copy has in mind that there are no endpoints.
    assert pay(second.url, account.key, "before", 6_000).status == 200
    here, there = Merchant(first.url, account.key), Merchant(second.url, account.key)
    made = here.endpoint(hook.url("/made"), "payment_intent.succeeded")
    began = time.monotonic()
    assert pay(second.url, account.key, "after", 6_001).status == 200
    arrived = until(lambda: hook.arrivals("/made"), "the event of the second copy")
    tell(f"an event went to the new endpoint {arrived[0].at - began:.2f} s after it was made at another copy")
    event = stripe.Webhook.construct_event(arrived[0].body, arrived[0].signature, made.secret)
    assert event["data"]["object"]["metadata"]["order"] == "after"
    assert there.v1.webhook_endpoints.retrieve(made.id).url == hook.url("/made")
    # Taken away here, gone there; the other endpoint tells when the event has been sent everywhere.
    here.endpoint(hook.url("/kept"), "payment_intent.succeeded")
    here.v1.webhook_endpoints.update(made.id, {"disabled": True})
    assert pay(second.url, account.key, "last", 6_002).status == 200
    until(lambda: hook.arrivals("/kept"), "the event at the endpoint that is left")
    assert installation.stop() == []
    assert [len(hook.arrivals(path)) for path in ("/made", "/kept")] == [1, 1]


def test_a_card_that_one_copy_sealed_is_charged_by_another(installation: Installation) -> None:
    first, second = installation.start(2)
    account = installation.account()
    card = {"card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2040, "card[cvc]": "123"}
    token = send(first.url, account.key, "POST", "/v1/tokens", card)
    assert token.status == 200, token.body
    form = {"amount": 6_100, "currency": "usd", "payment_method_types[]": "card", "confirm": "true",
            "payment_method_data[type]": "card", "payment_method_data[card][token]": json.loads(token.body)["id"],
            "expand[]": "latest_charge"}
    paid = send(second.url, account.key, "POST", "/v1/payment_intents", form)
    assert paid.status == 200, paid.body
    details = json.loads(paid.body)["latest_charge"]["payment_method_details"]["card"]
    # The security code, too, went from one copy to the other.
    assert (details["last4"], details["checks"]["cvc_check"]) == ("4242", "pass")


def test_a_copy_with_another_vault_key_does_not_start(installation: Installation) -> None:
    installation.start(1)
    other = installation.folder / "other.key"
    write_vault_key(other)
    command = [binary(), "serve", "--database", installation.database, "--listen", "127.0.0.1:0", "--vault-key-file", str(other)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=COMMAND_WITHIN_S, check=False)
    assert done.returncode != 0 and "Florin on" not in done.stdout
    assert "cannot be opened with this master key" in done.stderr
