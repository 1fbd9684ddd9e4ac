/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console's settings as programs see them. The line discipline is
 * kernel/'s (pith/tty.h); what it does not know is kept and given back.
 * Spec: POSIX.1-2017, general terminal interface.
 */

#include "private.h"
#include <errno.h>
#include <pith/file.h>
#include <pith/mutex.h>
#include <pith/tty.h>
#include <string.h>
#include <sys/termios.h>
#include <unistd.h>

/* What the kernel knows is overwritten by what it says. */
static struct {
    struct mutex lock; /* protects kept, and setting the mode by it */
    struct termios kept;
} terminal = {
    MUTEX_INIT(terminal.lock),
    {
        .c_iflag = IXON | IUTF8,
        .c_cflag = CS8 | CREAD | HUPCL | CLOCAL,
        .c_lflag = ECHOE | ECHOK | ECHOKE | IEXTEN,
        .c_cc = {[VSTART] = 'Q' & 0x1f, [VSTOP] = 'S' & 0x1f},
        .c_ispeed = B38400,
        .c_ospeed = B38400,
    },
};

/* Which flag of struct termios is which of kernel/'s. */
static const struct {
    size_t member;
    tcflag_t bits;
    uint32_t flag;
} flags[] = {
    {offsetof(struct termios, c_lflag), ICANON, TTY_CANONICAL},
    {offsetof(struct termios, c_lflag), ECHO, TTY_ECHO},
    {offsetof(struct termios, c_lflag), ECHONL, TTY_ECHO_NL},
    {offsetof(struct termios, c_lflag), ECHOCTL, TTY_ECHO_CONTROL},
    {offsetof(struct termios, c_lflag), ISIG, TTY_SIGNALS},
    {offsetof(struct termios, c_lflag), NOFLSH, TTY_NO_FLUSH},
    {offsetof(struct termios, c_iflag), ICRNL, TTY_CR_TO_NL},
    {offsetof(struct termios, c_iflag), INLCR, TTY_NL_TO_CR},
    {offsetof(struct termios, c_iflag), IGNCR, TTY_IGNORE_CR},
    {offsetof(struct termios, c_oflag), OPOST | ONLCR, TTY_CRLF},
};

static const unsigned char chars[TTY_CHARS] = {
    [TTY_CHAR_INTERRUPT] = VINTR, [TTY_CHAR_QUIT] = VQUIT,
    [TTY_CHAR_SUSPEND] = VSUSP,   [TTY_CHAR_ERASE] = VERASE,
    [TTY_CHAR_KILL] = VKILL,      [TTY_CHAR_ERASE_WORD] = VWERASE,
    [TTY_CHAR_END] = VEOF,        [TTY_CHAR_LINE] = VEOL,
};

static tcflag_t *member(struct termios *t, size_t offset)
{
    return (tcflag_t *)((char *)t + offset);
}

static void to_termios(const struct tty_mode *mode, struct termios *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
        tcflag_t *m = member(out, flags[i].member);

        /* OPOST without ONLCR is kept as it was set. */
        if (mode->flags & flags[i].flag)
            *m |= flags[i].bits;
        else if ((*m & flags[i].bits) == flags[i].bits)
            *m &= ~flags[i].bits;
    }
    for (size_t i = 0; i < ARRAY_SIZE(chars); i++)
        out->c_cc[chars[i]] = mode->chars[i];
    out->c_cc[VMIN] = mode->min_bytes;
    out->c_cc[VTIME] = mode->tenths;
}

static void to_mode(const struct termios *from, struct tty_mode *out)
{
    struct termios copy = *from;

    *out = (struct tty_mode){
        .min_bytes = from->c_cc[VMIN],
        .tenths = from->c_cc[VTIME],
    };
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if ((*member(&copy, flags[i].member) & flags[i].bits) == flags[i].bits)
            out->flags |= flags[i].flag;
    for (size_t i = 0; i < ARRAY_SIZE(chars); i++)
        out->chars[i] = from->c_cc[chars[i]];
}

/* Is fd the console? Else sets errno. */
static bool on_terminal(int fd)
{
    return isatty(fd); /* EBADF or ENOTTY */
}

int tcgetattr(int fd, struct termios *out)
{
    struct tty_mode mode;

    if (!on_terminal(fd))
        return -1;
    mutex_lock(&terminal.lock);
    tty_get_mode(&mode);
    *out = terminal.kept;
    mutex_unlock(&terminal.lock);
    to_termios(&mode, out);
    return 0;
}

int tcsetattr(int fd, int when, const struct termios *to)
{
    struct tty_mode mode;

    if (!on_terminal(fd))
        return -1;
    if (when != TCSANOW && when != TCSADRAIN && when != TCSAFLUSH)
        return posix_fail(EINVAL);
    if (when != TCSANOW)
        tty_drain();
    to_mode(to, &mode);
    mutex_lock(&terminal.lock);
    terminal.kept = *to;
    tty_set_mode(&mode, when == TCSAFLUSH);
    mutex_unlock(&terminal.lock);
    return 0;
}

int tcflush(int fd, int queue)
{
    if (!on_terminal(fd))
        return -1;
    if (queue != TCIFLUSH && queue != TCOFLUSH && queue != TCIOFLUSH)
        return posix_fail(EINVAL);
    if (queue != TCOFLUSH) /* what was written is the ring's already */
        tty_flush_input();
    return 0;
}

int tcflow(int fd, int action)
{
    if (!on_terminal(fd))
        return -1;
    return action < TCOOFF || action > TCION ? posix_fail(EINVAL) : 0;
}

int tcdrain(int fd)
{
    if (!on_terminal(fd))
        return -1;
    tty_drain();
    return 0;
}

/* A ring of bytes has no break. */
int tcsendbreak(int fd, int duration)
{
    return tcdrain(fd);
}

/* --- speeds: remembered --- */

static bool speed_valid(speed_t speed)
{
    return speed <= B38400 || (speed >= B57600 && speed <= B230400);
}

speed_t cfgetispeed(const struct termios *from)
{
    return from->c_ispeed;
}

speed_t cfgetospeed(const struct termios *from)
{
    return from->c_ospeed;
}

int cfsetispeed(struct termios *to, speed_t speed)
{
    if (!speed_valid(speed))
        return posix_fail(EINVAL);
    to->c_ispeed = speed;
    return 0;
}

int cfsetospeed(struct termios *to, speed_t speed)
{
    if (!speed_valid(speed))
        return posix_fail(EINVAL);
    to->c_ospeed = speed;
    return 0;
}

int cfsetspeed(struct termios *to, speed_t speed)
{
    return cfsetispeed(to, speed) || cfsetospeed(to, speed) ? -1 : 0;
}

void cfmakeraw(struct termios *to)
{
    to->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR |
                               IGNCR | ICRNL | IXON);
    to->c_oflag &= ~(tcflag_t)OPOST;
    to->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    to->c_cflag = (to->c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    to->c_cc[VMIN] = 1;
    to->c_cc[VTIME] = 0;
}

/* The one process leads the console's session. */
pid_t tcgetsid(int fd)
{
    return on_terminal(fd) ? getpid() : -1;
}
