"""Co-occurrence on a public benchmark split: lists against scipy's, figures against an evaluator of its own."""
import collections
import csv
import gzip
import json
import os
import sys
import tempfile

import numpy
import scipy.sparse
from oracle_metrics import check_row
from program import real_data, rows, seed, smartshelf
from test_safetensors_reader import column, read

A, B, C, LENGTH, SAMPLE = 0.9, 0.7, 0.2, 200, 200


def read_pairs(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [(row["user_id"], row["item_id"]) for row in csv.DictReader(file)]


def matrix_of(pairs, items):
    """Customers x items, ones; items are numbered as in the generation."""
    number = {item: place for place, item in enumerate(items)}
    customers = {}
    lines = [customers.setdefault(customer, len(customers)) for customer, _ in pairs]
    columns = [number[item] for _, item in pairs]
    return scipy.sparse.csr_matrix((numpy.ones(len(pairs)), (lines, columns)), (len(customers), len(items)))


def check_lists(pairs, generation):
    items = column(read(os.path.join(generation, "items.safetensors"))[0], "ids")
    model = read(os.path.join(generation, "cooccurrence.safetensors"))[0]
    bought = matrix_of(pairs, items)
    weight = numpy.asarray(bought.sum(axis=1)).ravel() ** -A
    degree = numpy.asarray(bought.sum(axis=0)).ravel()
    assert numpy.array_equal(model["related.degrees"], degree)
    sample = numpy.random.default_rng(seed()).choice(len(items), SAMPLE, replace=False)
    scores = (bought[:, sample].T @ scipy.sparse.diags(weight) @ bought).toarray()
    scores *= degree[sample, None] ** -B * degree ** -C
    for row, item in zip(scores, sample):
        row[item] = 0
        begin, end = model["related.offsets"][item:item + 2]
        neighbours, found = model["related.neighbours"][begin:end], model["related.scores"][begin:end]
        best = numpy.sort(row[row > 0])[::-1][:LENGTH]
        assert len(set(neighbours)) == len(neighbours) == len(best)
        assert numpy.allclose(found, best, rtol=1e-4)
        assert numpy.allclose(found, row[neighbours], rtol=1e-4)  # so that only ties may stand in another order
    print(f"{SAMPLE} lists agree")


def check_figures(test, answers_path, table):
    wanted, answers = collections.defaultdict(set), collections.defaultdict(list)
    for customer, item in test:
        wanted[customer].add(item)
    for row in rows(answers_path):
        if row["model"] == "cooccurrence":
            answers[int(row["case"])].append(row["item_id"])
    (row,) = [row for row in table if row["model"] == "cooccurrence"]
    check_row(row, [answers[case] for case in range(len(wanted))], list(wanted.values()), 20)
    assert row["recall"] >= 0.186 and row["ndcg"] >= 0.154, row
    print(f"Recall@20 {row['recall']:.4f}, NDCG@20 {row['ndcg']:.4f} over {row['customers']} customers agree")


def main():
    data = real_data("gowalla_lightgcn")
    with tempfile.TemporaryDirectory() as folder:
        store, answers = os.path.join(folder, "store"), os.path.join(folder, "answers.csv")
        mapping = ("--columns", "customer_id=user_id")
        smartshelf("train", "--quiet", "--log", os.path.join(data, "train.csv.gz"), *mapping, "--store", store,
                   "--models", "cooccurrence", "--related.a", A, "--related.b", B, "--related.c", C,
                   "--related.list-length", LENGTH, "--related.min-customers", 1, "--related.recency", 0,
                   "--bought-next.max-group", 1)
        text = smartshelf("evaluate", "--quiet", "--store", store, "--test", os.path.join(data, "test.csv.gz"),
                          *mapping, "--k", 20, "--json", "--answers", answers)
        check_lists(read_pairs(os.path.join(data, "train.csv.gz")), os.path.join(store, "current"))
        check_figures(read_pairs(os.path.join(data, "test.csv.gz")), answers, json.loads(text)["rows"])


if __name__ == "__main__":
    sys.exit(main())
