/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that leaves a mark in QEMU's log of guest exits: it touches a port
 * that nobody else touches, which is an exit that names the port. The bench
 * counts the exits between two marks.
 */

#include <pith/cpu.h>

#define MARK_PORT 0x5049 /* test/bench/bench knows it, too */

int main(void)
{
    port_write8(MARK_PORT, 0);
    return 0;
}
