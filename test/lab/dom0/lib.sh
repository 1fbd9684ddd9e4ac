# SPDX-License-Identifier: BSD-2-Clause
# For job scripts in the lab's dom0: `. /lab/lib.sh`. Bash.
#
# Functions return 0 or say on stderr what went wrong and return 1. A guest is
# called by its xl name. Times are seconds and may have a fraction.

LAB_XEN=$(cat /lab/xen-version)
LAB_TMP=/tmp/lab
mkdir -p $LAB_TMP

lab_now() { # prints the uptime in seconds
    local up rest
    read -r up rest </proc/uptime
    echo "$up"
}

lab_error() {
    echo "lab: $*" >&2
    return 1
}

# --- results -----------------------------------------------------------------

# case_run NAME FUNCTION...: runs it and prints "PASS NAME SECONDS" or
# "FAIL NAME MESSAGE"; the message is the last line it wrote to stderr.
LAB_FAILED=0
case_run() {
    local name=$1 start end
    shift
    start=$(lab_now)
    if "$@" 2>$LAB_TMP/stderr; then
        end=$(lab_now)
        echo "PASS $name $(awk "BEGIN { print $end - $start }")"
    else
        LAB_FAILED=$((LAB_FAILED + 1))
        echo "FAIL $name $(tail -n 1 $LAB_TMP/stderr)"
    fi
    cat $LAB_TMP/stderr >&2
}

# --- network -----------------------------------------------------------------

# bridge_up [ADDRESS/BITS]: br0, to which guests' interfaces are added.
bridge_up() {
    ip link add br0 type bridge forward_delay 0 2>/dev/null
    [ -z "${1-}" ] || ip addr add "$1" dev br0
    ip link set br0 up
}

# uplink_up: adds dom0's own (QEMU) interface to br0.
uplink_up() {
    modprobe virtio_net && ip link set eth0 master br0 &&
        ip link set eth0 up
}

# fetch URL FILE [CURL-OPTIONS...]: gets a page, retrying for 20 seconds while
# the server does not answer yet.
fetch() {
    local url=$1 file=$2 end
    shift 2
    end=$((${SECONDS} + 20))
    until curl -sS -f -m 20 -o "$file" "$@" "$url" 2>$LAB_TMP/curl; do
        if [ $SECONDS -ge $end ]; then
            lab_error "$url: $(cat $LAB_TMP/curl)"
            return
        fi
        sleep 0.1
    done
}

# --- guests ------------------------------------------------------------------

# guest_config NAME KERNEL [LINE...]: writes an xl config and prints its path.
# LINEs replace the defaults of the same key. Shut down domains are preserved.
guest_config() {
    local name=$1 kernel=$2 file=$LAB_TMP/$1.cfg line key
    shift 2
    printf '%s\n' "$@" >"$file"
    while read -r line; do
        key=${line%%=*}
        grep -q "^$key *=" "$file" || echo "$line" >>"$file"
    done <<EOF
name="$name"
type="pvh"
kernel="$kernel"
memory=32
vcpus=1
on_poweroff="preserve"
on_reboot="preserve"
on_crash="preserve"
on_watchdog="preserve"
EOF
    echo "$file"
}

# xl_error FILE: the line of xl's output that names the cause: the first error.
xl_error() {
    grep -m 1 error "$1" || tail -n 1 "$1"
}

xl_does() { # VERB ARGUMENT...
    xl "$@" >/tmp/xl 2>&1 || lab_error "xl $1: $(xl_error /tmp/xl)"
}

# guest_start NAME KERNEL [LINE...]: creates it and sets the variable domid.
# The console log of an earlier guest of that name is kept as LOG.old.
guest_start() {
    local config log
    config=$(guest_config "$@")
    log=$(guest_log "$1")
    [ ! -f "$log" ] || { cat "$log" >>"$log.old" && rm "$log"; }
    if ! xl create "$config" >$LAB_TMP/create 2>&1; then
        lab_error "xl create $1: $(xl_error $LAB_TMP/create)"
        return
    fi
    # one that is destroyed at its end may have ended
    domid=$(xl domid "$1" 2>/dev/null) || domid=gone
}

# linux_guest_start NAME SCRIPT [LINE...]: the Linux PVH guest, which runs
# SCRIPT; needs `lab run --linux-guest`. Its last line on the console is
# "linux-guest: exit N".
linux_guest_start() {
    local name=$1 script=$2 ramdisk=$LAB_TMP/$1.initrd
    shift 2
    [ -f /lab/linux/initrd ] || { lab_error "run with --linux-guest"; return; }
    mkdir -p "$LAB_TMP/$name/job"
    cp "$script" "$LAB_TMP/$name/job/guest.sh"
    {
        cat /lab/linux/initrd
        (cd "$LAB_TMP/$name" && find job | cpio -o -H newc 2>/dev/null)
    } >"$ramdisk"
    guest_start "$name" /lab/linux/vmlinux "ramdisk=\"$ramdisk\"" \
        'cmdline="console=hvc0 quiet loglevel=3 panic=-1 mitigations=off cryptomgr.notests"' "$@"
}

guest_log() { # prints the path of the guest's console log
    echo "/var/log/xen/console/guest-$1.log"
}

# guest_wait NAME SECONDS: waits until it is shut down and sets the variable
# reason to its shutdown reason (sched.h: 0 poweroff, 1 reboot, 2 suspend,
# 3 crash, 4 watchdog), or to "gone" where xl has destroyed it already.
guest_wait() {
    local id time flags
    reason=gone
    id=$(xl domid "$1" 2>/dev/null) || return 0
    read -r id time reason flags < <(domtime "$id" "$2" 2>/dev/null)
    [ -n "$reason" ] || reason=gone
    [ "$reason" != -1 ] || lab_error "$1 still runs after $2 s"
}

# guest_says NAME TEXT SECONDS: waits for TEXT on its console.
guest_says() {
    awaitline "$(guest_log "$1")" "$2" "$3" ||
        lab_error "$1 did not print '$2' in $3 s; its last line:" \
            "$(tail -n 1 "$(guest_log "$1")" 2>/dev/null)"
}

# guest_time NAME: prints the processor time it has used, in ns.
guest_time() {
    domtime "$(xl domid "$1")" | cut -d ' ' -f 2
}

# exits_start, exits_stop: in between, Xen records VM exits; exits_stop prints
# "CODE COUNT" lines and "total COUNT" (see exits.c). Recording costs time, so
# times are taken in another run.
exits_start() {
    xentrace -D -e 0x00081000 -S 1024 $LAB_TMP/trace >/dev/null 2>&1 &
    LAB_TRACER=$!
    sleep 0.3
}

exits_stop() {
    sleep 0.3
    kill -INT $LAB_TRACER
    wait $LAB_TRACER
    exits $LAB_TMP/trace
}

guest_destroy() {
    xl destroy "$1" || lab_error "xl destroy $1 failed"
}

# --- what is in use, to find leaks ---------------------------------------------

# resources: prints one "NAME NUMBER" a line, to be compared before and after.
# Run one guest before the first count: Xen and xenstored keep some memory and
# directories from then on. Destroyed guests are cleaned up with a delay.
resources() {
    xl debug-keys m
    xl debug-keys g
    sleep 0.1
    xl dmesg | awk '/Physical memory info/ { text = "" }
        { text = text $0 "\n" } END { printf "%s", text }' >$LAB_TMP/keys
    echo "xen_free_kb $(sed -n 's/.*Dom heap: \([0-9]*\)kB free.*/\1/p' \
        $LAB_TMP/keys)"
    echo "active_grants $(grep -c '\[0x' $LAB_TMP/keys)"
    echo "domains $(domtime | wc -l)"
    echo "dom0_event_channels $(lsevtchn 0 | wc -l)"
    echo "xenstore_nodes $(xenstore-ls -f / | wc -l)"
    echo "loop_devices $(losetup -a | wc -l)"
    echo "interfaces $(ls /sys/class/net | wc -l)"
    # without what the kernel starts and ends as it likes
    echo "processes $(cat /proc/[0-9]*/comm 2>/dev/null | grep -vc '^kworker')"
}

# resources_differ FILE FILE: prints what does. Xen may have kept a few pages for
# itself, fewer than one for each guest that is left.
resources_differ() {
    awk 'NR == FNR { before[$1] = $2; next }
        $1 == "xen_free_kb" && before[$1] - $2 <= 48 { next }
        $2 != before[$1] { print $1, before[$1], $2 }' "$1" "$2"
}

# resources_return FILE: waits until resources are as FILE has them, at most 15
# seconds: backends and xl's own processes end a while after the guest.
resources_return() {
    local end=$((SECONDS + 15))
    until resources >$LAB_TMP/resources &&
        [ -z "$(resources_differ "$1" $LAB_TMP/resources)" ]; do
        [ $SECONDS -lt $end ] ||
            lab_error "resources, before and after:" \
                "$(resources_differ "$1" $LAB_TMP/resources | tr '\n' ' ')" ||
            return
        sleep 0.5
    done
}
