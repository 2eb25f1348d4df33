"""A name server of a test's own on loopback, and the way to let one process ask it and nobody else.

It answers A and AAAA from a table; a CNAME is answered together with what it leads to. A list of several answers is gone
through question by question, which is what an attacker does who rebinds a name. The process that shall ask it runs in a
mount namespace of its own in which `/etc/resolv.conf` names this server, so that the machine's file stays as it is.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import struct
import subprocess
import threading
from pathlib import Path

# Of loopback, so that no address has to be made; the port is where every resolver asks.
ADDRESS, PORT = "127.77.0.53", 53
A, CNAME, AAAA = 1, 5, 28
QUESTION_HEAD = struct.Struct(">HHHHHH")
ANSWERED, NO_SUCH_NAME = 0x8580, 0x8583
IN_MOUNTS = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'


def is_possible() -> bool:
    """Whether this machine lets a test have mounts of its own and that port."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode == 0


class Names:
    """Answers until `close`. The table maps a name to what each question in turn is told: a list of addresses."""

    def __init__(self, aliases: dict[str, str], table: dict[str, list[list[str]]]) -> None:
        self._aliases, self._table = aliases, table
        self.asked: dict[str, int] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ADDRESS, PORT))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops answering."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (ADDRESS, PORT))
        self._thread.join()
        self._socket.close()

    def before(self, folder: Path) -> tuple[str, ...]:
        """The command that starts a process which asks this server."""
        file = folder / "resolv.conf"
        file.write_text(f"nameserver {ADDRESS}\noptions timeout:2 attempts:2\n", encoding="ascii")
        return ("unshare", "-m", "sh", "-c", IN_MOUNTS, str(file))

    def _serve(self) -> None:
        while True:
            question, sender = self._socket.recvfrom(512)
            if not question:
                return
            self._socket.sendto(self._answer(question), sender)

    def _answer(self, question: bytes) -> bytes:
        number = QUESTION_HEAD.unpack_from(question)[0]
        name, end = _name(question)
        kind = struct.unpack_from(">H", question, end)[0]
        target = self._aliases.get(name, name)
        turns = self._table.get(target)
        records = [_record(b"\xc0\x0c", CNAME, _packed(target))] if target != name else []
        if turns is not None:
            # A and AAAA of one look-up belong together; the count of A is the turn of both.
            turn = self.asked.get(name, 0)
            self.asked[name] = turn + (kind == A)
            owner = _packed(target) if records else b"\xc0\x0c"
            parsed = [ipaddress.ip_address(text) for text in turns[min(turn, len(turns) - 1)]]
            records += [_record(owner, kind, a.packed) for a in parsed if kind == (A if a.version == 4 else AAAA)]
        flags = ANSWERED if turns is not None else NO_SUCH_NAME
        return QUESTION_HEAD.pack(number, flags, 1, len(records), 0, 0) + question[12:end + 4] + b"".join(records)


def _name(question: bytes) -> tuple[str, int]:
    labels, at = [], QUESTION_HEAD.size
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode("ascii").lower())
        at += 1 + question[at]
    return ".".join(labels), at + 1


def _packed(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split(".")) + b"\0"


def _record(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + struct.pack(">HHIH", kind, 1, 0, len(data)) + data
