"""What the tests of the HTTP port share: a server with one, and clients over http.client and over bare sockets."""
import http.client
import json
import re
import socket
import time
import urllib.parse
import urllib.request

from live_server import Server

JSON = {"Content-Type": "application/json"}


def address_of(text):
    """Host and port that a log says."""
    host, port = re.findall(r'http is served" url=http://([^/]+)/', text)[-1].rsplit(":", 1)
    return host, int(port)


class HttpServer(Server):
    """A server with an HTTP port, on a free one; `address` is known once it is started."""

    def __init__(self, folder, store, *arguments):
        super().__init__(folder, store, "--http", "127.0.0.1:0", *arguments)
        self.address = self.metrics_address = None

    def start(self, seconds=60, **environment):
        super().start(seconds, **environment)
        end = time.time() + seconds
        while "http is served" not in self.text():
            assert time.time() < end, self.text()
            time.sleep(0.01)
        self.address = address_of(self.text())
        metrics = re.search(r'metrics are served" url=(http://[^/]+)/', self.text())
        self.metrics_address = metrics and metrics.group(1)

    def metrics(self):
        """The page, of a server that has --metrics."""
        with urllib.request.urlopen(f"{self.metrics_address}/metrics", timeout=120) as reply:
            return reply.read().decode()

    def connect(self):
        return http.client.HTTPConnection(*self.address, timeout=120)

    def fetch(self, verb, path, body=None, headers=None, connection=None):
        """Status, headers, and what the JSON body says (or its bytes)."""
        own = connection or self.connect()
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers = {**JSON, **(headers or {})}
        own.request(verb, path, body, headers or {})
        reply = own.getresponse()
        content = reply.read()
        if not connection:
            own.close()
        if reply.getheader("Content-Type") == "application/json" and content and not reply.getheader("Content-Encoding"):
            content = json.loads(content)
        return reply.status, reply, content

    def get(self, method, connection=None, **params):
        """The result of a GET, which must succeed."""
        status, _, result = self.fetch("GET", f"/v1/{method}?{urllib.parse.urlencode(params, doseq=True)}", connection=connection)
        assert status == 200, (status, result)
        return result

    def post(self, method, params, connection=None):
        status, _, result = self.fetch("POST", f"/v1/{method}", params, connection=connection)
        assert status == 200, (status, result)
        return result

    def dial(self, timeout=120):
        return socket.create_connection(self.address, timeout=timeout)


def read_all(stream):
    """What comes until the other side closes; None: it does not within the socket's time."""
    content = b""
    try:
        while part := stream.recv(65536):
            content += part
    except (ConnectionResetError, BrokenPipeError):
        pass
    except TimeoutError:
        return None
    return content


def statuses(content):
    """Those of the replies in a stream."""
    return [int(code) for code in re.findall(rb"(?:^|[\r\n}>])HTTP/1\.1 (\d{3}) ", content)]
