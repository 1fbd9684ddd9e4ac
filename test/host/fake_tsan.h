/* SPDX-License-Identifier: BSD-2-Clause */
/* For host tests with -fsanitize=thread --param=tsan-distinguish-volatile=1. */
#ifndef FAKE_TSAN_H
#define FAKE_TSAN_H

/* The cases after a race are then missing, which the runner counts. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "halt_on_error=1";
}

/* READ_ONCE and WRITE_ONCE are no races: the compiler calls these in front of
 * them. */
#ifndef FAKE_VOLATILE_ACCESS
#define FAKE_VOLATILE_ACCESS()
#endif
#define VOLATILE_ACCESS(size) \
    void __tsan_volatile_read##size(void *addr); \
    void __tsan_volatile_write##size(void *addr); \
    __attribute__((no_sanitize("thread"))) void __tsan_volatile_read##size( \
        void *addr) \
    { \
        FAKE_VOLATILE_ACCESS(); \
    } \
    __attribute__((no_sanitize("thread"))) void __tsan_volatile_write##size( \
        void *addr) \
    { \
        FAKE_VOLATILE_ACCESS(); \
    }
VOLATILE_ACCESS(1)
VOLATILE_ACCESS(2)
VOLATILE_ACCESS(4)
VOLATILE_ACCESS(8)

#endif
