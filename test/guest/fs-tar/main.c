/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot modules by tar and by cpio. What can be done with files in general is
 * looked at by posix-files. */
/* cc: --checks */
/* clang-format off */
/* dom0: rm -rf /tmp/t; mkdir -p /tmp/t/etc/deep/er; cd /tmp/t; echo value >etc/config; : >etc/empty; seq 1 20000 >etc/deep/er/numbers; chmod 640 etc/config; long=$(printf %0120d 0); mkdir -p $long; echo far >$long/name-behind-a-long-path */
/* cmdline: tar */
/*   dom0: tar cf /tmp/files.tar . */
/*   xl: ramdisk="/tmp/files.tar" */
/* cmdline: cpio */
/*   dom0: find . | cpio -o -H newc >/tmp/files.cpio 2>/dev/null */
/*   xl: ramdisk="/tmp/files.cpio" */
/* clang-format on */

#include "guest_test.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TEST(module_file_has_bytes_and_mode)
{
    char text[16] = "";
    struct stat st;
    int fd = open("/etc/config", O_RDONLY);

    CHECK(fd >= 0);
    CHECK_EQ(fstat(fd, &st), 0);
    CHECK(S_ISREG(st.st_mode));
    CHECK_EQ(st.st_mode & 0777, 0640);
    CHECK_EQ(st.st_size, 6);
    CHECK_EQ(read(fd, text, sizeof(text)), 6);
    CHECK_STR(text, "value\n");
    close(fd);
    CHECK_EQ(stat("/etc/empty", &st), 0);
    CHECK_EQ(st.st_size, 0);
}

TEST(module_large_file_is_whole)
{
    FILE *file = fopen("/etc/deep/er/numbers", "r");
    char line[16];
    int count = 0;

    CHECK(file != NULL);
    while (fgets(line, sizeof(line), file)) {
        count++;
        CHECK_EQ(atoi(line), count);
    }
    fclose(file);
    CHECK_EQ(count, 20000);
}

TEST(module_long_names_are_whole)
{
    char path[200], text[8] = "";
    FILE *file;

    snprintf(path, sizeof(path), "/%0120d/name-behind-a-long-path", 0);
    file = fopen(path, "r");
    CHECK(file != NULL);
    CHECK(fgets(text, sizeof(text), file) != NULL);
    CHECK_STR(text, "far\n");
    fclose(file);
}

TEST(module_directories_are_listed)
{
    DIR *dir = opendir("/etc");
    struct dirent *entry;
    int names = 0;

    CHECK(dir != NULL);
    while ((entry = readdir(dir)))
        names++;
    closedir(dir);
    CHECK_EQ(names, 5); /* config, empty, deep, and the dots */
}

/* Files of the module lie in its memory until they are written. */
TEST(module_file_grows_and_shrinks)
{
    static char buf[70000];
    int fd = open("/etc/config", O_RDWR);

    memset(buf, 'g', sizeof(buf));
    CHECK_EQ(pwrite(fd, buf, sizeof(buf), 3), sizeof(buf));
    CHECK_EQ(lseek(fd, 0, SEEK_END), sizeof(buf) + 3);
    CHECK_EQ(pread(fd, buf, 5, 0), 5);
    CHECK_EQ(memcmp(buf, "valgg", 5), 0);
    CHECK_EQ(ftruncate(fd, 2), 0);
    CHECK_EQ(ftruncate(fd, 4), 0);
    CHECK_EQ(pread(fd, buf, 10, 0), 4);
    CHECK_EQ(memcmp(buf, "va\0\0", 4), 0);
    CHECK_EQ(close(fd), 0);
    CHECK_EQ(unlink("/etc/config"), 0);
    CHECK_EQ(open("/etc/config", O_RDONLY), -1);
    CHECK_EQ(errno, ENOENT);
}

/* An open file outlives its name. */
TEST(file_without_a_name_still_reads)
{
    char text[8] = "";
    int fd = open("/etc/deep/er/numbers", O_RDONLY);

    CHECK_EQ(unlink("/etc/deep/er/numbers"), 0);
    CHECK_EQ(read(fd, text, 4), 4);
    CHECK_STR(text, "1\n2\n");
    CHECK_EQ(close(fd), 0);
    CHECK_EQ(rmdir("/etc/deep/er"), 0);
}

int main(void)
{
    return test_run_all();
}
