# SPDX-License-Identifier: BSD-2-Clause
# Disks and interfaces come and go under a running guest: the log says so, who
# holds one that went gets errors, and dom0 has all back.
# needs: build/test/commands build/apps/httpd/httpd test/system/talk/commands.sh

. ./commands.sh
answer_seconds=30
bridge_up 10.0.0.1/24
ip addr add 10.0.1.1/24 dev br0
truncate -s 1M /tmp/first.img /tmp/second.img
disk() { # DEVICE FILE: as xl wants it
    echo "format=raw,vdev=$1,access=rw,script=labblk,target=$2"
}

# says_times NAME TEXT COUNT: so many lines of its console have TEXT by now, or
# within ten seconds.
says_times() {
    local end=$((SECONDS + 10))
    until [ "$(grep -c -- "$2" "$(guest_log "$1")")" = "$3" ]; do
        [ $SECONDS -lt $end ] || lab_error "$1 says '$2'" \
            "$(grep -c -- "$2" "$(guest_log "$1")") times, not $3" || return
        sleep 0.1
    done
}

disk_comes_and_goes() {
    local round
    guest_start disks /job/commands "disk=['$(disk xvda /tmp/first.img)']" \
        'cmdline="pith.loglevel=info"' && guest_says disks ready 20 &&
        answer disks 'hold /dev/xvdb' '^No such' || return
    for round in 1 2 3; do
        xl_does block-attach disks "$(disk xvdb /tmp/second.img)" &&
            says_times disks 'xvdb: is there: 1024 KiB' $round &&
            answer disks 'hold /dev/xvdb' '^holds' &&
            answer disks "use round$round" '^used' &&
            answer disks drop '^dropped' &&
            xl_does block-detach disks xvdb &&
            says_times disks 'xvdb: is gone' $round &&
            answer disks 'hold /dev/xvdb' '^No such' || return
        [ "$(head -c 6 /tmp/second.img)" = "round$round" ] ||
            lab_error "the disk holds '$(head -c 6 /tmp/second.img)'" || return
    done
}

who_holds_a_disk_that_went_gets_errors() {
    xl_does block-attach disks "$(disk xvdb /tmp/second.img)" &&
        says_times disks 'xvdb: is there' 4 &&
        answer disks 'hold /dev/xvdb' '^holds' &&
        answer disks 'use before' '^used' && xl_does block-detach disks xvdb &&
        says_times disks 'xvdb: is gone' 4 &&
        answer disks 'use after' '^(I/O error|No such device)' &&
        answer disks drop '^dropped' &&
        answer disks 'hold /dev/xvda' '^holds' &&
        answer disks 'use still' '^used' && xl shutdown disks >/dev/null &&
        guest_wait disks 20 && guest_destroy disks
}

served() { # ADDRESS
    fetch "http://$1/status.json" /tmp/page
}

not_served() { # ADDRESS
    ! curl -s -m 2 -o /dev/null "http://$1/" ||
        lab_error "$1 still answers"
}

interface_comes_and_goes() {
    local round
    guest_start net /job/httpd "vif=['script=labvif,bridge=br0']" \
        'cmdline="pith.loglevel=info pith.ip=10.0.0.2/24 pith.net1.ip=10.0.1.2/24"' &&
        guest_says net 'httpd: serving' 20 && served 10.0.0.2 || return
    for round in 1 2; do
        xl_does network-attach net mac=00:16:3e:00:00:99 script=labvif \
            bridge=br0 && says_times net 'net1: is there' $round &&
            served 10.0.1.2 && served 10.0.0.2 &&
            xl_does network-detach net 00:16:3e:00:00:99 &&
            says_times net 'net1: is gone' $round && served 10.0.0.2 &&
            not_served 10.0.1.2 || return
    done
}

# One that is in the middle of a connection.
last_interface_may_go() {
    xl_does network-detach net 0 && says_times net 'net0: is gone' 1 &&
        not_served 10.0.0.2 && xl_does network-attach net script=labvif \
        bridge=br0 && says_times net 'net0: is there' 2 && served 10.0.0.2 &&
        xl shutdown net >/dev/null && guest_wait net 20 && guest_destroy net
}

disk_comes_and_goes 2>/dev/null # what is cached once stays so
interface_comes_and_goes 2>/dev/null
xl destroy disks
xl destroy net
sleep 2
resources >/tmp/before
case_run hotplug_disk_comes_and_goes disk_comes_and_goes
case_run hotplug_who_holds_a_disk_that_went_gets_errors \
    who_holds_a_disk_that_went_gets_errors
case_run hotplug_interface_comes_and_goes interface_comes_and_goes
case_run hotplug_last_interface_may_go last_interface_may_go
xl destroy disks 2>/dev/null
xl destroy net 2>/dev/null
case_run hotplug_dom0_has_all_back resources_return /tmp/before
