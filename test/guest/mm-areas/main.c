/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory by pages: it comes when touched, has the rights that were asked for,
 * and goes. Xen 4.17 in the lab loses CR2: there it comes at once. */
/* clang-format off */
/* cmdline: */
/*   xl: memory=32 */
/*   xl: vcpus=1 */
/* cmdline: */
/*   xl: memory=64 */
/*   xl: vcpus=4 */
/* clang-format on */

#include <pith/area.h>
#include <pith/bootinfo.h>
#include <pith/page.h>
#include <pith/thread.h>

#include "guest_test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE ((size_t)PAGE_SIZE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)

static long free_pages(void)
{
    struct page_stats stats;

    page_get_stats(&stats);
    return (long)stats.free_pages;
}

static char *map(size_t bytes, int prot)
{
    return mmap(NULL, bytes, prot, ANON, -1, 0);
}

/* Does memory come when it is touched? Not where faults lose their address. */
static bool lazy(void)
{
    char *p = map(64 * PAGE, RW);
    long before = free_pages();

    for (size_t i = 0; i < 64; i++)
        p[i * PAGE] = 1;
    before -= free_pages();
    munmap(p, 64 * PAGE);
    return before >= 64;
}

TEST(mmap_memory_is_used_by_touch_and_comes_back)
{
    long start = free_pages(), before;
    char *p = map(4 << 20, RW);

    CHECK(p != MAP_FAILED);
    before = free_pages();
    CHECK(!lazy() || start - before < 8);
    for (size_t i = 0; i < 1024; i += 4) {
        CHECK_EQ(p[i * PAGE + i], 0);
        p[i * PAGE + i] = 5;
    }
    CHECK(!lazy() ||
          (before - free_pages() >= 256 && before - free_pages() < 256 + 8));
    CHECK_EQ(munmap(p, 4 << 20), 0);
    /* Tables stay. */
    CHECK(free_pages() + 12 >= start);
}

TEST(mmap_memory_is_zeroed_again_and_again)
{
    for (int round = 0; round < 20; round++) {
        char *p = map(50 * PAGE, RW);

        for (size_t i = 0; i < 50 * PAGE; i += 512)
            CHECK_EQ(p[i], 0);
        memset(p, 0xaa, 50 * PAGE);
        CHECK_EQ(munmap(p, 50 * PAGE), 0);
    }
}

TEST(mmap_tebibyte_can_be_reserved)
{
    size_t tebibyte = 1ul << 40;
    long before = free_pages();
    char *p = map(tebibyte, PROT_NONE);

    CHECK(p != MAP_FAILED);
    CHECK(before - free_pages() < 8);
    CHECK_EQ(mprotect(p + tebibyte / 2, 8 * PAGE, RW), 0);
    p[tebibyte / 2 + 7 * PAGE] = 3;
    CHECK_EQ(p[tebibyte / 2 + 7 * PAGE], 3);
    CHECK_EQ(munmap(p, tebibyte), 0);
    if (!lazy())
        return;
    p = map(tebibyte, RW);
    CHECK(p != MAP_FAILED);
    for (size_t i = 0; i < 64; i++)
        p[i << 34] = 1;
    CHECK(free_pages() + 64 * 3 + 16 >= before);
    CHECK_EQ(munmap(p, tebibyte), 0);
    CHECK(map(1ul << 46, PROT_NONE) == MAP_FAILED);
    CHECK_EQ(errno, ENOMEM);
}

TEST(munmap_of_a_part_leaves_the_rest)
{
    char *p = map(9 * PAGE, RW), *again;

    memset(p, 7, 9 * PAGE);
    CHECK_EQ(munmap(p + 3 * PAGE, 3 * PAGE), 0);
    CHECK_EQ(p[3 * PAGE - 1], 7);
    CHECK_EQ(p[6 * PAGE], 7);
    again = mmap(p + 3 * PAGE, 3 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(again == p + 3 * PAGE);
    CHECK_EQ(p[4 * PAGE], 0);
    CHECK_EQ(munmap(p, 9 * PAGE), 0);
}

TEST(mprotect_of_a_part_keeps_contents)
{
    char *p = map(9 * PAGE, RW);

    memset(p, 7, 9 * PAGE);
    CHECK_EQ(mprotect(p + 3 * PAGE, 3 * PAGE, PROT_NONE), 0);
    p[0] = p[8 * PAGE] = 8;
    CHECK_EQ(mprotect(p + 3 * PAGE, 3 * PAGE, PROT_READ), 0);
    CHECK_EQ(p[4 * PAGE], 7);
    CHECK_EQ(mprotect(p, 9 * PAGE, RW), 0);
    p[4 * PAGE] = 9;
    CHECK_EQ(p[5 * PAGE], 7);
    CHECK_EQ(munmap(p, 9 * PAGE), 0);
}

TEST(mprotect_makes_code_runnable_and_never_writable_too)
{
    static const unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3};
    char *p = map(PAGE, RW);

    memcpy(p, code, sizeof(code));
    CHECK_EQ(mprotect(p, PAGE, RW | PROT_EXEC), -1);
    CHECK_EQ(errno, EACCES);
    CHECK_EQ(mprotect(p, PAGE, PROT_READ | PROT_EXEC), 0);
    CHECK_EQ(((int (*)(void))(void *)p)(), 42);
    CHECK_EQ(munmap(p, PAGE), 0);
    CHECK(map(PAGE, RW | PROT_EXEC) == MAP_FAILED);
    CHECK_EQ(errno, EACCES);
}

TEST(madvise_dontneed_gives_memory_back)
{
    char *p = map(100 * PAGE, RW);
    long before;

    memset(p, 1, 100 * PAGE);
    before = free_pages();
    CHECK_EQ(madvise(p + PAGE, 98 * PAGE, MADV_DONTNEED), 0);
    CHECK(!lazy() || free_pages() - before >= 98);
    CHECK_EQ(p[0], 1);
    CHECK_EQ(p[50 * PAGE], 0);
    CHECK_EQ(p[99 * PAGE], 1);
    CHECK_EQ(munmap(p, 100 * PAGE), 0);
}

#define FAILS_BY(call, failure, error) \
    do { \
        errno = 0; \
        CHECK((call) == (failure)); \
        CHECK_EQ(errno, error); \
    } while (0)

TEST(mman_errors_are_those_of_posix)
{
    char *p = map(PAGE, RW);

    FAILS_BY(map(0, RW), MAP_FAILED, EINVAL);
    FAILS_BY(map(SIZE_MAX, RW), MAP_FAILED, ENOMEM);
    FAILS_BY(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0), MAP_FAILED, EINVAL);
    FAILS_BY(mmap(NULL, PAGE, RW, ANON, -1, 5), MAP_FAILED, EINVAL);
    FAILS_BY(mmap(p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0), MAP_FAILED,
             EINVAL);
    FAILS_BY(mmap((void *)PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0), MAP_FAILED,
             ENOMEM);
    FAILS_BY(mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), MAP_FAILED,
             EEXIST);
    FAILS_BY(mmap(NULL, PAGE, RW, MAP_PRIVATE, 99, 0), MAP_FAILED, EBADF);
    FAILS_BY(mmap(NULL, PAGE, RW, MAP_PRIVATE, 1, 0), MAP_FAILED, ENODEV);
    FAILS_BY(munmap(p, 0), -1, EINVAL);
    FAILS_BY(munmap(p + 1, PAGE), -1, EINVAL);
    FAILS_BY(mprotect(p + 1, PAGE, PROT_READ), -1, EINVAL);
    FAILS_BY(mprotect(p, 2 * PAGE, PROT_READ), -1, ENOMEM);
    FAILS_BY(mprotect((void *)PAGE, PAGE, PROT_READ), -1, ENOMEM);
    FAILS_BY(madvise(p, PAGE, 77), -1, EINVAL);
    FAILS_BY(madvise(p, 2 * PAGE, MADV_DONTNEED), -1, ENOMEM);
    FAILS_BY(msync(p, PAGE, MS_SYNC | MS_ASYNC), -1, EINVAL);
    FAILS_BY(msync(p, 2 * PAGE, MS_SYNC), -1, ENOMEM);
    CHECK_EQ(msync(p, PAGE, MS_SYNC), 0);
    CHECK_EQ(madvise(p, PAGE, MADV_WILLNEED), 0);
    CHECK_EQ(munmap(p, PAGE), 0);
    CHECK_EQ(munmap(p, PAGE), 0); /* nothing is there any more */
}

TEST(mmap_of_a_file_is_a_private_copy)
{
    int fd = open("/mapped", O_RDWR | O_CREAT, 0600);
    char text[3 * 4096 + 5], *p;

    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)(i * 7 + i / 4096);
    CHECK_EQ(write(fd, text, sizeof(text)), sizeof(text));
    p = mmap(NULL, sizeof(text) - PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE);
    CHECK(p != MAP_FAILED);
    CHECK(!memcmp(p, text + PAGE, sizeof(text) - PAGE));
    CHECK_EQ(p[sizeof(text) - PAGE], 0);
    CHECK_EQ(mprotect(p, PAGE, RW), 0);
    p[0]++;
    CHECK_EQ(pread(fd, text, 1, (off_t)PAGE), 1);
    CHECK_EQ((char)(text[0] + 1), p[0]);
    CHECK_EQ(munmap(p, sizeof(text) - PAGE), 0);
    close(fd);
    unlink("/mapped");
}

/* --- the live tables --- */

static unsigned leaves, wrong;

static void walk(uint64_t table_paddr, int level, uint64_t vaddr)
{
    const uint64_t *table = phys_to_virt(table_paddr);

    for (uint64_t i = 0; i < 512; i++) {
        uint64_t entry = table[i], at = vaddr + (i << (3 + 9 * level));

        if (!(entry & 1))
            continue;
        if (level > 1 && !(entry & 0x80)) {
            walk(entry & 0x000ffffffffff000ull, level - 1, at);
            continue;
        }
        leaves++;
        wrong += entry & 2 && !(entry >> 63);
    }
}

TEST(live_tables_allow_no_write_and_exec_whatever_was_asked)
{
    static const int prots[] = {PROT_NONE, PROT_READ, RW,
                                PROT_READ | PROT_EXEC};
    char *p = map(32 * PAGE, RW);

    memset(p, 1, 32 * PAGE);
    srand(3);
    for (int i = 0; i < 200; i++)
        mprotect(p + (size_t)rand() % 24 * PAGE, (size_t)rand() % 8 * PAGE,
                 prots[rand() % 4]);
    leaves = wrong = 0;
    walk(pt_active_root(), 4, 0);
    CHECK(leaves > 10);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(munmap(p, 32 * PAGE), 0);
}

/* --- several threads at once --- */

#define THREADS 4
#define SHARED_PAGES 1024ul

static unsigned char *volatile shared;
static int finished, errors;

static void say(int *what)
{
    __atomic_fetch_add(what, 1, __ATOMIC_SEQ_CST);
}

/* All touch all pages, each its own byte of them. */
static void toucher(void *arg)
{
    size_t me = (size_t)arg;

    for (size_t i = 0; i < SHARED_PAGES; i++) {
        size_t page = (i * 17 + me * 256) % SHARED_PAGES;

        if (shared[page * PAGE + me])
            say(&errors);
        shared[page * PAGE + me] = (unsigned char)(page + me + 1);
        if (i % 16 == 0)
            thread_yield();
    }
    say(&finished);
}

/* Maps, fills, checks and unmaps, next to the others. */
static void churner(void *arg)
{
    unsigned char fill = (unsigned char)(size_t)arg + 1;

    for (int round = 0; round < 60; round++) {
        size_t pages = 1 + (size_t)round % 9;
        char *p = map(pages * PAGE, RW);

        if (p == MAP_FAILED) {
            say(&errors);
            continue;
        }
        for (size_t i = 0; i < pages; i++) {
            if (p[i * PAGE])
                say(&errors);
            memset(p + i * PAGE, fill, PAGE);
            thread_yield();
        }
        for (size_t i = 0; i < pages * PAGE; i += 64)
            if (p[i] != (char)fill)
                say(&errors);
        if (munmap(p, pages * PAGE))
            say(&errors);
    }
    say(&finished);
}

static void run_threads(int count, void (*fn)(void *arg))
{
    for (int i = 0; i < count; i++)
        if (!thread_start("toucher", THREAD_STACK_BYTES, fn, (void *)(long)i))
            say(&errors);
}

static void await(int count)
{
    while (__atomic_load_n(&finished, __ATOMIC_SEQ_CST) < count)
        thread_yield();
}

TEST(pages_touched_by_many_at_once_are_one)
{
    shared = (unsigned char *)map(SHARED_PAGES * PAGE, RW);
    finished = errors = 0;
    run_threads(THREADS, toucher);
    await(THREADS);
    CHECK_EQ(errors, 0);
    for (size_t page = 0; page < SHARED_PAGES; page++)
        for (size_t me = 0; me < THREADS; me++)
            CHECK_EQ(shared[page * PAGE + me], (unsigned char)(page + me + 1));
    CHECK_EQ(munmap(shared, SHARED_PAGES * PAGE), 0);
}

TEST(neighbours_survive_unmap_by_others)
{
    shared = (unsigned char *)map(SHARED_PAGES * PAGE, RW);
    finished = errors = 0;
    run_threads(2, toucher);
    run_threads(THREADS, churner);
    await(THREADS + 2);
    CHECK_EQ(errors, 0);
    CHECK_EQ(munmap(shared, SHARED_PAGES * PAGE), 0);
}

int main(void)
{
    return test_run_all();
}
