"""The sections of bench/run. Each takes a Setting and returns a Table; bench/README.md tells what they measure."""
import os
import subprocess

from measuring import BUILD, Failed, Goal, Table, in_turns, need, peer, program, run, timed

THREADS = 2
PERCENTILES = ("p50", "p99", "p999")


class Setting:
    """`folder`: temporary, for the sections' data; removed by the caller. `limits`: figures of bench_limits, or None."""

    def __init__(self, folder, quick, rounds):
        self.folder, self.quick, self.rounds = folder, quick, 1 if quick else rounds
        self.measured_limits = None

    def room(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path, exist_ok=True)
        return path

    def shape(self):
        """Of the interactions in sections b and c."""
        return ["--customers", "20000", "--items", "10000", "--interactions", "400000"] if self.quick else []

    def limits(self):
        if self.measured_limits is None:
            command = [program("bench_limits")] + (["64"] if self.quick else [])
            self.measured_limits = in_turns(self.rounds, [lambda: run(command)])
        return self.measured_limits


def server(setting):
    turns = "1" if setting.quick else "7"
    figures = run([program("bench_server"), os.path.join(BUILD, "smartshelf"), "", turns])
    table = Table(figures)
    goals = {("echo", 64): Goal(0.85), ("echo", 256): Goal(0.75), ("get", 256): Goal(1), ("zrevrange", 64): Goal(3),
             ("zrevrange", 256): Goal(3)}
    names = {"echo": "ZeroMQ echo", "get": "redis GET", "zrevrange": "redis ZREVRANGE"}
    for window in (1, 8, 64, 256):
        for other, shown in names.items():
            base = f"server_window_{window}"
            table.compare(f"requests/s, {window} in flight", f"{base}_smartshelf_rate", f"{base}_{other}_rate", shown,
                          goals.get((other, window)), ratio=f"{base}_over_{other}")
        for number in PERCENTILES:
            table.compare(f"{number}, {window} in flight", f"{base}_smartshelf_{number}", f"{base}_echo_{number}",
                          names["echo"])
        for other in ("get", "zrevrange"):
            if table.has(f"{base}_{other}_p50"):
                shown = " / ".join(f"{figures[f'{base}_{other}_{number}'][0]:,.0f}" for number in PERCENTILES)
                table.note(f"{names[other]}, {window} in flight: p50 / p99 / p999 {shown} µs")
    table.note("ratios of rates are medians of each turn's own ratio; the echo is the limit of the transport")
    return table


def live(setting):
    figures = run([program("bench_live"), os.path.join(BUILD, "smartshelf"), "", "1" if setting.quick else "7"])
    table = Table(figures)
    for ours, theirs, shown, goal in (("live", "plain", "related with item_id", None), ("session", "plain", "and session_id", Goal(0.8)),
                                      ("session_items", "items", "ten items of the session", None)):
        table.compare(f"requests/s: {shown}", f"live_{ours}_rate", f"live_{theirs}_rate", "without live state", goal,
                      ratio=f"live_{ours}_over_{theirs}")
    table.note("20,000 sessions of ten events, changes of every tenth item; 64 in flight")
    return table


def offers(setting):
    turns, folder, shelf = "1" if setting.quick else "5", setting.room("offers"), os.path.join(BUILD, "smartshelf")
    orders, store = "30000" if setting.quick else "600000", os.path.join(folder, "store")
    for command in (["simulate", "--out", folder, "--items", "20000", "--customers", "40000", "--orders", orders],
                    ["train", "--log", f"{folder}/log.csv", "--catalog", f"{folder}/catalog.csv", "--store", store, "--models",
                     "popularity,cooccurrence"]):
        subprocess.run([shelf, *command, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    table = Table({**run([program("bench_offers_server"), shelf, store, turns]), **run([program("bench_offers"), store, turns])})
    table.state("a bare ROUTER that replies with as many bytes: p50, 64 in flight", "offers_echo_p50")
    table.state("a bare ROUTER that replies with as many bytes: p99, 64 in flight", "offers_echo_p99")
    for page in ("home", "product", "cart"):
        table.state(f"{page}: p50 before the sync, 64 in flight", f"offers_relaxed_{page}_p50")
        table.state(f"{page}: p99 before the sync, 64 in flight", f"offers_relaxed_{page}_p99", Goal(1000, at_least=False))
        table.state(f"{page}: p99 on the disk, 64 in flight", f"offers_durable_{page}_p99")
        table.state(f"{page}: decisions/s before the sync", f"offers_relaxed_{page}_rate")
        table.state(f"{page}: decisions/s on the disk", f"offers_durable_{page}_rate")
        table.state(f"{page}: decisions/s in the process", f"offers_decide_{page}_rate", Goal(20000))
    return table


def beside(setting):
    command = peer("bench_beside.py") + [os.path.join(BUILD, "smartshelf"), setting.room("beside")]
    table = Table(run(command + (["1", "20000"] if setting.quick else ["7", "400000"])))
    table.compare("p99 of related during the training", "beside_during_p99", "beside_alone_p99", "without", Goal(2, at_least=False),
                  ratio="beside_p99_ratio")
    table.compare("p50", "beside_during_p50", "beside_alone_p50", "without")
    table.compare("durable events/s meanwhile", "beside_during_events", "beside_alone_events", "without", more_is_better=True)
    table.state("the training", "beside_train")
    table.note("one question at a time, 2,000 events/s; train --state --background; medians of each turn's ratios")
    return table


def swap(setting):
    table = Table(run([program("bench_swap"), os.path.join(BUILD, "smartshelf"), "", "1" if setting.quick else "7"]))
    table.compare("p99 of related during a swap, 64 in flight", "swap_during_p99", "swap_before_p99", "before", Goal(1.5, at_least=False),
                  ratio="swap_p99_ratio")
    table.compare("p50", "swap_during_p50", "swap_before_p50", "before")
    table.state("a swap", "swap_milliseconds")
    table.state("errors", "swap_errors", Goal(0, at_least=False))
    table.note("the server and what validates the new generation share one core; medians of each turn's ratios")
    return table


def http(setting):
    need("wrk", "nginx")
    command = peer("bench_http.py") + [os.path.join(BUILD, "smartshelf"), setting.room("http")]
    table = Table(run(command + (["1", "1", "2000"] if setting.quick else ["7", "4", "20000"])))
    table.compare("GET /v1/related, requests/s, 64 connections", "http_ours_rate", "http_nginx_rate", "nginx, ready-made files", Goal(0.8),
                  ratio="http_rate_ratio")
    table.compare("p99", "http_ours_p99", "http_nginx_p99", "nginx, ready-made files", Goal(1, at_least=False), ratio="http_p99_ratio")
    table.state("errors", "http_errors", Goal(0, at_least=False))
    table.note("server, nginx and wrk on both cores as the system places them; medians of each turn's ratios")
    return table


def slow(setting):
    need("wrk")
    command = peer("bench_slow.py") + [os.path.join(BUILD, "smartshelf"), setting.room("slow")]
    table = Table(run(command + (["1", "1", "1000"] if setting.quick else ["5", "4", "1000"])))
    table.compare("p99 of 8 connections", "slow_beside_p99", "slow_alone_p99", "without the slow", Goal(2, at_least=False), ratio="slow_p99_ratio")
    table.compare("requests/s", "slow_beside_rate", "slow_alone_rate", "without the slow", ratio="slow_rate_ratio")
    table.state("slow ones connected at the end", "slow_connected")
    table.state("errors", "slow_errors", Goal(0, at_least=False))
    table.note("server, wrk and the slow, which are one process, on both cores as the system places them; medians of each turn's ratios")
    return table


def cooccurrence(setting):
    folder = setting.room("clusters")
    run([program("bench_clusters"), folder] + setting.shape())
    ours, scipy = [program("bench_cooccurrence"), folder, "--rounds", "1"], peer("peer_cooccurrence_scipy.py") + [folder]
    steps = [lambda: run(ours, THREADS), lambda: run(scipy, THREADS)]
    try:
        graphblas = [program("peer_cooccurrence_graphblas"), folder, str(THREADS)]
        steps.append(lambda: run(graphblas, THREADS))
    except Failed as why:
        print(f"  {why}: left out")
    figures = in_turns(setting.rounds, steps)
    table = Table(figures)
    mine = f"cooccurrence_seconds_threads_{THREADS}"
    table.compare("top 50, 2 threads", mine, "scipy_seconds", "scipy", Goal(8))
    table.compare("top 50, 2 threads", mine, "graphblas_seconds_threads_2", "GraphBLAS", Goal(5))
    table.compare("2 threads over 1", mine, "cooccurrence_seconds_threads_1", "one thread")
    table.state("peak memory", "cooccurrence_peak_rss", Goal(400, at_least=False))
    sums = [figures[name][0] for name in ("cooccurrence_score_sum", "scipy_score_sum", "graphblas_score_sum")
            if name in figures]
    same = max(sums) - min(sums) <= 1e-4 * max(sums)
    table.note(f"sums of all scores {'agree' if same else 'DIFFER'}: {', '.join(f'{value:.6g}' for value in sums)}")
    rate = figures["cooccurrence_increments"][0] / figures[mine][0]
    table.note(f"{rate:.3g} pair increments a second; reading four bytes for each takes "
               f"{rate * 4 / setting.limits()['limit_read_threads_2'][0] * 1e-9:.0%} of the memory bandwidth")
    return table


def factorization(setting):
    figures = run([program("bench_als")] + setting.shape(), THREADS)
    table = Table(figures)
    for factors in (64, 128):
        other = f"als_peer_openblas_{factors}_threads2"
        for solver, shown in (("cg", "conjugate gradients"), ("exact", "exact")):
            table.compare(f"{shown}, {factors} factors", f"als_{solver}_{factors}_threads2", other, "exact, OpenBLAS")
    table.state("conjugate gradients, 64 factors", "als_cg_64_threads2", Goal(1.6, at_least=False))
    table.compare("objective after 10, 64 factors", "als_objective_cg", "als_objective_peer_openblas", "exact, OpenBLAS",
                  Goal(1.001, at_least=False), ratio="als_objective_cg_over_peer")
    for name in sorted(name for name in figures if name.startswith("als_fold_in")):
        table.state(name[4:].replace("_", " "), name)
    ratings, limits = figures["als_interactions"][0], setting.limits()
    for factors in (64, 128):
        seconds = figures[f"als_cg_{factors}_threads2"][0]
        # Two sweeps; each of the 3 steps and the first residual: a product and an addition for each factor, twice.
        rate = 2 * 4 * ratings * 4 * factors / seconds * 1e-9
        gather = 2 * ratings * limits["limit_gather_256_bytes"][0] * 1e-9 / THREADS * factors / 64
        table.note(f"{factors} factors: {rate:.1f} GFLOP/s, {rate / limits['limit_sgemm_threads_2'][0]:.0%} of sgemm; "
                   f"gathering every row from memory would take {gather:.2f} s")
    return table


def search(setting):
    folder = setting.room("search")
    counts = ["20000"] if setting.quick else ["50000", "1000000"]
    ours, faiss = [program("bench_search"), folder] + counts, peer("peer_search_faiss.py") + [folder]
    figures = in_turns(setting.rounds, [lambda: run(ours, 1), lambda: run(faiss, 1)])
    table, goals = Table(figures), {"trained": Goal(3), "gaussian": Goal(1.5)}
    bandwidth = setting.limits()["limit_read_threads_1"][0]
    for count in counts:
        for kind, goal in goals.items():
            for k in (10, 100, 500):
                name = f"search_{kind}_{count}_top{k}"
                what = f"{kind} {int(count):,} × 64, top {k}"
                table.compare(what, name, f"{name}_sgemv", "sgemv + selection", goal if count == "50000" else None,
                              ratio=f"{name}_sgemv_over_ours")
                table.compare(what, name, f"{name}_faiss", "faiss IndexFlatIP")
        table.note(f"{int(count):,} × 64 floats read once at the memory's bandwidth: "
                   f"{int(count) * 256 / bandwidth * 1e-3:.0f} microseconds")
    wrong = sum(int(value) for name, (value, _) in figures.items() if name.endswith("_wrong"))
    table.note("every answer compared equals the full scan" if wrong == 0 else f"{wrong} answers are WRONG")
    return table


def lists(setting):
    folder = setting.room("lists")
    ours = [program("bench_lists")] + (["20000", "20000"] if setting.quick else ["1000000", "50000"]) + [folder]
    figures = in_turns(setting.rounds, [lambda: run(ours, 2), lambda: run(peer("peer_lists.py") + [folder], 2)])
    table = Table(figures)
    for kind in ("trained", "gaussian"):
        name, what = f"lists_{kind}", f"{kind} factors, customers/s"
        table.state(what, f"{name}_together", Goal(10000))
        for other, shown in (("one_by_one", "one by one"), ("sgemm", "sgemm in tiles + selection"),
                             ("numpy", "numpy, argpartition"), ("faiss", "faiss IndexFlatIP")):
            table.compare(what, f"{name}_together", f"{name}_{other}", shown, more_is_better=True)
    wrong = sum(int(value) for name, (value, _) in figures.items() if name.endswith("_wrong"))
    table.note("every list compared equals the full scan" if wrong == 0 else f"{wrong} lists are WRONG")
    return table


def csv(setting):
    path = os.path.join(setting.room("csv"), "log.csv")
    run([program("bench_csv"), "--write", path, "200000" if setting.quick else "10000000"])
    figures = in_turns(setting.rounds, [
        lambda: run([program("bench_csv"), path], 1),
        lambda: timed("csv_wc_seconds", ["wc", "-l", path], 1),
        lambda: run(peer("peer_csv_pandas.py") + [path], 1),
    ])
    table = Table(figures)
    table.state("values parsed, ids interned", "csv_read_rate", Goal(5e6))
    for shown, name in (("values parsed, ids interned", "read"), ("the same, cleaned and sorted", "whole")):
        table.compare(shown, f"csv_{name}_seconds", "csv_pandas_interned_seconds", "pandas, ids as categories")
        table.compare(shown, f"csv_{name}_seconds", "csv_pandas_seconds", "pandas.read_csv")
    table.compare("values parsed, ids interned", "csv_read_seconds", "csv_wc_seconds", "wc -l")
    table.compare("rows and fields", "csv_tokenise_seconds", "csv_pandas_seconds", "pandas.read_csv")
    table.compare("rows and fields", "csv_tokenise_seconds", "csv_wc_seconds", "wc -l")
    bandwidth = setting.limits()["limit_read_threads_1"][0]
    for name in ("tokenise", "read", "whole"):
        table.note(f"{name}: {figures[f'csv_{name}_bandwidth'][0]:,.0f} MB/s, "
                   f"{figures[f'csv_{name}_bandwidth'][0] / bandwidth * 1e-3:.0%} of the memory's bandwidth")
    return table


def opening(setting):
    command = [program("bench_open"), "20" if setting.quick else "1000", setting.room("open")]
    table = Table(in_turns(setting.rounds, [lambda: run(command, 1)]))
    table.state("opened to first answer, pages not in memory", "open.cold")
    table.state("opened to first answer, pages in memory", "open.warm")
    return table


def events(setting):
    command = [program("bench_events"), os.path.join(BUILD, "smartshelf")] + (["1", "20000"] if setting.quick else [])
    figures = run(command)
    table = Table(figures)
    table.compare("durable events/s, 256 in flight", "events_durable_rate", "events_loop_rate", "bare LMDB loop", Goal(0.6),
                  ratio="events_over_loop")
    table.state("durable events/s, 256 in flight", "events_durable_rate", Goal(30000))
    table.state("relaxed events/s, 256 in flight", "events_relaxed_rate", Goal(150000))
    table.note(f"{figures['events_durable_batch'][0]:.0f} events shared a sync, relaxed "
               f"{figures['events_relaxed_batch'][0]:,.0f}; the loop made as many syncs of as many records of "
               f"{figures['events_record_size'][0]:.0f} bytes")
    return table


def limits(setting):
    table = Table(setting.limits())
    for threads in (1, 2):
        table.state(f"memory read, {threads} thread{'s' * (threads - 1)}", f"limit_read_threads_{threads}")
        table.state(f"sgemm, {threads} thread{'s' * (threads - 1)}", f"limit_sgemm_threads_{threads}")
    table.state("one row of 64 floats, at random", "limit_gather_256_bytes")
    return table


SECTIONS = {
    "limits": ("limits of this machine", limits),
    "a": ("server: related, limit 10, one worker, tcp", server),
    "b": ("co-occurrence: top 50 with ids, scores and evidence", cooccurrence),
    "c": ("factorization: seconds per iteration", factorization),
    "d": ("for_you: exact search over item factors, one core", search),
    "e": ("reading a CSV log, one core", csv),
    "f": ("opening a generation until the first answer", opening),
    "g": ("events, one a request, over tcp", events),
    "h": ("live state: related with sessions and the shop's changes, one worker, tcp", live),
    "i": ("a training beside the server", beside),
    "j": ("offers: a visitor who leaves and is known by a session of ten events, one worker, tcp", offers),
    "k": ("lists: the best ten of all items for every customer, exact, both cores", lists),
    "l": ("another generation is swapped in", swap),
    "m": ("HTTP: related, limit 10, kept connections", http),
    "n": ("HTTP: popular, beside 1,000 connections that send a byte a second", slow),
}

# What the sections can be called, too.
NAMES = {"server": "a", "cooccurrence": "b", "factorization": "c", "search": "d", "csv": "e", "opening": "f", "events": "g", "live": "h",
         "beside": "i", "offers": "j", "lists": "k", "swap": "l", "http": "m", "slow": "n"}
