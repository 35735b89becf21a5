"""Prices of offers against exact fractions: random guards, incentives, products, bundles and carts, small sums (where
rounding bites) and the largest there are. The rules are those of recsys/offers/pricing.h, worked out here by themselves:
shares as fractions, amounts spread by raising one level until the sum is reached."""
import os
import random
import subprocess
from fractions import Fraction
from math import floor

from program import seed

DUMP = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_pricing")
NONE, PERCENT, AMOUNT, SHIPPING, CASHBACK, POINTS, GIFT, BUNDLE = range(8)
NO_MONEY = -2 ** 63
LARGEST = 2 ** 63 - 1
MONEY_MAX = 900_000_000_000_000
CASES = 60_000 if os.environ.get("SMARTSHELF_LONG") else 24_000


def half_up(value):
    return floor(value + Fraction(1, 2))


def share(basis_points):
    return Fraction(basis_points, 10_000)


class Line:
    def __init__(self, price, cost, lowest, quantity, reduced, eligible):
        self.price, self.cost, self.quantity = price, cost, quantity
        self.lowest = price if lowest == NO_MONEY else lowest
        self.reduced, self.eligible = reduced, eligible
        self.numbers = (price, cost, lowest, quantity, int(reduced), int(eligible))
        self.list = price * quantity if 0 < price and price * quantity <= LARGEST else 0


class Case:
    def __init__(self, **of):
        self.__dict__.update(of)

    def numbers(self):
        head = (self.what, self.tax, self.margin, self.cart_margin, self.deepest, int(self.discount_reduced),
                int(self.cut), self.kind, self.share, self.amount, self.points, self.value, self.gift, self.most)
        return [*head, *(number for line in self.lines for number in line.numbers)]

    # ---- guards ----

    def net(self, price):
        return price / (1 + share(self.tax))

    def keeps(self, price, cost, margin):
        return self.net(Fraction(price)) - cost >= share(margin) * self.net(Fraction(price))

    def most_on(self, listed):
        return floor(listed * share(self.deepest))

    def rounded(self, listed):
        given = half_up(listed * share(self.share))
        return min(given, self.most_on(listed)) if self.share <= self.deepest else given

    def against_line(self, line):
        if line.list == 0:
            return "no_price"
        if line.cost < 0:
            return "no_cost"
        return "reduced" if line.reduced and not self.discount_reduced else None

    def against_sum(self, listed, given):
        return "too_small" if given <= 0 else "too_deep" if given > self.most_on(listed) else None

    def against_offer(self, line, offer, beside):
        if not self.keeps(offer, line.cost * line.quantity + beside, self.margin):
            return "below_margin"
        return "above_lowest" if self.cut and offer < line.list and offer > line.lowest * line.quantity else None

    def given_on(self, listed):
        return {PERCENT: lambda: self.rounded(listed), CASHBACK: lambda: self.rounded(listed),
                AMOUNT: lambda: self.amount, SHIPPING: lambda: self.amount,
                POINTS: lambda: self.points * self.amount, GIFT: lambda: self.gift}[self.kind]()

    # ---- the three functions: a reason, or (list, offer, given, benefit, offers) ----

    def item(self):
        line = self.lines[0]
        if line.list == 0 or self.kind == BUNDLE:
            return "no_price"
        if self.kind == NONE:
            return line.list, line.list, 0, 0, []
        against = self.against_line(line)
        if against:
            return against
        if line.list < self.value:
            return "too_small"
        if self.kind == GIFT and self.gift < 0:
            return "gift"
        given = self.given_on(line.list)
        lower = given if self.kind in (PERCENT, AMOUNT) else 0
        against = self.against_sum(line.list, given) or self.against_offer(line, line.list - lower, given - lower)
        return against or (line.list, line.list - lower, given, given - lower, [])

    def bundle(self):
        lines = [Line(line.price, line.cost, line.numbers[2], 1, line.reduced, line.eligible) for line in self.lines]
        against = [self.against_line(line) for line in lines]
        if "no_price" in against:
            return "no_price"
        if any(against):
            return next(filter(None, against))
        listed = sum(line.list for line in lines)
        if listed > LARGEST:
            return "no_price"
        if listed < self.value:
            return "too_small"
        given = self.rounded(listed)
        if self.against_sum(listed, given):
            return self.against_sum(listed, given)
        lowered = spread(given, [line.list for line in lines], [line.list for line in lines])
        for line, lower in zip(lines, lowered):
            if self.against_offer(line, line.list - lower, 0):
                return self.against_offer(line, line.list - lower, 0)
        return listed, listed - given, given, 0, [line.list - lower for line, lower in zip(lines, lowered)]

    def cart(self):
        listed = sum(line.list for line in self.lines)
        if listed == 0 or listed > LARGEST or self.kind == BUNDLE:
            return "no_price"
        if self.kind == NONE:
            return listed, listed, 0, 0, [line.list for line in self.lines]
        found = self.cart_given()
        if isinstance(found, str):
            return found
        lowered, beside = found
        against = self.against_sum(listed, sum(lowered) + beside)
        if against:
            return against
        offers = [line.list - lower for line, lower in zip(self.lines, lowered)]
        # A line of unknown cost costs what it brings, net of tax.
        costs = sum(self.net(Fraction(line.list)) if line.cost < 0 else line.cost * line.quantity
                    for line in self.lines if line.list)
        if not self.keeps(sum(offers), costs + beside, self.cart_margin):
            return "below_cart_margin"
        return listed, sum(offers), sum(lowered) + beside, beside, offers

    def cart_given(self):
        listed = sum(line.list for line in self.lines)
        reasons = [(self.against_line(line) if line.eligible else "out") for line in self.lines]
        part = [line for line, reason in zip(self.lines, reasons) if not reason]
        sold = sum(line.list for line in part)
        first = next((reason for reason in reasons if reason not in (None, "out")), None)
        by_line = self.kind in (PERCENT, AMOUNT, CASHBACK)
        if by_line and not part:
            return first or "too_small"
        if (sold if by_line else listed) < self.value:
            return "too_small"
        if self.kind == GIFT and self.gift < 0:
            return "gift"
        nothing = [0] * len(self.lines)
        if self.kind == AMOUNT:
            return self.cart_amount(part, sold)
        if not by_line:
            beside = self.given_on(listed)
            if beside > self.most:
                return "gift" if self.kind == GIFT else "too_deep"
            return nothing, beside
        return self.cart_share(part, first)

    def cart_share(self, part, first):
        given = {}
        for line in part:
            of_line = self.rounded(line.list)
            if self.kind == PERCENT:
                against = self.against_sum(line.list, of_line) or self.against_offer(line, line.list - of_line, 0)
            else:
                against = "too_deep" if of_line > self.most_on(line.list) else \
                    self.against_offer(line, line.list, of_line)
            first = first or against
            if not against:
                given[line] = of_line
        if not given:
            return first or "too_small"
        if self.kind == CASHBACK:
            return [0] * len(self.lines), min(self.rounded(sum(line.list for line in given)), self.most)
        lowered = [given.get(line, 0) for line in self.lines]
        if sum(lowered) > self.most:
            lowered = spread(self.most, lowered, lowered)
            if self.cut and any(lower and line.list - lower > line.lowest * line.quantity
                                for line, lower in zip(self.lines, lowered)):
                return "above_lowest"
        return lowered, 0

    def bears(self, line, part):
        if line not in part or (self.cut and line.lowest < line.price):
            return 0
        cost = line.cost * line.quantity
        if self.margin >= 10_000:
            least = 0 if cost == 0 else line.list
        else:
            least = -floor(-cost * (1 + share(self.tax)) / (1 - share(self.margin)))
        return max(0, min(line.list - least, self.most_on(line.list)))

    def cart_amount(self, part, sold):
        amount = min(self.amount, self.most)
        bears = [self.bears(line, part) for line in self.lines]
        if amount > self.most_on(sold):
            return "too_deep"
        if amount > sum(bears):
            return "below_margin"
        return spread(amount, [line.list for line in self.lines], bears), 0


def spread(amount, weights, bears):
    """Everybody gives weight * level, but no more than they bear; the level is that at which it is enough."""
    open_to = [i for i, bear in enumerate(bears) if bear]
    left, level = amount, Fraction(0)
    # Who is full first: those of the least bear / weight.
    full = []
    for i in sorted(open_to, key=lambda i: Fraction(bears[i], weights[i])):
        rest = [j for j in open_to if j not in full]
        level = Fraction(left, sum(weights[j] for j in rest))
        if level < Fraction(bears[i], weights[i]):
            break
        full.append(i)
        left -= bears[i]
    exact = [Fraction(bears[i]) if i in full else (weights[i] * level if i in open_to else Fraction(0))
             for i in range(len(weights))]
    parts = [floor(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[:amount - sum(parts)]:
        parts[i] += 1
    return parts


def random_line(rng, scale):
    price = rng.choice([rng.randint(1, scale), rng.randint(1, scale), rng.randint(1, 20), 0, NO_MONEY, scale]
                       if rng.random() < 0.3 else [rng.randint(1, scale)])
    base = max(price, 1)
    cost = NO_MONEY if rng.random() < 0.08 else rng.choice([0, base, rng.randint(0, base), base // 2, base * 6 // 10])
    lowest = rng.choice([NO_MONEY, price, rng.randint(0, base), base - base // 10, base + 1]) if price > 0 else NO_MONEY
    quantity = rng.choice([1, 1, 1, 2, 3, rng.randint(1, 10_000)])
    return Line(price, cost, lowest, quantity, rng.random() < 0.1, rng.random() < 0.9)


def random_case(rng):
    what = rng.choice([0, 0, 1, 2, 2, 2])
    scale = rng.choice([30, 1_000, 20_000, 1_000_000, MONEY_MAX])
    kind = rng.randint(NONE, BUNDLE) if what != 1 else BUNDLE
    count = 1 if what == 0 else 2 if what == 1 else rng.choice([1, 2, 3, 5, 8, 20])
    few = scale * rng.choice([1, 1, count])
    return Case(what=what, tax=rng.choice([0, 700, 1_900, 2_100, rng.randint(0, 10_000)]),
                margin=rng.choice([0, 500, 1_000, 3_000, 10_000, rng.randint(0, 10_000)]),
                cart_margin=rng.choice([0, 0, 1_000, 2_000, rng.randint(0, 10_000)]),
                deepest=rng.choice([1_000, 3_000, 5_000, 10_000, rng.randint(0, 10_000)]),
                discount_reduced=rng.random() < 0.2, cut=rng.random() < 0.3, kind=kind,
                share=rng.choice([500, 1_000, 1_500, 3_000, 10_000, rng.randint(1, 10_000)]),
                amount=1 if kind == POINTS else max(1, rng.choice([few // 20, few // 4, rng.randint(1, few), 1])),
                points=rng.choice([1, few // 30 + 1, rng.randint(1, few)]),
                value=rng.choice([0, 0, rng.randint(0, scale)]),
                gift=rng.choice([NO_MONEY, 0, scale // 20, scale // 5]),
                most=rng.choice([LARGEST, LARGEST, 0, rng.randint(0, few)]),
                lines=[random_line(rng, scale) for _ in range(count)])


def expected(case):
    found = (case.item, case.bundle, case.cart)[case.what]()
    return [found] if isinstance(found, str) else ["fine", *map(str, found[:4]), *map(str, found[4])]


def check_properties(case, answer):
    """What holds of every offer, whatever the rules."""
    listed, offer, given, benefit = answer[:4]
    offers = answer[4:]
    assert 0 <= offer <= listed <= LARGEST and given == listed - offer + benefit and benefit >= 0
    assert not offers or sum(offers) == offer and all(0 <= part for part in offers)
    assert case.kind == NONE or 0 < given <= listed * share(case.deepest)
    assert case.what < 2 or given <= case.most


def main():
    rng = random.Random(seed())
    cases = [random_case(rng) for _ in range(CASES)]
    text = "".join(" ".join(map(str, case.numbers())) + "\n" for case in cases)
    done = subprocess.run([DUMP], input=text, stdout=subprocess.PIPE, text=True, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == CASES
    seen = {}
    for case, answer in zip(cases, answers):
        words = answer.split()
        assert words == expected(case), f"{case.numbers()}: {words}, expected {expected(case)}"
        if words[0] == "fine":
            check_properties(case, list(map(int, words[1:])))
        key = (("item", "bundle", "cart")[case.what], words[0])
        seen[key] = seen.get(key, 0) + 1
    for what, number in sorted(seen.items()):
        print(*what, number)
    assert {check for _, check in seen} == {"fine", "no_price", "no_cost", "below_margin", "below_cart_margin",
                                            "too_deep", "reduced", "above_lowest", "too_small", "gift"}


if __name__ == "__main__":
    main()
