# What an answer costs the parrot, beside a server on libwebsockets.
#
#     scripts/bench parrot [SECONDS]
#
# wrk asks for one small file over 50 kept connections, for SECONDS (3) a turn, three turns each: from
# the sample `whales`, whose front is libwebsockets on libuv's loop, and from a parrot of a script in
# which that file is as long.  Told: requests a second, and for each second of the server's CPU, which
# it takes from the player when both share a machine.
# shellcheck shell=bash

# Seconds of CPU of a process, from its ticks.
cpu_of() { awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) / hz }' "/proc/$1/stat"; }

measure_turn() {
    local name=$1 pid=$2 address=$3 before after
    before=$(cpu_of "$pid")
    wrk -t1 -c50 -d"$seconds"s "$address" >"$work/wrk.said"
    after=$(cpu_of "$pid")
    awk -v name="$name" -v cpu="$(awk "BEGIN { print $after - $before }")" '
        / requests in / { count = $1 }
        /^Requests\/sec/ { rate = $2 }
        END { printf "%-14s %12.0f %18.0f\n", name, rate, (cpu > 0 ? count / cpu : 0) }' "$work/wrk.said"
}

measure_part() {
    local lws parrot turn bytes
    seconds=${1:-3}
    [ $# -le 1 ] && whole_number "$seconds" || wrong_usage
    command -v wrk >/dev/null || die "needs wrk: apt-get install wrk"
    prepare stretto-parrot whales-sync make_log
    quietly scripts/whales-logs "$work/logs" 1000 "$bin"
    start_server whales "$bin/whales-sync" --logs "$work/logs"
    lws=$url/theme.css
    bytes=$(curl -s "$lws" | wc -c)
    printf '# version: 1\n# dialect: plain\n{"type":"REQ_GET","begin":"2026-11-21T00:00:00.000Z","status":200,"url":"/theme.css","bytes":%s}\n' \
        "$bytes" >"$work/file.log"
    start_server parrot "$bin/stretto-parrot" "$work/file.log"
    parrot=$url/theme.css
    tell_machine "a file of $bytes bytes, 50 connections, wrk with one thread, turns of $seconds s"
    printf '%-14s %12s %18s\n' server requests/s 'per CPU second'
    for turn in 1 2 3; do
        measure_turn libwebsockets "${pids[0]}" "$lws"
        measure_turn parrot "${pids[1]}" "$parrot"
    done
}
