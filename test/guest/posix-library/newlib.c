/* SPDX-License-Identifier: BSD-2-Clause */
/* What only newlib has: printf and scanf without reals, which its own code
 * uses; streams by two functions. */

#include "guest_test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME "/newlib"

static FILE *with(const char *text)
{
    FILE *f = fopen(NAME, "w+");

    fputs(text, f);
    rewind(f);
    return f;
}

static const char *contents(void)
{
    static char buf[64];
    FILE *f = fopen(NAME, "r");
    size_t n = fread(buf, 1, sizeof(buf) - 1, f);

    buf[n] = '\0';
    fclose(f);
    return buf;
}

/* A function with a va_list, called with arguments. */
#define VARIADIC(name, call, type, ...) \
    static int name(__VA_ARGS__, type format, ...) \
    { \
        va_list args; \
        int n; \
        va_start(args, format); \
        n = call; \
        va_end(args); \
        return n; \
    }

VARIADIC(into, vsiprintf(buf, format, args), const char *, char *buf)
VARIADIC(some, vsniprintf(buf, size, format, args), const char *, char *buf,
         size_t size)
VARIADIC(to_fd, vdiprintf(fd, format, args), const char *, int fd)
VARIADIC(to_file, vfiprintf(f, format, args), const char *, FILE *f)
VARIADIC(to_new, vasiprintf(out, format, args), const char *, char **out)
VARIADIC(from_text, vsiscanf(text, format, args), const char *,
         const char *text)
VARIADIC(from_file, vfiscanf(f, format, args), const char *, FILE *f)

/* covers: siprintf sniprintf asiprintf vsiprintf vsniprintf vasiprintf */
TEST(whole_numbers_are_formatted)
{
    char buf[32], *text;

    CHECK_EQ(siprintf(buf, "%d-%s-%x", -5, "ab", 255), 8);
    CHECK_STR(buf, "-5-ab-ff");
    CHECK_EQ(sniprintf(buf, 4, "%d", 123456), 6);
    CHECK_STR(buf, "123");
    CHECK_EQ(into(buf, "%5d", 42), 5);
    CHECK_STR(buf, "   42");
    CHECK_EQ(some(buf, 3, "%d", 789), 3);
    CHECK_STR(buf, "78");
    CHECK_EQ(asiprintf(&text, "%o", 8), 2);
    CHECK_STR(text, "10");
    free(text);
    CHECK_EQ(to_new(&text, "%c", 'x'), 1);
    CHECK_STR(text, "x");
    free(text);
}

static char *new_text(char *buf, size_t *size, int whole, const char *format,
                      ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = whole ? vasniprintf(buf, size, format, args)
                 : vasnprintf(buf, size, format, args);
    va_end(args);
    return text;
}

/* covers: asnprintf asniprintf vasnprintf vasniprintf */
TEST(text_that_does_not_fit_is_allocated)
{
    char buf[8], *text;
    size_t size = sizeof(buf);

    CHECK(asnprintf(buf, &size, "%d", 42) == buf);
    CHECK_EQ(size, 2);
    CHECK_STR(buf, "42");
    size = sizeof(buf);
    text = asnprintf(buf, &size, "%s", "longer than it");
    CHECK(text && text != buf);
    CHECK_STR(text, "longer than it");
    CHECK_EQ(size, 14);
    free(text);
    size = sizeof(buf);
    CHECK(asniprintf(buf, &size, "%x", 10) == buf);
    size = sizeof(buf);
    CHECK(new_text(buf, &size, 1, "%d", 7) == buf);
    CHECK_STR(buf, "7");
    size = sizeof(buf);
    CHECK(new_text(buf, &size, 0, "%d", 8) == buf);
    CHECK_STR(buf, "8");
}

/* covers: fiprintf diprintf vdiprintf vfiprintf */
TEST(whole_numbers_are_printed)
{
    FILE *f = fopen(NAME, "w");
    int fd;

    CHECK(f);
    CHECK_EQ(fiprintf(f, "%d,", 1), 2);
    CHECK_EQ(to_file(f, "%d,", 2), 2);
    CHECK_EQ(fclose(f), 0);
    CHECK((fd = open(NAME, O_WRONLY | O_APPEND)) >= 0);
    CHECK_EQ(diprintf(fd, "%d,", 3), 2);
    CHECK_EQ(to_fd(fd, "%d", 4), 1);
    CHECK_EQ(close(fd), 0);
    CHECK_STR(contents(), "1,2,3,4");
    FAILS(diprintf(fd, "x"), EBADF);
}

/* covers: siscanf fiscanf vsiscanf vfiscanf */
TEST(whole_numbers_are_scanned)
{
    FILE *f = with("12 0x10 77");
    int a, b;

    CHECK_EQ(siscanf("5 6", "%d %d", &a, &b), 2);
    CHECK(a == 5 && b == 6);
    CHECK_EQ(siscanf("x", "%d", &a), 0);
    CHECK_EQ(from_text("7", "%d", &a), 1);
    CHECK_EQ(a, 7);
    CHECK_EQ(fiscanf(f, "%d %i", &a, &b), 2);
    CHECK(a == 12 && b == 16);
    CHECK_EQ(from_file(f, "%o", (unsigned *)&a), 1);
    CHECK_EQ(a, 077);
    CHECK_EQ(fiscanf(f, "%d", &a), EOF);
    CHECK_EQ(fclose(f), 0);
}

static int print_standard(int whole, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = whole ? viprintf(format, args) : vprintf(format, args);
    va_end(args);
    return n;
}

static int scan_standard(int whole, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = whole ? viscanf(format, args) : vscanf(format, args);
    va_end(args);
    return n;
}

/* covers: iprintf viprintf vprintf */
TEST(standard_output_takes_all_forms)
{
    FILE *before = stdout;
    int n;

    CHECK((stdout = fopen(NAME, "w")));
    n = iprintf("%d;", 1) + print_standard(1, "%d;", 2) +
        print_standard(0, "%.1f;", 3.5);
    fclose(stdout);
    stdout = before;
    CHECK_EQ(n, 8);
    CHECK_STR(contents(), "1;2;3.5;");
}

/* covers: iscanf viscanf vscanf */
TEST(standard_input_gives_all_forms)
{
    FILE *before = stdin;
    int a = 0, b = 0, n;
    double d = 0;

    stdin = with("1 2 3.5");
    n = iscanf("%d", &a) + scan_standard(1, "%d", &b) +
        scan_standard(0, "%lf", &d);
    fclose(stdin);
    stdin = before;
    CHECK_EQ(n, 3);
    CHECK(a == 1 && b == 2 && d == 3.5);
}

static char written[16];

static int put(void *cookie, const char *buf, size_t size)
{
    strncat(cookie, buf, size);
    return (int)size;
}

/* covers: funopen */
TEST(stream_of_functions_calls_them)
{
    FILE *f = funopen(written, NULL, put, NULL, NULL);

    CHECK(f);
    CHECK(fputs("text", f) >= 0);
    CHECK_EQ(fclose(f), 0);
    CHECK_STR(written, "text");
    errno = 0;
    CHECK(!funopen(NULL, NULL, NULL, NULL, NULL) && errno == EINVAL);
}
