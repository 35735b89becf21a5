"""Co-occurrence end to end against scipy: a random log goes through `smartshelf train`, and every list of the file is
compared with the sparse product of the log's own matrix. And the support of whole milk in the groceries."""
import os
import random
import subprocess
import sys
import tempfile

import numpy
from scipy import sparse

from test_safetensors_reader import column, read

PROGRAM = os.environ.get("SMARTSHELF", "build/smartshelf")
SCORES = ("count", "cosine", "jaccard", "lift", "llr", "normalised")
A, B, C = 0.9, 0.5, 0.2


def train(log, store, *options):
    subprocess.run([PROGRAM, "train", "--log", log, "--store", store, *options], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    folder = os.path.join(store, "current")
    items, _ = read(os.path.join(folder, "items.safetensors"))
    tensors, metadata = read(os.path.join(folder, "cooccurrence.safetensors"))
    return column(items, "ids"), tensors, metadata


def write_log(path, generator):
    """Orders of customers, some without one; low item numbers sell most. Returns rows (order, customer, item)."""
    rows = set()
    for order in range(400):
        customer = generator.choice([f"c{generator.randrange(60)}", f"c{generator.randrange(60)}", ""])
        for _ in range(generator.randrange(1, 9)):
            rows.add((f"o{order}", customer, f"i{int(generator.random() ** 2 * 80)}"))
    rows = sorted(rows)
    with open(path, "w", encoding="utf-8") as file:
        file.write("order_id,customer_id,item_id\n")
        file.writelines(",".join(row) + "\n" for row in rows)
    return rows


def matrix_of(groups, items):
    """Groups x items, 1 where the group holds the item."""
    group_number = {name: number for number, name in enumerate(sorted(set(groups)))}
    values = numpy.ones(len(groups))
    built = sparse.csr_matrix((values, ([group_number[name] for name in groups], items)))
    built.data[:] = 1
    return built


def x_ln_x(x):
    return numpy.where(x > 0, x * numpy.log(numpy.maximum(x, 1)), 0)


def score_matrix(matrix, score):
    """Counts and scores of all pairs, dense."""
    pairs = (matrix.T @ matrix).toarray()
    degrees, groups = numpy.asarray(matrix.sum(0)).ravel(), matrix.shape[0]
    ni, nj = degrees[:, None], degrees[None, :]
    if score == "count":
        scores = pairs
    elif score == "cosine":
        scores = pairs / numpy.sqrt(ni * nj)
    elif score == "jaccard":
        scores = pairs / (ni + nj - pairs)
    elif score == "lift":
        scores = pairs * groups / (ni * nj)
    elif score == "llr":
        cells = x_ln_x(pairs) + x_ln_x(ni - pairs) + x_ln_x(nj - pairs) + x_ln_x(groups - ni - nj + pairs)
        sides = x_ln_x(ni) + x_ln_x(groups - ni) + x_ln_x(nj) + x_ln_x(groups - nj)
        scores = numpy.where(pairs * groups > ni * nj, 2 * (cells - sides + x_ln_x(numpy.array(float(groups)))), 0)
    else:
        sizes = numpy.asarray(matrix.sum(1)).ravel()
        weighted = matrix.T @ sparse.diags(sizes ** -A) @ matrix
        scores = weighted.toarray() / (ni ** B * nj ** C)
    return pairs, scores


def distinct_customers(rows, number, count):
    """Customers (an order without one counts as itself) who have both items in one order."""
    met = [[set() for _ in range(count)] for _ in range(count)]
    orders = {}
    for order, customer, item in rows:
        orders.setdefault((order, customer or order), []).append(number[item])
    for (_, owner), items in orders.items():
        for i in items:
            for j in items:
                met[i][j].add(owner)
    return numpy.array([[len(owners) for owners in row] for row in met])


def check_relation(tensors, relation, pairs, customers, scores, support, length):
    offsets = tensors[relation + ".offsets"]
    scores = numpy.where((customers >= support) & (pairs > 0), scores, 0)
    numpy.fill_diagonal(scores, 0)
    for i in range(len(offsets) - 1):
        entries = slice(int(offsets[i]), int(offsets[i + 1]))
        found, listed = tensors[relation + ".scores"][entries], tensors[relation + ".neighbours"][entries]
        expected = numpy.sort(scores[i][scores[i] > 1e-9])[::-1][:length]
        assert len(set(listed)) == len(listed) and i not in listed
        assert len(found) == len(expected), (relation, i, len(found), len(expected))
        assert numpy.allclose(found, expected, rtol=1e-5), (relation, i)
        assert numpy.allclose(found, scores[i][listed], rtol=1e-5), (relation, i)
        assert numpy.array_equal(tensors[relation + ".pairs"][entries], pairs[i][listed])
        assert numpy.array_equal(tensors[relation + ".customers"][entries], customers[i][listed])


def check_score(folder, log, rows, score, support, length):
    options = []
    for relation in ("bought-together", "related"):
        settings = {"score": score, "a": A, "b": B, "c": C, "half-life": 0, "recency": 0, "min-customers": support,
                    "list-length": length}
        for name, value in settings.items():
            options += [f"--{relation}.{name}", str(value)]
    ids, tensors, metadata = train(log, os.path.join(folder, score), *options)
    number = {name: row for row, name in enumerate(ids)}

    baskets = matrix_of([row[0] for row in rows], [number[row[2]] for row in rows])
    pairs, scores = score_matrix(baskets, score)
    assert float(metadata["bought_together.groups"]) == baskets.shape[0]
    assert numpy.array_equal(tensors["bought_together.degrees"], numpy.asarray(baskets.sum(0)).ravel())
    check_relation(tensors, "bought_together", pairs, distinct_customers(rows, number, len(ids)), scores, support, length)

    own = [row for row in rows if row[1]]
    histories = matrix_of([row[1] for row in own], [number[row[2]] for row in own])
    histories.resize(histories.shape[0], len(ids))
    with numpy.errstate(divide="ignore", invalid="ignore"):
        pairs, scores = score_matrix(histories, score)
    assert float(metadata["related.groups"]) == histories.shape[0]
    check_relation(tensors, "related", pairs, pairs, numpy.nan_to_num(scores), support, length)


def check_groceries(folder):
    """9,835 orders, 2,513 of them with whole milk."""
    source = os.environ.get("SMARTSHELF_SOURCE", ".")
    places = [os.environ.get("SMARTSHELF_DATA"), os.path.join(source, "../shared/data"),
              os.path.join(source, "../../shared/data")]
    paths = [os.path.join(place, "groceries", "transactions.csv.gz") for place in places if place]
    log = next((path for path in paths if os.path.exists(path)), None)
    if not log:
        print("skipped: no groceries (SMARTSHELF_DATA names the folder)")
        return
    ids, tensors, metadata = train(log, os.path.join(folder, "groceries"))
    assert float(metadata["bought_together.groups"]) == 9835
    assert tensors["bought_together.degrees"][ids.index("whole milk")] == 2513


def main():
    seed = int(os.environ.get("SMARTSHELF_SEED", "20110909"))
    print(f"SMARTSHELF_SEED={seed}")
    generator = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log.csv")
        rows = write_log(log, generator)
        for score in SCORES:
            check_score(folder, log, rows, score, generator.randrange(1, 4), generator.choice([5, 20, 200]))
        check_groceries(folder)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
