# Memory and CPU of a WebSocket session at a message a second: stretto beside tsung and artillery.
#
#     scripts/bench peers [FEW MANY]
#
# The same server (a parrot), the same 25 messages of 57 bytes, one a second, by FEW (500) and by
# MANY (2000) sessions that start within 5 s, one tool after the other.  All that a tool starts
# counts.  A session's memory is the difference of the two peaks, divided; tsung and artillery are
# left out, and it is said, where they are missing: tsung is Debian's, artillery comes from npm into
# build/peers (600 MB).  Every tool has its default settings, telemetry off.
# shellcheck shell=bash

MESSAGES=25
SECONDS_TO_START=5
ARTILLERY=2.0.21

# A script of ours has no cookies, values or pages here, nor have theirs.
run_stretto() {
    rm -rf "$work/run"
    python3 -B bench/peers/watch.py "$bin/stretto-play" "$work/peers.log" "$url" --sessions "$1" \
        --every "$((SECONDS_TO_START * 1000000 / $1))us" -o "$work/run" 2>"$work/stretto.said"
}

# Its controller starts Erlang's port mapper, which would listen to everybody and stay behind.
run_tsung() {
    python3 -B bench/peers/tsung.py "${url##*:}" "$1" "$SECONDS_TO_START" "$MESSAGES" >"$work/tsung.xml"
    local others=no
    epmd -names >"$work/epmd.said" 2>&1 && others=yes
    ERL_EPMD_ADDRESS=127.0.0.1 python3 -B bench/peers/watch.py \
        tsung -f "$work/tsung.xml" -l "$work/tsung-$1" -n start 2>"$work/tsung.said"
    [ $others = yes ] || epmd -kill >"$work/epmd.said" 2>&1 || say "tsung has left its epmd behind"
}

run_artillery() {
    python3 -B bench/peers/artillery.py "${url##*:}" "$1" "$SECONDS_TO_START" "$MESSAGES" >"$work/artillery.yml"
    ARTILLERY_DISABLE_TELEMETRY=true python3 -B bench/peers/watch.py \
        build/peers/node_modules/.bin/artillery run "$work/artillery.yml" 2>"$work/artillery.said"
}

has_tsung() { command -v tsung >/dev/null; }

# Scripts of its packages would fetch browsers, which it does not need here.
has_artillery() {
    [ -x build/peers/node_modules/.bin/artillery ] && return
    command -v npm >/dev/null || return 1
    say "installing artillery $ARTILLERY into build/peers: about a minute"
    npm install --prefix build/peers --ignore-scripts --no-audit --no-fund \
        "artillery@$ARTILLERY" >"$work/npm.said" 2>&1
}

version_of() {
    case $1 in
        stretto) "$bin/stretto-play" --version ;;
        tsung) dpkg-query -W -f 'tsung ${Version}\n' tsung ;;
        artillery) echo "artillery $ARTILLERY, node $(node --version)" ;;
    esac
}

# A line of the table; the first tool's figures are what the others are compared with.
measure_tool() {
    local tool=$1 small_kib large_kib small_cpu large_cpu code
    "run_$tool" "$few" >"$work/small" || die "$tool failed: $(tail -n 3 "$work/$tool.said")"
    "run_$tool" "$many" >"$work/large" || die "$tool failed: $(tail -n 3 "$work/$tool.said")"
    read -r small_kib small_cpu code <"$work/small"
    read -r large_kib large_cpu code <"$work/large"
    [ "$code" -eq 0 ] || say "$tool ended with code $code: $(tail -n 1 "$work/$tool.said")"
    awk -v tool="$tool" -v few="$few" -v many="$many" -v a="$small_kib" -v b="$large_kib" \
        -v c="$small_cpu" -v d="$large_cpu" -v messages="$MESSAGES" -v file="$work/first" '
        BEGIN {
            kib = (b - a) / (many - few)
            us = (d - c) / (many - few) / messages * 1e6
            if ((getline line < file) > 0) split(line, first, " ")
            else { first[1] = kib; first[2] = us; first[3] = b; print kib, us, b > file }
            # of a machine that does other things too, a difference may be noise
            printf "%-10s %11.1f %11.1f %13.2f %13.1f %13.2f %8.1f %8s\n", tool, a / 1024, b / 1024, kib, us, d, \
                kib / first[1], us > 0 && first[2] > 0 ? sprintf("%.1f", us / first[2]) : "noise"
        }'
}

measure_part() {
    few=${1:-500} many=${2:-2000}
    local tool tools=(stretto)
    if [ $# -gt 2 ] || ! whole_number "$few" || ! whole_number "$many" || [ "$few" -ge "$many" ]; then wrong_usage; fi
    prepare stretto-play stretto-parrot
    for tool in tsung artillery; do
        if "has_$tool"; then tools+=("$tool"); else say "$tool is not here: its row is left out"; fi
    done
    python3 -B bench/peers/make_script.py "$MESSAGES" >"$work/peers.log"
    start_server parrot "$bin/stretto-parrot" "$work/peers.log"
    tell_machine "$MESSAGES messages a session, one a second; starts within $SECONDS_TO_START s"
    for tool in "${tools[@]}"; do version_of "$tool"; done
    printf '%-10s %11s %11s %13s %13s %13s %8s %8s\n' "" "MiB of $few" "MiB of $many" "KiB/session" \
        "us/message" "CPU s of $many" "x memory" "x CPU"
    for tool in "${tools[@]}"; do measure_tool "$tool"; done
}
