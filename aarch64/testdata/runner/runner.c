/* Runs machine code made by the emitter's tests under an emulator, with made-up objects, frames
 * and run time. It reads a script of cases and calls from the file argv[1] and writes
 * what happened to argv[2]; run_test.go has the other side of both formats.
 *
 * All addresses that the code sees lie in one region at a fixed address, so that the test
 * can build heap and relocations itself. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define REGION 0x100000000ull
#define REGION_SIZE (64ull << 20)
#define STUB_SIZE 32
#define BUMP (REGION + (40ull << 20)) /* objects that helpers make */
#define MAX_LOG 64
#define MAX_STACK 4096

typedef struct {
    uint64_t x[31], sp;
    uint64_t d[32];
} Regs;

typedef struct {
    uint64_t id, ret0, ret1, fret, address, value;
} Response;

typedef struct {
    uint64_t id, args[8], fargs[8];
    uint64_t array[4]; /* what x1 points to, when that is the stack */
} Event;

/* What a call starts with and ends with; known to the assembly below by offset. */
struct {
    uint64_t in[8];      /* x0…x7 */
    uint64_t entry;      /* 64 */
    uint64_t thread;     /* 72 */
    uint64_t frame;      /* 80 */
    uint64_t x17;        /* 88 */
    uint64_t out0, out1; /* 96 */
    uint64_t outd;       /* 112 */
    uint64_t kept[10];   /* 120: x19…x28 after the call */
    uint64_t keptd[8];   /* 200: d8…d15 */
    uint64_t ret1, fret; /* 264: second result and float result of helpers */
    Regs regs;           /* 280: at the exit */
} ctx;

static uint64_t exit_index, exited, exit_self;
static uint64_t stack_size;
static uint8_t stack_copy[MAX_STACK];
static Event events[MAX_LOG];
static uint64_t nevents;
static Response responses[MAX_LOG];
static uint64_t nresponses, next_response;
static uint64_t bump;
static uint64_t type_int, type_float, offset_current, offset_previous;

void run_code(void);
void helper_entry(void);
void deopt_entry(void);
void dealloc_entry(void);
void bind_entry(void);

/* The run time's own stubs, of which the entries of vectorcalls are used as they are. */
extern const uint8_t cj_stubs_begin[], cj_stubs_end[];
extern const uint8_t cj_stub_vectorcall_0[], cj_stub_vectorcall_1[], cj_stub_vectorcall_2[], cj_stub_vectorcall_3[],
    cj_stub_vectorcall_4[], cj_stub_vectorcall_5[], cj_stub_vectorcall_6[], cj_stub_vectorcall_7[];
extern const uint8_t cj_stub_vectorcall_bind_target[], cj_stub_thread_target[], cj_stub_current_target[];
extern const uint8_t cj_stub_leave_frame[], cj_stub_eval_breaker[], cj_stub_box_int[], cj_stub_box_float[], cj_stub_free_int[],
    cj_stub_free_float[];
extern const uint8_t cj_stub_leave_frame_target[], cj_stub_eval_breaker_target[], cj_stub_box_int_target[],
    cj_stub_box_float_target[], cj_stub_dealloc_target[], cj_stub_small_ints_target[], cj_stub_ints_target[],
    cj_stub_floats_target[], cj_stub_ints_limit_target[], cj_stub_floats_limit_target[];
#define TARGET(symbol, value) *(uint64_t *)(STUBS + (symbol##_target - cj_stubs_begin)) = (uint64_t)(value)
#define SMALL_INTS (REGION + (33ull << 20))
#define FREE_LISTS (REGION + (39ull << 20)) /* ints: head, number; floats: head, number; then their objects */
#define MAX_FREE 2
#define STUBS (REGION + 0x10000)

__asm__(
    ".text\n"
    ".macro GARBAGE_HIGH\n"
    "  mov x2, #0xdead\n  mov x3, x2\n  mov x4, x2\n  mov x5, x2\n  mov x6, x2\n  mov x7, x2\n"
    "  mov x8, x2\n  mov x9, x2\n  mov x10, x2\n  mov x11, x2\n  mov x12, x2\n  mov x13, x2\n"
    "  mov x14, x2\n  mov x15, x2\n  mov x16, x2\n  mov x17, x2\n"
    "  fmov d1, x2\n  fmov d2, d1\n  fmov d3, d1\n  fmov d4, d1\n  fmov d5, d1\n  fmov d6, d1\n  fmov d7, d1\n"
    "  fmov d16, d1\n  fmov d17, d1\n  fmov d18, d1\n  fmov d19, d1\n  fmov d20, d1\n  fmov d21, d1\n"
    "  fmov d22, d1\n  fmov d23, d1\n  fmov d24, d1\n  fmov d25, d1\n  fmov d26, d1\n  fmov d27, d1\n"
    "  fmov d28, d1\n  fmov d29, d1\n  fmov d30, d1\n  fmov d31, d1\n"
    ".endm\n"
    ".global run_code\nrun_code:\n"
    "  stp x29, x30, [sp, #-176]!\n  mov x29, sp\n"
    "  stp x19, x20, [sp, #16]\n  stp x21, x22, [sp, #32]\n  stp x23, x24, [sp, #48]\n"
    "  stp x25, x26, [sp, #64]\n  stp x27, x28, [sp, #80]\n"
    "  stp d8, d9, [sp, #96]\n  stp d10, d11, [sp, #112]\n  stp d12, d13, [sp, #128]\n  stp d14, d15, [sp, #144]\n"
    "  ldr x16, =ctx\n"
    "  ldp x0, x1, [x16]\n  ldp x2, x3, [x16, #16]\n  ldp x4, x5, [x16, #32]\n  ldp x6, x7, [x16, #48]\n"
    "  ldr x19, [x16, #72]\n  ldr x20, [x16, #80]\n  ldr x17, [x16, #88]\n"
    "  mov x21, #2100\n  mov x22, #2200\n  mov x23, #2300\n  mov x24, #2400\n"
    "  mov x25, #2500\n  mov x26, #2600\n  mov x27, #2700\n  mov x28, #2800\n"
    "  fmov d8, x21\n  fmov d9, x22\n  fmov d10, x23\n  fmov d11, x24\n"
    "  fmov d12, x25\n  fmov d13, x26\n  fmov d14, x27\n  fmov d15, x28\n"
    "  ldr x16, [x16, #64]\n  blr x16\n"
    "  ldr x16, =ctx\n"
    "  stp x0, x1, [x16, #96]\n  str d0, [x16, #112]\n"
    "  stp x19, x20, [x16, #120]\n  stp x21, x22, [x16, #136]\n  stp x23, x24, [x16, #152]\n"
    "  stp x25, x26, [x16, #168]\n  stp x27, x28, [x16, #184]\n"
    "  stp d8, d9, [x16, #200]\n  stp d10, d11, [x16, #216]\n  stp d12, d13, [x16, #232]\n  stp d14, d15, [x16, #248]\n"
    "  ldp x19, x20, [sp, #16]\n  ldp x21, x22, [sp, #32]\n  ldp x23, x24, [sp, #48]\n"
    "  ldp x25, x26, [sp, #64]\n  ldp x27, x28, [sp, #80]\n"
    "  ldp d8, d9, [sp, #96]\n  ldp d10, d11, [sp, #112]\n  ldp d12, d13, [sp, #128]\n  ldp d14, d15, [sp, #144]\n"
    "  ldp x29, x30, [sp], #176\n  ret\n"

    ".global helper_entry\nhelper_entry:\n" /* w17: number of the helper */
    "  stp x29, x30, [sp, #-144]!\n  mov x29, sp\n"
    "  stp x0, x1, [sp, #16]\n  stp x2, x3, [sp, #32]\n  stp x4, x5, [sp, #48]\n  stp x6, x7, [sp, #64]\n"
    "  stp d0, d1, [sp, #80]\n  stp d2, d3, [sp, #96]\n  stp d4, d5, [sp, #112]\n  stp d6, d7, [sp, #128]\n"
    "  mov w0, w17\n  add x1, sp, #16\n  bl helper\n"
    "  GARBAGE_HIGH\n"
    "  ldr x17, =ctx\n  ldr x1, [x17, #264]\n  ldr d0, [x17, #272]\n  mov x17, x2\n"
    "  ldp x29, x30, [sp], #144\n  ret\n"

    ".global bind_entry\nbind_entry:\n  mov w17, #3\n  movk w17, #16, lsl #16\n  b helper_entry\n"

    ".global deopt_entry\ndeopt_entry:\n" /* stack: x16, x17 pushed by the stub */
    "  ldr x16, =ctx\n  add x16, x16, #280\n"
    "  stp x0, x1, [x16]\n  stp x2, x3, [x16, #16]\n  stp x4, x5, [x16, #32]\n  stp x6, x7, [x16, #48]\n"
    "  stp x8, x9, [x16, #64]\n  stp x10, x11, [x16, #80]\n  stp x12, x13, [x16, #96]\n  stp x14, x15, [x16, #112]\n"
    "  stp x18, x19, [x16, #144]\n  stp x20, x21, [x16, #160]\n  stp x22, x23, [x16, #176]\n"
    "  stp x24, x25, [x16, #192]\n  stp x26, x27, [x16, #208]\n  stp x28, x29, [x16, #224]\n"
    "  add x17, sp, #16\n  stp x30, x17, [x16, #240]\n"
    "  add x16, x16, #256\n"
    "  stp d0, d1, [x16]\n  stp d2, d3, [x16, #16]\n  stp d4, d5, [x16, #32]\n  stp d6, d7, [x16, #48]\n"
    "  stp d8, d9, [x16, #64]\n  stp d10, d11, [x16, #80]\n  stp d12, d13, [x16, #96]\n  stp d14, d15, [x16, #112]\n"
    "  stp d16, d17, [x16, #128]\n  stp d18, d19, [x16, #144]\n  stp d20, d21, [x16, #160]\n  stp d22, d23, [x16, #176]\n"
    "  stp d24, d25, [x16, #192]\n  stp d26, d27, [x16, #208]\n  stp d28, d29, [x16, #224]\n  stp d30, d31, [x16, #240]\n"
    "  ldp x0, x1, [sp], #16\n"
    "  stp x29, x30, [sp, #-16]!\n  mov x29, sp\n  bl left\n"
    "  ldr x16, =ctx\n  ldr x20, [x16, #80]\n"
    "  GARBAGE_HIGH\n"
    "  ldp x29, x30, [sp], #16\n  ret\n"

    ".global dealloc_entry\ndealloc_entry:\n" /* x16: the object */
    "  stp x29, x30, [sp, #-16]!\n  mov x29, sp\n  sub sp, sp, #384\n"
    "  stp x0, x1, [sp]\n  stp x2, x3, [sp, #16]\n  stp x4, x5, [sp, #32]\n  stp x6, x7, [sp, #48]\n"
    "  stp x8, x9, [sp, #64]\n  stp x10, x11, [sp, #80]\n  stp x12, x13, [sp, #96]\n  stp x14, x15, [sp, #112]\n"
    "  stp d0, d1, [sp, #128]\n  stp d2, d3, [sp, #144]\n  stp d4, d5, [sp, #160]\n  stp d6, d7, [sp, #176]\n"
    "  stp d16, d17, [sp, #192]\n  stp d18, d19, [sp, #208]\n  stp d20, d21, [sp, #224]\n  stp d22, d23, [sp, #240]\n"
    "  stp d24, d25, [sp, #256]\n  stp d26, d27, [sp, #272]\n  stp d28, d29, [sp, #288]\n  stp d30, d31, [sp, #304]\n"
    "  mov x0, x16\n  bl died\n"
    "  ldp x0, x1, [sp]\n  ldp x2, x3, [sp, #16]\n  ldp x4, x5, [sp, #32]\n  ldp x6, x7, [sp, #48]\n"
    "  ldp x8, x9, [sp, #64]\n  ldp x10, x11, [sp, #80]\n  ldp x12, x13, [sp, #96]\n  ldp x14, x15, [sp, #112]\n"
    "  ldp d0, d1, [sp, #128]\n  ldp d2, d3, [sp, #144]\n  ldp d4, d5, [sp, #160]\n  ldp d6, d7, [sp, #176]\n"
    "  ldp d16, d17, [sp, #192]\n  ldp d18, d19, [sp, #208]\n  ldp d20, d21, [sp, #224]\n  ldp d22, d23, [sp, #240]\n"
    "  ldp d24, d25, [sp, #256]\n  ldp d26, d27, [sp, #272]\n  ldp d28, d29, [sp, #288]\n  ldp d30, d31, [sp, #304]\n"
    "  mov sp, x29\n  mov x16, #0xdead\n  mov x17, x16\n"
    "  ldp x29, x30, [sp], #16\n  ret\n"
    ".ltorg\n");

static Response *respond(uint64_t id) {
    if (next_response < nresponses && responses[next_response].id == id) {
        Response *r = &responses[next_response++];
        if (r->address)
            *(uint64_t *)r->address = r->value;
        return r;
    }
    return NULL;
}

static void note(uint64_t id, const uint64_t *args) {
    if (nevents == MAX_LOG)
        return;
    Event *e = &events[nevents++];
    memset(e, 0, sizeof *e);
    e->id = id;
    if (args) {
        memcpy(e->args, args, 16 * 8);
        uint64_t here = (uint64_t)__builtin_frame_address(0);
        if (args[1] > here && args[1] < here + 65536)
            memcpy(e->array, (void *)args[1], sizeof e->array);
    }
}

static uint64_t *allocate(uint64_t type) {
    uint64_t *o = (uint64_t *)bump;
    bump += 64;
    o[0] = 1;
    o[1] = type;
    return o;
}

uint64_t helper(uint64_t id, const uint64_t *args) {
    note(id, args);
    ctx.ret1 = ctx.fret = 0xdead;
    Response *r = respond(id);
    if (r) {
        ctx.ret1 = r->ret1;
        ctx.fret = r->fret;
        return r->ret0;
    }
    return 0;
}

#define EVENT_LEAVE_FRAME ((1u << 20) + 16)
#define EVENT_EVAL_BREAKER ((1u << 20) + 17)
#define EVENT_BOX ((1u << 20) + 18)

static void clobber(void) {
    register uint64_t bad = 0xdead;
    __asm__ volatile("mov x1, %0\n mov x8, %0\n mov x9, %0\n mov x15, %0\n mov x16, %0\n mov x17, %0\n fmov d0, %0\n fmov d7, %0\n fmov d31, %0\n"
                     : : "r"(bad) : "x1", "x8", "x9", "x15", "x16", "x17", "d0", "d7", "d31");
}

void leave_frame(uint64_t frame) {
    uint64_t args[16] = {frame};
    note(EVENT_LEAVE_FRAME, args);
    respond(EVENT_LEAVE_FRAME);
    clobber();
}

int64_t eval_breaker(void) {
    note(EVENT_EVAL_BREAKER, NULL);
    Response *r = respond(EVENT_EVAL_BREAKER);
    clobber();
    return r ? (int64_t)r->ret0 : 0;
}

uint64_t *box_int(uint64_t value) {
    uint64_t args[16] = {value};
    note(EVENT_BOX, args);
    Response *r = respond(EVENT_BOX);
    if (r)
        return (uint64_t *)r->ret0;
    /* Not an int's own layout: the test wants the number back. */
    uint64_t *o = allocate(type_int);
    o[2] = value;
    o[4] = 0xb0c5;
    clobber();
    return o;
}

uint64_t *box_float(double value) {
    uint64_t *o = allocate(type_float);
    memcpy(&o[2], &value, 8);
    o[4] = 0xb0c5;
    clobber();
    return o;
}

uint64_t left(uint64_t index, uint64_t self) {
    exited = 1;
    exit_index = index / 4;
    exit_self = self;
    uint64_t sp = ctx.regs.sp, fp = ctx.regs.x[29];
    stack_size = fp - sp;
    if (stack_size > MAX_STACK)
        stack_size = MAX_STACK;
    memcpy(stack_copy, (void *)sp, stack_size);
    /* The frame is consumed. */
    uint64_t *current = (uint64_t *)(ctx.thread + offset_current);
    ctx.frame = *current = *(uint64_t *)(*current + offset_previous);
    return 0xe417;
}

void died(uint64_t object) {
    uint64_t args[16] = {object};
    note(1u << 20, args);
    respond(1u << 20);
}

static FILE *in, *out;
static __thread uint64_t thread_state; /* what the vectorcall entry reads through the thread pointer */

static uint64_t get(void) {
    uint64_t v;
    if (fread(&v, 8, 1, in) != 1)
        exit(3);
    return v;
}

static void put(uint64_t v) { fwrite(&v, 8, 1, out); }

static void stub(uint64_t n, uint64_t id, void (*target)(void)) {
    uint32_t *p = (uint32_t *)(REGION + n * STUB_SIZE);
    if (target == helper_entry) {
        p[0] = 0x52800011 | (uint32_t)(id & 0xffff) << 5;         /* mov w17, #id */
        p[1] = 0x72a00011 | (uint32_t)(id >> 16 & 0xffff) << 5;   /* movk w17, #…, lsl 16 */
        p[2] = 0x58000050;                                        /* ldr x16, +8 */
        p[3] = 0xd61f0200;                                        /* br x16 */
    } else if (target == deopt_entry) {
        p[0] = 0xa9bf47f0; /* stp x16, x17, [sp, #-16]! */
        p[1] = 0xd503201f;
        p[2] = 0x58000051; /* ldr x17, +8 */
        p[3] = 0xd61f0220; /* br x17 */
    } else {
        p[0] = p[1] = 0xd503201f;
        p[2] = 0x58000051;
        p[3] = 0xd61f0220;
    }
    *(uint64_t *)(p + 4) = (uint64_t)target;
}

int main(int argc, char **argv) {
    if (argc != 3 || !(in = fopen(argv[1], "rb")) || !(out = fopen(argv[2], "wb")))
        return 2;
    if (mmap((void *)REGION, REGION_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != (void *)REGION)
        return 4;
    uint64_t nhelpers = get();
    type_int = get(), type_float = get();
    offset_current = get(), offset_previous = get();
    for (uint64_t i = 0; i < nhelpers; i++)
        stub(i, i, helper_entry);
    stub(nhelpers, 0, deopt_entry);
    stub(nhelpers + 1, 0, dealloc_entry);
    for (uint64_t i = 2; i < 8; i++)
        stub(nhelpers + i, (1u << 20) + i, helper_entry);
    memcpy((void *)STUBS, cj_stubs_begin, cj_stubs_end - cj_stubs_begin);
    TARGET(cj_stub_vectorcall_bind, bind_entry);
    TARGET(cj_stub_thread, (uint64_t)&thread_state - (uint64_t)__builtin_thread_pointer());
    TARGET(cj_stub_current, offset_current);
    TARGET(cj_stub_leave_frame, leave_frame);
    TARGET(cj_stub_eval_breaker, eval_breaker);
    TARGET(cj_stub_box_int, box_int);
    TARGET(cj_stub_box_float, box_float);
    TARGET(cj_stub_dealloc, died);
    TARGET(cj_stub_small_ints, SMALL_INTS);
    TARGET(cj_stub_ints, FREE_LISTS);
    TARGET(cj_stub_floats, FREE_LISTS + 16);
    TARGET(cj_stub_ints_limit, MAX_FREE);
    TARGET(cj_stub_floats_limit, MAX_FREE);
    const uint8_t *const vectorcalls[] = {
        cj_stub_vectorcall_0, cj_stub_vectorcall_1, cj_stub_vectorcall_2, cj_stub_vectorcall_3,
        cj_stub_vectorcall_4, cj_stub_vectorcall_5, cj_stub_vectorcall_6, cj_stub_vectorcall_7,
    };
    const uint8_t *const others[] = {
        cj_stub_leave_frame, cj_stub_eval_breaker, cj_stub_box_int, cj_stub_box_float, cj_stub_free_int, cj_stub_free_float,
    };
    for (uint64_t i = 0; i < 14; i++) {
        uint64_t from = REGION + (nhelpers + 8 + i) * STUB_SIZE;
        uint64_t to = STUBS + ((i < 8 ? vectorcalls[i] : others[i - 8]) - cj_stubs_begin);
        *(uint32_t *)from = 0x14000000 | (uint32_t)((to - from) >> 2 & 0x3ffffff); /* b */
    }
    uint64_t calls = get();
    for (uint64_t c = 0; c < calls; c++) {
        uint64_t nsegments = get();
        for (uint64_t s = 0; s < nsegments; s++) {
            uint64_t address = get(), size = get();
            if (fread((void *)address, 1, size, in) != size)
                return 5;
            __builtin___clear_cache((char *)address, (char *)address + size);
        }
        for (int i = 0; i < 8; i++)
            ctx.in[i] = get();
        ctx.entry = get(), ctx.thread = get(), ctx.frame = get(), ctx.x17 = get();
        nresponses = get();
        for (uint64_t i = 0; i < nresponses; i++) {
            Response *r = &responses[i];
            r->id = get(), r->ret0 = get(), r->ret1 = get(), r->fret = get(), r->address = get(), r->value = get();
        }
        uint64_t dump = get(), dump_size = get();
        next_response = nevents = exited = exit_index = exit_self = stack_size = 0;
        bump = BUMP;
        /* One free object of each kind. */
        uint64_t *lists = (uint64_t *)FREE_LISTS;
        memset(lists, 0, 256);
        lists[0] = FREE_LISTS + 64, lists[1] = 1, lists[2] = FREE_LISTS + 128, lists[3] = 1;
        lists[9] = type_int, lists[17] = type_float;
        thread_state = ctx.thread;
        run_code();
        put(ctx.out0), put(ctx.out1), put(ctx.outd);
        for (int i = 0; i < 10; i++)
            put(ctx.kept[i]);
        for (int i = 0; i < 8; i++)
            put(ctx.keptd[i]);
        put(exited), put(exit_index), put(exit_self);
        fwrite(&ctx.regs, sizeof ctx.regs, 1, out);
        put(stack_size);
        fwrite(stack_copy, 1, stack_size, out);
        put(nevents);
        fwrite(events, sizeof(Event), nevents, out);
        uint64_t *o = (uint64_t *)(ctx.out0 >= REGION && ctx.out0 < REGION + REGION_SIZE - 64 ? ctx.out0 : REGION);
        for (int i = 0; i < 6; i++)
            put(o[i]);
        fwrite((void *)dump, 1, dump_size, out);
        uint64_t nwords = get();
        while (nwords-- > 0)
            put(*(uint64_t *)get());
        fflush(out);
    }
    return 0;
}
