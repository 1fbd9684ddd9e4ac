/* SPDX-License-Identifier: BSD-2-Clause */
/* <stdio.h>: streams of bytes. */

#include "guest_test.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define NAME "/streams"

/* What NAME holds. */
static const char *contents(void)
{
    static char buf[256];
    int fd = open(NAME, O_RDONLY);
    ssize_t n = read(fd, buf, sizeof(buf) - 1);

    close(fd);
    buf[n < 0 ? 0 : n] = '\0';
    return buf;
}

static FILE *with(const char *text, const char *mode)
{
    int fd = open(NAME, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    write(fd, text, strlen(text));
    close(fd);
    return fopen(NAME, mode);
}

/* covers: fopen fclose freopen fdopen fileno fileno_unlocked */
TEST(streams_open_as_their_mode_says)
{
    FILE *f;
    int fd;

    unlink(NAME);
    errno = 0;
    CHECK(!fopen(NAME, "r") && errno == ENOENT);
    errno = 0;
    CHECK(!fopen(NAME, "z") && errno == EINVAL);
    CHECK((f = fopen(NAME, "w")));
    CHECK(fputs("one", f) >= 0);
    errno = 0;
    CHECK_EQ(fgetc(f), EOF);
    CHECK_EQ(errno, EBADF);
    CHECK(ferror(f));
    CHECK_EQ(fclose(f), 0);
    errno = 0;
    CHECK(!fopen(NAME, "wx") && errno == EEXIST);
    CHECK((f = fopen(NAME, "a+")));
    CHECK(fputs("two", f) >= 0);
    rewind(f);
    CHECK_EQ(fgetc(f), 'o');
    CHECK((f = freopen(NAME, "r+", f)));
    CHECK(fputs("X", f) >= 0);
    fd = fileno(f);
    CHECK_EQ(fileno_unlocked(f), fd);
    CHECK_EQ(fclose(f), 0);
    CHECK_EQ(fcntl(fd, F_GETFD), -1);
    CHECK_STR(contents(), "Xnetwo");
    CHECK((fd = open(NAME, O_RDONLY)) >= 0);
    errno = 0;
    CHECK(!fdopen(fd, "z") && errno == EINVAL);
    CHECK((f = fdopen(fd, "r")));
    CHECK_EQ(fgetc(f), 'X');
    CHECK_EQ(fclose(f), 0);
}

/* covers: fgetc getc ungetc feof ferror clearerr fgetc_unlocked getc_unlocked
 * feof_unlocked ferror_unlocked clearerr_unlocked getw putw */
TEST(characters_are_read_and_given_back)
{
    FILE *f = with("abc", "r");

    CHECK(f);
    CHECK_EQ(fgetc(f), 'a');
    CHECK_EQ(getc(f), 'b');
    CHECK_EQ(ungetc('x', f), 'x');
    CHECK_EQ(fgetc_unlocked(f), 'x');
    CHECK_EQ(getc_unlocked(f), 'c');
    CHECK(!feof(f));
    CHECK_EQ(fgetc(f), EOF);
    CHECK(feof(f) && feof_unlocked(f) && !ferror(f));
    CHECK_EQ(ungetc('y', f), 'y');
    CHECK(!feof(f));
    CHECK_EQ(fgetc(f), 'y');
    CHECK_EQ(ungetc(EOF, f), EOF);
    CHECK_EQ(fgetc(f), EOF);
    clearerr(f);
    CHECK(!feof(f));
    CHECK_EQ(fputc('z', f), EOF);
    CHECK(ferror(f) && ferror_unlocked(f));
    clearerr_unlocked(f);
    CHECK(!ferror(f));
    CHECK_EQ(fclose(f), 0);
    CHECK((f = fopen(NAME, "w+")));
    CHECK_EQ(putw(0x12345678, f), 0);
    rewind(f);
    CHECK_EQ(getw(f), 0x12345678);
    CHECK_EQ(getw(f), EOF);
    CHECK_EQ(fclose(f), 0);
}

/* covers: fputc putc fputs fwrite fread fputc_unlocked putc_unlocked
 * fputs_unlocked fwrite_unlocked fread_unlocked fflush fflush_unlocked */
TEST(bytes_are_written_and_read_in_items)
{
    int numbers[4] = {1, 2, 3, 4}, got[4] = {0};
    FILE *f = fopen(NAME, "w+");

    CHECK(f);
    CHECK_EQ(fputc('a' + 256, f), 'a');
    CHECK_EQ(putc('b', f), 'b');
    CHECK_EQ(fputc_unlocked('c', f), 'c');
    CHECK_EQ(putc_unlocked('d', f), 'd');
    CHECK(fputs("ef", f) >= 0 && fputs_unlocked("gh", f) >= 0);
    CHECK_STR(contents(), "");
    CHECK_EQ(fflush(f), 0);
    CHECK_STR(contents(), "abcdefgh");
    rewind(f);
    CHECK_EQ(fwrite(numbers, sizeof(int), 4, f), 4);
    CHECK_EQ(fwrite(numbers, 0, 4, f), 0);
    CHECK_EQ(fflush_unlocked(f), 0);
    rewind(f);
    CHECK_EQ(fread(got, sizeof(int), 3, f), 3);
    CHECK_EQ(got[2], 3);
    CHECK_EQ(fread_unlocked(got, sizeof(int), 4, f), 1);
    CHECK_EQ(got[0], 4);
    CHECK(feof(f));
    rewind(f);
    CHECK_EQ(fwrite_unlocked("WXYZ", 1, 4, f), 4);
    CHECK_EQ(fclose(f), 0);
    CHECK(!memcmp(contents(), "WXYZ\2", 5));
    CHECK((f = fopen(NAME, "r")));
    CHECK_EQ(fwrite("q", 1, 1, f), 0);
    CHECK(ferror(f));
    CHECK_EQ(fclose(f), 0);
}

/* covers: fgets fgets_unlocked getline getdelim */
TEST(lines_are_read_whole_or_as_far_as_they_fit)
{
    FILE *f = with("first\nsecond line\nlast", "r");
    char buf[8], *line = NULL;
    size_t size = 0;

    CHECK(f);
    CHECK(fgets(buf, 8, f) == buf);
    CHECK_STR(buf, "first\n");
    CHECK(fgets(buf, 8, f) == buf);
    CHECK_STR(buf, "second ");
    CHECK(fgets_unlocked(buf, 8, f) == buf);
    CHECK_STR(buf, "line\n");
    CHECK(fgets(buf, 8, f) == buf);
    CHECK_STR(buf, "last");
    CHECK(!fgets(buf, 8, f) && feof(f));
    rewind(f);
    CHECK_EQ(getline(&line, &size, f), 6);
    CHECK_STR(line, "first\n");
    CHECK_EQ(getdelim(&line, &size, ' ', f), 7);
    CHECK_STR(line, "second ");
    CHECK_EQ(getline(&line, &size, f), 5);
    CHECK_EQ(getline(&line, &size, f), 4);
    CHECK_EQ(getline(&line, &size, f), -1);
    free(line);
    CHECK_EQ(fclose(f), 0);
}

/* covers: fseek fseeko ftell ftello rewind fgetpos fsetpos */
TEST(positions_are_set_and_told)
{
    FILE *f = with("0123456789", "r+");
    fpos_t pos;

    CHECK(f);
    CHECK_EQ(fseek(f, 4, SEEK_SET), 0);
    CHECK_EQ(fgetc(f), '4');
    CHECK_EQ(ftell(f), 5);
    CHECK_EQ(fgetpos(f, &pos), 0);
    CHECK_EQ(fseeko(f, -2, SEEK_END), 0);
    CHECK_EQ(fgetc(f), '8');
    CHECK_EQ(fseek(f, -3, SEEK_CUR), 0);
    CHECK_EQ(ftello(f), 6);
    CHECK_EQ(ungetc('x', f), 'x');
    CHECK_EQ(ftell(f), 5);
    CHECK_EQ(fsetpos(f, &pos), 0);
    CHECK_EQ(fgetc(f), '5');
    FAILS(fseek(f, -1, SEEK_SET), EINVAL);
    FAILS(fseek(f, 0, 77), EINVAL);
    CHECK_EQ(fseek(f, 12, SEEK_SET), 0);
    CHECK_EQ(fputc('e', f), 'e');
    rewind(f);
    CHECK_EQ(ftell(f), 0);
    CHECK_EQ(fclose(f), 0);
    CHECK(!memcmp(contents(), "0123456789\0\0e", 13));
}

/* covers: setvbuf setbuf setbuffer setlinebuf fpurge */
TEST(buffers_are_what_was_asked_for)
{
    static char own[BUFSIZ];
    FILE *f;

    unlink(NAME);
    CHECK((f = fopen(NAME, "w")));
    CHECK_EQ(setvbuf(f, NULL, _IONBF, 0), 0);
    CHECK_EQ(fputc('a', f), 'a');
    CHECK_STR(contents(), "a");
    CHECK_EQ(fclose(f), 0);
    CHECK((f = fopen(NAME, "w")));
    setlinebuf(f);
    CHECK(fputs("line", f) >= 0);
    CHECK_STR(contents(), "");
    CHECK(fputs("\n", f) >= 0);
    CHECK_STR(contents(), "line\n");
    CHECK_EQ(fclose(f), 0);
    CHECK((f = fopen(NAME, "w")));
    CHECK_EQ(setvbuf(f, own, _IOFBF, sizeof(own)), 0);
    CHECK(fputs("12\n", f) >= 0);
    CHECK_STR(contents(), "");
    CHECK(!memcmp(own, "12\n", 3));
    CHECK_EQ(fflush(f), 0);
    CHECK_STR(contents(), "12\n");
    CHECK(setvbuf(f, NULL, 99, 0) != 0);
    CHECK_EQ(fclose(f), 0);
    CHECK((f = fopen(NAME, "w")));
    setbuf(f, NULL);
    CHECK_EQ(fputc('b', f), 'b');
    CHECK_STR(contents(), "b");
    CHECK_EQ(fclose(f), 0);
    CHECK((f = fopen(NAME, "w")));
    setbuffer(f, own, sizeof(own));
    CHECK(fputs("gone", f) >= 0);
#ifdef __pith__
    CHECK_EQ(fpurge(f), 0);
    CHECK_EQ(fclose(f), 0);
    CHECK_STR(contents(), "");
#else
    fclose(f);
#endif
}

static int print_to(FILE *f, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vfprintf(f, format, args);
    va_end(args);
    return n;
}

static int print_into(char *buf, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsprintf(buf, format, args);
    va_end(args);
    return n;
}

static int print_some(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(buf, size, format, args);
    va_end(args);
    return n;
}

static int print_new(char **out, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vasprintf(out, format, args);
    va_end(args);
    return n;
}

static int print_fd(int fd, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vdprintf(fd, format, args);
    va_end(args);
    return n;
}

static int scan(const char *text, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsscanf(text, format, args);
    va_end(args);
    return n;
}

static int scan_from(FILE *f, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vfscanf(f, format, args);
    va_end(args);
    return n;
}

/* covers: sprintf snprintf vsprintf vsnprintf */
TEST(text_is_formatted)
{
    static char buf[600];
    int n = 0;

#define FORMAT(want, ...) \
    CHECK_EQ(sprintf(buf, __VA_ARGS__), strlen(want)); \
    CHECK_STR(buf, want); \
    CHECK_EQ(print_into(buf, __VA_ARGS__), strlen(want)); \
    CHECK_STR(buf, want)

    FORMAT("[  42|42   |00042|+42| 42]", "[%4d|%-5d|%05d|%+d|% d]", 42, 42, 42,
           42, 42);
    FORMAT("ff FF 0xff 0377 377", "%x %X %#x %#o %o", 255, 255, 255, 255, 255);
    FORMAT("-9223372036854775808 18446744073709551615", "%ld %lu",
           (long)(1ul << 63), ~0ul);
    FORMAT("-1 255 -1 65535", "%hhd %hhu %hd %hu", 255, 255, 65535, 65535);
    FORMAT("007| 7||-", "%.3d|%2.1d|%.0d|%s", 7, 7, 0, "-");
    FORMAT("abc|  abc|abc  |ab", "%s|%5s|%-5s|%.2s", "abc", "abc", "abc",
           "abc");
    FORMAT("%x|A|", "%%x|%c|", 'A');
    FORMAT("1.500000 1.50 2 2. 1e+00", "%f %.2f %.0f %#.0f %.0e", 1.5, 1.5, 1.5,
           1.5, 1.4);
    FORMAT("0.1 1e-05 100000 1e+06 1.000000e-10", "%g %g %g %g %e", 0.1, 1e-5,
           1e5, 1e6, 1e-10);
    FORMAT("inf -INF nan", "%f %F %f", HUGE_VAL, -HUGE_VAL, (double)NAN);
    FORMAT("0x1.8p+1 -0x0p+0", "%a %a", 3.0, -0.0);
    FORMAT("3.25 2.500", "%Lg %.3Lf", 3.25L, 2.5L);
    FORMAT("   1.5", "%*.*f", 6, 1, 1.5);
    FORMAT("12 34", "%zu %jd", (size_t)12, (intmax_t)34);
    CHECK_EQ(sprintf(buf, "12345%n6", &n), 6);
    CHECK_EQ(n, 5);
    CHECK_EQ(snprintf(buf, 4, "abcdef"), 6);
    CHECK_STR(buf, "abc");
    CHECK_EQ(snprintf(NULL, 0, "%s", "abcdef"), 6);
    CHECK_EQ(print_some(buf, 3, "%d", 12345), 5);
    CHECK_STR(buf, "12");
    CHECK_EQ(snprintf(buf, sizeof(buf), "%.500d", 1), 500);
    CHECK_EQ(snprintf(buf, sizeof(buf), "%.20f", 0.1), 22);
    CHECK_STR(buf, "0.10000000000000000555");
}

/* covers: fprintf vfprintf dprintf vdprintf vasprintf asprintf */
TEST(formatted_text_goes_where_it_is_sent)
{
    FILE *f = fopen(NAME, "w");
    char *text = NULL;
    int fd;

    CHECK(f);
    CHECK_EQ(fprintf(f, "%d,", 1), 2);
    CHECK_EQ(print_to(f, "%d,", 22), 3);
    CHECK_EQ(fclose(f), 0);
    CHECK_STR(contents(), "1,22,");
    CHECK((fd = open(NAME, O_WRONLY)) >= 0);
    CHECK_EQ(dprintf(fd, "%s", "dp"), 2);
    CHECK_EQ(print_fd(fd, "%c", 'v'), 1);
    CHECK_EQ(close(fd), 0);
    CHECK_STR(contents(), "dpv2,");
    FAILS(dprintf(fd, "x"), EBADF);
    CHECK_EQ(asprintf(&text, "%s-%d", "long", 5), 6);
    CHECK_STR(text, "long-5");
    free(text);
    CHECK_EQ(print_new(&text, "%05d", 5), 5);
    CHECK_STR(text, "00005");
    free(text);
    CHECK((f = fopen(NAME, "r")));
    CHECK(fprintf(f, "x") < 0);
    CHECK_EQ(fclose(f), 0);
}

/* covers: sscanf vsscanf fscanf vfscanf */
TEST(text_is_scanned)
{
    FILE *f = with("12 abc 0x1f\n3.5,rest", "r");
    char word[16], set[16];
    int a, b, n;
    long l;
    double d;

    CHECK(f);
    CHECK_EQ(fscanf(f, "%d %15s %i", &a, word, &b), 3);
    CHECK(a == 12 && b == 31);
    CHECK_STR(word, "abc");
    CHECK_EQ(scan_from(f, "%lf,%15[a-s]", &d, set), 2);
    CHECK(d == 3.5);
    CHECK_STR(set, "res");
    CHECK_EQ(fgetc(f), 't');
    CHECK_EQ(fscanf(f, "%d", &a), EOF);
    CHECK_EQ(fclose(f), 0);
    CHECK_EQ(sscanf("5x7", "%dx%d%n", &a, &b, &n), 2);
    CHECK(a == 5 && b == 7 && n == 3);
    CHECK_EQ(sscanf("", "%d", &a), EOF);
    CHECK_EQ(sscanf("x", "%d", &a), 0);
    CHECK_EQ(sscanf("123456", "%3d%*2d%ld", &a, &l), 2);
    CHECK(a == 123 && l == 6);
    CHECK_EQ(scan("ab]c", "%[]ab]%c", set, word), 2);
    CHECK_STR(set, "ab]");
    CHECK_EQ(word[0], 'c');
    CHECK_EQ(sscanf("-1 077 ff", "%u %o %x", (unsigned *)&a, (unsigned *)&b,
                    (unsigned *)&n),
             3);
    CHECK(a == -1 && b == 077 && n == 0xff);
    CHECK_EQ(sscanf("1e2 inf", "%lf %lf", &d, &(double){0}), 2);
    CHECK(d == 100);
    CHECK_EQ(sscanf("a % b", "a %% %c", word), 1);
    CHECK_EQ(word[0], 'b');
}

/* covers: puts printf vprintf putchar putchar_unlocked perror */
TEST(standard_output_is_a_stream)
{
    FILE *before = stdout;

    CHECK((stdout = fopen(NAME, "w")));
    if (puts("line") < 0 || printf("%d", 7) != 1 || putchar('c') != 'c' ||
        putchar_unlocked('d') != 'd') {
        stdout = before;
        CHECK_STR("something", "failed");
    }
    fclose(stdout);
    stdout = before;
    CHECK_STR(contents(), "line\n7cd");
    before = stderr;
    CHECK((stderr = fopen(NAME, "w")));
    errno = ENOENT;
    perror("file");
    errno = EINVAL;
    perror(NULL);
    fclose(stderr);
    stderr = before;
    CHECK_STR(contents(),
              "file: No such file or directory\nInvalid argument\n");
}

/* covers: getchar getchar_unlocked scanf */
TEST(standard_input_is_a_stream)
{
    FILE *before = stdin;
    int a = 0, c, d, n;

    CHECK((stdin = with("xy 42", "r")));
    c = getchar();
    d = getchar_unlocked();
    n = scanf("%d", &a);
    fclose(stdin);
    stdin = before;
    CHECK(c == 'x' && d == 'y' && n == 1 && a == 42);
}

/* --- streams of the program's --- */

static char cookie_text[16];
static int cookie_closed;

static ssize_t cookie_read(void *cookie, char *buf, size_t size)
{
    size_t n = strlen(cookie);

    n = n < size ? n : size;
    memcpy(buf, cookie, n);
    memmove(cookie, (char *)cookie + n, strlen(cookie) + 1 - n);
    return (ssize_t)n;
}

static ssize_t cookie_write(void *cookie, const char *buf, size_t size)
{
    strncat(cookie, buf, size);
    return (ssize_t)size;
}

static int cookie_close(void *cookie)
{
    (void)cookie;
    cookie_closed++;
    return 0;
}

/* covers: fopencookie */
TEST(streams_of_the_programs_own_work)
{
    cookie_io_functions_t fns = {cookie_read, cookie_write, NULL, cookie_close};
    FILE *f = fopencookie(cookie_text, "w", fns);

    CHECK(f);
    CHECK(fputs("cookie", f) >= 0);
    CHECK_EQ(fclose(f), 0);
    CHECK_STR(cookie_text, "cookie");
    CHECK_EQ(cookie_closed, 1);
    CHECK((f = fopencookie(cookie_text, "r", fns)));
    CHECK_EQ(fgetc(f), 'c');
    CHECK_EQ(fseek(f, 0, SEEK_SET), -1);
    CHECK_EQ(fclose(f), 0);
    CHECK(!fopencookie(cookie_text, "z", fns));
}
