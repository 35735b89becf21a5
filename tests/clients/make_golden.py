"""Writes golden.json anew: `SMARTSHELF_BUILD=build python3 tests/clients/make_golden.py`. The requests are packed by msgpack's own Python
library, entries in the order given; the replies are those of the real server to them, and some made by hand. `steady`: two servers that
began alike gave the same bytes."""
import json
import tempfile

import msgpack

import shared

BIG, MOST = 2**53 + 1, 2**63 - 1
TEXTS = {"letters": "Käse 北京 ωμέγα", "right to left": "مرحبا שלום", "beyond the first plane": "🧀👩‍🍳𝄞", "combining": "e\u0301 é", "last of all": "\U0010ffff\uffff\ufeff",
         "markup": "<b>\"'&\\", "joined": "a\u200db\u202ec", "a space": " "}
NUMBERS = [0, 1, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 - 1, BIG, MOST,
           -1, -32, -33, -128, -129, -32768, -32769, -2**31, -2**31 - 1, -2**53 + 1, -BIG, -2**63]
SESSION = {"session_id": "s-1"}
EVENT = {"event": "view", "item_id": "85123A", **SESSION}

# name, method, params; asked one after another of one server
ASKED = [
    ("related", "related", {"item_id": "85123A", "limit": 2}),
    ("related explained", "related", {"item_id": "85123A", "limit": 4, "fields": ["name", "price", "stock", "category"], "explain": True}),
    ("bought together", "bought_together", {"item_id": "22423", "exclude": ["22720"], "limit": 1}),
    ("bought next", "bought_next", {"items": ["22720"], "limit": 2}),
    ("for you", "for_you", {"customer_id": "17850", "limit": 2, "filter": {"category": "Kitchen", "price_max": 1500, "bought": "exclude"}}),
    ("for a stranger", "for_you", {}),
    ("cart", "cart", {"cart": ["22423", "47566"], "limit": 2, "fields": ["name"]}),
    ("empty cart", "cart", {"cart": []}),
    ("popular between prices", "popular", {"filter": {"price_min": 300, "price_max": 500}, "limit": 5}),
    ("popular", "popular", {"limit": 500}),
    ("trending", "trending", {"limit": 1, **SESSION, "request_id": "r-1", "consent": "granted", "timestamp": 1767225600000000}),
    ("new arrivals", "new_arrivals", {"limit": 3}),
    ("alternatives", "alternatives", {"item_id": "85123A", "limit": 3}),
    ("buy again", "buy_again", {"customer_id": "17850", "limit": 3}),
    ("an item that is not known", "related", {"item_id": "nothing", "limit": 1, "explain": True}),
    ("page", "page", {"item_id": "85123A", "shelves": ["bought_together", {"shelf": "related", "limit": 1}, "popular"], "limit": 2}),
    ("page explained", "page", {"item_id": "22423", "shelves": [{"shelf": "related", "limit": 2}, {"shelf": "trending", "limit": 2}],
                                "fields": ["price"], "explain": True}),
    ("page with offers for nobody", "page", {"shelves": ["popular"], "limit": 1, "offers": True}),
    ("page with offers", "page", {"shelves": ["popular"], "limit": 1, **SESSION, "offers": {"page": "home", "limit": 1, "cart": ["22423"]}}),
    ("page of a shelf that is not", "page", {"shelves": ["popular", "populr"]}),
    ("misspelt param", "related", {"item": "85123A"}),
    ("misspelt method", "ofers", {}),
    ("limit too great", "popular", {"limit": 501}),
    ("wrong type", "popular", {"limit": "many"}),
    ("missing item", "alternatives", {}),
    ("event", "event", {**EVENT, "event_id": "e-1"}),
    ("event again", "event", {**EVENT, "event_id": "e-1"}),
    ("events", "event", {"events": [{**EVENT, "event_id": "e-1"}, {"event": "cart_add", "item_id": "22423", **SESSION, "customer_id": "17850",
                                     "quantity": 1000000, "event_id": "e-2"}, {"event": "view", "item_id": "22423", "event_id": "e-3"}], "durability": "relaxed"}),
    ("event with all fields", "event", {"events": [{
        "event": "purchase", "item_id": "22423", **SESSION, "customer_id": "17850", "order_id": "o-1", "event_id": "e-4", "quantity": 2.5,
        "unit_price": 1275, "timestamp": 1, "shelf": "related", "generation": "20260101T000000.000Z"}]}),
    ("event with a great price", "event", {"events": [{**EVENT, "event_id": "e-5", "unit_price": 900000000000000, "quantity": -1}]}),
    ("event about an offer", "event", {"event": "accept", "offer_id": "7KQ2M4X9", **SESSION, "event_id": "e-6"}),
    ("event without consent", "event", {**EVENT, "event_id": "e-7", "consent": "none"}),
    ("event with a whole float", "event", {**EVENT, "event_id": "e-8", "quantity": 2.0}),
    ("event of a wrong type", "event", {"event": "view", "item_id": 22423, **SESSION, "event_id": "e-9"}),
    ("sixteen events", "event", {"events": [{**EVENT, "event_id": f"many-{i}"} for i in range(16)], "durability": "durable"}),
    ("items", "items", {"items": [{"item_id": "22423", "price": 1100, "stock": 0}, {"item_id": "H-1", "name": "Straw hat", "category": "Hats",
                                                                               "price": 1900}, {"item_id": "47566", "hidden": True}]}),
    ("items taken back", "items", {"items": [{"item_id": "47566", "hidden": None}, {"item_id": "22423", "clear": ["price", "stock"]},
                                             {"item_id": "H-1", "clear": True}]}),
    ("items mended and refused", "items", {"items": [{"item_id": "22423", "stock": -2}, {"item_id": "20725", "price": -1},
                                                     {"item_id": "22423", "clear": ["stock"]}]}),
    ("items with dates", "items", {"items": [{"item_id": "22720", "available_from": 1577836800000000, "available_until": 4102444800000000, "cost": 250}]}),
    ("offers", "offers", {"page": "product", "item_id": "22423", **SESSION, "limit": 2, "fields": ["name"], "request_id": "r-2"}),
    ("offers with a cart", "offers", {"page": "cart", **SESSION, "cart": [{"item_id": "22423", "quantity": 2}, "47566"], "durability": "relaxed"}),
    ("offers without consent", "offers", {"page": "home", "consent": "none"}),
    ("offers for which product", "offers", {"page": "product", **SESSION}),
    ("preview", "preview", {"page": "home", "customer_id": "17850", "exclude": ["22423"], "limit": 1}),
    ("a code that was made up", "redeem", {"code": "7KQ2-M4X9-0TBD-8ZVH", "order_id": "536365", **SESSION,
                                           "cart": [{"item_id": "85123A", "quantity": 2}, "22423"]}),
    ("undoing", "redeem", {"code": "7KQ2-M4X9-0TBD-8ZVH", "order_id": "536365", "undo": True}),
    ("forgetting", "forget", {"customer_id": "12345"}),
    ("health", "health", {}),
    ("stats", "stats", {"buckets": True}),
    ("reload", "reload", {}),
    ("find", "find", {"text": "cake", "fields": ["name", "price"], "limit": 2}),
    ("visitor", "visitor", {"session_id": "s-1"}),
    *((f"a text of {name}", "related", {"item_id": text, "limit": 1, "explain": True}) for name, text in TEXTS.items()),
    *((f"a text of {size} bytes", "popular", {"exclude": ["x" * size], "limit": 1}) for size in (0, 31, 32, 255, 256)),
    ("a text as bytes", "related", {"item_id": b"85123A", "limit": 1}),
    ("bytes that are no text", "related", {"item_id": b"\xff\xfe", "limit": 1}),
    *((f"{count} texts", "popular", {"exclude": [f"i{i}" for i in range(count)], "limit": 1}) for count in (15, 16, 256, 1024)),
    *((f"the number {number}", "popular", {"filter": {"price_min": number}, "limit": 1}) for number in NUMBERS),
]

# Where a language cannot say the same bytes, what it says is decoded to the same.
DIFFERS = {"event with a whole float": {"node": "JavaScript has one kind of number: 2.0 is sent as 2"},
           "a text as bytes": {"php": "PHP has one kind of text: bytes are sent as str"},
           "bytes that are no text": {"php": "as above"}}

ITEM = {"item_id": "22423", "score": 0.5, "reason": {"model": "related", "stage": 0}}
RESULT = {"generation": "20260101T000000.000Z", "items": [ITEM], "short": None}
LONG = {f"rule_{i}": i + 1 for i in range(16)}

# name, method, params, the reply's bytes
ANSWERED = [
    ("entries of a later version", "related", {}, {**RESULT, "later": {"a": [1, {"b": None}]}, "items": [{**ITEM, "badge": "new", "reason": {
        **ITEM["reason"], "because": "20725", "later": [1.5]}}]}),
    ("texts as bytes", "related", {}, {**RESULT, "generation": b"g", "items": [{**ITEM, "name": "Käse".encode(), b"category": b"Food"}]}),
    *((f"a name of {name}", "related", {}, {**RESULT, "items": [{**ITEM, "name": text}]}) for name, text in TEXTS.items()),
    ("a name of 300 bytes", "related", {}, {**RESULT, "items": [{**ITEM, "name": "n" * 300}]}),
    *((f"a price of {number}", "related", {}, {**RESULT, "items": [{**ITEM, "price": number}], "decimals": 2}) for number in NUMBERS[1:]),
    ("sixteen rules", "related", {}, {**RESULT, "removed": LONG, "unknown": ["item_id", "customer_id"]}),
    ("a hundred products", "popular", {}, {**RESULT, "items": [{**ITEM, "item_id": f"i-{i}"} for i in range(100)]}),
    ("no products", "popular", {}, {**RESULT, "items": [], "short": {"code": "below_min_items", "missing": 10}}),
    ("all that a reason may say", "related", {}, {**RESULT, "items": [{**ITEM, "score": 0.1, "reason": {
        "model": "repurchase", "stage": 2, "because": "20725", "because_name": "Bag", "pairs": 3, "customers": 2, "lift": 1.5, "supported_by": 1, "of": 2,
        "sessions": 9, "similarity": 0.25, "rank": 7, "bought": 4, "last_bought": 1767225600000000}, "lowest_price_30d": 900}]}),
    ("a decision", "offers", {"page": "product"}, {
        "show": True, "reason": "offer", "campaign": "lightning", "message_key": "lightning", "variant": None, "expires_at": 1795413476820019,
        "triggers": {"mouse_out": True, "idle_seconds": 20, "back_button": False}, "decimals": 2, "decision": 9, "offers": [
            {"offer_id": "E6KA9DRS", "item_id": "22423", "list_price": 1275, "offer_price": 1147, "incentive": {"name": "p", "kind": "percent",
             "percent": 10.5}, "code": "E6KA-9DRS-R6WG-92S1", "reason": {"model": "page"}, "name": "Cake stand"},
            {"offer_id": "CGQQ1113", "item_id": None, "list_price": 5000, "offer_price": 5000, "incentive": {"name": "g", "kind": "gift",
             "gift_item": "20725"}, "code": "CGQQ-1113-8Z5K-T0RM", "reason": {"model": "cart"}}]}),
    ("a code that is good", "redeem", {}, {"redeemed": True, "reason": "redeemed", "repeated": False, "offer_id": "E6KA9DRS", "campaign": "lightning",
                                           "incentive": {"name": "p", "kind": "points", "points": BIG}, "list": 1275, "charged": 1147, "given": 128,
                                           "decimals": 2}),
]


def told(value):
    """As JSON can say it."""
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if -2**53 < value < 2**53 else {"$integer": str(value)}
    if isinstance(value, float):
        return {"$float": value} if value.is_integer() else value
    if isinstance(value, list):
        return [told(element) for element in value]
    return {name: told(inner) for name, inner in value.items()}


def as_answer(value):
    """As a client tells it: a bin is a text, and whole floats are what they are."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {as_answer(name): as_answer(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_answer(element) for element in value]
    return value if isinstance(value, float) else told(value)


def answer_to(reply):
    _, _, error, result = msgpack.unpackb(reply, strict_map_key=False)
    if error:
        return {"source": "fallback", "error": {"field": None, **error}}
    return {"source": "server", "error": None, "result": as_answer(result)}


def asked(requests):
    """The replies of a server that begins anew."""
    with tempfile.TemporaryDirectory() as folder, shared.Server(folder) as server:
        return [server.ask_bytes(request) for request in requests]


def golden():
    requests = [msgpack.packb([0, 70000 * i % 2**32 + 1, method, params]) for i, (_, method, params) in enumerate(ASKED)]
    for (name, method, params), request, reply, again in zip(ASKED, requests, asked(requests), asked(requests)):
        case = {"name": name, "method": method, "params": told(params), "msgid": msgpack.unpackb(request)[1], "request": request.hex(),
                "steady": reply == again, "reply": reply.hex(), "answer": answer_to(reply)}
        if name in DIFFERS:
            case["differs"] = DIFFERS[name]
        yield case
    for i, (name, method, params, result) in enumerate(ANSWERED):
        request, reply = msgpack.packb([0, i + 1, method, params]), msgpack.packb([1, i + 1, None, result])
        yield {"name": name, "method": method, "params": told(params), "msgid": i + 1, "request": request.hex(), "reply": reply.hex(),
               "answer": answer_to(reply)}


with open(f"{shared.HERE}/golden.json", "w", encoding="utf-8") as file:
    file.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in golden()) + "\n]\n")
