/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys: variables that each thread has its own of, made at run time. A thread's
 * values lie in blocks, made when the first of one is set. A deleted key's
 * number is given again with another round, so that old values do not count.
 */

#include "private.h"
#include "thread.h"
#include <errno.h>
#include <pith/heap.h>

#define BLOCK_KEYS (PTHREAD_KEYS_MAX / 8)
_Static_assert(ARRAY_SIZE(((struct posix_thread *)NULL)->keys) == 8, "");

struct key_block {
    struct key_value {
        const void *value;
        uint32_t round;
    } values[BLOCK_KEYS];
};

/* lock protects all of it. */
static struct {
    struct spinlock lock;
    struct key {
        uint32_t round; /* odd: in use; read without the lock, too */
        void (*destructor)(void *value);
    } keys[PTHREAD_KEYS_MAX];
} keys;

int pthread_key_create(pthread_key_t *out, void (*destructor)(void *value))
{
    unsigned long flags = spin_lock_irqsave(&keys.lock);
    pthread_key_t n = 0;

    while (n < PTHREAD_KEYS_MAX && keys.keys[n].round % 2)
        n++;
    if (n < PTHREAD_KEYS_MAX) {
        keys.keys[n].destructor = destructor;
        atomic_store(&keys.keys[n].round, keys.keys[n].round + 1);
    }
    spin_unlock_irqrestore(&keys.lock, flags);
    if (n == PTHREAD_KEYS_MAX)
        return EAGAIN;
    *out = n;
    return 0;
}

int pthread_key_delete(pthread_key_t n)
{
    unsigned long flags;
    int err = EINVAL;

    if (n >= PTHREAD_KEYS_MAX)
        return EINVAL;
    flags = spin_lock_irqsave(&keys.lock);
    if (keys.keys[n].round % 2) {
        atomic_store(&keys.keys[n].round, keys.keys[n].round + 1);
        err = 0;
    }
    spin_unlock_irqrestore(&keys.lock, flags);
    return err;
}

void *pthread_getspecific(pthread_key_t n)
{
    const struct key_block *block;
    const struct key_value *value;

    if (n >= PTHREAD_KEYS_MAX)
        return NULL;
    block = posix_self()->keys[n / BLOCK_KEYS];
    if (!block)
        return NULL;
    value = &block->values[n % BLOCK_KEYS];
    return value->round == atomic_load(&keys.keys[n].round)
               ? (void *)value->value
               : NULL;
}

/* What a thread that ends does about value n: false if nothing. */
static bool destroy(struct key_value *value, unsigned n)
{
    const void *old = value->value;
    void (*destructor)(void *value) = NULL;
    unsigned long flags;

    if (!old)
        return false;
    value->value = NULL;
    flags = spin_lock_irqsave(&keys.lock);
    if (value->round == keys.keys[n].round)
        destructor = keys.keys[n].destructor;
    spin_unlock_irqrestore(&keys.lock, flags);
    if (!destructor)
        return false;
    destructor((void *)old);
    return true;
}

static bool destroy_all(struct posix_thread *self)
{
    bool any = false;

    for (unsigned n = 0; n < PTHREAD_KEYS_MAX; n++)
        if (self->keys[n / BLOCK_KEYS])
            any |=
                destroy(&self->keys[n / BLOCK_KEYS]->values[n % BLOCK_KEYS], n);
    return any;
}

/* Destructors may set values anew; in the end they are left as they are. */
static void end_keys(struct posix_thread *self)
{
    for (int i = 0; i < PTHREAD_DESTRUCTOR_ITERATIONS; i++)
        if (!destroy_all(self))
            break;
    for (size_t i = 0; i < ARRAY_SIZE(self->keys); i++) {
        heap_free(self->keys[i]);
        self->keys[i] = NULL;
    }
}

int pthread_setspecific(pthread_key_t n, const void *value)
{
    struct key_block **block;
    uint32_t round;

    if (n >= PTHREAD_KEYS_MAX)
        return EINVAL;
    round = atomic_load(&keys.keys[n].round);
    if (!(round % 2))
        return EINVAL;
    block = &posix_self()->keys[n / BLOCK_KEYS];
    if (!*block) {
        posix_threads.end_keys = end_keys;
        *block = heap_zalloc(sizeof(**block));
    }
    if (!*block)
        return ENOMEM;
    (*block)->values[n % BLOCK_KEYS] = (struct key_value){value, round};
    return 0;
}
