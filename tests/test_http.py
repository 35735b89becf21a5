"""The HTTP port of a real server: the same answers as over ZeroMQ, what may be kept, live changes, swaps and stopping under load."""
import gzip
import json
import random
import struct
import tempfile
import threading
import time
import unittest

from http_client import HttpServer, read_all, statuses
from live_server import ITEMS, exported, make_shop, smartshelf


def ids_of(result):
    return [item["item_id"] for item in result["items"]]


def singles(value):
    """Reals as the four bytes that the protocol has for them."""
    if isinstance(value, float):
        return struct.pack("f", value)
    if isinstance(value, dict):
        return {name: singles(each) for name, each in value.items()}
    return [singles(each) for each in value] if isinstance(value, list) else value


class Port(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.store = make_shop(cls.folder.name, random.Random(11), orders=900)
        cls.server = HttpServer(cls.folder.name, cls.store, "--http-threads", 2, "--metrics", "127.0.0.1:0")
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.server.close()
        cls.folder.cleanup()

    def fetch(self, *arguments, **named):
        return self.server.fetch(*arguments, **named)

    # ---- answers ----

    def test_answers_are_those_over_zeromq(self):
        asked = [("related", {"item_id": "item-003", "limit": 5}), ("popular", {"limit": 3, "fields": ["name", "price"]}),
                 ("for_you", {"customer_id": "c7"}), ("cart", {"cart": ["item-001", "item-002"]}),
                 ("popular", {"filter": {"category": "Category 2", "price_max": 2500}, "explain": True}),
                 ("page", {"item_id": "item-003", "shelves": ["related", {"shelf": "popular", "limit": 2}]})]
        for method, params in asked:
            _, expected = self.server.ask(method, params)
            self.assertEqual(singles(self.server.post(method, params)), singles(expected), method)

    def test_a_query_says_the_same_as_a_body(self):
        server = self.server
        self.assertEqual(server.get("related", item_id="item-003", limit=5, fields="name,price"),
                         server.post("related", {"item_id": "item-003", "limit": 5, "fields": ["name", "price"]}))
        self.assertEqual(server.get("cart", cart=["item-001", "item-002"]), server.post("cart", {"cart": ["item-001", "item-002"]}))
        self.assertEqual(server.get("popular", **{"filter.category": "Category 2", "filter.price_max": 2500, "explain": "true"}),
                         server.post("popular", {"filter": {"category": "Category 2", "price_max": 2500}, "explain": True}))
        self.assertEqual(server.get("page", item_id="item-003", shelves="related,popular:2"),
                         server.post("page", {"item_id": "item-003", "shelves": ["related", {"shelf": "popular", "limit": 2}]}))

    def test_errors_have_their_status(self):
        rows = [("GET", "/v1/popular?limit=0", None, 400, "out_of_range", "limit"), ("GET", "/v1/popular?limit=x", None, 400, "wrong_type", "limit"),
                ("GET", "/v1/popular?shoes=1", None, 400, "unknown_param", "shoes"), ("GET", "/v1/related", None, 400, "missing_param", "item_id"),
                ("GET", "/v1/popular?limit=1&limit=2", None, 400, "repeated_param", "limit"),
                ("GET", "/v1/popular?filter.price_min=x", None, 400, "wrong_type", "filter.price_min"),
                ("GET", "/v1/nothing", None, 404, "unknown_method", None), ("GET", "/nothing", None, 404, None, None),
                ("POST", "/", "{}", 405, "malformed", None), ("POST", "/healthz", "{}", 405, "malformed", None),
                ("POST", "/openapi.json", "{}", 405, "malformed", None), ("POST", "/web/smart-shelf.js", "{}", 405, "malformed", None),
                ("GET", "/v1/event", None, 405, "malformed", None), ("GET", "/v1/reload", None, 405, "malformed", None),
                ("PUT", "/v1/popular", None, 405, "malformed", None), ("DELETE", "/v1/popular", None, 405, "malformed", None),
                ("GET", "/v1/page?item_id=a&shelves=popular&offers.page=home", None, 405, "malformed", None),
                ("POST", "/v1/popular", "[]", 400, "malformed", None), ("POST", "/v1/popular", "{", 400, "malformed", None),
                ("POST", "/v1/popular", '{"limit":1,"limit":2}', 400, "repeated_param", "limit"),
                ("POST", "/v1/popular", '{"filter":{"category":"a","category":"b"}}', 400, "repeated_param", "filter.category"), ("POST", "/v1/popular", "", 400, "malformed", None),
                ("POST", "/v1/event", '{"event":"view"}', 400, "missing_param", None),
                ("POST", "/v1/popular", "{" + " " * (1 << 19) + "}", 413, "too_large", None)]
        for verb, path, body, status, code, field in rows:
            found, reply, content = self.fetch(verb, path, body, {"Content-Type": "application/json"} if body is not None else None)
            self.assertEqual(found, status, (verb, path, content))
            if code:
                self.assertEqual(content["error"]["code"], code, (path, content))
                self.assertTrue(content["error"]["message"])
            if field:
                self.assertEqual(content["error"]["field"], field)
            if status == 405:
                self.assertIn("POST" if path.startswith("/v1/") else "GET", reply.getheader("Allow"))
            self.assertEqual(reply.getheader("Cache-Control"), "no-store")
            self.assertEqual(reply.getheader("X-Content-Type-Options"), "nosniff")

    def test_what_is_wrong_in_a_list_is_named(self):
        for body, said in (({"cart": ["item-001", {"item_id": "item-002", "quantity": 2}]}, "cart[1] must be text"), ({"fields": ["name", "shoes"]}, "fields: there is no column 'shoes'")):
            self.assertEqual(self.fetch("POST", "/v1/cart", json.dumps(body), {"Content-Type": "application/json"})[2]["error"]["message"], said)

    def test_bodies_have_a_type(self):
        for kind, status in (("application/json", 200), ("application/json; charset=utf-8", 200), ("text/plain;charset=UTF-8", 200),
                             ("APPLICATION/JSON", 200), ("application/x-www-form-urlencoded", 415), ("text/xml", 415), ("", 415)):
            self.assertEqual(self.fetch("POST", "/v1/popular", "{}", {"Content-Type": kind})[0], status, kind)

    # ---- what may be kept, compressed, left out ----

    def test_unchanged_answers_are_not_sent_again(self):
        path = "/v1/popular?limit=3"
        _, reply, _ = self.fetch("GET", path)
        tag = reply.getheader("ETag")
        self.assertEqual(reply.getheader("Cache-Control"), "no-cache")
        for list_of_tags in (tag, f'"x", {tag}', "*", f"W/{tag}"):
            status, again, content = self.fetch("GET", path, headers={"If-None-Match": list_of_tags})
            self.assertEqual((status, content, again.getheader("ETag")), (304, b"", tag))
        self.assertEqual(self.fetch("GET", path, headers={"If-None-Match": '"x"'})[0], 200)
        self.assertNotEqual(self.fetch("GET", "/v1/popular?limit=4")[1].getheader("ETag"), tag)

    def test_what_is_about_a_visitor_is_not_kept(self):
        for path in ("/v1/popular?session_id=s", "/v1/for_you?customer_id=c1", "/v1/health", "/v1/stats"):
            _, reply, _ = self.fetch("GET", path)
            self.assertEqual((reply.getheader("ETag"), reply.getheader("Cache-Control")), (None, "no-store"), path)

    def test_long_answers_are_compressed_when_asked(self):
        path = "/v1/popular?limit=50&fields=name,price"
        plain_status, plain, expected = self.fetch("GET", path)
        self.assertEqual((plain_status, plain.getheader("Content-Encoding")), (200, None))
        self.assertEqual(plain.headers.get_all("Vary"), ["Accept-Encoding, Origin, Authorization"])
        for accepted, packed in (("gzip", True), ("br, gzip;q=0.5", True), ("deflate,gzip", True), ("gzip;q=0", False), ("br", False), ("xgzip", False)):
            _, reply, content = self.fetch("GET", path, headers={"Accept-Encoding": accepted})
            self.assertEqual(reply.getheader("Content-Encoding"), "gzip" if packed else None, accepted)
            self.assertEqual(json.loads(gzip.decompress(content)) if packed else content, expected)
            self.assertEqual(reply.getheader("ETag") == plain.getheader("ETag"), not packed)
        self.assertIsNone(self.fetch("GET", "/v1/popular?limit=1", headers={"Accept-Encoding": "gzip"})[1].getheader("Content-Encoding"))

    def test_head_is_get_without_the_body(self):
        for path in ("/v1/popular?limit=2", "/", "/v1/nothing"):
            status, reply, content = self.fetch("HEAD", path)
            other, whole, _ = self.fetch("GET", path)
            self.assertEqual((status, content, reply.getheader("Content-Length")), (other, b"", whole.getheader("Content-Length")))

    def test_files_of_the_browser_side(self):
        status, reply, content = self.fetch("GET", "/web/about.css")
        self.assertEqual((status, reply.getheader("Content-Type"), reply.getheader("Access-Control-Allow-Origin")),
                         (200, "text/css; charset=utf-8", "*"))
        self.assertEqual(reply.getheader("Cache-Control"), "public, max-age=3600")
        _, packed, bytes_ = self.fetch("GET", "/web/about.html", headers={"Accept-Encoding": "gzip"})
        self.assertEqual(gzip.decompress(bytes_), self.fetch("GET", "/web/about.html")[2])
        self.assertIn("frame-ancestors 'none'", packed.getheader("Content-Security-Policy"))
        self.assertEqual(self.fetch("GET", "/web/about.css", headers={"If-None-Match": reply.getheader("ETag")})[0], 304)
        for path in ("/web/", "/web", "/web/nothing.js", "/web/assets.c"):
            self.assertEqual(self.fetch("GET", path)[0], 404, path)
        self.assertEqual(self.fetch("GET", "/healthz")[2], b"ok\n")

    # ---- connections ----

    def test_a_connection_is_kept(self):
        connection = self.server.connect()
        connection.connect()
        own = connection.sock.getsockname()
        for i in range(50):
            self.assertEqual(len(ids_of(self.server.get("popular", connection, limit=1 + i % 5))), 1 + i % 5)
            self.server.post("event", {"event": "view", "item_id": "item-001", "session_id": "kept"}, connection)
            self.assertEqual(self.fetch("GET", "/v1/nothing", connection=connection)[0], 404)
            self.assertEqual(connection.sock.getsockname(), own)
        connection.close()

    def test_pipelined_requests_are_answered_in_order(self):
        stream = self.server.dial()
        requests, event = b"", b'{"event":"view","item_id":"item-001","session_id":"pipe"}'
        for i in range(1, 41):
            requests += b"GET /v1/popular?limit=%d HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % i
            requests += (b"POST /v1/event HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                         % (len(event), event))
        stream.sendall(requests + b"GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        content = read_all(stream)
        stream.close()
        bodies = [json.loads(part.split(b"\r\n\r\n", 1)[1]) for part in content.split(b"HTTP/1.1 200 OK")[1:]]
        self.assertEqual([len(ids_of(body)) for body in bodies[:-1:2]], list(range(1, 41)))
        self.assertEqual({body["stored"] for body in bodies[1:-1:2]}, {1})

    def test_bodies_in_pieces(self):
        body, stream = b'{"limit": 3}', self.server.dial()
        head = b"POST /v1/popular HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
        for byte in head + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n":
            stream.sendall(bytes([byte]))
        self.assertEqual(statuses(read_all(stream)), [200])
        stream.close()
        stream = self.server.dial()
        stream.sendall(head + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(body))
        self.assertTrue(stream.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n"))
        stream.sendall(body)
        self.assertEqual(statuses(read_all(stream)), [200])
        stream.close()

    def test_callers_who_go_away_cost_nothing(self):
        """Some of them while a backend is at it."""
        event = b'{"event":"view","item_id":"item-001","session_id":"gone"}'
        request = b"POST /v1/event HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(event) + event
        for i in range(300):
            stream = self.server.dial()
            stream.sendall(request[:len(request) - (0 if i % 3 else i % 60)])
            stream.close()
        end = time.time() + 120
        while self.connections() > 1 and time.time() < end:
            time.sleep(0.05)
        self.assertLessEqual(self.connections(), 1)
        self.assertEqual(self.server.post("event", json.loads(event))["stored"], 1)

    def connections(self):
        return int(self.server.metrics().split("\nsmartshelf_http_connections ", 1)[1].split("\n", 1)[0])

    def test_requests_are_counted(self):
        def counted(status):
            found = [line for line in self.server.metrics().splitlines() if line.startswith(f'smartshelf_http_requests_total{{status="{status}"}}')]
            return int(found[0].split()[-1]) if found else 0
        before = counted(200), counted(404), counted(304)
        tag = self.fetch("GET", "/v1/popular")[1].getheader("ETag")
        for _ in range(3):
            self.fetch("GET", "/v1/nothing")
            self.fetch("GET", "/v1/popular", headers={"If-None-Match": tag})
        self.assertEqual((counted(200) - before[0], counted(404) - before[1], counted(304) - before[2]), (1, 3, 3))
        self.assertGreater(int(self.server.metrics().split('\nsmartshelf_requests_total{method="popular"} ', 1)[1].split("\n", 1)[0]), 0)

    # ---- the shop's life ----

    def test_changes_count_in_the_next_answer(self):
        items, connection = ids_of(self.server.get("popular", limit=6)), self.server.connect()
        for item in items:
            self.server.post("items", {"items": [{"item_id": item, "hidden": True}]}, connection)
            self.assertNotIn(item, ids_of(self.server.get("popular", limit=120)))
            self.assertNotIn(item, ids_of(self.server.get("popular", connection, limit=120)))
        for item in items:
            self.server.post("items", {"items": [{"item_id": item, "hidden": None}]}, connection)
        self.assertEqual(ids_of(self.server.get("popular", limit=6)), items)

    def test_events_count_in_the_next_answer(self):
        before = ids_of(self.server.get("related", session_id="who", item_id="item-005", limit=8))
        self.server.post("event", {"events": [{"event": "cart_add", "item_id": before[0], "session_id": "who"}]})
        self.assertNotIn(before[0], ids_of(self.server.get("related", session_id="who", item_id="item-005", limit=8)))

    def test_a_swap_fails_no_request(self):
        folder, failures, seen, done = self.folder.name, [], set(), threading.Event()

        def load(number):
            connection = self.server.connect()
            while not done.is_set():
                status, _, result = self.fetch("GET", f"/v1/related?item_id={ITEMS[number]}", connection=connection)
                if status != 200:
                    failures.append((status, result))
                else:
                    seen.add(result["generation"])
            connection.close()

        threads = [threading.Thread(target=load, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            smartshelf("train", "--quiet", "--threads", 1, "--models", "popularity,cooccurrence", "--log", f"{folder}/log.csv", "--catalog",
                       f"{folder}/items.csv", "--store", self.store)
            reloaded, end = self.server.post("reload", {}), time.time() + 120
            self.assertTrue(reloaded["changed"])
            while reloaded["generation"] not in seen and time.time() < end:
                time.sleep(0.01)
        done.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertEqual(len(seen), 4)


class Stopping(unittest.TestCase):
    def test_what_was_asked_is_answered(self):
        """Events and shelves go on while the server is told to stop: every reply is whole, a 200 or a 503, and what is acknowledged was stored."""
        with tempfile.TemporaryDirectory() as folder:
            store = make_shop(folder, random.Random(5), orders=300)
            server = HttpServer(folder, store, "--drain-ms", 120000)
            server.start()
            stored, odd, loaded = [], [], threading.Event()

            def load(number):
                connection, count = server.connect(), 0
                try:
                    while True:
                        status, _, result = server.fetch("POST", "/v1/event", {"event": "view", "item_id": "item-001", "session_id": f"s{number}",
                                                                               "event_id": f"{number}-{count}"}, connection=connection)
                        if status == 200:
                            count += result["stored"]
                            loaded.set()
                        elif status != 503 or result["error"]["code"] != "shutting_down":
                            odd.append((status, result))
                        if status != 200:
                            break
                except OSError:
                    pass  # the port is closed
                stored.append(count)

            threads = [threading.Thread(target=load, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            self.assertTrue(loaded.wait(120))
            time.sleep(0.5)
            server.stop()
            for thread in threads:
                thread.join(120)
            self.assertEqual(odd, [])
            self.assertGreaterEqual(len(exported(store)), sum(stored))
            self.assertGreater(sum(stored), 0)
            server.close()


if __name__ == "__main__":
    unittest.main()
