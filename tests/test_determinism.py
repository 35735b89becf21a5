"""Same rows, same options, same bytes: whatever the number of threads, the run, or the files the rows come in."""
import hashlib
import os
import sys
import tempfile

from program import simulate, smartshelf

OPTIONS = ("--quiet", "--als.factors", 32, "--als.iterations", 3)


def train(folder, name, *logs, environment=None, options=(), files=8):
    """The digest of each model file of a generation trained in a store of its own."""
    store = os.path.join(folder, name)
    smartshelf("train", "--store", store, *(word for log in logs for word in ("--log", log)), *OPTIONS, *options,
               environment=environment)
    generation = os.path.join(store, "current")
    digests = {}
    for file in sorted(os.listdir(generation)):
        if file.endswith(".safetensors"):
            with open(os.path.join(generation, file), "rb") as data:
                digests[file] = hashlib.sha256(data.read()).hexdigest()
    assert len(digests) == files, digests
    return digests


def halves(log, folder):
    """The same rows in the same order, as two files."""
    with open(log, encoding="utf-8") as file:
        header, *lines = file.readlines()
    middle, paths = len(lines) // 2, []
    for name, part in (("first.csv", lines[:middle]), ("second.csv", lines[middle:])):
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "w", encoding="utf-8") as file:
            file.writelines([header, *part])
    return paths


def different(one, other):
    return [file for file in one if one[file] != other[file]]


def main():
    with tempfile.TemporaryDirectory() as folder:
        shop = simulate(folder, items=500, customers=2000, orders=12000, days=300, dirt=0.001, returns=0.03)
        log = os.path.join(shop, "log.csv")
        first = train(folder, "one", log, options=("--threads", 1))
        assert first == train(folder, "again", log, options=("--threads", 1))
        assert first == train(folder, "two", log, options=("--threads", 2))
        assert first == train(folder, "three", log, options=("--threads", 3))
        assert first == train(folder, "halves", *halves(log, folder), options=("--threads", 2))
        generic = {"SMARTSHELF_CPU": "generic"}
        baseline = train(folder, "generic", log, environment=generic, options=("--threads", 1))
        assert baseline == train(folder, "generic2", log, environment=generic, options=("--threads", 2))
        # Equal bytes are promised for equal kernels; only the factorization sums in an order that the kernel decides.
        assert different(first, baseline) in ([], ["als.safetensors"]), different(first, baseline)
        os.mkdir(os.path.join(folder, "clicks"))
        sessions = simulate(os.path.join(folder, "clicks"), items=200, customers=300, orders=600, days=60, views="true")
        clicks = os.path.join(sessions, "log.csv")
        kept = train(folder, "clicks-one", clicks, options=("--threads", 1), files=10)
        assert "session_knn.safetensors" in kept and "alternatives.safetensors" in kept
        assert kept == train(folder, "clicks-two", clicks, options=("--threads", 2), files=10)
        named = ("--catalog", os.path.join(sessions, "catalog.csv"), "--models", "alternatives", "--threads")
        by_name = train(folder, "names-one", clicks, options=(*named, 1), files=4)
        assert by_name["alternatives.safetensors"] != kept["alternatives.safetensors"]
        assert by_name == train(folder, "names-three", clicks, options=(*named, 3), files=4)
        changed = train(folder, "changed", log, options=("--threads", 2, "--related.a", 0.1))
        assert different(first, changed) == ["cooccurrence.safetensors"]
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
