"""Counts of increments and decrements of reference counts that one call of a benchmark executes.

An increment or decrement is an executed store of 32 bits at the begin of an object whose value is what was
loaded from the same place, plus or minus one. Every instruction that the process executes is looked at in the same way: the
interpreter, its libraries, compiled code and its stubs. Immortal objects are tested but not stored to, and count nothing.
"""

import pathlib
import struct
import tempfile

import emulator
import launch

COLUMNS = ["benchmark", "mode", "increments", "decrements", "in compiled code", "decrements there", "of plain"]

# How far before the store its value may be computed and its place read.
REACH = 16

# 32-bit instructions with an offset or shift of zero: the word without its register fields.
LOAD, STORE = 0xB9400000, 0xB9000000
CHANGES = {0x11000400: 1, 0x51000400: -1, 0x71000400: -1}  # add, sub, subs of one
FIELDS = 0x3FF


def direction(words, k):
    """+1 or -1 when words[k] stores a reference count, else 0."""
    if words[k] & ~FIELDS != STORE:
        return 0
    value, place = words[k] & 31, words[k] >> 5 & 31
    change = 0
    for word in reversed(words[max(0, k - REACH):k]):
        kind, source, target = word & ~FIELDS, word >> 5 & 31, word & 31
        if target != value:
            continue
        if change == 0 and kind in CHANGES:
            change, value = CHANGES[kind], source
        elif kind == LOAD:
            return change if source == place else 0
    return 0


class Code:
    """The machine code of a profiled process, by address."""

    def __init__(self, folder):
        self.regions = []  # (start, end, bytes, offset of start in them)
        for line in (folder / "maps").read_text().splitlines():
            fields = line.split(maxsplit=5)
            if "x" not in fields[1]:
                continue
            start, end = (int(part, 16) for part in fields[0].split("-"))
            path = pathlib.Path(fields[5]) if len(fields) == 6 else folder / f"code-{start:x}"
            if path.is_file():
                self.regions.append((start, end, path.read_bytes(), int(fields[2], 16) if len(fields) == 6 else 0))

    def words(self, address, count):
        """Up to count words that end before address."""
        for start, end, data, offset in self.regions:
            if start <= address - 4 < end:
                first = max(start, address - 4 * count)
                text = data[offset + first - start:offset + address - start]
                return struct.unpack(f"<{len(text) // 4}I", text[:len(text) // 4 * 4])
        return ()


def count(folder):
    """(increments, decrements) of the whole profile, in compiled code and altogether."""
    code = Code(folder)
    found = {True: [0, 0], False: [0, 0]}
    for block in emulator.read_blocks(folder / "blocks"):
        words = code.words(block.address + 4 * block.instructions, block.instructions + REACH)
        for k in range(max(0, len(words) - block.instructions), len(words)):
            change = direction(words, k)
            if change:
                found[block.jit][change < 0] += block.executions
    inside, outside = found[True], found[False]
    return tuple(inside), tuple(a + b for a, b in zip(inside, outside))


def measure(mode, request, calls, time_limit):
    """count() of one call. Raises launch.Failure."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        launch.run(mode, request, time_limit, folder)
        inside, everywhere = count(pathlib.Path(folder))
    return [n / calls for n in inside], [n / calls for n in everywhere]
