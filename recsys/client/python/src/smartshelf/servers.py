"""The servers of a client: a socket for each, whose turn it is, who is passed over. One thread at a time."""
from __future__ import annotations

import time
from typing import List, Optional

import zmq

from . import protocol
from .options import Options

HEARTBEAT_MS = 1000  # between two signs of life that are asked for
HEARTBEAT_PATIENCE_MS = 3000  # without one for so long, a server is gone


class Server:
    """One server. libzmq gives a connection up for good when the peer sends too much or refuses the key: that need not stay so,
    so the socket is made anew where nothing moves."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], endpoint: str, options: Options) -> None:
        self.endpoint, self.junk = endpoint, 0  # how many of its messages could not be read
        self._context, self._options = context, options
        self._passed_over_until = 0.0  # 0: nothing is held against it
        self.socket = self._connect()

    def _connect(self) -> zmq.Socket[bytes]:
        options, socket = self._options, self._context.socket(zmq.DEALER)
        try:
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.IMMEDIATE, 1)  # requests go only to a server that is there
            socket.setsockopt(zmq.HEARTBEAT_IVL, HEARTBEAT_MS)
            socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, HEARTBEAT_PATIENCE_MS)
            socket.setsockopt(zmq.SNDHWM, options.queue)
            socket.setsockopt(zmq.RCVHWM, options.queue)
            socket.setsockopt(zmq.MAXMSGSIZE, protocol.REPLY_MAX)
            if options.server_key is not None and options.public_key is not None and options.secret_key is not None:
                socket.setsockopt(zmq.CURVE_SERVERKEY, options.server_key.encode())
                socket.setsockopt(zmq.CURVE_PUBLICKEY, options.public_key.encode())
                socket.setsockopt(zmq.CURVE_SECRETKEY, options.secret_key.encode())
            socket.connect(self.endpoint)
        except BaseException:
            socket.close(0)
            raise
        self._moved_at = time.monotonic()
        return socket

    def take(self, request: bytes) -> bool:
        """Hands it the request. False: it is not there, or has enough to do."""
        try:
            self.socket.send(request, zmq.DONTWAIT)
        except zmq.Again:
            return False
        self._moved_at = time.monotonic()
        return True

    def descriptor(self) -> int:
        """What a loop watches: something has changed, which `events` then tells."""
        return int(self.socket.getsockopt(zmq.FD))

    def events(self) -> int:
        """What can be done now: zmq.POLLIN, zmq.POLLOUT."""
        return int(self.socket.getsockopt(zmq.EVENTS))

    def is_stuck(self) -> bool:
        return (time.monotonic() - self._moved_at) * 1000 >= self._options.reconnect_ms

    def connect_anew(self) -> None:
        old = self.socket
        self.socket = self._connect()
        old.close(0)

    def receive(self) -> Optional[bytes]:
        """The next message's last part, so that a delimiter before it is passed over; None: there is none now."""
        try:
            parts = self.socket.recv_multipart(zmq.DONTWAIT)
        except zmq.Again:
            return None
        self._moved_at = time.monotonic()
        return parts[-1]

    def missed(self) -> None:
        self._passed_over_until = time.monotonic() + self._options.pass_over_ms / 1000

    def answered(self) -> None:
        self._passed_over_until = 0.0

    def may_have_turn(self) -> bool:
        """Of a server that missed one request is tried, each time when it has been passed over long enough."""
        if not self._passed_over_until:
            return True
        if time.monotonic() < self._passed_over_until:
            return False
        self.missed()
        return True


class Servers:
    """Requests about a visitor go to their home while it is there, for what a visitor did is known where it was told, and then to the
    next nearest; other requests take turns."""

    def __init__(self, options: Options) -> None:
        self.all: List[Server] = []
        self._turn = 0
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context(1)
        try:
            for endpoint in options.endpoints:
                self.all.append(Server(self._context, endpoint, options))
        except BaseException:
            self.close()
            raise

    def _in_order(self, visitor: Optional[int], home_alone: bool) -> List[Server]:
        if len(self.all) == 1:
            return self.all
        if visitor is None:
            self._turn = (self._turn + 1) % len(self.all)
            return self.all[self._turn:] + self.all[:self._turn]
        about: int = visitor  # what was tested above a lambda is not believed to know
        order = sorted(self.all, key=lambda server: protocol.distance(about, server.endpoint))
        return order[:1] if home_alone else order

    def take(self, request: bytes, visitor: Optional[int], home_alone: bool) -> Optional[Server]:
        """Whoever takes the request; None: nobody does now. Those passed over are asked when there is no other. `home_alone`: only the
        visitor's own server may."""
        passed_over = []
        for server in self._in_order(visitor, home_alone):
            if not server.may_have_turn():
                passed_over.append(server)
            elif server.take(request):
                return server
        return next((server for server in passed_over if server.take(request)), None)

    def connect_stuck_anew(self) -> List[Server]:
        stuck = [server for server in self.all if server.is_stuck()]
        for server in stuck:
            server.connect_anew()
        return stuck

    def close(self) -> None:
        for server in self.all:
            server.socket.close(0)
        self._context.term()
