/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree of the file system in memory: nodes, their names, counts. Paths are
 * clean and relative (private.h).
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/mutex.h>
#include <pith/page.h>
#include <pith/timer.h>
#include <string.h>

static struct {
    struct mutex lock; /* protects root and all below, and the counts */
    uint64_t last_inode;
    uint64_t files, file_bytes, symlinks;
    struct ramfs_node root;
} ramfs = {
    .lock = MUTEX_INIT(ramfs.lock),
    .last_inode = 1,
    .root = {.entries = LIST_INIT(ramfs.root.entries),
             .last_cookie = 1,
             .type = FILE_DIRECTORY,
             .mode = 0755,
             .links = 2,
             .refs = 1,
             .inode = 1},
};

void ramfs_lock(void)
{
    mutex_lock(&ramfs.lock);
    ramshare_reap_locked();
}

void ramfs_unlock(void)
{
    mutex_unlock(&ramfs.lock);
}

bool ramfs_has_links(void)
{
    return __atomic_load_n(&ramfs.symlinks, __ATOMIC_RELAXED) != 0;
}

/* FNV-1a; only to tell most names apart at a glance. */
static uint32_t name_hash(const char *name, size_t length)
{
    uint32_t hash = 2166136261u;

    while (length--)
        hash = (hash ^ (uint8_t)*name++) * 16777619u;
    return hash;
}

/* --- nodes --- */

struct ramfs_node *ramfs_node_create(enum file_type type, uint32_t mode)
{
    struct ramfs_node *node = heap_zalloc(sizeof(*node));

    if (!node)
        return NULL;
    node->type = type;
    node->mode = mode & 07777;
    node->inode = ++ramfs.last_inode;
    node->mtime_ns = node->atime_ns = node->ctime_ns = clock_realtime_ns();
    if (type == FILE_DIRECTORY) {
        list_init(&node->entries);
        node->last_cookie = 1;
    }
    ramfs.files++;
    ramfs.symlinks += type == FILE_LINK;
    return node;
}

void ramfs_node_free(struct ramfs_node *node)
{
    ramfs.files--;
    if (node->type == FILE_REGULAR) {
        ramfs_set_size_locked(node, 0);
        ramfile_free_pages(node);
    }
    if (node->type == FILE_LINK) {
        ramfs.symlinks--;
        heap_free(node->target);
    }
    heap_free(node);
}

void ramfs_node_put_locked(struct ramfs_node *node)
{
    if (--node->refs == 0)
        ramfs_node_free(node);
}

void ramfs_set_size_locked(struct ramfs_node *node, uint64_t size_bytes)
{
    ramfs.file_bytes += size_bytes - node->size_bytes;
    /* A fault on another vCPU may read it. */
    __atomic_store_n(&node->size_bytes, size_bytes, __ATOMIC_RELAXED);
}

void ramfs_touch_locked(struct ramfs_node *node, bool contents)
{
    node->ctime_ns = clock_realtime_ns();
    if (contents)
        node->mtime_ns = node->ctime_ns;
}

void ramfs_change_locked(struct ramfs_node *node, const struct file_change *c)
{
    if (c->mask & FILE_SET_MODE)
        node->mode = c->mode & 07777;
    if (c->mask & FILE_SET_UID)
        node->uid = c->uid;
    if (c->mask & FILE_SET_GID)
        node->gid = c->gid;
    if (c->mask & FILE_SET_ATIME)
        node->atime_ns = c->atime_ns;
    if (c->mask & FILE_SET_MTIME)
        node->mtime_ns = c->mtime_ns;
    ramfs_touch_locked(node, false);
}

/* --- names --- */

struct ramfs_entry *ramfs_find_entry(struct ramfs_node *dir, const char *name,
                                     size_t length)
{
    uint32_t hash = name_hash(name, length);
    struct ramfs_entry *entry;

    list_for_each (entry, &dir->entries, link)
        if (entry->hash == hash && !strncmp(entry->name, name, length) &&
            !entry->name[length])
            return entry;
    return NULL;
}

int ramfs_entry_add(struct ramfs_node *dir, const char *name, size_t length,
                    struct ramfs_node *node)
{
    struct ramfs_entry *entry = heap_alloc(sizeof(*entry) + length + 1);

    if (!entry)
        return -XEN_ENOMEM;
    memcpy(entry->name, name, length);
    entry->name[length] = '\0';
    entry->hash = name_hash(name, length);
    entry->dir = dir;
    entry->node = node;
    entry->cookie = ++dir->last_cookie;
    list_push_back(&dir->entries, &entry->link);
    node->refs += node->links == 0;
    node->links++;
    if (node->type == FILE_DIRECTORY) {
        node->links++; /* its own "." */
        node->entry = entry;
        dir->links++; /* its ".." */
    }
    ramfs_touch_locked(dir, true);
    ramfs_touch_locked(node, false);
    return 0;
}

void ramfs_entry_remove(struct ramfs_entry *entry)
{
    struct ramfs_node *node = entry->node, *dir = entry->dir;

    list_remove(&entry->link);
    dir->removals++;
    node->links--;
    if (node->type == FILE_DIRECTORY) {
        node->links--;
        node->entry = NULL;
        dir->links--;
    }
    ramfs_touch_locked(dir, true);
    ramfs_touch_locked(node, false);
    heap_free(entry);
    if (!node->links)
        ramfs_node_put_locked(node);
}

struct ramfs_node *ramfs_create(struct ramfs_node *dir, const char *name,
                                enum file_type type, uint32_t mode)
{
    struct ramfs_node *node = ramfs_node_create(type, mode);

    if (node && ramfs_entry_add(dir, name, strlen(name), node)) {
        ramfs_node_free(node);
        return NULL;
    }
    return node;
}

/* --- paths --- */

int ramfs_walk_parent(const char *path, struct ramfs_node **out,
                      const char **name)
{
    struct ramfs_node *dir = &ramfs.root;
    struct ramfs_entry *entry;
    size_t length;

    for (; path[length = strcspn(path, "/")]; path += length + 1) {
        entry = ramfs_find_entry(dir, path, length);
        if (!entry)
            return -XEN_ENOENT;
        dir = entry->node;
        if (dir->type != FILE_DIRECTORY)
            return -XEN_ENOTDIR;
    }
    *out = dir;
    *name = path;
    return 0;
}

int ramfs_walk(const char *path, struct ramfs_node **out,
               struct ramfs_entry **entry)
{
    struct ramfs_entry *found = NULL;
    struct ramfs_node *dir;
    const char *name;
    int rc = ramfs_walk_parent(path, &dir, &name);

    if (rc)
        return rc;
    if (*name) {
        found = ramfs_find_entry(dir, name, strlen(name));
        if (!found)
            return -XEN_ENOENT;
    }
    *out = found ? found->node : dir;
    if (entry)
        *entry = found;
    return 0;
}

int ramfs_path_locked(const struct ramfs_node *dir, char *out, size_t size)
{
    size_t at = size;

    for (; dir != &ramfs.root; dir = dir->entry->dir) {
        size_t length;

        if (!dir->entry)
            return -XEN_ENOENT;
        length = strlen(dir->entry->name);
        if (at < length + 2)
            return -XEN_ENAMETOOLONG;
        at -= length;
        memcpy(out + at, dir->entry->name, length);
        out[--at] = '/';
    }
    if (at == size)
        out[--at] = '/';
    memmove(out, out + at, size - at);
    if (at == 0)
        return -XEN_ENAMETOOLONG;
    out[size - at] = '\0';
    return 0;
}

/* --- counts --- */

void vfs_get_stats(struct vfs_stats *out)
{
    ramfs_lock();
    out->files = ramfs.files;
    out->file_bytes = ramfs.file_bytes;
    ramfs_unlock();
}

/* As tmpfs: all memory is its own, and each page may be a file. */
void ramfs_space(struct file_space *out)
{
    struct page_stats pages;
    struct vfs_stats files;

    page_get_stats(&pages);
    vfs_get_stats(&files);
    *out = (struct file_space){
        .block_bytes = PAGE_SIZE,
        .blocks = pages.total_pages,
        .free_blocks = pages.free_pages,
        .files = pages.total_pages,
        .free_files = pages.free_pages,
    };
}
