"""What the tests of the night share: a simulated shop in a folder, its configuration, nights, and what became of them."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from live_server import PROGRAM, Server, smartshelf

PUBLISHED, FAILED, REFUSED, UNAVAILABLE, BUSY = 0, 1, 65, 69, 75

CONFIGURATION = """train:
  store: {folder}/store
  log: ['{folder}/logs/*.csv']
  catalog: ['{folder}/shop/catalog.csv']
  threads: 1
  als: {{factors: 8, iterations: 1}}
  {train}
nightly:
  keep: 2
  prove: {{resamples: 200, next-basket: false, rest-of-basket: false}}
  sanity: {{age-days: 0, rows-min: 100}}
  {nightly}
servers: [{servers}]
"""


class NightShop:
    """`folder` holds shop/ (simulated), logs/, smartshelf.yaml and store/."""

    def __init__(self, folder, orders=800, items=150, customers=200):
        self.folder, self.store, self.config = folder, f"{folder}/store", f"{folder}/smartshelf.yaml"
        smartshelf("simulate", "--quiet", "--out", f"{folder}/shop", "--items", items, "--customers", customers, "--orders", orders)
        os.mkdir(f"{folder}/logs")
        shutil.copy(f"{folder}/shop/log.csv", f"{folder}/logs/orders-1.csv")
        self.configure()

    def configure(self, servers=(), train="", nightly=""):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=self.folder, servers=", ".join(f"'{name}'" for name in servers), train=train,
                                            nightly=nightly))

    def arguments(self, *more):
        return [PROGRAM, "nightly", "--config", self.config, "--quiet", *map(str, more)]

    def night(self, *more, **options):
        """Exit code and standard error of a run."""
        done = subprocess.run(self.arguments(*more), capture_output=True, text=True, check=False, timeout=300, **options)
        return done.returncode, done.stderr

    def status(self):
        with open(f"{self.store}/nightly.json", encoding="utf-8") as file:
            return json.load(file)

    def check(self, name):
        return {check["name"]: check for check in self.status()["checks"]}[name]

    def current(self):
        return os.path.basename(os.readlink(f"{self.store}/current"))

    def generations(self):
        """Names, newest first."""
        return [of["generation"] for of in json.loads(smartshelf("generations", "--json", "--store", self.store))["generations"]]

    def leftovers(self):
        """What a night that ended leaves nothing of."""
        return [name for _, _, names in os.walk(self.store) for name in names if name.endswith(".tmp")] + [
            name for _, names, _ in os.walk(self.store) for name in names if name.endswith((".partial", ".tmp"))]


class NightCase(unittest.TestCase):
    """A test with a shop of its own."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = self.temporary.name
        self.shop = NightShop(self.folder)

    def night(self, expected, *more, **options):
        code, err = self.shop.night(*more, **options)
        self.assertEqual(code, expected, err)
        self.assertEqual(self.shop.leftovers(), [])
        return err

    def serve(self, *arguments):
        server = Server(self.folder, self.shop.store, *arguments)
        self.addCleanup(server.close)
        server.start()
        return server

    def manifest(self):
        with open(f"{self.shop.store}/current/manifest.json", encoding="utf-8") as file:
            return json.load(file)
