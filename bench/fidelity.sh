# How near the player is to a real browser: waits, connections, requests in parallel.
#
#     scripts/bench fidelity [TURNS] [APP...]
#
# TURNS times (15) an app is recorded with Chromium, visited by Chromium, and played.  In the table:
# what the page in Chromium was told, what the app saw of Chromium, what the script has kept of a
# visit, what the player says of itself; the app's view and the player's are compared.  KEEP=DIR keeps
# the scripts and all that was seen.  Apps, all of them if none is named:
#
#   sync async   whales, through a page of 28 files and its WebSocket
#   page         a page with slow files, then fetches: in a chain, eight at once, a POST
#   other        the same, but when it is compared other answers are slow than in the recording
#   tls          the same over TLS
# shellcheck shell=bash

# The first half of the processors is the app's, the other its visitors', as if on two machines.
share_cores() {
    local cores
    cores=$(nproc)
    [ "$cores" -ge 2 ] || die "needs two processors: one for the app, one for who visits it"
    app_cores=0-$((cores / 2 - 1))
    visitor_cores=$((cores / 2))-$((cores - 1))
}

measure_part() {
    local turns=${1:-15}
    whole_number "$turns" || wrong_usage
    [ $# -eq 0 ] || shift
    [ $# -gt 0 ] || set -- sync async page other tls
    scripts/deps test
    prepare stretto stretto-record stretto-play whales-sync whales-async make_log
    tell_machine
    share_cores
    STRETTO_BIN=$bin APP_CORES=$app_cores taskset -c "$visitor_cores" \
        node bench/fidelity/main.mjs "$turns" "$@" ||
        die "the comparison did not come to its end"
}
