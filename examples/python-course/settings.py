"""What the site is told from outside, with defaults that fit `florin dev`.

Deliberately absent: a file of settings, and every secret but the published key of a sandbox.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

# The key that every `florin dev` on loopback has. It opens nothing anywhere else.
DEV_KEY = "sk_test_FlorinDevFlorinDevFlorinDev"


class SettingError(Exception):
    """A variable has a value that cannot be; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Where everything is."""

    port: int
    site_url: str
    florin_url: str
    secret_key: str
    # Only where the endpoint of the webhook was registered by hand.
    webhook_secret: str | None
    data: Path


def read_settings() -> Settings:
    """The settings from the environment."""
    text = os.environ.get("PORT") or "3003"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise SettingError(f'PORT has to be a number from 1 to 65535, and is "{text}".')
    return Settings(
        port=int(text),
        site_url=_address("SITE_URL", f"http://127.0.0.1:{text}"),
        florin_url=_address("FLORIN_URL", "http://127.0.0.1:8484"),
        secret_key=os.environ.get("FLORIN_SECRET_KEY") or DEV_KEY,
        webhook_secret=os.environ.get("FLORIN_WEBHOOK_SECRET") or None,
        data=Path(os.environ.get("COURSE_DATA") or Path(__file__).parent / "data"),
    )


def _address(name: str, default: str) -> str:
    text = os.environ.get(name) or default
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingError(f'{name} has to be an address that begins with http:// or https://, and is "{text}".')
    return text.rstrip("/")
