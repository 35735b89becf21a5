"""kill -9 at a random moment of a night, again and again, while a server answers with 64 requests in flight: no request fails, what is
current is whole at every moment, and the next night succeeds and leaves nothing of the killed one. 10 kills; 200 with SMARTSHELF_LONG=1."""
import collections
import os
import random
import subprocess
import tempfile
import threading
import time
import unittest

import msgpack

from live_server import LONG, PROGRAM, Server
from night_shop import PUBLISHED, NightShop

WINDOW = 64  # requests in flight
PHASES = ["clean-up", "read", "check-input", "prove", "train", "check", "publish", "warm", "servers", "prune"]


class Visitors(threading.Thread):
    """Asks with WINDOW requests in flight until told to end; every one has its answer, from a whole generation."""

    def __init__(self, server, items):
        super().__init__()
        self.server, self.items, self.going = server, items, True
        self.answered, self.failures, self.generations = 0, [], collections.Counter()

    def run(self):
        draw, waiting, number = random.Random(3), set(), 0
        with self.server.socket(30000) as socket:
            while self.going or waiting:
                while self.going and len(waiting) < WINDOW:
                    number += 1
                    method, params = draw.choice((("related", {"item_id": draw.choice(self.items)}), ("popular", {})))
                    socket.send(msgpack.packb([0, number, method, {**params, "limit": 8}]))
                    waiting.add(number)
                try:
                    _, msgid, error, result = msgpack.unpackb(socket.recv())
                except Exception as why: # an answer that does not come is the failure that is looked for
                    self.failures.append(f"{len(waiting)} without an answer: {why!r}")
                    return
                waiting.remove(msgid)
                self.answered += 1
                if self.answered % WINDOW == 0:
                    time.sleep(0.002) # the answers wait; the machine is the night's, too
                if error:
                    self.failures.append(error)
                else:
                    self.generations[result["generation"]] += 1


class Watcher(threading.Thread):
    """Validates what is current, fully, again and again."""

    def __init__(self, store):
        super().__init__()
        self.store, self.going, self.looks, self.failures = store, True, 0, []

    def run(self):
        while self.going:
            done = subprocess.run([PROGRAM, "inspect", "--verify", self.store], capture_output=True, text=True, check=False, timeout=120)
            self.looks += 1
            time.sleep(0.01)
            if done.returncode != 0:
                self.failures.append(done.stderr)


class NightlyKill9(unittest.TestCase):
    KILLS = 200 if LONG else 10

    def setUp(self):
        seed = int(os.environ.get("SMARTSHELF_SEED", "20110909"))
        print(f"SMARTSHELF_SEED={seed}")
        self.random = random.Random(seed)
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.shop = NightShop(self.temporary.name)
        self.night()
        self.server = Server(self.temporary.name, self.shop.store)
        self.addCleanup(self.server.close)
        self.server.start()
        self.shop.configure(servers=[self.server.endpoint], nightly="timeout: 20000")

    def night(self):
        code, err = self.shop.night()
        self.assertEqual(code, PUBLISHED, err)
        self.assertEqual(self.shop.leftovers(), [])

    def kill_a_night(self):
        """At any moment, or in a phase that is drawn, as most of them are short. In which it was; None: it was done before."""
        before, phase = self.shop.status()["started"], self.random.choice(PHASES + [None] * 4)
        run = subprocess.Popen(self.shop.arguments(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.time() + self.random.uniform(0, self.length)
        while run.poll() is None and (time.time() < end if phase is None else not self.has_come_to(phase, before)):
            time.sleep(0.0005)
        time.sleep(self.random.choice((0, 0, 0.001, 0.01)))
        run.kill()
        if run.wait() == 0:
            return None
        status = self.shop.status()
        return status["phase"] if status["started"] != before else "begin"

    def has_come_to(self, phase, before):
        status = self.shop.status()
        return status["started"] != before and PHASES.index(status["phase"]) >= PHASES.index(phase)

    def test_no_kill_harms_anybody(self):
        threads = [Visitors(self.server, [f"{row}" for row in self.items()]), Watcher(self.shop.store)]
        for thread in threads:
            thread.start()
        try:
            phases = self.kill_and_go_on()
        finally:
            for thread in threads:
                thread.going = False
            for thread in threads:
                thread.join()
        visitors, watcher = threads
        self.assertEqual((visitors.failures, watcher.failures), ([], []))
        self.assertGreater(len(visitors.generations), self.KILLS // 2)
        self.server.stop()
        print(f"{self.KILLS} kills ({dict(phases)}), {visitors.answered} requests answered from {len(visitors.generations)} generations, "
              f"none failed; looked at what is current {watcher.looks} times")

    def items(self):
        with open(f"{self.temporary.name}/shop/catalog.csv", encoding="utf-8") as catalog:
            return [line.split(",")[0] for line in catalog.read().splitlines()[1:]]

    def kill_and_go_on(self):
        phases, begun = collections.Counter(), time.time()
        self.night()
        self.length = time.time() - begun
        while phases.total() < self.KILLS:
            phase = self.kill_a_night()
            if phase is None:
                continue
            phases[phase] += 1
            self.assertIn(self.shop.current(), self.shop.generations())
            self.night()
            self.assertEqual(self.server.ask("health")[1]["generation"], self.shop.current())
            self.assertLessEqual(len(self.shop.generations()), 2)
        return phases


if __name__ == "__main__":
    unittest.main()
