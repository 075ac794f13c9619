# What the parts of scripts/bench share; sourced before the part, as is scripts/lib.sh.
# shellcheck shell=bash
#
# A part is bench/PART.sh: comment lines at its head (the first is its line in the list, all of them
# its --help), and measure_part ARGS.  It is run in the tree's root, under `set -euo pipefail`.

# What stands at the head of a part, as text.
usage_of() {
    sed -n '/^#/!q; /^# shellcheck/d; s/^# \{0,1\}//p' "bench/$1.sh"
}

wrong_usage() {
    usage_of "$part" >&2
    exit 2
}

whole_number() { [[ $1 =~ ^[1-9][0-9]*$ ]]; }

# Builds these targets as people run them: programs in $bin, a folder for what comes and goes in
# $work; what was started is ended with the script, by `pids` (scripts/lib.sh).
prepare() {
    build_dir=${STRETTO_BUILD:-build/release}
    if [ -z "${STRETTO_BUILD:-}" ]; then
        quietly cmake --preset release
    fi
    say "building in $build_dir"
    quietly cmake --build "$build_dir" --target "$@"
    bin=$(cd "$build_dir/bin" && pwd)
    work=$(mktemp -d)
    trap 'end_processes; rm -rf "$work"' EXIT
}

# Starts a program that says its address, waits for that, and leaves it in $url; NAME, then the
# command.  What it says is in $work/NAME.said.
start_server() {
    local name=$1
    shift
    "$@" >"$work/$name.said" 2>&1 </dev/null &
    pids+=($!)
    url=$(address_in "$work/$name.said" $!)
}

# The machine and the versions that a table belongs to, a line each, before it.
tell_machine() {
    local word
    printf 'machine: %s cores, %s, kernel %s\n' "$(nproc)" \
        "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" "$(uname -r)"
    for word in "$@"; do
        printf '%s\n' "$word"
    done
}
