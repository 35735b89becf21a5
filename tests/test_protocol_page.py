"""The example bytes of the protocol page, sent to a server: the reply must be the page's, byte for byte (G… stands for the generation)."""
import os
import re
import unittest

import zmq

from test_server import Server, WithShop

SOURCE = os.environ.get("SMARTSHELF_SOURCE", os.path.join(os.path.dirname(__file__), ".."))


class Page(WithShop):
    def test_examples(self):
        with open(f"{SOURCE}/recsys/server/PROTOCOL.md", encoding="utf-8") as file:
            examples = re.findall(r"^    request ([0-9a-f]+)\n    reply   ([0-9a-fG]+)$", file.read(), re.M)
        self.assertGreaterEqual(len(examples), 7)
        with Server(self.folder) as server, server.socket(zmq.DEALER) as dealer:
            generation = server.ask("health")[1]["generation"].encode().hex()
            for asked, wanted in examples:
                dealer.send(bytes.fromhex(asked))
                self.assertEqual(dealer.recv().hex(), wanted.replace("G" * 40, generation))

    def test_every_name_stands_on_the_page(self):
        with open(f"{SOURCE}/recsys/server/PROTOCOL.md", encoding="utf-8") as file:
            page = file.read()
        with open(f"{SOURCE}/recsys/server/protocol.c", encoding="utf-8") as file:
            names = re.findall(r'"([a-z_]+)"', file.read())
        for name in names:
            if name not in ("none", "read", "event", "admin"):  # roles stand in the methods' table
                self.assertIn(f"`{name}`", page)


if __name__ == "__main__":
    unittest.main(verbosity=1)
