"""What the simulator planted is found again: complements stand on bought_together and substitutes do not; substitutes
stand among the alternatives, from views and from names alone, and complements hardly."""
import collections
import os
import sys
import tempfile

from program import rows, simulate, smartshelf
from test_safetensors_reader import column, read

TOP, SUPPORT = 10, 15


def best_together(generation):
    """item_id → the ids of its best neighbours."""
    ids = column(read(os.path.join(generation, "items.safetensors"))[0], "ids")
    model = read(os.path.join(generation, "cooccurrence.safetensors"))[0]
    offsets, neighbours = model["bought_together.offsets"].tolist(), model["bought_together.neighbours"]
    return {ids[item]: [ids[other] for other in neighbours[begin:min(end, begin + TOP)]]
            for item, (begin, end) in enumerate(zip(offsets[:-1], offsets[1:]))}


def baskets_by_pair(shop):
    """In how many baskets two items meet, counted from the log itself."""
    baskets, met = collections.defaultdict(set), collections.Counter()
    for row in rows(shop, "log.csv"):
        baskets[row["order_id"]].add(row["item_id"])
    for basket in baskets.values():
        met.update((one, other) for one in basket for other in basket if one != other)
    return met


def check(shop, generation):
    together = best_together(generation)
    met, planted = baskets_by_pair(shop), collections.defaultdict(set)
    for row in rows(shop, "planted_pairs.csv"):
        planted[row["kind"]].add((row["item_a"], row["item_b"]))
    supported = [pair for pair in planted["complement"] if met[pair] >= SUPPORT]
    found = [pair for pair in supported if pair[1] in together[pair[0]]]
    alike = planted["substitute"] | planted["variant"]
    alike |= {(other, one) for one, other in alike}
    shown = [(item, other) for item, listed in together.items() for other in listed]
    wrong = [pair for pair in shown if pair in alike]
    print(f"complements found: {len(found)} of {len(supported)}; substitutes among {len(shown)} shown: {len(wrong)}")
    assert len(supported) >= 50
    assert len(found) >= 0.8 * len(supported)
    assert len(wrong) <= 0.05 * len(shown)


def best_alternatives(generation, group):
    """item_id → the ids of its best alternatives, a product in one variant, as the shelf shows it."""
    ids = column(read(os.path.join(generation, "items.safetensors"))[0], "ids")
    model = read(os.path.join(generation, "alternatives.safetensors"))[0]
    offsets, others, best = model["lists.offsets"].tolist(), model["lists.items"].tolist(), {}
    for item, (begin, end) in enumerate(zip(offsets[:-1], offsets[1:])):
        products = {}
        for other in others[begin:end]:
            products.setdefault(group[ids[other]], ids[other])
        best[ids[item]] = list(products.values())[:TOP]
    return best


def alternatives_found(shop, generation):
    """Mean share of an item's planted substitutes among its best alternatives; share of complements among these."""
    group = {row["item_id"]: row["group"] for row in rows(shop, "catalog.csv")}
    planted, complements = collections.defaultdict(set), set()
    for row in rows(shop, "planted_pairs.csv"):
        for one, other in ((row["item_a"], row["item_b"]), (row["item_b"], row["item_a"])):
            if row["kind"] == "substitute":
                planted[one].add(group[other])
            elif row["kind"] == "complement":
                complements.add((group[one], group[other]))
    best = best_alternatives(generation, group)
    recall = [len({group[other] for other in best[item]} & wanted) / len(wanted) for item, wanted in planted.items()]
    shown = [(group[item], group[other]) for item, listed in best.items() for other in listed]
    assert len(recall) >= 150
    return sum(recall) / len(recall), sum(pair in complements for pair in shown) / len(shown)


def check_alternatives(folder, **shape):
    shop = simulate(folder, views="true", returns=0, **shape)
    for source, recall_wanted, options in (
            ("views, names, orders", .8, ()), ("views and orders", .8, ("--alternatives.names", 0)),
            ("names and orders", .5, ("--alternatives.views", 0)),
            ("names alone", .5, ("--alternatives.views", 0, "--alternatives.repulsion", 0))):
        store = os.path.join(folder, source)
        smartshelf("train", "--quiet", "--log", f"{shop}/log.csv", "--catalog", f"{shop}/catalog.csv", "--store", store,
                   "--models", "alternatives", *options)
        recall, wrong = alternatives_found(shop, os.path.join(store, "current"))
        print(f"{shape}, {source}: Recall@{TOP} of planted substitutes {recall:.3f}; complements shown {wrong:.3f}")
        assert recall >= recall_wanted
        assert wrong <= 0.05 or source == "names alone"


def main():
    for number in range(1, 4) if os.environ.get("SMARTSHELF_LONG") else (1,):
        for items in (600, 2000):
            with tempfile.TemporaryDirectory() as folder:
                check_alternatives(folder, items=items, customers=3000, orders=25000, seed=number)
    with tempfile.TemporaryDirectory() as folder:
        shop, store = simulate(folder, items=600, customers=6000, orders=60000, returns=0, dirt=0), f"{folder}/store"
        smartshelf("train", "--quiet", "--log", f"{shop}/log.csv", "--catalog", f"{shop}/catalog.csv", "--store", store,
                   "--models", "cooccurrence")
        check(shop, os.path.join(store, "current"))


if __name__ == "__main__":
    sys.exit(main())
