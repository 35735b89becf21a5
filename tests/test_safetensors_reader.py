"""Model files open in another language: a reader that knows nothing but the format's own page, in json and numpy."""
import json
import os
import struct
import subprocess
import sys
import tempfile

import numpy

DTYPES = {"U8": "<u1", "I8": "<i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4", "U64": "<u8", "I64": "<i8",
          "F32": "<f4", "F64": "<f8"}
NONE = 0xFFFFFFFF
NO_NUMBER = -(1 << 63)


def read(path):
    """The tensors by name, and the metadata; asserts what the format promises of every file."""
    with open(path, "rb") as file:
        data = file.read()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size].decode("utf-8"))
    metadata = header.pop("__metadata__")
    assert all(isinstance(value, str) for value in metadata.values())
    body = data[8 + size:]
    tensors, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        assert begin == end, f"{path}: {name} leaves a hole or overlaps"
        end = stop
        array = numpy.frombuffer(body[begin:stop], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        if name.startswith("pad."):
            assert not array.any() and stop - begin < 64
            continue
        assert (8 + size + begin) % 64 == 0, f"{path}: {name} is not on a boundary"
        tensors[name] = array
    assert end == len(body), f"{path}: bytes after the last tensor"
    return tensors, metadata


def column(tensors, name):
    offsets, heap = tensors[name + ".offsets"], tensors[name + ".bytes"].tobytes()
    return [heap[begin:end].decode("utf-8") for begin, end in zip(offsets[:-1], offsets[1:])]


def check_lookup(tensors, name):
    """Each row stands in exactly one slot; between home and slot no slot is empty, wherever home may be."""
    slots = tensors[name + ".lookup"]
    rows = len(tensors[name + ".offsets"]) - 1
    assert len(slots) & (len(slots) - 1) == 0 and len(slots) >= 2 * rows
    used = slots[slots != numpy.uint64(0xFFFFFFFFFFFFFFFF)]
    assert sorted(int(slot) & NONE for slot in used) == list(range(rows))


def check_sample(folder):
    tensors, metadata = read(os.path.join(folder, "sample.safetensors"))
    assert metadata["kind"] == "sample" and metadata["version"] == "3"
    assert metadata["note"] == 'a "quoted"\n\x01 note of more than sixteen bytes'
    assert float(metadata["alpha"]) == 0.1
    assert tensors["offsets"].tolist() == [0, 2, 2, 5]
    assert tensors["neighbours"].tolist() == [9, 0, 3, 4, 5]
    assert tensors["parents"].tolist() == [2, NONE, 0]
    assert tensors["scores"].tolist() == [1.5, -2, 0, 3, 4]
    assert tensors["factors"].shape == (3, 4) and tensors["factors"][0].tolist() == [0.25, -1, 2, 3]
    assert tensors["weights"].tolist() == [1, 2, 3, 4, 5e300]
    assert tensors["extra"].tolist() == [-1, 2, -3]
    assert column(tensors, "names") == ["tea ☕", "cup", "spoon"]
    check_lookup(tensors, "names")
    assert set(metadata) >= {"xxh3." + name for name in tensors} | {"xxh3.__metadata__"}


def check_items(folder):
    tensors, metadata = read(os.path.join(folder, "items.safetensors"))
    assert metadata["kind"] == "items" and metadata["decimals"] == "2"
    assert column(tensors, "ids") == ["85123A", "22423", "grün"]
    assert column(tensors, "names") == ["heart ♥", "", "bag"]
    assert column(tensors, "urls") == ["", "", ""]
    assert column(tensors, "categories") == ["Home", "Kitchen"]
    assert column(tensors, "groups") == []
    assert tensors["category"].tolist() == [1, 0, NONE]
    assert tensors["flags"].tolist() == [1, 3, 0]
    assert tensors["price"].tolist() == [295, 1275, NO_NUMBER]
    assert tensors["stock"].tolist() == [NO_NUMBER] * 3
    assert tensors["purchases"].tolist() == [100, 50, 0]
    check_lookup(tensors, "ids")
    check_lookup(tensors, "categories")


def check_customers(folder):
    tensors, metadata = read(os.path.join(folder, "customers.safetensors"))
    assert metadata["dimension.items"] == "3"
    assert column(tensors, "ids") == ["ann", "bob"]
    assert tensors["offsets"].tolist() == [0, 2, 3]
    assert tensors["items"].tolist() == [0, 2, 1]
    assert tensors["quantities"].tolist() == [1, 2.5, 3]
    assert tensors["purchases"].tolist() == [1, 2, 3]
    assert tensors["times"].tolist() == [1323435000000000, -1, 0]


def check_wide(folder):
    tensors, _ = read(os.path.join(folder, "wide.safetensors"))
    numbers = numpy.arange(64000, dtype=numpy.uint64) * 2654435761 % (1 << 32) // 256
    assert numpy.array_equal(tensors["factors"], numbers.astype("<f4").reshape(1000, 64))


def check_with_the_library(folder):
    """Where the format's own library is installed, it opens the same files."""
    try:
        from safetensors.numpy import load_file
    except ImportError:
        print("the safetensors library is not installed: checked with the reader above alone")
        return
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        ours, theirs = read(path)[0], load_file(path)
        for tensor in ours:
            assert numpy.array_equal(ours[tensor], theirs[tensor]), (name, tensor)
    print("the safetensors library reads the same")


def main():
    program = os.path.join(os.environ.get("SMARTSHELF_BUILD", "build"), "tests", "dump_model_files")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True)
        for check in (check_sample, check_items, check_customers, check_wide, check_with_the_library):
            check(folder)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
