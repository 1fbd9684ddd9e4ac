# SPDX-License-Identifier: BSD-2-Clause
# `xl vcpu-set` takes vCPUs out and in while work runs on them.
# needs: build/test/vcpus

# rounds_go_on VCPUS: a further round is done, with so many vCPUs online.
rounds_go_on() {
    local log end=$((SECONDS + 20)) before
    log=$(guest_log work)
    before=$(wc -l <"$log")
    until tail -n +$((before + 1)) "$log" | grep -q ", $1 of 4 vCPUs"; do
        [ $SECONDS -lt $end ] ||
            lab_error "no round on $1 vCPUs: $(tail -n 1 "$log")" || return
        sleep 0.1
    done
}

# upcalls: prints what each vCPU has counted, in order.
upcalls() {
    local log lines
    log=$(guest_log work)
    lines=$(wc -l <"$log")
    xl sysrq work c || return
    until tail -n +$((lines + 1)) "$log" | grep -q 'sysrq c ends'; do
        sleep 0.1
    done
    tail -n +$((lines + 1)) "$log" | tr -d '\r' |
        sed -n 's/^xen.upcalls .*(\(.*\))$/\1/p'
}

listed() { # COUNT: so many vCPUs of the guest are not down, by xl vcpu-list
    local up
    up=$(xl vcpu-list work | awk 'NR > 1 && $5 !~ /p/' | wc -l)
    [ "$up" = "$1" ] || lab_error "xl vcpu-list shows $up, expected $1"
}

set_to() { # COUNT
    xl vcpu-set --ignore-host work "$1" && rounds_go_on "$1" && listed "$1"
}

only_online_ones_start() {
    guest_start work /job/vcpus 'maxvcpus=4' 'vcpus=2' && rounds_go_on 2 &&
        listed 2
}

more_come_in() {
    set_to 4
}

those_out_of_service_idle() {
    local before after
    set_to 2 || return
    read -ra before < <(upcalls)
    rounds_go_on 2 || return
    read -ra after < <(upcalls)
    [ "${#after[@]}" = 4 ] || lab_error "counters of ${#after[@]} vCPUs" || return
    [ "${before[2]} ${before[3]}" = "${after[2]} ${after[3]}" ] ||
        lab_error "upcalls on vCPUs 2, 3: ${before[*]}, then ${after[*]}" || return
    [ "${before[0]}" -lt "${after[0]}" ] ||
        lab_error "no upcalls on vCPU 0: ${before[*]}, then ${after[*]}"
}

work_goes_on_through_changes() {
    local count
    for count in 1 4 3 1 2 4 1 3; do
        set_to $count || return
    done
    # without waiting in between
    for count in 1 4 1 4 2 1 3 4; do
        xl vcpu-set --ignore-host work $count || return
    done
    rounds_go_on 4
}

bad_values_are_named() {
    xenstore-write "/local/domain/$domid/cpu/1/availability" perhaps &&
        guest_says work 'cpu/1/availability is "perhaps"' 10 || return
    xenstore-write "/local/domain/$domid/cpu/0/availability" offline
    rounds_go_on 4 && guest_destroy work
}

case_run vcpus_only_online_ones_start only_online_ones_start
case_run vcpus_more_come_in more_come_in
case_run vcpus_those_out_of_service_idle those_out_of_service_idle
case_run vcpus_work_goes_on_through_changes work_goes_on_through_changes
case_run vcpus_bad_values_are_named bad_values_are_named
