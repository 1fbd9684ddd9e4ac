/* SPDX-License-Identifier: BSD-2-Clause */
/* <time.h>: dates. */

#include "guest_test.h"
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/times.h>

static const struct {
    time_t seconds;
    int year, month, day, hour, minute, second, weekday, yearday;
} dates[] = {
    {0, 1970, 1, 1, 0, 0, 0, 4, 0},
    {-1, 1969, 12, 31, 23, 59, 59, 3, 364},
    {951782400, 2000, 2, 29, 0, 0, 0, 2, 59},
    {1709164800, 2024, 2, 29, 0, 0, 0, 4, 59},
    {4107542400, 2100, 3, 1, 0, 0, 0, 1, 59},
    {2147483648, 2038, 1, 19, 3, 14, 8, 2, 18},
    {-2208988800, 1900, 1, 1, 0, 0, 0, 1, 0},
    {253402300799, 9999, 12, 31, 23, 59, 59, 5, 364},
    {253402300800, 10000, 1, 1, 0, 0, 0, 6, 0},
    {-62135596800, 1, 1, 1, 0, 0, 0, 1, 0},
    {63113841864403199, 2000000000, 12, 31, 23, 59, 59, 0, 365},
    {-63113966167219200, -2000000000, 1, 1, 0, 0, 0, 6, 0},
};

static void zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

/* covers: gmtime gmtime_r localtime localtime_r mktime */
TEST(dates_go_there_and_back)
{
    zone("UTC0");
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        time_t t = dates[i].seconds;
        struct tm tm, *same = gmtime(&t);

        CHECK(same && gmtime_r(&t, &tm) == &tm);
        CHECK_EQ(same->tm_year, tm.tm_year);
        CHECK_EQ(tm.tm_year, dates[i].year - 1900);
        CHECK_EQ(tm.tm_mon, dates[i].month - 1);
        CHECK_EQ(tm.tm_mday, dates[i].day);
        CHECK_EQ(tm.tm_hour, dates[i].hour);
        CHECK_EQ(tm.tm_min, dates[i].minute);
        CHECK_EQ(tm.tm_sec, dates[i].second);
        CHECK_EQ(tm.tm_wday, dates[i].weekday);
        CHECK_EQ(tm.tm_yday, dates[i].yearday);
        CHECK(localtime_r(&t, &tm) == &tm && localtime(&t));
        CHECK_EQ(tm.tm_hour, dates[i].hour);
        tm.tm_wday = tm.tm_yday = -1;
        tm.tm_isdst = 0;
        CHECK_EQ(mktime(&tm), t);
        CHECK_EQ(tm.tm_wday, dates[i].weekday);
        CHECK_EQ(tm.tm_yday, dates[i].yearday);
    }
}

TEST(dates_that_do_not_exist_are_made_ones_that_do)
{
    struct tm tm = {.tm_year = 124,
                    .tm_mon = 13,
                    .tm_mday = -30,
                    .tm_hour = 49,
                    .tm_min = -1,
                    .tm_sec = 3661};

    zone("UTC0");
    CHECK_EQ(mktime(&tm), 1735869601);
    CHECK(tm.tm_year == 125 && tm.tm_mon == 0 && tm.tm_mday == 3);
    CHECK(tm.tm_hour == 2 && tm.tm_min == 0 && tm.tm_sec == 1);
    tm = (struct tm){.tm_year = 70, .tm_mon = -12000, .tm_mday = 1};
    CHECK_EQ(mktime(&tm), -31556908800l);
    tm = (struct tm){.tm_year = 2147483647, .tm_mon = 12, .tm_mday = 1};
    errno = 0;
    CHECK_EQ(mktime(&tm), -1);
    CHECK_EQ(errno, EOVERFLOW);
}

TEST(years_that_tm_cannot_hold_are_refused)
{
    time_t far = 67768036191676800;
    struct tm tm;

    zone("UTC0");
    errno = 0;
    CHECK(!gmtime_r(&far, &tm));
    CHECK_EQ(errno, EOVERFLOW);
    errno = 0;
    CHECK(!gmtime(&far));
    CHECK_EQ(errno, EOVERFLOW);
    errno = 0;
    CHECK(!localtime_r(&far, &tm));
    CHECK_EQ(errno, EOVERFLOW);
}

/* covers: tzset */
TEST(zones_have_their_summer)
{
    time_t winter = 1705320000, summer = 1721044800; /* noon, UTC */
    struct tm tm;

    zone("CET-1CEST,M3.5.0,M10.5.0/3");
    CHECK(localtime_r(&winter, &tm));
    CHECK(tm.tm_hour == 13 && tm.tm_isdst == 0);
    CHECK_EQ(mktime(&tm), winter);
    CHECK(localtime_r(&summer, &tm));
    CHECK(tm.tm_hour == 14 && tm.tm_isdst == 1);
    CHECK_EQ(mktime(&tm), summer);
    tm.tm_isdst = -1;
    CHECK_EQ(mktime(&tm), summer);
    CHECK_STR(tzname[0], "CET");
    CHECK_STR(tzname[1], "CEST");
    zone("<+0545>-5:45");
    CHECK(localtime_r(&winter, &tm));
    CHECK(tm.tm_hour == 17 && tm.tm_min == 45);
    zone("UTC0");
}

/* covers: asctime asctime_r ctime ctime_r strftime strftime_l */
TEST(dates_become_text)
{
    time_t t = 1709168645; /* 2024-02-29 01:04:05 */
    struct tm tm;
    char buf[100];
    locale_t c = newlocale(LC_ALL_MASK, "C", 0);

    zone("UTC0");
    CHECK(gmtime_r(&t, &tm));
    CHECK_STR(asctime(&tm), "Thu Feb 29 01:04:05 2024\n");
    CHECK_STR(asctime_r(&tm, buf), "Thu Feb 29 01:04:05 2024\n");
    CHECK_STR(ctime(&t), "Thu Feb 29 01:04:05 2024\n");
    CHECK_STR(ctime_r(&t, buf), "Thu Feb 29 01:04:05 2024\n");
#define DATE(format, want) \
    CHECK_EQ(strftime(buf, sizeof(buf), format, &tm), strlen(want)); \
    CHECK_STR(buf, want); \
    CHECK_EQ(strftime_l(buf, sizeof(buf), format, &tm, c), strlen(want)); \
    CHECK_STR(buf, want)

    DATE("%Y-%m-%dT%H:%M:%S", "2024-02-29T01:04:05");
    DATE("%a %A %b %B %h", "Thu Thursday Feb February Feb");
    DATE("%C %y %e %I %p %j", "20 24 29 01 AM 060");
    DATE("%D %F %R %T %r", "02/29/24 2024-02-29 01:04 01:04:05 01:04:05 AM");
    DATE("%G %g %V %U %W %u %w", "2024 24 09 08 09 4 4");
    DATE("%c|%x|%X", "Thu Feb 29 01:04:05 2024|02/29/24|01:04:05");
    DATE("%s %z%n%t%%", "1709168645 +0000\n\t%");
    CHECK_EQ(strftime(buf, 4, "%Y", &tm), 0);
    CHECK_EQ(strftime(buf, 5, "%Y", &tm), 4);
    freelocale(c);
}

/* covers: strptime strptime_l */
TEST(text_becomes_dates)
{
    struct tm tm = {0};
    locale_t c = newlocale(LC_ALL_MASK, "C", 0);

    CHECK_STR(strptime("2024-02-29 13:14:15 rest", "%Y-%m-%d %H:%M:%S", &tm),
              " rest");
    CHECK(tm.tm_year == 124 && tm.tm_mon == 1 && tm.tm_mday == 29);
    CHECK(tm.tm_hour == 13 && tm.tm_min == 14 && tm.tm_sec == 15);
    CHECK_STR(strptime("Mon 3 March 99", "%a %d %B %y", &tm), "");
    CHECK(tm.tm_year == 99 && tm.tm_mon == 2 && tm.tm_mday == 3);
    CHECK_STR(strptime_l("11:05 PM", "%I:%M %p", &tm, c), "");
    CHECK_EQ(tm.tm_hour, 23);
    CHECK(!strptime("x", "%Y", &tm));
    freelocale(c);
}

/* covers: difftime time clock times */
TEST(time_passes)
{
    struct tms used;
    time_t now, same = time(&now);
    clock_t first = clock(), second;

    CHECK_EQ(same, now);
    CHECK(now > 1700000000);
    CHECK(difftime(10, 4) == 6.0 && difftime(4, 10) == -6.0);
    CHECK(first != (clock_t)-1);
    do
        second = clock();
    while (second == first);
    CHECK(second > first);
    CHECK(times(&used) != (clock_t)-1);
    CHECK(used.tms_cutime == 0 && used.tms_cstime == 0);
}
