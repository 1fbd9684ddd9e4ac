# SPDX-License-Identifier: BSD-2-Clause
# httpd as a client sees it, over netback and a bridge.
# needs: build/apps/httpd/httpd apps/httpd/www

bridge_up 10.0.0.1/24
url=http://10.0.0.2

head -c 1000000 /dev/urandom >www/big.bin
(cd www && find . | cpio -o -H newc >/job/www.cpio 2>/dev/null)
guest_start httpd /job/httpd "vif=['script=labvif,bridge=br0']" \
    'ramdisk="/job/www.cpio"' 'cmdline="pith.ip=10.0.0.2/24"' &&
    guest_says httpd 'httpd: serving' 20

page_is_served_whole() {
    fetch $url/ /tmp/page && cmp /tmp/page www/index.html >&2
}

megabyte_arrives_whole() {
    fetch $url/big.bin /tmp/big && cmp /tmp/big www/big.bin >&2
}

# Opens COUNT connections that send the start of a request and then stall;
# leaves them in the descriptors from 100 on.
stall_open() {
    local i
    for ((i = 0; i < $1; i++)); do
        eval "exec $((100 + i))<>/dev/tcp/10.0.0.2/80" &&
            printf 'GET / HT' >&$((100 + i)) || return
    done
}

stall_close() {
    local i
    for ((i = 0; i < $1; i++)); do
        eval "exec $((100 + i))>&-"
    done
}

page_and_megabyte_with_64_connections_open() {
    stall_open 64 || lab_error "cannot open 64 connections" || return
    fetch $url/ /tmp/page -m 10 && cmp /tmp/page www/index.html >&2 &&
        fetch $url/big.bin /tmp/big && cmp /tmp/big www/big.bin >&2
    local rc=$?
    stall_close 64
    return $rc
}

# status_of WANT CURL-ARGS...: the HTTP status must be WANT.
status_of() {
    local want=$1 got
    shift
    got=$(curl -s -m 10 -o /dev/null -w '%{http_code}' "$@") ||
        lab_error "curl $*: status $?" || return
    [ "$got" = "$want" ] || lab_error "curl $*: got $got, expected $want"
}

errors_have_their_status() {
    status_of 404 $url/nothing && status_of 405 -X DELETE $url/ &&
        status_of 413 -H 'Content-Length: 10000000' $url/ &&
        status_of 400 --path-as-is $url/../etc/passwd &&
        status_of 400 --path-as-is "$url/%zz" &&
        status_of 200 -I $url/ &&
        status_of 431 -H "X-Long: $(head -c 5000 /dev/zero | tr '\0' x)" $url/
}

garbage_gets_400() {
    local answer
    exec 50<>/dev/tcp/10.0.0.2/80 || return
    head -c 300 /dev/urandom | tr -d '\n\r' >&50
    printf '\r\n\r\n' >&50
    read -r -t 10 answer <&50
    exec 50>&-
    [[ $answer = 'HTTP/1.1 400 '* ]] || lab_error "answer: $answer"
}

keep_alive_serves_many_on_one_connection() {
    local urls=() connects
    for ((i = 0; i < 50; i++)); do urls+=(-o /dev/null $url/); done
    connects=$(curl -s -m 20 -w '%{num_connects}\n' "${urls[@]}" |
        awk '{ n += $1; lines++ } END { print n "/" lines }')
    [ "$connects" = 1/50 ] ||
        lab_error "connections/requests: $connects, expected 1/50"
}

vanished_clients_are_forgotten() {
    local i
    for ((i = 0; i < 100; i++)); do
        exec 50<>/dev/tcp/10.0.0.2/80 || return
        printf 'GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n' >&50
        exec 50>&-
    done
    fetch $url/ /tmp/page && cmp /tmp/page www/index.html >&2
}

status_tells_facts() {
    fetch $url/status.json /tmp/status || return
    for word in uptime memory interfaces disks 10.0.0.2 '"xen.upcalls":[1-9]' \
        '"net0.rx_frames":[1-9]' '"name":"xenwatch"' '"tracing":false'; do
        grep -q "$word" /tmp/status ||
            lab_error "no $word in $(cat /tmp/status)" || return
    done
    python3 -c 'import json' 2>/dev/null &&
        { python3 -m json.tool /tmp/status >/dev/null || return; }
    fetch $url/status /tmp/status.html -H 'Accept: text/html' &&
        grep -q '<html' /tmp/status.html &&
        grep -q '<td>xen.upcalls<td>[1-9]' /tmp/status.html
}

status_has_reports_as_text() {
    fetch $url/status/c /tmp/counters && grep -q '^xen.upcalls' /tmp/counters ||
        lab_error "no counters in $(head -c 200 /tmp/counters)" || return
    status_of 404 $url/status/z && status_of 404 $url/status/cc
}

case_run page_is_served_whole page_is_served_whole
case_run megabyte_arrives_whole megabyte_arrives_whole
case_run page_and_megabyte_with_64_connections_open \
    page_and_megabyte_with_64_connections_open
case_run errors_have_their_status errors_have_their_status
case_run garbage_gets_400 garbage_gets_400
case_run keep_alive_serves_many_on_one_connection \
    keep_alive_serves_many_on_one_connection
case_run vanished_clients_are_forgotten vanished_clients_are_forgotten
case_run status_tells_facts status_tells_facts
case_run status_has_reports_as_text status_has_reports_as_text
xl destroy httpd
