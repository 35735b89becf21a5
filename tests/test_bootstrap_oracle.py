"""The bootstrap against numpy: the same interval, within what so many resamples leave to chance, from another's random
numbers, with customers of one case and of many; and the detectable loss against scipy and against simulated tests."""
import os
import subprocess

import numpy
from scipy import stats

from program import seed

DUMP = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_bootstrap")
RESAMPLES = 2000


def dump(lines):
    text = "".join(" ".join(repr(float(number)) for number in line) + "\n" for line in lines)
    done = subprocess.run([DUMP], input=text, stdout=subprocess.PIPE, text=True, check=True)
    return numpy.array([[float(number) for number in line.split()] for line in done.stdout.splitlines()])


def interleave(owners, values):
    return numpy.column_stack((owners, values)).ravel()


def resampled_means(rng, owners, values, count):
    """Owners drawn with replacement, each with all of their cases."""
    names, place = numpy.unique(owners, return_inverse=True)
    sums, sizes = numpy.bincount(place, values), numpy.bincount(place)
    drawn = rng.integers(0, len(names), (count, len(names)))
    return sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), len(names)


def random_case(rng, owners, most_cases):
    """Differences as two configurations have them: mostly none, some of either sign, alike within a customer."""
    sizes = rng.integers(1, most_cases + 1, owners)
    names = numpy.repeat(numpy.arange(owners) * 3, sizes)
    taste = numpy.repeat(rng.normal(0, 0.1, owners), sizes)
    differs = rng.random(len(names)) < 0.4
    return names, numpy.where(differs, taste + rng.normal(-0.01, 0.2, len(names)), 0.0)


def check_intervals(rng):
    shapes = [(40, 1), (300, 1), (500, 3), *((int(rng.integers(30, 300)), int(rng.integers(1, 6))) for _ in range(4))]
    cases = [(level, random_case(rng, owners, most)) for owners, most in shapes for level in (0.9, 0.95)]
    answers = dump([(level, RESAMPLES, 7, *interleave(*case)) for level, case in cases])
    for (level, (owners, values)), (mean, error, low, high, count) in zip(cases, answers):
        means, names = resampled_means(rng, owners, values, 4 * RESAMPLES)
        assert numpy.isclose(mean, values.mean(), rtol=1e-9, atol=1e-12)
        assert count == names
        # of a quantile so far out some 2.1 (1.7) standard errors / sqrt(resamples) are left to chance; five times that
        chance = 5 * 2.2 * means.std() / numpy.sqrt(RESAMPLES)
        assert abs(error / means.std() - 1) < 5 / numpy.sqrt(2 * RESAMPLES), (error, means.std())
        assert abs(low - numpy.quantile(means, 1 - level)) < chance, (low, numpy.quantile(means, 1 - level), chance)
        assert abs(high - numpy.quantile(means, level)) < chance, (high, numpy.quantile(means, level), chance)


def check_coverage(rng):
    """Of one-sided 95 % limits some 95 % lie below the truth, where the cases of a customer hang together as well."""
    rounds, truth = 300, -0.01
    cases = []
    for _ in range(rounds):
        sizes = rng.integers(1, 4, 250)
        owners = numpy.repeat(numpy.arange(250), sizes)
        values = truth + numpy.repeat(rng.normal(0, 0.1, 250), sizes) + rng.normal(0, 0.1, len(owners))
        cases.append((0.95, 1000, 1, *interleave(owners, values)))
    below = (dump(cases)[:, 2] <= truth).mean()
    assert 0.9 <= below <= 0.99, below


def check_detectable(rng):
    errors = rng.uniform(1e-4, 1, 50)
    lines = [(error, level, power) for error in errors for level, power in ((0.95, 0.8), (0.95, 0.95), (0.9, 0.7), (0.975, 0.98))]
    expected = [(stats.norm.ppf(level) + stats.norm.ppf(power)) * error for error, level, power in lines]
    assert numpy.allclose(dump(lines)[:, 0], expected, rtol=1e-5)


def check_power(rng):
    """Of equal configurations as many pass as the power says, where a loss of what is detectable is borne; of those that
    lose as much, one in twenty."""
    rounds, cases, spread = 300, 200, 0.3
    loss = dump([(spread / numpy.sqrt(cases), 0.95, 0.8)])[0, 0]
    passed = {}
    for truth in (0.0, -loss):
        samples = [(0.95, 1000, 3, *interleave(numpy.arange(cases), rng.normal(truth, spread, cases))) for _ in range(rounds)]
        passed[truth] = (dump(samples)[:, 2] >= -loss).mean()
    assert 0.7 <= passed[0.0] <= 0.9, passed
    assert 0.005 <= passed[-loss] <= 0.11, passed


def main():
    rng = numpy.random.default_rng(seed())
    check_intervals(rng)
    check_coverage(rng)
    check_detectable(rng)
    check_power(rng)


if __name__ == "__main__":
    main()
