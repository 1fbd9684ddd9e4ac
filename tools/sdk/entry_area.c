/* SPDX-License-Identifier: BSD-2-Clause */
/* Who answers page faults in an image that uses areas. */

#include <pith/room.h>

extern const struct room room_kernel_pagefault;
extern const struct room *const area_entry[];

const struct room *const area_entry[] = {&room_kernel_pagefault, NULL};
