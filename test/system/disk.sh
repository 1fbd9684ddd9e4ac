# SPDX-License-Identifier: BSD-2-Clause
# A disk that Pith wrote is read by Linux, and the reverse; blkcheck over
# reconnects; read-only disks; a backend that tells nonsense.
# needs: build/apps/blkcheck/blkcheck

disk=/tmp/disk.img

blkcheck_start() { # NAME ARGUMENTS [XL-LINE...]
    local name=$1 args=$2
    shift 2
    guest_start "$name" /job/blkcheck "cmdline=\"-- $args\"" \
        "disk=['format=raw,vdev=xvda,access=${access:-rw},script=labblk,target=$disk']" "$@"
}

blkcheck_exit() { # NAME STATUS
    guest_wait "$1" 60 || return
    grep -q "pith: exit $2" "$(guest_log "$1")" ||
        lab_error "$(tail -n 3 "$(guest_log "$1")" | tr '\n\r' '; ')" || return
    guest_destroy "$1"
}

fresh_disk() {
    rm -f $disk
    truncate -s 16M $disk
}

pith_writes_and_reads_after_reconnect() {
    fresh_disk
    blkcheck_start blk '/dev/xvda --seed 7' && blkcheck_exit blk 0
}

# The pattern's first word of each 4 KiB block is its number (blkcheck.c).
linux_reads_what_pith_wrote() {
    local block got
    for block in 0 1 77 2048 4095; do
        got=$(od -An -t u8 -j $((block * 4096)) -N 8 $disk | tr -d ' ')
        [ "$got" = $block ] ||
            lab_error "block $block begins with $got" || return
    done
}

one_changed_byte_is_found() {
    blkcheck_start blk '/dev/xvda --seed 7 --verify' && blkcheck_exit blk 0 || return
    printf x | dd of=$disk bs=1 seek=5000000 conv=notrunc 2>/dev/null
    blkcheck_start blk '/dev/xvda --seed 7 --verify' && blkcheck_exit blk 1
}

pith_reads_what_linux_wrote() {
    head -c 16777216 /dev/urandom >$disk
    local sum
    sum=$(cksum <$disk | cut -d ' ' -f 1)
    blkcheck_start blk '/dev/xvda --cksum' && guest_wait blk 60 &&
        guest_says blk "cksum $sum" 1 && guest_destroy blk
}

readonly_disk_refuses_writes() {
    access=ro blkcheck_start blk '/dev/xvda --seed 1' && guest_wait blk 30 &&
        guest_says blk 'Read-only' 1 && guest_destroy blk
}

case_run pith_writes_and_reads_after_reconnect pith_writes_and_reads_after_reconnect
case_run linux_reads_what_pith_wrote linux_reads_what_pith_wrote
case_run one_changed_byte_is_found one_changed_byte_is_found
case_run pith_reads_what_linux_wrote pith_reads_what_linux_wrote
case_run readonly_disk_refuses_writes readonly_disk_refuses_writes
