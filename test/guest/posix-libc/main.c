/* SPDX-License-Identifier: BSD-2-Clause */
/* The C library beside files: what is asked of the system, what one program
 * has not, text, locales, mathematics. */
/* cc: --checks -D_GNU_SOURCE -lm */
/* cmdline: pith.hostname=box pith.env=GIVEN=yes */
/* console: posix: fork\(\) is not supported: there is one process */
/* console: posix: dlopen\(\) is not supported: link */
/* console: who\[1\]: a message 7 */
/* console: posix-libc: warned: 3: No such file or directory */

#include "guest_test.h"
#include <complex.h>
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <getopt.h>
#include <grp.h>
#include <iconv.h>
#include <inttypes.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <malloc.h>
#include <math.h>
#include <pwd.h>
#include <regex.h>
#include <search.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

/* covers: fork vfork execv execve execvp execvpe fexecve execl execle execlp
 * execlpe waitpid wait */
TEST(processes_are_refused)
{
    char *const none[] = {NULL};

    FAILS(fork(), ENOSYS);
    FAILS(vfork(), ENOSYS);
    FAILS(execv("/x", none), ENOSYS);
    FAILS(execve("/x", none, none), ENOSYS);
    FAILS(execvp("x", none), ENOSYS);
    FAILS(execvpe("x", none, none), ENOSYS);
    FAILS(fexecve(0, none, none), ENOSYS);
    FAILS(execl("/x", "x", NULL), ENOSYS);
    FAILS(execle("/x", "x", NULL, none), ENOSYS);
    FAILS(execlp("x", "x", NULL), ENOSYS);
    FAILS(execlpe("x", "x", NULL, none), ENOSYS);
    FAILS(wait(NULL), ECHILD);
    FAILS(waitpid(-1, NULL, WNOHANG), ECHILD);
}

/* covers: posix_spawn posix_spawnp posix_spawnattr_init
 * posix_spawn_file_actions_init */
TEST(spawn_is_refused)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    char *const none[] = {NULL};
    pid_t pid;

    CHECK_EQ(posix_spawn(&pid, "/x", NULL, NULL, none, none), ENOSYS);
    CHECK_EQ(posix_spawnp(&pid, "x", NULL, NULL, none, none), ENOSYS);
    CHECK_EQ(posix_spawnattr_init(&attr), ENOSYS);
    CHECK_EQ(posix_spawn_file_actions_init(&actions), ENOSYS);
}

/* covers: dlopen dlsym dlclose dlerror */
TEST(dynamic_loading_is_refused)
{
    CHECK(!dlopen("libm.so", RTLD_NOW));
    CHECK(strstr(dlerror(), "link the code in"));
    CHECK(!dlerror());
    CHECK(!dlsym(RTLD_DEFAULT, "main"));
    CHECK(dlerror());
    FAILS(dlclose(NULL), ENOSYS);
}

/* covers: setuid seteuid setreuid setgid setegid setregid setgroups initgroups
 * getuid geteuid getgid getegid getgroups issetugid */
TEST(root_stays_root)
{
    gid_t groups[4];

    CHECK(!getuid() && !geteuid() && !getgid() && !getegid());
    CHECK_EQ(setuid(0), 0);
    FAILS(setuid(1000), ENOSYS);
    FAILS(seteuid(1000), ENOSYS);
    CHECK_EQ(setreuid((uid_t)-1, 0), 0);
    FAILS(setreuid(0, 1000), ENOSYS);
    FAILS(setgid(1000), ENOSYS);
    FAILS(setegid(1000), ENOSYS);
    FAILS(setregid(1000, 0), ENOSYS);
    CHECK_EQ(setgroups(0, NULL), 0);
    FAILS(setgroups(1, groups), ENOSYS);
    FAILS(initgroups("x", 5), ENOSYS);
    CHECK_EQ(getgroups(4, groups), 0);
    FAILS(getgroups(-1, groups), EINVAL);
    CHECK_EQ(issetugid(), 0);
}

/* covers: getpid getppid getpgrp getpgid getsid setpgid setpgrp setsid */
TEST(process_leads_its_session)
{
    CHECK_EQ(getpid(), 1);
    CHECK_EQ(getppid(), 0);
    CHECK_EQ(getpgrp(), 1);
    CHECK_EQ(getpgid(0), 1);
    CHECK_EQ(getsid(1), 1);
    FAILS(getpgid(2), ESRCH);
    FAILS(getsid(-1), EINVAL);
    CHECK_EQ(setpgid(0, 0), 0);
    FAILS(setpgid(0, 9), EPERM);
    FAILS(setpgid(9, 0), ESRCH);
    CHECK_EQ(setpgrp(), 0);
    FAILS(setsid(), EPERM);
}

/* covers: getpwnam getpwuid getpwnam_r getpwuid_r getpwent setpwent endpwent
 * setpassent getgrnam getgrgid getgrnam_r getgrgid_r getgrent setgrent endgrent
 * getlogin getlogin_r */
TEST(there_is_one_user)
{
    struct passwd *p, pw;
    struct group *g, gr;
    char buf[256];

    p = getpwnam("root");
    CHECK(p && p->pw_uid == 0);
    CHECK_STR(p->pw_dir, "/");
    CHECK_STR(getpwuid(0)->pw_name, "root");
    errno = 0;
    CHECK(!getpwnam("nobody") && !getpwuid(1) && errno == 0);
    CHECK_EQ(getpwnam_r("root", &pw, buf, sizeof(buf), &p), 0);
    CHECK(p == &pw);
    CHECK_EQ(getpwnam_r("root", &pw, buf, 4, &p), ERANGE);
    CHECK(!p);
    CHECK_EQ(getpwuid_r(7, &pw, buf, sizeof(buf), &p), 0);
    CHECK(!p);
    setpwent();
    CHECK(getpwent() && !getpwent());
    CHECK_EQ(setpassent(1), 1);
    CHECK(getpwent());
    endpwent();
    CHECK_STR(getgrnam("root")->gr_mem[0], "root");
    CHECK_EQ(getgrgid(0)->gr_gid, 0);
    CHECK(!getgrnam("wheel") && !getgrgid(1));
    CHECK_EQ(getgrnam_r("root", &gr, buf, sizeof(buf), &g), 0);
    CHECK(g == &gr);
    CHECK_EQ(getgrgid_r(0, &gr, buf, 1, &g), ERANGE);
    setgrent();
    CHECK(getgrent() && !getgrent());
    endgrent();
    CHECK_STR(getlogin(), "root");
    CHECK_EQ(getlogin_r(buf, sizeof(buf)), 0);
    CHECK_STR(buf, "root");
    CHECK_EQ(getlogin_r(buf, 3), ERANGE);
}

/* covers: uname gethostname sethostname getdomainname gethostid */
TEST(names_of_the_system)
{
    struct utsname u;
    char name[64];

    CHECK_EQ(uname(&u), 0);
    CHECK_STR(u.sysname, "Pith");
    CHECK_STR(u.nodename, "box");
    CHECK_STR(u.machine, "x86_64");
    CHECK_EQ(gethostname(name, sizeof(name)), 0);
    CHECK_STR(name, "box");
    FAILS(gethostname(name, 2), ENAMETOOLONG);
    CHECK_EQ(sethostname("box", 3), 0);
    FAILS(sethostname("other", 5), EPERM);
    CHECK_EQ(getdomainname(name, sizeof(name)), 0);
    CHECK_STR(name, "");
    CHECK_EQ(gethostid(), gethostid());
}

/* covers: sysconf pathconf fpathconf confstr getpagesize getdtablesize */
TEST(limits_are_told)
{
    struct stat st;

    CHECK_EQ(sysconf(_SC_PAGESIZE), 4096);
    CHECK_EQ(sysconf(_SC_VERSION), 200809);
    CHECK_EQ(sysconf(_SC_NPROCESSORS_ONLN), 1);
    CHECK_EQ(sysconf(_SC_NPROCESSORS_CONF), 1);
    CHECK(sysconf(_SC_PHYS_PAGES) > sysconf(_SC_AVPHYS_PAGES));
    CHECK_EQ(sysconf(_SC_OPEN_MAX), getdtablesize());
    CHECK(sysconf(_SC_CLK_TCK) > 0);
    FAILS(sysconf(-1), EINVAL);
    FAILS(sysconf(100000), EINVAL);
    for (int i = 0; i <= _SC_POSIX_26_VERSION; i++) {
        errno = 0;
        CHECK(sysconf(i) >= -1 && errno == 0);
    }
    CHECK_EQ(getpagesize(), 4096);
    CHECK_EQ(pathconf("/", _PC_NAME_MAX), NAME_MAX);
    CHECK_EQ(fpathconf(1, _PC_PIPE_BUF), 4096);
    FAILS(pathconf("/none", _PC_NAME_MAX), ENOENT);
    FAILS(pathconf("/", 9999), EINVAL);
    FAILS(fpathconf(77, _PC_NAME_MAX), EBADF);
    errno = 0;
    CHECK(confstr(0, NULL, 0) == 0 && errno == EINVAL);
    CHECK_EQ(fstat(1, &st), 0);
}

/* covers: getrlimit setrlimit getrusage getpriority setpriority nice */
TEST(resources_are_counted)
{
    struct rlimit r;
    struct rusage u;

    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &r), 0);
    CHECK_EQ(r.rlim_cur, 65536);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &r), 0);
    r.rlim_max = 70000;
    FAILS(setrlimit(RLIMIT_NOFILE, &r), EPERM);
    r.rlim_max = r.rlim_cur = 5;
    FAILS(setrlimit(RLIMIT_NOFILE, &r), EINVAL);
    FAILS(getrlimit(99, &r), EINVAL);
    CHECK_EQ(getrlimit(RLIMIT_AS, &r), 0);
    CHECK(r.rlim_cur == RLIM_INFINITY);
    CHECK_EQ(getrusage(RUSAGE_SELF, &u), 0);
    CHECK(u.ru_maxrss > 100);
    CHECK(u.ru_utime.tv_sec > 0 || u.ru_utime.tv_usec > 0);
    CHECK_EQ(getrusage(RUSAGE_CHILDREN, &u), 0);
    CHECK(u.ru_utime.tv_sec == 0 && u.ru_utime.tv_usec == 0);
    FAILS(getrusage(5, &u), EINVAL);
    CHECK_EQ(nice(3), 3);
    CHECK_EQ(getpriority(PRIO_PROCESS, 0), 3);
    CHECK_EQ(setpriority(PRIO_PROCESS, 1, -30), 0);
    CHECK_EQ(getpriority(PRIO_PROCESS, 0), -20);
    CHECK_EQ(setpriority(PRIO_PROCESS, 0, 0), 0);
    FAILS(getpriority(9, 0), EINVAL);
    FAILS(setpriority(PRIO_PROCESS, 77, 0), ESRCH);
}

/* covers: openlog syslog vsyslog closelog setlogmask */
TEST(syslog_lines_reach_the_log)
{
    openlog("who", LOG_PID, LOG_DAEMON);
    syslog(LOG_ERR, "a message %d\n", 7);
    CHECK_EQ(setlogmask(LOG_UPTO(LOG_ERR)), 0xff);
    syslog(LOG_WARNING, "not %s", "wanted");
    CHECK_EQ(setlogmask(0), LOG_UPTO(LOG_ERR));
    setlogmask(0xff);
    closelog();
}

/* covers: warn warnx vwarn vwarnx error error_at_line */
TEST(messages_bear_the_programs_name)
{
    errno = ENOENT;
    warn("warned: %d", 3);
    warnx("plain");
    error(0, EINVAL, "gnu %s", "says");
    error_at_line(0, 0, "file", 9, "here");
    CHECK_EQ(error_message_count, 2);
}

/* covers: getenv setenv putenv unsetenv secure_getenv */
TEST(environment_can_change)
{
    static char put[] = "PUT=there";

    CHECK_STR(getenv("GIVEN"), "yes");
    CHECK_STR(secure_getenv("GIVEN"), "yes");
    CHECK_EQ(setenv("GIVEN", "no", 0), 0);
    CHECK_STR(getenv("GIVEN"), "yes");
    CHECK_EQ(setenv("GIVEN", "longer than before", 1), 0);
    CHECK_STR(getenv("GIVEN"), "longer than before");
    CHECK_EQ(putenv(put), 0);
    CHECK_STR(getenv("PUT"), "there");
    CHECK_EQ(unsetenv("GIVEN"), 0);
    CHECK(!getenv("GIVEN"));
    FAILS(setenv("", "x", 1), EINVAL);
    FAILS(setenv("a=b", "x", 1), EINVAL);
    FAILS(unsetenv("a=b"), EINVAL);
}

/* covers: settimeofday ftime gettimeofday */
TEST(clock_is_xens)
{
    struct timeval tv = {0};
    struct timeb tb;

    FAILS(settimeofday(&tv, NULL), EPERM);
    CHECK_EQ(gettimeofday(&tv, NULL), 0);
    CHECK_EQ(ftime(&tb), 0);
    CHECK(tb.time >= tv.tv_sec && tb.millitm < 1000);
}

/* covers: getopt getopt_long */
TEST(options_are_parsed)
{
    char *argv[] = {"p", "-a", "--name=x", "rest", "-b", NULL};
    const struct option longs[] = {{"name", required_argument, NULL, 'n'},
                                   {NULL, 0, NULL, 0}};

    optind = 0;
    CHECK_EQ(getopt_long(5, argv, "abn:", longs, NULL), 'a');
    CHECK_EQ(getopt_long(5, argv, "abn:", longs, NULL), 'n');
    CHECK_STR(optarg, "x");
    CHECK_EQ(getopt_long(5, argv, "abn:", longs, NULL), 'b');
    CHECK_EQ(getopt_long(5, argv, "abn:", longs, NULL), -1);
    CHECK_STR(argv[optind], "rest");
    optind = 0;
    opterr = 0;
    CHECK_EQ(getopt(2, (char *[]){"p", "-x", NULL}, "a"), '?');
    CHECK_EQ(optopt, 'x');
}

/* covers: regcomp regexec regfree regerror fnmatch */
TEST(patterns_match)
{
    regmatch_t m[2];
    char text[64];
    regex_t re;

    CHECK_EQ(regcomp(&re, "a([0-9]+)z", REG_EXTENDED), 0);
    CHECK_EQ(regexec(&re, "xxa123zyy", 2, m, 0), 0);
    CHECK(m[0].rm_so == 2 && m[0].rm_eo == 7 && m[1].rm_so == 3);
    CHECK_EQ(regexec(&re, "az", 0, NULL, 0), REG_NOMATCH);
    regfree(&re);
    CHECK_EQ(regcomp(&re, "(", REG_EXTENDED), REG_EPAREN);
    CHECK(regerror(REG_EPAREN, NULL, text, sizeof(text)) > 5);
    CHECK_EQ(regcomp(&re, "ABC", REG_ICASE | REG_NOSUB), 0);
    CHECK_EQ(regexec(&re, "xabcx", 0, NULL, 0), 0);
    regfree(&re);
    CHECK_EQ(fnmatch("*.[ch]", "main.c", 0), 0);
    CHECK_EQ(fnmatch("*.[ch]", "main.o", 0), FNM_NOMATCH);
    CHECK_EQ(fnmatch("*", "a/b", FNM_PATHNAME), FNM_NOMATCH);
    CHECK_EQ(fnmatch("*", ".a", FNM_PERIOD), FNM_NOMATCH);
    CHECK_EQ(fnmatch("A", "a", FNM_CASEFOLD), 0);
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int compare_r(const void *a, const void *b, void *arg)
{
    return (*(const int *)a - *(const int *)b) * *(int *)arg;
}

/* covers: hcreate hsearch tsearch tfind tdelete qsort_r bsearch */
TEST(search_finds)
{
    char keys[3][2] = {"a", "b", "c"};
    ENTRY item = {keys[1], (void *)5}, *found;
    int numbers[] = {2, 3, 1}, sign = -1;
    void *root = NULL;

    CHECK(hcreate(10));
    CHECK(hsearch(item, ENTER));
    found = hsearch((ENTRY){"b", NULL}, FIND);
    CHECK(found && found->data == (void *)5);
    CHECK(!hsearch((ENTRY){"x", NULL}, FIND));
    for (int i = 0; i < 3; i++)
        CHECK(tsearch(keys[i], &root, compare_text));
    CHECK(tfind("b", &root, compare_text));
    CHECK(tdelete("b", &root, compare_text));
    CHECK(!tfind("b", &root, compare_text));
    qsort_r(numbers, 3, sizeof(int), compare_r, &sign);
    CHECK(numbers[0] == 3 && numbers[2] == 1);
    qsort(keys, 3, 2, compare_text);
    CHECK(bsearch("b", keys, 3, 2, compare_text) == keys[1]);
}

/* covers: setlocale localeconv nl_langinfo mbstowcs wcstombs mbrtowc wcrtomb
 * wcwidth iswalpha towupper newlocale uselocale freelocale mbsrtowcs btowc */
TEST(locales_are_c_and_utf8)
{
    const char *text = "gr\xc3\xbc\xc3\x9f";
    wchar_t wide[8], w;
    char narrow[16];
    mbstate_t state;

    CHECK_STR(setlocale(LC_ALL, NULL), "C");
    CHECK(!setlocale(LC_ALL, "de_XX.NONE"));
    CHECK(setlocale(LC_ALL, "C.UTF-8"));
    CHECK_STR(nl_langinfo(CODESET), "UTF-8");
    CHECK_EQ(mbstowcs(wide, text, 8), 4);
    CHECK_EQ(wide[2], 0xfc);
    CHECK_EQ(wcstombs(narrow, wide, sizeof(narrow)), 6);
    CHECK_STR(narrow, text);
    memset(&state, 0, sizeof(state));
    CHECK_EQ(mbrtowc(&w, "\xe2\x82", 2, &state), (size_t)-2);
    CHECK_EQ(mbrtowc(&w, "\xac", 1, &state), 1);
    CHECK_EQ(w, 0x20ac);
    memset(&state, 0, sizeof(state));
    errno = 0;
    CHECK_EQ(mbrtowc(&w, "\xff", 1, &state), (size_t)-1);
    CHECK_EQ(errno, EILSEQ);
    CHECK_EQ(wcwidth(0x4e00), 2);
    CHECK_EQ(wcwidth(0x300), 0);
    CHECK_EQ(wcwidth(L'a'), 1);
    CHECK(iswalpha(0xfc));
    CHECK_EQ(towupper(0xfc), 0xdc);
    CHECK_STR(localeconv()->decimal_point, ".");
    CHECK(setlocale(LC_ALL, "C"));
}

/* covers: fwprintf swprintf wcstol fputws fgetws wprintf wcscmp wcslen wcstod
 */
TEST(wide_text_is_read_and_written)
{
    wchar_t buf[32];
    FILE *f = fopen("/wide", "w+");

    CHECK(f);
    CHECK_EQ(fwprintf(f, L"%ls %d", L"wide", 42), 7);
    rewind(f);
    CHECK(fgetws(buf, 32, f));
    CHECK_EQ(wcscmp(buf, L"wide 42"), 0);
    fclose(f);
    CHECK_EQ(swprintf(buf, 32, L"%.2f", 1.5), 4);
    CHECK_EQ(wcstol(L"0x1f", NULL, 0), 31);
    CHECK(wcstod(L"2.5", NULL) == 2.5);
    CHECK_EQ(remove("/wide"), 0);
}

static const char *convert(iconv_t cd, const char *in, size_t in_left)
{
    static char out[32];
    char *from = (char *)(uintptr_t)in, *to = out;
    size_t left = sizeof(out) - 1;

    if (iconv(cd, &from, &in_left, &to, &left) == (size_t)-1)
        return strerror(errno);
    *to = '\0';
    return out;
}

/* covers: iconv_open iconv iconv_close */
TEST(iconv_converts)
{
    iconv_t cd = iconv_open("UTF-8", "ISO-8859-1");

    CHECK(cd != (iconv_t)-1);
    CHECK_STR(convert(cd, "gr\xfcn", 4), "gr\xc3\xbcn");
    CHECK_EQ(iconv_close(cd), 0);
    cd = iconv_open("ISO-8859-1", "UTF-8");
    CHECK(cd != (iconv_t)-1);
    CHECK_STR(convert(cd, "\xc3\xbc", 2), "\xfc");
    CHECK_STR(convert(cd, "\xff", 1), strerror(EILSEQ));
    CHECK_EQ(iconv_close(cd), 0);
    CHECK(iconv_open("NO-SUCH", "UTF-8") == (iconv_t)-1);
    CHECK_EQ(errno, EINVAL);
}

/* covers: fmemopen open_memstream open_wmemstream snprintf sscanf asprintf
 * dprintf getline getdelim strtold strerror_r ctermid */
TEST(streams_and_formats)
{
    char text[160], *line = NULL, *grown = NULL;
    size_t size = 0;
    long double ld;
    FILE *f;

    snprintf(text, sizeof(text), "%.20Lf %a %La", 1.25L, 1.0, 1.0L);
    CHECK_STR(text, "1.25000000000000000000 0x1p+0 0x1p+0");
    CHECK_EQ(sscanf("3.5 0x10", "%Lf %i", &ld, &(int){0}), 2);
    CHECK(ld == 3.5L);
    CHECK(strtold("1e4000", NULL) > 1e300L);
    CHECK((f = fmemopen((char[]){"one\ntwo\n"}, 8, "r")));
    CHECK_EQ(getline(&line, &size, f), 4);
    CHECK_STR(line, "one\n");
    CHECK_EQ(getdelim(&line, &size, 'w', f), 2);
    fclose(f);
    free(line);
    CHECK((f = open_memstream(&grown, &size)));
    CHECK_EQ(fprintf(f, "%s", "grown"), 5);
    fclose(f);
    CHECK_EQ(size, 5);
    CHECK_STR(grown, "grown");
    free(grown);
    CHECK_EQ(asprintf(&grown, "%d", 12), 2);
    CHECK_STR(grown, "12");
    free(grown);
    CHECK_STR(ctermid(NULL), "/dev/console");
    CHECK(strlen(strerror_r(ENOENT, text, sizeof(text))) > 5);
}

/* covers: aligned_alloc posix_memalign memalign malloc_usable_size valloc
 * mallinfo malloc_trim reallocarray calloc realloc malloc free */
TEST(memory_is_aligned_and_counted)
{
    struct mallinfo before = mallinfo(), after;
    char *p = aligned_alloc(4096, 8192), *q;
    volatile size_t huge = SIZE_MAX;

    CHECK(p && (uintptr_t)p % 4096 == 0);
    CHECK(malloc_usable_size(p) >= 8192);
    after = mallinfo();
    CHECK(after.uordblks >= before.uordblks + 8192);
    free(p);
    CHECK_EQ(posix_memalign((void **)&p, 3, 8), EINVAL);
    CHECK_EQ(posix_memalign((void **)&p, 64, 8), 0);
    CHECK((uintptr_t)p % 64 == 0);
    free(p);
    CHECK(!reallocarray(NULL, huge, 2));
    CHECK_EQ(errno, ENOMEM);
    CHECK(!calloc(huge, 2));
    CHECK((p = malloc(10)));
    strcpy(p, "kept");
    CHECK((q = realloc(p, 100000)));
    CHECK_STR(q, "kept");
    free(q);
    CHECK(malloc_trim(0) >= 0);
}

static bool near(long double a, long double b)
{
    return fabsl(a - b) <= 1e-17L * (1 + fabsl(b));
}

/* covers: sqrtl expl logl powl sinl cosl tanl atan2l cbrtl fmal tgammal erfl
 * log1pl expm1l hypotl roundl fmodl nextafterl */
TEST(long_double_is_exact_enough)
{
    volatile long double two = 2, one = 1, half = 0.5L;

    CHECK(near(sqrtl(two), 1.41421356237309504880168872420969808L));
    CHECK(near(expl(one), 2.71828182845904523536028747135266250L));
    CHECK(near(logl(two), 0.69314718055994530941723212145817657L));
    CHECK(near(powl(two, half), 1.41421356237309504880168872420969808L));
    CHECK(near(sinl(one), 0.84147098480789650665250232163029900L));
    CHECK(near(cosl(one), 0.54030230586813971740093660744297661L));
    CHECK(near(tanl(one), 1.55740772465490223050697480745836018L));
    CHECK(near(atan2l(one, one), 0.78539816339744830961566084581987572L));
    CHECK(near(cbrtl(two), 1.25992104989487316476721060727822835L));
    CHECK(near(log1pl(half), 0.40546510810816438197801311546434914L));
    CHECK(near(expm1l(half), 0.64872127070012814684865078781416357L));
    CHECK(near(hypotl(one, one), 1.41421356237309504880168872420969808L));
    CHECK(near(erfl(half), 0.52049987781304653768274665389196452L));
    CHECK(near(tgammal(half), 1.77245385090551602729816748334114518L));
    CHECK(roundl(2.5L) == 3 && fmodl(7, 3) == 1 && fmal(2, 3, 4) == 10);
    CHECK(nextafterl(one, two) > one);
}

static bool near_c(long double complex a, long double re, long double im)
{
    return near(creall(a), re) && near(cimagl(a), im);
}

/* covers: cexpl clogl csqrtl cpowl csinl ccosl ctanl csinhl ccoshl ctanhl
 * catanl cargl cprojl cabsl conjl catanhl casinl cacosl */
TEST(long_double_complex_is_there)
{
    volatile long double complex z = CMPLXL(3, 4), i = CMPLXL(0, 1);

    CHECK(near_c(csqrtl(z), 2, 1));
    CHECK(near_c(csqrtl(CMPLXL(-4, 0)), 0, 2));
    CHECK(near(cabsl(z), 5));
    CHECK(near(cargl(i), 1.57079632679489661923132169163975144L));
    CHECK(near_c(cexpl(clogl(z)), 3, 4));
    CHECK(near_c(cpowl(i, 2), -1, 0));
    CHECK(near_c(csinl(i), 0, 1.17520119364380145688238185059560082L));
    CHECK(near_c(ccosl(i), 1.54308063481524377847790562075706168L, 0));
    CHECK(near_c(ctanl(i), 0, 0.76159415595576488811945828260479359L));
    CHECK(near_c(csinhl(1), 1.17520119364380145688238185059560082L, 0));
    CHECK(near_c(ccoshl(i), 0.54030230586813971740093660744297661L, 0));
    CHECK(near_c(ctanhl(ctanl(0.5L) * 0), 0, 0));
    CHECK(near_c(ctanhl(catanhl(CMPLXL(0.25L, 0.5L))), 0.25L, 0.5L));
    CHECK(near_c(ctanl(catanl(CMPLXL(0.25L, 0.5L))), 0.25L, 0.5L));
    CHECK(isinf(creall(cprojl(CMPLXL(1, INFINITY)))));
}

int main(void)
{
    return test_run_all();
}
