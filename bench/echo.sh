# Round trips of WebSocket messages a second of the player's CPU, beside a bare wslay loop.
#
#     scripts/bench echo [CONNECTIONS [COUNT]]
#
# CONNECTIONS (50) sessions send COUNT (4000) messages of 57 bytes each, the next as soon as the one
# before is answered (--think 0): a script of plain steps, one worker, all that a run writes is
# written.  The server is bench-origin's /echo.  bench-wslay does the same with nothing but wslay and
# epoll; the two take turns, three times.  A round trip of the player's is two steps: two rows begun,
# two ended.  The limit is 60,000 a second.
# shellcheck shell=bash

LIMIT=60000
BYTES=57

measure_player() {
    rm -rf "$work/run"
    python3 -B bench/peers/watch.py "$bin/stretto-play" "$work/echo.log" "$url" --sessions "$connections" \
        --every 1ms --think 0 --processes 1 -o "$work/run" 2>"$work/said" >"$work/seen" || die "$(tail -n 3 "$work/said")"
    read -r _ cpu code <"$work/seen"
    [ "$code" -eq 0 ] || die "not every session ended well: $(tail -n 3 "$work/said")"
    trips=$((connections * count))
}

measure_wslay() {
    read -r trips cpu < <("$build_dir/bin/bench-wslay" "${url##*:}" "$connections" "$count" "$BYTES")
}

measure_part() {
    connections=${1:-50} count=${2:-4000}
    local turn way
    if [ $# -gt 2 ] || ! whole_number "$connections" || ! whole_number "$count"; then wrong_usage; fi
    prepare stretto-play bench-origin bench-wslay
    python3 -B bench/scale/make_messages.py "$count" 1 >"$work/echo.log"
    start_server origin "$bin/bench-origin"
    tell_machine "$connections connections, $count messages of $BYTES bytes on each, one after the other"
    for turn in 1 2 3; do
        for way in wslay player; do
            "measure_$way"
            echo "$way $trips $cpu" >>"$work/table"
        done
    done
    awk -v limit="$LIMIT" '
        { trips[$1] += $2; cpu[$1] += $3 }
        END {
            printf "%-8s %12s %10s %18s %8s\n", "", "round trips", "CPU s", "a CPU second", "of wslay"
            for (way in trips) each[way] = trips[way] / cpu[way]
            printf "%-8s %12d %10.2f %18d\n", "wslay", trips["wslay"], cpu["wslay"], each["wslay"]
            printf "%-8s %12d %10.2f %18d %8.2f   limit %d: %s\n", "player", trips["player"], cpu["player"], each["player"], \
                each["player"] / each["wslay"], limit, (each["player"] >= limit ? "kept" : "missed")
        }' "$work/table"
}
