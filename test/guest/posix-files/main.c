/* SPDX-License-Identifier: BSD-2-Clause */
/* Files by name: those of the boot module, new ones, directories, /dev. The
 * module comes as cpio. */
/* cc: --checks */
/* clang-format off */
/* dom0: mkdir -p /tmp/f/www/sub; cd /tmp/f; echo hello >www/index.html; head -c 100000 /dev/zero >www/big; ln -s x www/link; find . | cpio -o -H newc >/tmp/files.cpio 2>/dev/null */
/* xl: ramdisk="/tmp/files.cpio" */
/* clang-format on */

#include "guest_test.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *content(const char *path)
{
    static char text[256];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

    text[n] = '\0';
    if (f)
        fclose(f);
    return text;
}

static int put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    return f && fputs(text, f) >= 0 && fclose(f) == 0;
}

TEST(module_files_are_there)
{
    struct stat st;

    CHECK_STR(content("/www/index.html"), "hello\n");
    CHECK_EQ(stat("/www/index.html", &st), 0);
    CHECK(S_ISREG(st.st_mode) && st.st_size == 6 && st.st_mtime > 1600000000);
    CHECK_EQ(lstat("/www/sub/../big", &st), 0);
    CHECK_EQ(st.st_size, 100000);
    CHECK_EQ(stat("/www", &st), 0);
    CHECK(S_ISDIR(st.st_mode));
    CHECK_EQ(stat("/www/link", &st), -1);
    CHECK_EQ(errno, ENOENT);
}

TEST(module_file_can_be_changed)
{
    int fd = open("/www/big", O_RDWR);
    char c = 'x';

    CHECK(fd >= 0);
    CHECK_EQ(pwrite(fd, "y", 1, 50000), 1);
    CHECK_EQ(pread(fd, &c, 1, 50000), 1);
    CHECK_EQ(c, 'y');
    CHECK_EQ(pread(fd, &c, 1, 99999), 1);
    CHECK_EQ(c, 0);
    CHECK_EQ(pread(fd, &c, 1, 100000), 0);
    CHECK_EQ(ftruncate(fd, 10), 0);
    CHECK_EQ(lseek(fd, 0, SEEK_END), 10);
    CHECK_EQ(close(fd), 0);
}

TEST(file_is_written_and_read_back)
{
    char buf[16] = "";
    int fd, n;

    CHECK(put("/new", "one\n"));
    fd = open("/new", O_WRONLY | O_APPEND);
    CHECK_EQ(write(fd, "two\n", 4), 4);
    CHECK_EQ(read(fd, buf, 1), -1);
    CHECK_EQ(errno, EBADF);
    close(fd);
    CHECK_STR(content("/new"), "one\ntwo\n");
    fd = open("/new", O_RDONLY);
    CHECK_EQ(lseek(fd, 4, SEEK_SET), 4);
    CHECK_EQ(ioctl(fd, FIONREAD, &n), 0);
    CHECK_EQ(n, 4);
    CHECK_EQ(read(fd, buf, sizeof(buf)), 4);
    CHECK_STR(buf, "two\n");
    CHECK_EQ(write(fd, "x", 1), -1);
    CHECK_EQ(errno, EBADF);
    close(fd);
    CHECK_EQ(open("/new", O_CREAT | O_EXCL | O_RDWR, 0600), -1);
    CHECK_EQ(errno, EEXIST);
    CHECK_EQ(unlink("/new"), 0);
    CHECK_EQ(access("/new", F_OK), -1);
}

/* covers: readv writev */
TEST(vectors_join_and_split)
{
    char a[4] = "", b[8] = "";
    struct iovec out[] = {{"abc", 3}, {NULL, 0}, {"defgh", 5}};
    struct iovec in[] = {{a, 3}, {b, 7}};
    int fd = open("/v", O_CREAT | O_RDWR, 0644);

    CHECK_EQ(writev(fd, out, 3), 8);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK_EQ(readv(fd, in, 2), 8);
    CHECK_STR(a, "abc");
    CHECK_STR(b, "defgh");
    CHECK_EQ(writev(fd, out, -1), -1);
    CHECK_EQ(errno, EINVAL);
    close(fd);
    CHECK_EQ(unlink("/v"), 0);
}

TEST(directories_come_and_go)
{
    char cwd[PATH_MAX];

    CHECK_EQ(mkdir("/d", 0755), 0);
    CHECK_EQ(mkdir("/d", 0755), -1);
    CHECK_EQ(errno, EEXIST);
    CHECK_EQ(chdir("/d"), 0);
    CHECK_STR(getcwd(cwd, sizeof(cwd)), "/d");
    CHECK(put("file", "x"));
    CHECK_STR(content("/d/file"), "x");
    CHECK_EQ(rename("file", "../moved"), 0);
    CHECK_STR(content("/moved"), "x");
    CHECK_EQ(rename("/moved", "/d/file"), 0);
    CHECK_EQ(rmdir("/d"), -1);
    CHECK_EQ(errno, ENOTEMPTY);
    CHECK_EQ(remove("file"), 0);
    CHECK_EQ(chdir(".."), 0);
    CHECK_STR(getcwd(cwd, sizeof(cwd)), "/");
    CHECK_EQ(remove("/d"), 0);
    CHECK_EQ(chdir("/www/index.html"), -1);
    CHECK_EQ(errno, ENOTDIR);
}

TEST(directory_lists_its_names)
{
    DIR *dir = opendir("/www");
    struct dirent *e;
    int files = 0, dirs = 0;

    CHECK(dir);
    while ((e = readdir(dir))) {
        files += e->d_type == DT_REG;
        dirs += e->d_type == DT_DIR;
    }
    CHECK_EQ(files, 2);
    CHECK_EQ(dirs, 3); /* with "." and ".." */
    rewinddir(dir);
    CHECK_STR(readdir(dir)->d_name, ".");
    CHECK_EQ(closedir(dir), 0);
    CHECK(!opendir("/www/index.html"));
    CHECK_EQ(errno, ENOTDIR);
}

static int names_in(const char *path)
{
    DIR *dir = opendir(path);
    int names = 0;

    while (dir && readdir(dir))
        names++;
    return dir && closedir(dir) == 0 ? names : -1;
}

TEST(temporary_files_have_names_of_their_own_or_none)
{
    char one[] = "/tmp/x-XXXXXX", two[] = "/tmp/x-XXXXXX";
    int before = names_in("/tmp"), fd;
    FILE *f = tmpfile();
    struct stat st;

    CHECK(before >= 2 && f);
    CHECK_EQ(names_in("/tmp"), before);
    CHECK(fputs("kept", f) >= 0 && fseek(f, 1, SEEK_SET) == 0);
    CHECK_EQ(fgetc(f), 'e');
    CHECK_EQ(fclose(f), 0);
    fd = mkstemp(one);
    CHECK(fd >= 0 && close(fd) == 0);
    fd = mkstemp(two);
    CHECK(fd >= 0 && close(fd) == 0);
    CHECK(strcmp(one, two));
    CHECK(!unlink(one) && !remove(two) && stat(one, &st) && stat(two, &st));
    CHECK_EQ(stat("/tmp", &st), 0);
    CHECK_EQ(st.st_mode, S_IFDIR | 01777);
}

TEST(devices_do_what_they_are_named)
{
    char buf[8] = "1234567";
    struct stat st;
    int fd = open("/dev/null", O_RDWR);

    CHECK_EQ(write(fd, buf, 8), 8);
    CHECK_EQ(read(fd, buf, 8), 0);
    close(fd);
    fd = open("/dev/zero", O_RDONLY);
    CHECK_EQ(read(fd, buf, 8), 8);
    CHECK_EQ(memcmp(buf, "\0\0\0\0\0\0\0\0", 8), 0);
    close(fd);
    fd = open("/dev/console", O_WRONLY);
    CHECK(isatty(fd));
    CHECK_EQ(write(fd, "console\n", 8), 8);
    close(fd);
    fd = open("/dev/urandom", O_RDONLY);
    CHECK(read(fd, buf, 8) == 8 && memcmp(buf, "\0\0\0\0\0\0\0\0", 8));
    close(fd);
    CHECK_EQ(open("/dev/none", O_RDONLY), -1);
    CHECK_EQ(errno, ENOENT);
    CHECK_EQ(open("/dev/none", O_CREAT | O_WRONLY, 0644), -1);
    CHECK_EQ(errno, EROFS);
    CHECK_EQ(stat("/dev/null", &st), 0);
    CHECK(S_ISCHR(st.st_mode));
    CHECK_EQ(rename("/www", "/dev/www"), -1);
    CHECK_EQ(errno, EXDEV);
}

int main(void)
{
    return test_run_all();
}
