"""Large blocks that are freed do not stay in the process, whatever small ones came between (services.segment.heap)."""

import ctypes
import subprocess
import sys

import pytest

BLOCKS = 20
BLOCK_KIB = 2 * 1024

PROGRAM = f"""
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


def left_kib(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], check=True, capture_output=True)
    return int(done.stdout)


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="another C library than glibc"
)
def test_what_was_freed_goes_back_to_the_system() -> None:
    assert left_kib("given back") < BLOCK_KIB
    assert left_kib("left alone") > BLOCKS * BLOCK_KIB // 2, "glibc needs to be told"
