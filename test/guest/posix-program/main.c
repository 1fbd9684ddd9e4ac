/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program without files finds: start, arguments, memory, errno, time,
 * formatted output, signals to itself, poll on the console. */
/* cc: --checks */
/* cmdline: pith.env=ONE=1 "pith.env=TWO=2 words" -- first "second word" */

#include "guest_test.h"
#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

static int the_argc;
static char **the_argv;
static int constructed;

__attribute__((constructor)) static void construct(void)
{
    constructed++;
}

static __thread int tls_data = 42;
static __thread char tls_zero[100];

TEST(program_gets_arguments_and_environment)
{
    CHECK_EQ(constructed, 1);
    CHECK_EQ(the_argc, 3);
    CHECK_STR(the_argv[1], "first");
    CHECK_STR(the_argv[2], "second word");
    CHECK(!the_argv[3]);
    CHECK_STR(getenv("ONE"), "1");
    CHECK_STR(getenv("TWO"), "2 words");
    CHECK_EQ(setenv("THREE", "3", 1), 0);
    CHECK_STR(getenv("THREE"), "3");
    CHECK_EQ(unsetenv("ONE"), 0);
    CHECK(!getenv("ONE"));
}

TEST(program_thread_local_data_is_set_up)
{
    int *volatile p = &tls_data;

    CHECK_EQ(*p, 42);
    *p = 43;
    CHECK_EQ(tls_data, 43);
    for (size_t i = 0; i < sizeof(tls_zero); i++)
        CHECK_EQ(tls_zero[i], 0);
}

TEST(program_formats_numbers)
{
    char text[128];

    snprintf(text, sizeof(text), "%5.2f %g %a %lld %zu %#x", 3.14159, 1e100,
             1.0, -1234567890123ll, (size_t)-1, 255);
    CHECK_STR(text, " 3.14 1e+100 0x1p+0 -1234567890123 "
                    "18446744073709551615 0xff");
    CHECK(fabs(strtod("2.5e-3", NULL) - 0.0025) < 1e-12);
    CHECK(fabs(sqrt(2.0) - 1.4142135623730951) < 1e-12);
}

TEST(malloc_gives_distinct_aligned_memory)
{
    static const size_t sizes[] = {0,    1,    8,    16,     100,
                                   2048, 2049, 4096, 100000, 1 << 20};
    enum { N = sizeof(sizes) / sizeof(sizes[0]) };
    unsigned char *p[N];

    for (int i = 0; i < N; i++) {
        p[i] = malloc(sizes[i]);
        CHECK(p[i]);
        CHECK(malloc_usable_size(p[i]) >= sizes[i]);
        CHECK_EQ((uintptr_t)p[i] % (sizes[i] < 16 ? 8 : 16), 0);
        memset(p[i], i, sizes[i]);
    }
    for (int i = 0; i < N; i++) {
        for (size_t n = 0; n < sizes[i]; n++)
            if (p[i][n] != i)
                CHECK_EQ(p[i][n], i);
        free(p[i]);
    }
}

TEST(malloc_reports_what_cannot_be)
{
    volatile size_t huge = (size_t)1 << 40; /* not to be warned of */
    void *p = NULL;

    errno = 0;
    CHECK(!malloc(huge));
    CHECK_EQ(errno, ENOMEM);
    CHECK(!calloc(huge, huge));
    CHECK_EQ(posix_memalign(&p, 3, 8), EINVAL);
    CHECK_EQ(posix_memalign(&p, 4096, 100), 0);
    CHECK_EQ((uintptr_t)p % 4096, 0);
    free(p);
    p = realloc(NULL, 10);
    memcpy(p, "012345678", 10);
    p = realloc(p, 100000);
    CHECK_STR((char *)p, "012345678");
    free(p);
}

TEST(errno_has_newlibs_numbers)
{
    errno = 0;
    CHECK_EQ(read(77, NULL, 0), -1);
    CHECK_EQ(errno, EBADF);
    CHECK_EQ(lseek(0, 0, SEEK_SET), -1);
    CHECK_EQ(errno, ESPIPE);
    CHECK_EQ(fork(), -1);
    CHECK_EQ(errno, ENOSYS);
    CHECK_EQ(ENOSYS, 88); /* Xen's, and Linux's, is 38 */
    CHECK_STR(strerror(ENOSYS), "Function not implemented");
}

/* covers: nanosleep time */
TEST(clock_runs_and_sleep_takes_its_time)
{
    struct timespec before, after, pause = {0, 20 * 1000 * 1000};
    struct timeval tv;
    double took;

    CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &before), 0);
    CHECK_EQ(nanosleep(&pause, NULL), 0);
    CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &after), 0);
    took = (double)(after.tv_sec - before.tv_sec) +
           (double)(after.tv_nsec - before.tv_nsec) / 1e9;
    CHECK(took >= 0.020 && took < 1.0);
    CHECK_EQ(gettimeofday(&tv, NULL), 0);
    CHECK(tv.tv_sec > 1600000000 && tv.tv_sec == time(NULL));
    CHECK_EQ(clock_gettime(77, &after), -1);
    CHECK_EQ(errno, EINVAL);
    pause.tv_nsec = 1000000000;
    CHECK_EQ(nanosleep(&pause, NULL), -1);
}

TEST(poll_ends_at_its_timeout)
{
    struct pollfd fds[3] = {{.fd = 0, .events = POLLIN},
                            {.fd = 1, .events = POLLOUT},
                            {.fd = 77, .events = POLLIN}};
    double start = test_seconds();
    struct timeval tv = {0, 10000};
    fd_set set;

    CHECK_EQ(poll(fds, 1, 20), 0);
    CHECK(test_seconds() - start >= 0.020);
    CHECK_EQ(poll(fds, 3, -1), 2);
    CHECK_EQ(fds[0].revents, 0);
    CHECK_EQ(fds[1].revents, POLLOUT);
    CHECK_EQ(fds[2].revents, POLLNVAL);
    FD_ZERO(&set);
    FD_SET(0, &set);
    CHECK_EQ(select(1, &set, NULL, NULL, &tv), 0);
    CHECK(!FD_ISSET(0, &set));
    FD_SET(1, &set);
    CHECK_EQ(select(2, NULL, &set, NULL, NULL), 1);
    CHECK(FD_ISSET(1, &set));
    FD_SET(77, &set);
    CHECK_EQ(select(78, &set, NULL, NULL, &tv), -1);
    CHECK_EQ(errno, EBADF);
}

TEST(console_is_a_terminal)
{
    int n = -1;

    CHECK_EQ(isatty(1), 1);
    CHECK_EQ(isatty(77), 0);
    CHECK_EQ(ioctl(0, FIONREAD, &n), 0);
    CHECK_EQ(n, 0);
    CHECK_EQ(dup(1), 3);
    CHECK_EQ(write(3, "", 0), 0);
    CHECK_EQ(close(3), 0);
}

static volatile int caught;

static void catch_signal(int sig)
{
    caught = sig;
}

TEST(signal_reaches_its_handler)
{
    struct sigaction act = {.sa_handler = catch_signal}, old;

    CHECK(signal(SIGUSR1, catch_signal) == SIG_DFL);
    CHECK_EQ(raise(SIGUSR1), 0);
    CHECK_EQ(caught, SIGUSR1);
    CHECK_EQ(sigaction(SIGUSR2, &act, &old), 0);
    CHECK(old.sa_handler == SIG_DFL);
    CHECK_EQ(kill(getpid(), SIGUSR2), 0);
    CHECK_EQ(caught, SIGUSR2);
    CHECK(signal(SIGPIPE, SIG_IGN) == SIG_DFL);
    CHECK_EQ(raise(SIGPIPE), 0);
}

TEST(longjmp_comes_back)
{
    static jmp_buf env;
    volatile int rounds = 0;

    if (setjmp(env) < 3)
        longjmp(env, ++rounds);
    CHECK_EQ(rounds, 3);
    if (_setjmp(env) < 6)
        _longjmp(env, ++rounds);
    CHECK_EQ(rounds, 6);
}

TEST(system_names_itself)
{
    struct utsname name;
    char host[64];

    CHECK_EQ(uname(&name), 0);
    CHECK_STR(name.sysname, "Pith");
    CHECK_STR(name.machine, "x86_64");
    CHECK_EQ(gethostname(host, sizeof(host)), 0);
    CHECK_STR(host, "pith");
    CHECK_EQ(sysconf(_SC_PAGESIZE), 4096);
    CHECK_EQ(sysconf(_SC_NPROCESSORS_ONLN), 1);
    CHECK(sysconf(_SC_PHYS_PAGES) > 1000);
}

/* covers: pclose popen system */
TEST(commands_have_no_shell)
{
    CHECK_EQ(system(NULL), 0);
    CHECK_EQ(system("true"), -1);
    CHECK_EQ(errno, ENOSYS);
    CHECK(!popen("true", "r"));
    CHECK_EQ(errno, ENOSYS);
    CHECK_EQ(pclose(stdin), -1);
    CHECK_EQ(errno, ECHILD);
}

int main(int argc, char **argv)
{
    the_argc = argc;
    the_argv = argv;
    return test_run_all();
}
