# SPDX-License-Identifier: BSD-2-Clause
# What is typed at the console arrives as the program's settings say.
# needs: build/test/termios

# typed WHAT TEXT ANSWER: once the program is ready for WHAT, TEXT (for printf)
# is typed, and it says ANSWER.
typed() {
    guest_says term "READY $1" 10 || return
    printf "$2" >"$tty"
    guest_says term "$3" 10
}

console_types_by_a_pty() {
    guest_start term /job/termios || return
    tty=$(xenstore-read "/local/domain/$domid/console/tty") &&
        [ -c "$tty" ] || lab_error "no pty: $tty"
}

lines_are_edited() {
    typed line 'helpx\177\177lo wrold\027world\r' \
        'LINE 12 68 65 6c 6c 6f 20 77 6f 72 6c 64 0a' &&
        typed end '\004' 'END 0' &&
        typed poll 'half' 'READY poll' && printf '\025xy\r' >"$tty" &&
        guest_says term 'POLL 1 1' 10 && guest_says term 'WAITING 3' 10 &&
        guest_says term 'POLLED 3 78 79 0a' 10
}

raw_bytes_come_as_they_are() {
    typed raw '\003\177A' 'RAW 3 03 7f 41' && guest_says term 'NONE 0' 10 &&
        guest_says term 'TIMED 0' 10 &&
        typed pause 'pq\r' 'PAUSED 3 70 71 0d'
}

secrets_are_not_shown() {
    typed secret 'hush\r' 'SECRET 5 68 75 73 68 0a' || return
    ! grep -q 'hush' "$(guest_log term)" || lab_error 'the secret is shown'
}

keys_send_signals() {
    typed flush 'lost\r' 'FLUSHED 0' &&
        typed interrupt 'gone\003' 'INTERRUPT -1 1 1' &&
        typed quit '\034ab\r' 'QUIT 1' &&
        guest_says term 'REST 3 61 62 0a' 10 &&
        typed ignored 'x\003y\r' 'IGNORED 2 79 0a' &&
        typed unsignalled '\003z\r' 'UNSIGNALLED 3 03 7a 0a'
}

flushed_input_is_gone() {
    typed last 'kept\r' 'LAST 5 6b 65 70 74 0a' && guest_wait term 20 &&
        guest_says term 'pith: exit 0' 5 && guest_destroy term
}

case_run console_types_by_a_pty console_types_by_a_pty
case_run lines_are_edited lines_are_edited
case_run raw_bytes_come_as_they_are raw_bytes_come_as_they_are
case_run secrets_are_not_shown secrets_are_not_shown
case_run keys_send_signals keys_send_signals
case_run flushed_input_is_gone flushed_input_is_gone
