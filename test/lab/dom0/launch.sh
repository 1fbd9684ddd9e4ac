# SPDX-License-Identifier: BSD-2-Clause
# The job of `pith run`: starts the guest of /job/guest.cfg, shows its console
# through port 3, feeds it what comes from port 4, and leaves its shutdown
# reason in /job/out/reason or, when it cannot start, /job/out/error.
. /lab/lib.sh
log=$(guest_log guest)
ended=/tmp/guest-ended

fail() {
    echo "$*" >/job/out/error
    exit 1
}

# A stop from the host, for Ctrl-C and the time limit: ask, then force.
stop() {
    trap '' TERM
    xl shutdown guest >/dev/null 2>&1
    guest_wait guest 10 2>/dev/null || xl destroy guest
}

bridge_up
modprobe virtio_net && [ -e /sys/class/net/eth0 ] && uplink_up
grep -q '^disk=' guest.cfg && modprobe virtio_blk

setsid follow "$log" $ended >/dev/vport0p3 &
follower=$!
# Preserved here and not destroyed by xl, so that its reason can be read.
sed 's/^on_\(.*\)="destroy"/on_\1="preserve"/' guest.cfg >/tmp/guest.cfg
xl create /tmp/guest.cfg >/tmp/create 2>&1 ||
    { cat /tmp/create; fail "xl create: $(xl_error /tmp/create)"; }
domid=$(xl domid guest)
trap stop TERM
input=$(xenstore-read "/local/domain/$domid/console/tty")
setsid cat </dev/vport0p4 >"$input" 2>/dev/null &

reason=-1
while [ "$reason" = -1 ]; do
    guest_wait guest 3600 2>/dev/null
done
# xenconsoled writes the guest's last words within a few milliseconds.
sleep 0.1
: >$ended
wait $follower
echo "$reason" >/job/out/reason
xl destroy guest 2>/dev/null
exit 0
