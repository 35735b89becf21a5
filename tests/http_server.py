"""What the tests of HTTP share: a server with an HTTP port, keys for it, and requests to it."""
import http.client
import json
import os
import time
import urllib.parse

from live_server import Server, smartshelf

SESSION = "8f14e45f-ceea-467f-a0e6-5f1e1cbe2a7b"


def new_key(file, kind, *origins):
    """A key whose line is added to the file."""
    options = [option for origin in origins for option in ("--origin", origin)]
    return json.loads(smartshelf("keygen", "--json", "--http", kind, "--keys", file, *options))["key"]


class Answer:
    """What a request was answered with."""

    def __init__(self, reply, body):
        self.status, self.headers, self.body = reply.status, reply.headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The code of an error and its field; (None, None) of what is none."""
        if self.status < 400:
            return None, None
        told = self.json["error"]
        assert told["message"], told
        return told["code"], told.get("field")


class HttpServer(Server):
    """A server whose HTTP port is a free one, and a connection to it that is kept."""

    def __init__(self, folder, store, *arguments, port="127.0.0.1:0"):
        super().__init__(folder, store, "--http", port, *arguments)
        self.connection = self.address = None

    def start(self, seconds=120, **environment):
        if os.path.exists(self.log):
            os.truncate(self.log, 0)
        super().start(seconds, **environment)
        end = time.time() + seconds
        while "url=http://" not in self.text():
            assert time.time() < end, "no port in the log: " + self.text()
            time.sleep(0.01)
        self.address = self.text().rsplit("url=http://", 1)[1].split("/")[0]
        self.connection = None

    def connect(self, timeout=60):
        return http.client.HTTPConnection(self.address, timeout=timeout)

    def close(self):
        if self.connection:
            self.connection.close()
        super().close()

    def request(self, verb, path, body=None, query=None, headers=None, key=None):
        """Bodies that are no bytes are sent as JSON; `key` as a bearer."""
        headers = dict(headers or {})
        if key:
            headers["Authorization"] = f"Bearer {key}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        target = path + ("?" + urllib.parse.urlencode(query, doseq=True) if query else "")
        for again in (True, False):
            self.connection = self.connection or self.connect()
            try:
                self.connection.request(verb, target, body, headers)
                reply = self.connection.getresponse()
                answer = Answer(reply, reply.read())
                if reply.will_close:
                    self.connection.close()
                    self.connection = None
                return answer
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.connection = None
                assert again, "the connection is closed without an answer"
        raise AssertionError

    def get(self, method, query=None, **more):
        return self.request("GET", f"/v1/{method}", None, query, **more)

    def post(self, method, body, **more):
        return self.request("POST", f"/v1/{method}", body, **more)
