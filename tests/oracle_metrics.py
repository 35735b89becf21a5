"""The metrics once more, in numpy, from lists of ids alone."""
import numpy

METRICS = ("recall", "ndcg", "hr", "mrr")


def case_metrics(answer, wanted, k):
    hits = numpy.array([item in wanted for item in answer[:k]], bool)
    ranks = numpy.flatnonzero(hits) + 1
    ideal = (1 / numpy.log2(numpy.arange(min(k, len(wanted))) + 2)).sum()
    return {"recall": len(ranks) / len(wanted), "ndcg": (1 / numpy.log2(ranks + 1)).sum() / ideal,
            "hr": float(len(ranks) > 0), "mrr": 1 / ranks[0] if len(ranks) else 0.0}


def check_row(row, answers, wanted, k, tolerance=1e-4):
    """Means and standard errors of a row of --json against lists of answers and sets of wanted items, case by case."""
    cases = [case_metrics(answer, items, k) for answer, items in zip(answers, wanted)]
    assert row["customers"] == len(cases) == len(wanted) == len(answers)
    for metric in METRICS:
        values = numpy.array([case[metric] for case in cases])
        assert abs(row[metric] - values.mean()) < tolerance, (row["model"], k, metric, row[metric], values.mean())
        error = values.std(ddof=1) / numpy.sqrt(len(values))
        assert abs(row[metric + "_error"] - error) < tolerance, (row["model"], k, metric, "error")
