"""The promise on memory: reading a log takes 24 bytes a row, the dictionaries, and a constant."""
import os
import sys
import tempfile

from program import SKIPPED

ROWS, ORDERS, CUSTOMERS, ITEMS = 2_000_000, 100_000, 20_000, 5_000
# An id while its dictionary grows (base/dictionary.h): its bytes and offset in arrays that grow by half, and its share
# of the old table beside the new one.
ID_BYTES = 8 * 1.5 + 8 * 1.5 + 21.5 + 43
# Numbers that the rules keep of each order, customer and item while they look at all rows.
RULE_BYTES = 16
CONSTANT = 8 << 20  # the program, its libraries, the buffers of a file


def write_log(path):
    """Twenty rows an order, no two of one item; prices and times as shops write them."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("order_id,customer_id,item_id,quantity,unit_price,timestamp\n")
        for order in range(ORDERS):
            head, day = f"{order + 500000:06d},c{order % CUSTOMERS:05d},", order * 28 // ORDERS + 1
            file.write("".join(f"{head}{(order * 7 + place * 241) % ITEMS + 10000},1,2.50,2024-02-{day:02d} 10:00:00\n"
                               for place in range(ROWS // ORDERS)))


def peak_bytes(program, path):
    """The most memory a run ever had, as the system counts it."""
    process = os.posix_spawn(program, [program, path, "--quiet"], os.environ,
                             file_actions=[(os.POSIX_SPAWN_OPEN, 2, path + ".report", os.O_CREAT | os.O_WRONLY, 0o600)])
    _, status, usage = os.wait4(process, 0)
    assert status == 0
    with open(path + ".report", encoding="utf-8") as file:
        kept = [int(line.split()[1]) for line in file if line.startswith("kept ")]
    return usage.ru_maxrss * 1024, kept[0]


def main():
    program = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_log")
    with open(program, "rb") as file:
        if b"__asan_init" in file.read():
            print("skipped: sanitizers have their own need of memory")
            return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log.csv")
        write_log(path)
        peak, kept = peak_bytes(program, path)
    dictionaries = (ORDERS + CUSTOMERS + ITEMS) * (ID_BYTES + RULE_BYTES)
    allowed = 24 * ROWS + dictionaries + CONSTANT
    print(f"{peak / 2**20:.1f} MB for {ROWS} rows; allowed {allowed / 2**20:.1f} MB")
    assert kept == ROWS
    assert peak <= allowed
    return 0


if __name__ == "__main__":
    sys.exit(main())
