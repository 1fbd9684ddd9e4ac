# SPDX-License-Identifier: BSD-2-Clause
# What an administrator asks of a guest: shutdown, reboot, halt, with programs
# that want to know and that do not; pause, console, sysrq, nmi, the watchdog;
# and that dom0 has all back afterwards.
# needs: build/test/program build/test/commands test/system/talk/commands.sh

. ./commands.sh
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

# --- what does not end it --------------------------------------------------------

# asleep MS: pauses it in a sleep of so long, if it still sleeps by then.
asleep() {
    local tty rounds
    rounds=$(grep -c '^slept' "$(guest_log pausing)")
    tty=$(xenstore-read "/local/domain/$domid/console/tty")
    printf 'sleep %s\n' "$1" >"$tty"
    guest_says pausing "sleep $1" 10 && xl pause pausing && sleep 0.2 &&
        [ "$(grep -c '^slept' "$(guest_log pausing)")" = "$rounds" ]
}

# A sleep that a pause outlasts ends when that does.
pause_holds_sleeps() {
    local ms time rounds
    commands_start pausing || return
    for ms in 1000 4000 15000; do # a busy lab takes its time
        ! asleep $ms || break
        xl unpause pausing
    done
    rounds=$(grep -c '^slept' "$(guest_log pausing)")
    time=$(guest_time pausing)
    sleep $((ms / 1000 + 1))
    [ "$(grep -c '^slept' "$(guest_log pausing)")" = "$rounds" ] ||
        lab_error "it slept while it was paused" || return
    [ "$(guest_time pausing)" = "$time" ] || lab_error "it runs" || return
    xl unpause pausing && answer pausing 'say awake' '^said awake' 20 &&
        [ "$(grep -c '^slept' "$(guest_log pausing)")" = $((rounds + 1)) ] ||
        lab_error "the sleep did not end" || return
    answer pausing 'sleep 300' '^slept [3-9][0-9][0-9]$' 20
}

# attached WORD: xl console shows what is said meanwhile, and is left.
attached() {
    local viewer
    xl console pausing </dev/null >/tmp/console 2>&1 &
    viewer=$!
    answer pausing "say $1" "^said $1" 10 &&
        awaitline /tmp/console "said $1" 10 ||
        lab_error "xl console shows: $(tr '\n' '|' </tmp/console)" || return
    kill $viewer && wait $viewer
    return 0
}

# typed WORD: into the program behind xl console, which takes input from a
# terminal only unless it is told; ^] leaves it.
typed() {
    {
        sleep 0.5
        printf 'say %s\n' "$1"
        guest_says pausing "said $1" 10
        printf '\035'
        sleep 0.2
    } | timeout 20 /usr/lib/xen-*/bin/xenconsole --interactive \
        "$(xl domid pausing)" >/tmp/console 2>&1 ||
        lab_error "xenconsole: $(tail -n 1 /tmp/console)" || return
    grep -q "said $1" /tmp/console ||
        lab_error "xenconsole shows: $(tr '\n' '|' </tmp/console)"
}

console_comes_and_goes() {
    mkdir -p /var/lock # where xl console puts its own
    attached one && answer pausing 'say two' '^said two' 10 &&
        attached three && typed four && typed five &&
        answer pausing 'say six' '^said six' 10 && guest_destroy pausing
}

# The guest's wall clock is dom0's as soon as that is set, back and forth.
wall_clock_follows_dom0() {
    local before step time now
    commands_start clock vcpus=2 || return
    before=$(date +%s)
    for step in 0 1000000 -3000000; do
        date -s "@$((before + step))" >/dev/null &&
            answer clock time '^time [0-9]' 10 || break
        time=${line#time } now=$(date +%s)
        [ $((now - time)) -le 2 ] && [ $((time - now)) -le 2 ] ||
            lab_error "dom0 has $now, the guest $time" || break
        step=done
    done
    date -s "@$before" >/dev/null
    [ "$step" = done ] && answer clock 'sleep 200' '^slept 2' 10 &&
        guest_destroy clock
}

sysrq_shows_threads_memory_devices() {
    local letter
    commands_start seen memory=16 \
        "disk=['format=raw,vdev=xvda,access=rw,script=labblk,target=/tmp/disk.img']" || return
    for letter in t m d; do
        xl sysrq seen $letter && guest_says seen "sysrq $letter ends" 20 || return
    done
    guest_says seen '"main" blocked' 1 && guest_says seen 'RAM 1' 1 &&
        guest_destroy seen
}

# Each vCPU that runs something is in the report.
nmi_shows_every_vcpu() {
    local vcpu
    commands_start busy vcpus=4 || return
    for vcpu in 1 2 3; do answer busy "hang $vcpu" '^hangs' 20 || return; done
    sleep 0.5
    xl trigger busy nmi && guest_wait busy 30 || return
    [ "$reason" = 3 ] || lab_error "reason $reason, expected 3" || return
    for vcpu in 0 1 2 3; do
        guest_says busy "vCPU $vcpu" 5 || return
    done
    [ "$(grep -c 'hang+0x' "$(guest_log busy)")" = 3 ] ||
        lab_error "hang+ $(grep -c 'hang+0x' "$(guest_log busy)") times" ||
        return
    guest_destroy busy
}

# --- the watchdog ------------------------------------------------------------------

watchdog_ends_who_does_not_schedule() {
    commands_start hung 'cmdline="pith.watchdog=2"' &&
        commands_start hung4 vcpus=4 'cmdline="pith.watchdog=2"' &&
        commands_start free vcpus=2 'cmdline="pith.watchdog=1"' &&
        answer hung 'sleep 4000' '^slept 4' 20 &&
        answer hung4 'hang 3' '^hangs' 20 && answer hung 'hang 0' '^hangs' 20 &&
        guest_wait hung 20 || return
    [ "$reason" = 4 ] || lab_error "reason $reason, expected 4" || return
    guest_wait hung4 20 || return
    [ "$reason" = 4 ] || lab_error "reason $reason, expected 4" || return
    answer free 'say alive' '^said alive' 20 &&
        asked free poweroff && guest_wait free 20 || return
    [ "$reason" = 0 ] || lab_error "reason $reason, expected 0" || return
    guest_destroy hung && guest_destroy hung4 && guest_destroy free
}

watchdog_wants_seconds() {
    guest_start bad /job/commands 'cmdline="pith.watchdog=0"' &&
        ends bad 0 'pith: exit 2' \
            'pith: pith.watchdog: bad value "0": wants seconds, 1 to 86400'
}

program_start stuck stuck && asked stuck poweroff
# What Xen and dom0 keep from the first time on.
plain_program_ends_as_by_exit_0 2>/dev/null
commands_start warm vcpus=4 'cmdline="pith.watchdog=60"' && xl destroy warm
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
case_run control_pause_holds_sleeps pause_holds_sleeps
case_run control_console_comes_and_goes console_comes_and_goes
case_run control_wall_clock_follows_dom0 wall_clock_follows_dom0
case_run control_sysrq_shows_threads_memory_devices \
    sysrq_shows_threads_memory_devices
case_run control_nmi_shows_every_vcpu nmi_shows_every_vcpu
case_run control_watchdog_ends_who_does_not_schedule \
    watchdog_ends_who_does_not_schedule
case_run control_watchdog_wants_seconds watchdog_wants_seconds
case_run control_dom0_has_all_back resources_return /tmp/before
