# SPDX-License-Identifier: BSD-2-Clause
# What an administrator asks of a guest: shutdown, reboot, halt, with programs
# that want to know and that do not; and that dom0 has all back afterwards.
# needs: build/test/program

truncate -s 1M /tmp/disk.img

# program_start NAME "WORDS" [XL-LINE...]: until it says that it is ready.
program_start() {
    local name=$1 words=$2
    shift 2
    guest_start "$name" /job/program "cmdline=\"$words\"" "$@" &&
        guest_says "$name" ready 20
}

# ends NAME REASON LINE...: its end, for that reason, with those lines.
ends() {
    local name=$1 wanted=$2 line log
    shift 2
    guest_wait "$name" 30 || return
    [ "$reason" = "$wanted" ] ||
        lab_error "$name: shutdown reason $reason, expected $wanted" || return
    log=$(tr -d '\r' <"$(guest_log "$name")")
    for line; do
        grep -qxF -- "$line" <<<"$log" ||
            lab_error "$name: no line '$line' in: $(tr '\n' '|' <<<"$log")" ||
            return
    done
    guest_destroy "$name"
}

says_not() { # NAME TEXT
    ! grep -qF -- "$2" "$(guest_log "$1")" || lab_error "$1 said '$2'"
}

acknowledged() { # the toolstack's node is empty again
    local value
    value=$(xenstore-read "/local/domain/$domid/control/shutdown") &&
        [ -z "$value" ] || lab_error "control/shutdown is still '$value'"
}

asked() { # NAME VALUE: as a toolstack that does not wait
    xenstore-write "/local/domain/$(xl domid "$1")/control/shutdown" "$2"
}

plain_program_ends_as_by_exit_0() {
    program_start plain plain \
        "disk=['format=raw,vdev=xvda,access=rw,script=labblk,target=/tmp/disk.img']" &&
        xl shutdown plain >/dev/null && guest_wait plain 20 && acknowledged &&
        ends plain 0 'buffered atexit ran' 'pith: exit 0' || return
    [ "$(head -c 18 /tmp/disk.img)" = 'kept until the end' ] ||
        lab_error "the disk begins with '$(head -c 18 /tmp/disk.img)'"
}

stream_that_is_read_holds_nothing_up() {
    program_start input input && xl shutdown input >/dev/null &&
        ends input 0 'buffered atexit ran' 'pith: exit 0'
}

handler_ends_the_program_itself() {
    program_start handler 'handler 0' && xl shutdown handler >/dev/null &&
        ends handler 0 'woken' 'buffered atexit ran' 'pith: exit 0'
}

sigwait_gets_the_signal() {
    program_start sigwait sigwait && xl shutdown sigwait >/dev/null &&
        ends sigwait 0 'buffered waited for 15' 'atexit ran' 'pith: exit 0'
}

ignoring_it_ends_at_once() {
    program_start ignore 'pith.grace=1000 -- ignore' &&
        xl shutdown ignore >/dev/null &&
        ends ignore 0 'buffered atexit ran' 'pith: exit 0'
}

deaf_program_ends_after_its_grace() {
    program_start deaf 'pith.grace=2 -- deaf' && asked deaf poweroff &&
        guest_says deaf woken 10 && asked deaf poweroff &&
        guest_says deaf 'goes on 2 s after SIGTERM' 20 &&
        ends deaf 0 'buffered atexit ran' 'pith: exit 0'
}

no_grace_is_none() {
    program_start hasty 'pith.grace=0 -- deaf' && asked hasty poweroff &&
        ends hasty 0 'buffered atexit ran' 'pith: exit 0'
}

reboot_is_told_with_its_reason() {
    program_start again 'handler 0' && asked again reboot &&
        ends again 1 'buffered atexit ran' 'pith: exit 0' &&
        program_start again plain && asked again reboot &&
        ends again 1 'buffered atexit ran' 'pith: exit 0' &&
        program_start again 'handler 3' && asked again reboot &&
        ends again 1 'pith: exit 3'
}

halt_powers_off() {
    program_start halt plain && asked halt halt &&
        ends halt 0 'buffered atexit ran' 'pith: exit 0'
}

failure_is_as_the_option_says() {
    local word
    for word in poweroff:0 reboot:1 crash:3; do
        guest_start failed /job/program \
            "cmdline=\"pith.on_failure=${word%:*} -- exit 4\"" &&
            ends failed "${word#*:}" 'buffered atexit ran' 'pith: exit 4' ||
            return
    done
    program_start failed 'pith.on_failure=crash -- handler 5' &&
        asked failed reboot && ends failed 3 'pith: exit 5'
}

nonsense_is_named() {
    program_start strange plain && asked strange somersault &&
        guest_says strange 'asks for "somersault"' 10 && asked strange \
        "$(head -c 300 /dev/zero | tr '\0' x)" &&
        guest_says strange 'cannot read control/shutdown' 10 &&
        [ "$(xl list | awk '$1 == "strange" { print $5 }')" != s ] &&
        asked strange poweroff &&
        ends strange 0 'buffered atexit ran' 'pith: exit 0' || return
    guest_start strange /job/program 'cmdline="pith.grace=soon"' &&
        ends strange 0 'pith: exit 2' \
            'pith: pith.grace: bad value "soon": wants seconds, at most 86400'
}

stuck_exit_is_left() { # begun before the others: it takes ten seconds
    ends stuck 0 'pith: exit 0' &&
        says_not stuck 'goes on'
}

# Both starts tell the same, and what the first one had is not there.
reboot_comes_back_fresh() {
    local end=$((SECONDS + 30)) before after
    program_start fresh 'handler 0' 'on_reboot="restart"' || return
    before=$domid
    xl reboot fresh >/dev/null || return
    while after=$(xl domid fresh 2>/dev/null)
        [ "$after" = "$before" ] || [ -z "$after" ]; do
        [ $SECONDS -lt $end ] || lab_error "it did not come back" || return
        sleep 0.1
    done
    domid=$after
    until [ "$(grep -c ready "$(guest_log fresh)")" = 2 ]; do
        [ $SECONDS -lt $end ] || lab_error "it did not start again" || return
        sleep 0.1
    done
    asked fresh poweroff && guest_wait fresh 20 && guest_destroy fresh
}

program_start stuck stuck && asked stuck poweroff
plain_program_ends_as_by_exit_0 2>/dev/null # what is cached once stays so
case_run control_stuck_exit_is_left stuck_exit_is_left
sleep 2
resources >/tmp/before
case_run control_plain_program_ends_as_by_exit_0 plain_program_ends_as_by_exit_0
case_run control_stream_that_is_read_holds_nothing_up \
    stream_that_is_read_holds_nothing_up
case_run control_handler_ends_the_program_itself handler_ends_the_program_itself
case_run control_sigwait_gets_the_signal sigwait_gets_the_signal
case_run control_ignoring_it_ends_at_once ignoring_it_ends_at_once
case_run control_deaf_program_ends_after_its_grace \
    deaf_program_ends_after_its_grace
case_run control_no_grace_is_none no_grace_is_none
case_run control_reboot_is_told_with_its_reason reboot_is_told_with_its_reason
case_run control_halt_powers_off halt_powers_off
case_run control_failure_is_as_the_option_says failure_is_as_the_option_says
case_run control_nonsense_is_named nonsense_is_named
case_run control_reboot_comes_back_fresh reboot_comes_back_fresh
case_run control_dom0_has_all_back resources_return /tmp/before
