/* SPDX-License-Identifier: BSD-2-Clause */
/* Several vCPUs and preemption. The program's argument is how many vCPUs the
 * guest has. */
/* clang-format off */
/* cmdline: 1 */
/*   xl: vcpus=1 */
/* cmdline: 2 */
/*   xl: vcpus=2 */
/* cmdline: pith.upcall=vcpu 4 */
/*   xl: vcpus=4 */
/* cmdline: pith.upcall=callback 4 */
/*   xl: vcpus=4 */
/* cmdline: 16 */
/*   xl: vcpus=16 */
/*   xl: memory=64 */
/* clang-format on */

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/mutex.h>
#include <pith/preempt.h>
#include <pith/smp.h>
#include <pith/thread.h>
#include <pith/waitq.h>
#include <stdlib.h>

#include "guest_test.h"

#define MAX_THREADS 40
/* In all: many vCPUs on few processors are slow. */
#define ROUNDS 4000
#define TURNS 4096
#define LIMIT_NS (20 * NS_PER_SEC)

static unsigned vcpus;
static struct waitq done = WAITQ_INIT(done);
static uint32_t running, stop;
static uint64_t counts[MAX_THREADS];

static void finished(void)
{
    atomic_sub(&running, 1);
    waitq_wake_all(&done);
}

static bool start(unsigned n, void (*fn)(void *arg), void *arg)
{
    atomic_add(&running, n);
    for (unsigned i = 0; i < n; i++)
        if (!thread_start("worker", THREAD_STACK_BYTES, fn,
                          arg ? arg : (void *)(uintptr_t)i))
            return false;
    return true;
}

static int wait_for_all(void)
{
    return WAITQ_WAIT_UNTIL(&done, !atomic_load(&running),
                            clock_monotonic_ns() + LIMIT_NS);
}

TEST(smp_all_vcpus_come_online)
{
    uint64_t deadline_ns = clock_monotonic_ns() + LIMIT_NS;

    CHECK_EQ(smp_count(), vcpus);
    while (smp_online_count() < vcpus && clock_monotonic_ns() < deadline_ns)
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
    CHECK_EQ(smp_online_count(), vcpus);
}

static void visit(void *arg)
{
    unsigned me = (unsigned)(uintptr_t)arg;
    struct cpuset only = {{0}};

    cpuset_add(&only, me);
    for (int i = 0; i < 20; i++) {
        if (thread_set_affinity(&only) || cpu_read(id) != me)
            counts[me] = 1000;
        counts[me]++;
        thread_set_affinity(NULL);
        thread_yield();
    }
    finished();
}

TEST(affinity_moves_threads_to_their_vcpu)
{
    struct cpuset none = {{0}};

    memset(counts, 0, sizeof(counts));
    CHECK(start(vcpus, visit, NULL));
    CHECK_EQ(wait_for_all(), 0);
    for (unsigned i = 0; i < vcpus; i++)
        CHECK_EQ(counts[i], 20);
    CHECK_EQ(thread_set_affinity(&none), -XEN_EINVAL);
}

static void spin(void *arg)
{
    volatile uint64_t *count = &counts[(uintptr_t)arg];

    while (!READ_ONCE(stop))
        ++*count;
    finished();
}

/* main itself only gets on if the endless ones are preempted. */
TEST(endless_loops_starve_nobody)
{
    unsigned n = 2 * vcpus + 1;
    uint64_t seen = 0;

    memset(counts, 0, sizeof(counts));
    stop = 0;
    CHECK(start(n, spin, NULL));
    for (uint64_t end = clock_monotonic_ns() + LIMIT_NS;
         seen < n && clock_monotonic_ns() < end;) {
        thread_sleep_until(clock_monotonic_ns() + 10 * NS_PER_MS);
        seen = 0;
        for (unsigned i = 0; i < n; i++)
            seen += READ_ONCE(counts[i]) > 1000;
    }
    WRITE_ONCE(stop, 1);
    CHECK_EQ(wait_for_all(), 0);
    CHECK_EQ(seen, n);
}

/* Keeps a value in a vector register that is lost if a switch forgets it. */
static void hold_vectors(void *arg)
{
    uint64_t mine = (uintptr_t)arg * 0x0101010101010101 + 7, seen;

    while (!READ_ONCE(stop)) {
        __asm__ volatile("movq %1, %%xmm5\n\t"
                         "movl $20000, %%ecx\n"
                         "1: decl %%ecx\n\t"
                         "jnz 1b\n\t"
                         "movq %%xmm5, %0"
                         : "=r"(seen)
                         : "r"(mine)
                         : "xmm5", "rcx", "cc");
        if (seen != mine)
            counts[MAX_THREADS - 1]++;
        counts[(uintptr_t)arg]++;
    }
    finished();
}

TEST(preemption_keeps_vector_registers)
{
    unsigned n = vcpus + 2;

    memset(counts, 0, sizeof(counts));
    stop = 0;
    CHECK(start(n, hold_vectors, NULL));
    thread_sleep_until(clock_monotonic_ns() + 300 * NS_PER_MS);
    WRITE_ONCE(stop, 1);
    CHECK_EQ(wait_for_all(), 0);
    CHECK_EQ(counts[MAX_THREADS - 1], 0);
}

static uint32_t calls;

static void count_call(void *arg)
{
    atomic_add(&calls, *(uint32_t *)arg);
}

static void call_many(void *arg)
{
    uint32_t one = 1;

    (void)arg;
    for (int i = 0; i < 20; i++)
        smp_call_others(count_call, &one);
    finished();
}

TEST(call_others_runs_once_on_each)
{
    calls = 0;
    CHECK(start(3, call_many, NULL));
    CHECK_EQ(wait_for_all(), 0);
    CHECK_EQ(calls, 3 * 20 * (vcpus - 1));
}

static struct mutex mutex = MUTEX_INIT(mutex);
static uint64_t total;

static void add(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < ROUNDS / vcpus; i++) {
        mutex_lock(&mutex);
        total++;
        mutex_unlock(&mutex);
        if (i % 64 == 0)
            thread_sleep_until(clock_monotonic_ns() + NS_PER_US);
    }
    finished();
}

TEST(mutex_excludes_on_all_vcpus)
{
    total = 0;
    CHECK(start(2 * vcpus, add, NULL));
    CHECK_EQ(wait_for_all(), 0);
    CHECK_EQ(total, 2 * vcpus * (ROUNDS / vcpus));
}

static uint32_t turn;
static struct waitq turns = WAITQ_INIT(turns);

static void pass(void *arg)
{
    uint32_t me = (uint32_t)(uintptr_t)arg;

    for (unsigned i = 0; i < TURNS / vcpus / vcpus; i++) {
        if (WAITQ_WAIT_UNTIL(&turns, READ_ONCE(turn) % vcpus == me,
                             clock_monotonic_ns() + LIMIT_NS))
            break;
        atomic_add(&turn, 1);
        waitq_wake_all(&turns);
    }
    finished();
}

TEST(waitq_loses_no_wake_between_vcpus)
{
    turn = 0;
    CHECK(start(vcpus, pass, NULL));
    CHECK_EQ(wait_for_all(), 0);
    CHECK_EQ(turn, TURNS / vcpus / vcpus * vcpus);
}

static uint32_t urgent_ran;

static void urgent(void *arg)
{
    (void)arg;
    thread_set_priority(THREAD_HIGH);
    for (int i = 0; i < 20; i++) {
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
        atomic_add(&urgent_ran, 1);
    }
    finished();
}

/* Each of its sleeps ends while a loop runs: in far less than a slice each. */
TEST(high_priority_runs_before_loops)
{
    memset(counts, 0, sizeof(counts));
    stop = urgent_ran = 0;
    CHECK(start(vcpus + 1, spin, NULL));
    CHECK(start(1, urgent, NULL));
    CHECK_EQ(WAITQ_WAIT_UNTIL(&done, urgent_ran == 20,
                              clock_monotonic_ns() + LIMIT_NS),
             0);
    WRITE_ONCE(stop, 1);
    CHECK_EQ(wait_for_all(), 0);
}

TEST(vcpus_go_and_come_while_threads_work)
{
    memset(counts, 0, sizeof(counts));
    stop = 0;
    CHECK_EQ(smp_set_online(0, false), -XEN_EINVAL);
    CHECK_EQ(smp_set_online(vcpus, false), -XEN_EINVAL);
    CHECK(start(vcpus + 1, spin, NULL));
    for (unsigned round = 0; round < 1 + 8 / vcpus; round++) {
        for (unsigned cpu = 1; cpu < vcpus; cpu++)
            CHECK_EQ(smp_set_online(cpu, false), 0);
        CHECK_EQ(smp_online_count(), 1);
        for (unsigned cpu = 1; cpu < vcpus; cpu++)
            CHECK_EQ(smp_set_online(cpu, true), 0);
        CHECK_EQ(smp_online_count(), vcpus);
    }
    WRITE_ONCE(stop, 1);
    CHECK_EQ(wait_for_all(), 0);
}

static uint32_t steps;

static void step_on_last(void *arg)
{
    struct cpuset only = {{0}};

    (void)arg;
    cpuset_add(&only, vcpus - 1);
    if (thread_set_affinity(&only))
        atomic_store(&stop, 1);
    while (!READ_ONCE(stop)) {
        atomic_add(&steps, 1);
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
    }
    finished();
}

static bool steps_go_on(void)
{
    uint32_t before = atomic_load(&steps);
    uint64_t deadline_ns = clock_monotonic_ns() + LIMIT_NS;

    while (atomic_load(&steps) < before + 3 &&
           clock_monotonic_ns() < deadline_ns)
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
    return atomic_load(&steps) >= before + 3;
}

TEST(bound_thread_goes_on_while_its_vcpu_is_gone)
{
    if (vcpus == 1)
        return;
    stop = steps = 0;
    CHECK(start(1, step_on_last, NULL));
    CHECK(steps_go_on());
    CHECK_EQ(smp_set_online(vcpus - 1, false), 0);
    CHECK(steps_go_on());
    CHECK_EQ(smp_set_online(vcpus - 1, true), 0);
    CHECK(steps_go_on());
    WRITE_ONCE(stop, 1);
    CHECK_EQ(wait_for_all(), 0);
}

static uint32_t homeless_wrong;

/* Goes on elsewhere without a wait while its vCPU is gone: what it is bound to
 * afterwards counts at once. */
static void bind_again(void *arg)
{
    struct cpuset only = {{0}};

    (void)arg;
    cpuset_add(&only, vcpus - 1);
    thread_set_affinity(&only);
    atomic_store(&steps, 1);
    while (!READ_ONCE(stop))
        ;
    if (thread_set_affinity(&only) || cpu_read(id) != vcpus - 1)
        atomic_add(&homeless_wrong, 1);
    finished();
}

TEST(affinity_counts_again_when_the_vcpu_is_back)
{
    if (vcpus == 1)
        return;
    stop = steps = homeless_wrong = 0;
    CHECK(start(1, bind_again, NULL));
    while (!atomic_load(&steps))
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
    CHECK_EQ(smp_set_online(vcpus - 1, false), 0);
    CHECK_EQ(smp_set_online(vcpus - 1, true), 0);
    WRITE_ONCE(stop, 1);
    CHECK_EQ(wait_for_all(), 0);
    CHECK_EQ(homeless_wrong, 0);
}

static uint32_t gathered;

/* On vCPU 0 with all others; then wherever it is put. */
static void gather_and_spin(void *arg)
{
    struct cpuset first = {{1}};

    thread_set_affinity(&first);
    atomic_add(&gathered, 1);
    while (atomic_load(&gathered) < (uint32_t)(uintptr_t)arg)
        thread_yield();
    thread_set_affinity(NULL);
    while (!READ_ONCE(stop))
        ;
    finished();
}

/* How many of the threads "worker" the fullest vCPU has. */
static unsigned most_on_one(void)
{
    static struct thread_info info[MAX_THREADS * 2];
    size_t n = thread_list(info, MAX_THREADS * 2);
    unsigned on[CPU_MAX] = {0}, most = 0;

    for (size_t i = 0; i < n && i < MAX_THREADS * 2; i++)
        if (!strcmp(info[i].name, "worker") && ++on[info[i].cpu] > most)
            most = on[info[i].cpu];
    return most;
}

/* Each computes, so that no vCPU has nothing to do and steals. */
TEST(threads_of_a_full_vcpu_spread)
{
    unsigned n = 2 * vcpus + 2;
    uint64_t deadline_ns = clock_monotonic_ns() + LIMIT_NS;

    stop = gathered = 0;
    CHECK(start(n, gather_and_spin, (void *)(uintptr_t)n));
    while (atomic_load(&gathered) < n)
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
    while (vcpus > 1 && most_on_one() > 4 && clock_monotonic_ns() < deadline_ns)
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
    CHECK(vcpus == 1 || most_on_one() <= 4);
    WRITE_ONCE(stop, 1);
    CHECK_EQ(wait_for_all(), 0);
}

/* One upcall ends the sleep; the console may take a last line meanwhile. */
TEST(idle_vcpus_wake_for_nothing)
{
    struct evtchn_stats before, after;

    thread_sleep_until(clock_monotonic_ns() + 200 * NS_PER_MS);
    evtchn_get_stats(&before);
    thread_sleep_until(clock_monotonic_ns() + NS_PER_SEC);
    evtchn_get_stats(&after);
    CHECK(after.upcalls - before.upcalls <= 2);
}

int main(int argc, char **argv)
{
    vcpus = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
    return test_run_all();
}
