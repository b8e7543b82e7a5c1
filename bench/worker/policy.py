"""When a measured process compiles, in the terms of the package's public functions."""

import gc
import opcode
import time
import types

RESUME_CHECK = opcode._specialized_opmap["RESUME_CHECK"]


def has_run(code):
    """Whether the code object has run: its first instruction is specialised then."""
    return RESUME_CHECK in code._co_code_adaptive[::2]


def functions_that_ran(excluded_folder):
    """The Python functions that have run in this process, in the order of their places.

    The benchmark tool's own, recognised by their folder, are left out.
    """
    found = {}
    for thing in gc.get_objects():
        if type(thing) is types.FunctionType:
            code = thing.__code__
            if not code.co_filename.startswith(excluded_folder) and has_run(code):
                found[id(thing)] = thing
    return sorted(found.values(), key=lambda f: (f.__code__.co_filename, f.__code__.co_firstlineno, f.__qualname__))


def full_name(function):
    return f"{function.__module__}:{function.__qualname__}"


def compile_what_ran(jit, excluded_folder):
    """Compiles every function that has run; says what it took."""
    started = time.perf_counter()
    compiled, refused = 0, {}
    for function in functions_that_ran(excluded_folder):
        try:
            done = jit.force_compile(function)
            reason = None if done else jit.why_not_compiled(function)
        except Exception as error:
            done, reason = False, f"{type(error).__name__}: {error}"
        if done:
            compiled += 1
        else:
            refused[full_name(function)] = str(reason)
    return {"compiled": compiled, "refused": refused, "seconds": time.perf_counter() - started}


class Jit:
    """The JIT as the worker sees it; every question has an answer where there is none."""

    def __init__(self, wanted):
        self.module = None
        self.absent = None
        if not wanted:
            return
        import cinderjit

        # Some reasons are known only after an attempt.
        cinderjit.enable()
        self.absent = cinderjit.unavailable_reason()
        if self.absent is None:
            self.module = cinderjit

    def count(self):
        """How many functions are compiled now."""
        return len(self.module.get_compiled_functions()) if self.module else 0

    def compiled(self):
        """The compiled functions: name and size of the machine code in bytes."""
        if self.module is None:
            return []
        size = self.module.get_compiled_size
        found = [(full_name(function), size(function)) for function in self.module.get_compiled_functions()]
        return [{"name": name, "bytes": n} for name, n in sorted(found)]

    def settle(self):
        """Waits for compilations under way, where they run in the background."""
        wait = getattr(self.module, "wait_for_background_compiles", None)
        if wait is not None:
            wait()

    def exits(self):
        """The exits from compiled code since the last call, by place, the most frequent first."""
        if self.module is None:
            return []
        return sorted(self.module.get_and_clear_runtime_stats()["deopt"], key=lambda exit: -exit["count"])

    def compile_what_ran(self, excluded_folder):
        return compile_what_ran(self.module, excluded_folder)
