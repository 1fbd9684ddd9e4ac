/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of areas: they come by faults and go when areas end.
 *
 * Faults run on several vCPUs at once. Each looks its area up, gets its page
 * without any lock, looks again and maps the page if nothing has changed and
 * nobody was faster; else it gives the page back, and the access repeats. The
 * lock is held for two walks at most, and for one page table to be zeroed in
 * every 512th fault.
 *
 * Pages that are taken away collect in a batch, are flushed from all TLBs with
 * no lock held that a fault could wait for (a vCPU in a fault answers no IPI),
 * and only then are freed.
 */

#include "area.h"
#include <pith/errno.h>
#include <pith/map.h>
#include <pith/page.h>

/* Pages that change while the lock is held. */
#define BATCH 256

/* What a fault finds; the same again means that nothing has changed. */
struct view {
    const struct area_ops *ops;
    void *object;
    uint64_t offset;
    unsigned prot;
};

struct areas areas;

static uint64_t table_alloc(void)
{
    void *table = page_alloc_zeroed(0);

    return table ? virt_to_phys(table) : 0;
}

static void *table_ptr(uint64_t paddr)
{
    return phys_to_virt(paddr);
}

static const struct pt_allocator tables = {table_alloc, table_ptr, false};

static unsigned pt_prot_of(unsigned prot)
{
    if (!prot)
        return PT_NONE;
    return prot & AREA_WRITE ? PT_WRITE : prot & AREA_EXEC ? PT_EXEC : PT_READ;
}

static bool allows(unsigned prot, unsigned access)
{
    return access == AREA_READ ? prot != 0 : (prot & access) != 0;
}

static void page_put(const struct area_ops *ops, void *object, uint64_t offset,
                     void *page)
{
    if (ops)
        ops->page_put(object, offset, page);
    else
        page_free(page, 0);
}

/* 0: a page is wanted. 1: there is one, which now has its area's rights; the
 * fault came before it, or by a TLB that knew less. */
static int look_locked(uint64_t vaddr, unsigned access, struct view *out)
{
    const struct area *area = area_tree_find(areas.tree, vaddr);
    bool narrowed = false;
    uint64_t next;

    if (vaddr >= areas.replaced_start && vaddr < areas.replaced_end)
        return -XEN_EAGAIN;
    if (!area || area->start > vaddr || !allows(area->prot, access))
        return -XEN_ENOENT;
    *out = (struct view){area->ops, area->object,
                         area->offset + (vaddr - area->start), area->prot};
    return (int)pt_protect(map_root_paddr(), &tables, vaddr, PAGE_SIZE,
                           pt_prot_of(area->prot), 1, &next, &narrowed);
}

static bool same(const struct view *a, const struct view *b)
{
    return a->ops == b->ops && a->object == b->object &&
           (!a->ops || a->offset == b->offset) && a->prot == b->prot;
}

/* Takes the page. */
static int install(uint64_t vaddr, unsigned access, const struct view *view,
                   void *page)
{
    unsigned long flags = spin_lock_irqsave(&areas.lock);
    bool used = false;
    struct view now;
    int rc;

    rc = look_locked(vaddr, access, &now);
    if (rc == 0 && same(view, &now)) {
        rc = pt_map(map_root_paddr(), &tables, vaddr, virt_to_phys(page),
                    PAGE_SIZE, pt_prot_of(view->prot));
        used = rc == 0;
    }
    spin_unlock_irqrestore(&areas.lock, flags);
    if (!used)
        page_put(view->ops, view->object, view->offset, page);
    return rc;
}

static int zeroed_page(void **out_page)
{
    *out_page = page_alloc_zeroed(0);
    return *out_page ? 0 : -XEN_ENOMEM;
}

int area_fault(uint64_t vaddr, unsigned access)
{
    unsigned long flags;
    struct view view;
    void *page;
    int rc;

    vaddr = ALIGN_DOWN(vaddr, PAGE_SIZE);
    flags = spin_lock_irqsave(&areas.lock);
    rc = look_locked(vaddr, access, &view);
    if (rc == 0 && view.ops)
        view.ops->get(view.object);
    spin_unlock_irqrestore(&areas.lock, flags);
    if (rc)
        return MIN(rc, 0);
    rc = view.ops ? view.ops->fault(view.object, view.offset, access, &page)
                  : zeroed_page(&page);
    if (rc == 0)
        rc = install(vaddr, access, &view, page);
    if (view.ops)
        view.ops->put(view.object);
    return MIN(rc, 0);
}

void area_pages_drop(const struct area *owner, uint64_t start, uint64_t end)
{
    static struct pt_page batch[BATCH]; /* the change lock's */
    uint64_t at = start, limit;
    unsigned long flags;
    size_t count;

    while (at < end) {
        limit = MIN(ALIGN_DOWN(at, SIZE_1G) + SIZE_1G, end);
        flags = spin_lock_irqsave(&areas.lock);
        count = pt_remove(map_root_paddr(), &tables, at, limit - at, batch,
                          BATCH, &at);
        spin_unlock_irqrestore(&areas.lock, flags);
        if (count)
            tlb_shootdown(batch[0].vaddr,
                          batch[count - 1].vaddr + PAGE_SIZE - batch[0].vaddr);
        for (size_t i = 0; i < count; i++)
            page_put(owner->ops, owner->object,
                     owner->offset + (batch[i].vaddr - owner->start),
                     phys_to_virt(batch[i].paddr));
    }
}

void area_pages_protect(uint64_t start, uint64_t end, unsigned prot)
{
    bool narrowed = false;
    uint64_t at = start, limit;
    unsigned long flags;

    while (at < end) {
        limit = MIN(ALIGN_DOWN(at, SIZE_1G) + SIZE_1G, end);
        flags = spin_lock_irqsave(&areas.lock);
        pt_protect(map_root_paddr(), &tables, at, limit - at, pt_prot_of(prot),
                   BATCH, &at, &narrowed);
        spin_unlock_irqrestore(&areas.lock, flags);
    }
    if (narrowed)
        tlb_shootdown(start, end - start);
}

int area_pages_populate(uint64_t start, uint64_t end)
{
    struct area_info info;
    uint64_t at = start;
    int rc = 0;

    while (at < end && !area_find(at, &info) && info.start < end) {
        for (at = MAX(at, info.start); info.prot && at < MIN(info.end, end);
             at += PAGE_SIZE) {
            rc =
                area_fault(at, info.prot & AREA_WRITE ? AREA_WRITE : AREA_READ);
            if (rc == -XEN_ENOMEM || rc == -XEN_EIO)
                return -XEN_ENOMEM;
        }
        at = info.end;
    }
    return 0;
}
