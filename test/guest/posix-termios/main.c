/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's settings, where nobody types: test/system/termios.sh does. */
/* cc: --checks -D_GNU_SOURCE */

#include "guest_test.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

TEST(settings_at_the_start_are_a_terminals)
{
    struct termios t;

    CHECK_EQ(tcgetattr(0, &t), 0);
    CHECK_EQ(t.c_lflag & (ICANON | ECHO | ECHOE | ISIG | ECHOCTL),
             ICANON | ECHO | ECHOE | ISIG | ECHOCTL);
    CHECK(t.c_iflag & ICRNL);
    CHECK_EQ(t.c_oflag & (OPOST | ONLCR), OPOST | ONLCR);
    CHECK_EQ(t.c_cflag & CSIZE, CS8);
    CHECK_EQ(t.c_cc[VINTR], 3);
    CHECK_EQ(t.c_cc[VERASE], 0x7f);
    CHECK_EQ(t.c_cc[VKILL], 'U' & 31);
    CHECK_EQ(t.c_cc[VEOF], 4);
    CHECK_EQ(t.c_cc[VMIN], 1);
    CHECK_EQ(cfgetospeed(&t), B38400);
}

/* covers: cfgetispeed cfgetospeed cfmakeraw cfsetispeed cfsetospeed cfsetspeed
 * tcgetattr tcsetattr */
TEST(settings_are_kept_and_given_back)
{
    struct termios before, t, got;

    CHECK_EQ(tcgetattr(1, &before), 0);
    t = before;
    cfmakeraw(&t);
    t.c_cc[VMIN] = 7;
    t.c_cc[VTIME] = 9;
    t.c_cc[VINTR] = 0;
    t.c_lflag |= TOSTOP;
    CHECK_EQ(cfsetspeed(&t, B9600), 0);
    CHECK_EQ(tcsetattr(0, TCSAFLUSH, &t), 0);
    CHECK_EQ(tcgetattr(2, &got), 0);
    CHECK_EQ(tcsetattr(0, TCSANOW, &before), 0);
    CHECK_EQ(got.c_lflag, t.c_lflag);
    CHECK_EQ(got.c_iflag, t.c_iflag);
    CHECK_EQ(got.c_oflag, t.c_oflag);
    CHECK_EQ(got.c_cflag, t.c_cflag);
    CHECK(!memcmp(got.c_cc, t.c_cc, sizeof(t.c_cc)));
    CHECK_EQ(cfgetispeed(&got), B9600);
    CHECK_EQ(tcgetattr(0, &got), 0);
    CHECK(!memcmp(&got, &before, sizeof(got)));
    t.c_ospeed = B9600;
    FAILS(cfsetospeed(&t, 9600), EINVAL);
    FAILS(cfsetispeed(&t, 16), EINVAL);
    CHECK_EQ(cfgetospeed(&t), B9600);
}

TEST(input_that_nobody_types_is_eagain)
{
    char c;

    CHECK_EQ(fcntl(0, F_SETFL, O_NONBLOCK), 0);
    FAILS(read(0, &c, 1), EAGAIN);
    CHECK_EQ(fcntl(0, F_SETFL, 0), 0);
}

/* covers: isatty ttyname ttyname_r */
TEST(terminal_calls_name_the_console)
{
    char name[32];

    CHECK(isatty(0) && isatty(1) && isatty(2));
    CHECK_STR(ttyname(0), "/dev/console");
    CHECK_EQ(ttyname_r(1, name, sizeof(name)), 0);
    CHECK_STR(name, "/dev/console");
    CHECK_EQ(ttyname_r(1, name, 5), ERANGE);
    CHECK_STR(ctermid(NULL), "/dev/console");
    CHECK_EQ(tcgetpgrp(0), getpid());
    CHECK_EQ(tcsetpgrp(0, getpid()), 0);
    FAILS(tcsetpgrp(0, getpid() + 1), EPERM);
    CHECK_EQ(tcgetsid(0), getpid());
    CHECK_EQ(tcdrain(1), 0);
    CHECK_EQ(tcsendbreak(1, 0), 0);
    CHECK_EQ(tcflow(1, TCOOFF), 0);
    CHECK_EQ(tcflow(1, TCOON), 0);
    CHECK_EQ(tcflush(0, TCIOFLUSH), 0);
}

TEST(window_size_is_what_was_set)
{
    struct winsize w = {0}, wide = {.ws_row = 50, .ws_col = 132};

    CHECK_EQ(ioctl(0, TIOCGWINSZ, &w), 0);
    CHECK_EQ(w.ws_row, 24);
    CHECK_EQ(w.ws_col, 80);
    CHECK_EQ(ioctl(1, TIOCSWINSZ, &wide), 0);
    CHECK_EQ(ioctl(0, TIOCGWINSZ, &w), 0);
    CHECK_EQ(w.ws_col, 132);
}

/* covers: tcdrain tcflow tcflush tcgetattr tcgetpgrp tcgetsid tcsendbreak
 * tcsetattr tcsetpgrp ttyname ttyname_r */
TEST(terminal_calls_elsewhere_say_so)
{
    struct winsize w;
    struct termios t;
    int p[2];

    CHECK_EQ(tcgetattr(0, &t), 0);
    FAILS(tcsetattr(0, 9, &t), EINVAL);
    FAILS(tcflush(0, 9), EINVAL);
    FAILS(tcflow(0, 9), EINVAL);
    CHECK_EQ(pipe(p), 0);
    for (int i = 0; i < 2; i++) {
        int fd = i ? 99 : p[0], err = i ? EBADF : ENOTTY;

        FAILS(tcgetattr(fd, &t), err);
        FAILS(tcsetattr(fd, TCSANOW, &t), err);
        FAILS(tcflush(fd, TCIFLUSH), err);
        FAILS(tcflow(fd, TCOON), err);
        FAILS(tcdrain(fd), err);
        FAILS(tcsendbreak(fd, 0), err);
        FAILS(tcgetpgrp(fd), err);
        FAILS(tcsetpgrp(fd, 1), err);
        FAILS(tcgetsid(fd), err);
        FAILS(ioctl(fd, TIOCGWINSZ, &w), err);
        CHECK(!ttyname(fd));
        CHECK_EQ(errno, err);
        CHECK_EQ(ttyname_r(fd, (char *)&t, 20), err);
    }
    close(p[0]);
    close(p[1]);
}

int main(void)
{
    return test_run_all();
}
