# What a request or a message takes longer through the recorder than directly.
#
#     scripts/bench recorder [COUNT]
#
# COUNT exchanges of each kind (2000) by each way, by turns, in the same run: directly, through the
# recorder, and through mitmproxy where that is installed.
# shellcheck shell=bash

LIMIT_US=1000

start_way() {
    start_server "$@"
    ways+=("$1=${url##*:}")
}

# A stream is passed on as it comes, which is not what it does without being told.  It says its
# address without a scheme.
mitmproxy() {
    exec mitmdump --mode "reverse:$origin" --listen-host 127.0.0.1 --listen-port 0 \
        --set stream_large_bodies=1m --set "confdir=$work/mitmproxy" --set flow_detail=0 \
        > >(sed -u 's|at 127|at http://127|')
}

start_mitmproxy() {
    if ! command -v mitmdump >/dev/null; then
        say "mitmproxy is not installed: its rows are left out (Debian: apt-get install mitmproxy)"
        return 0
    fi
    start_way mitmproxy mitmproxy
}

start_ways() {
    ways=()
    start_way direct "$bin/bench-origin"
    origin=$url
    start_way stretto "$bin/stretto-record" "$origin" -o "$work/session.log" --listen 127.0.0.1:0
    start_mitmproxy
}

# Lines of the table, one a way: KIND BYTES PAUSE COUNT TITLE.
measure() {
    local title=$5
    "$bin/bench-latency" "${@:1:4}" "${ways[@]}" >"$work/measured" ||
        die "$title could not be measured"
    awk -v title="$title" -v limit="$LIMIT_US" '
        $1 == "direct" { p99 = $3 }
        {
            more = $3 - p99
            verdict = $1 == "direct" ? "" : sprintf("%+9.0f  %s", more, more <= limit ? "pass" : "fail")
            printf "%-32s %-10s %9.0f %9.0f %9.0f %9.0f  %s\n", \
                $1 == "direct" ? title : "", $1, $2, $3, $4, $5, verdict
        }' "$work/measured"
}

measure_part() {
    count=${1:-2000}
    [ $# -le 1 ] && whole_number "$count" || wrong_usage
    prepare stretto-record bench
    start_ways
    printf '%-32s %-10s %9s %9s %9s %9s  %9s  %s\n' microseconds way p50 p99 p99.9 longest \
        "p99 more" "limit $LIMIT_US"
    measure get 100 0 "$count" "GET of 100 B"
    measure get 10000 0 "$count" "GET of 10 kB"
    measure first 0 0 $((count / 4)) "first byte of a stream"
    measure echo 60 0 "$count" "WebSocket echo of 60 B"
    measure echo 60000 5000 $((count / 2)) "of 60 kB, 5 ms apart"
    measure echo 60000 0 $((count / 2)) "of 60 kB, without a pause"
}
