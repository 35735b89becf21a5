"""The uplift's interval against scipy: quantiles of Student's distribution, and Welch's interval on random samples of
unequal sizes and variances, mostly zeros as the margins of visitors are."""
import os
import subprocess

import numpy
from scipy import stats

from program import seed

DUMP = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_uplift")


def dump(lines):
    text = "".join(" ".join(repr(float(number)) for number in line) + "\n" for line in lines)
    done = subprocess.run([DUMP], input=text, stdout=subprocess.PIPE, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


def close(got, expected, tolerance=1e-6):
    assert numpy.allclose(numpy.array(got, float), expected, rtol=tolerance, atol=1e-8, equal_nan=True), \
        f"{got}, expected {expected}"


def check_quantiles(rng):
    freedoms = [1, 1.5, 2, 3, 10, 29.7, 100, 999, 1e4, 1e5, 1e6, 1e7, 1e9, *(10 ** rng.uniform(0, 7, 200))]
    cases = [(level, freedom) for level in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999) for freedom in freedoms]
    expected = [stats.t.ppf((1 + level) / 2, freedom) for level, freedom in cases]
    close([answer[0] for answer in dump(cases)], expected)


def random_margins(rng, count):
    bought = rng.random(count) < rng.uniform(0.02, 0.9)
    return numpy.where(bought, numpy.round(rng.normal(rng.uniform(100, 3e5), rng.uniform(1, 5e4), count)), 0.0)


def finding(low, high, fewest):
    if fewest < 30 or not high > low:
        return "too_few"
    return "gain" if low > 0 else "loss" if high < 0 else "unclear"


def check_samples(rng):
    samples = [(random_margins(rng, size), random_margins(rng, other))
               for size, other in ((2, 2), (2, 50), (30, 30), (29, 500), (5000, 40), *rng.integers(2, 2000, (150, 2)))]
    samples += [(1e5 + rng.random(500), 1e5 + rng.random(300))]
    answers = dump([(0.95, len(treated), *treated, *held) for treated, held in samples])
    seen = set()
    for (treated, held), answer in zip(samples, answers):
        close(answer[:4], [treated.mean(), treated.var(ddof=1), held.mean(), held.var(ddof=1)])
        each = treated.mean() - held.mean()
        with numpy.errstate(all="ignore"):
            test = stats.ttest_ind(treated, held, equal_var=False)
        n, m = len(treated), len(held)
        a, b = treated.var(ddof=1) / n, held.var(ddof=1) / m
        error = numpy.sqrt(a + b)
        freedom = (a + b) ** 2 / (a ** 2 / (n - 1) + b ** 2 / (m - 1)) if error else n + m - 2
        half = stats.t.ppf(0.975, freedom) * error
        close(answer[4:9], [each, each - half, each + half, error, freedom])
        close(answer[9:12], [each * n, (each - half) * n, (each + half) * n])
        assert answer[12] == finding(each - half, each + half, min(n, m))
        if answer[12] in ("gain", "loss", "unclear"):  # scipy's own test is of one mind with the interval
            assert (test.pvalue < 0.05) == (answer[12] != "unclear") or abs(test.pvalue - 0.05) < 1e-9
        seen.add(answer[12])
    assert seen == {"too_few", "gain", "loss", "unclear"}, seen


def check_few():
    none, one, flat = dump([(0.95, 2, 1, 2), (0.95, 1, 7, 3, 5), (0.95, 40, *[0] * 90)])
    assert none[4] == "nan" and none[12] == "too_few"
    assert float(one[4]) == 3 and one[5] == "nan" and one[12] == "too_few"
    assert float(flat[4]) == 0 and flat[12] == "too_few"


def check_coverage(rng):
    """Of 95 % intervals over skewed margins some 95 % hold the truth."""
    truth, rounds = 40.0, 400
    samples = [(rng.gamma(0.5, 400, 300) + truth, rng.gamma(0.5, 400, 150)) for _ in range(rounds)]
    held = sum(float(answer[5]) <= truth <= float(answer[6])
               for answer in dump([(0.95, len(a), *a, *b) for a, b in samples]))
    assert 0.91 * rounds <= held <= 0.98 * rounds, held


def main():
    rng = numpy.random.default_rng(seed())
    check_quantiles(rng)
    check_samples(rng)
    check_few()
    check_coverage(rng)


if __name__ == "__main__":
    main()
