"""A strict reader of the text form that Prometheus scrapes, from the format's description (version 0.0.4): whatever the page
does not allow, or a histogram may not be, is an AssertionError."""
import math
import re

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
TYPES = ("counter", "gauge", "histogram", "summary", "untyped")


def number(text):
    assert re.fullmatch(r"[+-]?(Inf|[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?)|NaN", text), f"no number: {text}"
    return float(text.replace("Inf", "inf"))


def labels_of(text):
    """The labels between braces, in order."""
    found, at = [], 0
    while at < len(text):
        match = LABEL.match(text, at)
        assert match, f"no label: {text[at:]}"
        value = re.sub(r'\\["\\n]', lambda escape: ESCAPES[escape.group()], match.group(2))
        found.append((match.group(1), value))
        at = match.end()
        if at < len(text):
            assert text[at] == ",", f"no comma: {text[at:]}"
            at += 1
    assert len({name for name, _ in found}) == len(found), f"a label twice: {text}"
    return tuple(found)


class Family:
    def __init__(self, name):
        self.name, self.type, self.help, self.samples = name, "untyped", None, {}

    def takes(self, name):
        """May a sample of that name stand in this family?"""
        endings = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}.get(self.type, ("",))
        return any(name == self.name + ending for ending in endings)

    def add(self, name, labels, value):
        key = (name, tuple(sorted(labels)))
        assert key not in self.samples, f"twice: {key}"
        self.samples[key] = value

    def check(self):
        assert self.help is not None and self.samples, f"{self.name}: no help or no sample"
        if self.type == "counter":
            assert self.name.endswith("_total"), f"{self.name}: a counter ends with _total"
        if self.type in ("counter", "histogram"):
            assert all(0 <= value < math.inf for value in self.samples.values()), f"{self.name}: no counts"
        if self.type == "histogram":
            self.check_histogram()

    def check_histogram(self):
        series = {}
        for (name, labels), value in self.samples.items():
            rest = tuple(label for label in labels if label[0] != "le")
            series.setdefault(rest, {})[(name, dict(labels).get("le"))] = value
        for labels, samples in series.items():
            buckets = [(number(le), value) for (name, le), value in samples.items() if name == self.name + "_bucket"]
            assert buckets == sorted(buckets) and len({le for le, _ in buckets}) == len(buckets), f"{labels}: bounds do not rise"
            assert [value for _, value in buckets] == sorted(value for _, value in buckets), f"{labels}: not cumulative"
            assert buckets[-1][0] == math.inf, f"{labels}: no +Inf"
            assert samples[(self.name + "_count", None)] == buckets[-1][1], f"{labels}: count is not the last bucket"
            total, least, most, before, below = samples[(self.name + "_sum", None)], 0, 0, 0, 0
            for bound, value in buckets:
                least, most = least + (value - before) * below, most + (value - before) * bound if value > before else most
                before, below = value, bound
            assert least <= total <= most, f"{labels}: the sum {total} is not within its buckets, {least} to {most}"


def read(text):
    """{family name: Family}; {(sample name, labels): value} of all of them."""
    families, current = {}, None
    assert text.endswith("\n"), "the last line has no end"
    for line in text[:-1].split("\n"):
        comment = re.fullmatch(r"# (HELP|TYPE) ([^ ]+) (.*)", line)
        if comment:
            kind, name, rest = comment.groups()
            assert NAME.fullmatch(name), f"no name: {name}"
            if kind == "HELP":
                assert name not in families, f"{name} in two places"
                assert re.fullmatch(r"(?:[^\\]|\\[\\n])+", rest), f"{name}: no help"
                current = families[name] = Family(name)
                current.help = rest
            else:
                assert current and current.name == name and not current.samples and current.type == "untyped", f"TYPE of {name}"
                assert rest in TYPES, f"no type: {rest}"
                current.type = rest
            continue
        sample = re.fullmatch(r"([^{ ]+)(?:\{(.*)\})? ([^ ]+)", line)
        assert sample and NAME.fullmatch(sample.group(1)), f"no sample: {line}"
        assert current and current.takes(sample.group(1)), f"{line}: not of the family before it"
        current.add(sample.group(1), labels_of(sample.group(2) or ""), number(sample.group(3)))
    values = {}
    for family in families.values():
        family.check()
        values.update(family.samples)
    return families, values


class Page:
    """What a page says."""

    def __init__(self, text):
        self.families, self.values = read(text)

    def get(self, name, **labels):
        return self.values[(name, tuple(sorted(labels.items())))]

    def labels(self, name):
        return [dict(labels) for sample, labels in self.values if sample == name]
