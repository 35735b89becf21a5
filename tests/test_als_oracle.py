"""The factorization against plain alternating least squares in numpy, double precision, from the same random start."""
import os
import subprocess
import tempfile

import numpy

from test_safetensors_reader import NONE, read

BLOCK = 32


def dump(folder, solver):
    program = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_als")
    text = subprocess.run([program, folder, solver], check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in (line.split() for line in text.splitlines())}


class Case:
    """The matrix C of weights (0: not observed) and the options."""

    def __init__(self, folder, options):
        def array(name, dtype):
            return numpy.fromfile(os.path.join(folder, name), dtype)

        self.o = options
        self.users, self.items, stride = (int(options[name]) for name in ("users", "items", "stride"))
        offsets = array("offsets.u64", "<u8").astype(int)
        self.C = numpy.zeros((self.users, self.items))
        rows = numpy.repeat(numpy.arange(self.users), numpy.diff(offsets))
        self.C[rows, array("columns.u32", "<u4")] = array("weights.f32", "<f4")
        self.start, self.X, self.Y = (array(name, "<f4").reshape(-1, stride).astype(float)
                                      for name in ("start.f32", "users.f32", "items.f32"))
        self.objectives = array("objective.f64", "<f8")
        self.user_reg, self.item_reg = self.regularization(self.C), self.regularization(self.C.T)

    def regularization(self, C):
        o = self.o
        return o["regularization"] * (C.sum(1) + o["unobserved"] * C.shape[1]) ** o["frequency_exponent"]

    def objective(self, X, Y):
        S = X @ Y.T
        return ((self.C * (1 - S) ** 2).sum() + self.o["unobserved"] * (S ** 2).sum()
                + (self.user_reg * (X ** 2).sum(1)).sum() + (self.item_reg * (Y ** 2).sum(1)).sum())

    def system(self, Y, c, reg):
        return self.o["unobserved"] * Y.T @ Y + reg * numpy.eye(Y.shape[1]) + (Y.T * c) @ Y, Y.T @ c

    def half_sweep(self, Y, C, reg):
        return numpy.array([numpy.linalg.solve(*self.system(Y, c, r)) for c, r in zip(C, reg)])

    def alternate(self):
        X = self.start
        objectives = []
        for _ in range(int(self.o["iterations"])):
            Y = self.half_sweep(X, self.C.T, self.item_reg)
            X = self.half_sweep(Y, self.C, self.user_reg)
            objectives.append(self.objective(X, Y))
        return X, Y, objectives


def relative(found, wanted):
    return numpy.linalg.norm(found - wanted) / numpy.linalg.norm(wanted)


def check_exact(case):
    """Turning the axes changes the factors, but neither scores nor objective: those must agree with numpy's."""
    X, Y, objectives = case.alternate()
    assert relative(case.X @ case.Y.T, X @ Y.T) < 1e-3
    assert numpy.allclose(case.objectives[1:], objectives, rtol=1e-5)
    for c, reg, x in zip(case.C, case.user_reg, case.X):
        A, b = case.system(case.Y, c, reg)
        assert numpy.linalg.norm(A @ x - b) <= 1e-4 * max(numpy.linalg.norm(b), 1e-12)


def check_cg(case):
    _, _, objectives = case.alternate()
    assert abs(case.objectives[-1] / objectives[-1] - 1) < 1e-3
    assert (numpy.diff(case.objectives) <= 1e-6 * case.objectives[:-1]).all()
    assert abs(case.objective(case.X, case.Y) / case.objectives[-1] - 1) < 1e-5


def check_file(folder, case):
    """What the search relies on: bytes, scales and bounds, read by the format's own page."""
    tensors, metadata = read(os.path.join(folder, "als.safetensors"))
    assert (tensors["item_factors"] == case.Y.astype("<f4")).all()
    gram = case.o["unobserved"] * case.Y.T @ case.Y
    assert numpy.allclose(tensors["gram"], numpy.diag(gram), rtol=1e-5)
    assert numpy.abs(gram - numpy.diag(numpy.diag(gram))).max() < 1e-5 * gram.max()
    assert float(metadata["item_total"]) == case.items and float(metadata["factors"]) == case.o["factors"]
    order, stride = tensors["order"], case.Y.shape[1]
    assert sorted(order[order != NONE]) == list(range(case.items)) and (order[case.items:] == NONE).all()
    # Four factors of one position, then of the next.
    values = tensors["quantized"].reshape(-1, stride // 4, BLOCK, 4).swapaxes(1, 2).reshape(-1, stride).astype(int) - 128
    close = tensors["scales"].astype(float)[:, None] * values
    rows = case.Y[order[: case.items]]
    blocks = numpy.arange(case.items) // BLOCK
    assert (numpy.linalg.norm(rows - close[: case.items], axis=1) <= tensors["block_errors"][blocks]).all()
    assert (numpy.linalg.norm(rows, axis=1) <= tensors["block_norms"][blocks]).all()
    assert (tensors["block_errors"] < 0.05 * tensors["block_norms"]).all()
    assert (values[case.items:] == 0).all()


def check_lists(folder, case):
    """Every user's best ten, searched for together, against all scores in double precision."""
    best = numpy.fromfile(os.path.join(folder, "found.u32"), "<u4").reshape(case.users, -1)
    scores = numpy.fromfile(os.path.join(folder, "scores.f32"), "<f4").reshape(best.shape)
    wanted = case.X @ case.Y.T
    wanted[case.C > 0] = -numpy.inf
    for row, found, given in zip(wanted, best, scores):
        order = numpy.argsort(-row, kind="stable")[: len(found)]
        assert len(set(found)) == len(found) and numpy.isfinite(row[found]).all()
        assert numpy.allclose(row[found], row[order], rtol=1e-5, atol=1e-6)  # rounding may swap what is equal but for it
        assert numpy.allclose(given, row[found], rtol=1e-5, atol=1e-6)


def main():
    for solver, check in (("cholesky", check_exact), ("cg", check_cg)):
        with tempfile.TemporaryDirectory() as folder:
            case = Case(folder, dump(folder, solver))
            check(case)
            check_file(folder, case)
            check_lists(folder, case)


if __name__ == "__main__":
    main()
