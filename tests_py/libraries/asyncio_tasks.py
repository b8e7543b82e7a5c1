"""10 000 tasks of asyncio: queues, locks, events, cancellation, exceptions, groups, streams of results."""

import asyncio
import contextvars
import functools

TASKS = 10_000
context = contextvars.ContextVar("context", default=None)


class Account:
    def __init__(self):
        self.lock = asyncio.Lock()
        self.balance = 0
        self.log = []

    async def deposit(self, amount):
        async with self.lock:
            before = self.balance
            await asyncio.sleep(0)
            self.balance = before + amount


async def depositor(account, n):
    context.set(n)
    await account.deposit(n)
    if n % 7 == 0:
        await asyncio.sleep(0)
    if context.get() != n:
        account.log.append(("context", n))
    if n % 1000 == 999:
        raise ValueError(n)
    return n * 2


async def deposits():
    account = Account()
    results = await asyncio.gather(*(depositor(account, n) for n in range(TASKS)), return_exceptions=True)
    errors = [repr(r) for r in results if isinstance(r, Exception)]
    return account.balance, sum(r for r in results if isinstance(r, int)), errors, account.log


async def worker(queue, done):
    try:
        while True:
            item = await queue.get()
            try:
                if item % 500 == 3:
                    raise LookupError(item)
                done.append(item * item)
            except LookupError as error:
                done.append(-error.args[0])
            finally:
                queue.task_done()
    except asyncio.CancelledError:
        done.append(0)
        raise


async def pipeline():
    queue, done = asyncio.Queue(maxsize=50), []
    workers = [asyncio.create_task(worker(queue, done)) for _ in range(20)]
    for n in range(3000):
        await queue.put(n)
    await queue.join()
    for task in workers:
        task.cancel()
    ended = await asyncio.gather(*workers, return_exceptions=True)
    return len(done), sum(done), sum(isinstance(e, asyncio.CancelledError) for e in ended)


async def countdown(n):
    while n:
        yield n
        n -= 1
        await asyncio.sleep(0)


async def generators():
    total = 0
    async for n in countdown(200):
        total += n
        if n == 20:
            break
    return total, [n async for n in countdown(5) if n % 2], await first(countdown(3))


async def first(numbers):
    async with aclosing(numbers) as source:
        return await anext(source)


class aclosing:
    def __init__(self, thing):
        self.thing = thing

    async def __aenter__(self):
        return self.thing

    async def __aexit__(self, *raised):
        await self.thing.aclose()


async def failing(n):
    await asyncio.sleep(0)
    if n % 3 == 0:
        raise (KeyError if n % 2 else TypeError)(n)
    try:
        await asyncio.sleep(3600)
    finally:
        context.set(None)


async def groups():
    told = []
    try:
        async with asyncio.TaskGroup() as group:
            for n in range(1, 9):
                group.create_task(failing(n))
    except* KeyError as raised:
        told.append(sorted(repr(e) for e in raised.exceptions))
    except* TypeError as raised:
        told.append(sorted(repr(e) for e in raised.exceptions))
    try:
        async with asyncio.timeout(0):
            await asyncio.sleep(3600)
    except TimeoutError as error:
        told.append((type(error).__name__, type(error.__cause__).__name__))
    return told


async def callbacks():
    loop = asyncio.get_running_loop()
    seen, future = [], loop.create_future()
    for n in range(100):
        loop.call_soon(functools.partial(seen.append, n))
    loop.call_soon(future.set_result, "done")
    return await future, len(seen), sum(seen)


async def main():
    for part in deposits, pipeline, generators, groups, callbacks:
        print(part.__name__, await part())


asyncio.run(main())
