"""What the tests of the clients share: a real server, and a driver for each language.

A driver is a small program in the client's language at the end of a pipe; it takes a command a line and gives a line for each, JSON:

    {"do": "open", "client": 1, "options": {…}}                     {} or {"refused": why}
    {"do": "ask", "client": 1, "method": …, "params": …}            an answer: {"source", "error", "result"}
    {"do": "many", "client": 1, "method": …, "params": [{…}, …]}    answers; all requests are sent before the first is waited for
    {"do": "close", "client": 1}                                    {}
    {"do": "encode", "msgid": 1, "method": …, "params": …}          {"bytes": hexadecimal}
    {"do": "decode", "method": …, "params": …, "reply": hexadecimal, "fallback": […]}    an answer and its msgid
    {"do": "homes", "method": …, "params": …, "endpoints": […]}     {"order": the endpoints, the visitor's home first; or null: nobody's}

Where JSON has no such value: {"$integer": "digits"}, {"$bytes": "hexadecimal"}, {"$float": number}."""
import json
import os
import shutil
import subprocess
import sys
import time

import msgpack
import zmq

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("SMARTSHELF_SOURCE", os.path.join(HERE, "..", ".."))
BUILD = os.environ.get("SMARTSHELF_BUILD", os.path.join(SOURCE, "build"))
PROGRAM = os.environ.get("SMARTSHELF", os.path.join(BUILD, "smartshelf"))
CLIENTS = os.path.join(SOURCE, "recsys", "client")
PATIENCE_MS = 90000  # for what must come
SKIPPED = 77

LANGUAGES = {
    "c": [os.path.join(BUILD, "tests", "clients", "drive_client")],
    "python": [sys.executable, os.path.join(HERE, "driver.py")],
    "asyncio": [sys.executable, os.path.join(HERE, "driver.py"), "async"],
    "node": ["node", os.path.join(HERE, "driver.mjs")],
    "php": ["php", os.path.join(HERE, "driver.php")],
}


def lacks(language):
    """What is missing to use the language's client; None: nothing is."""
    if language == "node" and not (shutil.which("node") and os.path.isdir(f"{CLIENTS}/node/node_modules/zeromq")):
        return "no node, or no node_modules in recsys/client/node (scripts/setup --test)"
    if language == "php":
        modules = shutil.which("php") and subprocess.run(["php", "-m"], capture_output=True, text=True, check=True).stdout.split()
        if not modules or "zmq" not in modules or "msgpack" not in modules:
            return "no php with zmq and msgpack (php-cli, php-zmq, php-msgpack)"
    return None


def need(language):
    """Ends the test as skipped where the language or a module of it is not there."""
    missing = lacks(language)
    if missing:
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)


def environment():
    return {**os.environ, "PYTHONPATH": f"{CLIENTS}/python/src", "PYTHONDONTWRITEBYTECODE": "1"}


# What the C client has no members for; a program finds it in the answer's `reply`.
NOT_IN_C = {"lowest_price_30d", "decision", "known", "decisions", "visitors", "changed", "later", "badge"}


def comparable(language, value):
    """What a driver told, or what it should have told, so that both can be compared: C has no other value for what is not there than 0,
    false and the empty list, and has not all entries; PHP has one kind of empty list and map."""
    if isinstance(value, list):
        return [comparable(language, element) for element in value]
    if not isinstance(value, dict):
        return value
    value = {name: comparable(language, inner) for name, inner in value.items()}
    if language == "c" and "changed" in value:
        value["stored"] = value["changed"]  # it is one or the other
    if language == "c" and isinstance(value.get("offers"), dict) and value["offers"].get("decimals"):
        value["decimals"] = value["offers"].pop("decimals")  # of a page: there is one for all its prices
    if language == "c":
        return {name: inner for name, inner in value.items() if inner not in (None, 0, False, [], {}) and name not in NOT_IN_C}
    return value or [] if language == "php" else value


def without_special(value):
    """Integers that JSON cannot be trusted with, as such."""
    if isinstance(value, list):
        return [without_special(element) for element in value]
    if isinstance(value, dict):
        return int(value["$integer"]) if list(value) == ["$integer"] else {name: without_special(inner) for name, inner in value.items()}
    return value


class Driver:
    def __init__(self, language):
        self.process = subprocess.Popen(LANGUAGES[language], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
        self.last_client = 0

    def do(self, command, **values):
        self.process.stdin.write(json.dumps({"do": command, **values}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the driver ended with {self.process.wait()}"
        return json.loads(line)

    def open(self, **options):
        """A client's number."""
        self.last_client += 1
        reply = self.do("open", client=self.last_client, options=options)
        assert reply == {}, reply
        return self.last_client

    def ask(self, client, method, params=None, **values):
        return self.do("ask", client=client, method=method, params=params or {}, **values)

    def close(self):
        """Ends it as programs end; how many clients are open then is of no account."""
        self.process.stdin.close()
        self.process.stdout.close()
        ended = self.process.wait(120)
        assert ended == 0, f"the driver ended with {ended}"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.close()
        else:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()


class Server:
    """The store that the protocol page's examples are about, served."""

    def __init__(self, folder, *arguments, name="real"):
        self.endpoint, self.store = f"ipc://{folder}/{name}.ipc", f"{folder}/{name}"
        self.log = open(f"{folder}/{name}.log", "w+", encoding="utf-8")
        subprocess.run([f"{BUILD}/tests/dump_store", self.store, "0", "0"], check=True, stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen([PROGRAM, "serve", "--store", self.store, "--bind", self.endpoint, *arguments],
                                        stdout=self.log, stderr=subprocess.STDOUT)

    def text(self):
        with open(self.log.name, encoding="utf-8") as file:
            return file.read()

    def __enter__(self):
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while "serving" not in self.text():
            assert self.process.poll() is None and time.monotonic() < deadline, f"the server did not start: {self.text()}"
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(120)
        self.log.close()

    def ask_bytes(self, request):
        """The reply's bytes to a request's."""
        with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.RCVTIMEO, PATIENCE_MS)
            socket.connect(self.endpoint)
            socket.send(request)
            return socket.recv()

    def ask(self, method, params):
        """Error and result."""
        return msgpack.unpackb(self.ask_bytes(msgpack.packb([0, 1, method, params])))[2:]
