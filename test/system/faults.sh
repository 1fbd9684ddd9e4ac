# SPDX-License-Identifier: BSD-2-Clause
# What a guest says, on its console and on Xen's, when it ends by a fault, and
# when its command line is wrong.
# needs: build/test/guest/kernel-faults/kernel-faults build/apps/hello/hello

# crash_says ARGUMENT LINE...: the guest crashes and prints each line (a
# regular expression) on both consoles.
crash_says() {
    local line what=$1
    shift
    xl destroy faults 2>/dev/null # left by a case that failed
    xl dmesg -c >/dev/null
    guest_start faults /job/kernel-faults "cmdline=\"$what\"" &&
        guest_wait faults 20 || return
    [ "$reason" = 3 ] || lab_error "shutdown reason $reason, expected 3" || return
    # the last line of each report
    guest_says faults 'arch_context_start+0x' 5 || return
    xl dmesg >/tmp/xen-log
    for line; do
        grep -qE -- "$line" "$(guest_log faults)" ||
            lab_error "console: no line '$line'" || return
        grep -qE -- "$line" /tmp/xen-log ||
            lab_error "xl dmesg: no line '$line'" || return
    done
    guest_destroy faults
}

# refusal_says CMDLINE LINE: the guest prints the line and exits with 2.
refusal_says() {
    guest_start hello /job/hello "cmdline='$1'" && guest_wait hello 20 &&
        guest_says hello "$2" 5 && guest_says hello 'pith: exit 2' 5 || return
    [ "$reason" = 0 ] || lab_error "shutdown reason $reason, expected 0" || return
    ! grep -q 'from Pith' "$(guest_log hello)" ||
        lab_error "the program ran all the same" || return
    guest_destroy hello
}

case_run panic_overflow_names_the_thread crash_says overflow \
    'pith: panic: stack overflow in thread "diver"' '^.*rsp 0*4000' \
    '#[0-9]+ 0x[0-9a-f]+ dive[.a-z0-9]*\+0x'
case_run panic_wild_write_has_registers_and_names crash_says write \
    'pith: panic: page fault: write of' 'vCPU 0, thread "main"' \
    '#0 0x[0-9a-f]+ (write_null|main)\+0x' 'r12 [0-9a-f]{16} r13'
case_run panic_data_is_not_executable crash_says execute \
    'pith: panic: page fault: execution of' 'main\+0x'
case_run panic_text_is_not_writable crash_says text \
    'pith: panic: page fault: write of'
case_run panic_assertion_names_its_place crash_says assert \
    'main.c:[0-9]+: assertion failed: depth == 1'
case_run panic_in_upcall_shows_both_stacks crash_says nested \
    'panic: on purpose, in an upcall' 'in_upcall\+0x' 'enter\+0x'
case_run option_unknown_is_refused refusal_says pith.foo=1 \
    'pith: unknown option "pith.foo"'
case_run option_bad_value_is_refused refusal_says pith.loglevel=loud \
    'pith: pith.loglevel: bad value "loud": wants error, warning, info or debug'
case_run option_open_quote_is_refused refusal_says 'a "b' \
    'pith: command line: a quote is not closed'
