"""`generations` and `rollback` beside a live server: who serves what is told, going back is verified, served and remembered, a broken
generation is not gone to, and keys open servers that only let in who they know."""
import json
import os
import random
import subprocess
import tempfile
import unittest

from live_server import PROGRAM, Server, make_shop, smartshelf

SILENT = 69


def run(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


class Rollback(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = self.temporary.name
        self.store = make_shop(self.folder, random.Random(1), orders=600)
        for _ in range(2):
            smartshelf("train", "--quiet", "--models", "popularity,cooccurrence", "--log", f"{self.folder}/log.csv", "--store", self.store)
        self.names = [of["generation"] for of in self.generations()["generations"]]

    def serve(self, *arguments):
        server = Server(self.folder, self.store, *arguments)
        self.addCleanup(server.close)
        server.start()
        return server

    def generations(self, *arguments):
        return json.loads(smartshelf("generations", "--json", "--store", self.store, *arguments))

    def marks(self, *arguments):
        """Of each generation: current, taken back, served."""
        return "".join("*" if of["current"] else "!" if of["rejected"] else "s" if of["served_by"] else "."
                       for of in self.generations(*arguments)["generations"])

    def test_back_and_forth(self):
        server = self.serve()
        to = ("--server", server.endpoint)
        self.assertEqual(self.marks(*to), "*..")
        code, out, _ = run("rollback", "--store", self.store, "--reason", "too many teapots", *to)
        self.assertEqual(code, 0)
        self.assertIn(f"{self.names[1]} is current and whole; {self.names[0]} was left and is marked as rejected", out)
        self.assertIn(f"serves {self.names[1]}", out)
        self.assertEqual(server.ask("health")[1]["generation"], self.names[1])
        left = self.generations()["generations"][0]
        self.assertEqual((left["rejected"]["by"], left["rejected"]["reason"]), ("rollback", "too many teapots"))
        self.assertIn("taken back: too many teapots", smartshelf("generations", "--store", self.store))
        self.assertEqual(run("rollback", "--store", self.store, *to)[0], 0)
        self.assertEqual(self.marks(*to), "!!*")
        code, _, err = run("rollback", "--store", self.store, *to)
        self.assertEqual(code, 1)
        self.assertIn("nothing to go back to", err)
        self.assertEqual(json.loads(smartshelf("rollback", self.names[0], "--json", "--store", self.store, *to)),
                         {"generation": self.names[0], "left": self.names[2], "rejected": False, "passed_over": [],
                          "servers": [{"endpoint": server.endpoint, "state": "serves", "generation": self.names[0]}]})
        self.assertEqual(self.marks(*to), "*!.")
        server.stop()

    def test_servers_that_do_not_follow(self):
        server = self.serve()
        gone = f"ipc://{self.folder}/nobody.ipc"
        code, out, _ = run("rollback", "--store", self.store, "--timeout", 5000, "--server", gone, "--server",
                           server.endpoint)
        self.assertEqual(code, SILENT)
        self.assertIn(f"{gone} silent: no answer in time", out)
        self.assertEqual(server.ask("health")[1]["generation"], self.names[1])
        for timeout in (200, 20000):  # more on a slow machine
            states = [of["state"] for of in self.generations("--timeout", timeout, "--server", gone, "--server", server.endpoint)["servers"]]
            if "serves" in states:
                break
        self.assertEqual(states, ["silent", "serves"])
        server.stop()

    def damage(self, age):
        path = f"{self.store}/generations/{self.names[age]}/popularity.safetensors"
        with open(path, "r+b") as file:
            file.seek(-8, os.SEEK_END)
            file.write(b"\xff" * 8)
        return path

    def test_what_is_broken_is_passed_over(self):
        path = self.damage(1)
        server = self.serve()
        done = json.loads(smartshelf("rollback", "--json", "--store", self.store, "--server", server.endpoint))
        self.assertEqual((done["generation"], done["left"], done["rejected"]), (self.names[2], self.names[0], True))
        self.assertEqual([of["generation"] for of in done["passed_over"]], [self.names[1]])
        self.assertIn(path, done["passed_over"][0]["why"])
        self.assertEqual(self.marks(), "!.*") # what was passed over is not taken back
        self.assertEqual(server.ask("health")[1]["generation"], self.names[2])
        server.stop()

    def test_nothing_older_is_whole(self):
        paths = [self.damage(1), self.damage(2)]
        os.remove(paths[1])
        code, _, err = run("rollback", "--store", self.store)
        self.assertEqual(code, 1)
        self.assertIn("nothing to go back to: of 2 older generations none is whole", err)
        for age, path in enumerate(paths, 1):
            self.assertIn(f"{self.names[age]} is passed over, it is broken: ", err)
        self.assertIn(paths[0], err)
        self.assertEqual(self.marks(), "*..")

    def test_it_says_what_it_passed_over(self):
        path = self.damage(1)
        code, out, _ = run("rollback", "--store", self.store)
        self.assertEqual(code, 0)
        self.assertIn(f"{self.names[1]} is passed over, it is broken: ", out)
        self.assertIn(path, out)
        self.assertIn(f"{self.names[2]} is current and whole", out)

    def test_what_is_broken_is_not_gone_to(self):
        path = self.damage(1)
        code, _, err = run("rollback", self.names[1], "--store", self.store)
        self.assertEqual(code, 1)
        self.assertIn(path, err)
        self.assertEqual(self.marks(), "*..")
        code, _, err = run("rollback", "20200101T000000.000Z", "--store", self.store)
        self.assertEqual(code, 1)
        self.assertIn("no such generation", err)
        self.assertEqual(run("rollback", self.names[0], "--store", self.store)[0], 2)
        self.assertEqual(run("rollback")[0], 2)

    def test_with_keys_and_a_configuration(self):
        for name in ("server", "shop"):
            smartshelf("keygen", "--out", f"{self.folder}/{name}")
        with open(f"{self.folder}/shop.pub", encoding="utf-8") as file:
            key = file.read().split("public ")[1].split()[0]
        with open(f"{self.folder}/allow", "w", encoding="utf-8") as file:
            file.write(f"{key} admin night\n")
        server = Server(self.folder, self.store, "--curve-key", f"{self.folder}/server.key", "--allow", f"{self.folder}/allow")
        self.addCleanup(server.close)
        with open(server.log, "wb") as log:
            server.process = subprocess.Popen([PROGRAM, "serve", "--store", self.store, "--bind", server.endpoint, *server.arguments], stderr=log)
        with open(f"{self.folder}/smartshelf.yaml", "w", encoding="utf-8") as file:
            file.write(f"server: {{store: {self.store}}}\nservers: ['{server.endpoint}']\nnightly:\n  timeout: 10000\n"
                       f"  curve-key: {self.folder}/shop.key\n  server-key: {self.folder}/server.pub\n")
        code, out, err = run("rollback", "--config", f"{self.folder}/smartshelf.yaml")
        self.assertEqual(code, 0, err)
        self.assertIn(f"{server.endpoint} serves {self.names[1]}", out)
        server.stop()


if __name__ == "__main__":
    unittest.main()
