"""Runs modules of CPython's own test suite plain and with everything compiled, and compares.

    build/python tests_py/cpython_suite.py [MODULE…] [--shard K/N] [--again] [--table FILE] [--env NAME=VALUE]… [--random SEED]

Every test of a module (test.test_dict and so on; without arguments those of MODULES) runs
in one process without the JIT and in one with PYTHONJITALL=1, or with the given variables.
Printed is every test whose outcome differs, with what it said. A test that crashes the process, or
is not done after --limit seconds, is told, and the rest is run without it.

Outcomes are kept in build/suite. A module that was done with the same build is not run again (--again
does), so that a run that was interrupted goes on where it was; plain outcomes belong to the
interpreter and serve every build. --shard 2/3 takes every third module, beginning with the
second. --table writes docs/cpython_suite.md, or another file, from all that is kept.

With --random the functions are not all compiled, but a share of them, after some calls, so that the compiler has
seen types; and what is compiled leaves its code at guards and checks that did not fail, once in a while. Share, functions,
calls, exits and whether the frame evaluator is used follow from the seed and the module's name: the same seed does the same again.

Modules in AFTER_CALLS ask what the interpreter has specialised. Their functions are compiled after so many calls instead of at the first one, which
leaves it time for that.

Differences that are understood are in cpython_suite_known.txt, each with its kind and the reason.
"""

import argparse
import fnmatch
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
KNOWN = HERE / "cpython_suite_known.txt"
KEPT = HERE.parent / "build/suite"
KINDS = {
    "emulator": "fails because of the emulator",
    "environment": "fails because of how or where the test is run",
    "detail": "looks at a detail of the interpreter that is no promise to Python programs",
    "ours": "a fault of the JIT",
}
MODULES = """
    test_dict test_list test_long test_float test_call test_functools test_exceptions test_scope test_unpack test_patma test_with test_compile
    test_weakref test_gc test_traceback
    test_generators test_coroutines test_asyncgen test_yield_from test_genexps test_generator_stop test_types test_descr test_dictviews test_set
    test_tuple test_iter test_itertools test_operator test_builtin test_class test_super test_property test_decorators test_listcomps test_setcomps
    test_dictcomps test_fstring test_format test_bool test_int test_complex test_slice test_range test_enumerate test_sort test_string test_str
    test_bytes test_collections test_dataclasses test_enum test_inspect test_sys test_sys_settrace test_sys_setprofile test_monitoring test_frame
    test_pdb test_thread test_threading test_threading_local test_signal test_contextlib test_contextlib_async test_copy test_json test_re
    test_tokenize test_ast test_opcache test_peepholer test_dis test_code test_funcattrs test_global test_raise test_exception_group
    test_exception_variations test_except_star test_richcmp test_userdict test_userlist test_extcall test_keywordonlyarg test_positional_only_arg
    test_named_expressions test_unpack_ex test_augassign test_binop test_compare test_contains test_grammar test_syntax test_finalization
    test_structseq test_reprlib test_abc test_typing test_bisect test_heapq test_statistics test_fractions test_decimal test_math test_cmath
    test_random test_pickle test_copyreg test_deque test_defaultdict test_ordered_dict test_string_literals test_difflib test_textwrap test_pprint
    test_argparse test_logging test_unittest test_symtable test_memoryview test_array test_struct test_cprofile test_profile test_trace
    test_faulthandler test_fork1 test_atexit test_asyncio.test_tasks test_asyncio.test_futures test_module test_import test_importlib
    test_capi.test_eval test_capi.test_function test_context test_subclassinit test_metaclass test_dynamic test_dynamicclassattribute test_eof
    test_exception_hierarchy test_baseexception test_pow test_index test_hash test_numeric_tower test_opcodes test_pulldom test_crossinterp
    test_userstring test_isinstance test_iterlen test_unary test_weakset test_typechecks test_type_params test_type_aliases test_type_annotations
    test_tstring test_annotationlib test_genericalias test_genericclass test_generated_cases test_descrtut test_future_stmt test_linecache
    test_warnings test_picklebuffer test_queue test_asyncio.test_locks test_asyncio.test_queues test_asyncio.test_taskgroups
    test_asyncio.test_timeouts test_asyncio.test_runners test_asyncio.test_context test_capi.test_frame test_capi.test_watchers
    test_capi.test_type test_capi.test_dict test_capi.test_list test_capi.test_exceptions test_bdb test_unittest.test_case
    test_unittest.test_suite test_unittest.test_loader test_unittest.testmock test_type_cache test_sched test_shlex test_pkg test_runpy
    test_importlib.builtin test_importlib.import_ test_importlib.source test_code_module test_cmd test_csv test_configparser test_graphlib
    test_html test_htmlparser test_getopt test_optparse test_gettext test_fnmatch test_glob test_posixpath test_genericpath test_tempfile
    test_base64 test_binascii test_codeop test_colorsys test_ipaddress test_keyword test__opcode test_pyclbr test_zipimport test_sax test_minidom
    test_xml_etree test_pyexpat test_io test_fileio test_memoryio test_bufio test_file test_univnewlines test_email.test_message
    test_email.test_policy test_email.test_utils test_email.test_headerregistry test_pickletools test_tomllib test_sqlite3
    test_concurrent_futures.test_thread_pool test_concurrent_futures.test_future test_unparse test_doctest test_datetime test_zoneinfo
    test_marshal test_tracemalloc test_shelve test_tarfile test_zipfile test_subprocess test_multiprocessing_main_handling
""".split()
# More calls than the interpreter needs to specialise an instruction, and to give that up again.
AFTER_CALLS = {"test_opcache": 256}
MAX_CRASHES = 25
# The variable that tells the process of a module how often forced exits are taken: mean distance and seed.
FORCED = "SUITE_FORCED_EXITS"


def everything(module):
    """The environment variables with which every function of a module is compiled."""
    calls = AFTER_CALLS.get(module)
    return {"PYTHONJITALL": "1"} if calls is None else {"PYTHONJITAUTO": str(calls)}


def at_random(module, seed):
    """The environment variables with which a module runs in a random way."""
    chooser = random.Random(f"{seed} {module}")
    return {
        "PYTHONJITAUTO": str(chooser.choice([2, 3, 5, 9])),
        "PYTHONJITOPTIONS": f"force_exits=1,verify=1,share={chooser.choice([50, 70, 90])},share_seed={chooser.randrange(10**6)}",
        "PYTHONJITFRAMEEVALUATOR": chooser.choice(["0", "0", "1"]),
        FORCED: f"{chooser.choice([3, 10, 30, 100])} {chooser.randrange(1, 10**6)}",
    }


def child(module, results, match, skip):
    """Run the tests of a module in this process; note their outcomes in the file results."""
    import unittest
    from test import support

    force_exits = None
    if FORCED in os.environ:
        from cinderjit import _native

        force_exits = _native.load().force_exits
        force_exits(*map(int, os.environ[FORCED].split()))
    # As in CPython's default run, nothing that needs a network, or minutes of computing.
    support.use_resources = {}
    log = open(results, "a", buffering=1)

    def note(**facts):
        log.write(json.dumps(facts) + "\n")

    def name(test):
        """The name of a test or subtest, of the latter without the addresses of its parameters."""
        return re.sub(r" at 0x[0-9a-f]+", " at 0x", test.id())

    class Result(unittest.TestResult):
        def startTest(self, test):
            super().startTest(test)
            note(begin=test.id())

        def addSuccess(self, test):
            note(test=name(test), outcome="passed")

        def addSkip(self, test, reason):
            note(test=name(test), outcome="skipped", why=reason)

        def addExpectedFailure(self, test, error):
            note(test=name(test), outcome="failed as expected")

        def addUnexpectedSuccess(self, test):
            note(test=name(test), outcome="passed unexpectedly")

        def addFailure(self, test, error):
            note(test=name(test), outcome="failed", why=self._exc_info_to_string(error, test))

        def addError(self, test, error):
            note(test=name(test), outcome="error", why=self._exc_info_to_string(error, test))

        def addSubTest(self, test, subtest, error):
            if error is not None:
                note(test=name(test), outcome="failed", why=f"{subtest}\n{self._exc_info_to_string(error, test)}")

    def prune(suite):
        """Remove from a suite what is not wanted; class and module fixtures stay."""
        kept = []
        for item in suite:
            if isinstance(item, unittest.TestSuite):
                prune(item)
                kept.append(item)
            elif item.id() not in skip and fnmatch.fnmatch(item.id(), f"*{match}*"):
                kept.append(item)
        suite._tests = kept

    loader = unittest.TestLoader()
    suite = loader.loadTestsFromName(module)
    for error in loader.errors:
        note(test=module, outcome="error", why=error)
    prune(suite)
    suite.run(Result())
    note(done=True, forced=force_exits(0, 0) if force_exits else 0)


def wait(process, results, limit):
    """Wait until the process ends, or for limit seconds since a test began or ended. Returns how it ended."""
    size, since = 0, time.monotonic()
    while True:
        try:
            return f"exit status {process.wait(timeout=0.5)}"
        except subprocess.TimeoutExpired:
            pass
        grown = os.path.getsize(results)
        if grown != size:
            size, since = grown, time.monotonic()
        elif time.monotonic() - since > limit:
            process.send_signal(signal.SIGABRT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                pass
            return f"stopped after {limit} s"


def run_module(module, variables, match, limit):
    """Return the outcomes {test: (outcome, why)} of a module in processes with some environment variables."""
    outcomes, crashed = {}, []
    while True:
        with tempfile.TemporaryDirectory(prefix="suite", ignore_cleanup_errors=True) as folder:
            results, said, skip = (os.path.join(folder, name) for name in ("results", "said", "skip"))
            open(results, "w").close()
            pathlib.Path(skip).write_text(json.dumps([*outcomes]))
            os.mkdir(os.path.join(folder, "work"))
            command = [sys.executable, "-X", "faulthandler", os.path.abspath(__file__), module, "--child", results, "--match", match, "--skip", skip]
            environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHONJIT")} | variables
            if variables and "COMPILER_SOCKET" in os.environ:
                environment["PYTHONJITCOMPILER"] = os.environ["COMPILER_SOCKET"]
            environment["PYTHONHASHSEED"] = "0"
            # Modules that were compiled to bytecode once need not be again.
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            with open(said, "w") as output:
                process = subprocess.Popen(
                    command, cwd=os.path.join(folder, "work"), env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                    start_new_session=True)
                ended = wait(process, results, limit)
                try:
                    # What the tests left behind, too.
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                process.wait()
            running = None
            finished = False
            for line in open(results):
                if not line.endswith("\n"):
                    break
                facts = json.loads(line)
                if "begin" in facts:
                    running = facts["begin"]
                elif "test" in facts:
                    running = None if running == facts["test"] else running
                    if outcomes.get(facts["test"], ("passed",))[0] in ("passed", "skipped"):
                        outcomes[facts["test"]] = facts["outcome"], facts.get("why", "")
                else:
                    finished = True
            text = pathlib.Path(said).read_text(errors="replace")
        if finished:
            return outcomes
        name = running or module
        outcomes[name] = "crashed", f"{ended}\n{text[-3000:]}"
        if running is None or name in crashed or len(crashed) == MAX_CRASHES:
            return outcomes
        crashed.append(name)


def known_differences():
    """(pattern of tests, kind, what the test has to say or "", reason) of each difference that is known."""
    known = []
    for line in KNOWN.read_text().splitlines() if KNOWN.exists() else ():
        if line and not line.startswith("#"):
            pattern, kind, reason = line.split(maxsplit=2)
            if kind not in KINDS:
                sys.exit(f"{KNOWN.name}: unknown kind {kind!r} of {pattern}")
            said = ""
            if reason.startswith('"'):
                _, said, reason = reason.split('"', 2)
            known.append((pattern, kind, said, reason.strip()))
    return known


def build():
    """What identifies the build that is installed."""
    stamp = HERE.parent / "build/build.stamp"
    return stamp.read_text().strip() if stamp.exists() else "unknown"


def place(module, variables, match, of=None):
    """The file in which the outcomes of a module are kept, of the build that is installed or of another one."""
    key = [sys.version, variables, match, (of or build()) if variables else ""]
    digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]
    return KEPT / (digest if variables else f"plain-{digest}") / f"{module}.json"


def outcomes_of(module, variables, options):
    """Return (outcomes, seconds) of a module, kept ones if there are any."""
    file = place(module, variables, options.match)
    if file.exists() and not (options.again and variables):
        kept = json.loads(file.read_text())
        return kept["outcomes"], kept["seconds"]
    started = time.monotonic()
    outcomes = run_module(f"test.{module}", variables, options.match, options.limit)
    seconds = time.monotonic() - started
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps({"module": module, "variables": variables, "build": build(), "seconds": seconds, "outcomes": outcomes}))
    partial.rename(file)
    return outcomes, seconds


def differences(plain, jit):
    """(test, outcome plain, outcome compiled, what it said, (kind, reason) or None) of each test whose outcome differs."""
    known = known_differences()
    for test in sorted(plain.keys() | jit.keys()):
        before = plain.get(test, ("missing", ""))[0]
        after, why = jit.get(test, ("missing", ""))
        if before != after:
            explained = next(((kind, reason) for pattern, kind, said, reason in known if fnmatch.fnmatch(test, pattern) and said in why), None)
            yield test, before, after, why, explained


def counts(outcomes):
    told = {}
    for outcome, _ in outcomes.values():
        told[outcome] = told.get(outcome, 0) + 1
    return ", ".join(f"{n} {outcome}" for outcome, n in sorted(told.items()))


def compare(module, variables, options):
    """Run a module both ways; print what differs; return the number of differences not known."""
    plain, before = outcomes_of(module, {}, options)
    jit, after = outcomes_of(module, variables, options)
    found = list(differences(plain, jit))
    unexplained = sum(explained is None for *_, explained in found)
    print(f"{module}: {counts(jit)}; {len(found)} differ, {unexplained} unexplained; {before:.0f} s and {after:.0f} s", flush=True)
    for test, was, is_, why, explained in found:
        print(f"  {test}: {was} -> {is_}", f"({explained[0]}: {explained[1]})" if explained else "\n" + indented(why), flush=True)
    return unexplained


def indented(text):
    return "\n".join("      " + line for line in text.strip().splitlines()[-40:])


def kind_of(kept):
    """Whether kept outcomes are of a run with everything compiled, or of a random one; None for others."""
    variables = kept["variables"]
    if variables == everything(kept["module"]):
        return "all"
    return "random" if FORCED in variables else None


def rows_of(page):
    """The rows of each table of a page that table() made, by modules, as lists of cells."""
    tables = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| module"):
            tables.append({})
        elif line.startswith("| test"):
            tables[-1][cells[0]] = cells
    return tables or [{}, {}]


def table(match, page=""):
    """The outcomes that are kept, newest build first, as a page of documentation; rows of other modules are taken over from the page as it was."""
    newest = {"all": {}, "random": {}}
    for file in KEPT.glob("*/*.json"):
        kept = json.loads(file.read_text())
        of_kind = newest.get(kind_of(kept))
        if of_kind is not None and file == place(kept["module"], kept["variables"], match, kept["build"]):
            order = kept["build"] == build(), file.stat().st_mtime
            if kept["module"] not in of_kind or order > of_kind[kept["module"]][0]:
                of_kind[kept["module"]] = order, kept

    def row(module, kept):
        plain = json.loads(place(module, {}, match).read_text())
        found = list(differences(plain["outcomes"], kept["outcomes"]))
        explained = sum(e is not None for *_, e in found)
        return [
            module, len(kept["outcomes"]), counts(plain["outcomes"]), counts(kept["outcomes"]), len(found), explained, f"{plain['seconds']:.0f}",
            f"{kept['seconds']:.0f}", "" if kept["build"] == build() else "older"]

    def rows(of_kind, before):
        every = {module: [*cells[:-1], "older"] for module, cells in before.items()}
        every |= {module: row(module, kept) for module, (_, kept) in of_kind.items()}
        total, differ, known = (sum(int(cells[k]) for cells in every.values()) for k in (1, 4, 5))
        yield from (every[module] for module in sorted(every))
        yield [f"**{len(every)} modules**", total, "", "", differ, known, "", "", ""]

    def lines(of_kind, before):
        yield "| module | tests | plain | compiled | differ | known | seconds plain | compiled | |"
        yield "|---|---|---|---|---|---|---|---|---|"
        for cells in rows(of_kind, before):
            yield f"| {' | '.join(map(str, cells))} |"

    before = rows_of(page)
    return "\n".join([
        "# CPython's own tests",
        "",
        "Made by `build/python tests_py/cpython_suite.py --table`, from the outcomes of runs under emulation, against CPython " + sys.version.split()[0] + ". Each module",
        "runs plain and compiled; *differ* counts the tests whose outcome is not the same, *known* those among them that",
        "[tests_py/cpython_suite_known.txt](../tests_py/cpython_suite_known.txt) explains. Modules of an older build are marked.",
        "",
        "## Everything compiled",
        "",
        "Every function at its first call (`PYTHONJITALL=1`); " + ", ".join(f"those of {module} after {calls} calls" for module, calls in AFTER_CALLS.items()) + ", which asks",
        "what the interpreter has specialised until then.",
        "",
        *lines(newest["all"], before[0]),
        "",
        "## A random share compiled, with forced exits",
        "",
        "`build/python tests_py/cpython_suite.py --random SEED MODULE…`, after a few calls; the newest run of each module.",
        "",
        *lines(newest["random"], before[1]),
        "",
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="instead of PYTHONJITALL=1")
    parser.add_argument("--random", metavar="SEED", help="compile a random share of the functions, and force exits")
    parser.add_argument("--match", default="", help="only tests whose name contains this pattern")
    parser.add_argument("--shard", default="1/1", metavar="K/N", help="part K of N of the modules")
    parser.add_argument("--again", action="store_true", help="run compiled what was run with this build already")
    parser.add_argument("--limit", type=int, default=600, help="seconds that one test may take (default: %(default)s)")
    parser.add_argument("--table", nargs="?", const=HERE.parent / "docs/cpython_suite.md", type=pathlib.Path, metavar="FILE", help="only write the table")
    parser.add_argument("--local", action="store_true", help="compile in the processes of the tests (see native_compiler.py)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--skip", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        sys.path.pop(0)
        child(options.modules[0], options.child, options.match, set(json.loads(pathlib.Path(options.skip).read_text())))
        return 0
    if options.env and options.random is not None:
        parser.error("--random chooses the variables itself")
    fixed = dict(pair.split("=", 1) for pair in options.env)

    def variables(module):
        if options.random is not None:
            return at_random(module, options.random)
        return fixed or everything(module)

    if options.table:
        options.table.write_text(table(options.match, options.table.read_text() if options.table.exists() else ""))
        return 0
    if not options.local:
        sys.path.insert(0, str(HERE))
        from native_compiler import compile_natively

        compile_natively()
    part, parts = map(int, options.shard.split("/"))
    modules = [name.removeprefix("test.") for name in dict.fromkeys(options.modules or MODULES)][part - 1::parts]
    started = time.monotonic()
    unexplained = {
        module: compare(module, variables(module), options) for module in modules}
    wrong = [f"{module} ({n})" for module, n in unexplained.items() if n]
    print(f"{len(modules)} modules in {time.monotonic() - started:.0f} s; unexplained differences in {', '.join(wrong) or 'none'}", flush=True)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
