#!/usr/bin/env python3
"""The emulator's counting plugin: built when its source has changed, and its results read back.

    bench/emulator.py --arguments FILE    # prints the value of CINDERJIT_QEMU_ARGS that counts into FILE
"""

import argparse
import dataclasses
import os
import subprocess

from places import BENCH, OUTPUT

SOURCES = [BENCH / "plugin/counter.c", BENCH / "plugin/emulator.h"]
PLUGIN = OUTPUT / "counter.so"
COMPILE = ["gcc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden",
           "-shared", "-pthread"]


def plugin():
    """The path of the plugin, up to date."""
    if not PLUGIN.exists() or PLUGIN.stat().st_mtime < max(source.stat().st_mtime for source in SOURCES):
        OUTPUT.mkdir(parents=True, exist_ok=True)
        fresh = PLUGIN.with_suffix(f".{os.getpid()}")
        subprocess.run([*COMPILE, "-o", fresh, SOURCES[0]], check=True)
        # Another process may be using the old one.
        fresh.rename(PLUGIN)
    return PLUGIN


def arguments(out, blocks=None):
    """What CINDERJIT_QEMU_ARGS has to be so that counts go to the file out, and those of blocks to blocks."""
    more = f",blocks={blocks}" if blocks else ""
    return f"-plugin file={plugin()},out={out}{more}"


@dataclasses.dataclass
class Mark:
    """One line of the plugin: counts since the start of the process."""

    word: str  # "mark" or "exit"
    process: int
    thread: int
    k: int
    own: int
    own_jit: int
    own_entries: int
    all: int
    all_jit: int
    all_entries: int


def read_marks(path):
    marks = []
    with open(path) as lines:
        for line in lines:
            word, *numbers = line.split()
            marks.append(Mark(word, *map(int, numbers)))
    return marks


@dataclasses.dataclass
class Block:
    address: int
    instructions: int
    executions: int
    jit: bool

    @property
    def executed(self):
        return self.instructions * self.executions


def read_blocks(path):
    with open(path) as lines:
        fields = [line.split() for line in lines]
    return [Block(int(a, 16), int(n), int(k), jit == "1") for a, n, k, jit in fields]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arguments", metavar="FILE", required=True, type=os.path.abspath)
    print(arguments(parser.parse_args().arguments))
