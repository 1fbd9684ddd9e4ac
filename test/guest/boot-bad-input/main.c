/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong with the guest's configuration is told in one line, and the
 * program does not run. (Boot modules that are damaged further in:
 * fs_cpio_test, fs_tar_test.) */
/* clang-format off */
/* expect: reason=0 exit=2 */
/* cmdline: pith.colour=red */
/*   console: ^pith: unknown option "pith.colour"$ */
/* cmdline: pith. */
/*   console: ^pith: unknown option "pith." */
/* cmdline: pith.loglevel=loud */
/*   console: ^pith: pith.loglevel: bad value "loud": wants error, warning, info or debug$ */
/* cmdline: pith.loglevel */
/*   console: ^pith: pith.loglevel: bad value "": wants error */
/* cmdline: pith.upcall=sideways */
/*   console: ^pith: pith.upcall: bad value "sideways": wants auto, vcpu or callback$ */
/* cmdline: pith.ip=10.0.0.300/24 */
/*   console: ^pith: pith.ip: bad value "10.0.0.300/24": wants */
/* cmdline: pith.net0.ip=10.0.0.2/33 */
/*   console: ^pith: pith.net0.ip: bad value "10.0.0.2/33": wants */
/* cmdline: pith.ip=10.0.0.2/24 pith.gw=10.1.0.1 */
/*   expect: reason=0 exit=1 */
/*   console: ^pith.net0.gw: is not in the network of ip$ */
/* cmdline: one "two */
/*   console: ^pith: command line: a quote is not closed$ */
/* cmdline: random-module */
/*   dom0: head -c 5000 /dev/urandom | tr 0 1 >/tmp/bad */
/*   xl: ramdisk="/tmp/bad" */
/*   expect: reason=0 exit=1 */
/*   console: ^pith: boot module: bad cpio header at offset 0 */
/* cmdline: xz-module */
/*   dom0: printf '\3757zXZ rest' >/tmp/bad */
/*   xl: ramdisk="/tmp/bad" */
/*   expect: reason=0 exit=1 */
/*   console: ^pith: boot module: compressed with xz, which is not supported */
/* cmdline: short-module */
/*   dom0: mkdir -p /tmp/d; head -c 9000 /dev/zero >/tmp/d/f; (cd /tmp/d; echo f | cpio -o -H newc) | head -c 6000 >/tmp/bad */
/*   xl: ramdisk="/tmp/bad" */
/*   expect: reason=0 exit=1 */
/*   console: ^pith: boot module: .* at offset [0-9]+$ */
/* clang-format on */

#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
    /* What makes the image read the module and know the network's options. */
    FILE *file = fopen("/x", "r");
    int sock = socket(AF_INET, SOCK_STREAM, 0);

    printf("FAIL main_is_not_reached %p %d\n", (void *)file, sock);
    return 0;
}
