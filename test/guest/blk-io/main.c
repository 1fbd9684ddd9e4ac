/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtual disks by blkback: as block devices, and as files below /dev. */
/* cc: --checks */
/* clang-format off */
/* dom0: rm -f /tmp/a.img /tmp/b.img; truncate -s 8M /tmp/a.img; (printf second; head -c 65530 /dev/zero) >/tmp/b.img */
/* xl: disk=['format=raw,vdev=xvda,access=rw,script=labblk,target=/tmp/a.img', 'format=raw,vdev=xvdb,access=ro,script=labblk,target=/tmp/b.img'] */
/* clang-format on */

/* Before libc's, which define some of the same macros. */
#include <pith/blkdev.h>
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/page.h>
#include <pith/thread.h>
#include <pith/waitq.h>

#include "guest_test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DISK_BYTES (8ul << 20)
#define IN_FLIGHT 64

static struct blkdev *disk;

/* Byte i of the pattern that seed names. */
static unsigned char pattern(uint64_t i, unsigned seed)
{
    return (unsigned char)((i ^ seed) * 2654435761u >> 13);
}

static void fill(unsigned char *buf, uint64_t at, size_t n, unsigned seed)
{
    for (size_t i = 0; i < n; i++)
        buf[i] = pattern(at + i, seed);
}

/* The first byte that differs, n if none does. */
static size_t same(const unsigned char *buf, uint64_t at, size_t n,
                   unsigned seed)
{
    size_t i = 0;

    while (i < n && buf[i] == pattern(at + i, seed))
        i++;
    return i;
}

TEST(blk_device_has_the_backends_facts)
{
    struct blkdev *second = blkdev_find("xvdb");

    disk = blkdev_find("xvda");
    CHECK(disk != NULL && second != NULL);
    CHECK_EQ(disk->size_bytes, DISK_BYTES);
    CHECK_EQ(disk->sector_bytes, 512);
    CHECK(!disk->readonly && !disk->lost);
    CHECK_EQ(second->size_bytes, 65536);
    CHECK(second->readonly);
    CHECK(!blkdev_find("xvdc"));
}

/* Every length of a request once: less than a page, more than a request's
 * segments, more than the ring, each from an odd place in memory. */
TEST(blk_written_data_is_read_back)
{
    static const size_t lengths[] = {
        512,         1024,      4096,   4608,          45056,
        45056 + 512, 16 * 4096, 131072, 131072 + 4096, 1 << 20};
    unsigned char *buf = malloc((1 << 20) + 64);
    uint64_t at = 512;

    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        size_t n = lengths[i];
        unsigned char *out = buf + i * 7, *in = buf + 63 - i;

        fill(out, at, n, (unsigned)i);
        CHECK_EQ(blkdev_write(disk, at, out, n), 0);
        memset(buf, 0xee, (1 << 20) + 64);
        CHECK_EQ(blkdev_read(disk, at, in, n), 0);
        CHECK_EQ(same(in, at, n, (unsigned)i), n);
        CHECK_EQ(in[n], 0xee); /* and not a byte more */
        at += n;
    }
    at = 512;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
        CHECK_EQ(blkdev_read(disk, at, buf, lengths[i]), 0);
        CHECK_EQ(same(buf, at, lengths[i], (unsigned)i), lengths[i]);
        at += lengths[i];
    }
    free(buf);
}

TEST(blk_last_sector_and_whole_disk)
{
    unsigned char *all = malloc(DISK_BYTES);

    CHECK(all != NULL);
    fill(all, 0, DISK_BYTES, 99);
    CHECK_EQ(blkdev_write(disk, 0, all, DISK_BYTES), 0);
    CHECK_EQ(blkdev_flush(disk), 0);
    memset(all, 0, 512);
    CHECK_EQ(blkdev_write(disk, DISK_BYTES - 512, all, 512), 0);
    CHECK_EQ(blkdev_read(disk, 0, all, DISK_BYTES), 0);
    CHECK_EQ(same(all, 0, DISK_BYTES, 99), DISK_BYTES - 512);
    CHECK_EQ(all[DISK_BYTES - 1], 0);
    free(all);
}

TEST(blk_bad_ranges_are_einval)
{
    static unsigned char buf[4096];

    CHECK_EQ(blkdev_read(disk, DISK_BYTES, buf, 512), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(disk, DISK_BYTES - 512, buf, 1024), -XEN_EINVAL);
    CHECK_EQ(blkdev_write(disk, DISK_BYTES - 512, buf, 1024), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(disk, -512ul, buf, 1024), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(disk, 0, buf, 100), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(disk, 100, buf, 512), -XEN_EINVAL);
    CHECK_EQ(blkdev_read(disk, 0, buf, 512), 0);
}

TEST(blk_readonly_disk_refuses_writes)
{
    struct blkdev *second = blkdev_find("xvdb");
    static unsigned char buf[512];
    struct blk_request req = {
        .op = BLK_WRITE, .length_bytes = 512, .buffer = buf};

    CHECK_EQ(blkdev_write(second, 0, buf, 512), -XEN_EROFS);
    CHECK_EQ(second->ops->submit(second, &req), -XEN_EROFS);
    CHECK_EQ(blkdev_read(second, 0, buf, 512), 0);
    CHECK_EQ(memcmp(buf, "second", 6), 0);
}

static struct waitq finished = WAITQ_INIT(finished);
static volatile int under_way, failures;

static void on_done(struct blk_request *req, int status)
{
    (void)req;
    failures += status != 0;
    under_way--;
    waitq_wake_all(&finished);
}

/* More than the ring has slots, with other threads' reads between. */
TEST(blk_many_requests_in_flight_all_end)
{
    static struct blk_request reqs[IN_FLIGHT];
    unsigned char *buf = malloc(IN_FLIGHT * 65536);

    under_way = IN_FLIGHT;
    failures = 0;
    for (int i = 0; i < IN_FLIGHT; i++) {
        reqs[i] = (struct blk_request){.op = BLK_READ,
                                       .offset_bytes = (uint64_t)i * 65536,
                                       .length_bytes = 65536,
                                       .buffer = buf + i * 65536,
                                       .done = on_done};
        CHECK_EQ(disk->ops->submit(disk, &reqs[i]), 0);
    }
    CHECK_EQ(WAITQ_WAIT_UNTIL(&finished, !under_way,
                              clock_monotonic_ns() + 20 * NS_PER_SEC),
             0);
    CHECK_EQ(failures, 0);
    CHECK_EQ(same(buf, 0, IN_FLIGHT * 65536, 99), IN_FLIGHT * 65536);
    free(buf);
}

static void read_often(void *arg)
{
    uint64_t seed = (uintptr_t)arg;
    unsigned char *buf = malloc(8192);

    for (int i = 0; i < 50; i++) {
        uint64_t at = seed * 512;

        if (blkdev_read(disk, at, buf, 8192) || same(buf, at, 8192, 99) != 8192)
            failures++;
        seed = (seed * 1103515245 + 12345) % 16000;
    }
    free(buf);
    under_way--;
    waitq_wake_all(&finished);
}

TEST(blk_threads_read_at_once)
{
    under_way = 8;
    failures = 0;
    for (uintptr_t i = 0; i < 8; i++)
        CHECK(thread_start("reader", THREAD_STACK_BYTES, read_often,
                           (void *)(i + 1)));
    CHECK_EQ(WAITQ_WAIT_UNTIL(&finished, !under_way,
                              clock_monotonic_ns() + 20 * NS_PER_SEC),
             0);
    CHECK_EQ(failures, 0);
}

TEST(blk_statistics_count)
{
    struct blkdev_stats before = disk->stats;
    static unsigned char buf[4096];

    CHECK_EQ(blkdev_read(disk, 0, buf, 4096), 0);
    CHECK_EQ(blkdev_write(disk, 0, buf, 4096), 0);
    CHECK_EQ(blkdev_flush(disk), 0);
    CHECK_EQ(disk->stats.read_bytes - before.read_bytes, 4096);
    CHECK_EQ(disk->stats.written_bytes - before.written_bytes, 4096);
    CHECK_EQ(disk->stats.flushes - before.flushes, 1);
    CHECK_EQ(disk->stats.errors, before.errors);
}

/* A file takes any offset and length: partial sectors are read first. */
TEST(blk_file_takes_any_offset)
{
    static unsigned char buf[3000];
    struct stat st;
    int fd = open("/dev/xvda", O_RDWR);

    CHECK(fd >= 0);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK(S_ISBLK(st.st_mode));
    CHECK_EQ(st.st_size, DISK_BYTES);
    CHECK_EQ(pwrite(fd, "inner", 5, 1000001), 5);
    CHECK_EQ(pread(fd, buf, 3000, 999000), 3000);
    CHECK_EQ(memcmp(buf + 1001, "inner", 5), 0);
    CHECK_EQ(same(buf, 999000, 1001, 99), 1001);
    CHECK_EQ(same(buf + 1006, 1000006, 1994, 99), 1994);
    CHECK_EQ(lseek(fd, -100, SEEK_END), DISK_BYTES - 100);
    CHECK_EQ(read(fd, buf, 3000), 100);
    CHECK_EQ(read(fd, buf, 3000), 0);
    CHECK_EQ(pwrite(fd, "x", 1, DISK_BYTES), -1);
    CHECK_EQ(errno, ENOSPC);
    CHECK_EQ(fsync(fd), 0);
    CHECK_EQ(close(fd), 0);
    CHECK_EQ(open("/dev/xvdb", O_RDWR), -1);
    CHECK_EQ(errno, EROFS);
    CHECK_EQ(open("/dev/xvdc", O_RDONLY), -1);
    CHECK_EQ(errno, ENOENT);
}

TEST(blk_use_leaves_no_memory_behind)
{
    struct heap_stats before, after;
    static unsigned char buf[65536];

    for (int i = 0; i < 40; i++) {
        if (i == 10)
            heap_get_stats(&before);
        CHECK_EQ(blkdev_read(disk, 512, buf + 1, 65024), 0);
        CHECK_EQ(blkdev_flush(disk), 0);
    }
    heap_get_stats(&after);
    CHECK_EQ(after.allocations, before.allocations);
}

int main(void)
{
    return test_run_all();
}
