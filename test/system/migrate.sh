# SPDX-License-Identifier: BSD-2-Clause
# A guest is migrated in the middle of streams each way, of the check of a disk
# and of what computes.
# needs: build/test/migrate build/test/stream test/system/saved/work.sh dom0-memory

. ./work.sh
/job/stream >/mnt/up
rounds=1
[ "$SOAK" = 0 ] || rounds=25

STREAM=$((64 << 20))
SUM=3675342196 # of what stream writes, by cksum

busy_start() { # VCPUS
    work_start 'pith.ip=10.0.0.2/24 pith.loglevel=info -- compute disk net' \
        "vcpus=$1" "vif=['$vif']" "disk=['$disk']"
}

# first_of BYTES, then what is left once the guest has moved.
first_of() {
    dd bs=4096 count=$(($1 / 4096)) iflag=fullblock 2>/dev/null
    until [ -f /tmp/moved ]; do sleep 0.2; done
    cat
}

# moved: migrates once 4 MiB have gone each way, and before all has.
moved() {
    local end=$((SECONDS + 60))
    until [ "$(stat -c %s /mnt/down)" -ge $((4 << 20)) ]; do
        [ $SECONDS -lt $end ] || lab_error "no stream before" || return
        sleep 0.1
    done
    xl_does migrate -s '' work 'xl migrate-receive'
}

# streams_are_whole LINES: since so many lines of the log, in both directions:
# byte for byte here, by the sum there.
streams_are_whole() {
    cmp /mnt/up /mnt/down >&2 || lab_error "what was received differs" || return
    tail -n +$(($1 + 1)) "$(log)" | tr -d '\r' >/tmp/round
    grep -q "^sent $STREAM cksum $SUM$" /tmp/round &&
        grep -q "^received $STREAM cksum $SUM, 0 pieces differ$" /tmp/round ||
        lab_error "the guest says: $(grep -E '^(sent|received|BAD)' /tmp/round)" ||
        return
    sed '/restored domain/,$d' /tmp/round | grep -q 'stream on port 7001' ||
        lab_error "the streams had not begun"
}

one_migration() {
    local before result down up
    before=$(lines)
    rm -f /tmp/moved
    : >/mnt/down
    nc 10.0.0.2 7000 | first_of $((48 << 20)) >/mnt/down &
    down=$!
    first_of $((48 << 20)) </mnt/up | nc 10.0.0.2 7001 &
    up=$!
    moved
    result=$?
    touch /tmp/moved
    [ $result = 0 ] || return $result
    wait $down $up
    streams_are_whole "$before" && alive_after "$(lines)"
}

settle() { # until the backends have gone, at most ten seconds
    local end=$((SECONDS + 10))
    while [ -n "$(xenstore-ls /local/domain/0/backend 2>/dev/null)" ] &&
        [ $SECONDS -lt $end ]; do sleep 0.2; done
    sleep 1
}

migrates_under_load() { # VCPUS
    local i
    xl domid work >/dev/null 2>&1 && guest_destroy work
    busy_start "$1" || return
    for ((i = 0; i < rounds; i++)); do
        one_migration || lab_error "round $i: $(tail -n 1 $LAB_TMP/stderr)" ||
            return
    done
    guest_destroy work && settle
    resources >"/tmp/resources.$1"
}

nothing_is_left() {
    diff /tmp/resources.4 /tmp/resources.1 >&2 ||
        lab_error "resources differ: $(diff /tmp/resources.4 /tmp/resources.1 |
            tr '\n' ' ')"
}

case_run migrates_under_load_with_4_vcpus migrates_under_load 4
case_run migrates_under_load_with_1_vcpu migrates_under_load 1
case_run migrations_leave_nothing_in_dom0 nothing_is_left
