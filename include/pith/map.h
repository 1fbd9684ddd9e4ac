/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel mappings outside the direct map: device pages, guarded stacks. The
 * live page tables belong to mm/. Thread context; may allocate; never blocks.
 */
#ifndef PITH_MAP_H
#define PITH_MAP_H

#include <pith/pagetable.h>

/* Maps paddr onwards at a fresh address with an unmapped page on either side.
 * size_bytes and paddr are multiples of PAGE_SIZE, prot is of enum pt_prot.
 * NULL: out of memory or address space. */
volatile void *map_device(uint64_t paddr, uint64_t size_bytes, unsigned prot);
/* Ends what map_device returned, on all vCPUs. Interrupts on, no spin lock
 * held. */
void unmap_device(volatile void *ptr, uint64_t size_bytes);

/* A stack of at least size_bytes, with unmapped guard pages below and above.
 * Returns its lowest usable address, NULL when out of memory. */
void *kstack_alloc(size_t size_bytes);
/* Takes it back. Interrupts and preemption may be off. The stack may stay
 * mapped for the next kstack_alloc; page_reclaim ends that. */
void kstack_free(void *stack, size_t size_bytes);
/* If vaddr lies in a guard page of a stack: returns 1, otherwise 0. For fault
 * reports. Any context. */
int kstack_is_guard(uint64_t vaddr);

/* The root that new vCPUs load, and that tests walk. */
uint64_t map_root_paddr(void);

#endif
