# SPDX-License-Identifier: BSD-2-Clause
# The programs of ports/ do as guests what they do elsewhere.
# needs: build/ports/zlib/example build/ports/zlib/minigzip build/ports/lua/lua
# needs: build/ports/sqlite/sqlite3 build/ports/iperf3/iperf3
# needs: test/system/ports

# ends NAME STATUS: waits for its end, which must be that exit status; sets
# text to what its console showed and destroys it.
ends() {
    guest_wait "$1" 60 && guest_says "$1" 'pith: exit' 5 || return
    text=$(tr -d '\r' <"$(guest_log "$1")")
    guest_destroy "$1" && [ "$(tail -n 1 <<<"$text")" = "pith: exit $2" ] ||
        lab_error "$1, not exit $2: $(tail -n 4 <<<"$text" | tr '\n' '|')"
}

# shows LINE: one of the lines of text is LINE.
shows() {
    grep -qxF -- "$1" <<<"$text" ||
        lab_error "no '$1' in: $(tail -n 12 <<<"$text" | tr '\n' '|')"
}

# types NAME AWAITED LINE: types it once the console shows AWAITED.
types() {
    guest_says "$1" "$2" 20 &&
        printf '%s\n' "$3" >"$(xenstore-read "/local/domain/$domid/console/tty")"
}

ramdisk() { # FOLDER: packs it and prints the configuration's line
    (cd "$1" && find . | cpio -o -H newc 2>/dev/null) >/tmp/ramdisk.cpio
    echo 'ramdisk="/tmp/ramdisk.cpio"'
}

zlib_passes_its_test() {
    guest_start example /job/example && ends example 0 || return
    shows 'uncompress(): hello, hello!' && shows 'gzread(): hello, hello!' &&
        shows 'gzgets() after gzseek:  hello!' &&
        shows 'inflate(): hello, hello!' &&
        shows 'after inflateSync(): hello, hello!' &&
        shows 'inflate with dictionary: hello, hello!'
}

minigzip_unpacks_what_gzip_packed() {
    mkdir -p /tmp/gz
    seq 1 20000 | tee /tmp/numbers | gzip >/tmp/gz/numbers.gz
    guest_start minigzip /job/minigzip "$(ramdisk /tmp/gz)" \
        'cmdline="-d -c /numbers.gz"' && ends minigzip 0 || return
    grep -x '[0-9]*' <<<"$text" | cmp - /tmp/numbers >&2
}

minigzip_refuses_what_is_cut_short() {
    head -c 2000 /tmp/gz/numbers.gz >/tmp/gz/cut.gz
    guest_start minigzip /job/minigzip "$(ramdisk /tmp/gz)" \
        'cmdline="-d -c /cut.gz"' && ends minigzip 1
}

lua_runs_a_script_of_the_boot_module() {
    echo 'return {answer = 42}' >ports/module.lua
    guest_start script /job/lua "$(ramdisk ports)" memory=128 \
        'cmdline="pith.env=COLOUR=blue -- /libraries.lua one \"two words\""' &&
        ends script 0 && shows 'to stderr' && shows 'all checks passed'
}

lua_tells_of_errors() {
    guest_start missing /job/lua 'cmdline="/none.lua"' && ends missing 1 &&
        shows 'lua: cannot open /none.lua: No such file or directory' &&
        guest_start failing /job/lua "cmdline=\"-e error('broken',0)\"" &&
        ends failing 1 && shows 'lua: broken' &&
        guest_start status /job/lua 'cmdline="-e os.exit(7)"' && ends status 7
}

lua_is_interactive() {
    guest_start repl /job/lua &&
        types repl '> ' '1 + 41' && types repl '42' 'for i = 1, 3 do' &&
        types repl '>> ' 'io.write("<", i, ">") end print()' &&
        types repl '<1><2><3>' 'no.such = 1' &&
        types repl 'stack traceback:' 'print(("a"):rep(3), io.read())' &&
        sleep 0.2 && types repl 'io.read())' 'a line' &&
        types repl $'aaa\ta line' $'\4' && ends repl 0 || return
    shows '> 1 + 41' && shows '42' &&
        shows "stdin:1: attempt to index a nil value (global 'no')"
}

sqlite_answers_as_elsewhere() {
    mkdir -p ports/database
    guest_start sqlite /job/sqlite3 "$(ramdisk ports)" \
        'cmdline="pith.env=HOME=/ -- /database/first.db \".read /database.sql\""' &&
        ends sqlite 1 || return # some statements there must fail
    grep -vE '^(pith: exit|kernel: )' <<<"$text" | diff ports/database.txt - >&2
}

sqlite_is_interactive() {
    guest_start shell /job/sqlite3 &&
        types shell 'sqlite> ' 'CREATE TABLE t(a, b); INSERT INTO t' &&
        types shell '   ...> ' 'VALUES (1, 2), (30, 40);' &&
        types shell '40);' 'SELECT sum(a), sum(b) FROM t;' &&
        types shell '31|42' '.quit' && ends shell 0
}

sqlite_refuses_what_is_no_database() {
    head -c 8192 /dev/urandom >ports/noise.db
    guest_start noise /job/sqlite3 "$(ramdisk ports)" \
        'cmdline="/noise.db \"SELECT 1 FROM sqlite_schema\""' &&
        ends noise 26 &&
        shows 'Error: in prepare, file is not a database (26)'
}

net="vif=['script=labvif,bridge=br0']"

iperf_server() {
    guest_start server /job/iperf3 "$net" \
        'cmdline="pith.ip=10.0.0.2/24 -- -s -4"' &&
        guest_says server 'Server listening' 20
}

# measured MINIMUM: dom0's iperf3 left a report in /tmp/iperf.json without an
# error, and by it as many bytes arrived.
measured() {
    local got
    got=$(awk '/"end":[ \t]*[{]/ { at_end = 1 }
        at_end && /"(sum_received|sum)":/ { found = 1 }
        found && /"bytes":/ { gsub(/[^0-9]/, ""); print; exit }' \
        /tmp/iperf.json)
    ! grep -q '"error"' /tmp/iperf.json && [ "${got:-0}" -ge "$1" ] ||
        lab_error "${got:-no} bytes arrived, expected $1:" \
            "$(grep -h '"error"' /tmp/iperf.json)"
}

# iperf_client MINIMUM OPTIONS...: dom0's iperf3 against the guest's server.
iperf_client() {
    local minimum=$1
    shift
    timeout 60 iperf3 -J -c 10.0.0.2 "$@" >/tmp/iperf.json 2>&1
    measured "$minimum"
}

# iperf_guest OPTIONS...: the guest's iperf3 against dom0's server.
iperf_guest() {
    local server
    iperf3 -s -1 >/tmp/iperf.log 2>&1 &
    server=$!
    guest_start client /job/iperf3 "$net" \
        "cmdline=\"pith.ip=10.0.0.2/24 -- -c 10.0.0.1 $*\"" &&
        ends client 0 && shows 'iperf Done.' ||
        { kill $server; xl destroy client; return 1; }
    wait $server
    grep -qE '[1-9][0-9.]* [KM]Bytes .* receiver$' <<<"$text" ||
        lab_error "nothing arrived: $(tail -n 5 <<<"$text" | tr '\n' '|')"
}

case_run zlib_passes_its_test zlib_passes_its_test
case_run minigzip_unpacks_what_gzip_packed minigzip_unpacks_what_gzip_packed
case_run minigzip_refuses_what_is_cut_short minigzip_refuses_what_is_cut_short
case_run lua_runs_a_script_of_the_boot_module \
    lua_runs_a_script_of_the_boot_module
case_run lua_tells_of_errors lua_tells_of_errors
case_run lua_is_interactive lua_is_interactive
case_run sqlite_answers_as_elsewhere sqlite_answers_as_elsewhere
case_run sqlite_is_interactive sqlite_is_interactive
case_run sqlite_refuses_what_is_no_database sqlite_refuses_what_is_no_database

bridge_up 10.0.0.1/24
case_run iperf3_serves iperf_server
case_run iperf3_receives_from_linux iperf_client 3000000 -n 4M
case_run iperf3_sends_to_linux iperf_client 3000000 -n 4M -R
case_run iperf3_receives_two_streams iperf_client 2000000 -n 4M -P 2
case_run iperf3_receives_datagrams iperf_client 200000 -u -b 5M -n 300K
case_run iperf3_sends_datagrams iperf_client 200000 -u -b 5M -n 300K -R
case_run iperf3_server_ends guest_destroy server
case_run iperf3_client_sends iperf_guest -n 4M
case_run iperf3_client_receives iperf_guest -t 2 -R
