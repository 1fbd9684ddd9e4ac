/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strict parsers for text from the command line and from xenstore. Each takes
 * the whole string: leading or trailing characters, an empty string and an
 * overflow are -XEN_EINVAL (overflow -XEN_ERANGE). Out-parameters are set on
 * success only. Any context. lib/.
 */
#ifndef PITH_PARSE_H
#define PITH_PARSE_H

#include <pith/compiler.h>
#include <stdbool.h>

/* Decimal, or hexadecimal after 0x; at most max. */
int parse_u64(const char *s, uint64_t max, uint64_t *out);
/* As parse_u64 with an optional suffix K, M or G (powers of 1024). bytes. */
int parse_size(const char *s, uint64_t max, uint64_t *out_bytes);
/* "0|1|no|yes|off|on". */
int parse_bool(const char *s, bool *out);
/* "A.B.C.D" into host byte order (A in the top byte). */
int parse_ipv4(const char *s, uint32_t *out);
/* "A.B.C.D/N" into address (host byte order) and prefix length in bits. */
int parse_cidr4(const char *s, uint32_t *out_addr, unsigned *out_bits);
/* "aa:bb:cc:dd:ee:ff". */
int parse_mac(const char *s, uint8_t out[6]);

#endif
