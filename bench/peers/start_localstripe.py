"""Starts localstripe on a free loopback port and prints that port.

Its own start listens on every address of the machine and writes to one fixed file in the folder of temporary files,
which two runs would share. Here it listens on loopback only, and its file lies where the caller says. Nothing else is
changed: each write dumps the whole store into that file, and each request leaves a line in the log. With `none` in
place of the file it dumps nothing, which is the best that it could do; that is not how it is shipped.
"""

from __future__ import annotations

import builtins
import logging
import socket
import sys
from typing import Any

from aiohttp import web
from localstripe import resources, server

FIXED_FILE = "/tmp/localstripe.pickle"


def keep_file_in(path: str) -> None:
    """Has the store write to `path` instead of the fixed file, or not at all."""
    if path == "none":
        resources.Store.dump_to_disk = lambda store: None
        return

    def open_elsewhere(file: str, mode: str) -> Any:
        if file != FIXED_FILE:
            raise RuntimeError(f"localstripe opens a file that was not expected: {file}")
        return builtins.open(path, mode)

    # A module's own names come before the built-in ones.
    resources.open = open_elsewhere


def main() -> None:
    """Serves until it is told to stop."""
    keep_file_in(sys.argv[1])
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    print(listener.getsockname()[1], flush=True)
    log = logging.getLogger("aiohttp.access")
    log.setLevel(logging.DEBUG)
    log.addHandler(logging.StreamHandler())
    web.run_app(server.app, sock=listener, access_log=log, print=None)


if __name__ == "__main__":
    main()
