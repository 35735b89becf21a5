"""Every figure of `smartshelf evaluate` once more, from the answers it wrote and from the log, split by other code."""
import collections
import datetime
import json
import os
import tempfile

from oracle_metrics import check_row
from program import rows, simulate, smartshelf

DAYS, CUTOFFS = 30, (5, 10)


def read_log(shop):
    log = rows(shop, "log.csv")
    for row in log:
        row["time"] = datetime.datetime.fromisoformat(row["timestamp"].replace("Z", "+00:00"))
    return log


def by_popularity(log):
    """Items by falling number of baskets, ties by id: an item's rank is its place, from 1."""
    baskets = {(row["order_id"], row["customer_id"], row["item_id"]) for row in log}
    counts = collections.Counter(item for _, _, item in baskets)
    ordered = sorted(counts, key=lambda item: (-counts[item], item.encode()))
    return {item: place + 1 for place, item in enumerate(ordered)}


def split(log):
    """What each customer bought before the cut, and what known customers bought after it for the first time."""
    cut = max(row["time"] for row in log) - datetime.timedelta(days=DAYS)
    learned, wanted, known = collections.defaultdict(set), collections.defaultdict(set), set()
    for row in log:
        if row["time"] < cut:
            known.add(row["item_id"])
            learned[row["customer_id"]].add(row["item_id"])
    for row in log:
        customer, item = row["customer_id"], row["item_id"]
        if row["time"] >= cut and customer and learned.get(customer) and item not in learned[customer]:
            wanted[customer].add(item)
    order = dict.fromkeys(row["customer_id"] for row in log)  # cases come in the order in which the log names customers
    customers = [customer for customer in order if customer in wanted]
    return known, [learned[customer] for customer in customers], [wanted[customer] for customer in customers]


def read_answers(path, cases):
    answers = collections.defaultdict(lambda: [[] for _ in range(cases)])
    for row in rows(path):
        answer = answers[row["model"]][int(row["case"])]
        answer.append(row["item_id"])
        assert int(row["rank"]) == len(answer)
    return answers


def check_spread(row, answers, k, known, ranks):
    shown = sorted(ranks[item] for answer in answers for item in answer[:k])
    assert abs(row["coverage"] - len(set(shown)) / len(known)) < 1e-4
    assert row["median_popularity_rank"] == shown[(len(shown) - 1) // 2]
    assert abs(row["filled"] - len(shown) / k / len(answers)) < 1e-4


def check(folder):
    shop = simulate(folder, items=400, customers=1500, orders=8000, days=240, returns=0, dirt=0, guests=0.1)
    log, path = read_log(shop), os.path.join(folder, "answers.csv")
    text = smartshelf("evaluate", "--quiet", "--log", os.path.join(shop, "log.csv"), "--split", "time", "--test-days",
                      DAYS, "--task", "new-items", "--k", ",".join(map(str, CUTOFFS)), "--json", "--answers", path,
                      "--als.factors", 16, "--als.iterations", 4)
    known, learned, wanted = split(log)
    answers, ranks = read_answers(path, len(wanted)), by_popularity(log)
    table = json.loads(text)["rows"]
    assert [(row["model"], row["k"]) for row in table] == [
        (model, k) for model in ("popularity", "cooccurrence", "als", "blend") for k in CUTOFFS]
    for row in table:
        lists = answers[row["model"]]
        assert all(len(set(answer)) == len(answer) and not had & set(answer) for answer, had in zip(lists, learned))
        check_row(row, lists, wanted, row["k"])
        check_spread(row, lists, row["k"], known, ranks)
        assert row["recall"] > 0 and row["task"] == "new-items"
    print(f"{len(table)} rows over {len(wanted)} customers agree")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        check(temporary)
