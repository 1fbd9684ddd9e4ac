/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /dev: null, zero, console, random and urandom, what other rooms register,
 * and every block device under its name.
 */

#include "private.h"
#include <pith/blkdev.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/mutex.h>
#include <pith/random.h>
#include <string.h>

static struct {
    struct mutex lock; /* protects devices */
    struct list devices;
} devfs = {MUTEX_INIT(devfs.lock), LIST_INIT(devfs.devices)};

/* --- the built-in character devices --- */

/* random and urandom are the same: they wait until the generator is seeded
 * once (EAGAIN for O_NONBLOCK) and never after that. What is written to them
 * is mixed in. */

static long null_read(struct file *f, void *buf, size_t size, uint64_t offset,
                      bool nonblock)
{
    return 0;
}

static long null_write(struct file *f, const void *buf, size_t size,
                       uint64_t offset, bool nonblock)
{
    return (long)size;
}

static long zero_read(struct file *f, void *buf, size_t size, uint64_t offset,
                      bool nonblock)
{
    memset(buf, 0, size);
    return (long)size;
}

static long random_file_read(struct file *f, void *buf, size_t size,
                             uint64_t offset, bool nonblock)
{
    int rc = random_read(buf, size, !nonblock);

    return rc ? rc : (long)size;
}

static long random_file_write(struct file *f, const void *buf, size_t size,
                              uint64_t offset, bool nonblock)
{
    random_mix(buf, size);
    return (long)size;
}

/* Names last as long as the system. */
static uint64_t inode_of(const char *name)
{
    uint64_t hash = 5381;

    while (*name)
        hash = hash * 33 + (uint8_t)*name++;
    return hash;
}

static uint64_t char_inode(const struct file_ops *ops);

static int char_stat(struct file *f, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_CHAR,
        .device = DEVFS_DEVICE,
        .inode = f ? char_inode(f->ops) : 0,
        .mode = 0666,
        .links = 1,
        .block_bytes = FS_BLOCK_BYTES,
    };
    return 0;
}

static void char_release(struct file *f)
{
    heap_free(f);
}

static const struct file_ops null_ops = {
    .read = null_read,
    .write = null_write,
    .stat = char_stat,
    .release = char_release,
};

static const struct file_ops zero_ops = {
    .read = zero_read,
    .write = null_write,
    .stat = char_stat,
    .release = char_release,
};

static const struct file_ops random_ops = {
    .read = random_file_read,
    .write = random_file_write,
    .stat = char_stat,
    .release = char_release,
};

static const struct char_device {
    const char *name;
    const struct file_ops *ops;
} chars[] = {
    {"null", &null_ops},        {"zero", &zero_ops},
    {"random", &random_ops},    {"urandom", &random_ops},
    {"console", &tty_file_ops}, {"tty", &tty_file_ops},
};

/* random and urandom are one file. */
static uint64_t char_inode(const struct file_ops *ops)
{
    for (size_t i = 0; i < ARRAY_SIZE(chars); i++)
        if (chars[i].ops == ops)
            return inode_of(chars[i].name);
    return 0;
}

static const struct char_device *find_char(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(chars); i++)
        if (!strcmp(chars[i].name, name))
            return &chars[i];
    return NULL;
}

static int char_open(const struct char_device *dev, struct file **out)
{
    struct file *f = heap_zalloc(sizeof(*f));

    if (!f)
        return -XEN_ENOMEM;
    file_init(f, dev->ops, FILE_CHAR);
    f->terminal = dev->ops == &tty_file_ops;
    *out = f;
    return 0;
}

/* --- what other rooms registered --- */

static struct vfs_device *find_device_locked(const char *name)
{
    struct vfs_device *dev;

    list_for_each (dev, &devfs.devices, link)
        if (!strcmp(dev->name, name))
            return dev;
    return NULL;
}

static struct vfs_device *find_device(const char *name)
{
    struct vfs_device *dev;

    mutex_lock(&devfs.lock);
    dev = find_device_locked(name);
    mutex_unlock(&devfs.lock);
    return dev;
}

int vfs_device_register(struct vfs_device *dev)
{
    int rc = -XEN_EEXIST;

    mutex_lock(&devfs.lock);
    if (!find_char(dev->name) && !find_device_locked(dev->name)) {
        list_push_back(&devfs.devices, &dev->link);
        rc = 0;
    }
    mutex_unlock(&devfs.lock);
    return rc;
}

/* --- the directory --- */

/* Finds entry number left when it reaches zero. */
struct listing {
    uint64_t left;
    const char *name; /* NULL: not found yet */
    enum file_type type;
};

static void list_one(struct listing *l, const char *name, enum file_type type)
{
    if (l->name || l->left--)
        return;
    l->name = name;
    l->type = type;
}

static void list_disk(struct blkdev *dev, void *listing)
{
    list_one(listing, dev->name, FILE_BLOCK);
}

/* Nothing is ever removed here, so a number is a place. */
static int dir_readdir(struct file *f, uint64_t at, struct file_entry *out)
{
    struct listing l = {.left = at};
    struct vfs_device *dev;

    list_one(&l, ".", FILE_DIRECTORY);
    list_one(&l, "..", FILE_DIRECTORY);
    for (size_t i = 0; i < ARRAY_SIZE(chars); i++)
        list_one(&l, chars[i].name, FILE_CHAR);
    mutex_lock(&devfs.lock);
    list_for_each (dev, &devfs.devices, link)
        list_one(&l, dev->name, FILE_CHAR);
    mutex_unlock(&devfs.lock);
    blkdev_for_each(list_disk, &l);
    if (!l.name)
        return 0;
    if (strlen(l.name) >= sizeof(out->name))
        return -XEN_ENAMETOOLONG;
    strcpy(out->name, l.name);
    out->type = l.type;
    out->inode = at == 1 ? 1 : inode_of(at ? l.name : "");
    out->next = at + 1;
    return 1;
}

static int dir_stat(struct file *f, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_DIRECTORY,
        .device = DEVFS_DEVICE,
        .inode = inode_of(""),
        .mode = 0755,
        .links = 2,
        .block_bytes = FS_BLOCK_BYTES,
    };
    return 0;
}

static int dir_path(struct file *f, char *out, size_t size)
{
    if (size < sizeof("/dev"))
        return -XEN_ENAMETOOLONG;
    strcpy(out, "/dev");
    return 0;
}

static int dir_space(struct file *f, struct file_space *out)
{
    *out = (struct file_space){.block_bytes = FS_BLOCK_BYTES, .readonly = true};
    return 0;
}

static const struct file_ops dir_ops = {
    .stat = dir_stat,
    .path = dir_path,
    .space = dir_space,
    .readdir = dir_readdir,
    .release = char_release,
};

static int dir_open(unsigned flags, struct file **out)
{
    struct file *f;

    if (flags & (VFS_WRITE | VFS_CREATE))
        return -XEN_EISDIR;
    f = heap_zalloc(sizeof(*f));
    if (!f)
        return -XEN_ENOMEM;
    file_init(f, &dir_ops, FILE_DIRECTORY);
    f->seekable = true;
    *out = f;
    return 0;
}

/* --- the mount --- */

static int devfs_open(const char *path, unsigned flags, uint32_t mode,
                      struct file **out)
{
    const struct char_device *built_in = find_char(path);
    struct vfs_device *dev = find_device(path);
    struct blkdev *disk = blkdev_find(path);

    if (!*path)
        return dir_open(flags, out);
    if (!built_in && !dev && !disk)
        return flags & VFS_CREATE ? -XEN_EROFS : -XEN_ENOENT;
    if (flags & VFS_DIRECTORY)
        return -XEN_ENOTDIR;
    if ((flags & VFS_CREATE) && (flags & VFS_EXCLUSIVE))
        return -XEN_EEXIST;
    if (built_in)
        return char_open(built_in, out);
    return dev ? dev->open(dev, flags, out) : devblk_open(disk, flags, out);
}

static int devfs_stat(const char *path, struct file_stat *out)
{
    const struct char_device *built_in = find_char(path);
    struct blkdev *disk = blkdev_find(path);

    if (!*path)
        return dir_stat(NULL, out);
    if (strchr(path, '/'))
        return -XEN_ENOTDIR;
    if (disk) {
        devblk_stat(disk, out);
        return 0;
    }
    if (!built_in && !find_device(path))
        return -XEN_ENOENT;
    char_stat(NULL, out);
    out->inode = built_in ? char_inode(built_in->ops) : inode_of(path);
    return 0;
}

static int devfs_space(struct file_space *out)
{
    return dir_space(NULL, out);
}

const struct mount_ops devfs_mount = {
    .open = devfs_open,
    .stat = devfs_stat,
    .space = devfs_space,
};
