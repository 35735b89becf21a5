"""One client library against the golden requests and replies (golden.json) and homes (homes.json): `check_golden.py LANGUAGE`. The same params are the same bytes
in every language, and the same bytes the same answer; the server takes the requests, and answers with these replies where nothing in them
depends on the moment."""
import json
import sys
import tempfile
import unittest

import msgpack

import shared

LANGUAGE = sys.argv.pop(1)
LEFT_AS_BYTES = ("health", "stats", "reload", "find", "visitor")  # C has few members for these: who wants more reads the answer's `reply`
FALLBACK = ["f1", "f2", "f3"]
with open(f"{shared.HERE}/golden.json", encoding="utf-8") as golden:
    CASES = json.load(golden)
with open(f"{shared.HERE}/homes.json", encoding="utf-8") as homes:
    HOMES = json.load(homes)


def canonical(method, params):
    """What params mean, whichever of several ways they say it in: the typed interface of C has its own."""
    if params.get("offers") == {}:
        params["offers"] = True
    params = {name: value for name, value in params.items() if value not in ([], {}) and (name, value) != ("durability", "durable")}
    if method == "event" and "events" not in params:
        beside = {name: params.pop(name) for name in ("durability", "consent", "request_id") if name in params}
        params = {"events": [params], **beside}
    for holder in (params, params.get("offers")):
        if isinstance(holder, dict) and "cart" in holder:
            holder["cart"] = [line if isinstance(line, str) else (line["item_id"] if line["quantity"] == 1 else line) for line in holder["cart"]]
    return params


class Golden(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.driver = shared.Driver(LANGUAGE)

    @classmethod
    def tearDownClass(cls):
        cls.driver.close()

    def test_requests_are_the_same_bytes(self):
        for case in CASES:
            with self.subTest(case["name"]):
                told = self.driver.do("encode", msgid=case["msgid"], method=case["method"], params=case["params"])["bytes"]
                if LANGUAGE in case.get("differs", {}):
                    self.assertNotEqual(told, case["request"], "nothing differs any more")
                    self.assertEqual(*(msgpack.unpackb(bytes.fromhex(request), raw=True) for request in (told, case["request"])))
                else:
                    self.assertEqual(told, case["request"])

    def test_replies_are_the_same_answers(self):
        for case in CASES:
            with self.subTest(case["name"]):
                told = self.driver.do("decode", method=case["method"], params=case["params"], reply=case["reply"], fallback=FALLBACK)
                wanted = case["answer"]
                self.assertEqual((told["source"], told["error"]), (wanted["source"], wanted["error"]))
                if wanted["source"] == "server":
                    self.assertEqual(told["msgid"], case["msgid"])
                    if LANGUAGE == "c" and case["method"] in LEFT_AS_BYTES:
                        self.assertEqual(told["result"].get("generation"), wanted["result"]["generation"])
                    else:
                        self.assertEqual(comparable(told["result"]), comparable(wanted["result"]))

    def test_visitors_have_the_same_homes(self):
        for case in HOMES:
            for endpoints in (case["order"] or ["a", "b"], sorted(case["order"] or [])):  # the order of naming is of no account
                with self.subTest(method=case["method"], params=case["params"], endpoints=endpoints):
                    told = self.driver.do("homes", method=case["method"], params=case["params"], endpoints=endpoints)
                    self.assertEqual(told["order"], case["order"])

    @unittest.skipUnless(LANGUAGE == "c", "C has two interfaces")
    def test_what_the_typed_interface_says_means_the_same(self):
        said = 0
        for case in CASES:
            told = self.driver.do("encode typed", msgid=case["msgid"], method=case["method"], params=case["params"])
            if "bytes" not in told:
                continue
            said += 1
            with self.subTest(case["name"]):
                _, msgid, method, params = msgpack.unpackb(bytes.fromhex(told["bytes"]))
                wanted = msgpack.unpackb(bytes.fromhex(case["request"]))[3]
                self.assertEqual((msgid, method), (case["msgid"], case["method"]))
                self.assertEqual(canonical(method, params), canonical(method, wanted))
        self.assertGreaterEqual(said, 60)

    def test_the_server_takes_the_requests(self):
        with tempfile.TemporaryDirectory() as folder, shared.Server(folder) as server:
            for case in CASES:
                with self.subTest(case["name"]):
                    if "steady" in case:
                        reply = server.ask_bytes(bytes.fromhex(case["request"]))
                        error = msgpack.unpackb(reply, strict_map_key=False)[2]
                        self.assertNotEqual(error and error["name"], "malformed")
                        if case["steady"]:
                            self.assertEqual(reply.hex(), case["reply"])


def comparable(result):
    return shared.comparable(LANGUAGE, shared.without_special(result))


class Enough(unittest.TestCase):
    def test_there_are_enough(self):
        self.assertGreaterEqual(len(CASES), 60)
        self.assertEqual(len({case["name"] for case in CASES}), len(CASES), "names are given once")


if __name__ == "__main__":
    shared.need(LANGUAGE)
    unittest.main()
