"""kill -9 at a random moment of `train --delta`, again and again, beside a server whose shop goes on: what is current stays as it was
and whole, and the next delta succeeds and leaves nothing of the killed one. 20 kills; 200 with SMARTSHELF_LONG=1."""
import hashlib
import json
import os
import random
import subprocess
import tempfile
import time
import unittest

from live_server import ITEMS, LONG, PROGRAM, Server, make_shop, smartshelf


def digests(folder):
    """Of every file of a generation."""
    found = {}
    for name in sorted(os.listdir(folder)):
        with open(f"{folder}/{name}", "rb") as file:
            found[name] = hashlib.sha256(file.read()).hexdigest()
    return found


class DeltaKill9(unittest.TestCase):
    KILLS = 200 if LONG else 20

    def setUp(self):
        seed = int(os.environ.get("SMARTSHELF_SEED", "20110910"))
        print(f"SMARTSHELF_SEED={seed}")
        self.random, self.orders = random.Random(seed), 0
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.store = make_shop(self.temporary.name, self.random, orders=1000)
        self.base = self.current()
        self.server = Server(self.temporary.name, self.store)
        self.addCleanup(self.server.close)
        self.server.start()

    def current(self):
        return os.path.basename(os.readlink(f"{self.store}/current"))

    def folder(self, generation):
        return f"{self.store}/generations/{generation}"

    def buys(self):
        """Something that no delta knows yet."""
        self.orders += 1
        event = {"event": "purchase", "customer_id": f"c{self.random.randrange(400)}", "order_id": f"live-{self.orders}"}
        error, result = self.server.ask("event", {"events": [{**event, "item_id": item} for item in self.random.sample(ITEMS, 3)]})
        self.assertIsNone(error)
        self.assertFalse(any("refused" in each for each in result["results"]), result)

    def arguments(self):
        return [PROGRAM, "train", "--delta", "--json", "--quiet", "--threads", "1", "--store", self.store]

    def fold(self):
        """A delta that is let be; its seconds."""
        begin = time.time()
        done = subprocess.run(self.arguments(), capture_output=True, text=True, check=False, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(json.loads(done.stdout)["generation"], (None, self.current()))
        return time.time() - begin

    def kill(self, length):
        """Was it killed? Half of the moments are where it writes and publishes, which is short."""
        run = subprocess.Popen(self.arguments(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.time() + self.random.uniform(0, length)
        writes = self.random.random() < .5
        while run.poll() is None and (not self.drafts() if writes else time.time() < end):
            time.sleep(0.0002)
        time.sleep(self.random.uniform(0, length / 4) if writes else 0)
        run.kill()
        return run.wait() != 0

    def drafts(self):
        return [name for name in os.listdir(f"{self.store}/generations") if name.startswith(".")]

    def test_kill(self):
        self.buys()
        length, killed, left, base = self.fold(), 0, 0, digests(self.folder(self.base))
        while killed < self.KILLS or (left == 0 and killed < 20 * self.KILLS):
            self.buys()
            before = self.current()
            whole = digests(self.folder(before))
            if not self.kill(length):
                continue
            killed += 1
            left += bool(self.drafts())
            self.assertEqual(digests(self.folder(before)), whole)
            if self.current() != before: # it died after publishing
                self.assertGreater(self.current(), before)
            smartshelf("inspect", "--verify", self.store)
            self.assertEqual(self.server.ask("health")[1]["generation"], self.base)
            self.fold()
            self.assertEqual(self.drafts(), [])
            self.assertEqual([name for _, _, names in os.walk(self.store) for name in names if name.endswith((".tmp", ".partial"))], [])
            smartshelf("inspect", "--verify", self.store)
        print(f"{killed} killed, {left} left a draft")
        self.assertGreater(left, 0)
        self.assertEqual(digests(self.folder(self.base)), base)
        smartshelf("rollback", self.base, "--store", self.store)
        self.server.stop()


if __name__ == "__main__":
    unittest.main()
