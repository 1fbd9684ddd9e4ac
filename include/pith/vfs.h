/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The name space: ramfs at / (unpacked from the boot module, cpio newc or
 * tar), devices at /dev. fs/. Thread context; paths are absolute. Errors are
 * Xen's; those of any path are -XEN_ENOENT, -XEN_ENOTDIR, -XEN_ENAMETOOLONG,
 * -XEN_ELOOP and -XEN_ENOMEM.
 */
#ifndef PITH_VFS_H
#define PITH_VFS_H

#include <pith/file.h>

enum {
    VFS_READ = 1,
    VFS_WRITE = 2,
    VFS_CREATE = 4,
    VFS_EXCLUSIVE = 8,
    VFS_TRUNCATE = 16,
    VFS_DIRECTORY = 32,
    VFS_NOFOLLOW = 64, /* a symbolic link as the last name: -XEN_ELOOP */
};

#define VFS_PATH_MAX 1024 /* bytes with the NUL, newlib's PATH_MAX */

/* Opens path; *out is a file with one reference. -XEN_ENOENT, -XEN_ENOTDIR,
 * -XEN_EISDIR, -XEN_EEXIST, -XEN_ENOMEM, -XEN_EROFS. mode: of a new file. */
int vfs_open(const char *path, unsigned flags, uint32_t mode,
             struct file **out);
int vfs_stat(const char *path, struct file_stat *out);
/* Not through a symbolic link as the last name. */
int vfs_lstat(const char *path, struct file_stat *out);
int vfs_mkdir(const char *path, uint32_t mode);
/* A name for FILE_SOCKET or FILE_PIPE, which posix/ knows by the inode's
 * number. vfs_open of the first gives -XEN_ENXIO, of the second a file that can
 * be asked for its stat alone. -XEN_EEXIST, -XEN_EROFS, -XEN_ENOMEM and those
 * of the path. */
int vfs_mknod(const char *path, enum file_type type, uint32_t mode);
int vfs_unlink(const char *path);
int vfs_rmdir(const char *path);
int vfs_rename(const char *from, const char *to);
/* Another name for a file; follow: through a symbolic link as from's last
 * name. -XEN_EPERM for directories, -XEN_EXDEV, -XEN_EMLINK. */
int vfs_link(const char *from, const char *to, bool follow);
int vfs_symlink(const char *target, const char *path);
/* What a symbolic link says, cut to size bytes, without a NUL. How many bytes,
 * or -XEN_EINVAL: it is none. */
long vfs_readlink(const char *path, char *out, size_t size);
int vfs_change(const char *path, bool follow, const struct file_change *change);
int vfs_space(const char *path, struct file_space *out);
/* Writes the path without ".", ".." and symbolic links to out, if there is
 * such a file. */
int vfs_resolve(const char *path, char out[VFS_PATH_MAX]);

/* A character device /dev/NAME: open makes the file. dev is borrowed for
 * ever. Block devices show up by themselves. */
struct vfs_device {
    const char *name;
    int (*open)(struct vfs_device *dev, unsigned flags, struct file **out);
    struct list link;
};
int vfs_device_register(struct vfs_device *dev);

struct vfs_stats {
    uint64_t files, file_bytes;
};
void vfs_get_stats(struct vfs_stats *out);

#endif
