/* SPDX-License-Identifier: BSD-2-Clause */
/* Each thread has variables of its own, the C library's among them. */
/* cc: --checks */
/* xl: memory=16 */

/* Before libc's, which define some of the same macros. */
#include <pith/clock.h>
#include <pith/heap.h>
#include <pith/thread.h>
#include <pith/waitq.h>

#include "guest_test.h"
#include "guest_threads.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS 50

static __thread int number = 42;
static __thread char text[16] = "initial";
static __thread char zero[5000];
static __thread char line[3] __attribute__((aligned(64))) = "xy";
static __thread char page[5] __attribute__((aligned(1024)));

static struct waitq ended = WAITQ_INIT(ended);
static int running, wrong;

static void expect(int condition)
{
    if (!condition)
        __atomic_fetch_add(&wrong, 1, __ATOMIC_SEQ_CST);
}

static int is_initial(void)
{
    for (size_t i = 0; i < sizeof(zero); i++)
        if (zero[i])
            return 0;
    return number == 42 && !strcmp(text, "initial") && !strcmp(line, "xy") &&
           !page[0] && !page[4];
}

static int is_aligned(void)
{
    char *volatile l = line, *volatile p = page;

    return (size_t)l % 64 == 0 && (size_t)p % 1024 == 0;
}

static void end(void)
{
    __atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
    waitq_wake_all(&ended);
}

static int run(int threads, void (*fn)(void *arg))
{
    running = threads;
    for (long i = 0; i < threads; i++)
        if (!thread_start("tls", THREAD_STACK_BYTES, fn, (void *)i))
            return 0;
    return !WAITQ_WAIT_UNTIL(&ended, !running,
                             clock_monotonic_ns() + 20 * NS_PER_SEC);
}

static void use_variables(void *arg)
{
    int mine = (int)(long)arg;

    expect(is_initial());
    expect(is_aligned());
    for (int i = 0; i < ROUNDS; i++) {
        number = mine * ROUNDS + i;
        memset(zero, mine, sizeof(zero));
        snprintf(text, sizeof(text), "thread %d", mine);
        page[4] = (char)mine;
        thread_yield();
        expect(number == mine * ROUNDS + i);
        expect(zero[0] == mine && zero[sizeof(zero) - 1] == mine);
        expect(atoi(text + 7) == mine && page[4] == mine);
        expect(!strcmp(line, "xy"));
    }
    end();
}

TEST(variables_of_threads_are_apart)
{
    wrong = 0;
    CHECK(is_initial() && is_aligned());
    CHECK(run(THREADS, use_variables));
    CHECK_EQ(wrong, 0);
    CHECK(is_initial());
}

/* Different errors in turns; newlib's own state by strtok and rand. */
static void use_errno(void *arg)
{
    int odd = (int)(long)arg % 2;
    void *volatile none;
    char words[] = "a b c d", *word = strtok(words, " ");

    for (char c = 'a'; word; c++, word = strtok(NULL, " ")) {
        errno = 0;
        if (odd)
            close(-1);
        else
            none = malloc((size_t)1 << 40);
        thread_yield();
        expect(errno == (odd ? EBADF : ENOMEM));
        expect(word[0] == c);
    }
    (void)none;
    end();
}

TEST(errno_of_threads_is_apart)
{
    wrong = 0;
    errno = EXDEV;
    CHECK(run(THREADS, use_errno));
    CHECK_EQ(wrong, 0);
    CHECK_EQ(errno, EXDEV);
}

/* Conversions of floating point are what newlib keeps memory for. */
static void use_memory(void *arg)
{
    char number_text[64];

    snprintf(number_text, sizeof(number_text), "%.30g", 1e300 / 3);
    expect(strtod(number_text, NULL) == 1e300 / 3);
    (void)arg;
    end();
}

/* What the boot began in other threads may end or go on meanwhile; of 1,000
 * threads, each would leave something. */
static bool near(const struct heap_stats *a, const struct heap_stats *b)
{
    return a->allocations < b->allocations + 24 &&
           b->allocations < a->allocations + 24 &&
           a->used_bytes < b->used_bytes + 8192;
}

TEST(thread_end_gives_all_memory_back)
{
    size_t threads = thread_list(NULL, 0);
    struct heap_stats before, after;

    wrong = 0;
    CHECK(run(4, use_memory));
    test_threads_settle(threads);
    heap_get_stats(&before);
    for (int i = 0; i < 250; i++)
        CHECK(run(4, use_memory));
    test_threads_settle(threads);
    heap_get_stats(&after);
    CHECK_EQ(wrong, 0);
    CHECK(near(&after, &before));
}

/* All of memory, as a list. */
static void **fill(void)
{
    void **list = NULL, **block;

    for (size_t size = 1 << 20; size >= 64; size /= 2)
        while ((block = heap_alloc(size))) {
            *block = list;
            list = block;
        }
    return list;
}

static void **free_one(void **list)
{
    void **next = *list;

    heap_free(list);
    return next;
}

static void just_end(void *arg)
{
    (void)arg;
    end();
}

/* With more memory each time it fails at another point, until it does not. */
TEST(thread_start_without_memory_gives_all_back)
{
    size_t threads = thread_list(NULL, 0);
    struct heap_stats before, after;
    struct thread *thread;
    unsigned failed = 0;
    void **list;

    heap_get_stats(&before);
    running = 1;
    list = fill();
    while (!(thread = thread_start("t", 65536, just_end, NULL)) && list) {
        failed++;
        list = free_one(list);
    }
    while (list)
        list = free_one(list);
    CHECK(thread);
    CHECK(failed > 2);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&ended, !running,
                              clock_monotonic_ns() + 20 * NS_PER_SEC),
             0);
    test_threads_settle(threads);
    heap_get_stats(&after);
    /* Less, if a thread of the boot's was still on its way out. */
    CHECK(after.allocations <= before.allocations);
}

int main(void)
{
    return test_run_all();
}
