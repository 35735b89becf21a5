"""bench/run without installing and building: runs sections, prints their tables and a summary."""
import argparse
import json
import shutil
import sys
import tempfile

from measuring import Failed, machine
from sections import NAMES, SECTIONS, Setting


def sections_text():
    names = {key: name for name, key in NAMES.items()}
    return "sections:\n" + "\n".join(f"  {key:6}  {names.get(key, ''):13}  {title}" for key, (title, _) in SECTIONS.items())


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run", description="Measures beside peers on the same data in one run.",
                                     formatter_class=argparse.RawDescriptionHelpFormatter, epilog=sections_text())
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="which to run, by letter or name; default: all")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: does it run?")
    parser.add_argument("--rounds", type=int, default=3, help="repetitions in turns, whose medians count (default 3)")
    parser.add_argument("--json", metavar="FILE", help="write all figures and rows there too")
    chosen = parser.parse_args()
    chosen.sections = [NAMES.get(key, key) for key in chosen.sections]
    unknown = [key for key in chosen.sections if key not in SECTIONS]
    if unknown:
        parser.error(f"no section {unknown[0]}: there are {', '.join([*SECTIONS, *NAMES])}")
    if chosen.rounds < 1:
        parser.error("--rounds is at least 1")
    chosen.sections = [key for key in SECTIONS if not chosen.sections or key in chosen.sections]
    return chosen


def summarise(about, results, failed, quick):
    held = [row for table in results.values() for row in table.rows if row["met"] is not None]
    print("\nsummary")
    for key, value in about.items():
        shown = ", ".join(f"{name} {version}" for name, version in value.items()) if isinstance(value, dict) else value
        print(f"  {key}: {shown}")
    print(f"  goals met: {sum(row['met'] for row in held)} of {len(held)}" + (" (small sizes: they say nothing)" if quick else ""))
    for key, why in failed.items():
        print(f"  section {key} did not run: {why}")


def write_json(path, about, results, failed):
    sections = {key: {"rows": table.rows, "notes": table.notes,
                      "figures": {name: {"value": value, "unit": unit} for name, (value, unit) in table.figures.items()}}
                for key, table in results.items()}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"machine": about, "sections": sections, "failed": failed}, file, indent=1, ensure_ascii=False)
        file.write("\n")


def main():
    chosen, about = arguments(), machine()
    results, failed = {}, {}
    setting = Setting(tempfile.mkdtemp(prefix="smartshelf-bench-"), chosen.quick, chosen.rounds)
    try:
        for key in chosen.sections:
            title, measure = SECTIONS[key]
            label = title if len(key) > 1 else f"({key}) {title}"
            try:
                results[key] = measure(setting)
                results[key].print(label)
            except Failed as why:
                failed[key] = str(why)
                print(f"\n{label}\n  {why}", flush=True)
    finally:
        shutil.rmtree(setting.folder, ignore_errors=True)
    summarise(about, results, failed, chosen.quick)
    if chosen.json:
        write_json(chosen.json, about, results, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
