# What a request costs the player: requests a second of its own CPU time, beside wrk and curl.
#
#     scripts/bench pages [COUNT]
#
# COUNT requests (200000) of 400 B each way, from the same server in the same run: 50 sessions that
# ask one thing after the other on a connection that is kept, and sessions that load a page of 1 + 12
# files, over at most six connections of their own, one session every 2 ms (half of COUNT).  The player's figure has everything in it:
# supervisor, worker, sessions, rows on disk.  A page load of curl's is one multi a page, one page
# at a time, and nothing around it.
# shellcheck shell=bash

WANTED=40000
SESSIONS=50
FILES=12

# A line of a script: TYPE BEGIN END (milliseconds) URL.
step() {
    printf '{"type":"%s","begin":"2026-01-01T00:%02d:%02d.%03dZ","end":"2026-01-01T00:%02d:%02d.%03dZ","status":200,"url":"%s"}\n' \
        "$1" $(($2 / 60000)) $(($2 / 1000 % 60)) $(($2 % 1000)) \
        $(($3 / 60000)) $(($3 / 1000 % 60)) $(($3 % 1000)) "$4"
}

write_scripts() {
    local i
    {
        printf '# version: 1\n'
        for ((i = 0; i < turns; i++)); do step REQ_GET "$i" $((i + 1)) /bytes/400; done
    } >"$work/turns.log"
    {
        printf '# version: 1\n'
        step REQ_HOME 0 1 /bytes/400
        for ((i = 0; i < FILES; i++)); do step REQ_GET 2 3 /bytes/400; done
    } >"$work/page.log"
}

# Runs a command and leaves its CPU time, children included, in $cpu; its words in $work/said.
timed() {
    local TIMEFORMAT='%U %S'
    { time "$@" >"$work/said" 2>&1; } 2>"$work/time" || { cat "$work/said" >&2; die "$1 failed"; }
    cpu=$(awk '{ print $1 + $2 }' "$work/time")
}

# WAY REQUESTS: a line of the table, against the first line's figure.
row() {
    awk -v way="$1" -v n="$2" -v cpu="$cpu" -v base="${base:-0}" -v wanted="${3:-0}" 'BEGIN {
        rate = n / cpu
        printf "%-34s %9d %9.2f %12.0f %8s  %s\n", way, n, cpu, rate,
            base ? sprintf("%.2f", rate / base) : "1.00",
            wanted ? (rate >= wanted ? "pass" : "fail") : ""
    }'
    base=${base:-$(awk -v n="$2" -v cpu="$cpu" 'BEGIN { print n / cpu }')}
}

play() {
    timed "$bin/stretto-play" "$1" "$url" --sessions "$2" --every "$3" --think 0 --processes 1 \
        -o "$work/run" --overwrite
}

measure_wrk() {
    if ! command -v wrk >/dev/null; then
        say "wrk is not installed: its row is left out (Debian: apt-get install wrk)"
        return 0
    fi
    timed wrk -t1 -c"$SESSIONS" -d3s "$url/bytes/400"
    row "wrk, 3 s" "$(awk '/requests in/ { print $1 }' "$work/said")"
}

head_line() {
    base=
    printf '\n%-34s %9s %9s %12s %8s  %s\n' "$1" requests "CPU s" "a CPU-second" ratio "$2"
}

measure_part() {
    local count=${1:-200000} turns pages
    [ $# -le 1 ] && whole_number "$count" || wrong_usage
    prepare stretto-play bench
    turns=$((count / SESSIONS)) pages=$((count / (FILES + 1) / 2))
    [ "$pages" -gt 0 ] && [ "$turns" -lt 3600000 ] || wrong_usage
    write_scripts
    start_server origin "$bin/bench-origin"
    tell_machine "curl: $(curl-config --version 2>/dev/null || echo libcurl)" \
        "wrk: $(wrk -v 2>/dev/null | head -n 1 || true)" "$SESSIONS connections at a time"
    head_line "on kept connections" "limit $WANTED"
    play "$work/turns.log" "$SESSIONS" 0s
    row "stretto play" $((turns * SESSIONS)) "$WANTED"
    timed "$bin/bench-curl" gets "$url/bytes/400" $((turns * SESSIONS)) "$SESSIONS"
    row "bare curl multi" $((turns * SESSIONS))
    measure_wrk
    head_line "page loads, 1 + $FILES over 6" ""
    play "$work/page.log" "$pages" 2ms
    row "stretto play" $((pages * (FILES + 1)))
    timed "$bin/bench-curl" pages "$url/bytes/400" "$pages" "$FILES"
    row "bare curl multi a page" $((pages * (FILES + 1)))
}
