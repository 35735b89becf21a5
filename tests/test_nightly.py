"""The night from outside: what it publishes and writes down, who is told, what happens beside others, and that stands what a person
decided. What it refuses is test_nightly_refusals.py."""
import json
import os
import shutil
import signal
import subprocess
import unittest

from live_server import PROGRAM, smartshelf
from night_shop import BUSY, FAILED, PUBLISHED, REFUSED, UNAVAILABLE, NightCase


class Nightly(NightCase):
    def test_nights_are_published_told_and_pruned(self):
        self.assertEqual(self.night(PUBLISHED), "")
        first = self.shop.current()
        server = self.serve()
        self.shop.configure(servers=[server.endpoint])
        for _ in range(3):
            self.assertEqual(self.night(PUBLISHED), "")
        status, manifest = self.shop.status(), self.manifest()
        self.assertEqual(server.ask("health")[1]["generation"], self.shop.current())
        self.assertEqual((status["outcome"], status["phase"], status["exit"]), ("published", "prune", 0))
        self.assertEqual(status["servers"], [{"endpoint": server.endpoint, "state": "serves", "generation": self.shop.current(),
                                              "words": None}])
        self.assertEqual(status["last_success"], status["ended"])
        self.assertNotIn(first, self.shop.generations())
        self.assertEqual(len(self.shop.generations()), 2)
        self.assertEqual(manifest["night"]["started"], status["started"])
        self.assertEqual(manifest["night"]["rows"], status["rows"])
        self.assertEqual(manifest["night"]["checks"]["rows"]["verdict"], "passed")
        self.assertIn("new-items", manifest["night"]["prove"])
        with open(f"{self.shop.store}/nightly.prom", encoding="utf-8") as file:
            self.assertIn("smartshelf_nightly_outcome 0\n", file.read())
        server.stop()

    def test_a_dry_run_publishes_nothing(self):
        self.night(PUBLISHED, "--dry-run")
        self.assertEqual((self.shop.generations(), self.shop.status()["outcome"]), ([], "would-publish"))
        self.assertFalse(os.path.exists(f"{self.shop.store}/nightly.prom"))
        self.night(PUBLISHED)
        before = self.shop.current()
        self.night(PUBLISHED, "--dry-run")
        self.assertEqual(self.shop.generations(), [before])
        self.assertIsNotNone(self.shop.status()["last_success"])

    def test_live_events_and_several_logs_are_read(self):
        self.night(PUBLISHED)
        rows = self.shop.status()["rows"]
        with open(f"{self.folder}/shop/log.csv", encoding="utf-8") as log, open(f"{self.folder}/logs/orders-2.csv", "w", encoding="utf-8") as more:
            header, *_, last = log.read().splitlines()
            more.write(f"{header}\n" + "".join(last.replace(last.split(",")[0], f"more-{i}") + "\n" for i in range(20)))
        self.night(PUBLISHED)
        self.assertEqual(self.shop.status()["rows"], rows + 20)

    # ---- others beside it ----

    def stopped_at_work(self):
        """A run that is stopped (SIGSTOP) while it reads: a pipe among its logs keeps it there."""
        pipe = f"{self.folder}/logs/pipe.csv"
        os.mkfifo(pipe)
        run = subprocess.Popen(self.shop.arguments("--sanity.rows-gained", 1000), stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.kill)
        return run, open(pipe, "w", encoding="utf-8") # which returns when the run has opened it

    def go_on(self, pipe):
        with pipe:
            pipe.write("order_id,customer_id,item_id,quantity,unit_price,timestamp\n")
        os.remove(pipe.name)

    def test_a_second_run_is_told_who_is_at_work(self):
        first, pipe = self.stopped_at_work()
        err = self.night(BUSY)
        self.assertRegex(err, rf"another nightly run is at work: process {first.pid}, since 20..-")
        self.assertEqual(self.shop.status()["phase"], "read")
        self.go_on(pipe)
        _, err = first.communicate(timeout=120)
        self.assertEqual(first.returncode, PUBLISHED, err)

    def test_sigterm_ends_it_cleanly(self):
        self.night(PUBLISHED)
        before = self.shop.current()
        run, pipe = self.stopped_at_work()
        run.send_signal(signal.SIGTERM)
        self.go_on(pipe)
        _, err = run.communicate(timeout=120)
        self.assertEqual(run.returncode, FAILED)
        self.assertIn("stop", err)
        self.assertEqual((self.shop.current(), self.shop.leftovers()), (before, []))
        self.assertEqual(self.shop.status()["outcome"], "failed")

    def test_servers_that_do_not_answer(self):
        self.shop.configure(servers=[f"ipc://{self.folder}/nobody.ipc"], nightly="timeout: 100")
        self.night(PUBLISHED)  # where nothing was current, none need answer: they start when there is something
        self.assertIn("0 of 1 servers serve it", self.shop.status()["words"])
        self.assertEqual(self.shop.status()["servers"][0]["state"], "silent")
        err = self.night(UNAVAILABLE)
        self.assertIn("nobody.ipc silent: no answer in time", err)
        self.assertEqual(self.shop.status()["outcome"], "servers")
        self.assertEqual(len(self.shop.generations()), 2)

    def test_a_server_that_refuses_takes_it_back_for_all(self):
        self.night(PUBLISHED)
        before = self.shop.current()
        with open(f"{self.folder}/serve.yaml", "w", encoding="utf-8") as file:
            file.write("shelves: {}\n")
        server = self.serve("--config", f"{self.folder}/serve.yaml")
        with open(f"{self.folder}/serve.yaml", "w", encoding="utf-8") as file:
            file.write("shelves: 3\n")
        self.shop.configure(servers=[server.endpoint])
        err = self.night(REFUSED)
        self.assertIn(f"{before} is current again, for all servers", err)
        self.assertEqual((self.shop.current(), server.ask("health")[1]["generation"]), (before, before))
        marked = json.loads(smartshelf("generations", "--json", "--store", self.shop.store))["generations"][0]
        self.assertEqual(marked["rejected"]["by"], "server")
        with open(f"{self.folder}/serve.yaml", "w", encoding="utf-8") as file:
            file.write("shelves: {}\n")
        self.night(PUBLISHED) # that a server refused once is no objection
        self.assertEqual(server.ask("health")[1]["generation"], self.shop.current())
        server.stop()

    # ---- what a person decided ----

    def test_after_a_rollback_nothing_is_published_until_it_is_released(self):
        self.night(PUBLISHED)
        first = self.shop.current()
        self.night(PUBLISHED)
        taken_back = self.shop.current()
        smartshelf("rollback", "--config", self.shop.config, "--reason", "too many teapots")
        self.night(PUBLISHED, "--dry-run")
        self.assertIn("too many teapots", self.shop.check("rollback")["words"])
        err = self.night(REFUSED)
        self.assertIn(f"{taken_back} was taken back on ", err)
        self.assertIn("(too many teapots)", err)
        self.assertIn("--release", err)
        self.assertEqual(self.shop.current(), first)
        self.night(PUBLISHED, "--dry-run")
        self.night(PUBLISHED, "--release")
        self.night(PUBLISHED)

    def test_what_somebody_publishes_meanwhile_stays(self):
        self.night(PUBLISHED)
        run, pipe = self.stopped_at_work()
        smartshelf("train", "--config", self.shop.config, "--quiet", "--log", f"{self.folder}/shop/log.csv", "--models", "popularity")
        theirs = self.shop.current()
        self.go_on(pipe)
        _, err = run.communicate(timeout=120)
        self.assertEqual(run.returncode, REFUSED, err)
        self.assertIn(f"somebody made {theirs} current while this night was at work", err)
        self.assertEqual((self.shop.current(), self.shop.leftovers()), (theirs, []))

    def test_what_was_trained_by_hand_is_not_cleaned_away(self):
        self.night(PUBLISHED)
        before = self.shop.current()
        smartshelf("train", "--config", self.shop.config, "--quiet")
        by_hand = self.shop.current()
        os.symlink(f"generations/{before}", f"{self.shop.store}/link")
        os.replace(f"{self.shop.store}/link", f"{self.shop.store}/current")
        status = self.shop.status()
        with open(f"{self.shop.store}/nightly.json", "w", encoding="utf-8") as file:
            json.dump({**status, "outcome": "running"}, file)
        self.night(PUBLISHED, "--keep", 9)
        self.assertIn(by_hand, self.shop.generations())

    # ---- what it is told ----

    def test_usage(self):
        for arguments, words in (((), "give --config FILE"), (("--keep", 0), "keep"), (("more",), "unexpected argument")):
            done = subprocess.run([PROGRAM, "nightly", *map(str, arguments)], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
        shutil.copy(self.shop.config, f"{self.folder}/bad.yaml")
        with open(f"{self.folder}/bad.yaml", "a", encoding="utf-8") as file:
            file.write("nightlyy: {}\n")
        done = subprocess.run([PROGRAM, "nightly", "--config", f"{self.folder}/bad.yaml"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("did you mean nightly?", done.stderr)

    def test_options_may_come_from_what_is_served(self):
        self.shop.configure(train="popularity: {half-life: 7}")
        self.night(PUBLISHED)
        key = next(name for name in self.manifest()["options"] if "popularity.half-life" in name)
        chosen = self.manifest()["options"][key]
        self.shop.configure(nightly="options-from: served")
        self.night(PUBLISHED)
        self.assertEqual(self.manifest()["options"][key], chosen)


if __name__ == "__main__":
    unittest.main()
