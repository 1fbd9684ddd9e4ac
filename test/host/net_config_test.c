/* SPDX-License-Identifier: BSD-2-Clause */
/* net/config.c: what the words for interfaces accept. */
/* flags: -Inet/include -isystem $(LWIP)/src/include */
#include "../../net/config.c" /* its functions are reached by a table */
#include "test.h"

static void reset(void)
{
    memset(configs, 0, sizeof(configs));
}

TEST(config_ip_takes_dhcp_none_and_cidr)
{
    reset();
    CHECK_EQ(net_config_get(0)->mode, NET_DHCP);
    CHECK_EQ(set_ip(0, "none"), 0);
    CHECK_EQ(net_config_get(0)->mode, NET_NONE);
    CHECK_EQ(set_ip(0, "dhcp"), 0);
    CHECK_EQ(net_config_get(0)->mode, NET_DHCP);
    CHECK_EQ(set_ip(7, "10.1.2.3/24"), 0);
    CHECK_EQ(net_config_get(7)->mode, NET_STATIC);
    CHECK_EQ(net_config_get(7)->address, 0x0a010203);
    CHECK_EQ(net_config_get(7)->prefix_bits, 24);
    CHECK_EQ(set_ip(0, "10.1.2.0/31"), 0);
    CHECK_EQ(set_ip(0, "10.1.2.0/32"), 0);
}

TEST(config_ip_refuses_what_no_host_can_have)
{
    static const char *const bad[] = {
        "",
        "10.0.0.1",
        "10.0.0.1/",
        "10.0.0.1/0",
        "10.0.0.1/33",
        "10.0.0.0/24",
        "10.0.0.255/24",
        "127.0.0.1/8",
        "224.0.0.1/4",
        "0.0.0.1/8",
        "10.0.0/24",
        "10.0.0.1/24 ",
        "DHCP",
        "static",
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_EQ(set_ip(0, bad[i]), -XEN_EINVAL);
    CHECK_EQ(set_ip(NET_CONFIG_MAX, "dhcp"), -XEN_EINVAL);
    CHECK_EQ(set_ip(UINT32_MAX, "dhcp"), -XEN_EINVAL);
}

TEST(config_dns_takes_one_or_two)
{
    reset();
    CHECK_EQ(set_dns(1, "10.0.0.53"), 0);
    CHECK_EQ(net_config_get(1)->dns_count, 1);
    CHECK_EQ(set_dns(1, "10.0.0.53,192.168.100.200"), 0);
    CHECK_EQ(net_config_get(1)->dns_count, 2);
    CHECK_EQ(net_config_get(1)->dns[1], 0xc0a864c8);
    CHECK_EQ(set_dns(1, ""), -XEN_EINVAL);
    CHECK_EQ(set_dns(1, "10.0.0.53,"), -XEN_EINVAL);
    CHECK_EQ(set_dns(1, ",10.0.0.53"), -XEN_EINVAL);
    CHECK_EQ(set_dns(1, "10.0.0.53,10.0.0.54,10.0.0.55"), -XEN_EINVAL);
    CHECK_EQ(set_dns(1, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,1.2.3.4"),
             -XEN_EINVAL);
}

TEST(config_mtu_and_ip6_are_bounded)
{
    reset();
    CHECK_EQ(set_mtu(0, "1400"), 0);
    CHECK_EQ(set_mtu(0, "575"), -XEN_EINVAL);
    CHECK_EQ(set_mtu(0, "65536"), -XEN_EINVAL);
    CHECK_EQ(set_mtu(0, "1500x"), -XEN_EINVAL);
    CHECK_EQ(net_config_get(0)->mtu, 1400);
    CHECK_EQ(set_ip6(0, "none"), 0);
    CHECK_EQ(set_ip6(0, "auto"), -XEN_EINVAL);
    CHECK_EQ(set_ip6(0, "fd00::1/64"), -XEN_EINVAL);
}

TEST(config_gateway_must_fit_its_address)
{
    reset();
    CHECK_EQ(net_config_check(), 0);
    CHECK_EQ(set_gateway(0, "10.0.0.1"), 0);
    CHECK_EQ(net_config_check(), -XEN_EINVAL); /* DHCP brings its own */
    CHECK_EQ(set_ip(0, "10.0.1.2/24"), 0);
    CHECK_EQ(net_config_check(), -XEN_EINVAL);
    CHECK_EQ(set_ip(0, "10.0.0.1/24"), 0);
    CHECK_EQ(net_config_check(), -XEN_EINVAL);
    CHECK_EQ(set_ip(0, "10.0.0.2/24"), 0);
    CHECK_EQ(net_config_check(), 0);
    CHECK_EQ(set_gateway(0, "255.255.255.255"), -XEN_EINVAL);
}

TEST(config_of_an_interface_beyond_the_table_is_dhcp)
{
    CHECK_EQ(net_config_get(NET_CONFIG_MAX)->mode, NET_DHCP);
    CHECK(!net_config_get(NET_CONFIG_MAX)->given);
}
