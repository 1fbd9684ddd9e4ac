# SPDX-License-Identifier: BSD-2-Clause
# The toolstack's verbs on a Pith guest: create, console, shutdown, reboot,
# destroy, and what on_crash makes of a crash.
# needs: build/apps/hello/hello build/apps/httpd/httpd

bridge_up 10.0.0.1/24

hello_prints_and_exits() {
    guest_start hello /job/hello memory=2 \
        'cmdline="pith.env=GREETING=Moin -- one two"' &&
        guest_wait hello 20 || return
    local log
    log=$(tr -d '\r' <"$(guest_log hello)")
    [ "$reason" = 0 ] || lab_error "shutdown reason $reason, expected 0" || return
    for line in 'Moin from Pith' 'argv[0]=hello' 'argv[1]=one' 'argv[2]=two' \
        'env GREETING=Moin' 'pith: exit 0'; do
        grep -qxF -- "$line" <<<"$log" ||
            lab_error "no line '$line' in: $(head -c 300 <<<"$log")" || return
    done
    guest_destroy hello
}

hello_exit_status_is_passed() {
    guest_start hello /job/hello 'cmdline="-- --exit 3"' &&
        guest_wait hello 20 && guest_says hello 'pith: exit 3' 5 || return
    [ "$reason" = 0 ] || lab_error "shutdown reason $reason, expected 0" || return
    guest_destroy hello
}

hello_on_failure_rules_nonzero_exit() {
    guest_start hello /job/hello \
        'cmdline="pith.on_failure=crash -- --exit 3"' &&
        guest_wait hello 20 || return
    [ "$reason" = 3 ] || lab_error "shutdown reason $reason, expected 3" || return
    guest_destroy hello
}

abort_is_a_crash_with_backtrace() {
    guest_start hello /job/hello 'cmdline="-- --abort"' &&
        guest_wait hello 20 || return
    [ "$reason" = 3 ] || lab_error "shutdown reason $reason, expected 3" || return
    guest_says hello 'abort+0x' 5 && guest_destroy hello || return
    xl dmesg | grep -q 'abort+0x' ||
        lab_error "no backtrace on the emergency console"
}

on_crash_destroy_is_obeyed() {
    guest_start hello /job/hello 'cmdline="-- --abort"' \
        'on_crash="destroy"' || return
    guest_wait hello 20
    local end=$((SECONDS + 10))
    while xl domid hello >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || lab_error "crashed domain still there" || return
        sleep 0.1
    done
}

httpd_start() { # XL-LINES...
    guest_start httpd /job/httpd "vif=['script=labvif,bridge=br0']" \
        'cmdline="pith.ip=10.0.0.2/24"' "$@" &&
        guest_says httpd 'httpd: serving' 20
}

shutdown_ends_orderly() {
    httpd_start && xl shutdown httpd >/dev/null && guest_wait httpd 20 || return
    [ "$reason" = 0 ] || lab_error "shutdown reason $reason, expected 0" || return
    guest_destroy httpd
}

reboot_comes_back_fresh() {
    httpd_start 'on_reboot="restart"' || return
    local before after end=$((SECONDS + 30))
    before=$(xl domid httpd)
    fetch http://10.0.0.2/status.json /tmp/before || return
    xl reboot httpd >/dev/null || return
    while after=$(xl domid httpd 2>/dev/null); [ "$after" = "$before" ] || [ -z "$after" ]; do
        [ $SECONDS -lt $end ] || lab_error "httpd did not come back" || return
        sleep 0.1
    done
    fetch http://10.0.0.2/status.json /tmp/after || return
    xl destroy httpd
}

destroy_while_serving_leaves_nothing() {
    httpd_start || return
    fetch http://10.0.0.2/ /tmp/page && xl destroy httpd || return
    sleep 1
    [ -z "$(xenstore-list /local/domain/0/backend/vif 2>/dev/null)" ] ||
        lab_error "backend nodes are left: $(xenstore-ls /local/domain/0/backend)"
}

case_run hello_prints_and_exits hello_prints_and_exits
case_run hello_exit_status_is_passed hello_exit_status_is_passed
case_run hello_on_failure_rules_nonzero_exit hello_on_failure_rules_nonzero_exit
case_run abort_is_a_crash_with_backtrace abort_is_a_crash_with_backtrace
case_run on_crash_destroy_is_obeyed on_crash_destroy_is_obeyed
case_run shutdown_ends_orderly shutdown_ends_orderly
case_run reboot_comes_back_fresh reboot_comes_back_fresh
case_run destroy_while_serving_leaves_nothing destroy_while_serving_leaves_nothing
