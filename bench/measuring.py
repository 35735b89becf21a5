"""What the sections of bench/run are made with: programs run in turns on given cores, medians of the lines
`name value unit` that they print, and tables of ours, peer, ratio and goal."""
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHORT_UNITS = {"microseconds": "µs", "us": "µs", "seconds_per_iteration": "s", "objective_after_10": ""}
BUILD = os.path.join(ROOT, "build-bench")


class Failed(Exception):
    """A program is missing or ended with an error."""


def program(name):
    path = os.path.join(BUILD, "bench", name)
    if not os.path.exists(path):
        raise Failed(f"{name} is not built")
    return path


def peer(name):
    """The command that starts a peer written in Python."""
    return [sys.executable, os.path.join(ROOT, "bench", name)]


def need(*tools):
    for tool in tools:
        if not shutil.which(tool, path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
            raise Failed(f"no {tool} (scripts/setup --bench installs it)")


def cores(count):
    """The last `count` cores this process may use: the first one serves most interrupts. Fewer where there are fewer."""
    return sorted(os.sched_getaffinity(0))[-count:]


def pinned(command, count):
    return ["taskset", "-c", ",".join(map(str, cores(count)))] + command


def run(command, threads=None):
    """Runs `command`, pinned to as many cores as it has threads; returns its lines as {name: (value, unit)}."""
    shown = os.path.basename(command[0] if not command[0].startswith(sys.executable) else command[1])
    print(f"  … {shown}", file=sys.stderr, flush=True)
    ran = subprocess.run(pinned(command, threads) if threads else command, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode != 0:
        raise Failed(f"{shown} ended with {ran.returncode}")
    return parse(ran.stdout)


def parse(text):
    figures = {}
    for line in text.splitlines():
        words = line.split(maxsplit=2)
        if len(words) >= 2:
            try:
                figures[words[0]] = (float(words[1]), words[2] if len(words) > 2 else "")
            except ValueError:
                pass  # digests and the like
    return figures


def timed(name, command, threads):
    """Wall-clock seconds of a program that prints no lines of its own."""
    begin = time.perf_counter()
    subprocess.run(pinned(command, threads), stdout=subprocess.DEVNULL, check=True)
    return {name: (time.perf_counter() - begin, "s")}


def in_turns(rounds, steps):
    """Every step (a function without arguments that returns figures) once in each round; medians over the rounds."""
    seen = {}
    for _ in range(rounds):
        for step in steps:
            for name, (value, unit) in step().items():
                seen.setdefault(name, (unit, []))[1].append(value)
    return {name: (statistics.median(values), unit) for name, (unit, values) in seen.items()}


class Goal:
    """A bound on a ratio or a figure, at_least or at_most."""

    def __init__(self, bound, at_least=True):
        self.bound, self.at_least = bound, at_least

    def __str__(self):
        return f"goal {'≥' if self.at_least else '≤'} {self.bound:g}"

    def met(self, value):
        return value >= self.bound if self.at_least else value <= self.bound


def number(value):
    if value == 0 or abs(value) >= 1e6 or abs(value) < 1e-3:
        return f"{value:.4g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


class Table:
    """Rows of what was measured: ours, a peer or a limit, the ratio between them, the goal it is held to."""

    def __init__(self, figures):
        self.figures, self.rows, self.notes = figures, [], []

    def has(self, *names):
        return all(name in self.figures for name in names)

    def compare(self, what, ours, other, other_name, goal=None, more_is_better=False, ratio=None):
        """One row, left out where a figure is missing. `ours`, `other`, `ratio` name figures; without `ratio` it is how
        many times better than the other ours is."""
        if not self.has(ours, other):
            return
        (mine, unit), (theirs, _) = self.figures[ours], self.figures[other]
        if ratio:
            value = self.figures[ratio][0]
        else:
            value = mine / theirs if more_is_better else theirs / mine
        self.add(what, mine, unit, other_name, theirs, value, goal, value)

    def state(self, what, ours, goal=None):
        """One row without a peer: the figure itself is held to the goal."""
        if self.has(ours):
            value, unit = self.figures[ours]
            self.add(what, value, unit, "", None, None, goal, value)

    def add(self, what, ours, unit, peer_name, theirs, ratio, goal, held):
        self.rows.append({"what": what, "ours": ours, "unit": unit, "peer": peer_name, "theirs": theirs, "ratio": ratio,
                          "goal": str(goal) if goal else "", "met": goal.met(held) if goal else None})

    def note(self, text):
        self.notes.append(text)

    def print(self, title):
        cells = [("measured", "ours", "peer", "ratio", "goal", "")]
        for row in self.rows:
            theirs = "" if row["theirs"] is None else f"{row['peer']} {number(row['theirs'])}"
            cells.append((row["what"], f"{number(row['ours'])} {SHORT_UNITS.get(row['unit'], row['unit'])}", theirs,
                          "" if row["ratio"] is None else f"{row['ratio']:.3f}", row["goal"],
                          {None: "", True: "met", False: "MISSED"}[row["met"]]))
        widths = [max(len(line[column]) for line in cells) for column in range(6)]
        print(f"\n{title}")
        for line in cells:
            print("  " + "  ".join(cell.ljust(width) if column in (0, 4, 5) else cell.rjust(width)
                                   for column, (cell, width) in enumerate(zip(line, widths))).rstrip())
        for note in self.notes:
            print(f"  {note}")
        sys.stdout.flush()


def first_match(path, key):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return "unknown"


def package_version(package):
    found = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False)
    return found.stdout if found.returncode == 0 else "absent"


def machine():
    """What the figures hold for."""
    packages = ("libzmq5", "redis-server", "libhiredis-dev", "libopenblas0-pthread", "libgraphblas-dev", "python3-numpy",
                "python3-scipy", "python3-pandas", "python3-faiss", "gcc", "libc6")
    return {
        "cpu": first_match("/proc/cpuinfo", "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory": first_match("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "load before": round(os.getloadavg()[0], 2),
        "packages": {package: package_version(package) for package in packages},
    }
