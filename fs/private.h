/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of fs/ share. */
#ifndef FS_PRIVATE_H
#define FS_PRIVATE_H

#include <pith/file.h>
#include <pith/vfs.h>

#define FS_NAME_MAX 255 /* bytes of one name without the NUL */
#define FS_BLOCK_BYTES 4096
#define FS_LINKS_MAX 40 /* symbolic links that a path may go through */

/* --- path.c: pure --- */

/* Writes path without ".", "..", doubled or trailing slashes to out: "/a/b",
 * the root as "/". *out_slash (may be NULL): path demanded a directory by
 * ending in "/" or "/.". 0, -XEN_ENOENT (empty), -XEN_EINVAL (not absolute),
 * -XEN_ENAMETOOLONG. */
int path_clean(const char *path, char out[VFS_PATH_MAX], bool *out_slash);

/* --- resolve.c, vfs.c: file systems below the name space --- */

/* One file system. Paths are clean and relative to its root, which is "", and
 * nothing follows a symbolic link: vfs.c has done that. A NULL member means
 * -XEN_EROFS, but find_link: there are none. */
struct mount_ops {
    int (*open)(const char *path, unsigned flags, uint32_t mode,
                struct file **out);
    int (*stat)(const char *path, struct file_stat *out);
    int (*mkdir)(const char *path, uint32_t mode);
    int (*mknod)(const char *path, enum file_type type, uint32_t mode);
    int (*unlink)(const char *path);
    int (*rmdir)(const char *path);
    int (*rename)(const char *from, const char *to);
    int (*link)(const char *from, const char *to);
    int (*symlink)(const char *target, const char *path);
    int (*change)(const char *path, const struct file_change *change);
    int (*space)(struct file_space *out);
    /* The first symbolic link in path: 1, the length of path up to its end,
     * and its text (target may be NULL); 0: none, or the walk ends before.
     * last: the last name counts, too. */
    int (*find_link)(const char *path, bool last, size_t *out_length,
                     char *target);
};

extern const struct mount_ops ramfs_mount;
extern const struct mount_ops devfs_mount;

struct mount {
    const char *dir;
    const struct mount_ops *ops;
};

/* A path without "." and "..": the file system and the part below its root. */
struct place {
    const struct mount *mount;
    const char *rest;
    bool slash; /* path demanded a directory */
    char clean[VFS_PATH_MAX];
};

/* Where path leads, through its symbolic links; the last name only if follow,
 * or if path ends in a slash. Errors of paths (pith/vfs.h). */
int place_find(const char *path, bool follow, struct place *out);
/* The mount that out->clean belongs to, and rest. vfs.c. */
void place_set_mount(struct place *out);

/* --- ramtree.c, ramfs.c --- */

/* A file, whatever its names are. */
struct ramfs_node {
    enum file_type type; /* FILE_REGULAR, _DIRECTORY, _LINK, _SOCKET, _PIPE */
    uint32_t mode, uid, gid;
    uint32_t links; /* names */
    uint32_t refs;  /* open files and maps, and one while links is not 0 */
    uint64_t inode, size_bytes, atime_ns, mtime_ns, ctime_ns;
    union {
        struct { /* of a directory */
            struct list entries;
            struct ramfs_entry *entry; /* its name; NULL: root, or removed */
            uint64_t last_cookie;
            uint64_t removals; /* an entry seen before one may be freed */
        };
        char *target;            /* of a symbolic link, heap's */
        struct {                 /* of a regular file; see ramfile.c */
            const uint8_t *lent; /* all bytes, in the boot module; or NULL: */
            uint8_t **pages;     /* one pointer for each page, NULL: a hole */
            size_t page_slots;   /* allocated length of pages */
            uint32_t maps;       /* how many areas show it, as ramfs_maps */
        };
    };
};

/* A name in a directory. */
struct ramfs_entry {
    struct list link; /* in dir's entries, by cookie */
    struct ramfs_node *dir, *node;
    uint64_t cookie; /* never 0 or 1 */
    uint32_t hash;
    char name[];
};

/* Protects the tree and every node. */
void ramfs_lock(void);
void ramfs_unlock(void);
/* All of these under the lock. */
struct ramfs_entry *ramfs_find_entry(struct ramfs_node *dir, const char *name,
                                     size_t length);
/* Walks to the directory of the last name in path and sets *name to that name
 * ("" for the root). 0, -XEN_ENOENT, -XEN_ENOTDIR. */
int ramfs_walk_parent(const char *path, struct ramfs_node **out,
                      const char **name);
/* *entry (may be NULL) gets the name, NULL for the root. */
int ramfs_walk(const char *path, struct ramfs_node **out,
               struct ramfs_entry **entry);
/* A new node without a name and without a reference. NULL: out of memory. */
struct ramfs_node *ramfs_node_create(enum file_type type, uint32_t mode);
/* Frees one that has neither. */
void ramfs_node_free(struct ramfs_node *node);
/* Drops a reference; the last one frees node and data. */
void ramfs_node_put_locked(struct ramfs_node *node);
/* Gives node a name more; the first takes a reference. 0 or -XEN_ENOMEM. */
int ramfs_entry_add(struct ramfs_node *dir, const char *name, size_t length,
                    struct ramfs_node *node);
/* Takes the name away; the last one drops its reference. */
void ramfs_entry_remove(struct ramfs_entry *entry);
/* A new node with its one name. NULL: out of memory. */
struct ramfs_node *ramfs_create(struct ramfs_node *dir, const char *name,
                                enum file_type type, uint32_t mode);
/* Writes the path of a directory, as file_ops.path. */
int ramfs_path_locked(const struct ramfs_node *dir, char *out, size_t size);
/* Notes a size and keeps the sum over all files. */
void ramfs_set_size_locked(struct ramfs_node *node, uint64_t size_bytes);
/* Contents or attributes have changed now. */
void ramfs_touch_locked(struct ramfs_node *node, bool contents);
void ramfs_change_locked(struct ramfs_node *node,
                         const struct file_change *change);
bool ramfs_has_links(void);
void ramfs_space(struct file_space *out);

/* Adds what an archive holds, with the directories above it; a file replaces
 * one of the same name. data is borrowed for ever; of a symbolic link it is
 * the target. 0, -XEN_ENOMEM, -XEN_EEXIST (a directory and a file of one
 * name), -XEN_ENOTDIR. */
int ramfs_add(const char *path, enum file_type type, uint32_t mode,
              uint64_t mtime_ns, const uint8_t *data, size_t size,
              struct ramfs_node **out);
/* Makes node, which is in the tree, known by one name more. As ramfs_add. */
int ramfs_add_link(const char *path, struct ramfs_node *node);
/* Makes data, borrowed for ever, the content of a node that has none. */
void ramfs_lend(struct ramfs_node *node, const uint8_t *data, size_t size);

/* --- ramfile.c, ramopen.c --- */

#define RAMFS_DEVICE 1
#define DEVFS_DEVICE 2

/* Takes over one reference to node, also when it fails with -XEN_ENOMEM. */
int ramfile_open(struct ramfs_node *node, struct file **out);
int ramfile_truncate_locked(struct ramfs_node *node, uint64_t size_bytes);
/* Without a look at maps: the node's end. */
void ramfile_free_pages(struct ramfs_node *node);
void ramfile_stat(const struct ramfs_node *node, struct file_stat *out);
long ramfile_read_locked(struct ramfs_node *node, void *buf, size_t size,
                         uint64_t offset);
long ramfile_write_locked(struct ramfs_node *node, const void *buf, size_t size,
                          uint64_t offset);
int ramfile_allocate_locked(struct ramfs_node *node, uint64_t offset,
                            uint64_t size);
int ramfile_find_locked(const struct ramfs_node *node, uint64_t offset,
                        bool hole, uint64_t *out);
/* Ends the loan from the boot module. 0 or -XEN_ENOSPC. */
int ramfile_make_own(struct ramfs_node *node);
/* Makes the array of pages long enough for a size. 0 or -XEN_ENOSPC. */
int ramfile_reserve(struct ramfs_node *node, uint64_t size_bytes);
/* Frees the pages behind the end. */
void ramfile_trim(struct ramfs_node *node);

/* --- ramshare.c --- */

/* Around a change of an array of pages. */
unsigned long ramshare_lock(void);
void ramshare_unlock(unsigned long flags);
/* Puts page where none is, or frees it; what is there now. */
void *ramshare_set_page(struct ramfs_node *node, size_t index, void *page);
/* As file_ops.map. */
int ramshare_map_locked(struct ramfs_node *node, struct area_request *request);
/* Takes note of maps that have ended. */
void ramshare_reap_locked(void);

/* --- archive.c, cpio.c, tar.c: pure --- */

#define ARCHIVE_OTHER (-1) /* devices and the like */

struct archive_entry {
    char name[VFS_PATH_MAX]; /* relative, "" is the root directory */
    int type;                /* enum file_type or ARCHIVE_OTHER */
    uint32_t mode;
    uint64_t mtime_s;
    const uint8_t *data; /* of a FILE_LINK: its target */
    size_t size;
    uint64_t hard_id;      /* not 0: names with this number are one file */
    const char *hard_name; /* not NULL: of the file that it is a name of */
    size_t hard_length;
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
