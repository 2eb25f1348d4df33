"""The fenced blocks of the guides, and the programs among them with the environment filled in.

A program is marked in the info string of its block: `sh run`, or `js run:hook` where the suite has to do something around it. Filled in
are the address of the server, the keys, ports of the reader's own machine, and a word that makes orders those of this run. Deliberately
absent: any other change of a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import place
from plain import DEV_KEY, DEV_PUBLISHABLE_KEY, free_port, word

DOCS = place.ROOT / "docs"
FENCE = re.compile(r"^```(\w*)[ \t]*(\S*)$")
DEV_URL = "http://127.0.0.1:8484"
OWN_PORT = re.compile(r"((?:127\.0\.0\.1|localhost):|\(\"127\.0\.0\.1\", |\.listen\()(42\d\d)\b")
ORDER = re.compile(r"\bA-\d\d\b")


@dataclass(frozen=True)
class Block:
    """One fenced block: `mark` is `run`, `run:name` or empty."""

    file: str
    line: int
    language: str
    mark: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def first(self) -> str:
        return self.text.split("\n", 1)[0]


def blocks_of(file: str, text: str) -> list[Block]:
    """All blocks of one page."""
    found: list[Block] = []
    begin: tuple[int, str, str] | None = None
    inside: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        fence = FENCE.match(line)
        if begin is None and fence:
            begin, inside = (number, fence.group(1), fence.group(2)), []
        elif begin is not None and line == "```":
            found.append(Block(file, begin[0], begin[1], begin[2], "\n".join([*inside, ""])))
            begin = None
        elif begin is not None:
            inside.append(line)
    assert begin is None, f"{file}: a block does not end"
    return found


def all_blocks() -> list[Block]:
    """The blocks of all guides, of the page of webhooks and of that of the sandbox."""
    files = [*sorted(DOCS.glob("guide/*.md")), DOCS / "webhooks.md", DOCS / "sandbox.md"]
    return [block for file in files
            for block in blocks_of(str(file.relative_to(DOCS)), file.read_text(encoding="utf-8"))]


class Filling:
    """What is filled in, the same for all programs of one scene."""

    def __init__(self) -> None:
        self._ports: dict[str, int] = {}
        self._word = word()

    def port(self, written: str) -> int:
        """The port that takes the place of a written one."""
        return self._ports.setdefault(written, free_port())

    def order(self, written: str) -> str:
        """The order that takes the place of a written one."""
        return f"{written}-{self._word}"

    def __call__(self, text: str) -> str:
        where = urlsplit(place.URL)
        text = text.replace(DEV_URL, place.URL).replace(DEV_KEY, place.KEY).replace(DEV_PUBLISHABLE_KEY, place.PUBLISHABLE_KEY)
        text = text.replace("host: '127.0.0.1', port: 8484", f"host: '{where.hostname}', port: {where.port}")
        text = OWN_PORT.sub(lambda found: f"{found.group(1)}{self.port(found.group(2))}", text)
        return ORDER.sub(lambda found: self.order(found.group(0)), text)
