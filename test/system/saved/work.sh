# SPDX-License-Identifier: BSD-2-Clause
# For suspend.sh and migrate.sh, in dom0: the guest "work", whose log is one,
# wherever it goes.

bridge_up 10.0.0.1/24
# What computes without end must not keep backends from their work.
xl sched-credit2 -d Domain-0 -w 8192
mount -t tmpfs -o size=300m tmpfs /mnt
truncate -s 4M /mnt/disk
vif="script=labvif,bridge=br0,mac=00:16:3e:00:00:17"
disk="format=raw,vdev=xvda,access=rw,script=labblk,target=/mnt/disk"

log() { guest_log work; }
# xl migrate calls the guest so while it arrives, and xenconsoled its log.
ln -sf guest-work.log "$(guest_log work--incoming)"
lines() { wc -l <"$(log)"; }

# alive_after LINES: the guest says three times that it is alive, after so many
# lines of its log, and never that something is wrong.
alive_after() {
    local end=$((SECONDS + 60))
    until [ "$(tail -n +$(($1 + 1)) "$(log)" | grep -c '^alive')" -ge 3 ]; do
        [ $SECONDS -lt $end ] ||
            lab_error "no life: $(tail -n 1 "$(log)")" || return
        sleep 0.2
    done
    ! grep -m 1 BAD "$(log)" >&2
}

work_start() { # WORDS XL-LINE...
    local words=$1
    shift
    guest_start work /job/migrate "cmdline=\"$words\"" "$@" && alive_after 0
}
