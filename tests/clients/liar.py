"""A server that cannot be relied on: on each of its endpoints another kind of misbehaviour, the same for every client library.

    with Liar(folder, honest) as liar:      # honest: endpoint of a real server
        liar.endpoints["garbage"]           # what to connect to

Endpoints of LIES misbehave towards requests that have a text with MARK in it; every other request they hand to the real server, so that a
client can be seen to work again. Endpoints of CONNECTIONS misbehave below the messages until `mend` makes them hand everything to the real
server. EXPECTED names the errors that a client may give for its fallback."""
import itertools
import socket
import threading

import msgpack
import zmq

MARK = b"please-lie"
GIANT = 12 << 20  # bytes: longer than any client looks at

ITEM = {"item_id": "liar", "score": 1.0, "reason": {"model": "related", "stage": 0}}
RESULT = {"generation": "20260101T000000.000Z", "items": [ITEM], "short": None}


def packed(*reply):
    return msgpack.packb(list(reply))


def good(msgid):
    return packed(1, msgid, None, RESULT)


# What is sent for a request: a list of messages, each a list of frames.
LIES = {
    "silent": lambda msgid: [],
    "late": lambda msgid: [[good(msgid)]],
    "empty": lambda msgid: [[b""]],
    "garbage": lambda msgid: [[b"\xc1\xff\x00garbage" * 9]],
    "text": lambda msgid: [[b"HTTP/1.1 200 OK\r\n\r\nhello"]],
    "truncated": lambda msgid: [[good(msgid)[:-20]]],
    "left over": lambda msgid: [[good(msgid) + b"\xc0"]],
    "not an array": lambda msgid: [[msgpack.packb({"msgid": msgid})]],
    "a number": lambda msgid: [[b"\x07"]],
    "three": lambda msgid: [[packed(1, msgid, None)]],
    "five": lambda msgid: [[packed(1, msgid, None, RESULT, None)]],
    "a request": lambda msgid: [[packed(0, msgid, "related", {})]],
    "another's": lambda msgid: [[good((msgid + 1) % 2**32)]],
    "of nobody": lambda msgid: [[good(None)]],
    "msgid text": lambda msgid: [[good(str(msgid))]],
    "msgid below 0": lambda msgid: [[good(-msgid)]],
    "msgid too great": lambda msgid: [[good(2**32 + msgid)]],
    "nothing": lambda msgid: [[packed(1, msgid, None, None)]],
    "result text": lambda msgid: [[packed(1, msgid, None, "fine")]],
    "no items": lambda msgid: [[packed(1, msgid, None, {"generation": "20260101T000000.000Z"})]],
    "items text": lambda msgid: [[packed(1, msgid, None, {"items": "none"})]],
    "items of texts": lambda msgid: [[packed(1, msgid, None, {"items": ["a", "b"]})]],
    "no item_id": lambda msgid: [[packed(1, msgid, None, {"items": [{"score": 1.0}]})]],
    "item_id number": lambda msgid: [[packed(1, msgid, None, {"items": [{"item_id": 7}]})]],
    "error text": lambda msgid: [[packed(1, msgid, "busy", None)]],
    "error": lambda msgid: [[packed(1, msgid, {"code": 13, "name": "internal", "message": "no"}, None)]],
    "error and result": lambda msgid: [[packed(1, msgid, {"code": 10, "name": "busy", "message": "wait"}, RESULT)]],
    "claims": lambda msgid: [[b"\x94\x01" + msgpack.packb(msgid) + b"\xc0\xdd\x7f\xff\xff\xff"]],
    "claims a map": lambda msgid: [[b"\x94\x01" + msgpack.packb(msgid) + b"\xc0\xdf\x7f\xff\xff\xff\xa1a\x01"]],
    "claims a text": lambda msgid: [[b"\x94\x01" + msgpack.packb(msgid) + b"\xc0\xdb\xff\xff\xff\xffabc"]],
    "claims within claims": lambda msgid: [[b"\x94\x01" + msgpack.packb(msgid) + b"\xc0" + b"\xdd\x00\x0f\xff\xff" * 200000]],
    "deep": lambda msgid: [[b"\x94\x01" + msgpack.packb(msgid) + b"\xc0" + b"\x91" * 500000 + b"\xc0"]],
    "giant": lambda msgid: [[b"\x94\x01" + msgpack.packb(msgid) + b"\xc0" + b"\xc6" + GIANT.to_bytes(4, "big") + bytes(GIANT)]],
    "all at once": lambda msgid: [[b"\xc1"], [good(msgid + 1)], [b""], [packed(1, msgid)], [b"\xc1" * 1000]],
}
HONEST_ENOUGH = {  # nothing that a client should mind
    "twice": lambda msgid: [[good(msgid)], [good(msgid)]],
    "another's first": lambda msgid: [[good(msgid + 7)], [good(msgid)]],
    "garbage first": lambda msgid: [[b"\xc1\xff"], [good(msgid)]],
    "a delimiter": lambda msgid: [[b"", good(msgid)]],
    "more frames": lambda msgid: [[b"what", b"is", b"this", good(msgid)]],
    "unknown entries": lambda msgid: [[packed(1, msgid, None, {**RESULT, "new": {"a": [1, 2]}, "items": [{**ITEM, "later": None}]})]],
}
MESSAGES = {**LIES, **HONEST_ENOUGH}
CONNECTIONS = ("refuses", "never greets", "closes at once", "half a greeting", "speaks HTTP", "closes after the greeting", "dies")
ERRORS = {"error": {"internal"}, "error and result": {"busy"}, "silent": {"timeout"}, "late": {"timeout"}, "another's": {"timeout"},
          "of nobody": {"timeout"}}  # of the others: timeout or bad_reply
EXPECTED = {name: ERRORS.get(name, {"timeout", "bad_reply"}) for name in [*LIES, *CONNECTIONS]}
GREETING = b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01NULL" + bytes(16) + b"\x00" + bytes(31)


class Liar:
    def __init__(self, folder, honest):
        self.honest, self.context, self.ended = honest, zmq.Context(), False
        self.endpoints = {name: f"ipc://{folder}/liar{i}.ipc" for i, name in enumerate(MESSAGES)}
        self.heard = {name: [] for name in MESSAGES}  # the requests that were lied to
        self.listeners, self.mended, self.threads = {}, {}, []
        for name in CONNECTIONS:
            listener = socket.create_server(("127.0.0.1", 0))
            self.endpoints[name] = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
            self.listeners[name], self.mended[name] = listener, threading.Event()

    def __enter__(self):
        for target, names in ((self.serve, MESSAGES), (self.misbehave, CONNECTIONS)):
            for name in names:
                self.threads.append(threading.Thread(target=target, args=(name,), daemon=True))
                self.threads[-1].start()
        return self

    def __exit__(self, *_):
        self.ended = True
        for name in CONNECTIONS:
            self.mended[name].set()
        for thread in self.threads:
            thread.join(20)
        self.context.destroy(linger=0)

    def mend(self, name):
        """From now on the endpoint, if one of CONNECTIONS, is as the real server."""
        if name in self.mended:
            self.mended[name].set()

    def serve(self, name):
        """Hands requests to the real server under numbers of its own, but for those that are to be lied to."""
        front, back = self.context.socket(zmq.ROUTER), self.context.socket(zmq.DEALER)
        for one in (front, back):
            one.setsockopt(zmq.LINGER, 0)
        self.bind(front, self.endpoints[name])
        back.connect(self.honest)
        asked, numbers, late = {}, itertools.count(1), []
        while not self.ended:
            for ready, _ in zmq.zmq_poll([(front, zmq.POLLIN), (back, zmq.POLLIN)], 20):
                if ready is back:
                    kind, number, error, result = msgpack.unpackb(back.recv())
                    client, msgid = asked.pop(number)
                    front.send_multipart([client, packed(kind, msgid, error, result)])
                    continue
                client, *_, request = front.recv_multipart()
                kind, msgid, method, params = msgpack.unpackb(request)
                while late:
                    front.send_multipart(late.pop(0))
                if MARK in request and name in MESSAGES:
                    self.heard[name].append(request)
                    lies = [[client, *message] for message in MESSAGES[name](msgid)]
                    if name == "late":  # when the next question is there
                        late = lies
                    else:
                        for lie in lies:
                            front.send_multipart(lie)
                else:
                    number = next(numbers)
                    asked[number] = client, msgid
                    back.send(packed(kind, number, method, params))
        front.close(0)
        back.close(0)

    def bind(self, front, endpoint):
        while not self.ended:  # the port may still be held by a connection that is ending
            try:
                front.bind(endpoint)
                return
            except zmq.ZMQError:
                threading.Event().wait(0.02)

    def misbehave(self, name):
        listener, mended, held = self.listeners[name], self.mended[name], []
        if name == "refuses":
            listener.close()
            mended.wait()
        else:
            listener.settimeout(0.02)
        while not mended.is_set():
            try:
                held.append(listener.accept()[0])
            except socket.timeout:
                continue
            self.treat(name, held[-1])
        for connection in held:
            connection.close()
        listener.close()
        if not self.ended:
            self.serve(name)

    @staticmethod
    def treat(name, connection):
        try:
            if name == "half a greeting":
                connection.sendall(GREETING[:20])
            elif name == "speaks HTTP":
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            elif name == "closes after the greeting":
                connection.sendall(GREETING)
            elif name == "dies":
                connection.sendall(GREETING + b"\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER")
                connection.settimeout(0.2)
                while (heard := connection.recv(4096)) and b"related" not in heard:  # it dies with the request in its hands
                    pass
        except OSError:
            pass
        if name != "never greets" and name != "half a greeting":
            connection.close()
