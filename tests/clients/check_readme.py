"""The examples of one client library's README, run as they are printed but for the server's address: `check_readme.py LANGUAGE`. And the
package that its ecosystem expects: what is in it, and that it can be used from there."""
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import shared

LANGUAGE = sys.argv.pop(1)
PRINTED_ADDRESS = "tcp://127.0.0.1:5555"
FOLDER = {"c": ".", "asyncio": "python"}.get(LANGUAGE, LANGUAGE)
SHELF = "server 22423 Cake stand 1275\nserver 47566 Paper garland 495\n"
SAYS = {"c": ["server 22423\nserver 47566\nok, stored 1\n"], "python": [SHELF + "stored 1 None\n"],
        "asyncio": ["server ['22423', '47566']\n[('bought_together', 2), ('popular', 1)]\n"],
        "node": [SHELF + "3 2\nstored 1 null\n"], "php": [SHELF + "3 1\nstored 1 \n"]}


def run(*command, cwd=None, **environment):
    done = subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: exit {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def example(fence, index=0):
    with open(f"{shared.CLIENTS}/{FOLDER}/README.md", encoding="utf-8") as readme:
        return re.findall(rf"^```{fence}\n(.*?)^```", readme.read(), re.M | re.S)[index]


def run_c(folder, text):
    os.symlink(f"{shared.CLIENTS}/smartshelf.h", f"{folder}/smartshelf.h")
    write(folder, "shop.c", text)
    flags = run("pkg-config", "--cflags", "--libs", "libzmq", "msgpack").split()
    libraries = [f"{shared.BUILD}/libsmartshelf.a"]
    run("cc", "-std=c17", "-Wall", "-Wextra", "-Werror", f"-I{folder}", "-o", f"{folder}/shop", f"{folder}/shop.c", *libraries, *flags, "-lm")
    return run(f"{folder}/shop")


def run_python(folder, text):
    return run(sys.executable, write(folder, "shop.py", text), **shared.environment())


def run_node(folder, text):
    os.makedirs(f"{folder}/node_modules")
    os.symlink(f"{shared.CLIENTS}/node", f"{folder}/node_modules/smartshelf")
    return run("node", write(folder, "shop.mjs", text))


def run_php(folder, text):
    os.makedirs(f"{folder}/vendor")
    write(folder, "vendor/autoload.php", f"<?php require '{shared.HERE}/autoload.php';")
    return run("php", "-d", "error_reporting=-1", "-d", "display_errors=1", write(folder, "shop.php", text), cwd=folder)


def write(folder, name, text):
    with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
        file.write(text)
    return f"{folder}/{name}"


RUN = {"c": run_c, "python": run_python, "asyncio": run_python, "node": run_node, "php": run_php}
FENCES = {"c": ("c", 0), "python": ("python", 0), "asyncio": ("python", 1), "node": ("js", 0), "php": ("php", 0)}


class Printed(unittest.TestCase):
    def test_the_example(self):
        text = example(*FENCES[LANGUAGE])
        self.assertEqual(text.count(PRINTED_ADDRESS), 1)
        with tempfile.TemporaryDirectory() as folder, shared.Server(folder) as server:
            for attempt in range(20):  # 50 ms are short for a machine with other work
                inside = tempfile.mkdtemp(dir=folder)
                said = RUN[LANGUAGE](inside, text.replace(PRINTED_ADDRESS, server.endpoint))
                if "fallback" not in said and "timeout" not in said:
                    break
            self.assertIn(said, SAYS[LANGUAGE])

    def test_without_a_server_the_fallback_list(self):
        with tempfile.TemporaryDirectory() as folder:
            text = example(*FENCES[LANGUAGE]).replace(PRINTED_ADDRESS, f"ipc://{folder}/nobody.ipc")
            said = RUN[LANGUAGE](folder, text)
            self.assertRegex(said, r"^fallback \['22423'\]" if LANGUAGE == "asyncio" else r"^fallback 22423 ?.*\nfallback 85123A")


class Package(unittest.TestCase):
    @unittest.skipUnless(LANGUAGE == "python", "Python's")
    def test_a_wheel(self):
        if not all(map(importlib.util.find_spec, ("setuptools", "wheel"))):
            self.skipTest("no python3-setuptools, python3-wheel")
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(f"{shared.CLIENTS}/python", f"{folder}/python", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
            build = f"from setuptools import build_meta; build_meta.build_wheel('{folder}')"  # what pip calls
            run(sys.executable, "-W", "ignore", "-c", build, cwd=f"{folder}/python", SETUPTOOLS_USE_DISTUTILS="local")
            name = next(name for name in os.listdir(folder) if name.endswith(".whl"))
            self.assertEqual(name, f"smartshelf-{version('python/pyproject.toml')}-py3-none-any.whl")
            with zipfile.ZipFile(f"{folder}/{name}") as package:
                files = {file for file in package.namelist() if file.startswith("smartshelf/")}
                package.extractall(f"{folder}/installed")
            modules = {f"smartshelf/{file}" for file in os.listdir(f"{shared.CLIENTS}/python/src/smartshelf") if file != "__pycache__"}
            self.assertEqual(files, modules)
            said = run(sys.executable, "-c", "import smartshelf; print(smartshelf.Client.__name__)", PYTHONPATH=f"{folder}/installed")
            self.assertEqual(said, "Client\n")

    @unittest.skipUnless(LANGUAGE == "node", "Node's")
    def test_what_npm_packs(self):
        with tempfile.TemporaryDirectory() as home:
            told = json.loads(run("npm", "pack", "--dry-run", "--json", cwd=f"{shared.CLIENTS}/node", HOME=home))[0]
        files = {entry["path"] for entry in told["files"]}
        modules = {f"lib/{name}" for name in os.listdir(f"{shared.CLIENTS}/node/lib")}
        self.assertEqual(files, {"package.json", "README.md", "index.js", "index.d.ts", *modules})
        self.assertEqual(told["version"], version("python/pyproject.toml"))
        with open(f"{shared.CLIENTS}/node/package-lock.json", encoding="utf-8") as lock:
            self.assertNotIn("http", lock.read(), "addresses of a registry")

    @unittest.skipUnless(LANGUAGE == "node", "Node's")
    def test_the_types_name_every_method(self):
        with open(f"{shared.CLIENTS}/node/index.d.ts", encoding="utf-8") as file:
            typed = set(re.findall(r"^  (\w+)\(", file.read().split("export class Client")[1], re.M)) - {"constructor"}
        script = "import {Client} from './index.js'; console.log(Object.getOwnPropertyNames(Client.prototype).join(' '))"
        methods = set(run("node", "--input-type=module", "-e", script, cwd=f"{shared.CLIENTS}/node").split()) - {"constructor"}
        self.assertEqual(typed, methods)

    @unittest.skipUnless(LANGUAGE == "php", "PHP's")
    def test_what_composer_reads(self):
        with open(f"{shared.CLIENTS}/php/composer.json", encoding="utf-8") as file:
            said = json.load(file)
        self.assertEqual((said["name"], said["autoload"]["psr-4"]), ("smartshelf/client", {"SmartShelf\\": "src/"}))
        for name in os.listdir(f"{shared.CLIENTS}/php/src"):
            with open(f"{shared.CLIENTS}/php/src/{name}", encoding="utf-8") as file:
                text = file.read()
            self.assertRegex(text, rf"(?s)^<\?php\n\ndeclare\(strict_types=1\);\n\nnamespace SmartShelf;\n.*\nfinal class {name[:-4]}\b")
        if shutil.which("composer"):
            run("composer", "validate", "--strict", "--no-check-publish", "--no-interaction", cwd=f"{shared.CLIENTS}/php")

    @unittest.skipIf(LANGUAGE == "c", "C's are typed by what they need")
    def test_it_has_every_method_of_the_protocol(self):
        with open(f"{shared.SOURCE}/recsys/server/PROTOCOL.md", encoding="utf-8") as file:
            table = file.read().split("\n## Methods\n")[1].split("\n## ")[0]
        methods = set(re.findall(r"^\| `(\w+)` \|", table, re.M))
        self.assertGreater(len(methods), 20)
        path = {"node": "node/lib/client.js", "php": "php/src/Client.php"}.get(LANGUAGE, "python/src/smartshelf/methods.py")
        with open(f"{shared.CLIENTS}/{path}", encoding="utf-8") as file:
            self.assertEqual(methods - set(re.findall(r"^ +(?:public function |def )?(\w+)\(", file.read(), re.M)), set())


def version(path):
    with open(f"{shared.CLIENTS}/{path}", encoding="utf-8") as file:
        return re.search(r'version"?\s*[=:]\s*"([^"]+)"', file.read()).group(1)


if __name__ == "__main__":
    shared.need(LANGUAGE)
    unittest.main()
