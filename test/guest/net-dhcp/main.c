/* SPDX-License-Identifier: BSD-2-Clause */
/* An address, a gateway and a name server from a DHCP server in dom0, then
 * traffic with dom0 by that address. The second boot has a fixed address on an
 * interface beside one without. */
/* cc: --checks */
/* clang-format off */
/* dom0: killall udhcpd nc 2>/dev/null; rm -f /tmp/leases; touch /tmp/leases; printf 'start 10.0.0.77\nend 10.0.0.77\ninterface br0\nlease_file /tmp/leases\nmax_leases 1\noption subnet 255.255.255.0\noption router 10.0.0.1\noption dns 10.0.0.1\n' >/tmp/udhcpd.conf; udhcpd -I 10.0.0.1 /tmp/udhcpd.conf; nc -l -p 7777 -e /bin/cat & */
/* check: killall udhcpd */
/* cmdline: pith.ip=dhcp 10.0.0.77 */
/*   xl: vif=['script=labvif,bridge=br0'] */
/* cmdline: pith.net0.ip=10.0.0.5/24 pith.net0.gw=10.0.0.1 pith.net1.ip=none 10.0.0.5 */
/*   xl: vif=['script=labvif,bridge=br0', 'script=labvif,bridge=br0'] */
/* clang-format on */

#include "guest_test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *address;

TEST(interface_has_the_address_before_main)
{
    struct ifaddrs *list, *at;
    int found = 0;

    CHECK_EQ(getifaddrs(&list), 0);
    for (at = list; at; at = at->ifa_next) {
        struct sockaddr_in *in = (struct sockaddr_in *)at->ifa_addr;
        struct sockaddr_in *mask = (struct sockaddr_in *)at->ifa_netmask;
        char text[INET_ADDRSTRLEN];

        if (!in || in->sin_family != AF_INET || (at->ifa_flags & IFF_LOOPBACK))
            continue;
        if (strcmp(inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)),
                   address))
            continue;
        CHECK_STR(at->ifa_name, "net0");
        CHECK_EQ(mask->sin_addr.s_addr, htonl(0xffffff00));
        found++;
    }
    freeifaddrs(list);
    CHECK_EQ(found, 1);
}

/* dom0 sends back what it gets. */
TEST(traffic_goes_both_ways)
{
    struct sockaddr_in peer = {.sin_family = AF_INET,
                               .sin_port = htons(7777),
                               .sin_addr.s_addr = htonl(0x0a000001)},
                       own;
    socklen_t length = sizeof(own);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    static char out[20000], in[20000];
    size_t got = 0;
    char text[INET_ADDRSTRLEN];

    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = (char)(i * 31 >> 3);
    CHECK_EQ(connect(fd, (struct sockaddr *)&peer, sizeof(peer)), 0);
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&own, &length), 0);
    CHECK_STR(inet_ntop(AF_INET, &own.sin_addr, text, sizeof(text)), address);
    CHECK_EQ(write(fd, out, sizeof(out)), sizeof(out));
    CHECK_EQ(shutdown(fd, SHUT_WR), 0);
    while (got < sizeof(in)) {
        ssize_t n = read(fd, in + got, sizeof(in) - got);

        CHECK(n > 0);
        got += (size_t)n;
    }
    CHECK_EQ(memcmp(in, out, sizeof(in)), 0);
    close(fd);
}

TEST(refused_connection_is_told)
{
    struct sockaddr_in peer = {.sin_family = AF_INET,
                               .sin_port = htons(7),
                               .sin_addr.s_addr = htonl(0x0a000001)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK_EQ(connect(fd, (struct sockaddr *)&peer, sizeof(peer)), -1);
    CHECK_EQ(errno, ECONNREFUSED);
    close(fd);
}

int main(int argc, char **argv)
{
    address = argc > 1 ? argv[1] : "none";
    return test_run_all();
}
