"""What `find` finds, held against a second reading of catalogue and live changes: Python's own folding of letters, and a plain loop."""
import random
import subprocess
import tempfile
import unicodedata
import unittest

from live_server import Server, smartshelf
from program import seed

WORDS = ["Tasse", "Große", "grün", "Čaj", "LÄNGE", "Łódź", "café", "MÜSLI", "œuvre", "Ærø", "tea", "Pot", "ΆΝΘΗ", "Ёлка", "Ñandú", "茶壶",
         "İnce", "ĳs", "Straße", "x", "Việt", "crème", "brûlée", "20%", "a\u0301b"]
PLAIN = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "þ": "th", "ð": "d", "ı": "i", "ĳ": "ij", "ς": "σ"}


def folded(text):
    """By Unicode's decomposition; й and ї keep their marks."""
    out = []
    for letter in unicodedata.normalize("NFC", text):
        letter = letter.lower()
        if letter in "йї":
            out.append(letter)
            continue
        for part in unicodedata.normalize("NFD", letter):
            if not unicodedata.combining(part):
                out.append(PLAIN.get(part, part))
    return "".join(out)


class Shop:
    """The catalogue, and what has been changed of it."""

    def __init__(self, chance, count=150):
        self.chance = chance
        self.items = {}
        for i in range(count):
            self.items[f"i{i:03}"] = {"name": self.name(), "category": f"K{chance.randrange(5)}", "price": chance.randrange(1, 3000),
                                      "stock": chance.choice([0, 3, None]), "hidden": False, "rank": i}
        self.catalogue = dict(self.items)
        self.changed = {}  # item → the columns that live changes outrank

    def name(self):
        return " ".join(self.chance.choices(WORDS, k=self.chance.randrange(1, 5)))

    def write(self, folder):
        with open(f"{folder}/log.csv", "w", encoding="utf-8") as log:
            log.write("order_id,customer_id,item_id\n")
            order = 0
            for item, columns in self.items.items():  # falling popularity, so that the order is known
                for _ in range(len(self.items) - columns["rank"]):
                    order += 1
                    log.write(f"{order},c{order},{item}\n")
        with open(f"{folder}/items.csv", "w", encoding="utf-8") as catalog:
            catalog.write("item_id,name,category,price,stock\n")
            for item, columns in self.items.items():
                stock = "" if columns["stock"] is None else columns["stock"]
                catalog.write(f'{item},"{columns["name"]}",{columns["category"]},{columns["price"] / 100:.2f},{stock}\n')

    def change(self):
        """One change, as the protocol has it; what it makes of the item."""
        new = self.chance.random() < 0.2
        item = f"n{self.chance.randrange(12)}" if new else self.chance.choice(list(self.items))
        columns = self.items.get(item)
        change = {self.chance.choice(["price", "stock", "name", "hidden", "category"]): None}
        if columns is None:
            change = {"name": None}
            columns = {"category": None, "price": None, "stock": None, "hidden": False, "rank": 10000}
        for field in change:
            change[field] = {"price": self.chance.randrange(3000), "stock": self.chance.randrange(2), "name": self.name(),
                             "hidden": self.chance.random() < 0.5, "category": f"K{self.chance.randrange(7)}"}[field]
        self.items[item] = {**columns, **change}
        self.changed.setdefault(item, set()).update(change)
        return {"item_id": item, **change}

    def matches(self, columns, params):
        low, high = params.get("filter", {}).get("price_min", 0), params.get("filter", {}).get("price_max", 1 << 60)
        category = params.get("filter", {}).get("category")
        bounded = "price_min" in params.get("filter", {}) or "price_max" in params.get("filter", {})
        if bounded and (columns["price"] is None or not low <= columns["price"] <= high):
            return False
        if category and columns["category"] != category:
            return False
        return all(word in folded(columns["name"]) for word in folded(params.get("text", "")).split(" "))

    def find(self, params):
        """{item_id: what withholds it}, of the generation in their order."""
        found = {}
        for item, columns in sorted(self.items.items(), key=lambda pair: (pair[1]["rank"], pair[0])):
            withheld = {name for name, so in (("hidden", columns["hidden"]), ("no_stock", columns["stock"] == 0)) if so}
            if self.matches(columns, params) and (params.get("all") or not withheld):
                found[item] = withheld
        return found

    def question(self):
        params = {"limit": 500}
        if self.chance.random() < 0.8:
            words = self.chance.choices(WORDS, k=self.chance.randrange(1, 3))
            words = [word[self.chance.randrange(len(word)):] for word in words]
            params["text"] = self.chance.choice([str.lower, str.upper, str])(" ".join(words))
        if self.chance.random() < 0.3:
            params["filter"] = self.chance.choice([{"category": "K1"}, {"category": "K6"}, {"price_max": 1000}, {"price_min": 100, "price_max": 900}])
        if self.chance.random() < 0.4:
            params["all"] = True
        return params


class Find(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="smartshelf-test-")
        self.shop = Shop(random.Random(seed()))
        self.shop.write(self.folder)
        smartshelf("train", "--quiet", "--threads", 1, "--models", "popularity", "--store", f"{self.folder}/store", "--log",
                   f"{self.folder}/log.csv", "--catalog", f"{self.folder}/items.csv")
        self.server = Server(self.folder, f"{self.folder}/store", "--workers", 2)
        self.server.start()

    def tearDown(self):
        self.server.stop()
        self.server.close()
        subprocess.run(["rm", "-rf", self.folder], check=True)

    def ask(self, params):
        error, result = self.server.ask("find", params)
        self.assertIsNone(error)
        return result

    def whole(self, params):
        """All pages of an answer, new items apart: they have no order."""
        items, after = [], {}
        while True:
            result = self.ask({**params, **after})
            items += result["items"]
            if not result["more"]:
                break
            after = {"after": result["after"]}
        known = [item for item in items if item["item_id"].startswith("i")]
        self.assertEqual(items[:len(known)], known)
        for item in items:
            before = self.shop.catalogue.get(item["item_id"], {"hidden": False})
            outranked = {name: before.get(name) for name in self.shop.changed.get(item["item_id"], ())} if params.get("all") else {}
            self.assertEqual(item.get("catalogue", {}), outranked)
        return {item["item_id"]: set(item) - {"item_id", "catalogue"} for item in known + sorted(items[len(known):], key=lambda item: item["item_id"])}

    def test_as_a_plain_loop_over_catalogue_and_changes(self):
        found = 0
        for step in range(150):
            if step % 3 == 0:
                error, result = self.server.ask("items", {"items": [self.shop.change() for _ in range(3)]})
                self.assertTrue(error is None and result["refused"] == 0, (error, result))
            params = self.shop.question()
            expected = self.shop.find(params)
            self.assertEqual(list(self.whole(params).items()), list(expected.items()), params)
            self.assertEqual(list(self.whole({**params, "limit": 7}).items()), list(expected.items()), params)
            found += len(expected)
        self.assertGreater(found, 500)

    def test_categories_and_columns(self):
        result = self.ask({"categories": True, "fields": ["name", "price", "category", "stock"], "limit": 3})
        counts = {}
        for item, withheld in self.shop.find({}).items():
            counts[self.shop.items[item]["category"]] = counts.get(self.shop.items[item]["category"], 0) + (not withheld)
        self.assertEqual({entry["category"]: entry["items"] for entry in result["categories"]}, counts)
        numbers = [entry["items"] for entry in result["categories"]]
        self.assertEqual(numbers, sorted(numbers, reverse=True))
        self.assertEqual((len(result["items"]), result["decimals"]), (3, 2))
        for item in result["items"]:
            columns = self.shop.items[item["item_id"]]
            self.assertEqual((item["name"], item["price"], item["category"], item.get("stock")),
                             (columns["name"], columns["price"], columns["category"], columns["stock"]))

    def test_the_command(self):
        smartshelf("items", "--item", "hat", "--name", "Ein Hut", "--price", "19.00", "--connect", self.server.endpoint)
        self.assertRegex(smartshelf("find", "HUT ein", "--connect", self.server.endpoint), r"^Ein Hut +19\.00  hat\n$")
        self.assertIn("no product of that kind", smartshelf("find", "nothing at all", "--connect", self.server.endpoint))
        self.assertRegex(smartshelf("find", "--categories", "--connect", self.server.endpoint), r"^ +\d+  K\d\n")
        self.assertIn("there may be more", smartshelf("find", "--limit", 2, "--connect", self.server.endpoint))


if __name__ == "__main__":
    unittest.main()
