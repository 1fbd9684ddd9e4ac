/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds in AML what puts the machine into S5, "soft off". No interpreter: by
 * the specification \_S5 is a package of constants, and every firmware writes
 * it as such. Pure. Source: ACPI specification, "System \_Sx states" and "AML
 * Grammar Definition".
 */
#include "private.h"

#include <pith/string.h>

enum { AML_ZERO = 0x00, AML_ONE = 0x01, AML_BYTE = 0x0a, AML_PACKAGE = 0x12 };

struct aml {
    const uint8_t *at, *end;
};

static bool take_byte(struct aml *aml, uint8_t *out)
{
    if (aml->at == aml->end)
        return false;
    *out = *aml->at++;
    return true;
}

/* An integer constant of at most 8 bits. */
static bool take_constant(struct aml *aml, uint8_t *out)
{
    uint8_t op;

    if (!take_byte(aml, &op))
        return false;
    if (op == AML_BYTE)
        return take_byte(aml, out);
    *out = op;
    return op == AML_ZERO || op == AML_ONE;
}

/* What follows the name: a package, the length of which takes as many further
 * bytes as its top two bits say, and the number of its elements. */
static bool take_package(struct aml aml, struct acpi_s5 *out)
{
    uint8_t op, length, skipped, count;
    struct acpi_s5 s5;

    if (!take_byte(&aml, &op) || op != AML_PACKAGE || !take_byte(&aml, &length))
        return false;
    for (unsigned more = length >> 6; more; more--)
        if (!take_byte(&aml, &skipped))
            return false;
    if (!take_byte(&aml, &count) || count < 2)
        return false;
    if (!take_constant(&aml, &s5.type_a) || !take_constant(&aml, &s5.type_b))
        return false;
    *out = s5;
    return true;
}

bool acpi_s5_find(const void *code, size_t length, struct acpi_s5 *out)
{
    const uint8_t *start = code;

    for (size_t i = 0; i + 4 <= length; i++) {
        struct aml rest = {start + i + 4, start + length};

        if (!memcmp(start + i, "_S5_", 4) && take_package(rest, out))
            return true;
    }
    return false;
}
