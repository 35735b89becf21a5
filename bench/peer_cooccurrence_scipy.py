#!/usr/bin/env python3
"""peer_cooccurrence_scipy.py FOLDER [K] [ROUNDS]: what bench_cooccurrence does, by scipy: A'A in blocks of rows, then the
K best cosines of each row with ids, scores and counts. Reads what bench_clusters has made. Prints lines `name value
unit`; seconds are the least of all rounds, from the CSR in memory to the finished lists."""
import resource
import sys
import time

import numpy as np
from scipy import sparse

BLOCK_ROWS = 1024


def read_clusters(folder):
    """The customers x items matrix, its items numbered by falling popularity as in every log that training reads."""
    offsets = np.load(folder + "/offsets.npy").astype(np.int64)
    items = np.load(folder + "/items.npy")
    degrees = np.bincount(items)
    order = np.argsort(-degrees, kind="stable")
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    matrix = sparse.csr_matrix((np.ones(len(items), np.int32), number[items], offsets), (len(offsets) - 1, len(order)))
    matrix.sort_indices()
    return matrix


def top_of_row(scores, columns, pairs, k):
    """The k best of one row, best first."""
    if len(scores) > k:
        kept = np.argpartition(-scores, k - 1)[:k]
        scores, columns, pairs = scores[kept], columns[kept], pairs[kept]
    order = np.lexsort((columns, -scores))
    return scores[order], columns[order], pairs[order]


def top_neighbours(matrix, k):
    """Per item: scores, neighbours, pair counts."""
    items = matrix.T.tocsr()
    norms = (1 / np.sqrt(np.maximum(np.diff(items.indptr), 1))).astype(np.float32)
    lists = []
    for first in range(0, items.shape[0], BLOCK_ROWS):
        product = items[first:first + BLOCK_ROWS] @ matrix
        rows = np.repeat(np.arange(first, first + product.shape[0]), np.diff(product.indptr))
        scores = product.data * norms[rows] * norms[product.indices]
        scores[product.indices == rows] = -1  # the item itself
        for r in range(product.shape[0]):
            begin, end = product.indptr[r], product.indptr[r + 1]
            best = top_of_row(scores[begin:end], product.indices[begin:end], product.data[begin:end], k)
            own = best[0] > 0
            lists.append(tuple(part[own] for part in best))
    return lists


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: peer_cooccurrence_scipy.py FOLDER [K] [ROUNDS]")
    k = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    matrix = read_clusters(sys.argv[1])
    least = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        lists = top_neighbours(matrix, k)
        least = min(least, time.perf_counter() - start)
    print(f"scipy_seconds {least:.3f} s")
    print(f"scipy_score_sum {sum(float(scores.sum(dtype=np.float64)) for scores, _, _ in lists):.6g} score")
    print(f"scipy_peak_rss {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f} MB")


if __name__ == "__main__":
    main()
