#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# tools/deps on a fresh Debian 12 and 13: each suite named as an argument (by
# default both) is debootstrapped into $PITH_CACHE/debootstrap, once, and the
# cases run in a chroot of a copy of it. Needs root, debootstrap and about
# 4 GB. Takes several minutes: part of `make soak`.
set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
cache=${PITH_CACHE:-$HOME/.cache/pith}/debootstrap
passed=0
failed=0
root=

finish() {
    if [ -n "$root" ]; then
        umount "$root/proc" "$root/dev" 2>/dev/null
        mountpoint -q "$root/proc" || mountpoint -q "$root/dev" ||
            rm -rf "$root"
        root=
    fi
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

die() {
    echo "FAIL deps_setup: $*"
    exit 1
}

# verdict CASE STATUS EXPECTED: STATUS 0 passes. $log has what was got.
verdict() {
    seconds=$(($(date +%s) - begun))
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        echo "PASS $suite/$1 ($seconds s)"
    else
        failed=$((failed + 1))
        echo "FAIL $suite/$1 ($seconds s): expected $3, got:"
        tail -n 15 "$log" | sed 's/^/    /'
    fi
    begun=$(date +%s)
}

inside() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        LC_ALL=C "$@" >"$log" 2>&1
}

# succeeds CASE COMMAND...: the command in the chroot must exit with 0.
succeeds() {
    case=$1
    shift
    inside "$@"
    verdict "$case" $? 'exit status 0'
}

# refuses CASE PATTERN COMMAND...: it must exit with 1 and print PATTERN.
refuses() {
    case=$1
    pattern=$2
    shift 2
    inside "$@"
    status=$?
    [ $status = 1 ] && grep -qE -- "$pattern" "$log" &&
        ! grep -q Traceback "$log"
    verdict "$case" $? "exit status 1 (got $status) and '$pattern'"
}

make_root() {
    mirror=$("$top/tools/deps" mirror) || die 'no mirror'
    base=$cache/$suite.tar
    if [ ! -s "$base" ]; then
        mkdir -p "$cache"
        rm -rf "$cache/$suite.new"
        debootstrap --variant=minbase "$suite" "$cache/$suite.new" \
            "$mirror" >"$cache/$suite.log" 2>&1 ||
            die "debootstrap of $suite; see $cache/$suite.log"
        tar -c -f "$base.new" -C "$cache/$suite.new" . || die "tar of $suite"
        rm -rf "$cache/$suite.new"
        mv "$base.new" "$base"
    fi
    root=$(mktemp -d "$cache/root.XXXXXX")
    log=$root/log
    chmod 755 "$root"
    tar -x -f "$base" -C "$root" || die "unpacking $base"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    apt-config dump | grep -E '^Acquire::(https?::|Check-)' \
        >"$root/etc/apt/apt.conf.d/90machine"
    mkdir "$root/pith"
    tar -c -C "$top" --exclude=./build --exclude=./.git . |
        tar -x -C "$root/pith" --no-same-owner
    mount -t proc proc "$root/proc" || die 'mount of proc'
    mount --bind /dev "$root/dev" || die 'mount of dev'
}

cases_host() {
    nobody='setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp'
    refuses host_bare_without_root_prints_apt_line \
        'apt-get install -y --no-install-recommends .*gcc.*python3' \
        $nobody /pith/tools/deps host
    succeeds host_as_root_installs_what_is_missing /pith/tools/deps host
    succeeds host_again_changes_nothing sh -c \
        'test -z "$(/pith/tools/deps host 2>&1)"'
    mv "$root/usr/bin/cpio" "$root/usr/bin/cpio.away"
    refuses host_one_missing_without_root_prints_apt_line \
        'apt-get install -y --no-install-recommends cpio$' \
        $nobody /pith/tools/deps host
    mv "$root/usr/bin/cpio.away" "$root/usr/bin/cpio"
    succeeds linked_without_root_unpacks sh -c \
        "$nobody /pith/tools/deps linked && rm -rf /tmp/.cache"
}

cases_linked() {
    refuses path_before_fetch_names_command 'run `tools/deps linked`' \
        /pith/tools/deps path newlib
    succeeds linked_fresh_cache_unpacks /pith/tools/deps linked
    succeeds linked_trees_have_their_headers sh -c '
        cd /pith/tools && test -e "$(./deps path xen-headers)/xen/xen.h" &&
        test -e "$(./deps path lwip)/src/include/lwip/netif.h" &&
        test -e "$(./deps path newlib)/newlib/configure"'
    inside sh -c 'cd /root/.cache/pith && rm -rf linked &&
        printf x | dd of="$(ls sources/*newlib*)" bs=1 seek=999 conv=notrunc'
    refuses linked_corrupt_tarball_is_named \
        'newlib 4.5.0.*SHA-256 of .* is [0-9a-f]{64}, expected' \
        /pith/tools/deps linked
    succeeds linked_after_corruption_fetches_anew /pith/tools/deps linked
    inside sh -c 'cp -r /pith /gone && cd /gone/tools &&
        sed -i "s/^version = \"2.2.1.*/version = \"2.2.0\"/" deps.lock'
    refuses linked_pin_gone_says_how_to_move_it \
        'pin lwip 2.2.0 .*trixie has 2.2.1.*tools/deps repin lwip' \
        sh -c 'rm -rf /root/.cache/pith/sources/*lwip*
            /gone/tools/deps linked'
    succeeds repin_prints_lock_lines sh -c \
        '/pith/tools/deps repin lwip | grep -q "^sha256 = "'
    succeeds newlib_fresh_compiler_builds sh -c \
        '/pith/tools/build-newlib /newlib && test -e /newlib/lib/libc.a'
}

cases_lab() {
    # Killed in the download (some packages are there, not all), then in the
    # unpacking.
    succeeds lab_killed_in_download_leaves_partial_files sh -c '
        setsid /pith/tools/deps lab & pid=$!
        until ls /root/.cache/pith/apt/deb-*/cache/archives/*.deb; do
            kill -0 $pid || exit 1
            sleep 0.05
        done
        kill -9 $pid && ! /pith/tools/deps path qemu'
    succeeds lab_killed_in_unpacking_has_no_tree sh -c '
        /pith/tools/deps lab & pid=$!
        until ls /root/.cache/pith/tmp/*/usr/bin/bash; do
            kill -0 $pid || exit 1
            sleep 0.05
        done 2>/dev/null
        kill -9 $pid && ! /pith/tools/deps path lab-trixie'
    succeeds lab_two_at_once_both_finish sh -c \
        '/pith/tools/deps lab & /pith/tools/deps lab && wait $!'
    succeeds qemu_own_loader_prints_version sh -c \
        '"$(/pith/tools/deps path qemu)/wrap/qemu-system-x86_64" --version |
        grep "version 10"'
    succeeds lab_binaries_find_their_libraries sh -c '
        for set in lab-trixie lab-bookworm; do
            r=$(/pith/tools/deps path $set) || exit 1
            for b in xl xenstored xenconsoled xen-init-dom0 \
                libxl-save-helper; do
                "$r/lib64/ld-linux-x86-64.so.2" --library-path \
                    "$r/usr/lib/x86_64-linux-gnu" --list \
                    "$r"/usr/lib/xen-4.*/bin/$b || exit 1
            done
        done'
    inside sh -c 'cd /root/.cache/pith && rm -rf lab && cd apt/deb-trixie-* &&
        printf x | dd of="$(ls cache/archives/busybox-static_*)" bs=1 \
            seek=999 conv=notrunc'
    refuses lab_corrupt_package_is_named \
        'busybox-static .*SHA-256 of .* is [0-9a-f]{64}, expected' \
        /pith/tools/deps lab
    inside sh -c 'cd /root/.cache/pith/apt/deb-trixie-* &&
        sed -i "s,^\(Filename: .*/busybox-static_\),\1gone," lists/*_Packages &&
        rm -f cache/*.bin'
    succeeds lab_package_gone_from_mirror_fetches_index_anew \
        sh -c '/pith/tools/deps lab 2>&1 | grep "trying with a new index" &&
            /pith/tools/deps path qemu'
    succeeds versions_are_json sh -c \
        '/pith/tools/deps versions | python3 -m json.tool | grep xen-utils'
}

[ "$(id -u)" = 0 ] || die 'needs root'
command -v debootstrap >/dev/null || die 'needs debootstrap'
[ $# -gt 0 ] || set -- bookworm trixie
for suite; do
    make_root
    begun=$(date +%s)
    cases_host
    cases_linked
    cases_lab
    finish
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
