/*
 * The part of the emulator's plugin interface, version 1, that the counter uses.
 * Distributions ship the emulator without a header for it; the interface itself is stable.
 */
#ifndef BENCH_PLUGIN_EMULATOR_H
#define BENCH_PLUGIN_EMULATOR_H

#include <stddef.h>
#include <stdint.h>

#define PLUGIN_EXPORT __attribute__((visibility("default")))

/* One translated block, valid during the translation callback only. */
struct qemu_plugin_tb;
struct qemu_plugin_insn;

/* What a callback may do with guest registers. */
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS = 0 };

typedef void (*tb_translated_fn)(uint64_t plugin, struct qemu_plugin_tb *tb);
typedef void (*tb_executed_fn)(unsigned int vcpu, void *data);
typedef void (*syscall_fn)(uint64_t plugin, unsigned int vcpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
			   uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8);
typedef void (*exit_fn)(uint64_t plugin, void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
/* The instruction's place in the emulator's own memory. */
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t plugin, tb_translated_fn callback);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, tb_executed_fn callback,
					  enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_syscall_cb(uint64_t plugin, syscall_fn callback);
void qemu_plugin_register_atexit_cb(uint64_t plugin, exit_fn callback, void *data);

#endif
