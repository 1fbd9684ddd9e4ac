/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each vCPU's free objects: a short list for each class, filled from and
 * flushed to the class's pages by half its size. Owns the list of caches.
 *
 * A list is one word, which its vCPU changes by one instruction with
 * preemption off. So the heap needs no lock as long as lists last, and yet a
 * vCPU can be made to hand over what it holds: the upcall that does so may
 * come at any point, and whatever was being done to a list fails at its last
 * instruction and starts over. Until then it may have read objects that are
 * somebody else's by now: it must not believe what they say. Pure.
 */

#include "private.h"
#include <pith/cpu.h>

/* lock: all grows. Caches stay for ever, so the list is read without. */
static struct {
    struct spinlock lock;
    struct heap_cache *all;
    void (*call_others)(void (*fn)(void *arg), void *arg); /* set once */
} caches;

static uint64_t empty(size_t class)
{
    return slabs.classes[class].cached;
}

static unsigned half(size_t class)
{
    return slabs.classes[class].cached / 2;
}

/* Preemption is disabled. This vCPU's cache, made when first asked for, in the
 * heap's memory but past itself; NULL: out of memory. */
static struct heap_cache *own_cache(void)
{
    size_t class = slab_class(sizeof(struct heap_cache));
    struct heap_cache *cache = this_cpu()->heap;

    if (likely(cache))
        return cache;
    cache = (struct heap_cache *)cache_first(slab_take(class, empty(class), 1));
    if (!cache)
        return NULL;
    *cache = (struct heap_cache){0};
    for (unsigned i = 1; i < SLAB_CLASSES; i++)
        cache->lists[i] = empty(i);
    spin_lock(&caches.lock);
    cache->next = caches.all;
    atomic_store(&caches.all, cache); /* pairs with the loads of all */
    spin_unlock(&caches.lock);
    this_cpu()->heap = cache;
    return cache;
}

/* Preemption is disabled. NULL: the list is empty. */
static struct slab_object *pop(uint64_t *list)
{
    for (;;) {
        uint64_t word = READ_ONCE(*list);
        struct slab_object *object = cache_first(word);
        uint64_t next;
        bool sound;

        if (!object)
            return NULL;
        next = READ_ONCE(object->next);
        sound = slab_is_marked(object, next);
        if (atomic_local_compare_exchange(list, word, next)) {
            if (!sound)
                slab_damaged(object);
            return object;
        }
    }
}

/* Preemption is disabled. */
static struct slab_object *take(size_t class)
{
    struct heap_cache *cache = own_cache();
    struct slab_object *object;

    if (!cache)
        return cache_first(slab_take(class, empty(class), 1));
    object = pop(&cache->lists[class]);
    if (object)
        return object;
    /* The list is empty: no upcall changes it. */
    object = cache_first(slab_take(class, empty(class), half(class)));
    if (object)
        WRITE_ONCE(cache->lists[class], object->next);
    return object;
}

static void *alloc_once(size_t class)
{
    struct slab_object *object = take(class);

    if (!object)
        return NULL;
    if (IS_ENABLED(CONFIG_CHECKS))
        poison_check(object + 1, slabs.classes[class].bytes - sizeof(*object));
    object->mark = 0;
    return object;
}

void *cache_alloc(size_t class)
{
    void *object = alloc_once(class);

    preempt_enable();
    if (object)
        return object;
    page_reclaim();
    preempt_disable();
    object = alloc_once(class);
    preempt_enable();
    return object;
}

/* Gives count objects of the list, or all, to their pages. Preemption is
 * disabled. The list is empty meanwhile, so that no upcall changes it. */
static void flush(struct heap_cache *cache, size_t class, unsigned count)
{
    uint64_t word = atomic_exchange(&cache->lists[class], empty(class));

    WRITE_ONCE(cache->lists[class], slab_put(class, word, count));
}

void cache_free(size_t class, struct slab_object *object)
{
    struct heap_cache *cache = own_cache();
    uint64_t word;

    if (!cache) {
        slab_put(class, cache_push(empty(class), object), 1);
        preempt_enable();
        return;
    }
    do {
        word = READ_ONCE(cache->lists[class]);
        if (!cache_room(word)) {
            flush(cache, class, half(class));
            word = READ_ONCE(cache->lists[class]);
        }
    } while (!atomic_local_compare_exchange(&cache->lists[class], word,
                                            cache_push(word, object)));
    preempt_enable();
}

void cache_init(void)
{
    caches.all = NULL;
}

/* In an upcall on a vCPU whose objects another one wants. */
static void drain(void *arg)
{
    struct heap_cache *cache = this_cpu()->heap;

    for (unsigned i = 1; cache && i < SLAB_CLASSES; i++)
        if (cache_first(cache->lists[i]) && !atomic_load(&cache->drained[i]))
            atomic_store(&cache->drained[i],
                         atomic_exchange(&cache->lists[i], empty(i)));
}

static bool holds_objects(const struct heap_cache *cache)
{
    for (unsigned i = 1; i < SLAB_CLASSES; i++)
        if (cache_first(READ_ONCE(cache->lists[i])))
            return true;
    return false;
}

/* Preemption is disabled: the vCPU that is not called is this one. */
static void drain_others(void)
{
    struct heap_cache *cache = atomic_load(&caches.all);

    while (cache && (cache == this_cpu()->heap || !holds_objects(cache)))
        cache = cache->next;
    if (cache)
        caches.call_others(drain, NULL);
}

static void put_drained(void)
{
    struct heap_cache *cache = atomic_load(&caches.all);

    for (; cache; cache = cache->next)
        for (unsigned i = 1; i < SLAB_CLASSES; i++)
            if (atomic_load(&cache->drained[i]))
                slab_put(i, atomic_exchange(&cache->drained[i], 0), UINT32_MAX);
}

void heap_flush_cpu(void)
{
    struct heap_cache *cache;

    preempt_disable();
    cache = this_cpu()->heap;
    for (unsigned i = 1; cache && i < SLAB_CLASSES; i++)
        if (cache_first(READ_ONCE(cache->lists[i])))
            flush(cache, i, UINT32_MAX);
    preempt_enable();
}

void cache_reclaim(void)
{
    bool may_wait = reclaim_may_wait();

    preempt_disable();
    heap_flush_cpu();
    if (may_wait && caches.call_others)
        drain_others();
    preempt_enable();
    put_drained();
    for (unsigned i = 1; i < SLAB_CLASSES; i++)
        slab_trim(i);
}

uint64_t cache_count(size_t class)
{
    struct heap_cache *cache = atomic_load(&caches.all);
    uint64_t count = 0;

    for (; cache; cache = cache->next) {
        uint64_t drained = atomic_load(&cache->drained[class]);

        count += class == slab_class(sizeof(*cache));
        count += empty(class) - cache_room(READ_ONCE(cache->lists[class]));
        if (drained)
            count += empty(class) - cache_room(drained);
    }
    return count;
}

void heap_set_call_others(void (*call)(void (*fn)(void *arg), void *arg))
{
    caches.call_others = call;
}
