"""F18: one request under one key at two copies, one of which is far from the database.

The far copy looks for the key before the near one has used it, and at the payment afterwards. What it then finds is the work of
its own key: it has to say so, or to ask to come again. It must not refuse the request as if somebody else had done that.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from installation import Installation, installed
from load import Line
from proxy import Proxy
from scale import times
from servers import server
from shop import payment

DELAY_S = 0.15
# How much later the near copy is asked, in tenths of a second: one of these falls between the two looks of the far one.
OFFSETS = range(3, 15, 2)
# More at once would wait for each other on the slow line.
AT_ONCE = 2
ALLOWED = {200, 409, 429, 503}


def step(verb: str, made: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The request that only one may make."""
    if verb == "refund":
        return "/v1/refunds", {"payment_intent": made["id"], "amount": made["amount"]}
    return f"/v1/payment_intents/{made['id']}/capture", {"amount_to_capture": made["amount"]}


def once(urls: list[str], secret: str, verb: str, offset: int) -> tuple[set[int], int]:
    """The same request at both copies; what it was answered with, and what another key is answered with afterwards."""
    far, near = urls
    line = Line(secret)
    form = {**payment(f"{verb}-{offset}", 2_000 + offset), **({"capture_method": "manual"} if verb == "capture" else {})}
    made = json.loads(line.send(near, "POST", "/v1/payment_intents", form, f"{verb}-{offset}-made").body)
    path, form = step(verb, made)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(Line(secret).send, far, "POST", path, form, f"{verb}-{offset}")
        time.sleep(offset % 100 / 10)
        answers = [line.send(near, "POST", path, form, f"{verb}-{offset}"), first.result()]
    other = line.send(near, "POST", path, form, f"{verb}-{offset}-other")
    line.close()
    return {answer.status for answer in answers}, other.status


def far_and_near(installation: Installation, proxy: Proxy) -> list[str]:
    """Two copies; the first one uses the line."""
    near = installation.start(1, outside=True)[0]
    direct = installation.database
    installation.database = f"postgres://postgres@127.0.0.1:{proxy.port}/postgres"
    far = installation.start(1, outside=True)[0]
    installation.database = direct
    return [far.url, near.url]


@pytest.mark.parametrize("verb", ["refund", "capture"])
def test_a_key_is_not_refused_for_what_it_did_itself(verb: str, version: str, tmp_path: Path, report: Any) -> None:
    count, seen, others = times(1, 10), [], []
    with server(version) as database, installed(tmp_path, database.url) as installation:
        proxy = Proxy(database.port)
        try:
            account = installation.account()
            urls = far_and_near(installation, proxy)
            proxy.slow_down(DELAY_S)
            for number in range(count):
                with ThreadPoolExecutor(AT_ONCE) as pool:
                    for statuses, other in pool.map(lambda o: once(urls, account.key, verb, 100 * number + o), OFFSETS):
                        seen.append(statuses)
                        others.append(other)
            proxy.heal()
        finally:
            installation.stop()
            proxy.close()
    refused = [statuses for statuses in seen if not statuses <= ALLOWED]
    report(fault="F18", what=f"a {verb} under one key at two copies, one with a slow line to the database",
           often=f"{len(seen)} times", lost=f"{len(refused)} times the key was refused for its own work",
           control=f"another key afterwards: refused {others.count(400)} of {len(others)} times", limit="0 times")
    assert set(others) == {400}, others
    assert not refused, refused
