# SPDX-License-Identifier: BSD-2-Clause
# Runs in the lab's dom0 in deterministic mode, for `bench --profile`: the HTTP
# load and the disk load of a guest that samples itself; prints its profiles.
. /lab/lib.sh

cd /job
bridge_up 10.0.0.1/24

fail() {
    echo "bench: $*"
    exit 1
}

# shown NAME: the profile on NAME's console, the last one.
shown() {
    tr -d '\r' <"$(guest_log "$1")" | awk '/samples of/ { text = "" }
        { text = text "PROFILE " $0 "\n" } /ends$/ { exit }
        END { printf "%s", text }' | grep -E '[0-9]%|samples of'
}

mkdir www
head -c 1024 /dev/zero | tr '\0' p >www/1k.html
(cd www && find . | cpio -o -H newc >/job/www.cpio 2>/dev/null)
guest_start httpd /job/httpd memory=8 \
    "vif=['script=labvif,bridge=br0']" 'ramdisk="/job/www.cpio"' \
    'cmdline="pith.ip=10.0.0.2/24 pith.profile=5000"' &&
    guest_says httpd 'httpd: serving' 30 || fail 'httpd did not start'
/job/httpload 10.0.0.2 80 /1k.html 16 4096 >/dev/null || fail 'load'
xl sysrq httpd p && guest_says httpd 'pith: sysrq p ends' 30 ||
    fail 'httpd shows no profile'
echo 'PROFILE == HTTP, 4096 requests of 1 KB over 16 connections'
shown httpd
guest_destroy httpd

truncate -s 16M disk.img
guest_start disk /job/blkcheck memory=8 \
    "disk=['format=raw,vdev=xvda,access=rw,script=labblk,target=/job/disk.img']" \
    'cmdline="pith.profile=5000 -- /dev/xvda"' && guest_wait disk 120 &&
    guest_says disk 'samples of' 5 || fail 'blkcheck did not end well'
echo 'PROFILE == disk, 16 MB written in random order and read back'
shown disk
guest_destroy disk
