/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name space: which file system a path belongs to. "/" is ramfs with the
 * files of the first boot module, "/dev" the devices.
 */

#include "private.h"
#include <pith/bootinfo.h>
#include <pith/errno.h>
#include <pith/page.h>
#include <pith/room.h>
#include <string.h>

/* The one with the longest match counts: keep longer ones first. */
static const struct mount mounts[] = {
    {"/dev", &devfs_mount},
    {"", &ramfs_mount},
};

void place_set_mount(struct place *out)
{
    const struct mount *m = mounts;
    size_t length;

    for (;; m++) {
        length = strlen(m->dir);
        if (!strncmp(out->clean, m->dir, length) &&
            (out->clean[length] == '/' || !out->clean[length]))
            break;
    }
    out->mount = m;
    out->rest = out->clean + length + (out->clean[length] == '/');
}

static int open_place(const struct place *p, unsigned flags, uint32_t mode,
                      struct file **out)
{
    return p->mount->ops->open(p->rest, flags | (p->slash ? VFS_DIRECTORY : 0),
                               mode, out);
}

int vfs_open(const char *path, unsigned flags, uint32_t mode, struct file **out)
{
    bool exclusive = (flags & VFS_CREATE) && (flags & VFS_EXCLUSIVE);
    bool follow = !(flags & VFS_NOFOLLOW) && !exclusive;
    struct place p;
    int rc;

    /* A link may take a file's place after the look for links. */
    for (unsigned tries = 0; tries < FS_LINKS_MAX; tries++) {
        rc = place_find(path, follow, &p);
        if (rc)
            return rc;
        rc = open_place(&p, flags, mode, out);
        if (rc != -XEN_ELOOP || !follow)
            break;
    }
    return rc;
}

static int stat_path(const char *path, bool follow, struct file_stat *out)
{
    struct place p;
    int rc = place_find(path, follow, &p);

    if (!rc)
        rc = p.mount->ops->stat(p.rest, out);
    if (!rc && p.slash && out->type != FILE_DIRECTORY)
        rc = -XEN_ENOTDIR;
    return rc;
}

int vfs_stat(const char *path, struct file_stat *out)
{
    return stat_path(path, true, out);
}

int vfs_lstat(const char *path, struct file_stat *out)
{
    return stat_path(path, false, out);
}

int vfs_mkdir(const char *path, uint32_t mode)
{
    struct place p;
    int rc = place_find(path, false, &p);

    if (rc)
        return rc;
    return p.mount->ops->mkdir ? p.mount->ops->mkdir(p.rest, mode) : -XEN_EROFS;
}

int vfs_mknod(const char *path, enum file_type type, uint32_t mode)
{
    struct file_stat st;
    struct place p;
    int rc = place_find(path, false, &p);

    if (rc)
        return rc;
    if (p.slash)
        return p.mount->ops->stat(p.rest, &st) ? -XEN_ENOENT : -XEN_EEXIST;
    return p.mount->ops->mknod ? p.mount->ops->mknod(p.rest, type, mode)
                               : -XEN_EROFS;
}

int vfs_unlink(const char *path)
{
    struct file_stat st;
    struct place p;
    int rc = place_find(path, false, &p);

    if (!rc && p.slash) {
        rc = p.mount->ops->stat(p.rest, &st);
        if (!rc)
            rc = st.type == FILE_DIRECTORY ? -XEN_EISDIR : -XEN_ENOTDIR;
    }
    if (rc)
        return rc;
    return p.mount->ops->unlink ? p.mount->ops->unlink(p.rest) : -XEN_EROFS;
}

/* Is something mounted at this place of its parent file system? */
static bool is_mount_point(const struct place *p)
{
    return !*p->rest;
}

/* What stands behind the last slash that something follows. */
static bool last_name_is(const char *path, const char *name)
{
    size_t length = strlen(path), wanted = strlen(name);

    while (length && path[length - 1] == '/')
        length--;
    return length >= wanted && !memcmp(path + length - wanted, name, wanted) &&
           (length == wanted || path[length - wanted - 1] == '/');
}

int vfs_rmdir(const char *path)
{
    struct place p;
    int rc = place_find(path, false, &p);

    if (rc)
        return rc;
    if (last_name_is(path, "."))
        return -XEN_EINVAL;
    if (last_name_is(path, ".."))
        return -XEN_ENOTEMPTY;
    if (is_mount_point(&p))
        return -XEN_EBUSY;
    return p.mount->ops->rmdir ? p.mount->ops->rmdir(p.rest) : -XEN_EROFS;
}

/* A slash behind either name wants a directory to be renamed. */
static int check_rename(const struct place *from, const struct place *to)
{
    struct file_stat st;
    int rc;

    if (is_mount_point(from) || is_mount_point(to))
        return -XEN_EBUSY;
    if (from->mount != to->mount)
        return -XEN_EXDEV;
    if (!from->slash && !to->slash)
        return 0;
    rc = from->mount->ops->stat(from->rest, &st);
    if (rc)
        return rc;
    return st.type == FILE_DIRECTORY ? 0 : -XEN_ENOTDIR;
}

int vfs_rename(const char *from, const char *to)
{
    struct place p, q;
    int rc = place_find(from, false, &p);

    if (!rc)
        rc = place_find(to, false, &q);
    if (rc)
        return rc;
    if (last_name_is(from, ".") || last_name_is(from, "..") ||
        last_name_is(to, ".") || last_name_is(to, ".."))
        return -XEN_EINVAL;
    rc = check_rename(&p, &q);
    if (rc)
        return rc;
    return p.mount->ops->rename ? p.mount->ops->rename(p.rest, q.rest)
                                : -XEN_EROFS;
}

int vfs_link(const char *from, const char *to, bool follow)
{
    struct file_stat st;
    struct place p, q;
    int rc = place_find(from, follow, &p);

    if (!rc)
        rc = p.mount->ops->stat(p.rest, &st);
    if (!rc && p.slash && st.type != FILE_DIRECTORY)
        rc = -XEN_ENOTDIR;
    if (!rc)
        rc = place_find(to, false, &q);
    if (rc)
        return rc;
    if (p.mount != q.mount)
        return -XEN_EXDEV;
    if (q.slash)
        return q.mount->ops->stat(q.rest, &st) ? -XEN_ENOENT : -XEN_EEXIST;
    return p.mount->ops->link ? p.mount->ops->link(p.rest, q.rest) : -XEN_EROFS;
}

int vfs_symlink(const char *target, const char *path)
{
    struct file_stat st;
    struct place p;
    int rc;

    if (!*target)
        return -XEN_ENOENT;
    if (strlen(target) >= VFS_PATH_MAX)
        return -XEN_ENAMETOOLONG;
    rc = place_find(path, false, &p);
    if (rc)
        return rc;
    if (p.slash)
        return p.mount->ops->stat(p.rest, &st) ? -XEN_ENOENT : -XEN_EEXIST;
    return p.mount->ops->symlink ? p.mount->ops->symlink(target, p.rest)
                                 : -XEN_EROFS;
}

long vfs_readlink(const char *path, char *out, size_t size)
{
    char target[VFS_PATH_MAX];
    struct file_stat st;
    struct place p;
    size_t length;
    int rc = place_find(path, false, &p);

    if (!rc)
        rc = p.mount->ops->stat(p.rest, &st);
    if (rc)
        return rc;
    if (p.slash && st.type != FILE_DIRECTORY)
        return -XEN_ENOTDIR;
    if (st.type != FILE_LINK || !p.mount->ops->find_link ||
        p.mount->ops->find_link(p.rest, true, &length, target) <= 0)
        return -XEN_EINVAL;
    length = MIN(strlen(target), size);
    memcpy(out, target, length);
    return (long)length;
}

int vfs_change(const char *path, bool follow, const struct file_change *change)
{
    struct file_stat st;
    struct place p;
    int rc = place_find(path, follow, &p);

    if (!rc)
        rc = p.mount->ops->stat(p.rest, &st);
    if (!rc && p.slash && st.type != FILE_DIRECTORY)
        rc = -XEN_ENOTDIR;
    if (rc)
        return rc;
    return p.mount->ops->change ? p.mount->ops->change(p.rest, change)
                                : -XEN_EROFS;
}

int vfs_space(const char *path, struct file_space *out)
{
    struct file_stat st;
    struct place p;
    int rc = place_find(path, true, &p);

    if (!rc)
        rc = p.mount->ops->stat(p.rest, &st);
    return rc ? rc : p.mount->ops->space(out);
}

int vfs_resolve(const char *path, char out[VFS_PATH_MAX])
{
    struct file_stat st;
    struct place p;
    int rc = place_find(path, true, &p);

    if (!rc)
        rc = p.mount->ops->stat(p.rest, &st);
    if (!rc && p.slash && st.type != FILE_DIRECTORY)
        rc = -XEN_ENOTDIR;
    if (!rc)
        strcpy(out, p.clean);
    return rc;
}

static int make_dir(const char *name, uint32_t mode)
{
    int rc = ramfs_mount.mkdir(name, mode);

    return rc == -XEN_EEXIST ? 0 : rc; /* the boot module's */
}

static int fs_init(void)
{
    const struct boot_module *module = &boot_info.modules[0];
    int rc = 0;

    if (boot_info.module_count)
        rc = unpack_archive(phys_to_virt(module->paddr), module->size_bytes);
    if (!rc)
        rc = make_dir("dev", 0755); /* so that a listing of "/" shows it */
    return rc ? rc : make_dir("tmp", 01777);
}

ROOM("095", fs, fs_init, 0);
