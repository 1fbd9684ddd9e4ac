/* SPDX-License-Identifier: BSD-2-Clause */
/* The classes of block and network devices. */
/* sources: arch/x86_64/context.c arch/x86_64/switch.S */

#include "kernel_fake_machine.h"

#include "../../kernel/blkdev.c"
#include "../../kernel/netdev.c"

const struct room *const netdev_drivers[] = {NULL};
const struct room *const blkdev_drivers[] = {NULL};
const struct report report_kernel_netdevs, report_kernel_blkdevs;

/* A disk that answers by upcall, 1 us later. */
static struct {
    struct blk_request *req;
    struct timer timer;
    int submit_rc, status;
    unsigned submits;
} disk;

static void disk_done(struct timer *timer)
{
    disk.req->done(disk.req, disk.status);
}

static int disk_submit(struct blkdev *dev, struct blk_request *req)
{
    disk.submits++;
    if (disk.submit_rc)
        return disk.submit_rc;
    disk.req = req;
    timer_init(&disk.timer, disk_done);
    timer_arm(&disk.timer, now_ns + 1000);
    return 0;
}

static const struct blkdev_ops disk_ops = {.submit = disk_submit};

static struct blkdev new_disk(const char *name)
{
    struct blkdev dev = {
        .ops = &disk_ops, .size_bytes = 8192, .sector_bytes = 512};

    machine_begin();
    memset(&disk, 0, sizeof(disk));
    strcpy(dev.name, name);
    return dev;
}

TEST(blkdev_read_blocks_until_done)
{
    struct blkdev dev = new_disk("xvda");
    char buffer[1024];
    uint64_t start_ns = now_ns;

    CHECK_EQ(blkdev_read(&dev, 512, buffer, 1024), 0);
    CHECK_EQ(now_ns, start_ns + 1000);
    disk.status = -XEN_EIO;
    CHECK_EQ(blkdev_write(&dev, 0, buffer, 512), -XEN_EIO);
    CHECK_EQ(blkdev_flush(&dev), -XEN_EIO);
    CHECK_EQ(disk.submits, 3);
    disk.submit_rc = -XEN_EROFS;
    CHECK_EQ(blkdev_flush(&dev), -XEN_EROFS);
    CHECK_EQ(test_thread.pending, 0);
}

TEST(blkdev_range_and_alignment_are_checked)
{
    struct blkdev dev = new_disk("xvda");
    char buffer[512];

    CHECK_EQ(blkdev_read(&dev, 8192, buffer, 512), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(&dev, 7680, buffer, 1024), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(&dev, -512ull, buffer, 512), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(&dev, 512, buffer, -512ul), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(&dev, 1, buffer, 512), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(&dev, 0, buffer, 511), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(&dev, 8192, buffer, 0), 0);
    dev.readonly = true;
    CHECK_EQ(blkdev_write(&dev, 0, buffer, 512), -XEN_EROFS);
    dev.lost = true;
    CHECK_EQ(blkdev_read(&dev, 0, buffer, 512), -XEN_EIO);
    CHECK_EQ(disk.submits, 0);
}

TEST(blkdev_name_is_unique)
{
    struct blkdev a = new_disk("xvda"), b = new_disk("xvdb"),
                  again = new_disk("xvda");

    CHECK_EQ(blkdev_register(&a), 0);
    CHECK_EQ(blkdev_register(&b), 0);
    CHECK_EQ(blkdev_register(&again), -XEN_EEXIST);
    CHECK(blkdev_find("xvdb") == &b);
    blkdev_unregister(&a);
    CHECK(!blkdev_find("xvda"));
    CHECK_EQ(blkdev_register(&again), 0);
    blkdev_unregister(&again);
    blkdev_unregister(&b);
}

static char seen[64];

static void see(char kind, const struct netdev *dev)
{
    char text[] = {kind, (char)('0' + dev->index), '\0'};

    strcat(seen, text);
}

static void attach(struct netdev *dev)
{
    CHECK(netdev_find(dev->index) == dev); /* may look at the list */
    see('+', dev);
}

static void detach(struct netdev *dev)
{
    see('-', dev);
}

static void list_one(struct netdev *dev, void *arg)
{
    see(' ', dev);
}

TEST(netdev_client_sees_each_device_once)
{
    struct netdev two = {.index = 2}, zero = {.index = 0}, one = {.index = 1},
                  again = {.index = 2};

    machine_begin();
    CHECK_EQ(netdev_register(&two), 0);
    CHECK_EQ(netdev_register(&zero), 0);
    CHECK_EQ(netdev_register(&again), -XEN_EEXIST);
    CHECK_STR(seen, "");
    netdev_set_attach(attach, detach);
    CHECK_STR(seen, "+0+2");
    CHECK_EQ(netdev_register(&one), 0);
    netdev_for_each(list_one, NULL);
    CHECK_STR(seen, "+0+2+1 0 1 2");
    netdev_unregister(&zero);
    CHECK(!netdev_find(0));
    netdev_unregister(&two);
    netdev_unregister(&one);
    CHECK_STR(seen, "+0+2+1 0 1 2-0-2-1");
}
