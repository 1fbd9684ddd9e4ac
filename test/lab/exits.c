/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exits FILE: counts the VM exits in a trace that xentrace recorded, by exit
 * code (SVM: AMD APM volume 2, appendix C), as "CODE COUNT" lines and last
 * "total COUNT". The trace does not name the domain of an exit, so one HVM or
 * PVH guest should run at a time.
 *
 * Record layout: struct t_rec in xen/include/public/trace.h.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EVENT_MASK 0x0fffffffu
#define EXTRA_SHIFT 28
#define EXTRA_MASK 7u
#define CYCLES_INCLUDED (1u << 31)
#define TRC_HVM_VMX_EXIT 0x00081002u /* up to Xen 4.19 also with SVM */
#define TRC_HVM_SVM_EXIT 0x00081003u
#define TRC_64_FLAG 0x100u
#define TRC_LOST_RECORDS 0x0001f001u
#define CODES 0x500

static unsigned long counts[CODES];

static int is_exit(uint32_t event)
{
    event &= ~TRC_64_FLAG;
    return event == TRC_HVM_VMX_EXIT || event == TRC_HVM_SVM_EXIT;
}

int main(int argc, char **argv)
{
    FILE *in = argc == 2 ? fopen(argv[1], "rb") : NULL;
    unsigned long total = 0, lost = 0;
    uint32_t header, words[2 + 7];

    if (!in) {
        fprintf(stderr, "usage: exits FILE\n");
        return 2;
    }
    while (fread(&header, sizeof(header), 1, in) == 1) {
        size_t cycles = header & CYCLES_INCLUDED ? 2 : 0;
        size_t extra = (header >> EXTRA_SHIFT) & EXTRA_MASK;
        uint32_t event = header & EVENT_MASK;

        if (fread(words, 4, cycles + extra, in) != cycles + extra)
            break;
        if (event == TRC_LOST_RECORDS)
            lost++;
        if (!is_exit(event) || !extra)
            continue;
        total++;
        counts[words[cycles] < CODES ? words[cycles] : CODES - 1]++;
    }
    for (size_t code = 0; code < CODES; code++)
        if (counts[code])
            printf("0x%zx %lu\n", code, counts[code]);
    printf("total %lu\n", total);
    if (lost)
        fprintf(stderr, "exits: Xen lost records; the count is too low\n");
    return lost ? 1 : 0;
}
