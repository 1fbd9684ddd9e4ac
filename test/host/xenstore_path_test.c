/* SPDX-License-Identifier: BSD-2-Clause */
/* sources: xenstore/path.c */

#include "../../xenstore/bus.h"
#include "test.h"
#include <pith/errno.h>
#include <pith/parse.h>

/* ops.c, which needs a ring, has the real one. */
int xs_parse_u64(const char *text, uint64_t max, uint64_t *out)
{
    return parse_u64(text, max, out) ? -XEN_EINVAL : 0;
}

static enum bus_event event_of(const char *path, unsigned *id)
{
    *id = 77;
    return bus_event_parse("vif", path, id);
}

TEST(event_path_of_a_device_gives_its_number)
{
    unsigned id;

    CHECK_EQ(event_of("device/vif/0", &id), BUS_EVENT_DEVICE);
    CHECK_EQ(id, 0);
    CHECK_EQ(event_of("device/vif/51712/state", &id), BUS_EVENT_BELOW);
    CHECK_EQ(id, 51712);
}

TEST(event_path_above_the_devices_means_all)
{
    unsigned id;

    CHECK_EQ(event_of("device/vif", &id), BUS_EVENT_TYPE);
    CHECK_EQ(event_of("device", &id), BUS_EVENT_TYPE);
    CHECK_EQ(id, 77);
}

TEST(event_path_elsewhere_is_ignored)
{
    const char *other[] = {"",
                           "devices/vif/0",
                           "device/vbd/0",
                           "device/vifs/0",
                           "device/vif/",
                           "device/vif//",
                           "device/vif/x",
                           "device/vif/00",
                           "device/vif/4294967296",
                           "device/vif/123456789012345678/state"};
    unsigned id;

    for (size_t i = 0; i < ARRAY_SIZE(other); i++)
        CHECK_EQ(event_of(other[i], &id), BUS_EVENT_OTHER);
}

TEST(peer_path_lies_below_the_peers_backend_directory)
{
    CHECK(bus_peer_path_valid("/local/domain/0/backend/vif/5/0", 0));
    CHECK(bus_peer_path_valid("/local/domain/7/backend/qdisk/5/51712", 7));
    CHECK(!bus_peer_path_valid("/local/domain/0/backend/vif/5/0", 7));
    CHECK(!bus_peer_path_valid("/local/domain/0/backend", 0));
    CHECK(!bus_peer_path_valid("/local/domain/0/backend/", 0));
    CHECK(!bus_peer_path_valid("/local/domain/0/backends/x", 0));
    CHECK(!bus_peer_path_valid("local/domain/0/backend/x", 0));
    CHECK(!bus_peer_path_valid("", 0));
}
