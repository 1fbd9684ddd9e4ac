/* SPDX-License-Identifier: BSD-2-Clause */
/* Areas against a model of 512 pages: what is where, with which rights and
 * contents, and that no TLB keeps what the tables no longer say. */
/* sources: mm/area.c mm/area_pages.c mm/area_tree.c mm/page.c mm/slab.c */
/* sources: mm/large.c mm/heap.c mm/cache.c mm/reclaim.c mm/poison.c */
/* sources: arch/x86_64/pagetable.c arch/x86_64/pagerange.c */
/* flags: -include test/host/mm_fake_cpu.h */

#include "../../mm/area.h"
#include "mm_arena.h"
#include "test.h"
#include <pith/errno.h>
#include <pith/map.h>
#include <pith/room.h>

#define PAGES 4000
#define WINDOW 512
#define ABSENT 99u

extern const struct room *const area_entry[];
const struct room *const area_entry[] = {NULL};

static const struct pt_allocator tables = {.ptr = phys_to_virt};
static uint64_t root;

uint64_t map_root_paddr(void)
{
    return root;
}

/* What should be at each page of the window, and what a TLB holds of it. */
static struct {
    unsigned prot; /* or ABSENT */
    uint32_t value;
    bool cached;
    uint64_t cached_paddr;
    unsigned cached_prot;
} model[WINDOW];

static unsigned shootdowns;
static void (*in_shootdown)(void);

static uint64_t page_at(size_t n)
{
    return AREA_START + n * PAGE_SIZE;
}

static void flush(uint64_t vaddr, uint64_t size)
{
    CHECK(!areas.lock.held);
    shootdowns++;
    if (in_shootdown)
        in_shootdown();
    for (size_t i = 0; i < WINDOW; i++)
        if (page_at(i) >= vaddr && page_at(i) < vaddr + size)
            model[i].cached = false;
}

void (*tlb_shootdown)(uint64_t vaddr, uint64_t size) = flush;

static void setup(void)
{
    arena_init(PAGES);
    root = virt_to_phys(page_alloc_zeroed(0));
    for (size_t i = 0; i < WINDOW; i++) {
        memset(&model[i], 0, sizeof(model[i]));
        model[i].prot = ABSENT;
    }
    shootdowns = 0;
}

/* Ends all areas: every page but tables and one slab a class comes back. */
static void teardown(void)
{
    CHECK_EQ(area_unmap(AREA_START, AREA_END - AREA_START), 0);
    CHECK(areas.tree == NULL);
    CHECK(arena_free_pages() + 1 + 4 + 21 >= PAGES);
    arena_fini();
}

/* As the CPU does it: the page's memory, NULL if the fault has no answer. */
static uint32_t *touch(uint64_t vaddr, unsigned access)
{
    uint64_t paddr, leaf;
    unsigned prot;

    for (int tries = 0; tries < 3; tries++) {
        if (!pt_lookup(root, &tables, vaddr, &paddr, &leaf, &prot) &&
            (access == AREA_READ || (access == AREA_WRITE && prot & PT_WRITE) ||
             (access == AREA_EXEC && prot & PT_EXEC))) {
            if (vaddr < page_at(WINDOW)) {
                size_t n = (vaddr - AREA_START) / PAGE_SIZE;

                model[n].cached = true;
                model[n].cached_paddr = paddr;
                model[n].cached_prot = prot;
            }
            return phys_to_virt(paddr);
        }
        if (area_fault(vaddr, access))
            return NULL;
    }
    CHECK(!"the fault does not end");
    return NULL;
}

static uint64_t map_pages(uint64_t hint, size_t pages, unsigned prot,
                          unsigned flags)
{
    struct area_request request = {
        .hint = hint, .bytes = pages * PAGE_SIZE, .prot = prot, .flags = flags};
    uint64_t vaddr = 0;
    int rc = area_map(&request, &vaddr);

    return rc ? (uint64_t)rc : vaddr;
}

static const unsigned prots[] = {0,
                                 AREA_READ,
                                 AREA_READ | AREA_WRITE,
                                 AREA_READ | AREA_WRITE,
                                 AREA_WRITE,
                                 AREA_READ | AREA_EXEC};

static bool model_allows(size_t n, unsigned access)
{
    if (model[n].prot == ABSENT)
        return false;
    return access == AREA_READ ? model[n].prot != 0 : model[n].prot & access;
}

static void step_touch(uint32_t step)
{
    static const unsigned accesses[] = {AREA_READ, AREA_WRITE, AREA_EXEC};
    unsigned access = accesses[rand() % 3];
    size_t n = (size_t)rand() % WINDOW;
    uint32_t *memory = touch(page_at(n), access);

    CHECK_EQ(memory != NULL, model_allows(n, access));
    if (!memory)
        return;
    CHECK_EQ(*memory, model[n].value);
    if (access == AREA_WRITE)
        *memory = model[n].value = step;
}

/* Pages [at, at + count) become new ones. */
static void model_set(size_t at, size_t count, unsigned prot)
{
    for (size_t i = at; i < at + count; i++) {
        model[i].prot = prot;
        model[i].value = 0;
    }
}

static bool model_free(size_t at, size_t count)
{
    for (size_t i = at; i < at + count; i++)
        if (model[i].prot != ABSENT)
            return false;
    return true;
}

static void step_map(size_t at, size_t count, unsigned prot)
{
    unsigned flags = (unsigned)rand() % 4;
    uint64_t got, want = page_at(at);

    if (flags == AREA_NOREPLACE)
        flags = 0;
    got = map_pages(page_at(at), count, prot, flags);
    if (flags == (AREA_FIXED | AREA_NOREPLACE) && !model_free(at, count)) {
        CHECK_EQ(got, -XEN_EEXIST);
        return;
    }
    if (!flags && !model_free(at, count)) {
        for (at = 0; at + count <= WINDOW && !model_free(at, count); at++)
            ;
        want = page_at(at);
    }
    if (at + count > WINDOW) { /* the lowest room reaches beyond the window */
        CHECK(got <= page_at(WINDOW));
        CHECK_EQ(area_unmap(got, count * PAGE_SIZE), 0);
        return;
    }
    CHECK_EQ(got, want);
    model_set(at, count, prot);
}

static void step_protect(size_t at, size_t count, unsigned prot)
{
    bool whole = true;

    for (size_t i = at; i < at + count; i++)
        whole &= model[i].prot != ABSENT;
    CHECK_EQ(area_protect(page_at(at), count * PAGE_SIZE, prot),
             whole ? 0 : -XEN_ENOMEM);
    for (size_t i = at; whole && i < at + count; i++)
        model[i].prot = prot;
}

static void step_discard(size_t at, size_t count)
{
    bool whole = true;

    for (size_t i = at; i < at + count; i++) {
        whole &= model[i].prot != ABSENT;
        model[i].value = 0;
    }
    CHECK_EQ(area_discard(page_at(at), count * PAGE_SIZE),
             whole ? 0 : -XEN_ENOMEM);
}

static void step_change(void)
{
    size_t count = 1 + (size_t)rand() % (rand() % 4 ? 8 : 200);
    size_t at = (size_t)rand() % (WINDOW - count);
    unsigned prot = prots[(size_t)rand() % ARRAY_SIZE(prots)];

    switch (rand() % 5) {
    case 0:
    case 1:
        step_map(at, count, prot);
        break;
    case 2:
        CHECK_EQ(area_unmap(page_at(at), count * PAGE_SIZE), 0);
        model_set(at, count, ABSENT);
        break;
    case 3:
        step_protect(at, count, prot);
        break;
    default:
        step_discard(at, count);
    }
}

/* No TLB entry allows what the tables do not. */
static void check_tlb(void)
{
    uint64_t paddr, leaf;
    unsigned prot;

    for (size_t i = 0; i < WINDOW; i++) {
        if (!model[i].cached)
            continue;
        CHECK_EQ(pt_lookup(root, &tables, page_at(i), &paddr, &leaf, &prot), 0);
        CHECK_EQ(paddr, model[i].cached_paddr);
        CHECK_EQ(model[i].cached_prot & PT_WRITE & ~prot, 0);
        CHECK_EQ(model[i].cached_prot & PT_EXEC & ~prot, 0);
    }
}

static void check_areas(void)
{
    struct area_info info;

    for (size_t i = 0; i < WINDOW; i++) {
        bool there = !area_find(page_at(i), &info) && info.start <= page_at(i);

        CHECK_EQ(there, model[i].prot != ABSENT);
        if (there)
            CHECK_EQ(info.prot, model[i].prot);
    }
}

TEST(area_random_changes_match_the_model)
{
    setup();
    srand(1);
    for (uint32_t step = 1; step < 60000 && !test_failures; step++) {
        if (rand() % 4) {
            step_touch(step);
        } else {
            step_change();
            check_tlb();
        }
        if (step % 100 == 0)
            check_areas();
    }
    CHECK(shootdowns > 1000);
    teardown();
}

/* Another vCPU's touch, while pages are on their way out. */
static void touch_meanwhile(void)
{
    size_t n = (size_t)rand() % WINDOW;

    area_fault(page_at(n), AREA_READ);
    area_fault(page_at(n), AREA_WRITE);
}

TEST(area_faults_during_changes_lose_nothing)
{
    setup();
    srand(2);
    in_shootdown = touch_meanwhile;
    for (uint32_t step = 1; step < 20000 && !test_failures; step++)
        if (rand() % 3)
            step_touch(step);
        else
            step_change();
    in_shootdown = NULL;
    check_areas();
    teardown();
}

TEST(area_bad_arguments_are_refused)
{
    setup();
    CHECK_EQ(map_pages(0, 1, AREA_WRITE | AREA_EXEC, 0), -XEN_EACCES);
    CHECK_EQ(map_pages(0, 0, AREA_READ, 0), -XEN_EINVAL);
    CHECK_EQ(map_pages(AREA_START + 1, 1, 0, AREA_FIXED), -XEN_EINVAL);
    CHECK_EQ(map_pages(AREA_START - PAGE_SIZE, 1, 0, AREA_FIXED), -XEN_ENOMEM);
    CHECK_EQ(map_pages(AREA_END - PAGE_SIZE, 2, 0, AREA_FIXED), -XEN_ENOMEM);
    CHECK_EQ(map_pages(0, (AREA_END - AREA_START) / PAGE_SIZE + 1, 0, 0),
             -XEN_ENOMEM);
    CHECK_EQ(area_unmap(AREA_START, 0), -XEN_EINVAL);
    CHECK_EQ(area_unmap(AREA_START + 8, PAGE_SIZE), -XEN_EINVAL);
    CHECK_EQ(area_unmap(0x1000, PAGE_SIZE), -XEN_EINVAL);
    CHECK_EQ(area_protect(AREA_START, PAGE_SIZE, AREA_READ), -XEN_ENOMEM);
    CHECK_EQ(area_protect(AREA_START, PAGE_SIZE, AREA_WRITE | AREA_EXEC),
             -XEN_EACCES);
    CHECK_EQ(area_discard(AREA_END, PAGE_SIZE), -XEN_EINVAL);
    CHECK_EQ(area_fault(AREA_START, AREA_READ), -XEN_ENOENT);
    teardown();
}

TEST(area_of_all_addresses_costs_what_is_touched)
{
    uint64_t all = (AREA_END - AREA_START) / PAGE_SIZE, before, last;

    setup();
    CHECK_EQ(map_pages(0, all, AREA_READ | AREA_WRITE, 0), AREA_START);
    CHECK_EQ(map_pages(0, 1, AREA_READ, 0), -XEN_ENOMEM);
    before = arena_free_pages();
    last = AREA_END - PAGE_SIZE;
    CHECK(touch(last, AREA_WRITE) != NULL);
    CHECK_EQ(before - arena_free_pages(), 4); /* the page, three tables */
    CHECK_EQ(area_protect(AREA_START, AREA_END - AREA_START, 0), 0);
    CHECK(touch(last, AREA_READ) == NULL);
    teardown();
}

TEST(area_reserve_given_rights_step_by_step_stays_few_areas)
{
    struct area_info info;

    setup();
    map_pages(AREA_START, WINDOW, 0, 0);
    for (size_t i = 0; i < WINDOW; i++)
        CHECK_EQ(area_protect(page_at(i), PAGE_SIZE, AREA_READ | AREA_WRITE),
                 0);
    CHECK_EQ(area_find(AREA_START, &info), 0);
    CHECK_EQ(info.end, page_at(WINDOW));
    CHECK_EQ(shootdowns, 0); /* nothing was taken from anybody */
    teardown();
}

TEST(area_contents_survive_without_access)
{
    uint32_t *memory;

    setup();
    map_pages(AREA_START, 2, AREA_WRITE, 0);
    *touch(AREA_START, AREA_WRITE) = 77;
    CHECK_EQ(area_protect(AREA_START, 2 * PAGE_SIZE, 0), 0);
    CHECK_EQ(shootdowns, 1);
    CHECK(touch(AREA_START, AREA_READ) == NULL);
    CHECK_EQ(area_protect(AREA_START, 2 * PAGE_SIZE, AREA_READ), 0);
    memory = touch(AREA_START, AREA_READ);
    CHECK(memory && *memory == 77);
    CHECK(touch(AREA_START, AREA_WRITE) == NULL);
    teardown();
}

TEST(area_out_of_memory_is_an_error_and_recovers)
{
    size_t touched = 0;
    uint64_t at;

    setup();
    at = map_pages(0, 2 * PAGES, AREA_WRITE, 0);
    while (touch(at + touched * PAGE_SIZE, AREA_WRITE))
        touched++;
    CHECK(touched > PAGES - 40);
    CHECK_EQ(area_fault(at + touched * PAGE_SIZE, AREA_WRITE), -XEN_ENOMEM);
    /* the end of whole areas needs no memory */
    CHECK_EQ(area_unmap(at, 2 * PAGES * PAGE_SIZE), 0);
    CHECK_EQ(map_pages(0, 2 * PAGES, AREA_WRITE, AREA_POPULATE), -XEN_ENOMEM);
    CHECK(areas.tree == NULL);
    CHECK((int64_t)map_pages(0, PAGES / 2, AREA_WRITE, AREA_POPULATE) > 0);
    teardown();
}

TEST(area_eager_pages_are_there_before_a_touch)
{
    uint64_t paddr, leaf, at;
    unsigned prot;

    setup();
    area_set_eager();
    at = map_pages(0, 3, 0, 0);
    CHECK(pt_lookup(root, &tables, at, &paddr, &leaf, &prot));
    CHECK_EQ(area_protect(at, 2 * PAGE_SIZE, AREA_WRITE), 0);
    CHECK_EQ(pt_lookup(root, &tables, at + PAGE_SIZE, &paddr, &leaf, &prot), 0);
    memset(phys_to_virt(paddr), 1, PAGE_SIZE);
    CHECK_EQ(area_discard(at, 3 * PAGE_SIZE), 0);
    CHECK_EQ(pt_lookup(root, &tables, at + PAGE_SIZE, &paddr, &leaf, &prot), 0);
    CHECK_EQ(*(uint32_t *)phys_to_virt(paddr), 0);
    CHECK(pt_lookup(root, &tables, at + 2 * PAGE_SIZE, &paddr, &leaf, &prot));
    areas.eager = false;
    teardown();
}

/* --- pagers --- */

/* An object whose pages hold their offset. */
static struct object {
    int holds, pages, faults;
    void (*meanwhile)(void);
    int error;
} object;

static int object_fault(void *arg, uint64_t offset, unsigned access,
                        void **out_page)
{
    CHECK(arg == &object && object.holds > 0);
    object.faults++;
    if (object.meanwhile)
        object.meanwhile();
    if (object.error)
        return object.error;
    *out_page = page_alloc_zeroed(0);
    memcpy(*out_page, &offset, sizeof(offset));
    object.pages++;
    return 0;
}

static void object_page_put(void *arg, uint64_t offset, void *page)
{
    CHECK(arg == &object && object.holds > 0);
    CHECK_EQ(*(uint64_t *)page, offset);
    object.pages--;
    page_free(page, 0);
}

static void object_get(void *arg)
{
    object.holds++;
}

static void object_put(void *arg)
{
    object.holds--;
}

static const struct area_ops object_ops = {object_fault, object_page_put,
                                           object_get, object_put};

static uint64_t map_object(uint64_t hint, size_t pages, uint64_t offset)
{
    struct area_request request = {.hint = hint,
                                   .bytes = pages * PAGE_SIZE,
                                   .prot = AREA_READ,
                                   .flags = AREA_FIXED,
                                   .ops = &object_ops,
                                   .object = &object,
                                   .offset = offset};
    uint64_t vaddr = 0;

    object.holds++;
    CHECK_EQ(area_map(&request, &vaddr), 0);
    return vaddr;
}

TEST(area_pager_is_asked_by_offset_and_let_go_at_the_end)
{
    uint64_t *memory;

    setup();
    object = (struct object){0};
    map_object(AREA_START, 100, 7 * PAGE_SIZE);
    for (size_t i = 0; i < 100; i += 2) {
        size_t cut = (i * 37) % 100 & ~1ul;

        memory = (uint64_t *)touch(page_at(i), AREA_READ);
        CHECK(memory && *memory == (7 + i) * PAGE_SIZE);
        CHECK_EQ(area_unmap(page_at(cut + 1), PAGE_SIZE), 0);
    }
    CHECK(object.holds > 10);
    CHECK_EQ(object.pages, 50);
    CHECK_EQ(area_unmap(AREA_START, 50 * PAGE_SIZE), 0);
    CHECK_EQ(object.pages, 25);
    /* a mapping of something else in its place */
    map_pages(AREA_START, 100, AREA_WRITE, AREA_FIXED);
    CHECK_EQ(object.pages, 0);
    CHECK_EQ(object.holds, 0);
    teardown();
}

static void unmap_meanwhile(void)
{
    area_unmap(AREA_START, PAGE_SIZE);
}

static void move_meanwhile(void)
{
    object.meanwhile = NULL;
    map_object(AREA_START, 2, 64 * PAGE_SIZE);
}

static void fault_meanwhile(void)
{
    object.meanwhile = NULL;
    CHECK_EQ(area_fault(AREA_START, AREA_READ), 0);
}

TEST(area_that_changes_during_its_fault_keeps_no_page_of_it)
{
    uint64_t *memory;

    setup();
    object = (struct object){.meanwhile = unmap_meanwhile};
    map_object(AREA_START, 2, 0);
    CHECK(touch(AREA_START, AREA_READ) == NULL);
    CHECK_EQ(object.pages, 0);
    object.meanwhile = move_meanwhile;
    map_object(AREA_START, 2, 0);
    memory = (uint64_t *)touch(AREA_START, AREA_READ);
    CHECK(memory && *memory == 64 * PAGE_SIZE);
    CHECK_EQ(object.pages, 1);
    CHECK_EQ(area_unmap(AREA_START, 2 * PAGE_SIZE), 0);
    CHECK_EQ(object.holds, 0);
    teardown();
}

TEST(area_page_of_two_faults_at_once_is_one)
{
    setup();
    object = (struct object){.meanwhile = fault_meanwhile};
    map_object(AREA_START, 1, 0);
    CHECK(touch(AREA_START, AREA_READ) != NULL);
    CHECK_EQ(object.faults, 2);
    CHECK_EQ(object.pages, 1);
    teardown();
    CHECK_EQ(object.holds, 0);
}

TEST(area_pager_that_fails_is_reported)
{
    setup();
    object = (struct object){.error = -XEN_EIO};
    map_object(AREA_START, 1, 0);
    CHECK_EQ(area_fault(AREA_START, AREA_READ), -XEN_EIO);
    CHECK_EQ(area_fault(AREA_START, AREA_WRITE), -XEN_ENOENT);
    CHECK_EQ(object.holds, 1);
    teardown();
    CHECK_EQ(object.holds, 0);
}
