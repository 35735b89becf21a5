"""The server through independent clients (pyzmq, msgpack): every method, every kind of bad message, access control, stopping and
swapping generations under load. Long runs with SMARTSHELF_LONG=1."""
import glob
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

import msgpack
import zmq

PROGRAM = os.environ.get("SMARTSHELF", "build/smartshelf")
BUILD = os.environ.get("SMARTSHELF_BUILD", "build")
LONG = bool(os.environ.get("SMARTSHELF_LONG"))
WINDOW = 64

LOG = """order_id,customer_id,item_id,quantity,unit_price,timestamp
1,ann,tea,1,3,2024-01-01
1,ann,pot,1,9,2024-01-01
2,bob,tea,1,3,2024-01-02
2,bob,pot,1,9,2024-01-02
3,cid,tea,1,3,2024-01-03
3,cid,cup,1,4,2024-01-03
4,dan,tea,1,3,2024-01-04
4,dan,cup,1,4,2024-01-04
5,eve,soap,1,2,2024-01-05
5,eve,towel,1,8,2024-01-05
"""
CATALOG = "item_id,name,category,price\ntea,Tea,drinks,3.00\npot,Pot,drinks,9.00\ncup,Cup,drinks,4.00\n" \
          "soap,Soap,bath,2.00\ntowel,Towel,bath,8.00\n"


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], check=True, capture_output=True, text=True, timeout=60, **options)


def train(folder):
    for name, text in (("log.csv", LOG), ("catalog.csv", CATALOG)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    run("train", "--log", f"{folder}/log.csv", "--catalog", f"{folder}/catalog.csv", "--store", f"{folder}/store", "--quiet",
        "--als.factors", 8, "--bought-together.min-customers", 1, "--threads", 1)


class Server:
    """A running server on a socket in the folder; ends with the `with` block."""

    def __init__(self, folder, *arguments, endpoint=None):
        self.endpoint = endpoint or f"ipc://{folder}/shelf.ipc"
        self.log = open(os.path.join(folder, "server.log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen([PROGRAM, "serve", "--store", f"{folder}/store", "--bind", self.endpoint,
                                         *map(str, arguments)], stdout=self.log, stderr=subprocess.STDOUT)
        self.context = zmq.Context()

    def __enter__(self):
        deadline = time.time() + 120
        while time.time() < deadline and self.process.poll() is None:
            if "serving" in self.text():
                return self
            time.sleep(0.02)
        text = self.text()
        self.process.kill()
        self.process.wait(120)
        self.context.destroy(linger=0)
        self.log.close()
        raise AssertionError("the server did not start: " + text)

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            ended = self.process.wait(120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            ended = self.process.wait(120)
        self.context.destroy(linger=0)
        self.log.close()
        if kind is None:  # what a sanitizer has to say is in the log, and in how the server ends
            assert ended == 0, f"the server ended with {ended}: {self.text()}"

    def text(self):
        with open(self.log.name, encoding="utf-8") as file:
            return file.read()

    def socket(self, kind, **options):
        socket = self.context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, 60000)
        for name, value in options.items():
            setattr(socket, name, value)
        socket.connect(self.endpoint)
        return socket

    def ask(self, method, params=None, msgid=7):
        with self.socket(zmq.REQ) as socket:
            socket.send(msgpack.packb([0, msgid, method, params or {}]))
            kind, answered, error, result = msgpack.unpackb(socket.recv())
            assert kind == 1 and answered == msgid
            return error, result


class WithShop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        train(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()


class Answers(WithShop):
    def test_every_shelf(self):
        with Server(self.folder) as server:
            for method in ("related", "bought_together", "bought_next", "for_you", "cart", "popular", "trending"):
                error, result = server.ask(method, {"item_id": "tea", "cart": ["tea"], "customer_id": "ann", "limit": 2})
                self.assertIsNone(error)
                self.assertEqual(len(result["items"]), 2, method)
                for item in result["items"]:
                    self.assertIn("model", item["reason"])
            error, result = server.ask("bought_together", {"item_id": "tea", "limit": 1, "fields": ["name", "price"]})
            self.assertEqual(result["items"][0]["reason"]["pairs"], 2)
            self.assertIn(result["items"][0]["name"], ("Pot", "Cup"))
            self.assertIn(result["items"][0]["price"], (900, 400))

    def test_filters_and_shortness(self):
        with Server(self.folder) as server:
            _, result = server.ask("related", {"item_id": "tea", "limit": 5, "filter": {"category": "bath"}})
            self.assertEqual({item["item_id"] for item in result["items"]}, {"soap", "towel"})
            self.assertEqual(result["short"], {"code": "filtered", "missing": 3})
            _, result = server.ask("popular", {"limit": 9, "exclude": ["tea"], "explain": True})
            self.assertNotIn("tea", [item["item_id"] for item in result["items"]])
            self.assertEqual(result["removed"]["excluded"], 1)

    def test_a_page_shows_no_product_twice(self):
        context = {"item_id": "tea", "customer_id": "eve", "limit": 2}
        with Server(self.folder, "--workers", 2) as server:
            wanted = ["bought_together", {"shelf": "for_you", "limit": 1}, "popular"]
            error, page = server.ask("page", {**context, "shelves": wanted, "fields": ["name", "price"], "explain": True})
            self.assertIsNone(error)
            self.assertEqual([shelf["shelf"] for shelf in page["shelves"]], ["bought_together", "for_you", "popular"])
            shown = []
            for shelf, limit in zip(page["shelves"], (2, 1, 2)):
                asked = {**context, "limit": limit, "exclude": shown}
                _, alone = server.ask(shelf["shelf"], {**asked, "fields": ["name", "price"]})
                self.assertEqual(shelf["items"], alone["items"])
                shown += [item["item_id"] for item in shelf["items"]]
            self.assertEqual(len(shown), len(set(shown)))
            self.assertEqual(len(shown), 4)  # all but the tea
            self.assertEqual(page["shelves"][1]["short"], {"code": "filtered", "missing": 1})  # eve has the rest
            self.assertIsNone(page["shelves"][2]["short"])
            self.assertGreater(page["shelves"][2]["removed"]["in_context"], 0)
            self.assertEqual((page["decimals"], page["unknown"]), (2, []))
            error, _ = server.ask("page", {"shelves": ["popular", "related"]})
            self.assertEqual((error["name"], error["field"]), ("missing_param", "item_id"))
            _, stats = server.ask("stats")
            self.assertEqual(stats["methods"]["page"]["requests"], 2)

    def test_health_and_stats(self):
        with Server(self.folder) as server:
            error, health = server.ask("health")
            self.assertIsNone(error)
            self.assertTrue(health["generation"])
            for _ in range(5):
                server.ask("popular")
            error, stats = server.ask("stats")
            self.assertIsNone(error)
            self.assertIn("popular", str(stats))

    def test_kinds_of_clients(self):
        request = msgpack.packb([0, 3, "popular", {"limit": 1}])
        with Server(self.folder) as server:
            with server.socket(zmq.DEALER) as dealer:
                dealer.send(request)
                self.assertEqual(msgpack.unpackb(dealer.recv())[1], 3)
                dealer.send_multipart([b"", request])
                empty, reply = dealer.recv_multipart()
                self.assertEqual(empty, b"")
                self.assertEqual(msgpack.unpackb(reply)[1], 3)

    def test_pipelining_with_workers(self):
        for workers in (1, 4):
            with Server(self.folder, "--workers", workers) as server, server.socket(zmq.DEALER) as dealer:
                for msgid in range(500):
                    dealer.send(msgpack.packb([0, msgid, "related", {"item_id": "tea"}]))
                seen = {msgpack.unpackb(dealer.recv())[1] for _ in range(500)}
                self.assertEqual(seen, set(range(500)))

    def test_threads(self):
        """The loop, its loader and recorder, and libzmq's two; a thread for each of several workers. No pool of a library: the trainer's
        BLAS is told to have one, if it can."""
        with unittest.mock.patch.dict(os.environ, {"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4"}):
            for arguments, threads in (((), 5), (("--workers", 2), 7), (("--state=false",), 4)):
                with Server(self.folder, *arguments) as server:
                    for method in ("for_you", "related"):
                        server.ask(method, {"item_id": "tea", "customer_id": "ann", "items": ["tea", "pot"]})
                    names = []
                    for task in glob.glob(f"/proc/{server.process.pid}/task/*/comm"):
                        with open(task, encoding="utf-8") as file:
                            names.append(file.read().strip())
                    with open(f"/proc/{server.process.pid}/maps", encoding="utf-8") as file:
                        watcher = "libtsan" in file.read()  # the thread sanitizer has a thread of its own
                    self.assertEqual(len(names), threads + watcher, names)

    def test_scheduling(self):
        """Normal, or batch: of all threads, those of libzmq too."""
        for arguments, policy in (((), os.SCHED_OTHER), (("--scheduling", "batch"), os.SCHED_BATCH)):
            with Server(self.folder, *arguments) as server:
                server.ask("related", {"item_id": "tea"})
                tasks = [int(task) for task in os.listdir(f"/proc/{server.process.pid}/task")]
                self.assertEqual({os.sched_getscheduler(task) for task in tasks}, {policy})

    def test_query_says_the_same_of_server_and_store(self):
        with Server(self.folder) as server:
            asked = ["query", "related", "--item", "tea", "--limit", 3, "--json"]
            self.assertEqual(run(*asked, "--connect", server.endpoint, "--timeout", 60000).stdout, run(*asked, "--store", f"{self.folder}/store").stdout)


def request(method, params, msgid=1):
    return msgpack.packb([0, msgid, method, params])


LONG_ID = "x" * 256
BAD = [
    # what, bytes, error
    ("nothing", b"", "malformed"),
    ("no MessagePack", b"\xc1", "malformed"),
    ("a huge array", bytes.fromhex("dd7fffffffc0c0c0"), "malformed"),
    ("a huge map", bytes.fromhex("dfffffffffc0c0c0"), "malformed"),
    ("a huge text", bytes.fromhex("dbffffffffc0c0c0"), "malformed"),
    ("a huge binary", bytes.fromhex("c6ffffffffc0c0c0"), "malformed"),
    ("a huge extension", bytes.fromhex("c9ffffffff01c0c0"), "malformed"),
    ("a huge array as params", b"\x94\x00\x01\xa7popular\xdd\x7f\xff\xff\xff", None),
    ("a huge map as params", b"\x94\x00\x01\xa7popular\xdf\xff\xff\xff\xff", None),
    ("text instead of a request", msgpack.packb("popular"), "malformed"),
    ("an array of 3", msgpack.packb([0, 1, "popular"]), "malformed"),
    ("an array of 5", msgpack.packb([0, 1, "popular", {}, None]), "malformed"),
    ("a reply", msgpack.packb([1, 1, "popular", {}]), "malformed"),
    ("a notification", msgpack.packb([2, "popular", {}]), "malformed"),
    ("msgid as text", msgpack.packb([0, "1", "popular", {}]), "malformed"),
    ("msgid negative", msgpack.packb([0, -1, "popular", {}]), "malformed"),
    ("msgid of 33 bits", msgpack.packb([0, 1 << 32, "popular", {}]), "malformed"),
    ("msgid nil", msgpack.packb([0, None, "popular", {}]), "malformed"),
    ("method as number", msgpack.packb([0, 1, 5, {}]), "malformed"),
    ("method as nil", msgpack.packb([0, 1, None, {}]), "malformed"),
    ("bytes behind the request", request("popular", {}) + b"\xc0", "malformed"),
    ("cut in the params", request("popular", {"limit": 3})[:-1], "malformed"),
    ("cut in a name", request("popular", {"limit": 3})[:-3], "malformed"),
    ("a param's name as number", request("popular", {5: 5}), "malformed"),
    ("a param's name as nil", request("popular", {None: 5}), "malformed"),
    ("deep nesting", b"\x94\x00\x01\xa7popular\x81\xa5items" + b"\x91" * 5000, None),
    ("no such method", request("populr", {}), "unknown_method"),
    ("an empty method", request("", {}), "unknown_method"),
    ("a long method", request("p" * 70000, {}), "unknown_method"),
    ("a method with a zero byte", request("popular\0", {}), "unknown_method"),
    ("params as array", request("popular", [1]), "wrong_type"),
    ("params as nil", request("popular", None), "wrong_type"),
    ("params as text", request("popular", "limit"), "wrong_type"),
    ("a misspelt param", request("popular", {"limits": 3}), "unknown_param"),
    ("an empty param", request("popular", {"": 3}), "unknown_param"),
    ("a misspelt filter", request("popular", {"filter": {"colour": "red"}}), "unknown_param"),
    ("limit as text", request("popular", {"limit": "3"}), "wrong_type"),
    ("limit as nil", request("popular", {"limit": None}), "wrong_type"),
    ("limit as real", request("popular", {"limit": 2.5}), "wrong_type"),
    ("limit 0", request("popular", {"limit": 0}), "out_of_range"),
    ("limit -1", request("popular", {"limit": -1}), "out_of_range"),
    ("limit 501", request("popular", {"limit": 501}), "out_of_range"),
    ("limit of 64 bits", request("popular", {"limit": (1 << 64) - 1}), "out_of_range"),
    ("item_id as number", request("related", {"item_id": 5}), "wrong_type"),
    ("item_id as bytes that are no text", request("related", {"item_id": b"\xff"}), "out_of_range"),
    ("item_id empty", request("related", {"item_id": ""}), "out_of_range"),
    ("item_id too long", request("related", {"item_id": LONG_ID}), "out_of_range"),
    ("item_id not UTF-8", b"\x94\x00\x01\xa7related\x81\xa7item_id\xa2\xff\xfe", "out_of_range"),
    ("customer_id as array", request("for_you", {"customer_id": []}), "wrong_type"),
    ("customer_id too long", request("for_you", {"customer_id": LONG_ID}), "out_of_range"),
    ("cart as text", request("cart", {"cart": "tea"}), "wrong_type"),
    ("cart of numbers", request("cart", {"cart": [1, 2]}), "wrong_type"),
    ("cart with an empty id", request("cart", {"cart": ["tea", ""]}), "out_of_range"),
    ("cart too long", request("cart", {"cart": ["tea"] * 257}), "out_of_range"),
    ("items too long", request("related", {"items": ["tea"] * 257}), "out_of_range"),
    ("items as map", request("related", {"items": {}}), "wrong_type"),
    ("exclude too long", request("popular", {"exclude": ["tea"] * 1025}), "out_of_range"),
    ("exclude of nil", request("popular", {"exclude": [None]}), "wrong_type"),
    ("filter as text", request("popular", {"filter": "bath"}), "wrong_type"),
    ("filter.category as number", request("popular", {"filter": {"category": 5}}), "wrong_type"),
    ("filter.price_min as text", request("popular", {"filter": {"price_min": "1"}}), "wrong_type"),
    ("filter.price_max below price_min", request("popular", {"filter": {"price_min": 5, "price_max": 4}}), "out_of_range"),
    ("filter.bought unknown", request("popular", {"filter": {"bought": "perhaps"}}), "out_of_range"),
    ("explain as number", request("popular", {"explain": 1}), "wrong_type"),
    ("fields unknown", request("popular", {"fields": ["cost"]}), "out_of_range"),
    ("fields as text", request("popular", {"fields": "name"}), "wrong_type"),
    ("timestamp as text", request("popular", {"timestamp": "now"}), "wrong_type"),
    ("a repeated param", b"\x94\x00\x01\xa7popular\x82\xa5limit\x01\xa5limit\x02", "repeated_param"),
    ("health with params", request("health", {"limit": 3}), "unknown_param"),
]


class BadMessages(WithShop):
    def test_each_gets_its_error_and_the_server_lives(self):
        self.assertGreaterEqual(len(BAD), 60)
        with Server(self.folder) as server, server.socket(zmq.DEALER) as dealer:
            for what, raw, wanted in BAD:
                dealer.send(raw)
                kind, _, error, result = msgpack.unpackb(dealer.recv())
                self.assertEqual(kind, 1, what)
                self.assertIsNone(result, what)
                if wanted:
                    self.assertEqual(error["name"], wanted, f"{what}: {error}")
                else:
                    self.assertIn(error["name"], ("malformed", "wrong_type"), what)
            memory = peak_memory(server.process.pid)
            self.assertLess(memory, 200 << 20)
            self.assertIsNone(server.ask("health")[0])

    def test_odd_frames_are_dropped(self):
        with Server(self.folder) as server:
            with server.socket(zmq.DEALER) as dealer:
                dealer.send_multipart([b"a", b"b", b"c", b"d"])
                dealer.send_multipart([b"", b""])
                dealer.send_multipart([b""])
            self.assertIsNone(server.ask("health")[0])

    def test_a_message_beyond_the_maximum_ends_the_connection_only(self):
        with Server(self.folder) as server:
            with server.socket(zmq.DEALER) as dealer:
                dealer.send(b"\xc0" * (8 << 20))
                time.sleep(0.3)
            self.assertIsNone(server.ask("health")[0])

    def test_noise(self):
        seed = int(os.environ.get("SMARTSHELF_SEED", "20111209"))
        print(f"SMARTSHELF_SEED={seed}", file=sys.stderr)
        import random
        chance = random.Random(seed)
        good = request("related", {"item_id": "tea", "limit": 3, "cart": ["pot"], "filter": {"category": "drinks"}})
        with Server(self.folder) as server, server.socket(zmq.DEALER) as dealer:
            for _ in range(20000 if LONG else 2000):
                raw = bytearray(good)
                for _ in range(chance.randint(1, 4)):
                    raw[chance.randrange(len(raw))] = chance.randrange(256)
                dealer.send(bytes(raw[:chance.randint(0, len(raw))]))
                self.assertEqual(msgpack.unpackb(dealer.recv(), strict_map_key=False)[0], 1)
            self.assertIsNone(server.ask("health")[0])


def peak_memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


class Load:
    """Keeps WINDOW requests in flight and holds every reply against what is known: one for each request, from one generation."""

    QUESTIONS = [("related", {"item_id": "85123A", "limit": 3}), ("bought_together", {"item_id": "22423", "limit": 2}),
                 ("bought_next", {"item_id": "47566", "limit": 2}), ("cart", {"cart": ["22423", "47566"], "limit": 2})]

    def __init__(self, server, marks):
        self.dealer = server.socket(zmq.DEALER)
        self.marks = marks  # by generation: how many pairs it gives as evidence, everywhere
        self.waiting = set()
        self.sent, self.answered, self.refused, self.mixed, self.stale, self.generation = 0, 0, 0, 0, 0, ""
        self.send(WINDOW)

    def send(self, count=1):
        for _ in range(count):
            self.dealer.send(msgpack.packb([0, self.sent, *self.QUESTIONS[self.sent % len(self.QUESTIONS)]]))
            self.waiting.add(self.sent)
            self.sent += 1

    def take(self):
        kind, msgid, error, result = msgpack.unpackb(self.dealer.recv())
        assert kind == 1 and msgid in self.waiting, f"a reply nobody waits for: {msgid}"
        self.waiting.remove(msgid)
        if error is not None:
            assert error["name"] == "shutting_down", error
            self.refused += 1
            return
        assert self.refused == 0, "an answer after shutting_down"
        assert len(result["items"]) == self.QUESTIONS[msgid % len(self.QUESTIONS)][1]["limit"], result
        self.answered += 1
        self.stale += result["generation"] < self.generation
        self.generation = result["generation"]
        evidence = {item["reason"][name] for item in result["items"] for name in ("pairs", "customers")}
        self.mixed += evidence != {self.marks[self.generation]}

    def step(self):
        self.take()
        self.send()

    def finish(self):
        while self.waiting:
            self.take()


class Marked(unittest.TestCase):
    """A store whose generations differ in the evidence of every answer."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        self.marks = {}
        self.publish()

    def publish(self):
        """The name of the new generation."""
        number = len(self.marks)
        mark = 2 + number % 249  # of one customer no numbers are given
        name = subprocess.run([f"{BUILD}/tests/dump_store", f"{self.folder}/store", str(number), str(mark)], check=True,
                              capture_output=True, text=True, timeout=60).stdout.strip()
        self.marks[name] = mark
        return name


def footprint(pid):
    """Of a process: the generations it maps, how many descriptors it has open, the bytes of memory it holds (0 where a sanitizer
    keeps accounts of its own in there)."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        maps = file.read()
    mapped = set(re.findall("/generations/([^/]+)/", maps))
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        held = next(int(line.split()[1]) * 1024 for line in file if line.startswith("RssAnon"))
    return mapped, len(os.listdir(f"/proc/{pid}/fd")), 0 if re.search("lib[at]san", maps) else held


class Taken(unittest.TestCase):
    def test_a_port_in_use_is_told_of_before_live_state_is_touched(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket() as taken:
            train(folder)
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            for option, value in (("--bind", f"tcp://{address}"), ("--metrics", address), ("--http", address)):
                refused = subprocess.run([PROGRAM, "serve", "--store", f"{folder}/store", "--bind", f"ipc://{folder}/x.ipc", option, value],
                                         capture_output=True, text=True, timeout=20)
                self.assertEqual(refused.returncode, 1, option)
                self.assertIn(f"{option[2:]}: cannot listen at {address}: Address already in use", refused.stderr)
                self.assertNotIn("live state", refused.stderr)
            self.assertEqual(sorted(os.listdir(f"{folder}/store")), ["current", "generations"])


class UnderLoad(Marked):
    def stop(self, workers):
        with Server(self.folder, "--workers", workers, "--drain-ms", 120000) as server:
            load = Load(server, self.marks)
            for _ in range(2000):
                load.step()
            server.process.send_signal(signal.SIGTERM)
            load.send(4 * WINDOW)
            load.finish()
            self.assertEqual(server.process.wait(120), 0)
        self.assertEqual(load.answered + load.refused, load.sent)
        self.assertEqual(load.mixed, 0)
        return load

    def test_stopping_answers_what_was_asked(self):
        for workers in (1, 2):
            loads = [self.stop(workers) for _ in range(20 if LONG else 1)]
            print(f"stops={len(loads)} workers={workers} requests={sum(load.sent for load in loads)} "
                  f"shutting_down={sum(load.refused for load in loads)} unanswered=0", file=sys.stderr)

    def test_a_stop_that_stands_still_turns_nobody_away_unheard(self):
        """Frozen while it stops, a server has answered what came meanwhile before it ends."""
        for workers in (1, 2):
            caught = False
            while not caught:  # it may have ended before
                with Server(self.folder, "--workers", workers, "--drain-ms", 120000) as server, server.socket(zmq.DEALER) as dealer:
                    dealer.send(request("health", {}))
                    dealer.recv()
                    server.process.send_signal(signal.SIGTERM)
                    while "msg=stopping" not in server.text() and server.process.poll() is None:
                        time.sleep(0.001)
                    server.process.send_signal(signal.SIGSTOP)
                    caught = server.process.poll() is None and "msg=stopped" not in server.text()
                    for _ in range(10 if caught else 0):
                        dealer.send(request("health", {}))
                    time.sleep(0.3)
                    server.process.send_signal(signal.SIGCONT)
                    for _ in range(10 if caught else 0):
                        self.assertEqual(msgpack.unpackb(dealer.recv())[2]["name"], "shutting_down")

    def swap(self, server, load):
        """Publishes and swaps while requests go on, until the new generation alone has given a hundred answers."""
        wanted, fresh, deadline = self.publish(), 0, time.time() + 120
        server.process.send_signal(signal.SIGHUP)
        while fresh < 100 and time.time() < deadline:
            load.step()
            fresh = fresh + 1 if load.generation == wanted else 0
        self.assertEqual(load.generation, wanted)

    def settled(self, server, generation):
        """The footprint, once the old generation is gone."""
        deadline = time.time() + 120
        while time.time() < deadline:
            mapped, descriptors, held = footprint(server.process.pid)
            if mapped == {generation}:
                return descriptors, held
            time.sleep(0.02)
        raise AssertionError(f"still mapped: {mapped}")

    def swap_often(self, workers, swaps):
        with Server(self.folder, "--workers", workers) as server:
            load = Load(server, self.marks)
            for _ in range(swaps // 10):
                self.swap(server, load)
            begun = self.settled(server, load.generation)
            for _ in range(swaps - swaps // 10):
                self.swap(server, load)
            load.finish()
            descriptors, held = self.settled(server, load.generation)
            stats = server.ask("stats")[1]
        print(f"swaps={swaps} workers={workers} window={WINDOW} requests={load.sent} errors={load.refused} mixed={load.mixed} "
              f"unanswered={len(load.waiting)} held={begun[1] >> 10}kB..{held >> 10}kB", file=sys.stderr)
        self.assertEqual((load.answered, load.refused, load.mixed), (load.sent, 0, 0))
        if workers == 1:  # several may take a generation one after the other
            self.assertEqual(load.stale, 0)
        self.assertEqual((stats["swaps"], stats["refused_swaps"]), (swaps, 0))
        self.assertLessEqual(descriptors, begun[0])
        # The heap has its full height only after some ten swaps; a generation left behind by each would be far more.
        self.assertLess(held, begun[1] + (8 << 20))

    def test_swapping_generations_loses_nothing(self):
        for workers in (1, 2):
            self.swap_often(workers, 200 if LONG else 20)


class Reloading(WithShop):
    def test_a_broken_generation_is_refused(self):
        with Server(self.folder) as server:
            before = server.ask("popular")[1]["generation"]
            store = f"{self.folder}/store"
            broken = f"{store}/generations/20990101T000000.000Z"
            subprocess.run(["cp", "-r", os.path.realpath(f"{store}/current"), broken], check=True)
            with open(f"{broken}/cooccurrence.safetensors", "r+b") as file:
                file.seek(-100, os.SEEK_END)
                file.write(b"\xff" * 50)
            old = os.readlink(f"{store}/current")
            os.symlink("generations/20990101T000000.000Z", f"{store}/next")
            os.rename(f"{store}/next", f"{store}/current")
            try:
                error, _ = server.ask("reload")
                self.assertEqual(error["name"], "refused")
                self.assertEqual(server.ask("popular")[1]["generation"], before)
            finally:
                os.symlink(old, f"{store}/next")
                os.rename(f"{store}/next", f"{store}/current")
                subprocess.run(["rm", "-r", broken], check=True)


class Access(WithShop):
    def keys(self, name):
        path = f"{self.folder}/{name}"
        if not os.path.exists(path + ".key"):
            run("keygen", "--out", path)
            self.assertEqual(os.stat(path + ".key").st_mode & 0o777, 0o600)
        words = {}
        for ending in (".key", ".pub"):
            with open(path + ending, encoding="ascii") as file:
                for line in file:
                    if line.strip() and not line.startswith("#"):
                        kind, key = line.split()[:2]
                        words[kind] = key
        return words

    def test_keys_and_roles(self):
        server_keys, reader, admin, stranger = (self.keys(name) for name in ("server", "reader", "admin", "stranger"))
        with open(f"{self.folder}/allow", "w", encoding="ascii") as file:
            file.write(f"# who may\n{reader['public']} read shop\n{admin['public']} admin back office\n")
        with Server(self.folder, "--curve-key", f"{self.folder}/server.key", "--allow", f"{self.folder}/allow") as server:
            def ask(keys, method, wait=60000):
                options = {"curve_serverkey": server_keys["public"].encode(), "curve_publickey": keys["public"].encode(),
                           "curve_secretkey": keys["secret"].encode()} if keys else {}
                with server.socket(zmq.DEALER, **options) as dealer:
                    dealer.setsockopt(zmq.RCVTIMEO, wait)
                    dealer.send(request(method, {}))
                    return msgpack.unpackb(dealer.recv())
            self.assertIsNone(ask(reader, "popular")[2])
            self.assertEqual(ask(reader, "stats")[2]["name"], "access_denied")
            self.assertEqual(ask(reader, "reload")[2]["name"], "access_denied")
            self.assertIsNone(ask(admin, "stats")[2])
            for nobody in (stranger, None):
                with self.assertRaises(zmq.Again):
                    ask(nobody, "popular", wait=500)
            log = server.text()
            for keys in (server_keys, reader, admin, stranger):
                self.assertNotIn(keys["secret"], log)

    def test_a_public_bind_needs_keys(self):
        refused = subprocess.run([PROGRAM, "serve", "--store", f"{self.folder}/store", "--bind", "tcp://0.0.0.0:*"],
                                 capture_output=True, text=True, timeout=120)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("insecure-public-bind", refused.stderr)

    def test_a_bad_list_names_its_line(self):
        self.keys("server")
        with open(f"{self.folder}/bad", "w", encoding="ascii") as file:
            file.write("# fine\n\nnot-a-key read\n")
        refused = subprocess.run([PROGRAM, "serve", "--store", f"{self.folder}/store", "--bind", f"ipc://{self.folder}/x.ipc",
                                  "--curve-key", f"{self.folder}/server.key", "--allow", f"{self.folder}/bad"],
                                 capture_output=True, text=True, timeout=120)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn(":3", refused.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)
