/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this Xen is and offers, HVM parameters, and the shared info page.
 * Source: xen/arch-x86/cpuid.h, xen/hvm/params.h, xen/memory.h.
 */
#include "private.h"

#include <pith/bootinfo.h>
#include <pith/cpu.h>
#include <pith/hypercall.h>
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

int xen_info_init(void)
{
    void *page;
    int rc = physmap_add(XENMAPSPACE_shared_info, 0, &page);

    if (rc)
        return rc;
    state.shared = page;
    /* A Xen without this leaf answers zero: no features. */
    state.info.hvm_features = cpuid(boot_info.xen_cpuid_base + LEAF_HVM, 0).eax;
    return 0;
}

int xen_info_renew(void)
{
    state.info.major = 0; /* the version is that of another Xen, perhaps */
    return physmap_renew(XENMAPSPACE_shared_info, 0, state.shared);
}

uint32_t xen_hvm_features(void)
{
    return state.info.hvm_features;
}

void xen_info_set_per_vcpu_upcall(void)
{
    state.info.per_vcpu_upcall = true;
}

/* Few ask for the version, so the exit for it waits until somebody does. Who
 * asks at the same time stores the same. */
const struct xen_info *xen_info(void)
{
    if (!state.info.major) {
        uint32_t version =
            cpuid(boot_info.xen_cpuid_base + LEAF_VERSION, 0).eax;

        state.info.minor = version & 0xffff;
        state.info.major = version >> 16;
    }
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
