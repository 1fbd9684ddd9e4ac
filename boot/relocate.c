/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image's virtual address: drawn, mapped, and made true by adding it to
 * every address that the image holds of itself. Owns image_base.
 *
 * This runs at physical addresses, which are the ones that the image was linked
 * for, with interrupts off, on tables that let everything be written.
 * Sources: System V ABI, "Relocation" (RELR and RELA); psABI of x86-64,
 * R_X86_64_RELATIVE, to which tools/sdk/pith-cc holds all others down; SDM
 * volume 3, "4-Level Paging".
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/cpurandom.h>
#include <pith/pagetable.h>

#define ENTRIES 512
#define ENTRY_TABLE 0x3 /* present, writable */
#define ENTRY_LEAF 0x83

/* boot/'s linker script. */
extern const uint64_t relr_start[], relr_end[];
extern const struct rela {
    uint64_t offset, info, addend;
} rela_start[], rela_end[];

uint64_t image_base;

static uint64_t draw(void)
{
    uint64_t drawn = tsc_read() * 0x9e3779b97f4a7c15ul, word = 0;

    cpu_random(&word);
    return word ^ drawn >> 32;
}

/* A base with which the image lies in one directory of 1 GiB. */
static uint64_t choose(uint64_t leaves)
{
    uint64_t slot = draw() % (IMAGE_AREA_BYTES / SIZE_2M);

    slot -= MAX(slot % ENTRIES + leaves, (uint64_t)ENTRIES) - ENTRIES;
    return IMAGE_AREA + slot * SIZE_2M;
}

/* The first leaves * 2 MiB of memory at vaddr. */
static void map(uint64_t vaddr, uint64_t leaves)
{
    boot_root[vaddr >> 39 & (ENTRIES - 1)] = (uint64_t)boot_image_pointers |
                                             ENTRY_TABLE;
    boot_image_pointers[vaddr >> 30 & (ENTRIES - 1)] =
        (uint64_t)boot_image_directory | ENTRY_TABLE;
    for (uint64_t i = 0; i < leaves; i++)
        boot_image_directory[(vaddr >> 21 & (ENTRIES - 1)) + i] = i * SIZE_2M |
                                                                  ENTRY_LEAF;
}

/* Even words are addresses of words to change; an odd word is a bitmap of the
 * 63 that follow the last one. */
static void apply_relr(uint64_t base)
{
    uint64_t *at = NULL;

    for (const uint64_t *word = relr_start; word < relr_end; word++) {
        if (!(*word & 1)) {
            at = (uint64_t *)*word;
            *at++ += base;
            continue;
        }
        for (uint64_t bits = *word >> 1; bits; bits &= bits - 1)
            at[__builtin_ctzl(bits)] += base;
        at += 63;
    }
}

/* What is not aligned. */
static void apply_rela(uint64_t base)
{
    for (const struct rela *rela = rela_start; rela < rela_end; rela++) {
        uint64_t value = rela->addend + base;

        __builtin_memcpy((void *)rela->offset, &value, sizeof(value));
    }
}

uint64_t boot_relocate(void)
{
    uint64_t leaves = ((uint64_t)image_end + SIZE_2M - 1) / SIZE_2M;
    uint64_t base = choose(leaves);

    map(base, leaves);
    apply_relr(base);
    apply_rela(base);
    image_base = base;
    return base;
}
