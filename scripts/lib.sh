# What the scripts here share; sourced, never run.  Each sets `me`, its own name for messages.
# shellcheck shell=bash

say() { echo "$me: $*" >&2; }
die() { say "$*"; exit 1; }

# Shows what a command prints only when it fails: a log of success is read by nobody.
quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        die "failed: $*"
    fi
    rm -f "$log"
}

build() {
    say "building $1"
    quietly cmake --preset "$1"
    quietly cmake --build --preset "$1"
}

# Processes that a script starts and ends itself, by their ids, whatever happens to it.
pids=()
end_processes() {
    local pid
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    pids=()
}

# Prints the address that a program says it is to be found at, as soon as it has said so in FILE.
address_in() {
    local file=$1 pid=$2 url= tries=300
    while [ -z "$url" ] && kill -0 "$pid" 2>/dev/null && [ $((tries--)) -gt 0 ]; do
        sleep 0.1
        url=$(grep -o -m1 'https\?://127\.0\.0\.1:[0-9]*' "$file" || true)
    done
    if [ -z "$url" ]; then
        cat "$file" >&2
        die "process $pid has said no address"
    fi
    echo "$url"
}
