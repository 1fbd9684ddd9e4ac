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
static const struct mount {
    const char *dir;
    const struct mount_ops *ops;
} mounts[] = {
    {"/dev", &devfs_mount},
    {"", &ramfs_mount},
};

/* A path once cleaned: the file system and the part below its root. */
struct place {
    const struct mount *mount;
    const char *rest;
    bool slash;
    char clean[VFS_PATH_MAX];
};

static int find_place(const char *path, struct place *out)
{
    const struct mount *m = mounts;
    size_t length;
    int rc = path_clean(path, out->clean, &out->slash);

    if (rc)
        return rc;
    for (;; m++) {
        length = strlen(m->dir);
        if (!strncmp(out->clean, m->dir, length) &&
            (out->clean[length] == '/' || !out->clean[length]))
            break;
    }
    out->mount = m;
    out->rest = out->clean + length + (out->clean[length] == '/');
    return 0;
}

int vfs_open(const char *path, unsigned flags, uint32_t mode, struct file **out)
{
    struct place p;
    int rc = find_place(path, &p);

    if (rc)
        return rc;
    return p.mount->ops->open(p.rest, flags | (p.slash ? VFS_DIRECTORY : 0),
                              mode, out);
}

int vfs_stat(const char *path, struct file_stat *out)
{
    struct place p;
    int rc = find_place(path, &p);

    if (!rc)
        rc = p.mount->ops->stat(p.rest, out);
    if (!rc && p.slash && out->type != FILE_DIRECTORY)
        rc = -XEN_ENOTDIR;
    return rc;
}

int vfs_mkdir(const char *path, uint32_t mode)
{
    struct place p;
    int rc = find_place(path, &p);

    if (rc)
        return rc;
    return p.mount->ops->mkdir ? p.mount->ops->mkdir(p.rest, mode) : -XEN_EROFS;
}

int vfs_mknod(const char *path, enum file_type type, uint32_t mode)
{
    struct place p;
    int rc = find_place(path, &p);

    if (rc)
        return rc;
    if (p.slash)
        return -XEN_ENOENT;
    return p.mount->ops->mknod ? p.mount->ops->mknod(p.rest, type, mode)
                               : -XEN_EROFS;
}

int vfs_unlink(const char *path)
{
    struct place p;
    int rc = find_place(path, &p);

    if (rc)
        return rc;
    if (p.slash)
        return -XEN_ENOTDIR;
    return p.mount->ops->unlink ? p.mount->ops->unlink(p.rest) : -XEN_EROFS;
}

/* Is something mounted at this place of its parent file system? */
static bool is_mount_point(const struct place *p)
{
    return !*p->rest;
}

int vfs_rmdir(const char *path)
{
    struct place p;
    int rc = find_place(path, &p);

    if (rc)
        return rc;
    if (is_mount_point(&p))
        return -XEN_EBUSY;
    return p.mount->ops->rmdir ? p.mount->ops->rmdir(p.rest) : -XEN_EROFS;
}

int vfs_rename(const char *from, const char *to)
{
    struct place p, q;
    int rc = find_place(from, &p);

    if (!rc)
        rc = find_place(to, &q);
    if (rc)
        return rc;
    if (is_mount_point(&p) || is_mount_point(&q))
        return -XEN_EBUSY;
    if (p.mount != q.mount)
        return -XEN_EXDEV;
    return p.mount->ops->rename ? p.mount->ops->rename(p.rest, q.rest)
                                : -XEN_EROFS;
}

int vfs_resolve(const char *path, char out[VFS_PATH_MAX])
{
    struct file_stat st;
    struct place p;
    int rc = find_place(path, &p);

    if (!rc)
        rc = p.mount->ops->stat(p.rest, &st);
    if (!rc && st.type != FILE_DIRECTORY)
        rc = -XEN_ENOTDIR;
    if (!rc)
        strcpy(out, p.clean);
    return rc;
}

static int fs_init(void)
{
    const struct boot_module *module = &boot_info.modules[0];
    int rc;

    if (boot_info.module_count) {
        rc = unpack_archive(phys_to_virt(module->paddr), module->size_bytes);
        if (rc)
            return rc;
    }
    /* So that a listing of "/" shows it; the boot module may have one. */
    rc = ramfs_mount.mkdir("dev", 0755);
    return rc == -XEN_EEXIST ? 0 : rc;
}

ROOM("095", fs, fs_init, 0);
