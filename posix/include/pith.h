/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program can ask Pith about the guest that it is. */
#ifndef _PITH_H
#define _PITH_H

#include <stddef.h>
#include <stdint.h>

#define PITH_MAX_INTERFACES 8
#define PITH_MAX_DISKS 16
#define PITH_MAX_THREADS 32

struct pith_interface {
    char name[8]; /* "net0" */
    uint8_t mac[6];
    uint8_t link_up, configured;
    uint32_t ipv4, netmask, gateway; /* network byte order */
    uint32_t mtu;
    uint64_t rx_frames, rx_bytes, rx_dropped;
    uint64_t tx_frames, tx_bytes, tx_dropped;
    uint64_t notifications, events; /* to and from the backend */
};

struct pith_disk {
    char name[16]; /* "xvda" */
    uint64_t size_bytes;
    uint32_t sector_bytes;
    uint8_t readonly, lost;
    uint64_t reads, writes, flushes, read_bytes, written_bytes, errors;
};

struct pith_thread {
    char name[16];
    char state[12]; /* "running", "ready", "blocked" */
    uint64_t switches;
};

struct pith_status {
    uint64_t uptime_ns; /* since the guest started */
    uint64_t memory_bytes, memory_free_bytes;
    uint64_t heap_bytes, heap_used_bytes, heap_allocations;
    uint8_t tracing, profiling; /* pith.trace, pith.profile are given */
    /* How many there are; the arrays hold at most their size. */
    uint32_t interface_count, disk_count, thread_count;
    struct pith_interface interfaces[PITH_MAX_INTERFACES];
    struct pith_disk disks[PITH_MAX_DISKS];
    struct pith_thread threads[PITH_MAX_THREADS];
};

#ifdef __cplusplus
extern "C" {
#endif

/* Always succeeds, with 0. The struct is some kilobytes: keep it off small
 * stacks. */
int pith_status(struct pith_status *out);

/* Calls put with the name and value of each counter, summed over the vCPUs. */
void pith_counters(void (*put)(void *arg, const char *name, uint64_t value),
                   void *arg);

/* Writes the report that `xl sysrq DOMAIN LETTER` prints into buf, at most size
 * bytes with the NUL. Returns the length of the whole, or -1 with errno ENOENT:
 * no such report ("h" lists those of the image). */
long pith_report(char letter, char *buf, size_t size);

/* Ends the connection of a disk ("xvda") to its backend and makes a new one;
 * open files stay. 0, or -1 with errno ENODEV, EIO or ETIME. */
int pith_disk_reconnect(const char *name);

#ifdef __cplusplus
}
#endif

#endif
