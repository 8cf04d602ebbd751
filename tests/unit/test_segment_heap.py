"""What segment keeps in memory is what goes on (services.segment.heap, the options of services.segment.faust_table)."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="another C library than glibc"
)

BLOCKS = 20
BLOCK_KIB = 2 * 1024

FREED = f"""
import ctypes, os, sys
from services.segment.heap import give_back

if sys.argv[1] == "given back":
    give_back()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]

def allocated(kib):
    block = libc.malloc(kib * 1024)
    ctypes.memset(block, 1, kib * 1024)
    return block

def resident_kib():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024

libc.free(allocated(2 * {BLOCK_KIB}))
before = resident_kib()
blocks, small = [], []
for _ in range({BLOCKS}):
    blocks.append(allocated({BLOCK_KIB}))
    small.append(allocated(1))
for block in blocks:
    libc.free(block)
print(resident_kib() - before)
"""

TALKS = 3_200
EARLY_TALKS = TALKS // 5
RECORD_KIB = 8
PARTITIONS = 12

TABLE = f"""
import os, pathlib, sys
from services.segment.faust_table import ROCKSDB_OPTIONS, _Options
from services.segment.heap import give_back

def heap_kib():
    areas = open("/proc/self/smaps").read().split("[heap]")
    return int(areas[1].split("Rss:")[1].split()[0])

give_back()
options = _Options(**ROCKSDB_OPTIONS, use_rocksdict=True)
files = [options.open(pathlib.Path(sys.argv[1], str(number))) for number in range({PARTITIONS})]
for talk in range({TALKS}):
    database, key = files[talk % {PARTITIONS}], b"talk-%d" % talk
    for _ in range(4):
        database.get(key)
        database.put(key, os.urandom({RECORD_KIB} * 1024))
    if talk % {EARLY_TALKS} == 0:
        for one in files:
            sum(1 for _ in one.items())  # as who shelves them does
    if talk == {EARLY_TALKS}:
        before = heap_kib()
print(heap_kib() - before)
"""


def told_kib(program: str, argument: object) -> int:
    done = subprocess.run([sys.executable, "-c", program, str(argument)], check=True, capture_output=True)
    return int(done.stdout)


def test_what_was_freed_goes_back_to_the_system() -> None:
    assert told_kib(FREED, "given back") < BLOCK_KIB
    assert told_kib(FREED, "left alone") > BLOCKS * BLOCK_KIB // 2, "glibc needs to be told"


def test_talks_that_are_over_stay_in_the_files_alone(tmp_path: Path) -> None:
    left_in_files = (TALKS - EARLY_TALKS) * RECORD_KIB
    assert told_kib(TABLE, tmp_path) < left_in_files // 4
