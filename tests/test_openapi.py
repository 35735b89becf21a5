#!/usr/bin/env python3
"""The description at /openapi.json against a real server: what it says may be sent may be, and nothing else; what comes back is as it says. Every
method with every param is asked, well and wrongly in every way that its schema names."""
import glob
import json
import os
import random
import re
import tempfile
import unittest

from http_server import SESSION, HttpServer, new_key
from live_server import make_shop
from schema import mistakes, resolve

SOURCE = os.environ.get("SMARTSHELF_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
OWN = {"token"} # of the port, and no method of the protocol
# What the server decides event by event and item by item, and tells in its result: no error of the request.
VALUES = {("event", name) for name in ("event", "item_id", "session_id", "customer_id", "order_id", "event_id", "shelf", "generation", "offer_id", "quantity",
                                       "unit_price", "timestamp")}


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        store = make_shop(cls.folder.name, random.Random(7), 600)
        keys = f"{cls.folder.name}/keys"
        cls.public, cls.secret = new_key(keys, "public", "https://shop.example"), new_key(keys, "secret")
        cls.server = HttpServer(cls.folder.name, store, "--http-keys", keys, "--http-rate", 0, "--http-offers-rate", 0)
        cls.server.start()
        cls.document = cls.server.request("GET", "/openapi.json").json

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.folder.cleanup()

    def operations(self):
        """Each method with its verb and what is described of it."""
        for path, verbs in self.document["paths"].items():
            for verb, operation in verbs.items():
                if path.startswith("/v1/"):
                    yield path.removeprefix("/v1/"), verb, operation

    def body_of(self, operation):
        content = operation["requestBody"]["content"]["application/json"]
        return resolve(self.document, content["schema"]), json.loads(json.dumps(content["example"]))

    def posts(self):
        for method, verb, operation in self.operations():
            if verb == "post":
                yield method, *self.body_of(operation)

    def parameters_of(self, operation):
        return [resolve(self.document, parameter) for parameter in operation.get("parameters", [])]

    def good(self, schema, value, what):
        found = list(mistakes(self.document, value, schema, closed=True))
        self.assertEqual(found, [], f"{what}: {json.dumps(value)[:2000]}")

    def refused(self, answer, code, field, what):
        self.assertEqual(answer.error, (code, field), f"{what}: {answer.status} {answer.body[:300]}")
        self.good({"$ref": "#/components/schemas/Error"}, answer.json, what)

    def described_response(self, operation, status):
        responses = operation["responses"]
        return resolve(self.document, responses.get(str(status), responses.get("default", {})))


class Description(Case):
    """Is it one, and does it say what the code says?"""

    def test_it_is_openapi(self):
        self.assertEqual(self.document["openapi"], "3.1.0")
        ids = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(ids), len(set(ids)))
        schemes = self.document["components"]["securitySchemes"]
        for method, verb, operation in self.operations():
            self.assertTrue(operation["summary"] and operation["tags"], method)
            for row in operation["security"]:
                self.assertLessEqual(set(row), set(schemes))

    def references(self, value):
        if isinstance(value, dict):
            yield from [value["$ref"]] if "$ref" in value else []
            value = list(value.values())
        if isinstance(value, list):
            for inside in value:
                yield from self.references(inside)

    def test_references_lead_somewhere_and_everything_is_used(self):
        used = set(self.references(self.document))
        for reference in used:
            resolve(self.document, {"$ref": reference})
        for kind in ("schemas", "parameters", "responses"):
            for name in self.document["components"][kind]:
                self.assertIn(f"#/components/{kind}/{name}", used)

    def test_examples_are_as_their_schemas_say(self):
        for method, schema, example in self.posts():
            self.good(schema, example, method)
        for method, verb, operation in self.operations():
            content = operation["responses"]["200"]["content"]["application/json"]
            if "example" in content:
                self.good(content["schema"], content["example"], f"{verb} {method}")

    def test_its_params_are_those_of_the_code(self):
        """The tables of params in the sources, by their form: SS_SLICE_LITERAL("name"), its reader."""
        known = set()
        for path in glob.glob(f"{SOURCE}/recsys/server/call*.c"):
            with open(path, encoding="utf-8") as file:
                known |= set(re.findall(r'SS_SLICE_LITERAL\("(\w+)"\),\s*\w*read_\w+', file.read()))
        described, queue = {"customer_token"}, [schema for method, schema, _ in self.posts() if method not in OWN]
        while queue:
            schema = resolve(self.document, queue.pop())
            described |= set(schema.get("properties", {}))
            queue += list(schema.get("properties", {}).values()) + schema.get("anyOf", []) + ([schema["items"]] if "items" in schema else [])
        self.assertEqual(known | {"customer_token"}, described)

    def test_queries_have_what_bodies_have(self):
        for method, verb, operation in self.operations():
            if verb != "get":
                continue
            schema, _ = self.body_of(self.document["paths"][f"/v1/{method}"]["post"])
            asked = {parameter["name"].split(".")[0] for parameter in self.parameters_of(operation)}
            self.assertEqual(asked, set(schema["properties"]) - ({"offers"} if method == "page" else set()), method)


class Answers(Case):
    """What is described may be asked, and is answered as described."""

    def test_every_example_is_answered_as_described(self):
        for method, verb, operation in self.operations():
            with self.subTest(method=method, verb=verb):
                if verb == "post":
                    answer = self.server.post(method, self.body_of(operation)[1], key=self.secret)
                else:
                    answer = self.server.get(method, operation["x-example"], key=self.secret)
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual(answer.headers["Content-Type"], "application/json")
                self.good(operation["responses"]["200"]["content"]["application/json"]["schema"], answer.json, method)

    def test_public_keys_are_answered_as_described_where_it_says_they_may(self):
        for method, verb, operation in self.operations():
            with self.subTest(method=method, verb=verb):
                may = {"key": []} in operation["security"]
                example = self.body_of(operation)[1] if verb == "post" else dict(operation["x-example"])
                example.pop("customer_id", None)
                if may and method == "buy_again":
                    token = self.server.post("token", {"customer_id": "c1", "session_id": SESSION}, key=self.secret).json["customer_token"]
                    example |= {"customer_token": token, "session_id": SESSION}
                query = {"key": self.public}
                answer = (self.server.post(method, example, query=query) if verb == "post" else self.server.get(method, example | query))
                if method == "token": # a site for secret keys does not look at addresses
                    self.refused(answer, "access_denied", None, method)
                elif may:
                    self.assertEqual(answer.status, 200, answer.body)
                    self.good(operation["responses"]["200"]["content"]["application/json"]["schema"], answer.json, method)
                else:
                    self.refused(answer, "access_denied", None, method)
                    self.assertEqual(answer.status, 403)

    def test_answers_with_everything_in_them(self):
        """Each entry of a result that can be provoked here is there once."""
        post = lambda method, **params: self.server.post(method, params, key=self.secret)
        sold = {"item_id": "item-001", "price": 700, "stock": 3, "cost": 100, "category": "Hats", "url": "https://shop.example/1", "image": "https://shop.example/1.png"}
        answers = {
            "items": post("items", items=[sold, {"item_id": "item-002", "stock": -1}, {"item_id": "x"}]),
            "event": post("event", events=[{"event": "purchase", "item_id": "item-002", "customer_id": "c1", "order_id": "o", "quantity": 1e9, "unit_price": 100},
                                           {"event": "view", "item_id": "item-003", "session_id": SESSION, "event_id": "twice"},
                                           {"event": "view", "item_id": "item-003", "session_id": SESSION, "event_id": "twice"}, {"event": "view", "item_id": "item-003"}]),
            "related": post("related", item_id="item-001", fields=["name", "price", "category", "url", "image", "stock", "lowest_price_30d"], explain=True, customer_id="nobody",
                            filter={"price_min": 100, "price_max": 100000}),
            "buy_again": post("buy_again", customer_id="c1", explain=True),
            "page": post("page", shelves=["popular", {"shelf": "for_you", "limit": 2}], offers={"page": "cart", "cart": [{"item_id": "item-001", "quantity": 2}]}, explain=True,
                         session_id=SESSION, fields=["price"]),
            "offers": post("offers", page="home", session_id="another", fields=["name"]),
            "preview": post("preview", page="product", item_id="item-001", customer_id="c1"),
            "visitor": post("visitor", customer_id="c1", session_id=SESSION, fields=["name", "price"]),
            "find": post("find", text="product", all=True, categories=True, fields=["name", "price", "stock"], limit=500),
            "redeem": post("redeem", code="x", order_id="o", session_id=SESSION, cart=["item-001"]),
            "forget": post("forget", customer_id="c2"),
            "stats": post("stats", buckets=True),
            "reload": post("reload"),
        }
        for method, answer in answers.items():
            self.assertEqual(answer.status, 200, answer.body)
            operation = self.document["paths"][f"/v1/{method}"]["post"]
            self.good(operation["responses"]["200"]["content"]["application/json"]["schema"], answer.json, method)
        self.assertIn("lift", json.dumps(answers["related"].json))
        self.assertTrue(answers["related"].json["removed"] and answers["related"].json["unknown"])
        self.assertEqual([bool(row.get("refused")) for row in answers["event"].json["results"]], [False, False, False, True])
        self.assertTrue(answers["find"].json["categories"] and answers["visitor"].json["customer"])


def longer(schema):
    """A text that is too long for it."""
    return "x" * (schema["maxLength"] + 1)


class Refusals(Case):
    """What is not described is refused, and the error names it."""

    def wrongs(self, schema):
        """Values that a param of this schema may not have, with the error's code."""
        schema = resolve(self.document, schema)
        types = schema.get("type", [])
        types = set(types if isinstance(types, list) else [types])
        if "anyOf" in schema:
            types = {name for other in schema["anyOf"] for name in [resolve(self.document, other).get("type")]}
        if "number" in types:
            types.add("integer")
        for name, value in {"string": "x", "integer": 7, "boolean": True, "array": [], "object": {}}.items():
            if name not in types:
                yield value, "wrong_type"
        if "null" not in types:
            yield None, "wrong_type"
        if "enum" in schema and "string" in types:
            yield "no such", "out_of_range"
        if schema.get("minLength"):
            yield "", "out_of_range"
        if "maxLength" in schema:
            yield longer(schema), "out_of_range"
        if "minimum" in schema:
            yield schema["minimum"] - 1, "out_of_range"
        if "maximum" in schema:
            yield schema["maximum"] + 1, "out_of_range"
        if "items" in schema and "maxItems" in schema:
            yield [self.some(schema["items"])] * (schema["maxItems"] + 1), "out_of_range"
        if schema.get("minItems"):
            yield [], "out_of_range"

    def some(self, schema):
        """A value that it may have."""
        schema = resolve(self.document, schema)
        if "anyOf" in schema:
            return self.some(schema["anyOf"][0])
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "object":
            return {name: self.some(schema["properties"][name]) for name in schema.get("required", [])}
        return {"string": "x", "integer": schema.get("minimum", 1), "number": 1, "boolean": True, "array": []}[schema["type"]]

    def test_every_param_in_every_wrong_way(self):
        for method, schema, example in self.posts():
            for name, param in schema["properties"].items():
                if name == "customer_token":
                    continue # of public keys: test_http_access.py
                for value, code in self.wrongs(param):
                    if (method, name) in VALUES and code != "wrong_type":
                        continue
                    if method == "event" and name != "events":
                        body = {"event": "view", "item_id": "a", "session_id": SESSION}
                    else:
                        body = {key: inside for key, inside in example.items() if not (method == "event" and name == "events" and key != "durability")}
                    with self.subTest(method=method, name=name, value=str(value)[:40]):
                        answer = self.server.post(method, body | {name: value}, key=self.secret)
                        self.refused(answer, code, name, f"{method} {name}")
                        self.assertEqual(answer.status, 400)

    def inner_maps(self, schema, example):
        """The maps inside a method's params: the error's path, the map's schema, and params around a value of it."""
        for name, param in schema["properties"].items():
            param = resolve(self.document, param)
            options = [resolve(self.document, other) for other in [param, *param.get("anyOf", [])]]
            for option in options:
                if option.get("type") == "object":
                    yield f"{name}.", option, lambda value, name=name: example | {name: value}
                for inside in [resolve(self.document, other) for other in ([option["items"], *resolve(self.document, option["items"]).get("anyOf", [])] if "items" in option else [])]:
                    if inside.get("type") == "object":
                        yield f"{name}[0].", inside, lambda value, name=name: example | {name: [value]}

    def test_every_field_of_inner_maps_in_every_wrong_way(self):
        count = 0
        for method, schema, example in self.posts():
            for path, inside, around in self.inner_maps(schema, {} if method == "event" else example):
                base = self.some(inside)
                base |= {"item_id": "a", "session_id": SESSION} if method == "event" else {}
                for name, param in inside["properties"].items():
                    for value, code in self.wrongs(param):
                        if code == "out_of_range" and (method == "event" or (method == "items" and name not in ("clear",))):
                            continue
                        if (method, name) == ("items", "clear"):
                            continue # true, or names: below
                        with self.subTest(method=method, path=path + name, value=str(value)[:40]):
                            self.refused(self.server.post(method, around(base | {name: value}), key=self.secret), code, path + name, method)
                            count += 1
                self.refused(self.server.post(method, around(base | {"limti": 1}), key=self.secret), "unknown_param", path + "limti", method)
                for name in inside.get("required", []):
                    rest = {key: value for key, value in base.items() if key != name}
                    code, field = self.server.post(method, around(rest), key=self.secret).error
                    self.assertEqual(code, "missing_param", f"{method} {path}{name}")
        self.assertGreater(count, 50)

    def test_names_are_known_where_they_are_described_and_nowhere_else(self):
        names = {name for _, schema, _ in self.posts() for name in schema["properties"]} | {"limti", "Limit", ""}
        for method, schema, example in self.posts():
            for name in sorted(names - set(schema["properties"])):
                with self.subTest(method=method, name=name):
                    self.refused(self.server.post(method, example | {name: 1}, key=self.secret), "unknown_param", name or None, method)

    def test_what_must_be_given(self):
        for method, schema, example in self.posts():
            for name in schema.get("required", []):
                body = {key: value for key, value in example.items() if key != name}
                with self.subTest(method=method, name=name):
                    self.refused(self.server.post(method, body, key=self.secret), "missing_param", name, method)
        for method in ("related", "alternatives", "bought_together", "bought_next"):
            self.refused(self.server.post(method, {}, key=self.secret), "missing_param", "item_id", method)

    def test_queries_in_every_wrong_way(self):
        for method, verb, operation in self.operations():
            if verb != "get":
                continue
            example = operation["x-example"]
            for parameter in self.parameters_of(operation):
                name, schema = parameter["name"], resolve(self.document, parameter["schema"])
                wrong = []
                if name == "customer_token":
                    continue
                if schema.get("type") in ("integer", "boolean"):
                    wrong.append(("x", "wrong_type"))
                wrong += [(value, code) for value, code in self.wrongs(schema) if code == "out_of_range" and not isinstance(value, list)]
                if schema.get("type") == "array" and resolve(self.document, schema["items"]).get("minLength"):
                    wrong.append(("", "out_of_range"))
                for value, code in wrong:
                    with self.subTest(method=method, name=name, value=str(value)[:40]):
                        field = self.server.get(method, {**example, name: value}, key=self.secret).error
                        self.assertEqual((field[0], (field[1] or "").split("[")[0]), (code, name))
                if schema.get("type") != "array":
                    with self.subTest(method=method, name=name, twice=True):
                        self.refused(self.server.get(method, {**example, name: ["1", "1"]}, key=self.secret), "repeated_param", name, method)
            self.refused(self.server.get(method, {**example, "limti": "1"}, key=self.secret), "unknown_param", "limti", method)

    def test_errors_of_http_itself(self):
        post = lambda body, **more: self.server.request("POST", "/v1/popular", body, key=self.secret, **more)
        for body in (b"", b"{", b"[]", b"7", b"{}x", b'{"a": }', b"\xff", b"[" * 100000, b'{"limit": 01}', b'{"limit": NaN}'):
            self.refused(post(body), "malformed", None, body[:20])
        self.refused(post(b'{"limit": 1, "limit": 2}'), "repeated_param", "limit", "popular")
        self.assertEqual(post(b'{"exclude": ["' + b"x" * 600000 + b'"]}').status, 413)
        self.assertEqual(post(b"{}", headers={"Content-Type": "text/html"}).status, 415)
        self.assertEqual(post(b"{}", headers={"Content-Type": "text/plain;charset=UTF-8"}).status, 200)
        self.refused(self.server.request("GET", "/v1/nothing"), "unknown_method", None, "no such path")
        self.assertEqual(self.server.request("GET", "/v1/nothing").status, 404)
        for path, allowed in (("/v1/event", "POST, OPTIONS"), ("/v1/token", "POST, OPTIONS")):
            answer = self.server.request("GET", path, key=self.secret)
            self.assertEqual((answer.status, answer.headers["Allow"]), (405, allowed))
            self.assertEqual(self.server.request("OPTIONS", path).headers["Allow"], allowed)
            self.refused(answer, "malformed", None, path)
        answer = self.server.request("DELETE", "/v1/popular", key=self.secret)
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD, POST, OPTIONS"))
        answer = self.server.get("page", {"shelves": "popular", "offers": "true", "session_id": SESSION}, key=self.secret)
        self.assertIn(answer.status, (400, 405))
        self.assertEqual(self.server.request("GET", "/v1/popular?" + "x" * 20000, key=self.secret).status // 100, 4)

    def test_every_status_is_described(self):
        """Those that were seen here and in test_http_access.py."""
        for method, verb, operation in self.operations():
            for status in (200, 400, 401, 403, 413, 429, 500, 431) + ((415,) if verb == "post" and method not in OWN else ()):
                self.assertTrue(self.described_response(operation, status), f"{method} {status}")


class OfTheServer(unittest.TestCase):
    """Errors that a server has only in a state of its own."""

    def test_not_stored_and_refused_and_too_many(self):
        with tempfile.TemporaryDirectory() as folder:
            store = make_shop(folder, random.Random(7), 300)
            keys = f"{folder}/keys"
            with open(keys, "w", encoding="ascii") as file:
                os.fchmod(file.fileno(), 0o600)
            public, secret = new_key(keys, "public"), new_key(keys, "secret")
            server = HttpServer(folder, store, "--http-keys", keys, "--state=false", "--http-rate", 1)
            try:
                server.start()
                answer = server.post("event", {"event": "view", "item_id": "a", "session_id": SESSION}, key=secret)
                self.assertEqual((answer.status, answer.error[0]), (503, "not_stored"))
                self.assertTrue(answer.headers["Retry-After"])
                answer = server.post("token", {"customer_id": "1", "session_id": SESSION}, key=secret) # keys without a secret for tokens
                self.assertEqual((answer.status, answer.error[0]), (409, "refused"))
                os.unlink(f"{store}/current")
                answer = server.post("reload", {}, key=secret)
                self.assertEqual((answer.status, answer.error[0]), (409, "refused"))
                statuses = [server.get("popular", {"key": public}).status for _ in range(40)]
                self.assertEqual(sorted(set(statuses)), [200, 429])
                answer = server.get("popular", {"key": public})
                self.assertEqual((answer.error[0], answer.headers["Retry-After"]), ("busy", "1"))
                self.assertEqual(server.get("popular", key=secret).status, 200)
            finally:
                server.close()


if __name__ == "__main__":
    unittest.main()
