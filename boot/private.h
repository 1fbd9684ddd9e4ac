/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of boot/ share. */
#ifndef BOOT_PRIVATE_H
#define BOOT_PRIVATE_H

/* boot_entry, known to 32-bit code: pith.lds puts it there. */
#define BOOT_ENTRY_PADDR 0x100200

#ifndef __ASSEMBLY__

#include <pith/bootinfo.h>
#include <stdbool.h>
#include <xen/arch-x86/hvm/start_info.h>

/* What entry.S maps, one to one: whatever is read here must lie below. */
#define BOOT_MAPPED_BYTES (1ull << 32)

/* entry.S: Xen fills it. */
extern char hypercall_page[];

/* entry.S: the early tables' root, and two for the image's virtual address. */
extern uint64_t boot_root[512], boot_image_pointers[512],
    boot_image_directory[512];

/* Draws image_base, maps the image there and makes it fit; returns it. Runs
 * before that, at physical addresses: uses nothing that is relocated. */
uint64_t boot_relocate(void);
/* entry.S continues here, at the image's virtual address. */
void boot_main(uint64_t start_info_paddr, uint32_t extended_features,
               uint32_t features_7) __attribute__((noreturn));

/* A hypercall before xen/ is there. Unused arguments are 0. */
long early_hypercall(unsigned nr, uint64_t a1, uint64_t a2, uint64_t a3);
/* Xen's log: by hypercall as dom0, by port 0xE9 as domU (which only a
 * debugging Xen grants the hypercall). */
void early_write(const char *text, size_t length);
/* Becomes panic's handler until kernel/ has its own. */
void early_panic_init(void);
/* What the boot protocol got wrong: prints "pith: boot: ..." and ends the
 * domain as crashed. */
void boot_fail(const char *fmt, ...) __printf(1, 2) __attribute__((noreturn));

/* Copies *si and what it points to into *out, checked; everything of *out but
 * xen_cpuid_base and leaves_1g. Does not return if anything is wrong. */
void start_info_read(uint64_t si_paddr, struct boot_info *out);

/* Fills out's regions from an unsorted map of count entries, which it sorts in
 * place. */
void memmap_read(struct hvm_memmap_table_entry *entries, uint32_t count,
                 struct boot_info *out);
/* Whether [start, start + size) lies in one region of RAM. */
bool memmap_is_ram(const struct boot_info *info, uint64_t start, uint64_t size);

#endif /* !__ASSEMBLY__ */
#endif
