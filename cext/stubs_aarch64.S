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
 * Both: x0 function, x1…x7 arguments, x17 record of the code → x0 result. */
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

/* deopt: leaves compiled code. w16 number of the exit, x17 record of the machine code; all other
 * registers belong to the compiled code and are saved as CJExitRegs (exit.h):
 * x0…x30, sp, d0…d31. Result in x0. */
STUB(cj_stub_deopt)
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
	add	x1, x29, #16		/* its stack pointer */
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
	mov	x0, sp
	mov	x1, x17
	mov	w2, w16
	ldr	x16, cj_stub_deopt_target
	blr	x16
	mov	sp, x29
	ldp	x29, x30, [sp], #16
	ret
TARGET(cj_stub_deopt_target)

/* dealloc: x16 is an object whose reference count has become 0. Preserves what the C convention
 * does not, except x16, x17 and x30. Compiled code has scalars only, so the low halves
 * of the vector registers are enough. */
STUB(cj_stub_dealloc)
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
	mov	x0, x16
	ldr	x16, cj_stub_dealloc_target
	blr	x16
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
	ret
TARGET(cj_stub_dealloc_target)

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

	.balign 16
	.globl cj_stubs_end
	.hidden cj_stubs_end
cj_stubs_end:

/* PyObject *cj_enter(void *entry, PyThreadState *tstate, frame of the caller, frame)
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
	mov	x16, x0
	mov	x19, x1
	mov	x20, x2
	mov	x0, x3
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
	.size cj_enter, .-cj_enter

	.section .note.GNU-stack,"",%progbits
#endif
