"""The console's paths over plain HTTP: who is let in, that nothing leaks to who is not, what a page of another origin cannot do, what lies
outside the store, and that what takes long is made aside while others are answered."""
import http.client
import json
import os
import random
import re
import subprocess
import tempfile
import time
import unittest

from live_server import PROGRAM, make_shop, smartshelf
from program import seed

OWN = {"X-Smartshelf-Console": "1", "Content-Type": "application/json"}
PATHS = ["about", "generations", "night", "reports/offers.html", "reports/offers.json", "reports/retention.html", "nothing", "generations/x"]


class Console:
    """A server with HTTP on a free port; ends with the `with` block."""

    def __init__(self, folder, store, *arguments):
        self.log = open(f"{folder}/serve.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([PROGRAM, "serve", "--store", store, "--bind", f"ipc://{folder}/console.ipc", "--http",
                                         "127.0.0.1:0", *map(str, arguments)], stdout=self.log, stderr=subprocess.STDOUT)

    def __enter__(self):
        for _ in range(2000):
            found = re.search(r'url="?http://([^/" ]+)', self.text())
            if found:
                self.host = found.group(1)
                return self
            assert self.process.poll() is None, self.text()
            time.sleep(0.02)
        raise AssertionError(self.text())

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()

    def text(self):
        with open(self.log.name, encoding="utf-8") as log:
            return log.read()

    def ask(self, verb, path, body=None, **headers):
        """(status, headers, body)"""
        connection = http.client.HTTPConnection(self.host, timeout=60)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(verb, path, body=None if body is None else json.dumps(body), headers=given)
        reply = connection.getresponse()
        result = reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read().decode()
        connection.close()
        return result

    def own(self, verb, path, body=None, **headers):
        """As the console's own page asks."""
        return self.ask(verb, f"/console/api/{path}", body, **{**OWN, "Origin": f"http://{self.host}", **headers})

    def made(self, path, **headers):
        """What is made aside, once it is there."""
        while True:
            status, given, body = self.own("GET", path, **headers)
            if status != 202:
                return status, given, body
            time.sleep(0.02)


class WithShop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        cls.store = make_shop(cls.folder, random.Random(seed()), orders=600)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def console(self, *arguments):
        return Console(self.folder, self.store, *arguments)


class Keys(WithShop):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = f"{cls.folder}/keys"
        cls.secret, cls.public = (cls.make_key(kind, *more) for kind, *more in (("secret",), ("public", "--origin", "https://shop.example")))

    @classmethod
    def make_key(cls, kind, *more):
        return re.search(r"[ps]k_\w{40}", smartshelf("keygen", "--http", kind, "--keys", cls.keys, "--name", kind, *more)).group(0)

    def console(self, *arguments):
        return super().console("--http-keys", self.keys, *arguments)

    def test_nothing_without_a_secret_key(self):
        with self.console() as console:
            wrong = self.secret[:-1] + ("0" if self.secret[-1] != "0" else "1")
            for headers in ({}, {"Authorization": f"Bearer {self.public}"}, {"Authorization": f"Bearer {wrong}"},
                            {"Cookie": f"smartshelf_key={self.public}"}, {"Cookie": f"smartshelf_key={wrong}"}, {"Cookie": "smartshelf_key="}):
                for path in PATHS:
                    status, _, body = console.own("GET", path, **headers)
                    self.assertIn(status, (401, 403), (path, headers))
                    self.assertNotIn("2026", body)
                    self.assertNotIn(self.store, body)
                for path in ("login", "logout", "ask/stats", "ask/visitor", "ask/items", "ask/nothing"):
                    status, given, _ = console.own("POST", path, {}, **headers)
                    self.assertIn(status, (401, 403), (path, headers))
                    self.assertNotIn("set-cookie", given)
            status, _, _ = console.own("GET", f"about?key={self.secret}")
            self.assertEqual(status, 401)

    def test_the_pages_themselves_are_for_everybody(self):
        with self.console() as console:
            status, headers, body = console.ask("GET", "/console/")
            self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))
            policy = headers["content-security-policy"]
            self.assertIn("default-src 'self'", policy)
            self.assertNotIn("unsafe", policy)
            for name in re.findall(r'(?:src|href)="(/console/[^"]+)"', body):
                self.assertEqual(console.ask("GET", name)[0], 200, name)
            self.assertEqual(console.ask("GET", "/console")[0], 303)
            for name in ("nothing.js", "package.json", "../web/about.html", "..%2fabout.html", "a" * 300, "console/index.html"):
                self.assertIn(console.ask("GET", f"/console/{name}")[0], (400, 404), name)

    def test_login(self):
        with self.console() as console:
            status, headers, body = console.own("POST", "login", {}, Authorization=f"Bearer {self.secret}")
            self.assertEqual((status, headers["cache-control"]), (200, "no-store"))
            self.assertNotIn(self.secret, body)
            cookie, *attributes = headers["set-cookie"].split("; ")
            self.assertEqual(cookie, f"smartshelf_key={self.secret}")
            self.assertEqual(set(attributes), {"Path=/console/", "Max-Age=43200", "HttpOnly", "SameSite=Strict"})
            _, headers, _ = console.own("POST", "login", {}, Authorization=f"Bearer {self.secret}", Origin="https://" + console.host, Host=console.host)
            self.assertIn("Secure", headers.get("set-cookie", "").split("; "))
            about = json.loads(console.own("GET", "about", Cookie=cookie)[2])
            self.assertEqual((about["mode"], about["keys"], about["store"]), ("serve", True, self.store))
            self.assertEqual(console.own("POST", "ask/stats", {}, Cookie=cookie)[0], 200)
            _, headers, _ = console.own("POST", "logout", {}, Cookie=cookie)
            self.assertIn("Max-Age=0", headers["set-cookie"])
            self.assertEqual(console.own("POST", "login", {}, Cookie=cookie)[0], 400)  # which key?

    def test_what_a_page_of_another_origin_cannot_do(self):
        with self.console() as console:
            cookie = {"Cookie": f"smartshelf_key={self.secret}"}
            change = {"items": [{"item_id": "item-001", "stock": 0}]}
            forged = ({"Origin": "https://evil.example", **OWN}, {"Sec_Fetch_Site": "cross-site", "Origin": f"http://{console.host}", **OWN},
                      {"Origin": f"http://{console.host}", "Content-Type": "application/json"}, {"Content-Type": "text/plain"}, {"Origin": "null", **OWN})
            for headers in forged:
                for path in ("ask/items", "login", "logout"):
                    status, _, _ = console.ask("POST", f"/console/api/{path}", change, **{**cookie, **headers})
                    self.assertIn(status, (401, 403), (path, headers))
            _, _, body = console.own("POST", "ask/find", {"items": ["item-001"], "fields": ["stock"], "all": True}, **cookie)
            self.assertEqual(json.loads(body)["items"][0]["stock"], 10)
            status, headers, _ = console.ask("OPTIONS", "/console/api/ask/items", Origin="https://evil.example", Access_Control_Request_Method="POST")
            self.assertNotIn("access-control-allow-origin", headers)
            # the cookie is for these paths alone
            self.assertEqual(console.ask("POST", "/v1/stats", {}, **{**cookie, **OWN, "Origin": f"http://{console.host}"})[0], 401)


class Paths(WithShop):
    def test_methods(self):
        with self.console() as console:
            status, headers, body = console.own("POST", "ask/find", {"text": "product 7", "fields": ["name"]})
            self.assertEqual((status, headers["cache-control"]), (200, "no-store"))
            self.assertIn("Product 7", [item["name"] for item in json.loads(body)["items"]])
            for path, params, wanted, code in (("ask/find", {"limit": 0}, 400, "out_of_range"), ("ask/visitor", {}, 400, "missing_param"),
                                               ("ask/nothing", {}, 404, "unknown_method"), ("nothing", {}, 404, "unknown_method")):
                status, _, body = console.own("POST", path, params)
                self.assertEqual((status, json.loads(body)["error"]["code"]), (wanted, code))
            status, _, body = console.ask("POST", "/console/api/ask/find", None, **OWN)
            self.assertEqual((status, json.loads(body)["error"]["code"]), (400, "malformed"))
            self.assertEqual(console.own("POST", "ask/event", {"event": "view", "item_id": "item-001", "session_id": "s"})[0], 200)
            _, _, body = console.own("POST", "ask/visitor", {"session_id": "s"})
            self.assertEqual([item["item_id"] for item in json.loads(body)["session"]["items"]], ["item-001"])
            console.own("POST", "ask/items", {"items": [{"item_id": "item-001", "stock": 0, "hidden": True}]})
            _, _, body = console.own("POST", "ask/find", {"items": ["item-001"], "fields": ["stock"], "all": True})
            self.assertEqual(json.loads(body)["items"][0], {"item_id": "item-001", "hidden": True, "no_stock": True, "stock": 0,
                                                            "catalogue": {"stock": 10, "hidden": False}})

    def test_generations(self):
        with self.console() as console:
            status, _, body = console.made("generations")
            self.assertEqual(status, 200)
            current, = json.loads(body)["generations"]
            self.assertTrue(current["current"])
            status, _, body = console.made(f"generations/{current['generation']}")
            self.assertEqual((status, json.loads(body)["manifest"]["counts"]["items"]), (200, 120))
            os.makedirs(f"{self.folder}/outside", exist_ok=True)
            with open(f"{self.folder}/outside/manifest.json", "w", encoding="utf-8") as file:
                file.write('{"leaked": true}')
            for name in ("../../outside", "..%2F..%2Foutside", "%2e%2e/outside", ".", "..", "x", "20261123T000000.000Z/../..", "20261123T000000.000Z%00",
                         "--help", "20269923T000000.000Z", "a" * 5000):
                status, _, body = console.own("GET", f"generations/{name}")
                self.assertIn(status, (400, 404), name)
                self.assertNotIn("leaked", body)
            status, _, body = console.made("generations/20200101T000000.000Z")
            self.assertEqual((status, json.loads(body)["error"]["code"]), (502, "refused"))
            self.assertEqual(console.made("night")[::2], (200, "null"))  # none has run

    def test_reports(self):
        with self.console() as console:
            status, headers, body = console.made("reports/offers.html")
            self.assertEqual((status, headers["content-type"], headers["cache-control"]), (200, "text/html; charset=utf-8", "no-store"))
            self.assertTrue(headers["content-security-policy"].startswith("sandbox; default-src 'none'"))
            self.assertIn("<h1>Offers</h1>", body)
            self.assertIn("rows", json.loads(console.made("reports/offers.json")[2]))
            status, _, body = console.made("reports/retention.html")  # the store has no live purchases, and no log is named
            self.assertTrue(status == 200 or json.loads(body)["error"]["message"], body)

    def test_nothing_waits_for_a_report(self):
        with self.console() as console:
            self.assertEqual(console.own("GET", "reports/offers.html")[0], 202)
            self.assertEqual(console.own("POST", "ask/popular", {"limit": 3})[0], 200)
            self.assertEqual(console.made("generations")[0], 200)
            console.own("GET", "reports/retention.html")
        self.assertEqual(console.process.returncode, 0)  # it stops with a report under way


if __name__ == "__main__":
    unittest.main()
