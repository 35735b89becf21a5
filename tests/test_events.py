"""Events through independent clients (pyzmq, msgpack): what is acknowledged is there exactly once after kill -9, repeats count once,
relaxed ones, several workers, stopping and swapping generations under load. 200 kills with SMARTSHELF_LONG=1; SMARTSHELF_SEED."""
import os
import random
import signal
import tempfile
import threading
import time
import unittest

import msgpack
import zmq

from test_server import LONG, Server, train

SEED = int(os.environ.get("SMARTSHELF_SEED", "20261123"))
WINDOW = 128


def view(event_id, **fields):
    return {"event": "view", "item_id": "tea", "session_id": "s", "event_id": event_id, **fields}


class WithStore(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = self.temporary.name
        train(self.folder)

    def tearDown(self):
        self.temporary.cleanup()

    def sequences(self, server, ids):
        """The numbers of events that were stored before: each is known, by asking for it again in batches."""
        found = []
        for at in range(0, len(ids), 1000):
            error, result = server.ask("event", {"events": [view(event_id) for event_id in ids[at:at + 1000]]})
            self.assertIsNone(error)
            for event_id, each in zip(ids[at:], result["results"]):
                self.assertTrue(each.get("repeated"), f"{event_id} was acknowledged and is not there")
                found.append(each["sequence"])
        return found


class Events(WithStore):
    def test_kinds_of_answers(self):
        with Server(self.folder) as server:
            error, result = server.ask("event", view("a"))
            self.assertIsNone(error)
            self.assertEqual(result, {"stored": 1, "repeated": 0, "refused": 0, "durability": "durable", "results": [{"sequence": 1}]})
            _, result = server.ask("event", {"events": [view("a"), view("b", quantity=1e9), view("c", event="vie"), view("d", item_id="")],
                                             "durability": "relaxed"})
            self.assertEqual(result["results"], [{"sequence": 1, "repeated": True}, {"sequence": 2, "mended": ["quantity_too_large"]},
                                                 {"refused": "event"}, {"refused": "item_id"}])
            _, result = server.ask("event", {"events": [view("n")], "consent": "none"})
            self.assertEqual((result["durability"], result["results"]), ("none", []))
            error, _ = server.ask("event", {"events": [view("x"), view("y", session_id=5)]})
            self.assertEqual((error["name"], error["field"]), ("wrong_type", "events[1].session_id"))
            _, result = server.ask("event", view("x"))
            self.assertEqual(result["results"], [{"sequence": 3}])  # nothing of the refused requests was kept
            _, stats = server.ask("stats")
            self.assertEqual((stats["events"]["stored"], stats["events"]["repeated"], stats["events"]["refused"]), (3, 1, 2))
            self.assertEqual(server.ask("health")[1]["state"], "good")

    def test_a_restart_knows_all(self):
        with Server(self.folder) as server:
            for number in range(20):
                server.ask("event", view(f"e-{number}", durability="durable" if number % 2 else "relaxed"))
        with Server(self.folder, "--workers", 2) as server:  # stopping has synced the relaxed ones
            self.assertEqual(self.sequences(server, [f"e-{number}" for number in range(20)]), list(range(1, 21)))

    def test_a_customer_is_forgotten(self):
        with Server(self.folder, "--workers", 2) as server:
            server.ask("event", {"events": [view(f"a-{number}", session_id="s-a", customer_id="ann") for number in range(500)] +
                                 [view(f"s-{number}", session_id="s-a") for number in range(300)] +
                                 [view(f"b-{number}", session_id="s-b", customer_id="bob") for number in range(200)]})
            for params, name, field in (({}, "missing_param", "customer_id"), ({"customer_id": 5}, "wrong_type", "customer_id"),
                                        ({"customer_id": ""}, "out_of_range", "customer_id"), ({"item_id": "a"}, "unknown_param", "item_id"),
                                        ({"customer_id": "\x01"}, "out_of_range", "customer_id")):
                error, _ = server.ask("forget", params)
                self.assertEqual((error["name"], error["field"]), (name, field))
            error, result = server.ask("forget", {"customer_id": " ann "})
            self.assertIsNone(error)
            self.assertEqual((result["events"], result["sessions"]), (800, 1))
            _, result = server.ask("forget", {"customer_id": "ann"})
            self.assertEqual((result["events"], result["sessions"]), (0, 0))
            self.sequences(server, [f"b-{number}" for number in range(200)])
        with Server(self.folder) as server:
            _, result = server.ask("event", view("a-1"))  # it was erased: it is new
            self.assertEqual(result["results"], [{"sequence": 1001}])

    def test_forgetting_goes_on_after_a_kill(self):
        """Killed right after it was asked, before it can be done: the customer is gone after the next start."""
        with Server(self.folder) as server:
            for part in range(20):
                server.ask("event", {"events": [view(f"{part}-{number}", session_id="s-a", customer_id="ann" if number % 2 else "bob")
                                                for number in range(1000)]})
            with server.socket(zmq.DEALER) as dealer:
                dealer.send(msgpack.packb([0, 1, "forget", {"customer_id": "ann"}]))
                dealer.send(msgpack.packb([0, 2, "event", view("after")]))
                dealer.recv()  # recorded after the request to forget, or together with it
            server.process.kill()
            server.process.wait()
            server.process.returncode = 0
        with Server(self.folder) as server:
            _, result = server.ask("forget", {"customer_id": "ann"})
            again = result["events"]
            _, result = server.ask("forget", {"customer_id": "bob"})
            self.assertEqual(result["events"], 10000)
            self.assertLessEqual(again, 10000)
            _, result = server.ask("forget", {"customer_id": "ann"})
            self.assertEqual(result["events"], 0)

    def test_without_state(self):
        with Server(self.folder, "--state=false") as server:
            error, _ = server.ask("event", view("a"))
            self.assertEqual(error["name"], "not_stored")
            _, stats = server.ask("stats")
            self.assertNotIn("events", stats)
            self.assertEqual(server.ask("health")[1]["state"], "none")
        self.assertFalse(os.path.exists(f"{self.folder}/store/state"))

    def test_one_server_of_a_store_keeps_its_state(self):
        with Server(self.folder):
            with self.assertRaises(AssertionError) as refused:
                with Server(self.folder, endpoint=f"ipc://{self.folder}/other.ipc"):
                    pass
            self.assertIn("--state=false", str(refused.exception))
            with Server(self.folder, "--state=false", endpoint=f"ipc://{self.folder}/other.ipc") as other:
                self.assertIsNone(other.ask("popular")[0])

    def test_a_folder_that_cannot_be_written(self):
        if os.geteuid() == 0:
            self.skipTest("root may write anywhere")
        os.chmod(f"{self.folder}/store", 0o555)
        try:
            with self.assertRaises(AssertionError) as refused:
                with Server(self.folder):
                    pass
            self.assertIn("--state=false", str(refused.exception))
            with Server(self.folder, "--state=false") as server:
                self.assertIsNone(server.ask("popular")[0])
        finally:
            os.chmod(f"{self.folder}/store", 0o755)

    def test_events_and_answers_together(self):
        """Shelves go on being answered, and every event once, by several workers, while generations are swapped."""
        for workers in (1, 3):
            with Server(self.folder, "--workers", workers) as server, server.socket(zmq.DEALER) as dealer:
                begun = 0
                for number in range(2000):
                    if number % 2:
                        dealer.send(msgpack.packb([0, number, "event", view(f"{workers}-{number}")]))
                    else:
                        dealer.send(msgpack.packb([0, number, "related", {"item_id": "tea"}]))
                    if number % 500 == 0:
                        train(self.folder)
                        server.process.send_signal(signal.SIGHUP)
                    begun += 1
                    if begun == WINDOW:
                        self.assertIsNone(msgpack.unpackb(dealer.recv())[2])
                        begun -= 1
                for _ in range(begun):
                    self.assertIsNone(msgpack.unpackb(dealer.recv())[2])
                self.assertEqual(len(set(self.sequences(server, [f"{workers}-{number}" for number in range(1, 2000, 2)]))), 1000)

    def test_stopping_answers_what_was_read(self):
        """Who was not answered was turned away: what is kept is what was acknowledged."""
        count, kept = 800, []  # fewer than may wait for a connection
        for workers in (1, 2):
            with Server(self.folder, "--workers", workers, "--drain-ms", 120000) as server, server.socket(zmq.DEALER) as dealer:
                for number in range(count):
                    dealer.send(msgpack.packb([0, number, "event", view(f"{workers}-{number}")]))
                dealer.poll(5000)
                server.process.send_signal(signal.SIGTERM)
                for _ in range(count):
                    _, number, error, _ = msgpack.unpackb(dealer.recv())
                    if error is None:
                        kept.append(f"{workers}-{number}")
                    else:
                        self.assertEqual(error["name"], "shutting_down")
                self.assertEqual(server.process.wait(120), 0)
            with Server(self.folder) as server:
                self.assertEqual(sorted(self.sequences(server, kept)), list(range(1, len(kept) + 1)))
                _, stats = server.ask("stats")
                self.assertEqual(stats["events"]["last"], len(kept))


class Killed(WithStore):
    """A server is loaded with events, killed at a random moment, and started again, over one store."""

    def load_and_kill(self, kill_after, first, generator):
        """Sends events until the server is dead; returns the ids acknowledged and those that may or may not be there."""
        acknowledged, pending = [], {}
        with Server(self.folder, "--workers", generator.choice((1, 2))) as server:
            error, _ = server.ask("event", {"event": "cart_add", "item_id": "pot", "session_id": f"cart-{first}"})
            self.assertIsNone(error)
            dealer = server.socket(zmq.DEALER, RCVTIMEO=200)
            killer = threading.Timer(kill_after, server.process.kill)
            killer.start()
            number = first
            while server.process.poll() is None:
                while len(pending) < WINDOW:
                    pending[number] = f"e-{number}"
                    dealer.send(msgpack.packb([0, number, "event", view(pending[number])]))
                    number += 1
                try:
                    _, answered, error, _ = msgpack.unpackb(dealer.recv())
                except zmq.Again:
                    continue
                self.assertIsNone(error)
                acknowledged.append(pending.pop(answered))
            killer.join()
            while dealer.poll(0):
                _, answered, error, _ = msgpack.unpackb(dealer.recv())
                acknowledged.append(pending.pop(answered))
            server.process.returncode = 0  # it ended as this test wants it
            dealer.close()
        return acknowledged, list(pending.values()), number

    def check_session(self, server, session):
        """What is in the session's cart is not shown; a session without a past is shown it."""
        for asked, shown in ((session, False), ("another", True)):
            _, result = server.ask("related", {"item_id": "tea", "session_id": asked})
            self.assertEqual("pot" in [item["item_id"] for item in result["items"]], shown, asked)

    def test_what_is_acknowledged_survives(self):
        generator = random.Random(SEED)
        print(f"SMARTSHELF_SEED={SEED}", flush=True)
        everything, number = {}, 0
        for kill in range(200 if LONG else 8):
            session = f"cart-{number}"
            acknowledged, unsure, number = self.load_and_kill(generator.uniform(0.02, 0.3), number, generator)
            with Server(self.folder) as server:
                self.check_session(server, session)
                found = self.sequences(server, acknowledged)
                for event_id, sequence in zip(acknowledged, found):
                    everything[event_id] = sequence
                for event_id in unsure:  # sent again: it is there once, whether or not it was there
                    _, result = server.ask("event", view(event_id))
                    everything[event_id] = result["results"][0]["sequence"]
                _, stats = server.ask("stats")
                self.assertEqual(len(set(everything.values())), len(everything))
                self.assertEqual(stats["events"]["last"], len(everything) + kill + 1)  # with those of the carts
        self.assertTrue(everything)


if __name__ == "__main__":
    unittest.main()
