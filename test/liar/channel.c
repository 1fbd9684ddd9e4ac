/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The event channel, grants and rings of one connection, by Linux's gntdev and
 * evtchn devices. A ring starts where the frontend says that it starts.
 */
#include "liar.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xen/grant_table.h>
/* After Xen's headers, whose types they use. */
#include <xen/evtchn.h>
#include <xen/gntdev.h>

#define PAGE_BYTES 4096
#define MAPPINGS_MAX 2

static struct {
    int evtchn, gntdev, xs;
    unsigned domid, port, mapping_count;
    void *mappings[MAPPINGS_MAX];
} channel;

void channel_open(const struct liar *liar)
{
    unsigned port = xs_get_number(liar->front, "event-channel");
    struct ioctl_evtchn_bind_interdomain bind = {.remote_domain = liar->domid,
                                                 .remote_port = port};
    int local;

    channel.domid = liar->domid;
    channel.xs = liar->xs_fd;
    channel.evtchn = open("/dev/xen/evtchn", O_RDWR);
    channel.gntdev = open("/dev/xen/gntdev", O_RDWR);
    if (channel.evtchn < 0 || channel.gntdev < 0)
        die("/dev/xen: %m");
    local = ioctl(channel.evtchn, IOCTL_EVTCHN_BIND_INTERDOMAIN, &bind);
    if (local < 0)
        die("bind to port %u: %m", port);
    channel.port = (unsigned)local;
}

void channel_close(void)
{
    while (channel.mapping_count)
        munmap(channel.mappings[--channel.mapping_count], PAGE_BYTES);
    close(channel.gntdev);
    close(channel.evtchn);
}

/* Fails when the frontend has closed its end: no matter. */
void channel_notify(void)
{
    struct ioctl_evtchn_notify notify = {.port = channel.port};

    ioctl(channel.evtchn, IOCTL_EVTCHN_NOTIFY, &notify);
}

void channel_wait(int milliseconds)
{
    struct pollfd fds[] = {{.fd = channel.evtchn, .events = POLLIN},
                           {.fd = channel.xs, .events = POLLIN}};
    uint32_t port;

    if (poll(fds, 2, milliseconds) <= 0)
        return;
    if (fds[1].revents)
        xs_take_event();
    if (!fds[0].revents)
        return;
    if (read(channel.evtchn, &port, sizeof(port)) != sizeof(port) ||
        write(channel.evtchn, &port, sizeof(port)) != sizeof(port))
        die("event channel: %m");
}

void *grant_map(unsigned ref)
{
    struct ioctl_gntdev_map_grant_ref map = {
        .count = 1, .refs = {{.domid = channel.domid, .ref = ref}}};
    void *page;

    if (ioctl(channel.gntdev, IOCTL_GNTDEV_MAP_GRANT_REF, &map))
        die("map grant %u: %m", ref);
    page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
                channel.gntdev, (off_t)map.index);
    if (page == MAP_FAILED)
        die("map grant %u: %m", ref);
    channel.mappings[channel.mapping_count++] = page;
    return page;
}

static bool copy(struct gntdev_grant_copy_segment *segment)
{
    struct ioctl_gntdev_grant_copy copy = {.count = 1, .segments = segment};

    if (ioctl(channel.gntdev, IOCTL_GNTDEV_GRANT_COPY, &copy))
        die("grant copy: %m");
    return segment->status == GNTST_okay;
}

bool grant_read(unsigned ref, unsigned offset, void *to, size_t bytes)
{
    struct gntdev_grant_copy_segment segment = {
        .source.foreign = {ref, (uint16_t)offset, (domid_t)channel.domid},
        .dest.virt = to,
        .len = (uint16_t)bytes,
        .flags = GNTCOPY_source_gref,
    };

    return copy(&segment);
}

bool grant_write(unsigned ref, unsigned offset, const void *from, size_t bytes)
{
    struct gntdev_grant_copy_segment segment = {
        .source.virt = (void *)from,
        .dest.foreign = {ref, (uint16_t)offset, (domid_t)channel.domid},
        .len = (uint16_t)bytes,
        .flags = GNTCOPY_dest_gref,
    };

    return copy(&segment);
}

static void *slot(const struct ring *ring, uint32_t index)
{
    return ring->shared->ring + (index & (ring->size - 1)) * ring->slot_bytes;
}

void ring_attach(struct ring *ring, const struct liar *liar, const char *node,
                 size_t slot_bytes, uint32_t size)
{
    ring->shared = grant_map(xs_get_number(liar->front, node));
    ring->slot_bytes = slot_bytes;
    ring->size = size;
    ring->req_cons = ring->rsp_prod = ring->shared->rsp_prod;
}

bool ring_take(struct ring *ring, void *request, size_t bytes)
{
    uint32_t prod = __atomic_load_n(&ring->shared->req_prod, __ATOMIC_ACQUIRE);

    if (prod == ring->req_cons)
        return false;
    memcpy(request, slot(ring, ring->req_cons++), bytes);
    return true;
}

void ring_put(struct ring *ring, const void *response, size_t bytes)
{
    memcpy(slot(ring, ring->rsp_prod++), response, bytes);
}

void ring_push(struct ring *ring)
{
    __atomic_store_n(&ring->shared->rsp_prod, ring->rsp_prod, __ATOMIC_SEQ_CST);
    channel_notify();
}

void ring_arm(struct ring *ring)
{
    __atomic_store_n(&ring->shared->req_event, ring->req_cons + 1,
                     __ATOMIC_SEQ_CST);
    /* With the frontend's barrier between req_prod and req_event. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
