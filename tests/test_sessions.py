"""Sessions and customers through an independent client (pyzmq, msgpack): an acknowledged event counts in the very next answer, of every
worker, across restarts, kill -9 and swaps of generations; times to live; without consent nothing is kept."""
import tempfile
import time
import unittest

from test_server import Server, train

HOUR = 3600 * 1000000


def event(server, kind, item_id, session_id="s", **fields):
    error, result = server.ask("event", {"event": kind, "item_id": item_id, "session_id": session_id, **fields})
    assert error is None, error
    return result


def answer(server, method, **params):
    error, result = server.ask(method, {"explain": True, "limit": 5, **params})
    assert error is None, error
    return result


def shown(result):
    return [each["item_id"] for each in result["items"]]


def because(result):
    return result["items"][0]["reason"].get("because")


class Sessions(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = self.temporary.name
        train(self.folder)

    def tearDown(self):
        self.temporary.cleanup()

    def test_the_very_next_answer(self):
        with Server(self.folder, "--workers", 2) as server:
            result = answer(server, "related", session_id="s")
            self.assertEqual((because(result), result["unknown"]), (None, ["session_id"]))
            for item, partner in (("tea", "pot"), ("soap", "towel")) * 10:  # whichever worker answers
                session = f"s-{item}-{time.monotonic_ns()}"
                event(server, "view", item, session)
                result = answer(server, "bought_together", session_id=session)
                self.assertEqual((because(result), result["unknown"]), (item, []))
                self.assertIn(partner, shown(result))
                self.assertNotIn(item, shown(result))

    def test_rules(self):
        with Server(self.folder) as server:
            page = {"item_id": "tea", "session_id": "s"}
            self.assertIn("pot", shown(answer(server, "bought_together", **page)))
            event(server, "cart_add", "pot")
            self.assertNotIn("pot", shown(answer(server, "bought_together", **page)))
            event(server, "cart_remove", "pot")
            self.assertIn("pot", shown(answer(server, "bought_together", **page)))
            event(server, "dismiss", "pot")
            result = answer(server, "bought_together", **page)
            self.assertNotIn("pot", shown(result))
            self.assertGreater(result["removed"]["dismissed"], 0)
            self.assertEqual(result["short"], {"code": "filtered", "missing": 2})
            self.assertIn("pot", shown(answer(server, "bought_together", item_id="tea", session_id="another")))
            for _ in range(7):
                self.assertIn("cup", shown(answer(server, "bought_together", **page)))
                event(server, "impression", "cup")
            result = answer(server, "bought_together", **page)
            self.assertNotIn("cup", shown(result))
            self.assertGreater(result["removed"]["shown"], 0)
            event(server, "click", "cup")
            self.assertIn("cup", shown(answer(server, "bought_together", **page)))

    def test_purchases_of_today(self):
        with Server(self.folder) as server:
            self.assertIn("soap", shown(answer(server, "for_you", customer_id="ann")))
            event(server, "purchase", "soap", customer_id="ann", order_id="9")
            result = answer(server, "for_you", customer_id="ann")
            self.assertNotIn("soap", shown(result))
            self.assertGreater(result["removed"]["bought"], 0)
            event(server, "purchase", "soap", "other", customer_id="new")
            self.assertEqual(shown(answer(server, "for_you", customer_id="new"))[0], "towel")  # which goes with it

    def test_restart_and_kill(self):
        with Server(self.folder) as server:
            event(server, "view", "soap", customer_id="new")
            event(server, "cart_add", "towel")
        killed = Server(self.folder)
        with self.assertRaisesRegex(AssertionError, "ended with -9"), killed as server:
            self.assertEqual(server.ask("stats")[1]["visitors"]["sessions"], 1)
            result = answer(server, "bought_together", session_id="s")
            self.assertFalse({"soap", "towel"} & set(shown(result)))
            event(server, "view", "tea")
            killed.process.kill()
        with Server(self.folder) as server:
            result = answer(server, "bought_together", session_id="s")
            self.assertFalse({"soap", "towel", "tea"} & set(shown(result)))
            self.assertEqual(because(answer(server, "related", customer_id="new", session_id="unheard of")), "soap")

    def test_a_swap_keeps_them(self):
        with Server(self.folder) as server:
            event(server, "view", "soap")
            self.assertEqual(because(answer(server, "bought_together", session_id="s")), "soap")
            train(self.folder)
            error, result = server.ask("reload")
            self.assertIsNone(error)
            self.assertTrue(result["changed"])
            self.assertEqual(because(answer(server, "bought_together", session_id="s")), "soap")

    def test_time_to_live(self):
        with Server(self.folder, "--sessions.hours", 1, "--sessions.customer-days", 0.5) as server:
            event(server, "view", "soap", customer_id="new")
            now = time.time_ns() // 1000
            for later, session, customer in ((HOUR // 2, "soap", "soap"), (2 * HOUR, None, "soap"), (13 * HOUR, None, None)):
                result = answer(server, "bought_together", session_id="s", timestamp=now + later)
                self.assertEqual(because(result), session)
                result = answer(server, "bought_together", session_id="-", customer_id="new", timestamp=now + later)
                self.assertEqual(because(result), customer)

    def test_without_consent(self):
        with Server(self.folder) as server:
            self.assertEqual(event(server, "view", "soap", consent="none")["durability"], "none")
            self.assertEqual(answer(server, "related", session_id="s")["unknown"], ["session_id"])
            self.assertEqual(server.ask("stats")[1]["visitors"]["sessions"], 0)
            event(server, "view", "soap", customer_id="ann")
            self.assertEqual(because(answer(server, "bought_together", session_id="s")), "soap")
            result = answer(server, "bought_together", session_id="s", customer_id="ann", consent="none")
            self.assertEqual((because(result), result["unknown"]), (None, []))

    def test_forget(self):
        with Server(self.folder) as server:
            event(server, "view", "soap", customer_id="new")
            event(server, "view", "tea", "other", customer_id="ann")
            self.assertEqual(because(answer(server, "bought_together", session_id="s")), "soap")
            error, result = server.ask("forget", {"customer_id": "new"})
            self.assertIsNone(error)
            self.assertEqual(result["visitors"], 2)
            self.assertEqual(answer(server, "bought_together", session_id="s", customer_id="new")["unknown"], ["customer_id", "session_id"])
        with Server(self.folder) as server:
            self.assertEqual(answer(server, "bought_together", session_id="s")["unknown"], ["session_id"])
            self.assertEqual(because(answer(server, "bought_together", session_id="other")), "tea")

    def test_what_was_refused_or_repeated_counts_not(self):
        with Server(self.folder) as server:
            for _ in range(5):
                event(server, "cart_add", "pot", event_id="once", quantity=2)
            event(server, "cart_remove", "pot", quantity=2)
            event(server, "dismiss", "cup", timestamp=1)  # of 1970: refused
            result = answer(server, "bought_together", item_id="tea", session_id="s")
            self.assertEqual(set(shown(result)[:2]), {"pot", "cup"})


if __name__ == "__main__":
    unittest.main()
