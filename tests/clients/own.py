"""Threads, fork and event loops: of Python's clients alone (check_own.py)."""
import asyncio
import os
import threading
import unittest

import smartshelf

ENDPOINT, NOBODY = os.environ["SMARTSHELF_ENDPOINT"], os.environ["SMARTSHELF_NOBODY"]
PATIENT = {"timeout_ms": 20000}
QUESTION = {"item_id": "85123A", "limit": 2}


class Own(unittest.TestCase):
    def test_two_threads_at_once_are_told(self):
        with smartshelf.Client(NOBODY, timeout_ms=500) as client:
            waiting = threading.Thread(target=client.related)
            waiting.start()
            refused = False
            while waiting.is_alive() and not refused:
                try:
                    client.send("health")
                except RuntimeError:
                    refused = True
            waiting.join()
            self.assertTrue(refused)

    def test_a_child_connects_for_itself(self):
        with smartshelf.Client(ENDPOINT, **PATIENT) as client:
            self.assertTrue(client.related(**QUESTION).ok)
            child = os.fork()
            if child == 0:
                os._exit(0 if client.related(**QUESTION).ok else 1)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
            self.assertTrue(client.related(**QUESTION).ok)

    def test_what_is_under_way_when_it_is_closed(self):
        client = smartshelf.Client(NOBODY, fallback=["a"], **PATIENT)
        pending = client.send("related", QUESTION)
        client.close()
        client.close()
        self.assertEqual((pending.answer().error.name, pending.answer().item_ids), ("closed", ["a"]))
        self.assertRaises(RuntimeError, client.related)

    def test_wrong_options_are_named(self):
        keys = {"server_key": "a" * 40, "public_key": "b" * 40, "secret_key": "secret"}
        for options, said in (({"endpoints": "127.0.0.1:5555"}, "endpoints: tcp://.*127.0.0.1:5555"), ({"endpoints": "tcp://127.0.0.1"}, "endpoints: "),
                              ({"endpoints": [ENDPOINT, 5555]}, "endpoints: .*5555"), ({"timeout_ms": "50"}, "timeout_ms: "), (keys, "secret_key: 40 .*found 6$")):
            with self.assertRaisesRegex((ValueError, TypeError), said):
                smartshelf.Client(**{"endpoints": ENDPOINT, **options})

    def test_params_that_cannot_be_sent(self):
        with smartshelf.Client(ENDPOINT, fallback=["a"]) as client:
            for params in ({"item_id": object()}, {"limit": 2**70}):
                answer = client.related(**params)
                self.assertEqual((answer.error.name, answer.item_ids), ("argument", ["a"]))
            self.assertEqual(client.call("related", ["no", "map"]).error.name, "argument")

    def test_asyncio(self):
        async def closed_while_asked():
            client = smartshelf.AsyncClient(NOBODY, fallback=["a"], **PATIENT)
            under_way = client.related(**QUESTION)
            client.close()
            return await under_way

        async def asked():
            async with smartshelf.AsyncClient(ENDPOINT, **PATIENT) as client:
                given_up = asyncio.ensure_future(client.related(**QUESTION))
                given_up.cancel()
                return await asyncio.gather(*(client.related(**QUESTION) for _ in range(50)))

        self.assertEqual(asyncio.run(closed_while_asked()).error.name, "closed")
        self.assertEqual({answer.ok for answer in asyncio.run(asked())}, {True})
