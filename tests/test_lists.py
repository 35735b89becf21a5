"""Lists of whom to write to, end to end: a store with a server that took events and changes of items, each kind of list by a customer
made for it, caps, holdout, incentives, what is remembered, and that nothing depends on threads."""
import csv
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest

from live_server import PROGRAM, Server, smartshelf

DAY = 86400
NOW = time.time()
PRICES = {"tea": 500, "pot": 2000, "cup": 700, "lamp": 3000, "vase": 1500, "rug": 5000, "bowl": 600, "scarf": 1200, "kettle": 4000,
          "hat": 1900, "soap": 300, "mat": 900, "jug": 1100}
LIVE = ("abandoned_cart", "back_in_stock", "price_dropped")


def stamp(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW - days * DAY))


def write_log(path):
    """Regulars buy tea every 30 days, last 27 days ago; those who bought a pot bought a cup next; some have not been here for long."""
    with open(path, "w", encoding="utf-8") as log:
        log.write("order_id,customer_id,item_id,quantity,unit_price,timestamp\n")

        def order(name, customer, days, *items):
            for item in items:
                log.write(f"{name},{customer},{item},1,{PRICES[item] / 100},{stamp(days)}\n")

        for c in range(40):
            for k in range(6):
                order(f"t{c}-{k}", f"c{c:02}", 27 + 30 * k + c % 3, "tea", ("soap", "mat", "jug")[(c + k) % 3])
            order(f"p{c}", f"c{c:02}", 20 + c % 7, "pot")
            if c % 4:
                order(f"q{c}", f"c{c:02}", 10 + c % 5, "cup")
        for c in range(10):
            for k in range(8):
                order(f"l{c}-{k}", f"gone{c}", 300 + 10 * k, "soap", "lamp" if k % 2 else "rug")
        for c in range(20):
            order(f"n{c}", f"once{c:02}", 150 + c, "vase", "bowl", "scarf")


def write_shop(folder):
    write_log(f"{folder}/log.csv")
    with open(f"{folder}/items.csv", "w", encoding="utf-8") as catalog:
        catalog.write("item_id,name,category,price,cost,stock\n")
        for item, price in PRICES.items():
            cost = price * (95 if item == "lamp" else 50) / 10000
            catalog.write(f"{item},The {item},{'hats' if item == 'hat' else 'things'},{price / 100},{cost},{0 if item == 'kettle' else 9}\n")
    with open(f"{folder}/customers.csv", "w", encoding="utf-8") as customers:
        customers.write(f"customer_id,birthday\nonce03,{stamp(0)[5:10]}\nnever-bought,{stamp(0)[5:10]}\nonce04,{stamp(100)[5:10]}\n")
    smartshelf("train", "--quiet", "--threads", 1, "--als.factors", 8, "--segments.loyal-frequency", 8, "--segments.loyal-value", 100,
               "--log", f"{folder}/log.csv", "--catalog", f"{folder}/items.csv",
               "--customers", f"{folder}/customers.csv", "--store", f"{folder}/store")
    with open(f"{folder}/shop.yaml", "w", encoding="utf-8") as config:
        config.write("""
access: [{categories: [hats], segments: [loyal]}]
offers:
  guards: {budget-per-day: 100000, budget: 1000000, margin-min: 10, discount-max: 20}
  incentives: {ten-off: {percent: 10}}
  campaigns: {last_chance: {incentives: [ten-off], holdout: 0}, dont_go: {incentives: [ten-off], holdout: 0}}
lists: {products: 3, repeat-days: {birthday: 200}}
""")


def did(event, item, customer, hours, **fields):
    return {"event": event, "item_id": item, "customer_id": customer, "session_id": f"s-{customer}",
            "timestamp": int((NOW - hours * 3600) * 1e6), **fields}


EVENTS = [
    did("cart_add", "pot", "v-cart", 7, quantity=2), did("cart_add", "jug", "v-cart", 6),
    did("cart_add", "lamp", "v-dear", 6),
    did("cart_add", "pot", "v-fresh", 0.2),
    did("cart_add", "pot", "v-bought", 6), did("purchase", "cup", "v-bought", 5, order_id="o1"),
    did("cart_add", "scarf", "v-hidden", 6),
    did("view", "vase", "v-price", 48),
    did("view", "rug", "v-tiny", 48),
    did("view", "kettle", "v-back", 48),
    did("view", "bowl", "v-bowl", 48),
    did("cart_add", "pot", "v-both", 8), did("view", "vase", "v-both", 7),
    did("cart_add", "pot", "v-forgot", 6), did("view", "vase", "c07", 40), did("cart_add", "pot", "c07", 30),
    did("view", "vase", "v-dismiss", 48), did("dismiss", "vase", "v-dismiss", 47),
]


def ok(reply):
    error, result = reply
    assert error is None, error
    return result


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        write_shop(cls.folder)
        cls.server = Server(cls.folder, f"{cls.folder}/store")
        cls.server.start()
        result = ok(cls.server.ask("event", {"events": EVENTS}))
        assert not any("refused" in each for each in result["results"]), result
        ok(cls.server.ask("items", {"items": [{"item_id": "vase", "price": 1200}, {"item_id": "rug", "price": 4950},
                                              {"item_id": "kettle", "stock": 5}, {"item_id": "scarf", "hidden": True}]}))
        time.sleep(1.1)  # what visitors did is known to the second
        ok(cls.server.ask("event", {"event": "view", "item_id": "kettle", "customer_id": "v-after"}))
        ok(cls.server.ask("forget", {"customer_id": "v-forgot"}))

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        shutil.rmtree(cls.folder)

    def setUp(self):
        shutil.rmtree(f"{self.folder}/store/lists", ignore_errors=True)
        shutil.rmtree(f"{self.folder}/out", ignore_errors=True)

    def run_lists(self, *arguments, out="out/lists.ndjson", check=True):
        os.makedirs(f"{self.folder}/out", exist_ok=True)
        done = subprocess.run([PROGRAM, "lists", "--store", f"{self.folder}/store", "--config", f"{self.folder}/shop.yaml", "--json", "--out",
                               f"{self.folder}/{out}", "--format", "ndjson", *map(str, arguments)], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode == 0, check, done.stderr)
        return json.loads(done.stdout) if check else done

    def mails(self, name="out/lists.ndjson"):
        with open(f"{self.folder}/{name}", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def listed(self, *arguments, **options):
        """By customer: list and items."""
        self.run_lists(*arguments, **options)
        mails = self.mails()
        self.assertEqual(len({mail["customer_id"] for mail in mails}), len(mails), "somebody is written to twice")
        return {mail["customer_id"]: (mail["list"], [product["item_id"] for product in mail["products"]]) for mail in mails}

    def test_each_list_by_the_customer_made_for_it(self):
        lists = self.listed()
        self.assertEqual(lists["v-cart"], ("abandoned_cart", ["jug", "pot"]))
        self.assertEqual(lists["v-both"], ("abandoned_cart", ["pot"]))
        self.assertEqual(lists["c07"], ("abandoned_cart", ["pot"]))
        self.assertEqual(lists["v-back"], ("back_in_stock", ["kettle"]))
        self.assertEqual(lists["v-price"], ("price_dropped", ["vase"]))
        self.assertEqual(lists["once03"][0], "birthday")
        self.assertEqual(lists["never-bought"][0], "birthday")
        self.assertNotEqual(lists.get("once04", ("",))[0], "birthday")
        self.assertEqual(lists["gone3"][0], "win_back")
        for other in ("v-fresh", "v-bought", "v-hidden", "v-tiny", "v-after", "v-dismiss"):
            self.assertNotIn(lists.get(other, ("none",))[0], LIVE, other)
        self.assertNotIn("v-forgot", lists)
        self.assertTrue({name for name, _ in lists.values()} >= {"due_again", "early_access"} | set(LIVE), lists)
        for customer, (_, items) in lists.items():
            self.assertNotIn("scarf", items, customer)

    def test_bad_rows_of_what_was_written(self):
        os.makedirs(f"{self.folder}/store/lists")
        with open(f"{self.folder}/store/lists/written.csv", "w", encoding="utf-8") as file:
            file.write("customer_id,list,time\nv-cart,abandoned_cart,yesterday\ngone3\n,birthday,2020-01-01\nv-both,birthday,2020-01-01\n")
        done = subprocess.run(
            [PROGRAM, "lists", "--quiet", "--json", "--store", f"{self.folder}/store", "--config", f"{self.folder}/shop.yaml", "--format",
             "ndjson", "--out", f"{self.folder}/lists.ndjson"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["bad_rows"], 3)
        self.assertIn("3 of 4 rows of lists/written.csv cannot be read", done.stderr)
        for line in (2, 3, 4):
            self.assertIn(f"{self.folder}/store/lists/written.csv:{line}: ", done.stderr)
        listed = {mail["customer_id"] for mail in self.mails("lists.ndjson")}
        self.assertFalse(listed & {"v-cart", "gone3"})
        self.assertIn("v-both", listed)
        self.assertEqual(self.run_lists("--dry-run", out="out/again.ndjson")["bad_rows"], 0)

    def test_reasons(self):
        self.run_lists()
        by_customer = {mail["customer_id"]: mail for mail in self.mails()}
        first = {customer: mail["products"][0] for customer, mail in by_customer.items()}
        self.assertEqual(by_customer["v-cart"]["why"], "a cart of 51.00, left today")
        self.assertEqual(by_customer["v-cart"]["products"][1]["why"], "left in the cart today, 2 pieces")
        self.assertEqual(first["v-price"]["why"], "looked at 2 days ago at 15.00, now 12.00; the lowest of the 30 days before was 15.00")
        self.assertEqual(first["v-price"]["price"], 1200)
        self.assertRegex(first["v-back"]["why"], r"^looked at 2 days ago, sold out since, back in stock since \d{4}-\d\d-\d\d$")
        self.assertRegex(by_customer["gone3"]["why"], r"^bought last (299|300) days ago, where every \d+ days would be usual$")
        due = next(mail for mail in by_customer.values() if mail["list"] == "due_again")
        self.assertRegex(due["products"][0]["why"], r"^bought 6 times, last 2\d days ago; lasts some \d\d days$")

    def test_what_runs_out_and_what_goes_with_it(self):
        lists = self.listed("--kind", "due-again")
        self.assertGreater(len(lists), 20)
        self.assertTrue(all(items == ["tea"] or "tea" in items for _, items in lists.values()), lists)
        lists = self.listed("--kind", "goes-with", "--quiet-days", 0)
        without = [customer for customer, (_, items) in lists.items() if "cup" in items]
        self.assertTrue(without and all(int(customer[1:]) % 4 == 0 for customer in without), lists)

    def test_early_access_is_for_those_whom_the_rule_names(self):
        self.run_lists("--kind", "early-access")
        mails = self.mails()
        self.assertTrue(mails)
        for mail in mails:
            self.assertEqual((mail["segment"], [product["item_id"] for product in mail["products"]]), ("loyal", ["hat"]))
        self.run_lists("--quiet-days", 0, "--repeat-days.early-access", 0)
        for mail in self.mails():
            self.assertTrue(mail["segment"] == "loyal" or "hat" not in [product["item_id"] for product in mail["products"]], mail)

    def test_nobody_twice_within_the_quiet_days(self):
        first = self.listed()
        again = self.listed()
        self.assertFalse(set(first) & set(again))
        report = self.run_lists()
        self.assertEqual(report["quiet"], len(first) + len(again))
        repeated = self.listed("--quiet-days", 0)  # the lists' own days still hold
        self.assertFalse([customer for customer in repeated if repeated[customer][0] == first.get(customer, ("",))[0]])
        later = self.listed("--at", stamp(-8))
        self.assertIn("v-cart", later)

    def test_a_dry_run_remembers_nothing(self):
        first = self.listed("--dry-run")
        self.assertFalse(os.path.exists(f"{self.folder}/store/lists"))
        self.assertEqual(self.listed(), first)

    def test_priority_kinds_and_limit(self):
        lists = self.listed("--kind", "price-dropped,abandoned-cart", "--priority", "price-dropped")
        self.assertEqual(lists["v-both"], ("price_dropped", ["vase"]))
        self.assertEqual({name for name, _ in lists.values()}, {"price_dropped", "abandoned_cart"})
        everybody = [mail["customer_id"] for mail in (self.run_lists("--dry-run", "--quiet-days", 0), self.mails())[1]]
        report = self.run_lists("--dry-run", "--quiet-days", 0, "--limit", 5)
        self.assertEqual([mail["customer_id"] for mail in self.mails()], everybody[:5])
        self.assertEqual(sum(each["listed"] for each in report["lists"].values()), 5)
        bad = self.run_lists("--kind", "abandoned-carts", check=False)
        self.assertIn("--kind: 'abandoned-carts' is no list", bad.stderr)

    def test_the_same_for_any_number_of_threads(self):
        texts = set()
        for threads in (1, 2, 5):
            for taste in ("shelf", "factors"):
                self.run_lists("--dry-run", "--threads", threads, "--at", stamp(0), "--for-you", taste)
                with open(f"{self.folder}/out/lists.ndjson", "rb") as file:
                    texts.add((taste, file.read()))
        self.assertEqual(len(texts), 2)

    def test_the_held_out_stand_apart_and_stay(self):
        everybody = set(self.listed("--dry-run"))
        report = self.run_lists("--dry-run", "--holdout", 40)
        apart = {mail["customer_id"] for mail in self.mails("out/lists.holdout.ndjson")}
        listed = {mail["customer_id"] for mail in self.mails()}
        self.assertTrue(apart and listed and not apart & listed and apart | listed == everybody)
        self.assertEqual(sum(each["held_out"] for each in report["lists"].values()), len(apart))
        self.run_lists("--holdout", 40, "--threads", 1, "--kind", "for-you")
        later = {mail["customer_id"] for mail in self.mails("out/lists.holdout.ndjson")}
        self.assertFalse(later & listed)
        self.run_lists("--holdout", 40, "--seed", 5, "--quiet-days", 0, "--dry-run")
        self.assertNotEqual({mail["customer_id"] for mail in self.mails("out/lists.holdout.ndjson")}, apart)

    def test_incentives_are_what_the_policy_allows(self):
        self.run_lists("--dry-run")
        by_customer = {mail["customer_id"]: mail["incentive"] for mail in self.mails()}
        self.assertEqual(by_customer["v-cart"], {"campaign": "last_chance", "name": "ten-off", "kind": "percent"})
        self.assertIsNone(by_customer["v-dear"])  # the lamp leaves 5 %
        self.assertIsNone(by_customer["v-price"])  # it is reduced already
        done = smartshelf("lists", "--quiet", "--store", f"{self.folder}/store", "--dry-run", "--kind", "abandoned-cart")
        self.assertEqual({row["incentive"] for row in csv.DictReader(done.splitlines())}, {""})  # no budget, nothing given

    def test_a_folder_has_a_file_for_each_list(self):
        self.run_lists("--holdout", 30, out="out/lists/")
        names = set(os.listdir(f"{self.folder}/out/lists"))
        self.assertEqual(names, {f"{name}.ndjson" for name in LIVE + ("birthday", "early_access", "due_again", "goes_with", "win_back",
                                                                      "for_you", "holdout")})
        self.assertEqual({mail["list"] for mail in self.mails("out/lists/due_again.ndjson")}, {"due_again"})

    def test_csv_has_the_same_columns_for_everybody(self):
        text = smartshelf("lists", "--quiet", "--store", f"{self.folder}/store", "--dry-run", "--products", 2)
        rows = list(csv.DictReader(text.splitlines()))
        self.assertEqual(list(rows[0])[:6], ["customer_id", "list", "segment", "why", "campaign", "incentive"])
        self.assertEqual(len(rows[0]), 6 + 2 * 5)
        self.assertTrue(all(None not in row and None not in row.values() for row in rows))
        price = next(row for row in rows if row["customer_id"] == "v-price")
        self.assertEqual((price["product_1_id"], price["product_1_name"], price["product_1_price"], price["product_2_id"]),
                         ("vase", "The vase", "12.00", ""))

    def test_what_sold_out_and_came_back_between_runs(self):
        ok(self.server.ask("items", {"items": [{"item_id": "bowl", "stock": 0}]}))
        self.assertNotIn("v-bowl", self.listed("--kind", "back-in-stock"))
        ok(self.server.ask("items", {"items": [{"item_id": "bowl", "stock": 3}]}))
        self.assertEqual(self.listed("--kind", "back-in-stock")["v-bowl"], ("back_in_stock", ["bowl"]))
        ok(self.server.ask("items", {"items": [{"item_id": "bowl", "clear": ["stock"]}]}))

    def test_the_memory_is_text_and_its_mistakes_are_told(self):
        first = self.listed("--kind", "abandoned-cart")
        with open(f"{self.folder}/store/lists/written.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual({(row["customer_id"], row["list"]) for row in rows}, {(customer, "abandoned_cart") for customer in first})
        with open(f"{self.folder}/store/lists/written.csv", "a", encoding="utf-8") as file:
            file.write("c01,birthdays,2026-01-01\n")
        self.assertFalse(set(self.listed()) & {"c01", *first})
        with open(f"{self.folder}/store/lists/written.csv", "w", encoding="utf-8") as file:
            file.write("customer_id,list\nc01,birthday\n")
        os.remove(f"{self.folder}/out/lists.ndjson")
        bad = self.run_lists(check=False)
        self.assertIn("written.csv", bad.stderr)
        self.assertEqual(os.listdir(f"{self.folder}/out"), [])

    def test_one_run_at_a_time(self):
        self.run_lists()
        with open(f"{self.folder}/store/lists/lock", "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            bad = self.run_lists(check=False)
            self.assertIn("another run is making lists", bad.stderr)
            self.run_lists("--dry-run")

    def test_without_live_state(self):
        folder = f"{self.folder}/bare"
        os.makedirs(folder, exist_ok=True)
        subprocess.run(["cp", "-a", f"{self.folder}/store/generations", f"{self.folder}/store/current", folder], check=True)
        done = subprocess.run([PROGRAM, "lists", "--store", folder, "--out", f"{folder}/all.csv"], capture_output=True, text=True, check=True)
        for name in LIVE:
            self.assertIn(f"{name} needs live events", done.stderr)
        self.assertIn("early_access needs rules of access", done.stderr)
        with open(f"{folder}/all.csv", encoding="utf-8") as file:
            self.assertTrue({row["list"] for row in csv.DictReader(file)} >= {"due_again", "win_back", "birthday"})


class Factors(unittest.TestCase):
    """The factorization alone, searched for many together, is what a shelf that has nothing else answers one by one."""

    def test_the_same_lists(self):
        with tempfile.TemporaryDirectory() as folder:
            smartshelf("simulate", "--quiet", "--out", f"{folder}/shop", "--items", 500, "--customers", 900, "--orders", 5000)
            smartshelf("train", "--quiet", "--log", f"{folder}/shop/log.csv", "--catalog", f"{folder}/shop/catalog.csv", "--store",
                       f"{folder}/store", "--als.factors", 24, "--als.iterations", 4)
            with open(f"{folder}/factors.yaml", "w", encoding="utf-8") as config:
                config.write("shelves: {for_you: {weight: {related: 0, als: 1}, fallbacks: [], freshness-exponent: 0, candidates: 500}}\n")
            shown = []
            for taste in ("shelf", "factors"):
                text = smartshelf("lists", "--quiet", "--store", f"{folder}/store", "--config", f"{folder}/factors.yaml", "--kind", "for-you",
                                  "--format", "ndjson", "--dry-run", "--products", 20, "--for-you", taste, "--at", "2026-01-01")
                mails = [json.loads(line) for line in text.splitlines()]
                shown.append({mail["customer_id"]: [product["item_id"] for product in mail["products"]] for mail in mails})
            self.assertGreater(len(shown[0]), 500)
            self.assertEqual(shown[0], shown[1])


if __name__ == "__main__":
    unittest.main()
