# Does a session cost the same whether there are 100, 1,000 or 10,000?
#
#     scripts/bench growth [MOST]
#
# Sessions of one WebSocket and a message of 57 bytes every 3 s, on two workers against a parrot:
# MOST (10000), a tenth and a hundredth of them.  Memory and CPU of both workers while all are there,
# less what they are with ten sessions, divided by the sessions.  Growth is what the most have more
# than the tenth; the hundredth is near what can be seen of memory, as the kernel counts pages.
# shellcheck shell=bash

MESSAGES=9
GAP_MS=3000
EVERY_US=2000
FROM_S=21
TO_S=29

watch_sessions() {
    rm -rf "$work/run"
    python3 -B bench/scale/watch.py $FROM_S $TO_S end "$bin/stretto-play" "$work/growth.log" "$url" \
        --sessions "$1" --processes 2 --every ${EVERY_US}us -o "$work/run" 2>"$work/said" ||
        die "the player could not be watched: $(tail -n 3 "$work/said")"
}

measure_part() {
    local most=${1:-10000} count
    if [ $# -gt 1 ] || ! whole_number "$most" || [ "$most" -lt 2000 ] || [ "$most" -gt 10000 ]; then wrong_usage; fi
    prepare stretto-play stretto-parrot
    python3 -B bench/scale/make_messages.py $MESSAGES $GAP_MS >"$work/growth.log"
    start_server parrot "$bin/stretto-parrot" "$work/growth.log"
    say "four runs of $TO_S s"
    tell_machine "a message every $((GAP_MS / 1000)) s and session"
    for count in 10 $((most / 100)) $((most / 10)) "$most"; do
        echo "$count $(watch_sessions "$count")" >>"$work/table"
    done
    awk -v gap_s=$((GAP_MS / 1000)) '
        NR == 1 {
            base = $1; base_kib = $2; base_cpu = $4
            printf "%-10s %12s %16s %22s %12s\n", "sessions", "KiB in all", "KiB a session", "us of CPU a message", "growth"
            printf "%-10d %12d\n", $1, $2
            next
        }
        {
            kib = ($2 - base_kib) / ($1 - base); us = ($4 - base_cpu) / ($1 - base) * gap_s * 1e6
            growth = NR == 4 ? sprintf("memory %+.0f %%, CPU %+.0f %% (limit 10 %%)", (kib / last_kib - 1) * 100, (us / last_us - 1) * 100) : ""
            printf "%-10d %12d %16.2f %22.1f   %s\n", $1, $2, kib, us, growth
            last_kib = kib; last_us = us
        }' "$work/table"
}
