#!/usr/bin/python3
"""The best ten of all items for many users at once by numpy (matrix product and argpartition, in blocks of users) and by
faiss IndexFlatIP, over the rows that `bench_lists CUSTOMERS ITEMS FOLDER` wrote; on two threads. Nothing is left out.

    peer_lists.py FOLDER

Prints lines `name value unit` under the names of bench_lists with _numpy or _faiss behind them.
"""
import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "2"

import glob
import sys
import time

import numpy as np

FACTORS, K, BLOCK = 64, 10, 256


def rows(path):
    return np.fromfile(path, dtype="<f4").reshape(-1, FACTORS)


def with_numpy(items, users):
    for first in range(0, len(users), BLOCK):
        scores = users[first : first + BLOCK] @ items.T
        best = np.argpartition(scores, -K, axis=1)[:, -K:]
        np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, 1), axis=1), 1)


def rate(search, users):
    begin = time.perf_counter()
    search()
    return len(users) / (time.perf_counter() - begin)


def main(folder):
    paths = sorted(glob.glob(os.path.join(folder, "lists_*.items")))
    if not paths:
        sys.exit(f"peer_lists.py: no lists_*.items in {folder}: run bench_lists first")
    try:
        import faiss
        faiss.omp_set_num_threads(2)
    except ImportError:
        faiss = None
    for path in paths:
        name, items, users = os.path.basename(path)[: -len(".items")], rows(path), rows(path[: -len(".items")] + ".users")
        print(f"{name}_numpy {rate(lambda: with_numpy(items, users), users):.0f} customers/s", flush=True)
        if faiss:
            index = faiss.IndexFlatIP(FACTORS)
            index.add(items)
            print(f"{name}_faiss {rate(lambda: index.search(users, K), users):.0f} customers/s", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: peer_lists.py FOLDER")
    main(sys.argv[1])
