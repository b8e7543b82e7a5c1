"""Threads, signals, pending work and forks while compiled code runs."""

import os
import signal
import sys
import threading

from program import case


def work(n):
    total = 0
    for i in range(n):
        total += i % 7
        if i % 100 == 0:
            total += len(str(i))
    return total


class Shared:
    def __init__(self):
        self.lock = threading.Lock()
        self.value = 0
        self.items = []

    def add(self, n):
        for i in range(n):
            with self.lock:
                self.value += i
            self.items.append(i)


@case("4, 400", "2, 50")
def threads(count, n):
    shared = Shared()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        workers = [threading.Thread(target=shared.add, args=(n,)) for _ in range(count)]
        for w in workers:
            w.start()
        inner = work(500)
        for w in workers:
            w.join()
    finally:
        sys.setswitchinterval(interval)
    return shared.value, sorted(shared.items) == sorted(list(range(n)) * count), inner


def spin(done, limit):
    n = 0
    while not done:
        n += 1
        if n > limit:
            return "limit"
    return "stopped"


@case("0.02")
def signal_in_loop(delay):
    done = []
    old = signal.signal(signal.SIGALRM, lambda number, frame: done.append(frame.f_code.co_name))
    try:
        signal.setitimer(signal.ITIMER_REAL, delay)
        result = spin(done, 1 << 60)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    return result, done


def spin_forever():
    n = 0
    while True:
        n += 1


def spin_in_calls():
    while True:
        identity(identity(1))


def spin_in_for():
    for i in range(1 << 60):
        pass


def identity(x):
    return x


class Stop(Exception):
    pass


@case("spin_forever", "spin_in_calls", "spin_in_for")
def signal_raises(loop):
    def handler(number, frame):
        raise Stop(frame.f_code.co_name in ("spin_forever", "spin_in_calls", "spin_in_for", "identity"))
    old = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        loop()
    except Stop as error:
        # Where exactly it arrived is a matter of chance.
        return error.args, error.__traceback__.tb_next.tb_frame.f_code.co_name
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


@case("spin_forever", "spin_in_for")
def interrupted_by_thread(loop):
    import ctypes
    started, ended = threading.Event(), []

    def run():
        try:
            started.set()
            loop()
        except Stop:
            ended.append("stopped")
    worker = threading.Thread(target=run)
    worker.start()
    started.wait()
    work(50)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(Stop))
    worker.join()
    return ended


@case("3", "0")
def fork(n):
    read, write = os.pipe()
    before = work(100)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(read)
            answer = [work(100) == before, work(n * 10), [identity(i) for i in range(n)]]
            try:
                identity(*answer)
            except TypeError as error:
                answer.append(str(error))
            os.write(write, repr(answer).encode())
            status = 7
        finally:
            os._exit(status)
    os.close(write)
    said = b""
    while more := os.read(read, 1000):
        said += more
    os.close(read)
    return said.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), work(100) == before


def fork_in_the_middle(n):
    """The child goes on in this very frame."""
    total = 0
    pid = None
    for i in range(n):
        total += i
        if i == 2:
            pid = os.fork()
        total += work(10)
    return pid, total


@case("6")
def fork_inside_a_loop(n):
    expected = sum(range(n)) + n * work(10)
    pid, total = fork_in_the_middle(n)
    if pid == 0:
        os._exit(5 if total == expected else 6)
    return total == expected, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@case("50")
def thread_locals(n):
    local = threading.local()
    out = []

    def run(start):
        local.x = start
        for _ in range(n):
            local.x += 1
        out.append(local.x)
    for start in (0, 100):
        t = threading.Thread(target=run, args=(start,))
        t.start()
        t.join()
    return out, hasattr(local, "x")


@case("10")
def generators_in_threads(n):
    def numbers():
        for i in range(n):
            yield i
    g = numbers()
    out = []

    def run():
        for x in g:
            out.append(x)
            if len(out) == 5:
                return
    for _ in range(2):
        t = threading.Thread(target=run)
        t.start()
        t.join()
    return out


@case("200")
def exceptions_in_threads(n):
    errors = []

    def run(k):
        for i in range(n):
            try:
                if i % k == 0:
                    raise ValueError(i)
            except ValueError as error:
                errors.append((k, error.args[0], sys.exception() is error))
    ts = [threading.Thread(target=run, args=(k,)) for k in (50, 70)]
    for t in ts:
        t.start()
    for t in ts:
        t.join()
    return sorted(errors)
