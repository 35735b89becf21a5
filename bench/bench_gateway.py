"""What a gateway costs, and what its visitors notice when servers fail: `related` (limit 8, names and prices) over HTTP with 64 connections that
are kept (wrk), `serve --http` beside `gateway` before one and before three such servers, in turns; then the latencies before, while and
after one of three is stopped, frozen (SIGSTOP), swaps its generation, and while the keeper of the sessions that are asked about is frozen.

    bench_gateway.py SMARTSHELF FOLDER [TURNS]

makes a shop in FOLDER (which must be there) and prints `name value unit`, medians over the turns (3)."""
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time

CONNECTIONS = 64
SECONDS = 2     # of a measurement
INTO = 0.5      # of it until something happens
FROZEN = 1      # for how long
UNITS = {"us": 1e-3, "ms": 1, "s": 1e3}


def run(*command):
    subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL)


def wrk(url, seconds=SECONDS):
    """Requests a second, p50 and p99 in milliseconds, replies that were not 200."""
    done = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "--latency", url], capture_output=True, text=True, check=True)
    times = {share: float(value) * UNITS[unit] for share, value, unit in re.findall(r"(50|99)%\s+([\d.]+)(us|ms|s)", done.stdout)}
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", done.stdout)
    lost = sum(map(int, errors.groups())) if errors else 0
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1)), times["50"], times["99"], lost + (int(bad.group(1)) if bad else 0)


class Process:
    """The program in one of its roles, with HTTP on a free port unless it is a plain server."""

    def __init__(self, folder, name, *arguments):
        self.log = f"{folder}/{name}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([PROGRAM, *map(str, arguments)], stderr=log)
        wanted = r"http is served.* url=(\S+)/" if "--http" in arguments else r"msg=(serving)"
        self.url = self.wait(wanted)

    def wait(self, wanted):
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            with open(self.log, encoding="utf-8") as file:
                found = re.search(wanted, file.read())
            if found:
                return found.group(1)
            time.sleep(0.02)
        sys.exit(f"bench_gateway: see {self.log}")

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait()


def make_stores(folder, count):
    run(PROGRAM, "simulate", "--quiet", "--out", f"{folder}/shop")
    for _ in range(2):  # two generations, so that there is one to swap to
        run(PROGRAM, "train", "--quiet", "--log", f"{folder}/shop/log.csv", "--catalog", f"{folder}/shop/catalog.csv", "--store", f"{folder}/store")
    for number in range(count):
        shutil.copytree(f"{folder}/store", f"{folder}/store{number}", symlinks=True)
    with open(f"{folder}/shop/catalog.csv", encoding="utf-8") as file:
        return [line.split(",")[0] for line in list(file)[1:3]]


def after(seconds, change):
    timer = threading.Timer(seconds, change)
    timer.start()
    return timer


def freeze(process):
    process.send_signal(signal.SIGSTOP)
    time.sleep(FROZEN)
    process.send_signal(signal.SIGCONT)


def swap(folder, number):
    """Back to the generation before, or forth again."""
    store = f"{folder}/store{number}"
    now = os.path.basename(os.readlink(f"{store}/current"))
    other = next(name for name in sorted(os.listdir(f"{store}/generations")) if name != now)
    os.symlink(f"generations/{other}", f"{store}/next")
    os.replace(f"{store}/next", f"{store}/current")
    run(PROGRAM, "query", "reload", "--timeout", 60000, "--connect", f"ipc://{folder}/{number}.ipc")


class Bench:
    def __init__(self, folder):
        self.folder, self.figures = folder, {}
        self.item = make_stores(folder, 3)[0]
        self.servers = [self.serve(number) for number in range(3)]
        endpoints = [word for number in range(3) for word in ("--connect", f"ipc://{folder}/{number}.ipc")]
        self.direct = Process(folder, "direct", "serve", "--store", f"{folder}/store", "--bind", f"ipc://{folder}/d.ipc", "--http", "127.0.0.1:0")
        self.one = Process(folder, "one", "gateway", "--http", "127.0.0.1:0", *endpoints[:2])
        self.three = Process(folder, "three", "gateway", "--http", "127.0.0.1:0", *endpoints)

    def serve(self, number):
        return Process(self.folder, number, "serve", "--store", f"{self.folder}/store{number}", "--bind", f"ipc://{self.folder}/{number}.ipc")

    def note(self, name, value, unit):
        self.figures.setdefault((name, unit), []).append(value)

    def url(self, process, session=""):
        return f"{process.url}/v1/related?item_id={self.item}&limit=8&fields=name,price{session}"

    def measure(self, name, url, seconds=SECONDS):
        rate, p50, p99, failed = wrk(url, seconds)
        for figure, value, unit in (("rate", rate, "1/s"), ("p50", p50, "ms"), ("p99", p99, "ms"), ("failed", failed, "1")):
            self.note(f"gateway_{name}_{figure}", value, unit)
        return p99

    def trouble(self, name, change, session=""):
        """Before, while, and for a second beginning a second after it."""
        before = self.measure(f"{name}_before", self.url(self.three, session))
        timer = after(INTO, change)
        during = self.measure(f"{name}_during", self.url(self.three, session))
        timer.join()
        time.sleep(1)
        back = self.measure(f"{name}_after", self.url(self.three, session), 1)
        self.note(f"gateway_{name}_during_over_before", during / before, "ratio")
        self.note(f"gateway_{name}_after_over_before", back / before, "ratio")

    def turn(self):
        for name, process in (("direct", self.direct), ("one", self.one), ("three", self.three)):
            self.measure(name, self.url(process))
        self.trouble("frozen", lambda: freeze(self.servers[1].process))
        self.trouble("keeper_frozen", lambda: freeze(self.servers[0].process), "&session_id=s-1")
        self.trouble("swapped", lambda: swap(self.folder, 1))
        self.trouble("stopped", self.servers[2].close)
        self.servers[2] = self.serve(2)
        time.sleep(3)  # until it is back

    def close(self):
        for process in [self.direct, self.one, self.three, *self.servers]:
            process.close()


def main():
    bench = Bench(sys.argv[2])
    try:
        for _ in range(int(sys.argv[3]) if len(sys.argv) > 3 else 3):
            bench.turn()
    finally:
        bench.close()
    for (name, unit), values in bench.figures.items():
        print(f"{name} {statistics.median(values):.4g} {unit}")


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    main()
