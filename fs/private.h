/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of fs/ share. */
#ifndef FS_PRIVATE_H
#define FS_PRIVATE_H

#include <pith/file.h>
#include <pith/vfs.h>

#define FS_NAME_MAX 255 /* bytes of one name without the NUL */
#define FS_BLOCK_BYTES 4096

/* --- path.c: pure --- */

/* Writes path without ".", "..", doubled or trailing slashes to out: "/a/b",
 * the root as "/". *out_slash (may be NULL): path demanded a directory by
 * ending in "/" or "/.". 0, -XEN_ENOENT (empty), -XEN_EINVAL (not absolute),
 * -XEN_ENAMETOOLONG. */
int path_clean(const char *path, char out[VFS_PATH_MAX], bool *out_slash);

/* --- vfs.c: file systems below the name space --- */

/* One file system. Paths are clean and relative to its root, which is "". A
 * NULL member means -XEN_EROFS. */
struct mount_ops {
    int (*open)(const char *path, unsigned flags, uint32_t mode,
                struct file **out);
    int (*stat)(const char *path, struct file_stat *out);
    int (*mkdir)(const char *path, uint32_t mode);
    int (*mknod)(const char *path, enum file_type type, uint32_t mode);
    int (*unlink)(const char *path);
    int (*rmdir)(const char *path);
    int (*rename)(const char *from, const char *to);
};

extern const struct mount_ops ramfs_mount;
extern const struct mount_ops devfs_mount;

/* --- ramtree.c, ramfs.c --- */

struct ramfs_node {
    struct list link;          /* in parent's children */
    struct ramfs_node *parent; /* NULL: the root, or unlinked */
    struct list children;      /* of a directory */
    char *name;                /* heap's; NULL for the root */
    enum file_type type;       /* FILE_REGULAR, _DIRECTORY, _SOCKET or _PIPE */
    uint32_t mode;
    uint32_t refs; /* open files, and one while linked */
    uint64_t inode, mtime_ns, size_bytes;
    const uint8_t *lent; /* all bytes, in the boot module; or NULL and: */
    uint8_t **pages;     /* one pointer for each page, NULL is a hole */
    size_t page_slots;   /* allocated length of pages */
};

/* Protects the tree and every node. */
void ramfs_lock(void);
void ramfs_unlock(void);
/* All of these under the lock. */
struct ramfs_node *ramfs_find_child(struct ramfs_node *dir, const char *name,
                                    size_t length);
/* Walks to the directory of the last name in path and sets *name to that name
 * ("" for the root). 0, -XEN_ENOENT, -XEN_ENOTDIR. */
int ramfs_walk_parent(const char *path, struct ramfs_node **out,
                      const char **name);
int ramfs_walk(const char *path, struct ramfs_node **out);
/* A new entry of dir with one reference, the link's. NULL: out of memory. */
struct ramfs_node *ramfs_node_create(struct ramfs_node *dir, const char *name,
                                     size_t length, enum file_type type,
                                     uint32_t mode);
/* Drops a reference; the last one frees node and data. */
void ramfs_node_put_locked(struct ramfs_node *node);
/* Takes node out of its directory and drops the link's reference. */
void ramfs_node_unlink(struct ramfs_node *node);
/* On the heap; NULL: out of memory. */
char *ramfs_name_copy(const char *name, size_t length);
/* Notes a size and keeps the sum over all files. */
void ramfs_set_size_locked(struct ramfs_node *node, uint64_t size_bytes);

/* Adds what an archive holds, with the directories above it; a regular file
 * replaces one of the same name. data is borrowed for ever. 0, -XEN_ENOMEM,
 * -XEN_EEXIST (a directory and a file of one name), -XEN_ENOTDIR. */
int ramfs_add(const char *path, enum file_type type, uint32_t mode,
              uint64_t mtime_ns, const uint8_t *data, size_t size,
              struct ramfs_node **out);
/* Makes data, borrowed for ever, the content of a node that has none. */
void ramfs_lend(struct ramfs_node *node, const uint8_t *data, size_t size);

/* --- ramfile.c --- */

/* Takes over one reference to node, also when it fails with -XEN_ENOMEM. */
int ramfile_open(struct ramfs_node *node, struct file **out);
int ramfile_truncate_locked(struct ramfs_node *node, uint64_t size_bytes);
void ramfile_stat(const struct ramfs_node *node, struct file_stat *out);

/* --- archive.c, cpio.c, tar.c: pure --- */

#define ARCHIVE_OTHER (-1) /* links, devices: kind is named in skipped */

struct archive_entry {
    char name[VFS_PATH_MAX]; /* relative, "" is the root directory */
    int type;                /* enum file_type or ARCHIVE_OTHER */
    uint32_t mode;
    uint64_t mtime_s;
    const uint8_t *data;
    size_t size;
    uint64_t hard_id; /* not 0: names with this number share their data */
};

struct archive {
    const uint8_t *base;
    size_t size;
    size_t offset;     /* of the next header; at an error: where it is */
    const char *error; /* such as "bad cpio header" */
};

/* Next entry: 1, 0 at the end, -XEN_EINVAL with error and offset set. */
int cpio_next(struct archive *a, struct archive_entry *out);
int tar_next(struct archive *a, struct archive_entry *out);

/* Checks name (no "..", not absolute, not too long), and puts it into out
 * without "./" and trailing slashes. NULL, or what is wrong. */
const char *archive_set_name(struct archive_entry *out, const char *name,
                             size_t length);
/* Notes an error at offset; returns -XEN_EINVAL. */
int archive_fail(struct archive *a, size_t offset, const char *error);

/* --- unpack.c --- */

/* Puts an archive (kept for ever) into ramfs. 0, or an error that was logged
 * as "pith: boot module: ...". */
int unpack_archive(const uint8_t *base, size_t size);

/* --- devfs.c, devblk.c --- */

struct blkdev;
int devblk_open(struct blkdev *dev, unsigned flags, struct file **out);
void devblk_stat(const struct blkdev *dev, struct file_stat *out);

#endif
