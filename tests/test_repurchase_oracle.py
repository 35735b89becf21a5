"""Buying again end to end. The laws in repurchase.safetensors against scipy's maximum of the same penalized likelihood,
on spells that other code cuts from the log; the family against the one that the intervals were drawn from; and a
simulated shop, in which the planted intervals and kinds have to be found again."""
import collections
import math
import os
import tempfile

import numpy
from scipy import optimize, stats

from program import rows, seed, simulate, smartshelf
from test_safetensors_reader import column, read

DAY, START = 86400, 1_600_000_000
LAST_DAY, CUSTOMERS = 500, 300
SPELLS_EXACT = 400  # items of more spells are left to the others: the naive likelihood is slow


def write_log(path, generator, family):
    """Items with laws of their own; the intervals of each from the family."""
    lines = []
    for item in range(16):
        repeat, median, shape = generator.uniform(.1, .95), math.exp(generator.uniform(2, 5)), generator.uniform(.2, 1.2)
        for customer in generator.choice(CUSTOMERS, generator.integers(3, 120), replace=False):
            day = generator.uniform(0, LAST_DAY)
            while day < LAST_DAY:
                lines.append((round(START + day * DAY), customer, item))
                if generator.random() > repeat:
                    break
                noise = generator.normal() if family == "log-normal" else math.log(generator.exponential() / math.log(2))
                day += median * math.exp(shape * noise)
    with open(path, "w", encoding="utf-8") as file:
        file.write("customer_id,item_id,timestamp\n")
        file.writelines(f"c{customer},i{item},{time}\n" for time, customer, item in sorted(lines))


def spells_of(log):
    """item → (days, returned) of each purchase; one within a day of a spell's beginning is part of it."""
    times, last = collections.defaultdict(list), max(int(row["timestamp"]) for row in log)
    for row in log:
        times[row["item_id"], row["customer_id"]].append(int(row["timestamp"]))
    spells = collections.defaultdict(list)
    for (item, _), bought in times.items():
        begin = None
        for time in sorted(bought):
            if begin is not None and time - begin < DAY:
                continue
            if begin is not None:
                spells[item].append(((time - begin) / DAY, True))
            begin = time
        spells[item].append((max((last - begin) / DAY, 1 / 24), False))
    return spells


class Law:
    """ln T = location + shape * E."""

    def __init__(self, family, repeat, median, shape):
        self.noise = stats.norm() if family == "log-normal" else stats.gumbel_l()
        self.repeat, self.shape = repeat, shape
        self.location = math.log(median) - shape * self.noise.median()

    def log_density(self, log_days):
        return self.noise.logpdf((log_days - self.location) / self.shape) - math.log(self.shape)

    def survival(self, log_days):
        return self.noise.sf((log_days - self.location) / self.shape)

    def likelihood(self, spells):
        log_days = numpy.log([days for days, _ in spells])
        returned = numpy.array([back for _, back in spells])
        opened = 1 - self.repeat + self.repeat * self.survival(log_days[~returned])
        return (self.log_density(log_days[returned]).sum() + returned.sum() * math.log(self.repeat)
                + numpy.log(opened).sum())


def fit(family, spells, parent, worth_spells, worth_intervals):
    """(repeat, median, shape) with the greatest posterior."""
    nodes = parent.location + parent.shape * parent.noise.ppf((numpy.arange(9) + .5) / 9)

    def loss(at):
        law = Law(family, 1 / (1 + math.exp(-at[0])), math.exp(at[1]), math.exp(at[2]))
        prior = worth_spells * (parent.repeat * math.log(law.repeat) + (1 - parent.repeat) * math.log(1 - law.repeat))
        return -law.likelihood(spells) - prior - worth_intervals * law.log_density(nodes).mean()

    median = parent.location + parent.shape * parent.noise.median()
    start = [math.log(parent.repeat / (1 - parent.repeat)), median, math.log(parent.shape)]
    best = optimize.minimize(loss, start, method="Nelder-Mead",
                             options={"xatol": 1e-6, "fatol": 1e-9, "maxiter": 4000, "maxfev": 4000}).x
    return 1 / (1 + math.exp(-best[0])), math.exp(best[1]), math.exp(best[2])


def worths(family, spells, shop):
    """What the shop's law is worth to an item: spells by the beta-binomial's moments, intervals by the variances."""
    logs = {item: numpy.log([days for days, back in of if back]) for item, of in spells.items()}
    followed = {item: sum(1 if back else 1 - shop.survival(math.log(days)) for days, back in of)
                for item, of in spells.items()}
    share = min(sum(map(len, logs.values())) / sum(followed.values()), 1)
    variance = share * (1 - share)
    heard = [item for item in spells if followed[item] > 1]
    excess = sum((len(logs[item]) - followed[item] * share) ** 2 / followed[item] - variance for item in heard)
    chance = sum(variance * (followed[item] - 1) for item in heard)
    told = {item: of for item, of in logs.items() if len(of) > 1}
    counts = numpy.array([len(of) for of in told.values()])
    means = numpy.array([of.mean() for of in told.values()])
    within = sum(((of - of.mean()) ** 2).sum() for of in told.values()) / (counts - 1).sum()
    mean = (counts * means).sum() / counts.sum()
    between = ((counts * (means - mean) ** 2).sum() - (len(told) - 1) * within) / (
        counts.sum() - (counts ** 2).sum() / counts.sum())
    return max(chance / excess - 1, 1), max(within / between, 1)


def train(folder, log, *arguments):
    store = os.path.join(folder, "store-" + "-".join(map(str, arguments)).replace("/", ""))[:200]
    smartshelf("train", "--quiet", "--log", log, "--store", store, "--models", "repurchase", *arguments)
    generation = os.path.join(store, "current")
    return (column(read(os.path.join(generation, "items.safetensors"))[0], "ids"),
            *read(os.path.join(generation, "repurchase.safetensors")))


def check_fits(folder, generator, family):
    path = os.path.join(folder, f"{family}.csv")
    write_log(path, generator, family)
    ids, model, metadata = train(folder, path)
    assert metadata["family"] == family
    spells = spells_of(rows(path))
    every = [spell for of in spells.values() for spell in of]
    found = [float(metadata[name]) for name in ("repeat", "median_days", "shape")]
    numpy.testing.assert_allclose(found, fit(family, every, Law(family, .5, 60, 1), 1, 1), rtol=1e-4)
    shop = Law(family, *found)
    worth = float(metadata["prior_spells"]), float(metadata["prior_intervals"])
    numpy.testing.assert_allclose(worth, worths(family, spells, shop), rtol=1e-4)
    checked = 0
    for number, item in enumerate(ids):
        of = spells[item]
        assert model["items.spells"][number] == len(of)
        assert model["items.returns"][number] == sum(back for _, back in of)
        if len(of) > SPELLS_EXACT:
            continue
        law = [float(model[f"items.{name}"][number]) for name in ("repeat", "median_days", "shape")]
        numpy.testing.assert_allclose(law, fit(family, of, shop, *worth), rtol=2e-4)
        checked += 1
    assert checked >= 10
    print(f"{family}: the shop's law and those of {checked} items agree")


def check_planted(folder):
    """Of simulated products with enough evidence nine in ten are of the right class, none of the opposite one, and the
    median of nine in ten intervals lies within 35 % of the planted one, half of them within 15 %."""
    shop = simulate(folder, items=600, customers=3000, orders=60000, days=730, returns=0, dirt=0)
    ids, model, _ = train(folder, os.path.join(shop, "log.csv"), "--catalog", os.path.join(shop, "catalog.csv"))
    number = {item: at for at, item in enumerate(ids)}
    right, wrong, opposite, off = 0, 0, 0, []
    for row in rows(shop, "planted_items.csv"):
        at = number[row["item_id"]]
        wanted = {"durable": 1, "consumable": 2}.get(row["kind"])
        evidence = model["items.followed"][at] >= 20 if wanted == 1 else model["items.returns"][at] >= 10
        if not wanted or not evidence:
            continue
        right += model["items.class"][at] == wanted
        wrong += model["items.class"][at] != wanted
        opposite += model["items.class"][at] == 3 - wanted
        if wanted == 2:
            off.append(abs(math.log(model["items.median_days"][at] / float(row["interval_days"]))))
    print(f"{right} of {right + wrong} classes right; intervals off by {100 * numpy.median(off):.0f} % in the median")
    assert right + wrong >= 200 and right >= .9 * (right + wrong) and opposite == 0
    assert numpy.quantile(off, .9) <= math.log(1.35) and numpy.median(off) <= math.log(1.15)


def main():
    generator = numpy.random.default_rng(seed())
    with tempfile.TemporaryDirectory() as folder:
        check_fits(folder, generator, "log-normal")
        check_fits(folder, generator, "weibull")
        check_planted(folder)


if __name__ == "__main__":
    main()
