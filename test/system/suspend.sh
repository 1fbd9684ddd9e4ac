# SPDX-License-Identifier: BSD-2-Clause
# A guest is saved, restored and copied while it works; its devices change.
# needs: build/test/migrate test/system/saved/work.sh dom0-memory

. ./work.sh

save_and_restore() {
    local before
    xl_does save work /mnt/image || return
    before=$(lines)
    xl_does restore /mnt/image && alive_after "$before"
}

saved_and_restored() { # VCPUS WORDS
    work_start "$2" "vcpus=$1" && save_and_restore
}

saved_copy() {
    local before
    before=$(lines)
    xl_does save -c work /mnt/image && alive_after "$before" &&
        guest_destroy work
}

# randoms_of_image: the numbers that the guest drew after a restore.
randoms_of_image() {
    local before
    before=$(lines)
    xl_does restore /mnt/image && alive_after "$before" || return
    tail -n +$((before + 1)) "$(log)" | sed -n 's/.*random \([0-9a-f]*\):.*/\1/p'
    guest_destroy work
}

restores_differ() {
    randoms_of_image >/tmp/first && randoms_of_image >/tmp/second || return
    [ -s /tmp/first ] && [ -s /tmp/second ] &&
        [ -z "$(sort /tmp/first /tmp/second | uniq -d)" ] ||
        lab_error "numbers repeat: $(sort /tmp/first /tmp/second | uniq -d)"
}

# --- devices that are not what they were ---------------------------------------

restored_with() { # MESSAGE MESSAGE XL-LINE...
    local before first=$1 second=$2 config
    shift 2
    config=$(guest_config work /job/migrate "$@")
    before=$(lines)
    xl_does restore "$config" /mnt/image && alive_after "$before" || return
    guest_says work "$first" 20 && guest_says work "$second" 20 &&
        guest_destroy work
}

devices_changed() {
    truncate -s 2M /mnt/small
    work_start 'pith.ip=10.0.0.2/24 pith.evtchn=2level' "vif=['$vif']" "disk=['$disk']" &&
        xl_does save work /mnt/image || return
    restored_with 'vif/0: the restored domain does not have it' \
        'vbd/51712: it has become smaller: 2097152' \
        "disk=['${disk/target=*/target=/mnt/small}']" &&
        restored_with 'vif/0: its mac is another one now: 00:16:3e:00:00:18' \
            'vbd/51712: the restored domain does not have it' \
            "vif=['${vif/:17/:18}']"
}

case_run saved_and_restored_with_1_vcpu saved_and_restored 1 pith.upcall=vcpu
case_run saved_copy_leaves_it_running_with_1_vcpu saved_copy
case_run saved_and_restored_with_4_vcpus saved_and_restored 4 compute
case_run saved_copy_leaves_it_running_with_4_vcpus saved_copy
case_run restores_of_one_image_draw_different_numbers restores_differ
case_run devices_that_changed_are_named devices_changed
