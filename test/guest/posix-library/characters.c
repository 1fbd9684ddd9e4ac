/* SPDX-License-Identifier: BSD-2-Clause */
/* <ctype.h> and <wctype.h>: every character of ASCII, and some beyond. */

#include "guest_test.h"
#include <ctype.h>
#include <locale.h>
#include <wctype.h>

enum {
    UPPER = 1,
    LOWER = 2,
    DIGIT = 4,
    XDIGIT = 8,
    SPACE = 16,
    BLANK = 32,
    PUNCT = 64,
    CNTRL = 128,
    PRINT = 256,
    ALPHA = UPPER | LOWER,
    ALNUM = ALPHA | DIGIT,
    GRAPH = ALNUM | PUNCT
};

/* What C says of its own locale. */
static int class_of(int c)
{
    int class = 0;

    if (c < 0 || c > 127)
        return 0;
    if (c >= 'A' && c <= 'Z')
        class |= UPPER;
    if (c >= 'a' && c <= 'z')
        class |= LOWER;
    if (c >= '0' && c <= '9')
        class |= DIGIT;
    if (c >= '0' && (c <= '9' || (c | 32) >= 'a') && (c | 32) <= 'f')
        class |= XDIGIT;
    if (c == ' ' || (c >= 9 && c <= 13))
        class |= SPACE;
    if (c == ' ' || c == '\t')
        class |= BLANK;
    if (c < 32 || c == 127)
        return class | CNTRL;
    if (c != ' ' && !(class & ALNUM))
        class |= PUNCT;
    return class | PRINT;
}

#define CLASS(name, bits) \
    { \
#name, is##name, is##name##_l, isw##name, isw##name##_l, bits \
    }

static const struct {
    const char *name;
    int (*fn)(int c);
    int (*fn_l)(int c, locale_t l);
    int (*wide)(wint_t c);
    int (*wide_l)(wint_t c, locale_t l);
    int bits;
} classes[] = {
    CLASS(upper, UPPER),   CLASS(lower, LOWER), CLASS(digit, DIGIT),
    CLASS(xdigit, XDIGIT), CLASS(space, SPACE), CLASS(blank, BLANK),
    CLASS(punct, PUNCT),   CLASS(cntrl, CNTRL), CLASS(print, PRINT),
    CLASS(alpha, ALPHA),   CLASS(alnum, ALNUM), CLASS(graph, GRAPH),
};

static int agrees(int c, size_t i, locale_t l)
{
    int want = (class_of(c) & classes[i].bits) != 0;

    return !classes[i].fn(c) == !want && !classes[i].fn_l(c, l) == !want &&
           (c > 127 || (!classes[i].wide((wint_t)c) == !want &&
                        !classes[i].wide_l((wint_t)c, l) == !want));
}

/* covers: isalnum isalnum_l isalpha isalpha_l isblank isblank_l iscntrl
 * iscntrl_l isdigit isdigit_l isgraph isgraph_l islower islower_l isprint
 * isprint_l ispunct ispunct_l isspace isspace_l isupper isupper_l isxdigit
 * isxdigit_l iswalnum iswalnum_l iswalpha iswalpha_l iswblank iswblank_l
 * iswcntrl iswcntrl_l iswdigit iswdigit_l iswgraph iswgraph_l iswlower
 * iswlower_l iswprint iswprint_l iswpunct iswpunct_l iswspace iswspace_l
 * iswupper iswupper_l iswxdigit iswxdigit_l wctype wctype_l iswctype
 * iswctype_l */
TEST(characters_are_of_their_classes)
{
    locale_t l = newlocale(LC_ALL_MASK, "C", 0);

    CHECK(l);
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        for (int c = EOF; c < 256; c++)
            if (!agrees(c, i, l)) {
                snprintf(test_message, sizeof(test_message),
                         "character %d is wrong by is%s and its kin", c,
                         classes[i].name);
                return;
            }
        CHECK(wctype(classes[i].name));
        CHECK(wctype_l(classes[i].name, l));
        for (wint_t c = 0; c < 128; c++) {
            int want = (class_of((int)c) & classes[i].bits) != 0;

            CHECK_EQ(!iswctype(c, wctype(classes[i].name)), !want);
            CHECK_EQ(!iswctype_l(c, wctype(classes[i].name), l), !want);
        }
    }
    CHECK(!wctype("nothing"));
    CHECK(!iswctype('a', 0));
    CHECK(!iswalpha(WEOF) && !iswprint(WEOF));
    freelocale(l);
}

/* covers: tolower tolower_l toupper toupper_l toascii isascii towlower
 * towlower_l towupper towupper_l wctrans wctrans_l towctrans towctrans_l */
TEST(characters_change_their_case)
{
    locale_t l = newlocale(LC_ALL_MASK, "C", 0);

    for (int c = EOF; c < 256; c++) {
        int low = class_of(c) & UPPER ? c + 32 : c;
        int up = class_of(c) & LOWER ? c - 32 : c;

        CHECK_EQ(tolower(c), low);
        CHECK_EQ(toupper(c), up);
        CHECK_EQ(tolower_l(c, l), low);
        CHECK_EQ(toupper_l(c, l), up);
        if (c < 0 || c > 127)
            continue;
        CHECK_EQ(towlower((wint_t)c), low);
        CHECK_EQ(towupper((wint_t)c), up);
        CHECK_EQ(towlower_l((wint_t)c, l), low);
        CHECK_EQ(towupper_l((wint_t)c, l), up);
        CHECK_EQ(towctrans((wint_t)c, wctrans("tolower")), low);
        CHECK_EQ(towctrans_l((wint_t)c, wctrans_l("toupper", l), l), up);
    }
    CHECK(!wctrans("nothing"));
    CHECK_EQ(toascii(0x1c1), 0x41);
    CHECK(isascii(127) && !isascii(128) && !isascii(-1));
    freelocale(l);
}

TEST(characters_of_unicode_have_classes_in_utf8)
{
    locale_t l = newlocale(LC_ALL_MASK, "C.UTF-8", 0);

    CHECK(l);
    CHECK(iswalpha_l(0xe9, l) && iswlower_l(0xe9, l)); /* e acute */
    CHECK_EQ(towupper_l(0xe9, l), 0xc9);
    CHECK(iswalpha_l(0x416, l) && iswupper_l(0x416, l)); /* Cyrillic zhe */
    CHECK_EQ(towlower_l(0x416, l), 0x436);
    CHECK(iswalpha_l(0x4e00, l)); /* a Chinese character */
    CHECK(iswpunct_l(0x20ac, l)); /* the euro */
    CHECK(iswspace_l(0x2003, l)); /* a wide space */
    CHECK(!iswalpha_l(0x20ac, l) && !iswprint_l(0x110000, l));
    freelocale(l);
}
