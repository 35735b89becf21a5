"""The method `visitor` through an independent client (pyzmq, msgpack): what events told, what the generation holds, which segment, which
offers are open; nothing of whom was forgotten, of what somebody else did, or to whom must not ask."""
import random
import time
import unittest

from program import seed
from test_offers_server import ITEMS, WithOffers, train
from test_server import Server, run

LIVE = {"last_activity", "offers_shown", "offer_dismissed", "last_purchase", "codes_used", "items"}
ITEM = {"item_id", "time", "seen", "cart", "bought", "last_bought", "dismissed", "shown"}
EMPTY = {"session": None, "customer": None, "history": [], "history_count": 0, "segments": ["new"], "facts": None, "decimals": 2,
         "offers": []}


def rows_of(folder, customer):
    with open(f"{folder}/log.csv", encoding="utf-8") as log:
        rows = [line.strip().split(",") for line in log][1:]
    return [row for row in rows if row[1] == customer]


def count_orders(folder, customer):
    return len({row[0] for row in rows_of(folder, customer)})


def bought_by(folder, customer):
    """What the log says that a customer bought: item → (pieces, orders, day of the latest)."""
    result = {}
    for order, _, item, quantity, _, day in rows_of(folder, customer):
        pieces, orders, latest = result.get(item, (0, set(), ""))
        result[item] = (pieces + int(quantity), orders | {order}, max(latest, day))
    return {item: (pieces, len(orders), latest) for item, (pieces, orders, latest) in result.items()}


class Visitor(WithOffers):
    def known(self, server, **params):
        result = self.ask(server, "visitor", **params)
        result.pop("generation")
        return result

    def tell(self, server, event, item_id, **params):
        self.assertEqual(self.ask(server, "event", event=event, item_id=item_id, **params)["stored"], 1)

    def test_what_a_session_did(self):
        with self.server("--workers", 2) as server:
            self.assertEqual(self.known(server, session_id="s"), EMPTY)
            for kind, item, pieces in (("view", "item-01", 1), ("cart_add", "item-02", 3), ("cart_remove", "item-02", 1),
                                       ("purchase", "item-03", 2), ("dismiss", "item-04", 1), ("impression", "item-05", 1),
                                       ("view", "never heard of", 1)):
                self.tell(server, kind, item, session_id="s", quantity=pieces)
            result = self.known(server, session_id="s", fields=["name"])
            live = result["session"]
            self.assertEqual(set(live), LIVE)
            self.assertAlmostEqual(live["last_activity"] / 1e6, time.time(), delta=60)
            deeds = {each.pop("item_id"): each for each in live["items"]}
            self.assertEqual(set(deeds), {"item-01", "item-02", "item-03", "item-04", "item-05", "never heard of"})
            self.assertEqual(deeds["item-02"]["name"], "Product 2")
            self.assertNotIn("name", deeds["never heard of"])
            self.assertEqual((deeds["item-02"]["cart"], deeds["item-03"]["bought"]), (2, 2))
            self.assertAlmostEqual(deeds["item-03"]["last_bought"] / 1e6, time.time(), delta=60)
            self.assertEqual([item for item in deeds if deeds[item]["dismissed"]], ["item-04"])
            self.assertEqual([item for item in deeds if not deeds[item]["seen"]], ["item-05", "item-04"])
            self.assertEqual(deeds["item-05"]["shown"], 1)
            self.assertEqual(result["segments"], ["returning"])
            for other in ({"session_id": "S"}, {"customer_id": "s"}):
                self.assertEqual(self.known(server, **other), EMPTY)
            later = self.known(server, session_id="s", timestamp=int(time.time() * 1e6) + 25 * 3600 * 10**6)["session"]
            self.assertEqual((later["items"], later["last_activity"]), ([], None))  # its time is over

    def test_what_a_customer_bought(self):
        with self.server() as server:
            wanted = bought_by(self.folder, "c7")
            result = self.known(server, customer_id="c7", limit=500)
            self.assertEqual(result["history_count"], len(wanted))
            for each in result["history"]:
                day = time.strftime("%Y-%m-%d", time.gmtime(each["last_bought"] / 1e6))
                self.assertEqual((each["quantity"], each["purchases"], day), wanted[each["item_id"]])
            times = [each["last_bought"] for each in result["history"]]
            self.assertEqual(times, sorted(times, reverse=True))
            few = self.known(server, customer_id="c7", limit=3, fields=["name", "price"])
            self.assertEqual([each["item_id"] for each in few["history"]], [each["item_id"] for each in result["history"][:3]])
            self.assertEqual(few["history_count"], len(wanted))
            self.assertEqual(set(few["history"][0]), {"item_id", "quantity", "purchases", "last_bought", "name", "price"})
            self.assertEqual(result["facts"]["orders"], count_orders(self.folder, "c7"))
            self.assertGreater(result["facts"]["value"], 0)
            self.assertIn(result["segments"][0], ("returning", "loyal", "at_risk", "lapsed"))
            self.assertEqual((result["session"], result["customer"]), (None, None))

    def test_both_at_once(self):
        with self.server() as server:
            self.tell(server, "view", "item-01", session_id="s", customer_id="c7")
            self.tell(server, "view", "item-02", session_id="s")
            result = self.known(server, session_id="s", customer_id="c7")
            self.assertEqual([each["item_id"] for each in result["session"]["items"]], ["item-02", "item-01"])
            self.assertEqual([each["item_id"] for each in result["customer"]["items"]], ["item-01"])
            self.assertEqual(set(result["customer"]["items"][0]), ITEM)

    def test_offers(self):
        with self.server() as server:
            decision, who = self.shown(server, page="product", item_id="item-05")
            result = self.known(server, session_id=who)
            self.assertEqual(result["session"]["offers_shown"], 1)
            offer, = result["offers"]
            self.assertEqual((offer["page"], set(offer["states"])), ("product", {"open"}))
            self.assertEqual(len(offer["states"]), len(decision["offers"]))
            self.assertEqual({**offer["decision"], "message_key": 0, "triggers": 0}, {**decision, "message_key": 0, "triggers": 0})
            self.assertLess(offer["decided_at"], offer["closes_at"])
            given = decision["offers"][0]
            self.assertTrue(self.ask(server, "redeem", code=given["code"], order_id="o-1", session_id=who,
                                     cart=[given["item_id"]])["redeemed"])
            result = self.known(server, session_id=who)
            self.assertEqual((result["offers"][0]["states"][0], result["session"]["codes_used"]), ("redeemed", 1))

    def test_nothing_is_changed_by_asking(self):
        with self.server() as server:
            self.tell(server, "view", "item-01", session_id="s", customer_id="c7")
            first = self.ask(server, "visitor", session_id="s", customer_id="c7", timestamp=int(time.time() * 1e6))
            before = server.ask("stats")[1]
            for _ in range(20):
                self.assertEqual(self.ask(server, "visitor", session_id="s", customer_id="c7", timestamp=int(time.time() * 1e6)), first)
                self.known(server, session_id="nobody")
            after = server.ask("stats")[1]
            self.assertEqual((before["visitors"], before["events"]["stored"]), (after["visitors"], after["events"]["stored"]))

    def test_the_forgotten(self):
        self.addCleanup(train, self.folder)  # once the list of the forgotten is gone
        with self.server() as server:
            _, who = self.shown(server, page="product", item_id="item-05")
            self.tell(server, "cart_add", "item-01", session_id=who, customer_id="c7")
            result = self.known(server, session_id=who, customer_id="c7")
            self.assertTrue(result["history"] and result["offers"] and result["customer"] and result["facts"])
            self.ask(server, "forget", customer_id="c7")
            self.assertEqual(self.known(server, session_id=who, customer_id="c7"), EMPTY)
        with self.server() as server:  # and a restart later
            self.assertEqual(self.known(server, session_id=who, customer_id="c7"), EMPTY)
            self.tell(server, "view", "item-09", customer_id="c7")  # who comes again is met anew
            result = self.known(server, customer_id="c7")
            self.assertEqual([each["item_id"] for each in result["customer"]["items"]], ["item-09"])
            self.assertEqual(({**result, "customer": None}), EMPTY)
            self.tell(server, "purchase", "item-08", customer_id="c7", order_id="o-9", unit_price=1800)
            run("train", "--quiet", "--threads", 1, "--als.factors", 8, "--als.iterations", 2, "--log", f"{self.folder}/log.csv",
                "--catalog", f"{self.folder}/items.csv", "--store", f"{self.folder}/store", "--state", f"{self.folder}/store")
            self.ask(server, "reload")
            result = self.known(server, customer_id="c7")
            self.assertEqual([each["item_id"] for each in result["history"]], ["item-08"])
            self.assertEqual(result["facts"]["orders"], 1)

    def test_who_must_not_ask(self):
        with self.server() as server:
            self.refused(server, "visitor", "missing_param", "session_id")
            self.refused(server, "visitor", "out_of_range", "limit", session_id="s", limit=501)
        with Server(self.folder, "--state=false") as server:
            self.refused(server, "visitor", "not_stored", customer_id="c7")

    def test_a_random_life(self):
        """Of every session what a plain model of its events says, whatever the order."""
        dice = random.Random(seed())
        with self.server() as server:
            model = {}
            for _ in range(300):
                session, item = f"s-{dice.randrange(5)}", dice.choice(ITEMS)
                kind = dice.choice(("view", "cart_add", "dismiss", "purchase"))
                deed = model.setdefault(session, {}).setdefault(item, {"cart": 0, "bought": 0, "dismissed": False})
                pieces = dice.randrange(1, 4)
                self.tell(server, kind, item, session_id=session, quantity=pieces)
                deed["cart"] = deed["cart"] + pieces if kind == "cart_add" else 0 if kind == "purchase" else deed["cart"]
                deed["bought"] += pieces if kind == "purchase" else 0
                deed["dismissed"] = kind == "dismiss" or (deed["dismissed"] and kind == "view")
            for session, items in model.items():
                result = self.known(server, session_id=session)["session"]["items"]
                self.assertEqual({each["item_id"]: {name: each[name] for name in ("cart", "bought", "dismissed")} for each in result},
                                 items)


if __name__ == "__main__":
    unittest.main()
