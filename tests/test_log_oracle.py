"""Cleans logs a second time, by other means, and compares with what the program makes of them: random small logs with
everything that may go wrong in them, and the real one of a gift shop."""

import csv
import gzip
import io
import os
import random
import subprocess
import sys
import tempfile
import unittest
from collections import Counter, defaultdict

BUILD = os.environ.get("SMARTSHELF_BUILD", "build")
SOURCE = os.environ.get("SMARTSHELF_SOURCE", os.path.join(os.path.dirname(__file__), ".."))
DUMP = os.path.join(BUILD, "tests", "dump_log")
SEED = int(os.environ.get("SMARTSHELF_SEED", "20110909"))


def data_folder():
    folders = [os.environ.get("SMARTSHELF_DATA")] + [os.path.join(SOURCE, up, "shared/data") for up in ("..", "../..")]
    return next((f for f in folders if f and os.path.isdir(f)), None)


def dump(*arguments):
    done = subprocess.run([DUMP, *arguments], capture_output=True, text=True)
    if done.returncode:
        return None, done.stderr
    report = {}
    for line in done.stderr.splitlines():
        name, _, value = line.rpartition(" ") if not line.startswith("fee:") else (line, "", "0")
        report.setdefault(name, value)
    rows = csv.reader(io.StringIO(done.stdout))
    next(rows)
    return [(c, b, i, e, int(t), float(q)) for c, b, i, e, t, q in rows], report


class Row:
    """One parsed row of a log."""
    __slots__ = ("customer", "customer_rank", "basket", "item", "event", "time", "quantity", "cancels")

    def __init__(self, customer, basket, item, event, time, quantity):
        self.customer, self.basket, self.item, self.event = customer, basket, item, event
        self.time, self.quantity = time, quantity

    def group(self):
        return ("c", self.customer) if self.customer else ("b", self.basket)


LAST = (1 << 32, 0)  # in place of a basket: after all of them


def take_back(rows, report):
    """Returns, one after another in order of time, each from the latest purchase up to then."""
    groups = defaultdict(list)
    returned = {(row.group(), row.item) for row in rows if row.quantity < 0}
    for row in rows:
        if row.event == "purchase" and (row.group(), row.item) in returned:
            groups[row.group(), row.item].append(row)
    gone, touched = set(), set()
    for group in groups.values():
        group.sort(key=lambda r: (r.time, r.basket or LAST, r.quantity))
        returns, bought = [r for r in group if r.quantity < 0], [r for r in group if r.quantity > 0]
        for back in returns:
            left, matched = -back.quantity, False
            for row in reversed(bought):
                if left > 0 and row.quantity > 0 and row.time <= back.time:
                    taken = min(left, row.quantity)
                    row.quantity -= taken
                    left -= taken
                    matched = True
                    touched.add(id(row))
                    if row.quantity == 0:
                        gone.add(id(row))
            gone.add(id(back))
            report["return_rows"] += 1
            report["returns_matched"] += matched
            report["ignored:returns without a purchase"] += left > 0
    report["purchases_taken_back"] = len(touched)
    report["purchases_removed"] = len(gone) - report["return_rows"]
    return [r for r in rows if id(r) not in gone]


def merge(rows, has_times, report):
    merged = {}
    for row in rows:
        moment = row.time if row.basket is None and has_times else None
        key = (row.customer, row.basket, row.item, row.event, moment)
        if key in merged:
            merged[key].quantity += row.quantity
            merged[key].time = min(merged[key].time, row.time)
            report["merged"] += 1
        else:
            merged[key] = row
    return list(merged.values())


def number_and_sort(rows, has_times):
    """The rows as dump_log prints them. Baskets are tuples whose order is that of their numbers."""
    bought = any(r.event == "purchase" for r in rows)
    popularity = Counter(r.item for r in rows if r.event == "purchase" or not bought)
    ranks = sorted({r.item for r in rows}, key=lambda i: (-popularity[i], i.encode()))
    rank = {item: i for i, item in enumerate(ranks)}
    baskets = {b: i for i, b in enumerate(sorted({r.basket for r in rows if r.basket is not None}))}
    events = {e: i for i, e in enumerate("purchase view cart_add cart_remove impression click dismiss accept".split())}
    none = 1 << 32

    def key(row):
        basket = none if row.basket is None else baskets[row.basket]
        first = (row.customer_rank,) if row.customer else (none, basket)
        return first + (row.time, basket, rank[row.item], events[row.event])

    return [(r.customer, "" if r.basket is None else str(baskets[r.basket]), r.item, r.event, r.time, r.quantity)
            for r in sorted(rows, key=key)]


def finish(rows, has_times, report):
    """Parsed rows that are products → what the program should print."""
    report["merged"] = 0
    for name in ("return_rows", "returns_matched", "ignored:returns without a purchase"):
        report[name] = 0
    rows = merge(take_back(rows, report), has_times, report)
    report["kept"] = len(rows)
    return number_and_sort(rows, has_times)


class Basket:
    """Numbers baskets as they appear: orders and sessions apart, an order before the session of equal number."""

    def __init__(self):
        self.numbers = ({}, {})

    def of(self, order, session):
        if not order and not session:
            return None
        kind = 0 if order else 1
        known = self.numbers[kind]
        return (known.setdefault(order or session, len(known)), kind)


# ---- random logs ----------------------------------------------------------------------------------------------------

BAD_QUANTITIES, BAD_PRICES, BAD_TIMES = ["x", "", "1,5", "2e9"], ["free", "1.2.3"], ["", "soon", "2011-02-30"]
EVENTS = ["purchase", "purchase", "purchase", "", "view", "cart_add", "dismiss", "Click", "accept"]


def random_log(rng):
    """Columns and rows, as dictionaries of texts."""
    optional = ["customer_id", "session_id", "quantity", "unit_price", "timestamp", "event"]
    columns = ["item_id"] + [c for c in optional if rng.random() < 0.6]
    if not {"customer_id", "session_id"} & set(columns) or rng.random() < 0.6:
        columns.append("order_id")
    rng.shuffle(columns)
    items = [rng.choice(["a", "B", "c-%d" % i, "Ware %d" % i, "é%d" % i]) for i in range(rng.randint(1, 9))]
    spell = lambda text: rng.choice([text, text, text, text.upper(), " " + text, text + " "])
    fraction = rng.random() < 0.3
    rows = []
    for _ in range(rng.randint(1, 120)):
        cancels = rng.random() < 0.15
        quantity = rng.randint(1, 6) * (0.5 if fraction else 1)
        if cancels or rng.random() < 0.05:
            quantity = -quantity
        rows.append({
            "item_id": spell(rng.choice(items)) if rng.random() > 0.01 else "",
            "customer_id": rng.choice(["u%d" % rng.randint(1, 4)] * 9 + [""]),
            "order_id": rng.choice([("C" if cancels else "") + str(rng.randint(1, 12))] * 9 + [""]),
            "session_id": rng.choice(["%d" % rng.randint(1, 5)] * 3 + [""]),
            "quantity": rng.choice(["%g" % quantity] * 60 + ["0"] + BAD_QUANTITIES),
            "unit_price": rng.choice(["1.25", "3", "0.01"] * 20 + ["0", "-1", ""] + BAD_PRICES),
            "timestamp": rng.choice([str(1300000000 + rng.randint(0, 9) * 3600)] * 60 + ["2011-03-13 08:06:40"] * 20 + BAD_TIMES),
            "event": rng.choice(EVENTS * 9 + ["bought"]),
        })
    return columns, rows


def parse_time(text):
    if text == "2011-03-13 08:06:40":
        return 1300003600 * 1000000
    return int(text) * 1000000


def parse_row(row, position, report):
    """(event, time, quantity, price above 0) or None for a row that is bad or tells of an offer without an item: the
    order of checks is the program's."""
    event = row.get("event", "").lower() or "purchase"
    if event == "bought":
        report["bad:event"] += 1
        return None
    if event in ("impression", "dismiss", "accept") and not row["item_id"].strip():
        report["ignored:offers without an item"] += 1
        return None
    if "timestamp" in row and row["timestamp"] in BAD_TIMES:
        report["bad:timestamp"] += 1
        return None
    time = parse_time(row["timestamp"]) if "timestamp" in row else position
    text = row.get("quantity", "1")
    if text in BAD_QUANTITIES and not (text == "" and event != "purchase"):
        report["bad:quantity"] += 1
        return None
    quantity = float(text or 1)
    if event != "purchase":
        quantity = abs(quantity) or 1
    if row.get("unit_price") in BAD_PRICES:
        report["bad:price"] += 1
        return None
    return event, time, quantity, float(row.get("unit_price") or 1) > 0


def clean_random(columns, rows, fold):
    report, baskets, kept, customers, cancel = Counter(), Basket(), [], {}, []
    for position, full in enumerate(rows):
        row = {c: full[c] for c in columns}
        parsed = parse_row(row, position, report)
        if not parsed:
            continue
        event, time, quantity, above = parsed
        item, order, session, customer = (row.get(c, "").strip() for c in ("item_id", "order_id", "session_id", "customer_id"))
        if not item:
            report["bad:item id"] += 1
        elif not (order or session or customer):
            report["bad:neither order, customer nor session"] += 1
        elif event == "purchase" and not above:
            report["ignored:price not above 0"] += 1
        elif event == "purchase" and quantity == 0:
            report["ignored:quantity 0"] += 1
        else:
            one = Row(customer, baskets.of(order, session), item, event, time, quantity)
            one.cancels = order.startswith("C") and event == "purchase"
            if customer:
                one.customer_rank = customers.setdefault(customer, len(customers))
            kept.append(one)
    cancelling = [r for r in kept if r.cancels]
    if sum(r.quantity < 0 for r in cancelling) >= 0.95 * len(cancelling):
        for r in cancelling:
            r.quantity = -abs(r.quantity)
    if fold:
        spellings = Counter(r.item for r in kept)
        best = {}
        for item in spellings:
            form = " ".join("".join(c.lower() if c.isascii() else c for c in item).split())
            best[form] = min(best.get(form, item), item, key=lambda i: (-spellings[i], i.encode()))
            report["folded_ids"] += 1
        report["folded_ids"] -= len(best)
        for r in kept:
            r.item = best[" ".join("".join(c.lower() if c.isascii() else c for c in r.item).split())]
    expected = finish(kept, "timestamp" in columns, report)
    return expected, report


class RandomLogs(unittest.TestCase):
    def test_random_logs(self):
        print(f"SMARTSHELF_SEED={SEED}")
        rng = random.Random(SEED)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log.csv")
            for number in range(400):
                columns, rows = random_log(rng)
                separator = rng.choice(",;\t|")
                with open(path, "w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, columns, delimiter=separator, extrasaction="ignore",
                                            lineterminator=rng.choice(["\n", "\r\n"]))
                    writer.writeheader()
                    writer.writerows(rows)
                fold = rng.random() < 0.5
                self.check(path, columns, rows, fold, number)

    def check(self, path, columns, rows, fold, number):
        expected, report = clean_random(columns, rows, fold)
        found, told = dump(path, "--max-bad-rows", "1", "--fees", "ignore", "--fold-ids", "yes" if fold else "no")
        if not expected:
            self.assertIsNone(found, f"log {number}")
            return
        self.assertIsNotNone(found, f"log {number}: {told}")
        self.assertEqual(found, expected, f"log {number}")
        for name, value in report.items():
            self.assertEqual(told[name], str(value), f"log {number}: {name}")


# ---- the gift shop --------------------------------------------------------------------------------------------------

# Every item of the shop that is no product, found by reading its catalogue.
FEES = {"ADJUST", "ADJUST2", "AMAZONFEE", "B", "BANK CHARGES", "C2", "CRUK", "D", "DOT", "M", "PADS", "POST", "S",
        "TEST001", "TEST002", "22016", "23444", "23574"} | {"GIFT_0001_%d" % n for n in range(10, 100, 10)}


def read_gz(path, *columns):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        places = [header.index(c) for c in columns]
        for row in rows:
            yield [row[i] for i in places]


class GiftShop(unittest.TestCase):
    def test_real_log(self):
        folder = data_folder()
        log = folder and os.path.join(folder, "online_retail_ii", "transactions.csv.gz")
        if not log or not os.path.exists(log):
            self.skipTest("no online_retail_ii (SMARTSHELF_DATA names the folder)")
        items = os.path.join(folder, "online_retail_ii", "items.csv.gz")
        known = {item.strip() for item, in read_gz(items, "item_id")}
        report, baskets, customers, kept, spellings = Counter(), Basket(), {}, [], Counter()
        columns = ("order_id", "customer_id", "item_id", "quantity", "unit_price", "timestamp")
        for order, customer, item, quantity, price, time in read_gz(log, *columns):
            report["rows"] += 1
            if float(price) <= 0:
                report["ignored:price not above 0"] += 1
                continue
            item = item.strip()
            one = Row(customer, baskets.of(order, ""), item, "purchase", int(time) * 1000000,
                      -abs(float(quantity)) if order[0] == "C" else float(quantity))
            if customer:
                one.customer_rank = customers.setdefault(customer, len(customers))
            spellings[item] += 1
            kept.append(one)
        best = {}
        for item in set(spellings) | known:
            order = lambda i: (i not in known, -spellings[i], i.encode())
            best[item.upper()] = min(best.get(item.upper(), item), item, key=order)
        report["folded_ids"] = sum(best[item.upper()] != item for item in spellings)
        report["ignored:likely fees"] = sum(r.item.upper() in FEES for r in kept)
        kept = [r for r in kept if r.item.upper() not in FEES]
        for r in kept:
            r.item = best[r.item.upper()]
        expected = finish(kept, True, report)
        found, told = dump(log, "--catalog", items)
        self.assertIsNotNone(found, told)
        for name, value in report.items():
            self.assertEqual(told[name], str(value), name)
        self.assertEqual(len(found), len(expected))
        for i, (a, b) in enumerate(zip(found, expected)):
            self.assertEqual(a, b, f"row {i}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
