"""smartshelf top: its figures against those of the requests made, servers that go and come back; on a terminal (tmux stands for
one): what it shows, keys, another size, and the terminal as it was when it ends, however it ends."""
import json
import os
import pty
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

import msgpack
from live_server import PROGRAM, Server, make_shop

WAIT = 120


class Load(threading.Thread):
    """Asks, one question after the other, until it is stopped."""

    def __init__(self, server):
        super().__init__()
        self.server, self.stopped, self.asked = server, threading.Event(), 0

    def run(self):
        with self.server.socket() as socket:
            while not self.stopped.is_set():
                socket.send(msgpack.packb([0, 1, "related", {"item_id": f"item-{self.asked % 120:03}", "limit": 400}]))
                socket.recv()
                self.asked += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join()


class Screen:
    """A program in a window of tmux, by a tmux server of its own."""

    def __init__(self, folder, *command, columns=120, rows=40):
        self.socket = f"{folder}/tmux"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "sh")
        self.type(" ".join(map(str, command)) + "; echo ended with $?", "Enter")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-S", self.socket, *arguments], check=True, capture_output=True, text=True, timeout=WAIT).stdout

    def type(self, *keys):
        self.tmux("send-keys", *keys)

    def text(self):
        return self.tmux("capture-pane", "-p")

    def wait_for(self, pattern, seconds=WAIT):
        end = time.time() + seconds
        while time.time() < end:
            text = self.text()
            if re.search(pattern, text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"no {pattern!r} on the screen:\n{self.text()}")

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], check=False, capture_output=True)


class Top(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.store = make_shop(cls.folder.name, random.Random(11), orders=600)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def setUp(self):
        self.work = tempfile.TemporaryDirectory()
        self.server = Server(self.work.name, self.store)
        self.server.start()
        self.screen = None

    def tearDown(self):
        if self.screen:
            self.screen.close()
        self.server.close()
        self.work.cleanup()

    def top(self, *arguments, check=True):
        done = subprocess.run([PROGRAM, "top", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=WAIT)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done

    # ---- text and JSON ----

    def test_figures_are_those_of_the_requests(self):
        self.server.ask("related")
        with Load(self.server) as load:
            before = load.asked
            page = json.loads(self.top("--once", "--json", "--timeout", 60000, "--connect", self.server.endpoint).stdout)
            asked = load.asked - before
        (shown,) = page["servers"]
        related = shown["methods"]["related"]
        self.assertTrue(shown["here"])
        self.assertLess(0, related["requests_per_second"])
        self.assertLessEqual(related["requests_per_second"] * shown["seconds"], asked + 1)
        self.assertLess(0, related["p50_us"])
        self.assertLessEqual(related["p50_us"], related["p99_us"])
        self.assertLessEqual(related["p99_us"], related["p999_us"])
        self.assertTrue(0 < shown["fill_rate"] < 1 and 0 < shown["fallback_share"] < 1 and shown["short_share"] == 1)
        self.assertEqual(shown["faults_per_second"], 0)
        self.assertEqual(shown["generation"], os.readlink(f"{self.store}/current").rsplit("/", 1)[-1])
        self.server.stop()

    def test_a_line_for_each_interval_until_it_is_told_to_stop(self):
        process = subprocess.Popen([PROGRAM, "top", "--json", "--interval", "0.2", "--timeout", "60000", "--connect", self.server.endpoint],
                                   stdout=subprocess.PIPE, text=True)
        pages = [json.loads(process.stdout.readline()) for _ in range(4)]
        process.terminate()
        process.communicate(timeout=WAIT)
        self.assertEqual(process.returncode, 0)
        for page in pages:  # its own question is all there is
            self.assertEqual(set(page["servers"][0]["methods"]), {"health", "stats"})
            self.assertLess(abs(page["servers"][0]["requests_per_second"] * page["servers"][0]["seconds"] - 1), 0.01)

    def test_servers_that_are_not_there(self):
        gone = f"ipc://{self.work.name}/gone.ipc"
        for timeout in (300, 20000):  # more on a slow machine
            text = self.top("--once", "--timeout", timeout, "--connect", gone, "--connect", self.server.endpoint, check=False).stdout
            if "2 servers, 1 gone" in text:
                break
        self.assertRegex(text, r"gone\.ipc  GONE for .*: no answer")
        self.assertIn("2 servers, 1 gone", text)
        self.assertRegex(text, r"\n  stats +\d")
        done = self.top("--once", "--timeout", 300, "--connect", gone, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no server answers", done.stderr)

    def test_servers_of_a_configuration(self):
        path = f"{self.work.name}/shelf.yaml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"servers: ['{self.server.endpoint}', 'ipc://{self.work.name}/b.ipc']\nnightly: {{timeout: 3000}}\n")
        page = json.loads(self.top("--once", "--json", "--config", path).stdout)
        self.assertEqual([server["here"] for server in page["servers"]], [True, False])
        self.assertEqual(page["servers"][0]["server"], self.server.endpoint)

    def test_without_the_role_it_says_so(self):
        def key(name):
            subprocess.run([PROGRAM, "keygen", "--out", f"{self.work.name}/{name}"], check=True, capture_output=True, timeout=WAIT)
            with open(f"{self.work.name}/{name}.pub", encoding="utf-8") as file:
                return re.search(r"^public (\S+)", file.read(), re.M).group(1)

        folder = self.work.name
        self.server.stop()
        key("server")
        with open(f"{folder}/allow", "w", encoding="utf-8") as file:
            file.write(f"{key('reader')} read\n")
        self.server.process = subprocess.Popen([PROGRAM, "serve", "--store", self.store, "--bind", self.server.endpoint, "--curve-key",
                                                f"{folder}/server.key", "--allow", f"{folder}/allow"], stderr=subprocess.DEVNULL)
        done = self.top("--once", "--timeout", 10000, "--connect", self.server.endpoint, "--curve-key", f"{folder}/reader.key",
                        "--server-key", f"{folder}/server.pub", check=False)
        self.assertIn("access_denied", done.stdout)

    # ---- a terminal ----

    def watch(self, *arguments, **size):
        if not shutil.which("tmux"):
            self.skipTest("no tmux")
        self.screen = Screen(self.work.name, PROGRAM, "top", "--interval", "0.2", "--timeout", "500", "--connect", self.server.endpoint,
                             *arguments, **size)
        return self.screen

    def test_a_screen_shows_and_obeys(self):
        screen = self.watch()
        with Load(self.server):
            text = screen.wait_for(r"\n  related +[1-9][\d,]* +\d")
        for pattern in (r"smartshelf top  \d{4}-", r"generation \d{8}T", r"fill \d", r"p99 \d", r"waiting   workers 0", "offers    decisions 0/s",
                        "events    0/s"):
            self.assertRegex(text, pattern)
        screen.type("s")
        screen.wait_for("sort: latency")
        screen.type("s")
        text = screen.wait_for("sort: name")
        self.assertEqual([line.split()[0] for line in text.split("since start")[1].split("\n")[1:4]], ["health", "related", "stats"])
        screen.type("p")
        screen.wait_for("PAUSED")
        first = screen.text()
        time.sleep(0.5)
        self.assertEqual(screen.text(), first)
        screen.type("p")
        screen.wait_for(r"(?s)^((?!PAUSED).)*$")
        screen.type("q")
        screen.wait_for("ended with 0")
        self.assertNotIn("generation", screen.text())  # what was there before is there again

    def test_another_size(self):
        screen = self.watch()
        screen.wait_for(r"\n  stats +\d")
        screen.tmux("resize-window", "-x", "40", "-y", "5")
        text = screen.wait_for(r"(?s)^smartshelf top.*\n  requests")
        self.assertLessEqual(max(map(len, text.split("\n"))), 40)
        screen.type("Down", "Down", "Down", "NPage")
        screen.wait_for(r"\n  stats +\d")
        screen.type("PPage", "Up", "Up", "Up", "Up", "Up")
        screen.wait_for(r"\nipc://")
        screen.tmux("resize-window", "-x", "1", "-y", "1")
        screen.tmux("resize-window", "-x", "150", "-y", "50")
        screen.wait_for(r"(?s)\nipc:.*\n  stats +\d")
        screen.type("C-c")
        screen.wait_for("ended with 0")

    def test_a_server_that_goes_and_comes_back(self):
        screen = self.watch()
        screen.wait_for(r"\n  stats +\d")
        self.server.stop()
        screen.wait_for("GONE for .*: no answer")
        screen.wait_for("1 server, 1 gone")
        self.server.start()
        screen.wait_for(r"\n  stats +\d")
        self.assertNotIn("gone", screen.text())

    def test_signals_leave_the_terminal_as_it_was(self):
        for number in (signal.SIGINT, signal.SIGTERM, None):
            near, far = pty.openpty()
            before = termios.tcgetattr(far)
            process = subprocess.Popen([PROGRAM, "top", "--interval", "0.2", "--connect", self.server.endpoint], stdin=far, stdout=far,
                                       stderr=subprocess.PIPE, env={**os.environ, "TERM": "xterm"})
            seen = b""
            while b"stats" not in seen:
                seen += os.read(near, 65536)
            self.assertNotEqual(termios.tcgetattr(far), before)
            if number:
                process.send_signal(number)
            else:
                os.write(near, b"q")
            while b"\x1b[?1049l" not in seen:  # the other screen is left
                seen += os.read(near, 65536)
            self.assertEqual(process.wait(WAIT), 0)
            self.assertEqual(process.stderr.read(), b"")
            self.assertEqual(termios.tcgetattr(far), before)
            process.stderr.close()
            os.close(near)
            os.close(far)

    def test_a_terminal_that_nobody_knows(self):
        near, far = pty.openpty()
        done = subprocess.run([PROGRAM, "top", "--connect", self.server.endpoint], stdin=far, stdout=far, stderr=subprocess.PIPE,
                              text=True, check=False, timeout=WAIT, env={**os.environ, "TERM": "nonsense"})
        os.close(near)
        os.close(far)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("terminal 'nonsense' is not known", done.stderr)


if __name__ == "__main__":
    if not sys.platform.startswith("linux"):
        sys.exit(77)
    unittest.main()
