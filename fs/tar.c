/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tar archives: ustar, with GNU's long names ('L', 'K') and the "path" and
 * "linkpath" of pax headers ('x'). Pure: reads nothing outside the archive.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format", "pax Header Block".
 */

#include "private.h"
#include <string.h>

#define BLOCK 512

struct ustar {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8];
    char type;
    char linkname[100], magic[6], version[2], uname[32], gname[32];
    char devmajor[8], devminor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct ustar) == BLOCK, "ustar");

/* A name that came in a header of its own, for the entry that follows. */
struct long_name {
    const char *text; /* NULL: none */
    size_t length;
};

/* Octal digits, ended by the field's end, a space or a NUL. */
static bool parse_octal(const char *text, size_t width, uint64_t *out)
{
    uint64_t value = 0;
    size_t i = 0;

    while (i < width && text[i] == ' ')
        i++;
    if (i == width)
        return false;
    for (; i < width && text[i] != ' ' && text[i]; i++) {
        if (text[i] < '0' || text[i] > '7')
            return false;
        value = value << 3 | (uint64_t)(text[i] - '0');
    }
    *out = value;
    return true;
}

static bool checksum_holds(const struct ustar *h)
{
    const uint8_t *p = (const uint8_t *)h;
    uint64_t want, sum = 0;
    size_t at = offsetof(struct ustar, checksum);

    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= at && i < at + sizeof(h->checksum) ? ' ' : p[i];
    return parse_octal(h->checksum, sizeof(h->checksum), &want) && want == sum;
}

static bool all_zero(const uint8_t *p)
{
    for (size_t i = 0; i < BLOCK; i++)
        if (p[i])
            return false;
    return true;
}

/* The names that headers of their own gave to an entry. */
struct long_names {
    struct long_name name, target;
};

static void pax_value(const char *record, size_t size, const char *key,
                      struct long_name *out)
{
    size_t length = strlen(key);

    if (size <= length || memcmp(record, key, length))
        return;
    out->text = record + length;
    out->length = size - length;
}

/* Finds "LENGTH path=NAME\n" and the like among the records of a header. */
static bool pax_names(const char *text, size_t size, struct long_names *out)
{
    size_t record, i;

    for (; size; text += record, size -= record) {
        record = 0;
        for (i = 0; i < size && text[i] >= '0' && text[i] <= '9'; i++)
            if ((record = record * 10 + (size_t)(text[i] - '0')) > size)
                return false;
        /* The shortest record is "5 a=\n"; the space and newline are part. */
        if (i == size || text[i] != ' ' || record < i + 2 ||
            text[record - 1] != '\n')
            return false;
        i++;
        pax_value(text + i, record - i - 1, "path=", &out->name);
        pax_value(text + i, record - i - 1, "linkpath=", &out->target);
    }
    return true;
}

static const char *set_name(struct archive_entry *out, const struct ustar *h,
                            const struct long_name *given)
{
    char joined[sizeof(h->prefix) + 1 + sizeof(h->name)];
    size_t prefix = strnlen(h->prefix, sizeof(h->prefix));
    size_t name = strnlen(h->name, sizeof(h->name));

    if (given->text)
        return archive_set_name(out, given->text, given->length);
    /* GNU's older format, "ustar  ", keeps times where ustar has a prefix. */
    if (h->version[0] == ' ' || !prefix)
        return archive_set_name(out, h->name, name);
    memcpy(joined, h->prefix, prefix);
    joined[prefix] = '/';
    memcpy(joined + prefix + 1, h->name, name);
    return archive_set_name(out, joined, prefix + 1 + name);
}

/* Checks the header at a->offset. 1, 0 at the end, or the error. */
static int check_header(struct archive *a, uint64_t *out_size)
{
    const struct ustar *h = (const void *)(a->base + a->offset);
    size_t left = a->offset <= a->size ? a->size - a->offset : 0;

    if (left < BLOCK)
        return archive_fail(a, a->offset, "tar archive ends early");
    if (all_zero(a->base + a->offset))
        return 0;
    if (memcmp(h->magic, "ustar", 5) || !checksum_holds(h) ||
        !parse_octal(h->size, sizeof(h->size), out_size))
        return archive_fail(a, a->offset, "bad tar header");
    if (*out_size > left - BLOCK)
        return archive_fail(a, a->offset, "tar file beyond the archive");
    return 1;
}

/* What kind of file it is, and what there is to say beside its bytes. */
static void set_kind(struct archive_entry *out, const struct ustar *h,
                     const struct long_name *given)
{
    const char *target = given->text ? given->text : h->linkname;
    size_t length = given->text ? given->length
                                : strnlen(h->linkname, sizeof(h->linkname));

    out->type = ARCHIVE_OTHER;
    out->hard_name = NULL;
    if (h->type == '0' || h->type == '\0' || h->type == '7')
        out->type = FILE_REGULAR;
    if (h->type == '5')
        out->type = FILE_DIRECTORY;
    if (h->type == '1') {
        out->type = FILE_REGULAR;
        out->hard_name = target;
        out->hard_length = length;
    }
    if (h->type == '2') {
        out->type = FILE_LINK;
        out->data = (const uint8_t *)target;
        out->size = length;
    }
}

static int fill_entry(struct archive *a, const struct ustar *h, uint64_t size,
                      const struct long_names *given, struct archive_entry *out)
{
    const char *wrong = set_name(out, h, &given->name);
    uint64_t mode = 0, mtime = 0;

    if (wrong)
        return archive_fail(a, a->offset, wrong);
    if (!parse_octal(h->mode, sizeof(h->mode), &mode) ||
        !parse_octal(h->mtime, sizeof(h->mtime), &mtime))
        return archive_fail(a, a->offset, "bad tar header");
    out->mode = mode & 07777;
    out->mtime_s = mtime;
    out->data = (const uint8_t *)h + BLOCK;
    out->size = size;
    out->hard_id = 0;
    set_kind(out, h, &given->target);
    return 1;
}

/* Reads what a header says about the one that follows: 'L' is a long name, 'K'
 * a long link's target, 'x' pax records. 'g', global records, matters to
 * nothing here. */
static int read_extension(struct archive *a, const struct ustar *h,
                          uint64_t size, struct long_names *given)
{
    const char *data = (const char *)h + BLOCK;
    struct long_name *one = h->type == 'L' ? &given->name : &given->target;

    if (h->type == 'L' || h->type == 'K') {
        one->text = data;
        one->length = strnlen(data, size);
    }
    if (h->type == 'x' && !pax_names(data, size, given))
        return archive_fail(a, a->offset, "bad pax header");
    return 0;
}

int tar_next(struct archive *a, struct archive_entry *out)
{
    struct long_names given = {0};
    bool extension = true;
    uint64_t size = 0;

    while (extension) {
        const struct ustar *h = (const void *)(a->base + a->offset);
        int rc = check_header(a, &size);

        if (rc <= 0)
            return rc;
        extension = memchr("LKxg", h->type, 4) != NULL;
        rc = extension ? read_extension(a, h, size, &given)
                       : fill_entry(a, h, size, &given, out);
        if (rc < 0)
            return rc;
        /* size is at most a->size: no overflow. The last pad may be cut. */
        a->offset += BLOCK + ALIGN_UP(size, (uint64_t)BLOCK);
    }
    return 1;
}
