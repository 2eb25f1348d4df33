"""Where the server under test is, and which keys open it.

Everything comes from the environment, so that any runner can start the server:
FLORIN_URL, FLORIN_SECRET_KEY, FLORIN_PUBLISHABLE_KEY, FLORIN_BIN, FLORIN_E2E_RECORD.
The keys default to the fixed ones that `florin dev` prints on loopback.
"""

from __future__ import annotations

import os

from plain import DEV_KEY, DEV_PUBLISHABLE_KEY

URL = os.environ.get("FLORIN_URL", "").rstrip("/")
SECRET_KEY = os.environ.get("FLORIN_SECRET_KEY", DEV_KEY)
PUBLISHABLE_KEY = os.environ.get("FLORIN_PUBLISHABLE_KEY", DEV_PUBLISHABLE_KEY)
BINARY = os.environ.get("FLORIN_BIN", "")
RECORD = os.environ.get("FLORIN_E2E_RECORD", "")

NEWEST_VERSION = "2026-10-28.endive"
VERSION_2023 = "2023-10-16"
