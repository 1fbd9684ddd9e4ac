/* SPDX-License-Identifier: BSD-2-Clause */
/* What counters and reports tell about network interfaces: apart from the
 * class, which draws this in, since it must not be in images without. */

#include "private.h"
#include <pith/format.h>
#include <pith/netdev.h>
#include <pith/report.h>

static void list_device(struct netdev *dev, void *arg)
{
    const struct counter_part all[] = {
        {"rx_frames", &dev->stats.rx_frames},
        {"rx_bytes", &dev->stats.rx_bytes},
        {"rx_dropped", &dev->stats.rx_dropped},
        {"tx_frames", &dev->stats.tx_frames},
        {"tx_bytes", &dev->stats.tx_bytes},
        {"tx_dropped", &dev->stats.tx_dropped},
        {"notifications", &dev->stats.notifications},
        {"events", &dev->stats.events}};
    char name[16];

    format(name, sizeof(name), "net%u", dev->index);
    counters_put_parts(arg, name, all, ARRAY_SIZE(all));
}

static void list_devices(const struct counter_sink *sink)
{
    netdev_for_each(list_device, (void *)sink);
}

static void write_device(struct netdev *dev, void *arg)
{
    const uint8_t *mac = dev->mac;

    report_printf(arg,
                  "net%u: %02x:%02x:%02x:%02x:%02x:%02x, mtu %u, link %s, "
                  "%lu frames in, %lu out, %lu dropped\n",
                  dev->index, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
                  dev->mtu, dev->link_up ? "up" : "down", dev->stats.rx_frames,
                  dev->stats.tx_frames,
                  dev->stats.rx_dropped + dev->stats.tx_dropped);
}

static void write_devices(report_print_fn *print)
{
    netdev_for_each(write_device, print);
}

COUNTER_LIST(netdevs, list_devices);
REPORT(d, kernel_netdevs, "network interfaces", write_devices);
