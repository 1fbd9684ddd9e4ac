/* SPDX-License-Identifier: BSD-2-Clause */
/* The drivers of network interfaces that an image gets when it uses any. */

#include <pith/room.h>

extern const struct room room_netfront;
extern const struct room *const netdev_drivers[];

const struct room *const netdev_drivers[] = {&room_netfront, NULL};
