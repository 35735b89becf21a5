"""`smartshelf gateway` before three servers, each with a store of its own, under load over connections that are kept: one is stopped, one is
frozen (SIGSTOP), one swaps its generation, and what follows from a random schedule (SMARTSHELF_SEED). No read fails; each question for
offers, asked again with its request_id until it is answered, is decided and leased once, by the keeper, also when that is killed (kill -9) in between;
each event counts once; what is for all servers is done when all have said so. Latencies are printed, not held to anything.
Seconds; with SMARTSHELF_LONG=1 minutes."""
import collections
import concurrent.futures
import http.client
import json
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

import msgpack
import zmq

import schema
import test_offers_kill9
from live_server import LONG, PROGRAM, Server, exported, smartshelf
from program import seed

ITEMS = test_offers_kill9.ITEMS
READERS = 12
BUYERS = 4
PATIENCE = 90  # seconds for what must come at last
PHASE = 5 if LONG else 0.5  # seconds between two changes
ANY = ("up", "returning", "ejected")


def eventually(check):
    """What holds in the end: while the machine stands still a server may be ejected for a moment."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


class Gateway:
    """The gateway before these endpoints, on a free port. When all the machine has stood still for a while no connection that is kept is cut and no
    request given up: what the gateway does with callers who say nothing, and when there is no answer, is another test's."""

    def __init__(self, folder, endpoints, *arguments, timeout=9000):
        self.log = f"{folder}/gateway.log"
        connect = [word for endpoint in endpoints for word in ("--connect", endpoint)]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([PROGRAM, "gateway", "--http", "127.0.0.1:0", "--http-timeout", "600", "--read-timeout", str(timeout),
                                             "--change-timeout", "9000", *connect, *map(str, arguments)], stderr=log)
        self.port = int(self.wait_log(r"http is served.* url=http://127\.0\.0\.1:(\d+)/"))

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_log(self, pattern):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = re.search(pattern, self.text())
            if found:
                return found.group(1)
            assert self.process.poll() is None, f"the gateway ended: {self.text()}"
            time.sleep(0.01)
        raise AssertionError(f"no {pattern} in {self.text()}")

    def connection(self, timeout=PATIENCE):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, connection, *request):
        """Status and what was answered, over this connection or one of its own (None)."""
        own = connection or self.connection()
        try:
            own.request(*request)
            reply = own.getresponse()
            body = reply.read()
            return reply.status, json.loads(body) if body[:1] == b"{" else body.decode()
        finally:
            if not connection:
                own.close()

    def get(self, path, connection=None):
        return self.ask(connection, "GET", path)

    def post(self, method, params, connection=None):
        return self.ask(connection, "POST", f"/v1/{method}", json.dumps(params), {"Content-Type": "application/json"})

    def wait_states(self, wanted):
        """Until health has the servers in one of these states each."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            states = [server["state"] for server in self.get("/v1/health")[1]["servers"]]
            if all(state in allowed for state, allowed in zip(states, wanted)):
                return
            time.sleep(0.02)
        raise AssertionError(f"{states}, not {wanted}: {self.text()[-3000:]}")

    def stop(self):
        self.process.terminate()
        ended = self.process.wait(60)
        assert ended == 0, f"the gateway ended with {ended}: {self.text()[-3000:]}"

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Reader(threading.Thread):
    """Reads shelves, of visitors and of nobody, over a connection that is kept: each must be answered."""

    def __init__(self, gateway, number, own_seed):
        super().__init__(daemon=True)
        self.gateway, self.number, self.random = gateway, number, random.Random(own_seed)
        self.done, self.times, self.failures = threading.Event(), [], []

    def path(self):
        query = {"item_id": self.random.choice(ITEMS), "limit": 5, "fields": "name,price"}
        if self.random.random() < 0.4:
            query["session_id"] = f"s-{self.random.randrange(50)}"
        return f"/v1/{self.random.choice(('related', 'bought_together', 'popular'))}?{urllib.parse.urlencode(query)}"

    def run(self):
        connection = self.gateway.connection()
        while not self.done.is_set():
            path, begin = self.path(), time.perf_counter()
            try:
                status, answer = self.gateway.get(path, connection)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append((path, repr(error)))
                connection.close()
                continue
            self.times.append((begin, time.perf_counter() - begin))
            if status != 200:
                self.failures.append((path, status, answer))
        connection.close()


class Buyer(threading.Thread):
    """Asks for offers and tells of events, each again under its name until it is answered; a page that nobody waits for is asked again too."""

    def __init__(self, gateway, number, own_seed):
        super().__init__(daemon=True)
        self.gateway, self.number, self.random = gateway, number, random.Random(own_seed)
        self.done, self.decisions, self.events, self.again, self.failures = threading.Event(), {}, 0, 0, []

    def until_answered(self, method, params):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            impatient = self.random.random() < 0.1  # this caller leaves, and comes back
            connection = self.gateway.connection(0.003 if impatient else PATIENCE)
            try:
                status, answer = self.gateway.post(method, params, connection)
                if status == 200:
                    return answer
                if status != 503:
                    self.failures.append((method, status, answer))
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            self.again += 1
            time.sleep(0.01)
        self.failures.append((method, params, "never answered"))
        return None

    def run(self):
        number = 0
        while not self.done.is_set():
            number += 1
            name = f"b{self.number}-{number}"
            params = {"page": "product", "item_id": self.random.choice(ITEMS), "session_id": name, "request_id": name}
            for _ in range(self.random.choice((1, 1, 2))):
                answer = self.until_answered("offers", params)
                decision = answer and (answer["decision"], [offer["code"] for offer in answer["offers"]])
                if self.decisions.setdefault(name, decision) != decision:
                    self.failures.append((name, "another decision", self.decisions[name], decision))
            event = {"event": "view", "item_id": params["item_id"], "session_id": name, "event_id": name}
            self.events += self.until_answered("event", event) is not None
            time.sleep(self.random.uniform(0, 0.01))


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000 if times else float("nan")


class GatewayTest(unittest.TestCase):
    SERVERS = 3

    @classmethod
    def setUpClass(cls):
        cls.shop = tempfile.TemporaryDirectory()
        cls.store = test_offers_kill9.make_shop(cls.shop.name, random.Random(1))

    @classmethod
    def tearDownClass(cls):
        cls.shop.cleanup()

    def setUp(self):
        self.random = random.Random(seed())
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = self.temporary.name
        self.servers, self.readers, self.buyers, self.gateway = [], [], [], None
        for number in range(self.SERVERS):
            folder = f"{self.folder}/{number}"
            subprocess.run(["cp", "-a", "--", self.store, folder], check=True)
            self.servers.append(Server(folder, folder, "--config", f"{self.shop.name}/shelf.yaml"))
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(Server.start, self.servers))

    def tearDown(self):
        for thread in self.readers + self.buyers:
            thread.done.set()
        if self.gateway:
            self.gateway.close()
        for server in self.servers:
            if server.process.poll() is None:
                server.process.send_signal(signal.SIGCONT)
            server.close()
        self.temporary.cleanup()

    def open_gateway(self, *arguments):
        self.gateway = Gateway(self.folder, [server.endpoint for server in self.servers], *arguments)
        self.gateway.wait_states([("up", "returning")] * self.SERVERS)

    def begin_load(self):
        self.readers = [Reader(self.gateway, i, self.random.random()) for i in range(READERS)]
        self.buyers = [Buyer(self.gateway, i, self.random.random()) for i in range(BUYERS)]
        for thread in self.readers + self.buyers:
            thread.start()

    def end_load(self):
        for thread in self.readers + self.buyers:
            thread.done.set()
        for thread in self.readers + self.buyers:
            thread.join(PATIENCE)
            self.assertFalse(thread.is_alive())
            self.assertEqual(thread.failures[:3], [])

    # ---- what happens to servers ----

    def until_ejected(self, server):
        states = [ANY] * self.SERVERS
        states[self.servers.index(server)] = ("ejected",)
        self.gateway.wait_states(states)

    def away(self, server, seconds):
        """None: for a phase, and until the gateway has seen it."""
        time.sleep(PHASE if seconds is None else seconds)
        if seconds is None:
            self.until_ejected(server)

    def freeze(self, server, seconds=None):
        server.process.send_signal(signal.SIGSTOP)
        self.away(server, seconds)
        server.process.send_signal(signal.SIGCONT)

    def stop_and_start(self, server, seconds=None):
        server.stop()
        self.away(server, seconds)
        server.start()

    def kill_and_start(self, server, seconds):
        server.kill()
        time.sleep(seconds)
        server.start()

    def swap(self, server, seconds):
        """A new generation, which it takes while it is asked."""
        generation = max(os.listdir(f"{server.store}/generations"))
        name = time.strftime("%Y%m%dT%H%M%S", time.gmtime()) + f".{self.random.randrange(1000):03}Z"
        subprocess.run(["cp", "-a", f"{server.store}/generations/{generation}", f"{server.store}/generations/{name}"], check=True)
        os.symlink(f"generations/{name}", f"{server.store}/next")
        os.replace(f"{server.store}/next", f"{server.store}/current")
        error, result = server.ask("reload")
        self.assertIsNone(error)
        self.assertEqual((result["generation"], result["changed"]), (name, True))
        time.sleep(seconds)

    # ---- what must hold ----

    def check_ledgers(self):
        """Each decision once, at the keeper; what was leased is what was given, once each; each event once."""
        decisions, codes = {}, []
        for buyer in self.buyers:
            for name, (decision, given) in buyer.decisions.items():
                self.assertIsNone(decisions.setdefault(decision, None) and name)
                decisions[decision] = name
                codes += [code.replace("-", "")[:8] for code in given if code]
        asked = sum(len(buyer.decisions) for buyer in self.buyers)
        self.assertEqual(len(decisions), asked, "two questions with one decision")
        for server in self.servers:
            server.stop()
        ledgers = []
        for server in self.servers:
            done = subprocess.run([f"{os.environ.get('SMARTSHELF_BUILD') or os.path.dirname(PROGRAM)}/tests/dump_offers", server.store],
                                  capture_output=True, text=True, check=True)
            ledgers.append([line.split("\t")[1] for line in done.stdout.splitlines()[1:]])
        self.assertEqual([len(ledger) for ledger in ledgers[1:]], [0] * (self.SERVERS - 1), "another server leased too")
        self.assertEqual(collections.Counter(ledgers[0]), collections.Counter(codes))
        kept = exported(self.servers[0].store)
        self.assertEqual(len(kept), sum(buyer.events for buyer in self.buyers))
        self.assertEqual(len({event["event_id"] for event in kept}), len(kept))
        return asked, len(codes), len(kept)

    def report(self, what, begin, end):
        times = [took for reader in self.readers for at, took in list(reader.times) if begin <= at < end]
        print(f"  {what:24} {len(times) / (end - begin):7,.0f} reads/s  p50 {percentile(times, 0.5):6.1f} ms  "
              f"p99 {percentile(times, 0.99):6.1f} ms  most {percentile(times, 1):6.1f} ms", flush=True)

    def phase(self, what, change):
        begin = time.perf_counter()
        change()
        middle = time.perf_counter()
        time.sleep(PHASE)
        self.report(what, begin, middle)
        self.report("  after it", middle, time.perf_counter())

    # ---- the tests ----

    def test_stopped_frozen_swapped_and_killed(self):
        self.open_gateway()
        self.begin_load()
        keeper, second, third = self.servers
        self.phase("nothing happens", lambda: time.sleep(PHASE))
        self.phase("one is stopped", lambda: self.stop_and_start(third))
        self.phase("one is frozen", lambda: self.freeze(second))
        self.phase("one swaps", lambda: self.swap(second, 0.1))
        self.phase("the keeper swaps", lambda: self.swap(keeper, 0.1))
        self.phase("the keeper is frozen", lambda: self.freeze(keeper))
        self.phase("the keeper is killed", lambda: self.kill_and_start(keeper, 0))
        self.end_load()
        stats = self.gateway.get("/v1/stats")[1]
        again = sum(buyer.again for buyer in self.buyers)
        asked, leased, events = self.check_ledgers()
        print(f"  {asked} questions, {leased} leases, {events} events; {again} asked again by callers, {stats['repeats']} by the gateway, "
              f"{stats['second_tries']} second tries, {stats['overdue']} overdue")
        self.assertGreater(min(server["ejections"] for server in stats["servers"]), 0)
        self.gateway.stop()

    def test_random_schedule(self):
        """One server at a time is in trouble, now this and now that."""
        self.open_gateway("--http-threads", self.random.choice((1, 2)))
        self.begin_load()
        happened, end = collections.Counter(), time.monotonic() + (180 if LONG else 3)
        while time.monotonic() < end:
            change = self.random.choice((self.freeze, self.freeze, self.stop_and_start, self.kill_and_start, self.swap))
            change(self.random.choice(self.servers), self.random.uniform(0, 0.6))
            happened[change.__name__] += 1
            self.gateway.wait_states([("up", "returning")] * self.SERVERS)
            time.sleep(self.random.uniform(0, 0.1))
        self.end_load()
        print(" ", dict(happened), "questions, leases, events:", *self.check_ledgers())
        self.gateway.stop()

    def test_what_is_for_all(self):
        self.open_gateway()
        change = {"items": [{"item_id": ITEMS[3], "stock": 0}]}

        def is_done():
            self.assertEqual(self.gateway.post("items", change)[0], 200)

        eventually(is_done)
        for server in self.servers:
            _, result = server.ask("popular", {"limit": 500})
            self.assertNotIn(ITEMS[3], [item["item_id"] for item in result["items"]])
        self.servers[1].stop()
        self.gateway.wait_states([("up", "returning"), ("ejected",), ("up", "returning")])
        change["items"][0]["stock"] = 7

        def one_is_missing():
            status, answer = self.gateway.post("items", change)
            self.assertEqual(status, 503)
            self.assertIn(f"2 of 3 servers have done it; ask again; not yet: {self.servers[1].endpoint} (no answer)", answer["error"]["message"])
            status, health = self.gateway.get("/v1/health")
            self.assertEqual((status, health["status"]), (200, "degraded"))
            self.assertEqual(self.gateway.get("/healthz"), (200, "ok\n"))
            metrics = self.gateway.get("/metrics")[1]
            up = re.findall(r'smartshelf_gateway_server_up\{endpoint="([^"]*)"\} (\d)', metrics)
            self.assertEqual(up, [(server.endpoint, "0" if i == 1 else "1") for i, server in enumerate(self.servers)])

        eventually(one_is_missing)
        self.servers[1].start()
        eventually(is_done)
        wrong = {"items": [{"item_id": ITEMS[3], "stock": "many"}]}

        def is_refused():
            status, answer = self.gateway.post("items", wrong)
            self.assertEqual((status, answer["error"].get("field")), (400, "items[0].stock"))

        eventually(is_refused)
        eventually(lambda: self.assertEqual(self.gateway.post("reload", {})[0], 200))
        for server in self.servers:
            server.stop()
        self.gateway.wait_states([("ejected",)] * 3)
        self.assertEqual(self.gateway.get("/healthz"), (503, "no server answers\n"))
        self.gateway.stop()

    def test_it_tells_what_a_server_tells(self):
        """Its counts are those of what was answered here; health and stats are as openapi.json has them."""
        self.open_gateway()
        shelves = []
        for limit in (1, 5, 500):
            status, answer = self.gateway.post("related", {"item_id": ITEMS[0], "limit": limit})
            self.assertEqual(status, 200)
            shelves.append(answer)
        status, page = self.gateway.post("page", {"item_id": ITEMS[1], "shelves": ["related", "popular"], "limit": 3, "session_id": "s-1"})
        self.assertEqual(status, 200)
        shelves += page["shelves"]
        shown = sum(len(shelf["items"]) for shelf in shelves)
        missing = sum(shelf["short"]["missing"] for shelf in shelves if shelf["short"])
        fallback = sum(item["reason"]["stage"] > 0 for shelf in shelves for item in shelf["items"])
        self.assertEqual(self.gateway.post("popular", {"limit": 0})[0], 400)
        self.assertEqual(self.gateway.post("find", {"text": "a"})[0], 200)
        stats, health = self.gateway.post("stats", {"buckets": True})[1], self.gateway.get("/v1/health")[1]
        asked = {name: of["requests"] for name, of in stats["methods"].items() if of["requests"] and name not in ("health", "stats")}
        self.assertEqual(asked, {"related": 3, "page": 1, "popular": 1, "find": 1})
        self.assertEqual([stats[name] for name in ("answers", "products", "missing", "fallback_products")], [5, shown, missing, fallback])
        self.assertAlmostEqual(stats["fill_rate"], shown / (shown + missing), 5)
        self.assertEqual((stats["errors"]["out_of_range"], sum(stats["errors"].values())), (1, 1))
        related = stats["methods"]["related"]
        self.assertEqual(sum(number for _, number in related["buckets"]), 3)
        self.assertGreater(related["p99_us"], 0)
        self.assertNotIn("buckets", self.gateway.get("/v1/stats")[1]["methods"]["related"])
        self.assertEqual([server["generation"] for server in stats["servers"]], [server["generation"] for server in health["servers"]])
        with open(os.path.join(os.environ.get("SMARTSHELF_SOURCE", "."), "recsys/http/openapi.json"), encoding="utf-8") as file:
            described = json.load(file)
        for name, told in (("HealthResult", health), ("StatsResult", stats)):
            self.assertEqual(list(schema.mistakes(described, told, {"$ref": f"#/components/schemas/{name}"}, True)), [])
        self.gateway.stop()

    def test_visitors_are_spread(self):
        self.open_gateway("--visitors", "spread")
        homes = collections.Counter()
        for number in range(30):
            session = f"s-{number}"
            seen = {"event": "cart_add", "item_id": ITEMS[number], "session_id": session, "event_id": session}
            self.assertEqual(self.gateway.post("event", seen)[0], 200)
            status, known = self.gateway.post("visitor", {"session_id": session})
            self.assertEqual(status, 200)
            self.assertIn(ITEMS[number], json.dumps(known))
            holders = [i for i, server in enumerate(self.servers) if ITEMS[number] in json.dumps(server.ask("visitor", {"session_id": session}))]
            self.assertEqual(len(holders), 1)
            homes[holders[0]] += 1
        self.assertEqual(len(homes), 3)
        events = [{"event": "view", "item_id": ITEMS[0], "session_id": f"s-{i}"} for i in range(30)]
        status, answer = self.gateway.post("event", {"events": events})
        self.assertEqual((status, answer["error"]["field"]), (400, "events"))
        self.gateway.stop()


class Broken(threading.Thread):
    """Takes a server's place: says that it has an internal error, whatever it is asked but how it is."""

    def __init__(self, endpoint):
        super().__init__(daemon=True)
        self.context, self.done = zmq.Context(), threading.Event()
        self.router = self.context.socket(zmq.ROUTER)
        self.router.setsockopt(zmq.LINGER, 0)
        self.router.bind(endpoint)

    def run(self):
        while not self.done.is_set():
            if self.router.poll(20):
                *route, message = self.router.recv_multipart()
                _, number, method, _ = msgpack.unpackb(message)
                error = None if method == "health" else {"name": "internal", "message": "out of order"}
                self.router.send_multipart([*route, msgpack.packb([1, number, error, None if error else {"status": "ok"}])])
        self.router.close()
        self.context.term()


class GatewayFailuresTest(unittest.TestCase):
    """What is answered when there is no answer."""

    def test_a_server_that_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            endpoint = f"ipc://{folder}/broken.ipc"
            server, gateway = Broken(endpoint), None
            server.start()
            try:
                gateway = Gateway(folder, [endpoint])
                for method, params in (("event", {"event": "view", "item_id": "a", "session_id": "s"}), ("popular", {})):
                    status, answer = gateway.post(method, params)
                    self.assertEqual((status, answer["error"]["code"]), (500, "internal"))
                gateway.stop()
            finally:
                if gateway:
                    gateway.close()
                server.done.set()
                server.join()

    def test_stopping_while_a_server_is_frozen(self):
        """Who still waits when the time for stopping is over is told that no answer came, also where more requests stand behind that one; the gateway
        ends in order."""
        with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(4) as pool:
            server, gateway = Server(folder, test_offers_kill9.make_shop(folder, random.Random(seed()))), None
            server.start()
            try:
                gateway = Gateway(folder, [server.endpoint], "--drain-ms", 100)
                self.assertEqual(gateway.get("/v1/popular")[0], 200)
                os.kill(server.process.pid, signal.SIGSTOP)
                # With an event_id they wait for the server also when it has been given up.
                waiting = [pool.submit(gateway.post, "event", {"event": "view", "item_id": "a", "session_id": "s", "event_id": f"e-{n}"}) for n in range(4)]
                body = b'{"event": "view", "item_id": "a", "session_id": "s", "event_id": "e"}'
                several = socket.create_connection(("127.0.0.1", gateway.port), timeout=PATIENCE)
                several.sendall(b"POST /v1/event HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                                % (len(body), body) * 20)
                while gateway.get("/v1/stats")[1]["requests"] < 7: # with this one's
                    time.sleep(0.01)
                gateway.stop()
                self.assertTrue(several.recv(65536).startswith(b"HTTP/1.1 504 "))
                several.close()
                for one in waiting:
                    status, answer = one.result(PATIENCE)
                    self.assertEqual((status, answer["error"]["code"]), (504, "busy"))
            finally:
                os.kill(server.process.pid, signal.SIGCONT)
                if gateway:
                    gateway.close()
                server.close()


class GatewayKeysTest(unittest.TestCase):
    """CURVE between gateway and servers; who may not is not let in."""

    def test_keys(self):
        with tempfile.TemporaryDirectory() as folder:
            store = test_offers_kill9.make_shop(folder, random.Random(seed()))
            for name in ("server", "gateway", "stranger"):
                smartshelf("keygen", "--out", f"{folder}/{name}")
            with open(f"{folder}/gateway.pub", encoding="utf-8") as file:
                public = re.search(r"^public (\S+)", file.read(), re.M).group(1)
            with open(f"{folder}/allow.txt", "w", encoding="utf-8") as file:
                file.write(f"{public} admin gateway\n")
            with open(f"{folder}/server.log", "wb") as log:
                server = subprocess.Popen([PROGRAM, "serve", "--store", store, "--bind", f"ipc://{folder}/keyed.ipc", "--curve-key",
                                           f"{folder}/server.key", "--allow", f"{folder}/allow.txt"], stderr=log)
            opened = []
            try:
                for name in ("gateway", "stranger"):
                    opened.append(Gateway(folder, [f"ipc://{folder}/keyed.ipc"], "--curve-key", f"{folder}/{name}.key", "--server-key",
                                          f"{folder}/server.pub", timeout=9000 if name == "gateway" else 500))
                    if name == "gateway":
                        opened[-1].wait_states([("up", "returning")])
                    status, _ = opened[-1].get("/v1/popular?limit=3")
                    self.assertEqual(status, 200 if name == "gateway" else 503)
                opened[1].wait_log("(a server has not answered yet.*keys)")
            finally:
                for gateway in opened:
                    gateway.close()
                server.terminate()
                server.wait(60)

    def test_wrong_settings(self):
        for arguments, words in ((["--connect", "a:1"], "not an endpoint"), ([], "name at least one server"),
                                 (["--connect", "tcp://a:1", "--curve-key", "k"], "one is missing"),
                                 (["--connect", "tcp://a:1", "--http", "0.0.0.0:0"], "insecure-public-bind"),
                                 (["--connect", "tcp://a:1", "--read-timeout", "5"], "read-timeout")):
            done = subprocess.run([PROGRAM, "gateway", "--http", "127.0.0.1:0", *arguments], capture_output=True, text=True, check=False,
                                  timeout=60)
            self.assertNotEqual(done.returncode, 0, arguments)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
