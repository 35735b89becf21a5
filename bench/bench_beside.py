"""How much a training beside the server costs its answers: the p99 of `related`, one question at a time, while events come in at a steady
pace, without and with `train --state --background` on the log and these events beside it.

    bench_beside.py SMARTSHELF FOLDER [TURNS [ORDERS [EVENTS_PER_SECOND]]]

makes a shop in FOLDER and prints, as `name value unit`: p50 and p99 without and with the training, medians over the turns, the medians of
each turn's ratios, and how many events a second were acknowledged as durable in either. Each turn measures without as long as with."""
import os
import random
import statistics
import subprocess
import sys
import threading
import time

import msgpack
import zmq

BATCH = 20      # events of a request
PAUSE = 0.0005  # between an answer and the next question, seconds


def run(program, *arguments):
    subprocess.run([program, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


class Feed(threading.Thread):
    """Tells events at a pace, durable, and counts the acknowledged ones; moments: when each batch was."""

    def __init__(self, context, endpoint, items, pace):
        super().__init__(daemon=True)
        self.socket, self.items, self.pace = context.socket(zmq.DEALER), items, pace
        self.socket.connect(endpoint)
        self.moments, self.failures, self.done = [], 0, threading.Event()

    def run(self):
        number, waiting, due = 0, 0, time.perf_counter()
        draw = random.Random(1)
        while not self.done.is_set():
            events = [{"event": "view", "item_id": draw.choice(self.items), "session_id": f"s{(number * BATCH + i) // 8}",
                       "event_id": f"{number}-{i}-{os.getpid()}"} for i in range(BATCH)]
            self.socket.send(msgpack.packb([0, number, "event", {"events": events}]))
            number, waiting, due = number + 1, waiting + 1, due + BATCH / self.pace
            while waiting and self.socket.poll(max(0, (due - time.perf_counter()) * 1000) if waiting < 64 else None):
                waiting -= 1
                self.failures += msgpack.unpackb(self.socket.recv())[2] is not None
                self.moments.append(time.perf_counter())
            time.sleep(max(0, due - time.perf_counter()))


def measure(socket, items, until):
    """Latencies in microseconds of one question after another, until `until()`."""
    latencies, draw = [], random.Random(2)
    while not until():
        request = msgpack.packb([0, 1, "related", {"item_id": draw.choice(items), "limit": 10}])
        begin = time.perf_counter()
        socket.send(request)
        reply = msgpack.unpackb(socket.recv())
        latencies.append((time.perf_counter() - begin) * 1e6)
        if reply[2]:
            sys.exit(f"bench_beside: {reply[2]}")
        time.sleep(PAUSE)
    return sorted(latencies)


def turn(program, folder, socket, items, feed):
    """Both measurements, the training first: it says how long. Returns {name: value}."""
    figures, spans = {}, {}
    begin = time.perf_counter()
    with open(f"{folder}/train.log", "w", encoding="utf-8") as log:
        training = subprocess.Popen([program, "train", "--quiet", "--background", "--log", f"{folder}/shop/log.csv", "--catalog",
                                     f"{folder}/shop/catalog.csv", "--state", f"{folder}/store", "--store", f"{folder}/store"],
                                    stdout=log, stderr=log)
        during = measure(socket, items, lambda: training.poll() is not None)
    spans["during"] = (begin, time.perf_counter())
    if training.returncode != 0:
        sys.exit(f"bench_beside: train ended with {training.returncode}, see {folder}/train.log")
    length = spans["during"][1] - begin
    begin = time.perf_counter()
    before = measure(socket, items, lambda: time.perf_counter() - begin > length)
    spans["alone"] = (begin, time.perf_counter())
    for name, latencies in (("during", during), ("alone", before)):
        figures[f"beside_{name}_p50"] = latencies[len(latencies) // 2]
        figures[f"beside_{name}_p99"] = latencies[len(latencies) * 99 // 100]
        start, end = spans[name]
        figures[f"beside_{name}_events"] = BATCH * sum(start <= moment <= end for moment in feed.moments) / (end - start)
    figures["beside_train"] = length
    figures["beside_p99_ratio"] = figures["beside_during_p99"] / figures["beside_alone_p99"]
    return figures


def main():
    program, folder = sys.argv[1:3]
    turns, orders, pace = (int(sys.argv[at]) if len(sys.argv) > at else default for at, default in ((3, 5), (4, 200000), (5, 2000)))
    run(program, "simulate", "--quiet", "--out", f"{folder}/shop", "--orders", orders, "--customers", max(100, orders // 10), "--overwrite")
    run(program, "train", "--quiet", "--log", f"{folder}/shop/log.csv", "--catalog", f"{folder}/shop/catalog.csv", "--store", f"{folder}/store")
    with open(f"{folder}/shop/catalog.csv", encoding="utf-8") as catalog:
        items = [line.split(",", 1)[0] for line in catalog][1:]
    context, endpoint = zmq.Context(), f"ipc://{folder}/beside.ipc"
    with open(f"{folder}/server.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen([program, "serve", "--store", f"{folder}/store", "--bind", endpoint, "--log-level", "error"], stdout=log,
                                  stderr=log)
    try:
        socket = context.socket(zmq.DEALER)
        socket.setsockopt(zmq.RCVTIMEO, 20000)
        socket.connect(endpoint)
        feed = Feed(context, endpoint, items, pace)
        feed.start()
        measure(socket, items, lambda begin=time.perf_counter(): time.perf_counter() - begin > 1)  # warm
        seen = [turn(program, folder, socket, items, feed) for _ in range(turns)]
        feed.done.set()
        feed.join()
        if feed.failures:
            sys.exit(f"bench_beside: {feed.failures} requests with events failed")
    finally:
        server.terminate()
        server.wait()
        context.destroy(linger=0)
    units = {"events": "events/s", "train": "s", "ratio": "times"}
    for name in seen[0]:
        print(name, f"{statistics.median(figures[name] for figures in seen):.4g}", units.get(name.rsplit("_", 1)[1], "us"))


if __name__ == "__main__":
    main()
