"""Requests under way and what comes of them: what both clients share. One thread at a time."""
from __future__ import annotations

import time
from typing import Any, Dict, Mapping, Optional

from . import protocol
from .answer import Answer, Error, fall_back
from .options import Options
from .servers import Server, Servers


class Request:
    """One request. Its number stays when it is sent again: a reply to any of its copies is the reply."""

    def __init__(self, method: str, params: Any, kind: str, options: Options, timeout_ms: Optional[float]) -> None:
        changes = kind in protocol.CHANGES
        self.method, self.params, self.kind = method, params, kind
        self.timeout_ms = timeout_ms if timeout_ms is not None else options.change_timeout_ms if changes else options.timeout_ms
        self.attempts_left = options.change_attempts if kind in protocol.REPEATED else 1
        self.msgid, self.data = 0, b""
        self.visitor: Optional[int] = None
        self.server: Optional[Server] = None  # who has it
        self._junk_before = 0
        self.reply: Optional[protocol.Reply] = None
        self.answer: Optional[Answer] = None
        self.timer: Any = None  # of whoever waits by a timer
        self.deadline = 0.0
        self.begin_attempt()

    def begin_attempt(self) -> None:
        self.attempts_left -= 1
        self.server = None
        self.reply = None
        self.deadline = time.monotonic() + self.timeout_ms / 1000

    def given_to(self, server: Server) -> None:
        self.server, self._junk_before = server, server.junk

    def why_no_reply(self) -> Error:
        if self.server and self.server.junk > self._junk_before:
            return Error(0, "bad_reply", f"{self.server.endpoint} sent bytes that are no reply, and no reply in {self.timeout_ms} ms")
        where = f"from {self.server.endpoint}" if self.server else "for no server took the request"
        return Error(0, "timeout", f"no reply in {self.timeout_ms} ms, {where}")

    def may_do_better(self) -> bool:
        """Did it come back with an error that a moment later, or another server, may not have?"""
        error = self.reply.error if self.reply else None
        return error is not None and error.name in ("busy", "shutting_down") and self.attempts_left > 0


def shape_error(kind: str, result: Any, endpoint: str) -> Optional[Error]:
    try:
        protocol.check_shape(kind, result)
    except protocol.BadReply as error:
        return Error(0, "bad_reply", f"{endpoint}: {error}")
    return None


class Exchange:
    """Numbers requests, hands them to servers, finds the request that a reply belongs to."""

    def __init__(self, servers: Servers, options: Options) -> None:
        self.servers, self._options = servers, options
        self._last_msgid = 0
        self._open: Dict[int, Request] = {}

    def _next_msgid(self) -> int:
        """Never 0, and none that is under way."""
        while True:
            self._last_msgid = self._last_msgid % protocol.MSGID_MAX + 1
            if self._last_msgid not in self._open:
                return self._last_msgid

    def begin(self, method: str, params: Mapping[str, Any], timeout_ms: Optional[float]) -> Request:
        """A request with its bytes; one that cannot be encoded has its answer already."""
        request = Request(method, params, protocol.kind_of(method), self._options, timeout_ms)
        try:
            if request.kind == "event":
                params = protocol.with_event_ids(params)
            request.visitor = protocol.visitor_of(method, params)
            request.msgid = self._next_msgid()
            request.data = protocol.encode(request.msgid, method, params)
        except Exception as error:  # whatever a caller's values raise: a page is not to fail for it
            self.fail(request, Error(0, "argument", f"{method}: {error}"))
            return request
        self._open[request.msgid] = request
        return request

    def hand_over(self, request: Request) -> bool:
        """False: no server takes it now."""
        server = self.servers.take(request.data, request.visitor, request.kind in protocol.HOME_ALONE)
        if server:
            request.given_to(server)
        return server is not None

    def fail(self, request: Request, error: Error) -> None:
        self._open.pop(request.msgid, None)
        request.answer = fall_back(request.kind, request.params, self._options.fallback, error)

    def overdue(self, request: Request) -> bool:
        """The attempt's time is over. True: there is another one, which has begun."""
        error = request.why_no_reply()
        if request.server:
            request.server.missed()
        else:
            self.servers.connect_stuck_anew()
        if request.attempts_left > 0:
            request.begin_attempt()
            return True
        self.fail(request, error)
        return False

    def read(self, server: Server, data: bytes) -> Optional[Request]:
        """The request whose reply this is; None: nobody's."""
        try:
            reply = protocol.decode(data)
        except protocol.BadReply:
            server.junk += 1
            return None
        request = self._open.get(reply.msgid) if reply.msgid is not None else None
        if request is None or request.server is None or request.reply is not None:
            return None  # of a request that was given up
        request.reply = reply
        return request

    def settle(self, request: Request, server: Server) -> None:
        """Makes the answer of the reply that has come."""
        reply = request.reply
        assert reply is not None
        error = reply.error or shape_error(request.kind, reply.result, server.endpoint)
        if error and error.name in ("shutting_down", "bad_reply"):
            server.missed()
        else:
            server.answered()
        if error:
            self.fail(request, error)
        else:
            self._open.pop(request.msgid, None)
            request.answer = Answer("server", reply.result)

    def fail_all(self) -> None:
        for request in list(self._open.values()):
            self.fail(request, Error(0, "closed", "the client was closed"))
