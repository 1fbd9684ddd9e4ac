/* SPDX-License-Identifier: BSD-2-Clause */
/* Ends by the fault in memory from mmap that its argument names: areas do not
 * answer what they do not allow. Xen 4.17 in the lab loses CR2: there memory
 * comes at once, and an address may be 0. */
/* clang-format off */
/* expect: reason=3 */
/* console: ^vCPU [0-9]+, thread "main"$ */
/* cmdline: none */
/*   console: ^pith: panic: page fault: read of 0x(5[0-9a-f]{11}|0)$ */
/*   console: ^#0 0x[0-9a-f]+ read_at\+0x */
/* cmdline: readonly */
/*   console: ^pith: panic: page fault: write of 0x(5[0-9a-f]{11}|0)$ */
/*   console: ^#0 0x[0-9a-f]+ write_at\+0x */
/* cmdline: data */
/*   console: ^pith: panic: page fault: execution of 0x(5[0-9a-f]{11}|0)$ */
/* cmdline: unmapped */
/*   console: ^pith: panic: page fault: write of 0x(5[0-9a-f]{11}|0)$ */
/* cmdline: memory */
/*   xl: memory=16 */
/*   console: ^pith: panic: out of memory: page fault: write of 0x5|^no memory at once */
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096ul
#define RW (PROT_READ | PROT_WRITE)

static char *map(size_t bytes, int prot)
{
    return mmap(NULL, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void __attribute__((noinline)) read_at(volatile char *p)
{
    (void)*p;
}

static void __attribute__((noinline)) write_at(volatile char *p)
{
    *p = 1;
}

static void use_none(void)
{
    char *p = map(2 * PAGE, RW);

    write_at(p);
    mprotect(p, PAGE, PROT_NONE);
    read_at(p + PAGE);
    read_at(p);
}

static void use_readonly(void)
{
    char *p = map(PAGE, RW);

    write_at(p);
    mprotect(p, PAGE, PROT_READ);
    read_at(p);
    write_at(p);
}

static void use_data(void)
{
    char *p = map(PAGE, RW);

    *p = (char)0xc3;
    ((void (*)(void))(void *)p)();
}

static void use_unmapped(void)
{
    char *p = map(3 * PAGE, RW);

    write_at(p + PAGE);
    munmap(p + PAGE, PAGE);
    write_at(p);
    write_at(p + PAGE);
}

static void use_memory(void)
{
    char *p = map(64 << 20, RW);

    if (p == MAP_FAILED) {
        puts("no memory at once");
        abort();
    }
    for (size_t i = 0; i < 64 << 20; i += PAGE)
        write_at(p + i);
}

static const struct {
    const char *name;
    void (*fn)(void);
} ends[] = {
    {"none", use_none},         {"readonly", use_readonly}, {"data", use_data},
    {"unmapped", use_unmapped}, {"memory", use_memory},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof(ends) / sizeof(*ends); i++)
        if (!strcmp(argv[1], ends[i].name))
            ends[i].fn();
    puts("mm-area-faults: no such fault, or it is none");
    return 1;
}
