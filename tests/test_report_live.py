"""The report of offers beside a running server: what a client was answered, told and redeemed is what the report counts."""
import json
import unittest

from program import smartshelf
from test_offers_server import POLICY, PRICE, WithOffers, write_policy

VISITORS = 120


class Report(WithOffers):
    def report(self, *options):
        return json.loads(smartshelf("report", "offers", "--quiet", "--json", "--store", f"{self.folder}/store", *options))

    def test_the_report_counts_what_the_client_saw(self):
        write_policy(self.folder, POLICY.replace("limit: 2, price-cut: false, holdout: 0", "limit: 2, price-cut: false, holdout: 40"))
        wanted = dict.fromkeys(("shown", "held_out", "not_worth", "offers", "codes", "impressions", "accepted", "redeemed", "cost"), 0)
        reasons = {"offer": "shown", "held_out": "held_out", "not_worth": "not_worth"}
        with self.server() as server:
            for number in range(VISITORS):
                me = f"visitor-{number}"
                decision = self.ask(server, "offers", page="product", item_id="item-06", session_id=me)
                self.assertEqual(decision["show"], decision["reason"] == "offer")
                wanted[reasons[decision["reason"]]] += 1
                for offer in decision["offers"]:
                    wanted["offers"] += 1
                    wanted["codes"] += offer["code"] is not None
                if decision["show"] and number % 2:
                    self.tell(server, decision["offers"][0], me, wanted)
            row = next(row for row in self.report("--campaign", "lightning")["rows"] if row["level"] == "campaign")
            self.assertEqual({name: row[name] for name in wanted}, wanted)
            self.assertTrue(wanted["held_out"] and wanted["redeemed"])
            self.assertEqual(row["decisions"], VISITORS)
            found = self.report()
            self.assertEqual(found["rows"][0]["finding"], "too_few")  # no window is closed yet
            self.assertNotIn("visitor-", json.dumps(found))

    def tell(self, server, offer, me, wanted):
        for event, name in (("impression", "impressions"), ("accept", "accepted")):
            self.ask(server, "event", event=event, offer_id=offer["offer_id"], session_id=me)
            wanted[name] += 1
        if not offer["code"]:
            return
        result = self.ask(server, "redeem", code=offer["code"], order_id=f"order-{me}", session_id=me,
                          cart=[{"item_id": offer["item_id"], "quantity": 1}])
        self.assertTrue(result["redeemed"], result)
        self.assertEqual(result["list"], PRICE[offer["item_id"]])
        wanted["redeemed"] += 1
        wanted["cost"] += result["given"]


if __name__ == "__main__":
    unittest.main()
