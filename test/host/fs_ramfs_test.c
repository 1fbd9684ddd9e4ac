/* SPDX-License-Identifier: BSD-2-Clause */
/* The file system in memory: names, data, what the boot module lends, and
 * running out of memory. */
/* clang-format off */
/* sources: fs/ramfs.c fs/ramtree.c fs/ramfile.c fs/ramopen.c fs/ramshare.c fs/ramadd.c fs/unpack.c fs/archive.c fs/cpio.c fs/tar.c fs/path.c */
/* flags: -include test/host/fake_spinlock.h */
/* clang-format on */

#include "../../fs/private.h"
#include "fs_fake_kernel.h"
#include "test.h"
#include <pith/area.h>
#include <pith/errno.h>
#include <pith/log.h>

static const struct mount_ops *const fs = &ramfs_mount;
static char last_log[256];

static void keep_log(const char *line, size_t length)
{
    memcpy(last_log, line, length);
    last_log[length - 1] = '\0'; /* the newline */
}

static struct file *must_open(const char *path, unsigned flags)
{
    struct file *f = NULL;

    CHECK_EQ(fs->open(path, flags, 0644, &f), 0);
    return f;
}

static void write_file(const char *path, const char *text, uint64_t offset)
{
    struct file *f = must_open(path, VFS_WRITE | VFS_CREATE);

    CHECK_EQ(f->ops->write(f, text, strlen(text), offset, false), strlen(text));
    file_put(f);
}

/* The whole file as text, with '.' for each zero byte. */
static const char *text_of(const char *path)
{
    static char text[256];
    struct file *f = must_open(path, VFS_READ);
    long n = f->ops->read(f, text, sizeof(text) - 1, 0, false);

    file_put(f);
    CHECK(n >= 0);
    text[n] = '\0';
    for (long i = 0; i < n; i++)
        if (!text[i])
            text[i] = '.';
    return text;
}

static uint64_t size_of(const char *path)
{
    struct file_stat st = {.size_bytes = 12345678};

    CHECK_EQ(fs->stat(path, &st), 0);
    return st.size_bytes;
}

static int result_of_open(const char *path, unsigned flags)
{
    struct file *f;
    int rc = fs->open(path, flags, 0644, &f);

    if (!rc)
        file_put(f);
    return rc;
}

TEST(ramfs_open_errors_are_exact)
{
    CHECK_EQ(result_of_open("none", VFS_READ), -XEN_ENOENT);
    CHECK_EQ(result_of_open("none/x", VFS_READ | VFS_CREATE), -XEN_ENOENT);
    write_file("f", "x", 0);
    CHECK_EQ(result_of_open("f/x", VFS_READ), -XEN_ENOTDIR);
    CHECK_EQ(result_of_open("f", VFS_READ | VFS_DIRECTORY), -XEN_ENOTDIR);
    CHECK_EQ(result_of_open("f", VFS_CREATE | VFS_EXCLUSIVE), -XEN_EEXIST);
    CHECK_EQ(fs->mkdir("d", 0755), 0);
    CHECK_EQ(fs->mkdir("d", 0755), -XEN_EEXIST);
    CHECK_EQ(fs->mkdir("f", 0755), -XEN_EEXIST);
    CHECK_EQ(fs->mkdir("x/y", 0755), -XEN_ENOENT);
    CHECK_EQ(result_of_open("d", VFS_READ | VFS_WRITE), -XEN_EISDIR);
    CHECK_EQ(result_of_open("d", VFS_READ), 0);
    CHECK_EQ(fs->unlink("d"), -XEN_EISDIR);
    CHECK_EQ(fs->rmdir("f"), -XEN_ENOTDIR);
    CHECK_EQ(fs->rmdir("none"), -XEN_ENOENT);
    CHECK_EQ(fs->rmdir(""), -XEN_EBUSY);
    CHECK_EQ(fs->unlink("f"), 0);
    CHECK_EQ(fs->rmdir("d"), 0);
    CHECK_EQ(fake_live, 0);
}

TEST(ramfs_data_keeps_holes_and_ends)
{
    write_file("f", "hello", 0);
    write_file("f", "J", 0);
    CHECK_STR(text_of("f"), "Jello");
    write_file("f", "end", 8);
    CHECK_STR(text_of("f"), "Jello...end");
    write_file("f", "far", 3 * PAGE_SIZE - 1);
    CHECK_EQ(size_of("f"), 3 * PAGE_SIZE + 2);
    CHECK_EQ(fs->unlink("f"), 0);
    CHECK_EQ(fake_live, 0);
}

TEST(ramfs_truncate_forgets_what_it_cuts)
{
    struct file *f;

    write_file("f", "0123456789", 0);
    f = must_open("f", VFS_WRITE);
    CHECK_EQ(f->ops->truncate(f, 4), 0);
    CHECK_EQ(f->ops->truncate(f, 8), 0);
    CHECK_STR(text_of("f"), "0123....");
    CHECK_EQ(f->ops->truncate(f, 1ull << 41), -XEN_EFBIG);
    CHECK_EQ(f->ops->write(f, "x", 1, UINT64_MAX, false), -XEN_EFBIG);
    file_put(f);
    f = must_open("f", VFS_WRITE | VFS_TRUNCATE);
    file_put(f);
    CHECK_EQ(size_of("f"), 0);
    CHECK_EQ(fs->unlink("f"), 0);
    CHECK_EQ(fake_live, 0);
}

TEST(ramfs_unlinked_file_lives_while_open)
{
    struct file *f;
    char c;

    write_file("f", "x", 0);
    f = must_open("f", VFS_READ);
    CHECK_EQ(fs->unlink("f"), 0);
    CHECK_EQ(result_of_open("f", VFS_READ), -XEN_ENOENT);
    CHECK_EQ(f->ops->read(f, &c, 1, 0, false), 1);
    CHECK_EQ(c, 'x');
    CHECK(fake_live > 0);
    file_put(f);
    CHECK_EQ(fake_live, 0);
}

TEST(ramfs_rename_moves_and_replaces)
{
    CHECK_EQ(fs->mkdir("d", 0755), 0);
    CHECK_EQ(fs->mkdir("d/e", 0755), 0);
    write_file("a", "A", 0);
    write_file("d/b", "B", 0);
    CHECK_EQ(fs->rename("a", "d/b"), 0);
    CHECK_STR(text_of("d/b"), "A");
    CHECK_EQ(result_of_open("a", VFS_READ), -XEN_ENOENT);
    CHECK_EQ(fs->rename("d/b", "d/b"), 0);
    CHECK_EQ(fs->rename("d", "d/e/f"), -XEN_EINVAL);
    CHECK_EQ(fs->rename("d/b", "d/e"), -XEN_EISDIR);
    CHECK_EQ(fs->rename("d/e", "d/b"), -XEN_ENOTDIR);
    CHECK_EQ(fs->rename("d/e", "d"), -XEN_ENOTEMPTY);
    CHECK_EQ(fs->rename("none", "x"), -XEN_ENOENT);
    CHECK_EQ(fs->rename("d/e", "top"), 0);
    CHECK_EQ(fs->rmdir("top"), 0);
    CHECK_EQ(fs->rmdir("d"), -XEN_ENOTEMPTY);
    CHECK_EQ(fs->unlink("d/b"), 0);
    CHECK_EQ(fs->rmdir("d"), 0);
    CHECK_EQ(fake_live, 0);
}

TEST(ramfs_special_names_are_kept_and_hold_no_bytes)
{
    struct file_stat st;
    struct file *f;

    CHECK_EQ(fs->mknod("sock", FILE_SOCKET, 0755), 0);
    CHECK_EQ(fs->mknod("sock", FILE_PIPE, 0755), -XEN_EEXIST);
    CHECK_EQ(fs->mknod("none/fifo", FILE_PIPE, 0755), -XEN_ENOENT);
    CHECK_EQ(fs->open("sock", VFS_READ, 0, &f), -XEN_ENXIO);
    CHECK_EQ(fs->stat("sock", &st), 0);
    CHECK_EQ(st.type, FILE_SOCKET);
    CHECK_EQ(fs->rmdir("sock"), -XEN_ENOTDIR);
    CHECK_EQ(fs->mknod("fifo", FILE_PIPE, 0600), 0);
    CHECK_EQ(fs->rename("fifo", "sock"), 0);
    f = must_open("sock", VFS_READ);
    CHECK_EQ(f->type, FILE_PIPE);
    CHECK(!f->seekable && !f->ops->read);
    CHECK_EQ(fs->unlink("sock"), 0);
    CHECK_EQ(f->ops->stat(f, &st), 0);
    CHECK_EQ(st.mode, 0600);
    file_put(f);
}

TEST(ramfs_lent_file_is_copied_at_the_first_write)
{
    static const uint8_t module[] = "lent by the module";
    struct ramfs_node *node;

    CHECK_EQ(ramfs_add("dir/f", FILE_REGULAR, 0444, 1, module,
                       sizeof(module) - 1, &node),
             0);
    CHECK(node->lent == module);
    CHECK_STR(text_of("dir/f"), "lent by the module");
    write_file("dir/f", "bent", 0);
    CHECK(!node->lent);
    CHECK_STR(text_of("dir/f"), "bent by the module");
    CHECK_STR((const char *)module, "lent by the module");
    CHECK_EQ(ramfs_add("dir", FILE_REGULAR, 0, 0, module, 0, &node),
             -XEN_EEXIST);
    CHECK_EQ(ramfs_add("dir/f/x", FILE_REGULAR, 0, 0, module, 0, &node),
             -XEN_ENOTDIR);
    CHECK_EQ(fs->unlink("dir/f"), 0);
    CHECK_EQ(fs->rmdir("dir"), 0);
    CHECK_EQ(fake_live, 0);
}

TEST(ramfs_out_of_memory_is_an_error_and_leaks_nothing)
{
    struct file *f;
    char text[3 * PAGE_SIZE];
    long n;

    memset(text, 'x', sizeof(text));
    for (long limit = 0; limit < 8; limit++) {
        fake_memory = limit;
        if (!fs->open("f", VFS_CREATE | VFS_WRITE, 0644, &f)) {
            n = f->ops->write(f, text, sizeof(text), 0, false);
            CHECK(n > 0 || n == -XEN_ENOSPC);
            CHECK_EQ(size_of("f"), n > 0 ? n : 0);
            file_put(f);
        }
        fake_memory = 1000000;
        fs->unlink("f");
        CHECK_EQ(fake_live, 0);
    }
}

TEST(ramfs_lists_each_name_once)
{
    struct file_entry e = {0};
    struct file *dir;
    uint64_t at_a;

    write_file("a", "", 0);
    CHECK_EQ(fs->mkdir("b", 0755), 0);
    write_file("c", "", 0);
    dir = must_open("", VFS_READ);
    CHECK_EQ(dir->ops->readdir(dir, e.next, &e), 1);
    CHECK_STR(e.name, ".");
    CHECK_EQ(dir->ops->readdir(dir, e.next, &e), 1);
    CHECK_STR(e.name, "..");
    at_a = e.next;
    CHECK_EQ(dir->ops->readdir(dir, e.next, &e), 1);
    CHECK_STR(e.name, "a");
    CHECK_EQ(e.type, FILE_REGULAR);
    CHECK_EQ(fs->unlink("a"), 0); /* what was listed goes: none is left out */
    CHECK_EQ(dir->ops->readdir(dir, e.next, &e), 1);
    CHECK_STR(e.name, "b");
    CHECK_EQ(e.type, FILE_DIRECTORY);
    CHECK_EQ(dir->ops->readdir(dir, e.next, &e), 1);
    CHECK_STR(e.name, "c");
    write_file("d", "", 0);
    CHECK_EQ(dir->ops->readdir(dir, e.next, &e), 1);
    CHECK_STR(e.name, "d");
    CHECK_EQ(dir->ops->readdir(dir, e.next, &e), 0);
    CHECK_EQ(dir->ops->readdir(dir, at_a, &e), 1); /* and back */
    CHECK_STR(e.name, "b");
    file_put(dir);
    CHECK_EQ(fs->unlink("c"), 0);
    CHECK_EQ(fs->unlink("d"), 0);
    CHECK_EQ(fs->rmdir("b"), 0);
    CHECK_EQ(fake_live, 0);
}

TEST(ramfs_hard_links_are_one_file)
{
    struct file_stat a, b;

    write_file("a", "one", 0);
    CHECK_EQ(fs->link("a", "b"), 0);
    CHECK_EQ(fs->link("a", "b"), -XEN_EEXIST);
    CHECK_EQ(fs->link("none", "c"), -XEN_ENOENT);
    CHECK_EQ(fs->stat("a", &a), 0);
    CHECK_EQ(fs->stat("b", &b), 0);
    CHECK_EQ(a.inode, b.inode);
    CHECK_EQ(b.links, 2);
    CHECK_EQ(fs->rename("a", "b"), 0); /* POSIX: nothing happens */
    CHECK_EQ(fs->stat("a", &a), 0);
    write_file("b", "two", 0);
    CHECK_STR(text_of("a"), "two");
    CHECK_EQ(fs->unlink("a"), 0);
    CHECK_EQ(fs->stat("b", &b), 0);
    CHECK_EQ(b.links, 1);
    CHECK_EQ(fs->unlink("b"), 0);
    CHECK_EQ(fs->mkdir("d", 0755), 0);
    CHECK_EQ(fs->link("d", "e"), -XEN_EPERM);
    CHECK_EQ(fs->mkdir("d/s", 0755), 0);
    CHECK_EQ(fs->stat("d", &b), 0);
    CHECK_EQ(b.links, 3);
    CHECK_EQ(fs->rename("d/s", "s"), 0);
    CHECK_EQ(fs->stat("d", &b), 0);
    CHECK_EQ(b.links, 2);
    CHECK_EQ(fs->rmdir("s"), 0);
    CHECK_EQ(fs->rmdir("d"), 0);
    CHECK_EQ(fake_live, 0);
}

TEST(ramfs_find_link_tells_the_first)
{
    char target[VFS_PATH_MAX];
    size_t length = 0;

    CHECK_EQ(fs->find_link("l", true, &length, target), 0);
    CHECK_EQ(fs->mkdir("d", 0755), 0);
    CHECK_EQ(fs->symlink("x/y", "d/l"), 0);
    CHECK_EQ(fs->symlink("x", "d/l"), -XEN_EEXIST);
    CHECK_EQ(fs->find_link("d/l", false, &length, target), 0);
    CHECK_EQ(fs->find_link("d/l", true, &length, target), 1);
    CHECK_EQ(length, 3);
    CHECK_STR(target, "x/y");
    CHECK_EQ(fs->find_link("d/l/more", false, &length, NULL), 1);
    CHECK_EQ(length, 3);
    CHECK_EQ(fs->find_link("d/none/l", true, &length, target), 0);
    CHECK_EQ(result_of_open("d/l", VFS_READ), -XEN_ELOOP);
    CHECK_EQ(size_of("d/l"), 3);
    CHECK_EQ(fs->unlink("d/l"), 0);
    CHECK_EQ(fs->rmdir("d"), 0);
    CHECK_EQ(fake_live, 0);
}

TEST(ramfs_holes_are_found)
{
    struct file *f;
    uint64_t at = 0;

    write_file("f", "x", 2 * PAGE_SIZE);
    f = must_open("f", VFS_WRITE);
    CHECK_EQ(f->ops->find(f, 0, false, &at), 0);
    CHECK_EQ(at, 2 * PAGE_SIZE);
    CHECK_EQ(f->ops->find(f, 5, true, &at), 0);
    CHECK_EQ(at, 5);
    CHECK_EQ(f->ops->find(f, 2 * PAGE_SIZE, true, &at), 0);
    CHECK_EQ(at, 2 * PAGE_SIZE + 1);
    CHECK_EQ(f->ops->find(f, 2 * PAGE_SIZE + 1, true, &at), -XEN_ENXIO);
    CHECK_EQ(f->ops->truncate(f, 9 * PAGE_SIZE), 0);
    CHECK_EQ(f->ops->find(f, 3 * PAGE_SIZE, false, &at), -XEN_ENXIO);
    CHECK_EQ(f->ops->allocate(f, 8 * PAGE_SIZE, 1), 0);
    CHECK_EQ(f->ops->find(f, 3 * PAGE_SIZE, false, &at), 0);
    CHECK_EQ(at, 8 * PAGE_SIZE);
    file_put(f);
    CHECK_EQ(fs->unlink("f"), 0);
    CHECK_EQ(fake_live, 0);
}

TEST(ramfs_mapped_pages_are_the_files)
{
    struct area_request request = {0};
    struct file *f;
    void *page = NULL, *again = NULL;

    write_file("f", "mapped", 0);
    f = must_open("f", VFS_WRITE);
    CHECK_EQ(f->ops->map(f, &request), 0);
    CHECK_EQ(request.ops->fault(request.object, 0, AREA_READ, &page), 0);
    CHECK(!memcmp(page, "mapped", 6));
    memcpy(page, "M", 1);
    CHECK_STR(text_of("f"), "Mapped");
    CHECK_EQ(request.ops->fault(request.object, PAGE_SIZE, AREA_READ, &again),
             -XEN_EIO);
    /* Cut off and grown: the page stays where it is, but empty. */
    CHECK_EQ(f->ops->truncate(f, 0), 0);
    CHECK_EQ(((char *)page)[0], 0);
    CHECK_EQ(f->ops->truncate(f, 2 * PAGE_SIZE), 0);
    CHECK_EQ(request.ops->fault(request.object, 0, AREA_READ, &again), 0);
    CHECK(again == page);
    CHECK_EQ(request.ops->fault(request.object, PAGE_SIZE, AREA_READ, &again),
             0);
    file_put(f);
    CHECK_EQ(fs->unlink("f"), 0);
    CHECK(fake_live > 0);
    request.ops->get(request.object);
    request.ops->put(request.object);
    request.ops->put(request.object);
    write_file("g", "", 0); /* any operation takes note */
    CHECK_EQ(fs->unlink("g"), 0);
    CHECK_EQ(fake_live, 0);
}

/* --- unpack.c --- */

static char module[4096];
static size_t module_bytes;

static void put_cpio(const char *name, unsigned mode, unsigned links,
                     const char *data)
{
    size_t n = module_bytes;

    n += (size_t)sprintf(module + n,
                         "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x"
                         "%08x%08zx%08x%s",
                         1, mode, 0, 0, links, 0, strlen(data), 0, 1, 0, 0,
                         strlen(name) + 1, 0, name);
    n = ALIGN_UP(n + 1, 4);
    memcpy(module + n, data, strlen(data));
    module_bytes = ALIGN_UP(n + strlen(data), 4);
}

static int unpack(void)
{
    last_log[0] = '\0';
    log_set_sink(keep_log);
    return unpack_archive((const uint8_t *)module, module_bytes);
}

static void start_module(void)
{
    memset(module, 0, sizeof(module));
    module_bytes = 0;
}

TEST(unpack_files_appear_without_a_copy)
{
    start_module();
    put_cpio("www/a//./b", 0100644, 1, "text");
    put_cpio("www/hard1", 0100644, 2, "");
    put_cpio("www/hard2", 0100644, 2, "both");
    put_cpio("TRAILER!!!", 0, 1, "");
    CHECK_EQ(unpack(), 0);
    CHECK_STR(last_log, "");
    CHECK_STR(text_of("www/a/b"), "text");
    CHECK_STR(text_of("www/hard1"), "both");
    CHECK_STR(text_of("www/hard2"), "both");
}

TEST(unpack_faults_are_named)
{
    start_module();
    put_cpio("x", 0100644, 1, "text");
    CHECK_EQ(unpack(), -XEN_EINVAL);
    CHECK_STR(last_log,
              "pith: boot module: cpio archive ends early at offset 116");
    put_cpio("y", 0100644, 1, "text");
    module[116] = 'x';
    CHECK_EQ(unpack(), -XEN_EINVAL);
    CHECK_STR(last_log, "pith: boot module: bad cpio header at offset 116");
    module[0] = 'x';
    CHECK_EQ(unpack(), -XEN_EINVAL);
    CHECK(strstr(last_log, "bad cpio header at offset 0"));
    memcpy(module, "\x1f\x8b", 2);
    CHECK_EQ(unpack(), -XEN_EINVAL);
    CHECK(strstr(last_log, "compressed with gzip"));
    module_bytes = 0;
    CHECK_EQ(unpack(), -XEN_EINVAL);
}

TEST(unpack_name_of_two_kinds_is_named)
{
    start_module();
    put_cpio("k", 0100644, 1, "");
    put_cpio("k/x", 0100644, 1, "");
    CHECK_EQ(unpack(), -XEN_ENOTDIR);
    CHECK_STR(last_log,
              "pith: boot module: cannot add k/x at offset 112: ENOTDIR");
}
