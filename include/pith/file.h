/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open files, without descriptors: what posix/ puts into its table. Regular
 * files and devices come from fs/ (pith/vfs.h), sockets from posix/'s wrapper
 * around pith/sock.h. fs/. Thread context. Errors are Xen's.
 */
#ifndef PITH_FILE_H
#define PITH_FILE_H

#include <pith/mutex.h>
#include <stdbool.h>

enum file_type {
    FILE_REGULAR,
    FILE_DIRECTORY,
    FILE_CHAR,
    FILE_BLOCK,
    FILE_SOCKET,
    FILE_PIPE,
    FILE_LINK /* symbolic; never open */
};

struct file_stat {
    enum file_type type;
    uint64_t device, inode, size_bytes;
    uint64_t used_bytes; /* of memory or disk */
    uint64_t atime_ns, mtime_ns, ctime_ns;
    uint32_t mode; /* permission bits */
    uint32_t block_bytes;
    uint32_t links, uid, gid;
};

/* What is to become of a file's attributes: those named in mask. */
enum {
    FILE_SET_MODE = 1,
    FILE_SET_UID = 2,
    FILE_SET_GID = 4,
    FILE_SET_ATIME = 8,
    FILE_SET_MTIME = 16,
};
struct file_change {
    unsigned mask;
    uint32_t mode, uid, gid;
    uint64_t atime_ns, mtime_ns;
};

/* One name in a directory. */
struct file_entry {
    uint64_t inode;
    uint64_t next; /* where to go on */
    enum file_type type;
    char name[256];
};

/* The size and the use of a file system. */
struct file_space {
    uint64_t block_bytes, blocks, free_blocks;
    uint64_t files, free_files;
    bool readonly;
};

/* Readiness, in the bits of file_ops.poll. */
enum {
    FILE_READABLE = 1,
    FILE_WRITABLE = 2,
    FILE_HANGUP = 4,
    FILE_ERROR = 8,
    FILE_READ_END = 16, /* the peer will write no more */
};

struct file;
struct area_request;

/* A NULL member means -XEN_EINVAL (seek: -XEN_ESPIPE). Lengths in bytes. */
struct file_ops {
    /* Up to size bytes from offset (ignored by streams); 0 is the end. May
     * block unless nonblock: then -XEN_EAGAIN. */
    long (*read)(struct file *f, void *buf, size_t size, uint64_t offset,
                 bool nonblock);
    long (*write)(struct file *f, const void *buf, size_t size, uint64_t offset,
                  bool nonblock);
    int (*stat)(struct file *f, struct file_stat *out);
    int (*truncate)(struct file *f, uint64_t size_bytes);
    int (*sync)(struct file *f);
    /* Links w to the queue that is woken when readiness changes (w may be
     * NULL), and returns what is ready now: FILE_* bits. */
    unsigned (*poll)(struct file *f, struct waiter *w);
    /* Bytes that read would give at once (FIONREAD). */
    size_t (*readable_bytes)(struct file *f);
    /* The entry of a directory at this place: 1, or 0 at the end. 0 is the
     * first, "."; others are what an earlier answer gave as next. What is
     * neither added nor removed meanwhile comes exactly once. */
    int (*readdir)(struct file *f, uint64_t at, struct file_entry *out);
    /* The path of a directory: 0, -XEN_ENOENT (removed), -XEN_ENAMETOOLONG. */
    int (*path)(struct file *f, char *out, size_t size);
    int (*change)(struct file *f, const struct file_change *change);
    int (*space)(struct file *f, struct file_space *out);
    /* The first byte of data, or of a hole, at offset or after it, as a file's
     * end is a hole. -XEN_ENXIO: there is none, or offset is at the end. */
    int (*find)(struct file *f, uint64_t offset, bool hole, uint64_t *out);
    /* Memory for [offset, offset + size), and a size not below that. */
    int (*allocate)(struct file *f, uint64_t offset, uint64_t size);
    /* Pages that are shared by all that map the file: sets request's ops and
     * object, a hold of which the caller gets. */
    int (*map)(struct file *f, struct area_request *request);
    /* Last reference gone: frees f. */
    void (*release)(struct file *f);
};

struct file {
    const struct file_ops *ops;
    enum file_type type;
    uint32_t refs;
    uint64_t position; /* posix/'s, for those that seek */
    /* posix/'s, for those that seek: held across a transfer, however long the
     * device takes; other open files do not feel it. */
    struct mutex position_lock;
    uint32_t flags; /* posix/'s O_* */
    bool seekable;
    bool terminal; /* isatty */
    /* Of who watches without holding a reference: called before release. */
    void (*closing)(struct file *f);
    struct list watches;
};

/* Begins an open file with one reference; f is zero but for what the caller set
 * behind it. */
static inline void file_init(struct file *f, const struct file_ops *ops,
                             enum file_type type)
{
    f->ops = ops;
    f->type = type;
    f->refs = 1;
    mutex_init(&f->position_lock);
}

static inline void file_get(struct file *f)
{
    __atomic_fetch_add(&f->refs, 1, __ATOMIC_SEQ_CST);
}

/* Drops a reference; the last one releases. */
static inline void file_put(struct file *f)
{
    if (__atomic_fetch_sub(&f->refs, 1, __ATOMIC_SEQ_CST) != 1)
        return;
    if (f->closing)
        f->closing(f);
    f->ops->release(f);
}

/* The system console (pith/tty.h) as a file: for /dev/console and descriptors
 * 0 to 2. release frees the struct file with heap_free. */
extern const struct file_ops tty_file_ops;
/* The last byte that programs wrote to the console was no line feed. */
bool tty_file_line_open(void);

#endif
