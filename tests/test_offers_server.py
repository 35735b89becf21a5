"""Offers through an independent client (pyzmq, msgpack): the three pages, codes, retries across kill -9 and restart, roles, reloads of
the policy, pages with offers, hostile messages."""
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import msgpack
import zmq

from program import seed
from test_server import Server, run

ITEMS = [f"item-{i:02}" for i in range(40)]
GROUP = {item: f"group-{i // 2}" for i, item in enumerate(ITEMS)}  # two variants of each
PRICE = {item: 1000 + 100 * i for i, item in enumerate(ITEMS)}

POLICY = """offers:
  guards: {margin-min: 5, cart-margin-min: 5, discount-max: 30, budget-per-day: 10000000, uses-max: 0, shows-max: 0,
    cool-bought-hours: 0, cool-dismissed-hours: 0, stacking: true}
  learning: {explore: true, seed: 7}
  incentives: {ten-off: {percent: 10}, back: {cashback: 15}}
  campaigns:
    dont_go: {incentives: [back], message-key: stay, variants: [a, b], lifetime-minutes: 30, holdout: 0}
    lightning: {incentives: [ten-off], lifetime-minutes: 20, limit: 2, price-cut: false, holdout: 0}
    last_chance: {incentives: [ten-off], lifetime-minutes: 15, holdout: 0}
"""
DECISION = {"show", "reason", "campaign", "message_key", "variant", "expires_at", "triggers", "decimals", "offers"}
OFFER = {"offer_id", "item_id", "list_price", "offer_price", "incentive", "code", "reason"}


def make_shop(folder):
    with open(f"{folder}/log.csv", "w", encoding="utf-8") as log:
        log.write("order_id,customer_id,item_id,quantity,unit_price,timestamp\n")
        for order in range(800):
            for step in range(3):
                item = ITEMS[(order * 7 + step * (1 + order % 3)) % len(ITEMS)]
                log.write(f"{order},c{order % 90},{item},1,{PRICE[item] / 100:.2f},2026-0{1 + order % 9}-{1 + order % 28:02}\n")
    with open(f"{folder}/items.csv", "w", encoding="utf-8") as catalog:
        catalog.write("item_id,name,category,price,cost,stock,group\n")
        for i, item in enumerate(ITEMS):
            catalog.write(f"{item},Product {i},Category {i % 4},{PRICE[item] / 100:.2f},{PRICE[item] / 200:.2f},50,{GROUP[item]}\n")
    train(folder)


def train(folder):
    run("train", "--quiet", "--threads", 1, "--als.factors", 8, "--als.iterations", 2, "--log", f"{folder}/log.csv", "--catalog",
        f"{folder}/items.csv", "--store", f"{folder}/store")


def write_policy(folder, text=POLICY):
    with open(f"{folder}/shelf.yaml", "w", encoding="utf-8") as file:
        file.write(text)


class WithOffers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        make_shop(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def setUp(self):
        write_policy(self.folder)

    def tearDown(self):
        subprocess.run(["rm", "-rf", f"{self.folder}/store/state"], check=True)

    def server(self, *arguments):
        return Server(self.folder, "--config", f"{self.folder}/shelf.yaml", *arguments)

    def ask(self, server, method, **params):
        error, result = server.ask(method, params)
        self.assertIsNone(error, error)
        return result

    def refused(self, server, method, name, field=None, **params):
        error, _ = server.ask(method, params)
        self.assertIsNotNone(error, params)
        self.assertEqual(error["name"], name, error)
        if field:
            self.assertEqual(error["field"], field)

    def shown(self, server, method="offers", who="s", **params):
        """The first decision that gives something, of visitors who come one after the other (what is best is drawn at first), and whose
        it is."""
        for i in range(400):
            session = f"{who}-{i}"
            decision = self.ask(server, method, **{"session_id": session, **params})
            if decision["show"] and decision["offers"][0]["incentive"]:
                return decision, session
        self.fail(f"nobody is given anything: {decision}")


class ThreePages(WithOffers):
    def test_a_product(self):
        with self.server() as server:
            decision, _ = self.shown(server, page="product", item_id="item-05", fields=["name", "price"])
            self.assertEqual(set(decision), DECISION | {"decision"})
            self.assertEqual((decision["reason"], decision["campaign"], decision["decimals"]), ("offer", "lightning", 2))
            self.assertAlmostEqual(decision["expires_at"] / 1e6, time.time() + 20 * 60, delta=60)
            self.assertLessEqual(len(decision["offers"]), 2)
            for offer in decision["offers"]:
                self.assertTrue(OFFER <= set(offer), offer)
                list_price = PRICE[offer["item_id"]]
                self.assertEqual((offer["list_price"], offer["offer_price"]), (list_price, list_price - list_price // 10))
                self.assertEqual(offer["incentive"], {"name": "ten-off", "kind": "percent", "percent": 10.0})
                self.assertRegex(offer["code"], "^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$")
                self.assertEqual(offer["code"].replace("-", "")[:8], offer["offer_id"])
                self.assertEqual((offer["name"], offer["price"]), (f"Product {int(offer['item_id'][5:])}", list_price))
            self.assertEqual(len({offer["code"] for offer in decision["offers"]}), len(decision["offers"]))

    def test_home(self):
        with self.server() as server:
            for item in ("item-03", "item-09"):
                self.ask(server, "event", event="view", item_id=item, session_id="s-0")
            decision, _ = self.shown(server, page="home")
            self.assertEqual((decision["campaign"], decision["message_key"]), ("dont_go", "stay"))
            self.assertIn(decision["variant"], ("a", "b"))
            self.assertEqual(set(decision["triggers"]), {"mouse_out", "idle_seconds", "back_button"})
            for offer in decision["offers"]:
                self.assertEqual(offer["list_price"], offer["offer_price"])
                self.assertEqual(offer["incentive"], {"name": "back", "kind": "cashback", "percent": 15.0,
                                                      "amount": (offer["list_price"] * 15 + 50) // 100})

    def test_cart(self):
        with self.server() as server:
            cart = [{"item_id": "item-05", "quantity": 2}, "item-07"]
            value = 2 * PRICE["item-05"] + PRICE["item-07"]
            decision, _ = self.shown(server, page="cart", cart=cart)
            self.assertEqual(decision["campaign"], "last_chance")
            whole = decision["offers"][0]
            self.assertIsNone(whole["item_id"])
            self.assertEqual((whole["list_price"], whole["offer_price"]), (value, value - value // 10))
            self.assertEqual(whole["reason"]["model"], "cart")
            nothing = self.ask(server, "offers", page="cart", session_id="none", cart=[])
            self.assertFalse(nothing["show"])

    def test_previews_keep_nothing(self):
        with self.server() as server:
            params = {"page": "product", "item_id": "item-05"}
            given = 0
            for i in range(200):
                before = self.ask(server, "preview", session_id="p", **params)
                self.assertEqual(set(before), DECISION)
                self.assertEqual({(offer["code"], offer["offer_id"]) for offer in before["offers"]} or {(None, None)}, {(None, None)})
                self.assertEqual(self.ask(server, "preview", session_id="p", **params)["offers"], before["offers"])
                given += bool(before["offers"]) and before["offers"][0]["incentive"] is not None
                self.ask(server, "offers", session_id=f"s-{i}", **params)  # another number is drawn from
            self.assertGreater(given, 0)
            stats = self.ask(server, "stats")["offers"]
            self.assertEqual((stats["previews"], sum(stats["decisions"].values())), (400, 200))

    def test_without_consent_nothing_is_shown_or_kept(self):
        with self.server() as server:
            for who in ({}, {"session_id": "s"}, {"customer_id": "c1"}):
                decision = self.ask(server, "offers", page="home", consent="none", **who)
                self.assertEqual((decision["show"], decision["reason"], decision["offers"]), (False, "no_consent", []))
                self.assertNotIn("decision", decision)

    def test_the_default_policy_gives_nothing_away(self):
        with Server(self.folder) as server:
            for i in range(20):
                decision = self.ask(server, "offers", page="product", item_id="item-05", session_id=f"s-{i}")
                for offer in decision["offers"]:
                    self.assertEqual((offer["incentive"], offer["code"]), (None, None))
                    self.assertEqual(offer["list_price"], offer["offer_price"])


class Codes(WithOffers):
    def redeem(self, server, offer, session, order="o-1", **params):
        return self.ask(server, "redeem", code=offer["code"], order_id=order, session_id=session, cart=[offer["item_id"]],
                        **params)

    def test_a_code_is_used_once(self):
        with self.server() as server:
            decision, me = self.shown(server, page="product", item_id="item-06", limit=1)
            offer = decision["offers"][0]
            paid = PRICE["item-06"] - PRICE["item-06"] // 10
            result = self.redeem(server, offer, me)
            self.assertEqual(result, {"redeemed": True, "reason": "redeemed", "repeated": False, "offer_id": offer["offer_id"],
                                      "campaign": "lightning", "incentive": offer["incentive"], "list": PRICE["item-06"],
                                      "charged": paid, "given": PRICE["item-06"] // 10, "decimals": 2})
            self.assertEqual(self.redeem(server, offer, me), {**result, "repeated": True})
            typed = {**offer, "code": offer["code"].lower().replace("-", " ").replace("0", "o")}
            self.assertEqual(self.redeem(server, typed, me), {**result, "repeated": True})
            self.assertEqual(self.redeem(server, offer, me, "o-2")["reason"], "used")
            undone = self.ask(server, "redeem", code=offer["code"], order_id="o-1", undo=True)
            self.assertEqual((undone["redeemed"], undone["reason"]), (False, "undone"))
            self.assertEqual(self.redeem(server, offer, me)["reason"], "cancelled")
            stats = self.ask(server, "stats")["offers"]
            self.assertEqual((stats["codes"]["redeemed"], stats["codes"]["undone"], stats["codes"]["used"]), (1, 1, 1))
            self.assertEqual(stats["repeated_codes"], 2)

    def test_wrong_codes(self):
        with self.server() as server:
            decision, me = self.shown(server, page="product", item_id="item-06", limit=1)
            offer = decision["offers"][0]
            self.assertEqual(self.redeem(server, {**offer, "code": "AAAA-BBBB-CCCC-DDDD"}, "other")["reason"], "unknown_code")
            self.assertEqual(self.redeem(server, offer, "somebody")["reason"], "foreign")
            self.assertEqual(self.ask(server, "redeem", code=offer["code"], order_id="o", session_id=me,
                                      cart=["item-01"])["reason"], "items")
            reasons = [self.redeem(server, {**offer, "code": f"AAAA-BBBB-CCCC-{i:04}"}, "guesser")["reason"] for i in range(30)]
            self.assertEqual((reasons[0], reasons[-1]), ("unknown_code", "rate_limited"))
            self.assertEqual(self.redeem(server, offer, me)["reason"], "redeemed")  # whoever else guesses

    def test_budgets_are_told(self):
        with self.server() as server:
            decision, me = self.shown(server, page="product", item_id="item-06", limit=1)
            leased = decision["offers"][0]["list_price"] - decision["offers"][0]["offer_price"]
            deadline = time.time() + 120
            while time.time() < deadline:
                self.ask(server, "event", event="view", item_id="item-01", session_id="tick")
                budgets = self.ask(server, "stats")["offers"]["budgets"]
                if budgets.get("lightning", {}).get("day", {}).get("leased"):
                    break
                time.sleep(0.2)
            self.assertEqual(budgets["lightning"]["day"]["leased"], leased)
            self.assertEqual(budgets["*"]["day"], {"leased": leased, "redeemed": 0, "budget": 10000000})
            self.assertEqual(budgets["*"]["in_all"], {"leased": leased, "redeemed": 0})


class Retries(WithOffers):
    def test_the_same_request_has_the_same_answer_after_kill_9(self):
        server = self.server()
        asked, answers = {}, {}
        with server:
            for i in range(120):
                params = {"page": "product", "item_id": ITEMS[i % 40], "session_id": f"s-{i}", "request_id": f"r-{i}"}
                asked[i], answers[i] = params, self.ask(server, "offers", **params)
                self.assertEqual(self.ask(server, "offers", **params), {**answers[i], "repeated": True})
            codes = [offer for i in asked for offer in answers[i]["offers"] if offer["code"]]
            self.assertGreater(len(codes), 0)
            server.process.send_signal(signal.SIGKILL)
            server.process.wait(120)
            server.process.returncode = 0  # that it was killed is no failure of the test
        with self.server() as server:
            for i, params in asked.items():
                self.assertEqual(self.ask(server, "offers", **params), {**answers[i], "repeated": True})
            for i in asked:
                for offer in answers[i]["offers"]:
                    if offer["code"]:
                        result = self.ask(server, "redeem", code=offer["code"], order_id=f"o-{offer['code']}",
                                          session_id=f"s-{i}", cart=[offer["item_id"]])
                        self.assertEqual(result["reason"], "redeemed", result)
            fresh, _ = self.shown(server, page="product", item_id="item-05", who="fresh")
            self.assertNotIn(fresh["offers"][0]["code"], [offer["code"] for offer in codes])

    def test_relaxed_decisions_are_kept_by_an_orderly_stop(self):
        params = {"page": "product", "item_id": "item-05", "session_id": "s", "request_id": "r"}
        with self.server() as server:
            first = self.ask(server, "offers", durability="relaxed", **params)
        with self.server() as server:
            self.assertEqual(self.ask(server, "offers", **params), {**first, "repeated": True})


class Roles(WithOffers):
    def test_offers_take_the_role_event(self):
        keys = {}
        with open(f"{self.folder}/allow", "w", encoding="utf-8") as allow:
            for role in ("read", "event"):
                public, secret = zmq.curve_keypair()
                keys[role] = (public, secret)
                allow.write(f"{public.decode()} {role}\n")
        run("keygen", "--out", f"{self.folder}/server")
        with open(f"{self.folder}/server.pub", encoding="ascii") as file:
            public = next(line.split()[1] for line in file if line.startswith("public")).encode()
        asked = {"offers": {"page": "home", "session_id": "s"}, "preview": {"page": "home", "session_id": "s"},
                 "redeem": {"code": "x", "order_id": "o", "session_id": "s", "cart": ["item-01"]},
                 "page": {"shelves": ["popular"], "offers": True, "session_id": "s"}}
        with self.server("--curve-key", f"{self.folder}/server.key", "--allow", f"{self.folder}/allow") as server:
            for role, (mine, secret) in keys.items():
                with server.socket(zmq.DEALER, curve_serverkey=public, curve_publickey=mine, curve_secretkey=secret) as socket:
                    for method, params in asked.items():
                        socket.send(msgpack.packb([0, 1, method, params]))
                        error = msgpack.unpackb(socket.recv())[2]
                        self.assertEqual(error and error["name"], "access_denied" if role == "read" else None, method)
                    socket.send(msgpack.packb([0, 1, "page", {"shelves": ["popular"]}]))
                    self.assertIsNone(msgpack.unpackb(socket.recv())[2])


class Reloads(WithOffers):
    def test_another_policy_while_running(self):
        with self.server("--workers", 2) as server:
            self.assertEqual(self.shown(server, page="product", item_id="item-05")[0]["offers"][0]["incentive"]["percent"], 10.0)
            self.assertFalse(self.ask(server, "reload")["changed"])
            for round_ in range(6):
                percent = 5.0 if round_ % 2 == 0 else 20.0
                write_policy(self.folder, POLICY.replace("ten-off: {percent: 10}", f"ten-off: {{percent: {percent:g}}}"))
                self.assertTrue(self.ask(server, "reload")["changed"])
                decision, _ = self.shown(server, page="product", item_id=ITEMS[round_], who=f"round-{round_}")
                self.assertEqual(decision["offers"][0]["incentive"]["percent"], percent)
            write_policy(self.folder, POLICY.replace("margin-min: 5", "margin-min: 500"))
            self.refused(server, "reload", "refused")
            self.assertEqual(self.shown(server, page="product", item_id="item-30", who="old")[0]["offers"][0]["incentive"]["percent"], 20.0)
            write_policy(self.folder, POLICY.replace("lightning: {", "lightning: {enabled: false, "))
            self.assertTrue(self.ask(server, "reload")["changed"])
            self.assertEqual(self.ask(server, "offers", page="product", item_id="item-05", session_id="new")["reason"], "no_campaign")

    def test_no_request_is_lost_while_generations_change(self):
        with self.server() as server, server.socket(zmq.DEALER) as dealer:
            sent = answered = 0
            for round_ in range(4):
                if round_ % 2:
                    train(self.folder)
                else:
                    write_policy(self.folder, POLICY.replace("cashback: 15", f"cashback: {round_ + 5}"))
                with server.socket(zmq.DEALER) as other:
                    other.send(msgpack.packb([0, 1, "reload", {}]))
                    waiting = True
                    while waiting:
                        for _ in range(32):
                            dealer.send(msgpack.packb([0, sent, "offers", {"page": "home", "session_id": f"s-{sent}",
                                                                           "durability": "relaxed"}]))
                            sent += 1
                        while answered < sent:
                            error = msgpack.unpackb(dealer.recv())[2]
                            self.assertIsNone(error)
                            answered += 1
                        if other.poll(0):
                            self.assertTrue(msgpack.unpackb(other.recv())[3]["changed"])
                            waiting = False
            self.assertGreater(answered, 0)


class Pages(WithOffers):
    def test_what_is_offered_stands_on_no_shelf(self):
        dice = random.Random(seed())
        with self.server("--workers", 2) as server:
            offered = 0
            for i in range(150):
                item = dice.choice(ITEMS)
                params = {"shelves": dice.sample(["popular", "for_you", "trending", "related", "bought_together", "cart"], 3),
                          "item_id": item, "session_id": f"s-{i}", "limit": dice.randint(1, 12),
                          "cart": dice.sample(ITEMS, dice.randint(0, 3)), "fields": ["price"],
                          "offers": dice.choice([True, {"page": "home"}, {"page": "product", "limit": 2}, {"page": "cart"},
                                                 {"durability": "relaxed"}])}
                page = self.ask(server, "page", **params)
                self.assertTrue(DECISION <= set(page["offers"]))
                self.assertEqual([shelf["shelf"] for shelf in page["shelves"]], params["shelves"])
                groups = {GROUP[offer["item_id"]] for offer in page["offers"]["offers"] if offer["item_id"]}
                offered += len(groups)
                stands = [product["item_id"] for shelf in page["shelves"] for product in shelf["items"]]
                self.assertEqual(len(stands), len({GROUP[item] for item in stands}))
                self.assertFalse(groups & {GROUP[item] for item in stands}, (params, page))
            self.assertGreater(offered, 50)

    def test_a_retried_page_promises_nothing_twice(self):
        with self.server() as server:
            params = {"shelves": ["popular"], "item_id": "item-05", "session_id": "s", "request_id": "r", "offers": True}
            first = self.ask(server, "page", **params)["offers"]
            again = self.ask(server, "page", **params)["offers"]
            self.assertEqual(again, {**first, "repeated": True})
            self.assertEqual(self.ask(server, "offers", page="product", item_id="item-05", session_id="s", request_id="r"), again)

    def test_shelves_are_as_without_what_is_offered(self):
        with self.server() as server:
            for i in range(30):
                asked = {"item_id": ITEMS[i], "session_id": f"s-{i}", "limit": 6}
                page = self.ask(server, "page", shelves=["related", "popular"], offers=True, **asked)
                offered = [offer["item_id"] for offer in page["offers"]["offers"] if offer["item_id"]]
                self.assertEqual(page["offers"]["show"], bool(page["offers"]["offers"]))
                plain = self.ask(server, "page", shelves=["related", "popular"],
                                 exclude=[item for item in ITEMS if GROUP[item] in {GROUP[x] for x in offered}], **asked)
                self.assertEqual([shelf["items"] for shelf in page["shelves"]], [shelf["items"] for shelf in plain["shelves"]])


class Hostile(WithOffers):
    def test_what_is_wrong_is_refused_and_harms_nobody(self):
        with self.server() as server:
            good = {"page": "home", "session_id": "s"}
            self.refused(server, "offers", "missing_param", "page", session_id="s")
            self.refused(server, "offers", "missing_param", "session_id", page="home")
            self.refused(server, "offers", "missing_param", "item_id", page="product", session_id="s")
            self.refused(server, "offers", "out_of_range", "session_id", page="home", session_id="a\nb")
            self.refused(server, "offers", "out_of_range", "cart[0].quantity", cart=[{"item_id": "a", "quantity": 0}], **good)
            self.refused(server, "offers", "unknown_param", "price", price=1, **good)
            self.refused(server, "redeem", "out_of_range", "code", code="A" * 65, order_id="o", session_id="s", cart=["a"])
            self.refused(server, "page", "missing_param", "session_id", shelves=["popular"], offers=True)
            self.refused(server, "popular", "unknown_param", "offers", offers=True)
            dice = random.Random(seed())
            whole = msgpack.packb([0, 1, "offers", {**good, "cart": [{"item_id": "item-01", "quantity": 2}], "limit": 3}])
            with server.socket(zmq.DEALER) as dealer:
                for _ in range(60):
                    for _ in range(50):
                        bytes_ = bytearray(whole)
                        for _ in range(dice.randint(1, 3)):
                            bytes_[dice.randrange(len(bytes_))] = dice.randrange(256)
                        dealer.send(bytes(bytes_[:dice.randint(1, len(bytes_))] if dice.random() < 0.2 else bytes_))
                    for _ in range(50):
                        self.assertEqual(msgpack.unpackb(dealer.recv(), raw=True)[0], 1)
            self.ask(server, "offers", **good)

    def test_a_wrong_request_does_not_fail_its_neighbours(self):
        with self.server() as server, server.socket(zmq.DEALER) as dealer:
            for msgid in range(300):
                params = {"page": "product", "session_id": f"s-{msgid}"} if msgid % 3 == 0 else {"page": "home", "session_id": "x"}
                dealer.send(msgpack.packb([0, msgid, "offers", params]))
            for _ in range(300):
                _, msgid, error, _ = msgpack.unpackb(dealer.recv())
                self.assertEqual(error and error["name"], "missing_param" if msgid % 3 == 0 else None)

    def test_a_server_without_state_says_so(self):
        with self.server("--state=false") as server:
            for method, params in (("offers", {"page": "home", "session_id": "s"}), ("preview", {"page": "home", "session_id": "s"}),
                                   ("redeem", {"code": "x", "order_id": "o", "session_id": "s", "cart": ["a"]}),
                                   ("page", {"shelves": ["popular"], "offers": True, "session_id": "s"})):
                error, _ = server.ask(method, params)
                self.assertEqual((error["name"], error["message"]), ("not_stored", "the server keeps no live state"))
            write_policy(self.folder, POLICY.replace("percent: 10", "percent: 11"))
            self.assertTrue(self.ask(server, "reload")["changed"])


class Events(WithOffers):
    def test_what_is_told_of_offers_counts(self):
        with self.server() as server:
            decision, me = self.shown(server, page="product", item_id="item-05")
            for event in ("impression", "accept"):
                self.ask(server, "event", event=event, offer_id=decision["offers"][0]["offer_id"], session_id=me)
            self.ask(server, "event", event="purchase", item_id="item-05", session_id=me, order_id="o", quantity=1)
            self.ask(server, "event", event="view", item_id="item-05", session_id=me)
            stats = self.ask(server, "stats")["offers"]
            self.assertEqual((stats["events"], stats["lost_events"]), (3, 0))

    def test_a_dismissal_cools_off(self):
        write_policy(self.folder, POLICY.replace("cool-dismissed-hours: 0", "cool-dismissed-hours: 1"))
        with self.server() as server:
            decision, me = self.shown(server, page="product", item_id="item-05")
            self.ask(server, "event", event="dismiss", offer_id=decision["offers"][0]["offer_id"], session_id=me)
            self.assertEqual(self.ask(server, "offers", page="home", session_id=me)["reason"], "cooling")


if __name__ == "__main__":
    assert sys.version_info >= (3, 6)
    unittest.main()
