/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot protocol hands over, copied and checked. The toolstack wrote
 * it from a user's configuration: a fault here is reported, not a panic.
 * Source: xen/arch-x86/hvm/start_info.h, versions 0 and 1.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/string.h>
#include <xen/memory.h>
#include <xen/xen.h>

#define MEMMAP_MAX 128

_Static_assert(sizeof(struct hvm_start_info) == 56, "start_info.h");
_Static_assert(sizeof(struct hvm_modlist_entry) == 32, "start_info.h");
_Static_assert(sizeof(struct hvm_memmap_table_entry) == 24, "start_info.h");

/* As XENMEM_memory_map gives it: INT 0x15 E820, ACPI 6.2 section 15.1. */
struct e820_entry {
    uint64_t addr, size;
    uint32_t type;
} __packed;
_Static_assert(sizeof(struct e820_entry) == 20, "E820");

/* The bytes at paddr, which the early page tables must map. */
static const void *borrow(uint64_t paddr, uint64_t size, const char *what)
{
    if (paddr == 0 || paddr >= BOOT_MAPPED_BYTES ||
        size > BOOT_MAPPED_BYTES - paddr)
        boot_fail("start_info: %s at %#lx with %lu bytes: not below 4 GiB",
                  what, paddr, size);
    return (const void *)paddr;
}

static uint32_t memmap_from_xen(struct hvm_memmap_table_entry *out)
{
    struct e820_entry buffer[MEMMAP_MAX];
    struct xen_memory_map map = {.nr_entries = MEMMAP_MAX};
    long err;

    set_xen_guest_handle(map.buffer, buffer);
    err = early_hypercall(__HYPERVISOR_memory_op, XENMEM_memory_map,
                          (uint64_t)&map, 0);
    if (err)
        boot_fail("memory map: XENMEM_memory_map: %s", errno_name((int)err));
    for (uint32_t i = 0; i < map.nr_entries; i++)
        out[i] = (struct hvm_memmap_table_entry){buffer[i].addr, buffer[i].size,
                                                 buffer[i].type, 0};
    return map.nr_entries;
}

/* Only version 1 has a map in start_info, and even there it is optional. */
static void read_memmap(const struct hvm_start_info *si, struct boot_info *out)
{
    struct hvm_memmap_table_entry entries[MEMMAP_MAX];
    uint32_t count;
    size_t bytes;

    if (si->version >= 1 && si->memmap_entries) {
        count = si->memmap_entries;
        if (count > MEMMAP_MAX)
            boot_fail("memory map: %u entries, more than %d", count,
                      MEMMAP_MAX);
        bytes = count * sizeof(entries[0]);
        memcpy(entries, borrow(si->memmap_paddr, bytes, "memory map"), bytes);
    } else {
        count = memmap_from_xen(entries);
    }
    memmap_read(entries, count, out);
    if (!memmap_is_ram(out, image_paddr(image_start),
                       (uint64_t)(image_end - image_start)))
        boot_fail("memory map: the image at %#lx to %#lx is not in RAM; the "
                  "domain needs more memory",
                  image_paddr(image_start), image_paddr(image_end));
}

static void read_cmdline(const struct hvm_start_info *si, struct boot_info *out)
{
    const char *text;
    size_t max;

    out->cmdline[0] = '\0';
    if (!si->cmdline_paddr)
        return;
    text = borrow(si->cmdline_paddr, 1, "command line");
    max =
        MIN(BOOT_MAPPED_BYTES - si->cmdline_paddr, (uint64_t)BOOT_CMDLINE_MAX);
    if (strnlen(text, max) == max)
        boot_fail("command line: longer than %d characters",
                  BOOT_CMDLINE_MAX - 1);
    str_copy(out->cmdline, text, BOOT_CMDLINE_MAX);
}

static void check_module(const struct boot_info *info,
                         const struct boot_module *module, unsigned i)
{
    uint64_t end = module->paddr + module->size_bytes;

    if (!module->size_bytes ||
        !memmap_is_ram(info, module->paddr, module->size_bytes))
        boot_fail("module %u: %#lx with %lu bytes: empty or not in RAM", i,
                  module->paddr, module->size_bytes);
    if (module->paddr < image_paddr(image_end) &&
        end > image_paddr(image_start))
        boot_fail("module %u: %#lx to %#lx overlaps the image", i,
                  module->paddr, end);
    for (unsigned other = 0; other < i; other++)
        if (module->paddr <
                info->modules[other].paddr + info->modules[other].size_bytes &&
            end > info->modules[other].paddr)
            boot_fail("module %u: overlaps module %u", i, other);
}

static void read_modules(const struct hvm_start_info *si, struct boot_info *out)
{
    const struct hvm_modlist_entry *list;

    out->module_count = 0;
    if (!si->nr_modules)
        return;
    if (si->nr_modules > BOOT_MAX_MODULES)
        boot_fail("%u modules, more than %d", si->nr_modules, BOOT_MAX_MODULES);
    list = borrow(si->modlist_paddr, si->nr_modules * sizeof(*list),
                  "module list");
    for (unsigned i = 0; i < si->nr_modules; i++) {
        out->modules[i] = (struct boot_module){list[i].paddr, list[i].size};
        check_module(out, &out->modules[i], i);
        out->module_count++;
    }
}

void start_info_read(uint64_t si_paddr, struct boot_info *out)
{
    const struct hvm_start_info *si =
        borrow(si_paddr, sizeof(*si), "start_info");

    if (si->magic != XEN_HVM_START_MAGIC_VALUE)
        boot_fail("start_info at %#lx: magic %#x, expected %#x", si_paddr,
                  si->magic, XEN_HVM_START_MAGIC_VALUE);
    out->start_info_version = si->version;
    out->flags = si->flags;
    out->rsdp_paddr = si->rsdp_paddr;
    read_memmap(si, out);
    read_modules(si, out);
    read_cmdline(si, out);
}
