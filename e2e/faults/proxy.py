"""A line between Florin and its database that can stall, break, lose answers, and grow slow.

It listens on a port of loopback and passes bytes to another one. Connections that a fault has hit stay dead when the
line is healed, as they would if a router had forgotten them; only those that were merely stalled go on.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Any, Callable

CHUNK_BYTES = 65_536
# Closes at once and tells the other side that the connection was reset.
LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class Pair:
    """One connection of a client, and ours to the server."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    # The server's side is gone.
    is_dead: bool = False
    # What the server says does not arrive.
    is_deaf: bool = False


def reset(writer: asyncio.StreamWriter | None) -> None:
    """Breaks a connection."""
    if writer is None:
        return
    line = writer.get_extra_info("socket")
    if line is not None and line.fileno() >= 0:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    writer.transport.abort()


class Proxy:
    """Passes bytes until it is told otherwise."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._pairs: set[Pair] = set()
        self._delay_s, self._resets, self._loses_answers = 0.0, False, False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port: int = self._do(self._open)

    def _do(self, what: Callable[[], Any]) -> Any:
        """Runs it where the connections live, and waits for it."""

        async def run() -> Any:
            found = what()
            return await found if asyncio.iscoroutine(found) else found

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(30)

    async def _open(self) -> int:
        self._passes = asyncio.Event()
        self._passes.set()
        self._listener = await asyncio.start_server(self._take, "127.0.0.1", 0)
        return self._listener.sockets[0].getsockname()[1]

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair = Pair(writer)
        if self._resets:
            return reset(writer)
        self._pairs.add(pair)
        try:
            await self._passes.wait()
            from_server, pair.server = await asyncio.open_connection("127.0.0.1", self._server_port)
            await asyncio.gather(self._pump(pair, reader, pair.server, False), self._pump(pair, from_server, writer, True))
        except OSError:
            pass
        finally:
            # A client whose server is gone hears nothing of it.
            if not pair.is_dead:
                self._pairs.discard(pair)
                writer.close()
            if pair.server:
                pair.server.close()

    async def _pump(self, pair: Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_answer: bool) -> None:
        while data := await reader.read(CHUNK_BYTES):
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
            await self._passes.wait()
            pair.is_deaf |= is_answer and self._loses_answers
            if pair.is_deaf and is_answer:
                continue
            writer.write(data)
            await writer.drain()
        if not (is_answer and pair.is_deaf or pair.is_dead):
            writer.close()

    def stall(self) -> None:
        """Nothing passes; new connections are accepted and hear nothing. What was under way arrives later."""
        self._do(self._passes.clear)

    def reset(self) -> None:
        """Breaks every connection, and every new one."""

        def strike() -> None:
            self._resets = True
            for pair in list(self._pairs):
                reset(pair.client)
                reset(pair.server)

        self._do(strike)

    def half_open(self) -> None:
        """The server's side of every connection is gone, and clients are not told; new ones hear nothing."""

        def strike() -> None:
            self._passes.clear()
            for pair in list(self._pairs):
                pair.is_dead = True
                reset(pair.server)

        self._do(strike)

    def lose_answers(self) -> None:
        """The server hears everything, and nothing that it says arrives."""

        def strike() -> None:
            self._loses_answers = True

        self._do(strike)

    def slow_down(self, delay_s: float) -> None:
        """Every piece arrives so much later."""
        self._delay_s = delay_s

    def heal(self) -> None:
        """New connections work; those that were only stalled go on."""

        def strike() -> None:
            self._delay_s, self._resets, self._loses_answers = 0.0, False, False
            self._passes.set()

        self._do(strike)

    def close(self) -> None:
        """Ends all connections."""

        async def end() -> None:
            self._listener.close()
            for pair in list(self._pairs):
                reset(pair.client)
                reset(pair.server)
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        self._do(end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
