"""The metrics of a real server over HTTP: the form, by an independent reader; counters that move as requests are made; hostile
HTTP. promtool checks the page too where it is installed."""
import http.client
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request

import prometheus_text
from live_server import PROGRAM, Server, make_shop, smartshelf


def port_of(server):
    """Where the server says its metrics are."""
    text = server.text()
    assert "url=http://" in text, "no port in the log: " + text
    return text.rsplit("url=http://", 1)[1].split("/")[0]


def fetch(address, path="/metrics", method="GET", body=None):
    connection = http.client.HTTPConnection(address, timeout=120)
    connection.request(method, path, body)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply, text


class MetricsPort(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.store = make_shop(cls.folder.name, random.Random(7), orders=600)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.server = None
        self.work = tempfile.TemporaryDirectory()

    def tearDown(self):
        if self.server:
            self.server.close()
        self.work.cleanup()

    def start(self, *arguments, store=None):
        self.server = Server(self.work.name, store or self.store, "--metrics", "127.0.0.1:0", *arguments)
        self.server.start()
        self.address = port_of(self.server)
        return self.server

    def page(self):
        reply, text = fetch(self.address)
        self.assertEqual(reply.status, 200)
        self.assertEqual(reply.getheader("Content-Type"), "text/plain; version=0.0.4; charset=utf-8")
        return prometheus_text.Page(text)

    def test_the_form_is_kept(self):
        self.start()
        _, text = fetch(self.address)
        page = prometheus_text.Page(text)
        self.assertGreater(len(page.families), 45)
        if shutil.which("promtool"):
            done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.server.stop()

    def test_requests_are_counted_and_timed(self):
        """One after the other each request is timed: the histogram holds them all."""
        server, asked = self.start("--workers", 2), {"related": 40, "popular": 25, "for_you": 10}
        for method, count in asked.items():
            for i in range(count):
                error, _ = server.ask(method, {"item_id": f"item-{i:03}", "customer_id": f"c{i}"})
                self.assertIsNone(error)
        self.assertEqual(server.ask("related")[0]["name"], "missing_param")
        page = self.page()
        asked["related"] += 1
        for method, count in asked.items():
            self.assertEqual(page.get("smartshelf_requests_total", method=method), count)
            self.assertEqual(page.get("smartshelf_request_seconds_count", method=method), count)
        self.assertEqual(page.get("smartshelf_faults_total", code="missing_param"), 1)
        self.assertEqual(page.get("smartshelf_requests_total", method="cart"), 0)
        self.assertEqual(page.get("smartshelf_queue_depth", queue="workers"), 0)
        latency = server.ask("stats", {"buckets": True})[1]["methods"]["related"]
        self.assertEqual(sum(count for _, count in latency["buckets"]), 41)
        total = page.get("smartshelf_request_seconds_sum", method="related")
        self.assertLessEqual(total, sum(ns * count for ns, count in latency["buckets"]) * 1e-9)
        server.stop()

    def test_fill_and_fallback_are_those_of_the_replies(self):
        server, products, missing, fallback, short = self.start(), 0, 0, 0, {}
        for i in range(30):
            asked = {"item_id": f"item-{i:03}", "limit": 1 + 13 * i, "customer_id": f"c{i}"}
            for method in ("related", "bought_together", "buy_again"):
                _, result = server.ask(method, asked)
                products += len(result["items"])
                fallback += sum(item["reason"]["stage"] > 0 for item in result["items"])
                if result["short"]:
                    missing += result["short"]["missing"]
                    short[result["short"]["code"]] = short.get(result["short"]["code"], 0) + 1
        self.assertGreater(min(missing, fallback, products), 0)
        page, (_, stats) = self.page(), server.ask("stats")
        self.assertEqual(page.get("smartshelf_answers_total"), 90)
        self.assertEqual(page.get("smartshelf_products_total"), products)
        self.assertEqual(page.get("smartshelf_missing_products_total"), missing)
        self.assertEqual(page.get("smartshelf_fallback_products_total"), fallback)
        for labels in page.labels("smartshelf_short_answers_total"):
            self.assertEqual(page.get("smartshelf_short_answers_total", **labels), short.get(labels["code"], 0))
        self.assertAlmostEqual(stats["fill_rate"], products / (products + missing))
        self.assertAlmostEqual(stats["fallback_share"], fallback / products)
        server.stop()

    def test_live_state(self):
        server = self.start()
        rows = [{"event": "view", "item_id": "item-001", "session_id": f"s{i}", "event_id": f"e{i % 90}"} for i in range(100)]
        error, result = server.ask("event", {"events": rows})
        self.assertIsNone(error)
        server.ask("event", {"events": [{"event": "view", "item_id": "item-002"}]})
        error, _ = server.ask("event", {"event": "view", "item_id": "item-001", "session_id": "s", "durability": "relaxed"})
        self.assertIsNone(error)
        self.assertIsNone(server.ask("offers", {"page": "home", "session_id": "s1"})[0])
        self.wait_until(lambda: self.page().get("smartshelf_queue_depth", queue="disk") == 0)
        page, (_, stats) = self.page(), server.ask("stats")
        self.assertEqual(result["stored"], 90)
        self.assertEqual(page.get("smartshelf_events_total"), 91)
        self.assertEqual(page.get("smartshelf_events_repeated_total"), 10)
        self.assertEqual(page.get("smartshelf_events_refused_total"), 1)
        self.assertEqual(page.get("smartshelf_events_kept"), 91)
        self.assertEqual(page.get("smartshelf_state_bytes"), stats["state"]["bytes"])
        self.assertEqual(page.get("smartshelf_visitors", kind="session"), stats["visitors"]["sessions"])
        self.assertEqual(page.get("smartshelf_queue_depth", queue="recorder"), 0)
        self.assertEqual(page.get("smartshelf_request_seconds_count", method="event"), 3)
        for verdict, count in stats["offers"]["decisions"].items():
            self.assertEqual(page.get("smartshelf_offers_decisions_total", verdict=verdict), count)
        self.assertEqual(sum(stats["offers"]["decisions"].values()), 1)
        self.assertEqual(stats["queues"], {"workers": 0, "recorder": 0, "replies": 0, "disk": 0, "reloads": 0})
        server.stop()

    def wait_until(self, holds, seconds=120):
        end = time.time() + seconds
        while not holds():
            self.assertLess(time.time(), end, "it does not come")
            time.sleep(0.05)

    def test_generations(self):
        store = f"{self.work.name}/store"
        shutil.copytree(self.store, store, symlinks=True)
        server = self.start(store=store)
        first = os.readlink(f"{store}/current").rsplit("/", 1)[-1]
        self.assertEqual(self.page().get("smartshelf_generation_info", generation=first), 1)
        smartshelf("train", "--quiet", "--threads", 1, "--als.factors", 8, "--als.iterations", 2, "--log", f"{self.folder.name}/log.csv",
                   "--store", store)
        second = os.readlink(f"{store}/current").rsplit("/", 1)[-1]
        self.assertIsNone(server.ask("reload")[0])
        page, (_, stats) = self.page(), server.ask("stats")
        self.assertEqual(page.labels("smartshelf_generation_info"), [{"generation": second}])
        self.assertEqual(page.get("smartshelf_swaps_total"), 1)
        self.assertEqual(page.get("smartshelf_request_seconds_count", method="reload"), 1)
        self.assertLess(abs(page.get("smartshelf_generation_age_seconds") - stats["generation_age_s"]), 5)
        with open(f"{store}/generations/{first}/items.safetensors", "r+b") as file:
            file.truncate(100)
        os.remove(f"{store}/current")
        os.symlink(f"generations/{first}", f"{store}/current")
        self.assertEqual(server.ask("reload")[0]["name"], "refused")
        page = self.page()
        self.assertEqual(page.get("smartshelf_swap_failures_total", reason="generation"), 1)
        self.assertEqual(page.get("smartshelf_swap_failures_total", reason="configuration"), 0)
        self.assertEqual(page.labels("smartshelf_generation_info"), [{"generation": second}])
        server.stop()

    def test_the_process(self):
        server, before = self.start(), time.time()
        page = self.page()
        with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
            resident = int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
        self.assertLess(abs(page.get("process_resident_memory_bytes") - resident), 8 << 20)
        self.assertLess(abs(page.get("process_start_time_seconds") - before), 60)
        self.assertGreater(page.get("process_cpu_seconds_total"), 0)
        self.assertLess(abs(page.get("process_open_fds") - len(os.listdir(f"/proc/{server.process.pid}/fd"))), 3)
        server.stop()

    # ---- HTTP ----

    def test_paths_and_methods(self):
        server = self.start()
        for path, method, status in (("/healthz", "GET", 200), ("/healthz", "HEAD", 200), ("/metrics", "HEAD", 200), ("/", "GET", 404),
                                     ("/metrics/", "GET", 404), ("/../metrics", "GET", 404), ("/metrics", "POST", 405),
                                     ("/metrics", "DELETE", 405), ("/healthz", "PUT", 405), ("/healthz?x=1", "GET", 200)):
            reply, text = fetch(self.address, path, method)
            self.assertEqual(reply.status, status, f"{method} {path}")
            self.assertEqual(text == "", method == "HEAD")
        reply, _ = fetch(self.address, "/metrics", "POST", b"x" * 100000)
        self.assertEqual((reply.status, reply.getheader("Allow")), (405, "GET, HEAD"))
        connection = http.client.HTTPConnection(self.address, timeout=120)
        for _ in range(3):  # on one connection
            connection.request("GET", "/metrics")
            first = connection.sock
            self.assertEqual(connection.getresponse().read()[:6], b"# HELP")
            self.assertIs(connection.sock, first)
        connection.close()
        server.stop()

    def connect(self):
        host, port = self.address.rsplit(":", 1)
        return socket.create_connection((host, int(port)), timeout=120)

    def still_there(self):
        self.assertEqual(fetch(self.address, "/healthz")[0].status, 200)
        self.assertIsNone(self.server.ask("popular")[0])

    def test_hostile_requests(self):
        server = self.start()
        for request in (b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100000 + b"\r\n\r\n", b"G" * 100000, b"\0\xff" * 500 + b"\r\n\r\n",
                        b"GET " + b"/" * 60000 + b" HTTP/1.1\r\n\r\n", b"\r\n" * 1000, b"GET /metrics HTTP/9.9\r\n\r\n",
                        b"GET /metrics HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
                        b"GET /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                        b"GET /metrics HTTP/1.1\r\n" + b"A: b\r\n" * 5000 + b"\r\n"):
            with self.connect() as peer:
                try:
                    peer.sendall(request)
                    peer.shutdown(socket.SHUT_WR)
                    while peer.recv(65536):
                        pass
                except OSError:  # cut off
                    pass
            self.still_there()
        server.stop()

    def test_connections_that_say_nothing_keep_nobody_out(self):
        server, peers = self.start(), []
        for i in range(100):
            peer = self.connect()
            peer.sendall(b"GET /metr"[:i % 10])
            peers.append(peer)
            if i % 10 == 9:
                self.still_there()
        for peer in peers:
            peer.close()
        self.still_there()
        server.stop()

    def test_a_client_that_does_not_read(self):
        """Pages that nobody takes fill the sockets; requests are answered all the same, and the port too."""
        server, peers = self.start(), []
        for _ in range(10):
            peer = self.connect()
            peer.setblocking(False)
            try:
                peer.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 400)
            except BlockingIOError:
                pass
            peers.append(peer)
        for _ in range(20):
            self.still_there()
        server.stop()  # with them open
        for peer in peers:
            peer.close()

    # ---- starting ----

    def refused(self, *arguments):
        done = subprocess.run([PROGRAM, "serve", "--store", self.store, "--bind", f"ipc://{self.work.name}/x.ipc", *arguments],
                              capture_output=True, text=True, check=False, timeout=120)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_addresses(self):
        self.assertIn("--insecure-public-bind", self.refused("--metrics", "0.0.0.0:0"))
        self.assertIn("--insecure-public-bind", self.refused("--metrics", "[::]:0"))
        self.assertIn("ADDRESS:PORT", self.refused("--metrics", "nonsense"))
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.assertIn("in use", self.refused("--metrics", f"127.0.0.1:{taken.getsockname()[1]}"))
        self.start("--metrics", "0.0.0.0:0", "--insecure-public-bind")
        self.assertTrue(self.address.startswith("0.0.0.0:"))
        self.server.stop()

    def test_by_configuration(self):
        path = f"{self.work.name}/shelf.yaml"
        with open(path, "w", encoding="utf-8") as file:
            file.write("server:\n  metrics: 127.0.0.1:0\n")
        self.server = Server(self.work.name, self.store, "--config", path, "--state=false")
        self.server.start()
        with urllib.request.urlopen(f"http://{port_of(self.server)}/metrics", timeout=120) as reply:
            page = prometheus_text.Page(reply.read().decode())
        self.assertNotIn("smartshelf_events_total", page.families)
        self.assertEqual(page.get("smartshelf_queue_depth", queue="disk"), 0)
        self.server.stop()


if __name__ == "__main__":
    unittest.main()
