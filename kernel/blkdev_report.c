/* SPDX-License-Identifier: BSD-2-Clause */
/* What counters and reports tell about disks: apart from the class,
 * which draws this in, since it must not be in images without. */

#include "private.h"
#include <pith/blkdev.h>
#include <pith/report.h>

static void list_device(struct blkdev *dev, void *arg)
{
    const struct counter_part all[] = {
        {"reads", &dev->stats.reads},
        {"writes", &dev->stats.writes},
        {"flushes", &dev->stats.flushes},
        {"read_bytes", &dev->stats.read_bytes},
        {"written_bytes", &dev->stats.written_bytes},
        {"errors", &dev->stats.errors}};

    counters_put_parts(arg, dev->name, all, ARRAY_SIZE(all));
}

static void list_devices(const struct counter_sink *sink)
{
    blkdev_for_each(list_device, (void *)sink);
}

static void write_device(struct blkdev *dev, void *arg)
{
    report_printf(arg,
                  "%s: %lu MiB in sectors of %u%s%s, %lu KiB read, "
                  "%lu KiB written, %lu errors\n",
                  dev->name, dev->size_bytes >> 20, dev->sector_bytes,
                  dev->readonly ? ", read-only" : "", dev->lost ? ", lost" : "",
                  dev->stats.read_bytes >> 10, dev->stats.written_bytes >> 10,
                  dev->stats.errors);
}

static void write_devices(report_print_fn *print)
{
    blkdev_for_each(write_device, print);
}

COUNTER_LIST(blkdevs, list_devices);
REPORT(d, kernel_blkdevs, "disks", write_devices);
