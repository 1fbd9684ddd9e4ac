/* SPDX-License-Identifier: BSD-2-Clause */
/* Ends by the fault that its argument names. Each is a crash that says why and
 * where, on both consoles. What else kernel/ reports of a crash is looked at by
 * kernel-faults. Xen 4.17 in the lab loses CR2: an address may be 0. */
/* cc: --checks */
/* clang-format off */
/* expect: reason=3 */
/* console: ^vCPU 0, thread "main"$ */
/* console: ^image base 0x[67][0-9a-f]{5}[02468ace]00000$ */
/* console: ^#[0-9]+ 0x1[0-9a-f]{5} main\+0x */
/* xen: #[0-9]+ 0x[0-9a-f]+ main\+0x */
/* cmdline: null */
/*   console: ^pith: panic: page fault: read of 0x(8|0)$ */
/*   console: ^#0 0x[0-9a-f]+ read_null\+0x */
/* cmdline: text */
/*   console: ^pith: panic: page fault: write of 0x([67][0-9a-f]{11}|0)$ */
/*   console: ^#0 0x[0-9a-f]+ write_text\+0x */
/* cmdline: constant */
/*   console: ^pith: panic: page fault: write of 0x([67][0-9a-f]{11}|0)$ */
/*   console: ^#0 0x[0-9a-f]+ write_constant\+0x */
/* cmdline: data */
/*   console: ^pith: panic: page fault: execution of 0x([67][0-9a-f]{11}|0)$ */
/* cmdline: heap-code */
/*   console: ^pith: panic: page fault: execution of */
/* cmdline: opcode */
/*   console: ^pith: panic: invalid opcode */
/*   console: ^#0 0x[0-9a-f]+ run_opcode\+0x */
/* cmdline: divide */
/*   console: ^pith: panic: divide error */
/*   console: ^#0 0x[0-9a-f]+ divide\+0x */
/* cmdline: wild */
/*   console: ^pith: panic: general protection */
/*   console: ^#0 0x[0-9a-f]+ read_wild\+0x */
/* cmdline: panic */
/*   console: ^pith: panic: seven is 7$ */
/* cmdline: assert */
/*   console: ^pith: panic: .*main.c:[0-9]+: assertion failed: zero == 1$ */
/* cmdline: free-twice */
/*   console: ^pith: panic: .*heap.*0x[0-9a-f]+ */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ free_twice\+0x */
/* cmdline: free-wild */
/*   console: ^pith: panic: .*heap.*0x[0-9a-f]+ */
/* cmdline: free-stack */
/*   console: ^pith: panic: .*heap.*0x[0-9a-f]+ */
/* cmdline: abort */
/*   console: ^pith: panic: .*abort */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ call_abort\+0x */
/* cmdline: smash */
/*   console: ^pith: panic: stack smashed in smash_stack$ */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ smash_stack\+0x */
/* cmdline: libc-assert */
/*   console: assertion "zero == 2" failed */
/*   console: ^pith: panic: .*abort */
/* clang-format on */

#include <assert.h>
#include <pith/compiler.h>
#include <pith/panic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile int zero;
static const int constant = 5;

/* The compiler leaves out the frames of functions that call nothing. */
static void read_null(void)
{
    const volatile int *volatile nowhere = (int *)8;

    zero = *nowhere;
}

static void write_text(void)
{
    *(volatile char *)(void *)write_text = 0;
}

static void write_constant(void)
{
    *(volatile int *)&constant = zero;
}

static void run_data(void)
{
    static char code[] = {(char)0xc3};

    ((void (*)(void))(void *)code)();
}

static void run_heap(void)
{
    char *code = malloc(16);

    code[0] = (char)0xc3;
    ((void (*)(void))(void *)code)();
}

static void run_opcode(void)
{
    __asm__ volatile("ud2");
}

static void divide(void)
{
    zero = 100 / zero;
}

/* Not canonical: no page fault. */
static void read_wild(void)
{
    const volatile int *volatile wild = (int *)0x800000000000ul;

    zero = *wild;
}

static void call_panic(void)
{
    panic("seven is %d", zero + 7);
}

static void fail_assertion(void)
{
    ASSERT(zero == 1);
}

static void free_twice(void)
{
    char *volatile p = malloc(100), *volatile q = malloc(100);

    free(p);
    free(p);
    free(q);
}

static void free_wild(void)
{
    char *volatile p = malloc(100);

    p += 16;
    free(p);
}

static void free_stack(void)
{
    char here[64], *volatile p = here;

    free(p);
}

/* Writes over the canary, and leaves the link to the caller's frame alone. */
static void smash_stack(void)
{
    char here[32], *volatile p = here;

    for (char *q = p; q < (char *)__builtin_frame_address(0); q++)
        *q = 1;
}

static void call_abort(void)
{
    abort();
}

static void fail_libc_assertion(void)
{
    assert(zero == 2);
}

static const struct {
    const char *name;
    void (*fn)(void);
} faults[] = {
    {"null", read_null},          {"text", write_text},
    {"constant", write_constant}, {"data", run_data},
    {"heap-code", run_heap},      {"opcode", run_opcode},
    {"divide", divide},           {"wild", read_wild},
    {"panic", call_panic},        {"assert", fail_assertion},
    {"free-twice", free_twice},   {"free-wild", free_wild},
    {"free-stack", free_stack},   {"smash", smash_stack},
    {"abort", call_abort},        {"libc-assert", fail_libc_assertion},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(faults); i++)
        if (strcmp(argv[1], faults[i].name) == 0)
            faults[i].fn();
    puts("boot-faults: no such fault, or it is none");
    return 1;
}
