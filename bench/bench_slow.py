"""GET /v1/popular over HTTP while others are slow on purpose: wrk with 8 connections that are kept, once with 1,000 further connections that
send a byte of their requests a second and once without, in turns.

    bench_slow.py SMARTSHELF FOLDER [TURNS [SECONDS [SLOW]]]

makes a shop in FOLDER and prints, as `name value unit`: p99 and requests/s with and without the slow ones, medians over the turns, the median of
each turn's ratio of p99, how many of the slow were still connected at the end, and how many answers were no 200."""
import multiprocessing
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time
from urllib.parse import urlsplit

from bench_http import REQUESTS, Smartshelf, make_shop

ITEMS = 2000
CONNECTIONS = 8
REQUEST = b"GET /v1/popular HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 4096


def connect(address, count):
    """So many connections, each with the beginning of a request."""
    slow = []
    for _ in range(count):
        one = socket.create_connection(address, timeout=10)
        one.send(REQUEST[:40])
        one.setblocking(False)
        slow.append(one)
    return slow


def dawdle(address, count, ready, stop, left):
    """A byte a second from each until `stop`; `left`: how many the server has not cut by then."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    slow, at = connect(address, count), 40
    ready.set()
    while not stop.wait(1):
        for one in list(slow):
            try:
                one.send(REQUEST[at:at + 1])
            except OSError:
                slow.remove(one)
        at += 1
    left.value = len(slow)


def measure(folder, url, seconds):
    """p99 in microseconds, requests/s, replies that were no success."""
    done = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", f"{folder}/requests.lua", url, "--", f"{folder}/paths"],
                          check=True, capture_output=True, text=True)
    requests, duration, p99, errors = done.stdout.split("figures: ", 1)[1].split()[:4]
    return float(p99), float(requests) / float(duration) * 1e6, int(errors)


def measure_beside(folder, url, seconds, slow):
    """The same beside the slow; and how many of these there still were."""
    ready, stop, left = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Value("i", 0)
    address = (urlsplit(url).hostname, urlsplit(url).port)
    others = multiprocessing.Process(target=dawdle, args=(address, slow, ready, stop, left))
    others.start()
    if not ready.wait(60):
        raise SystemExit("the slow could not connect")
    figures = measure(folder, url, seconds)
    stop.set()
    others.join()
    return figures, left.value


def main():
    program, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    turns, seconds, slow = (int(value) for value in (sys.argv[3:] + ["5", "4", "1000"][len(sys.argv) - 3:]))
    os.makedirs(folder, exist_ok=True)
    make_shop(program, folder, ITEMS)
    for name, text in (("requests.lua", REQUESTS), ("paths", "/v1/popular?limit=10&fields=name,price\n")):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    server, alone, beside, left = Smartshelf(program, folder), [], [], []
    try:
        measure(folder, server.url, 1)
        for _ in range(turns):
            alone.append(measure(folder, server.url, seconds))
            figures, there = measure_beside(folder, server.url, seconds, slow)
            beside.append(figures)
            left.append(there)
            time.sleep(0.2)
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(20)
    for name, rows in (("alone", alone), ("beside", beside)):
        print(f"slow_{name}_p99 {statistics.median(row[0] for row in rows):.0f} microseconds")
        print(f"slow_{name}_rate {statistics.median(row[1] for row in rows):.0f} requests/s")
    print(f"slow_p99_ratio {statistics.median(one[0] / other[0] for one, other in zip(beside, alone)):.3f}")
    print(f"slow_rate_ratio {statistics.median(one[1] / other[1] for one, other in zip(beside, alone)):.3f}")
    print(f"slow_errors {sum(row[2] for row in alone + beside)} replies")
    print(f"slow_connected {min(left)} connections")


if __name__ == "__main__":
    main()
