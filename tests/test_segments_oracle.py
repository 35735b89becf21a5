"""Segments end to end, against another computation of them (pandas, numpy): recency, frequency, value, intervals, learned
lines, preferred categories, birthdays and counts, on random logs with returns and repeats, and on Online Retail II where
it is at hand; and that the same log gives the same bytes."""
import json
import os
import tempfile

import numpy
import pandas

from program import real_data, seed, smartshelf
from test_safetensors_reader import NONE, column, read

DAY = 86400
STAGES = ["new", "returning", "loyal", "at_risk", "lapsed"]


def year_day(month, day):
    """Of a year with a February 29."""
    return (pandas.Timestamp(2000, month, day) - pandas.Timestamp(2000, 1, 1)).days + 1


def line_above(numbers, share):
    """The least whole number that at most so great a share reach, tried one after the other."""
    numbers = numpy.asarray(numpy.sort(numbers), dtype=float)
    candidates = numpy.unique(numpy.concatenate([[1.0], numbers + 1]))
    reached = len(numbers) - numpy.searchsorted(numbers, candidates, side="left")
    return candidates[reached <= numpy.floor(share * len(numbers))].min()


def quantile(numbers, p):
    return numpy.quantile(numbers, p, method="inverted_cdf")


def gaps_of(times, shop):
    """Each gap between two orders in intervals as they were until then."""
    return [(times[i] - times[i - 1]) / ((shop * DAY + times[i - 1] - times[0]) / i) for i in range(1, len(times))]


def learn(orders, value):
    """orders: customer → rising times. The shop's interval, and the lines between customers."""
    means = [(times[-1] - times[0]) / (len(times) - 1) / DAY for times in orders.values() if len(times) > 1]
    shop = numpy.sort(means)[(len(means) - 1) // 2]
    gaps = [gap for times in orders.values() for gap in gaps_of(times, shop)]
    frequency, paid = [len(times) for times in orders.values()], [value[customer] for customer in orders]
    return {"interval_days": shop,
            "loyal_frequency": line_above(frequency, .2), "at_risk_frequency": line_above(frequency, .4),
            "loyal_value": line_above(paid, .2), "at_risk_value": line_above(paid, .4),
            "at_risk_intervals": max(quantile(gaps, .9), 1),
            "lapsed_intervals": max(quantile(gaps, .98), quantile(gaps, .9), 1)}


def stage(times, value, learned, now):
    interval = (learned["interval_days"] + (times[-1] - times[0]) / DAY) / len(times)
    away = max(now - times[-1], 0) / DAY / interval
    if away > learned["lapsed_intervals"]:
        return "lapsed"
    if away > learned["at_risk_intervals"]:
        matters = len(times) >= learned["at_risk_frequency"] or value >= learned["at_risk_value"]
        return "at_risk" if matters else "returning"
    loyal = len(times) >= learned["loyal_frequency"] and value >= learned["loyal_value"]
    return "loyal" if loyal else "returning"


def train(folder, *options):
    """The file's tensors and metadata, its bytes, and the report."""
    store = os.path.join(folder, "store")
    report = json.loads(smartshelf("train", "--store", store, "--models", "segments", "--json", "--quiet", *options))
    path = os.path.join(store, "current", "segments.safetensors")
    with open(path, "rb") as file:
        return *read(path), file.read(), report, os.path.join(store, "current")


def check(tensors, metadata, report, customers, orders, value, now):
    """The customers of the file against those of the other computation."""
    learned = learn(orders, value)
    for name, wanted in learned.items():
        assert numpy.isclose(float(metadata[name]), wanted, rtol=1e-9), (name, metadata[name], wanted)
    assert sorted(customers) == sorted(orders)
    counts, near = dict.fromkeys(STAGES, 0), 0
    for number, customer in enumerate(customers):
        times = orders[customer]
        assert tensors["orders"][number] == len(times), customer
        assert tensors["newest"][number] == times[-1] * 1000000, customer
        assert tensors["value"][number] == max(value[customer], 0), customer
        interval = (learned["interval_days"] + (times[-1] - times[0]) / DAY) / len(times)
        assert numpy.isclose(tensors["interval"][number], interval, rtol=1e-6), customer
        counts[stage(times, value[customer], learned, now)] += 1
        away = (now - times[-1]) / DAY / interval
        near += any(numpy.isclose(away, learned[line], rtol=1e-6) for line in ("at_risk_intervals", "lapsed_intervals"))
    assert sum(abs(counts[name] - report["segments"][name]) for name in STAGES[1:]) <= 2 * near, (counts, report["segments"])
    return counts


def write_random(folder, generator):
    """Purchases, returns that find theirs, repeats inside an order, orders of two moments; a catalogue; customers."""
    rows = []
    for customer in range(400):
        time, pace = 1_500_000_000 + int(generator.integers(0, 400 * DAY)), generator.uniform(3, 90)
        for order in range(1 + int(generator.geometric(.25))):
            for item in generator.choice(60, generator.integers(1, 6)):
                rows.append((f"{customer}-{order}", f"c{customer}", f"i{item}", int(generator.integers(1, 5)),
                             int(generator.integers(1, 4000)), time + int(generator.integers(0, 2))))
            time += int(generator.exponential(pace) * DAY)
            if time > 1_500_000_000 + 500 * DAY:
                break
    log = pandas.DataFrame(rows, columns=["order_id", "customer_id", "item_id", "quantity", "price", "timestamp"])
    returned = log.sample(frac=.05, random_state=int(generator.integers(1 << 31)))
    returned = returned.assign(quantity=-1, timestamp=returned.timestamp + 3 * DAY, order_id="r" + returned.order_id)
    log = pandas.concat([log, returned]).sample(frac=1, random_state=1)
    log["unit_price"] = log.price.map(lambda cents: f"{cents // 100}.{cents % 100:02d}")
    log.drop(columns="price").to_csv(os.path.join(folder, "log.csv"), index=False)
    with open(os.path.join(folder, "items.csv"), "w", encoding="utf-8") as file:
        file.write("item_id,name,category\n" + "".join(f"i{i},Item {i},{'abc'[i % 3] if i % 7 else ''}\n" for i in range(60)))
    dates = [(month, day) for month in range(1, 13) for day in range(1, 29)] + [(2, 29), (12, 31)]
    people = {}
    for customer in range(0, 500, 3):
        month, day = dates[generator.integers(len(dates))]
        text = [f"{month:02d}-{day:02d}", f"--{month:02d}-{day:02d}", f"1996-{month:02d}-{day:02d}", ""][customer % 4]
        people[f"c{customer}"] = (text, ["true", "false", "1", ""][generator.integers(4)], year_day(month, day) if text else 0)
    with open(os.path.join(folder, "customers.csv"), "w", encoding="utf-8") as file:
        file.write("customer_id,city,birthday,referral\n")
        file.writelines(f"{name},Ulm,{text},{referral}\n" for name, (text, referral, _) in people.items())
    return log, people


def net_rows(log):
    """What is left when each return has taken back the latest earlier purchases of the customer and item."""
    kept = []
    for _, rows in log.sort_values("timestamp", kind="stable").groupby(["customer_id", "item_id"]):
        stack = []
        for row in rows.itertuples():
            left = -row.quantity
            if left < 0:
                stack.append([row.order_id, row.customer_id, row.item_id, row.quantity, row.timestamp])
                continue
            while left > 0 and stack:
                taken = min(left, stack[-1][3])
                stack[-1][3] -= taken
                left -= taken
                if stack[-1][3] == 0:
                    stack.pop()
        kept += stack
    return pandas.DataFrame(kept, columns=["order_id", "customer_id", "item_id", "quantity", "timestamp"])


def preferred(rows):
    """The category of most products of orders, of three at least and of two fifths of those that have one."""
    category = rows.item_id.str[1:].astype(int).map(lambda i: "abc"[i % 3] if i % 7 else None)
    counts = category[~rows.duplicated(["order_id", "item_id"])].value_counts()
    best = counts.max() if len(counts) else 0
    return set(counts.index[counts == best]) if best >= 3 and best >= .4 * counts.sum() else set()


def check_random(generator):
    with tempfile.TemporaryDirectory() as folder:
        log, people = write_random(folder, generator)
        options = [text for name in ("log", "customers") for text in (f"--{name}", os.path.join(folder, f"{name}.csv"))]
        options += ["--catalog", os.path.join(folder, "items.csv")]
        tensors, metadata, first, report, generation = train(folder, *options)
        *_, again, _, _ = train(folder, *options, "--threads", "1")
        assert first == again
        rows = net_rows(log)
        orders = {customer: sorted(of.groupby("order_id").timestamp.min()) for customer, of in rows.groupby("customer_id")}
        value = (log.quantity * log.price).groupby(log.customer_id).sum().to_dict()
        customers = column(read(os.path.join(generation, "customers.safetensors"))[0], "ids")
        names = column(read(os.path.join(generation, "items.safetensors"))[0], "categories")
        counts = check(tensors, metadata, report, customers, orders, value, rows.timestamp.max())
        assert all(counts[name] > 0 for name in STAGES if name != "new"), counts
        of_customer = dict(list(rows.groupby("customer_id")))
        for number, customer in enumerate(customers):
            wanted, found = preferred(of_customer[customer]), tensors["affinity"][number]
            assert names[found] in wanted if wanted else found == NONE, customer
            text, referral, day = people.get(customer, ("", "", 0))
            assert tensors["birthday"][number] == day and tensors["referral"][number] == (referral in ("true", "1"))
        others = column(tensors, "others.ids")
        assert others == [customer for customer in people if customer not in orders]
        for number, customer in enumerate(others):
            text, referral, day = people[customer]
            assert tensors["others.birthday"][number] == day
            assert tensors["others.referral"][number] == (referral in ("true", "1"))
        assert report["segments"]["new"] == len(others)


def check_online_retail():
    """The raw log: fees out, returns taken back by the program; frequency, recency and value by pandas."""
    log_path = os.path.join(real_data("online_retail_ii"), "transactions.csv.gz")
    with tempfile.TemporaryDirectory() as folder:
        tensors, metadata, _, report, generation = train(folder, "--log", log_path, "--fees", "ignore", "--fold-ids", "no")
        rows = pandas.read_csv(log_path, dtype={"order_id": str, "customer_id": str, "item_id": str})
        rows = rows[(rows.unit_price > 0) & (rows.quantity != 0)]
        cents = (rows.unit_price * 100).round().astype("int64")
        value = (cents * rows.quantity).groupby(rows.customer_id).sum()
        customers = column(read(os.path.join(generation, "customers.safetensors"))[0], "ids")
        wrong = sum(tensors["value"][i] != max(value[customer], 0) for i, customer in enumerate(customers))
        assert wrong == 0, wrong
        bought = rows[(rows.quantity > 0) & ~rows.order_id.str.startswith("C") & rows.customer_id.notna()]
        by_order = bought.groupby(["customer_id", "order_id"]).timestamp.min().reset_index()
        returned = set(rows.customer_id[rows.quantity < 0])
        whole = {customer: sorted(of.timestamp) for customer, of in by_order.groupby("customer_id") if customer not in returned}
        numbers = {customer: i for i, customer in enumerate(customers)}
        for customer, times in whole.items():
            assert tensors["orders"][numbers[customer]] == len(times), customer
            assert tensors["newest"][numbers[customer]] == times[-1] * 1000000, customer
        of_file = {customer: int(n) for customer, n in zip(customers, tensors["orders"])}
        paid = [max(int(value[customer]), 0) for customer in customers]
        for key, numbers_of in (("frequency", list(of_file.values())), ("value", paid)):
            assert float(metadata[f"loyal_{key}"]) == line_above(numbers_of, .2)
            assert float(metadata[f"at_risk_{key}"]) == line_above(numbers_of, .4)
        print("Online Retail II:", len(whole), "customers without returns,", report["segments"], {
            key: metadata[key] for key in ("loyal_frequency", "loyal_value", "at_risk_intervals", "lapsed_intervals")})


if __name__ == "__main__":
    generator = numpy.random.default_rng(seed())
    for _ in range(3):
        check_random(generator)
    check_online_retail()
