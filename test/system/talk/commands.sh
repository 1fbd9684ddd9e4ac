# SPDX-License-Identifier: BSD-2-Clause
# For scripts that talk to the guest test/system/commands.c on its console.

# answer NAME COMMAND REGEX [SECONDS]: types it, and sets line to what the
# console shows after it and REGEX matches. SECONDS, or what the script has set
# answer_seconds to, is its time.
answer() {
    local log end=$((SECONDS + ${4:-$answer_seconds})) before
    log=$(guest_log "$1")
    before=$(wc -l <"$log")
    printf '%s\n' "$2" \
        >"$(xenstore-read "/local/domain/$(xl domid "$1")/console/tty")"
    until line=$(tail -n +$((before + 1)) "$log" | tr -d '\r' |
        grep -m 1 -E -- "$3"); do
        [ $SECONDS -lt $end ] ||
            lab_error "$1: no '$3' after '$2': $(tail -n 1 "$log")" || return
        sleep 0.05
    done
}

commands_start() { # NAME [XL-LINE...]
    local name=$1
    shift
    guest_start "$name" /job/commands "$@" && guest_says "$name" ready 20
}
