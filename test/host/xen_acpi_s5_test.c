/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding \_S5 in AML as firmware writes it, and in bytes that are not AML. */
/* sources: xen/acpi_s5.c */

#include "../../xen/private.h"
#include "test.h"

#define FIND(bytes, out) acpi_s5_find(bytes, sizeof(bytes), out)

TEST(acpi_s5_constants_of_each_form_are_read)
{
    /* Name (_S5, Package (4) {0, 1, 0, 0}), as QEMU's is. */
    static const uint8_t plain[] = {0x08, '_',  'S',  '5',  '_',  0x12,
                                    0x06, 0x04, 0x00, 0x01, 0x00, 0x00};
    /* With a path, byte constants and a length of two bytes. */
    static const uint8_t bytes[] = {0x99, 0x08, '\\', '_',  'S',  '5',
                                    '_',  0x12, 0x4a, 0x00, 0x04, 0x0a,
                                    0x07, 0x0a, 0x05, 0x00, 0x00};
    struct acpi_s5 s5 = {9, 9};

    CHECK(FIND(plain, &s5));
    CHECK_EQ(s5.type_a, 0);
    CHECK_EQ(s5.type_b, 1);
    CHECK(FIND(bytes, &s5));
    CHECK_EQ(s5.type_a, 7);
    CHECK_EQ(s5.type_b, 5);
}

TEST(acpi_s5_a_mere_use_of_the_name_is_passed_over)
{
    static const uint8_t code[] = {0x70, '_',  'S',  '5',  '_',  0x60,
                                   0x08, '_',  'S',  '5',  '_',  0x12,
                                   0x06, 0x02, 0x0a, 0x03, 0x0a, 0x04};
    struct acpi_s5 s5 = {9, 9};

    CHECK(FIND(code, &s5));
    CHECK_EQ(s5.type_a, 3);
    CHECK_EQ(s5.type_b, 4);
}

TEST(acpi_s5_cut_anywhere_is_not_found)
{
    static const uint8_t whole[] = {'_',  'S',  '5',  '_',  0x12, 0x4a,
                                    0x00, 0x04, 0x0a, 0x07, 0x0a, 0x05};
    struct acpi_s5 s5 = {9, 9};

    for (size_t length = 0; length < sizeof(whole); length++) {
        uint8_t *copy = malloc(length); /* for the sanitizer to watch */

        memcpy(copy, whole, length);
        CHECK(!acpi_s5_find(copy, length, &s5));
        free(copy);
    }
    CHECK_EQ(s5.type_a, 9);
    CHECK(FIND(whole, &s5));
}

TEST(acpi_s5_other_types_are_not_found)
{
    static const uint8_t string[] = {'_',  'S',  '5', '_',  0x12, 0x06,
                                     0x02, 0x0d, 'x', 0x00, 0x00};
    static const uint8_t one_element[] = {'_',  'S',  '5',  '_', 0x12,
                                          0x06, 0x01, 0x00, 0x00};
    struct acpi_s5 s5;

    CHECK(!FIND(string, &s5));
    CHECK(!FIND(one_element, &s5));
}
