/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What memory and string functions cost, by the TSC, which counts instructions
 * in deterministic mode. Builds for Pith and for Linux. Prints
 * "FIGURE [PREFIX_]NAME_BYTES INSTRUCTIONS" for 100 calls; the prefix is the
 * argument.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGE 65536
#define TRIES 7

static char source[LARGE + 64] __attribute__((aligned(64)));
static char target[LARGE + 64] __attribute__((aligned(64)));
/* The compiler is not to know what comes of a call. */
#define RUN(name, call) \
    static void run_##name(size_t n) \
    { \
        uintptr_t result = (uintptr_t)(call); \
\
        (void)n; \
        __asm__ volatile("" : : "r"(result) : "memory"); \
    }

RUN(nothing, n)
RUN(memcpy, memcpy(target, source, n))
RUN(memset, memset(target, 0, n))
RUN(strlen, strlen(source))
RUN(memcmp, memcmp(target, source, n))
RUN(strcmp, strcmp(target, source))
RUN(memchr, memchr(source, 'x', n))
RUN(strchr, strchr(source, 'x'))
RUN(strcpy, strcpy(target, source))

/* The least of several, less what the measuring takes: what another domain or
 * an interrupt takes only adds. */
static uint64_t time_of(void (*volatile run)(size_t), size_t bytes)
{
    uint64_t least = UINT64_MAX;
    int calls = bytes > 4096 ? 10 : 100;

    for (int i = 0; i < TRIES; i++) {
        uint64_t start = __builtin_ia32_rdtsc(), took;

        for (int n = 0; n < calls; n++)
            run(bytes);
        took = __builtin_ia32_rdtsc() - start;
        least = took < least ? took : least;
    }
    return least * 100 / (unsigned)calls;
}

static void figures(const char *prefix, size_t bytes)
{
    static const struct {
        const char *name;
        void (*run)(size_t);
    } what[] = {
        {"memcpy", run_memcpy}, {"memset", run_memset}, {"strlen", run_strlen},
        {"memcmp", run_memcmp}, {"strcmp", run_strcmp}, {"memchr", run_memchr},
        {"strchr", run_strchr}, {"strcpy", run_strcpy},
    };
    uint64_t none;

    none = time_of(run_nothing, bytes);
    for (size_t i = 0; i < sizeof(what) / sizeof(what[0]); i++) {
        memset(source, 'a', sizeof(source));
        source[bytes] = 0;
        memcpy(target, source, sizeof(source));
        printf("FIGURE %s%s_%u %llu\n", prefix, what[i].name, (unsigned)bytes,
               (unsigned long long)(time_of(what[i].run, bytes) - none));
    }
}

int main(int argc, char **argv)
{
    const char *prefix = argc > 1 ? argv[1] : "";

    figures(prefix, 8);
    figures(prefix, 64);
    figures(prefix, 1024);
    figures(prefix, LARGE);
    fflush(stdout);
    return 0;
}
