/* SPDX-License-Identifier: BSD-2-Clause */
/* printf-style formatting into a buffer, integers and strings only. */

#include <pith/format.h>
#include <pith/string.h>
#include <stdbool.h>

struct output {
    char *buf;
    size_t size;
    size_t length; /* that the whole text has, also beyond size */
};

struct spec {
    bool left, zero, plus, space, alternate;
    int width, precision; /* precision -1: none given */
    int bytes;            /* of the integer argument */
};

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size)
        out->buf[out->length] = c;
    out->length++;
}

static void pad(struct output *out, char c, int count)
{
    while (count-- > 0)
        put(out, c);
}

static void put_text(struct output *out, const struct spec *spec,
                     const char *text, size_t length)
{
    int fill = spec->width - (int)length;

    if (!spec->left)
        pad(out, ' ', fill);
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
    if (spec->left)
        pad(out, ' ', fill);
}

static void put_number(struct output *out, const struct spec *spec,
                       uint64_t value, unsigned base, const char *prefix,
                       bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[24];
    int count = 0, zeros, fill;

    for (; value; value /= base)
        text[count++] = digits[value % base];
    zeros = (spec->precision < 0 ? 1 : spec->precision) - count;
    if (zeros < 0)
        zeros = 0;
    fill = spec->width - (int)strlen(prefix) - zeros - count;
    if (fill > 0 && spec->zero && !spec->left && spec->precision < 0) {
        zeros += fill;
        fill = 0;
    }
    if (!spec->left)
        pad(out, ' ', fill);
    while (*prefix)
        put(out, *prefix++);
    pad(out, '0', zeros);
    while (count)
        put(out, text[--count]);
    if (spec->left)
        pad(out, ' ', fill);
}

static const char *parse_flags(const char *fmt, struct spec *spec)
{
    for (;; fmt++) {
        if (*fmt == '-')
            spec->left = true;
        else if (*fmt == '0')
            spec->zero = true;
        else if (*fmt == '+')
            spec->plus = true;
        else if (*fmt == ' ')
            spec->space = true;
        else if (*fmt == '#')
            spec->alternate = true;
        else
            return fmt;
    }
}

static const char *parse_count(const char *fmt, va_list *args, int *out)
{
    if (*fmt == '*') {
        *out = va_arg(*args, int);
        return fmt + 1;
    }
    for (*out = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
        *out = *out * 10 + (*fmt - '0');
    return fmt;
}

static const char *parse_length(const char *fmt, struct spec *spec)
{
    spec->bytes = sizeof(int);
    if (*fmt == 'h') {
        spec->bytes = fmt[1] == 'h' ? 1 : 2;
        return fmt + spec->bytes % 2 + 1;
    }
    while (*fmt == 'l' || *fmt == 'z' || *fmt == 't' || *fmt == 'j') {
        spec->bytes = 8;
        fmt++;
    }
    return fmt;
}

static int64_t signed_arg(va_list *args, const struct spec *spec)
{
    int64_t value;

    if (spec->bytes == 8)
        return va_arg(*args, int64_t);
    value = va_arg(*args, int);
    if (spec->bytes == 2)
        return (int16_t)value;
    return spec->bytes == 1 ? (int8_t)value : value;
}

static uint64_t unsigned_arg(va_list *args, const struct spec *spec)
{
    uint64_t value;

    if (spec->bytes == 8)
        return va_arg(*args, uint64_t);
    value = va_arg(*args, unsigned);
    if (spec->bytes == 2)
        return (uint16_t)value;
    return spec->bytes == 1 ? (uint8_t)value : value;
}

static void put_signed(struct output *out, const struct spec *spec,
                       int64_t value)
{
    const char *sign = spec->plus ? "+" : spec->space ? " " : "";
    uint64_t magnitude = (uint64_t)value;

    if (value < 0) {
        sign = "-";
        magnitude = 0 - magnitude;
    }
    put_number(out, spec, magnitude, 10, sign, false);
}

static void put_string(struct output *out, const struct spec *spec,
                       const char *s)
{
    size_t max = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;

    if (!s)
        s = "(null)";
    put_text(out, spec, s, strnlen(s, max));
}

static void convert(struct output *out, struct spec *spec, char kind,
                    va_list *args)
{
    char c;

    switch (kind) {
    case 'd':
    case 'i':
        put_signed(out, spec, signed_arg(args, spec));
        break;
    case 'u':
        put_number(out, spec, unsigned_arg(args, spec), 10, "", false);
        break;
    case 'o':
        put_number(out, spec, unsigned_arg(args, spec), 8,
                   spec->alternate ? "0" : "", false);
        break;
    case 'x':
    case 'X':
        put_number(out, spec, unsigned_arg(args, spec), 16,
                   !spec->alternate ? ""
                   : kind == 'x'    ? "0x"
                                    : "0X",
                   kind == 'X');
        break;
    case 'p':
        put_number(out, spec, (uintptr_t)va_arg(*args, void *), 16, "0x",
                   false);
        break;
    case 'c':
        c = (char)va_arg(*args, int);
        put_text(out, spec, &c, 1);
        break;
    case 's':
        put_string(out, spec, va_arg(*args, const char *));
        break;
    default: /* "%%", and shows a conversion that is not ours */
        put(out, kind);
    }
}

int vformat(char *buf, size_t size, const char *fmt, va_list args)
{
    struct output out = {buf, size, 0};
    va_list ap;

    va_copy(ap, args);
    for (; *fmt; fmt++) {
        struct spec spec = {.precision = -1};

        if (*fmt != '%') {
            put(&out, *fmt);
            continue;
        }
        fmt = parse_flags(fmt + 1, &spec);
        fmt = parse_count(fmt, &ap, &spec.width);
        if (spec.width < 0) {
            spec.left = true;
            spec.width = -spec.width;
        }
        if (*fmt == '.')
            fmt = parse_count(fmt + 1, &ap, &spec.precision);
        fmt = parse_length(fmt, &spec);
        if (!*fmt)
            break;
        convert(&out, &spec, *fmt, &ap);
    }
    va_end(ap);
    if (size)
        buf[out.length < size ? out.length : size - 1] = '\0';
    return (int)out.length;
}

int format(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    int length;

    va_start(args, fmt);
    length = vformat(buf, size, fmt, args);
    va_end(args);
    return length;
}
