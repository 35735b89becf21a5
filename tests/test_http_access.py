#!/usr/bin/env python3
"""Who may do what over HTTP, tried out on a real server: pages of other origins, other visitors' sessions and customers, forged purchases, tokens, cookies,
rates behind a proxy; and hostile params of every kind, each with the right status, none of them a fault of the server."""
import itertools
import json
import os
import random
import tempfile
import time
import unittest

from http_server import SESSION, HttpServer, new_key
from live_server import make_shop

SHOP, EVIL = "https://shop.example", "https://evil.example"
TEXTS = {
    "tags": "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "quotes": "\"'`\\'; DROP TABLE items; --",
    "controls": "a\x01\x02\x1b[31m\x7f\r\nlevel=info forged=true",
    "bidirectional": "\u202egnp.exe\u2066\u2069\u200f\u061c",
    "separators": "line\u2028line\u2029end",
    "astral": "\U0001f600\U0001f468\u200d\U0001f469",
    "percent": "%00%2e%2e%2f%n%s{{7*7}}${7*7}",
    "blanks": " \t\u00a0 ",
}
TEXT_PARAMS = ["item_id", "session_id", "customer_id", "request_id"]


class Case(unittest.TestCase):
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.store = make_shop(cls.folder.name, random.Random(11), 600)
        keys = f"{cls.folder.name}/keys"
        cls.public, cls.other, cls.secret = new_key(keys, "public", SHOP), new_key(keys, "public"), new_key(keys, "secret")
        cls.server = HttpServer(cls.folder.name, cls.store, "--http-keys", keys, *cls.options)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        log = cls.server.text()
        cls.server.stop()
        cls.server.close()
        cls.folder.cleanup()
        for key in (cls.public, cls.other, cls.secret, SESSION):
            assert key not in log and key[3:] not in log, "a key is in the log"

    def public_post(self, method, body, **more):
        return self.server.post(method, body, query={"key": self.public}, **more)

    def denied(self, answer, field=None, status=403):
        self.assertEqual((answer.status, *answer.error), (status, "access_denied", field), answer.body)


class Pages(Case):
    """What browsers are told (CORS), and what they send on their own."""

    options = ("--http-rate", 0)

    def test_origins(self):
        for origin, status in ((SHOP, 200), (EVIL, 403), ("null", 403), ("https://shop.example.evil.example", 403), ("http://shop.example", 403)):
            for answer in (self.server.get("popular", {"key": self.public}, headers={"Origin": origin}),
                           self.public_post("event", {"event": "view", "item_id": "a", "session_id": SESSION}, headers={"Origin": origin, "Content-Type": "text/plain"})):
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.headers["Access-Control-Allow-Origin"], origin if status == 200 else None)
                self.assertIsNone(answer.headers["Access-Control-Allow-Credentials"])
                self.assertIn("Origin", answer.headers["Vary"])
                self.assertIn("Authorization", answer.headers["Vary"])

    def test_a_listed_page_reads_why_it_is_refused(self):
        for key, field, status in ((self.other, "Origin", 403), ("pk_" + 40 * "0", None, 401), (None, None, 401)):
            for origin in (SHOP, EVIL, "null"):
                for answer in (self.server.get("popular", {"key": key} if key else None, headers={"Origin": origin}),
                               self.server.get("popular", None, key=key, headers={"Origin": origin})):
                    self.denied(answer, field, status)
                    self.assertEqual(answer.headers["Access-Control-Allow-Origin"], SHOP if origin == SHOP else None)
                    self.assertIsNone(answer.headers["Access-Control-Allow-Credentials"])
                    self.assertIn("Origin", answer.headers["Vary"])
        self.denied(self.server.get("popular", None, key=self.secret, headers={"Origin": SHOP}), "Origin")

    def test_preflights(self):
        for origin, query, allowed in ((SHOP, None, True), (SHOP, {"key": self.public}, True), (SHOP, {"key": self.other}, True), (EVIL, {"key": self.public}, False), (EVIL, None, False), ("null", None, False)):
            answer = self.server.request("OPTIONS", "/v1/offers", None, query, {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"})
            self.assertEqual(answer.status, 204)
            self.assertEqual(answer.headers["Access-Control-Allow-Origin"], origin if allowed else None)
            self.assertEqual(answer.headers["Access-Control-Allow-Methods"], "GET, POST" if allowed else None)
        # what only looks like a preflight is none
        self.denied(self.server.get("stats", None, headers={"Origin": SHOP, "Access-Control-Request-Method": "GET"}), status=401)

    def test_a_cookie_is_no_key_to_methods(self):
        cookie = {"Cookie": f"smartshelf_key={self.secret}"}
        self.denied(self.server.get("stats", None, headers=cookie), status=401)
        self.denied(self.server.post("items", {"items": []}, headers=cookie | {"Origin": f"http://{self.server.address}"}), status=401)
        self.denied(self.server.post("token", {}, headers=cookie), status=401) # a form of another page could send it

    def test_a_secret_key_in_an_address_is_refused(self):
        self.denied(self.server.get("stats", {"key": self.secret}), "key", 401)

    def test_what_is_cached_for_one_is_not_given_to_another(self):
        mine, theirs = self.server.get("popular", None, key=self.secret), self.server.get("popular", None, key=self.public)
        self.assertNotEqual(mine.headers["ETag"], theirs.headers["ETag"])
        self.assertIn("score", mine.json["items"][0])
        self.assertNotIn("score", theirs.json["items"][0])
        self.assertIn("Authorization", mine.headers["Vary"])
        again = self.server.get("popular", None, key=self.public, headers={"If-None-Match": mine.headers["ETag"]})
        self.assertEqual(again.status, 200)
        self.assertEqual(self.server.get("popular", None, key=self.public, headers={"If-None-Match": theirs.headers["ETag"]}).status, 304)
        for answer in (self.server.get("for_you", {"session_id": SESSION}, key=self.public), self.public_post("event", {"event": "view", "item_id": "a", "session_id": SESSION}),
                       self.server.post("token", {"customer_id": "1", "session_id": SESSION}, key=self.secret)):
            self.assertEqual(answer.headers["Cache-Control"], "no-store")


class KeptForAMinute(Case):
    options = ("--http-max-age", 60)

    def test_what_a_secret_key_is_shown_is_in_no_shared_cache(self):
        self.assertEqual(self.server.get("popular", None, key=self.public).headers["Cache-Control"], "public, max-age=60")
        self.assertEqual(self.server.get("popular", None, key=self.secret).headers["Cache-Control"], "no-cache")


class Visitors(Case):
    """A browser and what is not its own."""

    options = ("--http-rate", 0)

    def token(self, customer="c1", session=SESSION, **more):
        answer = self.server.post("token", {"customer_id": customer, "session_id": session, **more}, key=self.secret)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["customer_token"]

    def test_a_customer_by_a_token_alone(self):
        ask = lambda **params: self.public_post("buy_again", {"session_id": SESSION, **params})
        self.denied(ask(customer_id="c1"), "customer_id")
        self.denied(ask(customer_token="made-up"), "customer_token")
        self.denied(self.public_post("buy_again", {"session_id": "another-session-0001", "customer_token": self.token()}), "customer_token")
        mine = ask(customer_token=self.token())
        self.assertEqual(mine.status, 200)
        theirs = self.server.post("buy_again", {"customer_id": "c1", "session_id": SESSION}, key=self.secret)
        self.assertEqual([item["item_id"] for item in mine.json["items"]], [item["item_id"] for item in theirs.json["items"]])
        self.assertEqual(self.server.get("buy_again", {"key": self.public, "session_id": SESSION, "customer_token": self.token()}).json, mine.json)

    def test_tokens(self):
        before = time.time()
        answer = self.server.post("token", {"customer_id": "c1", "session_id": SESSION, "minutes": 1}, key=self.secret).json
        self.assertAlmostEqual(answer["expires_at"] / 1e6, before + 60, delta=30)
        for body, code, field in (({"session_id": SESSION}, "missing_param", "customer_id"), ({"customer_id": "1"}, "missing_param", "session_id"),
                                  ({"customer_id": "1", "session_id": "s-1"}, "out_of_range", "session_id"), ({"customer_id": "1", "session_id": SESSION, "minutes": 10081}, "out_of_range", "minutes"),
                                  ({"customer_id": "1", "session_id": SESSION, "minutes": 0}, "out_of_range", "minutes"), ({"customer_id": 1, "session_id": SESSION}, "wrong_type", "customer_id"),
                                  ({"customer_id": "", "session_id": SESSION}, "out_of_range", "customer_id"), ({"x": 1}, "unknown_param", "x")):
            answer = self.server.post("token", body, key=self.secret)
            self.assertEqual((answer.status, *answer.error), (400, code, field))
        self.denied(self.server.post("token", {"customer_id": "1", "session_id": SESSION}, key=self.public))
        self.denied(self.server.post("token", {"customer_id": "1", "session_id": SESSION}), status=401)

    def test_what_a_token_says_is_kept_of_the_customer(self):
        session = "token-session-" + SESSION
        answer = self.public_post("event", {"events": [{"event": "view", "item_id": "item-007", "session_id": session}], "customer_token": self.token("c9", session)})
        self.assertEqual(answer.json["stored"], 1)
        known = self.server.post("visitor", {"customer_id": "c9"}, key=self.secret).json["customer"]
        self.assertEqual([item["item_id"] for item in known["items"]], ["item-007"])

    def test_nothing_is_bought_by_a_browser(self):
        for field, value in (("event", "purchase"), ("order_id", "1"), ("unit_price", 1), ("timestamp", 1), ("customer_id", "c1")):
            event = {"event": "view", "item_id": "item-001", "session_id": SESSION, field: value}
            self.denied(self.public_post("event", event), field)
            self.denied(self.public_post("event", {"events": [event]}), f"events[0].{field}")
        for method in ("redeem", "preview", "items", "forget", "reload", "stats", "health", "visitor", "find"):
            self.denied(self.public_post(method, {}))

    def test_a_page_takes_no_name_of_the_shops_events(self):
        """Told first by a page, a purchase's event_id does not make the purchase a repetition; a page's own repetitions are some."""
        purchase = {"event": "purchase", "item_id": "item-003", "session_id": "buyer-" + SESSION, "order_id": "1001", "event_id": "1001-0"}
        view = {"event": "view", "item_id": "item-004", "session_id": SESSION, "event_id": "1001-0"}
        told = [self.public_post("event", view).json, self.public_post("event", view).json,
                self.server.post("event", purchase, key=self.secret).json, self.server.post("event", purchase, key=self.secret).json]
        self.assertEqual([(answer["stored"], answer["repeated"]) for answer in told], [(1, 0), (0, 1), (1, 0), (0, 1)])

    def test_counts_of_others_are_not_shown(self):
        answer = self.public_post("page", {"shelves": ["related", "popular", "trending", "for_you"], "item_id": "item-001", "session_id": SESSION, "fields": ["name", "stock", "price"], "offers": True})
        self.assertEqual(answer.status, 200)
        items = [item for shelf in answer.json["shelves"] for item in shelf["items"]] + answer.json["offers"]["offers"]
        self.assertGreater(len(items), 10)
        for item in items:
            self.assertLessEqual(set(item["reason"]), {"model", "because", "because_name"})
            self.assertIn(item["stock"], (True, False))
            self.assertNotIn("score", item)
        self.assertFalse({"decision", "campaign"} & set(answer.json["offers"]))

    def test_sessions_that_could_be_guessed(self):
        for session in ("s-4711", "s-4711" + " " * 20, "\u00a0" * 20, "x" * 15, "x" * 256, ""):
            answer = self.server.get("for_you", {"key": self.public, "session_id": session})
            self.assertEqual((answer.status, *answer.error), (400, "out_of_range", "session_id"))


class Hostile(Case):
    options = ("--http-rate", 0)

    def right(self, answer, *statuses):
        """One of the statuses, in JSON that says so itself, and nothing in it that a page could take for markup."""
        self.assertIn(answer.status, statuses, answer.body[:300])
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertFalse(set(b"<>&\x00\x1b\x7f") & set(answer.body), answer.body[:300])
        self.assertNotIn("\u2028", answer.body.decode())
        json.loads(answer.body)

    def test_texts(self):
        """Any text is an id that nothing is known of, or none."""
        for (kind, text), name in itertools.product(TEXTS.items(), TEXT_PARAMS):
            with self.subTest(kind=kind, name=name):
                params = {"item_id": "item-001", name: text}
                self.right(self.server.post("related", params, key=self.secret), 200)
                self.right(self.server.get("related", params, key=self.secret), 200)
                self.right(self.public_post("related", params), *((200,) if name in ("item_id", "request_id") else (200, 400, 403)))
                self.right(self.server.post("offers", {"page": "home", "session_id": SESSION, name: text}, key=self.secret), 200, 400)
        for text in TEXTS.values():
            self.right(self.public_post("event", {"event": text, "item_id": "a", "session_id": SESSION}), 403)
            self.right(self.public_post("event", {"event": "view", "item_id": text, "session_id": SESSION}), 200)
            self.right(self.server.post("related", {text: 1}, key=self.secret), 400)
            self.right(self.server.get("related", {text: "1"}, key=self.secret), 400)
            self.right(self.server.post("page", {"shelves": [text]}, key=self.secret), 400)
            self.right(self.server.request("GET", "/v1/" + "".join(f"%{byte:02x}" for byte in text.encode())), 400, 404)

    def test_long_ones(self):
        for size in (255, 256, 10000, 200000):
            answer = self.server.post("related", {"item_id": "x" * size}, key=self.secret)
            self.right(answer, 200 if size == 255 else 400)
            self.assertEqual(answer.error, (None, None) if size == 255 else ("out_of_range", "item_id"))
            if size <= 10000:
                self.right(self.server.get("related", {"item_id": "x" * size}, key=self.secret), 200 if size == 255 else 400)
        self.right(self.server.post("related", {"item_id": "x" * 600000}, key=self.secret), 413)
        self.right(self.server.post("related", {"items": ["\u00e9" * 127] * 257}, key=self.secret), 400)
        self.right(self.server.post("related", {"exclude": ["x"] * 1025}, key=self.secret), 400)
        self.right(self.public_post("event", {"events": [{"event": "view", "item_id": "a", "session_id": SESSION}] * 51}), 400)

    def test_depth(self):
        for depth in (2, 15, 16, 17, 1000, 50000):
            for opening, closing in (("[", "]"), ('{"a":', "}")):
                body = '{"filter":' + opening * depth + "1" + closing * depth + "}"
                self.right(self.server.request("POST", "/v1/related", body.encode(), key=self.secret), 400)
                self.right(self.server.request("POST", "/v1/page", body.encode(), {"key": self.public}), 400)
        query = {"filter" + ".a" * 1000: "1"}
        self.right(self.server.get("related", query, key=self.secret), 400)

    def test_numbers(self):
        for text, code in (("1e999", None), ("-1e999", None), ("-0", "out_of_range"), ("-0.0", "out_of_range"), ("0", "out_of_range"), ("9223372036854775808", None),
                           ("18446744073709551616", None), ("-9223372036854775809", None), ("1" * 10000, None), ("1.5", "wrong_type"), ("1e3", "out_of_range"), ("0x10", "malformed"), ("NaN", "malformed"),
                           ("+1", "malformed"), ("1.", "malformed"), ("Infinity", "malformed"), ("true", "wrong_type"), ('"8"', "wrong_type"), ("[8]", "wrong_type"), ('{"8":8}', "wrong_type"), ("null", "wrong_type")):
            for key, query in ((self.secret, None), (None, {"key": self.public})):
                with self.subTest(number=text[:30], public=key is None):
                    answer = self.server.request("POST", "/v1/popular", f'{{"limit": {text}}}'.encode(), query, key=key)
                    self.right(answer, 400)
                    self.assertIn(answer.error[0], (code,) if code else ("wrong_type", "out_of_range", "malformed"))
            self.right(self.server.get("popular", {"limit": text}, key=self.secret), 200 if text == "+1" else 400)
        for text in ("3", "3.0", "3e0", "0.3e1"):
            answer = self.server.request("POST", "/v1/popular", f'{{"limit": {text}}}'.encode(), key=self.secret)
            self.assertEqual((answer.status, len(answer.json["items"])), (200, 3), text)
        for quantity in ("1e999", "-1e999", "-0", "1e-320", "9223372036854775808"):
            body = f'{{"event": "cart_add", "item_id": "a", "session_id": "{SESSION}", "quantity": {quantity}}}'.encode()
            self.right(self.server.request("POST", "/v1/event", body, key=self.secret), 200, 400)
            self.right(self.server.request("POST", "/v1/event", body, {"key": self.public}), 200, 400)

    def test_names_twice(self):
        for body in (b'{"limit": 1, "limit": 2}', b'{"limit": 1, "\\u006cimit": 2}', b'{"filter": {"category": "a", "category": "b"}}'):
            self.right(self.server.request("POST", "/v1/popular", body, key=self.secret), 400)
        self.right(self.server.request("POST", "/v1/for_you", f'{{"session_id": "{SESSION}", "session_id": "s-1"}}'.encode(), {"key": self.public}), 400)
        for query in ("limit=1&limit=2", "limit=1&%6cimit=2", "filter.category=a&filter.category=b", "session_id=a&session_id=b"):
            self.right(self.server.request("GET", "/v1/popular?" + query, key=self.secret), 400)
        two = f"key={self.public}&key={self.secret}"
        self.right(self.server.request("GET", "/v1/stats?" + two), 403)

    def test_arrays_where_texts_are_expected_and_the_other_way_round(self):
        values = [[], ["a"], {}, {"a": 1}, 7, 7.5, True, None]
        for name, value in itertools.product(TEXT_PARAMS + ["consent"], values):
            answer = self.server.post("related", {"item_id": "item-001", name: value}, key=self.secret)
            self.right(answer, 400)
            self.assertEqual(answer.error, ("wrong_type", name))
            self.right(self.public_post("related", {"item_id": "item-001", name: value}), 400, 403)
        for name, value in itertools.product(("items", "cart", "exclude", "fields"), ["a", {}, 7, None, [["a"]], [None], [{}]]):
            self.right(self.server.post("related", {"item_id": "item-001", name: value}, key=self.secret), 400)

    def test_bytes_that_are_no_text(self):
        for body in (b'{"item_id": "\xff"}', b'{"item_id": "\xc0\x80"}', b'{"item_id": "\xed\xa0\x80"}', b'{"item_id": "\\ud800"}', b'{"item_id": "a\x00"}', b"\x00", b"\xef\xbb\xbf{}"):
            self.right(self.server.request("POST", "/v1/related", body, key=self.secret), 400)
        self.right(self.server.request("POST", "/v1/related", b'{"item_id": "a\\u0000b"}', key=self.secret), 200, 400)
        for query in ("item_id=%ff", "item_id=%c0%80", "item_id=%00", "item_id=%", "item_id=%zz", "%ff=1"):
            self.right(self.server.request("GET", "/v1/related?" + query, key=self.secret), 400)

    def test_what_a_catalogue_holds_comes_back_as_it_was(self):
        """Names that are markup elsewhere are letters in JSON."""
        names = {f"hostile-{i}": text * (400 // len(text.encode())) for i, text in enumerate(TEXTS.values()) if "\x01" not in text and text.strip() == text}
        answer = self.server.post("items", {"items": [{"item_id": item, "name": name, "category": "Hostile", "price": 100, "stock": 5} for item, name in names.items()]}, key=self.secret)
        self.right(answer, 200)
        kept = [item for item, row in zip(names, answer.json["results"]) if "refused" not in row]
        self.assertGreater(len(kept), 3)
        found = self.server.post("new_arrivals", {"fields": ["name"], "limit": 50}, query={"key": self.public})
        self.right(found, 200)
        shown = {item["item_id"]: item.get("name") for item in found.json["items"]}
        for item in kept:
            self.assertEqual(shown[item], names[item])

    def test_random_json(self):
        seed = int(os.environ.get("SMARTSHELF_SEED", "20110909"))
        print(f"SMARTSHELF_SEED={seed}")
        random_ = random.Random(seed)
        names = ["item_id", "items", "cart", "limit", "filter", "shelves", "offers", "events", "event", "session_id", "customer_token", "quantity", "page", "fields", "x"]
        leaf = lambda: random_.choice([None, True, 0, -1, 2 ** 63 - 1, 1e300, "", "a", SESSION, random_.choice(list(TEXTS.values())), [], {}])
        def value(depth):
            kind = random_.random()
            if depth == 0 or kind < 0.4:
                return leaf()
            if kind < 0.7:
                return [value(depth - 1) for _ in range(random_.randrange(4))]
            return {random_.choice(names): value(depth - 1) for _ in range(random_.randrange(5))}
        for _ in range(600):
            body = {random_.choice(names): value(4) for _ in range(random_.randrange(6))}
            method = random_.choice(["related", "page", "event", "offers", "find", "visitor", "redeem", "items", "token", "preview"])
            self.right(self.server.post(method, body, key=self.secret), 200, 400)
            self.right(self.public_post(method, body), 200, 400, 401, 403)


class Rates(Case):
    options = ("--http-rate", 5, "--http-proxy", "127.0.0.1")

    def test_each_caller_behind_the_proxy_has_a_rate(self):
        ask = lambda who: self.server.get("popular", {"key": self.public}, headers={"X-Forwarded-For": who, "Origin": SHOP})
        flood = [ask("198.51.100.7") for _ in range(60)]
        self.assertEqual({answer.status for answer in flood}, {200, 429})
        last = flood[-1]
        self.assertEqual((last.status, last.error[0], last.headers["Access-Control-Allow-Origin"]), (429, "busy", SHOP))
        self.assertGreaterEqual(int(last.headers["Retry-After"]), 1)
        self.assertEqual(ask("203.0.113.9, 198.51.100.7").status, 429) # what a caller writes there itself
        lines = self.server.connect() # some proxies add a line of their own behind what the caller wrote
        self.addCleanup(lines.close)
        lines.putrequest("GET", f"/v1/popular?key={self.public}")
        lines.putheader("X-Forwarded-For", "203.0.113.10")
        lines.putheader("X-Forwarded-For", "198.51.100.7")
        lines.endheaders()
        self.assertEqual(lines.getresponse().status, 429)
        self.assertEqual(ask("198.51.100.8").status, 200)
        self.assertEqual(ask("2001:db8::1").status, 200)
        self.assertEqual(self.server.get("popular", None, key=self.secret, headers={"X-Forwarded-For": "198.51.100.7"}).status, 200)
        self.assertEqual(self.server.request("GET", "/healthz", headers={"X-Forwarded-For": "198.51.100.7"}).status, 200)


class Open(unittest.TestCase):
    """Without keys: this machine, and no page of elsewhere."""

    def test_hosts_and_origins(self):
        with tempfile.TemporaryDirectory() as folder:
            server = HttpServer(folder, make_shop(folder, random.Random(3), 300))
            try:
                server.start()
                own = f"http://{server.address}"
                change = {"items": [{"item_id": "item-001", "stock": 0}]}
                for headers, status in (({}, 200), ({"Origin": own}, 200), ({"Origin": "http://localhost:3000"}, 200), ({"Origin": EVIL}, 403), ({"Origin": "null"}, 403),
                                        ({"Host": "evil.example"}, 403), ({"Host": "evil.example", "Origin": "http://evil.example"}, 403)):
                    self.assertEqual(server.post("items", change, headers=headers).status, status, headers)
                    self.assertEqual(server.get("popular", headers=headers).status, status, headers)
                self.assertEqual(server.get("stats").status, 200)
                self.assertEqual(server.post("token", {"customer_id": "1", "session_id": SESSION}).error[0], "refused")
            finally:
                server.close()

    def test_public_addresses_want_keys(self):
        with tempfile.TemporaryDirectory() as folder:
            server = HttpServer(folder, make_shop(folder, random.Random(3), 300), port="0.0.0.0:0")
            try:
                with self.assertRaisesRegex(AssertionError, "--http-keys"):
                    server.start()
            finally:
                server.close()


if __name__ == "__main__":
    unittest.main()
