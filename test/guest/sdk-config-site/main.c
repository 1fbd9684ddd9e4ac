/* SPDX-License-Identifier: BSD-2-Clause */
/* What the SDK's config.site answers for configure, which cannot run programs
 * when it cross-compiles, is so. Each case does what the answer claims. */
/* xl: memory=16 */

#include "guest_test.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

/* Not known to the compiler. */
static volatile size_t none, three = 3;

TEST(memory_of_no_bytes_is_a_pointer)
{
    void *p = malloc(none), *q = calloc(none, none), *r = realloc(NULL, none);

    CHECK(p && q && r && p != q && q != r);
    free(p);
    free(q);
    free(r);
}

TEST(memcmp_of_bytes_above_127_is_unsigned)
{
    volatile char low[] = "\100\100", high[] = "\200\100";

    CHECK(memcmp((char *)low, (char *)high, 2) < 0);
    CHECK(memcmp((char *)high, (char *)low, 2) > 0);
}

TEST(strtod_of_edges_is_right)
{
    const char *text = " +69", *more = "-.0e+x";
    char *end;

    CHECK(strtod(text, &end) == 69 && end == text + 4);
    CHECK(strtod(more, &end) == 0 && end == more + 3);
}

TEST(strnlen_and_strcoll_work)
{
    volatile char foobar[] = "foobar";

    CHECK_EQ(strnlen((char *)foobar, 3), 3);
    CHECK_EQ(strnlen((char *)foobar, none - 1), 6);
    CHECK(strcoll("abc", "def") < 0);
    CHECK(strcoll("ABC", "DEF") < 0);
    CHECK(strcoll("123", "456") < 0);
}

static intptr_t __attribute__((noinline)) deeper(volatile char *above)
{
    volatile char here = 0;

    return (intptr_t)&here - (intptr_t)above;
}

TEST(stack_grows_down)
{
    volatile char here = 0;

    CHECK(deeper(&here) < 0);
}

TEST(getline_takes_its_first_buffer)
{
    FILE *file = fopen("/getline", "w+");
    char *line = NULL;
    size_t size = 0;

    CHECK(file);
    CHECK(fputs("one\ntwo", file) >= 0);
    rewind(file);
    CHECK_EQ(getline(&line, &size, file), 4);
    CHECK(size >= 5 && !strcmp(line, "one\n"));
    CHECK_EQ(getdelim(&line, &size, 'w', file), 2);
    CHECK_STR(line, "tw");
    CHECK_EQ(getline(&line, &size, file), 1);
    CHECK_EQ(getline(&line, &size, file), -1);
    free(line);
    fclose(file);
}

TEST(utime_without_times_is_now)
{
    struct stat info;
    FILE *file = fopen("/touched", "w");

    CHECK(file);
    fclose(file);
    CHECK_EQ(utime("/touched", &(struct utimbuf){1, 2}), 0);
    CHECK_EQ(stat("/touched", &info), 0);
    CHECK_EQ(info.st_atime, 1);
    CHECK_EQ(info.st_mtime, 2);
    CHECK_EQ(utime("/touched", NULL), 0);
    CHECK_EQ(stat("/touched", &info), 0);
    CHECK(info.st_mtime > 1000000000);
    CHECK_EQ(utime("/nowhere", NULL), -1);
    CHECK_EQ(errno, ENOENT);
}

TEST(program_has_a_name)
{
    CHECK_STR(getprogname(), "sdk-config-site");
    setprogname("/bin/other");
    CHECK_STR(getprogname(), "other");
}

TEST(stat_of_an_empty_name_fails)
{
    struct stat info;

    CHECK_EQ(stat("", &info), -1);
    CHECK_EQ(errno, ENOENT);
}

TEST(closedir_returns_a_value)
{
    DIR *dir = opendir("/");

    CHECK(dir);
    CHECK_EQ(closedir(dir), 0);
}

TEST(printf_knows_c99)
{
    const char *format = "%ju %zu %td %hhd";
    char text[64] = "xxxxxxxx";
    int n = -1;

    snprintf(text, sizeof(text), format, (uintmax_t)-1, (size_t)2,
             (ptrdiff_t)-3, 255);
    CHECK_STR(text, "18446744073709551615 2 -3 -1");
    strcpy(text, "xxxxxxxx");
    CHECK_EQ(snprintf(text, three, "%d", 12345), 5);
    CHECK_STR(text, "12");
    CHECK_EQ(text[3], 'x');
    CHECK_EQ(snprintf(none ? text : NULL, none, "%d", 12345), 5);
    CHECK_EQ(snprintf(text, sizeof(text), "%d%n!", 123, &n), 4);
    CHECK_EQ(n, 3);
}

TEST(processes_do_not_come)
{
    errno = 0;
    CHECK_EQ(fork(), -1);
    CHECK_EQ(errno, ENOSYS);
}

int main(void)
{
    return test_run_all();
}
