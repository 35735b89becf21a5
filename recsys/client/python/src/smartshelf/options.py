"""What a client is told when it is made."""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from numbers import Real
from typing import Optional, Sequence, Union

_ENDPOINT = re.compile(r"tcp://.+:(\d+|\*)|(ipc|inproc)://.+", re.DOTALL)
_KEY_LENGTH = 40  # of Z85


@dataclass(frozen=True)
class Options:
    """Times are milliseconds.

    endpoints           one or several servers, by the same texts in all programs of a shop
    timeout_ms          most time of a question
    change_timeout_ms   most time of one attempt to tell of events and changes
    change_attempts     most attempts where a repetition does no harm
    pass_over_ms        how long a server that missed a request is passed over while there are others
    reconnect_ms        a server that for so long neither took nor sent anything is connected to anew
    fallback            item ids shown when no answer comes, best first
    queue               most requests, and most replies, that wait at one server
    server_key, public_key, secret_key    CURVE keys in Z85, all three or none
    """

    endpoints: Union[str, Sequence[str]]
    timeout_ms: int = 50
    change_timeout_ms: int = 1000
    change_attempts: int = 3
    pass_over_ms: int = 1000
    reconnect_ms: int = 3000
    fallback: Sequence[str] = field(default_factory=list)
    queue: int = 1000
    server_key: Optional[str] = None
    public_key: Optional[str] = None
    secret_key: Optional[str] = None

    def __post_init__(self) -> None:
        endpoints = [self.endpoints] if isinstance(self.endpoints, str) else list(self.endpoints)
        object.__setattr__(self, "endpoints", endpoints)
        if not endpoints:
            raise ValueError("endpoints: none is given")
        for endpoint in endpoints:
            if not isinstance(endpoint, str) or not _ENDPOINT.fullmatch(endpoint):
                raise ValueError(f"endpoints: tcp://ADDRESS:PORT or ipc://PATH is wanted, found {endpoint!r}")
        if isinstance(self.fallback, str):
            raise ValueError("fallback: a list of item ids is wanted, found a text")
        for name, least in (("timeout_ms", 0), ("change_timeout_ms", 0), ("change_attempts", 1), ("pass_over_ms", 0), ("reconnect_ms", 0),
                            ("queue", 1)):
            if not isinstance(getattr(self, name), Real):
                raise TypeError(f"{name}: a number is wanted, found {getattr(self, name)!r}")
            if getattr(self, name) < least:
                raise ValueError(f"{name}: at least {least} is wanted, found {getattr(self, name)}")
        if len({self.server_key is None, self.public_key is None, self.secret_key is None}) != 1:
            raise ValueError("server_key, public_key, secret_key: all three or none")
        for name in ("server_key", "public_key", "secret_key"):  # whose text is in no message
            key = getattr(self, name)
            if key is not None and len(key) != _KEY_LENGTH:
                raise ValueError(f"{name}: {_KEY_LENGTH} characters of Z85 are wanted, found {len(key)}")
