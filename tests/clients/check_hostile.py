"""One client library against servers that hang, lie and close, and against the real one: `check_hostile.py LANGUAGE`. What is asked is
answered, or answered for by the fallback list, when its time is over; afterwards the client works with the real server."""
import re
import subprocess
import sys
import tempfile
import time
import unittest

import msgpack

import liar
import shared

LANGUAGE = sys.argv.pop(1)
FALLBACK = ["f1", "f2", "f3"]
LIE = liar.MARK.decode()
SHORT_MS = 40  # for answers that do not come
ENDLESS_MS = 10000  # a wait that is so much longer than it may be is one without end; less may be the machine's other work
IN_A_ROW = 6  # answers, after which it has settled whom the client asks
FALLEN_BACK = {"generation": None, "short": None, "items": [
    {"item_id": item_id, "score": 0, "reason": {"model": "fallback", "stage": 0}} for item_id in FALLBACK]}


def setUpModule():
    global real, liars, temporary
    temporary = tempfile.TemporaryDirectory()
    real = shared.Server(temporary.name).__enter__()
    liars = liar.Liar(temporary.name, real.endpoint).__enter__()


def tearDownModule():
    liars.__exit__()
    real.__exit__()
    temporary.cleanup()


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.driver = shared.Driver(LANGUAGE)

    @classmethod
    def tearDownClass(cls):
        cls.driver.close()

    def open(self, *endpoints, **options):
        return self.driver.open(**{"endpoints": list(endpoints), "fallback": FALLBACK, "timeout_ms": SHORT_MS, "reconnect_ms": 250, **options})

    def works(self, client, method="related"):
        """Asks honestly until there is an answer of the real server; that one."""
        deadline = time.monotonic() + shared.PATIENCE_MS / 1000
        while time.monotonic() < deadline:
            answer = self.driver.ask(client, method, {"item_id": "85123A", "limit": 2}, timeout_ms=1000)
            if answer["source"] == "server":
                self.assertEqual([item["item_id"] for item in answer["result"]["items"]], ["22423", "47566"])
                self.assertIsNone(answer["error"])
                return
        self.fail(f"the client does not work again: {answer}")

    def falls_back(self, client, names, timeout_ms=SHORT_MS):
        begun = time.monotonic()
        answer = self.driver.ask(client, "related", {"item_id": "85123A", "request_id": LIE}, timeout_ms=timeout_ms)
        self.assertLess((time.monotonic() - begun) * 1000, timeout_ms + ENDLESS_MS)
        self.assertEqual((answer["source"], shared.comparable(LANGUAGE, answer["result"])),
                         ("fallback", shared.comparable(LANGUAGE, FALLEN_BACK)))
        self.assertIn(answer["error"]["name"], names)
        self.assertTrue(answer["error"]["message"])

    def settles(self, client, params):
        """Among servers of which some lie, one after another of its questions goes to the one that does not."""
        deadline, row = time.monotonic() + shared.PATIENCE_MS / 1000, 0
        while row < IN_A_ROW:
            self.assertLess(time.monotonic(), deadline, f"{row} answers in a row are the most of late")
            row = row + 1 if self.driver.ask(client, "related", params, timeout_ms=500)["source"] == "server" else 0

    def test_lies(self):
        for name in liar.LIES:
            with self.subTest(name):
                client = self.open(liars.endpoints[name])
                self.works(client)
                self.falls_back(client, liar.EXPECTED[name], 5000 if name.startswith("error") and name != "error text" else SHORT_MS)
                self.works(client)
                self.driver.do("close", client=client)

    def test_what_no_client_should_mind(self):
        for name in liar.HONEST_ENOUGH:
            with self.subTest(name):
                client = self.open(liars.endpoints[name])
                self.works(client)
                for _ in range(3):
                    answer = self.driver.ask(client, "related", {"request_id": LIE, "item_id": "85123A"}, timeout_ms=5000)
                    self.assertEqual((answer["source"], answer["error"]), ("server", None))
                    self.assertEqual([item["item_id"] for item in answer["result"]["items"]], ["liar"])
                self.works(client)

    def test_connections(self):
        clients = {name: self.open(liars.endpoints[name]) for name in liar.CONNECTIONS}
        for _ in range(3):
            for name, client in clients.items():
                with self.subTest(name):
                    self.falls_back(client, {"timeout"})
        for name, client in clients.items():
            with self.subTest(name):
                liars.mend(name)
                self.works(client)

    def test_one_of_two_servers_lies(self):
        for name in ("silent", "garbage", "result text", "giant"):
            with self.subTest(name):
                client = self.open(liars.endpoints[name], real.endpoint, pass_over_ms=60000, timeout_ms=300)
                self.works(client)
                self.settles(client, {"item_id": "85123A", "request_id": LIE})

    def test_a_server_that_was_passed_over_comes_back(self):
        client = self.open(liars.endpoints["late"], pass_over_ms=60000)
        self.works(client)
        self.falls_back(client, {"timeout"})
        self.works(client)  # there is no other

    def test_what_comes_late_answers_nothing_else(self):
        client = self.open(liars.endpoints["late"])
        self.works(client)
        for _ in range(3):
            self.falls_back(client, {"timeout"})
        for _ in range(5):
            self.works(client)

    def test_questions_are_asked_once_and_events_until_they_are_answered(self):
        visitor = {"session_id": LIE}
        for method, params, copies in (("related", {"item_id": "85123A", **visitor}, 1), ("offers", {"page": "home", **visitor}, 1),
                                       ("health", {"request_id": LIE}, 1), ("items", {"items": [{"item_id": "22423", "name": LIE}]}, 1),
                                       ("event", {"event": "view", "item_id": "22423", **visitor}, 3), ("forget", {"customer_id": LIE}, 3),
                                       ("redeem", {"code": "7KQ2-M4X9-0TBD-8ZVH", "order_id": "o", "cart": ["22423"], **visitor}, 3)):
            with self.subTest(method):
                client = self.open(liars.endpoints["silent"], change_timeout_ms=SHORT_MS)
                self.works(client)
                del liars.heard["silent"][:]
                answer = self.driver.ask(client, method, params)
                self.assertEqual((answer["source"], answer["error"]["name"]), ("fallback", "timeout"))
                self.works(client)
                self.assertEqual(len(liars.heard["silent"]), copies)
                self.assertEqual(len(set(liars.heard["silent"])), 1, "other bytes the second time")

    def at_home(self, names, *endpoints):
        """A session whose home is the first of these servers."""
        return next(name for name in map(names.format, range(99)) if self.driver.do(
            "homes", method="related", params={"session_id": name}, endpoints=list(endpoints))["order"][0] == endpoints[0])

    def test_an_event_reaches_another_server_and_counts_once(self):
        session = self.at_home(LIE + "-{}", liars.endpoints["silent"], real.endpoint)
        client = self.open(liars.endpoints["silent"], real.endpoint, change_timeout_ms=2000)
        self.works(client)
        event = {"event": "view", "item_id": "22423", "session_id": session}
        answer = self.driver.ask(client, "event", event)
        self.assertEqual((answer["source"], answer["result"]["stored"]), ("server", 1))

    def test_a_code_is_known_at_its_visitors_server_alone(self):
        session = self.at_home(LIE + "-{}", liars.endpoints["silent"], real.endpoint)
        client = self.open(liars.endpoints["silent"], real.endpoint, change_timeout_ms=SHORT_MS)
        self.works(client)
        code = {"code": "7KQ2-M4X9-0TBD-8ZVH", "order_id": "o", "cart": ["22423"], "session_id": session}
        answer = self.driver.ask(client, "redeem", code)
        self.assertEqual((answer["source"], answer["error"]["name"]), ("fallback", "timeout"))  # the other would not know the code

    def test_a_visitor_stays_at_one_server(self):
        client = self.open(liars.endpoints["silent"], liars.endpoints["garbage"], real.endpoint, pass_over_ms=0, timeout_ms=5000)
        self.works(client)
        session = self.at_home("s-{}", real.endpoint, liars.endpoints["silent"], liars.endpoints["garbage"])
        self.settles(client, {"session_id": session, "item_id": "85123A", "request_id": LIE})

    def test_many_under_way(self):
        client = self.open(liars.endpoints["silent"], timeout_ms=5000)
        self.works(client)
        wanted = [{"item_id": "85123A", "limit": 1 + i % 4} for i in range(200)]
        answers = self.driver.do("many", client=client, method="related", params=wanted)
        self.assertEqual([len(answer["result"]["items"]) for answer in answers], [params["limit"] for params in wanted])
        self.assertEqual({answer["source"] for answer in answers}, {"server"})
        client = self.open(liars.endpoints["silent"], timeout_ms=300)
        self.works(client)
        mixed = [{"item_id": "85123A", "limit": 1 + i % 4, **({"request_id": LIE} if i % 2 else {})} for i in range(100)]
        begun = time.monotonic()
        answers = self.driver.do("many", client=client, method="related", params=mixed)
        self.assertLess((time.monotonic() - begun) * 1000, 300 + ENDLESS_MS)
        self.assertEqual([answer["error"]["name"] for answer in answers[1::2]], ["timeout"] * 50)

    def test_keys(self):
        folder, keys = temporary.name, {}
        for name in ("server", "client", "stranger"):
            subprocess.run([shared.PROGRAM, "keygen", "--out", f"{folder}/{name}"], check=True, capture_output=True)
            with open(f"{folder}/{name}.key", encoding="utf-8") as file:
                keys[name] = dict(re.findall(r"(public|secret)\W+(\S{40})", file.read()))
        with open(f"{folder}/allow", "w", encoding="utf-8") as file:
            file.write(f"{keys['client']['public']} read shop\n")
        with shared.Server(folder, "--curve-key", f"{folder}/server.key", "--allow", f"{folder}/allow", name="locked") as locked:
            options = {"server_key": keys["server"]["public"], "public_key": keys["client"]["public"], "secret_key": keys["client"]["secret"]}
            client = self.open(locked.endpoint, **options)
            self.works(client)
            answer = self.driver.ask(client, "stats", timeout_ms=5000)
            self.assertEqual(answer["error"]["name"], "access_denied")
            options.update(public_key=keys["stranger"]["public"], secret_key=keys["stranger"]["secret"])
            self.falls_back(self.open(locked.endpoint, **options), {"timeout"}, 300)
            self.falls_back(self.open(locked.endpoint), {"timeout"}, 300)

    def test_wrong_options_are_refused_at_once(self):
        for options in ({"endpoints": []}, {"endpoints": ["nonsense"]}, {"endpoints": ["tcp://127.0.0.1:5555"], "timeout_ms": -1},
                        {"endpoints": ["tcp://127.0.0.1:5555"], "change_attempts": 0},
                        {"endpoints": ["tcp://127.0.0.1:5555"], "server_key": "x" * 40}):
            with self.subTest(options):
                self.assertIn("refused", self.driver.do("open", client=99, options=options))


if __name__ == "__main__":
    shared.need(LANGUAGE)
    unittest.main()
