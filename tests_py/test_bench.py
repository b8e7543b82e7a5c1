"""The instruction counter and the command that measures benchmarks."""

import ctypes
import json
import os
import pathlib
import subprocess
import sys
import textwrap

import pytest

BENCH = pathlib.Path(__file__).parent.parent / "bench"
sys.path.insert(0, str(BENCH))
import catalogue
import emulator
import hot
import launch
import refcounts
import run
import table
from places import emulated

sys.path.remove(str(BENCH))

counted = pytest.mark.skipif(not emulated(), reason="instructions are counted in the emulator")

PRELUDE = """
import os, sys
sys.path.insert(0, os.path.join(sys.argv[1], "worker"))
from counters import magic_call
"""


def count(tmp_path, program, *, blocks=None):
    """Runs the program under the counter and returns its marks."""
    out = tmp_path / "counts"
    out.unlink(missing_ok=True)
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1",
                   "CINDERJIT_QEMU_ARGS": emulator.arguments(out, blocks)}
    done = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(program), BENCH], env=environment, capture_output=True,
        text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return emulator.read_marks(out)


def spans(marks, name="own"):
    values = [getattr(mark, name) for mark in marks]
    return [b - a for a, b in zip(values, values[1:])]


@counted
def test_counts_of_a_fixed_loop_repeat_to_five_digits(tmp_path):
    program = """
        def work():
            total = 0
            for i in range(20000):
                total += i % 7
        for k in range(4):
            magic_call(k)
            work()
    """
    first, second = (spans(count(tmp_path, program)[1:4])[-1] for _ in range(2))
    assert first > 20000 * 20
    assert abs(first - second) <= first / 100_000


@counted
def test_marks_name_their_process_thread_and_number(tmp_path):
    marks = count(tmp_path, """
        import threading
        magic_call(7)
        thread = threading.Thread(target=lambda: (sum(range(100000)), magic_call(8)))
        thread.start()
        thread.join()
        magic_call(9)
    """)
    assert [(mark.word, mark.k) for mark in marks] == [("mark", 7), ("mark", 8), ("mark", 9), ("exit", 0)]
    before, inside, after = marks[:3]
    assert before.process == inside.process == after.process
    assert before.thread == after.thread != inside.thread
    assert before.own == before.all
    assert inside.own > 100000
    assert after.all - before.all >= inside.own
    assert after.own - before.own < after.all - before.all


@counted
def test_children_write_to_the_same_file(tmp_path):
    marks = count(tmp_path, """
        import subprocess
        magic_call(1)
        subprocess.run([sys.executable, "-S", "-c", "pass"], check=True)
    """)
    ends = [mark for mark in marks if mark.word == "exit"]
    assert len({mark.process for mark in ends}) == 2
    assert all(mark.own > 1_000_000 for mark in ends)


# A function of machine code: counts x0 down to 0 with two instructions a round.
CODE_IN_NO_FILE = """
    import ctypes, mmap
    code = b"".join(word.to_bytes(4, "little") for word in (0xF1000400, 0x54FFFFE1, 0xD65F03C0))
    memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    memory.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    libc = ctypes.CDLL(None)
    assert libc.mprotect(ctypes.c_void_p(address), mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC) == 0
    function = ctypes.CFUNCTYPE(None, ctypes.c_uint64)(address)
    function(1)
    magic_call(1)
    function(1000)
    magic_call(2)
    function(5)
    function(5)
    magic_call(3)
"""


@counted
def test_code_from_no_file_is_told_apart(tmp_path):
    marks = count(tmp_path, CODE_IN_NO_FILE)[:3]
    assert spans(marks, "own_jit") == [2001, 22]
    assert spans(marks, "own_entries") == [1, 2]


@counted
def test_blocks_add_up(tmp_path):
    blocks = tmp_path / "blocks"
    program = CODE_IN_NO_FILE + """
    from counters import MARK_BLOCKS_RESET, MARK_BLOCKS_WRITE
    magic_call(MARK_BLOCKS_RESET)
    magic_call(4)
    function(3000)
    magic_call(5)
    magic_call(MARK_BLOCKS_WRITE)
    """
    marks = count(tmp_path, program, blocks=blocks)
    found = emulator.read_blocks(blocks)
    assert sum(block.executed for block in found if block.jit) == 6001
    between, = spans([mark for mark in marks if mark.k in (4, 5)])
    assert between <= sum(block.executed for block in found) <= between + 50_000


def test_symbols_of_a_library_are_found(tmp_path):
    library = next(line.split()[-1] for line in open("/proc/self/maps") if "libc.so" in line)
    (tmp_path / "maps").write_text(pathlib.Path("/proc/self/maps").read_text())
    (tmp_path / "perf.map").write_text("10 20 py::made\n")
    symbols = hot.load_symbols(tmp_path)
    address = ctypes.cast(ctypes.CDLL(library).getppid, ctypes.c_void_p).value
    assert symbols.name(address + 4) == "getppid"
    assert symbols.name(0x2F) == "py::made"
    assert symbols.name(0xF) is None


def test_every_benchmark_of_the_manifest_is_known():
    benchmarks = catalogue.all_benchmarks()
    assert set(catalogue.CORE) <= set(benchmarks)
    assert all(benchmark.program.is_file() for benchmark in benchmarks.values())
    assert benchmarks["asyncio_tcp"].refused
    assert all(benchmarks[name].refused is None for name in catalogue.CORE)
    chosen, row = catalogue.choose(["scimark_fft"], benchmarks)[0]
    assert (chosen.name, row) == ("scimark", "scimark_fft")
    with pytest.raises(KeyError):
        catalogue.choose(["nothing"], benchmarks)


@pytest.mark.parametrize("text, policy, environment", [
    ("plain", None, {}),
    ("jit", "force", {}),
    ("auto=50", "auto", {"PYTHONJITAUTO": "50"}),
    ("all", "auto", {"PYTHONJITALL": "1"}),
    ("cpython-jit", None, {"PYTHON_JIT": "1"}),
    ("auto=2+PYTHONJITDEBUG=1", "auto", {"PYTHONJITAUTO": "2", "PYTHONJITDEBUG": "1"}),
])
def test_modes(text, policy, environment):
    mode = launch.Mode(text)
    assert (mode.policy, mode.environment) == (policy, environment)


@pytest.mark.parametrize("text", ["", "auto", "auto=x", "fast", "plain=1"])
def test_unknown_modes_are_refused(text):
    with pytest.raises(ValueError):
        launch.Mode(text)


PROGRAM = """
import pyperf

def work(n):
    return sum(i * i for i in range(n))

def timed(loops, n):
    for _ in range(50):
        work(n)  # not in the part that counts
    started = pyperf.perf_counter()
    for _ in range(loops):
        work(n)
    return pyperf.perf_counter() - started

async def waiting(n):
    return work(n)

if __name__ == "__main__":
    runner = pyperf.Runner()
    runner.argparser.add_argument("size", type=int)
    size = runner.parse_args().size
    runner.bench_func("function", work, size)
    runner.bench_time_func("timed", timed, size, inner_loops=2)
    runner.bench_async_func("coroutine", waiting, size)
    runner.bench_func("failing", work, None)
"""


@pytest.fixture
def benchmark(tmp_path):
    program = tmp_path / "run_benchmark.py"
    program.write_text(PROGRAM)
    return catalogue.Benchmark("tiny", program, ["300"], None)


OPTIONS = ["--warmup", "2", "--calls", "2"]


def measure(benchmark, row, mode="plain", **changes):
    request = run.request(benchmark, row, run.parse(OPTIONS)) | changes
    return launch.run(launch.Mode(mode), request, 120)


def test_rows_of_a_program(benchmark):
    assert measure(benchmark, None) == {"rows": ["function", "timed", "coroutine", "failing"]}


@pytest.mark.parametrize("row, result", [("function", "8955050"), ("timed", None), ("coroutine", "8955050")])
def test_a_benchmark_is_measured(benchmark, row, result):
    answer = measure(benchmark, row, check="work(3)")
    assert (answer["row"], answer["check"]) == (row, "5")
    assert answer["results"] == [[result, None]] * 5
    assert len(answer["warmup"]) == 2 and len(answer["warm"]) == 2
    assert answer["compiled"] == [] and answer["jit_absent"] is None
    if answer["counter"] == "emulator":
        for call in answer["warm"]:
            # 300 rounds, and not the 15000 before.
            assert 300 * 20 < call["instructions"] < 300 * 2000
            assert call["jit_instructions"] == 0


def test_sizes_replace_arguments(benchmark):
    assert measure(benchmark, "function", sizes=[4])["results"] == [["14", None]] * 5


def test_a_reduction_changes_data_before_the_first_call(benchmark):
    answer = measure(benchmark, "function", sizes=[4], reduction="added = 1", check="added")
    assert (answer["results"], answer["check"]) == ([["14", None]] * 5, "1")


def test_a_failing_benchmark_is_reported(benchmark):
    with pytest.raises(launch.Failure, match="TypeError"):
        measure(benchmark, "failing")


def test_compiled_code_is_seen(benchmark):
    answer = measure(benchmark, "function", mode="jit")
    if answer["jit_absent"]:
        pytest.skip(answer["jit_absent"])
    assert set(map(tuple, answer["results"])) == {("8955050", None)}
    assert "__main__:work" in [function["name"] for function in answer["compiled"]]
    if answer["counter"] == "emulator":
        assert all(call["jit_instructions"] > 0 for call in answer["warm"])


def record(row, mode, instructions, **more):
    call = {"instructions": instructions, "jit_instructions": instructions // 2, "seconds": 1.0, "entries": 1}
    return {"row": row, "mode": mode, "policy": None if mode == "plain" else "auto", "counter": "emulator", "cold": call,
            "warm": [call, call], "jit_absent": None, "compiled": [], "exits": [{"count": 6}], "check": None,
            "results": [["1", None]] * 3} | more


def test_table():
    records = [record("a", "plain", 4_000_000), record("a", "jit", 1_000_000),
               record("b", "plain", 1_000_000), record("b", "jit", 4_000_000, results=[["1", None], ["2", None]]),
               {"row": "c", "mode": "plain", "failure": "longer than 1 s"}]
    a, b = table.lines(records)[1], table.lines(records)[3]
    assert a == ["a", "jit", "emulator", "1.000 M", "1.000 M", "0.250", "4.00", "50.0%", "0", "3", "same"]
    assert b[5:7] == ["4.000", "0.25"] and b[-1] == "differs"
    assert table.lines(records)[4][-1] == "longer than 1 s"
    assert list(table.summary(records)) == ["jit: 1.000 of plain (geometric mean of 2 rows), 1 above 1.00"]
    assert len({len(cells) for cells in [table.COLUMNS, *table.lines(records)]}) == 1


@pytest.mark.parametrize("results, check, told", [
    ([["1", "x"], ["2", None], ["3", None]], "c", "same"),
    ([["1", "x"]], "c", "same"),
    ([["2", "x"], ["1", None]], "c", "differs"),
    ([["1", "y"]], "c", "differs"),
    ([["1", "x"]], "d", "differs"),
])
def test_equal_numbers_of_calls_are_compared(results, check, told):
    plain = {"results": [["1", "x"], ["2", None]], "check": "c"}
    assert table.same_result(plain, {"results": results, "check": check}) == told


def test_nothing_to_compare():
    nothing = {"results": [[None, None]] * 2, "check": None}
    assert table.same_result(nothing, nothing | {"results": [[None, None]]}) == "-"


def test_resuming_measures_nothing_twice(tmp_path, monkeypatch):
    calls = []

    def instead(mode, request, time_limit):
        calls.append(mode.name)
        return {key: value for key, value in record("function", mode.name, 1000).items() if key not in ("row", "mode")}

    monkeypatch.setattr(launch, "run", instead)
    output = tmp_path / "results.jsonl"
    command = ["--benchmarks", "scimark_fft", "--output", str(output)]
    assert run.main([*command, "--modes", "plain"]) == 0
    assert run.main([*command, "--modes", "plain,auto=5", "--resume"]) == 0
    assert calls == ["plain", "auto=5"]
    assert [json.loads(line)["mode"] for line in output.read_text().splitlines()] == ["plain", "auto=5"]


def test_without_the_emulators_counter_time_is_measured(benchmark, monkeypatch):
    monkeypatch.setattr(launch, "emulated", lambda: False)
    answer = measure(benchmark, "timed")
    assert answer["counter"] in ("time", "hardware")
    assert all(call["seconds"] > 0 for call in answer["warm"])
    if answer["counter"] == "time":
        known = answer | {"row": "timed", "mode": "plain", "policy": None}
        assert all(call["instructions"] is None for call in answer["warm"])
        assert table.line(known, None)[4].endswith(" ms")
        known["mode"] = "cpython-jit"
        assert float(table.line(known, known)[5]) == 1


def test_reference_counts_are_told_from_other_stores():
    load, add, store = 0xB9400010, 0x11000610, 0xB9000010  # ldr w16, [x0]; add w16, w16, #1; str w16, [x0]
    subs, skip = 0x71000610, 0x37F80070  # subs w16, w16, #1; tbnz w16, #31
    assert refcounts.direction([load, skip, add, store], 3) == 1
    assert refcounts.direction([load, skip, subs, store], 3) == -1
    assert refcounts.direction([load, skip, add, store], 2) == 0
    assert refcounts.direction([load, skip, store], 2) == 0
    elsewhere = 0xB9400030  # ldr w16, [x1]
    assert refcounts.direction([elsewhere, skip, add, store], 3) == 0


@counted
def test_reference_counts_of_a_call(tmp_path):
    """Compiled code changes fewer reference counts than the interpreter, and some in its own code."""
    options = run.parse(["--calls", "1", "--warmup", "1"])
    benchmark, row = catalogue.choose(["hexiom"], catalogue.all_benchmarks())[0]
    row = run.rows_of(benchmark, row, options)[0]
    found = {mode: refcounts.measure(launch.Mode(mode), run.request(benchmark, row, options), 1, 120) for mode in ("plain", "jit")}
    (plain_inside, plain), (inside, everywhere) = found["plain"], found["jit"]
    assert plain_inside == [0, 0]
    assert 0 < sum(inside) <= sum(everywhere) < sum(plain)
