"""Runs one benchmark as often as asked and sums up what its calls cost."""

import contextlib
import ctypes
import gc
import hashlib
import io
import json
import os
import shutil
import sys
import time

import counters
import policy
import programs

FOLDER = os.path.dirname(os.path.abspath(__file__))

# Calls without a compilation after which all compiling is taken to be done.
SETTLED_CALLS = 6


def digest(value):
    """A short text that is equal for equal results; None for what cannot be compared."""
    if value is None:
        return None
    text = repr(value)
    if " at 0x" in text:
        return None
    return text if len(text) <= 60 else hashlib.sha256(text.encode()).hexdigest()[:16]


class Measurement:
    def __init__(self, request):
        self.request = request
        self.counter = counters.best(request["counts"])
        self.jit = policy.Jit(request["policy"] is not None)
        self.spans = []  # for each call: the numbers of the marks that bound it, in pairs
        self.rows = []
        self.results = []
        self.output = io.StringIO()
        self.answer = {}

    def consume(self, row):
        self.rows.append(row.name)
        if self.request["row"] == row.name:
            self.measure(row)
            raise programs.Done

    def replace(self, name, args):
        sizes = self.request["sizes"] or []
        return tuple(sizes[i] if i < len(sizes) and sizes[i] is not None else arg for i, arg in enumerate(args))

    def clock(self):
        """Stands in for pyperf.perf_counter, whose readings bound the part that counts."""
        self.counter.mark()
        return time.perf_counter()

    def call(self, row, collect=True):
        """Runs the benchmark once and returns its result."""
        if collect:
            gc.collect()
        if row.kind == "command" and self.counter.name == "emulator":
            before = self.counter.ended_processes()
        first = self.counter.marks()
        self.counter.mark()
        result = row.call(self.request["loops"])
        self.counter.mark()
        last = self.counter.marks() - 1
        inner = range(first + 1, last)
        if row.inner and len(inner) >= 2 and len(inner) % 2 == 0:
            self.spans.append(list(zip(inner[::2], inner[1::2])))
        else:
            self.spans.append([(first, last)])
        if row.kind == "command" and self.counter.name == "emulator":
            self.children.append(self.counter.ended_processes() - before)
        return result

    def compared_call(self, row, collect=True):
        """Runs the benchmark once and notes what it returned and printed."""
        result = self.call(row, collect)
        printed = self.output.getvalue()
        self.output.seek(0)
        self.output.truncate()
        self.results.append([digest(result), digest(printed) if printed else None])

    def warm_up(self, row, settled):
        """Calls the benchmark at least as often as asked, then, with settled, until nothing is compiled any more."""
        request, jit = self.request, self.jit
        started = time.monotonic()
        quiet, known = 0, -1
        for n in range(request["max_warmup"]):
            jit.settle()
            now = jit.compiling_time()
            quiet, known = (quiet + 1 if now == known else 0), now
            if n >= request["warmup"] and (not settled or quiet >= SETTLED_CALLS):
                break
            if time.monotonic() - started > request["warmup_seconds"]:
                break
            self.compared_call(row)

    def measure(self, row):
        request, jit = self.request, self.jit
        self.children = []
        if request["reduction"]:
            exec(request["reduction"], sys.modules["__main__"].__dict__)
        import pyperf

        pyperf.perf_counter = self.clock
        for _ in range(3):
            self.counter.mark()
        compilation = None
        with contextlib.redirect_stdout(self.output):
            self.compared_call(row)
            if request["policy"] == "force":
                jit.forget_runs(FOLDER)
            self.warm_up(row, settled=request["policy"] == "auto")
            if request["policy"] == "force" and jit.module:
                compilation = jit.compile_what_ran(FOLDER)
                self.warm_up(row, settled=True)
            jit.settle()
            jit.exits()
            profiled = request["snapshot"] is not None
            if profiled:
                gc.collect()
                counters.magic_call(counters.MARK_BLOCKS_RESET)
            compiling = jit.compiling_time()
            warm_from = len(self.spans)
            for _ in range(request["calls"]):
                # Collections are not of interest in a profile.
                self.compared_call(row, collect=not profiled)
            if profiled:
                counters.magic_call(counters.MARK_BLOCKS_WRITE)
                self.take_snapshot()
            compiling = jit.compiling_time() - compiling
            exits = jit.exits()
            check = None
            if request["check"]:
                check = digest(eval(request["check"], sys.modules["__main__"].__dict__))
        self.answer = {
            "row": row.name,
            "kind": row.kind,
            "counter": self.counter.name,
            "jit_absent": jit.absent,
            # Of each call: what it returned and what it printed. Runs may differ in how many calls they make.
            "results": self.results,
            "check": check,
            "compilation": compilation,
            "compiled": jit.compiled(),
            "warm_compiling": compiling,
            "exits": exits,
            "python": sys.version.split()[0],
            **self.totals(warm_from),
        }

    def take_snapshot(self):
        folder = self.request["snapshot"]
        shutil.copyfile("/proc/self/maps", os.path.join(folder, "maps"))
        with open("/proc/self/maps") as lines:
            for line in lines:
                fields = line.split()
                if len(fields) == 5 and fields[1].startswith("r-x"):  # compiled code is in no file
                    start, end = (int(part, 16) for part in fields[0].split("-"))
                    with open(os.path.join(folder, f"code-{start:x}"), "wb") as file:
                        file.write(ctypes.string_at(start, end - start))
        with open(os.path.join(folder, "functions"), "w") as file:
            json.dump(self.jit.machine_code(), file)
        with open(os.path.join(folder, "helpers"), "w") as file:
            json.dump(self.jit.helper_stubs(), file)
        symbols = f"/tmp/perf-{os.getpid()}.map"
        if os.path.exists(symbols):
            shutil.copyfile(symbols, os.path.join(folder, "perf.map"))

    def totals(self, warm_from):
        """Every call's counts, the first one and the measured ones apart."""
        readings = self.counter.readings()
        # The first three marks have nothing between them. Times differ too much to be corrected.
        empty = readings[2] - readings[1]
        empty.nanoseconds = 0
        calls = []
        for k, pairs in enumerate(self.spans):
            total = None
            for first, last in pairs:
                part = readings[last] - readings[first] - empty
                total = part if total is None else total + part
            entry = {
                "seconds": total.nanoseconds / 1e9,
                "instructions": total.own,
                "jit_instructions": total.own_jit,
                "entries": total.own_entries,
                "all_instructions": total.all,
            }
            if self.children:
                entry["instructions"] = self.children[k]
            calls.append(entry)
        return {"cold": calls[0], "warmup": calls[1:warm_from], "warm": calls[warm_from:]}
