/* SPDX-License-Identifier: BSD-2-Clause */
/* The drivers of block devices that an image gets when it uses any. */

#include <pith/room.h>

extern const struct room room_blkfront;
extern const struct room *const blkdev_drivers[];

const struct room *const blkdev_drivers[] = {&room_blkfront, NULL};
