"""async code that calls and is called by compiled functions."""

import asyncio

from program import case, jit


def double(x):
    return x * 2


async def add(a, b):
    await asyncio.sleep(0)
    return double(a) + b


async def fail(x):
    await asyncio.sleep(0)
    raise ValueError(x)


class Manager:
    async def __aenter__(self):
        print("enter")
        return self

    async def __aexit__(self, kind, value, trace):
        print("exit", kind and kind.__name__)
        return kind is KeyError


class Counter:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.n:
            raise StopAsyncIteration
        self.n -= 1
        await asyncio.sleep(0)
        return self.n


async def numbers(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)


@case("1, 2", "'a', 'b'", "1.5, 2")
def run(a, b):
    return asyncio.run(add(a, b))


@case("3")
def gather(n):
    async def main():
        return await asyncio.gather(*(add(i, i) for i in range(n)), fail(n), return_exceptions=True)
    results = asyncio.run(main())
    return results[:-1], results[-1].args


@case("KeyError", "ValueError", "None")
def managers(error):
    async def main():
        async with Manager() as m:
            if error:
                raise error("inside")
            return type(m).__name__
        return "swallowed"
    return asyncio.run(main())


@case("3", "0")
def loops(n):
    async def main():
        out = []
        async for x in Counter(n):
            out.append(x)
        out += [x async for x in numbers(n) if x != 1]
        return out, {x: await add(x, 1) async for x in numbers(n)}
    return asyncio.run(main())


@case("5")
def by_hand(n):
    async def inner():
        return n

    async def outer():
        return await jit(inner)() + await inner()
    c = outer()
    try:
        c.send(None)
    except StopIteration as error:
        return error.value


@case("1")
def never_awaited(x):
    c = add(x, x)
    c.close()
    return type(c).__name__


@case("2")
def tasks(n):
    log = []

    async def worker(name, count):
        for i in range(count):
            log.append((name, i))
            await asyncio.sleep(0)

    async def main():
        async with asyncio.TaskGroup() as group:
            for name in "ab":
                group.create_task(worker(name, n))
    asyncio.run(main())
    return log


@case("1")
def cancelled(x):
    async def sleeper():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            print("cancelled")
            raise

    async def main():
        task = asyncio.create_task(sleeper())
        await asyncio.sleep(0)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return "done", x
    return asyncio.run(main())
