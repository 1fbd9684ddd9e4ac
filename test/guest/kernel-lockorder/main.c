/* SPDX-License-Identifier: BSD-2-Clause */
/* The check build ends the system at each wrong use of locks that the argument
 * names, and says which locks and where; "right" is what it lets pass. */
/* cc: --checks */
/* clang-format off */
/* cmdline: right */
/*   expect: reason=0 exit=0 */
/* cmdline: both-orders */
/*   expect: reason=3 */
/*   console: ^pith: panic: lock order: taken in both orders: 0x[0-9a-f]+, wanted in both_orders\+0x[0-9a-f]+; 0x[0-9a-f]+, taken in both_orders\+0x */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ both_orders\+0x */
/* cmdline: circle */
/*   expect: reason=3 */
/*   console: ^pith: panic: lock order: taken in both orders: .* wanted in circle\+ */
/* cmdline: twice */
/*   expect: reason=3 */
/*   console: ^pith: panic: lock order: taken twice: .* wanted in twice\+.* taken in twice\+ */
/* cmdline: mutex-under-spin */
/*   expect: reason=3 */
/*   console: ^pith: panic: lock order: may block, under a spin lock: .* wanted in mutex_under_spin\+.* taken in mutex_under_spin\+ */
/* cmdline: wait-under-spin */
/*   expect: reason=3 */
/*   console: ^pith: panic: lock order: may block, under a spin lock: .* wanted in wait_under_spin\+ */
/* cmdline: mutex-unpreempted */
/*   expect: reason=3 */
/*   console: ^pith: panic: lock order: may block, with interrupts or preemption off: .* wanted in mutex_unpreempted\+ */
/* cmdline: mutex-in-upcall */
/*   expect: reason=3 */
/*   console: ^pith: panic: lock order: may block, in an upcall: .* wanted in lock_in_upcall\+ */
/* cmdline: spin-in-upcall */
/*   expect: reason=3 */
/*   console: ^pith: panic: lock order: taken in upcalls, and with interrupts on: .* wanted in spin_in_upcall\+ */
/* cmdline: rwlock */
/*   expect: reason=3 */
/*   console: ^pith: panic: lock order: taken twice: .* wanted in read_twice\+.* taken in read_twice\+ */
/* clang-format on */

#include <pith/clock.h>
#include <pith/heap.h>
#include <pith/mutex.h>
#include <pith/rwlock.h>
#include <pith/semaphore.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <stdio.h>
#include <string.h>

/* After a call that ends the system each has another one: its own frame then
 * lies under the first. */
static struct spinlock spin = SPINLOCK_INIT, other_spin = SPINLOCK_INIT;
static struct mutex a = MUTEX_INIT(a), b = MUTEX_INIT(b), c = MUTEX_INIT(c);
static struct rwlock rw = RWLOCK_INIT(rw);
static struct semaphore done = SEMAPHORE_INIT(done, 0);

static __attribute__((noinline)) void nest(struct mutex *outer,
                                           struct mutex *inner)
{
    mutex_lock(outer);
    mutex_lock(inner);
    mutex_unlock(outer); /* not in turn */
    mutex_unlock(inner);
}

/* A mutex that was freed with its memory has no order any more. */
static void reuse(bool inside)
{
    struct mutex *m = heap_zalloc(sizeof(*m));

    mutex_init(m);
    if (inside)
        nest(&c, m);
    else
        nest(m, &c);
    heap_free(m);
}

static void right(void)
{
    for (int i = 0; i < 3; i++) {
        nest(&a, &b);
        nest(&b, &c);
        reuse(i % 2);
    }
    mutex_lock(&c);
    if (mutex_trylock(&a) == 0) /* waits for nobody */
        mutex_unlock(&a);
    spin_lock(&spin);
    spin_unlock(&spin);
    mutex_unlock(&c);
}

static void both_orders(void)
{
    spin_lock(&spin);
    spin_lock(&other_spin);
    spin_unlock(&other_spin);
    spin_unlock(&spin);
    spin_lock(&other_spin);
    spin_lock(&spin);
}

static void circle(void)
{
    nest(&a, &b);
    nest(&b, &c);
    mutex_lock(&c);
    mutex_lock(&a);
    mutex_unlock(&a);
}

static void twice(void)
{
    spin_lock(&spin);
    spin_lock(&spin);
}

static void mutex_under_spin(void)
{
    spin_lock(&spin);
    mutex_lock(&a);
    mutex_unlock(&a);
}

static void wait_under_spin(void)
{
    unsigned long flags = spin_lock_irqsave(&spin);

    semaphore_wait(&done);
    spin_unlock_irqrestore(&spin, flags);
}

static void mutex_unpreempted(void)
{
    preempt_disable();
    mutex_lock(&a);
    mutex_unlock(&a);
}

static void in_upcall(void (*fn)(struct timer *timer))
{
    struct timer timer;

    timer_init(&timer, fn);
    timer_arm(&timer, clock_monotonic_ns() + NS_PER_MS);
    semaphore_wait(&done);
}

static void lock_in_upcall(struct timer *timer)
{
    (void)timer;
    mutex_lock(&a);
    semaphore_post(&done);
}

static void mutex_in_upcall(void)
{
    in_upcall(lock_in_upcall);
}

static void spin_in_upcall(struct timer *timer)
{
    (void)timer;
    spin_lock(&spin);
    spin_unlock(&spin);
    semaphore_post(&done);
}

static void spin_lock_of_upcall(void)
{
    spin_lock(&spin);
    spin_unlock(&spin);
    in_upcall(spin_in_upcall);
}

static void read_twice(void)
{
    rwlock_read(&rw);
    rwlock_read(&rw);
    rwlock_unread(&rw);
}

static const struct {
    const char *name;
    void (*fn)(void);
} uses[] = {
    {"right", right},
    {"both-orders", both_orders},
    {"circle", circle},
    {"twice", twice},
    {"mutex-under-spin", mutex_under_spin},
    {"wait-under-spin", wait_under_spin},
    {"mutex-unpreempted", mutex_unpreempted},
    {"mutex-in-upcall", mutex_in_upcall},
    {"spin-in-upcall", spin_lock_of_upcall},
    {"rwlock", read_twice},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof(uses) / sizeof(uses[0]); i++)
        if (strcmp(argv[1], uses[i].name) == 0) {
            uses[i].fn();
            return strcmp(argv[1], "right") != 0;
        }
    puts("kernel-lockorder: no such use");
    return 1;
}
