"""Exceptions that are caught at once, of which nothing but the end is seen: and all the ways to see more of them after all."""

import sys
import types
import weakref

import witnesses
from program import case
from witnesses import TABLES, BadKey, Default, Own, Thing, handled, lines


class Plain:
    def __init__(self, value=None):
        self.value = value
        self.count = 0


class Slotted:
    __slots__ = ("value",)


class Kept(witnesses.Kept):
    instances = []


class Mortal(witnesses.Mortal):
    log = []


# ---- what is caught and forgotten ----

@case(*TABLES)
def count_missing(table, keys):
    found = missing = 0
    for key in keys:
        try:
            table[key]
        except KeyError:
            missing += 1
        else:
            found += 1
    return found, missing, handled()


@case(*TABLES)
def ignore_missing(table, keys):
    found = []
    for key in keys:
        try:
            found.append(table[key])
        except KeyError:
            pass
    return found


@case(*TABLES)
def first_missing(table, keys):
    for key in keys:
        try:
            table[key]
        except (IndexError, KeyError):
            return key
        except TypeError as error:
            return str(error), lines(error)
    return "none"


@case(*TABLES)
def until_missing(table, keys):
    key = total = 0
    for key in keys:
        try:
            total += table[key]
        except Exception:
            break
    return key, total


@case(*TABLES)
def lookup_errors(table, keys):
    result = None
    for key in keys:
        try:
            result = table[key]
        except LookupError:
            result = "default"
    return result


@case("[Plain(), Plain(1), 5, Slotted()]", "[None]", "[Plain(Plain())] * 3")
def attributes(things):
    out = []
    for thing in things:
        try:
            out.append(thing.value)
        except AttributeError:
            out = [*out, "none"]
        try:
            thing.missing
        except AttributeError:
            pass
    return len(out)


@case("10", "0", "3")
def exhausted(n):
    iterator = iter(range(n))
    total = 0
    while True:
        try:
            total += next(iterator)
        except StopIteration:
            return total


# ---- what the handler does ----


@case("[0, 2**29, 2**30 - 1, 2**62, 2**100, 1.5, True]", "['x']", "[None, 3]", "[[1]]")
def add_in_handler(numbers):
    results = []
    for number in numbers:
        try:
            try:
                {}[number]
            except (KeyError, TypeError):
                number += 1
            results.append(number)
        except TypeError as error:
            results.append((str(error), lines(error), lines(error.__context__)))
    return results


@case("Plain(), 4", "Slotted(), 4", "Plain(Thing('old', log)), 2", "Slotted(), 0", "5, 1")
def store_in_handler(thing, n):
    result = None
    log.clear()
    for i in range(n):
        try:
            [][i]
        except IndexError:
            thing.value = i
        else:
            result = i
    return result, handled()


log = []


@case("3", "1")
def drop_in_handler(n):
    out = []
    log.clear()
    for i in range(n):
        thing = Thing(i, log)
        holder = Plain(Thing(-i, log))
        try:
            {}[i]
        except KeyError:
            thing = None
            holder.value = None
        out.append((list(log), thing, holder.value))
    return out


@case("3", "30")
def observe_in_handler(n):
    seen = []
    for i in range(n):
        try:
            {}[i]
        except KeyError:
            seen.append(handled())
            i = -i
        seen.append(i)
    return seen[-6:]


@case("0", "1", "2", "3")
def raise_in_handler(kind):
    log = []
    try:
        for i in range(3):
            try:
                {}[i]
            except KeyError:
                if kind == 1:
                    raise
                if kind == 2:
                    raise Own(i)
                if kind == 3:
                    [][i]
    except (Own, LookupError) as error:
        log.append((repr(error), lines(error), repr(error.__context__)))
        if error.__context__ is not None:
            log.append(lines(error.__context__))
    return log


@case("5", "'x'")
def locals_in_handler(value):
    other = [value]
    for i in range(3):
        try:
            other[i + 1]
        except IndexError:
            here = dict(locals())
            frame = sys._getframe()
            frame.f_locals["value"] = i
    return value, other, here["i"]


@case("3")
def nested(n):
    total = 0
    for i in range(n):
        try:
            {}[i]
        except KeyError:
            try:
                [][i]
            except IndexError:
                total += 1
            total += 10
        finally:
            total += 100
    return total, handled()


# ---- who else has it ----


def fail(kind, log):
    if kind == "own":
        raise Own(kind)
    if kind == "kept":
        raise Kept(kind)
    if kind == "mortal":
        raise Mortal(kind)
    if kind == "class":
        raise Own
    if kind == "cause":
        raise Own(kind) from Mortal("the cause")
    if kind == "no cause":
        raise Own from None
    if kind == "local":
        thing = Thing("local", log)
        raise Own(kind)
    if kind == "shared":
        shared = [log]
        raise Own(shared)
    if kind == "looked":
        sys._getframe(1).f_lineno
        raise Own(kind)
    if kind == "written":
        sys._getframe(1).f_locals["n"] = 7
        raise Own(kind)
    if kind == "frame":
        frame = sys._getframe()
        log.append(frame)
        raise Own(kind)
    if kind == "key":
        return {}[kind]
    if kind == "finally":
        try:
            raise Own(kind)
        finally:
            log.append(kind)
    if kind == "deep":
        fail("own", log)
    return kind


KINDS = ["'own'", "'kept'", "'mortal'", "'class'", "'cause'", "'no cause'", "'local'", "'shared'", "'looked'", "'written'", "'frame'", "'key'", "'finally'", "'deep'", "'none'"]


@case(*KINDS)
def forget(kind):
    log = []
    Kept.instances.clear()
    Mortal.log.clear()
    n = count = 0
    for i in range(3):
        try:
            fail(kind, log)
        except Own:
            count += 1
        except (Kept, Mortal, KeyError):
            count += 10
        n += 1
    log = [frame.f_code.co_name if hasattr(frame, "f_code") else frame for frame in log]
    return n, count, log, [lines(error) for error in Kept.instances], list(Mortal.log)


@case(*KINDS)
def forget_at_once(kind):
    log = []
    Kept.instances.clear()
    Mortal.log.clear()
    n = 0
    for i in range(3):
        try:
            n += 1
            fail(kind, log)
        except Exception:
            pass
    log = [frame.f_code.co_name if hasattr(frame, "f_code") else frame for frame in log]
    return n, log, [lines(error) for error in Kept.instances], list(Mortal.log)


def through(kind, log):
    """Handles something else."""
    try:
        return fail(kind, log)
    except ZeroDivisionError:
        pass


@case(*KINDS)
def not_forgotten_below(kind):
    log = []
    Kept.instances.clear()
    Mortal.log.clear()
    try:
        through(kind, log)
    except KeyError:
        return "key"
    except Exception as error:
        return lines(error)
    return None


@case(*KINDS)
def by_way_of_c(kind):
    log = []
    Kept.instances.clear()
    Mortal.log.clear()
    count = 0
    for i in range(3):
        try:
            list(map(fail, [kind], [log]))
        except Exception:
            count += 1
    return count


@case("3")
def raised_here(n):
    out = []
    for i in range(n):
        error = Own(i)
        try:
            raise error
        except Own:
            pass
        out.append(lines(error))
        try:
            raise Own(i)
        except Own:
            out.append(i)
        try:
            raise KeyError
        except LookupError:
            pass
    return out


@case("3")
def raised_again(n):
    out = []
    errors = []
    for i in range(n):
        try:
            raise Own(i) from KeyError(i)
        except Own:
            errors.append(sys.exception())
        try:
            raise errors.pop()
        except Own:
            out.append(len(errors))
    return out


@case("3")
def with_references(n):
    out = []
    references = []

    def make(i):
        error = Own(i)
        references.append(weakref.ref(error, lambda _: out.append("gone")))
        return error

    for i in range(n):
        try:
            raise make(i)
        except Own:
            pass
        out.append([reference() is None for reference in references])
    return out


@case("3")
def arguments_that_die(n):
    log = []
    for i in range(n):
        try:
            raise Own(Thing(i, log))
        except Own:
            pass
        log.append("after")
    return log


# ---- what changes meanwhile ----


def lookup(table, key):
    try:
        return table[key]
    except KeyError:
        return "default"


@case("3")
def another_key_error(n):
    out = [lookup({}, i) for i in range(n)]
    globals()["KeyError"] = IndexError
    try:
        out.append(lookup({}, 1))
    except LookupError as error:
        out.append((type(error).__name__, lines(error)[1:]))
    finally:
        del globals()["KeyError"]
    out.append(lookup({}, 2))
    return out


def switch(kind):
    globals()["Own"] = Kept if kind == "change" else Own
    raise KeyError(kind)


@case("'stay'", "'change'", "'stay'")
def changed_by_callee(kind):
    before = Own
    out = []
    try:
        for i in range(2):
            try:
                switch(kind)
            except (Own, LookupError):
                out.append(i)
    finally:
        globals()["Own"] = before
    return out


@case("5")
def told_to_a_tool(n):
    events = []
    tool = 3

    def on_raise(code, offset, error):
        if code.co_name in ("told_to_a_tool", "lookup"):
            events.append((code.co_name, offset, str(error), lines(error)))

    for i in range(n):
        if i == 2:
            sys.monitoring.use_tool_id(tool, "caught")
            sys.monitoring.register_callback(tool, sys.monitoring.events.RAISE, on_raise)
            sys.monitoring.set_events(tool, sys.monitoring.events.RAISE)
        if i == 4:
            sys.monitoring.set_events(tool, 0)
            sys.monitoring.free_tool_id(tool)
        try:
            {}[i]
        except KeyError:
            pass
        lookup({}, i)
    return events


# ---- generators ----


def steps(table, keys):
    for key in keys:
        try:
            yield table[key]
        except KeyError:
            yield "none"
        try:
            {}[key]
        except KeyError:
            pass


@case("{1: 2}, [1, 2, 3]", "{}, range(30)", "[1], [0, 1]")
def in_generators(table, keys):
    out = []
    generator = steps(table, keys)
    for item in generator:
        out.append((item, handled()))
    try:
        next(steps({}, [1]))
        thrown = steps({1: 1}, [1])
        next(thrown)
        out.append(thrown.throw(KeyError))
    except KeyError:
        out.append("thrown")
    return out


# Small functions, whose calls are inlined.


def item(table, key):
    return table[key]


def item_of_thing(table, key, log):
    thing = Thing(key, log)
    return table[key]


def raise_it(kind):
    raise kind


def raise_with_text(kind, text):
    message = text + "!"
    raise kind(message)


def raise_deeper(kind):
    return raise_it(kind)


def raise_looked_at(kind):
    frame = sys._getframe()
    raise kind


@case("'a', {'a': 1}", "'b', {'a': 1}", "'b', Default()", "3, Default()", "'b', {}", "[], {}", "'a', [1]", "BadKey('hash'), {}")
def inlined_lookup(key, table):
    found = []
    for n in range(4):
        try:
            found.append(item(table, key))
        except KeyError:
            found.append(n)
        except TypeError:
            found.append(str(n))
    return found


@case("'a', {'a': 1}", "'b', {'a': 1}", "'c', {}")
def inlined_lookup_with_thing(key, table):
    log = []
    n = 0
    for n in range(3):
        try:
            item_of_thing(table, key, log)
        except KeyError:
            log.append(n)
    return log


@case("Own, 3", "Kept, 3", "Mortal, 3", "Own('instance'), 3", "ValueError, 2", "KeyError('k'), 2", "StopIteration, 2", "4, 2")
def inlined_raise(kind, n):
    Kept.instances.clear()
    Mortal.log.clear()
    out = []
    for i in range(n):
        for function in raise_it, raise_deeper, raise_looked_at:
            try:
                function(kind)
            except (Own, Kept):
                out.append("own")
            except Mortal:
                out.append("mortal")
            except (KeyError, ValueError):
                out.append("key")
            except Exception as error:
                out.append((str(error), lines(error)))
        try:
            raise_it(kind)
        except Exception:
            pass
        try:
            raise_deeper(kind)
        except Exception:
            pass
        try:
            raise_with_text(kind, "text")
        except Exception:
            out.append(i)
    return out, [lines(error) for error in Kept.instances], list(Mortal.log), lines(kind) if isinstance(kind, Exception) else None


class Rebinds:
    """Makes another class of what the name of an except clause stands for, when it dies."""

    def __del__(self):
        global Wanted
        Wanted = ValueError


Wanted = Own


def raise_with(thing, kind):
    raise kind


@case("0", "1", "2")
def inlined_raise_while_names_change(n):
    global Wanted
    out = []
    for i in range(3):
        Wanted = Own
        try:
            try:
                if i < n:
                    raise_with(Rebinds(), Own)
                else:
                    raise_with(None, Own)
            except Wanted:
                out.append("wanted")
        except Exception as error:
            out.append(lines(error))
    return out


@case("3")
def inlined_raise_with_temporaries(n):
    log = []
    for i in range(n):
        try:
            [Thing(i, log), raise_it(Own)]
        except Own:
            log.append("own")
        try:
            (i, [i], raise_it(Own))
        except Own:
            log.append("again")
    return log


@case("3")
def inlined_raise_by_frames(n):
    """The frames of the caller are looked at before and after."""
    out = []
    for i in range(n):
        here = sys._getframe()
        try:
            raise_it(Own)
        except Own:
            pass
        out.append((here.f_lineno - here.f_code.co_firstlineno, here.f_locals["i"], sys.exception()))
    return out


# ---- clauses with names, and several of them ----


@case(*TABLES)
def named_and_forgotten(table, keys):
    missing = 0
    error = "before"
    for key in keys:
        try:
            table[key]
        except (KeyError, IndexError) as error:
            missing += 1
        except TypeError:
            missing += 100
    return missing, handled(), "error" in locals()


@case(*TABLES)
def named_and_used(table, keys):
    seen = []
    for key in keys:
        try:
            seen.append(table[key])
        except LookupError as error:
            seen.append((error.args, lines(error), handled()))
        except TypeError as error:
            seen.append((str(error), lines(error), handled()))
    return seen[-4:]


@case(*TABLES)
def named_and_kept(table, keys):
    kept = holder = None
    for key in keys:
        try:
            table[key]
        except KeyError as error:
            kept = error
        except Exception as error:
            holder = Plain()
            holder.value = error
    return [error and (repr(error), lines(error)) for error in (kept, holder and holder.value)]


@case("Plain(), 3", "Slotted(), 3", "Plain(), 30")
def named_and_stored(thing, n):
    for i in range(n):
        thing.value = None
        try:
            {}[i]
        except KeyError as error:
            thing.value = error
    return repr(thing.value), lines(thing.value)


@case("3", "30")
def named_and_returned(n):
    def one(i):
        try:
            {}[i]
        except KeyError as error:
            return error

    return [(repr(error), lines(error)) for error in map(one, range(n))][-2:]


@case("3", "30")
def named_with_two_names(n):
    out = []
    for i in range(n):
        other = None
        try:
            {}[i]
        except KeyError as error:
            other = error
            error = None
        out.append((repr(other), lines(other)))
        try:
            {}[i]
        except KeyError as error:
            other = error
            other = None
        out.append(other)
        try:
            {}[i]
        except KeyError as error:
            del error
    return out[-4:]


@case("[1, 'x', None, 2.5, 1]")
def clause_by_clause(things):
    out = []
    for thing in things:
        try:
            [10, 20][thing] + ("a" if thing == 1 else 1)
        except IndexError:
            out.append("index")
        except TypeError as error:
            out.append((str(error), lines(error)))
        except:  # noqa: E722
            out.append("else")
        try:
            {}[thing]
        except ValueError:
            pass
        except (AttributeError, LookupError):
            out.append(thing)
    return out


@case("[1, 'x', None]")
def everything(things):
    n = 0
    for thing in things:
        try:
            {1: 1}[thing].x
        except:  # noqa: E722
            n += 1
    try:
        try:
            {}[n]
        except ValueError:
            n = None
    except:  # noqa: E722
        n = -n
    return n, handled()


@case("'Own'", "'Kept'", "'Mortal'", "'KeyError'", "'sys'", "'Plain'")
def class_of_a_module(name):
    seen = []
    holding.Wanted = globals().get(name, KeyError)
    for i in range(4):
        if i == 2:
            holding.Wanted = LookupError
        try:
            try:
                if i & 1:
                    raise Own(i)
                {}[i]
            except holding.Wanted:
                seen.append(i)
        except (LookupError, Own, TypeError) as error:
            seen.append((repr(error), lines(error)))
    Kept.instances.clear()
    return seen


holding = types.ModuleType("holding")


# ---- several locals that end together, and what only they have ----

class Looking:
    """Looks at the locals of whoever lets it die."""

    def __del__(self):
        frame = sys._getframe(1)
        print("looks", frame.f_code.co_name, sorted((name, value) for name, value in frame.f_locals.items() if type(value) is int))


def shared_by_locals(key):
    looking = Looking()
    first = (looking,)
    second = [looking, None]
    del looking
    return TABLE[key]


def shared_by_operands(key):
    looking = Looking()
    both = [(looking,), looking]
    del looking
    return (both.pop(), both.pop(), TABLE[key])


TABLE = {n: n for n in range(0, 40, 2)}


@case("shared_by_locals, 40", "shared_by_operands, 40")
def end_together(look, n):
    total = missing = 0
    for i in range(n):
        try:
            total += 1
            look(i)
        except KeyError:
            missing += 1
        total += 10
    return total, missing


@case("30")
def end_together_inlined(n):
    total = missing = 0
    for i in range(n):
        try:
            total += 1
            shared_by_locals(i)
        except KeyError:
            missing += 1
        try:
            total += 1
            shared_by_operands(i)
        except KeyError:
            missing += 1
        total += 10
    return total, missing
