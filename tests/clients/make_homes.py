"""Writes homes.json anew: `python3 tests/clients/make_homes.py`. For requests about visitors, the servers in the order in which they are
tried, the visitor's home first, by the words of the protocol page ("Several servers"); null where a request is about nobody."""
import hashlib
import itertools
import json
import os
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
LISTS = [
    ["tcp://127.0.0.1:5555"],
    ["tcp://a:5555", "tcp://b:5555"],
    ["tcp://10.0.0.1:5555", "tcp://10.0.0.2:5555", "tcp://10.0.0.3:5555"],
    ["ipc:///run/smartshelf/shelf.ipc", "tcp://[::1]:5555", "tcp://shelf-2.shop.example:5556", "tcp://b:1", "tcp://c:1"],
    [f"tcp://10.1.{i}.7:5555" for i in range(32)],
]
NAMES = ["s-1", "17850", "Käse 🧀", "x", "f3c1a2d4-9b7e-4c55-8a10-0d2f6b7e9c33", "n" * 255, " ", "e\u0301"]
PARAMS = [
    ("event", {"events": [{"customer_id": "17850", "event": "view"}, {"session_id": "x"}], "session_id": "y"}),
    ("event", {"event": "purchase", "order_id": "o-1"}),
    ("event", {"order_id": "o-1", "customer_id": "17850"}),
    ("event", {"events": [{"order_id": "o-2"}]}),
    ("redeem", {"code": "7KQ2-M4X9-0TBD-8ZVH", "order_id": "o-1", "session_id": "s-1"}),
    ("redeem", {"code": "7KQ2-M4X9-0TBD-8ZVH", "order_id": "o-1"}),
    ("related", {"session_id": "", "customer_id": "c"}),
    ("related", {"item_id": "x"}),
    ("popular", {}),
]


def weight(visitor, endpoint):
    """CRC-32 of both, one XORed with the other, mixed as the end of MurmurHash3 mixes 32 bits."""
    mixed = zlib.crc32(visitor.encode()) ^ zlib.crc32(endpoint.encode())
    for shift, factor in ((16, 0x85ebca6b), (13, 0xc2b2ae35)):
        mixed = (mixed ^ mixed >> shift) * factor % 2**32
    return mixed ^ mixed >> 16


def visitor_of(method, params):
    about = params["events"][0] if "events" in params else params
    return about.get("session_id") or about.get("customer_id") or (about.get("order_id") if method == "event" else None)


def order(visitor, endpoints):
    """By falling weight; of equal weights by their bytes."""
    return sorted(endpoints, key=lambda endpoint: (-weight(visitor, endpoint), endpoint.encode()))


def alike():
    """Two endpoints with the same CRC-32, so that their weights are the same for everybody."""
    seen = {}
    for i in itertools.count():
        endpoint = f"tcp://{hashlib.md5(str(i).encode()).hexdigest()}:5555"
        other = seen.setdefault(zlib.crc32(endpoint.encode()), endpoint)
        if other != endpoint:
            return [other, endpoint]


def cases():
    for endpoints in [*LISTS, alike() + LISTS[1]]:
        asked = [("related", {"session_id": name}) for name in NAMES] + [("offers", {"customer_id": name}) for name in NAMES[:2]]
        for method, params in asked + (PARAMS if endpoints is LISTS[2] else []):
            visitor = visitor_of(method, params)
            yield {"method": method, "params": params, "order": visitor and order(visitor, endpoints)}


with open(f"{HERE}/homes.json", "w", encoding="utf-8") as file:
    file.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases()) + "\n]\n")
