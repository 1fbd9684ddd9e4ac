/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backtraces by frame pointers: all of Pith keeps them. Trusts no pointer it
 * finds: each is read only if the page tables in use map it.
 */

#include "private.h"
#include <pith/backtrace.h>
#include <pith/bootinfo.h>
#include <pith/format.h>
#include <pith/page.h>
#include <pith/string.h>
#include <pith/vectors.h>

static bool readable(uint64_t vaddr)
{
    static const struct pt_allocator walk = {.ptr = phys_to_virt};
    uint64_t paddr, leaf_bytes;
    unsigned prot;

    if (vaddr >> 47 && vaddr >> 47 != 0x1ffff) /* not canonical */
        return false;
    return pt_lookup(pt_active_root(), &walk, vaddr, &paddr, &leaf_bytes,
                     &prot) == 0;
}

static bool in_text(uint64_t addr)
{
    return addr >= (uint64_t)image_text_start &&
           addr < (uint64_t)image_text_end;
}

/* A return address may lie just behind its function, if that ends with a call
 * that does not return: look up the call itself. Addresses in the image are
 * told as they were linked, as tools know them. */
static void print_frame(unsigned n, uint64_t rip,
                        void (*print)(const char *line, size_t length))
{
    uint64_t offset, back = n > 0;
    const char *name = symbol_find(rip - back, &offset);
    char line[96];
    int length;

    if (name)
        length = format(line, sizeof(line), "#%u 0x%lx %s+0x%lx\n", n,
                        rip - image_base, name, offset + back);
    else
        length = format(line, sizeof(line), "#%u 0x%lx\n", n, rip);
    print(line, (size_t)length);
}

static void walk(unsigned n, unsigned max, uint64_t rip, uint64_t rbp,
                 void (*print)(const char *line, size_t length))
{
    for (; n < max; n++) {
        const uint64_t *frame = (const uint64_t *)rbp;

        print_frame(n, rip, print);
        /* the two words of a frame may lie on two pages */
        if (!in_text(rip) || rbp % 8 || !readable(rbp) || !readable(rbp + 8))
            return;
        rip = frame[1];
        rbp = frame[0];
        if (!rip)
            return;
    }
}

unsigned backtrace_collect(uint64_t rbp, uint64_t *out, unsigned max)
{
    unsigned n = 0;

    while (n < max && rbp % 8 == 0 && readable(rbp) && readable(rbp + 8)) {
        const uint64_t *frame = (const uint64_t *)rbp;

        if (!in_text(frame[1]))
            break;
        out[n++] = frame[1];
        rbp = frame[0];
    }
    return n;
}

void backtrace_show(const uint64_t *callers, unsigned count,
                    void (*print)(const char *line, size_t length))
{
    for (unsigned n = 0; n < count; n++)
        print_frame(n + 1, callers[n], print);
}

void backtrace_some(uint64_t rip, uint64_t rbp, unsigned max,
                    void (*print)(const char *line, size_t length))
{
    walk(0, max, rip, rbp, print);
}

void backtrace_walk(uint64_t rip, uint64_t rbp,
                    void (*print)(const char *line, size_t length))
{
    walk(0, FRAMES_ALL, rip, rbp, print);
}

/* Has the function made its frame when it comes to rip? One that calls nothing
 * may have none. *out_pushed: rbp lies on the stack already. */
static bool has_frame(uint64_t rip, bool *out_pushed)
{
    static const uint8_t mov_rsp_rbp[] = {0x48, 0x89, 0xe5}, push_rbp = 0x55;
    const uint8_t *at = (const uint8_t *)rip, *start;
    uint64_t offset;

    if (!symbol_find(rip, &offset))
        return true;
    start = at - offset;
    *out_pushed = offset && *start == push_rbp;
    for (at = start; at + sizeof(mov_rsp_rbp) <= start + offset; at++)
        if (!memcmp(at, mov_rsp_rbp, sizeof(mov_rsp_rbp)))
            return true;
    return false;
}

/* Who called the code at frame->rip, where rbp does not lead to it; else 0. */
static uint64_t frameless_caller(const struct trap_frame *frame)
{
    bool pushed = false;
    uint64_t at, caller;

    if (in_text(frame->rip) && has_frame(frame->rip, &pushed))
        return 0;
    at = frame->rsp + (pushed ? 8 : 0);
    if (at % 8 || !readable(at))
        return 0;
    caller = *(const uint64_t *)at;
    return in_text(caller) ? caller : 0;
}

/* A fault in the handler of a fault begins at the top of its stack again, and
 * overwrites what led to it. */
static bool is_overwritten(const struct trap_frame *frame)
{
    return frame->rsp < (uint64_t)(frame + 1) &&
           frame->rsp >= (uint64_t)(frame + 1) - EXCEPTION_STACK_BYTES;
}

void backtrace_trap(const struct trap_frame *frame, unsigned max,
                    void (*print)(const char *line, size_t length))
{
    uint64_t caller;

    if (is_overwritten(frame)) {
        print_frame(0, frame->rip, print);
        return;
    }
    caller = frameless_caller(frame);
    if (caller) {
        print_frame(0, frame->rip, print);
        walk(1, max, caller, frame->rbp, print);
    } else {
        walk(0, max, frame->rip, frame->rbp, print);
    }
}
