"""kill -9 at a random moment of a server whose codes eight client processes redeem at once, each code with an order of its own, asking
again until there is an answer, while they ask for new offers, too: every code is one order's, and all are told so however often they
ask; what was undone stays so; the accounts are the sum of what is leased and redeemed, to the cent; a request that is asked again leases
nothing twice. Then the same with power cuts (test_power_cut_server.py). 160 codes, 6 kills and 4 cuts; with SMARTSHELF_LONG=1 1,000 codes,
100 kills and 50 cuts."""
import collections
import multiprocessing
import os
import random
import subprocess
import tempfile
import time
import unittest

import msgpack
import zmq

import test_power_cut_server
from live_server import LONG, PROGRAM, Server, smartshelf
from program import seed

BUILD = os.environ.get("SMARTSHELF_BUILD") or os.path.dirname(PROGRAM)
CLIENTS = 8
CODES = 1000 if LONG else 160
WINDOW = 6  # requests of one client under way
PATIENCE = 0.25  # seconds until a client asks again
ITEMS = [f"item-{i:02}" for i in range(40)]
POLICY = """offers:
  guards: {tax: 0, margin-min: 5, cart-margin-min: 5, discount-max: 30, budget-per-day: 100000000, uses-max: 0, shows-max: 0,
    cool-bought-hours: 0, cool-dismissed-hours: 0, stacking: true}
  incentives: {ten-off: {percent: 10}}
  campaigns:
    lightning: {incentives: [ten-off], lifetime-minutes: 600, limit: 2, price-cut: false, holdout: 0}
"""


def make_shop(folder, generator):
    with open(f"{folder}/log.csv", "w", encoding="utf-8") as log:
        log.write("order_id,customer_id,item_id,timestamp\n")
        for order in range(800):
            for item in generator.sample(ITEMS, 3):
                log.write(f"{order},c{order % 90},{item},2026-0{1 + order % 9}-{1 + order % 28:02}\n")
    with open(f"{folder}/items.csv", "w", encoding="utf-8") as catalog:
        catalog.write("item_id,name,category,price,cost\n")
        for i, item in enumerate(ITEMS):
            catalog.write(f"{item},Product {i},Category {i % 4},{9 + i}.99,{4 + i // 3}.00\n")
    with open(f"{folder}/shelf.yaml", "w", encoding="utf-8") as file:
        file.write(POLICY)
    smartshelf("train", "--quiet", "--threads", 1, "--als.factors", 8, "--als.iterations", 2, "--log", f"{folder}/log.csv", "--catalog",
               f"{folder}/items.csv", "--store", f"{folder}/store")
    return f"{folder}/store"


class Client:
    """One process: takes the codes in the order of all, as far as it may; each request is asked again until it is answered."""

    def __init__(self, number, endpoint, codes, own_seed):
        self.name, self.codes, self.random = f"k{number}", codes, random.Random(own_seed)
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect(endpoint)
        self.under_way = {}  # msgid → (request, asked at)
        self.again = []  # requests to be made beside the codes
        self.next = self.sent = self.asked_again = self.answers_lost = 0
        self.answers, self.given, self.undone, self.decisions = {}, {}, set(), {}
        self.failures = []

    def params(self, request):
        kind, number = request
        if kind == "offers":
            return {"page": "product", "item_id": ITEMS[number % len(ITEMS)], "session_id": f"{self.name}-{number}",
                    "request_id": f"{self.name}-r{number}"}
        code, session, item, _ = self.codes[number]
        return {"code": code, "order_id": f"{self.name}-o{number}", "session_id": session, "cart": [item],
                **({"undo": True} if kind == "undo" else {})}

    def send(self, request):
        self.sent += 1
        self.under_way[self.sent] = (request, time.monotonic())
        method = "offers" if request[0] == "offers" else "redeem"
        self.socket.send(msgpack.packb([0, self.sent, method, self.params(request)]))

    def expect(self, fine, *what):
        if not fine:
            self.failures.append(what)

    def take_decision(self, number, result):
        decision = {key: result[key] for key in ("show", "offers", "expires_at", "decision")}
        known = self.decisions.setdefault(number, decision)
        self.expect(known == decision, "another decision", number, known, decision)

    def take_redeem(self, number, result):
        reason = result["reason"]
        if number not in self.answers:
            self.expect(reason in ("redeemed", "used", "cancelled"), "first", number, result)
            with self.heard.get_lock():
                self.heard.value += 1
            self.answers[number] = reason == "redeemed"
            self.given[number] = result.get("given", 0)
            self.answers_lost += result["repeated"]
            if reason == "redeemed" and number % 10 == 0:
                self.again.append(("undo", number))
        elif self.answers[number]:
            cancelled = number % 10 == 0 and reason == "cancelled"
            same = reason == "redeemed" and result["repeated"] and result["given"] == self.given[number]
            self.expect(cancelled or same, "not the same", number, result)
        else:
            self.expect(reason in ("used", "cancelled"), "twice", number, result)

    def take(self, reply):
        _, msgid, error, result = msgpack.unpackb(reply)
        (kind, number), _ = self.under_way.pop(msgid, ((None, None), 0))
        if error:
            self.expect(False, "error", error)
        elif kind == "offers":
            self.take_decision(number, result)
        elif kind == "redeem":
            self.take_redeem(number, result)
        elif kind == "undo":
            self.expect(result["reason"] == "undone", "undo", number, result)
            self.undone.add(number)

    def more(self, allowed):
        """What is to be asked next: a code of its own, or one of those before once more."""
        if self.again and self.random.random() < 0.5:
            return self.again.pop()
        if self.next == allowed:
            return self.again.pop() if self.again else None
        number, self.next = self.next, self.next + 1
        if number % 5 == 0:
            self.again += [("offers", number)] * self.random.choice((1, 2))
        if self.random.random() < 0.3:
            self.again.append(("redeem", self.random.randrange(number + 1)))
        return "redeem", number

    def ask_again(self):
        """What is not answered in time. The first may have been answered, or may still be."""
        late = time.monotonic() - PATIENCE
        for msgid in [msgid for msgid, (_, asked) in self.under_way.items() if asked < late]:
            self.send(self.under_way.pop(msgid)[0])
            self.asked_again += 1

    def run(self, allowed, heard):
        self.heard = heard
        while self.next < len(self.codes) or self.again or self.under_way:
            request = True
            while request and len(self.under_way) < WINDOW:
                request = self.more(allowed.value)
                if request:
                    self.send(request)
            while self.socket.poll(5):
                self.take(self.socket.recv())
            self.ask_again()
        self.context.destroy(linger=0)
        return {"answers": self.answers, "given": self.given, "undone": self.undone, "decisions": self.decisions,
                "failures": self.failures[:5], "asked_again": self.asked_again, "answers_lost": self.answers_lost}


def client(number, endpoint, codes, own_seed, allowed, heard, results):
    results.put((f"k{number}", Client(number, endpoint, codes, own_seed).run(allowed, heard)))


class OffersKill9(unittest.TestCase):
    RUNS = 100 if LONG else 6

    def begin(self):
        self.server.start()

    def crashed(self):
        """The server is gone; the disk is as it was."""

    def setUp(self):
        self.random = random.Random(seed())
        self.temporary = tempfile.TemporaryDirectory()
        store = make_shop(self.temporary.name, self.random)
        self.server = Server(self.temporary.name, store, "--config", f"{self.temporary.name}/shelf.yaml")

    def tearDown(self):
        self.server.close()
        self.temporary.cleanup()

    def give_codes(self):
        """(code, session, item, lease) of as many offers as there are to be; of each decision the first is kept for the clients."""
        codes, others, number = [], 0, 0
        with self.server.socket() as socket:
            while len(codes) < CODES:
                for i in range(number, number + 50):
                    item = ITEMS[i % len(ITEMS)]
                    socket.send(msgpack.packb([0, i, "offers", {"page": "product", "item_id": item, "session_id": f"s{i}"}]))
                for _ in range(50):
                    _, i, error, result = msgpack.unpackb(socket.recv())
                    self.assertIsNone(error)
                    given = [offer for offer in result["offers"] if offer["code"]]
                    leases = [offer["list_price"] - offer["offer_price"] for offer in given]
                    codes += [(offer["code"], f"s{i}", offer["item_id"], lease) for offer, lease in zip(given[:1], leases)]
                    others += sum(leases[1:])
                number += 50
        return codes[:CODES], others + sum(code[3] for code in codes[CODES:])

    def wait_for(self, heard, answers):
        """Until all clients together have heard of so many codes: in the middle of a share."""
        end = time.monotonic() + 200
        while heard.value < answers:
            self.assertLess(time.monotonic(), end, f"{heard.value} answers of {answers}")
            time.sleep(0.001)

    def run_clients(self, codes):
        """All clients' answers, while the server is killed again and again: a share of the codes in each of its lives."""
        context = multiprocessing.get_context("spawn")
        allowed, heard, results = context.Value("i", 0), context.Value("i", 0), context.Queue()
        clients = [context.Process(target=client, args=(i, self.server.endpoint, codes, self.random.random(), allowed, heard, results))
                   for i in range(CLIENTS)]
        for process in clients:
            process.start()
        for run in range(self.RUNS):
            before, allowed.value = allowed.value, CODES * (run + 1) // (self.RUNS + 1)
            self.wait_for(heard, CLIENTS * (before + self.random.random() * 0.7 * (allowed.value - before)))
            time.sleep(self.random.uniform(0, 0.01))  # anywhere between two syncs
            self.server.kill()
            self.crashed()
            self.begin()
        allowed.value = CODES
        answers = dict(results.get(timeout=200) for _ in clients)
        for process in clients:
            process.join()
        return answers

    def dump(self):
        """(leased, redeemed) and what became of each offer by its public name."""
        done = subprocess.run([f"{BUILD}/tests/dump_offers", self.server.store], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line.split("\t") for line in done.stdout.splitlines()]
        return ((int(lines[0][1]), int(lines[0][2])),
                {line[1]: (line[2], int(line[3]), int(line[4]), line[5]) for line in lines[1:]})

    def check_winners(self, codes, answers, offers):
        """One order has each code, and everybody was told the same. What it cost in all."""
        redeemed = 0
        for number, (code, _, _, lease) in enumerate(codes):
            winners = [name for name, told in answers.items() if told["answers"][number]]
            self.assertEqual(len(winners), 1, f"{code}: {winners}")
            undone = number in answers[winners[0]]["undone"]
            self.assertEqual(undone, number % 10 == 0)
            self.assertEqual(answers[winners[0]]["given"][number], lease)
            self.assertEqual(offers[code.replace("-", "")[:8]], ("undone" if undone else "redeemed", lease, lease,
                                                                  f"{winners[0]}-o{number}"))
            redeemed += 0 if undone else lease
        return redeemed

    def check_leases(self, answers, offers):
        """What the clients were offered meanwhile is leased once, whatever they asked again; the sum."""
        leased = 0
        for told in answers.values():
            for decision in told["decisions"].values():
                for offer in decision["offers"]:
                    if offer["code"]:
                        lease = offer["list_price"] - offer["offer_price"]
                        self.assertEqual(offers[offer["offer_id"]], ("open", lease, 0, ""))
                        leased += lease
        return leased

    def test_each_code_is_one_orders(self):
        self.begin()
        codes, leased = self.give_codes()
        answers = self.run_clients(codes)
        self.server.stop()
        self.assertEqual([told["failures"] for told in answers.values()], [[]] * CLIENTS)
        accounts, offers = self.dump()
        redeemed = self.check_winners(codes, answers, offers)
        leased += self.check_leases(answers, offers)
        self.assertEqual(accounts, (leased, redeemed))
        states = collections.Counter(offer[0] for offer in offers.values())
        again, lost = (sum(told[what] for told in answers.values()) for what in ("asked_again", "answers_lost"))
        print(f"{self.RUNS} crashes, {CODES} codes by {CLIENTS} clients: {dict(states)}, leased {leased}, redeemed {redeemed}; "
              f"{again} requests asked again, of {lost} codes the winner had not heard")
        self.assertGreater(again, 0, "no crash met a request")


class OffersPowerCut(OffersKill9):
    RUNS = test_power_cut_server.CUTS
    lmdb_flags = test_power_cut_server.WITH_SYNC
    begin = test_power_cut_server.PowerCut.begin
    crashed = test_power_cut_server.PowerCut.crashed


if __name__ == "__main__":
    unittest.main()
