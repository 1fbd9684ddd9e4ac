/* SPDX-License-Identifier: BSD-2-Clause */
/* pith-cc --debug-heap: each mistake with memory ends with where it was made,
 * and where the block was allocated and freed. On Xen 4.17 in the lab faults do
 * not tell their address: the first register that points to a block may. */
/* cc: --debug-heap */
/* clang-format off */
/* xl: memory=32 */
/* expect: reason=3 */
/* cmdline: use-after-free */
/*   console: ^pith: panic: page fault: read of 0x(5[0-9a-f]{11}|0)$ */
/*   console: ^#0 0x[0-9a-f]+ use_it\+0x */
/*   console: ^debug heap: 0x5[0-9a-f]+ is byte [04] in a freed block of 100 bytes at 0x5[0-9a-f]+$ */
/*   console: ^allocated in thread "main" by:\n(#[0-9].*\n)*#[0-9] 0x[0-9a-f]+ allocate_it\+0x */
/*   console: ^freed in thread "main" by:\n(#[0-9].*\n)*#[0-9] 0x[0-9a-f]+ free_it\+0x */
/* cmdline: overrun */
/*   console: ^pith: panic: page fault: write of 0x(5[0-9a-f]{11}|0)$ */
/*   console: ^#0 0x[0-9a-f]+ overrun_it\+0x */
/*   console: ^debug heap: 0x5[0-9a-f]+ is 0 bytes behind a block of 4096 bytes at 0x5[0-9a-f]+$ */
/*   console: ^allocated in thread "main" by:\n(#[0-9].*\n)*#[0-9] 0x[0-9a-f]+ allocate_it\+0x */
/* cmdline: overrun-little */
/*   console: ^pith: panic: debug heap: byte 13 of a block of 13 bytes was written$ */
/*   console: ^#[0-9] 0x[0-9a-f]+ free_it\+0x */
/*   console: ^allocated in thread "main" by:\n(#[0-9].*\n)*#[0-9] 0x[0-9a-f]+ allocate_it\+0x */
/* cmdline: underrun */
/*   console: ^pith: panic: debug heap: byte -1 of a block of 64 bytes was written$ */
/*   console: ^#[0-9] 0x[0-9a-f]+ free_it\+0x */
/* cmdline: double-free */
/*   console: ^pith: panic: debug heap: free of 0x5[0-9a-f]+, which was freed already$ */
/*   console: ^debug heap: 0x5[0-9a-f]+ is byte 0 in a freed block of 10 bytes at 0x5[0-9a-f]+$ */
/*   console: ^allocated in thread "main" by:\n(#[0-9].*\n)*#[0-9] 0x[0-9a-f]+ allocate_it\+0x */
/*   console: ^freed in thread "main" by:\n(#[0-9].*\n)*#[0-9] 0x[0-9a-f]+ free_it\+0x */
/* cmdline: free-middle */
/*   console: ^pith: panic: debug heap: free of 0x5[0-9a-f]+, which is not the start of a block$ */
/*   console: ^debug heap: 0x5[0-9a-f]+ is byte 0 in a block of 10 bytes at 0x5[0-9a-f]+$ */
/* clang-format on */

#include <stdlib.h>
#include <string.h>

static char *__attribute__((noinline)) allocate_it(size_t bytes)
{
    char *volatile p = malloc(bytes);

    return p;
}

static void __attribute__((noinline)) free_it(char *p)
{
    free(p);
    __asm__ volatile("");
}

/* The address lies in a register: where a fault does not tell it. */
static void __attribute__((noinline)) use_it(char *p)
{
    p += 4;
    __asm__ volatile("movb (%0), %%al" : : "r"(p) : "rax");
}

static void __attribute__((noinline)) overrun_it(char *p)
{
    __asm__ volatile("movb $1, (%0)" : : "r"(p));
}

static int make_mistake(const char *which)
{
    size_t bytes = !strcmp(which, "use-after-free")   ? 100
                   : !strcmp(which, "overrun")        ? 4096
                   : !strcmp(which, "overrun-little") ? 13
                   : !strcmp(which, "underrun")       ? 64
                                                      : 10;
    char *p = allocate_it(bytes);

    if (!strcmp(which, "free-middle"))
        p++;
    else if (!strcmp(which, "overrun"))
        overrun_it(p + bytes);
    else if (!strcmp(which, "overrun-little"))
        p[bytes] = 1;
    else if (!strcmp(which, "underrun"))
        p[-1] = 1;
    free_it(p);
    if (!strcmp(which, "use-after-free"))
        use_it(p);
    free_it(p);
    return 0;
}

int main(int argc, char **argv)
{
    return make_mistake(argc == 2 ? argv[1] : "double-free");
}
