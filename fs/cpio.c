/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpio archives, "New ASCII Format": a header of 110 characters, the name and
 * the data, each padded to 4 bytes. Pure: reads nothing outside the archive.
 * Source: cpio(5) of libarchive.
 */

#include "private.h"
#include <string.h>

#define MAGIC_BYTES 6
#define FIELD_BYTES 8
#define HEADER_BYTES 110
#define TRAILER "TRAILER!!!"

enum field {
    F_INO,
    F_MODE,
    F_UID,
    F_GID,
    F_NLINK,
    F_MTIME,
    F_FILESIZE,
    F_DEVMAJOR,
    F_DEVMINOR,
    F_RDEVMAJOR,
    F_RDEVMINOR,
    F_NAMESIZE,
    F_CHECK,
    F_COUNT,
};
_Static_assert(MAGIC_BYTES + F_COUNT * FIELD_BYTES == HEADER_BYTES, "newc");

/* File types in F_MODE. */
enum {
    MODE_TYPE = 0170000,
    MODE_DIR = 0040000,
    MODE_REGULAR = 0100000,
    MODE_LINK = 0120000,
};

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_fields(const uint8_t *header, uint32_t field[F_COUNT])
{
    const uint8_t *p = header + MAGIC_BYTES;

    /* 070702 has a sum of the data in F_CHECK; otherwise the same. */
    if (memcmp(header, "070701", MAGIC_BYTES) &&
        memcmp(header, "070702", MAGIC_BYTES))
        return false;
    for (unsigned i = 0; i < F_COUNT; i++) {
        field[i] = 0;
        for (unsigned n = 0; n < FIELD_BYTES; n++) {
            int digit = hex_digit(*p++);

            if (digit < 0)
                return false;
            field[i] = field[i] << 4 | (uint32_t)digit;
        }
    }
    return true;
}

static void set_kind(struct archive_entry *out, const uint32_t *field)
{
    out->type = ARCHIVE_OTHER;
    if ((field[F_MODE] & MODE_TYPE) == MODE_REGULAR)
        out->type = FILE_REGULAR;
    if ((field[F_MODE] & MODE_TYPE) == MODE_DIR)
        out->type = FILE_DIRECTORY;
    if ((field[F_MODE] & MODE_TYPE) == MODE_LINK)
        out->type = FILE_LINK;
    out->mode = field[F_MODE] & 07777;
    out->mtime_s = field[F_MTIME];
    out->hard_id = 0;
    out->hard_name = NULL;
    if (out->type == FILE_REGULAR && field[F_NLINK] > 1)
        out->hard_id = (uint64_t)field[F_DEVMAJOR] << 48 ^
                       (uint64_t)field[F_DEVMINOR] << 32 ^ field[F_INO];
}

int cpio_next(struct archive *a, struct archive_entry *out)
{
    uint32_t field[F_COUNT];
    size_t start = a->offset, left, name_bytes, data_at;
    const char *name, *wrong;

    if (start > a->size || a->size - start < HEADER_BYTES)
        return archive_fail(a, start, "cpio archive ends early");
    if (!parse_fields(a->base + start, field))
        return archive_fail(a, start, "bad cpio header");

    /* All sizes are 32 bits wide, so these sums cannot overflow. */
    left = a->size - start;
    name_bytes = field[F_NAMESIZE];
    name = (const char *)a->base + start + HEADER_BYTES;
    if (name_bytes > left - HEADER_BYTES)
        return archive_fail(a, start, "cpio name beyond the archive");
    if (!name_bytes || strnlen(name, name_bytes) != name_bytes - 1)
        return archive_fail(a, start, "bad cpio name");
    if (!strcmp(name, TRAILER))
        return 0;
    data_at = ALIGN_UP(start + HEADER_BYTES + name_bytes, 4) - start;
    if (data_at > left || field[F_FILESIZE] > left - data_at)
        return archive_fail(a, start, "cpio file beyond the archive");
    wrong = archive_set_name(out, name, name_bytes - 1);
    if (wrong)
        return archive_fail(a, start, wrong);

    set_kind(out, field);
    out->data = a->base + start + data_at;
    out->size = field[F_FILESIZE];
    a->offset = ALIGN_UP(start + data_at + out->size, 4);
    return 1;
}
