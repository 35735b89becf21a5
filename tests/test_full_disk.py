#!/usr/bin/env python3
"""A disk that is full while a server keeps live state on it: what cannot be kept is refused, the log says why, shelves are answered, and what comes once
there is room again is kept. On a file system of its own (tmpfs), which only root may mount: skipped for others."""
import os
import random
import subprocess
import tempfile
import unittest

from live_server import ITEMS, Server, exported, make_shop

MEGABYTES = 64
VIEW = {"event": "view", "item_id": ITEMS[0]}


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="smartshelf-full-")
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "smartshelf-test", self.folder], capture_output=True, check=False)
        if mounted.returncode != 0:
            os.rmdir(self.folder)
            self.skipTest("no file system may be mounted here")
        self.server = Server(self.folder, make_shop(self.folder, random.Random(1)))
        self.addCleanup(self.take_down)

    def take_down(self):
        self.server.close()
        subprocess.run(["umount", self.folder], check=True)
        os.rmdir(self.folder)

    def fill(self):
        with open(f"{self.folder}/fill", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def view(self, session):
        return self.server.ask("event", {**VIEW, "session_id": session})[0]

    def test_the_log_says_that_it_is_full(self):
        self.server.start()
        self.assertIsNone(self.view("before"))
        self.fill()
        refused = [error for error in (self.view(f"meanwhile-{i}") for i in range(200)) if error]
        self.assertTrue(refused, "the disk is full")
        self.assertEqual({error["name"] for error in refused}, {"not_stored"})
        self.assertIn("No space left on device", self.server.text())
        self.assertIsNone(self.server.ask("related", {"item_id": ITEMS[0]})[0])
        self.assertEqual(self.server.ask("health")[1]["state"], "failing")
        self.assertNotIn("changes are kept again", self.server.text())
        os.remove(f"{self.folder}/fill")
        self.assertIsNone(self.view("after"))
        self.assertIsNone(self.view("long after"))
        self.assertEqual(self.server.text().count('level=info area=serve msg="changes are kept again" milliseconds='), 1)
        self.server.stop()
        kept = {row["session_id"] for row in exported(f"{self.folder}/store")}
        self.assertTrue({"before", "after"} <= kept, kept)


if __name__ == "__main__":
    unittest.main()
