"""The report on retention against another computation of it (pandas, numpy, scipy): every count and sum of money to the
unit, BG/NBD and gamma-gamma against scipy's optimisers, forecasts and their calibration against its 2F1. On random logs
with returns, fees, unnamed customers and a shop's time zone; and on Online Retail II where it is at hand, cleaned or raw,
with the figures that were published for it."""
import csv
import io
import json
import os
import subprocess
import tempfile

import numpy
import pandas
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from program import PROGRAM, real_data, seed, smartshelf
from report_page import read_page
from test_segments_oracle import learn, stage

EPOCH = pandas.Timestamp("1970-01-01", tz="UTC")
STAGES = ["returning", "loyal", "at_risk", "lapsed"]


# ---- the log ----

def take_back(rows):
    """Returns take back the latest earlier purchases of the same customer and item."""
    left = rows.quantity.to_numpy(float).copy()
    order = rows.assign(back=rows.quantity < 0, place=numpy.arange(len(rows))).sort_values(["time", "back", "place"])
    stacks = {}
    for place, customer, item, quantity in zip(order.place, order.customer, order["item"], order.quantity):
        stack = stacks.setdefault((customer, item), [])
        if quantity > 0:
            stack.append(place)
            continue
        while stack and quantity < 0:
            taken = min(left[stack[-1]], -quantity)
            left[stack[-1]] -= taken
            quantity += taken
            if left[stack[-1]] == 0:
                stack.pop()
    kept = (rows.quantity > 0) & (left > 0)
    return rows.assign(quantity=left)[kept]


def orders_of(rows, returns):
    """One row per order: customer ("" of nobody known), time, cents."""
    rows = take_back(rows) if returns else rows[rows.quantity > 0]
    rows = rows.assign(cents=numpy.floor(rows.quantity * rows.price + 0.5).astype("int64"))
    return rows.groupby(["customer", "order"], as_index=False).agg(time=("time", "min"), cents=("cents", "sum"))


class Shop:
    """Purchases: one row per customer and local day."""

    def __init__(self, orders, zone="UTC"):
        local = pandas.to_datetime(orders.time, unit="s", utc=True).dt.tz_convert(zone).dt.tz_localize(None)
        day = (local.dt.normalize() - pandas.Timestamp("1970-01-01")).dt.days
        self.zone, self.orders = zone, orders.assign(day=day, month=local.dt.year * 12 + local.dt.month - 1)
        self.first, self.end = int(day.min()), int(day.max()) + 1
        self.named = self.orders[self.orders.customer != ""]
        self.bought = self.named.groupby(["customer", "day"], as_index=False).agg(
            orders=("cents", "size"), cents=("cents", "sum"), month=("month", "first"))
        self.debut = self.bought.groupby("customer").day.min()

    def active(self, day, window):
        return set(self.bought[(self.bought.day >= day - window) & (self.bought.day < day)].customer)

    def between(self, begin, end, table=None):
        table = self.orders if table is None else table
        return table[(table.day >= begin) & (table.day < end)]


def close(got, expected, tolerance=1e-9):
    got, expected = (numpy.array(a, float) for a in (got, expected))
    assert numpy.allclose(got, expected, rtol=tolerance, atol=1e-9, equal_nan=True), f"{got}, expected {expected}"


def figures(report, name):
    return {row["figure"]: row["value"] for row in report[name]}


def share(part, whole):
    return part / whole if whole else None


# ---- counts and money ----

def check_standing(got, shop, begin, end, window, names):
    start, last = shop.active(begin, window), shop.active(end, window)
    new = set(shop.debut[(shop.debut >= begin) & (shop.debut < end)].index)
    seen = begin - window >= shop.first
    expected = [len(start), len(start & last), len(start - last), len(last - start - new), len(last & new), len(last)]
    found = [got[name] for name in names]
    if not seen:
        assert found[:4] == [None] * 4 and got["retention_rate"] is None and got["churn_rate"] is None
        return
    assert found == expected, (found, expected)
    close(got["retention_rate"], share(len(last) - len(last & new), len(start)) if start else numpy.nan)
    close(got["churn_rate"], share(len(start - last), len(start)) if start else numpy.nan)


def check_summary(report, shop, begin, window):
    got, of = figures(report, "summary"), shop.between(begin, shop.end)
    named = of[of.customer != ""]
    check_standing(got, shop, begin, shop.end, window, ["customers_start", "customers_kept", "customers_lost",
                                                       "customers_back", "customers_new", "customers_end"])
    each = named.groupby("customer").size()
    assert got["customers_acquired"] == ((shop.debut >= begin) & (shop.debut < shop.end)).sum()
    assert got["buyers"] == len(each) and got["orders"] == len(named)
    assert got["revenue"] == of.cents.sum() and got["revenue_unnamed"] == of[of.customer == ""].cents.sum()
    close(got["repeat_purchase_rate"], (each > 1).mean())
    close(got["purchase_frequency"], each.mean())
    close(got["order_value"], of.cents.mean())
    close(got["repeat_purchase_rate_ever"], (shop.bought.groupby("customer").size() > 1).mean())


def check_months(report, shop, window, months):
    last = int(shop.orders[shop.orders.day == shop.end - 1].month.iloc[0])
    rows = report["months"]
    assert len(rows) == min(months, last - int(shop.orders.month.min()) + 1)
    for number, row in zip(range(last - len(rows) + 1, last + 1), rows):
        date = pandas.Timestamp(number // 12, number % 12 + 1, 1)
        begin, end = ((d - pandas.Timestamp("1970-01-01")).days for d in (date, date + pandas.offsets.MonthBegin()))
        assert row["month"].rstrip("*") == f"{date:%Y-%m}"
        assert row["partial"] == (begin < shop.first or end > shop.end) and row["month"].endswith("*") == bool(row["partial"])
        begin, end = max(begin, shop.first), min(end, shop.end)
        of = shop.between(begin, end)
        if begin - window >= shop.first:
            check_standing(row, shop, begin, end, window, ["start", "kept", "lost", "back", "new", "end"])
        else:
            assert row["start"] is None and row["end"] is None and row["retention_rate"] is None
        assert row["orders"] == len(of) and row["revenue"] == of.cents.sum()
        assert row["buyers"] == of[of.customer != ""].customer.nunique()
        close(row["order_value"], of.cents.mean())


def check_gaps(report, shop, begin):
    previous = shop.bought.groupby("customer").day.shift()
    gaps = (shop.bought.day - previous)[previous.notna() & (shop.bought.day >= begin)].to_numpy()
    got = figures(report, "gaps")
    assert got["gaps"] == len(gaps)
    if len(gaps):
        close(got["mean"], gaps.mean())
        for name, p in (("tenth", .1), ("quarter", .25), ("median", .5), ("three_quarters", .75), ("nine_tenths", .9)):
            assert got[name] == numpy.quantile(gaps, p, method="inverted_cdf"), name


def kaplan_meier(days, ended, count):
    """Share, and Greenwood's sum, at the end of each day."""
    shares, sums, at_risk, current, greenwood = [], [], [], 1.0, 0.0
    for day in range(count):
        waiting, ends = (days >= day).sum(), ((days == day) & ended).sum()
        at_risk.append(waiting)
        if ends:
            current *= 1 - ends / waiting
            greenwood += ends / (waiting * (waiting - ends)) if ends < waiting else 0
        shares.append(current)
        sums.append(greenwood)
    return numpy.array(shares), numpy.array(sums), at_risk


def check_waits(report, shop):
    following = shop.bought.groupby("customer").day.shift(-1)
    ended = following.notna().to_numpy()
    days = (following.fillna(shop.end - 1) - shop.bought.day).to_numpy()
    place = shop.bought.groupby("customer").cumcount().to_numpy()
    rows = report["survival"]
    assert len(rows) == shop.end - shop.first
    shares, sums, at_risk = kaplan_meier(days, ended, len(rows))
    assert [row["waiting"] for row in rows] == at_risk
    close([row["share"] for row in rows], shares)
    inner = (shares > 0) & (shares < 1)
    spread = 1.959963984540054 * numpy.sqrt(sums[inner]) / -numpy.log(shares[inner])
    close(numpy.array([row["share_low"] for row in rows])[inner], shares[inner] ** numpy.exp(spread))
    close(numpy.array([row["share_high"] for row in rows])[inner], shares[inner] ** numpy.exp(-spread))
    for name, chosen in (("after_first", place == 0), ("after_second", place == 1), ("after_later", place > 1)):
        close([row[name] for row in rows], kaplan_meier(days[chosen], ended[chosen], len(rows))[0])
    for row in report["waiting"]:
        close(row["again"], 1 - shares[row["days"]])


def check_cohorts(report, shop, months):
    last = int(shop.orders[shop.orders.day == shop.end - 1].month.iloc[0])
    debut = shop.bought.groupby("customer").month.transform("min")
    cells = shop.bought.assign(cohort=debut, later=shop.bought.month - debut).groupby(["cohort", "later"]).agg(
        active=("customer", "nunique"), orders=("orders", "sum"), revenue=("cents", "sum"))
    sizes = shop.bought.groupby("customer").month.min().value_counts()
    count = min(months, last - int(shop.orders.month.min()) + 1)
    assert len(report["cohort_cells"]) == count * (count + 1) // 2
    for cell in report["cohort_cells"]:
        cohort = int(cell["cohort"][:4]) * 12 + int(cell["cohort"][5:]) - 1
        key = (cohort, cell["months_later"])
        expected = cells.loc[key].tolist() if key in cells.index else [0, 0, 0]
        assert [cell["active"], cell["orders"], cell["revenue"]] == expected, (cell, expected)
    for row in report["cohorts"]:
        cohort = int(row["cohort"][:4]) * 12 + int(row["cohort"][5:]) - 1
        assert row["customers"] == sizes.get(cohort, 0)
        if row["customers"]:
            close(row["0"], 1)


def instant(day, zone):
    return (pandas.Timestamp("1970-01-01") + pandas.Timedelta(days=day)).tz_localize(zone).timestamp()


def check_segments(report, shop, begin):
    start, end = instant(begin, shop.zone), instant(shop.end, shop.zone)
    times = {customer: sorted(group) for customer, group in shop.named.groupby("customer").time}
    value = shop.named.groupby("customer").cents.sum()
    learned = learn(times, value)
    early = shop.named[shop.named.time < start]
    early_times = {customer: sorted(group) for customer, group in early.groupby("customer").time}
    early_value = early.groupby("customer").cents.sum()
    before_shop = {**learned}
    if any(len(t) > 1 for t in early_times.values()):
        before_shop["interval_days"] = learn(early_times, early_value)["interval_days"]
    after = {c: stage(times[c], value[c], learned, end) for c in times}
    before = {c: stage(early_times[c], early_value[c], before_shop, start) if c in early_times else "none" for c in times}
    late = shop.named[shop.named.time >= start]
    for row in report["segments"]:
        of = {c for c in after if after[c] == row["segment"]}
        assert row["customers"] == len(of), (row, len(of))
        chosen = late[late.customer.isin(of)]
        assert row["orders"] == len(chosen) and row["revenue"] == chosen.cents.sum()
        assert row["value"] == value[list(of)].sum()
    for row in report["movement"]:
        for name in STAGES:
            assert row[name] == sum(before[c] == row["before"] and after[c] == name for c in after), (row, name)
    return after


def check_value(report, shop):
    paid = numpy.sort(shop.bought.groupby("customer").cents.sum().to_numpy())[::-1]
    part = numpy.arange(len(paid)) * 10 // len(paid)
    assert [row["value"] for row in report["value"]] == [paid[part == p].sum() for p in range(10)]
    assert [row["customers"] for row in report["value"]] == [(part == p).sum() for p in range(10)]
    got = figures(report, "forecast")
    close(got["historic_each"], paid.mean())
    assert got["historic_median"] == paid[len(paid) // 2]


# ---- the models ----

def histories(shop, end):
    """x, t_x, T in weeks, purchases, their mean value in whole units; by customer."""
    of = shop.bought[shop.bought.day < end].groupby("customer").agg(
        n=("day", "size"), first=("day", "min"), last=("day", "max"), cents=("cents", "sum"))
    return pandas.DataFrame({"x": of.n - 1, "recency": (of["last"] - of["first"]) / 7, "age": (end - 1 - of["first"]) / 7,
                             "n": of.n, "mean": of.cents / of.n / 100})


def bgnbd_likelihood(parameters, of):
    r, alpha, a, b = parameters
    x, recency, age = of.x.to_numpy(float), of.recency.to_numpy(), of.age.to_numpy()
    with numpy.errstate(divide="ignore"):
        left = numpy.where(x > 0, numpy.log(a) - numpy.log(b + numpy.maximum(x, 1) - 1) - (r + x) * numpy.log(alpha + recency),
                           -numpy.inf)
    return (gammaln(r + x) - gammaln(r) + r * numpy.log(alpha) + gammaln(a + b) + gammaln(b + x) - gammaln(b)
            - gammaln(a + b + x) + numpy.logaddexp(-(r + x) * numpy.log(alpha + age), left)).sum()


def gamma_gamma_likelihood(parameters, of):
    p, q, gamma = parameters
    x, z = of.n.to_numpy(float), of["mean"].to_numpy()
    return (gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * numpy.log(gamma) + (p * x - 1) * numpy.log(z)
            + p * x * numpy.log(x) - (p * x + q) * numpy.log(gamma + x * z)).sum()


def fit(likelihood, of, start):
    """The best of two optimisers that share nothing with ours."""
    objective = lambda logs: -likelihood(numpy.exp(logs), of) / len(of)
    first = minimize(objective, start, method="Nelder-Mead",
                     options={"maxiter": 20000, "maxfev": 20000, "xatol": 1e-10, "fatol": 1e-14})
    polished = minimize(objective, first.x, method="BFGS", options={"gtol": 1e-9})
    best = polished if polished.fun < first.fun else first
    return numpy.exp(best.x), -best.fun * len(of)


def expected_purchases(parameters, of, time):
    r, alpha, a, b = parameters
    x, recency, age = of.x.to_numpy(float), of.recency.to_numpy(), of.age.to_numpy()
    z = time / (alpha + age + time)
    some = (a + b + x - 1) / (a - 1) * (1 - (1 - z) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, z))
    return some * alive(parameters, of)


def alive(parameters, of):
    r, alpha, a, b = parameters
    x, recency, age = of.x.to_numpy(float), of.recency.to_numpy(), of.age.to_numpy()
    return 1 / (1 + (x > 0) * a / (b + numpy.maximum(x, 1) - 1) * ((alpha + age) / (alpha + recency)) ** (r + x))


def worth(parameters, of):
    p, q, gamma = parameters
    return p * (gamma + of.n * of["mean"]) / (p * of.n + q - 1)


def check_models(report, shop, after, horizon, margin, discount):
    of, got = histories(shop, shop.end), figures(report, "forecast")
    best, likelihood = fit(bgnbd_likelihood, of, [0, 2, -1, 0])
    ours = [got[f"bgnbd_{name}"] for name in ("r", "alpha", "a", "b")]
    close(ours, best, 1e-3)
    close(got["bgnbd_log_likelihood"], likelihood, 1e-9)
    paid = of[of["mean"] > 0]
    close(got["correlation"], numpy.corrcoef(paid.n, paid["mean"])[0, 1], 1e-6)
    close(got["correlation_log"], numpy.corrcoef(numpy.log(paid.n), numpy.log(paid["mean"]))[0, 1], 1e-6)
    best, likelihood = fit(gamma_gamma_likelihood, paid, [1, 1, numpy.log(paid["mean"].mean())])
    values = [got[f"gamma_gamma_{name}"] for name in ("p", "q", "gamma")]
    close(values, best, 1e-3)
    close(got["gamma_gamma_log_likelihood"], likelihood, 1e-9)
    # what is foretold, at our own parameters: those of both agree to 1e-3 only
    steps = [*range(0, horizon, 30), horizon]
    until = [numpy.zeros(len(of)), *(expected_purchases(ours, of, day / 7) for day in steps[1:])]
    each = worth(values, of).to_numpy() * 100 * margin
    value = sum((until[i] - until[i - 1]) * each * (1 + discount) ** (-(steps[i - 1] + steps[i]) / 2 / 365.25)
                for i in range(1, len(steps)))
    sums = pandas.DataFrame({"alive": alive(ours, of), "purchases": until[-1], "value": value}, index=of.index)
    close([got["alive"], got["purchases"], got["value"]], sums.sum(), 1e-6)
    for row in report["segments"]:
        chosen = sums[[after[c] == row["segment"] for c in sums.index]]
        if len(chosen):
            close([row["alive"], row["purchases_expected"], row["value_expected"]],
                  [chosen.alive.mean(), chosen.purchases.sum(), chosen.value.sum()], 1e-6)


def check_calibration(report, shop, holdout):
    cut = shop.end - holdout
    of = histories(shop, cut)
    best = fit(bgnbd_likelihood, of, [0, 2, -1, 0])[0]
    values = fit(gamma_gamma_likelihood, of[of["mean"] > 0], [1, 1, numpy.log(of["mean"].mean())])[0]
    late = shop.bought[shop.bought.day >= cut].groupby("customer").agg(n=("day", "size"), cents=("cents", "sum"))
    of = of.assign(came=late.n.reindex(of.index).fillna(0), revenue=late.cents.reindex(of.index).fillna(0),
                   foreseen=expected_purchases(best, of, holdout / 7))
    of = of.assign(foreseen_revenue=of.foreseen * worth(values, of) * 100, repeats=numpy.minimum(of.x, 7))
    for row in report["calibration"]:
        chosen = of if row["repeats"] == "all" else of[of.repeats == int(row["repeats"])]
        assert row["customers"] == len(chosen) and row["purchases"] == chosen.came.sum()
        assert row["revenue"] == chosen.revenue.sum()
        close([row["purchases_foreseen"], row["revenue_foreseen"]],
              [chosen.foreseen.sum(), chosen.foreseen_revenue.sum()], 3e-3)
        if row["purchases"]:
            close(row["purchases_off"], row["purchases_foreseen"] / row["purchases"] - 1)
    return of.foreseen.sum() / of.came.sum() - 1


# ---- all of it ----

def check(log, orders, *options, begin=None, zone="UTC", window=90, months=24, horizon=365, holdout=90, margin=1.0,
          discount=0.1):
    shop = Shop(orders, zone)
    text = smartshelf("report", "retention", "--quiet", "--json", "--log", log, *options)
    report = json.loads(text)
    about = figures(report, "about")
    begin = max(shop.end - 365, shop.first + window) if begin is None else begin
    day = lambda number: f"{pandas.Timestamp('1970-01-01') + pandas.Timedelta(days=number):%Y-%m-%d}"
    assert [about["from"], about["last_day"], about["log_from"]] == [day(begin), day(shop.end - 1), day(shop.first)]
    assert about["orders"] == len(shop.orders) and about["orders_unnamed"] == (shop.orders.customer == "").sum()
    assert about["time_zone"] == zone
    assert "--to" in options or about["bought"] - about["taken_back"] == shop.orders.cents.sum()
    check_summary(report, shop, begin, window)
    check_months(report, shop, window, months)
    check_gaps(report, shop, begin)
    check_waits(report, shop)
    check_cohorts(report, shop, months)
    after = check_segments(report, shop, begin)
    check_value(report, shop)
    check_models(report, shop, after, horizon, margin, discount)
    off = check_calibration(report, shop, holdout)
    check_forms(report, log, options)
    return report, off


def check_forms(report, log, options):
    """CSV says what JSON says; the page is whole; the same bytes each time."""
    run = lambda form: smartshelf("report", "retention", "--quiet", "--log", log, "--format", form, *options)
    table = {}
    for row in csv.DictReader(io.StringIO(run("csv"))):
        table.setdefault((row["table"], row["row"], row["column"]), row["value"])
    for name in ("summary", "forecast"):
        for row in report[name]:
            value = table[(name, row["figure"], "value")]
            if row["value"] is None:
                assert value == ""
            elif row["figure"] in ("revenue", "revenue_unnamed", "historic_median"):
                assert round(float(value) * 100) == row["value"]
            elif row["figure"] not in ("order_value", "purchase_value", "value", "value_each", "historic_each"):
                close(float(value), row["value"], 1e-8)
    page = run("html")
    assert page == run("html")
    parsed = read_page(page)
    assert parsed.seen["svg"] == 5 and parsed.seen["details"] == 5 and "–85" not in parsed.text
    assert all(warning in parsed.text for warning in report["warnings"])
    words = run("table")
    assert all(f"! {warning}" in words for warning in report["warnings"])


def random_log(rng, path):
    """A shop of customers with a rate and a patience each; rows in order of time, which is whole hours."""
    rows, order, start = [], 0, 1_300_000_000 // 3600 * 3600
    for number in range(600):
        now, rate, leaves = rng.uniform(0, 500), rng.gamma(0.9, 1 / 25), rng.beta(1.2, 5)
        level = rng.gamma(3, 500)
        while now < 540:
            order += 1
            customer = "" if rng.random() < 0.05 else f"c{number}"
            for _ in range(rng.integers(1, 4)):
                item, price = f"{rng.integers(10000, 10040)}", int(max(1, rng.normal(level, level / 3)))
                rows.append((now, f"o{order}", customer, item, int(rng.integers(1, 6)), price))
                if customer and rng.random() < 0.1:
                    rows.append((now + rng.uniform(0, 30), f"r{order}", customer, item, -int(rng.integers(1, 7)), price))
            rows.append((now, f"o{order}", customer, "FEE", 1, 500))
            if rng.random() < leaves:
                break
            now += rng.exponential(1 / rate)
    rows.sort(key=lambda row: row[0])
    table = pandas.DataFrame(rows, columns=["day", "order", "customer", "item", "quantity", "price"])
    table = table.assign(time=start + (table.day * 24).astype(int) * 3600)
    with open(path, "w", encoding="utf-8") as file:
        file.write("order_id,customer_id,item_id,quantity,unit_price,timestamp\n")
        for row in table.itertuples():
            file.write(f"{row.order},{row.customer},{row.item},{row.quantity},{row.price / 100:.2f},{row.time}\n")
    return table[table["item"] != "FEE"]


def check_random(folder, rng):
    path = os.path.join(folder, "log.csv")
    log = random_log(rng, path)
    known = ["--exclude-items", "FEE", "--fees", "ignore"]
    check(path, orders_of(log, True), *known)
    begin, end = 1_300_000_000 // 86400 + 200, 1_300_000_000 // 86400 + 480
    day = lambda number: str(numpy.datetime64(number, "D"))
    orders = orders_of(log, False)
    orders = orders[orders.time < instant(end, "America/New_York")]
    shop_zone = ["--time-zone", "America/New_York", "--returns", "ignore", "--from", day(begin), "--to", day(end)]
    shop = Shop(orders, "America/New_York")
    if shop.end == end:  # its last day has an order: else the end is later than the oracle's
        check(path, orders, *known, *shop_zone, "--window-days", 60, "--months", 7, "--horizon-days", 100,
              "--holdout-days", 70, "--margin", 0.4, "--discount", 0.2, begin=begin, zone="America/New_York", window=60,
              months=7, horizon=100, holdout=70, margin=0.4, discount=0.2)


def check_online_retail():
    folder = real_data("online_retail_ii")
    clean = os.path.join(folder, "transactions_clean.csv.gz")
    table = pandas.read_csv(clean, dtype={"order_id": str, "customer_id": str, "item_id": str})
    rows = pandas.DataFrame({"order": table.order_id, "customer": table.customer_id, "item": table.item_id,
                             "quantity": table.quantity, "price": (table.unit_price * 100).round().astype(int),
                             "time": table.timestamp.astype("int64")})
    report, off = check(clean, orders_of(rows, False))
    published = {"bgnbd_r": .669, "bgnbd_alpha": 9.124, "bgnbd_a": .110, "bgnbd_b": 2.433,
                 "bgnbd_log_likelihood": -85553.97}
    got = figures(report, "forecast")
    for name, value in published.items():
        assert abs(got[name] - value) < (0.005 if name == "bgnbd_log_likelihood" else 0.0005), (name, got[name])
    assert round(100 * off) == -24 and report["warnings"][0].startswith("The forecast is 24 % low")
    # the raw log, cleaned by options as its notes clean it
    no_digit = [option for place in range(5) for option in ("--exclude-items", "?" * place + "[!0-9]*")]
    short = [option for size in range(1, 5) for option in ("--exclude-items", "?" * size)]
    raw = json.loads(smartshelf("report", "retention", "--quiet", "--json", "--log",
                                os.path.join(folder, "transactions.csv.gz"), "--returns", "ignore", "--fees", "ignore",
                                *no_digit, *short))
    close([figures(raw, "forecast")[name] for name in published], [got[name] for name in published], 1e-9)
    for one, other in zip(raw["calibration"], report["calibration"]):
        assert (one["purchases"], one["revenue"]) == (other["purchases"], other["revenue"])
        close(one["purchases_foreseen"], other["purchases_foreseen"])


def check_mistakes(folder):
    path = os.path.join(folder, "log.csv")

    def refused(words, *arguments):
        done = subprocess.run([PROGRAM, "report", "retention", "--quiet", *arguments], capture_output=True, text=True,
                              check=False)
        assert done.returncode != 0 and words in done.stderr, done.stderr
    refused("no purchase log: give --log")
    refused("nowhere.csv", "--log", os.path.join(folder, "nowhere.csv"))
    refused("--from: '2011' is no day: YYYY-MM-DD", "--log", path, "--from", "2011")
    refused("--from is not before --to", "--log", path, "--from", "2011-05-01", "--to", "2011-05-01")
    refused("no order before the end", "--log", path, "--to", "1999-05-01")
    refused("--from is not before the end of the log", "--log", path, "--from", "2099-05-01")
    refused("--time-zone: no such time zone", "--log", path, "--time-zone", "Atlantis")
    refused("--campaign goes with the report of offers", "--log", path, "--campaign", "x")
    refused("window-days", "--log", path, "--window-days", "0")


def main():
    rng = numpy.random.default_rng(seed())
    with tempfile.TemporaryDirectory() as folder:
        check_random(folder, rng)
        check_mistakes(folder)
    check_online_retail()


if __name__ == "__main__":
    main()
