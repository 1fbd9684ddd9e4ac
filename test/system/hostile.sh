# SPDX-License-Identifier: BSD-2-Clause
# Backends that lie, stall, vanish or come back: a guest says in one line what
# was wrong, closes that device and goes on. The backends are test/liar, or
# nobody at all behind nodes in xenstore.
# needs: build/test/liar build/test/readall build/apps/httpd/httpd
# needs: build/test/wrap/httpd-wrap build/test/wrap/blkcheck-wrap

bridge_up 10.0.0.1/24
vif="vif=['script=labvif,bridge=br0']"

# --- guests and their devices --------------------------------------------------

# guest_paused NAME IMAGE XL-LINE...: as guest_start, not yet running.
guest_paused() {
    local config
    xl destroy "$1" 2>/dev/null # left by a case that failed
    config=$(guest_config "$@")
    rm -f "$(guest_log "$1")"
    xl create -p "$config" >$LAB_TMP/create 2>&1 ||
        lab_error "xl create $1: $(xl_error $LAB_TMP/create)" || return
    domid=$(xl domid "$1")
}

# device_make TYPE ID [KEY=VALUE...]: a device of the guest $domid. back/KEY is
# the backend's node, other keys are the frontend's. The last value of a key
# counts; KEY= leaves the node out.
device_make() {
    local front=/local/domain/$domid/device/$1/$2 word key node list=()
    local back=/local/domain/0/backend/liar-$1/$domid/$2
    local -A nodes=([$front/backend]=$back [$front/backend-id]=0
        [$front/state]=1 [$back/frontend]=$front [$back/frontend-id]=$domid
        [$back/state]=1)
    shift 2
    for word; do
        key=${word%%=*} node=$front/$key
        [[ $key != back/* ]] || node=$back/${key#back/}
        nodes[$node]=${word#*=}
    done
    for node in "${!nodes[@]}"; do
        [ "$node" = "$front/backend" ] || [ -z "${nodes[$node]}" ] ||
            list+=("$node" "${nodes[$node]}")
    done
    # The guest looks when it finds "backend", and all else must be there.
    [ -z "${nodes[$front/backend]}" ] ||
        list+=("$front/backend" "${nodes[$front/backend]}")
    xenstore-write "$back" '' && xenstore-chmod "$back" n0 "r$domid" &&
        xenstore-write "$front" '' && xenstore-chmod "$front" "n$domid" r0 &&
        xenstore-write "${list[@]}"
}

vbd_make() { # ID [KEY=VALUE...]
    local id=$1
    shift
    device_make vbd "$id" "virtual-device=$id" device-type=disk \
        back/sectors=8192 back/sector-size=512 back/info=0 back/mode=w \
        back/feature-flush-cache=1 "$@"
}

vif_make() { # ID [KEY=VALUE...]
    local id=$1
    shift
    device_make vif "$id" "mac=00:16:3e:09:00:1$id" back/feature-rx-copy=1 "$@"
}

device_remove() { # TYPE ID
    xenstore-rm "/local/domain/$domid/device/$1/$2" \
        "/local/domain/0/backend/liar-$1/$domid/$2"
}

front_state() { # TYPE ID
    xenstore-read "/local/domain/$domid/device/$1/$2/state"
}

# state_becomes TYPE ID STATE: the frontend's, within ten seconds.
state_becomes() {
    local end=$((SECONDS + 10))
    until [ "$(front_state "$1" "$2")" = "$3" ]; do
        [ $SECONDS -lt $end ] ||
            lab_error "$1/$2: state $(front_state "$1" "$2"), expected $3" ||
            return
        sleep 0.05
    done
}

# says_once FILE DEVICE TEXT: all the log has to say about DEVICE is one line
# with TEXT.
says_once() {
    local lines
    lines=$(tr -d '\r' <"$1" | grep -F "$2: ")
    [ "$(grep -c . <<<"$lines")" = 1 ] && grep -qF -- "$3" <<<"$lines" ||
        lab_error "expected one line '$2: ...$3', got: $(tr '\n' ';' <<<"$lines")"
}

# --- handshakes at boot ----------------------------------------------------------

# One guest meets them all. It waits ten seconds for its disks: meanwhile other
# cases run.
boot_with_bad_devices() {
    local words=pith.net0.ip=10.0.0.2/24 i id
    for i in 1 2 3 4; do words+=" pith.net$i.ip=none"; done
    guest_paused boot /job/httpd "$vif" "cmdline=\"$words\"" &&
        vbd_make 51712 && vbd_make 51728 back/state=banana &&
        vbd_make 51744 back/state= && vbd_make 51760 backend-id=70000 &&
        vbd_make 51776 backend-id=7 &&
        vbd_make 51792 "backend=/local/domain/$domid/data" &&
        vbd_make 51808 backend= &&
        vbd_make 51824 back/state=4294967298 &&
        vbd_make 51840 back/sectors=0 && vbd_make 51856 back/sector-size=0 &&
        vbd_make 51872 back/sector-size=513 &&
        vbd_make 51888 back/sectors=18446744073709551615 &&
        vbd_make 51904 back/sectors= && vbd_make 51920 back/info=banana &&
        vif_make 1 mac=00:16:3e:zz:00:11 &&
        vif_make 2 back/feature-rx-copy= back/state=2 &&
        vif_make 3 back/feature-rx-copy=banana back/state=2 &&
        vif_make 4 mtu=7 || return
    for id in 51840 51856 51872 51888 51904 51920; do
        ./liar vbd "$domid" $id honest 0 2>/dev/null &
    done
    xl unpause boot
    boot_domid=$domid
}

boot_goes_on_after_its_deadline() {
    domid=$boot_domid
    guest_says boot 'httpd: serving' 30 &&
        fetch http://10.0.0.2/ /tmp/page
}

boot_says() { # TYPE/ID TEXT
    says_once "$(guest_log boot)" "$@"
}

# boot_closes TYPE ID TEXT: and the device is closed.
boot_closes() {
    domid=$boot_domid
    boot_says "$1/$2" "$3" && state_becomes "$1" "$2" 6
}

# --- disks that lie ----------------------------------------------------------------

# One guest reads from all of these at once; the backend of each does as named
# after 20 requests.
disk_lies=(honest rsp-prod id-unknown id-idle id-twice operation status error
    storm restart vanish silent)
disk_liars=()

disk_id() { # LIE: prints the disk's number
    local i
    for i in "${!disk_lies[@]}"; do
        [ "${disk_lies[i]}" != "$1" ] || echo $((51712 + 16 * i))
    done
}

disk_name() { # LIE: prints its file
    local letters=abcdefghijkl
    echo "/dev/xvd${letters:$((($(disk_id "$1") - 51712) / 16)):1}"
}

disks_begin() {
    local lie names=()
    for lie in "${disk_lies[@]}"; do names+=("$(disk_name "$lie")"); done
    guest_paused disks /job/readall "cmdline=\"-- ${names[*]}\"" || return
    disks_domid=$domid
    for lie in "${disk_lies[@]}"; do
        vbd_make "$(disk_id "$lie")" || return
        ./liar vbd "$domid" "$(disk_id "$lie")" "$lie" 20 2>"/tmp/liar-$lie" &
        disk_liars+=($!)
    done
    xl unpause disks
}

# disk_reads LIE TEXT [SECONDS]: that is how reading it ends.
disk_reads() {
    guest_says disks "readall: $(disk_name "$1"): $2" "${3:-20}"
}

disk_lie() { # LIE TEXT
    local id
    id=$(disk_id "$1") domid=$disks_domid
    disk_reads "$1" 'I/O error' && state_becomes vbd "$id" 6 || return
    [ ! -s "/tmp/liar-$1" ] || lab_error "$(cat "/tmp/liar-$1")" || return
    says_once "$(guest_log disks)" "vbd/$id" "$2"
}

disk_truth() { # LIE [TEXT]: the log has nothing to say.
    disk_reads "$1" "${2:-4194304 bytes}" || return
    ! grep "vbd/$(disk_id "$1"): " "$(guest_log disks)" >&2
}

# What the vanished backend holds up is given up 30 seconds after its directory
# is gone; other cases run meanwhile.
disk_vanishes() {
    guest_says disks "$(disk_name restart)" 20
    xenstore-rm "/local/domain/0/backend/liar-vbd/$disks_domid/$(disk_id vanish)"
}

vanished_is_given_up() {
    local name
    name=$(disk_name vanish)
    disk_reads vanish 'I/O error' 40 &&
        guest_says disks "${name#/dev/}: no backend came back" 1
}

# One disk is silent to the end, and the guest ends all the same.
silence_does_not_hold_up_a_shutdown() {
    xl shutdown disks && guest_wait disks 20 || return
    [ "$reason" = 0 ] || lab_error "shutdown reason $reason" || return
    ! grep "vbd/$(disk_id silent): " "$(guest_log disks)" >&2 || return
    kill "${disk_liars[@]}" 2>/dev/null
    guest_destroy disks
}

blkcheck_ends() { # NAME STATUS
    guest_wait "$1" 30 && guest_says "$1" "pith: exit $2" 1 &&
        guest_destroy "$1"
}

disk_wraps() {
    guest_paused wrap /job/blkcheck-wrap 'cmdline="-- /dev/xvda --seed 7"' &&
        vbd_make 51712 || return
    ./liar vbd "$domid" 51712 honest 0 &
    xl unpause wrap
    blkcheck_ends wrap 0
}

disk_wraps_with_linux() {
    truncate -s 4M /tmp/disk.img
    guest_start wrap /job/blkcheck-wrap 'cmdline="-- /dev/xvda --seed 3"' \
        "disk=['format=raw,vdev=xvda,access=rw,script=labblk,target=/tmp/disk.img']" &&
        blkcheck_ends wrap 0
}

# --- networks that lie ---------------------------------------------------------------

net_begin() { # IMAGE [XL-LINE...]
    local image=$1
    shift
    xl destroy net 2>/dev/null
    guest_start net "/job/$image" "$vif" "$@" \
        'cmdline="pith.net0.ip=10.0.0.3/24 pith.net1.ip=10.9.0.2/24"' &&
        guest_says net 'httpd: serving' 20
}

net_serves() {
    fetch http://10.0.0.3/status.json /tmp/status -m 5
}

free_bytes() { # of the guest, by its own count
    sed -n 's/.*"free_bytes":\([0-9]*\).*/\1/p' /tmp/status
}

# net_device LIE: attaches net1 to the running guest and lets the liar at it;
# what the log says meanwhile is in /tmp/said. Leaves the device there.
net_device() {
    local log seen
    domid=$(xl domid net)
    device_remove vif 1 2>/dev/null # left by a case that failed
    log=$(guest_log net)
    seen=$(stat -c %s "$log")
    vif_make 1 && ./liar vif "$domid" 1 "$1" 20 &&
        net_serves || return
    tail -c +$((seen + 1)) "$log" >/tmp/said
}

net_lie() { # LIE TEXT
    net_device "$1" && says_once /tmp/said vif/1 "$2" &&
        state_becomes vif 1 6 && device_remove vif 1
}

net_truth() { # LIE
    net_device "$1" || return
    ! grep 'vif/1: ' /tmp/said >&2 || return
    device_remove vif 1
}

# The liar is gone without a word; then its nodes change.
net_unattended() { # STATE-OF-BACKEND STATE-OF-FRONTEND [TEXT]
    local log seen back
    net_device honest || return
    back=/local/domain/0/backend/liar-vif/$domid/1 log=$(guest_log net)
    seen=$(stat -c %s "$log")
    if [ -n "$1" ]; then
        xenstore-write "$back/state" "$1"
    else
        xenstore-rm "$back"
    fi
    state_becomes vif 1 "$2" && net_serves || return
    tail -c +$((seen + 1)) "$log" >/tmp/said
    [ -z "${3-}" ] || says_once /tmp/said vif/1 "$3" || return
    device_remove vif 1
}

# Each connection shares 40 pages at least.
net_lost_no_memory() {
    net_serves || return
    local now
    now=$(free_bytes)
    [ $((net_free - now)) -lt 65536 ] ||
        lab_error "free memory: $net_free before, $now after the lies"
}

net_wraps_with_linux() {
    head -c 1000000 /dev/urandom >/tmp/big
    mkdir -p www && cp /tmp/big www/ &&
        (cd www && find . | cpio -o -H newc >/tmp/www.cpio 2>/dev/null)
    net_begin httpd-wrap 'ramdisk="/tmp/www.cpio"' || return
    local i
    for i in 1 2 3; do
        fetch http://10.0.0.3/big /tmp/got && cmp /tmp/got /tmp/big >&2 || return
    done
}

# --- all of it ---------------------------------------------------------------------

boot_with_bad_devices
disks_begin

case_run disk_response_index_far_ahead_closes \
    disk_lie rsp-prod 'impossible ring index after: 20'
case_run disk_unknown_id_closes \
    disk_lie id-unknown 'an answer to no request, its id: 16045690984833335023'
case_run disk_idle_id_closes disk_lie id-idle 'an answer to no request, its id: '
case_run disk_same_id_twice_closes \
    disk_lie id-twice 'an answer to no request, its id: '
case_run disk_wrong_operation_closes \
    disk_lie operation 'an answer to another operation: 5'
case_run disk_unknown_status_closes \
    disk_lie status 'an answer with an unknown status, as 16 bits: 77'
case_run disk_error_is_the_programs disk_truth error 'I/O error'
case_run disk_event_storm_is_borne disk_truth storm
case_run disk_backend_comes_back disk_truth restart
case_run disk_honest_beside_liars_works disk_truth honest
disk_vanishes
case_run disk_index_wrap_keeps_data disk_wraps
case_run disk_index_wrap_keeps_data_with_linux disk_wraps_with_linux

net_begin httpd && net_device honest && device_remove vif 1 && net_free=$(free_bytes)
case_run net_honest_liar_is_believed net_truth honest
case_run net_response_index_far_ahead_closes \
    net_lie rsp-prod 'a receive index that cannot be, taken: '
case_run net_unknown_id_closes net_lie id-unknown 'a frame in no request, id: 60000'
case_run net_idle_id_closes net_lie id-idle 'a frame in no request, id: 255'
case_run net_same_id_twice_closes net_lie id-twice 'a frame in no request, id: '
case_run net_frame_beyond_its_page_closes \
    net_lie offset 'a frame that leaves its page, its end: 5042'
case_run net_huge_status_closes \
    net_lie huge-status 'a frame that leaves its page, its end: 32767'
case_run net_extra_info_closes \
    net_lie extra-info 'extra info that was not negotiated, flags: 8'
case_run net_more_data_closes \
    net_lie more-data 'a frame in pieces without feature-sg, flags: 4'
case_run net_sent_index_far_ahead_closes \
    net_lie tx-rsp-prod 'a transmit index that cannot be, taken: '
case_run net_sent_unknown_id_closes \
    net_lie tx-id-unknown 'a response for no request, id: 60000'
case_run net_sent_same_id_twice_closes \
    net_lie tx-id-twice 'a response for no request, id: '
case_run net_negative_status_is_a_lost_frame net_truth negative
case_run net_silence_is_borne net_truth silent
case_run net_event_storm_is_borne net_truth storm
case_run net_backend_comes_back net_truth restart
case_run net_backend_directory_removed_closes net_unattended '' 6
case_run net_state_banana_closes \
    net_unattended banana 6 "the peer's state is no state: banana"
case_run net_backend_starts_over net_unattended 1 1
case_run net_lies_cost_no_memory net_lost_no_memory
case_run net_index_wrap_keeps_data_with_linux net_wraps_with_linux
case_run net_index_wrap_keeps_data net_truth honest

case_run boot_goes_on_after_its_deadline boot_goes_on_after_its_deadline
case_run boot_backend_that_never_moves_is_named \
    boot_says vbd/51712 'is not ready: its state is 1'
case_run boot_state_banana_is_named \
    boot_closes vbd 51728 "the peer's state is no state: banana"
case_run boot_backend_without_state_is_named \
    boot_says vbd/51744 'is not ready: its state is 0'
case_run boot_backend_id_beyond_all_is_named \
    boot_closes vbd 51760 'backend-id is no domain: 70000'
case_run boot_backend_of_another_domain_is_named \
    boot_closes vbd 51776 'backend is no path of domain 7: '
case_run boot_backend_path_elsewhere_is_named \
    boot_closes vbd 51792 'backend is no path of domain 0: '
case_run boot_state_beyond_all_is_named boot_closes vbd 51824 "the peer's state"
case_run boot_no_sectors_is_named boot_closes vbd 51840 'sectors 0,'
case_run boot_sector_size_0_is_named boot_closes vbd 51856 'sector-size 0'
case_run boot_sector_size_513_is_named boot_closes vbd 51872 'sector-size 513'
case_run boot_sectors_huge_is_named \
    boot_closes vbd 51888 'sectors 18446744073709551615,'
case_run boot_sectors_missing_is_named \
    boot_closes vbd 51904 'sectors of the backend: ENOENT'
case_run boot_info_banana_is_named \
    boot_closes vbd 51920 'info of the backend: banana'
case_run boot_mac_garbage_is_named boot_closes vif 1 00:16:3e:zz:00:11
case_run boot_no_rx_copy_is_named boot_closes vif 2 feature-rx-copy
case_run boot_rx_copy_banana_is_named boot_closes vif 3 banana
case_run boot_mtu_too_small_is_named boot_closes vif 4 7

case_run disk_vanished_is_given_up vanished_is_given_up
case_run disk_silence_lets_the_guest_end silence_does_not_hold_up_a_shutdown
xl destroy boot
xl destroy net
