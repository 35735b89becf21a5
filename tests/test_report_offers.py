"""The report of offers against numpy and scipy: random decisions are written into a store by the ledger, and every number
of `smartshelf report offers` is worked out once more from the same decisions. The page is read by html.parser: it is
whole, escaped, and refers to nothing outside of itself; no report names a visitor."""
import csv
import io
import json
import math
import os
import random
import subprocess
import tempfile

import numpy
from scipy import stats

from program import PROGRAM, seed, smartshelf
from report_page import read_page

DUMP = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_decisions")
DAY = 86_400_000_000
NOW = 20_000 * DAY + DAY // 2
SHOWN, HELD_OUT, NOT_WORTH, NO_CAMPAIGN, COOLING = 0, 1, 2, 3, 6
SEEN, ACCEPTED, DISMISSED = 1, 2, 4
CAMPAIGNS = ["dont_go", "last_chance", 'a<b>&"c"']
INCENTIVES = ["none", "ten-off", "<script>", "shipping"]
SEGMENTS = ["new", "loyal", "at_risk"]


class Decision:
    """One, with what became of it by NOW."""

    def __init__(self, rng, number, visitors):
        visitor = rng.randint(1, visitors)
        self.number, self.time = number, NOW - 20 * DAY + number * (20 * DAY // 6000)
        self.expires, self.closes = self.time + DAY // 24, self.time + rng.choice([DAY, DAY, 3 * DAY])
        self.day = self.time // DAY
        self.customer = f"customer-{visitor}" if visitor % 3 else ""
        self.session = f"session-{visitor}-{rng.randint(1, 2)}" if self.customer else f"session-{visitor}"
        self.verdict = rng.choice([SHOWN] * 6 + [HELD_OUT, NOT_WORTH, NO_CAMPAIGN, COOLING])
        named = self.verdict in (SHOWN, HELD_OUT, NOT_WORTH)
        self.campaign = CAMPAIGNS[visitor % 3 if rng.random() < 0.8 else rng.randint(0, 2)] if named else ""
        if named and self.verdict != NOT_WORTH:  # who is held out stays so; shares of them differ
            share = (30, 10, 50)[CAMPAIGNS.index(self.campaign)]
            self.verdict = HELD_OUT if hash_of(self.campaign, visitor) % 100 < share else SHOWN
        self.incentive = "nothing" if self.verdict == NOT_WORTH else rng.choice(INCENTIVES) if named else ""
        self.segment = rng.choice(SEGMENTS) if named else ""
        self.offers = [Offer(rng, self) for _ in range(rng.randint(1, 3))] if named and self.verdict != NOT_WORTH else []
        bought = rng.random() < (0.35 if self.verdict == SHOWN else 0.25)
        scale = 300 if self.campaign == "last_chance" else 4000
        self.orders = int(bought)
        self.revenue = rng.randint(1, 5 * scale) if bought else 0
        self.margin = self.revenue // 3 - rng.randint(0, 20) if bought else 0
        self.given = sum(offer.cost for offer in self.offers if offer.cost >= 0)

    @property
    def assigned(self):
        return self.verdict in (SHOWN, HELD_OUT)

    @property
    def visitor(self):
        return ("c", self.customer) if self.customer else ("s", self.session)

    def line(self):
        head = (self.verdict, self.time, self.expires, self.closes, self.day, self.campaign, self.incentive, self.segment,
                self.customer, self.session, self.orders, self.revenue, self.margin, self.given)
        return "\t".join(map(str, [*head, *(field for offer in self.offers for field in offer.fields())]))


class Offer:
    def __init__(self, rng, decision):
        shown = decision.verdict == SHOWN
        self.lease = rng.randint(1, 500) if shown and decision.incentive != "none" else 0
        self.told = sum(bit for bit in (SEEN, ACCEPTED, DISMISSED) if rng.random() < 0.4) if shown else 0
        self.cost = rng.randint(0, self.lease) if self.lease and rng.random() < 0.3 else -1
        self.undone = int(self.cost >= 0 and rng.random() < 0.2)
        self.redeemed = self.cost >= 0 and not self.undone
        self.open = self.cost < 0 and decision.expires > NOW

    def fields(self):
        return self.lease, self.told, self.cost, self.undone, 1000


def hash_of(campaign, visitor):
    return (visitor * 2_654_435_761 + len(campaign) * 40_503) >> 7


# ---- the same once more ----

def counts(decisions):
    shown = [d for d in decisions if d.verdict == SHOWN]
    offers = [o for d in shown for o in d.offers]
    codes = [o for o in offers if o.lease]
    return {
        "decisions": len(decisions), "shown": len(shown), "held_out": sum(d.verdict == HELD_OUT for d in decisions),
        "not_worth": sum(d.verdict == NOT_WORTH for d in decisions), "offers": len(offers), "codes": len(codes),
        "impressions": sum(o.told & SEEN > 0 for o in offers), "accepted": sum(o.told & ACCEPTED > 0 for o in offers),
        "dismissed": sum(o.told & DISMISSED > 0 for o in offers), "redeemed": sum(o.redeemed for o in codes),
        "undone": sum(o.undone for o in codes), "expired": sum(o.cost < 0 and not o.open for o in codes),
        "revenue": sum(d.revenue for d in shown), "margin": sum(d.margin for d in shown),
        "cost": sum(o.cost for o in codes if o.redeemed), "leased": sum(o.lease for o in codes if o.open)}


def sides(decisions):
    """Outcomes of those shown and those held out, whose windows are closed."""
    closed = [d for d in decisions if d.closes <= NOW]
    return [numpy.array([d.margin - d.given for d in closed if d.verdict == verdict], float)
            for verdict in (SHOWN, HELD_OUT)]


def firsts(decisions, key):
    first = {}
    for decision in decisions:
        if decision.assigned:
            first.setdefault(key(decision), decision)
    return list(first.values())


def estimate(strata):
    """Welch's, summed over strata: (visitors, held out, each, low, high, total, total_low, total_high)."""
    strata = [(a, b) for a, b in strata if len(a) > 1 and len(b) > 1]
    treated, held = sum(len(a) for a, _ in strata), sum(len(b) for _, b in strata)
    if not strata:
        return treated, held, *[math.nan] * 6
    total = sum(len(a) * (a.mean() - b.mean()) for a, b in strata)
    parts = [(len(a) * a.var(ddof=1), len(a) ** 2 / len(b) * b.var(ddof=1), len(a) - 1, len(b) - 1) for a, b in strata]
    variance = sum(x + y for x, y, _, _ in parts)
    freedom = variance ** 2 / sum(x ** 2 / n + y ** 2 / m for x, y, n, m in parts)
    half = stats.t.ppf(0.975, freedom) * math.sqrt(variance)
    each = [value / treated for value in (total, total - half, total + half)]
    return treated, held, *each, total, total - half, total + half


def expected(decisions):
    """(level, campaign, name): what the row says."""
    rows = {("all", None, None): (counts(decisions), estimate(
        [sides([d for d in firsts(decisions, lambda d: d.visitor) if d.campaign == campaign]) for campaign in CAMPAIGNS]))}
    for campaign in sorted({d.campaign for d in decisions if d.campaign}):
        own = [d for d in decisions if d.campaign == campaign]
        first = firsts(own, lambda d: d.visitor)
        rows["campaign", campaign, None] = counts(own), estimate([sides(first)])
        for level, names in (("incentive", INCENTIVES), ("segment", SEGMENTS)):
            for name in names:
                group = [d for d in own if getattr(d, level) == name]
                if group:
                    rows[level, campaign, name] = counts(group), estimate(
                        [sides([d for d in first if getattr(d, level) == name])])
    return rows


def finding(estimated):
    treated, held, _, low, high = estimated[:5]
    if min(treated, held) < 30 or not high > low:
        return "too_few"
    return "gain" if low > 0 else "loss" if high < 0 else "unclear"


ESTIMATES = ("visitors", "visitors_held_out", "uplift", "uplift_low", "uplift_high", "uplift_total", "uplift_total_low",
             "uplift_total_high")


def check_rows(report, decisions):
    wanted = expected(decisions)
    got = {(row["level"], row["campaign"], row["incentive"] or row["segment"]): row for row in report["rows"]}
    assert set(got) == set(wanted), (set(got) ^ set(wanted))
    for key, (numbers, estimated) in wanted.items():
        row = got[key]
        for name, value in numbers.items():
            assert row[name] == value, (key, name, row[name], value)
        for name, value in zip(ESTIMATES, estimated):
            if name.startswith("uplift") and key[0] != "all" and min(estimated[:2]) < 2:
                continue
            found = math.nan if row[name] is None else row[name]
            assert numpy.isclose(found, value, rtol=1e-6, atol=1e-6, equal_nan=True), (key, name, found, value)
        if min(estimated[:2]) > 1:
            assert row["finding"] == finding(estimated), key


def check_days(report, decisions):
    days = {}
    for decision in decisions:
        if decision.verdict == SHOWN:
            cost, leased = days.get(decision.day, (0, 0))
            days[decision.day] = (cost + sum(o.cost for o in decision.offers if o.redeemed),
                                  leased + sum(o.lease for o in decision.offers if o.open))
    told = [(numpy.datetime64(day["day"]).astype(int), day["cost"], day["leased"]) for day in report["days"]]
    assert told == [(day, *days[day]) for day in sorted(days)]


def check_csv(text, report):
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(report["rows"])
    for row, wanted in zip(rows, report["rows"]):
        for name, value in wanted.items():
            if value is None:
                assert row[name] == ""
            elif name in ("revenue", "margin", "cost", "leased") or name.startswith("uplift"):
                assert abs(float(row[name]) * 100 - value) <= 1e-3 + 1e-9 * abs(value), (name, row[name], value)
            else:
                assert row[name] == str(value)


def check_page(text):
    page = read_page(text)
    assert page.seen["svg"] == 3 and page.seen["table"] == 3
    assert 'a<b>&"c"' in page.text and "incentive <script>" in page.text


def write(folder, decisions):
    subprocess.run([DUMP, folder, str(NOW)], input="".join(d.line() + "\n" for d in decisions), text=True, check=True)


def report(folder, *options, **environment):
    return smartshelf("report", "offers", "--store", folder, "--quiet", *options, **environment)


def check_limits(folder, decisions):
    begin, end = NOW - 12 * DAY, NOW - 5 * DAY
    span = ["--from", str(begin // 1_000_000), "--to", str(end // 1_000_000)]
    check_rows(json.loads(report(folder, "--json", *span)), [d for d in decisions if begin <= d.time < end])
    one = [d for d in decisions if d.campaign == "last_chance"]
    check_rows(json.loads(report(folder, "--json", "--campaign", "last_chance")), one)
    nothing = json.loads(report(folder, "--json", "--campaign", "no-such"))
    assert len(nothing["rows"]) == 1 and nothing["warnings"] == ["No decisions were made within these limits."]
    read_page(report(folder, "--format", "html", "--campaign", "no-such"))


def check_few(folder, rng):
    decisions = [Decision(rng, number, 40) for number in range(60)]
    write(folder, decisions)
    found = json.loads(report(folder, "--json"))
    assert any("too few to tell" in warning for warning in found["warnings"])
    assert "! All campaigns: " in report(folder)


def check_mistakes(folder):
    def refused(words, *arguments):
        done = subprocess.run([PROGRAM, "report", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode != 0 and words in done.stderr, done.stderr
    refused("usage: smartshelf report")
    refused("no store", "offers")
    refused("no report 'sales'", "sales", "--store", folder)
    refused("--from is not before --to", "offers", "--store", folder, "--from", "2026-01-02", "--to", "2026-01-01")
    refused(os.path.join(folder, "nowhere"), "offers", "--store", os.path.join(folder, "nowhere"))


def main():
    rng = random.Random(seed())
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as small:
        decisions = [Decision(rng, number, 2500) for number in range(6000)]
        write(folder, decisions)
        found = json.loads(report(folder, "--json"))
        check_rows(found, decisions)
        check_days(found, decisions)
        check_csv(report(folder, "--format", "csv"), found)
        out = os.path.join(folder, "offers.html")
        report(folder, "--format", "html", "--out", out)
        with open(out, encoding="utf-8") as file:
            page = file.read()
        check_page(page)
        assert page == report(folder, "--format", "html")
        for text in (page, report(folder), report(folder, "--json"), report(folder, "--format", "csv")):
            assert "customer-" not in text and "session-" not in text and "o-1" not in text
        check_limits(folder, decisions)
        check_few(small, rng)
        check_mistakes(folder)


if __name__ == "__main__":
    main()
