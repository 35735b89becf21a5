"""GET /v1/related over HTTP beside nginx serving the same bodies as ready-made JSON files: wrk with 64 connections that are kept, server, nginx
and wrk together on the machine's cores as the system places them, in turns.

    bench_http.py SMARTSHELF FOLDER [TURNS [SECONDS [ITEMS]]]

makes a shop in FOLDER and prints, as `name value unit`: requests/s and p99 of either, medians over the turns, the medians of each turn's ratios,
and how many answers were no 200. nginx has a process for each core, its table of open files, sendfile, and no log."""
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request

CONNECTIONS = 64
PATHS = 256  # products asked for in turns
LIMIT = 10

REQUESTS = """
local requests, at = {}, 0
function init(arguments)
  for path in io.lines(arguments[1]) do requests[#requests + 1] = wrk.format("GET", path) end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency)
  io.write(string.format("figures: %d %d %f %d\\n", summary.requests, summary.duration, latency:percentile(99), summary.errors.status))
end
"""

NGINX = """
daemon off; worker_processes auto; error_log {folder}/nginx.error crit; pid {folder}/nginx.pid;
events {{ worker_connections 1024; multi_accept on; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000; server_tokens off;
  open_file_cache max=10000 inactive=1h; open_file_cache_valid 1h; open_file_cache_min_uses 1;
  default_type application/json; types {{ }}
  client_body_temp_path {folder}/nginx.body; proxy_temp_path {folder}/nginx.proxy; fastcgi_temp_path {folder}/nginx.fastcgi;
  uwsgi_temp_path {folder}/nginx.uwsgi; scgi_temp_path {folder}/nginx.scgi;
  server {{ listen unix:{folder}/nginx.sock; listen 127.0.0.1:{port} reuseport; root {folder}/www; }}
}}
"""


def run(*command):
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as reply:
        return reply.read()


def wait_for(url):
    for _ in range(200):
        try:
            return fetch(url)
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nobody answers at {url}")


class Smartshelf:
    """`serve --http` with a thread for each core."""

    def __init__(self, program, folder):
        self.log = os.path.join(folder, "serve.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([program, "serve", "--store", f"{folder}/store", "--bind", f"ipc://{folder}/serve.ipc",
                                             "--http", "127.0.0.1:0", "--http-threads", str(os.cpu_count())], stderr=log)
        for _ in range(200):
            found = re.search(r"http is served\" url=(\S+)/", open(self.log, encoding="utf-8").read())
            if found:
                break
            time.sleep(0.05)
        self.url = found.group(1)


class Nginx:
    def __init__(self, folder, port):
        with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(NGINX.format(folder=folder, port=port))
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen([nginx, "-p", folder, "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}"


def free_port():
    import socket
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def make_shop(program, folder, items):
    run(program, "simulate", "--quiet", "--out", f"{folder}/shop", "--items", items, "--customers", items, "--orders", items * 5)
    run(program, "train", "--quiet", "--log", f"{folder}/shop/log.csv", "--catalog", f"{folder}/shop/catalog.csv", "--store",
        f"{folder}/store", "--models", "popularity,cooccurrence")
    with open(f"{folder}/shop/catalog.csv", encoding="utf-8") as catalog:
        ids = [line.split(",", 1)[0] for line in catalog][1:]
    return [ids[i * len(ids) // PATHS] for i in range(PATHS)]


def make_files(folder, url, items):
    """The bodies as files, and the two lists of paths."""
    paths = [f"/v1/related?item_id={item}&limit={LIMIT}&fields=name,price" for item in items]
    os.makedirs(f"{folder}/www/v1/related", mode=0o755)
    os.chmod(folder, 0o755)
    total = 0
    for item, path in zip(items, paths):
        body = fetch(url + path)
        total += len(body)
        with open(f"{folder}/www/v1/related/{item}.json", "wb") as file:
            file.write(body)
    for name, lines in (("ours.paths", paths), ("nginx.paths", [f"/v1/related/{item}.json" for item in items])):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    return total / len(items)


def measure(folder, url, paths, seconds):
    """requests/s, p99 in microseconds, replies that were no success."""
    done = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", f"{folder}/requests.lua", url, "--", f"{folder}/{paths}"],
                          check=True, capture_output=True, text=True)
    requests, duration, p99, errors = done.stdout.split("figures: ", 1)[1].split()[:4]
    return float(requests) / float(duration) * 1e6, float(p99), int(errors)


def main():
    program, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    turns, seconds, items = (int(value) for value in (sys.argv[3:] + ["5", "4", "20000"][len(sys.argv) - 3:]))
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/requests.lua", "w", encoding="utf-8") as file:
        file.write(REQUESTS)
    chosen, servers = make_shop(program, folder, items), []
    try:
        servers.append(Smartshelf(program, folder))
        size = make_files(folder, servers[0].url, chosen)
        servers.append(Nginx(folder, free_port()))
        assert wait_for(f"{servers[1].url}/v1/related/{chosen[0]}.json")
        figures = {"ours": [], "nginx": []}
        for _ in range(turns):
            for name, server in zip(figures, servers):
                figures[name].append(measure(folder, server.url, f"{name}.paths", seconds))
    finally:
        for server in servers:
            server.process.send_signal(signal.SIGTERM)
        for server in servers:
            server.process.wait(20)
    for name, rows in figures.items():
        print(f"http_{name}_rate {statistics.median(row[0] for row in rows):.0f} requests/s")
        print(f"http_{name}_p99 {statistics.median(row[1] for row in rows):.0f} microseconds")
    pairs = list(zip(figures["ours"], figures["nginx"]))
    print(f"http_rate_ratio {statistics.median(ours[0] / peer[0] for ours, peer in pairs):.3f}")
    print(f"http_p99_ratio {statistics.median(ours[1] / peer[1] for ours, peer in pairs):.3f}")
    print(f"http_errors {sum(row[2] for rows in figures.values() for row in rows)} replies")
    print(f"http_body {size:.0f} bytes")


if __name__ == "__main__":
    main()
