"""Keys of HTTP come and go without a restart: SIGHUP has the server, and the gateway, read their file anew; a broken one changes nothing and is told of
in the log; of a key that is taken back the very next request is refused, also over a connection that was kept."""
import os
import random
import re
import signal
import tempfile
import time
import unittest

from http_server import SESSION, HttpServer, new_key
from live_server import make_shop, smartshelf
from test_gateway import Gateway

PATIENCE = 120  # seconds for a line in the log


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = f"{cls.folder.name}/keys"
        cls.first = new_key(cls.file, "secret")
        cls.server = HttpServer(cls.folder.name, make_shop(cls.folder.name, random.Random(5), 400), "--http-keys", cls.file)
        cls.server.start()
        cls.gateway = Gateway(cls.folder.name, [cls.server.endpoint], "--http-keys", cls.file)
        cls.gateway.wait_log("(a server answers)")

    @classmethod
    def tearDownClass(cls):
        log = cls.server.text() + cls.gateway.text()
        cls.gateway.stop()
        cls.server.stop()
        cls.server.close()
        cls.folder.cleanup()
        assert cls.first not in log, "a key is in the log"

    def lines(self):
        with open(self.file, encoding="utf-8") as file:
            return file.readlines()

    def write(self, lines):
        with open(self.file, "w", encoding="utf-8") as file:
            file.writelines(lines)

    def read_anew(self, words):
        """Tells both, and waits until both have said these words once more."""
        for process, text in ((self.server.process, self.server.text), (self.gateway.process, self.gateway.text)):
            before, end = len(re.findall(words, text())), time.monotonic() + PATIENCE
            process.send_signal(signal.SIGHUP)
            while len(re.findall(words, text())) == before:
                assert time.monotonic() < end, f"no {words} in {text()}"
                time.sleep(0.01)

    def expect(self, key, status, query="limit=1"):
        headers = {"Authorization": f"Bearer {key}"}
        self.assertEqual(self.server.request("GET", f"/v1/popular?{query}", headers=headers).status, status)
        self.assertEqual(self.gateway.ask(self.kept, "GET", f"/v1/popular?{query}", None, headers)[0], status)

    def setUp(self):
        self.kept = self.gateway.connection()

    def tearDown(self):
        self.kept.close()

    def test_rotation(self):
        before = self.lines()
        second = new_key(self.file, "secret")
        self.expect(self.first, 200)
        self.expect(second, 401)  # not told yet
        self.read_anew("keys of HTTP read anew\" keys=2")
        self.expect(self.first, 200)
        self.expect(second, 200)
        after = self.lines()
        self.write([line for line in after if line not in before or line.endswith(" tokens\n")])
        self.read_anew("keys of HTTP read anew\" keys=1")
        self.expect(self.first, 401)
        self.expect(second, 200)
        self.write(after)
        self.server.post("reload", {}, key=second)  # which reads them anew too
        self.assertEqual(self.server.get("popular", {"limit": 1}, key=self.first).status, 200)
        self.write(before)
        self.read_anew("keys of HTTP read anew\" keys=1")
        self.expect(second, 401)

    def test_a_broken_file_keeps_the_old_keys(self):
        before = self.lines()
        for broken in (["# nobody any more\n"], before + ["sk_this_is_no_hash secret\n"]):
            self.write(broken)
            self.read_anew("keys of HTTP refused, the old ones stay")
            self.expect(self.first, 200)
        self.assertIn(f"keys:{len(before) + 1}: ", self.server.text())
        self.assertIn(f"keys:{len(before) + 1}: ", self.gateway.text())
        self.write(before)
        os.chmod(self.file, 0o666)
        self.read_anew("keys of HTTP refused.*chmod 600")
        os.chmod(self.file, 0o600)
        self.read_anew("keys of HTTP read anew")

    def test_tokens_go_with_their_secret(self):
        before = self.lines()
        public = new_key(self.file, "public")
        self.read_anew("keys of HTTP read anew")
        token = self.server.post("token", {"customer_id": "c1", "session_id": SESSION}, key=self.first).json["customer_token"]
        ask = f"limit=1&session_id={SESSION}&customer_token={token}"
        smartshelf("keygen", "--http", "tokens", "--keys", self.file)
        self.read_anew("keys of HTTP read anew")
        self.expect(public, 200, ask)
        old = next(line for line in before if line.endswith(" tokens\n"))
        self.write([line for line in self.lines() if line != old])
        self.read_anew("keys of HTTP read anew")
        self.expect(public, 403, ask)
        self.write(before)
        self.read_anew("keys of HTTP read anew")
        self.expect(public, 401, ask)


if __name__ == "__main__":
    unittest.main()
