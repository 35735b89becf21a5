"""JSON and MessagePack, both ways, and query strings against independent readers and writers: Python's json and urllib, and msgpack."""
import decimal
import json
import math
import os
import random
import struct
import subprocess
import unittest
import urllib.parse

import msgpack
from program import seed

DUMP = os.path.join(os.environ["SMARTSHELF_BUILD"], "tests", "dump_transcode")
ALPHABET = [chr(c) for c in range(0, 128)] + ["é", "ß", "Ω", "あ", "\u2028", "\u2029", "\u200f", "\ufffd", "\ud7ff", "\ue000", "𝄞", "😀", "\U0010ffff"]


def transcode(kind, values):
    """One result for each: bytes, or the name of an error."""
    text = "".join(f"{kind} {value.hex()}\n" for value in values)
    done = subprocess.run([DUMP], input=text, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(values), (len(lines), len(values))
    return [line[6:] if line.startswith("error ") else bytes.fromhex(line) for line in lines]


def digits_of(text):
    """How many digits say the number."""
    return len(text.replace("-", "").replace(".", "").strip("0"))


def single(number):
    return struct.unpack("f", struct.pack("f", number))[0]


class Draw:
    def __init__(self, number):
        self.random = random.Random(number)

    def text(self, most=40):
        return "".join(self.random.choice(ALPHABET) for _ in range(self.random.randrange(most)))

    def real(self):
        kind = self.random.randrange(5)
        if kind == 0:
            return struct.unpack("d", self.random.randbytes(8))[0]
        if kind == 1:
            return round(self.random.uniform(-1000, 1000), self.random.randrange(6))
        if kind == 2:
            return self.random.choice([0.0, -0.0, 5e-324, 1.7976931348623157e308, 2.0 ** 53, 1e15, 1e16, 0.1, 1 / 3, 1e-5, 1e-7])
        return self.random.uniform(-1, 1) * 10.0 ** self.random.randrange(-20, 20)

    def integer(self):
        edge = 2 ** self.random.randrange(64)
        return max(-2 ** 63, min(2 ** 64 - 1, self.random.choice([1, -1]) * (edge + self.random.randrange(-2, 3))))

    def value(self, depth=0):
        kind = self.random.randrange(9 if depth < 6 else 6)
        if kind < 6:
            return [self.text, self.text, self.integer, self.real, lambda: None, lambda: self.random.random() < 0.5][kind]()
        if kind == 6:
            return [self.value(depth + 1) for _ in range(self.random.randrange(20 if depth == 0 else 5))]
        return {self.text(12): self.value(depth + 1) for _ in range(self.random.randrange(20 if depth == 0 else 5))}

    def map(self):
        return {self.text(12): self.value(1) for _ in range(self.random.randrange(8))}


def said(value):
    """What JSON can say of it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [said(each) for each in value]
    if isinstance(value, dict):
        return {name: said(each) for name, each in value.items()}
    return value


def same(a, b):
    """Equal, also by type and by the sign of zero."""
    if isinstance(a, float) and isinstance(b, float):
        return struct.pack("d", a) == struct.pack("d", b)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[name], b[name]) for name in a)
    return type(a) is type(b) and a == b


class Transcode(unittest.TestCase):
    def test_wire_to_json(self):
        draw = Draw(seed())
        values = [draw.value() for _ in range(3000)]
        for value, text in zip(values, transcode("w", [msgpack.packb(value) for value in values])):
            self.assertIsInstance(text, bytes, value)
            self.assertTrue(same(said(value), json.loads(text)), (value, text))
            self.assertFalse(set(text) & set(b"<>&"), text)

    def test_reals_of_four_bytes_are_short(self):
        draw = Draw(seed())
        reals = [single(draw.random.uniform(-1, 1) * 10.0 ** draw.random.randrange(-8, 8)) for _ in range(5000)]
        for real, text in zip(reals, transcode("w", [msgpack.packb(real, use_single_float=True) for real in reals])):
            self.assertEqual(single(float(text)), real)
            if 1e-4 < abs(real) < 1e6:
                shortest = next(f"{real:.{digits}g}" for digits in range(1, 10) if single(float(f"{real:.{digits}g}")) == real)
                self.assertEqual(digits_of(text.decode()), digits_of(f"{decimal.Decimal(shortest):f}"), real)

    def test_json_to_wire(self):
        draw = Draw(seed())
        values = [draw.map() for _ in range(2000)]
        texts = [json.dumps(said(value), ensure_ascii=draw.random.random() < 0.5, indent=draw.random.choice([None, 1])) for value in values]
        for value, text, wire in zip(values, texts, transcode("j", [text.encode() for text in texts])):
            self.assertIsInstance(wire, bytes, text)
            self.assertTrue(same(floats(said(value)), msgpack.unpackb(wire)), text)

    def test_there_and_back(self):
        draw = Draw(seed())
        wires = [msgpack.packb(floats(said(draw.map()))) for _ in range(1000)]
        back = transcode("j", transcode("w", wires))
        for wire, again in zip(wires, back):
            self.assertTrue(same(msgpack.unpackb(wire), msgpack.unpackb(again)))

    def test_queries(self):
        draw = Draw(seed())
        for _ in range(300):
            pairs = {draw.text(8).replace("\0", "0").replace(".", "-"): draw.text(20).replace("\0", "0") for _ in range(5)}
            for name in ("limit", "key", "fields", "items", "cart", "exclude", "shelves", "explain", "buckets", "categories", "timestamp"):
                pairs.pop(name, None)
            coded = urllib.parse.urlencode(pairs).encode()
            self.assertEqual(msgpack.unpackb(transcode("q", [coded])[0]), pairs)


def floats(value):
    """Integers beyond 63 bits, which become reals on the way in, and whole reals below 2^53, which become integers."""
    if isinstance(value, dict):
        return {name: floats(each) for name, each in value.items()}
    if isinstance(value, list):
        return [floats(each) for each in value]
    if isinstance(value, float) and abs(value) < 2 ** 53 and value == int(value):
        return int(value)
    return float(value) if isinstance(value, int) and value >= 2 ** 63 else value


if __name__ == "__main__":
    unittest.main()
