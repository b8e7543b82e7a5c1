"""Runs an unmodified pyperformance program with our own measuring in place of pyperf's.

The program is executed as __main__, as pyperformance does; its Runner hands over every
benchmark it would measure. Argument sizes can be replaced, and its data reduced, nothing else.
"""

import asyncio
import functools
import os
import runpy
import subprocess
import sys

import pyperf


class Row:
    """One benchmark of a program: a call to measure.

    call(loops) runs it, with the part that counts between two calls of pyperf.perf_counter
    if inner is set.
    """

    def __init__(self, name, kind, call, inner=False):
        self.name = name
        self.kind = kind
        self.call = call
        self.inner = inner


class Done(BaseException):
    """Ends the program when the wanted row has been measured."""


def make_runner(consume, replace):
    """The class that takes pyperf.Runner's place.

    consume(row) is called with every row; replace(name, args) gives the arguments to use
    instead of args.
    """

    class Runner(pyperf.Runner):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.args = None

        def _ready(self):
            if self.args is None:
                self.parse_args()

        def bench_func(self, name, func, *args, inner_loops=None, metadata=None):
            self._ready()
            args = replace(name, args)

            def call(loops):
                for _ in range(loops):
                    result = func(*args)
                return result

            consume(Row(name, "function", call))

        def bench_time_func(self, name, time_func, *args, inner_loops=None, metadata=None):
            self._ready()
            args = replace(name, args)
            consume(Row(name, "timed function", lambda loops: time_func(loops, *args) and None, inner=True))

        def bench_async_func(self, name, func, *args, inner_loops=None, metadata=None, loop_factory=None):
            self._ready()
            func = functools.partial(func, *replace(name, args))

            async def several(loops):
                for _ in range(loops):
                    result = await func()
                return result

            def call(loops):
                with asyncio.Runner(loop_factory=loop_factory) as runner:
                    return runner.run(several(loops))

            consume(Row(name, "coroutine", call))

        def bench_command(self, name, command):
            self._ready()

            def call(loops):
                for _ in range(loops):
                    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
                    if done.returncode != 0:
                        raise RuntimeError(f"{name}: exit status {done.returncode}")

            consume(Row(name, "command", call))

        def timeit(self, name, *args, **kwargs):
            raise NotImplementedError(f"{name}: statements cannot be measured")

    return Runner


def run(path, arguments, consume, replace):
    """Executes the program at path with these command-line arguments."""
    pyperf.Runner = make_runner(consume, replace)
    sys.argv = [path, *arguments]
    sys.path.insert(0, os.path.dirname(path))
    try:
        runpy.run_path(path, run_name="__main__")
    except Done:
        pass
