# SPDX-License-Identifier: BSD-2-Clause
# A guest is saved, restored, copied and migrated while it works.
# needs: build/test/migrate dom0-memory

mount -t tmpfs -o size=256m tmpfs /mnt

log() { guest_log work; }
lines() { wc -l <"$(log)"; }

# alive_after LINES: the guest says three times that it is alive, after so many
# lines of its log, and never that something is wrong.
alive_after() {
    local end=$((SECONDS + 60))
    until [ "$(tail -n +$(($1 + 1)) "$(log)" | grep -c '^alive')" -ge 3 ]; do
        [ $SECONDS -lt $end ] ||
            lab_error "no life: $(tail -n 1 "$(log)")" || return
        sleep 0.2
    done
    ! grep -m 1 BAD "$(log)" >&2
}

work_start() { # WORDS XL-LINE...
    local words=$1
    shift
    guest_start work /job/migrate "cmdline=\"$words\"" "$@" && alive_after 0
}

xl_does() { # VERB ARGUMENT...
    xl "$@" >/tmp/xl 2>&1 || lab_error "xl $1: $(xl_error /tmp/xl)"
}

save_and_restore() {
    local before
    xl_does save work /mnt/image || return
    before=$(lines)
    xl_does restore /mnt/image && alive_after "$before"
}

saved_and_restored() { # VCPUS
    work_start compute "vcpus=$1" && save_and_restore && save_and_restore
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

case_run saved_and_restored_with_1_vcpu saved_and_restored 1
case_run saved_copy_leaves_it_running_with_1_vcpu saved_copy
case_run saved_and_restored_with_4_vcpus saved_and_restored 4
case_run saved_copy_leaves_it_running_with_4_vcpus saved_copy
case_run restores_of_one_image_draw_different_numbers restores_differ
