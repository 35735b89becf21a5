"""The types that the client libraries declare, by their languages' own checkers (mypy, TypeScript): the libraries keep them, a program that asks for what there is
passes, and one that does not is stopped at each of its lines."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = os.path.abspath(os.environ.get("SMARTSHELF_SOURCE", "."))
CLIENTS = os.path.join(SOURCE, "recsys/client")
TSC = os.path.join(SOURCE, "tests/web/node_modules/typescript/bin/tsc")

PYTHON = """
import smartshelf
client = smartshelf.Client("tcp://127.0.0.1:5555", timeout_ms=20, fallback=["a"])
answer: smartshelf.Answer = client.related(item_id="a", limit=8)
ids: list[str] = answer.item_ids
pending: smartshelf.Pending = client.send("popular", {"limit": 3})
async def ask() -> smartshelf.Answer:
    async with smartshelf.AsyncClient(["tcp://127.0.0.1:5555"]) as other:
        return await other.page(["popular", {"shelf": "related", "limit": 4}], item_id="a")
"""
PYTHON_WRONG = ["client.realted()", "client.call(7)", "numbers: list[int] = answer.item_ids", "client.page()", "answer.ok.items"]

NODE = """
import { Client, type Answer, type ShelfResult } from "smartshelf";
const client = new Client(["tcp://127.0.0.1:5555"], { timeout_ms: 20, fallback: ["a"] });
const answer: Answer<ShelfResult> = await client.related({ item_id: "a", fields: ["name"], filter: { price_max: 3n } });
const name: string | undefined = answer.items[0]?.name;
const decision = await client.offers({ page: "cart", cart: ["a", { item_id: "b", quantity: 2 }] });
const show: boolean = decision.result.show;
const told = await client.event({ event: "view", item_id: "a", durability: "relaxed" });
const later = await client.call("a_later_method", { anything: 1 });
"""
NODE_WRONG = ["await client.realted();", 'await client.related({ limti: 3 });', 'await client.offers({ page: "shop" });', 'await client.event({ event: "sale" });',
              "const number: number = answer.item_ids;", 'new Client("tcp://a:1", { timeout: 3 });']


def program(right, wrong):
    """With the numbers of the lines that are wrong."""
    lines = right.strip().splitlines()
    return "\n".join(lines + wrong) + "\n", list(range(len(lines) + 1, len(lines) + len(wrong) + 1))


class Types(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        with open(os.path.join(self.folder.name, name), "w", encoding="utf-8") as file:
            file.write(text)

    def complaints(self, command, pattern, **more):
        done = subprocess.run(command, cwd=self.folder.name, text=True, capture_output=True, check=False, timeout=100, **more)
        return sorted({int(line) for line in re.findall(pattern, done.stdout, re.M)}), done.stdout + done.stderr

    @unittest.skipUnless(shutil.which("mypy"), "no mypy")
    def test_python(self):
        sources, settings = os.path.join(CLIENTS, "python/src"), os.path.join(CLIENTS, "python/pyproject.toml")
        mypy = ["mypy", "--config-file", settings, "--cache-dir", os.path.join(self.folder.name, "cache")]
        done = subprocess.run([*mypy, sources], cwd=self.folder.name, text=True, capture_output=True, check=False, timeout=100)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        text, lines = program(PYTHON, PYTHON_WRONG)
        self.write("caller.py", text)
        found, told = self.complaints([*mypy, "caller.py"], r"^caller\.py:(\d+): error", env={**os.environ, "MYPYPATH": sources})
        self.assertEqual(found, lines, told)

    @unittest.skipUnless(os.path.exists(TSC) and shutil.which("node"), "no TypeScript (scripts/setup --test installs it)")
    def test_node(self):
        os.mkdir(os.path.join(self.folder.name, "node_modules"))
        os.symlink(os.path.join(CLIENTS, "node"), os.path.join(self.folder.name, "node_modules/smartshelf"))
        text, lines = program(NODE, NODE_WRONG)
        self.write("package.json", '{"type": "module"}')
        self.write("caller.ts", text)
        found, told = self.complaints(["node", TSC, "--strict", "--noEmit", "--module", "nodenext", "--moduleResolution", "nodenext", "--target", "es2022",
                                       "--lib", "es2022", "caller.ts"], r"^caller\.ts\((\d+),\d+\): error")
        self.assertEqual(found, lines, told)


if __name__ == "__main__":
    unittest.main()
