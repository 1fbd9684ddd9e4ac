# SPDX-License-Identifier: BSD-2-Clause
# Runs in the lab's dom0 in deterministic mode and prints lines
# "FIGURE NAME NUMBER". cpu_time is the domain's own, in ns: one instruction
# of the guest, or of Xen on its behalf, is one ns.
. /lab/lib.sh

cd /job
bridge_up 10.0.0.1/24
vif="vif=['script=labvif,bridge=br0']"
native='tsc_mode="native"'

figure() {
    echo "FIGURE $1 $2"
}

fail() {
    echo "bench: $*"
    exit 1
}

# ran_for NAME IMAGE XL-LINE...: the cpu_time of a guest from start to end.
ran_for() {
    local name=$1
    guest_start "$@" "$native" && guest_wait "$name" 60 &&
        guest_says "$name" 'pith: exit 0' 5 || fail "$name did not end well"
    guest_time "$name"
    guest_destroy "$name"
}

# load NAME ADDRESS CONNECTIONS REQUESTS: runs the load and lets it settle.
load() {
    /job/httpload "$2" 80 /1k.html "$3" "$4" >/dev/null || fail "$1: load"
    sleep 1
}

# request_cost NAME ADDRESS CONNECTIONS: cpu_time a request, as the slope of
# two run lengths, which leaves out all that happens once.
short=512 long=2048
request_cost() {
    local t0 t1 t2
    load "$@" 128
    t0=$(guest_time "$1")
    load "$@" $short
    t1=$(guest_time "$1")
    load "$@" $long
    t2=$(guest_time "$1")
    echo $((((t2 - t1) - (t1 - t0)) / (long - short)))
}

# request_exits NAME ADDRESS CONNECTIONS: exits in 100 requests, likewise. Xen
# records them, which costs time: so not in the runs that are timed.
request_exits() {
    local n1 n2
    exits_start
    load "$@" $short
    n1=$(exits_stop | sed -n 's/^total //p')
    exits_start
    load "$@" $long
    n2=$(exits_stop | sed -n 's/^total //p')
    echo $(((n2 - n1) * 100 / (long - short)))
}

# idle_cost NAME ADDRESS: cpu_time in the first ten seconds in which no frame
# comes or goes. dom0 would ask for ADDRESS now and then, and knows it here.
idle_cost() {
    local before seen dom=$(xl domid $1) try
    local of=/sys/class/net/vif$dom.0/statistics
    arp -s "$2" "$(xenstore-read /local/domain/$dom/device/vif/0/mac)"
    for try in 1 2 3 4 5 6 7 8 9; do
        seen=$(cat $of/?x_packets)
        before=$(guest_time $1)
        sleep 10
        [ "$(cat $of/?x_packets)" != "$seen" ] || break
    done
    echo $(($(guest_time $1) - before))
    [ $try != 9 ] || fail "$1: always frames"
}

mkdir www
head -c 1024 /dev/zero | tr '\0' p >www/1k.html
(cd www && find . | cpio -o -H newc >/job/www.cpio 2>/dev/null)

figure hello_cpu_time "$(ran_for hello /job/hello memory=4)"
figure first_frame_cpu_time "$(
    guest_start first /job/firstframe memory=8 "$vif" "$native" \
        'cmdline="pith.ip=10.0.0.9/24"' >&2 && guest_wait first 60 >&2
    sed -n 's/^first frame after \([0-9]*\) ns.*/\1/p' "$(guest_log first)"
    guest_destroy first)"

guest_start httpd /job/httpd memory=8 "$vif" "$native" \
    'ramdisk="/job/www.cpio"' 'cmdline="pith.ip=10.0.0.2/24"' &&
    guest_says httpd 'httpd: serving' 30 || fail 'httpd did not start'
for conns in 1 16 64; do
    figure http_request_$conns "$(request_cost httpd 10.0.0.2 $conns)"
    figure http_exits_$conns "$(request_exits httpd 10.0.0.2 $conns)"
done
figure idle_10_seconds "$(idle_cost httpd 10.0.0.2)"
guest_destroy httpd

# The start, and single operations; each prints its own figures.
for name in start kernelops timers strings cpuwork; do
    guest_start $name /job/$name memory=8 "$native" && guest_wait $name 60 &&
        guest_says $name 'pith: exit 0' 5 || fail "$name did not end well"
    tr -d '\r' <"$(guest_log $name)" >/tmp/$name
    grep -a ^FIGURE /tmp/$name
    guest_destroy $name
done

# The same server, from the same source, on Linux.
mkdir -p linux/job/www
cp www/1k.html linux/job/www
cp httpd-linux linux/job/
cat >linux/job/guest.sh <<'END'
ip addr add 10.0.0.3/24 dev eth0
ip link set eth0 up
exec /job/httpd-linux --root /job/www
END
{
    cat /lab/linux/initrd
    (cd linux && find job | cpio -o -H newc 2>/dev/null)
} >linux.initrd
guest_start linux /lab/linux/vmlinux memory=256 "$vif" "$native" \
    'ramdisk="/job/linux.initrd"' \
    'cmdline="console=hvc0 quiet loglevel=3 panic=-1"' &&
    guest_says linux 'httpd: serving' 60 || fail 'Linux did not start'
figure linux_start_to_server "$(guest_time linux)"
for conns in 1 16 64; do
    figure linux_http_request_$conns "$(request_cost linux 10.0.0.3 $conns)"
    figure linux_http_exits_$conns "$(request_exits linux 10.0.0.3 $conns)"
done
figure linux_idle_10_seconds "$(idle_cost linux 10.0.0.3)"
guest_destroy linux

# The same operations, from the same source; a boot of their own.
cat >linux/job/guest.sh <<'END'
for name in kernelops strings cpuwork; do
    /job/$name-linux linux_ || exit
done
END
cp kernelops-linux strings-linux cpuwork-linux linux/job/
{
    cat /lab/linux/initrd
    (cd linux && find job | cpio -o -H newc 2>/dev/null)
} >linux.initrd
guest_start linuxops /lab/linux/vmlinux memory=256 "$native" \
    'ramdisk="/job/linux.initrd"' \
    'cmdline="console=hvc0 quiet loglevel=3 panic=-1"' &&
    guest_says linuxops 'linux-guest: exit 0' 60 || fail 'Linux: kernelops'
grep -a ^FIGURE "$(guest_log linuxops)" | tr -d '\r'
[ "$(grep -a '^work_' /tmp/cpuwork)" = \
    "$(grep -a '^work_' "$(guest_log linuxops)" | tr -d '\r')" ] ||
    fail 'the work of cpuwork came to something else on Linux'
guest_destroy linuxops
