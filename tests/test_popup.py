#!/usr/bin/env python3
"""The popup backend of README, run as it is printed: it passes on decisions, and answers by itself when the shelf does not."""
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from live_server import Server, make_shop

LINES_MAX = 30


def printed_backend():
    source = os.environ.get("SMARTSHELF_SOURCE", ".")
    with open(f"{source}/README.md", encoding="utf-8") as readme:
        return re.search(r"^```python\n(.*?)^```", readme.read(), re.M | re.S).group(1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(port, **query):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/?{urllib.parse.urlencode(query)}", timeout=120) as reply:
        return json.load(reply)


def wait_for(port, backend):
    for _ in range(200):
        assert backend.poll() is None, "the backend ended"
        try:
            return fetch(port, page="home", session_id="warm")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError("the backend does not answer")


def decided(port, **query):
    """The answer, asked again where a busy machine took longer than the backend waits."""
    for _ in range(50):
        answer = fetch(port, **query)
        if answer["reason"] != "fallback":
            return answer
    raise AssertionError(f"nothing but the fallback for {query}")


def check_answers(port):
    home = decided(port, page="home", session_id="s-1", request_id="r-1")
    assert home["show"] and home["campaign"] == "dont_go", home
    assert all(offer["name"].startswith("Product ") for offer in home["offers"]), home
    again = decided(port, page="home", session_id="s-1", request_id="r-1")
    assert [offer["offer_id"] for offer in again["offers"]] == [offer["offer_id"] for offer in home["offers"]]
    product = decided(port, page="product", item_id="item-003", session_id="s-2")
    assert product["campaign"] == "lightning" and product["offers"][0]["item_id"] == "item-003", product


def main():
    backend_text = printed_backend()
    assert len(backend_text.splitlines()) <= LINES_MAX, "README says thirty lines"
    with tempfile.TemporaryDirectory() as folder:
        store = make_shop(folder, random.Random(7))
        with open(f"{folder}/popup.py", "w", encoding="utf-8") as file:
            file.write(backend_text)
        with open(f"{folder}/shelf.yaml", "w", encoding="utf-8") as file:
            file.write("offers: {learning: {explore: false}, campaigns: {dont_go: {holdout: 0}, lightning: {holdout: 0}}}\n")
        server = Server(folder, store, "--config", f"{folder}/shelf.yaml")
        port = free_port()
        backend = subprocess.Popen([sys.executable, f"{folder}/popup.py", server.endpoint, str(port)], stderr=subprocess.DEVNULL)
        try:
            assert wait_for(port, backend)["reason"] == "fallback", "there is no server yet"
            server.start()
            check_answers(port)
            server.kill()
            answer = fetch(port, page="home", session_id="s-3")
            assert answer == {"show": False, "reason": "fallback", "offers": []}, answer
        finally:
            backend.kill()
            backend.wait()
            if server.process and server.process.poll() is None:
                server.kill()


if __name__ == "__main__":
    main()
