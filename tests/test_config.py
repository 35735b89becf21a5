"""Configuration files from outside: every mistake is told with its line and what was expected, good ones say what they set, the
defaults read back, a command line outranks a file, and a running server keeps what it has when a new file is bad."""
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest

from program import PROGRAM
from test_server import Server, train

# Name, the file, and for each mistake in it: line, column, and parts of what is said.
BROKEN = [
    ("unknown section", "sever:\n  workers: 2\n", [(1, 1, "sever: there is no such section (did you mean server?)")]),
    ("far from any section", "qqqqqqqq: {}\n", [(1, 1, "qqqqqqqq: there is no such section")]),
    ("a list for all", "- a\n- b\n", [(1, 1, "found a list, expected a map of sections")]),
    ("a text for all", "hello\n", [(1, 1, "found 'hello', expected a map of sections")]),
    ("a section that is a list", "server: [1]\n", [(1, 9, "server: found a list, expected a map of settings")]),
    ("a section twice", "server: {}\ntrain: {}\nserver: {}\n", [(3, 1, "server: given twice, first on line 1")]),
    ("unknown key", "server:\n  wrokers: 2\n", [(2, 3, "server.wrokers: there is no such setting (did you mean workers?)")]),
    ("unknown key of the gateway", "gateway:\n  conect: [tcp://a:1]\n", [(2, 3, "gateway.conect: there is no such setting (did you mean connect?)")]),
    ("gateway out of range", "gateway:\n  eject-after: 0\n", [(2, 16, "gateway.eject-after: out of range: found '0', expected a whole number, 1 to 1000")]),
    ("key of another section", "server:\n  als: {factors: 3}\n", [(2, 3, "server.als: there is no such setting")]),
    ("unknown nested key", "train:\n  als:\n    factor: 3\n", [(3, 5, "train.als.factor: there is no such setting (did you mean factors?)")]),
    ("unknown dotted key", "train:\n  als.factor: 3\n", [(2, 3, "train.als.factor: there is no such setting (did you mean als.factors?)")]),
    ("key twice", "server:\n  queue: 2\n  workers: 2\n  queue: 3\n", [(4, 3, "server.queue: given twice, first on line 2")]),
    ("key twice in two spellings", "server:\n  io-threads: 2\n  io_threads: 2\n", [(3, 3, "given twice, first on line 2 as server.io-threads")]),
    ("key twice, dotted and nested", "train:\n  als: {factors: 8}\n  als.factors: 8\n", [(3, 3, "given twice, first on line 2")]),
    ("text for a number", "server:\n  workers: two\n", [(2, 12, "server.workers: not a whole number: found 'two', expected a whole number, 1 to 64")]),
    ("number in quotes", "server:\n  workers: '2'\n", [(2, 12, "found the quoted text '2', expected a whole number, 1 to 64")]),
    ("fraction for a whole number", "server:\n  queue: 1.5\n", [(2, 10, "found '1.5', expected a whole number, 1 to 1000000")]),
    ("above its range", "server:\n  workers: 65\n", [(2, 12, "out of range: found '65', expected a whole number, 1 to 64")]),
    ("below its range", "server:\n  drain-ms: -1\n", [(2, 13, "out of range: found '-1', expected a whole number, 0 to 600000")]),
    ("beyond all numbers", "server:\n  queue: 99999999999999999999\n", [(2, 10, "out of range")]),
    ("real out of range", "train:\n  related: {a: 7}\n", [(2, 16, "train.related.a: out of range: found '7', expected a number, 0 to 2")]),
    ("no number", "train:\n  max-bad-rows: 1%\n", [(2, 17, "not a number: found '1%', expected a number, 0 to 1")]),
    ("yes for true", "server:\n  insecure-public-bind: yes\n", [(2, 25, "found 'yes', expected true or false")]),
    ("no such choice", "server:\n  log-level: verbose\n", [(2, 14, "found 'verbose', expected error, warn, info or debug")]),
    ("nothing for a number", "server:\n  workers:\n", [(2, 11, "server.workers: found nothing, expected a whole number, 1 to 64")]),
    ("null for a text", "server:\n  store: ~\n", [(2, 10, "server.store: found nothing, expected a text")]),
    ("list for a text", "server:\n  store: [a]\n", [(2, 10, "server.store: found a list, expected a text")]),
    ("map for texts", "server:\n  bind: {a: b}\n", [(2, 9, "server.bind: found a map, expected a text or a list of texts")]),
    ("list within texts", "server:\n  bind:\n  - ipc:///a\n  - [b]\n", [(4, 5, "server.bind: found a list, expected a text")]),
    ("text for a map", "train:\n  als: 64\n", [(2, 8, "train.als: found '64', expected a map of settings")]),
    ("unknown shelf", "shelves:\n  relatd: {}\n", [(2, 3, "shelves.relatd: there is no such shelf", "did you mean related?")]),
    ("shelves as a list", "shelves:\n- related\n", [(2, 1, "shelves: found a list, expected a map from names of shelves")]),
    ("unknown setting of a shelf", "shelves:\n  cart:\n    min-item: 2\n", [(3, 5, "shelves.cart.min-item: there is no such setting (did you mean min-items?)")]),
    ("unknown source", "shelves:\n  cart:\n    weight:\n      alss: 1\n", [(4, 7, "shelves.cart.weight.alss", "did you mean als?")]),
    ("weight out of range", "shelves:\n  cart: {weight: {als: -1}}\n", [(2, 24, "out of range: found '-1', expected a number, 0 to 100")]),
    ("fallback that is no source", "shelves:\n  cart:\n    fallbacks: [related, poplar]\n", [(3, 26, "found 'poplar', expected a source", "did you mean popular?")]),
    ("fallback twice", "shelves:\n  cart:\n    fallbacks: [related, related]\n", [(3, 26, "'related' stands here twice")]),
    ("fallbacks as a text", "shelves:\n  cart: {fallbacks: popular}\n", [(2, 21, "found 'popular', expected a list of sources")]),
    ("too many fallbacks", "shelves:\n  cart: {fallbacks: [related, bought_together, bought_next, als, history, popular, trending, session_knn, "
     "popular_in_category]}\n", [(2, 107, "expected at most 8")]),
    ("denied and pinned", "shelves:\n  cart:\n    deny: [tea]\n    pins:\n    - {item: tea, position: 1}\n",
     [(5, 7, "shelves.cart.pins: 'tea' is to be shown, and on line 3 stands in deny")]),
    ("allowed and denied", "shelves:\n  cart:\n    deny: [tea]\n    allow: [tea]\n", [(4, 13, "'tea' stands in allow, and on line 3 in deny")]),
    ("a pin without position", "shelves:\n  cart:\n    pins:\n    - item: tea\n", [(4, 7, "there is no position")]),
    ("a boost of nothing", "shelves:\n  cart:\n    boosts: [{factor: 2}]\n", [(3, 14, "found neither, expected an item or a category")]),
    ("more at least than at most", "shelves:\n  cart:\n    min-items: 9\n    max-items: 8\n",
     [(3, 16, "found min-items: 9, expected at most max-items: 8")]),
    ("a shelf without sources", "shelves:\n  popular: {weight: {popular: 0}}\n", [(2, 3, "no source has a weight and there is no fallback")]),
    ("access as a map", "access: {items: [a]}\n", [(1, 9, "access: found a map, expected a list of at most 32 rules")]),
    ("a rule as a text", "access: [tea]\n", [(1, 10, "access.1: found 'tea', expected a map such as {categories")]),
    ("a rule for nobody", "access:\n- {items: [a]}\n", [(2, 3, "access.1: found no segments, expected who may see the products")]),
    ("a rule of nothing", "access:\n- {segments: [new]}\n", [(2, 3, "access.1: found neither items nor categories")]),
    ("a segment that is none", "access:\n- {items: [a], segments: [new, loyl]}\n",
     [(2, 32, "access.1.segments: found 'loyl', expected a segment", "did you mean loyal?")]),
    ("segments as a text", "access:\n- {items: [a], segments: new}\n", [(2, 26, "access.1.segments: found 'new', expected a list of segments")]),
    ("access until some time", "access:\n- {items: [a], segments: [new], until: soon}\n",
     [(2, 40, "access.1.until: found 'soon', expected a time: 2026-12-01")]),
    ("access that ends first", "access:\n- {items: [a], segments: [new], from: 2026-12-02, until: 2026-12-01}\n",
     [(2, 3, "access.1: it ends before it begins")]),
    ("unknown setting of a rule", "access:\n- {items: [a], segment: [new]}\n", [(2, 16, "access.1.segment: there is no such setting (did you mean segments?)")]),
    ("items of a rule as a text", "access:\n- {items: tea, segments: [new]}\n", [(2, 11, "access.1.items: found 'tea', expected a list of ids of products")]),
    ("offers as a list", "offers: [a]\n", [(1, 9, "offers: found a list, expected a map of settings")]),
    ("unknown zone", "offers:\n  time-zone: Europe/Berln\n", [(2, 14, "offers.time-zone: no such time zone", "found 'Europe/Berln'")]),
    ("unknown guard", "offers:\n  guards:\n    margin-mn: 5\n", [(3, 5, "offers.guards.margin-mn: there is no such setting (did you mean margin-min?)")]),
    ("a share above all", "offers:\n  guards: {discount-max: 130}\n", [(2, 26, "found '130', expected a number, 0 to 100")]),
    ("a budget in words", "offers:\n  guards: {budget: much}\n", [(2, 20, "found 'much', expected a whole number of minor units", "or unlimited")]),
    ("an incentive of two kinds", "offers:\n  incentives: {x: {percent: 5, amount: 3}}\n  campaigns: {dont_go: {incentives: [x]}}\n",
     [(2, 40, "offers.incentives.x.amount: it gives something already")]),
    ("a campaign without page", "offers:\n  campaigns:\n    x: {incentives: [percent-5]}\n", [(3, 5, "offers.campaigns.x: there is no page")]),
    ("unknown incentive", "offers:\n  campaigns:\n    dont_go: {incentives: [percent-6]}\n", [(3, 28, "found 'percent-6'", "did you mean percent-5?")]),
    ("unknown segment", "offers:\n  campaigns:\n    dont_go: {segments: [loyl]}\n", [(3, 26, "found 'loyl', expected a segment", "did you mean loyal?")]),
    ("a schedule that never runs", "offers:\n  campaigns:\n    dont_go: {schedule: {from: 2026-12-24, until: 2026-12-23}}\n",
     [(3, 51, "found until '2026-12-23', expected a time after from '2026-12-24'")]),
    ("servers as a text", "servers: tcp://127.0.0.1:5555\n", [(1, 10, "servers: found 'tcp://127.0.0.1:5555', expected a list of at most 64 endpoints")]),
    ("a server that is nowhere", "servers: [tcp://127.0.0.1:5555, 127.0.0.1]\n",
     [(1, 33, "servers: found '127.0.0.1', expected tcp://ADDRESS:PORT or ipc://PATH")]),
    ("a server as a list", "servers:\n- [a]\n", [(2, 3, "servers: found a list, expected an endpoint")]),
    ("unknown setting of the night", "nightly:\n  timeut: 2\n", [(2, 3, "nightly.timeut: there is no such setting (did you mean timeout?)")]),
    ("tab", "server:\n\tworkers: 2\n", [(2, 1, "found a tab, expected blanks before a key")]),
    ("open bracket", "train:\n  log: [a, b\n  threads: 2\n", [(3, 10, "no YAML")]),
    ("open quote", "server:\n  store: 'a\n", [(3, 1, "no YAML: found unexpected end of stream")]),
    ("colon too many", "server:\n  workers: 2: 3\n", [(2, 13, "no YAML: mapping values are not allowed")]),
    ("bad indentation", "server:\n  workers: 2\n   queue: 3\n", [(2, 12, "found '2 queue'"), (3, 9, "no YAML")]),
    ("anchor", "server: &a\n  workers: 2\n", [(1, 9, "found an anchor (&); anchors and aliases are not allowed")]),
    ("alias", "server:\n  workers: *n\n", [(2, 12, "found an alias (*)")]),
    ("tag", "server:\n  workers: !!int 2\n", [(2, 12, "found a tag (!)")]),
    ("second document", "server: {}\n---\ntrain: {}\n", [(2, 1, "found a second document (---), expected one")]),
    ("too deep", "server: " + "[" * 20 + "]" * 20 + "\n", [(1, 20, "at most 12 are allowed"), (1, 9, "server: found a list")]),
    ("no UTF-8", b"server:\n  store: sch\xf6n\n", [(2, 13, "found the byte 0xf6, expected UTF-8")]),
    ("UTF-16", "server: {}\n".encode("utf-16"), [(1, 1, "found the byte 0xff, expected UTF-8")]),
    ("control character", "server:\n  store: a\x07b\n", [(2, 11, "no YAML: control characters are not allowed")]),
    ("huge", b"# too long\n" * 400000, [(0, 0, "")]),
    ("all at once", "server:\n  workers: 0\n  quue: 1\ntrian: {}\nshelves:\n  cart: {min-items: many}\n",
     [(2, 12, "expected a whole number, 1 to 64"), (3, 3, "did you mean queue?"), (4, 1, "did you mean train?"),
      (6, 21, "expected a whole number, 0 to 500")]),
    # what would only show when the server is started
    ("http at no port", "server:\n  http: 127.0.0.1:99999\n", [(2, 9, "server.http: found '127.0.0.1:99999', expected ADDRESS:PORT")]),
    ("http at no address", "server:\n  http: 127.0.0.1\n", [(2, 9, "server.http: found '127.0.0.1', expected ADDRESS:PORT")]),
    ("http for all without keys", "server:\n  http: 0.0.0.0:8080\n", [(2, 9, "server.http: ", "public address without keys")]),
    ("no file of keys", "server:\n  http: 0.0.0.0:8080\n  http_keys: /nowhere/keys\n", [(3, 14, "server.http_keys: /nowhere/keys: ")]),
    ("no proxy", "server:\n  http-proxy: [10.0.0.0/8, 10.0.0.0/99]\n", [(2, 28, "server.http-proxy: found '10.0.0.0/99', expected")]),
    ("demo without http", "server:\n  demo: true\n", [(2, 9, "server.demo: --demo goes with --http")]),
    ("demo for all", "server:\n  demo: true\n  http: '*:80'\n  insecure-public-bind: true\n", [(2, 9, "server.demo: ", "this machine alone")]),
    ("metrics at no address", "server:\n  metrics: here\n", [(2, 12, "server.metrics: found 'here', expected ADDRESS:PORT")]),
    ("metrics for all", "server:\n  metrics: '*:9464'\n", [(2, 12, "server.metrics: ", "insecure-public-bind")]),
    ("a bind that is none", "server:\n  bind: [ipc:///run/a.ipc, udp://a:1]\n", [(2, 28, "server.bind: found 'udp://a:1', expected")]),
    ("a bind for all", "server:\n  bind: tcp://0.0.0.0:5555\n", [(2, 9, "server.bind: ", "public address without access control")]),
    ("curve-key alone", "server:\n  curve-key: /nowhere/key\n", [(2, 14, "server.curve-key: ", "one is missing")]),
    ("neither key nor list", "server:\n  curve-key: /nowhere/key\n  allow: /nowhere/list\n",
     [(2, 14, "server.curve-key: /nowhere/key"), (3, 10, "server.allow: /nowhere/list")]),
    ("of the gateway", "gateway:\n  http: '*:80'\n  curve-key: /nowhere/key\n  http-proxy: here\n",
     [(2, 9, "gateway.http: ", "public address without keys"), (4, 15, "gateway.http-proxy: found 'here'")]),
    ("of both kinds", "server:\n  http: nowhere\n  workers: 0\n", [(2, 9, "server.http: found 'nowhere'"), (3, 12, "expected a whole number")]),
]


def check(path, *more):
    done = subprocess.run([PROGRAM, "check", path, *map(str, more)], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


class Files(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.path = os.path.join(self.temporary.name, "smartshelf.yaml")

    def write(self, text):
        with open(self.path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def test_every_mistake_is_told(self):
        self.assertGreaterEqual(len(BROKEN), 40)
        for name, text, mistakes in BROKEN:
            with self.subTest(name):
                self.write(text)
                code, out, err = check(self.path)
                self.assertEqual((code, out), (1, ""), err)
                lines = [line for line in err.splitlines() if line.startswith(self.path + ":")]
                for line, column, *parts in mistakes:
                    place = f"{self.path}:{line}:{column}: " if line else self.path
                    found = [one for one in lines if one.startswith(place) and all(part in one for part in parts)]
                    self.assertTrue(found or not line, f"no {place}{parts} in {err}")
                if mistakes[0][0]:
                    self.assertEqual(len(lines), len(mistakes), err)
                    self.assertIn(f"{len(mistakes)} mistake", err)

    def test_keys_are_read(self):
        keys = os.path.join(self.temporary.name, "keys")
        self.write(f"server:\n  http: 127.0.0.1:0\n  http-keys: {keys}\n")
        subprocess.run([PROGRAM, "keygen", "--http", "public", "--keys", keys, "--origin", "https://shop.example"], check=True,
                       capture_output=True)
        self.assertEqual(check(self.path)[0], 0)
        good = open(keys, encoding="utf-8").read()
        for line, what in (("abc public", "64"), ("0" * 64 + " public shop https://shop.example/path", "origin")):
            with open(keys, "w", encoding="utf-8") as file:
                file.write(good + line + "\n")
            code, _, err = check(self.path)
            self.assertEqual(code, 1)
            self.assertIn(f"{self.path}:3:14: server.http-keys: {keys}:{good.count(chr(10)) + 1}: ", err)
            self.assertIn(what, err)

    def test_exit_codes(self):
        self.assertEqual(check(self.path)[0], 1)
        self.assertIn("smartshelf.yaml", check(self.path)[2])
        self.assertEqual(subprocess.run([PROGRAM, "check"], capture_output=True, check=False).returncode, 2)
        self.write("")
        self.assertEqual(check(self.path)[0], 0)
        self.assertEqual(check(self.path, "--store", "/nowhere")[0], 1)

    def test_a_good_file_says_what_it_sets(self):
        self.write("server:\n  workers: 3\nshelves:\n  cart:\n    min_items: 2\n")
        code, out, err = check(self.path)
        self.assertEqual((code, err), (0, ""))
        self.assertIn(f"server.workers: 3  ({self.path}:2:12, instead of 1)", out)
        self.assertIn(f"shelves.cart.min_items: 2  ({self.path}:5:16, instead of 0 by default)", out)

    def test_a_good_file_says_what_it_lists(self):
        self.write("shelves:\n  cart:\n    deny: [a, b]\n    fallbacks: [popular]\n    pins: [{item: c, position: 1}]\n")
        code, out, err = check(self.path)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("shelves.cart.deny: 2 listed", out)
        self.assertIn("shelves.cart.pins: 1 listed", out)
        self.assertRegex(out, r"shelves\.cart\.fallbacks: \[popular\]  \(instead of \[.+\]\)")

    def test_a_good_file_says_what_it_offers(self):
        self.write("offers:\n  guards: {budget-per-day: 50000}\n  campaigns:\n    dont_go: {limit: 2, categories: [tea]}\n")
        code, out, err = check(self.path)
        self.assertEqual((code, err), (0, ""))
        self.assertIn(f"offers.guards.budget-per-day: 50000  ({self.path}:2:28, instead of 0)", out)
        self.assertIn(f"offers.campaigns.dont_go.limit: 2  ({self.path}:4:22)", out)
        self.assertIn("offers.campaigns.dont_go.categories: 1 listed", out)

    def test_what_is_hardly_meant_is_a_warning(self):
        self.write("offers:\n  incentives: {half: {percent: 50}}\n  campaigns: {dont_go: {incentives: [half]}}\n")
        code, _, err = check(self.path)
        self.assertEqual(code, 0)
        self.assertEqual(err, f"{self.path}:2:16: warning: offers.incentives.half: it can never be given: its 50 percent are more than "
                              "discount-max: 30\n")

    def test_defaults_are_a_file_that_changes_nothing(self):
        text = subprocess.run([PROGRAM, "defaults"], capture_output=True, text=True, check=True).stdout
        self.write(text)
        code, out, err = check(self.path)
        self.assertEqual((code, err), (0, ""))
        self.assertGreater(len(re.findall(r"^  \S+: .*  \(\S+, as it is anyway\)$", out, re.M)), 150)
        self.assertNotIn("instead of", out)
        for wanted in ("server:\n", "train:\n", "  als:\n", "shelves:\n  related:\n", "default 64]", "fallbacks: [bought_together, bought_next",
                       "offers:\n", "    dont_go:\n", "cashback-15: {cashback: 15}"):
            self.assertIn(wanted, text)
        self.assertLessEqual(max(map(len, text.splitlines())), 130)


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = cls.temporary.name
        cls.path = os.path.join(cls.folder, "smartshelf.yaml")
        train(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def query(self, *arguments):
        return subprocess.run([PROGRAM, "query", *arguments], capture_output=True, text=True, check=False)

    def test_query_of_a_store(self):
        self.write("shelves: {popular: {min-items: 6}}\n")
        store = ("popular", "--store", f"{self.folder}/store")
        self.assertIn("tea", self.query(*store).stdout)
        self.assertIn("below_min_items", self.query(*store, "--config", self.path).stdout)
        self.assertEqual(self.query("popular", "--config", self.path).returncode, 2)
        self.write("shelves: {popular: {min-items: x}}\n")
        done = self.query(*store, "--config", self.path)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(f"{self.path}:1:32: shelves.popular.min-items: not a whole number: found 'x'", done.stderr)

    def test_train_takes_its_section_and_the_command_line_outranks_it(self):
        self.write(f"train:\n  log: {self.folder}/log.csv\n  store: {self.folder}/trained\n  threads: 1\n  models: popularity\n"
                   "shelves:\n  popular: {min-items: 3, candidates: 77}\n")
        subprocess.run([PROGRAM, "train", "--quiet", "--config", self.path, "--shelf.popular.min-items", "4"], check=True,
                       capture_output=True)
        with open(f"{self.folder}/trained/current/manifest.json", encoding="utf-8") as file:
            manifest = file.read()
        self.assertIn('"shelf.popular.min-items": "4"', manifest)
        self.assertIn('"shelf.popular.candidates": "77"', manifest)
        self.write("shelves:\n  popular: {candidates: 88}\n")
        out = check(self.path, "--store", f"{self.folder}/trained")[1]
        self.assertIn("instead of 77 of the generation", out)

    def evaluate(self, *arguments):
        done = subprocess.run([PROGRAM, "evaluate", "--json", "--log", f"{self.folder}/log.csv", "--split", "random", "--test-share", "0.5", "--threads", "1",
                               "--models", "popularity", "--task", "rest-of-basket", *arguments], capture_output=True, text=True, check=True)
        return re.search(r'"model": "blend".*?"filled": ([0-9.]+)', done.stdout, re.S).group(1)

    def test_evaluate_asks_the_shelves_of_the_file(self):
        self.write("shelves:\n  cart: {min-items: 400}\n")
        self.assertGreater(float(self.evaluate()), 0)
        self.assertEqual(float(self.evaluate("--config", self.path)), 0)
        self.assertGreater(float(self.evaluate("--config", self.path, "--shelf.cart.min-items", "0")), 0)


    def test_check_warns_of_what_the_store_does_not_have(self):
        self.write("shelves:\n  cart:\n    deny: [tea, coffee]\n    boosts: [{category: hats, factor: 2}]\n")
        code, out, err = check(self.path, "--store", f"{self.folder}/store")
        self.assertEqual(code, 0)
        self.assertEqual(err, f"{self.path}:3:17: warning: shelves.cart.deny: the store has no product 'coffee'\n"
                              f"{self.path}:4:14: warning: shelves.cart.boosts: the store has no category 'hats'\n")
        self.assertIn("good", out)
        self.write("offers:\n  incentives: {mug: {gift: MUG-1}}\n  campaigns: {dont_go: {incentives: [mug], categories: [hats]}}\n")
        code, _, err = check(self.path, "--store", f"{self.folder}/store")
        self.assertEqual((code, err), (0, f"{self.path}: warning: offers.campaigns.dont_go.categories: the store has no category 'hats'\n"
                                       f"{self.path}:2:28: warning: offers.incentives.mug.gift: the store has no product 'MUG-1'\n"))

        self.write("offers: {campaigns: {dont_go: {liked-categories: [hats]}}}\n")
        code, out, err = check(self.path, "--store", f"{self.folder}/store")
        self.assertEqual((code, err), (0, f"{self.path}: warning: offers.campaigns.dont_go.liked-categories: the store has no category 'hats'\n"))
        self.assertIn("offers.campaigns.dont_go.liked-categories: 1 listed", out)

    def test_access_is_kept_listed_and_counted(self):
        self.write("access:\n- {items: [tea, mug], categories: [hats], segments: [at-risk, loyal], until: 2199-01-01}\n")
        code, out, err = check(self.path, "--store", f"{self.folder}/store")
        self.assertEqual((code, err), (0, f"{self.path}:2:17: warning: access.1.items: the store has no product 'mug'\n"
                                       f"{self.path}:2:36: warning: access.1.categories: the store has no category 'hats'\n"))
        self.assertIn("  access.1: 2 items and 1 categories, for loyal and at_risk, until 2199-01-01T00:00:00.000Z\n", out)
        done = self.query("popular", "--store", f"{self.folder}/store", "--config", self.path, "--json", "--explain")
        answer = json.loads(done.stdout)
        self.assertNotIn("tea", [item["item_id"] for item in answer["items"]])
        self.assertEqual((answer["removed"]["access"], answer["short"]["code"]), (1, "filtered"))

    def test_rules_of_the_file_are_kept_and_counted(self):
        self.write("shelves:\n  popular:\n    deny: [tea]\n    pins: [{item: soap, position: 1}]\n    price-max: 400\n")
        done = self.query("popular", "--store", f"{self.folder}/store", "--config", self.path, "--json", "--explain")
        answer = json.loads(done.stdout)
        self.assertEqual([(item["item_id"], item["reason"]["model"]) for item in answer["items"]], [("soap", "pinned"), ("cup", "popular")])
        self.assertEqual((answer["removed"]["denied"], answer["removed"]["price"], answer["short"]["code"]), (1, 2, "filtered"))


class Serving(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = self.temporary.name
        self.path = os.path.join(self.folder, "smartshelf.yaml")
        train(self.folder)

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def wait_for(self, what, *arguments):
        deadline = time.time() + 120
        while not what(*arguments) and time.time() < deadline:
            time.sleep(0.02)
        self.assertTrue(what(*arguments))

    def test_a_bad_file_at_the_start(self):
        self.write("server: {workers: 0}\nshelves: {cart: {min-items: x}}\n")
        done = subprocess.run([PROGRAM, "serve", "--store", f"{self.folder}/store", "--bind", f"ipc://{self.folder}/x.ipc", "--config",
                               self.path], capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{self.path}:1:19: server.workers", done.stderr)
        self.assertIn(f"{self.path}:2:29: shelves.cart.min-items", done.stderr)

    def test_nothing_is_served_before_all_is_bound(self):
        for line in ("http: 127.0.0.1:99999", "{http: 127.0.0.1:0, http-proxy: here}", "{http: 127.0.0.1:0, http-keys: /nowhere/keys}", "http: 0.0.0.0:0"):
            self.write(f"server:\n  {line}\n" if line[0] != "{" else f"server: {line}\n")
            done = subprocess.run([PROGRAM, "serve", "--store", f"{self.folder}/store", "--bind", f"ipc://{self.folder}/x.ipc", "--config",
                                   self.path], capture_output=True, text=True, check=False, timeout=120)
            self.assertIn(done.returncode, (1, 2), done.stderr)
            self.assertNotIn("serving", done.stderr)
            self.assertNotIn("reading live state", done.stderr)  # which may take half a minute: what is wrong is told before

    def test_the_file_sets_the_server(self):
        self.write("server:\n  workers: 3\n  bind: ipc:///nowhere/else.ipc\n")
        with Server(self.folder, "--config", self.path) as server:
            self.assertIn("workers=3", server.text())
            self.assertNotIn("nowhere", server.text())

    def popular(self, server):
        return [item["item_id"] for item in server.ask("popular", {"limit": 10})[1]["items"]]

    def refusal(self, *arguments):
        done = subprocess.run([PROGRAM, *arguments, "--config", self.path], capture_output=True, text=True, check=False, timeout=120)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_the_gateway_takes_its_section_and_no_other_does(self):
        self.write("server:\n  http: the-server\ngateway:\n  connect: [ipc:///nobody/is/there]\n  http: the-gateway\n  second-try: 600\n")
        self.assertIn("second-try", self.refusal("gateway"))  # longer than the time that it is part of
        self.assertIn("the-gateway", self.refusal("gateway", "--second-try", "20"))
        self.assertIn("the-server", self.refusal("serve", "--store", f"{self.folder}/store", "--bind", f"ipc://{self.folder}/x.ipc"))
        self.write("gateway:\n  connect: [ipc:///nobody/is/there]\n  http: 127.0.0.1:0\n  second-try: 600\n")
        listed = check(self.path)[1]
        self.assertIn("gateway.connect: ipc:///nobody/is/there", listed)
        self.assertIn("gateway.second-try: 600  (", listed)

    def test_a_reload_takes_a_good_file_and_keeps_the_old_one_instead_of_a_bad_one(self):
        self.write("shelves: {popular: {min-items: 6}}\n")
        with Server(self.folder, "--config", self.path, "--workers", 2) as server:
            self.assertEqual(self.popular(server), [])
            self.write("shelves: {popular: {min-items: 5}}\n")
            self.assertTrue(server.ask("reload")[1]["changed"])
            self.assertEqual(len(self.popular(server)), 5)
            self.write("# the same\nshelves:\n  popular:\n    min-items: 5\n")
            self.assertFalse(server.ask("reload")[1]["changed"])
            self.write("server: {workers: x}\nshelves: {popular: {min-items: 9999, wieght: 3}}\n")
            error, _ = server.ask("reload")
            self.assertEqual(error["name"], "refused")
            self.assertIn(f"{self.path}:1:19: server.workers: not a whole number: found 'x'", error["message"])
            self.assertIn("(and 2 more)", error["message"])
            for wanted in ("configuration refused, the old one stays", f"{self.path}:2:32: shelves.popular.min-items",
                           f"{self.path}:2:38: shelves.popular.wieght"):
                self.assertIn(wanted, server.text())
            self.assertEqual(len(self.popular(server)), 5)
            self.write("offers: {guards: {margin: 5}}\n")
            self.assertIn(f"{self.path}:1:19: offers.guards.margin: there is no such setting", server.ask("reload")[0]["message"])
            os.remove(self.path)
            server.process.send_signal(signal.SIGHUP)
            self.wait_for(lambda: server.ask("stats")[1]["refused_configurations"] == 3)
            self.assertEqual(len(self.popular(server)), 5)
            stats = server.ask("stats")[1]
            self.assertEqual((stats["swaps"], stats["refused_swaps"]), (1, 0))
            self.write("")
            server.process.send_signal(signal.SIGHUP)
            self.wait_for(lambda: server.ask("stats")[1]["swaps"] == 2)

    def test_a_file_and_a_generation_come_together(self):
        self.write("")
        with Server(self.folder, "--config", self.path) as server:
            old = server.ask("popular")[1]["generation"]
            self.write("shelves: {popular: {min-items: 6}}\n")
            train(self.folder)
            result = server.ask("reload")[1]
            self.assertTrue(result["changed"])
            self.assertNotEqual(result["generation"], old)
            self.assertEqual(self.popular(server), [])
            self.assertEqual(server.ask("stats")[1]["swaps"], 1)


if __name__ == "__main__":
    unittest.main()
