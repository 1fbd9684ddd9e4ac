/* SPDX-License-Identifier: BSD-2-Clause */
/* What the boot module adds to the file system in memory. */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>

static int make_parents(const char *path, struct ramfs_node **out,
                        const char **name)
{
    struct ramfs_node *dir, *child;
    struct ramfs_entry *entry;
    char part[FS_NAME_MAX + 1];
    size_t length;
    int rc = ramfs_walk("", &dir, NULL);

    for (; !rc && path[length = strcspn(path, "/")]; path += length + 1) {
        if (length > FS_NAME_MAX)
            return -XEN_ENAMETOOLONG;
        memcpy(part, path, length);
        part[length] = '\0';
        entry = ramfs_find_entry(dir, path, length);
        child = entry ? entry->node
                      : ramfs_create(dir, part, FILE_DIRECTORY, 0755);
        if (!child)
            return -XEN_ENOMEM;
        if (child->type != FILE_DIRECTORY)
            return -XEN_ENOTDIR;
        dir = child;
    }
    *out = dir;
    *name = path;
    return rc;
}

/* Finds where the name goes, and takes a file away that has it. *there is a
 * directory of that name, or NULL. */
static int make_way(const char *path, bool directory, struct ramfs_node **dir,
                    const char **name, struct ramfs_node **there)
{
    struct ramfs_entry *entry;
    int rc = make_parents(path, dir, name);

    *there = NULL;
    if (rc)
        return rc;
    entry = **name ? ramfs_find_entry(*dir, *name, strlen(*name)) : NULL;
    if (!**name)
        *there = *dir;
    else if (entry && entry->node->type == FILE_DIRECTORY)
        *there = entry->node;
    if ((*there && !directory) || (entry && !*there && directory))
        return -XEN_EEXIST;
    if (entry && !*there)
        ramfs_entry_remove(entry);
    return 0;
}

static int set_target(struct ramfs_node *node, const uint8_t *text, size_t size)
{
    node->target = heap_alloc(size + 1);
    if (!node->target)
        return -XEN_ENOMEM;
    memcpy(node->target, text, size);
    node->target[size] = '\0';
    ramfs_set_size_locked(node, size);
    return 0;
}

static int add_locked(const char *path, enum file_type type, uint32_t mode,
                      const uint8_t *data, size_t size, struct ramfs_node **out)
{
    struct ramfs_node *dir;
    const char *name;
    int rc = make_way(path, type == FILE_DIRECTORY, &dir, &name, out);

    if (rc || *out)
        return rc;
    *out = ramfs_create(dir, name, type, mode);
    if (!*out)
        return -XEN_ENOMEM;
    if (type == FILE_LINK)
        rc = set_target(*out, data, size);
    if (type == FILE_REGULAR)
        ramfs_lend(*out, data, size);
    return rc;
}

int ramfs_add(const char *path, enum file_type type, uint32_t mode,
              uint64_t mtime_ns, const uint8_t *data, size_t size,
              struct ramfs_node **out)
{
    int rc;

    ramfs_lock();
    rc = add_locked(path, type, mode, data, size, out);
    if (!rc) {
        (*out)->mode = mode;
        (*out)->mtime_ns = (*out)->atime_ns = mtime_ns;
    }
    ramfs_unlock();
    return rc;
}

int ramfs_add_link(const char *path, struct ramfs_node *node)
{
    struct ramfs_node *dir, *there;
    const char *name;
    int rc;

    ramfs_lock();
    node->refs++; /* its name may be the one that is replaced */
    rc = make_way(path, false, &dir, &name, &there);
    if (!rc)
        rc = ramfs_entry_add(dir, name, strlen(name), node);
    ramfs_node_put_locked(node);
    ramfs_unlock();
    return rc;
}

void ramfs_lend(struct ramfs_node *node, const uint8_t *data, size_t size)
{
    node->lent = data;
    ramfs_set_size_locked(node, size);
}
