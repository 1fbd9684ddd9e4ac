/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backtraces with names from the symbol table that the SDK links into each
 * image. kernel/. Any context; reads the stack only where it is mapped.
 */
#ifndef PITH_BACKTRACE_H
#define PITH_BACKTRACE_H

#include <pith/compiler.h>

/* Hands one line a frame, "#N ADDRESS name+0xOFFSET" and a newline, to print,
 * from frame pointer rbp and program counter rip on; at most 32 frames. */
void backtrace_walk(uint64_t rip, uint64_t rbp,
                    void (*print)(const char *line, size_t length));
/* Stores where the calls return to that lead to frame pointer rbp, innermost
 * first, at most max. Returns how many. */
unsigned backtrace_collect(uint64_t rbp, uint64_t *out, unsigned max);
/* Prints what backtrace_collect stored as backtrace_walk does, from #1 on. */
void backtrace_show(const uint64_t *callers, unsigned count,
                    void (*print)(const char *line, size_t length));
/* Name of the function that holds addr and the offset in it, NULL if none. */
const char *symbol_find(uint64_t addr, uint64_t *out_offset);

#endif
