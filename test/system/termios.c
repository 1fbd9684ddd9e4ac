/* SPDX-License-Identifier: BSD-2-Clause */
/* What termios.sh types at: says READY and what for, and shows what it got. */

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static char got[200];

static void show(const char *what, ssize_t n)
{
    printf("%s %zd", what, n);
    for (ssize_t i = 0; i < n; i++)
        printf(" %02x", (unsigned char)got[i]);
    printf("\n");
}

static void ready(const char *what)
{
    printf("READY %s\n", what);
    fflush(stdout);
}

static void set(const struct termios *t)
{
    if (tcsetattr(0, TCSADRAIN, t))
        perror("tcsetattr");
}

static void in_lines(void)
{
    struct pollfd p = {.fd = 0, .events = POLLIN};
    int waiting = 0, n;

    ready("line");
    show("LINE", read(0, got, sizeof(got)));
    ready("end");
    show("END", read(0, got, sizeof(got)));
    ready("poll");
    n = poll(&p, 1, -1);
    printf("POLL %d %d\n", n, p.revents == POLLIN);
    ioctl(0, FIONREAD, &waiting);
    printf("WAITING %d\n", waiting);
    show("POLLED", read(0, got, sizeof(got)));
}

static void raw(const struct termios *before)
{
    struct termios t = *before;

    cfmakeraw(&t);
    t.c_oflag = before->c_oflag; /* for what this prints */
    t.c_cc[VMIN] = 3;
    set(&t);
    ready("raw");
    show("RAW", read(0, got, sizeof(got)));
    t.c_cc[VMIN] = 0;
    set(&t);
    show("NONE", read(0, got, sizeof(got)));
    t.c_cc[VTIME] = 1;
    set(&t);
    show("TIMED", read(0, got, sizeof(got)));
    t.c_cc[VMIN] = 200;
    set(&t);
    ready("pause");
    show("PAUSED", read(0, got, sizeof(got)));
}

static volatile sig_atomic_t signalled;

static void note(int sig)
{
    signalled = sig;
}

/* Keys that send signals, while it waits for the line and while it computes. */
static void signals(const struct termios *before)
{
    struct sigaction act = {.sa_flags = 0};
    struct termios t = *before;
    ssize_t n;

    act.sa_handler = note;
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGQUIT, &act, NULL);
    ready("interrupt");
    errno = 0;
    n = read(0, got, sizeof(got));
    printf("INTERRUPT %zd %d %d\n", n, errno == EINTR, signalled == SIGINT);
    signalled = 0;
    ready("quit");
    while (!signalled)
        ;
    printf("QUIT %d\n", signalled == SIGQUIT);
    show("REST", read(0, got, sizeof(got)));
    signal(SIGINT, SIG_IGN);
    ready("ignored");
    show("IGNORED", read(0, got, sizeof(got)));
    t.c_lflag &= ~(tcflag_t)ISIG;
    set(&t);
    ready("unsignalled");
    show("UNSIGNALLED", read(0, got, sizeof(got)));
    set(before);
}

int main(void)
{
    struct pollfd p = {.fd = 0, .events = POLLIN};
    struct termios before, t;

    if (tcgetattr(0, &before))
        perror("tcgetattr");
    in_lines();
    raw(&before);
    t = before;
    t.c_lflag &= ~(tcflag_t)ECHO;
    set(&t);
    ready("secret");
    show("SECRET", read(0, got, sizeof(got)));
    set(&before);
    ready("flush");
    poll(&p, 1, -1);
    tcflush(0, TCIFLUSH);
    printf("FLUSHED %d\n", poll(&p, 1, 0));
    signals(&before);
    ready("last");
    show("LAST", read(0, got, sizeof(got)));
    return 0;
}
