/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turning the machine off as dom0. SCHEDOP_shutdown only halts it there: the
 * way into ACPI's S5 is known to dom0 alone, by the firmware's tables.
 * Source: ACPI specification, "Root System Description Pointer", "XSDT",
 * "FADT", "PM1 Control Registers"; xen/platform.h, XENPF_enter_acpi_sleep.
 */
#include "private.h"

#include <pith/bootinfo.h>
#include <pith/hypercall.h>
#include <pith/log.h>
#include <pith/map.h>
#include <pith/string.h>
#include <xen/platform.h>

struct rsdp {
    char signature[8];
    uint8_t checksum;
    char oem_id[6];
    uint8_t revision;
    uint32_t rsdt_paddr;
    uint32_t length;
    uint64_t xsdt_paddr;
} __packed;

struct table {
    char signature[4];
    uint32_t length;
    uint8_t revision, checksum;
    char oem_id[6], oem_table_id[8];
    uint32_t oem_revision, creator_id, creator_revision;
} __packed;

struct xsdt {
    struct table table;
    uint64_t entries_paddr[];
} __packed;

struct fadt {
    struct table table;
    uint32_t facs_paddr;
    uint32_t dsdt_paddr;
    uint8_t others[96];
    uint64_t x_dsdt_paddr;
} __packed;
_Static_assert(offsetof(struct fadt, x_dsdt_paddr) == 140, "ACPI: FADT");

#define TABLE_MAX_BYTES (4ul << 20) /* more is a broken length */
#define SLEEP_TYPE_SHIFT 10         /* SLP_TYPx and SLP_EN in PM1_CNT */
#define SLEEP_ENABLE (1u << 13)
#define STATE_S5 5

static struct {
    bool found;
    struct acpi_s5 s5;
} off;

static const void *map_bytes(uint64_t paddr, uint64_t bytes)
{
    uint64_t start = ALIGN_DOWN(paddr, PAGE_SIZE);
    uint64_t end = ALIGN_UP(paddr + bytes, PAGE_SIZE);
    volatile void *page = map_device(start, end - start, PT_READ);

    return page ? (const char *)page + (paddr - start) : NULL;
}

static void unmap_bytes(const void *ptr, uint64_t bytes)
{
    uint64_t start = ALIGN_DOWN((uint64_t)ptr, PAGE_SIZE);

    unmap_device((void *)start,
                 ALIGN_UP((uint64_t)ptr + bytes, PAGE_SIZE) - start);
}

/* Maps the whole table at paddr if it has that signature (NULL: any), else
 * NULL. */
static const struct table *table_map(uint64_t paddr, const char *signature)
{
    const struct table *table = map_bytes(paddr, sizeof(*table));
    uint32_t length;

    if (!table)
        return NULL;
    length = table->length;
    if (signature && memcmp(table->signature, signature, 4))
        length = 0;
    unmap_bytes(table, sizeof(*table));
    if (length < sizeof(*table) || length > TABLE_MAX_BYTES)
        return NULL;
    return map_bytes(paddr, length);
}

static void table_unmap(const struct table *table)
{
    unmap_bytes(table, table->length);
}

static uint64_t xsdt_find(void)
{
    const struct rsdp *rsdp;
    uint64_t paddr = 0;

    if (!boot_info.rsdp_paddr)
        return 0;
    rsdp = map_bytes(boot_info.rsdp_paddr, sizeof(*rsdp));
    if (!rsdp)
        return 0;
    if (!memcmp(rsdp->signature, "RSD PTR ", 8) && rsdp->revision >= 2)
        paddr = rsdp->xsdt_paddr;
    unmap_bytes(rsdp, sizeof(*rsdp));
    return paddr;
}

static uint64_t dsdt_of(const struct fadt *fadt)
{
    if (fadt->table.length >= sizeof(*fadt) && fadt->x_dsdt_paddr)
        return fadt->x_dsdt_paddr;
    return fadt->table.length >= offsetof(struct fadt, others)
               ? fadt->dsdt_paddr
               : 0;
}

static uint64_t dsdt_find(uint64_t xsdt_paddr)
{
    /* Xen 4.17 leaves rubbish for the signature of the one that it makes. */
    const struct table *root = table_map(xsdt_paddr, NULL);
    const struct xsdt *xsdt = (const struct xsdt *)root;
    uint64_t paddr = 0;
    size_t count;

    if (!root)
        return 0;
    count = (root->length - sizeof(*root)) / sizeof(xsdt->entries_paddr[0]);
    for (size_t i = 0; i < count && !paddr; i++) {
        const struct table *fadt = table_map(xsdt->entries_paddr[i], "FACP");

        if (!fadt)
            continue;
        paddr = dsdt_of((const struct fadt *)fadt);
        table_unmap(fadt);
    }
    table_unmap(root);
    return paddr;
}

/* At boot, because shutting down must neither map nor allocate. */
void poweroff_init(void)
{
    uint64_t xsdt_paddr = xsdt_find();
    uint64_t dsdt_paddr = xsdt_paddr ? dsdt_find(xsdt_paddr) : 0;
    const struct table *dsdt = dsdt_paddr ? table_map(dsdt_paddr, "DSDT")
                                          : NULL;

    if (dsdt) {
        off.found =
            acpi_s5_find(dsdt + 1, dsdt->length - sizeof(*dsdt), &off.s5);
        table_unmap(dsdt);
    }
    if (!off.found)
        log_warning("xen: the firmware's tables do not say how to turn this "
                    "machine off; it will halt instead");
}

void poweroff_machine(void)
{
    struct xen_platform_op op = {
        .cmd = XENPF_enter_acpi_sleep,
        .interface_version = XENPF_INTERFACE_VERSION,
        .u.enter_acpi_sleep =
            {
                .val_a = off.s5.type_a << SLEEP_TYPE_SHIFT | SLEEP_ENABLE,
                .val_b = off.s5.type_b << SLEEP_TYPE_SHIFT | SLEEP_ENABLE,
                .sleep_state = STATE_S5,
            },
    };

    if (off.found)
        hypercall1(__HYPERVISOR_platform_op, (uint64_t)&op);
}
