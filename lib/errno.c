/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of error numbers, made from Xen's own list and our additions. */

#include <pith/compiler.h>
#include <pith/errno.h>

struct entry {
    int number;
    const char *name;
};

#define ENTRY(name, value) {value, #name},
#define XEN_ERRNO ENTRY
static const struct entry entries[] = {
/* With XEN_ERRNO defined the header is the bare list, without a guard. */
#include <xen/errno.h>
    PITH_ERRNO_EXTRA(ENTRY)};

const char *errno_name(int err)
{
    int number = err < 0 ? -err : err;

    for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
        if (entries[i].number == number)
            return entries[i].name;
    return "E?";
}
