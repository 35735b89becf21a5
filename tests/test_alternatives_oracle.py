"""Alternatives end to end against the formulas of models/alternatives.h in numpy and scipy: gram vectors over names of
several scripts and their cosines, kinds, co-views and common orders by matrix products; every list of a random shop,
and what is like items that no model knows."""
import collections
import csv
import math
import os
import random
import re
import subprocess
import sys
import tempfile

import numpy
import scipy.sparse

from program import seed, smartshelf
from test_safetensors_reader import column, read

DUMP = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_alternatives")
WORDS = ("mug cup teapot kettle Lamp lamp red RED blue green Regency retrospot 250 g set of six "
         "Tasse große Käse Чай ЧАЙНИК чашка Κούπα ΚΟΥΠΑ ποτήρι 茶杯 茶壶 hộp Ấm Şeker čaj łyżka crème").split()
DEFAULTS = {"names": 1, "views": 3, "repulsion": 80, "category": .5, "price": .3, "min-score": .2, "kind": .9,
            "max-df": 2000, "min-customers": 2, "max-session": 100, "list-length": 50}
AS_IF, ITEMS, ORDERS, SESSIONS = 8, 140, 500, 700


def make_shop(generator, folder):
    """A catalogue with gaps, and a log of orders and of sessions."""
    catalog = []
    for number in range(ITEMS):
        name = " ".join(generator.choice(WORDS) for _ in range(generator.randrange(1, 6)))
        catalog.append({"item_id": f"i{number:03}", "name": name if generator.random() < .9 else "",
                        "category": generator.choice(["a", "b", "c", ""]),
                        "price": f"{generator.uniform(.5, 60):.2f}" if generator.random() < .9 else "",
                        "group": generator.choice(["", "", f"g{number // 4}"])})
    with open(os.path.join(folder, "catalog.csv"), "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(catalog[0]))
        writer.writeheader()
        writer.writerows(catalog)
    log = []
    for order in range(ORDERS):
        for item in {int(generator.random() ** 2 * ITEMS) for _ in range(generator.randrange(1, 9))}:
            log.append((f"o{order}", "", f"c{order % 90}", "purchase", item))
    for session in range(SESSIONS):
        customer = f"c{generator.randrange(40)}" if generator.random() < .5 else ""
        first = int(generator.random() ** 2 * ITEMS)
        for item in {(first + generator.randrange(12)) % ITEMS for _ in range(generator.randrange(1, 7))}:
            log.append(("", f"s{session}", customer, "view", item))
    with open(os.path.join(folder, "log.csv"), "w", encoding="utf-8", newline="") as file:
        file.write("order_id,session_id,customer_id,event,item_id,timestamp\n")
        file.writelines(f"{o},{s},{c},{e},i{i:03},{1700000000 + at}\n" for at, (o, s, c, e, i) in enumerate(log))
    return catalog, log


def grams(name):
    counts = collections.Counter()
    for word in re.findall(r"\w+", name.lower()):
        padded = f" {word} ".replace("ς", "σ")
        for size in (3, 4):
            counts.update(padded[at:at + size] for at in range(len(padded) - size + 1))
    return counts


def shared(categories):
    """Probability that two of the items, those with a category, have the same; and how many those are."""
    counts = collections.Counter(category for category in categories if category)
    total = sum(counts.values())
    return (sum(n * (n - 1) for n in counts.values()) / (total * (total - 1)) if total > 1 else None), total


class Oracle:
    """`catalog` in the order of the generation's items; `sessions` and `orders`: lists of (customer, set of items)."""

    def __init__(self, catalog, sessions, orders, options):
        self.options, self.catalog = options, catalog
        self.prices = numpy.array([float(row["price"] or "nan") for row in catalog])
        self.categories = [row["category"] for row in catalog]
        self.vectorize([row["name"] for row in catalog])
        self.names = (self.vectors @ self.vectors.T).toarray().clip(0, 1)
        self.count_views([s for s in sessions if len(s[1]) <= options["max-session"]])
        self.count_orders([items for _, items in orders])

    def incidence(self, groups):
        rows = [g for g, items in enumerate(groups) for _ in items]
        columns = [item for items in groups for item in items]
        return scipy.sparse.csr_matrix((numpy.ones(len(rows)), (rows, columns)), (len(groups), len(self.catalog)))

    def count_orders(self, orders):
        """Of products: all variants stand for the first."""
        first = {}
        product = [first.setdefault(row["group"] or item, item) for item, row in enumerate(self.catalog)]
        matrix = self.incidence([{product[item] for item in items} for items in orders])
        both = (matrix.T @ matrix).toarray().astype(int)
        halves = (matrix.T @ scipy.sparse.diags(1 / numpy.maximum(1, matrix.sum(1).A1)) @ matrix).toarray()
        self.orders, degrees = both[numpy.ix_(product, product)], both.diagonal()[product]
        self.together = halves[numpy.ix_(product, product)] / (numpy.minimum.outer(degrees, degrees) + 5)

    def kind(self, members):
        """How much a gram of these items says of the kind of thing."""
        logs = numpy.log(self.prices)
        spread, parts = numpy.nanvar(logs, ddof=1), []
        own = logs[members][~numpy.isnan(logs[members])]
        squares = ((own - own.mean()) ** 2).sum() if len(own) else 0
        parts.append(max(0, 1 - (squares + AS_IF * spread) / (max(len(own) - 1, 0) + AS_IF) / spread))
        at_large, _ = shared(self.categories)
        same, count = shared([self.categories[item] for item in members])
        parts.append(max(0, ((same * count + AS_IF * at_large) / (count + AS_IF) - at_large) / (1 - at_large))
                     if same is not None else 0)
        return 1 - self.options["kind"] + self.options["kind"] * sum(parts) / 2

    def weigh(self, gram):
        members = self.holders.get(gram, ())
        if len(members) > self.options["max-df"]:
            return 0
        frequency = max(1, len(members))
        kind = self.kind(members) if len(members) > 1 else 1 - self.options["kind"]
        return (math.log((1 + self.named) / (1 + frequency)) + 1) * kind

    def vector(self, name):
        return {gram: (1 + math.log(count)) * self.weights.get(gram, self.unknown)
                for gram, count in grams(name).items()}

    def vectorize(self, names):
        documents = [grams(name) for name in names]
        self.named = sum(1 for document in documents if document)
        self.holders = collections.defaultdict(list)
        for item, document in enumerate(documents):
            for gram in document:
                self.holders[gram].append(item)
        self.weights, self.unknown = {gram: self.weigh(gram) for gram in self.holders}, self.weigh("no gram")
        self.places = {gram: at for at, gram in enumerate(self.holders)}
        cells = [(item, self.places[gram], weight) for item, name in enumerate(names)
                 for gram, weight in self.vector(name).items()]
        rows, columns, values = zip(*cells)
        matrix = scipy.sparse.csr_matrix((values, (rows, columns)), (len(names), len(self.places)))
        lengths = numpy.sqrt(matrix.multiply(matrix).sum(1).A1)
        self.vectors = scipy.sparse.diags(1 / numpy.where(lengths > 0, lengths, 1)) @ matrix

    def count_views(self, sessions):
        matrix = self.incidence([items for _, items in sessions])
        both = (matrix.T @ matrix).toarray()
        degrees = both.diagonal()
        self.customers = numpy.zeros(both.shape, int)
        who = collections.defaultdict(set)
        for number, (customer, items) in enumerate(sessions):
            for one in items:
                for other in items:
                    who[one, other].add(customer or number)
        for pair, customers in who.items():
            self.customers[pair] = len(customers)
        counted = self.customers >= self.options["min-customers"]
        self.sessions = numpy.where(counted, both, 0).astype(int)
        scale = numpy.sqrt(numpy.outer(degrees, degrees))
        above = numpy.maximum(0, both - numpy.outer(degrees, degrees) / len(sessions))
        self.views = numpy.where(counted & (scale > 0), above / numpy.where(scale > 0, scale, 1) * both / (both + 3), 0)

    def reach(self, price, category):
        """The factors of price and category between such an item and all others."""
        apart = numpy.abs(numpy.log(self.prices) - math.log(price)) if price == price else numpy.zeros(len(self.prices))
        near = numpy.exp(-self.options["price"] * numpy.nan_to_num(apart))
        other = [bool(category and theirs and category != theirs) for theirs in self.categories]
        return near * numpy.where(other, 1 - self.options["category"], 1)

    def scores(self, item):
        names = self.names[item]
        base = self.options["names"] * names + self.options["views"] * self.views[item]
        scores = base * numpy.exp(-self.options["repulsion"] * self.together[item] * (1 - names) ** 4)
        scores *= self.reach(self.prices[item], self.categories[item])
        group = self.catalog[item]["group"]
        for other, row in enumerate(self.catalog):
            if other == item or (group and row["group"] == group):
                scores[other] = 0
        return numpy.where(scores >= self.options["min-score"], scores, 0)

    def ranking(self, scores):
        """Best first, ties by number; of one product two variants at most."""
        order, shown = [], collections.Counter()
        for item in sorted(numpy.flatnonzero(scores > 0), key=lambda at: (-numpy.float32(scores[at]), at)):
            group = self.catalog[item]["group"]
            shown[group] += 1
            if not group or shown[group] <= 2:
                order.append(item)
        return order[:self.options["list-length"]]

    def similar(self, name, category, price):
        own = self.vector(name)
        length = math.sqrt(sum(weight * weight for weight in own.values()))
        query = numpy.zeros(len(self.places))
        for gram, weight in own.items():
            if len(self.holders.get(gram, ())) > 1:  # what one item alone has is not listed
                query[self.places[gram]] = weight / length if length else 0
        known = category if category in self.categories else ""
        scores = self.options["names"] * (self.vectors @ query).clip(0, 1) * self.reach(price, known)
        return numpy.where(scores >= self.options["min-score"], scores, 0)


def same_order(found, scores, expected):
    """The same items, but where scores are all but equal."""
    assert len(found) == len(expected), (len(found), len(expected))
    numpy.testing.assert_allclose(scores[found], scores[expected], rtol=2e-5, atol=2e-6)


def check_lists(oracle, folder):
    model, _ = read(os.path.join(folder, "alternatives.safetensors"))
    offsets, checked = model["lists.offsets"], 0
    for item in range(len(oracle.catalog)):
        part = slice(int(offsets[item]), int(offsets[item + 1]))
        found, scores = model["lists.items"][part], oracle.scores(item)
        same_order(found, scores, oracle.ranking(scores))
        numpy.testing.assert_allclose(model["lists.scores"][part], scores[found], rtol=2e-5)
        numpy.testing.assert_allclose(model["lists.similarity"][part], oracle.names[item][found], rtol=2e-5, atol=2e-6)
        assert list(model["lists.sessions"][part]) == list(oracle.sessions[item][found])
        assert list(model["lists.orders"][part]) == list(oracle.orders[item][found])
        customers = numpy.where(oracle.sessions[item][found] > 0, oracle.customers[item][found], 0)
        assert list(model["lists.customers"][part]) == list(customers)
        checked += len(found)
    return checked


def check_unknown_items(oracle, folder, generator):
    questions = []
    for _ in range(200):
        name = " ".join(generator.choice([*WORDS, "Neuheit", "zebra"]) for _ in range(generator.randrange(0, 6)))
        price = generator.choice([None, round(generator.uniform(1, 50) * 100)])
        questions.append((name, generator.choice(["a", "b", "c", "d", ""]), price))
    text = "".join(f"{'-' if price is None else price}\t{category}\t{name}\n" for name, category, price in questions)
    data = subprocess.run([DUMP, folder, "20"], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    at, checked = 0, 0
    for name, category, price in questions:
        count = int(numpy.frombuffer(data, "<u4", 1, at)[0])
        pairs = numpy.frombuffer(data, [("item", "<u4"), ("score", "<f4")], count, at + 4)
        at += 4 + 8 * count
        scores = oracle.similar(name, category, float("nan") if price is None else price / 100)
        expected = sorted(numpy.flatnonzero(scores > 0), key=lambda item: (-numpy.float32(scores[item]), item))[:20]
        same_order(pairs["item"], scores, expected)
        numpy.testing.assert_allclose(pairs["score"], scores[pairs["item"]], rtol=2e-5)
        checked += count
    return checked


def check(generator, **changed):
    options = {**DEFAULTS, **changed}
    with tempfile.TemporaryDirectory() as folder:
        catalog, log = make_shop(generator, folder)
        smartshelf("train", "--quiet", "--log", f"{folder}/log.csv", "--catalog", f"{folder}/catalog.csv", "--store",
                   f"{folder}/store", "--models", "alternatives",
                   *(f"--alternatives.{name}={value}" for name, value in options.items()))
        generation = os.path.join(folder, "store", "current")
        items, _ = read(os.path.join(generation, "items.safetensors"))
        number = {name: at for at, name in enumerate(column(items, "ids"))}
        groups = {"purchase": collections.defaultdict(lambda: ["", set()]),
                  "view": collections.defaultdict(lambda: ["", set()])}
        for order, session, customer, event, item in log:
            group = groups[event][order or session]
            group[0] = customer
            group[1].add(number[f"i{item:03}"])
        catalog.sort(key=lambda row: number[row["item_id"]])
        oracle = Oracle(catalog, list(groups["view"].values()), list(groups["purchase"].values()), options)
        lists = check_lists(oracle, generation)
        unknown = check_unknown_items(oracle, generation, generator)
        assert lists > 300 and unknown > 100, (lists, unknown)
        print(f"{lists} entries of lists, {unknown} of unknown items agree: {changed or 'defaults'}")


def main():
    generator = random.Random(seed())
    check(generator)
    check(generator, **{"kind": 0, "repulsion": 0, "category": 0, "price": 0, "min-score": .01, "list-length": 500})
    check(generator, **{"max-df": 12, "max-session": 4, "min-customers": 1, "list-length": 7, "views": 8, "price": 1})
    check(generator, **{"names": 3, "views": 0, "repulsion": 200, "category": 1, "min-score": .1})


if __name__ == "__main__":
    sys.exit(main())
