/* The machine code shared by all compiled functions.
 *
 * The pieces between cj_stubs_begin and cj_stubs_end are position independent and are copied
 * to the start of the code arena, where compiled code reaches them with a bl; the words
 * cj_stub_*_target are then filled with the address of the C function. Registers and frames
 * are those of the compiled code: x19 thread state, x20 frame of the running function. */
#if defined(__aarch64__)

#define STUB(name) \
	.balign 16; \
	.globl name; \
	.hidden name; \
name:
/* The offset of a structure's field: FIELDS in stubs.c takes it from the headers, the linker puts it into the instruction. */
#define FIELD(name) :lo12:cj_field_##name
#define TARGET(name) \
	.balign 8; \
	.globl name; \
	.hidden name; \
name: \
	.quad 0

	.section .rodata
	.balign 64
	.globl cj_stubs_begin
	.hidden cj_stubs_begin
cj_stubs_begin:

/* interp_entry: the direct entry of a callee without machine code.
 * slow_entry: where a prologue jumps that can not go on.
 * Both: x0 function, x1…x7 arguments and more of them at sp, x17 record of the code → x0 result. C finds all in one array, because
 * the registers are saved just below. */
	.macro ENTRY_TO_C target
	hint	#34			/* bti c */
	stp	x29, x30, [sp, #-80]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	stp	x6, x7, [sp, #64]
	mov	x0, x19
	mov	x1, x17
	add	x2, sp, #16
	ldr	x16, \target
	blr	x16
	ldp	x29, x30, [sp], #80
	ret
	.endm

STUB(cj_stub_interp_entry)
	ENTRY_TO_C cj_stub_interp_entry_target
TARGET(cj_stub_interp_entry_target)

/* make_generator: the direct entry of code that can be suspended. The same convention. Usually a dead generator of the same size
 * becomes the new one: all of cj_make_generator, and nothing else may run. */
STUB(cj_stub_make_generator)
	hint	#34
	ldr	x8, [x17, FIELD(record_quick)]
	ldr	x9, cj_stub_tracer_target
	ldr	x10, [x17, FIELD(record_object)]
	ldr	w11, [x19, FIELD(thread_recursion_remaining)]
	ldr	w12, [x19, FIELD(thread_origin_depth)]
	cbz	x8, cj_make_generator_in_c
	ldr	x9, [x9]
	ldr	x13, [x8]
	orr	x9, x9, x12
	cmp	x9, #0
	ccmp	w11, #1, #4, eq
	b.le	cj_make_generator_in_c
	cbz	x10, cj_make_generator_in_c
	cbz	x13, cj_make_generator_in_c
	ldr	x14, [x13, FIELD(generator_name)]
	ldr	x15, [x8, #8]
	ldr	x10, [x17, FIELD(record_type)]
	mov	x9, #1
	sub	x15, x15, #1
	stp	x14, x15, [x8]
	stp	x9, x10, [x13]			/* reference count and class */
	ldr	x8, cj_stub_heap_size_target
	ldr	x9, cj_stub_young_target
	sub	x14, x13, #16
	ldr	x10, [x8]
	ldr	x11, [x9, #8]
	add	x10, x10, #1
	str	x10, [x8]
	str	x14, [x11]
	stp	x9, x11, [x14]			/* the collector's next and previous one */
	str	x14, [x9, #8]
	ldr	x8, [x0, FIELD(function_name)]
	ldr	x9, [x0, FIELD(function_qualname)]
	ldr	x10, [x17, FIELD(record_code)]
	ldr	x11, [x0, FIELD(function_globals)]
	ldr	x12, [x0, FIELD(function_builtins)]
	.irp	object, x8, x9, x10, x0
	ldr	w14, [\object, FIELD(object_refcnt)]
	tbnz	w14, #31, 1f
	add	w14, w14, #1
	str	w14, [\object, FIELD(object_refcnt)]
1:
	.endr
	str	x8, [x13, FIELD(generator_name)]
	str	x9, [x13, FIELD(generator_qualname)]
	str	xzr, [x13, FIELD(generator_exc_previous)]
	str	xzr, [x13, FIELD(generator_origin)]
	movz	w14, #0xfd00, lsl #16		/* just made; the flags in front of the state are not set */
	str	w14, [x13, FIELD(generator_flags)]
	str	x10, [x13, FIELD(generator_executable)]
	str	xzr, [x13, FIELD(generator_previous)]
	str	x0, [x13, FIELD(generator_function)]
	str	x11, [x13, FIELD(generator_globals)]
	str	x12, [x13, FIELD(generator_builtins)]
	str	xzr, [x13, FIELD(generator_locals)]
	str	xzr, [x13, FIELD(generator_frame_object)]
	add	x10, x10, FIELD(code_second_unit)
	str	x10, [x13, FIELD(generator_instr_ptr)]
	ldr	w9, [x17, FIELD(record_locals_end)]
	ldr	w12, [x17, FIELD(record_nargs)]
	movz	w14, #1, lsl #16		/* owned by a generator */
	add	x9, x13, x9
	add	x11, x13, FIELD(generator_slots)
	str	x9, [x13, FIELD(generator_stackpointer)]
	str	w14, [x13, FIELD(generator_return_offset)]
	mov	x0, x13
	.irp	argument, x1, x2, x3, x4, x5, x6, x7
	cbz	w12, 2f
	ldr	w14, [\argument, FIELD(object_refcnt)]
	sub	w12, w12, #1
	add	x10, \argument, x14, lsr #31	/* the tag of immortal objects */
	tbnz	w14, #31, 1f
	add	w14, w14, #1
	str	w14, [\argument, FIELD(object_refcnt)]
1:	str	x10, [x11], #8
	.endr
2:	mov	x14, #1				/* null */
3:	cmp	x11, x9
	b.hs	4f
	str	x14, [x11], #8
	b	3b
4:	ret
cj_make_generator_in_c:
	ENTRY_TO_C cj_stub_make_generator_target
TARGET(cj_stub_make_generator_target)
TARGET(cj_stub_young_target)

STUB(cj_stub_slow_entry)
	ENTRY_TO_C cj_stub_slow_entry_target
TARGET(cj_stub_slow_entry_target)

/* vectorcall_bind: the arguments of a vectorcall that machine code does not take itself; x17 record of
 * the code. */
STUB(cj_stub_vectorcall_bind)
	hint	#34
	mov	x4, x17
	ldr	x16, cj_stub_vectorcall_bind_target
	br	x16
TARGET(cj_stub_vectorcall_bind_target)

/* The registers of the compiled code as CJExitRegs (exit.h): x0…x30, sp, d0…d31. pushed is what lies on the stack between
 * the compiled code's frame and here. */
	.macro SAVE_EXIT_REGS pushed=0
	stp	x29, x30, [sp, #-16]!
	mov	x29, sp
	sub	sp, sp, #512
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	ldr	x0, [x29]		/* the compiled code's frame pointer */
	stp	x28, x0, [sp, #224]
	add	x1, x29, #16 + \pushed	/* its stack pointer */
	stp	x30, x1, [sp, #240]
	stp	d0, d1, [sp, #256]
	stp	d2, d3, [sp, #272]
	stp	d4, d5, [sp, #288]
	stp	d6, d7, [sp, #304]
	stp	d8, d9, [sp, #320]
	stp	d10, d11, [sp, #336]
	stp	d12, d13, [sp, #352]
	stp	d14, d15, [sp, #368]
	stp	d16, d17, [sp, #384]
	stp	d18, d19, [sp, #400]
	stp	d20, d21, [sp, #416]
	stp	d22, d23, [sp, #432]
	stp	d24, d25, [sp, #448]
	stp	d26, d27, [sp, #464]
	stp	d28, d29, [sp, #480]
	stp	d30, d31, [sp, #496]
	.endm
/* What C preserves is what it was. */
	.macro RESTORE_EXIT_REGS
	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	d0, d1, [sp, #256]
	ldp	d2, d3, [sp, #272]
	ldp	d4, d5, [sp, #288]
	ldp	d6, d7, [sp, #304]
	ldp	d16, d17, [sp, #384]
	ldp	d18, d19, [sp, #400]
	ldp	d20, d21, [sp, #416]
	ldp	d22, d23, [sp, #432]
	ldp	d24, d25, [sp, #448]
	ldp	d26, d27, [sp, #464]
	ldp	d28, d29, [sp, #480]
	ldp	d30, d31, [sp, #496]
	.endm

/* deopt: leaves compiled code. x16 number of the exit times 4, x17 record of the machine code; all other
 * registers belong to the compiled code. Result in x0, the caller's frame in x20; or control goes back to the code, behind the check or to a
 * handler, with all registers but x16, x17 and x30 as they were. */
STUB(cj_stub_deopt)
	SAVE_EXIT_REGS
	mov	x0, sp
	mov	x1, x17
	lsr	w2, w16, #2
	ldr	x16, cj_stub_deopt_target
	blr	x16
	ldr	x16, [sp, #128]		/* where the code goes on, or 0 */
	cbnz	x16, 1f
	ldr	x20, [x19, FIELD(thread_current_frame)]
	mov	sp, x29
	ldp	x29, x30, [sp], #16
	ret
1:	RESTORE_EXIT_REGS
	mov	sp, x29
	ldp	x29, x30, [sp], #16
	ret	x16			/* needs no landing pad there */
TARGET(cj_stub_deopt_target)

/* service: a cold path that C serves because machine numbers have to be shown. x16 is an object to be deallocated or 0
 * for the eval breaker, x17 the record of the machine code, the number of the exit is on top of 16 bytes of stack.
 * x16 becomes 0 and all other registers but x17 and x30 are preserved; or it becomes 1, the frame is gone, and x0 is
 * the function's result and x20 the caller's frame; or control goes to a handler. */
STUB(cj_stub_service)
	cbz	x16, cj_service_in_c
	stp	x17, x30, [sp, #-16]!
	bl	cj_free_quietly
	ldp	x17, x30, [sp], #16
	cbnz	x16, cj_service_in_c
	ret
cj_service_in_c:
	SAVE_EXIT_REGS 16
	mov	x0, sp
	mov	x1, x17
	ldr	w2, [x29, #16]
	mov	x3, x16
	ldr	x16, cj_stub_service_target
	blr	x16
	mov	x16, x1
	cbnz	x16, 1f
	RESTORE_EXIT_REGS
	mov	sp, x29
	ldp	x29, x30, [sp], #16
	ret
1:	ldr	x17, [sp, #128]		/* as after deopt */
	mov	sp, x29
	ldp	x29, x30, [sp], #16
	cbnz	x17, 2f
	ldr	x20, [x19, FIELD(thread_current_frame)]
	ret
2:	add	sp, sp, #16
	ret	x17
TARGET(cj_stub_service_target)

/* Saving all that the C convention does not preserve, except x16, x17 and x30. Compiled code has scalars only,
 * so the low halves of the vector registers are enough. */
	.macro SAVE_ALL
	stp	x29, x30, [sp, #-16]!
	mov	x29, sp
	sub	sp, sp, #320
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	d0, d1, [sp, #128]
	stp	d2, d3, [sp, #144]
	stp	d4, d5, [sp, #160]
	stp	d6, d7, [sp, #176]
	stp	d16, d17, [sp, #192]
	stp	d18, d19, [sp, #208]
	stp	d20, d21, [sp, #224]
	stp	d22, d23, [sp, #240]
	stp	d24, d25, [sp, #256]
	stp	d26, d27, [sp, #272]
	stp	d28, d29, [sp, #288]
	stp	d30, d31, [sp, #304]
	.endm
	.macro RESTORE_ALL
	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	d0, d1, [sp, #128]
	ldp	d2, d3, [sp, #144]
	ldp	d4, d5, [sp, #160]
	ldp	d6, d7, [sp, #176]
	ldp	d16, d17, [sp, #192]
	ldp	d18, d19, [sp, #208]
	ldp	d20, d21, [sp, #224]
	ldp	d22, d23, [sp, #240]
	ldp	d24, d25, [sp, #256]
	ldp	d26, d27, [sp, #272]
	ldp	d28, d29, [sp, #288]
	ldp	d30, d31, [sp, #304]
	mov	sp, x29
	ldp	x29, x30, [sp], #16
	.endm

/* Those that die most often have stubs of their own. Goes there, for exact instances of these classes. */
	.macro FREE_BY_CLASS tuple, list
	stp	x0, x1, [sp, #-16]!
	ldr	x17, [x16, FIELD(object_type)]
	ldr	x0, cj_stub_tuple_type_target
	ldr	x1, cj_stub_list_type_target
	cmp	x17, x0
	b.eq	1f
	ldr	x0, cj_stub_int_type_target
	cmp	x17, x1
	b.eq	2f
	ldr	x1, cj_stub_float_type_target
	cmp	x17, x0
	b.eq	3f
	cmp	x17, x1
	ldp	x0, x1, [sp], #16
	b.eq	cj_stub_free_float
	b	5f
1:	ldp	x0, x1, [sp], #16
	b	\tuple
2:	ldp	x0, x1, [sp], #16
	b	\list
3:	ldr	x17, [x16, FIELD(int_tag)]
	ldp	x0, x1, [sp], #16
	cmp	x17, #24
	b.lo	cj_stub_free_int
5:
	.endm

/* Returns with x16 = 0 when x16 was an instance of a Python class that free_instance has freed. */
	.macro FREE_IF_INSTANCE
	ldr	x17, [x16, FIELD(object_type)]
	stp	x30, x0, [sp, #-16]!
	ldr	x0, cj_stub_instance_dealloc_target
	ldr	x17, [x17, FIELD(type_dealloc)]
	cmp	x17, x0
	ldr	x0, [sp, #8]
	b.ne	19f
	bl	cj_stub_free_instance
	cbnz	x16, 19f
	ldr	x30, [sp], #16
	ret
19:	ldr	x30, [sp], #16
	.endm

/* Calls what deallocates x16: the class's own function, as _Py_Dealloc does it far away from the end of the machine stack when nobody
 * traces references, or a shorter one for some classes. What was put off deep down is done at once. */
	.macro DEALLOC_IN_C target
	ldr	x17, [x16, FIELD(object_type)]
	ldr	x1, cj_stub_str_type_target
	ldr	x2, cj_stub_function_type_target
	mov	x0, x16
	cmp	x17, x1
	ldr	x16, cj_stub_short_dealloc_target
	ccmp	x17, x2, #4, ne
	b.eq	1f
	ldr	x1, [x19, FIELD(thread_stack_limit)]
	ldr	x2, cj_stub_tracer_target
	sub	x1, sp, x1
	ldr	x2, [x2]
	cmp	x1, #16, lsl #12	/* four margins */
	ldr	x16, \target
	ccmp	x2, #0, #0, gt
	b.ne	1f
	ldr	x16, [x17, FIELD(type_dealloc)]
	blr	x16
	ldr	x1, [x19, FIELD(thread_delete_later)]
	cbz	x1, 2f
	mov	x0, x19
	ldr	x16, cj_stub_destroy_chain_target
1:	blr	x16
2:
	.endm

/* dealloc: x16 is an object whose reference count has become 0. Preserves what the C convention
 * does not, except x16, x17 and x30. */
STUB(cj_stub_dealloc)
	FREE_BY_CLASS cj_stub_free_tuple, cj_stub_free_list
	FREE_IF_INSTANCE
cj_dealloc_in_c:
	SAVE_ALL
	DEALLOC_IN_C cj_stub_dealloc_target
	RESTORE_ALL
	ret
TARGET(cj_stub_dealloc_target)
TARGET(cj_stub_short_dealloc_target)
TARGET(cj_stub_destroy_chain_target)

/* dealloc_ints: the same, but d0…d31 are not preserved: for code that keeps nothing there. */
STUB(cj_stub_dealloc_ints)
	FREE_BY_CLASS cj_stub_free_tuple_ints, cj_stub_free_list_ints
	FREE_IF_INSTANCE
cj_dealloc_ints_in_c:
	stp	x29, x30, [sp, #-144]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	stp	x6, x7, [sp, #64]
	stp	x8, x9, [sp, #80]
	stp	x10, x11, [sp, #96]
	stp	x12, x13, [sp, #112]
	stp	x14, x15, [sp, #128]
	DEALLOC_IN_C cj_stub_dealloc_ints_target
	ldp	x0, x1, [sp, #16]
	ldp	x2, x3, [sp, #32]
	ldp	x4, x5, [sp, #48]
	ldp	x6, x7, [sp, #64]
	ldp	x8, x9, [sp, #80]
	ldp	x10, x11, [sp, #96]
	ldp	x12, x13, [sp, #112]
	ldp	x14, x15, [sp, #128]
	ldp	x29, x30, [sp], #144
	ret
TARGET(cj_stub_dealloc_ints_target)

/* free_tuple, free_list: as dealloc for an object that is exactly a tuple, or exactly a list. It is unknown to the collector before its
 * items are dropped, the last one first; then it comes to its free list, and the list's array to those that are kept. What dies
 * with it is served by C, except numbers: only there the machine stack is looked at. That may put other objects into the same
 * list meanwhile, so that it can become a little longer than it should. */
	.macro FREE_BEGIN
	stp	x0, x1, [sp, #-80]!
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #64]
	ldr	x17, cj_stub_tracer_target
	ldr	x4, cj_stub_heap_size_target
	ldr	x0, [x16, FIELD(object_size)]
	ldr	x17, [x17]
	cbnz	x17, 9f
	cbz	x4, 9f
	.endm
	/* x4 is where the objects are counted; x2 and x3 are overwritten. A collector may have taken a tuple out of its lists. */
	.macro FREE_UNTRACK
	ldp	x2, x3, [x16, #-16]
	cbz	x2, 3f
	ldr	x17, [x4]
	and	x3, x3, #~3
	sub	x17, x17, #1
	str	x17, [x4]
	str	x2, [x3]
	ldr	x17, [x2, #8]
	and	x17, x17, #3
	orr	x17, x17, x3
	str	x17, [x2, #8]
	stp	xzr, xzr, [x16, #-16]
3:
	.endm
	/* x0 is the number of items, at least one, x1 where they are. */
	.macro FREE_ITEMS item
4:	sub	x0, x0, #1
	ldr	x2, [x1, x0, lsl #3]
	cbz	x2, 5f
	ldr	w3, [x2, FIELD(object_refcnt)]
	tbnz	w3, #31, 5f
	subs	w3, w3, #1
	str	w3, [x2, FIELD(object_refcnt)]
	b.eq	7f
5:	cbnz	x0, 4b
	b	6f
7:	stp	x16, x30, [sp, #48]
	mov	x16, x2
	bl	\item
	ldp	x16, x30, [sp, #48]
	b	5b
6:
	.endm
	.macro FREE_END in_c
	mov	x16, #0
	ldp	x6, x7, [sp, #64]
	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #80
	ret
9:	ldp	x6, x7, [sp, #64]
	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #80
	b	\in_c
	.endm
	/* Leaves for C unless those of the items that die with the container are numbers and strs: no code but the interpreter's own
	 * runs in their end. One that has as many references as the container has items, or fewer, may be there several times. */
	.macro FREE_IF_QUIET
	mov	x6, x0
	cbz	x6, 12f
10:	sub	x6, x6, #1
	ldr	x2, [x1, x6, lsl #3]
	cbz	x2, 11f
	ldr	w3, [x2, FIELD(object_refcnt)]
	tbnz	w3, #31, 11f
	cmp	w3, w0
	b.hi	11f
	cmp	w3, #1
	b.ne	13f
	ldr	x17, [x2, FIELD(object_type)]
	ldr	x7, cj_stub_int_type_target
	cmp	x17, x7
	b.eq	11f
	ldr	x7, cj_stub_float_type_target
	cmp	x17, x7
	b.eq	11f
	ldr	x7, cj_stub_str_type_target
	cmp	x17, x7
	b.eq	11f
	b	9f
13:	mov	x7, x0
14:	sub	x7, x7, #1
	ldr	x17, [x1, x7, lsl #3]
	cmp	x17, x2
	b.ne	15f
	subs	w3, w3, #1
	b.eq	9f
15:	cbnz	x7, 14b
11:	cbnz	x6, 10b
12:
	.endm
	/* x5 is the free list of tuples of this size. */
	.macro FREE_TUPLE in_c, item, quiet=0
	FREE_BEGIN
	ldr	x5, cj_stub_tuples_target
	sub	x1, x0, #1
	cmp	x1, #20
	b.hs	9f
	add	x5, x5, x1, lsl #4
	ldr	x2, [x5, #8]
	cmp	x2, #2000
	b.hs	9f
	add	x1, x16, FIELD(tuple_items)
	.if \quiet
	FREE_IF_QUIET
	.endif
	FREE_UNTRACK
	FREE_ITEMS \item
	ldp	x2, x3, [x5]
	str	x2, [x16]
	add	x3, x3, #1
	stp	x16, x3, [x5]
	FREE_END \in_c
	.endm
	/* x1 is the list's array or NULL, x5 where such arrays are kept. */
	.macro FREE_LIST in_c, item, quiet=0
	FREE_BEGIN
	ldr	x5, [x16, FIELD(list_allocated)]
	ldr	x17, cj_stub_lists_target
	ldr	x2, cj_stub_kept_arrays_target
	ldr	x17, [x17, #8]
	ldr	x1, [x16, FIELD(list_items)]
	cmp	x5, #16
	b.hi	9f
	add	x5, x2, x5, lsl #4
	cmp	x17, #80
	b.hs	9f
	cbz	x1, 8f
	ldr	x2, [x5, #8]
	cmp	x2, #32
	b.hs	9f
8:	.if \quiet
	FREE_IF_QUIET
	.endif
	FREE_UNTRACK
	cbz	x0, 6f
	FREE_ITEMS \item
	cbz	x1, 8f
	ldp	x2, x3, [x5]
	str	x2, [x1]
	add	x3, x3, #1
	stp	x1, x3, [x5]
8:	ldr	x5, cj_stub_lists_target
	ldp	x2, x3, [x5]
	str	x2, [x16]
	add	x3, x3, #1
	stp	x16, x3, [x5]
	FREE_END \in_c
	.endm
	/* What dies with another object. */
	.macro FREE_ITEM in_c
	stp	x0, x1, [sp, #-16]!
	ldr	x17, [x16, FIELD(object_type)]
	ldr	x0, cj_stub_int_type_target
	ldr	x1, cj_stub_float_type_target
	cmp	x17, x0
	b.eq	1f
	cmp	x17, x1
	ldp	x0, x1, [sp], #16
	b.eq	cj_stub_free_float
	b	\in_c
1:	ldr	x17, [x16, FIELD(int_tag)]
	ldp	x0, x1, [sp], #16
	cmp	x17, #24
	b.lo	cj_stub_free_int
	b	\in_c
	.endm

STUB(cj_stub_free_tuple)
	FREE_TUPLE cj_dealloc_in_c, cj_free_item
STUB(cj_stub_free_tuple_ints)
	FREE_TUPLE cj_dealloc_ints_in_c, cj_free_item_ints
STUB(cj_stub_free_list)
	FREE_LIST cj_dealloc_in_c, cj_free_item
STUB(cj_stub_free_list_ints)
	FREE_LIST cj_dealloc_ints_in_c, cj_free_item_ints
/* free_quietly: frees a tuple, list or instance x16 when nobody can look at the frame meanwhile, and makes x16 0. */
STUB(cj_free_quietly)
	stp	x0, x1, [sp, #-16]!
	ldr	x17, [x16, FIELD(object_type)]
	ldr	x0, cj_stub_tuple_type_target
	ldr	x1, cj_stub_list_type_target
	cmp	x17, x0
	b.eq	1f
	cmp	x17, x1
	ldp	x0, x1, [sp], #16
	b.eq	2f
	FREE_IF_INSTANCE
cj_not_freed:
	ret
1:	ldp	x0, x1, [sp], #16
	FREE_TUPLE cj_not_freed, cj_free_item, 1
2:	FREE_LIST cj_not_freed, cj_free_item, 1
/* free_instance: frees the instance x16, whose reference count has become 0, and makes x16 0, if nobody can look at the frame
 * meanwhile. Preserves what the C convention does not, except x17 and x30: the C function uses no others. */
STUB(cj_stub_free_instance)
	stp	x29, x30, [sp, #-160]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	stp	x6, x7, [sp, #64]
	stp	x8, x9, [sp, #80]
	stp	x10, x11, [sp, #96]
	stp	x12, x13, [sp, #112]
	stp	x14, x15, [sp, #128]
	str	x16, [sp, #144]
	mov	x0, x16
	ldr	x17, cj_stub_free_instance_target
	blr	x17
	ldr	x16, [sp, #144]
	cmp	x0, #0
	csel	x16, x16, xzr, eq
	ldp	x0, x1, [sp, #16]
	ldp	x2, x3, [sp, #32]
	ldp	x4, x5, [sp, #48]
	ldp	x6, x7, [sp, #64]
	ldp	x8, x9, [sp, #80]
	ldp	x10, x11, [sp, #96]
	ldp	x12, x13, [sp, #112]
	ldp	x14, x15, [sp, #128]
	ldp	x29, x30, [sp], #160
	ret
TARGET(cj_stub_free_instance_target)
TARGET(cj_stub_instance_dealloc_target)
STUB(cj_free_item)
	FREE_ITEM cj_dealloc_in_c
STUB(cj_free_item_ints)
	FREE_ITEM cj_dealloc_ints_in_c
TARGET(cj_stub_tuples_target)
TARGET(cj_stub_lists_target)
TARGET(cj_stub_kept_arrays_target)
TARGET(cj_stub_tuple_type_target)
TARGET(cj_stub_list_type_target)
TARGET(cj_stub_int_type_target)
TARGET(cj_stub_float_type_target)
TARGET(cj_stub_str_type_target)
TARGET(cj_stub_function_type_target)

/* vectorcall_0 … vectorcall_7: where the vectorcall entry of a function with so many parameters jumps, with the
 * convention of vectorcall, x16 the direct entry and x17 the record of the machine code, which begins with that of the
 * code. Exactly the right number of positional arguments goes on; all else is bound in C. */
	.macro VECTORCALL n
STUB(cj_stub_vectorcall_\n)
	ldr	x17, [x17]
	cbnz	x3, 1f
	lsl	x9, x2, #1		/* the top bit is no part of the count */
	cmp	x9, #2 * \n
	b.ne	1f
	stp	x29, x30, [sp, #-32]!
	stp	x19, x20, [sp, #16]
	mov	x29, sp
	mrs	x9, tpidr_el0
	ldr	x10, cj_stub_thread_target
	ldr	x19, [x9, x10]
	ldr	x10, cj_stub_current_target
	ldr	x20, [x19, x10]
	mov	x9, x1
	.if \n > 0
	ldr	x1, [x9]
	.endif
	.if \n > 1
	ldr	x2, [x9, #8]
	.endif
	.if \n > 2
	ldr	x3, [x9, #16]
	.endif
	.if \n > 3
	ldr	x4, [x9, #24]
	.endif
	.if \n > 4
	ldr	x5, [x9, #32]
	.endif
	.if \n > 5
	ldr	x6, [x9, #40]
	.endif
	.if \n > 6
	ldr	x7, [x9, #48]
	.endif
	blr	x16
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #32
	ret
1:	b	cj_stub_vectorcall_bind
	.endm
	VECTORCALL 0
	VECTORCALL 1
	VECTORCALL 2
	VECTORCALL 3
	VECTORCALL 4
	VECTORCALL 5
	VECTORCALL 6
	VECTORCALL 7
/* Offsets of the thread state from the thread pointer, and of the current frame in it. */
TARGET(cj_stub_thread_target)
TARGET(cj_stub_current_target)

/* resume: runs the generator, coroutine or asynchronous generator x0 on, sending x1, which is borrowed. x0 is what it yields or returns, which
 * its state tells apart, or NULL. A generator that can go on in machine code goes there: it is suspended or just made, its
 * code object's data has a record with the same namespaces, nobody has its frame object, nothing is pending or traced, and
 * there is room. All else is done in C. */
STUB(cj_stub_resume)
	hint	#34
	ldrsb	w9, [x0, FIELD(generator_state)]
	cmn	w9, #1				/* it delegates */
	b.eq	cj_stub_resume_delegating
cj_stub_resume_own:				/* w9 is the state */
	tbz	w9, #31, cj_stub_resume_slow
	ldr	x13, [x0, FIELD(generator_executable)]		/* code object */
	and	x13, x13, #~1
	ldr	x11, cj_stub_code_table_target
	ldp	x12, x14, [x11]			/* slots, mask */
	eor	x15, x13, x13, lsr #9
	and	x15, x14, x15, lsr #1
3:	add	x11, x12, x15
	ldp	x11, x10, [x11]			/* code object, record */
	cmp	x11, x13
	b.ne	4f
	ldr	x11, [x0, FIELD(generator_globals)]
	ldr	x12, [x0, FIELD(generator_builtins)]
	ldr	x13, [x10, FIELD(record_globals)]
	ldr	x14, [x10, FIELD(record_builtins)]
	cmp	x11, x13
	ccmp	x12, x14, #0, eq
	b.ne	cj_stub_resume_slow
	ldr	x11, [x0, FIELD(generator_frame_object)]		/* frame object */
	cbnz	x11, cj_stub_resume_slow
	ldr	x11, [x19, FIELD(thread_eval_breaker)]
	ldr	x12, [x10, FIELD(record_breaker)]
	cmp	x11, x12
	b.ne	cj_stub_resume_slow
	ldr	x11, [x19, FIELD(thread_stack_limit)]
	sub	x12, sp, #64, lsl #12
	cmp	x12, x11
	b.lo	cj_stub_resume_slow
	cmn	w9, #3
	b.eq	2f
1:	ldr	w9, [x19, FIELD(thread_recursion_remaining)]
	subs	w9, w9, #1
	b.mi	cj_stub_resume_slow
	ldr	x16, [x10, FIELD(record_resume_entry)]
	br	x16
	/* The first value sent has to be None. */
2:	ldr	x11, cj_stub_none_target
	cmp	x1, x11
	b.eq	1b
	b	cj_stub_resume_slow
	/* Another code object's slot. */
4:	cbz	x11, cj_stub_resume_slow
	add	x15, x15, #16
	and	x15, x15, x14
	b	3b
TARGET(cj_stub_code_table_target)
TARGET(cj_stub_none_target)

/* resume_delegating: the same for one that is suspended in yield from or await. As long as what that waits for is a generator or
 * coroutine that can go on, nothing is to be done in between but to link the frame, as if SEND had been executed, and
 * afterwards, when something was yielded, to unlink it again. So that happens here, for the whole chain; the frames stay
 * complete, and it does not matter whether their code is compiled. When the last one has returned, the one before it is
 * run on at the END_SEND, where it is sent the result. Only when no tool wants events of all code. */
STUB(cj_stub_resume_delegating)
	ldr	x6, [x19, FIELD(thread_eval_breaker)]
	ldr	x7, cj_stub_unwatched_target
	ldr	x7, [x7]
	cmp	x6, x7
	b.ne	cj_stub_look_for_tools
	ldr	x2, cj_stub_generator_type_target
	ldr	x3, cj_stub_coroutine_type_target
	ldr	x4, cj_stub_delegation_mask_target
	ldr	x5, cj_stub_delegation_target
	ldr	w7, [x19, FIELD(thread_recursion_remaining)]
	ldr	x8, [x19, FIELD(thread_exc_info)]
	stp	x29, x30, [sp, #-64]!
	mov	x29, sp
	stp	x20, x6, [sp, #16]
	str	x8, [sp, #48]
	/* x0 generator, x20 frame of the one before it, x8 exception state of that. What it waits for owns a reference and has no
	 * tag; with one, what is read here would not be the address of a class. */
1:	ldr	x10, [x0, FIELD(generator_stackpointer)]
	ldr	x12, [x0, FIELD(generator_instr_ptr)]
	ldur	x11, [x10, #-8]			/* what it waits for */
	ldur	x13, [x12, #-2]
	ldr	x10, [x11, FIELD(object_type)]
	and	x13, x13, x4
	cmp	x13, x5
	ccmp	x10, x2, #0, eq
	b.ne	11f
10:	ldrsb	w9, [x11, FIELD(generator_state)]
	tbz	w9, #31, 2f
	subs	w7, w7, #1
	b.mi	3f
	str	x20, [x0, FIELD(generator_previous)]
	str	x8, [x0, FIELD(generator_exc_previous)]
	strb	wzr, [x0, FIELD(generator_state)]
	sub	x12, x12, #6			/* the SEND */
	str	x12, [x0, FIELD(generator_instr_ptr)]
	add	x20, x0, FIELD(generator_frame)
	add	x8, x0, FIELD(generator_exc_state)
	mov	x0, x11
	cmn	w9, #1
	b.eq	1b
	b	4f
11:	cmp	x13, x5
	ccmp	x10, x3, #0, eq
	b.eq	10b
	b	2f
3:	mov	w7, wzr
2:	ldrsb	w9, [x0, FIELD(generator_state)]
4:	ldr	x10, [sp, #16]
	cmp	x10, x20
	b.eq	9f				/* there is no chain */
	str	x0, [sp, #32]
	str	x8, [x19, FIELD(thread_exc_info)]
	str	w7, [x19, FIELD(thread_recursion_remaining)]
	str	x20, [x19, FIELD(thread_current_frame)]
	bl	cj_stub_resume_own
	/* x0 result of the generator in [sp, #32], x20 frame of the one before it or of the caller */
5:	ldr	x10, [sp, #32]
	ldp	x11, x6, [sp, #16]
	ldrsb	w9, [x10, FIELD(generator_state)]
	cmp	x20, x11
	b.eq	8f
	movz	x3, #:abs_g0:cj_field_generator_frame
	tbz	w9, #31, 7f
	ldr	x12, [x19, FIELD(thread_eval_breaker)]
	eor	x12, x12, x6
	lsr	x12, x12, #8			/* without the events: what is traced or monitored */
	cbnz	x12, cj_resume_in_c
	ldr	w7, [x19, FIELD(thread_recursion_remaining)]
	mov	w12, #-1
	/* What is left in a suspended one's exception state is overwritten when it is resumed, and read by nobody before. */
6:	sub	x10, x20, x3
	ldr	x14, [x10, FIELD(generator_instr_ptr)]
	ldr	x20, [x10, FIELD(generator_previous)]
	str	xzr, [x10, FIELD(generator_previous)]
	add	x14, x14, #6
	str	x14, [x10, FIELD(generator_instr_ptr)]
	strb	w12, [x10, FIELD(generator_state)]
	add	w7, w7, #1
	cmp	x20, x11
	b.ne	6b
	ldr	x8, [sp, #48]
	str	x8, [x19, FIELD(thread_exc_info)]
	str	w7, [x19, FIELD(thread_recursion_remaining)]
	str	x20, [x19, FIELD(thread_current_frame)]
8:	ldp	x29, x30, [sp], #64
	ret
	/* The generator has finished. */
7:	cbz	x0, cj_resume_in_c
	sub	x10, x20, x3
	ldr	w7, [x19, FIELD(thread_recursion_remaining)]
	ldr	x13, [x10, FIELD(generator_exc_previous)]
	str	xzr, [x10, FIELD(generator_exc_previous)]
	ldr	x14, [x10, FIELD(generator_instr_ptr)]
	ldr	x20, [x10, FIELD(generator_previous)]
	str	xzr, [x10, FIELD(generator_previous)]
	ldrb	w15, [x14, #1]
	add	x14, x14, #4
	add	x14, x14, x15, lsl #1		/* the END_SEND */
	str	x14, [x10, FIELD(generator_instr_ptr)]
	mov	w9, #-2				/* suspended, but not delegating any more */
	strb	w9, [x10, FIELD(generator_state)]
	add	w7, w7, #1
	str	x13, [x19, FIELD(thread_exc_info)]
	str	w7, [x19, FIELD(thread_recursion_remaining)]
	str	x20, [x19, FIELD(thread_current_frame)]
	stp	x10, x0, [sp, #32]
	mov	x1, x0
	mov	x0, x10
	bl	cj_stub_resume_own
	ldr	x16, [sp, #40]
	ldr	w9, [x16, FIELD(object_refcnt)]
	tbnz	w9, #31, 5b
	subs	w9, w9, #1
	str	w9, [x16, FIELD(object_refcnt)]
	b.ne	5b
	bl	cj_stub_dealloc
	b	5b
9:	ldp	x29, x30, [sp], #64
	b	cj_stub_resume_own

/* look_for_tools: goes on in resume_delegating when it may, and else lets the generator go on by itself. */
STUB(cj_stub_look_for_tools)
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	mov	x0, x19
	ldr	x16, cj_stub_look_for_tools_target
	blr	x16
	mov	w2, w0
	ldp	x0, x1, [sp, #16]
	ldp	x29, x30, [sp], #32
	cbnz	w2, cj_stub_resume_delegating
	ldrsb	w9, [x0, FIELD(generator_state)]
	b	cj_stub_resume_own
TARGET(cj_stub_look_for_tools_target)
TARGET(cj_stub_unwatched_target)
	/* An exception, or somebody wants to see that the one before yields. */
cj_resume_in_c:
	sub	x10, x20, x3
	str	x10, [sp, #32]
	mov	x2, x0
	mov	x1, x20
	mov	x0, x19
	ldr	x16, cj_stub_resume_delegating_target
	blr	x16
	ldr	x20, [x19, FIELD(thread_current_frame)]
	b	5b
TARGET(cj_stub_resume_delegating_target)
TARGET(cj_stub_generator_type_target)
TARGET(cj_stub_coroutine_type_target)
/* The code around the place where one that delegates is suspended, and which bits of it count. */
TARGET(cj_stub_delegation_target)
TARGET(cj_stub_delegation_mask_target)

STUB(cj_stub_resume_slow)
	hint	#34
	ldr	x16, cj_stub_resume_slow_target
	br	x16
TARGET(cj_stub_resume_slow_target)

/* leave_frame: x16 is a frame that was unlinked and has a frame object. Preserves as dealloc does. */
STUB(cj_stub_leave_frame)
	SAVE_ALL
	mov	x0, x16
	ldr	x16, cj_stub_leave_frame_target
	blr	x16
	RESTORE_ALL
	ret
TARGET(cj_stub_leave_frame_target)

/* eval_breaker: serves the eval breaker; x16 is 0 to go on, 1 to leave, negative for an exception. Preserves as dealloc
 * does. */
STUB(cj_stub_eval_breaker)
	SAVE_ALL
	ldr	x16, cj_stub_eval_breaker_target
	blr	x16
	mov	x16, x0
	RESTORE_ALL
	ret
TARGET(cj_stub_eval_breaker_target)

/* A list of free objects is their first and their number; they are linked by their first words and
 * keep their class. */

/* box_int: x16 is a number and becomes its int object, or NULL with an exception. Preserves as dealloc does. */
STUB(cj_stub_box_int)
	add	x17, x16, #5
	cmp	x17, #261
	b.hi	1f
	ldr	x16, cj_stub_small_ints_target
	add	x16, x16, x17, lsl #5
	ret
1:	stp	x0, x1, [sp, #-32]!
	stp	x2, x3, [sp, #16]
	cmp	x16, #0
	cneg	x0, x16, lt		/* the digit */
	lsr	x17, x0, #30
	cbnz	x17, 2f
	ldr	x17, cj_stub_ints_target
	ldr	x1, [x17]
	cbz	x1, 2f
	ldr	x2, [x1]
	ldr	x3, [x17, #8]
	sub	x3, x3, #1
	stp	x2, x3, [x17]
	mov	x2, #1
	str	x2, [x1, FIELD(object_refcnt)]
	lsr	x3, x16, #62
	and	x3, x3, #2		/* 2 for negative */
	orr	x3, x3, #8		/* one digit */
	str	x3, [x1, FIELD(int_tag)]
	str	w0, [x1, FIELD(int_digit)]
	mov	x16, x1
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #32
	ret
2:	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #32
	SAVE_ALL
	mov	x0, x16
	ldr	x16, cj_stub_box_int_target
	blr	x16
	mov	x16, x0
	RESTORE_ALL
	ret
TARGET(cj_stub_box_int_target)

/* box_float: x16 has the bits of a double and becomes its float object, or NULL with an exception. Preserves as
 * dealloc does. */
STUB(cj_stub_box_float)
	stp	x0, x1, [sp, #-32]!
	stp	x2, x3, [sp, #16]
	ldr	x17, cj_stub_floats_target
	ldr	x1, [x17]
	cbz	x1, 1f
	ldr	x2, [x1]
	ldr	x3, [x17, #8]
	sub	x3, x3, #1
	stp	x2, x3, [x17]
	mov	x2, #1
	str	x2, [x1, FIELD(object_refcnt)]
	str	x16, [x1, FIELD(float_value)]
	mov	x16, x1
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #32
	ret
1:	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #32
	SAVE_ALL
	fmov	d0, x16
	ldr	x16, cj_stub_box_float_target
	blr	x16
	mov	x16, x0
	RESTORE_ALL
	ret
TARGET(cj_stub_box_float_target)

/* free_float, free_int: as dealloc for an object that is exactly a float, or exactly an int. */
STUB(cj_stub_free_float)
	stp	x1, x2, [sp, #-16]!
	ldr	x17, cj_stub_floats_limit_target
	ldr	x1, cj_stub_floats_target
	ldr	x2, [x1, #8]
	cmp	x2, x17
	b.hs	1f
	ldr	x17, [x1]
	str	x17, [x16]
	add	x2, x2, #1
	stp	x16, x2, [x1]
	ldp	x1, x2, [sp], #16
	ret
1:	ldp	x1, x2, [sp], #16
	b	cj_dealloc_in_c

STUB(cj_stub_free_int)
	ldr	x17, [x16, FIELD(int_tag)]
	cmp	x17, #24
	b.hs	cj_dealloc_in_c		/* more than two digits */
	stp	x1, x2, [sp, #-16]!
	cmp	x17, #16
	ldr	x17, cj_stub_ints_limit_target
	ldr	x1, cj_stub_ints_target
	b.hs	2f
3:	ldr	x2, [x1, #8]
	cmp	x2, x17
	b.hs	1f
	ldr	x17, [x1]
	str	x17, [x16]
	add	x2, x2, #1
	stp	x16, x2, [x1]
	ldp	x1, x2, [sp], #16
	ret
1:	ldp	x1, x2, [sp], #16
	b	cj_dealloc_in_c
	/* Two digits need more memory than the interpreter's list may have. */
2:	mov	x17, #64
	ldr	x1, cj_stub_kept_ints_target
	b	3b
TARGET(cj_stub_kept_ints_target)

/* free_generator: as dealloc, for an object that often is a generator or coroutine. One that has finished, and with which nothing else
 * dies, comes to the list of its size.
 * free_generator_ints: as dealloc_ints. */
	.macro FREE_GENERATOR name, otherwise
STUB(\name)
	stp	x0, x1, [sp, #-48]!
	ldr	x17, [x16, FIELD(object_type)]
	ldr	x0, cj_stub_coroutine_type_target
	ldr	x1, cj_stub_generator_type_target
	cmp	x17, x0
	ccmp	x17, x1, #4, ne
	b.ne	8f
	ldrsb	w17, [x16, FIELD(generator_state)]
	cmp	w17, #4				/* it has finished */
	b.ne	8f
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	ldr	x17, cj_stub_tracer_target
	ldr	x0, [x16, FIELD(generator_weakrefs)]
	ldr	x1, [x16, FIELD(generator_exc_value)]
	ldr	x2, [x16, FIELD(generator_origin)]
	ldr	x17, [x17]
	ldr	x3, [x16, FIELD(generator_executable)]
	orr	x0, x0, x1
	orr	x2, x2, x17
	orr	x0, x0, x2
	cbnz	x0, 9f
	tbnz	x3, #0, 9f			/* none, or not counted */
	ldrsw	x0, [x3, FIELD(code_framesize)]
	ldr	x1, cj_stub_kept_generators_target
	movz	x2, #:abs_g0:cj_field_generator_framesize_limit
	cmp	x0, x2
	b.hs	9f
	add	x0, x1, x0, lsl #4
	ldp	x1, x2, [x0]
	cmp	x2, #32
	b.hs	9f
	/* Nothing of what it refers to may die, even if the two names are one. */
	ldr	x4, [x16, FIELD(generator_name)]
	ldr	x5, [x16, FIELD(generator_qualname)]
	ldr	w17, [x3, FIELD(object_refcnt)]
	cmp	w17, #1
	b.ls	9f
	ldr	w17, [x4, FIELD(object_refcnt)]
	cmp	w17, #2
	b.ls	9f
	ldr	w17, [x5, FIELD(object_refcnt)]
	cmp	w17, #2
	b.ls	9f
	.irp	object, x3, x4, x5
	ldr	w17, [\object, FIELD(object_refcnt)]
	tbnz	w17, #31, 1f
	sub	w17, w17, #1
	str	w17, [\object, FIELD(object_refcnt)]
1:
	.endr
	ldr	x17, cj_stub_heap_size_target
	ldp	x3, x4, [x16, #-16]		/* the collector's next and previous one */
	ldr	x5, [x17]
	and	x4, x4, #~3
	sub	x5, x5, #1
	str	x5, [x17]
	str	x3, [x4]
	ldr	x5, [x3, #8]
	and	x5, x5, #3
	orr	x5, x5, x4
	str	x5, [x3, #8]
	str	x1, [x16, FIELD(generator_name)]
	add	x2, x2, #1
	stp	x16, x2, [x0]
	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #48
	ret
9:	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
8:	ldp	x0, x1, [sp], #48
	b	\otherwise
	.endm
	FREE_GENERATOR cj_stub_free_generator, cj_stub_dealloc
	FREE_GENERATOR cj_stub_free_generator_ints, cj_stub_dealloc_ints
TARGET(cj_stub_kept_generators_target)
TARGET(cj_stub_tracer_target)
TARGET(cj_stub_heap_size_target)

/* Addresses of the small ints from -5 on and of the lists of free objects, and the sizes of the latter. */
TARGET(cj_stub_small_ints_target)
TARGET(cj_stub_ints_target)
TARGET(cj_stub_floats_target)
TARGET(cj_stub_ints_limit_target)
TARGET(cj_stub_floats_limit_target)

	.balign 16
	.globl cj_stubs_end
	.hidden cj_stubs_end
cj_stubs_end:

/* PyObject *cj_enter(void *entry, PyThreadState *tstate, frame)
 * calls a frame entry from C. */
	.text
	.balign 16
	.globl cj_enter
	.hidden cj_enter
	.type cj_enter, %function
cj_enter:
	.cfi_startproc
	hint	#34
	stp	x29, x30, [sp, #-32]!
	.cfi_def_cfa_offset 32
	.cfi_offset 29, -32
	.cfi_offset 30, -24
	mov	x29, sp
	stp	x19, x20, [sp, #16]
	.cfi_offset 19, -16
	.cfi_offset 20, -8
	mov	x19, x1
	mov	x20, x2
	blr	x0
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #32
	.cfi_restore 29
	.cfi_restore 30
	.cfi_restore 19
	.cfi_restore 20
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
	.size cj_enter, .-cj_enter

/* PyObject *cj_enter_loop(void *entry, PyThreadState *tstate, frame, lent)
 * is the same for a loop of a frame that the interpreter runs. lent stands in the native frame, where cj_osr_leaves
 * finds it: the code returns to cj_enter_loop_return. */
	.balign 16
	.globl cj_enter_loop
	.hidden cj_enter_loop
	.globl cj_enter_loop_return
	.hidden cj_enter_loop_return
	.type cj_enter_loop, %function
cj_enter_loop:
	.cfi_startproc
	hint	#34
	stp	x29, x30, [sp, #-48]!
	.cfi_def_cfa_offset 48
	.cfi_offset 29, -48
	.cfi_offset 30, -40
	mov	x29, sp
	stp	x19, x20, [sp, #16]
	.cfi_offset 19, -32
	.cfi_offset 20, -24
	str	x3, [sp, #32]
	mov	x19, x1
	mov	x20, x2
	blr	x0
cj_enter_loop_return:
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #48
	.cfi_restore 29
	.cfi_restore 30
	.cfi_restore 19
	.cfi_restore 20
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
	.size cj_enter_loop, .-cj_enter_loop

/* PyObject *cj_enter_direct(const void *entry, CJCode *code, PyThreadState *tstate, frame of the caller, PyObject *const values[17])
 * calls a direct entry from C: values are the function and the values of its parameters. cj_enter_direct_small is the same for functions
 * whose parameters come in registers. */
	.macro ENTER_DIRECT name, small
	.balign 16
	.globl \name
	.hidden \name
	.type \name, %function
\name:
	.cfi_startproc
	hint	#34
	stp	x29, x30, [sp, #-32]!
	.cfi_def_cfa_offset 32
	.cfi_offset 29, -32
	.cfi_offset 30, -24
	mov	x29, sp
	stp	x19, x20, [sp, #16]
	.cfi_def_cfa_register 29
	.cfi_offset 19, -16
	.cfi_offset 20, -8
	mov	x16, x0
	mov	x17, x1
	mov	x19, x2
	mov	x20, x3
	mov	x9, x4
	.if !\small
	ldr	x0, [x9, #128]
	ldp	x1, x2, [x9, #112]
	ldp	x3, x4, [x9, #96]
	ldp	x5, x6, [x9, #80]
	ldp	x7, x8, [x9, #64]
	sub	sp, sp, #80
	stp	x7, x8, [sp]
	stp	x5, x6, [sp, #16]
	stp	x3, x4, [sp, #32]
	stp	x1, x2, [sp, #48]
	str	x0, [sp, #64]
	.endif
	ldp	x0, x1, [x9]
	ldp	x2, x3, [x9, #16]
	ldp	x4, x5, [x9, #32]
	ldp	x6, x7, [x9, #48]
	blr	x16
	.if !\small
	mov	sp, x29
	.endif
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #32
	.cfi_restore 29
	.cfi_restore 30
	.cfi_restore 19
	.cfi_restore 20
	.cfi_def_cfa 31, 0
	ret
	.cfi_endproc
	.size \name, .-\name
	.endm
	ENTER_DIRECT cj_enter_direct, 0
	ENTER_DIRECT cj_enter_direct_small, 1

/* PyObject *cj_enter_generator(const void *stub, PyThreadState *tstate, frame of the caller, generator, value)
 * calls the stub resume from C. */
	.balign 16
	.globl cj_enter_generator
	.hidden cj_enter_generator
	.type cj_enter_generator, %function
cj_enter_generator:
	.cfi_startproc
	hint	#34
	stp	x29, x30, [sp, #-32]!
	.cfi_def_cfa_offset 32
	.cfi_offset 29, -32
	.cfi_offset 30, -24
	mov	x29, sp
	stp	x19, x20, [sp, #16]
	.cfi_offset 19, -16
	.cfi_offset 20, -8
	mov	x16, x0
	mov	x19, x1
	mov	x20, x2
	mov	x0, x3
	mov	x1, x4
	blr	x16
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #32
	.cfi_restore 29
	.cfi_restore 30
	.cfi_restore 19
	.cfi_restore 20
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
	.size cj_enter_generator, .-cj_enter_generator

	.section .note.GNU-stack,"",%progbits
#endif
