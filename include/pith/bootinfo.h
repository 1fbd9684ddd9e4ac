/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot protocol told us, checked and copied. boot/ fills it before
 * any other room runs; everybody else only reads it.
 * Source: xen/arch-x86/hvm/start_info.h.
 */
#ifndef PITH_BOOTINFO_H
#define PITH_BOOTINFO_H

/* What rooms below level 060 run on, nested calls of panic included. */
#define BOOT_STACK_BYTES 16384

#ifndef __ASSEMBLY__

#include <pith/compiler.h>
#include <stdbool.h>

#define BOOT_MAX_REGIONS 128
#define BOOT_MAX_MODULES 4
#define BOOT_CMDLINE_MAX 4096
/* RAM ends below: under mm/'s area for mappings, and page numbers fit 32 bits.
 * A memory map with RAM above is refused. */
#define BOOT_RAM_LIMIT (1ull << 44)

enum region_type { REGION_RAM = 1, REGION_RESERVED = 2 };

struct boot_region {
    uint64_t start_paddr, end_paddr; /* page aligned, end exclusive */
    enum region_type type;
};

/* Memory that start_info lent us; stays untouched until freed by its user. */
struct boot_module {
    uint64_t paddr, size_bytes;
};

struct boot_info {
    uint32_t start_info_version;
    uint32_t flags;          /* SIF_* of xen/xen.h; SIF_INITDOMAIN: dom0 */
    uint32_t xen_cpuid_base; /* 0x40000000 onwards */
    uint64_t rsdp_paddr;     /* 0: none */
    bool leaves_1g;          /* the CPU knows 1 GiB page-table leaves */
    unsigned region_count;   /* sorted, not overlapping */
    struct boot_region regions[BOOT_MAX_REGIONS];
    unsigned module_count;
    struct boot_module modules[BOOT_MAX_MODULES];
    char cmdline[BOOT_CMDLINE_MAX];
};

extern struct boot_info boot_info;

/* The image, page aligned, from boot/'s linker script: text, read-only data,
 * data. The boot stack lies between the last two, so that it overflows into
 * read-only data. image_tables_start to image_end are the early page tables:
 * free memory once mm/ has its own. */
extern char image_start[], image_text_start[], image_text_end[],
    image_rodata_start[], image_rodata_end[], image_data_start[],
    image_tables_start[], image_end[];

/* The image's virtual address less its physical one, which is that of its
 * symbols (and of gdb's, until told otherwise). Drawn at each boot: a multiple
 * of 2 MiB, so that the image lies at IMAGE_AREA or above, in the lower half.
 */
#define IMAGE_AREA 0x600000000000ul
#define IMAGE_AREA_BYTES (1ul << 45)
extern uint64_t image_base;

/* Where what belongs to the image lies in memory. */
static inline uint64_t image_paddr(const void *ptr)
{
    return (uint64_t)ptr - image_base;
}

/* What boot/ jumps to with boot_info filled: interrupts off, on the boot stack
 * (BOOT_STACK_BYTES), early page tables that map the first 4 GiB and the image,
 * hypercall page ready. Implemented by kernel/. */
void kernel_start(void) __attribute__((noreturn));

#endif /* !__ASSEMBLY__ */
#endif
