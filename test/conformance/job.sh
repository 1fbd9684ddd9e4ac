# SPDX-License-Identifier: BSD-2-Clause
# In dom0: /job/suite runs tests 0..$1-1 in $2 guests at a time. What they said
# goes to /job/out; where a guest ended early another goes on after that test.
. /lab/lib.sh

share() { # WORKER FIRST END
    local worker=$1 n=$2 end=$3 name log last
    while [ "$n" -lt "$end" ]; do
        name=w$worker-$n
        xl create "$(guest_config "$name" /job/suite memory=48 vcpus=2 \
            "cmdline=\"pith.hostname=localhost -- $n $end\"")" \
            >"/tmp/$name.xl" 2>&1 || { cat "/tmp/$name.xl" && return; }
        guest_wait "$name" 1800 2>/dev/null
        sleep 0.2
        log=$(guest_log "$name")
        cp "$log" "/job/out/$name.log"
        xl destroy "$name"
        last=$(tr -d '\r' <"$log" | sed -n 's/^BEGIN \([0-9]*\) .*/\1/p' |
            tail -n 1)
        n=$((${last:-$n} + 1))
        grep -q '^ALL DONE' "$log" && break
    done
}

tests=$1 workers=$2
for ((w = 0; w < workers; w++)); do
    share $w $((tests * w / workers)) $((tests * (w + 1) / workers)) &
done
wait
