/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt descriptor table and what its vectors call. Owns both tables.
 * Source: SDM volume 3, "Interrupt and Exception Handling".
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/panic.h>
#include <pith/string.h>

#define VECTORS 256
#define EXCEPTIONS 32
#define CPUID_BRAND 0x80000002
#define GATE_INTERRUPT 0x8eull /* present, ring 0, interrupts off on entry */

enum { VECTOR_NMI = 2, VECTOR_DOUBLE_FAULT = 8, VECTOR_MACHINE_CHECK = 18 };

/* Low to high: offset 0..15, selector, IST, type, offset 16..31; then offset
 * 32..63. As words, since 256 of them are filled at each boot. */
struct gate {
    uint64_t low, high;
};

/* Without a lock: the IDT does not change after arch_idt_init, and a handler
 * is one aligned store. */
static struct {
    vector_fn *handlers[VECTORS];
    struct gate idt[VECTORS] __aligned(16);
} vectors;

static const char *const names[EXCEPTIONS] = {
    [0] = "divide error",
    [1] = "debug exception",
    [2] = "NMI",
    [3] = "breakpoint",
    [4] = "overflow",
    [5] = "bound range exceeded",
    [6] = "invalid opcode",
    [7] = "device not available",
    [8] = "double fault",
    [10] = "invalid TSS",
    [11] = "segment not present",
    [12] = "stack-segment fault",
    [13] = "general protection fault",
    [14] = "page fault",
    [16] = "x87 floating-point error",
    [17] = "alignment check",
    [18] = "machine check",
    [19] = "SIMD floating-point exception",
    [20] = "virtualization exception",
    [21] = "control protection exception",
    [28] = "hypervisor injection exception",
    [29] = "VMM communication exception",
    [30] = "security exception",
};

const char *vector_name(unsigned vector)
{
    if (vector < EXCEPTIONS && names[vector])
        return names[vector];
    return vector < EXCEPTIONS ? "reserved exception" : "interrupt";
}

uint64_t fault_address(void)
{
    uint64_t cr2;

    __asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
    return cr2;
}

void vector_set_handler(unsigned vector, vector_fn *handler)
{
    ASSERT(vector < VECTORS);
    WRITE_ONCE(vectors.handlers[vector], handler);
}

static void __attribute__((noreturn)) unhandled(struct trap_frame *frame)
{
    if (frame->vector == VECTOR_PAGE_FAULT)
        panic_trap(frame, "page fault: cannot %s %#lx (error code %#lx)",
                   frame->error_code & 16  ? "execute"
                   : frame->error_code & 2 ? "write"
                                           : "read",
                   fault_address(), frame->error_code);
    panic_trap(frame, "%s: vector %lu, error code %#lx",
               vector_name((unsigned)frame->vector), frame->vector,
               frame->error_code);
}

/*
 * An interrupt cannot come with interrupts off, but QEMU's TCG delivers one
 * that VMRUN injected a second time if its own main loop is asked to stop then
 * (helper_vmrun leaves exception_index set; seen with 10.0). The first delivery
 * sees to all events, so the second is nothing, unless it came on top of the
 * first one's frame on the IST stack.
 */
static void repeated(struct trap_frame *frame)
{
    if (frame->rip - (uint64_t)arch_stubs < VECTORS * ARCH_STUB_BYTES &&
        frame->rsp == this_cpu()->tss.ist[IST_INTERRUPT - 1] - 40)
        panic_trap(frame,
                   "interrupt %#lx came twice: this CPU is an emulation "
                   "that Pith takes for a real one",
                   frame->vector);
}

void arch_dispatch(struct trap_frame *frame)
{
    vector_fn *handler = READ_ONCE(vectors.handlers[frame->vector]);

    if (unlikely(!handler))
        unhandled(frame);
    if (unlikely(frame->vector >= EXCEPTIONS && !(frame->rflags & RFLAGS_IF)))
        repeated(frame);
    else
        handler(frame);
}

static void gate_set(unsigned vector, uint64_t ist)
{
    uint64_t stub = (uint64_t)arch_stubs + vector * ARCH_STUB_BYTES;

    vectors.idt[vector].low = (stub & 0xffff) | SELECTOR_CODE << 16 |
                              ist << 32 | GATE_INTERRUPT << 40 |
                              (stub >> 16 & 0xffff) << 48;
    vectors.idt[vector].high = stub >> 32;
}

/* QEMU's TCG (see repeated). Its own CPU models say so; a CPU under Xen has
 * no other mark of it. */
static bool interrupts_may_repeat(void)
{
    struct cpuid_result brand = cpuid(CPUID_BRAND, 0);

    return !memcmp(&brand, "QEMU TCG", 8);
}

void arch_idt_init(void)
{
    for (unsigned i = 0; i < EXCEPTIONS; i++)
        gate_set(i, IST_EXCEPTION);
    for (unsigned i = EXCEPTIONS; i < VECTORS; i++)
        gate_set(i, IST_INTERRUPT);
    if (interrupts_may_repeat())
        gate_set(VECTOR_UPCALL, 0); /* at the price of red zones */
    gate_set(VECTOR_DOUBLE_FAULT, IST_DOUBLE_FAULT);
    gate_set(VECTOR_NMI, IST_NMI);
    gate_set(VECTOR_MACHINE_CHECK, IST_NMI);
}

void arch_idt_load(void)
{
    struct table_pointer idt = {sizeof(vectors.idt) - 1, (uint64_t)vectors.idt};

    __asm__ volatile("lidt %0" : : "m"(idt));
}
