"""The bytes of requests and replies. Pure: no sockets, no clock, safe from any thread."""
from __future__ import annotations

import secrets
import zlib
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple

import msgpack

from .answer import Error

REPLY_MAX = 8 << 20  # longest reply that is looked at
_LENGTH_MAX = 1 << 16  # most elements of one list of a reply
MSGID_MAX = 0xFFFFFFFF

SHELVES = ("related", "bought_together", "bought_next", "for_you", "cart", "popular", "trending", "new_arrivals", "alternatives",
           "buy_again")
KINDS: Dict[str, str] = {**dict.fromkeys(SHELVES, "shelf"), "page": "page", "offers": "offers", "preview": "offers",
                         "event": "event", "redeem": "redeem", "forget": "forget", "items": "items", "reload": "reload"}
CHANGES = ("event", "redeem", "forget", "items", "reload")  # kinds that are told rather than asked
REPEATED = ("event", "redeem", "forget")  # kinds of which a second delivery does no harm
HOME_ALONE = ("redeem",)  # kinds that only the visitor's own server can answer: another one does not know its codes


class BadReply(Exception):
    """Bytes that are no reply, or a reply that is not of the shape its method has."""


class Reply(NamedTuple):
    msgid: Optional[int]
    error: Optional[Error]
    result: Any


def kind_of(method: str) -> str:
    return KINDS.get(method, "other")


def encode(msgid: int, method: str, params: Mapping[str, Any]) -> bytes:
    """Entries stand in the order in which they are given. Raises what msgpack raises."""
    if not isinstance(method, str) or not isinstance(params, Mapping):
        raise TypeError("a method's name and a mapping of params are wanted")
    packed: bytes = msgpack.packb([0, msgid, method, params], use_bin_type=True)
    return packed


def with_event_ids(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Every event gets an id of its own where it brings none, so that it counts once however often it is delivered."""
    if "events" not in params:
        return params if params.get("event_id") else {**params, "event_id": secrets.token_hex(16)}
    events = [event if not isinstance(event, Mapping) or event.get("event_id") else {**event, "event_id": secrets.token_hex(16)}
              for event in params["events"]]
    return {**params, "events": events}


def visitor_of(method: str, params: Mapping[str, Any]) -> Optional[int]:
    """The hash of whom the request, or the first of several events, is about; None: of nobody."""
    about = params
    events = params.get("events")
    if isinstance(events, (list, tuple)) and events and isinstance(events[0], Mapping):
        about = events[0]
    name = about.get("session_id") or about.get("customer_id") or (about.get("order_id") if method == "event" else None)
    if isinstance(name, str):
        name = name.encode("utf-8", "surrogatepass")
    return zlib.crc32(name) if isinstance(name, bytes) else None


def _weight(visitor: int, server: int) -> int:
    """The finalizer of MurmurHash3: a CRC alone is linear, and would send visitors to some pairs of servers in step."""
    mixed = visitor ^ server
    mixed = (mixed ^ (mixed >> 16)) * 0x85EBCA6B & 0xFFFFFFFF
    mixed = (mixed ^ (mixed >> 13)) * 0xC2B2AE35 & 0xFFFFFFFF
    return mixed ^ (mixed >> 16)


def distance(visitor: int, endpoint: str) -> Tuple[int, bytes]:
    """Of several servers the one that is least far is the visitor's home, and the next one comes next: the same in every client library
    and in the gateway (PROTOCOL.md, "Several servers")."""
    name = endpoint.encode()
    return -_weight(visitor, zlib.crc32(name)), name


def _texts(value: Any) -> Any:
    """A MessagePack bin is taken for a text."""
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, list):
        return [_texts(element) for element in value]
    if isinstance(value, dict):
        return {_texts(name): _texts(element) for name, element in value.items()}
    return value


def _refuse_ext(code: int, data: bytes) -> Any:
    raise BadReply(f"an extension of type {code} has no place in a reply")


def _unpack(data: bytes) -> Any:
    """Lengths are bounded before room is made for them: claims of more than the bytes hold end here."""
    most = min(len(data), _LENGTH_MAX)
    return msgpack.unpackb(data, raw=False, strict_map_key=False, ext_hook=_refuse_ext, max_array_len=most, max_map_len=most)


def _has_bin(data: bytes) -> bool:
    return b"\xc4" in data or b"\xc5" in data or b"\xc6" in data


def _error_of(value: Any) -> Error:
    if not isinstance(value, dict) or not isinstance(value.get("code"), int) or not isinstance(value.get("name"), str):
        raise BadReply("the error has no code or no name")
    return Error(value["code"], value["name"], str(value.get("message", "")), value.get("field"))


def decode(data: bytes) -> Reply:
    """[1, msgid, error | nil, result | nil]; a msgid of nil: the server could not read that of the request. Raises BadReply."""
    if len(data) > REPLY_MAX:
        raise BadReply(f"{len(data)} bytes, at most {REPLY_MAX} are looked at")
    try:
        reply = _unpack(data)
        if _has_bin(data):
            reply = _texts(reply)
    except BadReply:
        raise
    except Exception as why:  # msgpack and its fallback raise ValueError, UnpackException and others besides
        raise BadReply(f"no MessagePack: {why}") from why
    if not isinstance(reply, list) or len(reply) != 4 or reply[0] != 1 or isinstance(reply[0], bool):
        raise BadReply("not [1, msgid, error, result]")
    _, msgid, error, result = reply
    if msgid is not None and (not isinstance(msgid, int) or isinstance(msgid, bool) or not 0 <= msgid <= MSGID_MAX):
        raise BadReply("msgid is no number of a message")
    return Reply(msgid, None if error is None else _error_of(error), result)


def _is_list(value: Any, of: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(map(of, value))


def _is_product(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("item_id"), str)


def _is_shelf(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("shelf"), str) and _is_list(value.get("items"), _is_product)


def _is_decision(value: Any) -> bool:
    return (isinstance(value, dict) and isinstance(value.get("show"), bool) and isinstance(value.get("reason"), str)
            and _is_list(value.get("offers"), lambda offer: isinstance(offer, dict)))


def _is_page(value: Any) -> bool:
    return _is_list(value.get("shelves"), _is_shelf) and ("offers" not in value or _is_decision(value["offers"]))


_SHAPES: Dict[str, Callable[[Any], bool]] = {
    "shelf": lambda result: _is_list(result.get("items"), _is_product),
    "page": _is_page,
    "offers": _is_decision,
    "event": lambda result: _is_list(result.get("results"), lambda event: isinstance(event, dict)),
    "items": lambda result: _is_list(result.get("results"), lambda item: isinstance(item, dict)),
    "redeem": lambda result: isinstance(result.get("redeemed"), bool) and isinstance(result.get("reason"), str),
}


def check_shape(kind: str, result: Any) -> None:
    """What callers rely on without looking. Raises BadReply."""
    shape = _SHAPES.get(kind)
    if not isinstance(result, dict) or (shape and not shape(result)):
        raise BadReply("the result is not of the shape that the method has")
