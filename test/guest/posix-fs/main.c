/* SPDX-License-Identifier: BSD-2-Clause */
/* What POSIX says of names, links, attributes, listings and maps of files.
 * "covers" names what a case proves, for docs/posix.md. */
/* cc: --checks -D_GNU_SOURCE */
/* clang-format off */
/* dom0: rm -rf /tmp/l; mkdir -p /tmp/l/d; cd /tmp/l; echo one >d/a; ln d/a d/b; ln -s d/a to-a; ln -s nowhere broken; find . | cpio -o -H newc >/tmp/links.cpio 2>/dev/null */
/* xl: ramdisk="/tmp/links.cpio" */
/* clang-format on */

#include "guest_test.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

static int put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

    return fd < 0 ? -1 : close(fd) || n != (ssize_t)strlen(text);
}

static const char *get(const char *path)
{
    static char text[64];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    close(fd);
    text[n < 0 ? 0 : n] = '\0';
    return n < 0 ? "(error)" : text;
}

/* covers: lstat readlink stat */
TEST(module_links_are_links)
{
    char target[16] = "";
    struct stat a, b;

    CHECK_EQ(stat("/d/a", &a), 0);
    CHECK_EQ(stat("/d/b", &b), 0);
    CHECK_EQ(a.st_ino, b.st_ino);
    CHECK_EQ(a.st_nlink, 2);
    CHECK_STR(get("/d/b"), "one\n");
    CHECK_EQ(lstat("/to-a", &b), 0);
    CHECK(S_ISLNK(b.st_mode) && b.st_size == 3);
    CHECK_EQ(readlink("/to-a", target, sizeof(target)), 3);
    CHECK_STR(target, "d/a");
    CHECK_STR(get("/to-a"), "one\n");
    FAILS(stat("/broken", &b), ENOENT);
}

/* covers: open openat creat close */
TEST(open_flags_do_what_they_say)
{
    struct stat st;
    int fd, dir;

    CHECK((fd = open("/o", O_RDWR | O_CREAT | O_EXCL, 0640)) >= 0);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK_EQ(st.st_mode & 07777, 0640);
    CHECK_EQ(write(fd, "12345", 5), 5);
    CHECK_EQ(close(fd), 0);
    FAILS(close(fd), EBADF);
    FAILS(open("/o", O_WRONLY | O_CREAT | O_EXCL, 0640), EEXIST);
    CHECK((fd = open("/o", O_WRONLY | O_APPEND)) >= 0);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(write(fd, "6", 1), 1);
    close(fd);
    CHECK_STR(get("/o"), "123456");
    CHECK((fd = creat("/o", 0600)) >= 0);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK_EQ(st.st_size, 0);
    FAILS(read(fd, &st, 1), EBADF);
    close(fd);
    FAILS(open("/o", O_RDONLY | O_DIRECTORY), ENOTDIR);
    FAILS(open("/o/", O_RDONLY), ENOTDIR);
    FAILS(open("/o/x", O_RDONLY), ENOTDIR);
    FAILS(open("/none/x", O_CREAT | O_WRONLY, 0600), ENOENT);
    FAILS(open("", O_RDONLY), ENOENT);
    FAILS(open("/d", O_WRONLY), EISDIR);
    FAILS(open("/to-a", O_RDONLY | O_NOFOLLOW), ELOOP);
    FAILS(open("/broken", O_CREAT | O_EXCL | O_WRONLY, 0600), EEXIST);
    CHECK((dir = open("/d", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0);
    CHECK_EQ(fcntl(dir, F_GETFD), FD_CLOEXEC);
    CHECK((fd = openat(dir, "a", O_RDONLY)) >= 0);
    close(fd);
    CHECK((fd = openat(dir, "../o", O_RDONLY)) >= 0);
    FAILS(openat(fd, "a", O_RDONLY), ENOTDIR);
    close(fd);
    CHECK((fd = openat(-1, "/o", O_RDONLY)) >= 0);
    close(fd);
    FAILS(openat(-1, "o", O_RDONLY), EBADF);
    close(dir);
    CHECK_EQ(unlink("/o"), 0);
}

/* covers: symlink symlinkat readlink readlinkat realpath */
TEST(symbolic_links_lead_where_they_say)
{
    char path[PATH_MAX], *found;
    struct stat st;
    int dir;

    CHECK_EQ(mkdir("/s", 0755), 0);
    CHECK_EQ(mkdir("/s/sub", 0755), 0);
    CHECK_EQ(put("/s/sub/f", "here"), 0);
    CHECK_EQ(symlink("sub", "/s/rel"), 0);
    CHECK_EQ(symlink("/s/rel/f", "/s/abs"), 0);
    CHECK_EQ(symlink("../../s/./rel/../abs", "/s/sub/far"), 0);
    CHECK_EQ(symlink("loop", "/s/loop"), 0);
    CHECK_EQ(symlink("made", "/s/dangling"), 0);
    CHECK_STR(get("/s/rel/f"), "here");
    CHECK_STR(get("/s/abs"), "here");
    CHECK_STR(get("/s/rel/far"), "here");
    /* ".." belongs to where the link leads. */
    CHECK_EQ(symlink("/d", "/s/sub/other"), 0);
    CHECK_EQ(stat("/s/sub/other/../to-a", &st), 0);
    FAILS(stat("/s/none/../rel", &st), ENOENT);
    FAILS(stat("/s/sub/f/../f", &st), ENOTDIR);
    FAILS(stat("/s/loop", &st), ELOOP);
    FAILS(open("/s/loop/x", O_RDONLY), ELOOP);
    CHECK_EQ(lstat("/s/loop", &st), 0);
    CHECK_EQ(lstat("/s/rel/", &st), 0);
    CHECK(S_ISDIR(st.st_mode));
    FAILS(lstat("/s/abs/", &st), ENOTDIR);
    CHECK_EQ(put("/s/dangling", "new"), 0);
    CHECK_STR(get("/s/made"), "new");
    FAILS(symlink("x", "/s/rel"), EEXIST);
    FAILS(symlink("x", "/s/loop"), EEXIST);
    FAILS(symlink("", "/s/x"), ENOENT);
    FAILS(symlink("x", "/none/x"), ENOENT);
    CHECK((dir = open("/s", O_RDONLY)) >= 0);
    CHECK_EQ(symlinkat("sub/f", dir, "at"), 0);
    CHECK_EQ(readlinkat(dir, "at", path, sizeof(path)), 5);
    CHECK_EQ(readlinkat(dir, "at", path, 2), 2);
    FAILS(readlink("/s/sub/f", path, sizeof(path)), EINVAL);
    FAILS(readlink("/s/x", path, sizeof(path)), ENOENT);
    FAILS(readlink("/s/at", path, 0), EINVAL);
    close(dir);
    CHECK(realpath("/s/rel/../rel/far", path));
    CHECK_STR(path, "/s/sub/f");
    found = realpath("/s//rel/.", NULL);
    CHECK(found);
    CHECK_STR(found, "/s/sub");
    free(found);
    CHECK(!realpath("/s/none", path));
    CHECK_EQ(errno, ENOENT);
    CHECK(!realpath(NULL, path));
    CHECK_EQ(errno, EINVAL);
}

/* covers: link linkat unlink unlinkat remove */
TEST(hard_links_share_and_outlive)
{
    struct stat st;
    char c = 0;
    int fd, dir;

    CHECK_EQ(mkdir("/h", 0755), 0);
    CHECK_EQ(put("/h/a", "x"), 0);
    CHECK_EQ(link("/h/a", "/h/b"), 0);
    CHECK_EQ(stat("/h/a", &st), 0);
    CHECK_EQ(st.st_nlink, 2);
    FAILS(link("/h/a", "/h/b"), EEXIST);
    FAILS(link("/h/none", "/h/c"), ENOENT);
    FAILS(link("/h", "/h/c"), EPERM);
    FAILS(link("/h/a", "/dev/c"), EXDEV);
    FAILS(link("/h/a/", "/h/c"), ENOTDIR);
    FAILS(link("/h/a", "/h/c/"), ENOENT);
    CHECK((fd = open("/h/a", O_RDWR)) >= 0);
    CHECK((dir = open("/h", O_RDONLY)) >= 0);
    CHECK_EQ(linkat(dir, "a", dir, "c", 0), 0);
    CHECK_EQ(symlink("a", "/h/l"), 0);
    CHECK_EQ(linkat(dir, "l", dir, "l2", 0), 0);
    CHECK_EQ(lstat("/h/l2", &st), 0);
    CHECK(S_ISLNK(st.st_mode));
    CHECK_EQ(linkat(dir, "l", dir, "d", AT_SYMLINK_FOLLOW), 0);
    CHECK_EQ(lstat("/h/d", &st), 0);
    CHECK(S_ISREG(st.st_mode) && st.st_nlink == 4);
    FAILS(linkat(dir, "l", dir, "e", 0x4000), EINVAL);
    CHECK_EQ(unlink("/h/a"), 0);
    CHECK_EQ(unlinkat(dir, "b", 0), 0);
    CHECK_EQ(remove("/h/c"), 0);
    CHECK_EQ(unlink("/h/d"), 0);
    FAILS(unlink("/h/d"), ENOENT);
    FAILS(unlink("/h"), EISDIR);
    FAILS(unlinkat(dir, "l", AT_REMOVEDIR), ENOTDIR);
    FAILS(unlinkat(dir, "l", 0x4000), EINVAL);
    /* No name any more, and still a file. */
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK_EQ(st.st_nlink, 0);
    CHECK_EQ(pread(fd, &c, 1, 0), 1);
    CHECK_EQ(c, 'x');
    CHECK_EQ(pwrite(fd, "yz", 2, 0), 2);
    close(fd);
    CHECK_EQ(unlink("/h/l"), 0);
    CHECK_EQ(unlink("/h/l2"), 0);
    CHECK_EQ(remove("/h"), 0);
    FAILS(remove("/h"), ENOENT);
    close(dir);
}

/* covers: rename renameat mkdir mkdirat rmdir */
TEST(names_move_and_directories_nest)
{
    struct stat st;
    int dir;

    CHECK_EQ(mkdir("/r", 0755), 0);
    CHECK((dir = open("/r", O_RDONLY)) >= 0);
    CHECK_EQ(mkdirat(dir, "x", 0700), 0);
    CHECK_EQ(mkdirat(dir, "x/y", 0700), 0);
    CHECK_EQ(fstat(dir, &st), 0);
    CHECK_EQ(st.st_nlink, 3);
    FAILS(mkdir("/r/x", 0700), EEXIST);
    FAILS(mkdir("/r/none/x", 0700), ENOENT);
    CHECK_EQ(put("/r/f", "f"), 0);
    FAILS(mkdir("/r/f/x", 0700), ENOTDIR);
    CHECK_EQ(put("/r/g", "g"), 0);
    CHECK_EQ(rename("/r/f", "/r/g"), 0);
    CHECK_STR(get("/r/g"), "f");
    FAILS(rename("/r/f", "/r/h"), ENOENT);
    FAILS(rename("/r/x", "/r/x/y/z"), EINVAL);
    FAILS(rename("/r/x", "/r/g"), ENOTDIR);
    FAILS(rename("/r/g", "/r/x"), EISDIR);
    FAILS(rename("/r/g", "/dev/g"), EXDEV);
    FAILS(rename("/r/g", "/r/new/"), ENOTDIR);
    FAILS(rename("/r/x/.", "/r/z"), EINVAL);
    CHECK_EQ(mkdir("/r/full", 0700), 0);
    CHECK_EQ(put("/r/full/f", ""), 0);
    FAILS(rename("/r/x/y", "/r/full"), ENOTEMPTY);
    CHECK_EQ(renameat(dir, "x/y", dir, "y"), 0);
    CHECK_EQ(rename("/r/y", "/r/x"), 0); /* over an empty one */
    CHECK_EQ(symlink("g", "/r/l"), 0);
    CHECK_EQ(rename("/r/l", "/r/m"), 0);
    CHECK_EQ(lstat("/r/m", &st), 0);
    CHECK(S_ISLNK(st.st_mode));
    FAILS(rmdir("/r"), ENOTEMPTY);
    FAILS(rmdir("/r/x/."), EINVAL);
    FAILS(rmdir("/r/x/.."), ENOTEMPTY);
    FAILS(rmdir("/r/g"), ENOTDIR);
    FAILS(rmdir("/r/m"), ENOTDIR);
    FAILS(rmdir("/"), EBUSY);
    FAILS(rmdir("/dev"), EBUSY);
    CHECK_EQ(rmdir("/r/x/"), 0);
    /* A directory that is gone takes no names. */
    CHECK_EQ(remove("/r/full/f"), 0);
    CHECK_EQ(chdir("/r/full"), 0);
    CHECK_EQ(rmdir("/r/full"), 0);
    FAILS(mkdir("x", 0700), ENOENT);
    CHECK(!getcwd((char[8]){""}, 8));
    CHECK_EQ(errno, ENOENT);
    CHECK_EQ(chdir("/"), 0);
    close(dir);
}

/* covers: chdir fchdir getcwd getwd get_current_dir_name */
TEST(working_directory_is_held)
{
    char path[PATH_MAX], *name;
    int dir;

    CHECK_EQ(mkdir("/w", 0755), 0);
    CHECK_EQ(mkdir("/w/in", 0755), 0);
    CHECK_EQ(symlink("w/in", "/wl"), 0);
    CHECK_EQ(chdir("/wl"), 0);
    CHECK(getcwd(path, sizeof(path)));
    CHECK_STR(path, "/w/in");
    CHECK_EQ(rename("/w", "/w2"), 0);
    CHECK_STR(getwd(path), "/w2/in");
    CHECK_EQ(chdir(".."), 0);
    name = get_current_dir_name();
    CHECK(name);
    CHECK_STR(name, "/w2");
    free(name);
    CHECK(!getcwd(path, 2));
    CHECK_EQ(errno, ERANGE);
    CHECK(!getcwd(path, 0));
    CHECK_EQ(errno, EINVAL);
    CHECK((dir = open("/d", O_RDONLY)) >= 0);
    CHECK_EQ(fchdir(dir), 0);
    close(dir);
    CHECK_STR(get("a"), "one\n");
    CHECK((dir = open("a", O_RDONLY)) >= 0);
    FAILS(fchdir(dir), ENOTDIR);
    close(dir);
    FAILS(fchdir(dir), EBADF);
    FAILS(chdir("none"), ENOENT);
    FAILS(chdir("a"), ENOTDIR);
    CHECK_EQ(chdir("/"), 0);
}

/* covers: chmod fchmod fchmodat chown fchown lchown fchownat umask */
TEST(modes_and_owners_are_kept)
{
    struct stat st;
    int fd;

    CHECK_EQ(umask(027), 022);
    CHECK((fd = open("/m", O_CREAT | O_RDWR, 0777)) >= 0);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK_EQ(st.st_mode, S_IFREG | 0750);
    CHECK_EQ(mkdir("/md", 0777), 0);
    CHECK_EQ(stat("/md", &st), 0);
    CHECK_EQ(st.st_mode, S_IFDIR | 0750);
    CHECK_EQ(umask(022), 027);
    CHECK_EQ(fchmod(fd, 0604), 0);
    CHECK_EQ(stat("/m", &st), 0);
    CHECK_EQ(st.st_mode, S_IFREG | 0604);
    CHECK_EQ(chmod("/m", 04711), 0);
    CHECK_EQ(fchmodat(AT_FDCWD, "md", 01777, 0), 0);
    CHECK_EQ(stat("/m", &st), 0);
    CHECK_EQ(st.st_mode, S_IFREG | 04711);
    CHECK_EQ(stat("/md", &st), 0);
    CHECK_EQ(st.st_mode, S_IFDIR | 01777);
    CHECK_EQ(chown("/m", 7, 8), 0);
    CHECK_EQ(fchown(fd, (uid_t)-1, 9), 0);
    CHECK_EQ(stat("/m", &st), 0);
    CHECK(st.st_uid == 7 && st.st_gid == 9);
    CHECK_EQ(symlink("m", "/ml"), 0);
    CHECK_EQ(lchown("/ml", 3, 4), 0);
    CHECK_EQ(lstat("/ml", &st), 0);
    CHECK(st.st_uid == 3 && st.st_gid == 4);
    CHECK_EQ(fchownat(AT_FDCWD, "ml", 5, 6, 0), 0);
    CHECK_EQ(stat("/m", &st), 0);
    CHECK(st.st_uid == 5 && st.st_gid == 6);
    FAILS(chmod("/none", 0), ENOENT);
    FAILS(chmod("/dev/null", 0), EROFS);
    FAILS(fchmodat(AT_FDCWD, "m", 0, 0x4000), EINVAL);
    FAILS(chown("/m/", 1, 1), ENOTDIR);
    close(fd);
    FAILS(fchmod(fd, 0), EBADF);
    FAILS(fchown(fd, 0, 0), EBADF);
}

/* covers: mknod mknodat mkfifo mkfifoat mkdirat */
TEST(mask_and_kind_hold_for_whatever_is_made)
{
    static const struct {
        const char *name;
        mode_t mode;
    } made[] = {
        {"dir", S_IFDIR | 0750},     {"fifo", S_IFIFO | 0640},
        {"other", S_IFIFO | 0640},   {"third", S_IFIFO | 0640},
        {"file", S_IFREG | 0640},    {"regular", S_IFREG | 0640},
        {"socket", S_IFSOCK | 0640}, {"open", S_IFREG | 0640},
    };
    struct stat st;
    int dir, fd;

    CHECK_EQ(mkdir("/made", 0777), 0);
    CHECK((dir = open("/made", O_RDONLY | O_DIRECTORY)) >= 0);
    CHECK_EQ(umask(027), 022);
    CHECK_EQ(mkdirat(dir, "dir", 0777), 0);
    CHECK_EQ(mkfifo("/made/fifo", 0666), 0);
    CHECK_EQ(mkfifoat(dir, "other", 0666), 0);
    CHECK_EQ(mknod("/made/file", 0666, 0), 0);
    CHECK_EQ(mknodat(dir, "regular", S_IFREG | 0666, 0), 0);
    CHECK_EQ(mknodat(dir, "third", S_IFIFO | 0666, 0), 0);
    CHECK_EQ(mknodat(dir, "socket", S_IFSOCK | 0666, 0), 0);
    CHECK((fd = openat(dir, "open", O_CREAT | O_WRONLY, 0666)) >= 0);
    CHECK_EQ(close(fd), 0);
    CHECK_EQ(umask(022), 027);
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        CHECK_EQ(fstatat(dir, made[i].name, &st, 0), 0);
        CHECK_EQ(st.st_mode, made[i].mode);
    }
    CHECK((fd = open("/made/third", O_RDWR | O_NONBLOCK)) >= 0);
    CHECK_EQ(write(fd, "f", 1), 1);
    CHECK_EQ(close(fd), 0);
    FAILS(mknod("/made/file", 0666, 0), EEXIST);
    FAILS(mknod("/made/fifo", S_IFIFO | 0666, 0), EEXIST);
    FAILS(mkfifoat(dir, "fifo", 0666), EEXIST);
    FAILS(mkfifoat(9999, "fifo", 0666), EBADF);
    FAILS(mkfifo("/made/file/x", 0666), ENOTDIR);
    FAILS(mknod("/none/file", 0666, 0), ENOENT);
    FAILS(mknod("/made/null", S_IFCHR | 0666, 0x103), EPERM);
    FAILS(mknod("/made/disk", S_IFBLK | 0666, 0x800), EPERM);
    FAILS(mknod("/made/x", S_IFDIR | 0777, 0), EINVAL);
    CHECK_EQ(close(dir), 0);
}

/* covers: access faccessat eaccess euidaccess */
TEST(access_is_roots)
{
    CHECK_EQ(put("/ac", ""), 0);
    CHECK_EQ(chmod("/ac", 0), 0);
    CHECK_EQ(access("/ac", R_OK | W_OK), 0);
    FAILS(access("/ac", X_OK), EACCES);
    CHECK_EQ(chmod("/ac", 010), 0);
    CHECK_EQ(eaccess("/ac", X_OK), 0);
    CHECK_EQ(euidaccess("/d", X_OK), 0);
    FAILS(access("/none", F_OK), ENOENT);
    FAILS(access("/ac", 64), EINVAL);
    FAILS(faccessat(AT_FDCWD, "broken", F_OK, 0), ENOENT);
    CHECK_EQ(faccessat(AT_FDCWD, "broken", F_OK, AT_SYMLINK_NOFOLLOW), 0);
    CHECK_EQ(faccessat(AT_FDCWD, "ac", X_OK, AT_EACCESS), 0);
    FAILS(faccessat(AT_FDCWD, "ac", X_OK, 0x4000), EINVAL);
}

/* covers: utimensat futimens utimes futimes lutimes futimesat utime */
TEST(times_can_be_set)
{
    struct timespec ts[2] = {{1000, 5}, {2000, 999999999}};
    struct timeval tv[2] = {{3000, 1}, {4000, 2}};
    struct utimbuf buf = {5000, 6000};
    struct stat st, before;
    int fd;

    CHECK_EQ(put("/t", ""), 0);
    CHECK((fd = open("/t", O_RDWR)) >= 0);
    CHECK_EQ(stat("/t", &before), 0);
    CHECK_EQ(utimensat(AT_FDCWD, "t", ts, 0), 0);
    CHECK_EQ(stat("/t", &st), 0);
    CHECK(st.st_atim.tv_sec == 1000 && st.st_atim.tv_nsec == 5);
    CHECK(st.st_mtim.tv_sec == 2000 && st.st_mtim.tv_nsec == 999999999);
    CHECK(st.st_ctim.tv_sec >= before.st_ctim.tv_sec);
    ts[0].tv_nsec = UTIME_OMIT;
    ts[1].tv_nsec = UTIME_NOW;
    CHECK_EQ(futimens(fd, ts), 0);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK_EQ(st.st_atim.tv_sec, 1000);
    CHECK(st.st_mtim.tv_sec >= before.st_mtim.tv_sec);
    ts[1].tv_nsec = 1000000000;
    FAILS(futimens(fd, ts), EINVAL);
    FAILS(utimensat(AT_FDCWD, "t", NULL, 0x4000), EINVAL);
    CHECK_EQ(utimes("/t", tv), 0);
    CHECK_EQ(stat("/t", &st), 0);
    CHECK(st.st_mtim.tv_sec == 4000 && st.st_mtim.tv_nsec == 2000);
    tv[0].tv_sec = 7000;
    CHECK_EQ(futimes(fd, tv), 0);
    CHECK_EQ(stat("/t", &st), 0);
    CHECK_EQ(st.st_atim.tv_sec, 7000);
    CHECK_EQ(symlink("t", "/tl"), 0);
    CHECK_EQ(lutimes("/tl", tv), 0);
    CHECK_EQ(lstat("/tl", &st), 0);
    CHECK_EQ(st.st_atim.tv_sec, 7000);
    CHECK_EQ(utime("/t", &buf), 0);
    CHECK_EQ(stat("/t", &st), 0);
    CHECK(st.st_atim.tv_sec == 5000 && st.st_mtim.tv_sec == 6000);
    CHECK_EQ(futimesat(AT_FDCWD, "t", NULL), 0);
    CHECK_EQ(stat("/t", &st), 0);
    CHECK(st.st_atim.tv_sec >= before.st_atim.tv_sec);
    tv[0].tv_usec = 1000000;
    FAILS(utimes("/t", tv), EINVAL);
    FAILS(utime("/none", NULL), ENOENT);
    /* A read is noted once after a change. */
    CHECK_EQ(utime("/t", &buf), 0);
    CHECK_EQ(read(fd, &st, 1), 0);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK(st.st_atim.tv_sec > 6000);
    close(fd);
    FAILS(futimens(fd, NULL), EBADF);
}

/* covers: fstat fstatat lstat stat */
TEST(stat_tells_files_apart)
{
    struct stat a, b;
    int dir = open("/d", O_RDONLY);

    CHECK(dir >= 0);
    CHECK_EQ(fstatat(dir, "a", &a, 0), 0);
    CHECK_EQ(fstatat(dir, "../to-a", &b, 0), 0);
    CHECK(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    CHECK_EQ(fstatat(dir, "../to-a", &b, AT_SYMLINK_NOFOLLOW), 0);
    CHECK(a.st_ino != b.st_ino && S_ISLNK(b.st_mode));
    CHECK_EQ(fstatat(dir, "", &b, AT_EMPTY_PATH), 0);
    CHECK(S_ISDIR(b.st_mode));
    FAILS(fstatat(dir, "", &b, 0), ENOENT);
    FAILS(fstatat(dir, "a", &b, 0x4000), EINVAL);
    FAILS(fstatat(-1, "a", &b, 0), EBADF);
    close(dir);
    FAILS(fstat(dir, &a), EBADF);
    CHECK_EQ(stat("/dev/null", &a), 0);
    CHECK_EQ(stat("/dev/zero", &b), 0);
    CHECK(S_ISCHR(a.st_mode) && a.st_ino != b.st_ino);
    FAILS(stat("/dev/null/x", &a), ENOTDIR);
}

/* covers: truncate ftruncate lseek fsync fdatasync sync posix_fallocate
 * posix_fadvise */
TEST(sizes_and_holes)
{
    struct stat st;
    char c = 'x';
    int fd = open("/z", O_RDWR | O_CREAT, 0600);

    CHECK_EQ(pwrite(fd, "end", 3, 3 * 4096), 3);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK(st.st_size == 3 * 4096 + 3 && st.st_blocks == 8);
    CHECK_EQ(lseek(fd, 0, SEEK_DATA), 3 * 4096);
    CHECK_EQ(lseek(fd, 1, SEEK_HOLE), 1);
    CHECK_EQ(lseek(fd, 3 * 4096 + 1, SEEK_HOLE), 3 * 4096 + 3);
    FAILS(lseek(fd, 4 * 4096, SEEK_DATA), ENXIO);
    FAILS(lseek(fd, -1, SEEK_SET), EINVAL);
    FAILS(lseek(fd, 0, 77), EINVAL);
    CHECK_EQ(pread(fd, &c, 1, 5), 1);
    CHECK_EQ(c, 0);
    CHECK_EQ(posix_fallocate(fd, 0, 5 * 4096), 0);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK(st.st_size == 5 * 4096 && st.st_blocks == 40);
    CHECK_EQ(posix_fallocate(fd, -1, 1), EINVAL);
    CHECK_EQ(posix_fallocate(fd, 0, 0), EINVAL);
    CHECK_EQ(posix_fallocate(fd, 1l << 60, 1), EFBIG);
    CHECK_EQ(posix_fallocate(999, 0, 1), EBADF);
    CHECK_EQ(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED), 0);
    CHECK_EQ(posix_fadvise(fd, 0, 0, 77), EINVAL);
    CHECK_EQ(posix_fadvise(999, 0, 0, 0), EBADF);
    CHECK_EQ(ftruncate(fd, 2), 0);
    CHECK_EQ(truncate("/z", 10), 0);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK_EQ(st.st_size, 10);
    FAILS(ftruncate(fd, -1), EINVAL);
    FAILS(ftruncate(fd, 1l << 50), EFBIG);
    FAILS(truncate("/z", -1), EINVAL);
    FAILS(truncate("/none", 0), ENOENT);
    FAILS(truncate("/d", 0), EISDIR);
    FAILS(pwrite(fd, "x", 1, 1l << 60), EFBIG);
    CHECK_EQ(fsync(fd), 0);
    CHECK_EQ(fdatasync(fd), 0);
    sync();
    close(fd);
    FAILS(fsync(fd), EBADF);
    FAILS(ftruncate(fd, 0), EBADF);
}

/* covers: statvfs fstatvfs */
TEST(space_is_counted)
{
    struct statvfs before, after;
    char block[4096] = "x";
    int fd = open("/space", O_RDWR | O_CREAT, 0600);

    CHECK_EQ(statvfs("/", &before), 0);
    CHECK(before.f_bsize == 4096 && before.f_namemax == NAME_MAX);
    for (int i = 0; i < 64; i++)
        CHECK_EQ(write(fd, block, sizeof(block)), (long)sizeof(block));
    CHECK_EQ(fstatvfs(fd, &after), 0);
    CHECK(after.f_bfree + 60 <= before.f_bfree);
    CHECK_EQ(statvfs("/dev/null", &after), 0);
    CHECK(after.f_flag & ST_RDONLY);
    FAILS(statvfs("/none", &after), ENOENT);
    close(fd);
    FAILS(fstatvfs(fd, &after), EBADF);
    CHECK_EQ(unlink("/space"), 0);
}

static int not_dot(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static int backwards(const struct dirent **a, const struct dirent **b)
{
    return -alphasort(a, b);
}

/* covers: opendir fdopendir readdir readdir_r telldir seekdir rewinddir
 * closedir fdclosedir dirfd scandir scandirat alphasort versionsort
 * posix_getdents */
TEST(listings_are_complete)
{
    char path[300], buf[512] __attribute__((aligned(8)));
    struct dirent *e, entry, **list;
    unsigned seen = 0;
    long place = -1;
    struct stat st;
    int fd, n;
    DIR *dir;

    CHECK_EQ(mkdir("/ls", 0755), 0);
    for (int i = 0; i < 40; i++) {
        sprintf(path, "/ls/n%d", i);
        CHECK_EQ(put(path, ""), 0);
    }
    CHECK((dir = opendir("/ls")));
    while ((e = readdir(dir))) { /* each goes while they are listed */
        if (e->d_name[0] == '.')
            continue;
        sprintf(path, "/ls/%s", e->d_name);
        CHECK_EQ(e->d_type, DT_REG);
        CHECK_EQ(stat(path, &st), 0);
        CHECK_EQ(st.st_ino, e->d_ino);
        CHECK_EQ(unlink(path), 0);
        seen++;
    }
    CHECK_EQ(seen, 40);
    CHECK_EQ(put("/ls/n10", ""), 0);
    CHECK_EQ(put("/ls/n9", ""), 0);
    CHECK_EQ(symlink("n9", "/ls/n1"), 0);
    rewinddir(dir);
    while (!readdir_r(dir, &entry, &e) && e)
        if (!strcmp(entry.d_name, "n10"))
            place = telldir(dir);
    CHECK(place >= 0);
    seekdir(dir, place);
    CHECK_STR(readdir(dir)->d_name, "n9");
    e = readdir(dir);
    CHECK_STR(e->d_name, "n1");
    CHECK_EQ(e->d_type, DT_LNK);
    errno = 0;
    CHECK(!readdir(dir));
    CHECK_EQ(errno, 0);
    CHECK(dirfd(dir) >= 0);
    fd = fdclosedir(dir);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(posix_getdents(fd, buf, 8, 0), -1);
    CHECK_EQ(errno, EINVAL);
    lseek(fd, 0, SEEK_SET);
    CHECK(posix_getdents(fd, buf, sizeof(buf), 0) > 0);
    CHECK_STR(((struct posix_dent *)buf)->d_name, ".");
    CHECK_EQ(posix_getdents(fd, buf, sizeof(buf), 0), 0);
    CHECK((dir = fdopendir(fd)));
    CHECK_EQ(closedir(dir), 0);
    FAILS(fcntl(fd, F_GETFD), EBADF);
    CHECK(!fdopendir(fd));
    CHECK_EQ(errno, EBADF);
    CHECK(!opendir("/ls/n9"));
    CHECK_EQ(errno, ENOTDIR);
    CHECK(!opendir("/none"));
    CHECK_EQ(errno, ENOENT);
    n = scandir("/ls", &list, not_dot, backwards);
    CHECK_EQ(n, 3);
    CHECK_STR(list[0]->d_name, "n9");
    CHECK_STR(list[2]->d_name, "n1");
    while (n)
        free(list[--n]);
    free(list);
    n = scandirat(AT_FDCWD, "ls", &list, not_dot, versionsort);
    CHECK_EQ(n, 3);
    CHECK_STR(list[1]->d_name, "n9");
    while (n)
        free(list[--n]);
    free(list);
    FAILS(scandir("/none", &list, NULL, NULL), ENOENT);
}

static int walked, walked_links, walked_depth;

static int count_ftw(const char *path, const struct stat *st, int kind)
{
    walked += path && st && kind >= 0;
    return 0;
}

static int count_nftw(const char *path, const struct stat *st, int kind,
                      struct FTW *at)
{
    walked += st != NULL;
    walked_links += kind == FTW_SL;
    walked_depth = at->level > walked_depth ? at->level : walked_depth;
    return !strcmp(path + at->base, "stop") ? 7 : 0;
}

/* covers: ftw nftw */
TEST(trees_are_walked)
{
    CHECK_EQ(mkdir("/tree", 0755), 0);
    CHECK_EQ(mkdir("/tree/a", 0755), 0);
    CHECK_EQ(mkdir("/tree/a/b", 0755), 0);
    CHECK_EQ(put("/tree/a/b/f", ""), 0);
    CHECK_EQ(symlink("a", "/tree/l"), 0);
    CHECK_EQ(nftw("/tree", count_nftw, 8, FTW_PHYS), 0);
    CHECK_EQ(walked, 5);
    CHECK_EQ(walked_links, 1);
    CHECK_EQ(walked_depth, 3);
    walked = 0;
    CHECK_EQ(ftw("/tree/a", count_ftw, 8), 0);
    CHECK_EQ(walked, 3);
    CHECK_EQ(put("/tree/a/stop", ""), 0);
    CHECK_EQ(nftw("/tree", count_nftw, 8, FTW_PHYS | FTW_DEPTH), 7);
    FAILS(nftw("/none", count_nftw, 8, 0), ENOENT);
}

/* covers: glob globfree */
TEST(glob_finds_names)
{
    glob_t g = {0};

    CHECK_EQ(mkdir("/gl", 0755), 0);
    CHECK_EQ(put("/gl/b.c", ""), 0);
    CHECK_EQ(put("/gl/a.c", ""), 0);
    CHECK_EQ(put("/gl/.h.c", ""), 0);
    CHECK_EQ(mkdir("/gl/d.d", 0755), 0);
    CHECK_EQ(glob("/gl/*.c", 0, NULL, &g), 0);
    CHECK_EQ(g.gl_pathc, 2);
    CHECK_STR(g.gl_pathv[0], "/gl/a.c");
    CHECK_STR(g.gl_pathv[1], "/gl/b.c");
    CHECK_EQ(glob("/g[l]/?.d", GLOB_APPEND | GLOB_MARK, NULL, &g), 0);
    CHECK_EQ(g.gl_pathc, 3);
    CHECK_STR(g.gl_pathv[2], "/gl/d.d/");
    globfree(&g);
    CHECK_EQ(glob("/gl/x*", 0, NULL, &g), GLOB_NOMATCH);
    CHECK_EQ(glob("/gl/x*", GLOB_NOCHECK, NULL, &g), 0);
    CHECK_STR(g.gl_pathv[0], "/gl/x*");
    globfree(&g);
}

/* covers: mkstemp mkostemp mkdtemp tmpfile tmpnam tempnam mkstemps mkostemps */
TEST(temporary_files_are_new)
{
    char a[] = "/tmp/aXXXXXX", b[] = "/tmp/aXXXXXX", d[] = "/tmp/dXXXXXX";
    char s[] = "/tmp/sXXXXXX.c", bad[] = "/tmp/bad", name[L_tmpnam], *p;
    struct stat st;
    FILE *f;
    int fd;

    CHECK((fd = mkstemp(a)) >= 0);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK_EQ(st.st_mode & 0777, 0600);
    close(fd);
    CHECK((fd = mkostemp(b, O_CLOEXEC)) >= 0);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(fd);
    CHECK(strcmp(a, b));
    CHECK((fd = mkstemps(s, 2)) >= 0);
    CHECK_STR(s + strlen(s) - 2, ".c");
    close(fd);
    strcpy(s, "/tmp/sXXXXXX.c");
    CHECK((fd = mkostemps(s, 2, O_APPEND)) >= 0);
    close(fd);
    CHECK(mkdtemp(d));
    CHECK_EQ(stat(d, &st), 0);
    CHECK_EQ(st.st_mode, S_IFDIR | 0700);
    FAILS(mkstemp(bad), EINVAL);
    CHECK((f = tmpfile()));
    CHECK_EQ(fputs("temporary", f), 0);
    rewind(f);
    CHECK_EQ(fgetc(f), 't');
    CHECK_EQ(fclose(f), 0);
    CHECK(tmpnam(name));
    CHECK(access(name, F_OK));
    CHECK((p = tempnam("/tmp", "pre")));
    CHECK(!strncmp(p, "/tmp/pre", 8));
    free(p);
}

/* covers: mmap msync munmap */
TEST(shared_map_is_the_file)
{
    int fd = open("/map", O_RDWR | O_CREAT, 0600), ro;
    char *a, *b, text[8] = "";

    CHECK_EQ(write(fd, "before", 6), 6);
    CHECK_EQ(ftruncate(fd, 8192), 0);
    a = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    b = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(a != MAP_FAILED && b != MAP_FAILED);
    CHECK(!memcmp(a, "before", 6));
    memcpy(a, "after!", 6);
    CHECK(!memcmp(b, "after!", 6));
    CHECK_EQ(msync(a, 4096, MS_SYNC), 0);
    CHECK_EQ(pread(fd, text, 6, 0), 6);
    CHECK_STR(text, "after!");
    CHECK_EQ(pwrite(fd, "A", 1, 0), 1);
    CHECK_EQ(b[0], 'A');
    CHECK_EQ(b[5000], 0);
    CHECK_EQ(pwrite(fd, "Z", 1, 5000), 1);
    CHECK_EQ(b[5000], 'Z');
    CHECK_EQ(munmap(a, 4096), 0);
    CHECK_EQ(unlink("/map"), 0);
    close(fd);
    CHECK_EQ(b[0], 'A'); /* the map alone keeps the file */
    CHECK_EQ(munmap(b, 8192), 0);
    CHECK((ro = open("/d/a", O_RDONLY)) >= 0);
    CHECK(mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, ro, 0) == MAP_FAILED);
    CHECK_EQ(errno, EACCES);
    a = mmap(NULL, 4096, PROT_READ, MAP_SHARED, ro, 0);
    CHECK(a != MAP_FAILED && !memcmp(a, "one", 3));
    CHECK_EQ(munmap(a, 4096), 0);
    close(ro);
    CHECK((ro = open("/d", O_RDONLY)) >= 0);
    CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, ro, 0) == MAP_FAILED);
    CHECK_EQ(errno, ENODEV);
    close(ro);
}

/* covers: basename dirname */
TEST(paths_are_taken_apart)
{
    char a[] = "/usr/lib/", b[] = "x", c[] = "/", d[] = "/usr/lib/";

    CHECK_STR(dirname(a), "/usr");
    CHECK_STR(dirname(b), ".");
    CHECK_STR(dirname(c), "/");
    CHECK_STR(basename(d), "lib");
}

/* covers: write fopen fflush */
TEST(memory_that_ends_is_enospc)
{
    static char block[65536];
    FILE *f;
    int fd = open("/fill", O_WRONLY | O_CREAT, 0600);
    long n;

    memset(block, 'x', sizeof(block));
    while ((n = write(fd, block, sizeof(block))) > 0)
        ;
    CHECK_EQ(n, -1);
    CHECK_EQ(errno, ENOSPC);
    CHECK_EQ(posix_fallocate(fd, 1l << 30, 1 << 20), ENOSPC);
    close(fd);
    CHECK_EQ(unlink("/fill"), 0);
    CHECK((f = fopen("/after", "w")));
    CHECK(fputs("there is room again", f) >= 0);
    CHECK_EQ(fflush(f), 0);
    CHECK_EQ(fclose(f), 0);
}

int main(void)
{
    return test_run_all();
}
