/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that wait for each other for ever end the guest with a report of
 * each; those that wait for something else do not. */
/* clang-format off */
/* xl: vcpus=2 */
/* cmdline: circle */
/*   expect: reason=3 */
/*   console: ^pith: panic: deadlock: thread "(main|second)" waits for a mutex for ever$ */
/*   console: ^thread "main" waits for a mutex of second$ */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ take_both\+0x */
/*   console: ^thread "second" waits for a mutex of main$ */
/*   xen: pith: panic: deadlock */
/* cmdline: asleep */
/*   expect: reason=3 */
/*   console: ^pith: panic: deadlock: all threads wait for each other$ */
/*   console: ^thread "main" waits for another one$ */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ main\+0x */
/*   console: ^thread "second" waits for another one$ */
/* cmdline: ended */
/*   expect: reason=3 */
/*   console: ^thread "main" waits for a mutex of one that has ended$ */
/* cmdline: alive */
/* clang-format on */

#include <pith/clock.h>
#include <pith/cond.h>
#include <pith/mutex.h>
#include <pith/semaphore.h>
#include <pith/thread.h>
#include <stdio.h>
#include <string.h>

static struct mutex first = MUTEX_INIT(first), second = MUTEX_INIT(second);
static struct semaphore posted, taken;

static void __attribute__((noinline))
take_both(struct mutex *one, struct mutex *other)
{
    mutex_lock(one);
    semaphore_post(one == &first ? &posted : &taken);
    semaphore_wait(one == &first ? &taken : &posted);
    mutex_lock(other);
    mutex_unlock(other);
    mutex_unlock(one);
}

static void take_reversed(void *arg)
{
    (void)arg;
    take_both(&second, &first);
}

static void circle(void)
{
    thread_start("second", THREAD_STACK_BYTES, take_reversed, NULL);
    take_both(&first, &second);
}

static void wait_for_post(void *arg)
{
    (void)arg;
    semaphore_wait(&posted);
    semaphore_post(&taken);
}

static void asleep(void)
{
    thread_start("second", THREAD_STACK_BYTES, wait_for_post, NULL);
    semaphore_wait(&taken);
}

static void take_and_end(void *arg)
{
    (void)arg;
    mutex_lock(&first);
    semaphore_post(&posted);
}

static void ended(void)
{
    thread_start("second", THREAD_STACK_BYTES, take_and_end, NULL);
    semaphore_wait(&posted);
    mutex_lock(&first);
}

static void hold_for_a_while(void *arg)
{
    (void)arg;
    mutex_lock(&first);
    semaphore_post(&posted);
    thread_sleep_until(clock_monotonic_ns() + 300 * NS_PER_MS);
    mutex_unlock(&first);
    thread_sleep_until(clock_monotonic_ns() + 300 * NS_PER_MS);
    semaphore_post(&taken);
}

/* Waits that end, with the whole guest asleep meanwhile. */
static void alive(void)
{
    thread_start("second", THREAD_STACK_BYTES, hold_for_a_while, NULL);
    semaphore_wait(&posted);
    mutex_lock(&first);
    mutex_unlock(&first);
    semaphore_wait(&taken);
}

static const struct {
    const char *name;
    void (*fn)(void);
    int status;
} waits[] = {
    {"circle", circle, 1},
    {"asleep", asleep, 1},
    {"ended", ended, 1},
    {"alive", alive, 0},
};

int main(int argc, char **argv)
{
    semaphore_init(&posted, 0);
    semaphore_init(&taken, 0);
    for (size_t i = 0; argc == 2 && i < sizeof(waits) / sizeof(waits[0]); i++)
        if (strcmp(argv[1], waits[i].name) == 0) {
            waits[i].fn();
            return waits[i].status;
        }
    puts("kernel-deadlock: no such wait");
    return 1;
}
