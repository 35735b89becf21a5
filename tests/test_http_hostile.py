"""Hostile HTTP: a hundred malformed requests over bare sockets, each with its status; callers who send a byte a second, read nothing, or open
and say nothing, while honest ones are answered. SMARTSHELF_LONG: more, and for longer."""
import os
import random
import resource
import tempfile
import threading
import time
import unittest

from http_client import HttpServer, read_all, statuses
from live_server import LONG, make_shop
from program import seed

HOST = b"Host: 127.0.0.1\r\n"
CLOSE = b"Connection: close\r\n"
KIND = b"Content-Type: application/json\r\n"
HEALTH = b"GET /v1/health HTTP/1.1\r\n" + HOST
CUT = []  # no reply: the connection is closed


def get(target, *fields):
    return b"GET " + target + b" HTTP/1.1\r\n" + HOST + CLOSE + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


def post(body, *fields, target=b"/v1/popular", kind=KIND):
    return b"POST " + target + b" HTTP/1.1\r\n" + HOST + CLOSE + kind + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def sized(body, **named):
    return post(body, b"Content-Length: %d" % len(body), **named)


def chunked(body):
    return post(body, b"Transfer-Encoding: chunked")


MALFORMED = {
    # the request's line
    "no version": (b"GET /v1/health\r\n\r\n", [400]),
    "another protocol": (b"GET /v1/health FTP/1.1\r\n" + HOST + b"\r\n", [400]),
    "version in small letters": (b"GET /v1/health http/1.1\r\n" + HOST + b"\r\n", [400]),
    "version 9": (b"GET /v1/health HTTP/9.9\r\n" + HOST + b"\r\n", [505]),
    "version 2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [505]),
    "version of letters": (b"GET /v1/health HTTP/x.y\r\n" + HOST + b"\r\n", [400]),
    "tabs for blanks": (b"GET\t/v1/health\tHTTP/1.1\r\n" + HOST + b"\r\n", CUT),
    "a word alone": (b"HELLO\r\n\r\n", CUT),
    "all bytes": (bytes(range(1, 256)) * 8 + b"\r\n\r\n", CUT),
    "a blank in the target": (get(b"/v1/health x"), [400]),
    "a tab in the target": (get(b"/v1/heal\tth"), [400]),
    "a NUL in the target": (get(b"/v1/health\0x"), [400]),
    "a NUL in the query": (get(b"/v1/popular?limit=1\0"), [400]),
    "a control character in the target": (get(b"/v1/\x01"), [400]),
    "bytes beyond ASCII in the target": (get(b"/v1/\xc3\xa9"), [400]),
    "no path": (get(b"*"), [400]),
    "a relative path": (get(b"v1/health"), [400]),
    "an empty part": (get(b"//v1/health"), [400]),
    "up": (get(b"/web/../v1/health"), [400]),
    "up, coded": (get(b"/web/%2e%2e/v1/health"), [400]),
    "up, coded twice": (get(b"/web/%252e%252e/x"), [404]),
    "a coded slash": (get(b"/web/..%2f..%2fetc/passwd"), [400]),
    "here": (get(b"/./v1/health"), [400]),
    "a percent sign alone": (get(b"/v1/health%"), [400]),
    "half a percent sign": (get(b"/v1/health%4"), [400]),
    "a percent sign and letters": (get(b"/v1/%zz"), [400]),
    "a coded NUL": (get(b"/v1/health%00"), [400]),
    "overlong UTF-8": (get(b"/v1/%c0%af"), [400]),
    "a surrogate": (get(b"/v1/%ed%a0%80"), [400]),
    "cut UTF-8": (get(b"/v1/%e2%82"), [400]),
    "another host's": (get(b"http://127.0.0.1"), [400]),
    "a target of 20,000 letters": (get(b"/" + b"a" * 20000), [414]),
    "a query of 20,000 letters": (get(b"/v1/health?a=" + b"a" * 20000), [414]),
    "a verb of 20,000 letters": (b"A" * 20000 + b" / HTTP/1.1\r\n\r\n", [414]),
    # verbs
    "an unknown verb": (b"FOO /v1/popular HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", [405]),
    "a verb in small letters": (b"get /v1/popular HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", [405]),
    "a verb of signs": (b"G@T{} /v1/popular HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", [405]),
    "TRACE": (b"TRACE /v1/popular HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", [405]),
    "PUT": (b"PUT /v1/popular HTTP/1.1\r\n" + HOST + CLOSE + b"Content-Length: 2\r\n\r\n{}", [405]),
    "PATCH without end": (b"PATCH /v1/popular HTTP/1.1\r\n" + HOST + CLOSE + b"Content-Length: 99999999\r\n\r\n{}", [405]),
    "CONNECT": (b"CONNECT example.org:443 HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n", [400]),
    "GET of what changes something": (get(b"/v1/event?event=view"), [405]),
    # fields
    "no Host": (b"GET /v1/health HTTP/1.1\r\n" + CLOSE + b"\r\n", [400]),
    "two Hosts": (get(b"/v1/health", b"Host: 127.0.0.1"), [400]),
    "a blank before a colon": (get(b"/v1/health", b"A : b"), [400]),
    "no colon": (get(b"/v1/health", b"AB"), [400]),
    "a blank in a name": (get(b"/v1/health", b"A B: c"), [400]),
    "a name of signs": (get(b"/v1/health", b"A(B): c"), [400]),
    "a name beyond ASCII": (get(b"/v1/health", b"\xc3\xa9: c"), [400]),
    "a NUL in a name": (get(b"/v1/health", b"A\0: b"), [400]),
    "a control character in a value": (get(b"/v1/health", b"A: \x01"), [400]),
    "DEL in a value": (get(b"/v1/health", b"A: \x7f"), [400]),
    "a bare CR": (get(b"/v1/health", b"A: b\rc"), [400]),
    "a blank before the first name": (b"GET /v1/health HTTP/1.1\r\n A: b\r\n" + HOST + b"\r\n", [400]),
    "a field of 20,000 letters": (get(b"/v1/health", b"A: " + b"a" * 20000), [431]),
    "a name of 20,000 letters": (get(b"/v1/health", b"A" * 20000 + b": b"), [431]),
    "4,000 fields": (get(b"/v1/health", *[b"A: b"] * 4000), [431]),
    "a cookie of 20,000 letters": (get(b"/v1/health", b"Cookie: a=" + b"b" * 20000), [431]),
    "a field on two lines": (get(b"/v1/health", b"A: b\r\n c"), [400]),
    "a field on two lines by a tab": (get(b"/v1/health", b"A: b\r\n\tc: d"), [400]),
    "a NUL in a value": (get(b"/v1/health", b"A: b\0c"), [400]),
    "a NUL in a value before another": (get(b"/v1/health", b"A: b\0cd", b"E: f"), [400]),
    "a bare CR before another field": (get(b"/v1/health", b"A: b\rC: d"), [400]),
    "something else is expected": (post(b"{}", b"Content-Length: 2", b"Expect: a miracle"), [417]),
    # where the body ends
    "a length of -1": (post(b"{}", b"Content-Length: -1"), [400]),
    "a length of +2": (post(b"{}", b"Content-Length: +2"), [400]),
    "a length of 0x2": (post(b"{}", b"Content-Length: 0x2"), [400]),
    "a length of letters": (post(b"{}", b"Content-Length: two"), [400]),
    "no length in Content-Length": (post(b"{}", b"Content-Length: "), [400]),
    "a list of lengths": (post(b"{}", b"Content-Length: 2, 2"), [400]),
    "two lengths": (post(b"{}", b"Content-Length: 2", b"Content-Length: 2"), [400]),
    "two lengths that differ": (post(b"{}", b"Content-Length: 2", b"Content-Length: 20"), [400]),
    "a length beyond 64 bits": (post(b"{}", b"Content-Length: 99999999999999999999999"), [413]),
    "a length of a gigabyte": (post(b"{}", b"Content-Length: 1073741824"), [413]),
    "a length and chunks": (post(b"2\r\n{}\r\n0\r\n\r\n", b"Content-Length: 2", b"Transfer-Encoding: chunked"), [400]),
    "chunks twice": (post(b"2\r\n{}\r\n0\r\n\r\n", b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), [400]),
    "an unknown coding": (post(b"{}", b"Transfer-Encoding: gzip"), [501]),
    "two codings": (post(b"2\r\n{}\r\n0\r\n\r\n", b"Transfer-Encoding: gzip, chunked"), [501]),
    "nearly chunked": (post(b"2\r\n{}\r\n0\r\n\r\n", b"Transfer-Encoding: xchunked"), [501]),
    "a coding on two lines": (post(b"2\r\n{}\r\n0\r\n\r\n", b"Transfer-Encoding:\r\n chunked"), [400]),
    "a coding and a NUL": (post(b"2\r\n{}\r\n0\r\n\r\n", b"Transfer-Encoding: chunked\0x"), [400]),
    "a control character before a coding": (post(b"2\r\n{}\r\n0\r\n\r\n", b"Transfer-Encoding: \x0bchunked"), [400]),
    "a length and a NUL": (post(b"{}", b"Content-Length: 2\0 0"), [400]),
    "a length on two lines": (post(b"{}", b"Content-Length:\r\n 2"), [400]),
    "chunks of HTTP/1.0": (chunked(b"2\r\n{}\r\n0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"), [400]),
    "a chunk of letters": (chunked(b"zz\r\n{}\r\n0\r\n\r\n"), [400]),
    "a chunk below nothing": (chunked(b"-2\r\n{}\r\n0\r\n\r\n"), [400]),
    "a chunk beyond 64 bits": (chunked(b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n"), [413]),
    "a chunk longer than it says": (chunked(b"2\r\n{}xx0\r\n\r\n"), [400]),
    "chunks of a megabyte": (chunked(b"10000\r\n" + b"x" * 65536 + b"\r\n" + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 15 + b"0\r\n\r\n"), [413]),
    "a body of a megabyte": (sized(b"x" * (1 << 20)), [413]),
    # what the body says
    "no body": (post(b"", b"Content-Length: 0"), [400]),
    "a body of blanks": (sized(b"  \r\n"), [400]),
    "an array": (sized(b"[]"), [400]),
    "a number": (sized(b"1"), [400]),
    "half an object": (sized(b'{"limit":'), [400]),
    "two objects": (sized(b"{}{}"), [400]),
    "a name twice": (sized(b'{"limit":1,"limit":2}'), [400]),
    "a name twice, coded": (sized(b'{"limit":1,"\\u006cimit":2}'), [400]),
    "NaN": (sized(b'{"limit":NaN}'), [400]),
    "a number beyond reals": (sized(b'{"limit":1e999}'), [400]),
    "a number beyond 64 bits": (sized(b'{"limit":99999999999999999999}'), [400]),
    "a number of 100,000 digits": (sized(b'{"limit":' + b"9" * 100000 + b"}"), [400]),
    "half a surrogate pair": (sized(b'{"item_id":"\\ud800"}'), [400]),
    "no UTF-8 in the body": (sized(b'{"item_id":"\xff"}'), [400]),
    "overlong UTF-8 in the body": (sized(b'{"item_id":"\xc0\x80"}'), [400]),
    "a NUL in the body": (sized(b'{"item_id":"\0"}'), [400]),
    "a byte order mark": (sized(b"\xef\xbb\xbf{}"), [400]),
    "a comment": (sized(b"{/* */}"), [400]),
    "100,000 arrays in each other": (sized(b'{"items":' + b"[" * 100000), [400]),
    "100,000 objects in each other": (sized(b'{"a":' * 80000), [400]),
    "200,000 values": (sized(b'{"items":[' + b"0," * 200000 + b"0]}"), [400]),
    "100 names": (sized(b"{" + b",".join(b'"%d":1' % i for i in range(100)) + b"}"), [400]),
    "MessagePack": (sized(b"\x81\xa5limit\x01"), [400]),
    "XML": (sized(b"<limit>1</limit>", kind=b"Content-Type: text/xml\r\n"), [415]),
    "a form": (sized(b"limit=1", kind=b"Content-Type: application/x-www-form-urlencoded\r\n"), [415]),
    "no type": (sized(b"{}", kind=b""), [415]),
    "two values of a param": (get(b"/v1/popular?limit=1&limit=2"), [400]),
    "300 params": (get(b"/v1/popular?" + b"&".join(b"a%d=1" % i for i in range(300))), [400]),
    "a wrong percent sign in a value": (get(b"/v1/popular?item_id=%zz"), [400]),
}


class Malformed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = HttpServer(cls.folder.name, make_shop(cls.folder.name, random.Random(3), orders=200), "--http-timeout", 2)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.server.close()
        cls.folder.cleanup()

    def exchange(self, content):
        stream = self.server.dial()
        try:
            stream.sendall(content)
        except OSError:
            pass  # it has been refused before its end
        reply = read_all(stream)
        stream.close()
        return reply

    def test_each_has_its_status(self):
        self.assertGreaterEqual(len(MALFORMED), 100)
        for name, (content, expected) in MALFORMED.items():
            with self.subTest(name):
                found = statuses(self.exchange(content))
                self.assertEqual(found[:1], expected)
                self.assertLessEqual(len(set(found)), 1)  # libmicrohttpd sends the head of some of its own replies twice
        self.assertEqual(self.server.get("health")["status"], "ok")

    def test_what_follows_a_refused_request_is_no_request(self):
        """Where its end is in doubt nothing of it is read as another one."""
        inner = get(b"/v1/popular")
        for fields in ([b"Content-Length: 0", b"Transfer-Encoding: chunked"], [b"Content-Length: 0", b"Content-Length: %d" % len(inner)],
                       [b"Transfer-Encoding: identity, chunked"],
                       [b"Transfer-Encoding:\r\n chunked"], [b"Transfer-Encoding: chunked\0x"], [b"Content-Length: 0\0", b"Transfer-Encoding: chunked"]):
            request = b"POST /v1/popular HTTP/1.1\r\n" + HOST + KIND + b"".join(field + b"\r\n" for field in fields) + b"\r\n"
            self.assertEqual(len(statuses(self.exchange(request + b"0\r\n\r\n" + inner))), 1, fields)

    def test_random_changes_of_a_request(self):
        """Whatever comes back is whole replies, and the server lives."""
        draw = random.Random(seed())
        for _ in range(3000 if LONG else 150):
            content = bytearray(sized(b'{"limit": 3, "items": ["item-001"]}') if draw.random() < 0.5 else get(b"/v1/popular?limit=3&fields=name"))
            for _ in range(draw.randrange(1, 4)):
                at = draw.randrange(len(content))
                content[at:at + draw.randrange(3)] = draw.randbytes(draw.randrange(3))
            stream = self.server.dial()
            stream.settimeout(0.02)
            stream.sendall(content)
            reply = read_all(stream) or b""
            stream.close()
            self.assertTrue(reply == b"" or reply.startswith(b"HTTP/1.1 "), reply[:80])
        self.assertEqual(self.server.get("health")["status"], "ok")

    def test_the_silent_are_cut(self):
        """Those who say nothing, stop in the middle, send byte by byte, or do not read."""
        silent, middle, slow, deaf = (self.server.dial() for _ in range(4))
        middle.sendall(HEALTH)
        deaf.sendall(get(b"/v1/popular?limit=100&fields=name,price").replace(CLOSE, b"") * 400)
        with self.assertRaises(OSError):
            for byte in HEALTH * 10:
                slow.sendall(bytes([byte]))
                time.sleep(0.05)
        for stream in (silent, middle):
            self.assertEqual(read_all(stream), b"")
        self.assertIsNotNone(read_all(deaf))
        for stream in (silent, middle, slow, deaf):
            stream.close()


class FewDescriptors(unittest.TestCase):
    def test_the_idle_give_way(self):
        """The system allows fewer descriptors than connections may be open: who says nothing keeps nobody out."""
        with tempfile.TemporaryDirectory() as folder:
            server = HttpServer(folder, make_shop(folder, random.Random(3), orders=200))
            server.start()
            try:
                kept, most = server.connect(), 16 + len(os.listdir(f"/proc/{server.process.pid}/fd"))
                resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (most, most))
                self.assertEqual(len(server.get("popular", kept, limit=5)["items"]), 5)
                idle = [server.dial() for _ in range(64)]
                for _ in range(8):
                    self.assertEqual(len(server.get("popular", limit=5)["items"]), 5)
                    self.assertEqual(len(server.get("popular", kept, limit=5)["items"]), 5)
                for stream in idle:
                    stream.close()
                kept.close()
                server.stop()
            finally:
                server.close()


class SlowLoris(unittest.TestCase):
    def test_honest_requests_go_on(self):
        """A thousand connections that send a byte now and then, on a server that has room for 256: all of the honest are answered, on kept and on
        new connections; memory stays."""
        count, seconds = 1000, 20 if LONG else 4
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) + resource.getrlimit(resource.RLIMIT_NOFILE)[1:])
        with tempfile.TemporaryDirectory() as folder:
            server = HttpServer(folder, make_shop(folder, random.Random(3), orders=200), "--http-connections", 256, "--metrics", "127.0.0.1:0")
            server.start()
            server.get("popular")
            before, done, answered = server.resident(), threading.Event(), []

            def drip():
                streams = []
                while not done.is_set():
                    streams = [stream for stream in streams if self.drip_one(stream)]
                    while len(streams) < count and not done.is_set():
                        streams.append(self.open_one(server))
                    done.wait(1)
                for stream in streams:
                    stream.close()

            slow = threading.Thread(target=drip)
            slow.start()
            try:
                kept, end = server.connect(), time.time() + seconds
                while time.time() < end or (time.time() < end + 120 and self.cut(server) <= count - 256):
                    answered.append(len(server.get("popular", kept, limit=5)["items"]))
                    answered.append(len(server.get("popular", limit=5)["items"]))
                    time.sleep(0.005)
                grown, page = server.resident() - before, server.metrics()
                kept.close()
            finally:
                done.set()
                slow.join()
            self.assertEqual(set(answered), {5})
            self.assertLess(grown, 48 << 20)
            self.assertGreater(self.cut(server), count - 256)
            self.assertLessEqual(int(page.split("\nsmartshelf_http_connections ", 1)[1].split("\n", 1)[0]), 512)
            server.stop()
            server.close()

    @staticmethod
    def cut(server):
        return int(server.metrics().split("\nsmartshelf_http_connections_cut_total ", 1)[1].split("\n", 1)[0])

    @staticmethod
    def open_one(server):
        stream = server.dial()
        stream.sendall(HEALTH + b"X-Slow: ")
        return stream

    @staticmethod
    def drip_one(stream):
        try:
            stream.sendall(b"a")
            return True
        except OSError:
            stream.close()
            return False


if __name__ == "__main__":
    unittest.main()
