"""What the server, and the gateway, tell systemd, heard on a socket of the test's own: ready once it is bound, reloading, stopping, and alive only
while every thread that answers makes progress. A thread is made to hang as a debugger does it, with ptrace(2)."""
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import live_server
from live_server import PROGRAM, smartshelf

WATCHDOG_MS = 400  # patience that the server is told of; it looks four times as often
ATTACH, DETACH = 16, 17
LIBC = ctypes.CDLL(None, use_errno=True)


def trace(request, thread):
    """Is it allowed?"""
    return LIBC.ptrace(request, thread, None, None) == 0


class Supervised:
    """A server, or another command, whose messages are heard."""

    def __init__(self, folder, *arguments, command=None, **environment):
        self.endpoint, self.path = f"ipc://{folder}/shelf.ipc", f"{folder}/shelf.ipc"
        self.notify = f"{folder}/notify"
        self.heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.heard.bind(self.notify)
        self.log = open(f"{folder}/server.log", "w+", encoding="utf-8")
        environment = {**os.environ, "NOTIFY_SOCKET": self.notify, "WATCHDOG_USEC": str(WATCHDOG_MS * 1000), **environment}
        environment.pop("WATCHDOG_PID", None)
        command = command or ["serve", "--store", f"{folder}/store", "--bind", self.endpoint]
        self.process = subprocess.Popen([PROGRAM, *command, *arguments],
                                        env=environment, stdout=self.log, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait(120)
        self.heard.close()
        os.unlink(self.notify)
        self.log.close()

    def next(self, seconds=60):
        """The next message as a dict."""
        self.heard.settimeout(seconds)
        return dict(line.split("=", 1) for line in self.heard.recv(65536).decode().split("\n") if line)

    def wait_for(self, key, value="1"):
        while True:
            message = self.next()
            if message.get(key) == value:
                return message

    def signs_of_life(self, seconds):
        """How many are heard in so long; what was heard before is forgotten."""
        self.heard.setblocking(False)
        try:
            while True:
                self.heard.recv(65536)
        except BlockingIOError:
            pass
        count, end = 0, time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                count += "WATCHDOG" in self.next(left)
            except TimeoutError:
                break
        return count

    def threads(self, name):
        tasks = f"/proc/{self.process.pid}/task"
        found = []
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/comm", encoding="utf-8") as file:
                if file.read().strip() == name:
                    found.append(int(task))
        return found


class Supervision(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        live_server.make_shop(cls.folder, random.Random(7), orders=300)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def current(self):
        return os.path.basename(os.readlink(f"{self.folder}/store/current"))

    def test_ready_means_bound_and_serving(self):
        with Supervised(self.folder) as server:
            message = server.wait_for("READY")
            with socket.socket(socket.AF_UNIX) as caller: # no waiting here: it must be there
                caller.connect(server.path)
            self.assertEqual(message["STATUS"], f"serving generation {self.current()}")
            self.assertIn("items", smartshelf("query", "popular", "--json", "--connect", server.endpoint))
            server.process.terminate()
            server.wait_for("STOPPING")
            self.assertEqual(server.process.wait(120), 0)

    def test_without_a_generation_it_is_never_ready(self):
        with tempfile.TemporaryDirectory() as folder, Supervised(folder) as server:
            self.assertEqual(server.process.wait(120), 1)
            with self.assertRaises(TimeoutError):
                server.next(0.01)

    def test_reloading(self):
        with Supervised(self.folder) as server:
            server.wait_for("READY")
            before = self.current()
            smartshelf("train", "--quiet", "--threads", 1, "--als.factors", 8, "--als.iterations", 2, "--log", f"{self.folder}/log.csv",
                       "--store", f"{self.folder}/store")
            server.process.send_signal(signal.SIGHUP)
            self.assertGreater(int(server.wait_for("RELOADING")["MONOTONIC_USEC"]), 0)
            self.assertEqual(server.wait_for("READY")["STATUS"], f"serving generation {self.current()}")
            self.assertNotEqual(before, self.current())
            os.replace(f"{self.folder}/store/current", f"{self.folder}/store/kept")
            server.process.send_signal(signal.SIGHUP)
            status = server.wait_for("READY")["STATUS"]
            os.replace(f"{self.folder}/store/kept", f"{self.folder}/store/current")
            self.assertTrue(status.startswith(f"serving generation {self.current()}; the last reload was refused: "), status)

    def test_a_gateway(self):
        with open(f"{self.folder}/gateway.yaml", "w", encoding="utf-8") as file:
            file.write("gateway:\n  connect: [ipc:///nobody/is/there, ipc:///nor/there]\n  http: 127.0.0.1:0\n")
        with Supervised(self.folder, command=["gateway", "--config", f"{self.folder}/gateway.yaml"]) as gateway:
            self.assertEqual(gateway.wait_for("READY")["STATUS"], "answering from 2 servers")
            for _ in range(3):
                gateway.wait_for("WATCHDOG")
            gateway.process.send_signal(signal.SIGHUP)
            self.assertGreater(int(gateway.wait_for("RELOADING")["MONOTONIC_USEC"]), 0)
            gateway.wait_for("READY")
            gateway.process.send_signal(signal.SIGSTOP)
            self.assertLessEqual(gateway.signs_of_life(4 * WATCHDOG_MS / 1000), 1)
            gateway.process.send_signal(signal.SIGCONT)
            gateway.wait_for("WATCHDOG")
            gateway.process.terminate()
            gateway.wait_for("STOPPING")
            self.assertEqual(gateway.process.wait(120), 0)

    def test_signs_of_life_come_and_stop_with_the_process(self):
        with Supervised(self.folder) as server:
            server.wait_for("READY")
            for _ in range(3):
                server.wait_for("WATCHDOG")
            server.process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, server.process.pid, os.WSTOPPED)
            self.assertEqual(server.signs_of_life(3 * WATCHDOG_MS / 1000), 0)
            server.process.send_signal(signal.SIGCONT)
            server.wait_for("WATCHDOG")

    def hangs(self, server, thread):
        """With one thread stopped at most the round that it had made already is told of; then there is silence."""
        if not trace(ATTACH, thread):
            self.skipTest("ptrace is not allowed here")
        try:
            os.waitpid(thread, 0x40000000) # __WALL: it has stopped
            signs = 0
            while more := server.signs_of_life(3 * WATCHDOG_MS / 1000):
                signs += more
                self.assertLessEqual(signs, 2)
        finally:
            trace(DETACH, thread)
        server.wait_for("WATCHDOG")

    def test_one_thread_that_hangs_is_enough_for_silence(self):
        with Supervised(self.folder, "--workers", "2") as server:
            server.wait_for("WATCHDOG") # so that each thread has made a round, and has its name
            workers, recorders = server.threads("worker"), server.threads("recorder")
            self.assertEqual((len(workers), len(recorders)), (2, 1))
            for thread in (workers[1], recorders[0], server.process.pid):
                server.wait_for("WATCHDOG")
                self.hangs(server, thread)
            self.assertIn("items", smartshelf("query", "popular", "--json", "--connect", server.endpoint))

    def test_nobody_listens(self):
        """Without NOTIFY_SOCKET nothing is said to anybody, and nobody's patience is asked for."""
        with Supervised(self.folder, NOTIFY_SOCKET="") as server:
            for _ in range(2400):
                if os.path.exists(server.path):
                    break
                time.sleep(0.05)
            self.assertIn("items", smartshelf("query", "popular", "--json", "--connect", server.endpoint))
            self.assertEqual(server.signs_of_life(0.01), 0)


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
