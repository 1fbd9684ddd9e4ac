/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saves and loads floating-point and vector state. Owns which of it there is.
 * Source: SDM volume 1, "Managing State Using the XSAVE Feature Set".
 */

#include <pith/cpu.h>
#include <pith/fpu.h>
#include <pith/string.h>

#define CPUID_XSAVE 0xd

/* x87, SSE, AVX, AVX-512 (three parts). Not AMX: 8 KiB on each stack. */
#define XCR0_WANTED 0xe7u
#define XCR0_AVX 0x4u
#define XCR0_AVX512 0xe0u

#define FXSAVE_BYTES 512
#define XSAVE_HEADER_BYTES 64

/* Written by the boot vCPU. features 0: FXSAVE serves. */
static struct {
    uint32_t features, bytes;
} fpu = {.bytes = FXSAVE_BYTES};

bool fpu_avx2;

static void xcr0_set(uint32_t features)
{
    __asm__ volatile("xsetbv" : : "c"(0), "a"(features), "d"(0));
}

static void osxsave_set(void)
{
    uint64_t cr4;

    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_OSXSAVE));
}

/* Each CPUID is an exit. The leaf's ECX is the size if all is enabled that it
 * names; its EBX, of what is enabled. */
static void find_features(void)
{
    struct cpuid_result r;
    uint32_t features;

    if (!(cpu_features()->ecx & CPUID_FEATURES_ECX_XSAVE)) {
        fpu_avx2 = false;
        return;
    }
    r = cpuid(CPUID_XSAVE, 0);
    features = r.eax & XCR0_WANTED;
    if ((features & XCR0_AVX512) != XCR0_AVX512)
        features &= ~XCR0_AVX512;
    xcr0_set(features);
    fpu.bytes = features == r.eax && !r.edx ? r.ecx : cpuid(CPUID_XSAVE, 0).ebx;
    fpu.features = features;
    fpu_avx2 = fpu_avx2 && features & XCR0_AVX;
}

void fpu_init(void)
{
    if (this_cpu()->id == 0) {
        find_features(); /* boot/ has set CR4 */
    } else if (fpu.features) {
        osxsave_set();
        xcr0_set(fpu.features);
    }
}

size_t fpu_bytes(void)
{
    return fpu.bytes;
}

void fpu_save(void *area)
{
    if (!fpu.features) {
        __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
        return;
    }
    memset((char *)area + FXSAVE_BYTES, 0, XSAVE_HEADER_BYTES);
    __asm__ volatile("xsave64 (%0)"
                     :
                     : "r"(area), "a"(fpu.features), "d"(0)
                     : "memory");
}

void fpu_load(const void *area)
{
    if (!fpu.features)
        __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
    else
        __asm__ volatile("xrstor64 (%0)"
                         :
                         : "r"(area), "a"(fpu.features), "d"(0)
                         : "memory");
}
