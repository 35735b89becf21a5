#!/usr/bin/env python3
"""scripts/packaging/nginx-smartshelf.conf, with other ports and paths and nothing else changed, before a real server: TLS, whose rate counts, connections that
are kept, sizes, what the internet may not reach, and a log without keys."""
import http.client
import json
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from http_server import SESSION, HttpServer, new_key
from live_server import make_shop

SOURCE = os.environ.get("SMARTSHELF_SOURCE", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
OPENSSL = shutil.which("openssl")
AROUND = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    include {folder}/smartshelf.conf;
}}
"""


def replaced(text, old, new):
    """`old` stands there, and `new` in its place."""
    assert old in text, f"{old} is not in the example"
    return text.replace(old, new)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Proxy:
    """nginx with the example, as whoever runs the test."""

    def __init__(self, folder, upstream):
        self.folder, self.port = folder, free_port()
        subprocess.run([OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=shelf.example", "-addext", "subjectAltName=DNS:shelf.example",
                        "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"], check=True, capture_output=True)
        with open(f"{SOURCE}/scripts/packaging/nginx-smartshelf.conf", encoding="utf-8") as file:
            text = file.read()
        text = replaced(text, "server 127.0.0.1:8080;", f"server {upstream};")
        text = replaced(text, "listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2; listen 127.0.0.2:{self.port} ssl http2;")
        text = replaced(text, "    listen [::]:443 ssl http2;\n", "")
        text = replaced(text, "/etc/ssl/certs/shelf.example.pem", f"{folder}/cert.pem")
        text = replaced(text, "/etc/ssl/private/shelf.example.key", f"{folder}/key.pem")
        text = replaced(text, "/var/log/nginx/smartshelf.log", f"{folder}/access.log")
        for name, content in (("smartshelf.conf", text), ("nginx.conf", AROUND.format(folder=folder))):
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(content)
        self.tls = ssl.create_default_context(cafile=f"{folder}/cert.pem")
        self.process = subprocess.Popen([NGINX, "-p", folder, "-c", f"{folder}/nginx.conf", "-e", f"{folder}/error.log"], stderr=subprocess.DEVNULL)
        self.wait()

    def wait(self):
        end = time.time() + 120
        while time.time() < end:
            assert self.process.poll() is None, self.read("error.log")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("nginx does not listen")

    def connect(self, source="127.0.0.1"):
        """A connection from that address of this machine, the certificate's name checked."""
        raw = socket.create_connection(("127.0.0.1", self.port), 30, (source, 0))
        connection = http.client.HTTPConnection("shelf.example", self.port, timeout=120)
        connection.sock = self.tls.wrap_socket(raw, server_hostname="shelf.example")
        return connection

    def read(self, name):
        with open(f"{self.folder}/{name}", encoding="utf-8") as file:
            return file.read()

    def stop(self):
        self.process.terminate()
        self.process.wait(120)


class Nginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        keys = f"{cls.folder.name}/keys"
        cls.public, cls.secret = new_key(keys, "public", "https://shop.example"), new_key(keys, "secret")
        cls.server = HttpServer(cls.folder.name, make_shop(cls.folder.name, random.Random(5), 300), "--http-keys", keys, "--http-proxy", "127.0.0.1", "--http-rate", 10)
        cls.server.start()
        cls.proxy = Proxy(cls.folder.name, cls.server.address)

    @classmethod
    def tearDownClass(cls):
        cls.proxy.stop()
        cls.server.close()
        cls.folder.cleanup()

    def ask(self, connection, verb, target, body=None, **headers):
        connection.request(verb, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        return reply, reply.read()

    def once(self, source, *request, **headers):
        """One request on a connection of its own; its status."""
        connection = self.proxy.connect(source)
        reply, _ = self.ask(connection, *request, **headers)
        connection.close()
        return reply.status

    def secret_headers(self):
        return {"Authorization": f"Bearer {self.secret}"}

    def test_methods_through_tls(self):
        connection = self.proxy.connect("127.0.0.10")
        self.addCleanup(connection.close)
        reply, body = self.ask(connection, "GET", f"/v1/related?item_id=item-001&key={self.public}", Origin="https://shop.example")
        self.assertEqual((reply.status, reply.headers["Access-Control-Allow-Origin"]), (200, "https://shop.example"))
        self.assertTrue(json.loads(body)["items"])
        again, _ = self.ask(connection, "GET", f"/v1/related?item_id=item-001&key={self.public}", If_None_Match=reply.headers["ETag"])
        self.assertEqual(again.status, 304)
        packed, body = self.ask(connection, "GET", f"/v1/popular?limit=50&fields=name,price&key={self.public}", Accept_Encoding="gzip")
        self.assertEqual((packed.headers["Content-Encoding"], body[:2]), ("gzip", b"\x1f\x8b"))
        event = json.dumps({"event": "view", "item_id": "item-001", "session_id": SESSION}).encode()
        own = f"https://shelf.example:{self.proxy.port}"
        for origin, status in (("https://shop.example", 200), (own, 200), ("https://evil.example", 403)):
            reply, _ = self.ask(connection, "POST", f"/v1/event?key={self.public}", event, Origin=origin, Content_Type="text/plain")
            self.assertEqual(reply.status, status, origin)

    def test_each_visitor_has_a_rate(self):
        flood, other = self.proxy.connect("127.0.0.20"), self.proxy.connect("127.0.0.21")
        self.addCleanup(flood.close)
        self.addCleanup(other.close)
        statuses = {self.ask(flood, "GET", f"/v1/popular?key={self.public}")[0].status for _ in range(80)}
        self.assertEqual(statuses, {200, 429})
        reply, _ = self.ask(flood, "GET", f"/v1/popular?key={self.public}", X_Forwarded_For="198.51.100.9") # made up
        self.assertEqual((reply.status, bool(reply.headers["Retry-After"])), (429, True))
        self.assertEqual(self.ask(other, "GET", f"/v1/popular?key={self.public}")[0].status, 200)

    def sockets(self):
        """Connections from nginx to the server."""
        port = int(self.server.address.rsplit(":", 1)[1])
        with open("/proc/net/tcp", encoding="ascii") as file:
            rows = [line.split() for line in file][1:]
        return {row[9] for row in rows if row[2].endswith(f":{port:04X}") and row[3] == "01"}

    def test_connections_to_the_server_are_kept(self):
        headers = self.secret_headers()
        headers["X-Test"] = "1"
        for _ in range(3): # callers come and go
            connection = self.proxy.connect()
            for _ in range(30):
                self.assertEqual(self.ask(connection, "GET", "/v1/popular", **headers)[0].status, 200)
            connection.close()
        kept = self.sockets()
        self.assertTrue(1 <= len(kept) <= 8, kept)
        self.assertEqual(self.once("127.0.0.1", "GET", "/v1/popular", **headers), 200)
        self.assertLessEqual(self.sockets(), kept) # one of them

    def test_sizes(self):
        pad = lambda size: (b'{"x": "' + b"x" * size)[: size - 2] + b'"}'
        for size, status in ((100, 400), (512 * 1024, 400), (512 * 1024 + 1, 413)): # 400: x is unknown, so it was read
            headers = {"Content-Type": "application/json", **self.secret_headers()}
            self.assertEqual(self.once("127.0.0.1", "POST", "/v1/related", pad(size), **headers), status, size)
        self.assertEqual(self.once("127.0.0.1", "GET", "/v1/popular?" + "x" * 20000, **self.secret_headers()), 414)

    def test_what_the_internet_may_not_reach(self):
        for path in ("/v1/stats", "/v1/items", "/v1/token", "/v1/reload", "/v1/visitor", "/v1/redeem", "/console/", "/v1/%73tats", "/v1/./stats", "/v1//stats"):
            self.assertIn(self.once("127.0.0.30", "GET", path, **self.secret_headers()), (400, 403, 404), path)
        self.assertEqual(self.once("127.0.0.1", "GET", "/v1/stats", **self.secret_headers()), 200)
        self.assertEqual(self.once("127.0.0.30", "GET", "/openapi.json"), 200)

    def test_no_key_is_in_a_log(self):
        self.once("127.0.0.40", "GET", f"/v1/for_you?session_id={SESSION}&key={self.public}")
        end = time.time() + 120
        while "127.0.0.40" not in (log := self.proxy.read("access.log")) and time.time() < end: # it is written behind the reply
            time.sleep(0.01)
        self.assertRegex(log, re.escape('127.0.0.40 [') + r'[^"]+"GET /v1/for_you" 200 ')
        for text in (log, self.server.text()):
            for secret in (self.public, self.secret, SESSION):
                self.assertNotIn(secret, text)


if __name__ == "__main__":
    if not NGINX or not OPENSSL:
        print("skipped: no nginx, or no openssl")
        sys.exit(77)
    unittest.main()
