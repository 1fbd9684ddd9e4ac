/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words before any console: Xen's log, and the end of the domain after them.
 * Sources: xen/xen.h, CONSOLEIO_write; xen/sched.h, SCHEDOP_shutdown; port
 * 0xE9 as in Xen's arch/x86/hvm (a line per newline, to guests' log).
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/format.h>
#include <pith/panic.h>
#include <pith/vectors.h>
#include <xen/sched.h>
#include <xen/xen.h>

#define PORT_XEN_LOG 0xe9
#define LINE_MAX 320

long early_hypercall(unsigned nr, uint64_t a1, uint64_t a2, uint64_t a3)
{
    long ret;

    __asm__ volatile("call *%[entry]"
                     : "=a"(ret), "+D"(a1), "+S"(a2), "+d"(a3)
                     : [entry] "r"(hypercall_page + nr * 32)
                     : "memory");
    return ret;
}

void early_write(const char *text, size_t length)
{
    if (early_hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, length,
                        (uint64_t)text) == 0)
        return;
    for (size_t i = 0; i < length; i++)
        port_write8(PORT_XEN_LOG, (uint8_t)text[i]);
}

static void __attribute__((noreturn)) end_as_crashed(void)
{
    struct sched_shutdown arg = {.reason = SHUTDOWN_crash};

    early_hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uint64_t)&arg, 0);
    cpu_stop();
}

static void write_line(char *line, int length)
{
    size_t end = MIN((size_t)length, (size_t)LINE_MAX - 2);

    line[end] = '\n';
    early_write(line, end + 1);
}

void boot_fail(const char *fmt, ...)
{
    char line[LINE_MAX];
    int length = format(line, sizeof(line), "pith: boot: ");
    va_list args;

    va_start(args, fmt);
    length += vformat(line + length, sizeof(line) - (size_t)length, fmt, args);
    va_end(args);
    write_line(line, length);
    end_as_crashed();
}

static void early_panic(const char *reason, const struct trap_frame *frame)
{
    char line[LINE_MAX];

    write_line(line, format(line, sizeof(line), "pith: panic: %s", reason));
    if (frame)
        write_line(line,
                   format(line, sizeof(line),
                          "pith: rip %#lx rsp %#lx rbp %#lx, image base %#lx",
                          frame->rip, frame->rsp, frame->rbp, image_base));
    end_as_crashed();
}

void early_panic_init(void)
{
    panic_set_handler(early_panic);
}
