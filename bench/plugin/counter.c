/*
 * Counts the instructions that an emulated program executes.
 *
 *     qemu-aarch64 -plugin file=counter.so,out=FILE[,blocks=FILE] PROGRAM ...
 *
 * Each thread has its own counters. The program marks a point with the system call
 * getpriority(MARK_WHICH, k), which fails harmlessly without this plugin; the mark is a
 * line in the file `out`:
 *
 *     mark PID THREAD K  OWN OWN_JIT OWN_ENTRIES  ALL ALL_JIT ALL_ENTRIES
 *
 * OWN counters are those of the calling thread, ALL those of the whole process. JIT are the
 * instructions in code that came from no file, which is what a JIT makes; ENTRIES counts how
 * often control came into such code from elsewhere, returns from calls included. When
 * a process ends it writes the same line with the word `exit` and 0 as K. Lines are
 * appended, so that one file serves a tree of processes.
 *
 * With `blocks`, executions are counted for every block, too. Two marks are then special:
 * MARK_BLOCKS_RESET forgets these counts, and MARK_BLOCKS_WRITE writes them:
 *
 *     ADDRESS INSTRUCTIONS EXECUTIONS JIT
 *
 * A block is counted as a whole when it is entered, so the few that a signal
 * interrupts are counted too high.
 */
#include "emulator.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

PLUGIN_EXPORT int qemu_plugin_version = 1;

/* Numbers of system calls, and a protection bit, of the guest. */
enum { SYS_GETPRIORITY = 141, SYS_MMAP = 222, SYS_MPROTECT = 226, GUEST_PROT_EXEC = 4 };

enum { MARK_WHICH = 0x1c0417, MARK_BLOCKS_RESET = 0x7fff0001, MARK_BLOCKS_WRITE = 0x7fff0002 };

/* Threads beyond the last share its counters. */
enum { MAX_THREADS = 1024 };

/* A cache line for each thread. */
struct counters {
	uint64_t all;
	uint64_t jit;
	uint64_t entries;
	uint64_t in_jit; /* whether the block before was JIT code */
} __attribute__((aligned(64)));

static struct counters threads[MAX_THREADS];

/* A block at one address with one length and kind. It lives as long as the process: the emulator may
 * throw the translation away and make it again. */
struct block {
	struct block *next;
	uint64_t address;
	uint64_t executions;
	uint32_t instructions;
	bool jit;
};

enum { BLOCK_BUCKETS = 1 << 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct block *blocks[BLOCK_BUCKETS];
static const char *out_path;
static const char *blocks_path;

/* Memory that is mapped from files, in the emulator's addresses, ascending. */
static struct range {
	uintptr_t from, to;
} *files;
static size_t n_files, max_files;
/* Set when the guest may have got new code. Written by any thread. */
static bool files_stale = true;

static struct counters *counters_of(unsigned int vcpu)
{
	return &threads[vcpu < MAX_THREADS ? vcpu : MAX_THREADS - 1];
}

/* The caller holds the lock. On error no code counts as the JIT's. */
static void read_files(void)
{
	n_files = 0;
	FILE *maps = fopen("/proc/self/maps", "r");
	if (maps == NULL)
		return;
	char line[4352];
	while (fgets(line, sizeof line, maps) != NULL) {
		uintptr_t from, to;
		int name = 0;
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %*s %n", &from, &to, &name) != 2 || name == 0)
			continue;
		/* Shared memory is a file in name only. */
		if (line[name] != '/' || strncmp(line + name, "/memfd:", 7) == 0 || strncmp(line + name, "/dev/", 5) == 0)
			continue;
		if (n_files == max_files) {
			size_t max = max_files != 0 ? 2 * max_files : 256;
			struct range *more = realloc(files, max * sizeof *more);
			if (more == NULL)
				break;
			files = more;
			max_files = max;
		}
		files[n_files++] = (struct range){from, to};
	}
	fclose(maps);
}

/* The caller holds the lock. */
static bool is_jit(const void *code)
{
	if (__atomic_exchange_n(&files_stale, false, __ATOMIC_RELAXED))
		read_files();
	uintptr_t address = (uintptr_t)code;
	size_t low = 0, high = n_files;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (address < files[middle].from)
			high = middle;
		else if (address >= files[middle].to)
			low = middle + 1;
		else
			return false;
	}
	return n_files != 0;
}

/* The caller holds the lock. NULL without memory. */
static struct block *find_block(uint64_t address, uint32_t instructions, bool jit)
{
	struct block **bucket = &blocks[(address >> 2) % BLOCK_BUCKETS];
	for (struct block *b = *bucket; b != NULL; b = b->next)
		if (b->address == address && b->instructions == instructions && b->jit == jit)
			return b;
	struct block *b = calloc(1, sizeof *b);
	if (b == NULL)
		return NULL;
	*b = (struct block){.next = *bucket, .address = address, .instructions = instructions, .jit = jit};
	*bucket = b;
	return b;
}

/* These four run at every block; data is the number of instructions, or the block. */

static void plain_executed(unsigned int vcpu, void *data)
{
	struct counters *c = counters_of(vcpu);
	c->all += (uintptr_t)data;
	c->in_jit = 0;
}

static void jit_executed(unsigned int vcpu, void *data)
{
	struct counters *c = counters_of(vcpu);
	c->all += (uintptr_t)data;
	c->jit += (uintptr_t)data;
	c->entries += 1 - c->in_jit;
	c->in_jit = 1;
}

static void plain_block_executed(unsigned int vcpu, void *data)
{
	struct block *b = data;
	b->executions++;
	plain_executed(vcpu, (void *)(uintptr_t)b->instructions);
}

static void jit_block_executed(unsigned int vcpu, void *data)
{
	struct block *b = data;
	b->executions++;
	jit_executed(vcpu, (void *)(uintptr_t)b->instructions);
}

static void translated(uint64_t plugin, struct qemu_plugin_tb *tb)
{
	(void)plugin;
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct block *b = NULL;
	pthread_mutex_lock(&lock);
	bool jit = is_jit(qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(tb, 0)));
	if (blocks_path != NULL)
		b = find_block(qemu_plugin_tb_vaddr(tb), (uint32_t)n, jit);
	pthread_mutex_unlock(&lock);
	if (b != NULL)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, jit ? jit_block_executed : plain_block_executed,
						     QEMU_PLUGIN_CB_NO_REGS, b);
	else
		qemu_plugin_register_vcpu_tb_exec_cb(tb, jit ? jit_executed : plain_executed, QEMU_PLUGIN_CB_NO_REGS,
						     (void *)(uintptr_t)n);
}

/* The file is not kept open: the guest would see the descriptor. */
static void append(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, text, length) != (ssize_t)length)
		fprintf(stderr, "counter: cannot write to %s\n", path);
	if (fd >= 0)
		close(fd);
}

static void write_counters(const char *word, unsigned int vcpu, uint64_t k)
{
	const struct counters *own = counters_of(vcpu);
	struct counters sum = {0};
	for (size_t i = 0; i < MAX_THREADS; i++) {
		sum.all += threads[i].all;
		sum.jit += threads[i].jit;
		sum.entries += threads[i].entries;
	}
	char line[256];
	int n = snprintf(line, sizeof line,
			 "%s %ld %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
			 word, (long)getpid(), vcpu, k, own->all, own->jit, own->entries, sum.all, sum.jit, sum.entries);
	append(out_path, line, (size_t)n);
}

static void reset_blocks(void)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < BLOCK_BUCKETS; i++)
		for (struct block *b = blocks[i]; b != NULL; b = b->next)
			b->executions = 0;
	pthread_mutex_unlock(&lock);
}

static void write_blocks(void)
{
	FILE *file = fopen(blocks_path, "we");
	if (file == NULL) {
		fprintf(stderr, "counter: cannot write to %s\n", blocks_path);
		return;
	}
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < BLOCK_BUCKETS; i++)
		for (const struct block *b = blocks[i]; b != NULL; b = b->next)
			if (b->executions != 0)
				fprintf(file, "%" PRIx64 " %" PRIu32 " %" PRIu64 " %d\n", b->address, b->instructions,
					b->executions, b->jit);
	pthread_mutex_unlock(&lock);
	fclose(file);
}

static void called(uint64_t plugin, unsigned int vcpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
		   uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8)
{
	(void)plugin, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
	if ((number == SYS_MMAP || number == SYS_MPROTECT) && (a3 & GUEST_PROT_EXEC) != 0)
		__atomic_store_n(&files_stale, true, __ATOMIC_RELAXED);
	if (number != SYS_GETPRIORITY || a1 != MARK_WHICH)
		return;
	if (a2 != MARK_BLOCKS_RESET && a2 != MARK_BLOCKS_WRITE)
		write_counters("mark", vcpu, a2);
	else if (blocks_path != NULL && a2 == MARK_BLOCKS_RESET)
		reset_blocks();
	else if (blocks_path != NULL)
		write_blocks();
}

static void ended(uint64_t plugin, void *data)
{
	(void)plugin, (void)data;
	write_counters("exit", 0, 0);
}

struct qemu_info_t;

/* Returns 0, or anything else to end the emulator. */
PLUGIN_EXPORT int qemu_plugin_install(uint64_t plugin, const struct qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "out=", 4) == 0) {
			out_path = strdup(argv[i] + 4);
		} else if (strncmp(argv[i], "blocks=", 7) == 0) {
			blocks_path = strdup(argv[i] + 7);
		} else {
			fprintf(stderr, "counter: unknown argument %s\n", argv[i]);
			return -1;
		}
	}
	if (out_path == NULL) {
		fprintf(stderr, "counter: out=FILE is missing\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(plugin, translated);
	qemu_plugin_register_vcpu_syscall_cb(plugin, called);
	qemu_plugin_register_atexit_cb(plugin, ended, NULL);
	return 0;
}
