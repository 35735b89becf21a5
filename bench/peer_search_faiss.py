#!/usr/bin/python3
"""Exact search by faiss IndexFlatIP over the rows that `bench_search FOLDER` wrote, one query at a time, one thread.

    peer_search_faiss.py FOLDER

Prints lines `name value unit`, medians, under the names of bench_search with _faiss behind them.
"""
import glob
import os
import statistics
import sys
import time

import faiss
import numpy as np

FACTORS = 64


def rows(path):
    return np.fromfile(path, dtype="<f4").reshape(-1, FACTORS)


def search_seconds(index, query, k):
    begin = time.perf_counter()
    index.search(query, k)
    return time.perf_counter() - begin


def main(folder):
    faiss.omp_set_num_threads(1)
    paths = sorted(glob.glob(os.path.join(folder, "search_*.items")))
    if not paths:
        sys.exit(f"peer_search_faiss.py: no search_*.items in {folder}: run bench_search {folder} first")
    for path in paths:
        name = os.path.basename(path)[: -len(".items")]
        index = faiss.IndexFlatIP(FACTORS)
        index.add(rows(path))
        queries = rows(path[: -len(".items")] + ".queries")
        for k in (10, 100, 500):
            times = [search_seconds(index, queries[q : q + 1], k) for q in range(len(queries))]
            print(f"{name}_top{k}_faiss {1e6 * statistics.median(times):.1f} microseconds", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: peer_search_faiss.py FOLDER")
    main(sys.argv[1])
