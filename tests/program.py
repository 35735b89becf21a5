"""What the tests that run the program share: running it, simulated shops, its CSV files, real data where there is any."""
import csv
import os
import subprocess
import sys

PROGRAM = os.environ.get("SMARTSHELF", "build/smartshelf")
SKIPPED = 77


def smartshelf(*arguments, environment=None, check=True):
    """Standard output of a run; its standard error goes through, so that a failure explains itself."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=False,
                          env={**os.environ, **(environment or {})})
    assert not check or done.returncode == 0, f"smartshelf {' '.join(map(str, arguments))}: exit {done.returncode}"
    return done.stdout


def simulate(folder, **options):
    """A simulated shop in `folder`; options as of smartshelf simulate."""
    shop = os.path.join(folder, "shop")
    smartshelf("simulate", "--quiet", "--out", shop, *(f"--{name}={value}" for name, value in options.items()))
    return shop


def rows(*path):
    with open(os.path.join(*path), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def seed():
    """SMARTSHELF_SEED or a fixed one; printed, so that a failing run can be repeated."""
    number = int(os.environ.get("SMARTSHELF_SEED", "20110909"))
    print(f"SMARTSHELF_SEED={number}")
    return number


def real_data(name):
    """The folder of a real data set; ends the test as skipped where it is absent."""
    source = os.environ.get("SMARTSHELF_SOURCE", ".")
    for root in (os.environ.get("SMARTSHELF_DATA"), f"{source}/../shared/data", f"{source}/../../shared/data"):
        if root and os.path.isdir(os.path.join(root, name)):
            return os.path.join(root, name)
    print(f"skipped: no {name} (SMARTSHELF_DATA names the folder)")
    sys.exit(SKIPPED)
