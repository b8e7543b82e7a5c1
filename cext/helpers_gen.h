/* Made by go run ./jit/hir/genhelpers from the helper table of package hir. Do not edit. */
#ifndef CJ_HELPERS_GEN_H
#define CJ_HELPERS_GEN_H

/* Ends the part of the code in which the frame holds its locals itself: drops a frame object that nobody else holds, and leaves to FS when one has been written to. TakeLocal of every local follows. */
int64_t cj_settle_frame(void);

/* Adds the frame to the traceback of the exception that is being handled, as of its instr_ptr: what was left out where Catch took it. The frame holds its locals itself from here on. */
void cj_trace_handled_here(void);

/* The int object of a machine integer; small ones are the interpreter's singletons. */
PyObject *cj_long_box(int64_t a0);

/* A new float object. */
PyObject *cj_float_box(double a0);

/* Operand 0 to the power of operand 1; NaN where the result is not a plain number or something has to be raised. */
double cj_float_pow(double a0, double a1);

/* Function number Imm of module math (0 sin, 1 cos, 2 tan, 3 atan, 4 exp, 5 fabs); NaN where the result is not a plain number or something has to be raised. */
double cj_float_math(double a0, int64_t a1);

/* Sum of exact ints. */
PyObject *cj_long_add(PyObject *a0, PyObject *a1);

/* Difference of exact ints. */
PyObject *cj_long_sub(PyObject *a0, PyObject *a1);

/* Product of exact ints. */
PyObject *cj_long_mul(PyObject *a0, PyObject *a1);

/* Operation Imm, a plain oparg of BINARY_OP, on exact ints: &, |, ^, << or >>. */
PyObject *cj_long_binary(PyObject *a0, PyObject *a1, int64_t a2);

/* -1, 0 or 1 for two exact ints. */
int64_t cj_long_compare(PyObject *a0, PyObject *a1);

/* Equality of exact strs. */
int64_t cj_str_eq(PyObject *a0, PyObject *a1);

/* Concatenation of exact strs. */
PyObject *cj_str_concat(PyObject *a0, PyObject *a1);

/* Concatenation of exact strs that takes the reference to operand 0, so that it can grow in place when nobody else has one. The reference is kept on failure. */
PyObject *cj_str_append(PyObject *a0, PyObject *a1);

/* The character at an index that is inside the exact str. */
PyObject *cj_str_item(PyObject *a0, int64_t a1);

/* Subscript of an exact str by an exact int; raises IndexError. */
PyObject *cj_str_subscr(PyObject *a0, PyObject *a1);

/* Subscript of an exact dict; raises KeyError. */
PyObject *cj_dict_subscr(PyObject *a0, PyObject *a1);

/* DictSubscr that fails without an exception when the key is missing. Failed follows. */
PyObject *cj_dict_find(PyObject *a0, PyObject *a1);

/* The value of key operand 1 in an exact dict, or operand 2. */
PyObject *cj_dict_get(PyObject *a0, PyObject *a1, PyObject *a2);

/* Appends operand 1 to the exact list operand 0. */
int64_t cj_list_append(PyObject *a0, PyObject *a1);

/* Records that the inline value at byte offset Imm of an instance of the class Obj, NULL before, was set: it comes last in the order of the attributes. */
void cj_note_inserted(PyObject *a0, PyObject *a1, int64_t a2);

/* A new cell with the value or empty. */
PyObject *cj_new_cell(PyObject *a0);

/* A new instance of the class Obj, allocated without running __new__ or __init__. */
PyObject *cj_new_object(PyObject *a0);

/* A tuple of the operands. */
PyObject *cj_build_tuple(PyObject **a0, int64_t a1);

/* A list of the operands. */
PyObject *cj_build_list(PyObject **a0, int64_t a1);

/* An empty dict. */
PyObject *cj_new_dict(void);

/* Sets the exact str operand 1 to operand 2 in a dict that nobody else has yet. */
int64_t cj_dict_put(PyObject *a0, PyObject *a1, PyObject *a2);

/* BINARY_OP by its oparg Imm, in-place forms and subscripts included. */
PyObject *cj_binary_op(PyObject *a0, PyObject *a1, int64_t a2);

/* -x. */
PyObject *cj_unary_negative(PyObject *a0);

/* ~x. */
PyObject *cj_unary_invert(PyObject *a0);

/* Truth value. */
int64_t cj_is_true(PyObject *a0);

/* Rich comparison; Imm is Py_LT … Py_GE. */
PyObject *cj_compare(PyObject *a0, PyObject *a1, int64_t a2);

/* Rich comparison followed by the truth value of its result. */
int64_t cj_compare_bool(PyObject *a0, PyObject *a1, int64_t a2);

/* Whether operand 0 is in the container operand 1. */
int64_t cj_contains(PyObject *a0, PyObject *a1);

/* isinstance(operand 0, operand 1). */
int64_t cj_is_instance(PyObject *a0, PyObject *a1);

/* issubclass(operand 0, operand 1). */
int64_t cj_is_subclass(PyObject *a0, PyObject *a1);

/* getattr(operand 0, operand 1, operand 2), where operand 1 is a str and operand 2 may be NULL. */
PyObject *cj_getattr(PyObject *a0, PyObject *a1, PyObject *a2);

/* id(x). */
PyObject *cj_object_id(PyObject *a0);

/* min(x), or max(x) where Imm is 1; Obj is the function. */
PyObject *cj_extremum(PyObject *a0, PyObject *a1, int64_t a2);

/* Attribute by the name Obj. */
PyObject *cj_load_attr(PyObject *a0, PyObject *a1);

/* LoadAttr that fails without an exception when the object certainly has no such attribute. Failed follows. */
PyObject *cj_attr_find(PyObject *a0, PyObject *a1);

/* Attribute by the name Obj for a call: the callable; SecondResult is self, or NULL. */
CJPair cj_load_method(PyObject *a0, PyObject *a1);

/* Sets the attribute Obj of operand 0 to operand 1. */
int64_t cj_store_attr(PyObject *a0, PyObject *a1, PyObject *a2);

/* Deletes the attribute Obj. */
int64_t cj_delete_attr(PyObject *a0, PyObject *a1);

/* The name Obj in globals, then builtins. */
PyObject *cj_load_global(PyObject *a0);

/* Sets the global Obj. */
int64_t cj_store_global(PyObject *a0, PyObject *a1);

/* Deletes the global Obj. */
int64_t cj_delete_global(PyObject *a0);

/* The name Obj in f_locals, globals, builtins. */
PyObject *cj_load_name(PyObject *a0);

/* Sets the name Obj in f_locals. */
int64_t cj_store_name(PyObject *a0, PyObject *a1);

/* Deletes the name Obj from f_locals. */
int64_t cj_delete_name(PyObject *a0);

/* The frame's f_locals mapping. */
PyObject *cj_load_locals(void);

/* The name Obj in the mapping, then globals, builtins. */
PyObject *cj_load_from_dict_or_globals(PyObject *a0, PyObject *a1);

/* The free variable of slot Imm in the mapping operand 0, then in the cell operand 1. */
PyObject *cj_load_from_dict_or_deref(PyObject *a0, PyObject *a1, int64_t a2);

/* builtins.__build_class__. */
PyObject *cj_load_build_class(void);

/* super(class, self).Obj; operand 0 is the global super; Imm is the oparg. */
PyObject *cj_load_super_attr(PyObject *a0, PyObject *a1, PyObject *a2, PyObject *a3, int64_t a4);

/* super(class, self).Obj for a call; SecondResult is self, or NULL. */
CJPair cj_load_super_method(PyObject *a0, PyObject *a1, PyObject *a2, PyObject *a3, int64_t a4);

/* The special method Imm (LOAD_SPECIAL's oparg); SecondResult is self, or NULL. */
CJPair cj_load_special(PyObject *a0, int64_t a1);

/* operand 0[operand 1] = operand 2. */
int64_t cj_store_subscr(PyObject *a0, PyObject *a1, PyObject *a2);

/* operand 0[operand 1] = operand 2 for an exact dict. */
int64_t cj_dict_store(PyObject *a0, PyObject *a1, PyObject *a2);

/* del operand 0[operand 1]. */
int64_t cj_delete_subscr(PyObject *a0, PyObject *a1);

/* operand 0[operand 1:operand 2]. */
PyObject *cj_binary_slice(PyObject *a0, PyObject *a1, PyObject *a2);

/* operand 0[operand 1] with a slice. */
PyObject *cj_slice_subscr(PyObject *a0, PyObject *a1);

/* operand 0[operand 1:operand 2:operand 3]. */
PyObject *cj_slice_part(PyObject *a0, PyObject *a1, PyObject *a2, PyObject *a3);

/* operand 0[operand 1:operand 2] = operand 3. */
int64_t cj_store_slice(PyObject *a0, PyObject *a1, PyObject *a2, PyObject *a3);

/* A set of the operands. */
PyObject *cj_build_set(PyObject **a0, int64_t a1);

/* A dict of alternating keys and values. */
PyObject *cj_build_map(PyObject **a0, int64_t a1);

/* Concatenation of strs. */
PyObject *cj_build_string(PyObject **a0, int64_t a1);

/* A slice of two or three operands. */
PyObject *cj_build_slice(PyObject **a0, int64_t a1);

/* A template interpolation of value, expression and format spec (or NULL); Imm is the oparg. */
PyObject *cj_build_interpolation(PyObject *a0, PyObject *a1, PyObject *a2, int64_t a3);

/* A template of strings and interpolations. */
PyObject *cj_build_template(PyObject *a0, PyObject *a1);

/* Extends a list with an iterable, with the error text of a starred expression. */
int64_t cj_list_extend(PyObject *a0, PyObject *a1);

/* Adds operand 1 to a set. */
int64_t cj_set_add(PyObject *a0, PyObject *a1);

/* Updates a set with an iterable. */
int64_t cj_set_update(PyObject *a0, PyObject *a1);

/* Sets operand 1 to operand 2 in a dict. */
int64_t cj_map_add(PyObject *a0, PyObject *a1, PyObject *a2);

/* Updates a dict for a dict display. */
int64_t cj_dict_update(PyObject *a0, PyObject *a1);

/* Merges keyword arguments; operand 2 is the callable for the error text. */
int64_t cj_dict_merge(PyObject *a0, PyObject *a1, PyObject *a2);

/* Unpacks exactly Imm items; UnpackedItem instructions follow directly. */
int64_t cj_unpack_sequence(PyObject *a0, int64_t a1, PyObject **a2);

/* Unpacks with a starred target, Imm as in UNPACK_EX; UnpackedItem instructions follow directly. */
int64_t cj_unpack_ex(PyObject *a0, int64_t a1, PyObject **a2);

/* iter(x). */
PyObject *cj_get_iter(PyObject *a0);

/* iter(x) of a list or tuple, which runs no other code. */
PyObject *cj_sequence_iter(PyObject *a0);

/* The iterator of a range, which nobody else has: the next number, the step, and how many are left, none if that is negative. */
PyObject *cj_new_range_iter(int64_t a0, int64_t a1, int64_t a2);

/* reversed(x) of a list, from the index operand 1 on. */
PyObject *cj_reversed_iter(PyObject *a0, int64_t a1);

/* The iterator of a dict with operand 1 items over its keys, values or items (Imm 0, 1, 2). */
PyObject *cj_dict_iter(PyObject *a0, int64_t a1, int64_t a2);

/* The address of the key, the value and the position behind an item of a dict: the first one from the position operand 1 on. Key and value are NULL when there is none. What is there has to be loaded at once. */
int64_t cj_dict_next(PyObject *a0, int64_t a1);

/* What counts the items of the iterator operand 1 from operand 0 on. */
PyObject *cj_new_enumerate(int64_t a0, PyObject *a1);

/* zip over these iterators. */
PyObject *cj_new_zip(PyObject **a0, int64_t a1);

/* What yield from delegates to: iter(x), or a generator or coroutine itself. Imm is 1 where a coroutine is allowed. */
PyObject *cj_get_yield_from_iter(PyObject *a0, int64_t a1);

/* The iterator of an awaitable. Imm says what the error is about. */
PyObject *cj_get_awaitable(PyObject *a0, int64_t a1);

/* x.__aiter__() for async for. */
PyObject *cj_get_aiter(PyObject *a0);

/* The awaitable of x.__anext__(). */
PyObject *cj_get_anext(PyObject *a0);

/* Whether operand 0 is an asynchronous generator that AsyncStep can run on. */
int64_t cj_async_ready(PyObject *a0);

/* Sends None to a new awaitable of __anext__() of an asynchronous generator that is ready, which need not exist. SecondResult is None when the result is what the generator yields, False when it has ended, NULL when it waits: then the result is the awaitable, and sending None to that gives what it yields. */
CJPair cj_async_step(PyObject *a0);

/* Whether the exception operand 0 ends an asynchronous loop: StopAsyncIteration. */
int64_t cj_ends_async_for(PyObject *a0);

/* Sends operand 1 to any iterator operand 0. The result is what it yields or returns; SecondResult is NULL when it yielded, None when it has finished. */
CJPair cj_send(PyObject *a0, PyObject *a1);

/* The next item, or NULL when exhausted. */
PyObject *cj_iter_next(PyObject *a0);

/* len(x). */
int64_t cj_get_len(PyObject *a0);

/* Tuple of the attributes of a class pattern (subject, class, names), or None. */
PyObject *cj_match_class(PyObject *a0, PyObject *a1, PyObject *a2, int64_t a3);

/* Tuple of the values of a mapping pattern, or None. */
PyObject *cj_match_keys(PyObject *a0, PyObject *a1);

/* CALL_INTRINSIC_1 by its oparg. */
PyObject *cj_call_intrinsic_1(PyObject *a0, int64_t a1);

/* CALL_INTRINSIC_2 by its oparg. */
PyObject *cj_call_intrinsic_2(PyObject *a0, PyObject *a1, int64_t a2);

/* A function of the code object in the frame's globals. */
PyObject *cj_make_function(PyObject *a0);

/* Sets defaults, closure … (Imm is the oparg) of the function operand 0 to operand 1. */
int64_t cj_set_function_attribute(PyObject *a0, PyObject *a1, int64_t a2);

/* format(x, ''). */
PyObject *cj_format_simple(PyObject *a0);

/* format(x, spec). */
PyObject *cj_format_with_spec(PyObject *a0, PyObject *a1);

/* str, repr or ascii of x (Imm 1, 2, 3). */
PyObject *cj_convert_value(PyObject *a0, int64_t a1);

/* Imports the module Obj; operands are level and fromlist. */
PyObject *cj_import_name(PyObject *a0, PyObject *a1, PyObject *a2);

/* Attribute Obj of a module for from-import. */
PyObject *cj_import_from(PyObject *a0, PyObject *a1);

/* Creates __annotations__ in f_locals. */
int64_t cj_setup_annotations(void);

/* Raises operand 0 (NULL: re-raises) from operand 1 (or NULL); always fails. Unreachable follows. */
int64_t cj_raise_varargs(PyObject *a0, PyObject *a1);

/* Raises the TypeError of an __init__ that returned operand 0; always fails. Unreachable follows. */
int64_t cj_init_result_error(PyObject *a0);

/* Whether the exception operand 0 matches operand 1 of an except clause. */
int64_t cj_check_exc_match(PyObject *a0, PyObject *a1);

/* Takes the exception that is set, if it is an instance of one of the classes, operands 1 and on, and nobody can see that it gets no traceback entry here. Operand 0 may be the exception, if compiled code has the only reference to it. Else it stays set; Failed follows. Where Imm is odd none may be set, because a DictFind or AttrFind has found nothing; the result is None then. Imm / 2 is the number of inlined calls that end. */
PyObject *cj_catch(PyObject *a0, PyObject **a1, int64_t a2, int64_t a3);

/* Splits the exception operand 0 by operand 1 of an except* clause: the rest; SecondResult is the part that matches. Either can be None. */
CJPair cj_check_eg_match(PyObject *a0, PyObject *a1);

/* Calls the __exit__ operand 0 with self operand 1 (or NULL) for the exception operand 2. */
PyObject *cj_with_except_start(PyObject *a0, PyObject *a1, PyObject *a2);

/* Raises the exception operand 0 again, as of the place operand 1 that was pushed with it (NULL: as of here); always fails. Unreachable follows. */
int64_t cj_reraise(PyObject *a0, void *a1);

/* Takes the exception that is set, for a handler in this code: ends the Imm / 2 innermost inlined calls and adds the traceback entries. The frame holds its locals itself if Imm is odd. Where tools watch, or others have written to the locals, it is raised instead. */
PyObject *cj_take_raised(int64_t a0);

/* Reraise where the handler is in this code: the result is the exception, operand 0, with instr_ptr at the place operand 1. Where tools watch it is raised instead. */
PyObject *cj_raise_again(PyObject *a0, void *a1);

/* The word that tells the place of the instruction at which instr_ptr stands, for a handler that raises again. Directly behind TakeRaised or RaiseAgain. */
int64_t cj_raised_place(void);

/* Calls operand 0 (self or NULL, iterable, mapping or NULL; Imm 1: a dict that others have too). */
PyObject *cj_call_function_ex(PyObject *a0, PyObject *a1, PyObject *a2, PyObject *a3, int64_t a4);

/* PyObject_Vectorcall: callable, argument array (with the slot before it writable), nargsf, kwnames or NULL. */
PyObject *cj_vectorcall(PyObject *a0, PyObject **a1, int64_t a2, void *a3);

/* As vectorcall; the array starts with self, or NULL when there is none; the count includes it. */
PyObject *cj_vectorcall_maybe_self(PyObject *a0, PyObject **a1, int64_t a2, void *a3);

/* Serves the eval breaker: 0 continue, 1 leave compiled code, -1 error set. */
int64_t cj_handle_eval_breaker(void);

/* Hands the frame, already unlinked, over to its frame object. */
void cj_leave_frame_slow(void *a0);

/* The thread state. */
void *cj_get_tstate(void);

/* X(name, kinds of the arguments, kind of the result); see type Helper in package hir. */
#define CJ_HELPERS(X) \
    X(settle_frame, "", "i") \
    X(trace_handled_here, "", "-") \
    X(long_box, "i", "o") \
    X(float_box, "f", "o") \
    X(float_pow, "ff", "f") \
    X(float_math, "fi", "f") \
    X(long_add, "oo", "o") \
    X(long_sub, "oo", "o") \
    X(long_mul, "oo", "o") \
    X(long_binary, "ooi", "o") \
    X(long_compare, "oo", "i") \
    X(str_eq, "oo", "i") \
    X(str_concat, "oo", "o") \
    X(str_append, "oo", "o") \
    X(str_item, "oi", "o") \
    X(str_subscr, "oo", "o") \
    X(dict_subscr, "oo", "o") \
    X(dict_find, "oo", "o") \
    X(dict_get, "ooo", "o") \
    X(list_append, "oo", "i") \
    X(note_inserted, "ooi", "-") \
    X(new_cell, "n", "o") \
    X(new_object, "o", "o") \
    X(build_tuple, "ai", "o") \
    X(build_list, "ai", "o") \
    X(new_dict, "", "o") \
    X(dict_put, "ooo", "i") \
    X(binary_op, "ooi", "o") \
    X(unary_negative, "o", "o") \
    X(unary_invert, "o", "o") \
    X(is_true, "o", "i") \
    X(compare, "ooi", "o") \
    X(compare_bool, "ooi", "i") \
    X(contains, "oo", "i") \
    X(is_instance, "oo", "i") \
    X(is_subclass, "oo", "i") \
    X(getattr, "oon", "o") \
    X(object_id, "o", "o") \
    X(extremum, "ooi", "o") \
    X(load_attr, "oo", "o") \
    X(attr_find, "oo", "o") \
    X(load_method, "oo", "2") \
    X(store_attr, "ooo", "i") \
    X(delete_attr, "oo", "i") \
    X(load_global, "o", "o") \
    X(store_global, "oo", "i") \
    X(delete_global, "o", "i") \
    X(load_name, "o", "o") \
    X(store_name, "oo", "i") \
    X(delete_name, "o", "i") \
    X(load_locals, "", "o") \
    X(load_from_dict_or_globals, "oo", "o") \
    X(load_from_dict_or_deref, "ooi", "o") \
    X(load_build_class, "", "o") \
    X(load_super_attr, "ooooi", "o") \
    X(load_super_method, "ooooi", "2") \
    X(load_special, "oi", "2") \
    X(store_subscr, "ooo", "i") \
    X(dict_store, "ooo", "i") \
    X(delete_subscr, "oo", "i") \
    X(binary_slice, "ooo", "o") \
    X(slice_subscr, "oo", "o") \
    X(slice_part, "oooo", "o") \
    X(store_slice, "oooo", "i") \
    X(build_set, "ai", "o") \
    X(build_map, "ai", "o") \
    X(build_string, "ai", "o") \
    X(build_slice, "ai", "o") \
    X(build_interpolation, "ooni", "o") \
    X(build_template, "oo", "o") \
    X(list_extend, "oo", "i") \
    X(set_add, "oo", "i") \
    X(set_update, "oo", "i") \
    X(map_add, "ooo", "i") \
    X(dict_update, "oo", "i") \
    X(dict_merge, "ooo", "i") \
    X(unpack_sequence, "oia", "i") \
    X(unpack_ex, "oia", "i") \
    X(get_iter, "o", "o") \
    X(sequence_iter, "o", "o") \
    X(new_range_iter, "iii", "o") \
    X(reversed_iter, "oi", "o") \
    X(dict_iter, "oii", "o") \
    X(dict_next, "oi", "i") \
    X(new_enumerate, "io", "o") \
    X(new_zip, "ai", "o") \
    X(get_yield_from_iter, "oi", "o") \
    X(get_awaitable, "oi", "o") \
    X(get_aiter, "o", "o") \
    X(get_anext, "o", "o") \
    X(async_ready, "o", "i") \
    X(async_step, "o", "2") \
    X(ends_async_for, "o", "i") \
    X(send, "oo", "2") \
    X(iter_next, "o", "n") \
    X(get_len, "o", "i") \
    X(match_class, "oooi", "o") \
    X(match_keys, "oo", "o") \
    X(call_intrinsic_1, "oi", "o") \
    X(call_intrinsic_2, "ooi", "o") \
    X(make_function, "o", "o") \
    X(set_function_attribute, "ooi", "i") \
    X(format_simple, "o", "o") \
    X(format_with_spec, "oo", "o") \
    X(convert_value, "oi", "o") \
    X(import_name, "ooo", "o") \
    X(import_from, "oo", "o") \
    X(setup_annotations, "", "i") \
    X(raise_varargs, "nn", "i") \
    X(init_result_error, "o", "i") \
    X(check_exc_match, "oo", "i") \
    X(catch, "naii", "o") \
    X(check_eg_match, "oo", "2") \
    X(with_except_start, "ono", "o") \
    X(reraise, "op", "i") \
    X(take_raised, "i", "o") \
    X(raise_again, "op", "o") \
    X(raised_place, "", "i") \
    X(call_function_ex, "ononi", "o") \
    X(vectorcall, "oaip", "o") \
    X(vectorcall_maybe_self, "oaip", "o") \
    X(handle_eval_breaker, "", "i") \
    X(leave_frame_slow, "p", "-") \
    X(get_tstate, "", "p")

#endif
