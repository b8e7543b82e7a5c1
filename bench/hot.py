#!/usr/bin/env python3
"""Shows in which functions and blocks of machine code a benchmark's instructions are executed.

    bench/hot.py richards [--mode jit] [--top 30]

Works under emulation. What follows the last exported function of a library has no name of its own: "after NAME".
"""

import argparse
import bisect
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import catalogue
import emulator
import launch
import run
from places import emulated

SHT_SYMTAB, SHT_DYNSYM = 2, 11
STT_FUNC = 2
PT_LOAD, PF_X = 1, 1
HELPER = "[jit] helper "


class Symbols:
    """Names of address ranges; a name without a size reaches to the next one."""

    def __init__(self):
        self.found = {}
        self.starts = None

    def add(self, start, size, name):
        # Of several names for one place the longest-lived is the shortest one.
        known = self.found.get(start)
        if known is None or (len(name), name) < (len(known[1]), known[1]):
            self.found[start] = size, name
        self.starts = None

    def name(self, address):
        if self.starts is None:
            self.starts = sorted(self.found)
        k = bisect.bisect_right(self.starts, address) - 1
        if k < 0:
            return None
        size, name = self.found[self.starts[k]]
        if address < self.starts[k] + size:
            return name
        return f"after {name}"


def elf_functions(path):
    """Yields (address, size, name) of the functions of a 64-bit little-endian ELF file."""
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        return
    section_offset, = struct.unpack_from("<Q", data, 0x28)
    entry_size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, section_offset + k * entry_size) for k in range(count)]
    for _, kind, _, _, offset, size, link, _, _, item in sections:
        if kind not in (SHT_SYMTAB, SHT_DYNSYM):
            continue
        names = sections[link][4]
        for at in range(offset, offset + size, item):
            name, info, _, section, value, length = struct.unpack_from("<IBBHQQ", data, at)
            if info & 15 == STT_FUNC and section != 0:
                start = names + name
                yield value, length, data[start:data.index(b"\0", start)].decode()


def elf_base(path):
    """The address that the file's first byte has in its own numbering of addresses."""
    data = path.read_bytes()
    offset, = struct.unpack_from("<Q", data, 0x20)
    entry_size, count = struct.unpack_from("<HH", data, 0x36)
    for k in range(count):
        kind, flags, at, address = struct.unpack_from("<IIQQ", data, offset + k * entry_size)
        if kind == PT_LOAD and flags & PF_X:
            return address - at
    return 0


def compiled_functions(folder):
    path = folder / "functions"
    return json.loads(path.read_text()) if path.exists() else []


def load_symbols(folder):
    """All symbols of a process, from what the worker left: maps, compiled functions, perf map."""
    symbols = Symbols()
    bases = {}
    for line in (folder / "maps").read_text().splitlines():
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and fields[5].startswith("/"):
            start, offset = int(fields[0].split("-")[0], 16), int(fields[2], 16)
            bases[fields[5]] = min(bases.get(fields[5], start - offset), start - offset)
    for name, base in sorted(bases.items()):
        path = pathlib.Path(name)
        if not path.is_file() or path.read_bytes()[:4] != b"\x7fELF":
            continue
        slide = base - elf_base(path)
        for address, size, function in elf_functions(path):
            symbols.add(address + slide, size, function)
    for function in compiled_functions(folder):
        symbols.add(function["address"], len(function["code"]) // 2, function["name"])
    helpers = folder / "helpers"
    for name, address, size in json.loads(helpers.read_text()) if helpers.exists() else []:
        symbols.add(address, size, f"helper {name}")
    perf_map = folder / "perf.map"
    if perf_map.exists():
        for line in perf_map.read_text().splitlines():
            start, size, name = line.split(maxsplit=2)
            symbols.add(int(start, 16), int(size, 16), name)
    return symbols


def named(block, symbols):
    name = symbols.name(block.address)
    if not block.jit:
        return name or "?"
    # What lies before the first function are shared stubs.
    return f"[jit] {name}" if name and not name.startswith("after ") else "[jit] stubs"


def objdump(block, file, slide, *options):
    """The block's instructions as text; slide is what its address exceeds that in the file by."""
    at = block.address - slide
    done = subprocess.run(
        ["aarch64-linux-gnu-objdump", *(options or ["-d"]), f"--start-address={at:#x}",
         f"--stop-address={at + 4 * block.instructions:#x}", file], capture_output=True, text=True)
    return "\n".join(
        "        " + " ".join(row.split("\t")[2:]) for row in done.stdout.splitlines() if row.startswith("  "))


def disassemble(blocks, folder):
    """address -> text of the block's instructions, where the code is at hand."""
    texts = {}
    for line in (folder / "maps").read_text().splitlines():
        fields = line.split(maxsplit=5)
        if len(fields) != 6 or "x" not in fields[1] or not pathlib.Path(fields[5]).is_file():
            continue
        start, end = (int(part, 16) for part in fields[0].split("-"))
        slide = start - int(fields[2], 16) - elf_base(pathlib.Path(fields[5]))
        for block in blocks:
            if start <= block.address < end:
                texts[block.address] = objdump(block, fields[5], slide)
    for function in compiled_functions(folder):
        file = folder / "code"
        file.write_bytes(bytes.fromhex(function["code"]))
        for block in blocks:
            if 0 <= block.address - function["address"] < file.stat().st_size:
                texts[block.address] = objdump(block, file, function["address"], "-D", "-b", "binary", "-m", "aarch64")
    return texts


def show(folder, calls, top, with_code):
    symbols = load_symbols(folder)
    blocks = emulator.read_blocks(folder / "blocks")
    total = sum(block.executed for block in blocks)
    by_name = {}
    for block in blocks:
        name = named(block, symbols)
        executed, entered = by_name.get(name, (0, 0))
        by_name[name] = executed + block.executed, entered + block.executions
    print(f"{total / calls / 1e6:.3f} M instructions a call, {len(blocks)} blocks")
    print("\nfunctions\n      share   M instructions  name")
    for name, (executed, _) in sorted(by_name.items(), key=lambda item: (-item[1][0], item[0]))[:top]:
        print(f"    {executed / total:7.2%}  {executed / calls / 1e6:15.3f}  {name}")
    calls_of = sorted(((entered, name) for name, (_, entered) in by_name.items() if name.startswith(HELPER)), reverse=True)
    if calls_of:
        print("\ncalls of helpers\n        calls  name")
        for entered, name in calls_of[:top]:
            print(f"    {entered // calls:9}  {name.removeprefix(HELPER)}")
    print("\nblocks\n      share     executions  length  address       function")
    hottest = sorted(blocks, key=lambda b: (-b.executed, b.address))[:top]
    texts = disassemble(hottest, folder) if with_code else {}
    for b in hottest:
        print(f"    {b.executed / total:7.2%}  {b.executions // calls:13}  {b.instructions:6}  {b.address:<12x}  {named(b, symbols)}")
        if texts.get(b.address):
            print(texts[b.address])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmark", help="a benchmark or row; of several rows the first")
    parser.add_argument("--mode", default="plain", help="as for bench/run.py (default: %(default)s)")
    parser.add_argument("--top", type=int, default=25, help="lines of each list (default: %(default)s)")
    parser.add_argument("--code", action="store_true", help="disassemble the blocks")
    own, rest = parser.parse_known_args()
    options = run.parse(rest)
    if not emulated():
        sys.exit("blocks are counted under emulation only; on hardware use perf")
    mode = launch.Mode(own.mode)
    benchmark, row = catalogue.choose([own.benchmark], catalogue.all_benchmarks())[0]
    try:
        row = run.rows_of(benchmark, row, options)[0]
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            answer = launch.run(mode, run.request(benchmark, row, options), options.time_limit, folder)
            print(f"{row}, {own.mode}: {answer['jit_absent'] or str(len(answer['compiled'])) + ' functions compiled'}")
            show(pathlib.Path(folder), options.calls, own.top, own.code)
    except launch.Failure as failure:
        sys.exit(f"{own.benchmark}: {failure}")


if __name__ == "__main__":
    main()
