/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this Xen is and offers, each read once. xen/. Any context.
 * Source: xen/version.h, xen/features.h, xen/arch-x86/cpuid.h.
 */
#ifndef PITH_XENINFO_H
#define PITH_XENINFO_H

#include <pith/compiler.h>
#include <stdbool.h>

struct xen_info {
    unsigned major, minor;
    uint32_t hvm_features; /* CPUID leaf base + 4, EAX: XEN_HVM_CPUID_* */
    bool per_vcpu_upcall;  /* the vector set by HVMOP is in use */
};

const struct xen_info *xen_info(void);

/* Reads HVM_PARAM_* index. Returns 0 or -XEN_E*. xen/hvm/params.h. */
int hvm_param_get(uint32_t index, uint64_t *out);
int hvm_param_set(uint32_t index, uint64_t value);

struct shared_info;
/* The shared info page; other domains cannot write it. */
struct shared_info *xen_shared_info(void);

#endif
