"""A client that waits."""
from __future__ import annotations

import math
import os
import threading
import time
from typing import Any, Mapping, Optional, Sequence, Union

import zmq

from .answer import Answer
from .exchange import Exchange, Request
from .methods import Methods
from .options import Options
from .servers import Server, Servers

_PAUSE_SECONDS = 0.02  # before a busy server is asked again


class Pending:
    """A request under way."""

    def __init__(self, client: Client, request: Request) -> None:
        self._client, self._request = client, request

    def answer(self) -> Answer:
        """Waits until its time is over at most, counted from when it was sent."""
        return self._client._wait_for(self._request)


class Client(Methods[Answer]):
    """Belongs to one thread at a time: each thread makes its own. A child process that inherits one by fork() connects for itself;
    what its parent had under way stays the parent's. Questions raise nothing: what is wrong stands in the answer's `error`."""

    def __init__(self, endpoints: Union[str, Sequence[str]], **options: Any) -> None:
        """Connects in the background: a server that is not there yet is no error. `options`: of `Options`. Raises ValueError for a wrong
        one, zmq.ZMQError for an endpoint or a key that libzmq refuses."""
        self._options = Options(endpoints, **options)
        self._in_use = threading.Lock()
        self._closed = False
        self._connect()

    def _connect(self) -> None:
        self._process = os.getpid()
        self._servers = Servers(self._options)
        self._exchange = Exchange(self._servers, self._options)

    def _enter(self) -> None:
        """Held while the sockets are used."""
        if not self._in_use.acquire(blocking=False):
            raise RuntimeError("a smartshelf.Client belongs to one thread at a time")
        try:
            if self._closed:
                raise RuntimeError("the client is closed")
            if self._process != os.getpid():
                self._connect()
        except BaseException:
            self._in_use.release()
            raise

    def close(self) -> None:
        """Drops what is under way: its answers are the fallback's. Again: does nothing."""
        if self._closed:
            return
        self._enter()
        try:
            self._closed = True
            self._exchange.fail_all()
            self._servers.close()
        finally:
            self._in_use.release()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, params: Optional[Mapping[str, Any]] = None, timeout_ms: Optional[float] = None) -> Answer:
        return self.send(method, params, timeout_ms).answer()

    def send(self, method: str, params: Optional[Mapping[str, Any]] = None, timeout_ms: Optional[float] = None) -> Pending:
        """Sends without waiting for the reply: many may be under way."""
        self._enter()
        try:
            request = self._exchange.begin(method, {} if params is None else params, timeout_ms)
            if request.answer is None:
                self._exchange.hand_over(request)
            return Pending(self, request)
        finally:
            self._in_use.release()

    def _wait_for(self, request: Request) -> Answer:
        if request.answer is None:
            self._enter()
            try:
                while request.answer is None:
                    self._go_on(request)
            finally:
                self._in_use.release()
        return request.answer

    def _go_on(self, request: Request) -> None:
        """One step towards the answer."""
        left = request.deadline - time.monotonic()
        if request.server is None and left > 0 and self._exchange.hand_over(request):
            return
        self._take_in(max(left, 0), request.server is None)
        if request.answer is not None:
            return
        if request.reply is not None:  # an error that may not stay
            time.sleep(_PAUSE_SECONDS)
            request.begin_attempt()
        elif time.monotonic() >= request.deadline:
            self._exchange.overdue(request)

    def _take_in(self, seconds: float, waits_for_a_server: bool) -> None:
        """Waits for messages, or for a server that takes one, and reads what there is."""
        events = zmq.POLLIN | zmq.POLLOUT if waits_for_a_server else zmq.POLLIN
        servers = self._servers.all
        ready = zmq.zmq_poll([(server.socket, events) for server in servers], math.ceil(seconds * 1000))
        for server in servers:
            if any(socket is server.socket for socket, _ in ready):
                self._read(server)

    def _read(self, server: Server) -> None:
        """As many messages as may wait there, so that there is an end."""
        for _ in range(self._options.queue):
            data = server.receive()
            if data is None:
                return
            request = self._exchange.read(server, data)
            if request and not request.may_do_better():
                self._exchange.settle(request, server)
