/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of handlers, by port. It grows with the port numbers that Xen
 * hands out, from the lowest up.
 *
 * Looking up takes no lock: chunks of handlers are added and never freed, and
 * neither is a directory of chunks that has become too small, since somebody
 * may be reading it. All old ones together are smaller than the newest.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/panic.h>
#include <pith/spinlock.h>
#include <pith/string.h>

#define CHUNK_HANDLERS 32
#define FIRST_SLOTS 32

struct directory {
    uint32_t slots;
    struct evtchn_handler *chunks[];
};

static struct {
    struct spinlock lock; /* whoever grows it, or the ABI's memory */
    struct directory *directory;
} table = {.lock = SPINLOCK_INIT};

static struct directory *directory_alloc(uint32_t slots)
{
    struct directory *directory =
        heap_zalloc(sizeof(*directory) + slots * sizeof(directory->chunks[0]));

    if (directory)
        directory->slots = slots;
    return directory;
}

struct evtchn_handler *evtchn_handler_find(evtchn_port_t port)
{
    const struct directory *directory = atomic_load(&table.directory);
    struct evtchn_handler *chunk;

    if (port / CHUNK_HANDLERS >= directory->slots)
        return NULL;
    chunk = atomic_load(&directory->chunks[port / CHUNK_HANDLERS]);
    return chunk ? &chunk[port % CHUNK_HANDLERS] : NULL;
}

struct evtchn_handler *evtchn_handler_of_open(evtchn_port_t port)
{
    struct evtchn_handler *handler = evtchn_handler_find(port);

    ASSERT(handler && handler->fn);
    return handler;
}

static int grow_directory_locked(uint32_t slot)
{
    const struct directory *old = table.directory;
    struct directory *directory =
        directory_alloc(MAX(2 * old->slots, slot + 1));

    if (!directory)
        return -XEN_ENOMEM;
    memcpy(directory->chunks, old->chunks, old->slots * sizeof(old->chunks[0]));
    /* Releases it to evtchn_handler_find, as below the chunk. */
    atomic_store(&table.directory, directory);
    return 0;
}

static int make_locked(evtchn_port_t port)
{
    uint32_t slot = port / CHUNK_HANDLERS;
    struct evtchn_handler *chunk;
    int rc = evtchn_abi->port_init(port);

    if (!rc && slot >= table.directory->slots)
        rc = grow_directory_locked(slot);
    if (rc || table.directory->chunks[slot])
        return rc;
    chunk = heap_zalloc(CHUNK_HANDLERS * sizeof(*chunk));
    if (!chunk)
        return -XEN_ENOMEM;
    atomic_store(&table.directory->chunks[slot], chunk);
    return 0;
}

int evtchn_handler_make(evtchn_port_t port, struct evtchn_handler **out)
{
    int rc;

    spin_lock(&table.lock);
    rc = make_locked(port);
    spin_unlock(&table.lock);
    if (!rc)
        *out = evtchn_handler_find(port);
    return rc;
}

int evtchn_table_start(void)
{
    uint32_t ports = table.directory->slots * CHUNK_HANDLERS;

    for (evtchn_port_t port = 0; port < ports; port++) {
        const struct evtchn_handler *handler = evtchn_handler_find(port);
        int rc;

        if (!handler) {
            port += CHUNK_HANDLERS - 1;
            continue;
        }
        rc = handler->fn ? evtchn_abi->port_init(port) : 0;
        if (rc)
            return rc;
    }
    return 0;
}

/* Nobody binds or is in a handler: one vCPU runs, in a thread. */
void evtchn_table_forget(void)
{
    for (uint32_t slot = 0; slot < table.directory->slots; slot++) {
        struct evtchn_handler *chunk = table.directory->chunks[slot];

        for (unsigned i = 0; chunk && i < CHUNK_HANDLERS; i++)
            chunk[i] = (struct evtchn_handler){0};
    }
}

int evtchn_table_init(void)
{
    table.directory = directory_alloc(FIRST_SLOTS);
    return table.directory ? 0 : -XEN_ENOMEM;
}
