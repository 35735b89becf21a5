"""What the learner takes over from above, and what it draws, against the formulas of recsys/offers/learner.h worked out
again in numpy, and against scipy's distributions (Kolmogorov–Smirnov, fixed seeds)."""
import itertools
import os
import random
import subprocess
import sys

import numpy
import scipy.stats

DUMP = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_learner")
CAMPAIGNS = ["dont_go", "lightning", "last_chance", "unseen"]
INCENTIVES = ["nothing", "none", "percent-10", "free-shipping", "gift", "unseen"]
SEGMENTS = ["new", "returning", "loyal", "at_risk", "unseen"]
SHAPE = len(CAMPAIGNS), len(INCENTIVES), len(SEGMENTS)
DRAWS, BOLDNESS = 20000, 0.3


class Oracle:
    """All of it at once, over arrays campaign × incentive × segment."""

    def __init__(self, strength, trials, bought, stake, margin):
        self.strength, self.trials, self.bought, self.stake, self.margin = strength, trials, bought, stake, margin
        first = numpy.array([1.0 if name in ("nothing", "none") else 1.2 for name in INCENTIVES])
        effect, taste = numpy.ones(SHAPE[:2]), numpy.ones(SHAPE[1:])
        for _ in range(2):
            exposed = trials * effect[:, :, None] * taste[None]
            overall = (bought.sum() + strength * 0.05) / (exposed.sum() + strength)
            campaign = (bought.sum((1, 2)) + strength * overall) / (exposed.sum((1, 2)) + strength)
            segment = (bought.sum((0, 1)) + strength * overall) / (exposed.sum((0, 1)) + strength)
            above = numpy.outer(campaign, segment) / overall
            base = (bought.sum(1) + strength * above) / (exposed.sum(1) + strength)
            n = strength * overall
            expected = trials * base[:, None] * taste[None]
            incentive = (bought.sum((0, 2)) + 4 * n * first) / (expected.sum((0, 2)) + 4 * n)
            self.by_campaign = expected.sum(2)
            effect = (bought.sum(2) + 4 * n * incentive) / (self.by_campaign + 4 * n)
            self.by_segment = (trials * base[:, None] * effect[:, :, None]).sum(0)
            taste = (bought.sum(0) + n) / (self.by_segment + n)
        self.n = n
        self.prior = numpy.minimum(base[:, None] * effect[:, :, None] * taste[None], 0.95)
        self.mean_stake = stake.sum() / bought.sum() if bought.sum() else 1
        ratio = (margin.sum() + 2 * self.mean_stake) / (stake.sum() + 2 * self.mean_stake)
        shrink = 2000 * self.mean_stake
        ratio = (margin.sum((1, 2)) + shrink * ratio) / (stake.sum((1, 2)) + shrink)
        ratio = (margin.sum(2) + shrink * ratio[:, None]) / (stake.sum(2) + shrink)
        self.ratio = (margin + shrink * ratio[:, :, None]) / (stake + shrink)

    def beta(self, at):
        c, i, s = at
        m = self.prior[at]
        v = 1 / (8 * self.n) + 1 / (4 * self.n + self.by_campaign[c, i]) + 1 / (self.n + self.by_segment[i, s])
        t = (1 - m) / (m * v)
        return t * m + self.bought[at], t * (1 - m) + self.trials[at] - self.bought[at]

    def mean(self, at, stake, cost):
        a, b = self.beta(at)
        return a / (a + b) * (self.ratio[at] * stake - cost)

    def ratio_deviation(self, at):
        return (BOLDNESS / (2000 + self.stake[at] / self.mean_stake)) ** 0.5


def random_sums(chooser, seen):
    trials = numpy.zeros(SHAPE)
    bought, stake, margin = trials.copy(), trials.copy(), trials.copy()
    for at in itertools.product(*(range(size - 1) for size in SHAPE)):
        if chooser.random() < seen:
            trials[at] = chooser.randrange(1, int(10 ** chooser.uniform(0, 4)) + 2)
            bought[at] = numpy.random.RandomState(chooser.randrange(2 ** 31)).binomial(trials[at], chooser.uniform(0, .3))
            stake[at] = bought[at] * chooser.randrange(100, 5000)
            margin[at] = round(stake[at] * chooser.uniform(0.2, 3))
    return trials, bought, stake, margin


def names(at):
    return f"{CAMPAIGNS[at[0]]} {INCENTIVES[at[1]]} {SEGMENTS[at[2]]}"


def ask(strength, sums, questions):
    """The sums in a random order, then the questions."""
    cells = [at for at in itertools.product(*map(range, SHAPE)) if sums[0][at]]
    random.Random(len(cells)).shuffle(cells)
    lines = [f"add {names(at)} " + " ".join(repr(float(part[at])) for part in sums) for at in cells]
    answer = subprocess.run([DUMP, repr(strength)], input="\n".join(lines + questions) + "\n", text=True, check=True,
                            stdout=subprocess.PIPE).stdout
    return numpy.array([float(line) for line in answer.split()])


def check_means(chooser, strength, seen):
    sums = random_sums(chooser, seen)
    oracle = Oracle(strength, *sums)
    cells = list(itertools.product(*map(range, SHAPE)))
    found = ask(strength, sums, [f"mean {names(at)} 2000 300" for at in cells])
    wanted = numpy.array([oracle.mean(at, 2000, 300) for at in cells])
    numpy.testing.assert_allclose(found, wanted, rtol=1e-9)


def check_draws(chooser, strength):
    sums = random_sums(chooser, 0.7)
    oracle = Oracle(strength, *sums)
    for seed in range(6):
        at = tuple(chooser.randrange(size) for size in SHAPE)
        a, b = oracle.beta(at)
        # A cost of -1 with next to nothing at stake: the value is the chance to buy.
        chances, values = numpy.split(ask(strength, sums, [f"draw {names(at)} 1e-9 -1 {seed} {DRAWS}",
                                                           f"draw {names(at)} 2000 300 {seed + 100} {DRAWS}"]), 2)
        beta = scipy.stats.beta(a / BOLDNESS, b / BOLDNESS)
        assert scipy.stats.kstest(chances, beta.cdf).pvalue > 1e-3, (at, a, b)
        generator = numpy.random.default_rng(seed)
        ratios = generator.normal(oracle.ratio[at], oracle.ratio_deviation(at), DRAWS)
        expected = beta.rvs(DRAWS, random_state=generator) * (ratios * 2000 - 300)
        assert scipy.stats.ks_2samp(values, expected).pvalue > 1e-3, at
        again = ask(strength, sums, [f"draw {names(at)} 2000 300 {seed + 100} {DRAWS}"])
        assert (again == values).all()


def main():
    seed = int(os.environ.get("SMARTSHELF_SEED", "20110909"))
    print(f"SMARTSHELF_SEED={seed}")
    chooser = random.Random(seed)
    for strength, seen in itertools.product((1.0, 50.0, 400.0), (0, 0.1, 0.5, 1)):
        check_means(chooser, strength, seen)
    for strength in (2.0, 400.0):
        check_draws(chooser, strength)
    print("means and draws agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
