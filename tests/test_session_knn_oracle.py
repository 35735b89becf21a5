"""Session neighbours end to end against a direct implementation of VMIS-kNN (Kersbergen, Sprangers, Schelter, SIGMOD
2022): a log goes through `smartshelf train`, and every score of 1,000 sessions is compared. Random logs, and YooChoose
where it is."""
import collections
import csv
import gzip
import heapq
import os
import random
import subprocess
import sys
import tempfile

import numpy

from test_safetensors_reader import column, read

PROGRAM = os.environ.get("SMARTSHELF", "build/smartshelf")
DUMP = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_session_knn")
SOURCE = os.environ.get("SMARTSHELF_SOURCE", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
QUESTIONS = 1000
E = numpy.e
DECAY = {"linear": lambda p, n: (n - p + 1) / n, "quadratic": lambda p, n: ((n - p + 1) / n) ** 2,
         "log": lambda p, n: 1 / numpy.log(p + E - 1), "harmonic": lambda p, n: 1 / p}
MATCH = {"linear": lambda p: max(0.0, 1 - p / 10), "quadratic": lambda p: 1 / p ** 2,
         "log": lambda p: 1 / numpy.log(p + E - 1), "harmonic": lambda p: 1 / p}


class Oracle:
    """The paper's algorithm over rows (session, item, time) in the order of the log."""

    def __init__(self, rows, sampled, neighbours, decay, match, rarity):
        first = {}
        for session, item, time in rows:
            first.setdefault(session, {}).setdefault(item, time)
        kept = [(max(items.values()), sorted(items)) for items in first.values() if 2 <= len(items) <= 100]
        kept.sort(key=lambda session: session[0])
        self.sessions = [numpy.array(items) for _, items in kept]
        self.of_item = collections.defaultdict(list)
        for number, items in enumerate(self.sessions):
            for item in items:
                self.of_item[item].append(number)
        self.sampled, self.neighbours, self.decay, self.match = sampled, neighbours, DECAY[decay], MATCH[match]
        size = 1 + max(item for _, item, _ in rows)
        degrees = numpy.array([len(self.of_item.get(item, ())) for item in range(size)])
        with numpy.errstate(divide="ignore"):
            rarities = numpy.log(len(kept) / degrees)
        self.weights = numpy.where(degrees > 0, numpy.where(degrees > 0, rarities, 0) ** rarity, 0)

    def similar(self, newest_first):
        """Session: (similarity, position of the newest item shared), of the m most recent sessions."""
        similarity, position, recent = {}, {}, []
        for at, item in enumerate(newest_first, 1):
            weight = self.decay(at, len(newest_first))
            for session in reversed(self.of_item.get(item, [])[-self.sampled:]):
                if session in similarity:
                    similarity[session] += weight
                    continue
                if len(similarity) == self.sampled:
                    if session < recent[0]:
                        break
                    del similarity[heapq.heappop(recent)]
                heapq.heappush(recent, session)
                similarity[session], position[session] = weight, at
        return similarity, position

    def scores(self, newest_first):
        items = list(dict.fromkeys(newest_first))[:64]
        similarity, position = self.similar(items)
        nearest = sorted(similarity, key=lambda session: (-numpy.float32(similarity[session]), -session))
        scores = numpy.zeros(len(self.weights))
        for session in nearest[:self.neighbours]:
            scores[self.sessions[session]] += similarity[session] * self.match(position[session])
        return scores * self.weights


def train(log, store, **options):
    arguments = [part for name, value in options.items() for part in (f"--session-knn.{name}", str(value))]
    subprocess.run([PROGRAM, "train", "--log", log, "--store", store, "--models", "session_knn", *arguments],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    folder = os.path.join(store, "current")
    items, _ = read(os.path.join(folder, "items.safetensors"))
    return folder, {name: number for number, name in enumerate(column(items, "ids"))}


def ask(folder, questions):
    """The found (items, scores) of each question."""
    text = "".join(" ".join(map(str, question)) + "\n" for question in questions)
    data = subprocess.run([DUMP, folder], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    at, answers = 0, []
    while at < len(data):
        count = int(numpy.frombuffer(data, "<u4", 1, at)[0])
        pairs = numpy.frombuffer(data, [("item", "<u4"), ("score", "<f4")], count, at + 4)
        answers.append((pairs["item"], pairs["score"]))
        at += 4 + 8 * count
    return answers


def check(log, rows, questions, folder, **options):
    path, number = train(log, os.path.join(folder, "store"), **options)
    oracle = Oracle([(session, number[item], time) for session, item, time in rows], **options)
    questions = [[number[item] for item in question if item in number] for question in questions]
    scored = 0
    for question, (items, scores) in zip(questions, ask(path, questions), strict=True):
        expected, found = oracle.scores(question), numpy.zeros(len(oracle.weights))
        found[items] = scores
        assert len(set(items)) == len(items)
        numpy.testing.assert_allclose(found, expected, rtol=2e-6, atol=1e-9)
        scored += len(items)
    assert scored > len(questions)
    print(f"{len(questions)} sessions, {scored} scores agree: {options}")


def check_random(generator, folder, **options):
    rows = [(f"s{generator.randrange(700)}", f"i{int(generator.random() ** 2 * 120)}", time) for time in range(6000)]
    log = os.path.join(folder, "log.csv")
    with open(log, "w", encoding="utf-8") as file:
        file.write("session_id,event,item_id,timestamp\n")
        file.writelines(f"{session},view,{item},{1700000000 + time}\n" for session, item, time in rows)
    questions = [[f"i{int(generator.random() ** 2 * 120)}" for _ in range(generator.randrange(1, 90))]
                 for _ in range(QUESTIONS // 4)]
    check(log, rows, questions, folder, **options)


def yoochoose():
    """The folder of the real clicks, or None."""
    places = [os.environ.get("SMARTSHELF_DATA"), os.path.join(SOURCE, "../shared/data"),
              os.path.join(SOURCE, "../../shared/data")]
    for place in filter(None, places):
        folder = os.path.join(place, "yoochoose_1_64_sessions")
        if os.path.exists(os.path.join(folder, "train_sessions.csv.gz")):
            return folder
    return None


def check_yoochoose(generator, data, folder):
    log = os.path.join(data, "train_sessions.csv.gz")
    with gzip.open(log, "rt", encoding="utf-8", newline="") as file:
        rows = [(row["session_id"], row["item_id"], at) for at, row in enumerate(csv.DictReader(file))]
    with gzip.open(os.path.join(data, "test_cases.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        cases = [row["prefix"].split()[::-1] for row in csv.DictReader(file)]
    check(log, rows, generator.sample(cases, QUESTIONS), folder, sampled=1500, neighbours=288, decay="linear",
          match="linear", rarity=1)


def main():
    seed = int(os.environ.get("SMARTSHELF_SEED", "20220612"))
    print(f"SMARTSHELF_SEED={seed}")
    generator = random.Random(seed)
    for options in (dict(sampled=1500, neighbours=288, decay="linear", match="linear", rarity=1),
                    dict(sampled=60, neighbours=25, decay="quadratic", match="harmonic", rarity=2),
                    dict(sampled=200, neighbours=1000, decay="log", match="log", rarity=0),
                    dict(sampled=15, neighbours=4, decay="harmonic", match="quadratic", rarity=1)):
        with tempfile.TemporaryDirectory() as folder:
            check_random(generator, folder, **options)
    data = yoochoose()
    if not data:
        print("skipped: no yoochoose_1_64_sessions (SMARTSHELF_DATA names the folder)")
        return
    with tempfile.TemporaryDirectory() as folder:
        check_yoochoose(generator, data, folder)


if __name__ == "__main__":
    sys.exit(main())
