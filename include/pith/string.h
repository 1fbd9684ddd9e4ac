/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and string functions for rooms that do not see libc.
 *
 * They carry the C standard's names and meanings, so the compiler may call
 * them and newlib's headers may be included beside this one. All may be called
 * from any context, never block and use general registers only. lib/. In
 * objects they are called pith_memcpy and so on (lib/names.syms): memcpy is the
 * program's, of posix/string/, which uses vector registers, and which net/ and
 * all rooms before it must not call.
 */
#ifndef PITH_STRING_H
#define PITH_STRING_H

#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

/* Copies at most size - 1 bytes of src and always ends dst with a NUL (size 0
 * writes nothing). Returns strlen(src), so a result >= size was truncated. */
size_t str_copy(char *dst, const char *src, size_t size);

#endif
