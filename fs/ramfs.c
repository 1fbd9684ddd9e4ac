/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file system in memory as the name space sees it: each operation is a
 * body that runs under the lock and an entry that takes it.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>

static int open_locked(const char *path, unsigned flags, uint32_t mode,
                       struct ramfs_node **out)
{
    struct ramfs_node *dir, *node;
    const char *name;
    int rc = ramfs_walk_parent(path, &dir, &name);

    if (rc)
        return rc;
    node = *name ? ramfs_find_child(dir, name, strlen(name)) : dir;
    if (node && (flags & VFS_CREATE) && (flags & VFS_EXCLUSIVE))
        return -XEN_EEXIST;
    if (!node && !(flags & VFS_CREATE))
        return -XEN_ENOENT;
    if (!node && (flags & VFS_DIRECTORY))
        return -XEN_EISDIR;
    if (!node)
        node = ramfs_node_create(dir, name, strlen(name), FILE_REGULAR, mode);
    if (!node)
        return -XEN_ENOMEM;
    if (node->type == FILE_DIRECTORY && (flags & (VFS_WRITE | VFS_CREATE)))
        return -XEN_EISDIR;
    if (node->type != FILE_DIRECTORY && (flags & VFS_DIRECTORY))
        return -XEN_ENOTDIR;
    if (node->type == FILE_SOCKET)
        return -XEN_ENXIO;
    if (flags & VFS_TRUNCATE)
        ramfile_truncate_locked(node, 0);
    node->refs++;
    *out = node;
    return 0;
}

static int ramfs_open(const char *path, unsigned flags, uint32_t mode,
                      struct file **out)
{
    struct ramfs_node *node;
    int rc;

    ramfs_lock();
    rc = open_locked(path, flags, mode, &node);
    ramfs_unlock();
    return rc ? rc : ramfile_open(node, out);
}

static int ramfs_stat(const char *path, struct file_stat *out)
{
    struct ramfs_node *node;
    int rc;

    ramfs_lock();
    rc = ramfs_walk(path, &node);
    if (!rc)
        ramfile_stat(node, out);
    ramfs_unlock();
    return rc;
}

static int make_locked(const char *path, enum file_type type, uint32_t mode)
{
    struct ramfs_node *dir;
    const char *name;
    int rc = ramfs_walk_parent(path, &dir, &name);

    if (rc)
        return rc;
    if (!*name || ramfs_find_child(dir, name, strlen(name)))
        return -XEN_EEXIST;
    return ramfs_node_create(dir, name, strlen(name), type, mode) ? 0
                                                                  : -XEN_ENOMEM;
}

static int ramfs_mknod(const char *path, enum file_type type, uint32_t mode)
{
    int rc;

    ramfs_lock();
    rc = make_locked(path, type, mode);
    ramfs_unlock();
    return rc;
}

static int ramfs_mkdir(const char *path, uint32_t mode)
{
    return ramfs_mknod(path, FILE_DIRECTORY, mode);
}

static bool is_dir(const struct ramfs_node *node)
{
    return node->type == FILE_DIRECTORY;
}

static int remove_locked(const char *path, bool dir)
{
    struct ramfs_node *node;
    int rc = ramfs_walk(path, &node);

    if (rc)
        return rc;
    if (!node->parent)
        return -XEN_EBUSY;
    if (is_dir(node) != dir)
        return dir ? -XEN_ENOTDIR : -XEN_EISDIR;
    if (!list_empty(&node->children))
        return -XEN_ENOTEMPTY;
    ramfs_node_unlink(node);
    return 0;
}

static int ramfs_unlink(const char *path)
{
    int rc;

    ramfs_lock();
    rc = remove_locked(path, false);
    ramfs_unlock();
    return rc;
}

static int ramfs_rmdir(const char *path)
{
    int rc;

    ramfs_lock();
    rc = remove_locked(path, true);
    ramfs_unlock();
    return rc;
}

/* May node become the entry name of dir, in the place of there (or NULL)? */
static int rename_check(const struct ramfs_node *node,
                        const struct ramfs_node *dir,
                        const struct ramfs_node *there)
{
    for (const struct ramfs_node *up = dir; up; up = up->parent)
        if (up == node)
            return -XEN_EINVAL; /* below itself */
    if (!there)
        return 0;
    if (!there->parent)
        return -XEN_EBUSY;
    if (is_dir(node) != is_dir(there))
        return is_dir(there) ? -XEN_EISDIR : -XEN_ENOTDIR;
    return list_empty(&there->children) ? 0 : -XEN_ENOTEMPTY;
}

static int rename_locked(const char *from, const char *to)
{
    struct ramfs_node *node, *dir, *there;
    const char *name;
    char *copy;
    int rc = ramfs_walk(from, &node);

    if (!rc && !node->parent)
        rc = -XEN_EBUSY;
    if (!rc)
        rc = ramfs_walk_parent(to, &dir, &name);
    if (rc)
        return rc;
    there = *name ? ramfs_find_child(dir, name, strlen(name)) : dir;
    if (there == node)
        return 0;
    rc = rename_check(node, dir, there);
    if (rc)
        return rc;
    copy = ramfs_name_copy(name, strlen(name));
    if (!copy)
        return -XEN_ENOMEM;
    if (there)
        ramfs_node_unlink(there);
    heap_free(node->name);
    node->name = copy;
    list_remove(&node->link);
    list_push_back(&dir->children, &node->link);
    node->parent = dir;
    return 0;
}

static int ramfs_rename(const char *from, const char *to)
{
    int rc;

    ramfs_lock();
    rc = rename_locked(from, to);
    ramfs_unlock();
    return rc;
}

const struct mount_ops ramfs_mount = {
    .open = ramfs_open,
    .stat = ramfs_stat,
    .mkdir = ramfs_mkdir,
    .mknod = ramfs_mknod,
    .unlink = ramfs_unlink,
    .rmdir = ramfs_rmdir,
    .rename = ramfs_rename,
};
