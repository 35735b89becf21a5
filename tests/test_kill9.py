"""kill -9 at a random moment of a server that several clients load with events and changes of items, again and again over one store:
after each restart every acknowledged event is there exactly once, nothing is there that was not sent, what is sent again counts once,
and sessions and items are as they were acknowledged. 5 runs; 200 with SMARTSHELF_LONG=1."""
import collections
import os
import random
import tempfile
import threading
import time
import unittest

import msgpack
import zmq

from live_server import ITEMS, LONG, Server, exported, make_shop

CLIENTS = 3
CHANGING = ITEMS[:30]  # items that are hidden and come back
WINDOW = 6  # requests of one client under way


class Client(threading.Thread):
    """Sends batches of events until the server is gone; remembers what it sent and what was acknowledged."""

    def __init__(self, server, name, seed):
        super().__init__()
        self.server, self.name, self.random = server, name, random.Random(seed)
        self.sent, self.acknowledged, self.relaxed = set(), set(), set()
        self.waiting = {}  # msgid → (event ids, durability)
        self.failure = None
        self.going = True

    def batch(self, number):
        """Events of a request, each with an id of its own."""
        events = []
        for i in range(self.random.choice((1, 1, 5, 40))):
            kind = self.random.choice(("view", "view", "view", "cart_add", "purchase", "click"))
            event = {"event": kind, "item_id": self.random.choice(ITEMS), "event_id": f"{self.name}-{number}-{i}",
                     "session_id": f"{self.name}-s{number // 4}", "customer_id": f"c{self.random.randrange(400)}"}
            if kind == "purchase":
                event.update(order_id=f"{self.name}-o{number}", unit_price=250)
            events.append(event)
        return events

    def take(self, reply):
        _, msgid, error, result = msgpack.unpackb(reply)
        ids, durability = self.waiting.pop(msgid)
        if error:
            self.failure = self.failure or error
        elif result["stored"] + result["repeated"] != len(ids):
            self.failure = self.failure or result
        else:
            (self.acknowledged if durability == "durable" else self.relaxed).update(ids)

    def run(self):
        number = 0
        with self.server.socket(50) as socket:
            while self.going:
                while len(self.waiting) < WINDOW:
                    events = self.batch(number)
                    durability = self.random.choice(("durable", "durable", "relaxed"))
                    ids = [event["event_id"] for event in events]
                    self.sent.update(ids)
                    self.waiting[number] = (ids, durability)
                    socket.send(msgpack.packb([0, number, "event", {"events": events, "durability": durability}]))
                    number += 1
                self.drain(socket, 1)
            self.drain(socket, len(self.waiting))  # what was acknowledged before the end and not yet read

    def drain(self, socket, count):
        try:
            for _ in range(count):
                self.take(socket.recv())
        except zmq.Again:
            pass


class Changes(threading.Thread):
    """Changes items one at a time: the last change that was acknowledged of each, and of those under way the ones that may be."""

    def __init__(self, server, seed):
        super().__init__()
        self.server, self.random = server, random.Random(seed)
        self.hidden = {}  # item → set of values that it may have
        self.failure = None
        self.going = True

    def run(self):
        with self.server.socket(50) as socket:
            while self.going:
                item, hidden = self.random.choice(CHANGING), self.random.random() < 0.5
                self.hidden[item] = self.hidden.get(item, {False}) | {hidden}
                socket.send(msgpack.packb([0, 1, "items", {"items": [{"item_id": item, "hidden": hidden}]}]))
                if not self.wait(socket):
                    return
                self.hidden[item] = {hidden}

    def wait(self, socket):
        while True:
            try:
                error = msgpack.unpackb(socket.recv())[2]
                self.failure = self.failure or error
                return True
            except zmq.Again:
                if not self.going:
                    return False


class Kill9(unittest.TestCase):
    RUNS = 200 if LONG else 5

    def begin(self):
        self.server.start()

    def crashed(self):
        """The server is gone; the disk is as it was."""

    def setUp(self):
        seed = int(os.environ.get("SMARTSHELF_SEED", "20110909"))
        print(f"SMARTSHELF_SEED={seed}")
        self.random = random.Random(seed)
        self.temporary = tempfile.TemporaryDirectory()
        store = make_shop(self.temporary.name, self.random)
        self.server = Server(self.temporary.name, store)
        self.acknowledged, self.sent = set(), set()
        self.hidden = {}

    def tearDown(self):
        self.server.close()
        self.temporary.cleanup()

    def load_and_kill(self, run):
        """One life of the server; its clients, done."""
        clients = [Client(self.server, f"r{run}-{c}", self.random.random()) for c in range(CLIENTS)]
        changes = [Changes(self.server, self.random.random())]
        changes[0].hidden = self.hidden
        for thread in clients + changes:
            thread.start()
        time.sleep(self.random.uniform(0.02, 0.5))
        self.server.kill()
        for thread in clients + changes:
            thread.going = False
        for thread in clients + changes:
            thread.join()
            self.assertIsNone(thread.failure)
        self.crashed()
        return clients

    def mark_session(self, run):
        """A session whose end is acknowledged: it dismissed what would have been shown."""
        session = f"r{run}-marked"
        shown = self.ids("related", {"item_id": ITEMS[50]})
        events = [{"event": "view", "item_id": ITEMS[50], "session_id": session}]
        events += [{"event": "dismiss", "item_id": item, "session_id": session} for item in shown[:2]]
        error, result = self.server.ask("event", {"events": events})
        self.assertIsNone(error)
        self.assertEqual(result["stored"], len(events))
        return session, self.ids("related", {"session_id": session}), shown[:2]

    def ids(self, method, params):
        error, result = self.server.ask(method, {"limit": 8, **params})
        self.assertIsNone(error)
        return [item["item_id"] for item in result["items"]]

    def check_store(self, clients, since):
        """Each acknowledged event once, none that was not sent, none twice."""
        counts = collections.Counter(row["event_id"] for row in exported(self.server.store, since))
        for client in clients:
            of_client = {name: count for name, count in counts.items() if name.startswith(client.name + "-")}
            self.assertEqual({name for name, count in of_client.items() if count > 1}, set())
            self.assertEqual(client.acknowledged - set(of_client), set(), "acknowledged and gone")
            self.assertEqual(set(of_client) - client.sent, set(), "there and never sent")

    def send_again(self, client):
        """What the kill left open is sent again: each counts once."""
        again = [(ids, durability) for ids, durability in client.waiting.values()]
        for ids, _ in again:
            events = [{"event": "view", "item_id": ITEMS[0], "event_id": name, "session_id": "again"} for name in ids]
            error, result = self.server.ask("event", {"events": events})
            self.assertIsNone(error)
            self.assertEqual(result["stored"] + result["repeated"], len(ids))
            client.acknowledged.update(ids)

    def check_session(self, session, answer, dismissed):
        """Asked again it has the same answer, but for items that were hidden or came back meanwhile; and nothing that it dismissed."""
        again = self.ids("related", {"session_id": session})
        self.assertEqual(set(again) & set(dismissed), set())
        for before, after in zip(*([item for item in ids if item not in CHANGING] for ids in (answer, again))):
            self.assertEqual(before, after)

    def check_items(self):
        """What may not be hidden is shown somewhere, what must be is not."""
        for item, values in self.hidden.items():
            if values == {True}:
                self.assertNotIn(item, self.ids("popular", {"limit": 120}))
            elif values == {False}:
                self.assertIn(item, self.ids("popular", {"limit": 120}))

    def test_what_was_acknowledged_survives(self):
        self.begin()
        for run in range(self.RUNS):
            since = time.time() - 1
            marked = self.mark_session(run)
            clients = self.load_and_kill(run)
            self.begin()
            for client in clients:
                self.send_again(client)
            self.check_store(clients, since)
            self.check_session(*marked)
            self.check_items()
            for client in clients:
                self.acknowledged |= client.acknowledged
        everything = collections.Counter(row["event_id"] for row in exported(self.server.store) if row["event_id"])
        self.assertEqual(self.acknowledged - set(everything), set())
        self.assertEqual({name for name, count in everything.items() if count > 1}, set())
        self.server.stop()
        print(f"{self.RUNS} crashes, {len(self.acknowledged)} events acknowledged")
        self.assertGreater(len(self.acknowledged), 100 * self.RUNS)


if __name__ == "__main__":
    unittest.main()
