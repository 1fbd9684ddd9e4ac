/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this Xen is and offers, HVM parameters, and the shared info page.
 * Source: xen/arch-x86/cpuid.h, xen/hvm/params.h, xen/memory.h.
 */
#include "private.h"

#include <pith/bootinfo.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/hypercall.h>
#include <pith/page.h>
#include <pith/xeninfo.h>
#include <xen/arch-x86/cpuid.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>

/* Written at boot only, so it has no lock. */
static struct {
    struct xen_info info;
    struct shared_info *shared;
} state;

/* cpuid.h counts its leaves from 1; the addresses count from 0. */
#define LEAF_VERSION 1
#define LEAF_HVM 4

static void read_cpuid(void)
{
    uint32_t version = cpuid(boot_info.xen_cpuid_base + LEAF_VERSION, 0).eax;

    state.info.major = version >> 16;
    state.info.minor = version & 0xffff;
    /* A Xen without this leaf answers zero: no features. */
    state.info.hvm_features = cpuid(boot_info.xen_cpuid_base + LEAF_HVM, 0).eax;
}

int physmap_replace(unsigned space, uint64_t idx, void *page)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF,
        .space = space,
        .idx = idx,
        .gpfn = virt_to_phys(page) >> PAGE_SHIFT,
    };

    return hypercall_memory_op(XENMEM_add_to_physmap, &op);
}

int xen_info_init(void)
{
    void *page;
    int rc;

    read_cpuid();
    page = page_alloc(0);
    if (!page)
        return -XEN_ENOMEM;
    rc = physmap_replace(XENMAPSPACE_shared_info, 0, page);
    if (rc) {
        page_free(page, 0);
        return rc;
    }
    state.shared = page;
    return 0;
}

void xen_info_set_per_vcpu_upcall(void)
{
    state.info.per_vcpu_upcall = true;
}

const struct xen_info *xen_info(void)
{
    return &state.info;
}

struct shared_info *xen_shared_info(void)
{
    return state.shared;
}

int hvm_param_get(uint32_t index, uint64_t *out)
{
    struct xen_hvm_param op = {.domid = DOMID_SELF, .index = index};
    int rc = hypercall_hvm_op(HVMOP_get_param, &op);

    if (!rc)
        *out = op.value;
    return rc;
}

int hvm_param_set(uint32_t index, uint64_t value)
{
    struct xen_hvm_param op = {
        .domid = DOMID_SELF, .index = index, .value = value};

    return hypercall_hvm_op(HVMOP_set_param, &op);
}
