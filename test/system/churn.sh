# SPDX-License-Identifier: BSD-2-Clause
# Guests come and go; dom0's memory, xenstore and grants are as before.
# needs: build/apps/httpd/httpd apps/httpd/www

bridge_up 10.0.0.1/24
truncate -s 4M /tmp/disk.img
(cd www && find . | cpio -o -H newc >/job/www.cpio 2>/dev/null)
rounds=20
[ "$SOAK" = 0 ] || rounds=200

one_round() {
    guest_start httpd /job/httpd "vif=['script=labvif,bridge=br0']" \
        "disk=['format=raw,vdev=xvda,access=rw,script=labblk,target=/tmp/disk.img']" \
        'ramdisk="/job/www.cpio"' 'cmdline="pith.ip=10.0.0.2/24"' &&
        guest_says httpd 'httpd: serving' 20 &&
        fetch http://10.0.0.2/ /tmp/page && cmp /tmp/page www/index.html >&2 &&
        xl destroy httpd
}

settle() { # until the backends have gone, at most ten seconds
    local end=$((SECONDS + 10))
    while [ -n "$(xenstore-ls /local/domain/0/backend 2>/dev/null)" ] &&
        [ $SECONDS -lt $end ]; do sleep 0.2; done
    sleep 1
    sync
    echo 3 >/proc/sys/vm/drop_caches
}

rounds_leave_dom0_as_before() {
    local i
    one_round || return # what is loaded and cached once, is from here on
    settle
    resources >/tmp/before
    mem_before=$(awk '/MemAvailable/ { print $2 }' /proc/meminfo)
    for ((i = 0; i < rounds; i++)); do
        rm -f "$(guest_log httpd)"
        one_round || lab_error "round $i: $(tail -n 1 /tmp/lab/stderr)" || return
    done
    settle
    resources >/tmp/after
    mem_after=$(awk '/MemAvailable/ { print $2 }' /proc/meminfo)
    diff /tmp/before /tmp/after >&2 ||
        lab_error "resources differ after $rounds rounds:" \
            "$(diff /tmp/before /tmp/after | tr '\n' ' ')" || return
    echo "dom0 memory available: $mem_before kB before, $mem_after kB after"
    # the page cache and slab of dom0's kernel move a little by themselves
    [ $((mem_before - mem_after)) -lt 4096 ] ||
        lab_error "dom0 lost $((mem_before - mem_after)) kB in $rounds rounds"
}

case_run rounds_leave_dom0_as_before rounds_leave_dom0_as_before
