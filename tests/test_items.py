"""The shop's changes of its items, through independent clients: what was acknowledged is in the next answer, of every worker, after
kill -9 and a restart, across generations, until it is cleared; new items are shown and asked for."""
import os
import signal
import subprocess
import sys
import unittest

import msgpack
import zmq

from test_server import Server, WithShop, run, train

SHELVES = ("related", "bought_together", "bought_next", "for_you", "cart", "popular", "trending")
HOUR = 3_600_000_000


def change(server, *items):
    error, result = server.ask("items", {"items": list(items)})
    assert error is None, error
    return result


def shown(server, method="popular", **params):
    error, result = server.ask(method, {"limit": 50, **params})
    assert error is None, error
    return {item["item_id"]: item for item in result["items"]}


class Items(WithShop):
    def tearDown(self):
        subprocess.run(["rm", "-rf", f"{self.folder}/store/state"], check=True)

    def test_every_worker_knows_it_in_its_next_answer(self):
        with Server(self.folder, "--workers", 4) as server:
            sockets = [server.socket(zmq.DEALER) for _ in range(8)]
            for round_, override in enumerate(({"hidden": True}, {"hidden": None}, {"stock": 0}, {"clear": ["stock"]}) * 10):
                change(server, {"item_id": "tea", **override})
                gone = round_ % 2 == 0
                for number, socket in enumerate(sockets * 2):
                    socket.send(msgpack.packb([0, number, SHELVES[number % len(SHELVES)], {"limit": 9, "item_id": "soap"}]))
                for socket in sockets * 2:
                    _, _, error, result = msgpack.unpackb(socket.recv())
                    self.assertIsNone(error)
                    items = [item["item_id"] for item in result["items"]]
                    self.assertTrue("tea" not in items if gone else len(items) == 4, items)
            for socket in sockets:
                socket.close()

    def test_what_is_acknowledged_survives_kill_and_restart(self):
        server = Server(self.folder)
        with server:
            result = change(server, {"item_id": "tea", "hidden": True}, {"item_id": "pot", "price": 800},
                            {"item_id": "hat", "name": "Hat", "category": "hats", "price": 1900})
            self.assertEqual(result, {"changed": 3, "refused": 0,
                                      "results": [{"known": True}, {"known": True}, {"known": False}]})
            server.process.send_signal(signal.SIGKILL)
            server.process.wait(120)
            server.process.returncode = 0  # that it was killed is no failure of the test
        for _ in range(2):
            with Server(self.folder) as server:
                items = shown(server, fields=["price", "lowest_price_30d"])
                self.assertNotIn("tea", items)
                self.assertEqual((items["pot"]["price"], items["pot"]["lowest_price_30d"]), (800, 900))
                error, result = server.ask("related", {"item_id": "hat", "explain": True})
                self.assertIsNone(error)
                self.assertEqual(result["unknown"], [])

    def test_overrides_outrank_the_catalogue_across_generations(self):
        with Server(self.folder, "--workers", 2) as server:
            change(server, {"item_id": "tea", "hidden": True}, {"item_id": "cup", "price": 100},
                   {"item_id": "hat", "name": "Hat", "price": 5})
            for _ in range(3):
                train(self.folder)
                error, result = server.ask("reload")
                self.assertIsNone(error)
                self.assertTrue(result["changed"])
                for _ in range(10):
                    items = shown(server, fields=["price"])
                    self.assertNotIn("tea", items)
                    self.assertEqual(items["cup"]["price"], 100)
                    self.assertEqual(server.ask("related", {"item_id": "hat", "explain": True})[1]["unknown"], [])
            change(server, {"item_id": "tea", "clear": True}, {"item_id": "cup", "clear": ["price"]}, {"item_id": "hat", "clear": True})
            items = shown(server, fields=["price"])
            self.assertEqual((items["tea"]["price"], items["cup"]["price"]), (300, 400))
            self.assertEqual(server.ask("related", {"item_id": "hat", "explain": True})[1]["unknown"], ["item_id"])

    def test_filters_read_what_was_changed(self):
        with Server(self.folder) as server:
            change(server, {"item_id": "pot", "price": 250}, {"item_id": "tea", "category": "bath"})
            self.assertEqual(set(shown(server, filter={"price_max": 300})), {"tea", "pot", "soap"})
            self.assertEqual(set(shown(server, filter={"category": "bath"})), {"tea", "soap", "towel"})
            self.assertEqual(set(shown(server, filter={"category": "drinks"})), {"pot", "cup"})
            change(server, {"item_id": "cup", "available_from": 2 * HOUR})
            self.assertNotIn("cup", shown(server, timestamp=HOUR))
            self.assertIn("cup", shown(server, timestamp=2 * HOUR))

    def test_new_items_arrive(self):
        with Server(self.folder, "--workers", 2) as server:
            self.assertEqual(shown(server, "new_arrivals"), {})
            change(server, {"item_id": "hat", "name": "Hat", "category": "hats", "price": 1900, "stock": 3},
                   {"item_id": "scarf", "name": "Scarf", "category": "hats", "price": 900, "stock": 0})
            for _ in range(6):
                items = shown(server, "new_arrivals", fields=["name", "price", "category"])
                self.assertEqual(list(items), ["hat"])
                self.assertEqual(items["hat"]["reason"], {"model": "new", "stage": 0})
                self.assertEqual((items["hat"]["name"], items["hat"]["price"], items["hat"]["category"]), ("Hat", 1900, "hats"))
            self.assertEqual(list(shown(server, "new_arrivals", filter={"category": "hats"})), ["hat"])
            self.assertEqual(shown(server, "new_arrivals", cart=["hat"]), {})
            self.assertEqual(len(shown(server, "related", item_id="hat")), 5)
            error, page = server.ask("page", {"shelves": ["new_arrivals", "popular"]})
            self.assertIsNone(error)
            self.assertEqual([item["item_id"] for item in page["shelves"][0]["items"]], ["hat"])

    def test_each_item_is_refused_by_itself(self):
        with Server(self.folder, "--items.new-capacity", 1) as server:
            result = change(server, {"item_id": "tea", "stock": -5}, {"item_id": "", "stock": 1}, {"item_id": "tea"},
                            {"item_id": "tea", "price": -1}, {"item_id": "tea", "cost": 2 ** 63},
                            {"item_id": "tea", "available_from": 9, "available_until": 8}, {"item_id": "tea", "name": "x" * 513},
                            {"item_id": "tea", "url": "a\nb"}, {"item_id": "tea", "price": 5, "clear": True},
                            {"item_id": "a", "name": "A"}, {"item_id": "b", "name": "B"})
            self.assertEqual(result, {"changed": 2, "refused": 9, "results": [
                {"known": True, "mended": ["stock"]}, {"refused": "item_id"}, {"refused": "no_field"}, {"refused": "money"},
                {"refused": "money"}, {"refused": "date"}, {"refused": "text"}, {"refused": "text"}, {"refused": "set_and_cleared"},
                {"known": False}, {"refused": "no_room"}]})
            self.assertNotIn("tea", shown(server))
            for params, name, field in (({}, "missing_param", "items"), ({"items": []}, "out_of_range", "items"),
                                        ({"items": [{"stock": 1}]}, "missing_param", "items[0].item_id"),
                                        ({"items": [{"item_id": "a", "price": "5"}]}, "wrong_type", "items[0].price"),
                                        ({"items": [{"item_id": "a"}] * 1001}, "out_of_range", "items"),
                                        ({"items": [{"item_id": "a", "clear": ["colour"]}]}, "out_of_range", "items[0].clear")):
                error, _ = server.ask("items", params)
                self.assertEqual((error["name"], error["field"]), (name, field))

    def test_without_state_nothing_is_taken(self):
        with Server(self.folder, "--state=false") as server:
            error, _ = server.ask("items", {"items": [{"item_id": "tea", "stock": 0}]})
            self.assertEqual(error["name"], "not_stored")
            self.assertIn("tea", shown(server))


if __name__ == "__main__":
    unittest.main()
