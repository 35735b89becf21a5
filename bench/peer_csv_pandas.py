#!/usr/bin/env python3
"""peer_csv_pandas.py FILE: what bench_csv does, by pandas: reads the log, ids as categories (interned), times parsed.
Prints lines `name value unit`."""
import sys
import time

import pandas as pd

IDS = {"order_id": "category", "customer_id": "category", "item_id": "category"}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: peer_csv_pandas.py FILE")
    begin = time.perf_counter()
    rows = pd.read_csv(sys.argv[1])
    plain = time.perf_counter() - begin
    del rows
    begin = time.perf_counter()
    rows = pd.read_csv(sys.argv[1], dtype=IDS, parse_dates=["timestamp"])
    interned = time.perf_counter() - begin
    print(f"csv_pandas_seconds {plain:.3f} s")
    print(f"csv_pandas_interned_seconds {interned:.3f} s")
    print(f"csv_pandas_rows {len(rows)} rows")


if __name__ == "__main__":
    main()
