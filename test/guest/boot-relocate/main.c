/* SPDX-License-Identifier: BSD-2-Clause */
/* Every kind of address that an image holds of itself is right wherever the
 * boot has put it. */
/* console: ^image base 0x[67][0-9a-f]{11}$ */

#include <pith/bootinfo.h>

#include "guest_test.h"
#include <stdlib.h>

extern int nowhere(void) __attribute__((weak));

static int twelve(void)
{
    return 12;
}

static int thirteen = 13;
static int *volatile to_data = &thirteen;
static const char *const to_constants[] = {"one", "two", "three"};
static int (*const to_code[])(void) = {twelve};
static char *volatile into_the_middle = (char *)&thirteen + 2;
static int *volatile one_beyond = &thirteen + 1;

TEST(relocate_pointers_to_data_constants_and_code_are_right)
{
    CHECK_EQ(*to_data, 13);
    CHECK_STR(to_constants[2], "three");
    CHECK_EQ(to_code[0](), 12);
    CHECK(into_the_middle == (char *)to_data + 2);
    CHECK(one_beyond == to_data + 1);
    CHECK((uint64_t)to_data >= IMAGE_AREA);
}

/* Longer than a bitmap of 63 words, with gaps of every length. */
#define FOUR(at) \
    [at] = &thirteen, [(at) + 1] = &thirteen, [(at) + 2] = &thirteen, \
    [(at) + 3] = &thirteen
#define SIXTEEN(at) FOUR(at), FOUR((at) + 4), FOUR((at) + 8), FOUR((at) + 12)
#define SIXTY_FOUR(at) \
    SIXTEEN(at), SIXTEEN((at) + 16), SIXTEEN((at) + 32), SIXTEEN((at) + 48)
static int *volatile many[1000] = {
    SIXTY_FOUR(0),     SIXTY_FOUR(64),    SIXTY_FOUR(128),   [255] = &thirteen,
    [318] = &thirteen, [382] = &thirteen, [447] = &thirteen, [511] = &thirteen,
    [700] = &thirteen, [999] = &thirteen};

TEST(relocate_long_and_sparse_tables_are_right)
{
    unsigned filled = 0;

    for (unsigned i = 0; i < 1000; i++) {
        CHECK(many[i] == NULL || many[i] == to_data);
        filled += many[i] != NULL;
    }
    CHECK_EQ(filled, 192 + 7);
}

static volatile struct {
    char odd;
    int *pointer;
    char another;
    int (*function)(void);
} __attribute__((packed)) packed = {1, &thirteen, 2, twelve};

TEST(relocate_pointers_that_are_not_aligned_are_right)
{
    CHECK(packed.pointer == to_data);
    CHECK_EQ(packed.function(), 12);
    CHECK_EQ(packed.odd + packed.another, 3);
}

TEST(relocate_what_is_nowhere_stays_null)
{
    CHECK(!nowhere);
}

static int by_switch(int n)
{
    switch (n) {
    case 0:
        return rand();
    case 1:
        return abs(n) + 10;
    case 2:
        return atoi("20");
    case 3:
        return thirteen;
    case 4:
        return -twelve();
    case 5:
        return atoi("5") * n;
    default:
        return 99;
    }
}

TEST(relocate_jump_tables_are_right)
{
    CHECK_EQ(by_switch(1), 11);
    CHECK_EQ(by_switch(2), 20);
    CHECK_EQ(by_switch(3), 13);
    CHECK_EQ(by_switch(4), -12);
    CHECK_EQ(by_switch(5), 25);
}

static __thread int *of_thread = &thirteen;

TEST(relocate_pointers_in_thread_local_storage_are_right)
{
    CHECK(of_thread == to_data);
}

static int constructed;

__attribute__((constructor)) static void construct(void)
{
    constructed = 7;
}

TEST(relocate_constructors_are_called)
{
    CHECK_EQ(constructed, 7);
}

int main(void)
{
    printf("image base 0x%llx\n", (unsigned long long)image_base);
    return test_run_all();
}
