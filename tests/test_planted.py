"""What the simulator planted is found again: complements stand on bought_together, substitutes do not."""
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


def main():
    with tempfile.TemporaryDirectory() as folder:
        shop, store = simulate(folder, items=600, customers=6000, orders=60000, returns=0, dirt=0), f"{folder}/store"
        smartshelf("train", "--quiet", "--log", f"{shop}/log.csv", "--catalog", f"{shop}/catalog.csv", "--store", store,
                   "--models", "cooccurrence")
        check(shop, os.path.join(store, "current"))


if __name__ == "__main__":
    sys.exit(main())
