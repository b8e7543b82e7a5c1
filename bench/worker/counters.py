"""What a measured process can count: instructions of the emulator or of the hardware, and time.

A counter is read with mark(), which is cheap and remembers the reading; readings() gives all of
them afterwards, in order. What a reading costs lies between two successive marks, is the same each
time, and is subtracted by the caller.
"""

import ctypes
import dataclasses
import os
import struct
import time

# The emulator's plugin knows marks by this first argument of getpriority.
MARK_WHICH = 0x1C0417
MARK_BLOCKS_RESET = 0x7FFF0001
MARK_BLOCKS_WRITE = 0x7FFF0002


@dataclasses.dataclass
class Reading:
    """Values since the start of the process; None is what this counter cannot tell."""

    nanoseconds: int
    own: int | None = None  # instructions of the calling thread
    own_jit: int | None = None  # of these, in code that a JIT made
    own_entries: int | None = None  # how often control came into such code
    all: int | None = None  # instructions of all threads of the process

    def __sub__(self, before):
        values = zip(dataclasses.astuple(self), dataclasses.astuple(before))
        return Reading(*[None if a is None else a - b for a, b in values])

    def __add__(self, other):
        values = zip(dataclasses.astuple(self), dataclasses.astuple(other))
        return Reading(*[None if a is None else a + b for a, b in values])


def magic_call(k, _getpriority=os.getpriority):
    try:
        _getpriority(MARK_WHICH, k)
    except OSError:
        pass


class EmulatorCounter:
    """Executed instructions, exact; the plugin writes a line for each mark to the file at path."""

    name = "emulator"

    def __init__(self, path):
        self.path = path
        self.times = []

    def mark(self):
        self.times.append(time.perf_counter_ns())
        magic_call(len(self.times) - 1)

    def marks(self):
        """How many marks there are."""
        return len(self.times)

    def readings(self):
        found = [None] * len(self.times)
        pid = str(os.getpid())
        with open(self.path) as lines:
            for line in lines:
                word, process, _, k, *counts = line.split()
                if word == "mark" and process == pid:
                    own, own_jit, own_entries, every = map(int, counts[:4])
                    found[int(k)] = Reading(self.times[int(k)], own, own_jit, own_entries, every)
        return found

    def ended_processes(self):
        """Instructions of all processes that have ended so far and share the file."""
        with open(self.path) as lines:
            return sum(int(line.split()[7]) for line in lines if line.startswith("exit "))


class ListCounter:
    """One that reads its values at each mark."""

    def __init__(self):
        self.found = []

    def marks(self):
        return len(self.found)

    def readings(self):
        return self.found


class HardwareCounter(ListCounter):
    """Instructions retired in user mode by the calling thread, from the kernel's perf events.

    Raises OSError where the kernel does not permit it.
    """

    name = "hardware"
    SYS_PERF_EVENT_OPEN = {"aarch64": 241, "x86_64": 298}
    EXCLUDE_KERNEL_AND_HYPERVISOR = 1 << 5 | 1 << 6

    def __init__(self):
        super().__init__()
        # type 0, hardware; size; config 1, instructions; then, after three words, the flags.
        attributes = struct.pack("=IIQQQQQ72x", 0, 120, 1, 0, 0, 0, self.EXCLUDE_KERNEL_AND_HYPERVISOR)
        number = self.SYS_PERF_EVENT_OPEN.get(os.uname().machine)
        if number is None:
            raise OSError("unknown machine")
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.syscall(number, attributes, 0, -1, -1, 8)
        if self.fd < 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))

    def mark(self):
        self.found.append(Reading(time.perf_counter_ns(), int.from_bytes(os.read(self.fd, 8), "little")))


class TimeCounter(ListCounter):
    """Nothing but the clock."""

    name = "time"

    def mark(self):
        self.found.append(Reading(time.perf_counter_ns()))


def best(path):
    """The most exact counter there is; path is that of the emulator's plugin, or None."""
    if path is not None:
        return EmulatorCounter(path)
    try:
        return HardwareCounter()
    except OSError:
        return TimeCounter()
