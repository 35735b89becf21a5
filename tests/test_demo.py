"""The demo shop's back end over HTTP: orders with and without codes, what is refused, who the visitor is, pictures whatever a product is called."""
import csv
import json
import os
import random
import re
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

from live_server import PROGRAM, Server, make_shop, smartshelf

SOURCE = os.environ.get("SMARTSHELF_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
CONFIGURATION = """
offers:
  guards: {budget-per-day: 1000000, uses-max: 0, shows-max: 0, cool-dismissed-hours: 0, cool-bought-hours: 0, stacking: true}
  learning: {explore: false}
  campaigns:
    last_chance: {holdout: 0, incentives: [percent-5]}
"""


class Visitor:
    """A browser without pages: keeps the cookie."""

    def __init__(self, url):
        self.url, self.cookie = url, None
        self.session = self.ask("/shop/me")[1]["session_id"]

    def ask(self, path, body=None, kind="application/json", **query):
        """Status and what the JSON (or the bytes) say."""
        request = urllib.request.Request(self.url + path + ("?" + urllib.parse.urlencode(query, doseq=True) if query else ""))
        if self.cookie:
            request.add_header("Cookie", self.cookie)
        if body is not None:
            request.data = body if isinstance(body, bytes) else json.dumps(body).encode()
            request.add_header("Content-Type", kind)
        try:
            reply = urllib.request.urlopen(request, timeout=120)
        except urllib.error.HTTPError as error:
            reply = error
        with reply:
            content, said = reply.read(), reply.headers.get("Set-Cookie")
            if said:
                assert "HttpOnly" in said and "SameSite=Strict" in said, said
                self.cookie = said.split(";")[0]
            return reply.status, json.loads(content) if "json" in reply.headers["Content-Type"] else content


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="smartshelf-test-")
        store = make_shop(cls.folder, random.Random(1))
        with open(f"{cls.folder}/shelf.yaml", "w", encoding="utf-8") as file:
            file.write(CONFIGURATION)
        cls.server = Server(cls.folder, store, "--http", "127.0.0.1:0", "--demo", "--config", f"{cls.folder}/shelf.yaml")
        cls.server.start()
        for _ in range(200):
            found = re.search(r"url=(http://\S+?)/?\s", cls.server.text())
            if found:
                break
            time.sleep(0.05)
        cls.url = found.group(1)
        smartshelf("items", "--item", "item-000", "--price", "20.00", "--cost", "5.00", "--stock", "10", "--connect", cls.server.endpoint)
        smartshelf("items", "--item", "item-001", "--price", "30.00", "--cost", "9.00", "--stock", "1", "--connect", cls.server.endpoint)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.server.close()
        subprocess.run(["rm", "-rf", cls.folder], check=True)

    def setUp(self):
        self.visitor = Visitor(self.url)

    def stock(self, item):
        return self.visitor.ask("/shop/v1/find", items=item, fields="stock")[1]["items"][0]["stock"]

    def order(self, *lines, **more):
        return self.visitor.ask("/shop/checkout", {"cart": [{"item_id": item, "quantity": quantity} for item, quantity in lines], **more})

    def test_an_order_is_priced_by_the_catalogue_and_taken_from_stock(self):
        before = self.stock("item-000")
        status, done = self.order(("item-000", 2))
        self.assertEqual(status, 200, done)
        self.assertEqual((done["total"], done["saved"], done["to_pay"], done["redemption"]), (4000, 0, 4000, None))
        self.assertEqual(done["lines"], [{"item_id": "item-000", "name": "Product 0", "price": 2000, "quantity": 2}])
        self.assertEqual(self.stock("item-000"), before - 2)
        error, known = self.server.ask("visitor", {"session_id": self.visitor.session})
        self.assertIsNone(error)
        self.assertIn("item-000", json.dumps(known, default=str))

    def test_a_code_is_redeemed_once_by_whom_it_was_offered_to(self):
        lines = [{"item_id": "item-000", "quantity": 1}]
        _, decision = self.visitor.ask("/shop/v1/offers", {"page": "cart", "session_id": self.visitor.session, "cart": lines})
        code = next(offer["code"] for offer in decision["offers"] if offer["code"])
        stranger = Visitor(self.url)
        before = self.stock("item-000")
        status, refused = stranger.ask("/shop/checkout", {"cart": lines, "code": code})
        self.assertEqual((status, refused["error"]["code"], refused["refused"], refused["redemption"]["reason"]), (409, "refused", [], "foreign"))
        self.assertEqual(self.stock("item-000"), before)
        _, done = self.order(("item-000", 1), code=code.lower())
        self.assertTrue(done["redemption"]["redeemed"], done)
        self.assertEqual((done["total"], done["saved"], done["to_pay"]), (2000, 100, 1900))
        status, again = self.order(("item-000", 1), code=code)
        self.assertEqual((status, again["redemption"]["reason"]), (409, "used"))

    def test_what_cannot_be_is_refused_and_nothing_is_done(self):
        before = self.stock("item-001")
        few = {"item_id": "item-001", "name": "Product 1", "reason": "few", "left": before}
        gone = {"item_id": "nothing", "name": "", "reason": "gone"}
        dearer = {"item_id": "item-000", "name": "Product 0", "reason": "price", "price": 2000}
        for order, prices, refused in (
            ([("item-001", before + 1)], None, [few]),
            ([("item-001", 1), ("nothing", 1)], None, [gone]),
            ([("item-000", 1), ("nothing", 1), ("item-001", before + 1)], [1999, 1, 1], [dearer, gone, few]),
        ):
            status, answer = self.order(*order, **({"prices": prices} if prices else {}))
            self.assertEqual((status, answer["refused"], answer["redemption"]), (409, refused, None))
        self.assertEqual(self.order(("item-001", 1), ("item-001", 1))[0], 400)
        self.assertEqual(self.order(("item-001", 1), prices=[1, 2])[0], 400)
        self.assertEqual(self.order(("item-001", 1), prices=["1"])[0], 400)
        self.assertEqual(self.order()[0], 400)
        self.assertEqual(self.order(*[("item-001", 1)] * 51)[0], 400)
        self.assertEqual(self.order(("item-001", 0))[0], 400)
        self.assertEqual(self.order(("item-001", 1), price=1)[0], 400)
        self.assertEqual(self.visitor.ask("/shop/checkout", b"{")[0], 400)
        self.assertEqual(self.visitor.ask("/shop/checkout", {"cart": ["item-001"]}, "text/plain")[0], 415)
        self.assertEqual(self.visitor.ask("/shop/checkout")[0], 405)
        self.assertEqual(self.visitor.ask("/shop/keeper", {"item_id": "item-001", "stock": "many"})[0], 400)
        self.assertEqual(self.stock("item-001"), before)

    def test_pages_get_what_a_public_key_gets(self):
        for query in ({"customer_id": "c1"}, {"explain": "true"}, {"timestamp": 1}):
            self.assertEqual(self.visitor.ask("/shop/v1/popular", **query)[0], 403, query)
        self.assertEqual(self.visitor.ask("/shop/v1/find", all="true")[0], 403)
        self.assertEqual(self.visitor.ask("/shop/v1/stats")[0], 403)
        self.assertEqual(self.visitor.ask("/shop/v1/nothing")[0], 404)
        self.assertEqual(self.visitor.ask("/shop/v1/event")[0], 405)
        _, answer = self.visitor.ask("/shop/v1/related", item_id="item-000", fields="name,stock", limit=2)
        self.assertEqual(set(answer["items"][0]["reason"]) - {"because", "because_name"}, {"model"})
        self.assertIs(answer["items"][0]["stock"], True)

    def test_a_visitor_becomes_a_customer_with_a_token_and_another_session(self):
        _, me = self.visitor.ask("/shop/me")
        self.assertEqual((me["visitor"], me["customer_id"], me["session_id"]), (0, None, self.visitor.session))
        _, me = self.visitor.ask("/shop/me", {"visitor": 1})
        self.assertNotEqual(me["session_id"], self.visitor.session)
        self.assertEqual(me["customer_id"], me["customers"][0]["customer_id"])
        status, answer = self.visitor.ask("/shop/v1/buy_again", customer_token=me["customer_token"], session_id=me["session_id"])
        self.assertEqual(status, 200, answer)
        self.assertEqual(self.visitor.ask("/shop/v1/buy_again", customer_token=me["customer_token"], session_id=self.visitor.session)[0], 403)
        for cookie in ("shop=", "shop=x.1", f"shop={'0' * 32}.9", f"shop={'g' * 32}.1", f"shop={'0' * 32}.{chr(200)}"):
            self.visitor.cookie = cookie
            self.assertEqual(self.visitor.ask("/shop/me")[1]["visitor"], 0, cookie)

    def test_pictures_are_xml_whatever_a_product_is_called(self):
        names = ["<b>&'\"</b>", "</title><script>", "\u202e\u2066gum", "\ufffe\uffff", "漢字" * 60, "$a$b%n"]
        for number, name in enumerate(names):
            self.server.ask("items", {"items": [{"item_id": f"odd {number}<&>", "name": name, "category": name[:50]}]})
            status, svg = self.visitor.ask("/shop/picture", id=f"odd {number}<&>")
            self.assertEqual(status, 200)
            root = xml.etree.ElementTree.fromstring(svg)
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            self.assertFalse([node for node in root.iter() if node.tag.split("}")[1] not in ("svg", "title", "g", "path", "rect", "circle", "ellipse")])
        self.assertEqual(self.visitor.ask("/shop/picture")[0], 400)
        self.assertEqual(self.visitor.ask("/shop/picture", id="x" * 256)[0], 400)
        self.assertEqual(self.visitor.ask("/shop/picture", id="nobody knows it")[0], 200)

    def test_pages_are_there_with_a_strict_policy(self):
        for path in ("/", "/shop/", "/shop/category", "/shop/search", "/shop/product", "/shop/cart", "/shop/order"):
            with urllib.request.urlopen(self.url + path, timeout=120) as page:
                self.assertTrue(page.url.endswith("/shop/") or path != "/")
                self.assertIn("default-src 'self'", page.headers["Content-Security-Policy"])
                self.assertNotRegex(page.read().decode(), r"<style|style=|onclick|<script(?! type=\"module\" src)")
        self.assertEqual(self.visitor.ask("/shop/nothing")[0], 404)

    def test_it_is_for_this_machine_alone(self):
        for http in ("0.0.0.0:0", None):
            words = ["serve", "--store", f"{self.folder}/store", "--state=false", "--demo", "--bind", f"ipc://{self.folder}/other.ipc"]
            done = subprocess.run([PROGRAM, *words, *(["--http", http] if http else [])], capture_output=True, text=True, check=False, timeout=60)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("--demo", done.stderr)


class Policy(unittest.TestCase):
    """What scripts/packaging/smartshelf-demo lets its shop give, over every product of a simulated shop."""

    def test_nearly_every_product_page_has_an_offer_and_none_is_below_the_margin(self):
        with open(f"{SOURCE}/scripts/packaging/smartshelf-demo", encoding="utf-8") as script:
            policy = re.search(r"<<'END'\n(.*?)^END$", script.read(), re.M | re.S).group(1)
        with tempfile.TemporaryDirectory(prefix="smartshelf-test-") as folder:
            smartshelf("simulate", "--quiet", "--items", 600, "--customers", 400, "--orders", 4000, "--out", f"{folder}/shop")
            smartshelf("train", "--quiet", "--als.factors", 8, "--als.iterations", 2, "--log", f"{folder}/shop/log.csv", "--catalog", f"{folder}/shop/catalog.csv",
                       "--store", f"{folder}/store")
            with open(f"{folder}/shelf.yaml", "w", encoding="utf-8") as file:
                file.write(policy)
            with open(f"{folder}/shop/catalog.csv", encoding="utf-8") as file:
                costs = {row["item_id"]: round(100 * float(row["cost"])) for row in csv.DictReader(file)}
            server = Server(folder, f"{folder}/store", "--config", f"{folder}/shelf.yaml")
            server.start()
            self.addCleanup(server.close)
            given = 0
            for number, item in enumerate(costs):
                error, decision = server.ask("preview", {"page": "product", "item_id": item, "session_id": f"s{number}"})
                self.assertIsNone(error)
                self.assertIn(decision["reason"], ("offer", "no_products"), item)
                reduced = [offer for offer in decision["offers"] if offer["incentive"]]
                given += bool(reduced)
                for offer in reduced:
                    self.assertLessEqual(costs[offer["item_id"]], 0.9 * offer["offer_price"], offer)
            self.assertGreater(given, 0.95 * len(costs), f"of {len(costs)}")


if __name__ == "__main__":
    unittest.main()
