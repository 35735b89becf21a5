"""A client that is awaited."""
from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Dict, List, Mapping, Optional, Sequence, Union

import zmq

from .answer import Answer
from .exchange import Exchange, Request
from .methods import Methods
from .options import Options
from .servers import Server, Servers

_PAUSE_SECONDS = 0.02  # before a busy server is asked again


class AsyncClient(Methods["Awaitable[Answer]"]):
    """Belongs to one event loop, which must be able to watch sockets (`loop.add_reader`), and to the process that made it. As many
    requests as wanted are under way at once; each is sent when it is called, not when it is awaited."""

    def __init__(self, endpoints: Union[str, Sequence[str]], **options: Any) -> None:
        """As of Client; makes its connections at the first call, or at `async with`."""
        self._options = Options(endpoints, **options)
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._closed = False
        self._futures: Dict[Request, asyncio.Future[Answer]] = {}
        self._waiting: List[Request] = []  # for a server that takes them
        self._watched: Dict[int, Server] = {}

    def _open(self) -> asyncio.AbstractEventLoop:
        if self._closed:
            raise RuntimeError("the client is closed")
        if self._loop is None:
            loop = asyncio.get_running_loop()
            self._servers = Servers(self._options)
            self._exchange = Exchange(self._servers, self._options)
            self._loop = loop
            self._watch()
        elif self._loop is not asyncio.get_running_loop():
            raise RuntimeError("a smartshelf.AsyncClient belongs to one event loop")
        return self._loop

    def _watch(self) -> None:
        """Sockets that were made anew have another descriptor."""
        assert self._loop is not None
        for descriptor in self._watched:
            self._loop.remove_reader(descriptor)
        self._watched = {server.descriptor(): server for server in self._servers.all}
        for descriptor in self._watched:
            self._loop.add_reader(descriptor, self._take_in)

    async def __aenter__(self) -> AsyncClient:
        self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drops what is under way: its answers are the fallback's. Again: does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._loop is None:
            return
        for descriptor in self._watched:
            self._loop.remove_reader(descriptor)
        self._exchange.fail_all()
        for request in list(self._futures):
            self._resolve(request)
        self._servers.close()

    def call(self, method: str, params: Optional[Mapping[str, Any]] = None,
             timeout_ms: Optional[float] = None) -> Awaitable[Answer]:
        loop = self._open()
        future: asyncio.Future[Answer] = loop.create_future()
        request = self._exchange.begin(method, {} if params is None else params, timeout_ms)
        if request.answer is not None:
            future.set_result(request.answer)
            return future
        self._futures[request] = future
        self._begin_attempt(request)
        return future

    def _begin_attempt(self, request: Request) -> None:
        assert self._loop is not None
        if not self._exchange.hand_over(request):
            self._waiting.append(request)
        request.timer = self._loop.call_later(request.timeout_ms / 1000, self._overdue, request)
        self._take_in()  # sending may have used up the descriptor's sign that something came

    def _overdue(self, request: Request) -> None:
        if self._closed or request.answer is not None:
            return
        self._take_in()
        if request.answer is not None or request.reply is not None:
            return
        if request in self._waiting:
            self._waiting.remove(request)
        sockets = [server.socket for server in self._servers.all]
        again = self._exchange.overdue(request)
        if sockets != [server.socket for server in self._servers.all]:
            self._watch()
        if again:
            self._begin_attempt(request)
        else:
            self._resolve(request)

    def _try_again(self, request: Request) -> None:
        if not self._closed:
            request.begin_attempt()
            self._begin_attempt(request)

    def _resolve(self, request: Request) -> None:
        future = self._futures.pop(request)
        if request.timer:
            request.timer.cancel()
        assert request.answer is not None
        if not future.done():  # whoever awaited it may have given up
            future.set_result(request.answer)

    def _take_in(self) -> None:
        """Reads all that has come, and hands over what waits for a server. A descriptor tells only that something changed, and only
        until the socket is looked at: so each is looked at until it has nothing more."""
        while not self._closed:
            can_take = False
            for server in self._servers.all:
                self._read(server)
                can_take = can_take or bool(server.events() & zmq.POLLOUT)
            if not (self._waiting and can_take and self._hand_over_waiting()):
                return

    def _hand_over_waiting(self) -> bool:
        """False: nobody took anything."""
        waiting = self._waiting
        self._waiting = [request for request in waiting if not self._exchange.hand_over(request)]
        return len(self._waiting) < len(waiting)

    def _read(self, server: Server) -> None:
        """As many messages as may wait there; others have their turn before more are looked at."""
        for _ in range(self._options.queue):
            data = server.receive() if server.events() & zmq.POLLIN else None
            if data is None:
                return
            request = self._exchange.read(server, data)
            if request:
                self._use_reply(request, server)
        assert self._loop is not None
        self._loop.call_soon(self._take_in)

    def _use_reply(self, request: Request, server: Server) -> None:
        if not request.may_do_better():
            self._exchange.settle(request, server)
            self._resolve(request)
            return
        assert self._loop is not None
        request.timer.cancel()
        self._loop.call_later(_PAUSE_SECONDS, self._try_again, request)
