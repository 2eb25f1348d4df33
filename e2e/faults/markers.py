"""What must be nowhere: published test card numbers, a security code, keys and signing secrets; and the search for them.

The search takes bytes and gives complaints that name the place and the kind, never the secret. A code of three digits is
found where it stands as a value: in quotes, in brackets or behind its name; a bare 739 would be found everywhere by chance.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

GOOD, DECLINED, ASKING = "4242424242424242", "4000000000000002", "4000000000003220"
NUMBERS = [GOOD, "4000056655665556", "5555555555554444", "378282246310005", "6011111111111117", DECLINED, ASKING,
           "4000000000009995"]
CVC, CVC_OF_FOUR = "739", "7391"
NAMED = ["cvc=", "cvc]=", "cvc%5D=", 'cvc":', 'cvc": ', "cvc: "]
# Digits with single blanks or hyphens between them, and no letter on either side: a hash in hexadecimal is no card.
DIGITS = re.compile(rb"(?<![0-9A-Za-z])[3-6](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])")
PIECE_BYTES = 16 * 1024 * 1024
OVERLAP_BYTES = 64


def grouped(number: str, separator: str) -> str:
    """`4242 4242 4242 4242`."""
    return separator.join(number[at:at + 4] for at in range(0, len(number), 4))


def is_luhn(digits: str) -> bool:
    """Whether the last digit checks the others."""
    doubled = [int(d) * (1 + at % 2) for at, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


@dataclass
class Search:
    """Keeps what was found. `secrets` maps what is secret wherever it stands to its name."""

    secrets: dict[str, str] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    bytes_seen: int = 0

    def exact(self, place: str, data: bytes) -> None:
        """Our own numbers and secrets: for files of any size and kind."""
        self.bytes_seen += len(data)
        for number in NUMBERS:
            if any(text.encode() in data for text in (number, grouped(number, " "), grouped(number, "-"))):
                self.found.append(f"{place}: the number that ends in {number[-4:]}")
        self.found += [f"{place}: {name}" for secret, name in self.secrets.items() if secret.encode() in data]

    def text(self, place: str, data: bytes) -> None:
        """Besides, anybody's card number and our code: for texts."""
        self.exact(place, data)
        for match in DIGITS.finditer(data):
            digits = re.sub(rb"[ -]", b"", match.group()).decode()
            if is_luhn(digits) and digits not in NUMBERS:
                self.found.append(f"{place}: a card number at {match.start()}")
        for code in (CVC, CVC_OF_FOUR):
            forms = [f'"{code}"', f"'{code}'", f'\\"{code}\\"', f"({code})", *(f"{name}{code}" for name in NAMED)]
            if any(form.encode() in data for form in forms):
                self.found.append(f"{place}: the code {code}")

    def cells(self, place: str, rows: list[list[str]]) -> None:
        """Values of their own, in which a code may stand alone."""
        for row in rows:
            self.text(place, "\n".join(row).encode())
            if CVC in row or CVC_OF_FOUR in row:
                self.found.append(f"{place}: a code in a cell")

    def folder(self, folder: Path, name: str, is_text: bool = False) -> int:
        """Every file below a folder, in pieces; how many there were."""
        count = 0
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
            count += 1
            with path.open("rb") as file:
                rest = b""
                while piece := file.read(PIECE_BYTES):
                    (self.text if is_text else self.exact)(f"{name}/{path.relative_to(folder)}", rest + piece)
                    rest = piece[-OVERLAP_BYTES:]
        return count
