"""What needs nothing but Python, and several suites say: the keys of `florin dev`, forms, words of one's own, free ports."""

from __future__ import annotations

import socket
import uuid
from typing import Any

# The fixed, public keys of every `florin dev` on loopback, whatever server a suite runs against.
DEV_KEY = "sk_test_FlorinDevFlorinDevFlorinDev"
DEV_PUBLISHABLE_KEY = "pk_test_FlorinDevFlorinDevFlorinDev"
# Letters alone: a long run of digits may look like a card number, which errors hide.
LETTERS = str.maketrans("0123456789", "ghijklmnop")


def word() -> str:
    """A word that nobody used before."""
    return uuid.uuid4().hex.translate(LETTERS)


def flatten(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Nested parameters as form pairs: `a[b]=v` for objects, `a[0]=v` for lists."""
    if isinstance(value, dict):
        pairs = [(f"{name}[{k}]" if name else k, v) for k, v in value.items()]
    elif isinstance(value, (list, tuple)):
        pairs = [(f"{name}[{i}]", v) for i, v in enumerate(value)]
    elif isinstance(value, bool):
        return [(name, "true" if value else "false")]
    else:
        return [(name, "" if value is None else str(value))]
    return [pair for key, inner in pairs for pair in flatten(inner, key)]


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
