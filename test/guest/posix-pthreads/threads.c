/* SPDX-License-Identifier: BSD-2-Clause */

#include "parts.h"

/* Making and ending threads, attributes, keys, once, scheduling. */

void *give_back(void *arg)
{
    return arg;
}

static void exit_deep_inside(long value)
{
    pthread_exit((void *)value);
}

static void *exit_with(void *arg)
{
    exit_deep_inside((long)arg + 1);
    return NULL;
}

/* covers: pthread_create pthread_exit pthread_join */
TEST(join_gives_the_result)
{
    pthread_t threads[THREADS];
    void *result;

    for (long i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL,
                                i % 2 ? give_back : exit_with, (void *)i),
                 0);
    for (long i = 0; i < THREADS; i++) {
        CHECK_EQ(pthread_join(threads[i], &result), 0);
        CHECK_EQ((long)result, i % 2 ? i : i + 1);
    }
}

pthread_barrier_t gate;

void *wait_at_gate(void *arg)
{
    pthread_barrier_wait(&gate);
    return arg;
}

static void *join_other(void *arg)
{
    return (void *)(long)pthread_join(*(pthread_t *)arg, NULL);
}

/* covers: pthread_detach pthread_join pthread_timedjoin_np pthread_tryjoin_np
 * */
TEST(join_and_detach_say_what_is_wrong)
{
    pthread_t thread, joiner;
    pthread_attr_t attr;
    void *result;

    pthread_barrier_init(&gate, NULL, 2);
    CHECK_EQ(pthread_join(pthread_self(), NULL), EDEADLK);
    CHECK_EQ(pthread_join(12345, NULL), ESRCH);
    CHECK_EQ(pthread_detach(12345), ESRCH);
    CHECK_EQ(pthread_create(&thread, NULL, wait_at_gate, NULL), 0);
    CHECK_EQ(pthread_tryjoin_np(thread, NULL), EBUSY);
    CHECK_EQ(pthread_timedjoin_np(thread, NULL, &long_ago), ETIMEDOUT);
    CHECK_EQ(pthread_timedjoin_np(thread, NULL, &bad_time), EINVAL);
    CHECK_EQ(pthread_detach(thread), 0);
    CHECK_EQ(pthread_join(thread, NULL), EINVAL);
    CHECK_EQ(pthread_detach(thread), EINVAL);
    pthread_barrier_wait(&gate);

    pthread_attr_init(&attr);
    CHECK_EQ(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED), 0);
    CHECK_EQ(pthread_create(&thread, &attr, wait_at_gate, NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), EINVAL);
    pthread_barrier_wait(&gate);

    CHECK_EQ(pthread_create(&thread, NULL, wait_at_gate, (void *)5), 0);
    CHECK_EQ(pthread_create(&joiner, NULL, join_other, &thread), 0);
    pthread_barrier_wait(&gate);
    CHECK_EQ(pthread_join(joiner, &result), 0);
    CHECK_EQ((long)result, 0);
    CHECK_EQ(pthread_join(thread, &result), ESRCH);
    CHECK_EQ(pthread_barrier_destroy(&gate), 0);
}

/* covers: pthread_equal pthread_self */
TEST(ids_are_equal_to_themselves_only)
{
    pthread_t thread;

    CHECK(pthread_equal(pthread_self(), pthread_self()));
    CHECK_EQ(pthread_create(&thread, NULL, give_back, NULL), 0);
    CHECK(!pthread_equal(pthread_self(), thread));
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

/* covers: pthread_attr_destroy pthread_attr_getdetachstate
 * pthread_attr_getguardsize pthread_attr_getscope pthread_attr_getstacksize
 * pthread_attr_init pthread_attr_setdetachstate pthread_attr_setguardsize
 * pthread_attr_setinheritsched pthread_attr_setschedparam
 * pthread_attr_setschedpolicy pthread_attr_setscope pthread_attr_setstack
 * pthread_attr_setstacksize */
TEST(attributes_say_what_is_wrong)
{
    pthread_attr_t attr, unmade;
    pthread_t thread;
    size_t size;
    int value;

    memset(&unmade, 0, sizeof(unmade));
    CHECK_EQ(pthread_create(&thread, &unmade, give_back, NULL), EINVAL);
    CHECK_EQ(pthread_attr_init(&attr), 0);
    CHECK_EQ(pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN - 1), EINVAL);
    CHECK_EQ(pthread_attr_setstack(&attr, NULL, 1 << 20), EINVAL);
    CHECK_EQ(pthread_attr_setstack(&attr, &attr, 100), EINVAL);
    CHECK_EQ(pthread_attr_setdetachstate(&attr, 7), EINVAL);
    CHECK_EQ(pthread_attr_setinheritsched(&attr, 7), EINVAL);
    CHECK_EQ(pthread_attr_setschedpolicy(&attr, 77), EINVAL);
    CHECK_EQ(pthread_attr_setscope(&attr, PTHREAD_SCOPE_PROCESS), ENOTSUP);
    CHECK_EQ(pthread_attr_setscope(&attr, 77), EINVAL);
    CHECK_EQ(pthread_attr_setscope(&attr, PTHREAD_SCOPE_SYSTEM), 0);
    CHECK_EQ(pthread_attr_setschedparam(
                 &attr, &(struct sched_param){.sched_priority = 1}),
             EINVAL);
    CHECK_EQ(pthread_attr_setstacksize(&attr, 100000), 0);
    CHECK_EQ(pthread_attr_getstacksize(&attr, &size), 0);
    CHECK_EQ(size, 100000);
    CHECK_EQ(pthread_attr_setguardsize(&attr, 8192), 0);
    CHECK_EQ(pthread_attr_getguardsize(&attr, &size), 0);
    CHECK_EQ(size, 8192);
    CHECK_EQ(pthread_attr_getdetachstate(&attr, &value), 0);
    CHECK_EQ(value, PTHREAD_CREATE_JOINABLE);
    CHECK_EQ(pthread_attr_getscope(&attr, &value), 0);
    CHECK_EQ(value, PTHREAD_SCOPE_SYSTEM);
    CHECK_EQ(pthread_create(&thread, &attr, give_back, NULL), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(pthread_attr_destroy(&attr), 0);
    CHECK_EQ(pthread_create(&thread, &attr, give_back, NULL), EINVAL);
}

TEST(create_without_memory_gives_eagain)
{
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    CHECK_EQ(pthread_attr_setstacksize(&attr, 1ul << 30), 0);
    CHECK_EQ(pthread_create(&thread, &attr, give_back, NULL), EAGAIN);
}

struct stack_seen {
    char *low, *local;
    size_t size;
    int detached;
};

static void *look_at_stack(void *arg)
{
    struct stack_seen *seen = arg;
    pthread_attr_t attr;
    void *low;

    EXPECT(!pthread_getattr_np(pthread_self(), &attr));
    EXPECT(!pthread_attr_getstack(&attr, &low, &seen->size));
    EXPECT(!pthread_attr_getdetachstate(&attr, &seen->detached));
    seen->low = low;
    seen->local = __builtin_frame_address(0);
    return NULL;
}

/* covers: pthread_attr_setstack */
TEST(stack_of_the_program_is_used_and_given_back)
{
    const size_t size = 80000;
    char *stack = aligned_alloc(16, size);
    struct stack_seen seen;
    pthread_attr_t attr;
    pthread_t thread;

    wrong = 0;
    CHECK(stack);
    pthread_attr_init(&attr);
    CHECK_EQ(pthread_attr_setstack(&attr, stack, size), 0);
    for (int i = 0; i < 8; i++) {
        CHECK_EQ(pthread_create(&thread, &attr, look_at_stack, &seen), 0);
        CHECK_EQ(pthread_join(thread, NULL), 0);
        memset(stack, 0xa5, size); /* nobody runs on it any more */
        CHECK(seen.low == stack && seen.size == size);
        CHECK(seen.local > stack && seen.local < stack + size);
    }
    free(stack);
    CHECK_EQ(pthread_create(&thread, NULL, look_at_stack, &seen), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(seen.size, PTHREAD_STACK_DEFAULT);
    CHECK(seen.local > seen.low && seen.local < seen.low + seen.size);
    look_at_stack(&seen);
    CHECK(seen.local > seen.low && seen.local < seen.low + seen.size);
    CHECK_EQ(wrong, 0);
}

/* covers: pthread_getname_np pthread_setname_np */
TEST(names_are_set_and_read)
{
    pthread_t thread;
    char name[16];

    pthread_barrier_init(&gate, NULL, 2);
    CHECK_EQ(pthread_create(&thread, NULL, wait_at_gate, NULL), 0);
    CHECK_EQ(pthread_setname_np(thread, "fifteen letters"), 0);
    CHECK_EQ(pthread_getname_np(thread, name, sizeof(name)), 0);
    CHECK_STR(name, "fifteen letters");
    CHECK_EQ(pthread_setname_np(thread, "sixteen letters!"), ERANGE);
    CHECK_EQ(pthread_getname_np(thread, name, 15), ERANGE);
    CHECK_EQ(pthread_setname_np(12345, "x"), ESRCH);
    CHECK_EQ(pthread_setname_np(pthread_self(), "first"), 0);
    CHECK_EQ(pthread_getname_np(pthread_self(), name, sizeof(name)), 0);
    CHECK_STR(name, "first");
    pthread_barrier_wait(&gate);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(pthread_barrier_destroy(&gate), 0);
}

/* --- many --- */

static int count;
size_t threads_at_start;

static void *count_up(void *arg)
{
    __atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST);
    return arg;
}

/* On several vCPUs fewer: each of their ends interrupts all. */
TEST(thousand_threads_at_once_fit)
{
    static pthread_t threads[1000];
    int many = smp_online_count() > 1 ? 100 : 1000;
    pthread_attr_t attr;

    pthread_barrier_init(&gate, NULL, (unsigned)many + 1);
    pthread_attr_init(&attr);
    CHECK_EQ(pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN), 0);
    for (int i = 0; i < many; i++)
        CHECK_EQ(pthread_create(&threads[i], &attr, wait_at_gate, NULL), 0);
    pthread_barrier_wait(&gate);
    for (int i = 0; i < many; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(pthread_barrier_destroy(&gate), 0);
}

/* Another vCPU may be about to free what the last one left. */
static size_t allocations_settled(void)
{
    struct heap_stats before, after;

    heap_get_stats(&after);
    for (int same = 0; same < 20; same++) {
        before = after;
        test_threads_settle(threads_at_start);
        heap_get_stats(&after);
        if (after.allocations != before.allocations)
            same = 0;
    }
    return after.allocations;
}

TEST(threads_give_all_memory_back)
{
    size_t before;
    pthread_t thread;

    count = 0;
    CHECK_EQ(run_new(THREADS, count_up), 0);
    before = allocations_settled();
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(run_new(THREADS, count_up), 0);
        CHECK_EQ(pthread_create(&thread, NULL, count_up, NULL), 0);
        CHECK_EQ(pthread_detach(thread), 0);
    }
    while (__atomic_load_n(&count, __ATOMIC_SEQ_CST) < 4 * THREADS + 3)
        sched_yield();
    CHECK_EQ(allocations_settled(), before);
}

/* --- keys, once --- */

static pthread_key_t first_key, second_key;
int destroyed;

static void destroy_value(void *value)
{
    __atomic_fetch_add(&destroyed, (int)(long)value, __ATOMIC_SEQ_CST);
}

/* Sets another value each time. */
static void destroy_again(void *value)
{
    __atomic_fetch_add(&destroyed, 1000, __ATOMIC_SEQ_CST);
    pthread_setspecific(second_key, value);
}

static void *use_keys(void *arg)
{
    EXPECT(!pthread_getspecific(first_key));
    EXPECT(!pthread_setspecific(first_key, (void *)((long)arg + 1)));
    EXPECT(!pthread_setspecific(second_key, arg));
    sched_yield();
    EXPECT(pthread_getspecific(first_key) == (void *)((long)arg + 1));
    EXPECT(pthread_getspecific(second_key) == arg);
    return NULL;
}

/* covers: pthread_getspecific pthread_key_create pthread_key_delete
 * pthread_setspecific */
TEST(key_destructors_run_for_values_that_are_set)
{
    destroyed = 0;
    CHECK_EQ(pthread_key_create(&first_key, destroy_value), 0);
    CHECK_EQ(pthread_key_create(&second_key, NULL), 0);
    CHECK_EQ(run_new(4, use_keys), 0);
    CHECK_EQ(destroyed, 1 + 2 + 3 + 4);
    CHECK_EQ(pthread_key_delete(second_key), 0);
    CHECK_EQ(pthread_key_create(&second_key, destroy_again), 0);
    destroyed = 0;
    CHECK_EQ(run_new(2, use_keys),
             0); /* the first one's second value is NULL */
    CHECK_EQ(destroyed, 1 + 2 + 1000 * PTHREAD_DESTRUCTOR_ITERATIONS);
    CHECK_EQ(pthread_setspecific(first_key, &destroyed), 0);
    CHECK_EQ(pthread_key_delete(first_key), 0);
    CHECK_EQ(pthread_key_delete(first_key), EINVAL);
    CHECK_EQ(pthread_setspecific(first_key, NULL), EINVAL);
    CHECK_EQ(pthread_key_create(&first_key, NULL), 0);
    CHECK(!pthread_getspecific(first_key)); /* the old value is gone */
    CHECK_EQ(pthread_key_delete(first_key), 0);
    CHECK_EQ(pthread_key_delete(second_key), 0);
    CHECK_EQ(pthread_key_delete(PTHREAD_KEYS_MAX), EINVAL);
    CHECK_EQ(pthread_setspecific(PTHREAD_KEYS_MAX, NULL), EINVAL);
    CHECK(!pthread_getspecific(PTHREAD_KEYS_MAX));
}

TEST(keys_end_with_eagain)
{
    pthread_key_t keys[PTHREAD_KEYS_MAX], one;
    int n = 0;

    while (n < PTHREAD_KEYS_MAX && !pthread_key_create(&keys[n], NULL))
        n++;
    CHECK(n > PTHREAD_KEYS_MAX / 2);
    CHECK_EQ(pthread_key_create(&one, NULL), EAGAIN);
    while (n)
        CHECK_EQ(pthread_key_delete(keys[--n]), 0);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int once_ran, once_done;

static void run_once(void)
{
    once_ran++;
    usleep(2000);
    once_done = 1;
}

static void *call_once_here(void *arg)
{
    EXPECT(!pthread_once(&once, run_once));
    EXPECT(once_done);
    return arg;
}

/* covers: pthread_once */
TEST(once_is_once_and_over_when_it_returns)
{
    CHECK_EQ(run(THREADS, call_once_here), 0);
    CHECK_EQ(once_ran, 1);
    CHECK_EQ(pthread_once(&once, run_once), 0);
    CHECK_EQ(once_ran, 1);
}

/* --- scheduling --- */

/* covers: pthread_getschedparam pthread_setconcurrency pthread_setschedparam
 * pthread_setschedprio sched_get_priority_max sched_get_priority_min
 * sched_getscheduler sched_rr_get_interval sched_setscheduler */
TEST(policies_have_their_priorities)
{
    struct sched_param param = {.sched_priority = 5};
    pthread_t self = pthread_self();
    struct timespec turn;
    int policy;

    CHECK_EQ(sched_get_priority_min(SCHED_FIFO), 1);
    CHECK_EQ(sched_get_priority_max(SCHED_RR), 32);
    CHECK_EQ(sched_get_priority_max(SCHED_OTHER), 0);
    CHECK_EQ(sched_get_priority_max(77), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(pthread_setschedparam(self, SCHED_OTHER, &param), EINVAL);
    CHECK_EQ(pthread_setschedparam(self, 77, &param), EINVAL);
    CHECK_EQ(pthread_setschedparam(12345, SCHED_RR, &param), ESRCH);
    CHECK_EQ(pthread_setschedparam(self, SCHED_RR, &param), 0);
    CHECK_EQ(pthread_setschedprio(self, 33), EINVAL);
    CHECK_EQ(pthread_setschedprio(self, 6), 0);
    CHECK_EQ(pthread_getschedparam(self, &policy, &param), 0);
    CHECK_EQ(policy, SCHED_RR);
    CHECK_EQ(param.sched_priority, 6);
    CHECK_EQ(sched_getscheduler(0), SCHED_RR);
    param.sched_priority = 0;
    CHECK_EQ(sched_setscheduler(getpid(), SCHED_OTHER, &param), SCHED_RR);
    CHECK_EQ(sched_getscheduler(getpid()), SCHED_OTHER);
    CHECK_EQ(sched_getscheduler(99999), -1);
    CHECK_EQ(errno, ESRCH);
    CHECK_EQ(sched_rr_get_interval(0, &turn), 0);
    CHECK(turn.tv_nsec > 0);
    CHECK_EQ(pthread_setconcurrency(-1), EINVAL);
}

static int stop, spun_on;

static void *spin(void *arg)
{
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
        __atomic_store_n(&spun_on, sched_getcpu(), __ATOMIC_SEQ_CST);
    return arg;
}

/* One that computes, never calls anything that waits, and is moved. */
/* covers: pthread_getaffinity_np pthread_setaffinity_np sched_getaffinity */
TEST(affinity_moves_a_running_thread)
{
    int cpus = (int)smp_online_count();
    cpu_set_t set, got;
    pthread_t thread;

    stop = 0;
    CPU_ZERO(&set);
    CPU_SET(1000, &set);
    CHECK_EQ(pthread_setaffinity_np(pthread_self(), sizeof(set), &set), EINVAL);
    CHECK_EQ(pthread_create(&thread, NULL, spin, NULL), 0);
    for (int i = 0; i < 12; i++) {
        CPU_ZERO(&set);
        CPU_SET(i % cpus, &set);
        CHECK_EQ(pthread_setaffinity_np(thread, sizeof(set), &set), 0);
        while (__atomic_load_n(&spun_on, __ATOMIC_SEQ_CST) != i % cpus)
            usleep(100);
        CHECK_EQ(pthread_getaffinity_np(thread, sizeof(got), &got), 0);
        CHECK(CPU_EQUAL(&set, &got));
        CHECK_EQ(CPU_COUNT(&got), 1);
    }
    stop = 1;
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(sched_getaffinity(0, sizeof(got), &got), 0);
    CHECK_EQ(CPU_COUNT(&got), cpus);
    CHECK_EQ(sched_getaffinity(0, 1, &got), -1);
    CHECK_EQ(errno, EINVAL);
}

static void *count_loops(void *arg)
{
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
        __atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST);
    return arg;
}

static int count_after(long ms)
{
    struct timespec now, until = from_now(CLOCK_MONOTONIC, ms);

    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while (now.tv_sec < until.tv_sec ||
           (now.tv_sec == until.tv_sec && now.tv_nsec < until.tv_nsec));
    return __atomic_load_n(&count, __ATOMIC_SEQ_CST);
}

/* On the vCPU of one that computes, a lower one gets nowhere, an equal one
 * does. */
/* covers: sched_getcpu sched_setaffinity */
TEST(priority_of_another_thread_counts)
{
    struct sched_param none = {0}, one = {.sched_priority = 1}, got;
    cpu_set_t first, all;
    pthread_attr_t attr;
    pthread_t thread;
    int policy, before;

    CPU_ZERO(&first);
    CPU_SET(0, &first);
    CHECK_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
    CHECK_EQ(sched_setaffinity(0, sizeof(first), &first), 0);
    CHECK_EQ(sched_getcpu(), 0);
    pthread_attr_init(&attr);
    CHECK_EQ(pthread_attr_setschedpolicy(&attr, SCHED_IDLE), 0);
    CHECK_EQ(pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED), 0);
    count = stop = 0;
    CHECK_EQ(pthread_create(&thread, &attr, count_loops, NULL), 0);
    CHECK_EQ(pthread_getschedparam(thread, &policy, &got), 0);
    CHECK(policy == SCHED_IDLE && got.sched_priority == 0);
    before = count_after(0);
    CHECK_EQ(count_after(30), before);
    CHECK_EQ(pthread_setschedparam(thread, SCHED_OTHER, &none), 0);
    while (count_after(1) == before)
        ;
    CHECK_EQ(pthread_setschedparam(thread, SCHED_BATCH, &none), 0);
    before = count_after(0);
    CHECK_EQ(count_after(30), before);
    stop = 1;
    CHECK_EQ(pthread_setschedparam(thread, SCHED_FIFO, &one), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(sched_setaffinity(0, sizeof(all), &all), 0);
}

static long clock_ms(clockid_t clock)
{
    struct timespec ts;

    return clock_gettime(clock, &ts) ? -1
                                     : ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Of one that computes, of one that waits, and of nobody. */
/* covers: pthread_getcpuclockid */
TEST(cpu_clocks_go_while_their_threads_run)
{
    pthread_t worker, sleeper;
    clockid_t works, sleeps, mine;

    stop = count = 0;
    pthread_barrier_init(&gate, NULL, 2);
    CHECK_EQ(pthread_create(&sleeper, NULL, wait_at_gate, NULL), 0);
    CHECK_EQ(pthread_create(&worker, NULL, count_loops, NULL), 0);
    CHECK_EQ(pthread_getcpuclockid(worker, &works), 0);
    CHECK_EQ(pthread_getcpuclockid(sleeper, &sleeps), 0);
    CHECK_EQ(pthread_getcpuclockid(pthread_self(), &mine), 0);
    CHECK_EQ(mine, CLOCK_THREAD_CPUTIME_ID);
    CHECK_EQ(pthread_getcpuclockid(12345, &mine), ESRCH);
    CHECK(clock_ms(CLOCK_THREAD_CPUTIME_ID) >= 0);
    while (clock_ms(works) < 30)
        usleep(1000);
    CHECK(clock_ms(sleeps) < 30);
    stop = 1;
    CHECK_EQ(pthread_join(worker, NULL), 0);
    CHECK_EQ(clock_ms(works), -1);
    CHECK_EQ(errno, EINVAL);
    pthread_barrier_wait(&gate);
    CHECK_EQ(pthread_join(sleeper, NULL), 0);
    CHECK_EQ(pthread_barrier_destroy(&gate), 0);
}
