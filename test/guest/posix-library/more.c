/* SPDX-License-Identifier: BSD-2-Clause */
/* <arpa/inet.h>, <argz.h>, <envz.h>, <complex.h>, <setjmp.h>, the rest of
 * <search.h> and <stdlib.h>. */

#include "guest_test.h"
#include <argz.h>
#include <arpa/inet.h>
#include <complex.h>
#include <envz.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <netinet/in.h>
#include <search.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
    const char *text;
    uint32_t value; /* 0xffffffff: none, or that one */
    int dotted;     /* as inet_pton wants it */
} addresses[] = {
    {"127.0.0.1", 0x7f000001, 1},       {"0.0.0.0", 0, 1},
    {"255.255.255.254", 0xfffffffe, 1}, {"10.1", 0x0a000001, 0},
    {"0x7f.1", 0x7f000001, 0},          {"010.1.2.3", 0x08010203, 0},
    {"192.168.515", 0xc0a80203, 0},     {"256.1.1.1", 0xffffffff, 0},
    {"1.2.3.4.5", 0xffffffff, 0},       {"", 0xffffffff, 0},
    {"1.2.3.x", 0xffffffff, 0},
};

/* covers: inet_addr inet_aton inet_ntoa inet_pton inet_ntop */
TEST(addresses_become_numbers_and_text)
{
    char text[INET_ADDRSTRLEN];
    struct in_addr in;

    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        uint32_t value = addresses[i].value;
        const char *from = addresses[i].text;

        CHECK_EQ(ntohl(inet_addr(from)), value);
        CHECK_EQ(inet_aton(from, &in), value != 0xffffffff);
        if (value != 0xffffffff)
            CHECK_EQ(ntohl(in.s_addr), value);
        CHECK_EQ(inet_pton(AF_INET, from, &in), addresses[i].dotted);
        if (!addresses[i].dotted)
            continue;
        CHECK_STR(inet_ntoa(in), from);
        CHECK_STR(inet_ntop(AF_INET, &in, text, sizeof(text)), from);
    }
    errno = 0;
    CHECK(!inet_ntop(AF_INET, &in, text, 3) && errno == ENOSPC);
    errno = 0;
    CHECK(!inet_ntop(77, &in, text, sizeof(text)) && errno == EAFNOSUPPORT);
    FAILS(inet_pton(77, "1.2.3.4", &in), EAFNOSUPPORT);
}

/* covers: argz_add argz_add_sep argz_append argz_count argz_create
 * argz_create_sep argz_delete argz_extract argz_insert argz_next argz_replace
 * argz_stringify */
TEST(argz_keeps_words)
{
    char *const words[] = {"one", "two", NULL}, *found[8], *argz = NULL, *entry;
    size_t size = 0;
    unsigned count = 0;

    CHECK_EQ(argz_create(words, &argz, &size), 0);
    CHECK_EQ(size, 8);
    CHECK_EQ(argz_count(argz, size), 2);
    CHECK_EQ(argz_add(&argz, &size, "three"), 0);
    CHECK_EQ(argz_add_sep(&argz, &size, "four:five", ':'), 0);
    CHECK_EQ(argz_append(&argz, &size, "six", 4), 0);
    CHECK_EQ(argz_count(argz, size), 6);
    entry = argz_next(argz, size, NULL);
    CHECK_STR(entry, "one");
    entry = argz_next(argz, size, entry);
    CHECK_STR(entry, "two");
    CHECK_EQ(argz_insert(&argz, &size, entry, "middle"), 0);
    CHECK_STR(argz_next(argz, size, argz), "middle");
    argz_delete(&argz, &size, argz);
    CHECK_STR(argz, "middle");
    CHECK_EQ(argz_replace(&argz, &size, "two", "2", &count), 0);
    CHECK_EQ(count, 1);
    argz_extract(argz, size, found);
    CHECK_STR(found[1], "2");
    CHECK(!found[6]);
    argz_stringify(argz, size, '-');
    CHECK_STR(argz, "middle-2-three-four-five-six");
    free(argz);
    CHECK_EQ(argz_create_sep("a b", ' ', &argz, &size), 0);
    CHECK_EQ(size, 4);
    free(argz);
}

/* covers: envz_add envz_entry envz_get envz_merge envz_remove envz_strip */
TEST(envz_keeps_values)
{
    char *env = NULL, *other = NULL;
    size_t size = 0, other_size = 0;

    CHECK_EQ(envz_add(&env, &size, "name", "value"), 0);
    CHECK_EQ(envz_add(&env, &size, "empty", NULL), 0);
    CHECK_EQ(envz_add(&env, &size, "name", "changed"), 0);
    CHECK_STR(envz_get(env, size, "name"), "changed");
    CHECK(!envz_get(env, size, "empty") && !envz_get(env, size, "none"));
    CHECK_STR(envz_entry(env, size, "name"), "name=changed");
    CHECK_EQ(envz_add(&other, &other_size, "name", "other"), 0);
    CHECK_EQ(envz_merge(&env, &size, other, other_size, 0), 0);
    CHECK_STR(envz_get(env, size, "name"), "changed");
    CHECK_EQ(envz_merge(&env, &size, other, other_size, 1), 0);
    CHECK_STR(envz_get(env, size, "name"), "other");
    envz_strip(&env, &size);
    CHECK(!envz_entry(env, size, "empty"));
    envz_remove(&env, &size, "name");
    CHECK_EQ(size, 0);
    free(env);
    free(other);
}

static int close_to(double complex got, double re, double im, double unit)
{
    return fabs(creal(got) - re) <= 8 * unit * (1 + fabs(re)) &&
           fabs(cimag(got) - im) <= 8 * unit * (1 + fabs(im));
}

/* clang-format off */
/* Of 0.5 + 0.25 i, computed with 200 bits. */
static const struct {
    const char *name;
    double complex (*fn)(double complex z);
    float complex (*fn_f)(float complex z);
    double re, im;
} complexes[] = {
    {"cacos", cacos, cacosf, 1.069187473519395856, -0.28139605624529276925},
    {"cacosh", cacosh, cacoshf, 0.28139605624529276925, 1.069187473519395856},
    {"casin", casin, casinf, 0.50160885327550076321, 0.28139605624529276925},
    {"casinh", casinh, casinhf, 0.49267568342077061575, 0.22432845263466749985},
    {"catan", catan, catanf, 0.48425449032996621877, 0.20058661813123432278},
    {"catanh", catanh, catanhf, 0.50037000005253101744, 0.31439814320771647725},
    {"ccos", ccos, ccosf, 0.9051501505596067027, -0.12110879604381165354},
    {"ccosh", ccosh, ccoshf, 1.0925708047319176819, 0.12892104172809825076},
    {"cexp", cexp, cexpf, 1.5974665191199126993, 0.40790017007835977324},
    {"clog", clog, clogf, -0.58157540490284043153, 0.46364760900080611621},
    {"clog10", clog10, clog10f, -0.25257498915995298803, 0.20135959813668657104},
    {"csin", csin, csinf, 0.49448578093319499466, 0.22168816414957480402},
    {"csinh", csinh, csinhf, 0.5048957143879950174, 0.27897912835026152248},
    {"csqrt", csqrt, csqrtf, 0.72767334511267740406, 0.17178037486125623207},
    {"ctan", ctan, ctanf, 0.50450070269856398442, 0.31242069250258880862},
    {"ctanh", ctanh, ctanhf, 0.48548728102413534752, 0.19805544995134953419},
    {"conj", conj, conjf, 0.5, -0.25},
    {"cproj", cproj, cprojf, 0.5, 0.25},
};
/* clang-format on */

/* covers: cacos cacosf cacosh cacoshf casin casinf casinh casinhf catan catanf
 * catanh catanhf ccos ccosf ccosh ccoshf cexp cexpf clog clogf clog10 clog10f
 * csin csinf csinh csinhf csqrt csqrtf ctan ctanf ctanh ctanhf conj conjf cproj
 * cprojf */
TEST(complex_functions_have_their_values)
{
    for (size_t i = 0; i < sizeof(complexes) / sizeof(complexes[0]); i++) {
        double re = complexes[i].re, im = complexes[i].im;

        if (!close_to(complexes[i].fn(0.5 + 0.25 * I), re, im, DBL_EPSILON) ||
            !close_to(complexes[i].fn_f(0.5f + 0.25f * I), re, im,
                      FLT_EPSILON)) {
            snprintf(test_message, sizeof(test_message), "%s is wrong",
                     complexes[i].name);
            return;
        }
    }
}

/* covers: cabs cabsf carg cargf creal crealf creall cimag cimagf cimagl cpow
 * cpowf cacoshl casinhl */
TEST(complex_numbers_have_parts)
{
    CHECK(cabs(3 + 4 * I) == 5 && cabsf(3 + 4 * I) == 5);
    CHECK(fabs(carg(-1 + 0 * I) - M_PI) < 1e-15);
    CHECK(fabsf(cargf(I) - (float)M_PI_2) < 1e-6f);
    CHECK((creal)(1 + 2 * I) == 1 && (crealf)(1 + 2 * I) == 1);
    CHECK((creall)(1 + 2 * I) == 1 && (cimagl)(1 + 2 * I) == 2);
    CHECK((cimag)(1 + 2 * I) == 2 && (cimagf)(1 + 2 * I) == 2);
    CHECK(close_to(cpow(I, 2), -1, 0, DBL_EPSILON));
    CHECK(close_to(cpowf(2, 0.5f), sqrt(2), 0, FLT_EPSILON));
    CHECK(close_to(cacoshl(0.5L + 0.25L * I), 0.28139605624529276925,
                   1.069187473519395856, DBL_EPSILON));
    CHECK(close_to(casinhl(0.5L + 0.25L * I), 0.49267568342077061575,
                   0.22432845263466749985, DBL_EPSILON));
}

static jmp_buf jump;

static void jump_back(int value)
{
    longjmp(jump, value);
}

/* covers: setjmp longjmp siglongjmp */
TEST(jumps_come_back_with_their_value)
{
    static volatile int rounds;
    sigjmp_buf with_mask;
    int value = setjmp(jump);

    rounds++;
    if (rounds < 4)
        jump_back(rounds);
    CHECK_EQ(value, 3);
    value = setjmp(jump);
    if (rounds++ == 4)
        jump_back(0); /* comes as 1 */
    CHECK_EQ(value, 1);
    value = sigsetjmp(with_mask, 0);
    if (!value)
        siglongjmp(with_mask, 9);
    CHECK_EQ(value, 9);
}

static int visited;

static void visit(const void *node, VISIT order, int level)
{
    (void)node;
    (void)level;
    visited += order == postorder || order == leaf;
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void ignore(void *key)
{
    (void)key;
    visited--;
}

/* covers: twalk tdestroy hcreate_r hsearch_r hdestroy_r hdestroy */
TEST(trees_and_tables_are_walked)
{
    struct hsearch_data table;
    ENTRY item = {"key", "data"}, *found = NULL;
    void *root = NULL;

    CHECK(tsearch("b", &root, compare) && tsearch("a", &root, compare) &&
          tsearch("c", &root, compare));
    twalk(root, visit);
    CHECK_EQ(visited, 3);
    tdestroy(root, ignore);
    CHECK_EQ(visited, 0);
    memset(&table, 0, sizeof(table));
    CHECK(hcreate_r(10, &table));
    CHECK(hsearch_r(item, ENTER, &found, &table));
    found = NULL;
    CHECK(hsearch_r((ENTRY){"key", NULL}, FIND, &found, &table));
    CHECK_STR(found->data, "data");
    CHECK(!hsearch_r((ENTRY){"none", NULL}, FIND, &found, &table));
    hdestroy_r(&table);
}

/* covers: swab sleep usleep */
TEST(bytes_are_swapped_and_sleep_sleeps)
{
    double start = test_seconds();
    char out[5] = "....";

    swab("abcd", out, 4);
    CHECK_STR(out, "badc");
    swab("xyz", out, 3);
    CHECK(!memcmp(out, "yx", 2));
    CHECK_EQ(usleep(2000), 0);
    CHECK(test_seconds() - start >= 0.002);
    CHECK_EQ(sleep(0), 0);
}
