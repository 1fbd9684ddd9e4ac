# SPDX-License-Identifier: BSD-2-Clause
# `xl mem-set` while a program allocates, targets that make no sense, and guests
# whose pages come on demand.
# needs: build/test/commands build/apps/httpd/httpd test/system/talk/commands.sh

. ./commands.sh
answer_seconds=60
bridge_up 10.0.0.1/24

# has NAME MIB: the guest says that it has so much, and Xen counts no more, but
# for a few pages of its own.
has() {
    local end=$((SECONDS + 40)) kib=none mib
    until [ "$kib" = $(($2 * 1024)) ]; do
        [ $SECONDS -lt $end ] ||
            lab_error "$1 has $kib KiB by its own account, not $2 MiB" || return
        sleep 0.1
        kib=$(xenstore-read "/local/domain/$(xl domid "$1")/data/memory" 2>&1)
    done
    mib=$(xl list "$1" | awk 'NR == 2 { print $3 }')
    [ "$mib" -le $(($2 + 1)) ] && [ "$mib" -ge "$2" ] ||
        lab_error "$1 has $mib MiB by Xen's account, not $2"
}

goes_down_and_up() {
    commands_start work memory=64 && xl mem-set work 24 && has work 24 &&
        answer work 'take 40000' '^out of memory' &&
        answer work give '^gave' && xl mem-set work 64 && has work 64 &&
        answer work 'take 50000' '^took' && answer work give '^gave' &&
        xl mem-set work 63 && has work 63
}

holds_while_the_program_allocates() {
    local mib
    answer work churn churn || return
    for mib in 32 64 17 40 8 50 64; do
        xl mem-set work $mib || return
        [ $mib = 8 ] || sleep 0.5
    done
    has work 64 && answer work stop '^churned [1-9]' && echo "$line" &&
        answer work 'take 50000' '^took' && answer work give '^gave'
}

waits_for_what_is_in_use() {
    answer work 'take 40000' '^took' && xl mem-set work 16 &&
        guest_says work 'memory/target is 16384 KiB, reached' 20 &&
        guest_says work 'the rest is in use' 1 &&
        answer work give '^gave' && has work 16 &&
        xl mem-set work 64 && has work 64
}

nonsense_is_named() {
    local target=/local/domain/$domid/memory/target value
    for value in 0 banana -5 99999999 18446744073709551616 ''; do
        xenstore-write -- "$target" "$value" &&
            guest_says work "memory/target is \"$value\": wants 2048 to 65536" \
                10 || return
    done
    answer work 'take 50000' '^took' && guest_destroy work
}

# The most that the kernel needs of what it is given is in use at once.
on_demand_stays_within_its_target() {
    commands_start demand memory=32 maxmem=256 'cmdline="-- 300000"' &&
        guest_says demand 'out of memory' 1 && has demand 32 &&
        answer demand give '^gave' && answer demand 'take 300000' '^out of' &&
        answer demand give '^gave' && xl mem-set demand 128 &&
        has demand 128 && answer demand 'take 110000' '^took' &&
        answer demand give '^gave' && xl mem-set demand 256 &&
        has demand 256 && answer demand 'take 240000' '^took' &&
        answer demand give '^gave' && xl mem-set demand 20 &&
        has demand 20 && guest_destroy demand
}

# What backends map is in use.
server_serves_meanwhile() {
    local mib i
    guest_start httpd /job/httpd memory=64 \
        "vif=['script=labvif,bridge=br0']" 'cmdline="pith.ip=10.0.0.2/24"' &&
        guest_says httpd 'httpd: serving' 20 || return
    for mib in 6 64 5 40 4 64; do
        xl mem-set httpd $mib || return
        for i in 1 2 3; do
            fetch http://10.0.0.2/status.json /tmp/page || return
        done
    done
    has httpd 64 && guest_destroy httpd
}

server_serves_meanwhile 2>/dev/null # what is cached once stays so
sleep 2
resources >/tmp/before
case_run memory_goes_down_and_up goes_down_and_up
case_run memory_holds_while_the_program_allocates \
    holds_while_the_program_allocates
case_run memory_waits_for_what_is_in_use waits_for_what_is_in_use
case_run memory_nonsense_is_named nonsense_is_named
case_run memory_on_demand_stays_within_its_target \
    on_demand_stays_within_its_target
case_run memory_server_serves_meanwhile server_serves_meanwhile
xl destroy work 2>/dev/null
case_run memory_dom0_has_all_back resources_return /tmp/before
