/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file system in memory as the name space sees it: each operation is a
 * body that runs under the lock and an entry that takes it.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>

#define LINKS_MAX 32767 /* newlib's LINK_MAX */

/* The directory for a new name, which is not there yet. */
static int walk_to_new(const char *path, struct ramfs_node **dir,
                       const char **name)
{
    int rc = ramfs_walk_parent(path, dir, name);

    if (rc)
        return rc;
    return !**name || ramfs_find_entry(*dir, *name, strlen(*name)) ? -XEN_EEXIST
                                                                   : 0;
}

/* What is there may be opened with these flags: 0 or the error. */
static int check_open(const struct ramfs_node *node, unsigned flags)
{
    if ((flags & VFS_CREATE) && (flags & VFS_EXCLUSIVE))
        return -XEN_EEXIST;
    if (node->type == FILE_LINK)
        return -XEN_ELOOP;
    if (node->type == FILE_SOCKET)
        return flags & VFS_DIRECTORY ? -XEN_ENOTDIR : -XEN_ENXIO;
    if (node->type == FILE_DIRECTORY)
        return flags & (VFS_WRITE | VFS_CREATE | VFS_TRUNCATE) ? -XEN_EISDIR
                                                               : 0;
    return flags & VFS_DIRECTORY ? -XEN_ENOTDIR : 0;
}

static int open_locked(const char *path, unsigned flags, uint32_t mode,
                       struct ramfs_node **out)
{
    struct ramfs_node *dir;
    const char *name;
    int rc = ramfs_walk(path, out, NULL);

    if (!rc)
        rc = check_open(*out, flags);
    else if (rc == -XEN_ENOENT && (flags & VFS_CREATE)) {
        rc = ramfs_walk_parent(path, &dir, &name);
        if (!rc && (flags & VFS_DIRECTORY))
            return -XEN_EISDIR;
        if (!rc && !(*out = ramfs_create(dir, name, FILE_REGULAR, mode)))
            rc = -XEN_ENOSPC;
    }
    if (!rc && (flags & VFS_TRUNCATE) && (*out)->type == FILE_REGULAR)
        rc = ramfile_truncate_locked(*out, 0);
    if (!rc)
        (*out)->refs++;
    return rc;
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
    rc = ramfs_walk(path, &node, NULL);
    if (!rc)
        ramfile_stat(node, out);
    ramfs_unlock();
    return rc;
}

static int ramfs_change(const char *path, const struct file_change *change)
{
    struct ramfs_node *node;
    int rc;

    ramfs_lock();
    rc = ramfs_walk(path, &node, NULL);
    if (!rc)
        ramfs_change_locked(node, change);
    ramfs_unlock();
    return rc;
}

static int ramfs_mknod(const char *path, enum file_type type, uint32_t mode)
{
    struct ramfs_node *dir;
    const char *name;
    int rc;

    ramfs_lock();
    rc = walk_to_new(path, &dir, &name);
    if (!rc && type == FILE_DIRECTORY && dir->links >= LINKS_MAX)
        rc = -XEN_EMLINK;
    if (!rc && !ramfs_create(dir, name, type, mode))
        rc = -XEN_ENOSPC;
    ramfs_unlock();
    return rc;
}

static int ramfs_mkdir(const char *path, uint32_t mode)
{
    return ramfs_mknod(path, FILE_DIRECTORY, mode);
}

static int symlink_locked(const char *target, const char *path)
{
    struct ramfs_node *dir, *node;
    size_t length = strlen(target);
    const char *name;
    int rc = walk_to_new(path, &dir, &name);

    if (rc)
        return rc;
    node = ramfs_node_create(FILE_LINK, 0777);
    if (!node)
        return -XEN_ENOSPC;
    node->target = heap_alloc(length + 1);
    if (!node->target || ramfs_entry_add(dir, name, strlen(name), node)) {
        ramfs_node_free(node);
        return -XEN_ENOSPC;
    }
    memcpy(node->target, target, length + 1);
    ramfs_set_size_locked(node, length);
    return 0;
}

static int ramfs_symlink(const char *target, const char *path)
{
    int rc;

    ramfs_lock();
    rc = symlink_locked(target, path);
    ramfs_unlock();
    return rc;
}

static int link_locked(const char *from, const char *to)
{
    struct ramfs_node *node, *dir;
    const char *name;
    int rc = ramfs_walk(from, &node, NULL);

    if (!rc)
        rc = walk_to_new(to, &dir, &name);
    if (rc)
        return rc;
    if (node->type == FILE_DIRECTORY)
        return -XEN_EPERM;
    if (node->links >= LINKS_MAX)
        return -XEN_EMLINK;
    return ramfs_entry_add(dir, name, strlen(name), node) ? -XEN_ENOSPC : 0;
}

static int ramfs_link(const char *from, const char *to)
{
    int rc;

    ramfs_lock();
    rc = link_locked(from, to);
    ramfs_unlock();
    return rc;
}

static int remove_locked(const char *path, bool directory)
{
    struct ramfs_entry *entry;
    struct ramfs_node *node;
    int rc = ramfs_walk(path, &node, &entry);

    if (rc)
        return rc;
    if (!entry)
        return directory ? -XEN_EBUSY : -XEN_EISDIR;
    if (directory && node->type != FILE_DIRECTORY)
        return -XEN_ENOTDIR;
    if (!directory && node->type == FILE_DIRECTORY)
        return -XEN_EISDIR;
    if (directory && !list_empty(&node->entries))
        return -XEN_ENOTEMPTY;
    ramfs_entry_remove(entry);
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

/* May node become a name in dir, in the place of there (or NULL)? */
static int rename_check(const struct ramfs_node *node,
                        const struct ramfs_node *dir,
                        const struct ramfs_node *there)
{
    bool directory = node->type == FILE_DIRECTORY;

    for (const struct ramfs_node *up = dir; directory && up;
         up = up->entry ? up->entry->dir : NULL)
        if (up == node)
            return -XEN_EINVAL; /* below itself */
    if (!there)
        return 0;
    if (directory != (there->type == FILE_DIRECTORY))
        return directory ? -XEN_ENOTDIR : -XEN_EISDIR;
    return directory && !list_empty(&there->entries) ? -XEN_ENOTEMPTY : 0;
}

static int rename_locked(const char *from, const char *to)
{
    struct ramfs_entry *entry, *there;
    struct ramfs_node *node, *dir;
    const char *name;
    int rc = ramfs_walk(from, &node, &entry);

    if (!rc)
        rc = ramfs_walk_parent(to, &dir, &name);
    if (rc)
        return rc;
    if (!entry || !*name)
        return -XEN_EBUSY;
    there = ramfs_find_entry(dir, name, strlen(name));
    if (there && there->node == node)
        return 0; /* POSIX: both names stay */
    rc = rename_check(node, dir, there ? there->node : NULL);
    if (rc)
        return rc;
    /* The new name first: without memory for it nothing has changed. */
    if (ramfs_entry_add(dir, name, strlen(name), node))
        return -XEN_ENOSPC;
    if (node->type == FILE_DIRECTORY) {
        struct ramfs_entry *new_entry = node->entry;

        ramfs_entry_remove(entry);
        node->entry = new_entry;
    } else {
        ramfs_entry_remove(entry);
    }
    if (there)
        ramfs_entry_remove(there);
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

static int find_link_locked(const char *path, bool last, size_t *out_length,
                            char *target)
{
    struct ramfs_entry *entry;
    struct ramfs_node *dir;
    size_t at = 0, length;

    if (ramfs_walk("", &dir, NULL))
        return 0;
    for (; path[at]; at += length + (path[at + length] == '/')) {
        length = strcspn(path + at, "/");
        entry = dir->type == FILE_DIRECTORY
                    ? ramfs_find_entry(dir, path + at, length)
                    : NULL;
        if (!entry)
            return 0;
        dir = entry->node;
        if (dir->type != FILE_LINK)
            continue;
        if (!path[at + length] && !last)
            return 0;
        *out_length = at + length;
        if (target)
            memcpy(target, dir->target, dir->size_bytes + 1);
        return 1;
    }
    return 0;
}

static int ramfs_find_link(const char *path, bool last, size_t *out_length,
                           char *target)
{
    int rc;

    if (!ramfs_has_links())
        return 0;
    ramfs_lock();
    rc = find_link_locked(path, last, out_length, target);
    ramfs_unlock();
    return rc;
}

static int ramfs_mount_space(struct file_space *out)
{
    ramfs_space(out);
    return 0;
}

const struct mount_ops ramfs_mount = {
    .open = ramfs_open,
    .stat = ramfs_stat,
    .mkdir = ramfs_mkdir,
    .mknod = ramfs_mknod,
    .unlink = ramfs_unlink,
    .rmdir = ramfs_rmdir,
    .rename = ramfs_rename,
    .link = ramfs_link,
    .symlink = ramfs_symlink,
    .change = ramfs_change,
    .space = ramfs_mount_space,
    .find_link = ramfs_find_link,
};
