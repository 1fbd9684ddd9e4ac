/* SPDX-License-Identifier: BSD-2-Clause */
/* Strict parsers: the whole text or an error. */

#include <pith/errno.h>
#include <pith/parse.h>
#include <pith/string.h>

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

/* Reads digits of base from *s on and moves *s behind them. At least one. */
static int read_digits(const char **s, unsigned base, uint64_t max,
                       uint64_t *out)
{
    uint64_t value = 0;
    const char *p = *s;

    for (; (unsigned)digit_value(*p) < base; p++) {
        unsigned digit = (unsigned)digit_value(*p);

        if (value > (max - digit) / base || digit > max)
            return -XEN_ERANGE;
        value = value * base + digit;
    }
    if (p == *s)
        return -XEN_EINVAL;
    *s = p;
    *out = value;
    return 0;
}

static int read_number(const char **s, uint64_t max, uint64_t *out)
{
    if ((*s)[0] == '0' && ((*s)[1] == 'x' || (*s)[1] == 'X')) {
        *s += 2;
        return read_digits(s, 16, max, out);
    }
    return read_digits(s, 10, max, out);
}

int parse_u64(const char *s, uint64_t max, uint64_t *out)
{
    uint64_t value;
    int rc = read_number(&s, max, &value);

    if (rc)
        return rc;
    if (*s)
        return -XEN_EINVAL;
    *out = value;
    return 0;
}

int parse_size(const char *s, uint64_t max, uint64_t *out_bytes)
{
    uint64_t value;
    int rc = read_number(&s, max, &value), shift = 0;

    if (rc)
        return rc;
    if (*s == 'K' || *s == 'k')
        shift = 10;
    else if (*s == 'M' || *s == 'm')
        shift = 20;
    else if (*s == 'G' || *s == 'g')
        shift = 30;
    if (s[shift != 0])
        return -XEN_EINVAL;
    if (value > max >> shift)
        return -XEN_ERANGE;
    *out_bytes = value << shift;
    return 0;
}

int parse_bool(const char *s, bool *out)
{
    static const char *const words[] = {"0", "no", "off", "1", "yes", "on"};

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strcmp(s, words[i]) == 0) {
            *out = i >= 3;
            return 0;
        }
    }
    return -XEN_EINVAL;
}

/* Reads A.B.C.D and moves *s behind it. */
static int read_ipv4(const char **s, uint32_t *out)
{
    uint32_t addr = 0;

    for (int i = 0; i < 4; i++) {
        uint64_t byte;
        int rc;

        if (i && *(*s)++ != '.')
            return -XEN_EINVAL;
        rc = read_digits(s, 10, 255, &byte);
        if (rc)
            return rc;
        addr = addr << 8 | (uint32_t)byte;
    }
    *out = addr;
    return 0;
}

int parse_ipv4(const char *s, uint32_t *out)
{
    uint32_t addr;
    int rc = read_ipv4(&s, &addr);

    if (rc)
        return rc;
    if (*s)
        return -XEN_EINVAL;
    *out = addr;
    return 0;
}

int parse_cidr4(const char *s, uint32_t *out_addr, unsigned *out_bits)
{
    uint32_t addr;
    uint64_t bits;
    int rc = read_ipv4(&s, &addr);

    if (rc)
        return rc;
    if (*s++ != '/')
        return -XEN_EINVAL;
    rc = read_digits(&s, 10, 32, &bits);
    if (rc)
        return rc;
    if (*s)
        return -XEN_EINVAL;
    *out_addr = addr;
    *out_bits = (unsigned)bits;
    return 0;
}

int parse_mac(const char *s, uint8_t out[6])
{
    uint8_t mac[6];

    for (int i = 0; i < 6; i++) {
        int high = digit_value(s[0]), low;

        if (high > 15)
            return -XEN_EINVAL;
        low = digit_value(s[1]);
        if (low > 15 || s[2] != (i < 5 ? ':' : '\0'))
            return -XEN_EINVAL;
        mac[i] = (uint8_t)(high << 4 | low);
        s += 3;
    }
    memcpy(out, mac, sizeof(mac));
    return 0;
}
