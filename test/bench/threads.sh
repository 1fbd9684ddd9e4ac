# SPDX-License-Identifier: BSD-2-Clause
# As job.sh, on a host with two processors: guests of four vCPUs.
. /lab/lib.sh

cd /job
native='tsc_mode="native"'

fail() {
    echo "bench: $*"
    exit 1
}

guest_start threads /job/threads memory=32 vcpus=4 "$native" &&
    guest_wait threads 60 && guest_says threads 'pith: exit 0' 5 ||
    fail 'threads did not end well'
grep -a -e ^FIGURE -e ^threads "$(guest_log threads)" | tr -d '\r' >/tmp/pith
guest_destroy threads

mkdir -p linux/job
cp threads-linux linux/job/
echo 'exec /job/threads-linux linux_' >linux/job/guest.sh
{
    cat /lab/linux/initrd
    (cd linux && find job | cpio -o -H newc 2>/dev/null)
} >linux.initrd
guest_start linux /lab/linux/vmlinux memory=256 vcpus=4 "$native" \
    'ramdisk="/job/linux.initrd"' \
    'cmdline="console=hvc0 quiet loglevel=3 panic=-1"' &&
    guest_says linux 'linux-guest: exit 0' 60 || fail 'Linux: threads'
grep -a -e ^FIGURE -e ^threads "$(guest_log linux)" | tr -d '\r' >/tmp/linux
guest_destroy linux
cat /tmp/pith /tmp/linux
[ "$(grep ^threads /tmp/pith)" = "$(grep ^threads /tmp/linux)" ] ||
    fail 'the threads came to something else on Linux'
