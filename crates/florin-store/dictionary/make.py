#!/usr/bin/env python3
"""Makes a dictionary for packed bodies out of databases whose bodies are not packed.

    python3 make.py OUT.dict florin.db [florin.db]...

One body of each kind, event type and answer becomes the content, with everything random taken out; all bodies together
give the tables of letters. It needs the system's libzstd. A dictionary that was committed is never made again.
"""

from __future__ import annotations

import ctypes
import re
import sqlite3
import sys

CONTENT_BYTES_MAX = 32 * 1024
BODY_BYTES_MAX = 2_400
LEVEL = 1
DICTIONARY_ID = 1
# Random parts of ids and secrets, fingerprints, numbers of networks: none of them may stand in a file of the project.
RANDOM = (
    (re.compile(rb'(_)[0-9A-Za-z]{17,}'), rb"\1"),
    (re.compile(rb'("(?:secret|fingerprint|idempotency_key|hash|sealed)": ?")[^"]*'), rb"\1"),
    (re.compile(rb'("(?:secret_)?key_id": ?")[^"]*'), rb"\1"),
    (re.compile(rb"(req_)[0-9A-Za-z]+"), rb"\1"),
    (re.compile(rb"[0-9a-f]{20,}"), rb""),
    (re.compile(rb"[0-9]{8,}"), rb"1795997482"),
)
# What is written most often comes last, where it costs least.
ORDER = (
    "accounts", "api_keys", "webhook_settings", "webhook_endpoints", "tokens", "vault_cards", "setup_intents",
    "early_fraud_warnings", "disputes", "customers", "attempts", "deliveries", "refunds", "idempotency_replies",
    "payment_methods", "charges", "payment_intents", "events",
)


class Parameters(ctypes.Structure):
    """What the library calls ZDICT_params_t."""

    _fields_ = [("level", ctypes.c_int), ("notification", ctypes.c_uint), ("id", ctypes.c_uint)]


def bodies(database: sqlite3.Connection, table: str) -> list[tuple[str, bytes]]:
    """Every body of a table with what tells its shape from others."""
    if table == "idempotency_replies":
        rows = database.execute("SELECT body FROM idempotency_replies WHERE key_id = ''").fetchall()
        found = [bytes(row[0]) for row in rows]
        return [(str(re.search(rb'"object": "(\w+)"', body)), body) for body in found]
    column = "type" if table == "events" else "''"
    rows = database.execute(f"SELECT {column}, body FROM {table}").fetchall()
    return [(row[0], row[1].encode()) for row in rows]


def neutral(body: bytes) -> bytes:
    """The body without what is random in it."""
    for pattern, put in RANDOM:
        body = pattern.sub(put, body)
    return body


def finalized(content: bytes, samples: list[bytes]) -> bytes:
    """A dictionary with this content."""
    library = ctypes.CDLL("libzstd.so.1")
    library.ZDICT_finalizeDictionary.restype = ctypes.c_size_t
    room = ctypes.create_string_buffer(len(content) + 16_384)
    sizes = (ctypes.c_size_t * len(samples))(*map(len, samples))
    size = library.ZDICT_finalizeDictionary(
        room, ctypes.c_size_t(len(room)), content, ctypes.c_size_t(len(content)), b"".join(samples), sizes,
        ctypes.c_uint(len(samples)), Parameters(LEVEL, 0, DICTIONARY_ID))
    assert size < len(room), "the library made no dictionary"
    return room.raw[:size]


def main() -> None:
    """Writes the dictionary."""
    out, databases = sys.argv[1], [sqlite3.connect(f"file:{name}?mode=ro", uri=True) for name in sys.argv[2:]]
    samples, content = [], b""
    for table in ORDER:
        found = [pair for database in databases for pair in bodies(database, table)]
        samples += [body for _, body in found][:: max(1, len(found) // 2_000)]
        usual: dict[str, list[bytes]] = {}
        for shape, body in found:
            usual.setdefault(shape, []).append(body)
        for _, alike in sorted(usual.items(), key=lambda pair: len(pair[1])):
            content += neutral(sorted(alike, key=len)[len(alike) // 2])[:BODY_BYTES_MAX]
    content = content[-CONTENT_BYTES_MAX:]
    dictionary = finalized(content, samples)
    with open(out, "wb") as file:
        file.write(dictionary)
    print(f"{len(dictionary)} bytes from {len(samples)} bodies")


if __name__ == "__main__":
    main()
