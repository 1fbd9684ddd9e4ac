# SPDX-License-Identifier: BSD-2-Clause
# `xl sysrq`: each letter's report on the console, the letter taken away.
# needs: build/apps/httpd/httpd

bridge_up 10.0.0.1/24

seen_start() { # CMDLINE-WORDS...
    guest_start seen /job/httpd "vif=['script=labvif,bridge=br0']" \
        "cmdline=\"pith.ip=10.0.0.2/24 $*\"" &&
        guest_says seen 'httpd: serving' 20
}

# sysrq LETTER: sends it and sets report to what the console shows for it.
sysrq() {
    xl sysrq seen "$1" && guest_says seen "pith: sysrq $1 ends" 20 || return
    report=$(tr -d '\r' <"$(guest_log seen)" |
        awk -v key="$1" '$0 == "pith: sysrq " key { text = "" }
            { text = text $0 "\n" }
            $0 == "pith: sysrq " key " ends" { print text }')
}

# shows REGEX: the report has a line that REGEX matches.
shows() {
    grep -qE -- "$1" <<<"$report" ||
        lab_error "no '$1' in: $(head -c 600 <<<"$report" | tr '\n' '|')"
}

help_lists_the_letters() {
    seen_start && sysrq h && shows '^c  counters' && shows '^h  this list' &&
        shows '^r  the trace' && shows '^m  memory'
}

letter_is_taken_away() {
    local value
    value=$(xenstore-read "/local/domain/$domid/control/sysrq")
    [ -z "$value" ] || lab_error "control/sysrq is still '$value'"
}

counters_of_all_rooms_are_shown() {
    sysrq c && shows '^xen\.upcalls +[1-9]' && shows '^xen\.events +[1-9]' &&
        shows '^mm\.pages +[1-9]' && shows '^net0\.rx_frames +[0-9]'
}

memory_is_shown() {
    sysrq m && shows '^RAM [1-9][0-9]+ KiB, free [1-9]' && shows '^image base 0x'
}

trace_that_is_off_says_so() {
    sysrq r && shows '^off: start with pith.trace=KB'
}

threads_are_shown_with_backtraces() {
    sysrq t && shows '^"main" blocked, priority [0-9], vCPU 0, [0-9]+ switches' &&
        shows '^"xenwatch" running' && shows '^#0 0x[0-9a-f]+ [a-z_]+\+0x' &&
        shows '^#[0-9]+ 0x[0-9a-f]+ server_run\+0x'
}

unknown_letter_is_named() {
    sysrq z && shows '^no such report; there are:' && shows '^h  this list' &&
        guest_destroy seen
}

trace_shows_events_of_a_request() {
    seen_start pith.trace=64 && fetch http://10.0.0.2/status.json /tmp/page &&
        sysrq r && shows 'xen: event on port [0-9]+' &&
        shows 'xen: upcall, 1 events' && shows 'xen: notify port' &&
        shows 'ring [0-9a-f]+: [0-9]+ requests pushed' &&
        shows 'kernel: switch from [a-z]+ to [a-z]+' &&
        shows 'kernel: xenwatch ready, while [a-z]+ runs' &&
        guest_destroy seen
}

trace_and_profile_want_numbers() {
    guest_start bad /job/httpd 'cmdline="pith.trace=lots"' &&
        guest_wait bad 20 &&
        guest_says bad 'pith.trace: bad value "lots": wants the KiB' 5 &&
        guest_destroy bad &&
        guest_start bad /job/httpd 'cmdline="pith.profile=0"' &&
        guest_wait bad 20 && guest_says bad \
        'pith.profile: bad value "0": wants samples a second' 5 &&
        guest_destroy bad
}

case_run sysrq_help_lists_the_letters help_lists_the_letters
case_run sysrq_letter_is_taken_away letter_is_taken_away
case_run sysrq_counters_of_all_rooms_are_shown counters_of_all_rooms_are_shown
case_run sysrq_memory_is_shown memory_is_shown
case_run sysrq_trace_that_is_off_says_so trace_that_is_off_says_so
case_run sysrq_threads_are_shown_with_backtraces threads_are_shown_with_backtraces
case_run sysrq_unknown_letter_is_named unknown_letter_is_named
case_run sysrq_trace_shows_events_of_a_request trace_shows_events_of_a_request
case_run sysrq_trace_and_profile_want_numbers trace_and_profile_want_numbers
