"""One worker: Datasette on one snapshot, answering on a socket its supervisor holds. Started by archive/serve.py.

SIGTERM or SIGINT: finish what is being answered and go. SIGUSR1: a newer worker has taken over; take no more
connections, close each after its next answer, and go when the last has gone. When the supervisor dies, however it
dies, its end of the lifeline closes and the worker goes too.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette

from archive.site import make_app
from archive.site.plugins.answering import App, Receive, Scope, Send

# How long a worker that was told to go, or replaced, waits for what it is still sending: an ordinary page takes
# milliseconds, a download of gigabytes many minutes.
STOP_SECONDS, DRAIN_SECONDS = 5, 1800


class Worker(uvicorn.Server):
    """A uvicorn server that says when it answers, and that can hand over."""

    def __init__(self, site: Datasette, ready: int, lifeline: int) -> None:
        super().__init__(
            uvicorn.Config(
                self.close_when_draining(site.app()),
                log_level="warning",
                access_log=False,
                lifespan="on",
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self.site, self.ready, self.lifeline = site, ready, lifeline
        self.draining = False

    def close_when_draining(self, app: App) -> App:
        """`app`, telling each client to come back on a new connection once another worker takes those."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_and_close(message: dict[str, Any]) -> None:
                if self.draining and message["type"] == "http.response.start":
                    message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
                await send(message)

            await app(scope, receive, send_and_close)

        return answer

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell the supervisor that this worker answers."""
        # The first page opens the snapshot and fills the caches, so that no reader waits for that.
        await self.site.client.get("/")
        await super().startup(sockets)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, self.drain)
        loop.add_reader(self.lifeline, self.stop)
        os.write(self.ready, b"ready")
        os.close(self.ready)

    def stop(self) -> None:
        """The supervisor is gone."""
        asyncio.get_running_loop().remove_reader(self.lifeline)
        self.should_exit = True

    def drain(self) -> None:
        """Take no more connections; what waits in the socket's queue is the newer worker's."""
        self.draining = True
        for server in self.servers:
            server.close()
        self.drained = asyncio.ensure_future(self.wait_for_connections())

    async def wait_for_connections(self) -> None:
        """Go when the last connection has gone."""
        for _ in range(DRAIN_SECONDS * 10):
            if not self.server_state.connections:
                break
            await asyncio.sleep(0.1)
        self.should_exit = True


def main(listening: int, ready: int, lifeline: int, snapshot: Path) -> None:
    """Serve `snapshot` on the listening socket; `ready` and `lifeline` are the supervisor's pipes."""
    Worker(make_app(snapshot), ready, lifeline).run(sockets=[socket.socket(fileno=listening)])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
