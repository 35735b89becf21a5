"""A day of a simulated shop in minutes against one server: visitors come, look, put into carts, buy and leave, the shop changes prices and
stock, the day's events are trained on and the new generation is taken while all goes on. Memory stays flat, the store bounded, and no reply
is an error. 20 seconds; 300 with SMARTSHELF_LONG=1, SMARTSHELF_SOAK_SECONDS for any other time. Under a thread sanitizer it is the
sanitizer that speaks (the server then ends with an error), and memory is not looked at."""
import os
import random
import tempfile
import threading
import time
import unittest

import msgpack
import zmq

from live_server import ITEMS, LONG, Server, make_shop, smartshelf, state_bytes

SECONDS = int(os.environ.get("SMARTSHELF_SOAK_SECONDS", "300" if LONG else "20"))
DAY = 86400
VISITORS = 3     # threads; each is many visitors, one after another
KEPT = 20000     # events that retention leaves
MEGABYTE = 1 << 20
# Small limits, so that they are reached in the first quarter of the time: flat means what it says only from there on.
LIMITS = {"--events.retention-events": KEPT, "--events.repeat-window": KEPT, "--sessions.memory-megabytes": 1}


def limits():
    """Those that this server has."""
    known = smartshelf("serve", "--help", "all")
    return [word for option, value in LIMITS.items() if option in known for word in (option, value)]


class Visitors(threading.Thread):
    """Visitor after visitor: what each does is told in events of the simulated day, and each page asks for its shelves."""

    def __init__(self, soak, seed):
        super().__init__()
        self.soak, self.random = soak, random.Random(seed)
        self.asked, self.failures = 0, []

    def run(self):
        with self.soak.server.socket() as socket:
            while not self.soak.done.is_set():
                try:
                    self.visit(socket)
                except (zmq.Again, KeyError) as failure:
                    self.failures.append(repr(failure))
                    return

    def ask(self, socket, requests):
        """Sends all, then reads all: pipelined, as a shop's backend does."""
        for msgid, (method, params) in enumerate(requests):
            socket.send(msgpack.packb([0, msgid, method, params]))
        results = {}
        for _ in requests:
            _, msgid, error, result = msgpack.unpackb(socket.recv())
            if error:
                self.failures.append((requests[msgid], error))
            results[msgid] = result
        self.asked += len(requests)
        return results

    def event(self, session, customer, kind, item, **more):
        known = {"customer_id": customer} if customer else {}
        return {"event": kind, "item_id": item, "session_id": session, "event_id": f"{self.random.getrandbits(60):x}",
                "timestamp": self.soak.now(), **known, **more}

    def visit(self, socket):
        session = f"s{self.random.getrandbits(50):x}"
        customer = f"c{self.random.randrange(2000)}" if self.random.random() < 0.5 else None
        item, cart = self.random.choice(ITEMS), []
        for _ in range(self.random.randrange(1, 8)):
            events = [self.event(session, customer, "view", item)]
            if self.random.random() < 0.3:
                events.append(self.event(session, customer, "cart_add", item, quantity=1))
                cart.append(item)
            results = self.ask(socket, [("event", {"events": events, "durability": self.random.choice(("durable", "relaxed"))}),
                                        ("related", {"item_id": item, "session_id": session, "limit": 6}),
                                        ("for_you", {"session_id": session, **({"customer_id": customer} if customer else {})}),
                                        ("popular", {"limit": 5, "explain": True})])
            shown = [entry["item_id"] for entry in results[1]["items"]]
            noticed = [self.event(session, customer, "impression", other, shelf="related") for other in shown]
            if noticed:
                self.ask(socket, [("event", {"events": noticed, "durability": "relaxed"})])
            item = self.random.choice(shown or ITEMS)
        if cart and self.random.random() < 0.6:
            order = f"o{self.random.getrandbits(50):x}"
            self.ask(socket, [("event", {"events": [self.event(session, customer, "purchase", bought, order_id=order, unit_price=950)
                                                    for bought in cart]}), ("cart", {"cart": cart})])


class Shop(threading.Thread):
    """The shop's own work: stock and prices change, who asks for it is forgotten."""

    def __init__(self, soak, seed):
        super().__init__()
        self.soak, self.random = soak, random.Random(seed)
        self.changes, self.failures = 0, []
        self.methods = [method for method in ("items", "forget") if soak.server.knows(method)]

    def run(self):
        while not self.soak.done.wait(0.02) and self.methods:
            params = {"items": {"items": [{"item_id": self.random.choice(ITEMS), "stock": self.random.randrange(5),
                                           "price": self.random.randrange(100, 3000)} for _ in range(5)]},
                      "forget": {"customer_id": f"c{self.random.randrange(2000)}"}}
            method = "forget" if "forget" in self.methods and self.random.random() < 0.05 else self.methods[0]
            error, _ = self.soak.server.ask(method, params[method])
            if error:
                self.failures.append((method, error))
            self.changes += 1


class Nights(threading.Thread):
    """Trains on the log and what has happened, beside the server, and has it take the generation."""

    def __init__(self, soak, folder):
        super().__init__()
        self.soak, self.folder = soak, folder
        self.generations, self.failures = 0, []

    def run(self):
        while not self.soak.done.wait(SECONDS / 6):
            store = self.soak.server.store
            smartshelf("train", "--quiet", "--background", "--log", f"{self.folder}/log.csv", "--catalog", f"{self.folder}/items.csv",
                       "--state", store, "--store", store, "--als.factors", 8, "--als.iterations", 2)
            error, _ = self.soak.server.ask("reload")
            if error:
                self.failures.append(error)
            self.generations += 1


class Soak(unittest.TestCase):
    def setUp(self):
        seed = int(os.environ.get("SMARTSHELF_SEED", "20110909"))
        print(f"SMARTSHELF_SEED={seed}")
        self.random = random.Random(seed)
        self.temporary = tempfile.TemporaryDirectory()
        self.server = Server(self.temporary.name, make_shop(self.temporary.name, self.random), *limits())
        self.server.start()
        self.done = threading.Event()
        self.begin = time.time()

    def tearDown(self):
        self.done.set()
        self.server.close()
        self.temporary.cleanup()

    def now(self):
        """Microseconds of the simulated day, which ends when the test does."""
        passed = min((time.time() - self.begin) / SECONDS, 1)
        return int((self.begin + SECONDS - DAY * (1 - passed)) * 1e6) - int(SECONDS * 1e6)

    def watch(self):
        """Memory and store, as they are each half second and at the end: [(share of the time, bytes, bytes)]."""
        seen = []
        while (passed := (time.time() - self.begin) / SECONDS) < 1:
            seen.append((passed, self.server.resident(), state_bytes(self.server.store)))
            time.sleep(0.5)
        seen.append((1, self.server.resident(), state_bytes(self.server.store)))  # or for the last
        return seen

    def flat(self, seen, column, slack):
        """The most in the last quarter of the time is little more than the most in the second one."""
        first = next(row for row in seen if row[0] >= 0.25)  # a machine may have stood still for the quarter
        early = max(row[column] for row in seen if row == first or 0.25 <= row[0] < 0.5)
        late = max(row[column] for row in seen if row[0] >= 0.75)
        return early, late, late <= early * 1.1 + slack

    def test_a_day(self):
        with open(f"/proc/{self.server.process.pid}/maps", encoding="utf-8") as file:
            sanitized = "libtsan" in (maps := file.read()) or "libasan" in maps
        threads = [Visitors(self, self.random.random()) for _ in range(VISITORS)]
        threads += [Shop(self, self.random.random()), Nights(self, self.temporary.name)]
        for thread in threads:
            thread.start()
        seen = self.watch()
        self.done.set()
        for thread in threads:
            thread.join()
            self.assertEqual(thread.failures[:3], [])
        _, stats = self.server.ask("stats")
        self.server.stop()
        memory, store = self.flat(seen, 1, 4 * MEGABYTE), self.flat(seen, 2, 4 * MEGABYTE)
        print(f"{SECONDS} s: {sum(v.asked for v in threads[:VISITORS])} requests, {stats['events']['stored']} events stored, "
              f"{stats['events']['removed']} removed, {threads[-2].changes} changes, {threads[-1].generations} generations; memory "
              f"{memory[0] / MEGABYTE:.1f} → {memory[1] / MEGABYTE:.1f} MB, store {store[0] / MEGABYTE:.1f} → {store[1] / MEGABYTE:.1f} MB")
        self.assertGreater(stats["events"]["stored"], 1000)
        self.assertGreaterEqual(threads[-1].generations, 1)
        if not sanitized:
            self.assertTrue(memory[2], f"memory grows: {memory}")
            self.assertTrue(store[2], f"the store grows: {store}")


if __name__ == "__main__":
    unittest.main()
