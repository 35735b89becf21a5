"""What the tests of the live shop share: a small shop, a server that may be killed, clients in threads, and what its store holds."""
import csv
import io
import os
import subprocess
import time

import msgpack
import zmq

PROGRAM = os.environ.get("SMARTSHELF", "build/smartshelf")
LONG = bool(os.environ.get("SMARTSHELF_LONG"))
ITEMS = [f"item-{i:03}" for i in range(120)]


def smartshelf(*arguments):
    """Standard output of a run that succeeds; it waits a minute for a server."""
    patience = ["--timeout", "60000"] if "--connect" in arguments else []
    done = subprocess.run([PROGRAM, *map(str, arguments), *patience], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"smartshelf {' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr}"
    return done.stdout


def make_shop(folder, random, orders=3000):
    """A log, a catalogue and a trained store in `folder`; the store's path."""
    with open(f"{folder}/log.csv", "w", encoding="utf-8") as log:
        log.write("order_id,customer_id,item_id,quantity,unit_price,timestamp\n")
        for order in range(orders):
            first = random.randrange(len(ITEMS))
            for step in range(3):
                item = ITEMS[(first + step * random.randrange(1, 4)) % len(ITEMS)]
                log.write(f"{order},c{order % 400},{item},1,{1 + order % 9}.50,2026-0{1 + order % 9}-{1 + order % 28:02}\n")
    with open(f"{folder}/items.csv", "w", encoding="utf-8") as catalog:
        catalog.write("item_id,name,category,price,stock\n")
        for i, item in enumerate(ITEMS):
            catalog.write(f"{item},Product {i},Category {i % 6},{1 + i % 30}.00,10\n")
    smartshelf("train", "--quiet", "--threads", 1, "--als.factors", 8, "--als.iterations", 2, "--log", f"{folder}/log.csv", "--catalog",
               f"{folder}/items.csv", "--store", f"{folder}/store")
    return f"{folder}/store"


class Server:
    """A server of `store` on a socket in `folder`. One context for all its clients."""

    def __init__(self, folder, store, *arguments):
        self.endpoint = f"ipc://{folder}/live.ipc"
        self.folder, self.store, self.arguments = folder, store, arguments
        self.process, self.log = None, f"{folder}/server.log"
        self.context = zmq.Context()

    def start(self, seconds=120, **environment):
        """Starts it and waits until it answers."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "serve", "--store", self.store, "--bind", self.endpoint, *map(str, self.arguments)],
                                            stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **environment})
        end = time.time() + seconds
        while time.time() < end:
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.text()}"
            try:
                error, _ = self.ask("health", timeout=200)
                if not error:
                    return
            except zmq.Again:
                pass
        raise AssertionError(f"the server does not answer: {self.text()}")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends it in order; what a sanitizer has to say is in how it ends."""
        self.process.terminate()
        ended = self.process.wait(120)
        assert ended == 0, f"the server ended with {ended}: {self.text()}"

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.context.destroy(linger=0)

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def socket(self, timeout=60000):
        socket = self.context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, timeout)
        socket.connect(self.endpoint)
        return socket

    def ask(self, method, params=None, timeout=60000):
        """One question; error and result."""
        with self.socket(timeout) as socket:
            socket.send(msgpack.packb([0, 1, method, params or {}]))
            return msgpack.unpackb(socket.recv())[2:]

    def knows(self, method):
        """Does this server have the method?"""
        error, _ = self.ask(method)
        return not error or error["name"] != "unknown_method"

    def resident(self):
        """Bytes of memory in RAM that are its own: what is mapped from files is not counted."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            values = dict(line.split(":", 1) for line in file if ":" in line)
        return int(values["RssAnon"].split()[0]) * 1024


def exported(store, since=None):
    """The events of a store as dicts, those that happened from `since` (seconds) on."""
    window = ["--from", f"{since:.3f}"] if since else []
    return list(csv.DictReader(io.StringIO(smartshelf("events", "export", "--quiet", "--store", store, *window))))


def state_bytes(store):
    """Bytes of the live state on the disk."""
    return sum(os.stat(f"{store}/state/{name}").st_blocks * 512 for name in os.listdir(f"{store}/state"))
