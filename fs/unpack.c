/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Puts the files of a boot module into ramfs. Their bytes stay where they
 * are. The module comes from whoever built the guest, but it may be damaged:
 * the parsers check every length.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/log.h>
#include <pith/timer.h>
#include <string.h>

/* A file with several names: each is an entry of a cpio archive, of which only
 * the last has the data. */
struct hard_link {
    struct list link;
    uint64_t id;
    struct ramfs_node *node;
};

struct unpack {
    struct archive archive;
    struct archive_entry entry; /* apart from the stack: holds a long name */
    struct list links;
    unsigned left_out;
};

static const struct {
    const char *name;
    const char *magic;
    size_t length;
} compressions[] = {
    {"gzip", "\x1f\x8b", 2},
    {"xz",
     "\xfd"
     "7zXZ",
     5},
    {"zstd", "\x28\xb5\x2f\xfd", 4},
    {"bzip2", "BZh", 3},
    {"lz4", "\x02\x21\x4c\x18", 4},
};

static bool starts_with(const struct archive *a, size_t at, const char *magic,
                        size_t length)
{
    return a->size >= at + length && !memcmp(a->base + at, magic, length);
}

static int unknown_format(const struct archive *a)
{
    for (size_t i = 0; i < ARRAY_SIZE(compressions); i++) {
        if (!starts_with(a, 0, compressions[i].magic, compressions[i].length))
            continue;
        log_error("pith: boot module: compressed with %s, which is not "
                  "supported: give a plain cpio (newc) or tar archive",
                  compressions[i].name);
        return -XEN_EINVAL;
    }
    /* A damaged first header is most likely a cpio's. */
    log_error("pith: boot module: bad cpio header at offset 0 (and it is no "
              "tar archive)");
    return -XEN_EINVAL;
}

static struct hard_link *find_hard(struct unpack *u)
{
    struct hard_link *hard;

    list_for_each (hard, &u->links, link)
        if (hard->id == u->entry.hard_id)
            return hard;
    return NULL;
}

static int note_hard(struct unpack *u, struct ramfs_node *node)
{
    struct hard_link *hard = heap_alloc(sizeof(*hard));

    if (!hard)
        return -XEN_ENOMEM;
    hard->id = u->entry.hard_id;
    hard->node = node;
    /* An entry that follows may take away its names. */
    ramfs_lock();
    node->refs++;
    ramfs_unlock();
    list_push_back(&u->links, &hard->link);
    return 0;
}

static void forget_hard(struct hard_link *hard)
{
    ramfs_lock();
    ramfs_node_put_locked(hard->node);
    ramfs_unlock();
    heap_free(hard);
}

/* Finds what a tar entry is another name of. */
static int find_named(const struct archive_entry *e, struct ramfs_node **out)
{
    char path[VFS_PATH_MAX + 1] = "/", clean[VFS_PATH_MAX];
    int rc = -XEN_ENAMETOOLONG;

    if (e->hard_length < VFS_PATH_MAX) {
        memcpy(path + 1, e->hard_name, e->hard_length);
        path[1 + e->hard_length] = '\0';
        rc = path_clean(path, clean, NULL);
    }
    if (rc)
        return rc;
    ramfs_lock();
    rc = ramfs_walk(clean + 1, out, NULL);
    ramfs_unlock();
    return !rc && (*out)->type == FILE_DIRECTORY ? -XEN_EISDIR : rc;
}

static int add_hard(struct unpack *u, const char *path, struct ramfs_node *node)
{
    if (u->entry.hard_id && u->entry.size)
        ramfs_lend(node, u->entry.data, u->entry.size);
    return ramfs_add_link(path, node);
}

static int add_clean(struct unpack *u, const char *path)
{
    struct archive_entry *e = &u->entry;
    struct hard_link *hard = e->hard_id ? find_hard(u) : NULL;
    struct ramfs_node *node;
    int rc;

    if (hard)
        return add_hard(u, path, hard->node);
    if (e->hard_name) {
        rc = find_named(e, &node);
        return rc ? rc : add_hard(u, path, node);
    }
    if (e->type == FILE_LINK && (!e->size || e->size >= VFS_PATH_MAX))
        return -XEN_EINVAL;
    rc = ramfs_add(path, (enum file_type)e->type, e->mode,
                   e->mtime_s * NS_PER_SEC, e->data, e->size, &node);
    return !rc && e->hard_id ? note_hard(u, node) : rc;
}

static int add_entry(struct unpack *u)
{
    struct archive_entry *e = &u->entry;
    char path[VFS_PATH_MAX + 1] = "/", clean[VFS_PATH_MAX];
    int rc;

    if (e->type == ARCHIVE_OTHER) {
        if (!u->left_out++)
            log_warning("pith: boot module: %s left out: neither a file, a "
                        "directory nor a link",
                        e->name);
        return 0;
    }
    memcpy(path + 1, e->name, strlen(e->name) + 1);
    rc = path_clean(path, clean, NULL);
    return rc ? rc : add_clean(u, clean + 1);
}

static int unpack_all(struct unpack *u,
                      int (*next)(struct archive *, struct archive_entry *))
{
    size_t at = 0;
    int rc;

    while ((rc = next(&u->archive, &u->entry)) > 0) {
        rc = add_entry(u);
        if (rc) {
            log_error("pith: boot module: cannot add %s at offset %lu: %s",
                      u->entry.name, at, errno_name(rc));
            return rc;
        }
        at = u->archive.offset;
    }
    if (rc < 0)
        log_error("pith: boot module: %s at offset %lu", u->archive.error,
                  u->archive.offset);
    else if (u->left_out > 1)
        log_warning("pith: boot module: %u more left out", u->left_out - 1);
    return rc;
}

int unpack_archive(const uint8_t *base, size_t size)
{
    struct hard_link *hard, *next;
    struct unpack *u = heap_zalloc(sizeof(*u));
    int rc;

    if (!u)
        return -XEN_ENOMEM;
    u->archive.base = base;
    u->archive.size = size;
    list_init(&u->links);
    if (starts_with(&u->archive, 0, "07070", 5))
        rc = unpack_all(u, cpio_next);
    else if (starts_with(&u->archive, 257, "ustar", 5))
        rc = unpack_all(u, tar_next);
    else
        rc = unknown_format(&u->archive);
    list_for_each_safe (hard, next, &u->links, link)
        forget_hard(hard);
    heap_free(u);
    return rc;
}
